"""Small inputs on which the pipeline, the loop and the translator of the lab show what is wrong."""

from collections.abc import Callable

import torch

from solutions.notebook_support import lab_probes

SENTENCE = "Das Mädchen ruft: Wirklich?! (Im Park.)"
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
}


def _encode(*limit: int) -> Callable:
    return lambda f: {"pairs": str(f(*LINES, *IDS, *limit))}


def _batches(f: Callable) -> dict:
    found, there, _, within, moved = lab_probes.epoch_facts(f, PAIRS, 14, 1)
    return {
        "pairs in the batches": found,
        "of the given pairs are there": there,
        "every batch within the limit": within,
        "another seed, another order": moved,
    }


def _epoch(f: Callable) -> dict:
    loss, moves = lab_probes.one_epoch(f, BATCHES)
    return {"steps": len(moves), "loss": f"{loss:.4f}"}


def _evaluate(f: Callable) -> dict:
    loss, training, left = lab_probes.evaluated(f, BATCHES, training=True)
    still = lab_probes.evaluated(f, BATCHES, training=False)[1]
    dropped, *_ = lab_probes.evaluated(f, BATCHES, dropout=0.9, training=True)
    return {
        "loss": f"{loss:.4f}",
        "loss with dropout in training": f"{dropped:.4f}",
        "length of the gradients left": f"{left:.2f}",
        "in training mode afterwards": training,
        "likewise, when it came in evaluation mode": still,
    }


def _fit(f: Callable) -> dict:
    log, parameters, *_ = lab_probes.fitted(f, PAIRS[:3], PAIRS[1:2], 4, 100, 3)
    _, _, read, _ = lab_probes.fitted(f, PAIRS, PAIRS[:1], 2, 14, 1)
    half = len(read) // 2
    return {
        "validation loss": f"{log[-1]['validation_loss']:.4f}",
        "parameters": parameters,
        "two epochs in the same order": read[:half] == read[half:],
    }


def _translate(f: Callable) -> dict:
    some = [["ein", "park", "und", "ein", "hund", "."], ["hund"], ["ein", "zebra"]]
    mine, _ = lab_probes.translated(f, some, WORDS, 2)
    dropped, training = lab_probes.translated(f, some[:1], WORDS, 2, 0.9, True)
    return {
        "translations": "; ".join(map(" ".join, mine)),
        "with dropout in training": " ".join(dropped[0]),
        "in training mode afterwards": training,
    }


def _score(sentences: list[str], references: list[str]) -> Callable:
    return lambda f: {"BLEU": f"{lab_probes.scored(f, sentences, references, WORDS):.1f}"}


def _compare(name: str) -> Callable:
    logs = [
        [{"epoch": i, "train_loss": n / i, "validation_loss": x} for i, x in enumerate(one, 1)]
        for n, one in zip((3, 1), RUNS[name], strict=True)
    ]
    return lambda f: {"the change": f(*logs)}


SITUATIONS = {
    "tokens_of": {"a sentence": lambda f: {"tokens": " ".join(f(SENTENCE))}},
    "build_vocabularies": {
        "two splits": lambda f: {"vocabularies": str(f(SPLITS, 1))},
    },
    "encode_pairs": {"five lines": _encode(), "at most 2 tokens": _encode(2)},
    "make_batches": {"12 pairs": _batches},
    "train_epoch": {"two batches": _epoch},
    "evaluate_loss": {"two batches": _evaluate},
    "fit": {"four epochs": _fit},
    "translate_tokens": {"three sentences": _translate},
    "bleu_of": {
        "a sentence": _score(["Ein Hund und ein Park."], ["A dog and a park."]),
        "a rare word": _score(["Ein Hund und ein Quokka."], ["A dog and a quokka."]),
        "two sentences": _score(
            ["Ein Hund und ein Park.", "Hund und Park und Hund."],
            ["A dog and a park and a dog.", "Dog and park and a dog."],
        ),
    },
    "load_translator": {
        "saved and loaded": lambda f: {"loaded": str(lab_probes.load_facts(f))},
        "another model": lambda f: {"loaded": str(lab_probes.load_facts(f, "another model"))},
    },
    "predictions": {"four changes": lambda f: {"predictions": str(sorted(f().items()))}},
    "compare_runs": {name: _compare(name) for name in RUNS},
}
