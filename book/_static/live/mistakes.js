// Known mistakes of the course that show when a trained model translates: each replaces one step of
// the layers. The names are those of `solutions/misconceptions/`, where each is a small change of
// the Python program, with a test that catches it.
//
// The weights were learned without the mistake. Who makes it before the training gets a model that
// has learned to live with it, and often is only a little worse.
liveTransformer.part((live) => {
  // The right step, on one side only.
  const only = (side, wrong) => (run, stack, xs) =>
    stack === run.model[side] ? wrong(xs) : live.steps.lastNorm(run, stack, xs);

  // The table with sine and cosine of each pair in another order.
  function reordered(place) {
    return (run, position, d_model) => {
      const right = live.steps.encoding(run, position, d_model);
      return right.map((_, feature) => right[place(feature, d_model)]);
    };
  }

  // x times the probability that a standard normal number is below x, by a tanh.
  const gelu = (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

  live.MISTAKES = {
    // ---- attention ----
    attention_scaled_by_d_k: { divisor: (d_k) => d_k },
    KeysThroughQueryProjection: { keys: (layer, xs) => live.linear(layer.W_q, xs) },
    ValuesNotProjected: { values: (_, xs) => xs },
    KeysAndValuesSwapped: {
      keys: (layer, xs) => live.linear(layer.W_v, xs),
      values: (layer, xs) => live.linear(layer.W_k, xs),
    },
    NoOutputProjection: { output: (_, heads) => heads },
    // The first position sees nothing, so its weights are all zero.
    causal_mask_blind_to_itself: { sees: (s, t) => s < t },
    CacheKeepsTheNewestOnly: { sees: (s, t) => s === t || s === t - 1 },

    // ---- embeddings and positions ----
    EmbeddingNotScaled: { embeddingScale: () => 1 },
    EmbeddingTimesWidth: { embeddingScale: (d_model) => d_model },
    EncodingReplaces: { withPosition: (x, encoding) => x.set(encoding) },
    frequencies_with_twice_the_exponent: { frequency: (i, d_model) => 10000 ** ((-4 * i) / d_model) },
    frequencies_that_grow: { frequency: (i, d_model) => 10000 ** ((2 * i) / d_model) },
    table_from_position_one: {
      encoding: (run, position, d_model) => live.steps.encoding(run, position + 1, d_model),
    },
    table_cosine_first: { encoding: reordered((feature) => feature ^ 1) },
    table_in_halves: {
      encoding: reordered((feature, d) => (feature < d / 2 ? 2 * feature : 2 * feature - d + 1)),
    },
    SourcePositionsForgotten: { hasPositions: (side) => side !== "source" },
    TargetPositionsForgotten: { hasPositions: (side) => side !== "target" },

    // ---- residual connections, norms, feed-forward networks ----
    NothingAdded: { sum: (_, y) => y },
    AddedTwice: { sum: (x, y) => 2 * x + y },
    PreAndPostSwapped: { isPreNorm: (config) => !config.pre_norm },
    NoGain: { scaledAndShifted: (one, _, bias) => one + bias },
    NoBias: { scaledAndShifted: (one, gain) => gain * one },
    NotCentred: { centered: (one) => one },
    NoRelu: { activation: (one) => one },
    Gelu: { activation: gelu },

    // ---- encoder and decoder ----
    LayersBackwards: { order: (layers) => [...layers].reverse() },
    OnlyTheFirstLayer: { order: (layers) => layers.slice(0, 1) },
    EncoderSkipped: { memory: (embedded) => embedded },
    FinalNormForgotten: { lastNorm: only("encoder", (xs) => xs) },
    DecoderFinalNormForgotten: { lastNorm: only("decoder", (xs) => xs) },
    CrossAttentionFirst: {
      sublayers: ([[norm1, ...self], [norm2, ...cross], last]) => [
        [norm1, ...cross],
        [norm2, ...self],
        last,
      ],
    },
    DecoderWithoutFeedForward: { sublayers: ([one, cross]) => [one, cross] },

    // ---- decoding ----
    beam_search_with_equal_beams: { firstScore: () => 0 },
    extend_forgets_the_past: { extendedScore: (_, logP) => logP },
    rank_multiplies_by_the_penalty: { score: (logP, penalty) => logP * penalty },
    rank_worst_first: { isBefore: (a, b) => a.score - b.score },
    over_at_the_first_finished: { isOver: (_, finished) => finished.length > 0 },
  };
});
