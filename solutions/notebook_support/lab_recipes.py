"""The training runs of the last assignment's notebook, and its attention maps.

Everything here calls the student's functions; it only chooses sizes and keeps the results.

Legend: h heads, T target length, S source length.
"""

import gzip
import os
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from solutions.assignments.lab import Row, fit
from solutions.assignments.lab_data import build_vocabularies, encode_pairs, tokens_of
from solutions.data.vocabulary import BOS, EOS, SPECIALS, UNK
from solutions.fallbacks.assignments_4_6 import NoamSchedule, Transformer
from solutions.model.config import TransformerConfig

Texts = dict[str, tuple[list[str], list[str]]]  # split -> German and English sentences


def recipe(budget: str) -> dict:
    """Return the settings of a run: "tiny", "corpus", "reduced" or "full"."""
    few = {"N": 2, "d_model": 64, "d_ff": 128, "h": 4, "dropout": 0.1, "min_count": 1}
    few |= {"epochs": 40, "max_tokens": 400, "warmup": 100, "average": 1, "smoothing": 0.1}
    many = {"N": 3, "d_model": 256, "d_ff": 1024, "h": 8, "dropout": 0.2, "min_count": 2}
    many |= {"epochs": 4, "max_tokens": 2000, "warmup": 800, "average": 2, "smoothing": 0.1}
    return {
        "tiny": few,
        "corpus": few,
        "reduced": many,
        "full": many | {"dropout": 0.3, "epochs": 20, "average": 8},
    }[budget]


def multi30k_texts(folder: str = "") -> Texts:
    """Read Multi30k from a folder of .gz files: `folder`, $MULTI30K_DIR or ./multi30k.

    Raises:
        ValueError: if a file is not there.
    """
    place = Path(folder or os.environ.get("MULTI30K_DIR") or "multi30k")
    texts: Texts = {}
    for split in ("train", "val", "test_2016_flickr"):
        sides = []
        for language in ("de", "en"):
            path = place / f"{split}.{language}.gz"
            if not path.is_file():
                raise ValueError(f"{path} does not exist: set the folder of Multi30k above")
            with gzip.open(path, "rt", encoding="utf-8") as file:
                sides.append(file.read().splitlines())
        texts[split] = sides[0], sides[1]
    return texts


def train_translator(
    texts: Texts, numbers: dict, change: str = "", tell=print
) -> tuple[nn.Module, TransformerConfig, tuple[dict[str, int], dict[str, int]], list[Row]]:
    """Train a Transformer on "train", and evaluate it on "val".

    Args:
        texts: sentences as they were written.
        numbers: of `recipe`.
        change: one of the changes that `predictions` names, or none.
        tell: is given each row of the log.

    Returns:
        the model, its sizes, the two vocabularies, the log.
    """
    splits = {
        split: ([tokens_of(one) for one in german], [tokens_of(one) for one in english])
        for split, (german, english) in texts.items()
    }
    known = build_vocabularies(splits, numbers["min_count"])
    pairs, validation = (encode_pairs(*splits[split], *known) for split in ("train", "val"))
    source_ids, target_ids = known
    config = TransformerConfig(
        source_vocabulary=len(SPECIALS) + len(source_ids),
        target_vocabulary=len(SPECIALS) + len(target_ids),
        N=numbers["N"],
        d_model=numbers["d_model"],
        d_ff=numbers["d_ff"],
        dropout=numbers["dropout"],
        h=1 if change == "one head" else numbers["h"],
        pre_norm=True,
        positions="learned" if change == "no positions" else "sinusoidal",
    )
    torch.manual_seed(0)
    model = Transformer(config).to("cuda" if torch.cuda.is_available() else "cpu")
    if change == "no positions":
        for positions in (model.source_positions, model.target_positions):
            for table in positions.parameters():
                nn.init.zeros_(table).requires_grad_(False)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(trained, betas=(0.9, 0.98), eps=1e-9)
    warmup = numbers["warmup"]
    if change == "no warm-up":  # the same peak, at the first step
        schedule = NoamSchedule(optimizer, config.d_model, 1, factor=warmup**-0.5)
    else:
        schedule = NoamSchedule(optimizer, config.d_model, warmup)
    log = fit(
        *(model, pairs, validation, numbers["epochs"], numbers["max_tokens"], optimizer, schedule),
        smoothing=0.0 if change == "no label smoothing" else numbers["smoothing"],
        average=numbers["average"],
        tell=tell,
    )
    return model, config, known, log


def looked_at(
    model: Transformer,
    source: list[str],
    target: list[str],
    source_ids: dict[str, int],
    target_ids: dict[str, int],
    layer: int = -1,
) -> Tensor:
    """Return the cross-attention weights of a translation.

    Args:
        model: in evaluation mode.
        source, target: the tokens of a sentence and of its translation.
        source_ids, target_ids: type -> id.
        layer: of the decoder.

    Returns:
        (h, T + 1, S + 1): row t contains the weights of each head before target token t (the last
        one is EOS); the last column is the source's EOS. Each row sums to 1.
    """
    decoder_layer: Any = model.decoder.layers[layer]
    attention, found = decoder_layer.cross_attention, []

    def weigh(_, inputs: tuple) -> None:
        query, key, _, mask = inputs
        q, k = (
            matrix(x).unflatten(-1, (model.config.h, -1)).transpose(1, 2)
            for matrix, x in ((attention.W_q, query), (attention.W_k, key))
        )  # (1, h, T + 1, d_k), (1, h, S + 1, d_k)
        scores = (q @ k.mT / q.size(-1) ** 0.5).masked_fill(~mask.unsqueeze(1), -torch.inf)
        found.append(scores.softmax(dim=-1)[0])

    device = next(model.parameters()).device
    read = [*(source_ids.get(token, UNK) for token in source), EOS]
    begun = [BOS, *(target_ids.get(token, UNK) for token in target)]
    hook = attention.register_forward_pre_hook(weigh)
    try:
        with torch.no_grad():
            model(torch.tensor([read], device=device), torch.tensor([begun], device=device))
    finally:
        hook.remove()
    return found[0].cpu()


def draw_attention(weights: Tensor, source: list[str], target: list[str]) -> None:
    """Draw a map for each head, with a row for each target token."""
    import matplotlib.pyplot as plt

    h = len(weights)
    figure, _ = plt.subplots(1, h, figsize=(3.2 * h, 3.6), sharey=True, layout="constrained")
    for number, (head, axes) in enumerate(zip(weights, figure.axes, strict=True), start=1):
        axes.imshow(head.numpy(), cmap="Greys", vmin=0, vmax=1)
        axes.set_title(f"head {number}")
        axes.set_xticks(range(len(source) + 1), [*source, SPECIALS[EOS]], rotation=90)
        axes.set_yticks(range(len(target) + 1), [*target, SPECIALS[EOS]])
    plt.show()
