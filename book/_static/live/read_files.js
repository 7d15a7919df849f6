// A reader's own model, from the files in which Python keeps it. Twins: `load_translator` of
// solutions/assignments/lab.py, and solutions/translator/resumable_run.py.
//
// The weights are rounded to int8 on the way, as in an exported file (exported_model.py).
liveTransformer.part((live) => {
  const LARGEST = 127;

  // Read a model from files by name, each an ArrayBuffer: an exported one, the two files of the last
  // notebook, or the five of a run of `python -m solutions.train`. Throws an Error with one line.
  live.readFiles = (files) => {
    const names = Object.keys(files);
    const exported = names.find((name) => name.endsWith(".transformer"));
    if (exported) return live.readModel(files[exported]);
    const script = names.find((name) => name.endsWith(".transformer.js"));
    if (script) return live.readModel(bytesOf(files[script]));
    const has = (name) => names.includes(name);
    const [own] = SETS.filter(({ weights, texts }) => has(weights) || texts.some(has));
    if (!own)
      throw new Error(
        `No model is in ${names.join(", ") || "an empty folder"}: choose translator.safetensors and ` +
          "translator.json together, or a file that ends with .transformer.",
      );
    const missing = [own.weights, ...own.texts].filter((name) => !has(name));
    if (missing.length) throw new Error(`Choose ${missing.join(" and ")} as well: they belong together.`);
    try {
      const texts = own.texts.map((name) => parse(name, files[name]));
      const tensors = readSafetensors(files[own.weights], own.nameOf);
      return live.buildModel(own.header(...texts), tensors);
    } catch (error) {
      throw new Error(`This is no model that can be used: ${error.message}.`);
    }
  };

  // An exported model as a script that calls a function with the file in base64.
  function bytesOf(script) {
    const text = new TextDecoder("latin1").decode(script);
    const whole = atob(text.includes('"') ? text.split('"')[1] : text);
    const bytes = new Uint8Array(whole.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = whole.charCodeAt(i);
    return bytes.buffer;
  }

  const CARD = { own: true };

  // The names of the notebook's layers (solutions/fallbacks/) and those of the chapters.
  const LAB_NAMES = [
    [".around_self_attention.", ".residual_1."],
    [".around_cross_attention.", ".residual_2."],
    [/^(encoder.*)\.around_network\./, "$1.residual_2."],
    [/^(decoder.*)\.around_network\./, "$1.residual_3."],
    [".network.", ".feed_forward."],
    [".top.", ".norm."],
  ];
  const SETS = [
    {
      weights: "translator.safetensors",
      texts: ["translator.json"],
      header: ({ config, source_ids, target_ids }) => ({
        card: CARD,
        config,
        settings: { direction: `${live.PLAIN}-${live.PLAIN}` },
        source: { types: typesOf(source_ids), merges: [] },
        target: { types: typesOf(target_ids), merges: [] },
        spelling: {},
      }),
      nameOf: (name) => LAB_NAMES.reduce((found, [from, to]) => found.replace(from, to), name),
    },
    {
      weights: "model.safetensors",
      texts: ["settings.json", "source.json", "target.json", "spelling.json"],
      header: ({ settings }, source, target, spelling) => ({
        card: CARD,
        settings,
        config: configOf(settings, source, target),
        source: { merges: [], ...source },
        target: { merges: [], ...target },
        spelling,
      }),
      nameOf: (name) => name,
    },
  ];

  function parse(name, buffer) {
    try {
      return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(buffer));
    } catch {
      throw new Error(`${name} is not JSON`);
    }
  }

  // Types in the order of their ids, which begin after the special ones.
  function typesOf(ids) {
    const entries = Object.entries(ids ?? {}).sort(([, a], [, b]) => a - b);
    if (!entries.length || entries.some(([, id], place) => id !== live.SPECIALS.length + place))
      throw new Error("its vocabulary has ids that do not follow each other");
    return entries.map(([type]) => type);
  }

  // Twin: `TrainConfig.config`.
  function configOf(settings, source, target) {
    if (settings.d_k) throw new Error("its heads have a width of their own");
    const { positions } = settings;
    return {
      ...settings,
      positions: positions === "none" ? "learned" : positions,
      share_embeddings: false,
      max_length: 1024,
      source_vocabulary: source.types.length + live.SPECIALS.length,
      target_vocabulary: target.types.length + live.SPECIALS.length,
    };
  }

  // ---- safetensors: 8 bytes with the length of a JSON header, the header, the numbers -----------

  function readSafetensors(buffer, nameOf) {
    const damaged = () => new Error("the file of its weights is damaged or no .safetensors");
    if (buffer.byteLength < 8) throw damaged();
    const size = Number(new DataView(buffer).getBigUint64(0, true));
    if (!(size > 1 && size + 8 <= buffer.byteLength)) throw damaged();
    const begin = 8 + size;
    const tensors = new Map();
    for (const [name, about] of Object.entries(parse("its header", buffer.slice(8, begin)))) {
      if (name === "__metadata__") continue;
      const { dtype, shape, data_offsets: [from, to] = [] } = about;
      const count = shape?.reduce((product, one) => product * one, 1);
      if (!(from >= 0 && from <= to && begin + to <= buffer.byteLength)) throw damaged();
      const values = numbers(buffer.slice(begin + from, begin + to), dtype);
      if (values.length !== count) throw damaged();
      if (!values.every(Number.isFinite)) throw new Error(`${name} has numbers that are NaN`);
      if (shape.length === 1) tensors.set(nameOf(name), values);
      else if (shape.length === 2) tensors.set(nameOf(name), quantized(values, ...shape));
    }
    return tensors;
  }

  function numbers(buffer, dtype) {
    if (dtype === "F32") return new Float32Array(buffer);
    if (dtype === "F64") return Float32Array.from(new Float64Array(buffer));
    if (dtype === "BF16")
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
    throw new Error(`its weights are of the type ${dtype}; save them as float32`);
  }

  // One scale for each row. Twin: `quantize` of exported_model.py.
  function quantized(floats, rows, columns) {
    const values = new Int8Array(rows * columns);
    const scales = new Float32Array(rows);
    for (let row = 0; row < rows; row++) {
      const of = floats.subarray(row * columns, (row + 1) * columns);
      const largest = of.reduce((found, one) => Math.max(found, Math.abs(one)), 0);
      scales[row] = largest / LARGEST;
      of.forEach((one, i) => {
        values[row * columns + i] = scales[row] ? Math.round(one / scales[row]) : 0;
      });
    }
    return { rows, columns, values, scales };
  }
});
