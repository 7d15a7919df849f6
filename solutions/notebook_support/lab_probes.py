"""Probes of a whole training and of a translator, which return plain values.

Each function runs a part of the last assignment, right or wrong, on a model that it builds itself,
and returns its observable behavior.

Legend: B sentences, S source length, T target length, V size of a vocabulary.
"""

import csv
import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torch.overrides import TorchFunctionMode

from solutions.assignments.lab import save_translator
from solutions.data.batching import Batch
from solutions.data.vocabulary import BOS, EOS, PAD, SPECIALS, UNK
from solutions.fallbacks.assignments_4_6 import NoamSchedule, Transformer, search
from solutions.fallbacks.assignments_4_6 import Transformer as StandInTransformer
from solutions.model.config import TransformerConfig

from .training_probes import HalvingSchedule, ToyTranslator

Pairs = list[tuple[list[int], list[int]]]


class EchoModel(nn.Module):
    """A model that writes the ids that it reads, so that it needs no training.

    Args:
        V: size of both vocabularies.
        dropout: of the output; in training mode the model makes mistakes.
    """

    def __init__(self, V: int, dropout: float = 0.0):
        super().__init__()
        self.config = SimpleNamespace(pad_id=PAD)
        self.target_embedding = nn.Module()
        to_logits = nn.Linear(V, V, bias=False)
        nn.init.eye_(to_logits.weight)
        self.V, self.target_embedding.to_logits = V, to_logits
        self.dropout = nn.Dropout(dropout)
        self.most = 0  # sentences at a time

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """(B, S) ids -> memory (B, S, V), mask (B, 1, S)."""
        self.most = max(self.most, len(source))
        return F.one_hot(source, self.V).float(), source.ne(PAD)[:, None]

    def decode(self, target: Tensor, memory: Tensor, source_mask: Tensor) -> Tensor:
        """(B, T) ids -> (B, T, V): position t knows the t-th word of the source."""
        beyond = max(0, target.size(1) - memory.size(1))
        return self.dropout(F.pad(memory, (0, 0, 0, beyond))[:, : target.size(1)])


