"""Small inputs on which the pipeline, the loop and the translator of the lab show what is wrong."""

from collections.abc import Callable

import torch

from solutions.notebook_support import lab_probes

SENTENCE = "Das Mädchen ruft: Wirklich?! (Im Park.)"
NUMBERS = "Um  10:30, das T-Shirt"
SPLITS = {
    "train": ([["a", "b", "a"], ["b", "c"]], [["b", "x"], ["x", "x"]]),
    "test": ([["c", "d", "d"]], [["y", "y"]]),
}
IDS = {"a": 4, "b": 5}, {"b": 4, "x": 5}
LINES = [["a"], [], ["b", "q"], ["a", "b"], ["b"]], [["x"], ["b"], ["b"], ["x", "x", "x"], []]
PAIRS = [([4, 5, 3], [2, 6, 3]), ([8, 3], [2, 9, 6, 7, 4, 8, 3]), ([6, 7, 3], [2, 7, 8, 3])] * 4
BATCHES = [
    (torch.tensor([[4, 5, 3]]), torch.tensor([[2, 7, 8, 6]]), torch.tensor([[7, 8, 6, 3]])),
    (
        torch.tensor([[6, 3], [3, 0]]),
        torch.tensor([[2, 9], [2, 0]]),
        torch.tensor([[9, 3], [3, 0]]),
    ),
]
WORDS = [("ein", "a"), ("hund", "dog"), ("und", "and"), ("park", "park"), (".", ".")]
RUNS = {
    "past its best": ((2.0, 1.5), (2.0, 1.0, 3.0)),
    "nearly the same": ((2.0, 1.0), (2.0, 1.05)),
    "high losses": ((6.0, 4.0), (6.0, 4.3)),
    "a margin of a quarter": ((2.0, 1.0), (2.0, 1.25), 0.25),
}


def _encode(*limit: int) -> Callable:
    return lambda f: {"pairs": str(f(*LINES, *IDS, *limit))}


def _batches(f: Callable) -> dict:
    found, there, shifted, within, _, again, moved, _ = lab_probes.epoch_facts(f, PAIRS, 14, 1)
    return {
        "pairs in the batches": found,
        "all given pairs are there": there,
        "target_in is one position behind": shifted,
        "every batch within the limit": str(within),
        "batches": len(f(PAIRS, 14, 1)),
        "the same seed, the same batches": again,
        "another seed, another order": moved,
    }


def _many_lengths(f: Callable) -> dict:
    pairs = [([4] * (1 + n % 5) + [3], [2] + [5] * (1 + n % 7) + [3]) for n in range(40)]
    return {"in the order of their lengths": lab_probes.epoch_facts(f, pairs, 20, 0)[-1]}


def _too_long(f: Callable) -> dict:
    return {"pairs in the batches": lab_probes.epoch_facts(f, PAIRS, 5, 1)[0]}


def _epoch(f: Callable) -> dict:
    loss, moves = lab_probes.one_epoch(f, BATCHES)
    return {"steps": len(moves), "loss": f"{loss:.4f}"}


def _small_one_first(f: Callable) -> dict:
    moves = lab_probes.one_epoch(f, BATCHES[::-1])[1]
    return {"lengths of the steps": ", ".join(f"{x:.3f}" for x in moves)}


def _smoothed(f: Callable) -> dict:
    return {"loss": f"{lab_probes.one_epoch(f, BATCHES, 0.3)[0]:.4f}"}


def _only_padding(f: Callable) -> dict:
    source, target_in, target_out = BATCHES[0]
    found = lab_probes.evaluated(f, [(source, target_in, 0 * target_out)])[0]
    return {"without a token": str(found)}


def _nothing(f: Callable) -> dict:
    try:
        loss = lab_probes.evaluated(f, [])[0]
    except ZeroDivisionError:
        loss = "ZeroDivisionError"
    return {"without a batch": str(loss)}


def _evaluate(f: Callable) -> dict:
    loss, training, left = lab_probes.evaluated(f, BATCHES, training=True)
    still = lab_probes.evaluated(f, BATCHES, training=False)[1]
    dropped, *_ = lab_probes.evaluated(f, BATCHES, dropout=0.9, training=True)
    return {
        "loss": f"{loss:.4f}",
        "type of the loss": type(loss).__name__,
        "loss with dropout in training": f"{dropped:.4f}",
        "length of the gradients left": f"{left:.2f}",
        "in training mode afterwards": training,
        "likewise, when it came in evaluation mode": still,
    }


