"""Forms in which public code reads words off logits."""


# form: takewhile
# as in: itertools, words up to a stop word
# verdict: right
from itertools import takewhile


def likeliest_tokens(logits, spellings, end="</s>"):
    ids = np.argmax(logits, axis=-1)
    return [list(takewhile(lambda token: token != end, (spellings[i] for i in row))) for row in ids]


# form: a loop with break
# as in: greedy decoding in tutorials, if token == eos: break
# verdict: right
def likeliest_tokens(logits, spellings, end="</s>"):
    sentences = []
    for b in range(logits.shape[0]):
        words = []
        for t in range(logits.shape[1]):
            word = spellings[int(np.argmax(logits[b, t]))]
            if word == end:
                break
            words.append(word)
        sentences.append(words)
    return sentences


# form: try and except
# as in: Python style, list.index with except ValueError
# verdict: right
def likeliest_tokens(logits, spellings, end="</s>"):
    result = []
    for ids in logits.argmax(2).tolist():
        tokens = list(map(spellings.__getitem__, ids))
        try:
            tokens = tokens[: tokens.index(end)]
        except ValueError:
            pass
        result.append(tokens)
    return result


# form: softmax first, PyTorch's argmax
# as in: tutorials that take the softmax before the argmax
# verdict: right
def likeliest_tokens(logits, spellings, end="</s>"):
    probabilities = torch.softmax(torch.tensor(logits), dim=-1)
    ids = torch.argmax(probabilities, dim=-1).tolist()
    tokens = [[spellings[i] for i in row] for row in ids]
    return [row[: (row + [end]).index(end)] for row in tokens]


# form: an array of strings
# as in: NumPy users, np.array(vocabulary)[ids].tolist()
# verdict: right
def likeliest_tokens(logits: Array, spellings: list[str], end: str = "</s>") -> list[list[str]]:
    words = np.array(spellings)[logits.argmax(axis=-1)]
    lengths = [(row == end).argmax() if (row == end).any() else len(row) for row in words]
    return [row[:n].tolist() for row, n in zip(words, lengths)]


# form: an array of strings, rows made lists
# as in: NumPy users, list(array): np.str_ is a str
# verdict: right
def likeliest_tokens(logits, spellings, end="</s>"):
    vocabulary = np.array(spellings)
    sentences = []
    for row in vocabulary[logits.argmax(axis=-1)]:
        row = list(row)
        sentences.append(row[: row.index(end)] if end in row else row)
    return sentences


# form: max with a key
# as in: plain Python, max(range(V), key=...)
# verdict: right
def likeliest_tokens(logits, spellings, end="</s>"):
    def best(scores):
        return spellings[max(range(len(scores)), key=scores.__getitem__)]

    sentences = []
    for positions in logits.tolist():
        tokens = [best(scores) for scores in positions]
        if end in tokens:
            del tokens[tokens.index(end) :]
        sentences.append(tokens)
    return sentences


# form: index without asking
# as in: Stack Overflow, "ValueError: '</s>' is not in list"
# verdict: wrong
# loses: likeliest-choice, likeliest-end
# named: likeliest_always_looks_for_an_end
def likeliest_tokens(logits, spellings, end="</s>"):
    tokens = [[spellings[i] for i in row] for row in logits.argmax(axis=-1)]
    return [row[: row.index(end)] for row in tokens]


# form: find, which says -1
# as in: str.find and torch.nonzero habits: -1 cuts the last word off
# verdict: wrong
# loses: likeliest-choice, likeliest-end
# named: likeliest_loses_the_last
def likeliest_tokens(logits, spellings, end="</s>"):
    sentences = []
    for row in logits.argmax(axis=-1):
        tokens = [spellings[i] for i in row]
        where = next((t for t, token in enumerate(tokens) if token == end), -1)
        sentences.append(tokens[:where])
    return sentences


# form: argmax without an axis
# as in: a beginner's logits.argmax()
# verdict: wrong
# loses: likeliest-choice
# named: likeliest_without_an_axis
def likeliest_tokens(logits, spellings, end="</s>"):
    tokens = [[spellings[position.argmax()] for position in sentence] for sentence in logits[:, :1]]
    best = spellings[logits.argmax() % len(spellings)]
    return [[best] for _ in tokens]


# form: argmax over axis 1
# as in: image classifiers, outputs.argmax(1); torch.max(outputs, 1)
# verdict: wrong
# loses: likeliest-choice
# named: likeliest_of_the_positions
def likeliest_tokens(logits, spellings, end="</s>"):
    sentences = []
    for row in np.argmax(logits, 1):
        tokens = [spellings[i] for i in row]
        sentences.append(tokens[: tokens.index(end)] if end in tokens else tokens)
    return sentences


