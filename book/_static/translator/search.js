// The search: the beam as a tree, with sliders for its size and for the length penalty.
translatorApp.view("search", "Beam search", (app) => {
  const { make, draw, slider, controls } = figureKit;
  const { state } = app;
  const [WIDE, HIGH, GAP] = [104, 34, 34]; // px of a piece, and between the steps
  const beam = slider("beam size", { min: 1, max: 8, value: state.beamSize }, later);
  const alpha = slider(
    "length penalty α",
    { min: 0, max: 2, step: 0.1, value: state.alpha, show: (x) => x.toFixed(1) },
    later,
  );
  const about = make("p", { class: "label" });
  const tree = make("div", { class: "scrolled tree", tabindex: 0, role: "img" });
  const body = make("tbody");
  const finished = make(
    "table",
    { class: "finished" },
    make("caption", {}, "Finished translations, best first"),
    make("thead", {}, make("tr", {}, ...["translation", "log P", "pieces", "log P ÷ length penalty"].map((name) => make("th", { scope: "col" }, name)))),
    body,
  );
  let waiting = 0;
  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(() => app.change({ beamSize: beam.value, alpha: alpha.value }), 250);
  }

  // Step t has the beams that live after t pieces; the first has one, the empty beginning.
  function treeOf({ steps, hypotheses }) {
    const best = hypotheses[0].pieces;
    const columns = steps.map(({ beams }) => beams);
    const place = (t, i) => ({ x: t * (WIDE + GAP), y: i * HIGH });
    const isBest = (pieces) => pieces.every((piece, t) => piece === best[t]);
    const height = HIGH * Math.max(...columns.map((beams) => beams.length));
    const width = columns.length * (WIDE + GAP);
    const svg = draw("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": true });
    columns.forEach((beams, t) =>
      beams.forEach(({ pieces, score }, i) => {
        const { x, y } = place(t, i);
        const onBest = isBest(pieces);
        if (t > 0) {
          const parent = columns[t - 1].findIndex((one) => one.pieces.every((piece, j) => piece === pieces[j]));
          const from = place(t - 1, parent);
          svg.append(
            draw("path", {
              d: `M${from.x + WIDE} ${from.y + HIGH / 2} C${x - GAP / 2} ${from.y + HIGH / 2} ${x - GAP / 2} ${y + HIGH / 2} ${x} ${y + HIGH / 2}`,
              class: onBest ? "edge best" : "edge",
            }),
          );
        }
        const text = t === 0 ? "<s>" : app.shown(pieces.at(-1));
        svg.append(
          draw("g", { transform: `translate(${x} ${y + 3})`, class: onBest ? "node best" : "node" },
            draw("rect", { width: WIDE, height: HIGH - 6, rx: 5 }),
            draw("text", { x: 6, y: 18 }, text.length > 9 ? `${text.slice(0, 8)}…` : text),
            draw("text", { x: WIDE - 5, y: 18, class: "score" }, t === 0 ? "" : score.toFixed(1).replace(/^-0\.0$/, "0.0")),
            draw("title", {}, `${pieces.map(app.shown).join(" ")} (log P ${score.toFixed(2)})`),
          ),
        );
      }),
    );
    return svg;
  }

  return {
    node: make("div", {}, controls(beam, alpha), about, tree, finished),
    update({ steps, hypotheses, seconds }) {
      if (!hypotheses.length) return;
      tree.replaceChildren(steps.length ? treeOf({ steps, hypotheses }) : "");
      tree.setAttribute("aria-label", `Beam search in ${steps.length} steps; the best translation: ${hypotheses[0].text}`);
      about.textContent =
        `Each column is one step, the ${state.beamSize === 1 ? "one beginning" : `${state.beamSize} likeliest beginnings`} that live, with ` +
        `their log-probabilities. Blue leads to the translation. ${seconds.toFixed(2)} s.`;
      body.replaceChildren(
        ...hypotheses.slice(0, 8).map(({ text, logP, score, pieces }) =>
          make("tr", {}, make("td", {}, app.brief(text)), ...[logP.toFixed(2), pieces.length + 1, score.toFixed(3)].map((value) => make("td", { class: "number" }, value))),
        ),
      );
    },
  };
});