class Moves(TorchFunctionMode):
    """While it is active, tensors remember that they were put on a device, in `placed`."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        """Run a function of PyTorch; mark its result."""
        result = function(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            moves = function in (Tensor.to, Tensor.cuda, Tensor.cpu) or "device" in (kwargs or {})
            if moves or any(getattr(x, "placed", False) for x in args if isinstance(x, Tensor)):
                result.placed = True  # type: ignore[attr-defined]
        return result


class RecordingModel(ToyTranslator):
    """A `ToyTranslator` that records its inputs."""

    def __init__(self, V: int):
        super().__init__(V)
        self.read: list[list[list[int]]] = []  # in training
        self.placed: list[bool] = []  # was each source put on a device?

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """See `ToyTranslator.encode`."""
        self.placed.append(getattr(source, "placed", False))
        if self.training:
            self.read.append(source.tolist())
        return super().encode(source)


def unpacked(make: Callable, pairs: Pairs, max_tokens: int, seed: int) -> list[list[list]]:
    """Return source, target_in and target_out of each batch as lists.

    Args:
        make: is called like `make_batches`.
    """
    batches = make(pairs, max_tokens, seed)
    return [
        [batch.source.tolist(), batch.target_in.tolist(), batch.target_out.tolist()]
        for batch in batches
    ]


def epoch_facts(make: Callable, pairs: Pairs, max_tokens: int, seed: int) -> tuple:
    """Check the properties of the batches that do not depend on their order.

    Returns:
        the number of pairs in the batches; whether all given pairs are among them; whether
        target_in is one position behind target_out; whether every batch is within the limit, for
        sources and for targets; the number of batches, if all pairs have the same length; whether
        the same seed gives the same batches, and the next one another order; whether many batches
        come in the order of their lengths. If a pair is longer than max_tokens and that error is
        raised, "ValueError" in place of each.
    """
    try:
        batches, again, others = (
            unpacked(make, pairs, max_tokens, n) for n in (seed, seed, seed + 1)
        )
    except ValueError:
        if max(max(len(source), len(target) - 1) for source, target in pairs) <= max_tokens:
            raise
        return ("ValueError",) * 8
    found, in_step = [], True
    for batch in batches:
        for source, target_in, target_out in zip(*batch, strict=True):
            said = [x for x in target_out if x != PAD]
            in_step = in_step and target_in[: len(said)] == [BOS, *said[:-1]]
            found.append(([x for x in source if x != PAD], [BOS, *said]))
    there = all(pair in found for pair in pairs)
    within = [
        all(len(batch[side]) * len(batch[side][0]) <= max_tokens for batch in batches)
        for side in (0, 2)
    ]
    alike = len({(len(source), len(target)) for source, target in pairs}) == 1
    count = len(batches) if alike else 0
    widths = [max(len(batch[0][0]), len(batch[2][0])) for batch in batches]
    rising = len({*widths}) > 3 and widths in (sorted(widths), sorted(widths, reverse=True))
    return len(found), there, in_step, within, count, batches == again, batches != others, rising


def one_epoch(
    train: Callable, batches: list[tuple[Tensor, Tensor, Tensor]], smoothing: float = 0.0
) -> tuple[float, list]:
    """Train a new `ToyTranslator` for one epoch of gradient descent, in float64.

    Args:
        train: is called like `train_epoch`, with a generator of batches.
        batches: source, target_in and target_out of each, ids from 0 to 9.
        smoothing: handed on.

    Returns:
        what `train` returns; for each step, the length of the change of all parameters.
    """
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(0)
        model = ToyTranslator(10).double()
        optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
        places = [torch.cat([p.detach().flatten() for p in model.parameters()])]

        def note(*_) -> None:
            places.append(torch.cat([p.detach().flatten() for p in model.parameters()]))

        optimizer.register_step_post_hook(note)
        loss = train(
            model,
            (Batch(*one) for one in batches),
            optimizer,
            HalvingSchedule(optimizer),
            smoothing,
        )
    return loss, [float((b - a).norm()) for a, b in itertools.pairwise(places)]


def evaluated(
    evaluate: Callable,
    batches: list[tuple[Tensor, Tensor, Tensor]],
    dropout: float = 0.0,
    training: bool = False,
) -> tuple[float | str, bool, float]:
    """Evaluate a new `ToyTranslator` in float64; return the loss and side effects.

    Args:
        evaluate: is called like `evaluate_loss`.
        batches: as in `one_epoch`.
        dropout: of the model.
        training: the mode of the model before.

    Returns:
        the loss, or "ValueError" if there is no token and that error; whether the model is in
        training mode afterwards; the length of all gradients that
        lie at its parameters.
    """
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(0)
        model = ToyTranslator(10, dropout=dropout).double().train(training)
        try:
            loss = evaluate(model, [Batch(*one) for one in batches])
        except ValueError:
            if any((target_out != PAD).any() for _, _, target_out in batches):
                raise
            loss = "ValueError"
    left = [float(p.grad.norm()) for p in model.parameters() if p.grad is not None]
    return loss, model.training, float(sum(left))


def fitted(
    fit: Callable,
    pairs: Pairs,
    validation: Pairs,
    epochs: int,
    max_tokens: int,
    average: int,
    seed: int = 0,
    smoothing: float = 0.0,
) -> tuple[list, Tensor, list, list, Tensor, bool]:
    """Train a new `ToyTranslator` for a few epochs, in float64.

    Args:
        fit: is called like `fit`.
        pairs, validation: ids from 0 to 11.
        epochs, max_tokens, average, seed, smoothing: handed on.

    Returns:
        the log; all parameters at the end, as one vector; the sources of each training batch; for
        each argument of `tell`, the argument and the number of steps before; the parameters at the
        beginning and after each step, as rows; whether every batch was put on a device.
    """
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(0)
        model = RecordingModel(12).double()
        optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
        schedule = HalvingSchedule(optimizer)
        schedule.factor = 0.9
        told: list = []

        def vector(*_) -> Tensor:
            return torch.cat([p.detach().flatten() for p in model.parameters()])

        def note(row: object) -> None:
            told.append([dict(row) if isinstance(row, dict) else row, len(places) - 1])

        places = [vector()]
        optimizer.register_step_post_hook(lambda *_: places.append(vector()))
        with Moves():
            log = fit(
                *(model, pairs, validation, epochs, max_tokens, optimizer, schedule),
                smoothing=smoothing,
                average=average,
                seed=seed,
                tell=note,
            )
    return log, vector(), model.read, told, torch.stack(places), all(model.placed)


def fit_facts(
    fit: Callable,
    pairs: Pairs,
    validation: Pairs,
    epochs: int,
    max_tokens: int,
    average: int,
) -> tuple[list, list, list, bool, bool, bool, bool, int, bool]:
    """Summarize `fitted` in a few numbers.

    Returns:
        the log without its losses if there are several batches, whose order is free; likewise the
        epochs of the rows that were told, and the number of steps before each; the share of the
        first parameters and of each epoch's in those at the end (for one batch an epoch); whether
        every epoch reads all sources; whether no two read them in the same order; whether a second
        training reads them in the same order (for several batches an epoch, otherwise True);
        whether every batch was put on a device; the number of training batches; whether another
        seed gives another order (for several batches an epoch, otherwise True).
    """

    def trained(seed: int) -> tuple:
        return fitted(fit, pairs, validation, epochs, max_tokens, average, seed)

    log, parameters, read, told, places, placed = trained(0)
    count = max(1, len(read) // epochs)
    each = [read[i : i + count] for i in range(0, len(read), count)]
    whole = all(len([row for batch in epoch for row in batch]) == len(pairs) for epoch in each)
    distinct = again = other = True
    if len(each[0]) > 1:
        distinct = len({str(epoch) for epoch in each}) == epochs
        again, other = trained(0)[2] == read, trained(1)[2] != read
    flags = whole, distinct, again, placed, len(read), other
    said = [[row["epoch"] if isinstance(row, dict) else -1, steps] for row, steps in told]
    if len(each[0]) > 1:
        return [row["epoch"] for row in log], [n for n, _ in said], [], *flags
    shares = torch.linalg.lstsq(places.T, parameters[:, None]).solution.flatten()
    return log, said, [round(x, 3) + 0.0 for x in shares.tolist()], *flags


def small_transformer(V: int) -> StandInTransformer:
    """Build a small Transformer of the stand-ins, always with the same parameters."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return StandInTransformer(
            TransformerConfig(
                *(V, V), N=1, d_model=32, d_ff=64, h=2, dropout=0.0, pre_norm=True, max_length=64
            )
        )


