// Text to tokens, tokens to pieces, pieces to ids (paper, section 5.1), and all the way back.
// Twins: solutions/data/vocabulary.py, bpe.py and detokenize.py.
liveTransformer.part((live) => {
  const [PAD, UNK, BOS, EOS] = [0, 1, 2, 3];
  const SPECIALS = ["<pad>", "<unk>", "<s>", "</s>"]; // their spelling, in the order of their ids
  const MORE = "@@"; // at the end of a piece: the word goes on
  Object.assign(live, { PAD, UNK, BOS, EOS, SPECIALS });

  // What Python calls a blank.
  const BLANK = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;
  const isBlank = (text) => [...text].every((character) => BLANK.test(character));

  function strip(text) {
    const characters = [...text];
    while (characters.length && isBlank(characters[0])) characters.shift();
    while (characters.length && isBlank(characters.at(-1))) characters.pop();
    return characters.join("");
  }

  // ---- text to tokens --------------------------------------------------------------------------

  // A tokenizer by the rules that the model's file brings along: prefixes, suffixes and infixes are
  // cut off each word, except from web addresses and from listed exceptions such as "z.B.".
  // Twins: `tokenize` of vocabulary.py, and solutions/translator/tokenizer_rules.py.
  function newTokenizer({ prefix, suffix, infix, url, classes, exceptions }) {
    const compile = (pattern, flags) =>
      new RegExp(pattern.replace(/{{(\d+)}}/g, (_, number) => classes[number]), flags);
    const prefixes = compile(prefix, "u");
    const suffixes = compile(suffix, "u");
    const infixes = compile(infix, "gu");
    const address = compile(url, "u");
    const special = new Map(Object.entries(exceptions));
    const sizeOf = (pattern, text) => text.match(pattern)?.[0].length ?? 0;

    // Split at blanks. One blank between two words is dropped; any others become a token.
    function splitAtBlanks(text) {
      const spans = [];
      let begin = 0;
      let place = 0;
      let inBlanks = text !== "" && isBlank([...text][0]);
      for (const character of text) {
        if (isBlank(character) !== inBlanks) {
          const spaced = character === " ";
          if (begin < place) spans.push({ text: text.slice(begin, place), spaced });
          begin = spaced ? place + 1 : place;
          inBlanks = !inBlanks;
        }
        place += character.length;
      }
      if (begin < place) spans.push({ text: text.slice(begin), spaced: false });
      return spans;
    }

    // Cut prefixes and suffixes off a word, one of each at a time, until an exception is left or
    // nothing more can be cut off.
    function splitAffixes(word, withExceptions) {
      const isSpecial = (text) => withExceptions && special.has(text);
      const before = [];
      const after = [];
      let length = -1;
      while (word && word.length !== length && !isSpecial(word)) {
        length = word.length;
        const front = sizeOf(prefixes, word);
        const withoutFront = word.slice(front);
        if (front && isSpecial(withoutFront)) {
          before.push(word.slice(0, front));
          word = withoutFront;
          break;
        }
        const back = sizeOf(suffixes, withoutFront);
        const withoutBack = word.slice(0, word.length - back);
        if (back && isSpecial(withoutBack)) {
          after.unshift(word.slice(word.length - back));
          word = withoutBack;
          break;
        }
        if (front) before.push(word.slice(0, front));
        if (back) after.unshift(word.slice(word.length - back));
        word = word.slice(front, word.length - back);
      }
      return { before, word, after };
    }

    // Cut a word at what stands inside of it, such as a dash.
    function splitInfixes(word) {
      const tokens = [];
      let begin = 0;
      for (const { 0: found, index } of word.matchAll(infixes)) {
        if (index === 0) continue;
        if (index !== begin) tokens.push(word.slice(begin, index));
        if (found) tokens.push(found);
        begin = index + found.length;
      }
      return begin < word.length ? [...tokens, word.slice(begin)] : tokens;
    }

    function splitWord(text, withExceptions) {
      if (withExceptions && special.has(text)) return special.get(text);
      const { before, word, after } = splitAffixes(text, withExceptions);
      let middle = [];
      if (word && withExceptions && special.has(word)) middle = special.get(word);
      else if (word) middle = address.test(word) ? [word] : splitInfixes(word);
      return [...before, ...middle, ...after];
    }

    // Tokens with the blank that follows them, if one does.
    function split(text, withExceptions = true) {
      return splitAtBlanks(text).flatMap((span) => {
        const tokens = splitWord(span.text, withExceptions);
        return tokens.map((token, i) => ({
          text: token,
          spaced: span.spaced && i === tokens.length - 1,
        }));
      });
    }

    // Exceptions that the rules themselves would cut, such as ":-)". They are found again among the
    // tokens, so `broken` has the tokens into which they are cut, joined.
    const SEPARATOR = "\u0000";
    const broken = new Set();
    let longest = 0;
    const isCut = (text) =>
      [prefixes, suffixes, infixes, / /].some((pattern) => text.search(pattern) >= 0);
    for (const text of [...special.keys()].filter(isCut)) {
      const tokens = split(text, false).map((token) => token.text);
      broken.add(tokens.join(SEPARATOR));
      longest = Math.max(longest, tokens.length);
    }

    // The places of such exceptions; of two that overlap the longer one, or else the first.
    function findBroken(tokens) {
      const words = tokens.map((token) => token.text);
      const spans = [];
      for (let begin = 0; begin < words.length; begin++)
        for (let end = begin + 1; end <= Math.min(begin + longest, words.length); end++)
          if (broken.has(words.slice(begin, end).join(SEPARATOR))) spans.push({ begin, end });
      spans.sort((a, b) => b.end - b.begin - (a.end - a.begin) || a.begin - b.begin);
      const taken = new Set();
      return spans.filter(({ begin, end }) => {
        const free = !taken.has(begin) && !taken.has(end - 1);
        for (let place = begin; place < end; place++) taken.add(place);
        return free;
      });
    }

    // The text of tokens, with the blanks between them.
    function textOf(tokens) {
      const text = tokens.map((token) => (token.spaced ? `${token.text} ` : token.text)).join("");
      return tokens.at(-1).spaced ? text.slice(0, -1) : text;
    }

    return (text) => {
      const tokens = split(text);
      const words = [];
      let done = 0;
      for (const { begin, end } of findBroken(tokens).sort((a, b) => a.begin - b.begin)) {
        const mended = special.get(textOf(tokens.slice(begin, end)));
        if (!mended) continue; // there are blanks in it
        words.push(...tokens.slice(done, begin).map((token) => token.text), ...mended);
        done = end;
      }
      words.push(...tokens.slice(done).map((token) => token.text));
      return words.map((word) => word.toLowerCase());
    };
  }

  // ---- tokens to pieces: bpe.py ----------------------------------------------------------------

  // A word as its smallest pieces: "ab" is "a@@", "b".
  function letters(word) {
    const characters = [...word];
    return characters.map((letter, i) => (i < characters.length - 1 ? letter + MORE : letter));
  }

  const joined = (left, right) => left.slice(0, -MORE.length) + right;

  // Join a pair wherever it occurs, from the left.
  function merge(pieces, [left, right]) {
    const merged = [];
    for (let place = 0; place < pieces.length; place++)
      if (pieces[place] === left && pieces[place + 1] === right) {
        merged.push(joined(left, right));
        place += 1;
      } else merged.push(pieces[place]);
    return merged;
  }

  // Split words by the merges that apply, the earliest learned first.
  function newSegmenter(merges) {
    const ranks = new Map(); // left -> right -> number of the merge
    merges.forEach(([left, right], rank) => {
      if (!ranks.has(left)) ranks.set(left, new Map());
      ranks.get(left).set(right, rank);
    });
    const firstMerge = (pieces) => {
      const rankAt = (piece, place) => ranks.get(piece)?.get(pieces[place + 1]) ?? Infinity;
      return pieces.map(rankAt).reduce((a, b) => Math.min(a, b), Infinity);
    };

    return (word) => {
      let pieces = letters(word);
      let rank = firstMerge(pieces);
      while (rank < Infinity) {
        pieces = merge(pieces, merges[rank]);
        rank = firstMerge(pieces);
      }
      return pieces;
    };
  }

  // Join pieces to words. Pieces at the end that do not complete a word become a word too.
  function joinPieces(pieces) {
    const words = [];
    let begun = "";
    for (const piece of pieces) {
      const goesOn = piece.endsWith(MORE);
      begun += goesOn ? piece.slice(0, -MORE.length) : piece;
      if (!goesOn) {
        words.push(begun);
        begun = "";
      }
    }
    return begun ? [...words, begun] : words;
  }

  // ---- pieces to ids and back: vocabulary.py ---------------------------------------------------

  live.newVocabulary = (language, { types, merges }, rules) => {
    if (![...types, ...merges.flat()].every((one) => typeof one === "string"))
      throw new Error("its vocabulary has something that is not a text");
    if (new Set(types).size !== types.length) throw new Error("its vocabulary has a type twice");
    const ids = new Map(types.map((type, i) => [type, SPECIALS.length + i]));
    const spellings = [...SPECIALS, ...types];
    const segment = merges.length ? newSegmenter(merges) : (word) => [word];
    return {
      language,
      size: spellings.length,
      tokenize: rules ? newTokenizer(rules) : null,
      cut: (word) => segment(word),
      id: (piece) => ids.get(piece) ?? UNK,
      spell: (id) => spellings[id],
      // Tokens of ids without specials; UNK stays visible.
      decode(sequence) {
        const written = sequence.filter((id) => ![PAD, BOS, EOS].includes(id));
        const pieces = written.map((id) => spellings[id]);
        return merges.length ? joinPieces(pieces) : pieces;
      },
    };
  };

  // Cut a source sentence: its words with their pieces, and the ids that the encoder reads, which
  // end with EOS. A piece that the model does not know has the id UNK.
  live.encodeSource = (vocabulary, text) => {
    const words = vocabulary.tokenize(strip(text)).map((word) => {
      const pieces = vocabulary.cut(word);
      return { word, pieces, ids: pieces.map(vocabulary.id) };
    });
    return { words, ids: [...words.flatMap((word) => word.ids), EOS] };
  };

  // ---- tokens to text: detokenize.py -----------------------------------------------------------

  const ENGLISH = ["s", "m", "d", "re", "ve", "ll"]; // after an apostrophe, as in "it 's"
  const ENDINGS = ENGLISH.flatMap((end) => [`'${end}`, `’${end}`]);
  const CLOSING = new Set([...".,;:!?)]}%…“”’", ...ENDINGS, "n't", "n’t"]);
  const OPENING = new Set(["(", "[", "{", "$", "#", "„", "‘"]);
  const JOINING = new Set(["-", "/"]); // captions have "t-shirt" and "and/or", and hardly any dash
  const QUOTES = new Set(['"', "'"]); // the same mark opens and closes

  // Join the tokens of a sentence to text: no blank before what closes and after what opens.
  live.detokenize = (tokens) => {
    const words = tokens.filter((token) => !isBlank(token));
    let text = "";
    let attached = true; // the next token follows without a blank
    const quoted = new Set(); // the quotation marks that are open
    words.forEach((token, place) => {
      const hyphen = JOINING.has(token) && place > 0 && place < words.length - 1;
      const opens = QUOTES.has(token) && !quoted.has(token) && words.indexOf(token, place + 1) > 0;
      let closes = CLOSING.has(token) || (QUOTES.has(token) && !opens);
      closes ||= token === "not" && words[place - 1] === "can"; // spaCy cuts "cannot"
      text += attached || closes || hyphen ? token : ` ${token}`;
      attached = hyphen || opens || OPENING.has(token);
      if (opens) quoted.add(token);
      else quoted.delete(token);
    });
    return text;
  };

  // Words in their usual spelling, and a capital at the beginning of the sentence.
  live.capitalize = (tokens, spelling) => {
    const words = tokens.map((token) => spelling.get(token) ?? token);
    const first = words.findIndex((word) => /^[\p{L}\p{N}]/u.test(word)); // past a quotation mark
    if (first >= 0) {
      const [letter, ...others] = words[first];
      words[first] = letter.toUpperCase() + others.join("");
    }
    return words;
  };
});
