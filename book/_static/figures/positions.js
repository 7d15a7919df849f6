// A pair of features of the positional encoding, and how an offset turns it (section 3.5).
figureKit.define("positions", (data, live) => {
  const { draw, slider, controls, spoken } = figureKit;
  const SIZE = 260, R = 100, C = SIZE / 2;
  const pair = slider("pair i", { min: 0, max: data.d_model / 2 - 1, value: 4 }, update);
  const position = slider("position", { min: 0, max: data.longest, value: 3 }, update);
  const offset = slider("offset k", { min: -20, max: 20, value: 5 }, update);
  const circle = draw("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, width: SIZE, height: SIZE, "aria-hidden": "true", "font-size": 12 });
  const text = spoken();
  live.append(controls(position, pair, offset), circle, text);

  function update() {
    const omega = data.base ** ((-2 * pair.value) / data.d_model);
    const here = omega * position.value, turn = omega * offset.value;
    // As in the figure above it: the sine to the right, the cosine upwards.
    const point = (angle, r = R) => [C + r * Math.sin(angle), C - r * Math.cos(angle)];
    const arrow = (angle, ink, words) => {
      const [x, y] = point(angle), [tx, ty] = point(angle, R + 16);
      return [
        draw("path", { d: `M${C} ${C}L${x} ${y}`, stroke: `var(--ink-${ink})`, "stroke-width": 2.5 }),
        draw("circle", { cx: x, cy: y, r: 5, fill: `var(--ink-${ink})` }),
        draw("text", { x: tx, y: ty + 4, "text-anchor": "middle", fill: `var(--ink-${ink})` }, words),
      ];
    };
    // Each position of the first forty is a dot: where they crowd, the pair tells them apart badly.
    const dots = Array.from({ length: 41 }, (_, p) => {
      const [cx, cy] = point(omega * p);
      return draw("circle", { cx, cy, r: 2, fill: "currentColor", "fill-opacity": 0.4 });
    });
    const shown = Math.max(-2 * Math.PI, Math.min(2 * Math.PI, turn));
    const arc = Array.from({ length: 41 }, (_, n) => point(here + (shown * n) / 40, 38).map((v) => v.toFixed(1)).join(","));
    circle.replaceChildren(
      draw("circle", { cx: C, cy: C, r: R, fill: "none", stroke: "currentColor", "stroke-opacity": 0.5 }),
      ...dots,
      draw("polyline", { points: arc.join(" "), fill: "none", stroke: "var(--ink-green)", "stroke-width": 2.5 }),
      ...arrow(here, "blue", position.value),
      ...(offset.value ? arrow(here + turn, "orange", position.value + offset.value) : []),
    );
    const pairOf = (angle) => `(${Math.sin(angle).toFixed(3)}, ${Math.cos(angle).toFixed(3)})`;
    text.textContent =
      `Pair ${pair.value} consists of the features ${2 * pair.value} and ${2 * pair.value + 1}, and ω = ${omega.toPrecision(4)}. At position ${position.value} it is ${pairOf(here)}. An offset of ${offset.value} turns it by ` +
      `ω k = ${turn.toFixed(3)} rad (${((turn * 180) / Math.PI).toFixed(1)}°), as at every other position, to ${pairOf(here + turn)}.`;
  }
  update();
});