def after_fit(
    fit: Callable, pairs: Pairs, V: int, epochs: int, max_tokens: int
) -> dict[str, Tensor]:
    """Train a small Transformer; return its parameters by name.

    Args:
        fit: is called like `fit`.
        pairs: to learn from, ids below V.
        V: size of both vocabularies.
        epochs, max_tokens: handed on.
    """
    model = small_transformer(V)
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(0)
        optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.98), eps=1e-9)
        fit(
            *(model, pairs, pairs[:4], epochs, max_tokens, optimizer),
            NoamSchedule(optimizer, 32, warmup=40, factor=0.3),
            smoothing=0.0,
        )
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def written_with(parameters: object, V: int, asked: list[list[int]]) -> list[list[int]]:
    """Return what a small Transformer with these parameters writes.

    Hidden tests call this in their own process. So nothing but parameters that solve a task can
    earn its points.

    Args:
        parameters: of `after_fit`, from the process of the student's code.
        asked: the sources, each ending with EOS.

    Returns:
        the ids of each translation, without BOS and EOS.

    Raises:
        ValueError: these are not the parameters of this model.
    """
    model = small_transformer(V)
    wanted = dict(model.named_parameters())
    if not isinstance(parameters, dict) or set(parameters) != set(wanted):
        raise ValueError("After the training the model has other parameters than before.")
    for name, p in wanted.items():
        found = parameters[name]
        if not isinstance(found, Tensor) or found.shape != p.shape or not found.isfinite().all():
            raise ValueError(f"After the training {name} has another shape, or is not finite.")
        p.data = found.detach().to(p.dtype).clone()
    rows = pad_sequence([torch.tensor(source) for source in asked], batch_first=True)
    return search(model.eval(), rows)


def translated(
    translate: Callable,
    sentences: list[list[str]],
    words: list[tuple[str, str]],
    batch: int = 50,
    dropout: float = 0.0,
    training: bool = False,
) -> tuple[list[list[str]], bool, bool]:
    """Translate with an `EchoModel`; return its output, its mode, and whether `batch` held.

    Args:
        translate: is called like `translate_tokens`.
        sentences: tokens of each.
        words: a dictionary: the source word and the target word of each id, from 4 on. A source
            word with the target "<unk>" is one for which the model writes UNK.
        batch: handed on.
        dropout: of the model.
        training: the mode in which the model comes.
    """
    source_ids, target_ids = _numbered(words)
    model = EchoModel(len(SPECIALS) + len(words), dropout).train(training)
    unknown = target_ids.pop(SPECIALS[UNK], None)
    if unknown is not None:
        with torch.no_grad():
            matrix = model.get_parameter("target_embedding.to_logits.weight")
            matrix[UNK] += matrix[unknown]
            matrix[unknown] = 0.0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        written = translate(model, sentences, source_ids, target_ids, batch)
    return written, model.training, model.most <= batch


