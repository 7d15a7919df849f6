// Attention: all layers and heads as small maps, and one of them as lines between the words.
translatorApp.view("attention", "Attention", (app) => {
  const { make, draw, choice } = figureKit;
  const KINDS = [
    ["cross", "between: the translation reads the source", "target", "source"],
    ["encoder", "encoder: the source reads itself", "source", "source"],
    ["decoder", "decoder: the translation reads itself", "target", "begun"],
  ];
  const ROW = 30; // px, height of a word
  const POINT = matchMedia("(hover: none)").matches ? "Tap" : "Point at";
  // "encoder-3-1-4" in a link is head 1 of layer 3 of the encoder, at the fourth word.
  const [shownKind, shownLayer, shownHead, shownWord] = app.state.look.split("-");
  const first = Math.max(0, KINDS.findIndex(([name]) => name === shownKind));
  const kind = choice("Which attention", KINDS.map(([, label]) => label), () => rebuild(), first);
  const overview = make("div", { class: "maps", role: "group", "aria-label": "layers and heads" });
  const hint = make("p", { class: "label" });
  const lines = make("div", { class: "lines" });
  const told = make("output", { "aria-live": "polite" });
  let result = null;
  let at = { layer: (Number(shownLayer) || app.about.config.N) - 1, head: (Number(shownHead) || 1) - 1 };
  let word = Math.max(0, (Number(shownWord) || 1) - 1); // the query that is looked at

  // The maps of the chosen attention: weights[query][key], with the words on both sides.
  function chosen() {
    const [name, , queries, keys] = KINDS[kind.value];
    const source = result.source.map(app.shown);
    const target = result.target.map(app.shown);
    const sides = { source, target, begun: ["<s>", ...target.slice(0, -1)] };
    return { name, maps: result.maps[name], queries: sides[queries], keys: sides[keys] };
  }

  function picture(map, columns) {
    const canvas = make("canvas", { width: columns, height: map.length });
    const context = canvas.getContext("2d");
    context.fillStyle = getComputedStyle(canvas.ownerDocument.documentElement).getPropertyValue("--ink-blue");
    map.forEach((row, t) =>
      row.forEach((weight, s) => {
        context.globalAlpha = Math.min(1, weight * 1.2);
        context.fillRect(s, t, 1, 1);
      }),
    );
    return canvas;
  }

  function rebuild() {
    if (!result) return;
    const { maps, keys } = chosen();
    const heads = Array.from({ length: app.about.config.h }, (_, head) =>
      make("span", { class: "label head", "aria-hidden": true }, head + 1),
    );
    overview.replaceChildren(
      make("span", { class: "label", "aria-hidden": true }, "head"),
      ...heads,
      ...maps.flatMap((heads, layer) => [
        make("span", { class: "label" }, `layer ${layer + 1}`),
        ...(heads.length
          ? heads.map((map, head) =>
              make(
                "button",
                {
                  type: "button",
                  "aria-label": `layer ${layer + 1}, head ${head + 1}`,
                  onclick: () => {
                    at = { layer, head };
                    update();
                  },
                },
                picture(map, keys.length),
              ),
            )
          : [make("span", { class: "label off" }, "off")]),
      ]),
    );
    overview.style.setProperty("--heads", app.about.config.h);
    if (!maps[at.layer]?.[at.head])
      at = { layer: Math.max(0, maps.findIndex((heads) => heads.length)), head: 0 };
    update();
  }

  function update() {
    const { maps, queries, keys } = chosen();
    const map = maps[at.layer]?.[at.head];
    [...overview.querySelectorAll("button")].forEach((button) => {
      const name = `layer ${at.layer + 1}, head ${at.head + 1}`;
      button.setAttribute("aria-pressed", button.getAttribute("aria-label") === name);
    });
    if (!map) {
      lines.replaceChildren();
      hint.textContent = "Every layer is off: nothing attends.";
      return;
    }
    if (word >= queries.length) word = 0;
    hint.textContent =
      "In a map, each row is a word that reads, from the first to the last, and each column a word that is read: " +
      "the stronger the color, the larger the weight. ⏎ is the end of a sentence, <s> its beginning. " +
      `Below: layer ${at.layer + 1}, head ${at.head + 1}. ${POINT} a word on the left.`;
    const height = ROW * Math.max(queries.length, keys.length);
    const svg = draw("svg", { viewBox: `0 0 100 ${height}`, preserveAspectRatio: "none" });
    svg.style.height = `${height}px`;
    map.forEach((row, t) =>
      row.forEach((weight, s) => {
        if (weight < 0.02) return;
        svg.append(
          draw("line", {
            x1: 0,
            y1: ROW * (t + 0.5),
            x2: 100,
            y2: ROW * (s + 0.5),
            "stroke-width": 1 + 9 * weight,
            "data-query": t,
            opacity: Math.max(0.08, weight),
          }),
        );
      }),
    );
    const left = queries.map((text, t) => {
      const look = () => {
        if (word === t) return;
        word = t;
        highlight();
      };
      // Not "mouseenter", which fires for words that scroll below a resting mouse, too.
      return make("button", { type: "button", onmousemove: look, onfocus: look, onclick: look }, text);
    });
    const right = keys.map((text) => make("span", {}, text));
    lines.replaceChildren(
      make("div", { class: "side" }, ...left),
      svg,
      make("div", { class: "side" }, ...right),
    );

    function highlight() {
      app.remember({ look: `${KINDS[kind.value][0]}-${at.layer + 1}-${at.head + 1}-${word + 1}` });
      left.forEach((button, t) => button.setAttribute("aria-pressed", t === word));
      svg.querySelectorAll("line").forEach((line) =>
        line.classList.toggle("faint", Number(line.dataset.query) !== word),
      );
      right.forEach((node, s) => {
        const weight = map[word][s] ?? 0;
        node.style.setProperty("--weight", weight.toFixed(3));
        node.dataset.weight = weight >= 0.005 ? weight.toFixed(2) : "";
      });
      const best = [...map[word]]
        .map((weight, s) => ({ weight, key: keys[s] }))
        .sort((a, b) => b.weight - a.weight)
        .slice(0, 3);
      const parts = best.map(({ weight, key }) => `“${key}” ${weight.toFixed(2)}`);
      const asks = KINDS[kind.value][2] === "target" ? `To write “${queries[word]}”, it reads` : `“${queries[word]}” reads`;
      told.textContent = `${asks} ${parts.join(", ")}.`;
    }
    highlight();
  }

  return {
    node: make("div", { class: "attention-view" }, figureKit.controls(kind), overview, hint, told, lines),
    update(next) {
      if (!next.maps) return;
      result = next;
      rebuild();
    },
  };
});
