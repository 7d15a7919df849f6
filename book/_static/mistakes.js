// The filter of the page "All known mistakes": rows without the words disappear, and so do tables and
// headings that have no row left. The words stay in the address, so that a list can be shared.
(() => {
  const form = document.querySelector(".mistake-filter");
  if (!form) return;
  const words = form.querySelector("input");
  const notebook = form.querySelector("select");
  const count = form.querySelector(".mistake-count");
  const notebooks = [...document.querySelectorAll("article section section")].filter(
    (section) => section.querySelector(":scope > h2"),
  );
  const rows = notebooks.flatMap((place, number) =>
    [...place.querySelectorAll("section")].flatMap((section) =>
      [...section.querySelectorAll("tbody tr")].map((row) => ({
        row,
        section,
        number,
        text: `${section.querySelector("h3").textContent} ${row.textContent}`.toLowerCase(),
      })),
    ),
  );

  notebooks.forEach((place, number) => {
    const title = place.querySelector("h2").firstChild.textContent;
    notebook.add(new Option(title, String(number)));
  });

  function show() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const filled = new Set();
    let shown = 0;
    for (const { row, section, number, text } of rows) {
      const fits =
        (notebook.value === "" || notebook.value === String(number)) &&
        wanted.every((word) => text.includes(word));
      row.hidden = !fits;
      if (!fits) continue;
      shown += 1;
      filled.add(section).add(notebooks[number]);
    }
    for (const place of [...notebooks, ...new Set(rows.map((one) => one.section))]) {
      place.hidden = !filled.has(place);
    }
    count.textContent = `${shown} of ${rows.length} mistakes`;
  }

  function remember() {
    const address = new URL(location.href);
    const state = { words: words.value.trim(), notebook: notebook.value };
    for (const [name, value] of Object.entries(state)) {
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    history.replaceState(null, "", address);
  }

  const asked = new URL(location.href).searchParams;
  words.value = asked.get("words") ?? "";
  notebook.value = asked.get("notebook") ?? "";
  if (notebook.selectedIndex < 0) notebook.value = "";
  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      show();
      remember();
    }, 120);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
})();
