// A recorded beam search, step by step.
figureKit.define("search", (data, live) => {
  const { make, slider, spoken } = figureKit;
  const FATES = { lives: "lives on", ends: "is finished", cut: "is cut" };
  const last = data.steps.length;
  const step = slider("step", { min: 1, max: last, value: 1, show: (n) => `${n} of ${last}` }, update);
  const back = make("button", { type: "button", onclick: () => move(-1) }, "Step back");
  const on = make("button", { type: "button", onclick: () => move(1) }, "Next step");
  const beams = make("tbody"), found = make("tbody");
  const head = (...titles) => make("thead", {}, make("tr", {}, ...titles.map((t) => make("th", { scope: "col" }, t))));
  const text = spoken();
  const box = (label, ...parts) =>
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, make("table", {}, ...parts));
  live.append(
    make("div", { class: "controls" }, step.node, back, on),
    make("p", { class: "label" }, `The ${2 * data.k} best continuations of the ${data.k} beams, best first`),
    box("continuations", head("log P", "beginning", "next word", ""), beams),
    make("p", { class: "label" }, `Finished so far, by log P divided by the length penalty (α = ${data.alpha})`),
    box("finished translations", head("log P ÷ penalty", "log P", "translation"), found),
    text,
  );

  function move(by) {
    step.set(step.value + by);
    update();
  }

  const number = (x) => make("td", { class: "number" }, x.toFixed(2));
  function update() {
    const now = data.steps[step.value - 1];
    back.disabled = step.value === 1;
    on.disabled = step.value === last;
    beams.replaceChildren(
      ...now.candidates.map(([beam, word, score, fate]) =>
        make("tr", { class: `fate-${fate}` },
          number(score),
          make("td", {}, now.beams[beam][0].join(" ") || "<s>"),
          make("td", { class: "word" }, make("strong", {}, word)),
          make("td", { class: "word" }, FATES[fate]),
        ),
      ),
    );
    found.replaceChildren(
      ...(now.finished.length
        ? now.finished.map(([words, logP, score]) =>
            make("tr", {}, number(score), number(logP), make("td", {}, words.join(" "))))
        : [make("tr", {}, make("td", { colspan: 3 }, "none"))]),
    );
    const how = (fate) => now.candidates.filter((one) => one[3] === fate).length;
    text.textContent =
      `Step ${step.value}: ${how("lives")} continuations live on, ${how("ends")} end, ${how("cut")} are cut.` +
      (step.value === last ? ` The search is over; it returns “${now.finished[0][0].join(" ")}”.` : "");
  }
  update();
});
