"""The files that a perfect student submits with the last notebook, to verify its hidden tests.

The translator is tiny and has memorized the hidden sentences. It shows that the tests award their
points to correct translations; it is useless as a translator.
"""

import tempfile
from functools import cache
from pathlib import Path

import torch

from solutions.assignments.lab import save_log, save_translator

from .caption_testset import captions
from .lab_recipes import recipe, train_translator

EPOCHS = 40
NUMBERS = {"N": 1, "dropout": 0.0, "epochs": EPOCHS, "max_tokens": 2000, "smoothing": 0.0}


@cache
def reference_files() -> dict[str, bytes]:
    """Return the content of each file by name; computed once per process, in a few seconds."""
    texts = {"train": captions(), "val": captions()}
    with torch.random.fork_rng(devices=[]), tempfile.TemporaryDirectory() as scratch:
        numbers = recipe("tiny") | NUMBERS | {"warmup": 60}
        model, config, known, log = train_translator(texts, numbers, tell=lambda row: None)
        save_translator(Path(scratch), model, config, *known)
        save_log(Path(scratch), log)
        return {path.name: path.read_bytes() for path in sorted(Path(scratch).iterdir())}
