// The stages of one sentence on its way through the model; choose one and see its numbers.
figureKit.define("pipeline", (data, live) => {
  const { make, spoken } = figureKit;
  const buttons = make("div", { class: "words", role: "group", "aria-label": "stage" });
  const what = make("p", { class: "label" });
  const body = make("tbody");
  const text = spoken();
  live.append(
    buttons, what,
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "numbers of the stage" },
      make("table", {}, make("caption", { class: "visually-hidden" }, "One row for each token"), body)),
    text,
  );
  data.stages.forEach((stage, i) => {
    buttons.append(make("button", { type: "button", onclick: () => show(i) }, stage.name));
  });

  function show(chosen) {
    const stage = data.stages[chosen];
    [...buttons.children].forEach((button, i) => button.setAttribute("aria-pressed", i === chosen));
    what.textContent = stage.what;
    body.replaceChildren(
      ...stage.cells.map((row, i) =>
        make("tr", {},
          make("th", { scope: "row" }, stage.rows[i] ?? ""),
          ...row.map((cell) => make("td", { class: "number" }, cell)),
          ...(stage.more ? [make("td", {}, "…")] : []))),
    );
    text.textContent = `${stage.name}: shape ${stage.shape}.`;
  }
  show(0);
});
