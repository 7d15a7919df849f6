// The search of the theme finds whole pages. This finds sections as well, by the words of their headings,
// puts chapters before pages that are mere lists, and shows formulas in the excerpts as a reader would type them.
(() => {
  if (typeof Search === "undefined") return;
  const MEANS = { sqrt: ["root"], divide: ["scale", "scaling"], shuffle: ["order"], bug: ["mistake"] };
  const EMPTY = new Set("a an and are at by do does for how i in is it of on or the to we what when why with".split(" "));
  const SECTION = 60; // points for a heading that has all words of the query: more than any page gets
  const LISTS = new Set(["book/api", "book/promises", "book/mistakes"]); // they contain every word
  const BEHIND = { "book/errata": 3, "book/glossary": 2 }; // points less than a chapter's section

  const wordsOf = (text) => text.toLowerCase().match(/[a-z0-9_]+/g) ?? [];
  const alike = (a, b) => a === b || (a.length > 4 && b.length > 4 && a.slice(0, 5) === b.slice(0, 5));

  function headings(query) {
    const { docnames, filenames, titles, alltitles } = Search._index;
    const asked = wordsOf(query).filter((word) => !EMPTY.has(word));
    const found = [];
    for (const [title, places] of Object.entries(alltitles)) {
      const words = wordsOf(title);
      const fits = (word) => words.some((other) => alike(word, other));
      const met = asked.filter((word) => fits(word) || (MEANS[word] ?? []).some(fits)).length;
      if (!met || met < asked.length / 2) continue;
      for (const [file, id] of places) {
        if (LISTS.has(docnames[file])) continue;
        const full = titles[file] === title ? title : `${titles[file]} > ${title}`;
        const brief = Math.min(1, asked.length / words.length); // a short heading says it best
        const score = SECTION * (met / asked.length) + 5 * brief - (BEHIND[docnames[file]] ?? 0);
        found.push([docnames[file], full, id === null ? "" : `#${id}`, null, score, filenames[file]]);
      }
    }
    return found;
  }

  function asText(formula) {
    return formula
      .replace(/\\[()[\]]/g, "")
      .replace(/\\d?frac\s*{([^{}]*)}\s*{([^{}]*)}/g, "$1/$2")
      .replace(/\\sqrt\s*{([^{}]*)}/g, "√$1")
      .replace(/\\(?:text|mathrm|operatorname|mathbf)\s*{([^{}]*)}/g, "$1")
      .replace(/\\times/g, "×")
      .replace(/\\([A-Za-z]+)/g, "$1")
      .replace(/[\\{}]/g, "");
  }

  const sections = Search._performSearch;
  Search._performSearch = (query, ...how) => {
    const before = sections(query, ...how);
    for (const result of before) if (LISTS.has(result[0])) result[4] -= SECTION;
    const added = headings(query);
    const places = new Set(added.map((result) => result[0] + result[2]));
    const rest = before.filter((result) => !places.has(result[0] + result[2]));
    return [...rest, ...added].sort((a, b) => a[4] - b[4]); // the best one is last
  };

  const plain = Search.htmlToText;
  Search.htmlToText = (text, anchor) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    for (const formula of page.querySelectorAll(".math")) formula.textContent = asText(formula.textContent);
    return plain(page.documentElement.outerHTML, anchor);
  };
})();
