"""The lab with plain loops, one thing at a time."""

import json

import torch
from sacrebleu.metrics import BLEU
from safetensors import safe_open

from solutions.assignments.lab import require_files, require_parameters_of
from solutions.data.batching import Batch
from solutions.data.vocabulary import BOS, EOS, PAD, UNK
from solutions.fallbacks.assignments_4_6 import (
    Transformer,
    collate,
    search,
    token_batches,
    train_step,
)
from solutions.model.config import TransformerConfig
from solutions.training.step import batch_loss


def tokens_of(sentence):
    tokens, word = [], ""
    for sign in sentence.lower() + " ":
        if sign.isalnum() or sign == "_":
            word += sign
            continue
        if word:
            tokens.append(word)
            word = ""
        if not sign.isspace():
            tokens.append(sign)
    return tokens


def build_vocabularies(splits, min_count=2):
    made = []
    for side in splits["train"]:
        counts: dict[str, int] = {}
        for sentence in side:
            for token in sentence:
                counts[token] = counts.get(token, 0) + 1
        ids: dict[str, int] = {}
        for token in sorted(counts, key=lambda one: (-counts[one], one)):
            if counts[token] >= min_count:
                ids[token] = 4 + len(ids)
        made.append(ids)
    return made[0], made[1]


def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    pairs = []
    for i in range(len(sources)):
        lengths = len(sources[i]), len(targets[i])
        if min(lengths) == 0 or max(lengths) > longest:
            continue
        source = []
        for token in sources[i]:
            source.append(source_ids.get(token, UNK))
        source.append(EOS)
        target = [BOS]
        for token in targets[i]:
            target.append(target_ids.get(token, UNK))
        target.append(EOS)
        pairs.append((source, target))
    return pairs


def make_batches(pairs, max_tokens, seed):
    lengths = []
    for source, target in pairs:
        lengths.append((len(source), len(target) - 1))
    batches = []
    for places in token_batches(lengths, max_tokens, seed):
        some = []
        for place in places:
            some.append(pairs[place])
        source, target_in, target_out = collate(some, PAD)
        batches.append(Batch(source, target_in, target_out))
    return batches


def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    losses, tokens = [], []
    for batch in batches:
        losses.append(train_step(model, batch, optimizer, schedule, smoothing))
        tokens.append(int((batch.target_out != PAD).sum()))
    total = 0.0
    for loss, count in zip(losses, tokens, strict=True):
        total += loss * count
    return total / sum(tokens)


def evaluate_loss(model, batches):
    was_training = model.training
    if was_training:
        model.eval()
    total, tokens = 0.0, 0
    for batch in batches:
        with torch.no_grad():
            loss, count = batch_loss(model, batch)
        total += loss.item()
        tokens += int(count)
    if was_training:
        model.train()
    if tokens == 0:
        raise ValueError("there is nothing to evaluate on")
    return total / tokens


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
    held_out = []
    for batch in make_batches(validation, max_tokens, seed):
        held_out.append(batch.to(device))
    log, checkpoints = [], []
    for epoch in range(epochs):
        batches = []
        for batch in make_batches(pairs, max_tokens, 1000 * seed + epoch):
            batches.append(batch.to(device))
        row = {"epoch": epoch + 1}
        row["train_loss"] = train_epoch(model, batches, optimizer, schedule, smoothing)
        row["validation_loss"] = evaluate_loss(model, held_out)
        log.append(row)
        tell(row)
        if epoch >= epochs - average:
            copy = {}
            for name, value in model.state_dict().items():
                copy[name] = value.clone()
            checkpoints.append(copy)
    mean = {}
    for name in checkpoints[0]:
        total = torch.zeros_like(checkpoints[0][name])
        for checkpoint in checkpoints:
            total += checkpoint[name] / len(checkpoints)
        mean[name] = total
    model.load_state_dict(mean)
    return log


def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device
    translations = []
    for sentence in sentences:  # one at a time: nothing to pad, nothing to sort
        ids = [source_ids.get(token, UNK) for token in sentence]
        (written,) = search(model, torch.tensor([[*ids, EOS]], device=device))
        tokens = []
        for number in written:
            word = "<unk>"
            for one, its_number in target_ids.items():
                if its_number == number:
                    word = one
            tokens.append(word)
        translations.append(tokens)
    if was_training:
        model.train()
    return translations


def bleu_of(model, sentences, references, source_ids, target_ids):
    read = []
    for sentence in sentences:
        read.append(tokens_of(sentence))
    translations = []
    for tokens in translate_tokens(model, read, source_ids, target_ids):
        translations.append(" ".join(tokens))
    wanted = []
    for reference in references:
        wanted.append(" ".join(tokens_of(reference)))
    return BLEU(tokenize="none", force=True).corpus_score(translations, [wanted]).score


def predictions():
    guesses = {}
    guesses["no positions"] = "worse"
    guesses["no warm-up"] = "worse"
    guesses["no label smoothing"] = "better"
    guesses["one head"] = "the same"
    return guesses


def compare_runs(usual, changed, margin=0.1):
    lowest = []
    for log in (usual, changed):
        best = log[0]["validation_loss"]
        for row in log:
            if row["validation_loss"] < best:
                best = row["validation_loss"]
        lowest.append(best)
    if lowest[1] - lowest[0] > margin:
        return "worse"
    if lowest[0] - lowest[1] > margin:
        return "better"
    return "the same"


def load_translator(folder):
    require_files(folder)
    with (folder / "translator.json").open(encoding="utf-8") as file:
        about = json.load(file)
    tensors = {}
    with safe_open(str(folder / "translator.safetensors"), "pt") as file:
        for name in file.keys():  # noqa: SIM118 - it is no dictionary
            tensors[name] = file.get_tensor(name)
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            value.copy_(tensors[name])
    model.eval()
    return model, about["source_ids"], about["target_ids"]
