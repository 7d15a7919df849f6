// Break it: switch parts of the model off, or make a known mistake, and see what comes of it.
translatorApp.view("break", "Break it", (app) => {
  const { make, choice, tick, slider, controls } = figureKit;
  const { state, data } = app;
  const POSITIONS = [
    ["on", "on"],
    ["off", "none at all"],
    ["shuffled", "shuffled"],
  ];
  const TELLING = ["Der Hund beißt den Mann.", "Ein Mann gibt einer Frau einen Ball."];
  const SURER = "A temperature makes the model more or less sure, and seldom changes which translation the search finds best.";
  const GROUPS = [
    ["encoder.layers", "self_attention", "encoder"],
    ["decoder.layers", "self_attention", "decoder, itself"],
    ["decoder.layers", "cross_attention", "decoder, source"],
  ];
  const set = (name, value, right) => {
    const switches = { ...state.switches };
    if (value === right) delete switches[name];
    else switches[name] = value;
    app.change({ switches });
    show();
  };
  const given = (name, right) => state.switches[name] ?? right;

  // ---- the controls ----

  const scale = tick("Divide by √d_k", given("scale", true), () => set("scale", scale.value, true));
  const causal = tick("Causal mask", given("causalMask", true), () => set("causalMask", causal.value, true));
  const mask = tick("Padding mask", given("paddingMask", true), () => set("paddingMask", mask.value, true));
  const padding = slider("Padding after the sentence", { min: 0, max: 12, value: given("padding", 0) }, () =>
    slowly(() => set("padding", padding.value, 0)),
  );
  const positions = choice(
    "Positions",
    POSITIONS.map(([, label]) => label),
    () => set("positions", POSITIONS[positions.value][0], "on"),
    POSITIONS.findIndex(([name]) => name === given("positions", "on")),
  );
  const dropout = slider("Dropout", { min: 0, max: 0.5, step: 0.05, value: given("dropout", 0), show: (x) => x.toFixed(2) }, () =>
    slowly(() => set("dropout", dropout.value, 0)),
  );
  const temperature = slider(
    "Temperature",
    { min: 0.1, max: 3, step: 0.1, value: given("temperature", 1), show: (x) => x.toFixed(1) },
    () => slowly(() => set("temperature", temperature.value, 1)),
  );
  const again = {
    node: make("button", { type: "button", onclick: () => set("seed", (given("seed", 1) % 999) + 1, 1) }, "New random numbers"),
  };
  const mistakes = Object.entries(data.mistakes);
  const mistake = choice(
    "Make a mistake",
    ["none", ...mistakes.map(([, { did }]) => did)],
    () => set("mistake", mistakes[mistake.value - 1]?.[0] ?? null, null),
    1 + mistakes.findIndex(([name]) => name === given("mistake", null)),
    [undefined, ...mistakes.map(([, { about }]) => about)],
  );
  let waiting = 0;
  function slowly(act) {
    clearTimeout(waiting);
    waiting = setTimeout(act, 250);
  }
  const reset = make("button", { type: "button", onclick: () => restore() }, "Mend everything");

  // ---- layers and heads, each a button ----

  function toggle(name) {
    const off = new Set(given("off", []));
    if (off.has(name)) off.delete(name);
    else off.add(name);
    const switches = { ...state.switches, off: [...off] };
    if (!off.size) delete switches.off;
    app.change({ switches });
    show();
  }

  const parts = [];
  function partButton(name, label, spoken) {
    const button = make("button", { type: "button", "aria-label": spoken, onclick: () => toggle(name) }, label);
    parts.push([name, button]);
    return button;
  }

  const { N, h } = app.about.config;
  const rows = Array.from({ length: N }, (_, layer) =>
    GROUPS.map(([stack, kind, label]) => {
      const name = `${stack}.${layer}`;
      return make("tr", {},
        make("th", { scope: "row" }, `${label}, layer ${layer + 1}`),
        make("td", {},
          partButton(`${name}.${kind}`, "all", `${label}, layer ${layer + 1}, the whole attention`),
          ...Array.from({ length: h }, (_, head) =>
            partButton(`${name}.${kind}[${head}]`, String(head + 1), `${label}, layer ${layer + 1}, head ${head + 1}`),
          ),
        ),
      );
    }),
  );
  const whole = ["encoder", "decoder"].map((stack) =>
    make("tr", {},
      make("th", { scope: "row" }, `${stack}, whole layers`),
      make("td", {},
        ...Array.from({ length: N }, (_, layer) =>
          partButton(`${stack}.layers.${layer}`, String(layer + 1), `${stack}, layer ${layer + 1}`),
        ),
      ),
    ),
  );
  const networks = ["encoder", "decoder"].map((stack) =>
    make("tr", {},
      make("th", { scope: "row" }, `${stack}, feed-forward networks`),
      make("td", {},
        ...Array.from({ length: N }, (_, layer) =>
          partButton(`${stack}.layers.${layer}.feed_forward`, String(layer + 1), `${stack}, feed-forward network ${layer + 1}`),
        ),
      ),
    ),
  );
  const grid = make("details", {},
    make("summary", {}, "Switch layers and heads off"),
    make("p", { class: "label" }, "What is struck out is off."),
    make("table", { class: "parts" }, make("tbody", {}, ...whole, ...networks, ...rows.flat())),
  );

  // ---- what is broken now ----

  const about = make("div", { class: "broken", "aria-live": "polite" });
  let broken = "";
  let unbroken = "";

  function measured(key) {
    const [broken, whole] = data.bleu[key] ?? [];
    return whole ? ` BLEU over ${data.captions} captions: ${broken.toFixed(1)} instead of ${whole.toFixed(1)}.` : "";
  }

  function show() {
    const off = new Set(given("off", []));
    for (const [name, button] of parts) button.setAttribute("aria-pressed", off.has(name));
    const name = given("mistake", null);
    const known = data.mistakes[name];
    const lines = [];
    if (known)
      lines.push(
        make("p", {}, `${known.did} ${known.causes}${measured(name)} `,
          make("a", { href: known.section }, "The chapter"), " · ", `exercise: ${known.exercise}`),
      );
    for (const [key, text] of [
      ["scale", "Without the scale, the scores are √d_k times larger, and each softmax chooses almost one word alone."],
      ["positions", given("positions") === "off" ? "Without positions, the encoder reads a bag of words." : "The words have kept their meaning, and got the positions of others."],
      ["causalMask", "Without the causal mask, each position reads what is written after it. In the training that is a look at the answer; here later words do not exist yet, so earlier positions are read again, with the new word in sight."],
      ["paddingMask", "Without the padding mask, padding is read like words. Add some padding to see it."],
      ["dropout", "Dropout at test time: every translation is another model's. Press “New random numbers” to see another one."],
    ])
      if (key in state.switches) lines.push(make("p", {}, text + measured(key === "positions" ? `positions-${given("positions")}` : key)));
    if (Object.keys(state.switches).filter((name) => !["temperature", "seed", "padding"].includes(name)).length > 1)
      lines.push(make("p", { class: "label" }, "Several things are broken at once. Each BLEU is that of a model with this one alone."));
    if (Object.keys(state.switches).length) {
      lines.push(
        make("p", { class: "compared" }, app.isBroken() ? "Broken: " : "At this temperature: ", make("em", { lang: "en" }, app.brief(broken) || "…")),
        make("p", { class: "compared" }, app.isBroken() ? "Unbroken: " : "At temperature 1: ", make("em", { lang: "en" }, app.brief(unbroken) || "…")),
      );
      if (broken && broken === unbroken)
        lines.push(make("p", { class: "label" }, "Both write the same. ", app.isBroken() ? another() : SURER));
    }
    else lines.push(make("p", { class: "label" }, "Nothing is broken. The weights were learned without these mistakes; a model that is trained with such a mistake may learn to live with it."));
    about.replaceChildren(...lines);
    again.node.disabled = !given("dropout", 0) && given("positions") !== "shuffled"; // nothing is random
    reset.disabled = !Object.keys(state.switches).length;
  }

  // A sentence on which the two may differ.
  function another() {
    const text = TELLING.find((one) => one !== state.text);
    return make("span", {}, "Try another sentence: ", make("button", { type: "button", lang: "de", onclick: () => app.choose(text) }, text));
  }

  function restore() {
    for (const one of [scale, causal, mask]) one.input.checked = true;
    padding.set(0);
    dropout.set(0);
    temperature.set(1);
    positions.set(0);
    mistake.set(0);
    app.change({ switches: {} });
    show();
  }

  async function translateWhole(text) {
    const { search, beamSize, alpha } = state;
    const whole = await app.connection.translate(text, { search, beamSize, alpha });
    if (text !== state.text) return;
    unbroken = whole.text;
    show();
  }

  show();
  return {
    node: make("div", { class: "break-view" },
      controls(mistake),
      controls(scale, causal, mask, positions),
      controls(padding, dropout, temperature, again),
      grid, about, reset),
    update(result) {
      const isWhole = !Object.keys(state.switches).length;
      broken = result.text;
      unbroken = isWhole ? result.text : ""; // not that of the sentence before
      show();
      if (!isWhole) translateWhole(state.text).catch(() => {});
    },
  };
});
