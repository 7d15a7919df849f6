// The paper's model in the reader's browser: plain JavaScript, no library, nothing to build.
//
// The files follow the chapters of the book. In reading order:
//
//   read_model.js   the file that `python -m solutions.export` writes
//   read_files.js   a reader's own model: the files of the last notebook, or of a training
//   split_words.js  text to words and punctuation marks (section 5.1)
//   tokenize.js     words to pieces and ids (section 5.1), and back to text
//   layers.js       embeddings, positions, attention, feed-forward network, layer norm (section 3)
//   model.js        encoder and decoder (figure 1), and the switches that break them
//   decode.js       greedy search and beam search with a cache (section 6.1)
//   mistakes.js     known mistakes of the course, each in the place of one step of these files
//   translate.js    one sentence from text to text, with everything that a page can show
//   worker.js       the messages between a page and the thread that computes
//
// Comments name the section of the paper and the module of `solutions/` that does the same.
//
// A sequence is an array of vectors, one Float32Array for each position. Legend: S source length,
// T target length, h heads, d_model width, d_k = d_model / h, N layers, V size of a vocabulary.
//
// A page includes these files with <script>, this one first, and calls `liveTransformer.connect()`.
// That works from a disk (file://) too, where a page may not start a worker from another file: each
// file gives its code as a function, and the worker is started from the text of these functions.
(function begin(scope) {
  const live = (scope.liveTransformer = {});
  const parts = [];

  // Run one part of the program, and keep it for the worker.
  live.part = (define) => {
    parts.push(define);
    define(live);
  };

  function workerText() {
    const defined = parts.map((define) => `liveTransformer.part(${define});`);
    return [`(${begin})(self);`, ...defined, "liveTransformer.serve(self);"].join("\n");
  }

  // Start a worker, and return functions that talk with it. Each returns a promise; an Error's
  // message is one line for the reader. `worker.js` describes what they take and give.
  live.connect = () => {
    const address = URL.createObjectURL(new Blob([workerText()], { type: "text/javascript" }));
    const worker = new Worker(address);
    const waiting = new Map(); // number of the question -> what to do with its answers
    let asked = 0;

    function ask(task, given, onStep = () => {}, moved = []) {
      asked += 1;
      worker.postMessage({ number: asked, task, given }, moved);
      return new Promise((resolve, reject) => waiting.set(asked, { resolve, reject, onStep }));
    }

    worker.onmessage = ({ data: { number, kind, content } }) => {
      const question = waiting.get(number);
      if (kind === "step") return question.onStep(content);
      waiting.delete(number);
      if (kind === "error") question.reject(new Error(content));
      else question.resolve(content);
    };
    worker.onerror = (event) => {
      for (const question of waiting.values()) question.reject(new Error(event.message));
      waiting.clear();
    };

    return {
      // Name of the file -> its content, an ArrayBuffer; see `live.readFiles`.
      load: (files) => ask("load", { files }, undefined, Object.values(files)),
      tokenize: (text) => ask("tokenize", { text }),
      translate: (text, options, onStep) => ask("translate", { text, options }, onStep),
      logits: (source, target, switches) => ask("logits", { source, target, switches }),
      stop() {
        worker.terminate();
        URL.revokeObjectURL(address);
        for (const question of waiting.values()) question.reject(new Error("Stopped."));
      },
    };
  };
})(self);
