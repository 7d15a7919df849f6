// The ticks of the chapters. They live in this browser's own store and are sent nowhere.
(() => {
  const KEY = "graded-transformer:done";
  const boxes = [...document.querySelectorAll("[data-done]")];
  const count = document.querySelector(".progress-count");
  const reset = document.querySelector(".progress-reset");

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
  window.addEventListener("storage", () => show(read()));
  show(read());
})();
