// The residual stream: what the decoder would write if it stopped after each layer.
translatorApp.view("lens", "Layer by layer", (app) => {
  const { make } = figureKit;
  const about = make("p", { class: "label" });
  const table = make("table", { class: "lens" });

  return {
    node: make("div", {}, about, make("div", { class: "scrolled", tabindex: 0, role: "region", "aria-label": "what each layer would write" }, table)),
    update({ lens, target }) {
      if (!lens) return;
      about.textContent =
        "Each row shows what the decoder would write next if it stopped after that layer. The stronger the " +
        "color, the surer it is. A frame marks a piece that is already the one that is written in the end. The search " +
        "may choose another than the likeliest.";
      const cell = (best, t) =>
        make(
          "td",
          {
            style: `--p: ${best[0].p.toFixed(3)}`,
            class: best[0].piece === target[t] ? "same" : "",
            title: best.map(({ piece, p }) => `${app.shown(piece)} ${p.toFixed(2)}`).join(", "),
          },
          app.shown(best[0].piece),
          make("span", { class: "visually-hidden" }, `, ${Math.round(100 * best[0].p)} percent`),
        );
      const row = (name, cells) => make("tr", {}, make("th", { scope: "row" }, name), ...cells);
      table.replaceChildren(
        make("caption", { class: "visually-hidden" }, "The likeliest piece after each decoder layer"),
        make("tbody", {},
          ...lens.map((layer, i) => row(`layer ${i + 1}`, layer.map(cell))),
          row("written", target.map((piece) => make("td", { class: "written-piece" }, app.shown(piece)))),
        ),
      );
    },
  };
});
