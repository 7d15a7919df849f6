// Words to pieces, pieces to ids (paper, section 5.1), and all the way back to text. Twins:
// bpe.py, vocabulary.py and detokenize.py of solutions/data/.
liveTransformer.part((live) => {
  const [PAD, UNK, BOS, EOS] = [0, 1, 2, 3];
  const SPECIALS = ["<pad>", "<unk>", "<s>", "</s>"]; // their spelling, in the order of their ids
  const MORE = "@@"; // at the end of a piece: the word goes on
  Object.assign(live, { PAD, UNK, BOS, EOS, SPECIALS });

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

  live.newVocabulary = (language, { types, merges }) => {
    if (![...types, ...merges.flat()].every((one) => typeof one === "string"))
      throw new Error("its vocabulary has something that is not a text");
    if (new Set(types).size !== types.length) throw new Error("its vocabulary has a type twice");
    const ids = new Map(types.map((type, i) => [type, SPECIALS.length + i]));
    const spellings = [...SPECIALS, ...types];
    const segment = merges.length ? newSegmenter(merges) : (word) => [word];
    return {
      language,
      size: spellings.length,
      tokenize: live.newTokenizer(language),
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
    const words = vocabulary.tokenize(live.strip(text)).map((word) => {
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
    const words = tokens.filter((token) => !live.isBlank(token));
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

  // A function from tokens to the text of a sentence.
  live.newWriter = (language, spelling) =>
    language === live.PLAIN
      ? live.joinPlainly
      : (tokens) => live.detokenize(live.capitalize(tokens, spelling));

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
