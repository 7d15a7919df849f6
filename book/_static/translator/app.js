// The translator that readers use and break: a field for a sentence, its translation, and views of
// what the model did. The model itself is in ../live/ and runs in a worker.
//
// The files: app.js (this one: the field, the translation, the state), load.js (the weights), and a
// file for each view: attention.js, search.js, lens.js, break.js, own.js. A view is defined by
// translatorApp.view(name, title, build); build(app) returns { node, update(result) }, and update is
// called for each translation while the view is shown.
//
// A page has <div class="translator"> with a still picture and JSON: book/_ext/live_translator.py.
window.translatorApp = (() => {
  const { make } = figureKit;
  const views = {};
  const LONGEST = 100; // pieces; the model has read sentences of about a dozen words
  const DEFAULTS = { text: "", search: "beam", beamSize: 5, alpha: 0.6, switches: {}, view: "", look: "" };

  const view = (name, title, build) => {
    views[name] = { title, build };
  };

  // ---- the state in the address ----------------------------------------------------------------

  // "#s=Ein+Hund&beam=3&..." has what differs from the defaults, so that a sentence can be shared.
  function readAddress() {
    const given = new URLSearchParams(location.hash.slice(1));
    if (!given.has("s")) return null;
    const state = { ...DEFAULTS, text: given.get("s"), view: given.get("view") ?? "", look: given.get("look") ?? "" };
    const number = (name, largest, otherwise) => {
      const value = Number(given.get(name) ?? NaN);
      return value >= 0 && value <= largest ? value : otherwise;
    };
    state.beamSize = Math.max(1, Math.round(number("beam", 10, DEFAULTS.beamSize)));
    state.alpha = number("alpha", 3, DEFAULTS.alpha);
    state.switches = switchesOf(given.get("break"));
    return state;
  }

  // Somebody may have changed the address: what is no set of switches breaks nothing. Of values that
  // no switch has, the model says so.
  function switchesOf(text) {
    try {
      const { off = [], ...others } = JSON.parse(text ?? "{}");
      return Array.isArray(off) && off.length ? { ...others, off } : others;
    } catch {
      return {};
    }
  }

  function hashOf({ text, beamSize, alpha, switches, view: shown, look }) {
    const kept = new URLSearchParams({ s: text });
    if (shown) kept.set("view", shown);
    if (look) kept.set("look", look);
    if (beamSize !== DEFAULTS.beamSize) kept.set("beam", beamSize);
    if (alpha !== DEFAULTS.alpha) kept.set("alpha", alpha);
    if (Object.keys(switches).length) kept.set("break", JSON.stringify(switches));
    return `#${kept}`;
  }

  // A new translation is a step that "Back" undoes; which view is open, or which word, is none. The
  // latter changes with every move of a mouse, and browsers allow only so many changes of an address.
  let writing = 0;
  function writeAddress(state, isStep = false) {
    clearTimeout(writing);
    const hash = hashOf(state);
    if (isStep && location.hash && hash !== location.hash) history.pushState(null, "", hash);
    else if (isStep) history.replaceState(null, "", hash);
    else writing = setTimeout(() => history.replaceState(null, "", hashOf(state)), 300);
  }

  // ---- the parts of the page -------------------------------------------------------------------

  // Pieces as they are written: a mark where a word goes on, and the special ones by name.
  const shown = (piece) =>
    piece.endsWith("@@") ? `${piece.slice(0, -2)}·` : piece === "</s>" ? "⏎" : piece;

  function wordsOf(words) {
    return words.map(({ pieces, ids }) =>
      make(
        "span",
        isRare({ pieces, ids }) ? { class: "cut rare", title: "The model has seldom read this word." } : { class: "cut" },
        ...pieces.map((piece, i) => {
          const unknown = ids[i] === 1;
          const title = unknown ? "The model has never read this." : `id ${ids[i]}`;
          return make("span", { class: unknown ? "piece unknown" : "piece", title }, shown(piece));
        }),
      ),
    );
  }

  // Switches that leave the model as it was trained.
  const HARMLESS = ["temperature", "seed"];

  // A word that is read in more than two pieces was rare in the training.
  const isRare = ({ pieces, ids }) => pieces.length > 2 && !ids.includes(1);

  // Words that no German sentence has.
  const ENGLISH = new Set("the is are and of with my your you his this that were they she by from".split(" "));

  // One line about what the model does not know.
  function aboutUnknown(words) {
    const english = words.filter(({ word }) => ENGLISH.has(word.toLowerCase())).length;
    if (english > 1 || (english && words.length < 5)) return "This looks like English. The model reads German.";
    const unknown = words.filter(({ ids }) => ids.includes(1)).map(({ word }) => word);
    const rare = words.filter(isRare);
    if (unknown.length)
      return `It cannot read ${list(unknown)} at all: there are signs in it that it has never seen.`;
    if (rare.length)
      return `It has seldom read ${list(rare.map(({ word }) => word))}, so it takes ${rare.length > 1 ? "them" : "it"} in small pieces.`;
    return "";
  }

  const list = (words) => {
    const quoted = words.slice(0, 3).map((word) => `“${word}”`);
    if (words.length > 3) quoted.push("others");
    return quoted.length > 1 ? `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}` : quoted[0];
  };

  // A broken model may write the same word without end.
  function brief(text) {
    const words = text.split(" ");
    return words.length > 30 ? `${words.slice(0, 20).join(" ")} … (${words.length - 20} more words)` : text;
  }

  // ---- one translator on a page ----------------------------------------------------------------

  function start(box) {
    const given = box.querySelector("script[type='application/json']");
    if (!given) return; // the book was built without a model
    const data = JSON.parse(given.textContent);
    const address = data.share ? readAddress() : null;
    const state = { ...DEFAULTS, text: data.examples[0], switches: { ...data.switches }, ...address };
    state.look ||= data.look;
    const app = { data, state, shown, brief, choose, connection: null, about: null, result: null, change, remember, isBroken };

    const field = make("textarea", { rows: 2, lang: "de", spellcheck: false, id: newId() });
    field.value = state.text;
    const go = make("button", { type: "button", class: "go" }, "Translate");
    const cut = make("p", { class: "pieces", "aria-label": "the sentence in pieces" });
    const size = `${data.megabytes} MB`;
    const titles = data.views.map((name) => `“${views[name].title}”`);
    const later = titles.length ? ` Then choose what to look at: ${titles.join(", ")}.` : "";
    const note = make("p", { class: "note" }, `The model (${size}) is loaded when you ask, and runs in your browser.${later}`);
    const progress = make("progress", { max: 1, value: 0, hidden: true, "aria-label": "loading" });
    const written = make("p", { class: "written", lang: "en", "data-at": "" });
    const told = make("output", { class: "visually-hidden", "aria-live": "polite" });
    const share = make("button", { type: "button", class: "share", hidden: true, onclick: () => copyLink() }, "Copy a link to this");
    const card = make("button", { type: "button", class: "share", hidden: true, onclick: () => saveCard(app) }, "Save as a picture");
    const onward = make("a", { class: "onward", hidden: true }, "Look into the model with this sentence");
    const examples = make(
      "p",
      { class: "examples" },
      "For example: ",
      ...data.examples.map((text) =>
        make("button", { type: "button", lang: "de", onclick: () => choose(text) }, text),
      ),
    );
    const panel = make("div", { class: "panel", hidden: true });
    const box_ = make(
      "div",
      { class: "live" },
      make("label", { for: field.id }, data.label),
      make("div", { class: "field" }, field, go),
      examples,
      cut,
      progress,
      written,
      note,
      share,
      card,
      onward,
      told,
      panel,
    );
    box.append(box_);
    box.classList.add("is-live");

    // ---- what the reader does ----

    function choose(text) {
      field.value = text;
      translate();
    }

    async function copyLink() {
      try {
        const address = new URL(hashOf({ ...state, text: field.value.trim() }), location.href);
        await navigator.clipboard.writeText(address.href);
        share.textContent = "The link is copied";
      } catch {
        share.textContent = "Copy the address of this page"; // a browser that does not allow it
      }
      setTimeout(() => (share.textContent = "Copy a link to this"), 3000);
    }

    function isBroken() {
      return Object.keys(state.switches).some((name) => !HARMLESS.includes(name));
    }

    // A view shows something else: the link shall, too.
    function remember(changes) {
      Object.assign(state, changes);
      if (data.share && app.result) writeAddress(state);
    }

    // A view has changed the state: translate again.
    function change(changes) {
      Object.assign(state, changes);
      translate();
    }

    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      translate();
    });
    let typing = 0;
    field.addEventListener("input", () => {
      clearTimeout(typing);
      written.classList.toggle("is-old", field.value.trim() !== state.text);
      if (app.connection) typing = setTimeout(cutNow, 150);
    });
    go.addEventListener("click", () => translate());
    app.useModel = async (files) => {
      const connection = liveTransformer.connect();
      const about = await connection.load(files); // throws if it is none
      app.connection?.stop();
      Object.assign(app, { connection, about });
      state.switches = {};
      buildPanel();
      await translate();
      return about;
    };

    async function cutNow() {
      const text = field.value;
      try {
        const { words } = await app.connection.tokenize(text);
        if (text !== field.value) return;
        cut.replaceChildren(...wordsOf(words));
        note.textContent = aboutUnknown(words);
      } catch (error) {
        note.textContent = error.message;
      }
    }

    // ---- loading and translating ----

    let loading = null;
    function load() {
      loading ??= (async () => {
        progress.hidden = false;
        go.disabled = true;
        const connection = liveTransformer.connect();
        try {
          const files = await translatorApp.weights(data, (part) => {
            progress.value = part;
          });
          app.about = await connection.load(files);
          app.connection = connection;
          buildPanel();
        } catch (error) {
          connection.stop();
          loading = null;
          throw error;
        } finally {
          progress.hidden = true;
          go.disabled = false;
        }
      })();
      return loading;
    }

    let asked = 0;
    async function translate({ isStep = true } = {}) {
      const number = (asked += 1);
      clearTimeout(typing);
      box.dataset.state = "busy";
      const isOld = () => number !== asked;
      const text = field.value.trim();
      state.text = text;
      try {
        if (!app.connection) note.textContent = `The model is on its way: ${size}, once.`;
        await load();
        if (isOld()) return;
        await cutNow();
        if (data.share && isStep) writeAddress(state, true);
        const { words, ids } = await app.connection.tokenize(text);
        if (ids.length > LONGEST)
          throw new Error(
            `The sentence has ${ids.length - 1} pieces. This page translates at most ${LONGEST}: ` +
              "try one sentence at a time.",
          );
        written.classList.remove("is-old");
        written.classList.add("is-writing");
        const { search, beamSize, alpha, switches } = state;
        const options = { search, beamSize, alpha, switches, lens: Boolean(words.length) };
        const began = performance.now();
        const result = await app.connection.translate(text, options, (step) => {
          if (!isOld()) written.textContent = brief(step.text);
        });
        if (isOld()) return;
        result.seconds = (performance.now() - began) / 1000;
        app.result = result;
        written.textContent = brief(result.text) || "…";
        written.classList.toggle("is-broken", isBroken());
        const { temperature = 1 } = switches;
        written.dataset.at = temperature === 1 || isBroken() ? "" : `at temperature ${temperature.toFixed(1)}:`;
        share.hidden = card.hidden = !(data.share && result.text);
        onward.hidden = !(data.onward && result.text);
        onward.href = `${data.onward}${hashOf(state)}`;
        told.textContent = result.text ? `${text} In English: ${brief(result.text)}` : "";
        current?.update(result);
      } catch (error) {
        if (isOld()) return;
        written.textContent = "";
        note.textContent = told.textContent = error.message;
      } finally {
        if (!isOld()) {
          written.classList.remove("is-writing");
          box.dataset.state = "ready";
        }
      }
    }

    // ---- the views ----

    let current = null;
    function buildPanel() {
      const names = data.views.filter((name) => views[name]);
      if (!names.length) return;
      const place = make("div", { role: "tabpanel", tabindex: 0, id: newId() });
      const tabs = names.map((name) =>
        make(
          "button",
          { type: "button", role: "tab", id: newId(), "aria-controls": place.id, onclick: () => show(name) },
          views[name].title,
        ),
      );
      const strip = make("div", { role: "tablist", "aria-label": "What to look at" }, ...tabs);
      strip.addEventListener("keydown", ({ key }) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
        if (!step) return;
        const at = (tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
        tabs[at].focus();
        show(names[at]);
      });
      const built = {};

      function show(name) {
        tabs.forEach((tab, i) => {
          tab.setAttribute("aria-selected", names[i] === name);
          tab.tabIndex = names[i] === name ? 0 : -1;
        });
        place.setAttribute("aria-labelledby", tabs[names.indexOf(name)].id);
        built[name] ??= views[name].build(app);
        current = built[name];
        place.replaceChildren(current.node);
        if (app.result) current.update(app.result);
        state.view = name;
        if (data.share && app.result) writeAddress(state);
      }
      panel.replaceChildren(names.length > 1 ? strip : "", place);
      panel.hidden = false;
      show(names.includes(state.view) ? state.view : names[0]);
    }

    if (data.share)
      addEventListener("popstate", () => {
        const given = readAddress();
        if (!given) return;
        Object.assign(state, given);
        field.value = state.text;
        if (app.connection) buildPanel();
        translate({ isStep: false });
      });
    if (address) translate();
  }

  // ---- a picture of the translation ------------------------------------------------------------

  function saveCard({ result, state }) {
    const canvas = make("canvas", { width: 1200, height: 630 });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, 1200, 630);
    pen.fillStyle = "#1f5fa8";
    pen.font = "italic 34px Georgia, serif";
    const below = drawLines(pen, state.text, 60, 90, 640, 46);
    pen.fillStyle = "#1b1f24";
    pen.font = "bold 40px Georgia, serif";
    drawLines(pen, brief(result.text), 60, below + 40, 640, 52);
    pen.font = "20px system-ui, sans-serif";
    pen.fillStyle = "#57606a";
    pen.fillText("The Graded Transformer: “Attention Is All You Need”, in a browser", 60, 580);
    const last = result.maps.cross.filter((heads) => heads.length).at(-1) ?? [];
    const [rows, columns] = [result.target.length, result.source.length];
    const side = Math.min(400 / rows, 400 / columns);
    for (let t = 0; t < rows; t++)
      for (let s = 0; s < columns; s++) {
        const mean = last.reduce((total, head) => total + head[t][s], 0) / (last.length || 1);
        pen.fillStyle = `rgba(31, 95, 168, ${Math.min(1, 1.3 * mean)})`;
        pen.fillRect(740 + s * side, 90 + t * side, side - 1, side - 1);
      }
    pen.fillStyle = "#57606a";
    pen.font = "18px system-ui, sans-serif";
    pen.fillText("cross-attention, mean of the last layer", 740, 110 + rows * side);
    make("a", { href: canvas.toDataURL("image/png"), download: "translation.png" }).click();
  }

  // Write a text in lines of a width; gives where the next line would begin.
  function drawLines(pen, text, x, y, width, height) {
    let line = "";
    for (const word of text.split(" ")) {
      const longer = line ? `${line} ${word}` : word;
      if (line && pen.measureText(longer).width > width) {
        pen.fillText(line, x, y);
        y += height;
        line = word;
      } else line = longer;
    }
    pen.fillText(line, x, y);
    return y + height;
  }

  let ids = 0;
  function newId() {
    ids += 1;
    return `translator-${ids}`;
  }

  document.addEventListener("DOMContentLoaded", () =>
    document.querySelectorAll("div.translator").forEach(start),
  );
  return { view, newId };
})();
