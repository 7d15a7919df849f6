// The layers (paper, section 3). Twins: the modules of solutions/model/.
//
// `run` holds the model and the switches of model.js; `run.isOff(name)` says whether a part is off.
// `run.steps` are the small steps in which people make mistakes: those of `live.steps`, defined here
// and in the next files beside the function that takes them, but for the one that a mistake of
// mistakes.js replaces.
liveTransformer.part((live) => {
  live.steps = {};
  const { steps } = live;

  // x W^T + b for several vectors. Twin: nn.Linear.
  live.linear = (matrix, xs, bias = null) =>
    xs.map((x) => {
      const y = times(matrix, x);
      if (bias) addTo(y, bias);
      return y;
    });

  // W x. Nearly all time is spent here, so this loop is written for speed. Four rows go side by
  // side: an addition waits for the one before it, but four sums do not wait for each other. The
  // weights stay int8, which is twice as fast here as float32, and the scale of a row is multiplied
  // once, at its end. JavaScript adds in float64, so the sums lose no digits.
  function times({ rows, columns, values, scales }, x) {
    const y = new Float32Array(rows);
    let row = 0;
    for (; row + 4 <= rows; row += 4) {
      const at0 = row * columns;
      const at1 = at0 + columns;
      const at2 = at1 + columns;
      const at3 = at2 + columns;
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      for (let i = 0; i < columns; i++) {
        const feature = x[i];
        sum0 += values[at0 + i] * feature;
        sum1 += values[at1 + i] * feature;
        sum2 += values[at2 + i] * feature;
        sum3 += values[at3 + i] * feature;
      }
      y[row] = sum0 * scales[row];
      y[row + 1] = sum1 * scales[row + 1];
      y[row + 2] = sum2 * scales[row + 2];
      y[row + 3] = sum3 * scales[row + 3];
    }
    for (; row < rows; row++) {
      let sum = 0;
      for (let i = 0; i < columns; i++) sum += values[row * columns + i] * x[i];
      y[row] = sum * scales[row];
    }
    return y;
  }

  function addTo(y, x) {
    for (let i = 0; i < y.length; i++) y[i] += x[i];
  }

  // One row of a matrix as float32.
  function rowOf({ columns, values, scales }, row) {
    const integers = values.subarray(row * columns, (row + 1) * columns);
    return Float32Array.from(integers, (integer) => integer * scales[row]);
  }

  // ---- embeddings and positions ----------------------------------------------------------------

  // The vector of each token times sqrt(d_model) (section 3.4). Twin: embeddings.py.
  steps.embeddingScale = (d_model) => Math.sqrt(d_model);

  live.embed = (run, matrix, ids) => {
    const unknown = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < matrix.rows));
    if (unknown !== undefined) throw new Error(`There is no token id ${unknown}.`);
    const scale = Math.fround(run.steps.embeddingScale(matrix.columns));
    return ids.map((id) => rowOf(matrix, id).map((weight) => weight * scale));
  };

  // omega_i = 10000^(-2i / d_model), and PE(p, 2i) = sin(p omega_i), PE(p, 2i + 1) = cos(p omega_i)
  // (section 3.5). Twin: positional.py.
  steps.frequency = (i, d_model) => 10000 ** ((-2 * i) / d_model);

  steps.encoding = (run, position, d_model) =>
    Float32Array.from({ length: d_model }, (_, feature) => {
      const angle = position * run.steps.frequency(Math.floor(feature / 2), d_model);
      return feature % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    });

  // Add to a vector the encoding of its position, which may be a learned vector.
  steps.withPosition = addTo;

  live.addPositions = (run, xs, positions, learned) => {
    xs.forEach((x, i) => {
      const encoding = learned
        ? rowOf(learned, positions[i])
        : run.steps.encoding(run, positions[i], x.length);
      run.steps.withPosition(x, encoding);
    });
    return xs;
  };

  // ---- attention: attention.py -----------------------------------------------------------------

  // Attention(Q, K, V) = softmax(Q K^T / sqrt(d_k)) V (equation 1), for one query and one head.
  // Writes the output into the head's features of `output`, and returns the weights.
  steps.divisor = (d_k) => Math.sqrt(d_k);

  function attention(query, keys, values, visible, { begin, d_k, divisor }, output) {
    const scores = new Float32Array(keys.length);
    keys.forEach((key, s) => {
      let dot = 0;
      for (let i = begin; i < begin + d_k; i++) dot += query[i] * key[i];
      scores[s] = dot / divisor;
    });
    const weights = maskedSoftmax(scores, visible);
    values.forEach((value, s) => {
      const weight = weights[s];
      for (let i = begin; i < begin + d_k; i++) output[i] += weight * value[i];
    });
    return weights;
  }

  // A softmax over the visible positions; without a mask, all are. If none is, all weights are zero.
  function maskedSoftmax(scores, visible) {
    const weights = new Float32Array(scores.length);
    let largest = -Infinity;
    scores.forEach((score, s) => {
      if ((!visible || visible[s]) && score > largest) largest = score;
    });
    let total = 0;
    scores.forEach((score, s) => {
      if (!visible || visible[s]) weights[s] = Math.exp(score - largest);
      total += weights[s];
    });
    return total ? weights.map((weight) => weight / total) : weights;
  }

  // The half of multi-head attention that is read. Twin: `keys_and_values` of kv_cache.py.
  steps.keys = (layer, xs) => live.linear(layer.W_k, xs);
  steps.values = (layer, xs) => live.linear(layer.W_v, xs);

  live.keysAndValues = (run, layer, xs) => ({
    keys: run.steps.keys(layer, xs),
    values: run.steps.values(layer, xs),
  });

  // The other half, of the positions that read: MultiHead(Q, K, V) = Concat(head_1, ..., head_h) W_o
  // (section 3.2.2). Twin: `attend` of kv_cache.py.
  //
  // `memoryOf(t)` gives { keys, values, visible } to the position t that reads. `visible` says of
  // each key whether it may be read; without it, all may. Head i has the features from i d_k on.
  // Gives the outputs, and weights[t][head], a Float32Array over the keys.
  steps.output = (layer, heads) => live.linear(layer.W_o, heads);

  live.attend = (run, layer, xs, memoryOf) => {
    const queries = live.linear(layer.W_q, xs);
    const d_k = queries[0].length / layer.h;
    const divisor = run.scale ? run.steps.divisor(d_k) : 1;
    const weights = [];
    const heads = queries.map((query, t) => {
      const { keys, values, visible } = memoryOf(t);
      const output = new Float32Array(query.length);
      weights.push([]);
      for (let head = 0; head < layer.h; head++) {
        const begin = head * d_k;
        const features = { begin, d_k, divisor };
        weights[t].push(attention(query, keys, values, visible, features, output));
        if (run.isOff(`${layer.name}[${head}]`)) output.fill(0, begin, begin + d_k);
      }
      return output;
    });
    return { outputs: run.steps.output(layer, heads), weights };
  };

  // ---- the other layers ------------------------------------------------------------------------

  // FFN(x) = max(0, x W_1 + b_1) W_2 + b_2 (equation 2). Twin: feed_forward.py.
  steps.activation = (one) => (one < 0 ? 0 : one);

  live.feedForward = (run, { W_1, b_1, W_2, b_2 }, xs) => {
    const inner = live.linear(W_1, xs, b_1).map((y) => y.map(run.steps.activation));
    return live.linear(W_2, inner, b_2);
  };

  // gain * (x - mean) / sqrt(variance + eps) + bias (section 3.1). Twin: residual.py.
  steps.centered = (one, mean) => one - mean;
  steps.scaledAndShifted = (one, gain, bias) => gain * one + bias;

  live.layerNorm = (run, { gain, bias }, xs, eps = 1e-5) =>
    xs.map((x) => {
      const mean = x.reduce((total, one) => total + one, 0) / x.length;
      const variance = x.reduce((total, one) => total + (one - mean) ** 2, 0) / x.length;
      const deviation = Math.sqrt(variance + eps);
      const { centered, scaledAndShifted } = run.steps;
      return x.map((one, i) => scaledAndShifted(centered(one, mean) / deviation, gain[i], bias[i]));
    });

  // x + Dropout(Sublayer(x)), with a layer norm before the sub-layer or after the sum (sections 3.1
  // and 5.4). Twin: `ResidualSublayer`. A sub-layer that is off adds nothing.
  steps.isPreNorm = (config) => config.pre_norm;
  steps.sum = (x, y) => x + y;

  live.residual = (run, norm, name, xs, sublayer) => {
    const pre = run.steps.isPreNorm(run.model.config);
    const normed = (vectors) => live.layerNorm(run, norm, vectors);
    const ys = run.isOff(name) ? null : run.drop(sublayer(pre ? normed(xs) : xs));
    const sums = ys ? xs.map((x, t) => x.map((one, i) => run.steps.sum(one, ys[t][i]))) : xs;
    return pre ? sums : normed(sums);
  };

  // The linear map before the softmax, with the matrix of the target embedding (section 3.4).
  live.toLogits = (model, xs) => live.linear(model.targetEmbedding, xs);
});
