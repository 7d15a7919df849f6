"""The paper's table 3 at the size of the lab: the runs of `python -m solutions table3`."""

import html
import json
import math
import statistics
from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from solutions.translator.table3 import VARIATIONS

from .figures import BLUE, ORANGE, TEXT, Picture, Table, code
from .recorded_run import RUNS

Run = dict
# Half of the 95 % interval of Student's distribution, by the number of runs less one.
STUDENT = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776}


class VariationRuns:
    """What became of the lab's model with one thing changed; shown by Jupyter as one line that says
    how it was recorded.

    The base was trained with several seeds. How far these lie apart says how much a difference
    between two rows is worth.

    Args:
        folder: of the files that `solutions.translator.table3` wrote.

    Raises:
        ValueError: if the base was trained less than twice.
    """

    def __init__(self, folder: Path = RUNS / "lab-variations"):
        found = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
        self.bases = [run for run in found if run["name"] == "base"]
        others = {run["name"]: run for run in found if run["name"] != "base"}
        self.runs: list[Run] = [others[v.name] for v in VARIATIONS if v.name in others]
        if len(self.bases) < 2:
            raise ValueError(f"{folder} must hold two runs of the base or more")

    def __getitem__(self, name: str) -> Run:
        """The run of a row that is not the base."""
        (found,) = [run for run in self.runs if run["name"] == name]
        return found

    @staticmethod
    def bleu(run: Run, beam: int = 5) -> float:
        """BLEU on the tokens of the validation split."""
        (found,) = [one for one in run["scores"] if (one["test"], one["beam"]) == ("val", beam)]
        return found["tokens"]

    @staticmethod
    def loss(run: Run) -> float:
        """Of the validation split, in nats per token."""
        return run["result"]["validation_loss"]

    def base(self) -> float:
        """The mean BLEU of the bases."""
        return sum(map(self.bleu, self.bases)) / len(self.bases)

    def spread(self, beam: int = 5) -> float:
        """BLEU between the best and the worst base."""
        scores = [self.bleu(run, beam) for run in self.bases]
        return max(scores) - min(scores)

    def change(self, name: str) -> float:
        """BLEU of a row less that of the base."""
        return self.bleu(self[name]) - self.base()

    def loss_change(self, name: str) -> float:
        """Validation loss of a row less the mean of the bases."""
        return self.loss(self[name]) - statistics.mean(map(self.loss, self.bases))

    def margin(self, of: Callable[[Run], float]) -> float:
        """How far one more run of the base may lie from the mean of the bases, by chance.

        Half of the 95 % prediction interval, if such numbers are normally distributed. With three
        bases it is wide, because three runs say little about chance.
        """
        found = [of(run) for run in self.bases]
        wide = STUDENT[len(found) - 1] * math.sqrt(1 + 1 / len(found))
        return wide * statistics.stdev(found)

    # ---- for the page ----------------------------------------------------------------------------

    def table(self) -> Table:
        """A line for every row, in the order of the paper's."""
        rows = [self._line(run, f"base, seed {_seed(run)}") for run in self.bases]
        rows += [self._line(run, run["words"]) for run in self.runs]
        loss, bleu = "validation loss", ("BLEU, greedy", "BLEU, beam")
        head = ["change", "row in the paper", "parameters", loss, *bleu]
        label = "Variations of the lab's model on the validation split"
        return Table(head, rows, label, stack=True, name="tab-lab-variations")

    def _line(self, run: Run, words: str) -> list[object]:
        per_word = run["changes"].get("merges") == 0  # of other tokens: no number to compare
        return [
            words,
            run["row"] if run["name"] != "base" else "",
            f"{run['result']['parameters'] / 1e6:.1f} M",
            "" if per_word else f"{self.loss(run):.3f}",
            *(f"{self.bleu(run, beam):.2f}" for beam in (1, 5)),
        ]

    def picture(self) -> Picture:
        """BLEU of every row, beside the range of the bases."""
        figure = Figure(figsize=(4.2, 0.27 * len(self.runs) + 0.8))
        ax = figure.add_subplot()
        scores = [self.bleu(run) for run in self.bases]
        margin = self.margin(self.bleu)
        ax.axvspan(self.base() - margin, self.base() + margin, color=ORANGE, alpha=0.15, lw=0)
        ax.axvspan(min(scores), max(scores), color=ORANGE, alpha=0.3, lw=0)
        ax.axvline(self.base(), color=ORANGE, lw=1)
        for place, run in enumerate(self.runs):
            score = self.bleu(run)
            ax.plot([self.base(), score], [place, place], color=BLUE, lw=1.2)
            ax.plot(score, place, "o", color=BLUE, ms=5)
        names = [run["name"].replace("-", " ") for run in self.runs]  # short, for small screens
        ax.set_yticks(range(len(self.runs)), names)
        ax.set_ylim(len(self.runs) - 0.5, -0.5)
        ax.tick_params(axis="y", length=0)
        ax.grid(axis="x", color=TEXT, alpha=0.15)
        ax.set_xlabel("BLEU on the validation split")
        least, most = (f(self.runs, key=self.bleu) for f in (min, max))
        return Picture(
            (
                figure,
                f"A dot for each of {len(self.runs)} changes. Lowest: {least['words']}, "
                f"{self.bleu(least):.1f}; highest: {most['words']}, {self.bleu(most):.1f}. The "
                f"bases lie between {min(scores):.1f} and {max(scores):.1f}.",
            ),
            caption="BLEU with one setting changed. Dark band: the runs that differ "
            "only in the seed. Light band: where one more such run could lie by chance (95 %).",
            name="fig-lab-variations",
        )

    def _repr_html_(self) -> str:
        sessions = [one for run in (*self.bases, *self.runs) for one in run["sessions"]]
        about, dates = sessions[0], sorted({one["date"][:10] for one in sessions})
        told = [
            f"{about['device']} ({about['processor']}, {about['precision']})",
            f"Python {about['python']}",
            f"PyTorch {about['torch']}",
            " and ".join(dates),
        ]
        return (
            f'<p class="recorded">Recorded with {code("python -m solutions table3")}, '
            f"which trains {code(self.bases[0]['command'])} and its changes; "
            f"{html.escape('; '.join(told))}.</p>"
        )


def _seed(run: Run) -> int:
    words = run["command"].split()
    return int(words[words.index("--seed") + 1])
