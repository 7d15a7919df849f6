// The ticks of the chapters, and the checks of the notebooks. They live in this browser's own store
// and are sent nowhere.
(() => {
  const KEY = "graded-transformer:done";
  const CHECKS = "graded-transformer:checks"; // assignment -> [green checks, all checks]
  const LARGEST = 100000; // bytes of a progress file
  const boxes = [...document.querySelectorAll("[data-done]")];
  const count = document.querySelector(".progress-count");
  const reset = document.querySelector(".progress-reset");
  const chosen = document.querySelector(".progress-file input");
  const said = document.querySelector(".progress-said");

  function read() {
    try {
      return new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]"));
    } catch {
      return new Set(); // a store that is closed or spoilt forgets
    }
  }

  function write(done) {
    try {
      localStorage.setItem(KEY, JSON.stringify([...done].sort()));
    } catch {
      if (count) count.textContent = "This browser does not let the page remember anything.";
      return;
    }
    show(done);
  }

  function show(done) {
    for (const box of boxes) box.checked = done.has(box.dataset.done);
    for (const link of document.querySelectorAll(".bd-links a.internal")) {
      // The page itself is linked as "#".
      const page = new URL(link.href).pathname.split("/").pop().replace(/\.html$/, "");
      const was = link.querySelector(".progress-mark");
      if (done.has(page) && !was) {
        const mark = document.createElement("span");
        mark.className = "progress-mark";
        mark.innerHTML = '<span aria-hidden="true">✓</span><span class="visually-hidden"> (done)</span>';
        link.append(mark);
      } else if (!done.has(page)) was?.remove();
    }
    if (!count) return;
    const n = boxes.filter((box) => box.checked).length;
    count.textContent = `${n} of ${boxes.length} chapters done.`;
  }

  function readChecks() {
    try {
      return JSON.parse(localStorage.getItem(CHECKS) ?? "{}");
    } catch {
      return {};
    }
  }

  function showChecks(checks) {
    for (const place of document.querySelectorAll("[data-assignment]")) {
      const found = checks[place.dataset.assignment];
      place.textContent = found ? `${found[0]} of ${found[1]} checks are green` : "";
    }
  }

  // What `check().save()` writes: the name of the assignment, and for each exercise true or false.
  async function checksIn(file) {
    if (file.size > LARGEST) throw new RangeError();
    const { assignment, exercises } = JSON.parse(await file.text());
    const states = Object.values(exercises);
    const known = document.querySelector(`[data-assignment="${CSS.escape(assignment)}"]`);
    if (!known || !states.length || states.some((one) => typeof one !== "boolean")) throw new TypeError();
    return [assignment, [states.filter(Boolean).length, states.length]];
  }

  chosen?.addEventListener("change", async () => {
    const checks = readChecks();
    const refused = [];
    for (const file of chosen.files) {
      try {
        const [assignment, counts] = await checksIn(file);
        checks[assignment] = counts;
      } catch {
        refused.push(file.name);
      }
    }
    said.textContent = refused.length
      ? `${refused.join(", ")}: not a progress file. In the notebook, check().save() writes one.`
      : "";
    try {
      localStorage.setItem(CHECKS, JSON.stringify(checks));
    } catch {
      said.textContent = "This browser does not let the page remember anything.";
    }
    showChecks(checks);
    chosen.value = ""; // the same file may be read again
  });

  let forgotten = null;
  document.addEventListener("change", ({ target }) => {
    if (!target.dataset.done) return;
    const done = read();
    done[target.checked ? "add" : "delete"](target.dataset.done);
    forget(null);
    write(done);
  });

  function forget(ticks) {
    forgotten = ticks;
    if (reset) reset.textContent = ticks ? "Bring my ticks back" : "Forget my ticks";
  }

  reset?.addEventListener("click", () => {
    const back = forgotten ?? new Set();
    forget(forgotten ? null : read());
    write(back);
  });
  window.addEventListener("storage", () => {
    show(read());
    showChecks(readChecks());
  });
  show(read());
  showChecks(readChecks());
})();
