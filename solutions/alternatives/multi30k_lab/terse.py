"""The lab by somebody who likes short code."""

import json
import re

import torch
from sacrebleu.metrics import BLEU
from safetensors.torch import load_file

from solutions.assignments.lab import CHANGES, require_files, require_parameters_of
from solutions.data.batching import Batch
from solutions.data.vocabulary import BOS, EOS, PAD, UNK
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
    return re.findall(r"\w+|[^\w\s]", sentence.lower())


def build_vocabularies(splits, min_count=2):
    return tuple(
        {w: i for i, w in enumerate(frequent_types(s, min_count), 4)} for s in splits["train"]
    )


def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    return [
        (
            [source_ids.get(w, UNK) for w in x] + [EOS],
            [BOS, *(target_ids.get(w, UNK) for w in y), EOS],
        )
        for x, y in zip(sources, targets, strict=True)
        if min(len(x), len(y)) > 0 and max(len(x), len(y)) <= longest
    ]


def make_batches(pairs, max_tokens, seed):
    cut = token_batches([(len(x), len(y) - 1) for x, y in pairs], max_tokens, seed)
    return [Batch(*collate([pairs[i] for i in one], PAD)) for one in cut]


def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    each = [(train_step(model, b, optimizer, schedule, smoothing), b.tokens) for b in batches]
    return sum(loss * n for loss, n in each) / sum(n for _, n in each)


def evaluate_loss(model, batches):
    mode = model.training
    with torch.no_grad():
        sums = [batch_loss(model.eval(), b) for b in batches]
    model.train(mode)
    if not (tokens := int(sum(n for _, n in sums))):
        raise ValueError("no token")
    return float(sum(s for s, _ in sums)) / tokens


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
    kept: list[dict] = []
    log, where = [], next(model.parameters()).device
    for epoch in range(1, epochs + 1):
        train, held_out = (
            [b.to(where) for b in make_batches(p, max_tokens, seed + epoch)]
            for p in (pairs, validation)
        )
        loss = train_epoch(model, train, optimizer, schedule, smoothing)
        row = {
            "epoch": epoch,
            "train_loss": loss,
            "validation_loss": evaluate_loss(model, held_out),
        }
        log.append(row)
        tell(row)
        kept = [*kept, {n: x.clone() for n, x in model.state_dict().items()}][-average:]
    model.load_state_dict(average_weights(kept))
    return log


def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    words, mode, found = ["", "<unk>", "", "", *target_ids], model.training, []
    model.eval()
    for i in range(0, len(sentences), batch):
        rows = [[*(source_ids.get(w, UNK) for w in x), EOS] for x in sentences[i : i + batch]]
        source = pad(rows, PAD).to(next(model.parameters()).device)
        found += [[words[n] for n in ids] for ids in search(model, source)]
    model.train(mode)
    return found


def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, list(map(tokens_of, sentences)), source_ids, target_ids)
    wanted = map(tokens_of, references)
    mine, right = (list(map(" ".join, side)) for side in (wrote, wanted))
    return BLEU(tokenize="none", force=True).corpus_score(mine, [right]).score


def predictions():
    return dict.fromkeys(CHANGES, "the same")


def compare_runs(usual, changed, margin=0.1):
    a, b = (min(row["validation_loss"] for row in log) for log in (usual, changed))
    return "the same" if abs(b - a) <= margin else ("better", "worse")[b > a]


def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text())
    model, tensors = (
        Transformer(TransformerConfig(**about["config"])),
        load_file(folder / "translator.safetensors"),
    )
    require_parameters_of(model, tensors)
    model.load_state_dict(tensors)
    return model.eval(), about["source_ids"], about["target_ids"]
