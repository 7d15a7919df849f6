"""Whatever an instructor does, and in whatever order: all places show the same marks."""

import shutil
import tempfile
from pathlib import Path

import four_accounts
import pytest
import toy_essay
from click.testing import CliRunner
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from instructor import mark, penalize
from quick_pool import QuickPool

from autograder.cli import main
from autograder.errors import UserError
from autograder.grading.grade import grade
from autograder.reporting.results import read_results

STUDENTS = ("ada", "bob", "cem")
ANSWERS = (
    toy_essay.answered(),
    toy_essay.answered("Because.", twice="return 7"),
    toy_essay.answered(toy_essay.RELEASED, add="raise NotImplementedError()"),
    "{",  # damaged
)
TESTS = 6.0  # points


class Histories(RuleBasedStateMachine):
    """A class of three, its instructor, and what the marks ought to be.

    The gradebook is compared with a model, and the other places with the gradebook.
    """

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.points = self.graded_points = toy_essay.POINTS[toy_essay.ESSAY]
        toy_essay.write_course(self.folder)
        for student in STUDENTS:
            toy_essay.hand_in(self.folder / "class", student, ANSWERS[0])
        self.by_hand: dict[tuple[str, str], float] = {}
        self.penalties: dict[str, float] = {}
        self.regrade_all(fails=False)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @rule(student=st.sampled_from(STUDENTS), answer=st.sampled_from(ANSWERS))
    def hand_in_again(self, student: str, answer) -> None:
        """Nothing is graded yet."""
        toy_essay.hand_in(self.folder / "class", student, answer)

    @rule(fails=st.booleans())
    def regrade_all(self, fails: bool) -> None:
        """With or without notebooks on which the grader itself fails."""
        self.grade(fails)
        self.graded_points = self.points
        self.agree()

    @rule(student=st.sampled_from(STUDENTS))
    def regrade_one(self, student: str) -> None:
        if self.points != self.graded_points:
            with pytest.raises(UserError, match="points of 01-sums have changed"):
                self.grade(students=[student])
        else:
            self.grade(students=[student])
            self.agree()

    @rule(points=st.sampled_from([1.0, 4.0, 5.5]))
    def change_points(self, points: float) -> None:
        self.points = points
        toy_essay.write_course(self.folder, points)

    @rule(
        student=st.sampled_from(STUDENTS),
        cell=st.sampled_from([toy_essay.ESSAY, toy_essay.TASK, "add-values"]),
        score=st.sampled_from([0.0, 0.5, 2.0]),
    )
    def mark_by_hand(self, student: str, cell: str, score: float) -> None:
        mark(self.folder, student, cell, score)
        self.by_hand[student, cell] = score

    @rule(student=st.sampled_from(STUDENTS), points=st.sampled_from([0.0, 1.5, 100.0]))
    def penalize(self, student: str, points: float) -> None:
        penalize(self.folder, student, points)
        self.penalties[student] = points

    @rule()
    def report(self) -> None:
        """Make the pages again, without running anything."""
        done = CliRunner().invoke(main, ["report", str(self.folder / "out")])
        assert done.exit_code == 0, done.output
        self.agree()

    @rule()
    @precondition(lambda self: self.points == self.graded_points)
    def stop_in_the_middle(self) -> None:
        """An interrupted run changes nothing."""
        before = four_accounts.table(self.folder / "out")
        with pytest.raises(KeyboardInterrupt):
            grade(
                self.folder / "class",
                self.folder / "exercises",
                self.folder / "out",
                cluster=QuickPool(),
                progress=_interrupt,
            )
        assert four_accounts.table(self.folder / "out") == before

    @invariant()
    def table_and_report_agree(self) -> None:
        """Also between two runs, when marks have been entered that no page shows yet."""
        out = self.folder / "out"
        assert four_accounts.table(out) == four_accounts.pages(out) == four_accounts.report(out)

    def grade(self, fails: bool = False, **options) -> None:
        grade(
            self.folder / "class",
            self.folder / "exercises",
            self.folder / "out",
            cluster=QuickPool(*["return 7"] * fails),
            **options,
        )

    def agree(self) -> None:
        """What was entered by hand is there, and all places agree."""
        out = self.folder / "out"
        marks = four_accounts.agreed(out)
        most = TESTS + self.graded_points + toy_essay.POINTS[toy_essay.TASK]
        rows = {row.student: row for row in read_results(out).submissions}
        for student, (score, maximum) in marks.items():
            assert maximum == most
            checks = {check.check: check.score for check in rows[student].checks}
            for (owner, cell), given in self.by_hand.items():
                assert owner != student or checks[cell] == given
            total = sum(checks.values()) - self.penalties.get(student, 0)
            assert score == max(total, 0)


def _interrupt(stage: str, done: int, total: int) -> None:
    raise KeyboardInterrupt


@pytest.mark.slow(seconds=60)
def test_all_places_agree_after_any_history():
    run_state_machine_as_test(Histories, settings=settings(max_examples=6, stateful_step_count=8))
