// What each word of a real sentence looks at, from recorded products q·k of a trained translator.
figureKit.define("attention", (data, live) => {
  const { make, choice, tick, controls, spoken } = figureKit;
  const KINDS = [
    ["cross", "cross-attention: the translation asks the source"],
    ["encoder", "the encoder's self-attention"],
    ["decoder", "the decoder's self-attention"],
  ];
  const sentence = choice("sentence", data.sentences.map((one) => one.source.slice(0, -1).join(" ")), rebuild);
  const kind = choice("attention", KINDS.map(([, words]) => words), rebuild);
  const number = (n) => Array.from({ length: n }, (_, i) => String(i + 1));
  const layer = choice("layer", number(data.config.N), update, data.start[0]);
  const head = choice("head", number(data.config.h), update, data.start[1]);
  const scaled = tick("divide by √d_k", true, update);
  const masked = tick("causal mask", true, update);
  const words = make("div", { class: "words", role: "group", "aria-label": "the word that asks" });
  const hint = make("p", { class: "label" });
  const body = make("tbody");
  const table = make("table", {}, make("caption", { class: "visually-hidden" }, "Weights of the keys"), body);
  const text = spoken();
  let chosen = 2;
  live.append(controls(sentence, kind), controls(layer, head, scaled, masked), hint, words, table, text);

  const parts = () => {
    const one = data.sentences[sentence.value], name = KINDS[kind.value][0];
    return {
      name,
      queries: name === "encoder" ? one.source : one.target,
      keys: name === "decoder" ? one.target : one.source,
      scores: one.scores[name][layer.value][head.value],
    };
  };

  function rebuild() {
    const { name, queries } = parts();
    masked.input.disabled = name !== "decoder";
    hint.textContent = {
      cross: "Point at a word of the translation, or choose one: what does the model look at once it has read up to here?",
      encoder: "Point at a word of the source, or choose one: where does it gather from? Nothing is masked here.",
      decoder: "Point at a word of the translation, or choose one: what may it see, and what does it look at?",
    }[name];
    chosen = Math.min(chosen, queries.length - 1);
    words.replaceChildren(
      ...queries.map((word, i) => {
        const choose = () => {
          chosen = i;
          update();
        };
        return make("button", { type: "button", onmouseenter: choose, onfocus: choose, onclick: choose }, word);
      }),
    );
    update();
  }

  function weights(row, causal) {
    const divisor = data.scale * (scaled.value ? Math.sqrt(data.config.d_k) : 1);
    const logits = row.map((score, key) => (causal && key > chosen ? -Infinity : score / divisor));
    const largest = Math.max(...logits);
    const powers = logits.map((x) => Math.exp(x - largest));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((x) => x / sum);
  }

  function update() {
    const { name, queries, keys, scores } = parts();
    [...words.children].forEach((word, i) => word.setAttribute("aria-pressed", i === chosen));
    const causal = name === "decoder" && masked.value;
    const w = weights(scores[chosen], causal);
    body.replaceChildren(
      ...keys.map((key, i) =>
        make("tr", {},
          make("td", { class: "word" }, key),
          make("td", {}, make("span", { class: "bar", style: `width: ${(100 * w[i]).toFixed(1)}%` })),
          make("td", { class: "number" }, causal && i > chosen ? "masked" : w[i].toFixed(3)),
        ),
      ),
    );
    const best = w.indexOf(Math.max(...w));
    text.textContent =
      `Layer ${layer.value + 1}, head ${head.value + 1}: “${queries[chosen]}” gives most weight, ${w[best].toFixed(3)}, ` +
      `to “${keys[best]}”${scaled.value ? "" : ", without the scale"}${name === "decoder" && !masked.value ? ", without the mask" : ""}.`;
  }
  rebuild();
});
