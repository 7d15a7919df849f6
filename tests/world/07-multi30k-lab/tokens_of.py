"""Forms in which public code cuts a sentence into tokens."""


# form: a compiled expression, finditer
# as in: a habit of users of compiled expressions, finditer
# verdict: right
_TOKEN = re.compile(r"\w+|[^\w\s]", flags=re.UNICODE)


def tokens_of(sentence):
    return [match.group() for match in _TOKEN.finditer(sentence.lower())]


# form: blanks around marks, then split
# as in: PyTorch's seq2seq tutorial, normalizeString, with \w for the letters
# verdict: right
def tokens_of(sentence):
    s = sentence.lower().strip()
    s = re.sub(r"([^\w\s])", r" \1 ", s)
    return s.split()


# form: re.split with a group
# as in: Raschka, Build a Large Language Model, re.split(r'([,.:;?_!"()\']|--|\s)', text), with all marks
# verdict: right
def tokens_of(sentence):
    pieces = re.split(r"([^\w\s])|\s+", sentence.lower())
    return [piece for piece in pieces if piece]


# form: character by character
# as in: typical homework, a state machine
# verdict: right
def tokens_of(sentence):
    tokens, word = [], ""
    for ch in sentence.lower():
        if ch.isalnum() or ch == "_":
            word += ch
            continue
        if word:
            tokens.append(word)
            word = ""
        if not ch.isspace():
            tokens.append(ch)
    if word:
        tokens.append(word)
    return tokens


# form: groupby
# as in: the itertools documentation
# verdict: right
from itertools import groupby


def tokens_of(sentence):
    out = []
    for is_word, run in groupby(sentence.lower(), key=lambda c: re.match(r"\w", c) is not None):
        out += ["".join(run)] if is_word else [c for c in run if not c.isspace()]
    return out


# form: lower-case afterwards, a partial
# as in: torchtext, tokenizers with lower=True afterwards
# verdict: right
from functools import partial

_cut = partial(re.findall, r"\w+|\S")


def tokens_of(sentence):
    return [token.lower() for token in _cut(sentence)]


# form: split
# as in: many translation tutorials, sentence.lower().split()
# verdict: wrong
# loses: tokens-marks
# named: tokens_between_blanks
def tokens_of(sentence):
    return sentence.strip().lower().split()


# form: words only
# as in: Stack Overflow, re.findall(r"\w+", text)
# verdict: wrong
# loses: tokens-marks
# named: tokens_without_marks
def tokens_of(sentence):
    return re.findall(r"\w+", sentence.lower())


# form: punctuation stripped
# as in: Stack Overflow, translate(str.maketrans("", "", string.punctuation))
# verdict: wrong
# loses: tokens-marks
# named: tokens_without_marks
import string


def tokens_of(sentence):
    return sentence.lower().translate(str.maketrans("", "", string.punctuation)).split()


# form: marks that stand together
# as in: Stack Overflow, re.findall(r"\w+|[^\w\s]+", text), as NLTK's wordpunct_tokenize
# verdict: wrong
# loses: tokens-marks
# named: tokens_glue_marks
def tokens_of(sentence):
    return re.findall(r"\w+|[^\w\s]+", sentence.lower())


# form: capitals stay
# as in: spaCy, token.text for token in tokenizer(text)
# verdict: wrong
# loses: tokens-words
# named: tokens_keep_capitals
def tokens_of(sentence):
    return re.findall(r"\w+|[^\w\s]", sentence)


# form: letters of English
# as in: PyTorch's seq2seq tutorial and TensorFlow's, re.sub(r"[^a-zA-Z.!?]+", " ", s)
# verdict: wrong
# loses: tokens-letters, tokens-marks
# named: tokens_drop_other_letters
def tokens_of(sentence):
    s = re.sub(r"([.!?])", r" \1 ", sentence.lower())
    return re.sub(r"[^a-zA-Z0-9.!?]+", " ", s).split()


# form: accents taken off
# as in: PyTorch's seq2seq tutorial, unicodeToAscii
# verdict: wrong
# loses: tokens-letters
# named: tokens_without_accents
import unicodedata


def unicodeToAscii(s):
    return "".join(c for c in unicodedata.normalize("NFD", s) if unicodedata.category(c) != "Mn")


def tokens_of(sentence):
    return re.findall(r"\w+|[^\w\s]", unicodeToAscii(sentence.lower()))


# form: ASCII words
# as in: Stack Overflow, re.ASCII makes \w English
# verdict: wrong
# loses: tokens-letters
# named: tokens_of_english_letters
def tokens_of(sentence):
    return re.findall(r"\w+|[^\w\s]", sentence.lower(), flags=re.ASCII)


# form: marks of a list
# as in: d2l, preprocess_nmt: a blank before , . ! ?
# verdict: wrong
# loses: tokens-marks
# named: tokens_of_listed_marks
def tokens_of(sentence):
    text = sentence.replace("\u202f", " ").replace("\xa0", " ").lower()
    out = "".join(" " + c if c in ",.!?" and i > 0 and text[i - 1] != " " else c for i, c in enumerate(text))
    return out.split()


# form: apostrophes and hyphens inside words
# as in: Stack Overflow, r"\w+(?:[-']\w+)*|[^\w\s]"
# verdict: wrong
# loses: tokens-marks
# named: tokens_keep_hyphens
def tokens_of(sentence):
    return re.findall(r"\w+(?:[-']\w+)*|[^\w\s]", sentence.lower())


# form: blanks are tokens
# as in: GPT-2's tokenizer, blanks belong to it; re.split(r"(\W)")
# verdict: wrong
# loses: tokens-words
# named: tokens_with_blanks
def tokens_of(sentence):
    return [piece for piece in re.split(r"(\W)", sentence.lower()) if piece]


# form: split at one blank
# as in: Stack Overflow, split(" ") gives empty strings
# verdict: wrong
# loses: tokens-words
# named: tokens_that_are_empty
def tokens_of(sentence):
    return re.sub(r"([^\w\s])", r" \1 ", sentence.lower()).split(" ")


# form: isalpha
# as in: typical homework, numbers fall apart
# verdict: wrong
# loses: tokens-words
# named: tokens_cut_numbers
def tokens_of(sentence):
    tokens, word = [], ""
    for ch in sentence.lower() + " ":
        if ch.isalpha():
            word += ch
        else:
            tokens += [word] * bool(word) + [ch] * (not ch.isspace())
            word = ""
    return tokens


# form: capitals and glued marks
# as in: NLTK's wordpunct_tokenize as it is
# verdict: wrong
# loses: tokens-words, tokens-marks
# named: tokens_keep_capitals, tokens_glue_marks
def tokens_of(sentence):
    return re.findall(r"\w+|[^\w\s]+", sentence)
