"""A text and a reference become a notebook, always the same; and the gates before a release."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from toy_assignment_text import TEXT, write_course

from autograder import errors
from autograder.authoring.builder import CHECKS_ID, build, is_up_to_date, text_files, write
from autograder.authoring.release import release
from autograder.authoring.release_checks import StaleNotebook, release_problems
from autograder.authoring.synthetic_submissions import fill_solutions, strip_solutions
from autograder.authoring.trusted_runner import run_tests_in_process, score
from autograder.cells import is_solution, is_test, read, to_text
from autograder.errors import UserError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Writes the small course, or a broken one; gives the path of its text."""
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda text=TEXT: write_course(tmp_path, text)
    sys.modules.pop("sums_right", None)


def replaced(old: str, new: str) -> str:
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


# ---- the notebook --------------------------------------------------------------------------------


def test_every_block_becomes_its_cell(course):
    nb = build(course())
    assert [cell.id for cell in nb.cells] == [
        "text-01",
        "given-02",
        CHECKS_ID,
        "given-require-tensor",
        "exercise-add",
        "write-add",
        "hint-03",
        "check-add",
        "try-04",
        "add-values",
    ]
    sources = {cell.id: cell.source for cell in nb.cells}
    assert sources["text-01"].startswith("# Sums for 2 points")
    assert "[the chapter](https://example.org/sums.html)" in sources["text-01"]
    assert sources["given-require-tensor"].startswith("def require_tensor(x):")
    assert sources["exercise-add"].startswith("## Add\n\n**2 points** · difficulty ●○○○○")
    assert "[torch.add](https://docs.pytorch.org/add)" in sources["exercise-add"]
    assert sources["hint-03"].startswith("<details>\n<summary>Hint 1</summary>\n\nLook at [plus]")
    assert sources["check-add"] == 'check("add")'
    assert sources["add-values"].startswith("# Hidden test add-values (2 points): Adds whatever")


def test_cells_are_called_by_their_grade_ids(course):
    for cell in build(course()).cells:
        if "nbgrader" in cell.metadata:
            assert cell.id == cell.metadata.nbgrader.grade_id


def test_only_the_solution_and_the_free_cell_can_be_edited(course):
    cells = build(course()).cells
    free = [c.id for c in cells if not c.metadata.get("nbgrader", {"locked": False})["locked"]]
    assert free == ["write-add", "try-04"]
    assert [c.id for c in cells if is_solution(c)] == ["write-add"]
    assert {c.id: c.metadata.nbgrader.points for c in cells if is_test(c)} == {"add-values": 2}


def test_it_grades_right_wrong_and_blank(course):
    nb = build(course())
    assert score(nb, run_tests_in_process(nb)) == (2, 2)
    assert score(nb, run_tests_in_process(strip_solutions(nb))) == (0, 2)
    wrong = run_tests_in_process(fill_solutions(nb, {"add": "def add(a, b):\n    return a - b"}))
    assert wrong["add-values"].startswith("You subtract.\n")
    assert wrong["add-values"].endswith("[misconception: subtracts]")


def test_a_hidden_test_leaves_nothing_in_the_students_namespace(course):
    nb = build(course())
    nb.cells[
        -1
    ].source += "\nassert not {'draw', 'numbers', 'agree', 'sums_right'} & set(globals())"
    assert run_tests_in_process(nb)["add-values"] == ""


def test_of_data_students_get_what_the_code_makes_and_not_the_code(course):
    block = "```{data} sums\nsums = {f'{n}': [n + 0.5, 'a'] for n in range(2)}\n```\n\n"
    nb = build(course(replaced("```{checks}", block + "```{checks}")))
    (cell,) = [cell for cell in nb.cells if cell.id == "data-sums"]
    namespace = {}
    exec(cell.source, namespace)
    assert namespace["sums"] == {"0": [0.5, "a"], "1": [1.5, "a"]}
    assert "range" not in cell.source
    assert cell.metadata.nbgrader.locked
    assert cell.metadata.jupyter.source_hidden


def test_a_module_can_be_handed_out_whole_and_is_folded(course):
    nb = build(course(replaced("{given} sums_right.require_tensor", "{given} autograder.errors")))
    (cell,) = [cell for cell in nb.cells if cell.id == "given-errors"]
    assert cell.source == Path(errors.__file__).read_text(encoding="utf-8").rstrip()
    assert cell.metadata.jupyter.source_hidden


def test_the_file_is_written_beside_its_text_and_can_be_read_again(course):
    path = course()
    target = write(path)
    assert target == path.with_suffix(".ipynb")
    assert target.read_bytes().endswith(b"}\n")
    assert b"\r" not in target.read_bytes()
    assert to_text(read(target)) == target.read_text(encoding="utf-8")
    assert "execution_count" not in {k for c in read(target).cells for k, v in c.items() if v}


@pytest.mark.slow(seconds=20)
@pytest.mark.xdist_group("build-again")
@pytest.mark.parametrize("name", ["00-warm-up/warm-up", "05-training/training"])
def test_another_process_on_a_lesser_processor_finds_a_notebook_up_to_date(name):
    """So nothing depends on the process; `test_every_gate_holds` builds all notebooks."""
    code = (
        "from pathlib import Path\n"
        "from autograder.authoring.builder import build, is_up_to_date\n"
        f"path = Path('exercises/{name}.md')\n"
        "if not is_up_to_date(path.with_suffix('.ipynb'), build(path)):\n"
        "    print(path)\n"
    )
    other = {
        **os.environ,
        "PYTHONHASHSEED": "4242",
        "PYTHONPATH": str(ROOT),
        "ATEN_CPU_CAPABILITY": "default",  # adds up in another order
    }
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=other, capture_output=True, text=True
    )
    assert (run.returncode, run.stdout) == (0, ""), run.stderr


