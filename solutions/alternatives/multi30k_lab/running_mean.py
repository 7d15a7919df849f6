"""The lab without lists: what is summed or averaged is summed and averaged on the way."""

import json
import re

import torch
from sacrebleu.metrics import BLEU
from safetensors.torch import load_file
from torch import nn

from solutions.assignments.lab import require_files, require_parameters_of
from solutions.data.batching import Batch
from solutions.data.vocabulary import BOS, EOS, PAD, UNK
from solutions.fallbacks.assignments_4_6 import (
    Transformer,
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
    return re.sub(r"([^\w\s])", r" \1 ", sentence).lower().split()


def build_vocabularies(splits, min_count=2):
    source, target = splits["train"]
    source_types, target_types = (
        frequent_types(source, min_count),
        frequent_types(target, min_count),
    )
    return (
        dict(zip(source_types, range(4, 4 + len(source_types)), strict=True)),
        dict(zip(target_types, range(4, 4 + len(target_types)), strict=True)),
    )


def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    def pairs():
        for source, target in zip(sources, targets, strict=True):
            if not source or not target or len(source) > longest or len(target) > longest:
                continue
            yield (
                [source_ids.get(token, UNK) for token in source] + [EOS],
                [BOS] + [target_ids.get(token, UNK) for token in target] + [EOS],
            )

    return list(pairs())


def make_batches(pairs, max_tokens, seed):
    lengths = ((len(source), len(target) - 1) for source, target in pairs)
    cut = token_batches(list(lengths), max_tokens, seed)
    return [Batch(*collate([pairs[i] for i in places], PAD)) for places in cut]


def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    mean, tokens = 0.0, 0
    for batch in batches:
        loss = train_step(model, batch, optimizer, schedule, smoothing)
        tokens += batch.tokens
        mean += (loss - mean) * batch.tokens / tokens
    return mean


def evaluate_loss(model, batches):
    modes = [(module, module.training) for module in model.modules()]
    mean, tokens = 0.0, 0
    model.eval()
    with torch.no_grad():
        for batch in batches:
            loss, count = batch_loss(model, batch)
            tokens += int(count)
            mean += (float(loss) - mean * int(count)) / max(1, tokens)
    for module, mode in modes:
        module.training = mode
    if not tokens:
        raise ValueError("nothing to say")
    return mean


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
    log, mean = [], nn.utils.parameters_to_vector(model.parameters()).detach().clone().zero_()
    for epoch in range(1, epochs + 1):
        batches = (one.to(device) for one in make_batches(pairs, max_tokens, epoch - seed))
        train_loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        held_out = (one.to(device) for one in make_batches(validation, max_tokens, seed))
        validation_loss = evaluate_loss(model, held_out)
        log.append({"epoch": epoch, "train_loss": train_loss, "validation_loss": validation_loss})
        tell(log[-1])
        count = epoch - max(0, epochs - average)
        if count > 0:
            now = nn.utils.parameters_to_vector(model.parameters()).detach()
            mean += (now - mean) / count
    nn.utils.vector_to_parameters(mean, model.parameters())
    return log


def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    types, training = list(target_ids), model.training
    device = next(model.parameters()).device
    model.eval()
    result: list[list[str]] = [[] for _ in sentences]
    waiting: dict[int, list[int]] = {}
    for place in range(len(sentences)):
        waiting.setdefault(len(sentences[place]), []).append(place)  # of one length: no padding
    for places in waiting.values():
        while places:
            some = [places.pop() for _ in range(min(batch, len(places)))]
            rows = [[source_ids.get(token, UNK) for token in sentences[i]] + [EOS] for i in some]
            for place, ids in zip(some, search(model, pad(rows, PAD).to(device)), strict=True):
                result[place] = ["<unk>" if n == UNK else types[n - 4] for n in ids]
    model.train(training)
    return result


def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [tokens_of(one) for one in sentences], source_ids, target_ids)
    metric = BLEU(
        tokenize="none", force=True, references=[[" ".join(tokens_of(r)) for r in references]]
    )
    return metric.corpus_score([" ".join(tokens) for tokens in wrote], None).score


def predictions():
    return {
        "one head": "the same",
        "no label smoothing": "the same",
        "no warm-up": "worse",
        "no positions": "worse",
    }


def compare_runs(usual, changed, margin=0.1):
    before = after = float("inf")
    for row in usual:
        before = min(before, row["validation_loss"])
    for row in changed:
        after = min(after, row["validation_loss"])
    difference = after - before
    if -margin <= difference <= margin:
        return "the same"
    return "worse" if difference > 0 else "better"


def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    config = TransformerConfig(**about["config"])
    model = Transformer(config)
    model.eval()
    tensors = load_file(folder / "translator.safetensors")
    require_parameters_of(model, tensors)
    model.load_state_dict(
        {name: tensors[name].to(x.dtype) for name, x in model.state_dict().items()}
    )
    return model, about["source_ids"], about["target_ids"]
