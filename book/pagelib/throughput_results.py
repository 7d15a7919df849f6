"""How fast the lab's model trains, what padding adds, and what a step consists of."""

from solutions.experiments.profile_step import PRODUCTS

from .figures import Table
from .recorded_run import Recorded

WAYS = {
    "naive": "the tutorials' recipe",
    "nn.Transformer": "<code>nn.Transformer</code>, batches by length",
    "reference": "the course's layers, the same batches",
    "fast": "the same layers, kernels of <code>solutions.training.fused</code>",
    "fast, bfloat16": "the same in bfloat16",
}
PADDED = {
    "fixed": "32 pairs in random order, padded to 72",
    "longest": "32 pairs in random order, padded to the longest",
    "by length": "batches by length",
}


class Throughput(Recorded):
    """What `solutions.experiments.throughput` recorded."""

    def ratio(self, way: str, to: str) -> float:
        """How many times as fast a way is as the other; `to` is "naive" or "torch"."""
        (row,) = self.where(way=way)
        return row[f"to_{to}"]

    def table(self) -> Table:
        """A line for every way."""
        rows = [
            [
                WAYS[row["way"]],
                f"{row['target_tokens_per_second']:,.0f}",
                f"{row['to_naive']:.1f}",
                f"{row['to_torch']:.2f}",
            ]
            for row in self.rows
        ]
        head = ["way", "target tokens per second", "times the recipe", "times nn.Transformer"]
        return Table(
            head, rows, "Throughput of five ways to train one model", True, "tab-lab-throughput"
        )


class Padding(Recorded):
    """What `solutions.experiments.padding_count` recorded."""

    def for_each_token(self, way: str) -> float:
        """Return the positions that are computed for each real token."""
        (row,) = self.where(way=way)
        return row["positions"] / row["tokens"]

    def saved(self, before: str, after: str) -> float:
        """How many times as many positions one way computes as the other."""
        return self.for_each_token(before) / self.for_each_token(after)

    def table(self) -> Table:
        """A line for every way."""
        ways = list(PADDED)
        rows = [
            [
                PADDED[way],
                f"{self.for_each_token(way):.2f}",
                f"{self.saved(before, way):.2f}" if before else "",
            ]
            for before, way in zip([None, *ways], ways, strict=False)
        ]
        head = ["batches", "positions for each token", "times fewer than above"]
        return Table(
            head, rows, "What padding adds to an epoch of Multi30k", name="tab-lab-padding"
        )


class StepTime(Recorded):
    """What `solutions.experiments.profile_step` recorded."""

    def __init__(self, name: str):
        super().__init__(name)
        self.precisions = list(dict.fromkeys(row["precision"] for row in self.rows))

    def milliseconds(self, precision: str, kind: str = "") -> float:
        """Of a step, or of one kind of its operators."""
        rows = self.where(precision=precision)
        return sum(row["milliseconds"] for row in rows if kind in ("", row["kind"]))

    def share(self, precision: str, *kinds: str) -> float:
        """Of the time of a step."""
        spent = sum(self.milliseconds(precision, kind) for kind in kinds)
        return spent / self.milliseconds(precision)

    def of_peak(self, precision: str) -> float:
        """How fast its products were, as a share of the fastest that the machine managed."""
        row = self.where(precision=precision)[0]
        rate = row["multiply_adds"] / (self.milliseconds(precision, PRODUCTS) / 1000)
        return rate / row["peak_per_second"]

    def table(self) -> Table:
        """Milliseconds of a step by kind, a column for each precision."""
        kinds = dict.fromkeys(row["kind"] for row in self.rows)
        rows = [
            [kind, *(f"{self.milliseconds(one, kind):.0f}" for one in self.precisions)]
            for kind in kinds
        ]
        rows.append(
            ["<b>the whole step</b>"]
            + [f"<b>{self.milliseconds(p):.0f}</b>" for p in self.precisions]
        )
        head = ["milliseconds in a training step", *self.precisions]
        return Table(head, rows, "Time of a training step by kind", name="tab-lab-step")
