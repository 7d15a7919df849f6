// The learning-rate schedule of section 5.3, with its three numbers to play with.
figureKit.define("schedule", (data, live) => {
  const { draw, make, slider, controls, spoken } = figureKit;
  const WIDTH = Math.min(560, live.clientWidth || 560), HEIGHT = 250, LEFT = 62, BOTTOM = 34, TOP = 12;
  const count = (n) => n.toLocaleString("en");
  const say = (x) => x.toExponential(2);

  const width = slider("d_model, powers of two", { min: 6, max: 10, value: Math.log2(data.d_model), show: (p) => String(2 ** p) }, update);
  const warmup = slider("warm-up steps", { min: 100, max: 8000, step: 100, value: data.warmup, show: count }, update);
  const factor = slider("factor", { min: 0.1, max: 2, step: 0.1, value: data.factor, show: (f) => f.toFixed(1) }, update);
  const at = slider("look at step", { min: 100, max: data.steps, step: 100, value: data.warmup, show: count }, update);
  const plot = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, "aria-hidden": "true", "font-size": 12 });
  const text = spoken();
  live.append(controls(width, warmup, factor, at), plot, text);

  function rate(step, d_model, w, f) {
    return f * d_model ** -0.5 * Math.min(step ** -0.5, step * w ** -1.5);
  }

  function update() {
    const chosen = [2 ** width.value, warmup.value, factor.value];
    const peak = rate(chosen[1], ...chosen);
    const first = rate(data.warmup, data.d_model, data.warmup, data.factor);
    const top = 1.15 * Math.max(peak, first);
    const x = (step) => LEFT + ((WIDTH - LEFT - 10) * step) / data.steps;
    const y = (value) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * value) / top;
    const path = (numbers) => {
      const points = [];
      for (let step = 1; step <= data.steps; step += data.steps / 280)
        points.push(`${x(step).toFixed(1)},${y(rate(step, ...numbers)).toFixed(1)}`);
      return points.join(" ");
    };
    const line = (numbers, more) => draw("polyline", { points: path(numbers), fill: "none", ...more });
    const label = (words, more) => draw("text", { fill: "currentColor", ...more }, words);
    plot.replaceChildren(
      draw("path", { d: `M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - 10}`, fill: "none", stroke: "currentColor" }),
      line([data.d_model, data.warmup, data.factor], { stroke: "currentColor", "stroke-opacity": 0.45, "stroke-dasharray": "4 4" }),
      line(chosen, { stroke: "var(--ink-blue)", "stroke-width": 2.5 }),
      draw("path", { d: `M${x(at.value)} ${TOP}V${HEIGHT - BOTTOM}`, stroke: "var(--ink-orange)" }),
      draw("circle", { cx: x(at.value), cy: y(rate(at.value, ...chosen)), r: 5, fill: "var(--ink-orange)" }),
      label("0", { x: LEFT - 8, y: HEIGHT - BOTTOM + 4, "text-anchor": "end" }),
      label(say(peak), { x: LEFT - 8, y: y(peak) + 4, "text-anchor": "end" }),
      label("step 0", { x: LEFT, y: HEIGHT - 12 }),
      label(count(data.steps), { x: WIDTH - 10, y: HEIGHT - 12, "text-anchor": "end" }),
    );
    text.textContent =
      `Peak ${say(peak)} at step ${count(chosen[1])}; at step ${count(at.value)} the rate is ` +
      `${say(rate(at.value, ...chosen))}. Dashed: d_model ${data.d_model}, warm-up ${count(data.warmup)}, factor ${data.factor}.`;
  }
  update();
});
