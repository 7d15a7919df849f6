"""Forms in which public code translates sentences with a model."""


# form: in the order of the sentences
# as in: The Annotated Transformer and bentrevett/pytorch-seq2seq, translate_sentence, for a batch
# verdict: right
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device
    itos = {i: w for w, i in target_ids.items()}
    itos[UNK] = "<unk>"
    result = []
    with torch.no_grad():
        for i in range(0, len(sentences), batch):
            rows = [[source_ids.get(t, UNK) for t in s] + [EOS] for s in sentences[i : i + batch]]
            src = pad(rows, PAD).to(device)
            for ids in search(model, src):
                result.append([itos[n] for n in ids])
    model.train(was_training)
    return result


# form: sorted, and put back by a dictionary
# as in: OpenNMT-py and fairseq-interactive, results sorted by their id
# verdict: right
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = list(SPECIALS) + [word for word, _ in sorted(target_ids.items(), key=lambda x: x[1])]
    order = sorted(range(len(sentences)), key=lambda i: len(sentences[i]), reverse=True)
    done = {}
    while order:
        now, order = order[:batch], order[batch:]
        src = pad_sequence(
            [torch.tensor([source_ids.get(t, UNK) for t in sentences[i]] + [EOS]) for i in now],
            batch_first=True,
            padding_value=PAD,
        )
        done.update(zip(now, search(model, src.to(device))))
    model.train(mode)
    return [[itos[n] for n in done[i]] for i in range(len(sentences))]


# form: try and finally, helpers
# as in: a habit of careful programmers
# verdict: right
def _numbers(tokens, ids):
    return [ids[t] if t in ids else UNK for t in tokens] + [EOS]


def _chunks(items, size):
    for start in range(0, len(items), size):
        yield items[start : start + size]


def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    device, before = next(model.parameters()).device, model.training
    model.train(False)
    words = dict(zip(target_ids.values(), target_ids.keys()))
    try:
        answers = []
        for part in _chunks(list(sentences), batch):
            rows = pad([_numbers(tokens, source_ids) for tokens in part], PAD)
            answers.extend(search(model, rows.to(device)))
    finally:
        model.train(before)
    return [[words.get(number, SPECIALS[UNK]) for number in answer] for answer in answers]


# form: a DataLoader
# as in: PyTorch, DataLoader(shuffle=False, collate_fn=...)
# verdict: right
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    training = model.training
    model.eval()
    device = next(model.parameters()).device
    encode = lambda tokens: torch.tensor([*(source_ids.get(t, UNK) for t in tokens), EOS])
    stack = lambda some: pad_sequence([encode(one) for one in some], batch_first=True, padding_value=PAD)
    loader = DataLoader(sentences, batch_size=batch, shuffle=False, collate_fn=stack)
    words = {number: word for word, number in target_ids.items()}
    out = [[words[n] if n != UNK else "<unk>" for n in ids] for src in loader for ids in search(model, src.to(device))]
    model.train(training)
    return out


# form: np.argsort and its inverse
# as in: fairseq-interactive and HF pipelines, unsort by argsort of argsort
# verdict: right
import numpy as np


def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    order = np.argsort([len(s) for s in sentences], kind="stable")
    words = {number: word for word, number in target_ids.items()}
    words[UNK] = SPECIALS[UNK]
    model.eval()
    written = []
    for chunk in np.array_split(order, range(batch, len(order), batch)):
        rows = [[source_ids.get(t, UNK) for t in sentences[i]] + [EOS] for i in chunk]
        written += search(model, pad(rows, PAD).to(device)) if rows else []
    model.train(mode)
    return [[words[n] for n in written[place]] for place in np.argsort(order)]


