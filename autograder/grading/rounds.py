"""Rounds of grading: all students of a round get the same hidden inputs, those of the next others.

The same code gets the same marks, whatever its student is called. When the results of a round are
in place, its feedback may have gone out, with inputs and expected numbers in it. What is handed in
after that is tested on new inputs, so a table made of feedback pages wins nothing. A notebook that
has not changed since an earlier round keeps its result.
"""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from autograder.atomic_write import atomic_write_text

FILE = "rounds.json"
MOST = 50  # rounds whose results are looked for


class Rounds:
    """The rounds of one folder of results.

    Args:
        folder: where they are recorded.
        tests: digest of the hidden tests, which no student knows.
        seed: of the round, if the instructor has chosen one.
    """

    def __init__(self, folder: Path, tests: str, seed: str | None = None):
        self._path, self.tests, self._chosen = folder / FILE, tests, seed
        self._seeds: list[str] = []
        self._closed = False
        with suppress(OSError, ValueError, KeyError, TypeError):
            recorded = json.loads(self._path.read_text(encoding="utf-8"))
            self._seeds = [str(each) for each in recorded["seeds"]][-MOST:]
            self._closed = bool(recorded["closed"])

    @property
    def seeds(self) -> list[str]:
        """The seeds of all rounds, the newest first; of a chosen seed, that one alone."""
        return [self._chosen] if self._chosen is not None else self._seeds[::-1]

    def current(self) -> str:
        """Return the seed of the round that is being graded; begin one if there is none."""
        if self._chosen is not None:
            if self._seeds[-1:] != [self._chosen]:
                self._begin(self._chosen)
        elif not self._seeds or self._closed:
            text = f"{self.tests}/{len(self._seeds)}"
            self._begin(hashlib.sha256(text.encode()).hexdigest()[:16])
        return self._seeds[-1]

    def close(self) -> None:
        """End the round, because its results are in place."""
        self._closed = True
        self._write()

    def _begin(self, seed: str) -> None:
        self._seeds.append(seed)
        self._closed = False
        self._write()

    def _write(self) -> None:
        data = {"seeds": self._seeds, "closed": self._closed}
        atomic_write_text(self._path, json.dumps(data) + "\n")