# form: argsort, the first
# as in: a slip: argsort is ascending
# verdict: wrong
# loses: likeliest-choice
# named: likeliest_is_the_least
def likeliest_tokens(logits, spellings, end="</s>"):
    sentences = []
    for row in logits.argsort(axis=-1)[..., 0]:
        tokens = [spellings[i] for i in row]
        sentences.append(tokens[: tokens.index(end)] if end in tokens else tokens)
    return sentences


# form: strings
# as in: translation scripts, " ".join(tokens)
# verdict: wrong
# loses: likeliest-choice, likeliest-end
# named: likeliest_in_one_string
def likeliest_tokens(logits, spellings, end="</s>"):
    sentences = []
    for row in logits.argmax(axis=-1):
        tokens = [spellings[i] for i in row]
        tokens = tokens[: tokens.index(end)] if end in tokens else tokens
        sentences.append(" ".join(tokens))
    return sentences


# form: special tokens are taken out
# as in: Hugging Face tokenizers, decode(skip_special_tokens=True)
# verdict: wrong
# loses: likeliest-end
# named: likeliest_goes_on
def likeliest_tokens(logits, spellings, end="</s>"):
    sentences = []
    for row in logits.argmax(-1):
        sentences.append([spellings[i] for i in row if spellings[i] != end])
    return sentences


# form: padding is taken out too
# as in: decoders that drop <pad>, as skip_special_tokens does
# verdict: wrong
# loses: likeliest-choice, likeliest-end
# named: likeliest_without_padding
def likeliest_tokens(logits, spellings, end="</s>"):
    sentences = []
    for row in logits.argmax(-1):
        tokens = [spellings[i] for i in row]
        tokens = tokens[: tokens.index(end)] if end in tokens else tokens
        sentences.append([token for token in tokens if token != "<pad>"])
    return sentences


# form: "</s>" written into the code
# as in: The Annotated Transformer, .split("</s>", 1)[0] + " </s>"
# verdict: wrong
# loses: likeliest-end
# named: likeliest_knows_one_end
def likeliest_tokens(logits, spellings, end="</s>"):
    sentences = []
    for row in logits.argmax(axis=-1):
        tokens = [spellings[i] for i in row]
        sentences.append(tokens[: tokens.index("</s>")] if "</s>" in tokens else tokens)
    return sentences


# form: the end is appended before break
# as in: greedy loops of tutorials, append and then break
# verdict: wrong
# loses: likeliest-end
# named: likeliest_keeps_the_end
def likeliest_tokens(logits, spellings, end="</s>"):
    out = []
    for row in logits.argmax(axis=-1):
        words = []
        for i in row:
            words.append(spellings[i])
            if spellings[i] == end:
                break
        out.append(words)
    return out


# form: one list for all sentences
# as in: shared references, [[]] * B
# verdict: wrong
# loses: likeliest-choice, likeliest-end
# named: likeliest_in_one_list
def likeliest_tokens(logits, spellings, end="</s>"):
    out = [[]] * len(logits)
    for sentence, row in zip(out, logits.argmax(axis=-1)):
        for i in row:
            if spellings[i] == end:
                break
            sentence.append(spellings[i])
    return out


# form: the whole stops at the first end
# as in: a return or break in the wrong loop
# verdict: wrong
# loses: likeliest-end
# named: likeliest_stops_at_the_first_end
def likeliest_tokens(logits, spellings, end="</s>"):
    out = []
    for row in logits.argmax(axis=-1):
        words = []
        for i in row:
            if spellings[i] == end:
                out.append(words)
                return out
            words.append(spellings[i])
        out.append(words)
    return out


# form: nothing is said of a sentence without an end
# as in: append inside the if only
# verdict: wrong
# loses: likeliest-choice, likeliest-end
# named: likeliest_drops_sentences_without_end
def likeliest_tokens(logits, spellings, end="</s>"):
    out = []
    for row in logits.argmax(axis=-1):
        words = [spellings[i] for i in row]
        if end in words:
            out.append(words[: words.index(end)])
    return out


# form: ids
# as in: model.generate returns ids
# verdict: wrong
# loses: likeliest-choice
# named: likeliest_as_ids
def likeliest_tokens(logits, spellings, end="</s>"):
    eos = spellings.index(end)
    ids = logits.argmax(axis=-1).tolist()
    return [row[: row.index(eos)] if eos in row else row for row in ids]


# form: two mistakes, ids and no end
# as in: homework of strangers
# verdict: wrong
# loses: likeliest-choice, likeliest-end
# named: likeliest_as_ids, likeliest_has_no_end
def likeliest_tokens(logits, spellings, end="</s>"):
    return logits.argmax(axis=-1).tolist()


# form: two mistakes, the least and the end kept
# as in: homework of strangers, argmin of a "loss"
# verdict: wrong
# loses: likeliest-choice, likeliest-end
# named: likeliest_is_the_least, likeliest_keeps_the_end
def likeliest_tokens(logits, spellings, end="</s>"):
    out = []
    for row in logits.argmin(axis=-1):
        words = [spellings[i] for i in row]
        out.append(words[: words.index(end) + 1] if end in words else words)
    return out