def _fit(f: Callable) -> dict:
    unlike = [([4, 5, 3], [2, 10, 11, 3])]  # words that never occur: the loss rises
    log, parameters, _, told, *_ = lab_probes.fitted(f, PAIRS[:3], unlike, 4, 100, 3)
    read, again = (lab_probes.fitted(f, PAIRS, PAIRS[:1], 2, 14, 1)[2] for _ in range(2))
    half = len(read) // 2
    placed = lab_probes.fitted(f, PAIRS[:3], PAIRS[1:2], 1, 100, 1)[-1]
    other = lab_probes.fitted(f, PAIRS, PAIRS[:1], 2, 14, 1, 1)[2]
    smoothed = lab_probes.fitted(f, PAIRS[:3], PAIRS[:1], 1, 100, 1, 0, 0.3)[0]
    return {
        "epochs": str([row["epoch"] for row in log]),
        "calls of tell": len(told),
        "keys of a row": ", ".join(log[-1]),
        "validation loss": ", ".join(f"{row.get('validation_loss', 0):.2f}" for row in log),
        "parameters": parameters,
        "two epochs in the same order": read[:half] == read[half:],
        "the same seed, the same order": read == again,
        "every batch was put on the device": placed,
        "training batches": len(read),
        "another seed, another order": read != other,
        "training loss with smoothing": f"{smoothed[0].get('train_loss', 0):.4f}",
    }


def _translate(f: Callable) -> dict:
    some = [["ein", "park", "und", "ein", "hund", "."], ["hund"], ["ein", "zebra", "ruft"]]
    mine, _, few = lab_probes.translated(f, some, [*WORDS, ("ruft", "<unk>")], 2)
    still = lab_probes.translated(f, some[:1], WORDS, 2)[1]
    dropped, training, _ = lab_probes.translated(f, some[:1], WORDS, 2, 0.9, True)
    return {
        "translations": str(mine),
        "in training mode, when it came in evaluation mode": still,
        "with dropout in training": " ".join(dropped[0]),
        "in training mode afterwards": training,
        "at most two sentences at a time": few,
    }


def _score(sentences: list[str], references: list[str]) -> Callable:
    return lambda f: {"BLEU": f"{lab_probes.scored(f, sentences, references, WORDS):.2f}"}


def _compare(name: str) -> Callable:
    logs = [
        [{"epoch": i, "train_loss": n / i, "validation_loss": x} for i, x in enumerate(one, 1)]
        for n, one in zip((3, 1), RUNS[name][:2], strict=True)
    ]
    return lambda f: {"the change": f(*logs, *RUNS[name][2:])}


SITUATIONS = {
    "tokens_of": {
        "a sentence": lambda f: {"tokens": " ".join(f(SENTENCE))},
        "numbers": lambda f: {"tokens": str(f(NUMBERS))},
        "an underscore": lambda f: {"tokens": str(f("ein_wort"))},
    },
    "build_vocabularies": {
        "two splits": lambda f: {"vocabularies": str(f(SPLITS, 1))},
        "the test split first": lambda f: {
            "vocabularies": str(f(dict([*SPLITS.items()][::-1]), 1))
        },
    },
    "encode_pairs": {"five lines": _encode(), "at most 2 tokens": _encode(2)},
    "make_batches": {
        "12 pairs": _batches,
        "a pair that no batch can hold": _too_long,
        "40 pairs of many lengths": _many_lengths,
    },
    "train_epoch": {
        "two batches": _epoch,
        "the small one first": _small_one_first,
        "smoothing = 0.3": _smoothed,
    },
    "evaluate_loss": {
        "two batches": _evaluate,
        "no batch": _nothing,
        "only padding": _only_padding,
    },
    "fit": {"four epochs": _fit},
    "translate_tokens": {"three sentences": _translate},
    "bleu_of": {
        "a sentence": _score(["Ein Hund und ein Park."], ["A dog and a park."]),
        "a rare word": _score(["Ein Hund und ein Quokka."], ["A dog and a quokka."]),
        "a rare word in the sentence": _score(["Ein Hund und ein Quokka."], ["A dog and a dog."]),
        "two sentences": _score(
            ["Ein Hund und ein Park.", "Hund und Park und Hund."],
            ["A dog and a park and a dog.", "Dog and park and a dog."],
        ),
    },
    "load_translator": {
        "saved and loaded": lambda f: {"loaded": str(lab_probes.load_facts(f))},
        "another model": lambda f: {"loaded": str(lab_probes.load_facts(f, "another model"))},
        "NaN": lambda f: {"loaded": str(lab_probes.load_facts(f, "a NaN"))},
        "no file": lambda f: {"loaded": str(lab_probes.load_facts(f, "no file"))},
        "no translator.json": lambda f: {"loaded": str(lab_probes.load_facts(f, "no sizes"))},
        "half precision": lambda f: {"loaded": str(lab_probes.load_facts(f, "", True))},
    },
    "predictions": {"four changes": lambda f: {"predictions": str(sorted(f().items()))}},
    "compare_runs": {name: _compare(name) for name in RUNS},
}
