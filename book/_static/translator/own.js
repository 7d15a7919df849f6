// A reader's own model: files dropped on the page, which never leave the browser.
translatorApp.view("own", "Your own model", (app) => {
  const { make } = figureKit;
  const told = make("output", { "aria-live": "polite" });
  const input = make("input", { type: "file", multiple: true, id: translatorApp.newId(), onchange: () => use(input.files) });
  const drop = make("div", { class: "drop" },
    make("label", { for: input.id }, "Drop translator.safetensors and translator.json here, or choose them: the files of notebook 07. A file that ends with .transformer, or the files of a run of solutions.train, will do as well."),
    input,
  );
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    use(event.dataTransfer.files);
  });

  async function use(files) {
    if (!files.length) return;
    told.textContent = "Reading …";
    try {
      const named = await Promise.all([...files].map(async (file) => [file.name, await file.arrayBuffer()]));
      const { config } = await app.useModel(Object.fromEntries(named));
      told.textContent =
        `Your model has ${config.N} layers of ${config.h} heads, width ${config.d_model}. It translates now, in all views. ` +
        "Nothing was uploaded.";
    } catch (error) {
      told.textContent = error.message;
    }
  }

  return { node: make("div", {}, drop, told), update() {} };
});
