"""The lab with as much as possible from the libraries."""

import itertools
import json
import re
from collections import Counter, defaultdict
from functools import partial

import torch
from sacrebleu.metrics import BLEU
from safetensors.torch import load_file
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader

from solutions.assignments.lab import ANSWERS, CHANGES, require_files, require_parameters_of
from solutions.data.batching import Batch
from solutions.data.vocabulary import BOS, EOS, PAD, SPECIALS, UNK
from solutions.fallbacks.assignments_4_6 import (
    Transformer,
    collate,
    pad,
    search,
    token_batches,
    train_step,
)
from solutions.model.config import TransformerConfig
from solutions.training.step import batch_loss


def tokens_of(sentence):
    return [found.group() for found in re.finditer(r"[\w]+|[^\s]", sentence.lower())]


def build_vocabularies(splits, min_count=2):
    def numbered(side):
        counts = Counter(itertools.chain.from_iterable(side))
        types = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        known = [one for one, n in types if n >= min_count]
        return dict(zip(known, range(len(SPECIALS), len(SPECIALS) + len(known)), strict=True))

    return tuple(map(numbered, splits["train"]))


def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    def of_use(pair):
        return all(side and len(side) <= longest for side in pair)

    read, say = (defaultdict(lambda: UNK, ids) for ids in (source_ids, target_ids))
    kept = filter(of_use, zip(sources, targets, strict=True))
    return [
        ([*map(read.__getitem__, x), EOS], [BOS, *map(say.__getitem__, y), EOS]) for x, y in kept
    ]


def make_batches(pairs, max_tokens, seed):
    lengths = [(len(source), len(target) - 1) for source, target in pairs]
    places = token_batches(lengths, max_tokens, seed)
    together = partial(collate, pad_id=PAD)
    return [Batch(*x) for x in DataLoader(pairs, batch_sampler=places, collate_fn=together)]


def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    totals = torch.zeros(2, dtype=torch.float64)
    for batch in batches:
        loss = train_step(model, batch, optimizer, schedule, smoothing)
        totals += torch.tensor([loss, 1.0], dtype=torch.float64) * batch.tokens
    return (totals[0] / totals[1]).item()


def evaluate_loss(model, batches):
    mode = model.training
    with torch.inference_mode():
        model.train(False)
        found = [torch.stack([x.double() for x in batch_loss(model, one)]) for one in batches]
    model.train(mode)
    total, tokens = torch.stack(found).sum(0).tolist() if found else (0.0, 0)
    if not tokens:
        raise ValueError("there are no tokens")
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
    mean, log = AveragedModel(model), []
    for epoch in range(1, epochs + 1):
        batches = (one.to(device) for one in make_batches(pairs, max_tokens, seed + 7 * epoch))
        loss = train_epoch(model, batches, optimizer, schedule, smoothing)
        held_out = (one.to(device) for one in make_batches(validation, max_tokens, 0))
        losses = {"train_loss": loss, "validation_loss": evaluate_loss(model, held_out)}
        log.append({"epoch": epoch} | losses)
        tell(log[-1])
        if epoch > epochs - average:
            mean.update_parameters(model)
    model.load_state_dict(mean.module.state_dict())
    return log


def translate_tokens(model, sentences, source_ids, target_ids, batch=50):
    words = dict(map(reversed, target_ids.items()))
    device, mode, found = next(model.parameters()).device, model.training, []
    model.train(False)
    for some in DataLoader(sentences, batch_size=batch, collate_fn=list):
        rows = pad([[*(source_ids.get(w, UNK) for w in one), EOS] for one in some], PAD)
        for ids in search(model, rows.to(device)):
            found.append([words.get(number, "<unk>") for number in ids])
    model.train(mode)
    return found


def bleu_of(model, sentences, references, source_ids, target_ids):
    wrote = translate_tokens(model, [*map(tokens_of, sentences)], source_ids, target_ids)
    wanted = [[" ".join(tokens_of(one)) for one in references]]
    mine = [" ".join(tokens) for tokens in wrote]
    return BLEU(tokenize="none", force=True).corpus_score(mine, wanted).score


def predictions():
    return dict(zip(CHANGES, [ANSWERS[2]] * 4, strict=True))


def compare_runs(usual, changed, margin=0.1):
    def lowest(log):
        return sorted(log, key=lambda row: row["validation_loss"])[0]["validation_loss"]

    gain = lowest(usual) - lowest(changed)
    return ANSWERS[1] if abs(gain) <= margin else ANSWERS[0] if gain > 0 else ANSWERS[2]


def load_translator(folder):
    require_files(folder)
    about = json.loads(folder.joinpath("translator.json").read_bytes())
    tensors = load_file(str(folder / "translator.safetensors"))
    with torch.device("cpu"):
        model = Transformer(TransformerConfig(**about.pop("config")))
    require_parameters_of(model, tensors)
    model.load_state_dict(tensors)
    return model.requires_grad_(False).eval(), about["source_ids"], about["target_ids"]
