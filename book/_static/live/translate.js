// One sentence from text to text, with everything that a page can show of it. Twins:
// solutions/translator/inference.py and `translate` of solutions/decoding/greedy.py.
liveTransformer.part((live) => {
  const DEFAULTS = {
    search: "beam", // "greedy", "beam" or "sample"
    beamSize: 5,
    alpha: 0.6, // exponent of the length penalty
    extra: 50, // the translation has at most this many pieces more than the sentence
    unknown: false, // whether "<unk>" may be written; it helps no reader
    lens: false, // whether to add the logit lens
    switches: {}, // see `live.WHOLE`
  };

  // Words, pieces and ids of a source sentence; throws if the model cannot read so many.
  live.read = (model, text) => {
    const read = live.encodeSource(model.source, text);
    const longest = model.config.max_length;
    if (read.ids.length > longest)
      throw new Error(
        `The sentence has ${read.ids.length - 1} pieces, and the model reads at most ` +
          `${longest - 1}: cut it into several.`,
      );
    return read;
  };

  const SEARCHES = { greedy: live.greedy, beam: live.beamSearch, sample: live.sample };

  function requireOptions({ search, beamSize, alpha, extra }) {
    if (!Object.hasOwn(SEARCHES, search))
      throw new Error(`There is no search "${search}": choose greedy, beam or sample.`);
    if (!(Number.isInteger(beamSize) && beamSize >= 1 && beamSize <= 20))
      throw new Error(`The beam size must be from 1 to 20, not ${beamSize}.`);
    if (!(alpha >= 0 && alpha < Infinity))
      throw new Error(`Alpha must be 0 (no length penalty) or positive, not ${alpha}.`);
    if (!(Number.isInteger(extra) && extra >= 0))
      throw new Error(`The extra length must be 0 or a positive integer, not ${extra}.`);
  }

  // Translate a text. `report` hears the best beginning after each step: { ids, pieces, text }.
  live.translate = (model, text, options = {}, report = () => {}) => {
    const chosen = { ...DEFAULTS, ...options };
    requireOptions(chosen);
    const { words, ids } = live.read(model, text);
    const run = live.newRun(model, chosen.switches);
    if (!words.length) return { words, text: "", ids: [], pieces: [], hypotheses: [], steps: [] };
    const encoded = live.encode(run, ids);
    const never = chosen.unknown ? [live.PAD, live.BOS] : [live.PAD, live.BOS, live.UNK];
    const next = live.newPredictor(run, live.memoryOf(run, encoded), never);
    const limit = live.lengthLimit(run, ids, chosen.extra);
    const written = (hypothesis) => describe(model, withoutEnd(hypothesis));
    const told = (begun) => report(describe(model, begun));
    const search = SEARCHES[chosen.search];
    const { hypotheses, steps } = search(run, next, limit, told, chosen);
    const [{ prefix, score, ids: found }] = hypotheses;
    return {
      words, // each with its pieces and their ids
      source: encoded.ids.map(model.source.spell), // pieces, with </s> and padding
      positions: encoded.positions, // shuffled, if that is switched on
      target: found.map(model.target.spell), // pieces, with </s>
      ...written(found), // ids, pieces and text, without </s>
      score,
      hypotheses: hypotheses.map(({ ids: those, score: its, logP }) => ({
        ...written(those),
        score: its,
        logP,
      })),
      steps: steps.map((step) => spelled(model, step)), // of a beam search
      // [layer][head][t], weights over the keys. Row t of the decoder's maps belongs to target[t],
      // which is written with them; its keys are <s> and the pieces before it.
      maps: {
        encoder: encoded.weights.map(byHead),
        decoder: prefix.layers.map((layer) => byHead(layer.selfWeights)),
        cross: prefix.layers.map((layer) => byHead(layer.crossWeights)),
      },
      lens: chosen.lens ? spelledLens(model, live.logitLens(run, prefix)) : null, // [layer][t]
    };
  };

  const withoutEnd = (ids) => (ids.at(-1) === live.EOS ? ids.slice(0, -1) : ids);

  function describe(model, ids) {
    const words = model.target.decode(ids);
    return {
      ids,
      pieces: ids.map(model.target.spell),
      text: model.write(words),
    };
  }

  function spelled({ target }, { beams, candidates }) {
    return {
      beams: beams.map(({ ids, score }) => ({ pieces: ids.map(target.spell), score })),
      candidates: candidates.map((one) => ({ ...one, piece: target.spell(one.token) })),
    };
  }

  function spelledLens({ target }, lens) {
    const spell = ({ id, p }) => ({ piece: target.spell(id), p });
    return lens.map((layer) => layer.map((best) => best.map(spell)));
  }

  // weights[t][head] to weights[head][t]. Both are empty for a layer that is off.
  function byHead(weights) {
    return (weights[0] ?? []).map((_, head) => weights.map((position) => position[head]));
  }
});
