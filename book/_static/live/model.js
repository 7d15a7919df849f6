// Encoder and decoder (paper, figure 1), and the switches that break them. Twins: encoder.py,
// decoder.py and transformer.py of solutions/model/, and solutions/decoding/kv_cache.py.
liveTransformer.part((live) => {
  const { steps } = live;

  // ---- the switches ----------------------------------------------------------------------------

  // The values with which nothing is broken.
  live.WHOLE = {
    scale: true, // divide the scores by sqrt(d_k) (section 3.2.1)
    paddingMask: true, // hide padding from the encoder and the cross-attention
    padding: 0, // this many <pad> after the sentence, as in a batch with a longer one
    causalMask: true, // hide later positions from the decoder (section 3.2.3)
    positions: "on", // "off": none on both sides; "shuffled": those of the source's words are mixed
    off: [], // layers, sub-layers and heads that do nothing, see `live.partsOf`
    mistake: null, // the name of one in mistakes.js
    dropout: 0, // rate at which features are dropped, as in training (section 5.4)
    temperature: 1, // divides the logits
    seed: 1, // of dropout, of shuffled positions and of sampling
  };

  const ALLOWED = {
    scale: (value) => typeof value === "boolean",
    paddingMask: (value) => typeof value === "boolean",
    padding: (value) => Number.isInteger(value) && value >= 0 && value <= 100,
    causalMask: (value) => typeof value === "boolean",
    positions: (value) => ["on", "off", "shuffled"].includes(value),
    off: (names, parts) => Array.isArray(names) && names.every((name) => parts.includes(name)),
    mistake: (value) => value === null || Object.hasOwn(live.MISTAKES, value),
    dropout: (value) => value >= 0 && value < 1,
    temperature: (value) => value > 0 && value < Infinity,
    seed: Number.isSafeInteger,
  };

  // The names of all parts that can be off, which are those of the Python modules:
  // "encoder.layers.0", "encoder.layers.0.self_attention", and its head 5:
  // "encoder.layers.0.self_attention[5]".
  live.partsOf = ({ encoder, decoder, config: { h } }) =>
    [...encoder.layers, ...decoder.layers].flatMap((layer) => {
      const attentions = [layer.selfAttention, layer.crossAttention].filter(Boolean);
      const heads = attentions.flatMap(({ name }) =>
        Array.from({ length: h }, (_, head) => `${name}[${head}]`),
      );
      return [layer.name, ...attentions.map(({ name }) => name), ...heads, layer.feedForward.name];
    });

  // A model with switches, for one sentence.
  live.newRun = (model, switches = {}) => {
    const run = { ...live.WHOLE, ...switches, model };
    for (const [name, value] of Object.entries(switches))
      if (!Object.hasOwn(ALLOWED, name) || !ALLOWED[name](value, live.partsOf(model)))
        throw new Error(`There is no switch ${name} with the value ${JSON.stringify(value)}.`);
    const off = new Set(run.off);
    run.isOff = (name) => off.has(name);
    run.steps = { ...steps, ...live.MISTAKES[run.mistake] };
    run.random = newRandom(run.seed);
    // Set features to zero at random, and let the others grow by 1 / (1 - rate).
    const dropOne = (x) => (run.random() < run.dropout ? 0 : x / (1 - run.dropout));
    run.drop = (xs) => (run.dropout === 0 ? xs : xs.map((x) => x.map(dropOne)));
    return run;
  };

  // Random numbers from 0 to 1, the same for the same seed (xorshift, Marsaglia 2003).
  function newRandom(seed) {
    let state = (seed * 2654435761 + 1) >>> 0 || 1;
    const next = () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) / 2 ** 32;
    };
    for (let i = 0; i < 8; i++) next(); // the first ones of neighboring seeds are alike
    return next;
  }

  // The position of each source token: 0, 1, 2, ... With shuffled positions, those of the words are
  // mixed, as if the words had come in another order; </s> and padding keep theirs.
  function sourcePositions(run, ids) {
    const positions = [...ids.keys()];
    if (run.positions === "shuffled")
      for (let i = ids.indexOf(live.EOS) - 1; i > 0; i--) {
        const j = Math.floor(run.random() * (i + 1));
        [positions[i], positions[j]] = [positions[j], positions[i]];
      }
    return positions;
  }

  // Vectors of tokens with their positions, for one side: "source" or "target".
  steps.hasPositions = () => true;

  function embedded(run, side, ids, positions) {
    const xs = live.embed(run, run.model[`${side}Embedding`], ids);
    if (run.positions === "off" || !run.steps.hasPositions(side)) return run.drop(xs);
    return run.drop(live.addPositions(run, xs, positions, run.model[`${side}Positions`]));
  }

  // ---- the encoder -----------------------------------------------------------------------------

  // Run the encoder. Gives the ids with padding, their positions, the vectors `xs` that the decoder
  // reads, which of them are visible, and weights[layer][t][head]; none for a layer that is off.
  steps.order = (layers) => layers;
  steps.memory = (_, encoded) => encoded;

  live.encode = (run, sentence) => {
    const { encoder } = run.model;
    const ids = [...sentence, ...Array(run.padding).fill(live.PAD)];
    const visible = run.paddingMask ? ids.map((id) => id !== live.PAD) : null;
    const positions = sourcePositions(run, ids);
    const weights = encoder.layers.map(() => []);
    const read = embedded(run, "source", ids, positions);
    let xs = read.map((x) => x.slice());
    for (const layer of run.steps.order(encoder.layers)) {
      const number = encoder.layers.indexOf(layer);
      const attend = (ys) => {
        const memory = { ...live.keysAndValues(run, layer.selfAttention, ys), visible };
        const attended = live.attend(run, layer.selfAttention, ys, () => memory);
        weights[number] = attended.weights;
        return attended.outputs;
      };
      xs = encoderLayer(run, layer, xs, attend);
    }
    xs = run.steps.memory(read, run.steps.lastNorm(run, encoder, xs));
    return { ids, positions, xs, visible, weights };
  };

  function encoderLayer(run, layer, xs, attend) {
    if (run.isOff(layer.name)) return xs;
    const [norm1, norm2] = layer.norms;
    const network = (ys) => live.feedForward(run, layer.feedForward, ys);
    xs = live.residual(run, norm1, layer.selfAttention.name, xs, attend);
    return live.residual(run, norm2, layer.feedForward.name, xs, network);
  }

  // With pre-norm, no layer normalizes its own output: one norm on top does.
  steps.lastNorm = (run, { norm }, xs) => (norm ? live.layerNorm(run, norm, xs) : xs);

  // ---- the decoder -----------------------------------------------------------------------------

  steps.sublayers = (three) => three;

  function decoderLayer(run, layer, xs, attendToTarget, attendToSource) {
    if (run.isOff(layer.name)) return xs;
    const [norm1, norm2, norm3] = layer.norms;
    const network = (ys) => live.feedForward(run, layer.feedForward, ys);
    const sublayers = [
      [norm1, layer.selfAttention.name, attendToTarget],
      [norm2, layer.crossAttention.name, attendToSource],
      [norm3, layer.feedForward.name, network],
    ];
    for (const [norm, name, sublayer] of run.steps.sublayers(sublayers))
      xs = live.residual(run, norm, name, xs, sublayer);
    return xs;
  }

  // What all prefixes of a sentence share: the keys and values of the memory, for each layer.
  live.memoryOf = (run, { xs, visible }) =>
    run.model.decoder.layers.map(({ crossAttention }) => ({
      ...live.keysAndValues(run, crossAttention, xs),
      visible,
    }));

  // A prefix that is being written: its token ids, and what each layer has computed for them: keys
  // and values, weights[t][head] of both attentions, and `states`, the vectors that left the layer.
  live.newPrefix = (run, ids = [live.BOS]) => ({
    ids,
    layers: run.model.decoder.layers.map(() => ({
      keys: [],
      values: [],
      selfWeights: [],
      crossWeights: [],
      states: [],
    })),
  });

  // The prefix with one more token. Both share the vectors, because nothing changes these.
  live.extended = ({ ids, layers }, id) => ({
    ids: [...ids, id],
    layers: layers.map((cache) => ({
      keys: [...cache.keys],
      values: [...cache.values],
      selfWeights: [...cache.selfWeights],
      crossWeights: [...cache.crossWeights],
      states: [...cache.states],
    })),
  });

  // Logits of the next token for each prefix. With a causal mask, nothing changes for the earlier
  // tokens, so only the newest one is computed. Without it, each prefix is read from its beginning.
  live.nextLogits = (run, prefixes, memory) =>
    run.causalMask
      ? readNewest(run, prefixes, memory)
      : prefixes.map((prefix) => live.readPrefix(run, prefix, memory).at(-1));

  // Whether position t reads position s: the causal mask. The newest position of a prefix sees all.
  steps.sees = (s, t) => s <= t;

  const visiblePast = (run, { keys }) =>
    run.steps.sees === steps.sees ? null : keys.map((_, s) => run.steps.sees(s, keys.length - 1));

  // Twin: `DecoderCache.step`. One vector for each prefix; each attends to its own prefix.
  function readNewest(run, prefixes, memory) {
    const newest = prefixes.map(({ ids }) => ids.at(-1));
    const positions = prefixes.map(({ ids }) => ids.length - 1);
    let xs = embedded(run, "target", newest, positions);
    run.model.decoder.layers.forEach((layer, number) => {
      const caches = prefixes.map(({ layers }) => layers[number]);
      const note = (name, found) => caches.forEach((cache, row) => cache[name].push(found[row]));
      const attendToTarget = (ys) => {
        const { keys, values } = live.keysAndValues(run, layer.selfAttention, ys);
        note("keys", keys);
        note("values", values);
        const past = (row) => ({ ...caches[row], visible: visiblePast(run, caches[row]) });
        const read = live.attend(run, layer.selfAttention, ys, past);
        note("selfWeights", read.weights);
        return read.outputs;
      };
      const attendToSource = (ys) => {
        const read = live.attend(run, layer.crossAttention, ys, () => memory[number]);
        note("crossWeights", read.weights);
        return read.outputs;
      };
      xs = decoderLayer(run, layer, xs, attendToTarget, attendToSource);
      note("states", xs);
    });
    return live.toLogits(run.model, run.steps.lastNorm(run, run.model.decoder, xs));
  }

  // Read a whole prefix at once, as in training: logits for the token after each of its positions.
  // What is computed replaces what the prefix has kept. Twin: `Decoder.forward`.
  live.readPrefix = (run, prefix, memory) => {
    const positions = [...prefix.ids.keys()];
    const past = positions.map((t) => positions.map((s) => run.steps.sees(s, t))); // (T, T)
    let xs = embedded(run, "target", prefix.ids, positions);
    run.model.decoder.layers.forEach((layer, number) => {
      const cache = prefix.layers[number];
      const attendToTarget = (ys) => {
        Object.assign(cache, live.keysAndValues(run, layer.selfAttention, ys));
        const { keys, values } = cache;
        const visible = (t) => (run.causalMask ? past[t] : null);
        const memoryOf = (t) => ({ keys, values, visible: visible(t) });
        const read = live.attend(run, layer.selfAttention, ys, memoryOf);
        cache.selfWeights = read.weights;
        return read.outputs;
      };
      const attendToSource = (ys) => {
        const read = live.attend(run, layer.crossAttention, ys, () => memory[number]);
        cache.crossWeights = read.weights;
        return read.outputs;
      };
      xs = decoderLayer(run, layer, xs, attendToTarget, attendToSource);
      cache.states = xs;
    });
    return live.toLogits(run.model, run.steps.lastNorm(run, run.model.decoder, xs));
  };

  // ---- the logit lens --------------------------------------------------------------------------

  // What the model would write if it stopped after each decoder layer: the vectors that leave the
  // layer go to the output as if no layers came after it. Gives [layer][t], the most likely ids.
  live.logitLens = (run, prefix, count = 5) =>
    prefix.layers.map(({ states }) =>
      live.toLogits(run.model, run.steps.lastNorm(run, run.model.decoder, states)).map((logits) => {
        const best = live.largest([live.logSoftmax(logits)], [0], count);
        return best.map(({ token, score }) => ({ id: token, p: Math.exp(score) }));
      }),
    );
});