@pytest.mark.parametrize(
    ("old", "new", "up_to_date"),
    [
        ("[2321896070,-0.877583,", "[2321896070,-0.877583,", True),
        ("[2321896070,-0.877583,", "[2321896070,-0.877601,", True),  # another processor's sum
        ("[2321896070,-0.877583,", "[2321896070,-0.8779,", False),
        ("[2321896070,-0.877583,", "[2321896071,-0.877583,", False),  # never rounded
        ("Hidden test", "A hidden test", False),
        ('"points": 2', '"points": 2.00001', False),  # not a recorded number
    ],
)
def test_only_a_rounding_of_recorded_numbers_leaves_a_notebook_up_to_date(
    course, old, new, up_to_date
):
    path = course()
    target = write(path)
    text = target.read_text()
    assert old in text
    target.write_text(text.replace(old, new, 1))
    assert is_up_to_date(target, build(path)) is up_to_date


@pytest.mark.parametrize("text", ["", "no notebook", "[]", "{}"])
def test_what_is_no_notebook_is_not_up_to_date(course, text):
    path = course()
    path.with_suffix(".ipynb").write_text(text)
    assert not is_up_to_date(path.with_suffix(".ipynb"), build(path))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("sums_right.add\n", "sums_right.plus\n", ":26: there is no 'sums_right.plus'"),
        ("reference: sums_right.add\n", "", ":26: the exercise 'add' lacks reference"),
        (
            "{given} sums_right.require_tensor",
            "{given} sums_wrong.require_tensor",
            ":23: there is no 'sums_wrong.require_tensor'",
        ),
        ("```{checks}\n```", "```{stub}\n```", ":20: {stub} before any {exercise}"),
        ('names = ["the sum"]', "1 / 0", ":43: instant block raises ZeroDivisionError"),
        ('names = ["the sum"]', "def", ":43: instant block raises SyntaxError"),
        ("{test} add-values", "{test} write-add", "two cells would be called 'write-add'"),
        ("```{checks}\n```", "```{data} sums\nsum = 3\n```", ":20: the block makes no 'sums'"),
    ],
)
def test_what_the_text_asks_for_must_exist(course, old, new, words):
    path = course(replaced(old, new))
    with pytest.raises(UserError) as raised:
        build(path)
    message = raised.value.format_message()
    assert message.startswith(str(path))
    assert words in message


def test_a_folder_without_assignments_is_named(tmp_path):
    with pytest.raises(UserError, match="no assignment there; expected NAME/NAME"):
        text_files(tmp_path)


# ---- the gates -----------------------------------------------------------------------------------


def broken(path: Path) -> str:
    write(path)
    (line,) = release_problems(path)
    return line


def test_all_gates_hold_for_a_course_in_order(course):
    path = course()
    write(path)
    assert list(release_problems(path)) == []


def test_a_missing_or_stale_notebook_is_found_and_the_command_named(course):
    path = course()

    def refused() -> str:
        with pytest.raises(StaleNotebook) as raised:
            list(release_problems(path))
        return str(raised.value)

    missing = refused()
    target = write(path)
    path.write_text(TEXT + "\nOne more word.\n")
    stale = refused()
    for line in (missing, stale):
        assert str(target) in line
        assert "run `autograder build`" in line
    write(path)
    target.write_text(target.read_text().replace("Sums for", "Summs for"))
    assert refused() == stale


def test_a_given_cell_that_fails_is_found(course):
    path = course(replaced("```{checks}", "```{given}\n1 / 0\n```\n\n```{checks}"))
    assert "fails: ZeroDivisionError: division by zero" in broken(path)


def test_a_text_without_instant_checks_is_found(course):
    path = course(replaced("```{checks}\n```\n", ""))
    assert "the cell check-add fails: NameError: name 'check' is not defined" in broken(path)


def test_an_instant_check_that_is_green_for_a_known_mistake_is_found(course):
    path = course(replaced("torch.tensor([2.0]))]", "torch.tensor([0.0]))]"))
    assert "the check of add is green for the known mistake subtracts" in broken(path)


@pytest.mark.parametrize(
    "line",
    ["total_of_both = x + y", "agree(add, sums_right.add, numbers, mistakes_of(sums_right.add))"],
)
def test_a_leaking_line_is_found(course, line):
    path = course(replaced("Look at [plus](book:sums.html#plus).", f"Write\n\n    {line}\n"))
    told = broken(path)
    assert "the release shows a line of the reference or of a hidden test" in told
    assert told.endswith(line)


def test_lines_that_students_are_given_are_no_leak(course):
    line = 'raise ValueError("x must be a tensor")'
    path = course(replaced("Look at [plus](book:sums.html#plus).", f"    {line}\n"))
    write(path)
    assert list(release_problems(path)) == []


def test_nothing_that_lies_beside_a_notebook_is_released(course, tmp_path):
    path = course()
    write(path)
    (path.parent / "data").mkdir()
    for name in ("notes.md", "make.py", ".secret", "answers.csv", "data/more.csv"):
        (path.parent / name).write_text("total_of_both")
    (made,) = release(path.parent.parent, tmp_path / "out", ["01-sums"])
    assert [f.name for f in (tmp_path / "out" / "01-sums").iterdir()] == ["sums.ipynb"]
    assert "total_of_both" not in made.read_text()