# form: sources without their end
# as in: The Annotated Transformer (2018), sources without </s>
# verdict: wrong
# loses: translate-words
# named: translation_of_sources_without_end
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    for i in range(0, len(sentences), batch):
        rows = [[source_ids.get(t, UNK) for t in s] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append([itos[n] for n in ids])
    model.train(mode)
    return out


# form: the dictionary itself
# as in: PyTorch's seq2seq tutorial, indexesFromSentence
# verdict: wrong
# loses: translate-words
# named: translation_stops_at_unknown_words
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    for i in range(0, len(sentences), batch):
        rows = [[source_ids[t] for t in s] + [EOS] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append([itos[n] for n in ids])
    model.train(mode)
    return out


# form: unknown words left out of the source
# as in: bag-of-words tutorials
# verdict: wrong
# loses: translate-words
# named: translation_drops_unknown_words
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    for i in range(0, len(sentences), batch):
        rows = [[source_ids[t] for t in s if t in source_ids] + [EOS] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append([itos[n] for n in ids])
    model.train(mode)
    return out


# form: a list of the words, without the specials
# as in: typical homework, list(target_ids)[n]
# verdict: wrong
# loses: translate-words
# named: translation_with_shifted_words
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = list(target_ids)
    out = []
    for i in range(0, len(sentences), batch):
        rows = [[source_ids.get(t, UNK) for t in s] + [EOS] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append([itos[n] for n in ids])
    model.train(mode)
    return out


# form: unknown words left out of the translation
# as in: d2l and HF, skip_special_tokens=True
# verdict: wrong
# loses: translate-words
# named: translation_hides_unknown_words
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    for i in range(0, len(sentences), batch):
        rows = [[source_ids.get(t, UNK) for t in s] + [EOS] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append([itos[n] for n in ids if n > EOS])
    model.train(mode)
    return out


# form: <unk> is not in the dictionary
# as in: typical homework, itos without specials
# verdict: wrong
# loses: translate-words
# named: translation_has_no_word_for_unk
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()}
    out = []
    for i in range(0, len(sentences), batch):
        rows = [[source_ids.get(t, UNK) for t in s] + [EOS] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append([itos[n] for n in ids])
    model.train(mode)
    return out


# form: strings
# as in: bentrevett/pytorch-seq2seq and HF, " ".join(tokens)
# verdict: wrong
# loses: translate-words, translate-order
# named: translation_is_one_string
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    for i in range(0, len(sentences), batch):
        rows = [[source_ids.get(t, UNK) for t in s] + [EOS] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append(" ".join(itos[n] for n in ids))
    model.train(mode)
    return out


# form: numbers
# as in: typical homework, the ids of the search
# verdict: wrong
# loses: translate-words, translate-order
# named: translation_is_still_numbers
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    for i in range(0, len(sentences), batch):
        rows = [[source_ids.get(t, UNK) for t in s] + [EOS] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append(ids)
    model.train(mode)
    return out


# form: specials around the translation
# as in: bentrevett/pytorch-seq2seq, the translation ends with <eos>
# verdict: wrong
# loses: translate-words, translate-order
# named: translation_shows_its_end
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    for i in range(0, len(sentences), batch):
        rows = [[source_ids.get(t, UNK) for t in s] + [EOS] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append([itos[n] for n in ids] + ["</s>"])
    model.train(mode)
    return out


# form: sorted by length, never put back
# as in: seq2seq tutorials that sort for pack_padded_sequence
# verdict: wrong
# loses: translate-order
# named: translations_in_order_of_length
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    sentences = sorted(sentences, key=len)
    for i in range(0, len(sentences), batch):
        rows = [[source_ids.get(t, UNK) for t in s] + [EOS] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append([itos[n] for n in ids])
    model.train(mode)
    return out


# form: the first batch
# as in: typical homework, sentences[:batch]
# verdict: wrong
# loses: translate-order
# named: translations_of_the_first_batch
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    for i in [0]:
        rows = [[source_ids.get(t, UNK) for t in s] + [EOS] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append([itos[n] for n in ids])
    model.train(mode)
    return out


# form: a return in the loop
# as in: Stack Overflow, "my function returns after the first iteration"
# verdict: wrong
# loses: translate-order
# named: translations_of_the_first_batch
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    for i in range(0, len(sentences), batch):
        rows = [[source_ids.get(t, UNK) for t in s] + [EOS] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append([itos[n] for n in ids])
        model.train(mode)
        return out


# form: whole batches only
# as in: PyTorch, drop_last=True
# verdict: wrong
# loses: translate-order
# named: -
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    for i in range(0, len(sentences) - batch + 1, batch):
        rows = [[source_ids.get(t, UNK) for t in s] + [EOS] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append([itos[n] for n in ids])
    model.train(mode)
    return out


# form: the mode as it comes
# as in: torch.no_grad() taken for model.eval()
# verdict: wrong
# loses: translate-mode
# named: translation_with_dropout
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    with torch.no_grad():
        for i in range(0, len(sentences), batch):
            rows = [[source_ids.get(t, UNK) for t in s] + [EOS] for s in sentences[i : i + batch]]
            for ids in search(model, pad(rows, PAD).to(device)):
                out.append([itos[n] for n in ids])
    return out


# form: left in evaluation mode
# as in: bentrevett/pytorch-seq2seq, translate_sentence: model.eval()
# verdict: wrong
# loses: translate-mode
# named: translation_leaves_its_mode
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    for i in range(0, len(sentences), batch):
        rows = [[source_ids.get(t, UNK) for t in s] + [EOS] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append([itos[n] for n in ids])
    return out


# form: always back to training
# as in: karpathy/nanoGPT, model.train() after an estimate
# verdict: wrong
# loses: translate-mode
# named: translation_ends_in_training
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    for i in range(0, len(sentences), batch):
        rows = [[source_ids.get(t, UNK) for t in s] + [EOS] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append([itos[n] for n in ids])
    model.train()
    return out


# form: no end, and the first batch
# as in: typical homework
# verdict: wrong
# loses: translate-words, translate-order
# named: translation_of_sources_without_end, translations_of_the_first_batch
def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    mode, device = model.training, next(model.parameters()).device
    model.eval()
    itos = {i: w for w, i in target_ids.items()} | {UNK: "<unk>"}
    out = []
    for i in [0]:
        rows = [[source_ids.get(t, UNK) for t in s] for s in sentences[i : i + batch]]
        for ids in search(model, pad(rows, PAD).to(device)):
            out.append([itos[n] for n in ids])
    model.train(mode)
    return out
