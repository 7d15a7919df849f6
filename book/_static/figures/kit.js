// What all interactive figures share: small makers for elements, and the start of a figure.
// A figure is <div data-figure="KIND"> with a still picture and its data as JSON; its script calls
// figureKit.define(KIND, start), and start(data, live) fills the box that takes the still's place.
window.figureKit = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value != null) node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  }

  const make = (tag, attributes = {}, ...children) =>
    fill(document.createElement(tag), attributes, children);
  const draw = (tag, attributes = {}, ...children) =>
    fill(document.createElementNS(SVG, tag), attributes, children);

  let names = 0;
  const newId = () => `figure-control-${++names}`;

  // A range with its value beside its name; read it with .value, which is a number.
  function slider(label, { min, max, step = 1, value, show = String }, changed) {
    const id = newId();
    const shown = make("span", { class: "value" }, show(value));
    const input = make("input", { type: "range", id, min, max, step, value });
    const control = {
      node: make("div", { class: "control" }, make("label", { for: id }, `${label}: `, shown), input),
      get value() {
        return Number(input.value);
      },
      limit(largest) {
        input.max = largest;
        reserve();
        update();
      },
      set(next) {
        input.value = next;
        update();
      },
    };
    // Room for the longest value: a longer number must not push the next slider to a new line.
    function reserve() {
      const longest = Math.max(...[min, Number(input.max)].map((x) => show(x).length));
      shown.style.minWidth = `${longest}ch`;
    }
    function update() {
      shown.textContent = show(control.value);
      input.setAttribute("aria-valuetext", show(control.value));
    }
    input.addEventListener("input", () => {
      update();
      changed();
    });
    reserve();
    update();
    return control;
  }

  // groups[i] is the heading under which option i stands, or nothing.
  function choice(label, options, changed, first = 0, groups = []) {
    const id = newId();
    const input = make("select", { id, onchange: () => changed() });
    let group = input;
    options.forEach((text, i) => {
      if (groups[i] !== groups[i - 1]) input.append((group = make("optgroup", { label: groups[i] })));
      group.append(make("option", { value: i, selected: i === first }, text));
    });
    return {
      node: make("div", { class: "control" }, make("label", { for: id }, label), input),
      get value() {
        return Number(input.value);
      },
      set(next) {
        input.value = next;
      },
    };
  }

  function tick(label, checked, changed) {
    const id = newId();
    const input = make("input", { type: "checkbox", id, checked, onchange: () => changed() });
    return {
      node: make("div", { class: "control tick" }, input, make("label", { for: id }, label)),
      input,
      get value() {
        return input.checked;
      },
    };
  }

  const controls = (...all) => make("div", { class: "controls" }, ...all.map((one) => one.node));
  // A sentence that says what the drawing shows; screen readers hear it when it changes.
  const spoken = () => make("output", { "aria-live": "polite" });

  function define(kind, start) {
    for (const figure of document.querySelectorAll(`[data-figure="${kind}"]`)) {
      const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
      const live = make("div", { class: "live" });
      // First its place on the page, so that the script can see how wide it may draw.
      figure.append(live);
      figure.classList.add("is-live");
      start(data, live);
    }
  }

  return { make, draw, slider, choice, tick, controls, spoken, define };
})();
