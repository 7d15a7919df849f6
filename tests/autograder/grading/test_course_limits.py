"""Limits come from `autograder.toml` and the command line; whatever is wrong there is one line."""

import pytest
import toy_course
from click.testing import CliRunner
from nbgrader.preprocessors import Execute
from quick_pool import QuickPool

from autograder.cli import main
from autograder.errors import UserError
from autograder.grading.course_limits import SETTINGS, CourseLimits, course_limits
from autograder.grading.grade import grade
from autograder.limits import Limits

NAMES = ("01-sums", "02-products")


def limits(folder, text: str = "", *options: str) -> CourseLimits:
    if text:
        (folder / SETTINGS).write_text(text)
    return course_limits(folder, NAMES, options)


def test_without_a_file_they_are_the_usual_ones(tmp_path):
    assert limits(tmp_path).of("01-sums") == Limits()


def test_notebooks_of_other_courses_have_nbgraders_time(tmp_path):
    found = course_limits(tmp_path, NAMES, ["processes=9"], others=["02-products"])
    assert found.of("01-sums") == Limits(processes=9)
    assert found.of("02-products") == Limits(
        processes=9, cell_seconds=Execute().timeout, submission_seconds=300
    )


def test_the_file_changes_all_assignments_or_one(tmp_path):
    found = limits(
        tmp_path, "[limits]\ncell_seconds = 2.5\n[limits.02-products]\nsubmission_seconds = 300\n"
    )
    assert found.of("01-sums") == Limits(cell_seconds=2.5)
    assert found.of("02-products") == Limits(cell_seconds=2.5, submission_seconds=300)


def test_an_option_is_stronger_than_the_file(tmp_path):
    text = "[limits]\nprocesses = 8\n[limits.02-products]\nprocesses = 9\n"
    found = limits(tmp_path, text, "processes=10", "memory_bytes=2e9")
    for name in NAMES:
        assert found.of(name) == Limits(processes=10, memory_bytes=2_000_000_000)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[limits]\ncell_second = 1\n", "no limit 'cell_second'; did you mean cell_seconds?"),
        ("[limits]\ncell_seconds = 0\n", "cell_seconds must be a number above 0, not 0."),
        ("[limits]\ncell_seconds = '9'\n", "cell_seconds must be a number above 0, not '9'."),
        ("[limits]\ncell_seconds = true\n", "must be a number above 0, not True."),
        ("[limits]\ncell_seconds = nan\n", "must be a number above 0, not nan."),
        ("[limits]\nprocesses = 1.5\n", "processes must be a whole number, not 1.5."),
        ("[limits]\nprocesses = inf\n", "must be a number above 0, not inf."),
        ("[limits.01-sum]\nprocesses = 1\n", "no assignment '01-sum'; did you mean 01-sums?"),
        ("[limits.01-sums]\nxyz = 1\n", "[limits.01-sums]: there is no limit 'xyz'"),
        ("[limit]\nprocesses = 1\n", "its only table is [limits]; remove limit."),
        ("limits = 3\n", "its only table is [limits]"),
        ("[limits\n", "is not valid TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_one_line_that_names_it(tmp_path, text, words):
    with pytest.raises(UserError) as raised:
        limits(tmp_path, text)
    message = raised.value.format_message()
    assert message.startswith(str(tmp_path / SETTINGS))
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize("option", ["cell_seconds", "cell_seconds=", "cell_seconds=x", "=3", "a=1"])
def test_what_is_wrong_in_an_option_is_one_line(tmp_path, option):
    with pytest.raises(UserError, match=r"^--limit ") as raised:
        limits(tmp_path, "", option)
    assert "\n" not in raised.value.format_message()


class Seen(QuickPool):
    """Keeps the limits of each job."""

    def do(self, jobs):
        found = list(jobs)
        self.limits = [request["limits"] for _, request in found]
        return super().do(found)


def test_a_class_is_graded_with_them_and_again_when_they_change(tmp_path):
    toy_course.write_course(tmp_path)
    toy_course.hand_in(tmp_path / "class", "ada", toy_course.answered())

    def graded(text: str) -> list[float]:
        (tmp_path / SETTINGS).write_text(text)
        pool = Seen()
        grade(tmp_path / "class", tmp_path / "exercises", tmp_path / "out", cluster=pool)
        return [found["cell_seconds"] for found in pool.limits]

    assert graded("[limits]\ncell_seconds = 7\n") == [7]
    assert graded("[limits]\ncell_seconds = 7\n") == []
    assert graded("[limits.01-sums]\ncell_seconds = 8\n") == [8]


def test_a_wrong_limit_leaves_nothing_behind(tmp_path):
    toy_course.write_course(tmp_path)
    toy_course.hand_in(tmp_path / "class", "ada", toy_course.answered())
    arguments = ["grade", str(tmp_path / "class"), "--source", str(tmp_path / "exercises")]
    out = tmp_path / "out"
    done = CliRunner().invoke(main, [*arguments, "--out", str(out), "--limit", "seconds=3"])
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert "there is no limit 'seconds'" in line
    assert not out.exists()
