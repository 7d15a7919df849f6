"""The lab by somebody who checks everything and cleans up after it."""

import json
import math
import re

import torch
from sacrebleu.metrics import BLEU
from safetensors.torch import load_file

from solutions.assignments.lab import CHANGES, require_files, require_parameters_of
from solutions.data.batching import Batch
from solutions.data.vocabulary import BOS, EOS, PAD, SPECIALS, UNK
from solutions.fallbacks.assignments_4_6 import (
    Transformer,
    average_weights,
    collate,
    frequent_types,
    pad,
    search,
    token_batches,
    train_step,
)
from solutions.model.config import TransformerConfig
from solutions.training.step import batch_loss


def tokens_of(sentence):
    if not isinstance(sentence, str):
        raise TypeError(f"one sentence at a time, not {type(sentence).__name__}")
    pieces = re.split(r"(\W)", sentence.lower())  # every sign that is no letter stands alone
    return [piece for piece in pieces if piece and not piece.isspace()]


def build_vocabularies(splits, min_count=2):
    if "train" not in splits:
        raise KeyError("there is no training split")
    source, target = splits["train"]
    vocabularies = []
    for side in (source, target):
        types = frequent_types(side, min_count=min_count)
        assert len(set(types)) == len(types)
        ids = {}
        for position, one in enumerate(types):
            ids[one] = position + len(SPECIALS)
        vocabularies.append(ids)
    return tuple(vocabularies)


def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    if len(sources) != len(targets):
        raise ValueError("each source sentence needs a target sentence")

    def is_of_use(sentence):
        return 1 <= len(sentence) <= longest

    def encoded(sentence, ids):
        found = [ids.get(token, UNK) for token in sentence]
        assert len(found) == len(sentence)
        return found

    places = [i for i in range(len(sources)) if is_of_use(sources[i]) and is_of_use(targets[i])]
    return [
        (
            [*encoded(sources[i], source_ids), EOS],
            [BOS, *encoded(targets[i], target_ids), EOS],
        )
        for i in places
    ]


def make_batches(pairs, max_tokens, seed):
    lengths = [(len(source), len(target[1:])) for source, target in pairs]
    made = []
    for places in token_batches(lengths, max_tokens, seed):
        source, target_in, target_out = collate([pairs[place] for place in places], PAD)
        assert target_in.shape == target_out.shape
        assert max(source.numel(), target_out.numel()) <= max_tokens
        made.append(Batch(source=source, target_in=target_in, target_out=target_out))
    assert sum(len(batch.source) for batch in made) == len(pairs)
    return made


def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    sums, tokens = [], 0
    for batch in batches:
        loss = train_step(model, batch, optimizer, schedule, smoothing=smoothing)
        if not math.isfinite(loss):
            raise ValueError(f"the loss is {loss}")
        sums.append(loss * batch.tokens)
        tokens += batch.tokens
    return math.fsum(sums) / tokens


def evaluate_loss(model, batches):
    before = model.training
    model.eval()
    try:
        with torch.no_grad():
            each = [batch_loss(model, batch) for batch in batches]
    finally:
        model.train(before)
    tokens = sum(int(count) for _, count in each)
    if tokens == 0:
        raise ValueError("no target token")
    return math.fsum(float(loss) for loss, _ in each) / tokens


def fit(
    model,
    pairs,
    validation,
    epochs,
    max_tokens,
    optimizer,
    schedule,
    smoothing=0.1,
    average=1,
    seed=0,
    tell=lambda row: None,
):
    device = next(model.parameters()).device
    held_out = [batch.to(device) for batch in make_batches(validation, max_tokens, 0)]
    seeds = torch.Generator().manual_seed(seed)
    log, kept = [], {}
    for epoch in range(1, epochs + 1):
        drawn = int(torch.randint(2**31, (1,), generator=seeds))
        batches = [batch.to(device) for batch in make_batches(pairs, max_tokens, drawn)]
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        row = {
            "epoch": epoch,
            "train_loss": train_loss,
            "validation_loss": evaluate_loss(model, held_out),
        }
        log.append(row)
        tell(dict(row))
        kept[epoch] = {name: x.detach().cpu().clone() for name, x in model.state_dict().items()}
        kept.pop(epoch - average, None)
    assert len(kept) == min(average, epochs)
    model.load_state_dict(average_weights([kept[epoch] for epoch in sorted(kept)]))
    return log


def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    spelling = {number: word for word, number in target_ids.items()}
    assert not set(spelling) & {PAD, UNK, BOS, EOS}
    spelling[UNK] = SPECIALS[UNK]
    device = next(model.parameters()).device
    longest_first = sorted(enumerate(sentences), key=lambda pair: -len(pair[1]))
    found = {}
    before = model.training
    model.eval()
    try:
        while longest_first:
            some, longest_first = longest_first[:batch], longest_first[batch:]
            rows = [[source_ids.get(token, UNK) for token in one] + [EOS] for _, one in some]
            written = search(model, pad(rows, PAD).to(device))
            for (place, _), ids in zip(some, written, strict=True):
                found[place] = [spelling[int(number)] for number in ids]
    finally:
        model.train(before)
    return [found[place] for place in range(len(sentences))]


def bleu_of(model, sentences, references, source_ids, target_ids):
    if len(sentences) != len(references):
        raise ValueError("each sentence needs a reference")
    read = [tokens_of(sentence) for sentence in sentences]
    translations = translate_tokens(model, read, source_ids, target_ids)
    metric = BLEU(tokenize="none", force=True)
    return metric.corpus_score(
        [" ".join(tokens) for tokens in translations],
        [[" ".join(tokens_of(reference)) for reference in references]],
    ).score


def predictions():
    said = {"no positions": "worse", "no warm-up": "worse", "no label smoothing": "the same"}
    said["one head"] = "better"
    assert set(said) == set(CHANGES)
    return said


def compare_runs(usual, changed, margin=0.1):
    if not usual or not changed:
        raise ValueError("a log is empty")
    before = min(float(row["validation_loss"]) for row in usual)
    after = min(float(row["validation_loss"]) for row in changed)
    if after > before + margin and abs(after - before) > margin:
        return "worse"
    if after < before - margin and abs(after - before) > margin:
        return "better"
    return "the same"


def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    for name in ("config", "source_ids", "target_ids"):
        if name not in about:
            raise ValueError(f"translator.json has no {name}")
    model = Transformer(TransformerConfig(**about["config"]))
    tensors = load_file(folder / "translator.safetensors")
    require_parameters_of(model, tensors)
    missing, unexpected = model.load_state_dict(tensors)
    assert not missing
    assert not unexpected
    model.eval()
    return model, dict(about["source_ids"]), dict(about["target_ids"])