def scored(
    score: Callable, sentences: list[str], references: list[str], words: list[tuple[str, str]]
) -> float:
    """Return the score of an `EchoModel` that knows these words.

    Args:
        score: is called like `bleu_of`.
        sentences, references: handed on.
        words: as in `translated`.
    """
    model = EchoModel(len(SPECIALS) + len(words))
    return score(model, sentences, references, *_numbered(words))


def reloaded(load: Callable, damage: str = "", half: bool = False) -> list:
    """Save a small model, and load it again.

    Args:
        load: is called like `load_translator`.
        damage: what happens to the file before it is loaded: "", "another model", "a shape",
            "a NaN", "one parameter more", "no file" or "no sizes".
        half: save in half precision.

    Returns:
        the logits before and after (T, V), whether the model is in training mode, and the two
        vocabularies.
    """
    source_ids, target_ids = _numbered([("eins", "one"), ("zwei", "two"), ("drei", "three")])
    config = TransformerConfig(
        *(7, 7), N=1, d_model=8, d_ff=12, h=2, dropout=0.0, pre_norm=True, max_length=16
    )
    with torch.random.fork_rng(devices=[]), tempfile.TemporaryDirectory() as scratch:
        torch.manual_seed(0)
        model = Transformer(config).eval()
        if half:
            model.half().float()  # only numbers that half precision holds
        folder, saved = Path(scratch), Transformer(config)
        saved.load_state_dict(model.state_dict())
        if damage == "another model":
            saved.add_module("decoder", nn.Linear(2, 3))
        if damage == "a shape":
            saved.source_embedding.embedding = nn.Embedding(9, 8)
        if damage == "a NaN":
            nn.init.constant_(saved.target_embedding.embedding.weight, float("nan"))
        if damage == "one parameter more":
            saved.bias = nn.Parameter(torch.zeros(2))
        save_translator(folder, saved.half() if half else saved, config, source_ids, target_ids)
        if damage == "no file":
            (folder / "translator.safetensors").unlink()
        if damage == "no sizes":
            (folder / "translator.json").unlink()
        again, *known = load(folder)
    source, target = torch.tensor([[4, 6, 5, EOS]]), torch.tensor([[BOS, 5, 4]])
    with torch.no_grad():
        logits = [one(source, target)[0] for one in (model, again)]
    return [*logits, again.training, *known]


def load_facts(load: Callable, damage: str = "", half: bool = False) -> list | str:
    """Summarize `reloaded`: its error's name, or [equal logits, training mode, vocabularies]."""
    try:
        before, after, *rest = reloaded(load, damage, half)
    except (ValueError, OSError) as error:
        return "ValueError" if isinstance(error, ValueError) else type(error).__name__
    return [torch.allclose(before, after, atol=1e-5), *rest]


def my_translations(load: Callable, translate: Callable, cut: Callable, sentences: list[str]):
    """Translate sentences with the translator that was submitted with the notebook.

    Args:
        load, translate, cut: `load_translator`, `translate_tokens` and `tokens_of`.
        sentences: German.

    Returns:
        the tokens of each translation.
    """
    model, source_ids, target_ids = load(Path())
    return translate(model, [cut(sentence) for sentence in sentences], source_ids, target_ids)


def my_log(load: Callable) -> list[dict[str, str]]:
    """Return the rows of the log.csv that was submitted with the notebook.

    Args:
        load: `load_translator`; a log belongs to a translator, so that is loaded first.

    Raises:
        ValueError: if the one or the other is not there.
    """
    load(Path())
    path = Path("log.csv")
    if not path.is_file():
        raise ValueError("no log handed in: log.csv is not beside the notebook. save_log writes it")
    with path.open(encoding="utf-8", newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]


def _numbered(words: list[tuple[str, str]]) -> tuple[dict[str, int], dict[str, int]]:
    first = len(SPECIALS)
    source_ids, target_ids = (
        {pair[side]: number for number, pair in enumerate(words, start=first)} for side in (0, 1)
    )
    return source_ids, target_ids
