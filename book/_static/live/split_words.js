// Text to words and punctuation marks (paper, section 5.1). Twin: `tokenize` of
// solutions/data/vocabulary.py, which asks spaCy.
//
// The rules here are few, and cut ordinary sentences as spaCy's do:
// `tests/book/test_split_words.py` counts on how many. What they do not know, such as most
// emoticons, is cut otherwise, and costs the model some pieces that it has not seen.
liveTransformer.part((live) => {
  // What Python calls a blank.
  const BLANK = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;
  live.isBlank = (text) => [...text].every((character) => BLANK.test(character));

  live.strip = (text) => {
    const characters = [...text];
    while (characters.length && live.isBlank(characters[0])) characters.shift();
    while (characters.length && live.isBlank(characters.at(-1))) characters.pop();
    return characters.join("");
  };

  // ---- the rules -------------------------------------------------------------------------------

  // Characters for use inside of square brackets.
  const QUOTES = "'\"”“`‘´’‚„»«";
  const MARKS = `…,:;!?¿¡()[\\]{}<>_#*&${QUOTES}\\p{So}`;
  const LETTER = "\\p{L}";
  const UNITS = "km²|km/h|kmh|km|m/s|[cm]?m²|m³|[cdm]?m|[km]?g|[kmgt]b|[KMGT]B?|in|ft|yd|lb|oz|t|%";

  const PREFIX = new RegExp(`^(?:\\.\\.+|\\+(?!\\d)|[§%=—–${MARKS}\\p{Sc}])`, "u");
  const SUFFIXES = [
    `\\.\\.+|[${MARKS}]`,
    "(?<=\\d)[+\\p{Sc}]",
    `(?<=\\d)(?:${UNITS})`,
    `(?<=[\\p{Ll}${MARKS}]|\\p{Lu}\\p{Lu})\\.`, // but not of an initial, "A."
  ];
  const INFIXES = [
    "\\.\\.+|…|\\p{So}",
    "(?<=\\p{Ll})\\.(?=\\p{Lu})",
    ...[",", "--", "[:<>=/]"].map((mark) => `(?<=${LETTER})${mark}(?=${LETTER})`),
  ];
  // Languages -> what is cut only there: at the end of a word, and inside of it.
  const ONLY = {
    de: {
      suffixes: [],
      infixes: [`(?<=${LETTER})[!?"”“„»«’‘()[\\]](?=${LETTER})`, "(?<=\\d)-(?=\\d)"],
    },
    en: {
      suffixes: ["['’][sS]|[—–]|(?<=\\d)\\.", `(?<=${LETTER})(?:n['’]t|['’](?:re|ve|ll|d|m))`],
      infixes: [
        `(?<=[\\p{L}\\d])(?:-+|[–—~])(?=${LETTER})`,
        `(?<=\\d)[:<>=/](?=${LETTER})|(?<=\\d)[-+*^](?=[\\d-])`,
      ],
    },
  };

  // Words that stay whole although they end with a period or consist of punctuation marks.
  const WHOLE = {
    both:
      "' '' :) :( :-) :-( ;) ;-) :D :-D ;D :P :-P :p :/ :-/ :o :O :'( <3 ^_^ -_- xD XD C++ Dr. Prof. " +
      "Jan. Feb. Apr. Jun. Jul. Aug. Sep. Sept. Nov. St. Jr. Co. vs. e.g. i.e.",
    de:
      "'s 'S 'n 'ne 'nem 'nen auf'm unter'm über'm vor'm hinter'm z.B. z.b. z.T. d.h. u.a. u.U. u.s.w. " +
      "usw. usf. v.a. i.d.R. s.o. n.Chr. v.Chr. Chr. bzw. ca. Hr. Hrn. Fr. Frl. Fam. Nr. Str. Tel. " +
      "Abb. Abs. Bd. Mär. Okt. Dez. Di. Mi. Do. Fr. Sa. So. Mo. etc. evtl. ggf. inkl. max. min. mind. " +
      "Mio. Mrd. Tsd. Std. tägl. vgl. vlt. vllt. zzgl. Jh. Hbf. Bhf. geb. sog. allg. bspw. ehem. " +
      "engl. Mr. P.S. U.S. U.S.A.",
    en: "a.m. p.m. Mr. Mrs. Ms. Mt. Ave. Blvd. Inc. Ltd. Gen. Gov. Rep. Sen. Rev. Dec. Oct. U.S. N.Y. L.A. 'em and/or",
  };
  const INITIALS = [..."abcdefghijklmnopqrstuvwxyz"].map((letter) => `${letter}.`);
  const split = (words, ending) => words.split(" ").map((word) => [word + ending, [word, ending]]);
  const EXCEPTIONS = {
    de: split("er sie ich du wir ihr Er Sie Ich Du Wir Ihr", "'s"),
    en: [
      ["cannot", ["can", "not"]],
      ...["gonna", "gotta"].map((word) => [word, [word.slice(0, 3), word.slice(3)]]),
      ["can't", ["ca", "n't"]],
    ],
  };

  function rulesOf(language) {
    const whole = [...INITIALS, ...WHOLE.both.split(" "), ...WHOLE[language].split(" ")];
    return {
      suffix: new RegExp(`(?:${[...ONLY[language].suffixes, ...SUFFIXES].join("|")})$`, "u"),
      infix: new RegExp([...INFIXES, ...ONLY[language].infixes].join("|"), "gu"),
      exceptions: new Map([...whole.map((word) => [word, [word]]), ...EXCEPTIONS[language]]),
    };
  }

  const ADDRESS = /^(?:https?:\/\/|www\.)\S+$|^[\w.+-]+@[\w-]+\.[\w.-]+$/u;

  // ---- the rules of the last notebook: solutions/assignments/lab_data.py ------------------------

  live.PLAIN = "plain"; // the "language" of models that were trained with these rules

  // Runs of letters and digits are words; every other character is a token of its own.
  const splitPlainly = (text) => text.toLowerCase().match(/[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s]/gu) ?? [];

  // Tokens to text. Twin: `text_of`.
  live.joinPlainly = (tokens) => {
    const text = tokens
      .join(" ")
      .replace(/ ([.,;:!?)%])/g, "$1")
      .replace(/([(]) | ?([-'’/]) ?/g, "$1$2");
    return text.slice(0, 1).toUpperCase() + text.slice(1);
  };

  // ---- the tokenizer ---------------------------------------------------------------------------

  // Split at blanks. One blank between two words is dropped; any others become a word.
  function splitAtBlanks(text) {
    const words = [];
    let begin = 0;
    let place = 0;
    let inBlanks = text !== "" && live.isBlank([...text][0]);
    for (const character of text) {
      if (live.isBlank(character) !== inBlanks) {
        if (begin < place) words.push(text.slice(begin, place));
        begin = character === " " ? place + 1 : place;
        inBlanks = !inBlanks;
      }
      place += character.length;
    }
    return begin < place ? [...words, text.slice(begin)] : words;
  }

  // Cut a word at what stands inside of it, such as a slash.
  function splitInside(word, infix) {
    const words = [];
    let begin = 0;
    for (const { 0: mark, index } of word.matchAll(infix)) {
      if (index === 0) continue;
      if (begin < index) words.push(word.slice(begin, index));
      words.push(mark);
      begin = index + mark.length;
    }
    return begin < word.length ? [...words, word.slice(begin)] : words;
  }

  // Cut off what stands before and after a word until it is an exception or nothing is left to cut.
  function splitWord(word, { suffix, infix, exceptions }) {
    const before = [];
    const after = [];
    while (word && !exceptions.has(word)) {
      const [front] = word.match(PREFIX) ?? [""];
      const rest = word.slice(front.length);
      if (front && exceptions.has(rest)) {
        before.push(front);
        word = rest;
        break;
      }
      const [back] = rest.match(suffix) ?? [""];
      if (front) before.push(front);
      if (back) after.unshift(back);
      word = rest.slice(0, rest.length - back.length);
      if (!front && !back) break;
    }
    const middle = exceptions.get(word) ?? (ADDRESS.test(word) ? [word] : splitInside(word, infix));
    return [...before, ...middle, ...after];
  }

  // A function from a text to its words and punctuation marks, in lower case.
  live.newTokenizer = (language) => {
    if (language === live.PLAIN) return splitPlainly;
    if (!Object.hasOwn(ONLY, language)) throw new Error(`its language ${language} is not known here`);
    const rules = rulesOf(language);
    return (text) =>
      splitAtBlanks(text)
        .flatMap((word) => (live.isBlank(word) ? [word] : splitWord(word, rules)))
        .map((word) => word.toLowerCase());
  };
});
