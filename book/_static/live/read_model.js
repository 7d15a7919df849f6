// The file of an exported model. Twin: solutions/translator/exported_model.py, whose docstring
// describes the format.
liveTransformer.part((live) => {
  const MAGIC = [0x89, 0x54, 0x52, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]; // "\x89TRF\r\n\x1a\n"
  const VERSION = 1;
  const START = 24; // bytes before the header
  const COVERED = 20; // the checksum is of the bytes from here on

  // Read a model from an ArrayBuffer. Throws an Error with one line that says what is wrong.
  live.readModel = (buffer) => {
    const { header, end } = readHeader(buffer);
    try {
      return live.buildModel(header, readTensors(header.tensors, buffer, end));
    } catch (error) {
      throw new Error(`This is no model that can be used: ${error.message}.`);
    }
  };

  function readHeader(buffer) {
    const bytes = new Uint8Array(buffer);
    if (MAGIC.some((byte, place) => bytes[place] !== byte))
      throw new Error("This file is not an exported model; python -m solutions.export writes one.");
    if (bytes.length < START) throw new Error("This file is incomplete: copy it again.");
    const number = (at) => new DataView(buffer).getUint32(at, true);
    const [version, size, checksum, headerSize] = [8, 12, 16, 20].map(number);
    if (version !== VERSION) {
      const age = version > VERSION ? "new" : "old";
      throw new Error(`This file is too ${age}: its format is ${version}, not ${VERSION}.`);
    }
    if (bytes.length !== size)
      throw new Error(`This file is incomplete: it has ${bytes.length} bytes instead of ${size}.`);
    if (crc32(bytes.subarray(COVERED)) !== checksum)
      throw new Error("This file is damaged (wrong checksum): copy it again.");
    const end = START + headerSize;
    try {
      return { header: JSON.parse(new TextDecoder().decode(bytes.subarray(START, end))), end };
    } catch {
      throw new Error("This file has no usable header: export the run again.");
    }
  }

  // The CRC-32 of zlib, PNG and ZIP: the remainder of a division of polynomials over {0, 1}. The
  // table has the remainders of all bytes.
  const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
    for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
    return byte;
  });

  function crc32(bytes) {
    let crc = ~0;
    for (const byte of bytes) crc = REMAINDERS[(crc ^ byte) & 255] ^ (crc >>> 8);
    return ~crc >>> 0;
  }

  // Name -> vector (Float32Array) or matrix ({ rows, columns, values: Int8Array, scales }). They are
  // views of the file, not copies, so the model takes no more memory than its file.
  function readTensors(listed, buffer, begin) {
    const places = sum(listed.map(({ shape }) => shape[0]));
    const matrices = listed.filter(({ shape }) => shape.length === 2);
    const integers = sum(matrices.map(({ shape }) => shape[0] * shape[1]));
    if (begin + 4 * places + integers !== buffer.byteLength)
      throw new Error("its tensors have other sizes than the file");
    const floats = new Float32Array(buffer, begin, places); // little-endian, like every browser
    if (!floats.every(Number.isFinite)) throw new Error("it has scales or biases that are NaN");
    const tensors = new Map();
    let atFloat = 0;
    let atByte = begin + 4 * places;
    for (const { name, shape } of listed) {
      const [rows, columns] = shape;
      const vector = floats.subarray(atFloat, (atFloat += rows));
      if (shape.length === 1) tensors.set(name, vector);
      else {
        const values = new Int8Array(buffer, atByte, rows * columns);
        atByte += rows * columns;
        tensors.set(name, { rows, columns, values, scales: vector });
      }
    }
    return tensors;
  }

  const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

  // The parameters by layer, under the names of the Python modules.
  live.buildModel = (header, tensors) => {
    const { config, card, settings } = header;
    const { d_model, d_ff, N, h } = config;
    const languages = settings.direction.split("-");

    function vector(name, size) {
      const found = tensors.get(name);
      if (!(found instanceof Float32Array) || found.length !== size)
        throw new Error(`it has no vector ${name} of ${size} numbers`);
      return found;
    }
    function matrix(name, rows, columns) {
      const found = tensors.get(name);
      if (!found || found.rows !== rows || found.columns !== columns)
        throw new Error(`it has no matrix ${name} of ${rows} x ${columns}`);
      return found;
    }
    const norm = (name) => ({
      gain: vector(`${name}.gain`, d_model),
      bias: vector(`${name}.bias`, d_model),
    });
    const attention = (name) => {
      const square = (one) => matrix(`${name}.${one}.weight`, d_model, d_model);
      const [W_q, W_k, W_v, W_o] = ["W_q", "W_k", "W_v", "W_o"].map(square);
      return { name, h, W_q, W_k, W_v, W_o };
    };
    const feedForward = (name) => ({
      name,
      W_1: matrix(`${name}.W_1.weight`, d_ff, d_model),
      b_1: vector(`${name}.W_1.bias`, d_ff),
      W_2: matrix(`${name}.W_2.weight`, d_model, d_ff),
      b_2: vector(`${name}.W_2.bias`, d_model),
    });
    const encoderLayer = (name) => ({
      name,
      selfAttention: attention(`${name}.self_attention`),
      feedForward: feedForward(`${name}.feed_forward`),
      norms: [1, 2].map((i) => norm(`${name}.residual_${i}.norm`)),
    });
    const decoderLayer = (name) => ({
      name,
      selfAttention: attention(`${name}.self_attention`),
      crossAttention: attention(`${name}.cross_attention`),
      feedForward: feedForward(`${name}.feed_forward`),
      norms: [1, 2, 3].map((i) => norm(`${name}.residual_${i}.norm`)),
    });
    const stack = (name, layer) => ({
      layers: Array.from({ length: N }, (_, i) => layer(`${name}.layers.${i}`)),
      norm: config.pre_norm ? norm(`${name}.norm`) : null,
    });
    const embedding = (side) =>
      matrix(`${side}_embedding.embedding.weight`, config[`${side}_vocabulary`], d_model);
    const learned = config.positions === "learned";
    const positions = (side) =>
      learned ? matrix(`${side}_positions.table`, config.max_length, d_model) : null;

    if (![N, d_model, d_ff, h, config.max_length].every((size) => Number.isInteger(size) && size > 0))
      throw new Error("its sizes are those of no model");
    if (d_model % h !== 0) throw new Error(`its width ${d_model} cannot be cut into ${h} heads`);
    const target = live.newVocabulary(languages[1], header.target);
    const source = live.newVocabulary(languages[0], header.source);
    if (source.size !== config.source_vocabulary || target.size !== config.target_vocabulary)
      throw new Error("its vocabularies do not have the sizes of its embeddings");
    return {
      config,
      card,
      source,
      target,
      write: live.newWriter(languages[1], new Map(Object.entries(header.spelling))),
      sourceEmbedding: embedding(config.share_embeddings ? "target" : "source"),
      targetEmbedding: embedding("target"),
      sourcePositions: positions("source"),
      targetPositions: positions("target"),
      encoder: stack("encoder", encoderLayer),
      decoder: stack("decoder", decoderLayer),
    };
  };
});
