// The messages between a page and the thread that computes. `live.connect` (live.js) sends
// { number, task, given }; the answers are { number, kind, content }, where kind is "step" (of a
// translation that goes on), "done" or "error".
liveTransformer.part((live) => {
  let model = null;

  const TASKS = {
    // The files of a model, each an ArrayBuffer, see `live.readFiles`. Gives its card, its sizes, its languages, the parts that
    // can be off, and all switches with the values that break nothing.
    load({ files }) {
      model = live.readFiles(files);
      const { card, config, source, target } = model;
      const languages = [source.language, target.language];
      return { card, config, languages, parts: live.partsOf(model), whole: live.WHOLE };
    },

    // The words of a text, each with its pieces and their ids; UNK is 1.
    tokenize: ({ text }) => live.read(model, text),

    // See `live.translate`; each step gives the best beam so far.
    translate: ({ text, options }, report) => live.translate(model, text, options, report),

    // Logits (T, V) after each position of a target that is given: ids, beginning with <s>.
    logits({ source, target, switches }) {
      const run = live.newRun(model, switches);
      const memory = live.memoryOf(run, live.encode(run, source));
      return live.readPrefix(run, live.newPrefix(run, target), memory);
    },
  };

  live.serve = (scope) => {
    scope.onmessage = ({ data: { number, task, given } }) => {
      const answer = (kind, content) => scope.postMessage({ number, kind, content });
      try {
        if (!model && task !== "load") throw new Error("No model has been loaded yet.");
        answer("done", TASKS[task](given, (step) => answer("step", step)));
      } catch (error) {
        answer("error", error.message);
      }
    };
  };
});
