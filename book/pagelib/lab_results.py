"""The trainings of the lab that ran to their end, for the page that tells of them."""

import html
import json
import statistics
from pathlib import Path

from matplotlib.figure import Figure

from solutions.translator.train_config import TrainConfig

from .figures import BLUE, INKS, ORANGE, Picture, Table, code
from .recorded_run import RUNS

TESTS = {
    "test_2016_flickr": "2016, Flickr",
    "test_2017_flickr": "2017, Flickr",
    "test_2017_mscoco": "2017, COCO",
    "test_2018_flickr": "2018, Flickr",
}


class LabRuns:
    """Runs of `solutions.train` with the same settings and other seeds, from `export_runs`.

    Jupyter shows them as one line that says where they come from.

    Args:
        folder: of their files, one for each.

    Raises:
        ValueError: if there are none, or they differ in more than the seed.
    """

    def __init__(self, folder: Path = RUNS / "lab"):
        self.runs = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
        self.settings = [run["settings"] | {"seed": None} for run in self.runs]
        if not self.runs or any(one != self.settings[0] for one in self.settings):
            raise ValueError(f"{folder} must hold runs that differ in nothing but the seed")
        self.seeds = [run["settings"]["seed"] for run in self.runs]

    def scores(self, test: str, score: str, greedy: bool = False) -> list[float]:
        """A score of every run on a test set, by greedy or by beam search."""
        return [self._one(run, test, greedy)["scores"][score]["score"] for run in self.runs]

    def mean(self, test: str, score: str, greedy: bool = False) -> float:
        """The mean of the runs."""
        return statistics.mean(self.scores(test, score, greedy))

    def half_width(self, test: str, score: str) -> float:
        """Half of the 95 % interval of one run, of all runs the widest; by beam search."""
        return max(self._one(run, test, False)["scores"][score]["half_width"] for run in self.runs)

    @staticmethod
    def _one(run: dict, test: str, greedy: bool) -> dict:
        (found,) = [
            one
            for one in run["evaluation"]["results"]
            if one["test"] == test and (one["beam"] == 1) == greedy
        ]
        return found

    # ---- for the page ----------------------------------------------------------------------------

    def by_seed(self) -> Table:
        """Every run on the test set that most papers report."""
        test = "test_2016_flickr"
        columns = [(key, greedy) for key, greedy in WAYS]
        rows = [
            [f"seed {seed}", *(f"{self.scores(test, k, g)[i]:.2f}" for k, g in columns)]
            for i, seed in enumerate(self.seeds)
        ]
        rows.append(["<b>mean</b>", *(f"<b>{self.mean(test, k, g):.2f}</b>" for k, g in columns)])
        label = "Scores on the Flickr test set of 2016"
        return Table(["", *WAYS.values()], rows, label, name="tab-lab-seeds")

    def by_test(self) -> Table:
        """The mean of all runs on every test set."""
        rows = [
            [words, *(f"{self.mean(test, key, greedy):.2f}" for key, greedy in WAYS)]
            for test, words in TESTS.items()
        ]
        label = "Mean scores of the three seeds on four test sets"
        return Table(["test set", *WAYS.values()], rows, label, name="tab-lab-tests")

    def beside(self, other: "LabRuns", theirs: str, ours: str) -> Table:
        """BLEU on tokens with beam search, of other runs and of these, on every test set."""
        rows = []
        for test, words in TESTS.items():
            found = other.mean(test, "tokens"), self.mean(test, "tokens")
            each = self.scores(test, "tokens")
            rows.append(
                [
                    words,
                    *(f"{one:.2f}" for one in found),
                    f"{found[1] - found[0]:+.2f}",
                    f"{max(each) - min(each):.2f}",
                ]
            )
        head = ["test set", theirs, ours, "difference", "between the seeds"]
        return Table(head, rows, f"BLEU: {theirs}, {ours}", name="tab-lab-pieces")

    def curves(self) -> Picture:
        """Validation loss over the epochs, and that of the mean of the last ones."""
        figure = Figure(figsize=(5.2, 3.2))
        ax = figure.add_subplot()
        for ink, seed, run in zip(INKS, self.seeds, self.runs, strict=False):
            epochs = [row["epoch"] for row in run["log"]]
            ax.plot(epochs, [row["validation_loss"] for row in run["log"]], color=ink, lw=1.4)
            averaged = run["result"]["averaged_epochs"]
            mean = [run["result"]["validation_loss"]] * 2
            ax.plot([averaged[0], averaged[-1]], mean, color=ink, lw=2.4, label=f"seed {seed}")
        lowest = min(run["result"]["validation_loss"] for run in self.runs)
        ax.set(xlabel="epoch", ylabel="validation loss, nats per token")
        ax.set_ylim(lowest - 0.05, lowest + 1.0)
        ax.set_xticks(range(0, int(max(epochs)) + 1, 5))
        ax.legend()
        return Picture(
            (
                figure,
                "Validation loss falls steeply in the first ten epochs, then flattens and rises a "
                "little. Below the end of each curve a short line marks the loss of the mean.",
            ),
            caption="Validation loss after each epoch (thin), and of the averaged checkpoints "
            "(thick, drawn over the epochs that are averaged).",
            name="fig-lab-curves",
        )

    def curves_beside(self, other: "LabRuns", theirs: str, ours: str) -> Picture:
        """Both losses of another run and of the one of these that has the same seed."""
        (one,) = other.runs
        same = self.runs[self.seeds.index(one["settings"]["seed"])]
        figure = Figure(figsize=(5.2, 3.2))
        ax = figure.add_subplot()
        for ink, words, run in ((ORANGE, theirs, one), (BLUE, ours, same)):
            epochs = [row["epoch"] for row in run["log"]]
            for loss, dash, whose in (
                ("validation_loss", "-", "validation"),
                ("train_loss", ":", "training"),
            ):
                losses = [row[loss] for row in run["log"]]
                ax.plot(epochs, losses, dash, color=ink, label=f"{words}, {whose}")
        ax.set(xlabel="epoch", ylabel="loss, nats per token", ylim=(0, 4.5))
        ax.set_xticks(range(0, int(max(epochs)) + 1, 5))
        ax.legend(fontsize=8.5)
        lowest = int(self.best_epoch(one))
        return Picture(
            (
                figure,
                f"{theirs}: the training loss falls below the validation loss, which is lowest "
                f"after epoch {lowest} and rises from there. {ours}: both fall.",
            ),
            caption="Validation loss (solid) and training loss (dotted) with and without dropout. "
            "The training loss includes label smoothing and dropout, the validation loss does not.",
            name="fig-lab-no-dropout",
        )

    @staticmethod
    def best_epoch(run: dict) -> float:
        """After which epoch the validation loss of a run was lowest."""
        return min(run["log"], key=lambda row: row["validation_loss"])["epoch"]

    def _repr_html_(self) -> str:
        sessions = [session for run in self.runs for session in run["sessions"]]
        dates = sorted({session["date"][:10] for session in sessions})
        threads = sorted({session["threads"] for session in sessions})
        about = sessions[0]
        told = [
            f"seed{'s' * (len(self.seeds) > 1)} {', '.join(map(str, self.seeds))}",
            f"{' or '.join(map(str, threads))} thread{'s' * (threads[-1] > 1)}",
            f"{about['device']} ({about['processor']}, {about['precision']})",
            f"Python {about['python']}",
            f"PyTorch {about['torch']}",
            " and ".join(dates),
        ]
        changed = {
            name: value
            for name, value in self.runs[0]["settings"].items()
            if name != "seed" and value != getattr(TrainConfig, name)
        }
        options = (f"--{name.replace('_', '-')} {value}" for name, value in changed.items())
        command = " ".join(["python -m solutions.train", *options, "--seed S"])
        return (
            f'<p class="recorded">Recorded with {code(command)}; '
            f"{html.escape('; '.join(told))}.</p>"
        )


WAYS = {
    ("tokens", True): "BLEU, tokens, greedy",
    ("tokens", False): "BLEU, tokens, beam",
    ("13a", False): "BLEU, 13a, beam",
    ("chrf", False): "chrF, beam",
}
