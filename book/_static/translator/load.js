// The weights: one script with the exported model in base64, because a page from the disk may load
// scripts and nothing else. They are loaded when a reader first asks for a translation, and kept by
// the browser for all pages.
(() => {
  const KEPT = "graded-transformer-model";

  async function fetched(address, total, progress) {
    const kept = await globalThis.caches?.open(KEPT).catch(() => null);
    const before = await kept?.match(address);
    if (before) return before.arrayBuffer();
    let answer;
    try {
      answer = await fetch(address);
    } catch {
      throw new Error("The model could not be loaded: is there a connection? Try again.");
    }
    if (!answer.ok) throw new Error("The model is not where it should be: load the page again.");
    const parts = [];
    let size = 0;
    for (const reader = answer.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      size += value.length;
      progress(Math.min(1, size / total));
    }
    const whole = new Blob(parts);
    if (kept) {
      for (const old of await kept.keys()) await kept.delete(old); // of an earlier edition
      await kept.put(address, new Response(whole)).catch(() => {}); // no room: load it again next time
    }
    return whole.arrayBuffer();
  }

  // From the disk: the script calls `liveTransformer.weights` with its text.
  function scripted(address) {
    return new Promise((resolve, reject) => {
      liveTransformer.weights = (text) => resolve(new TextEncoder().encode(text).buffer);
      const script = document.createElement("script");
      script.src = address;
      script.onerror = () => reject(new Error("The file of the model is missing beside this page."));
      document.head.append(script);
    });
  }

  translatorApp.weights = async (data, progress) => {
    const address = new URL(data.model, document.baseURI).href;
    const isDisk = location.protocol === "file:";
    const script = await (isDisk ? scripted(address) : fetched(address, data.bytes, progress));
    return { "course.transformer.js": script };
  };
})();
