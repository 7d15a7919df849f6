"""The reference of the last assignment: a translator, from batches to its score.

Each function combines parts that earlier assignments wrote one by one. In reading order: one epoch,
a whole training, translation, its score, the files to submit, and an experiment.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from sacrebleu.metrics import BLEU
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import nn

from solutions.data.batching import Batch, make_batches
from solutions.data.vocabulary import EOS, PAD, SPECIALS, UNK
from solutions.fallbacks.assignments_4_6 import (
    NoamSchedule,
    Transformer,
    average_weights,
    pad,
    search,
    train_step,
)
from solutions.model.config import TransformerConfig
from solutions.training.step import evaluate_loss

from .lab_data import tokens_of

Row = dict[str, float]
ANSWERS = ("better", "the same", "worse")
CHANGES = ("no positions", "no warm-up", "no label smoothing", "one head")


def train_epoch(
    model: nn.Module,
    batches: Iterable[Batch],
    optimizer: torch.optim.Optimizer,
    schedule: NoamSchedule,
    smoothing: float = 0.1,
) -> float:
    """Take one step on each batch.

    Args:
        model, optimizer, schedule, smoothing: as `train_step` takes them.
        batches: in this order, at least one; may be a generator.

    Returns:
        the loss per real target token of the whole epoch, in nats: every token counts the same, in
        however large its batch is.
    """
    total, tokens = 0.0, 0
    for batch in batches:
        loss = train_step(model, batch, optimizer, schedule, smoothing)
        total += loss * batch.tokens
        tokens += batch.tokens
    return total / tokens


def fit(
    model: nn.Module,
    pairs: list[tuple[list[int], list[int]]],
    validation: list[tuple[list[int], list[int]]],
    epochs: int,
    max_tokens: int,
    optimizer: torch.optim.Optimizer,
    schedule: NoamSchedule,
    smoothing: float = 0.1,
    average: int = 1,
    seed: int = 0,
    tell: Callable[[Row], object] = lambda row: None,
) -> list[Row]:
    """Train for some epochs; leave the mean of the last ones' parameters in the model.

    Every epoch has batches of its own, drawn from a seed of its own. All batches are put on the
    device of the model's parameters.

    Args:
        model: is trained, and has the mean in the end.
        pairs, validation: of `encode_pairs`; the second are only evaluated.
        epochs: how many times through the pairs.
        max_tokens: of a batch on each side, as in `make_batches`.
        optimizer, schedule, smoothing: as in `train_epoch`; they go on from epoch to epoch.
        average: of how many epochs the mean is, the last ones; with 1 the last epoch's parameters
            stay as they are.
        seed: of the batches' order.
        tell: is given each row of the log as soon as its epoch has ended.

    Returns:
        the log: for each epoch "epoch" (counted from 1), "train_loss" and "validation_loss" after
        it, in nats per token. They belong to the model as it was then, not to the mean.
    """
    device = next(model.parameters()).device

    def drawn(some: list[tuple[list[int], list[int]]], number: int) -> list[Batch]:
        return [batch.to(device) for batch in make_batches(some, max_tokens, number)]

    held_out = drawn(validation, seed)
    log: list[Row] = []
    kept: list[dict[str, torch.Tensor]] = []
    for epoch in range(1, epochs + 1):
        train_loss = train_epoch(model, drawn(pairs, seed + epoch), optimizer, schedule, smoothing)
        # Measured without dropout and smoothing, unlike the training loss.
        validation_loss = evaluate_loss(model, held_out)
        log.append({"epoch": epoch, "train_loss": train_loss, "validation_loss": validation_loss})
        tell(log[-1])
        kept.append({name: x.clone() for name, x in model.state_dict().items()})
        kept = kept[-average:]
    model.load_state_dict(average_weights(kept))
    return log


def translate_tokens(
    model: nn.Module,
    sentences: list[list[str]],
    source_ids: dict[str, int],
    target_ids: dict[str, int],
    batch: int = 50,
) -> list[list[str]]:
    """Translate sentences: tokens to ids, a search, and ids back to tokens.

    Args:
        model: is put into evaluation mode, and back into the mode in which it came.
        sentences: tokens of each, none of them empty.
        source_ids, target_ids: type -> id of the two languages; as in training, a source ends with
            EOS, and what is not known is UNK.
        batch: so many sentences side by side.

    Returns:
        the tokens of each translation, in the order of the sentences. A UNK that the model writes
        is "<unk>".
    """
    words = {number: one for one, number in target_ids.items()} | {UNK: SPECIALS[UNK]}
    device, training = next(model.parameters()).device, model.training
    model.eval()
    # Batching by length: little padding.
    order = torch.tensor([len(tokens) for tokens in sentences]).argsort()
    found: list[list[str]] = [[] for _ in sentences]
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        rows = [[source_ids.get(token, UNK) for token in sentences[i]] + [EOS] for i in places]
        written = search(model, pad(rows, PAD).to(device))
        for row, place in enumerate(places):
            found[place] = [words[number] for number in written[row]]
    model.train(training)
    return found


def bleu_of(
    model: nn.Module,
    sentences: Sequence[str],
    references: Sequence[str],
    source_ids: dict[str, int],
    target_ids: dict[str, int],
) -> float:
    """Translate a test set and compute its BLEU with sacreBLEU.

    Both sides are compared as tokens of `tokens_of`, joined by blanks (tokenize="none"). The
    references are the lines of the file, tokenized and nothing else: a rare word that the model
    cannot know counts against it.

    Args:
        model, source_ids, target_ids: as in `translate_tokens`.
        sentences: of the source language, as they were written.
        references: their translations by people, likewise.

    Returns:
        the score of the whole test set, from 0 to 100.
    """
    wrote = translate_tokens(model, [tokens_of(one) for one in sentences], source_ids, target_ids)
    translations = [" ".join(tokens) for tokens in wrote]
    wanted = [" ".join(tokens_of(one)) for one in references]
    # force: sacreBLEU need not warn that these are tokens already.
    return BLEU(tokenize="none", force=True).corpus_score(translations, [wanted]).score


def load_translator(folder: Path) -> tuple[nn.Module, dict[str, int], dict[str, int]]:
    """Load what `save_translator` has written, ready to translate.

    Args:
        folder: holds translator.safetensors (the parameters) and translator.json (the sizes and
            the vocabularies).

    Returns:
        model: a `Transformer` with these parameters, in evaluation mode, on the CPU.
        source_ids, target_ids: type -> id.

    Raises:
        ValueError: if a file is missing or the parameters are not those of the model.
    """
    require_files(folder)
    about = json.loads((folder / "translator.json").read_bytes())
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    model.load_state_dict(tensors)
    return model.eval(), about["source_ids"], about["target_ids"]


def predictions() -> dict[str, str]:
    """Predict what each change will do to the lowest validation loss.

    The changes, each made alone to the model that learns the small corpus:

    - "no positions": the model has no information about the order of the words.
    - "no warm-up": the learning rate begins at its peak, without a rise.
    - "no label smoothing": the targets are one-hot.
    - "one head": one wide head in place of four.

    Returns:
        change -> "better" (the loss gets lower), "the same" or "worse". A prediction cannot be
        wrong here: only its form is graded. Your curves will answer.
    """
    return dict.fromkeys(CHANGES, "worse")


def compare_runs(usual: list[Row], changed: list[Row], margin: float = 0.1) -> str:
    """Compare the logs of a run without a change and of one with it.

    Args:
        usual, changed: the logs, as `fit` returns them; they may differ in length.
        margin: a difference of no more than this, in nats, means nothing.

    Returns:
        "better" if the lowest validation loss of `changed` is lower, by more than the margin;
        "worse" if it is higher by more than the margin; else "the same".
    """
    before, after = (min(row["validation_loss"] for row in log) for log in (usual, changed))
    if after < before - margin:
        return "better"
    if after > before + margin:
        return "worse"
    return "the same"


def form_of_predictions(predict: Callable) -> tuple[bool, bool, bool]:
    """Return whether every change has an answer, every answer is valid, and nothing is added."""
    said = predict()
    answers = said.values()
    return set(CHANGES) <= set(said), all(x in ANSWERS for x in answers), set(said) <= set(CHANGES)


def save_translator(
    folder: Path,
    model: nn.Module,
    config: TransformerConfig,
    source_ids: dict[str, int],
    target_ids: dict[str, int],
) -> None:
    """Write translator.safetensors and translator.json, which `load_translator` reads."""
    about = {"config": asdict(config), "source_ids": source_ids, "target_ids": target_ids}
    (folder / "translator.json").write_text(json.dumps(about), encoding="utf-8")
    tensors = {name: x.detach().cpu().clone() for name, x in model.state_dict().items()}
    save_file(tensors, folder / "translator.safetensors")


def save_log(folder: Path, log: list[Row]) -> None:
    """Write log.csv: a line of names, and a line for each epoch."""
    lines = [",".join(log[0])] + [",".join(str(x) for x in row.values()) for row in log]
    (folder / "log.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def require_files(folder: Path) -> None:
    """Raise ValueError, with the fix, unless the two files of a translator can be read."""
    for name in ("translator.safetensors", "translator.json"):
        if not (folder / name).is_file():
            raise ValueError(
                f"no weights handed in: {name} is not beside the notebook. Train, and hand in what "
                "save_translator writes (at most 64 MB)"
            )
    again = "hand in the two files that save_translator has written"
    try:
        about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
        TransformerConfig(**about["config"]), dict(about["source_ids"]), dict(about["target_ids"])
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError) as error:
        raise ValueError(
            f"translator.json is not a translator's ({error!r:.200}): {again}"
        ) from None
    try:
        with safe_open(folder / "translator.safetensors", "pt"):
            pass
    except SafetensorError as error:
        raise ValueError(f"translator.safetensors is no such file ({error}): {again}") from None


def require_parameters_of(model: nn.Module, tensors: dict[str, torch.Tensor]) -> None:
    """Raise ValueError, with the reason, unless these are parameters of this model, all finite."""
    wanted = {name: tuple(x.shape) for name, x in model.state_dict().items()}
    for name, shape in wanted.items():
        if name not in tensors:
            raise ValueError(f"translator.safetensors is of another model: it has no {name}")
        if tuple(tensors[name].shape) != shape:
            found = tuple(tensors[name].shape)
            raise ValueError(f"translator.safetensors: {name} has shape {found}, expected {shape}")
        if not tensors[name].isfinite().all():
            raise ValueError(f"translator.safetensors: {name} holds NaN or infinite numbers")
    if more := sorted(set(tensors) - set(wanted)):
        raise ValueError(f"translator.safetensors is of another model: {more[0]} is not in yours")
