"""The released notebook in a real Jupyter kernel: as given, solved, and with a known mistake.

The kernel has what students have, and nothing else.
"""

import ast
import copy
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import nbformat
import pytest
import student_environment
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.authoring import instant_runtime
from autograder.authoring.builder import CHECKS_ID
from autograder.authoring.release import release
from autograder.cells import is_solution
from exercises.assignments import HERE, Assignment, all_assignments
from solutions.misconceptions import Misconception

MASTERS = {master.assignment: master for master in all_assignments()}
PROJECT = student_environment.PROJECT
ENDS = "print(sorted({name.split('.')[0] for name in __import__('sys').modules}))"

pytestmark = [
    pytest.mark.slow(seconds=90),
    pytest.mark.filterwarnings("default"),  # Jupyter's own; what a cell warns of is in its output
]
every_assignment = pytest.mark.parametrize("assignment", MASTERS)


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> dict[str, NotebookNode]:
    made = release(HERE, tmp_path_factory.mktemp("release"), list(MASTERS))
    return {path.parent.name: nbformat.read(path, as_version=4) for path in made}


def solved(released: NotebookNode, master: Assignment) -> NotebookNode:
    """The released notebook with the reference's answers."""
    nb = copy.deepcopy(released)
    answers = {c.metadata.course.symbol: c.source for c in master.source.cells if is_solution(c)}
    for cell in nb.cells:
        if is_solution(cell):
            cell.source = answers[cell.metadata.course.symbol]
    return nb


def run(nb: NotebookNode, folder: Path) -> dict[str, list]:
    """Each code cell's outputs by its id, after a run in an empty folder without the project."""
    nb = copy.deepcopy(nb)
    nb.cells.append(new_code_cell(ENDS, id="ends"))
    client = NotebookClient(nb, timeout=120, resources={"metadata": {"path": str(folder)}})
    with tempfile.TemporaryDirectory() as first:
        client.execute(env=student_environment.environment(Path(first)))
    return {cell.id: cell.outputs for cell in nb.cells if cell.cell_type == "code"}


def verdicts(outputs: dict[str, list]) -> dict[str, str]:
    """What the instant checks say, as plain text."""
    found = {}
    for name, shown in outputs.items():
        if name.startswith("check-"):
            (only,) = shown
            found[name] = only.data["text/plain"]
    return found


def test_the_environment_holds_what_is_asked_for_and_hides_the_rest(tmp_path):
    def imports_in_it(package: str) -> bool:
        command = [sys.executable, "-c", f"import {package}"]
        env = student_environment.environment(tmp_path)
        done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 0 or f"No module named '{package}'" in done.stderr
        return done.returncode == 0

    assert all(map(imports_in_it, ["torch", "numpy", "matplotlib", "ipykernel"]))
    assert not any(map(imports_in_it, ["solutions", "autograder", "nbgrader", "spacy", "pytest"]))


@every_assignment
def test_untouched_it_runs_to_the_end_and_says_what_is_to_do(assignment, released, tmp_path):
    master = MASTERS[assignment]
    outputs = run(released[assignment], tmp_path)
    kinds = {name: {o.output_type for o in shown} for name, shown in outputs.items() if shown}
    assert not any("error" in kind for kind in kinds.values())
    assert {o.name for shown in outputs.values() for o in shown if "name" in o} == {"stdout"}
    assert len(verdicts(outputs)) == len(master.symbols)
    for text, symbol in zip(verdicts(outputs).values(), master.symbols, strict=True):
        assert text == f"○ {symbol}: not started yet."
    (modules,) = outputs["ends"]
    assert not PROJECT & set(ast.literal_eval(modules.text))
    assert list(tmp_path.iterdir()) == []


MISTAKES = {
    "00-warm-up": ["lengths_of_the_rectangle", "heads_by_reshape_alone"],
    "01-attention": ["padding_mask_inverted", "attention_without_scale", "QueryLengthForKeys"],
    "02-positional-encoding": ["table_in_halves", "StartIgnored"],
    "04-encoder-decoder": ["RawKeysAndValues", "DecoderReadsPadding"],
    "05-training": ["cross_entropy_is_binary", "batches_count_sentences", "AdamMovesACopy"],
    "07-multi30k-lab": [
        "sides_sifted_apart",
        "fit_keeps_the_living_parameters",
        "score_of_references_in_the_vocabulary",
    ],
}


def id_with(mistake: Misconception, cell_id: str) -> str:
    """The id of a cell that is run again with a mistake above it."""
    return f"{mistake.name[:30]}-{cell_id}"[:64]


@pytest.fixture(scope="module")
def solved_runs(released, tmp_path_factory):
    """Assignment -> the outputs of the solved notebook, in which mistakes are then tried.

    As a student who goes back would do it, each mistake is written into its own answer, and all
    cells below it are run again, so that one kernel serves for all. The last answers come first:
    what stands above a mistake has then never seen another one.
    """

    @cache
    def outputs(assignment: str) -> dict[str, list]:
        master = MASTERS[assignment]
        nb = solved(released[assignment], master)
        code = [c for c in nb.cells if c.cell_type == "code"]
        place = {c.metadata.course.symbol: i for i, c in enumerate(code) if is_solution(c)}
        tried = [m for m in master.mistakes if m.name in MISTAKES.get(assignment, ())]
        for mistake in sorted(tried, key=lambda m: -place[m.replaces]):
            wrong = mistake.source
            nb.cells.append(new_code_cell(wrong, id=id_with(mistake, "wrong")))
            for cell in code[place[mistake.replaces] + 1 :]:
                nb.cells.append(new_code_cell(cell.source, id=id_with(mistake, cell.id)))
        return run(nb, tmp_path_factory.mktemp("solved"))

    return outputs


@every_assignment
def test_with_the_right_answers_every_instant_check_is_green(assignment, solved_runs):
    outputs = solved_runs(assignment)
    for text, symbol in zip(verdicts(outputs).values(), MASTERS[assignment].symbols, strict=True):
        # Of an answer that must not be given away, the check sees the form only.
        form = f"○ {symbol}: the form of your answer is right."
        assert text.startswith((f"✓ {symbol} is right on every recorded case", form))
    for name, shown in outputs.items():
        if name.startswith("check-"):
            assert shown[0].data["text/html"].startswith("<div")


@pytest.mark.parametrize(
    ("assignment", "name"), [(a, name) for a, names in MISTAKES.items() for name in names]
)
def test_a_mistake_is_named_at_once(assignment, name, solved_runs):
    (mistake,) = [m for m in MASTERS[assignment].mistakes if m.name == name]
    told = f'check("{mistake.replaces}")'
    (cell,) = [c for c in MASTERS[assignment].source.cells if c.source == told]
    (shown,) = solved_runs(assignment)[id_with(mistake, cell.id)]
    first, *details = shown.data["text/plain"].splitlines()
    assert first == f"✗ {mistake.did}"
    assert details[0] == f"  {mistake.causes}"
    assert details[1] == f"  What to do: {mistake.fix}"
    assert details[2].startswith("  With ")
    assert details[-1].endswith(mistake.section)


@every_assignment
def test_no_cell_imports_the_project(assignment, released):
    for cell in released[assignment].cells:
        if cell.cell_type == "code":
            assert not PROJECT & imports(cell.source), cell.id


@every_assignment
def test_the_instant_cell_needs_nothing_but_torch(assignment, released):
    (cell,) = [c for c in released[assignment].cells if c.id == CHECKS_ID]
    machine = Path(instant_runtime.__file__).read_text(encoding="utf-8").rstrip()
    assert machine in cell.source
    needed = imports(cell.source) | imports(machine)
    assert needed - set(sys.stdlib_module_names) == {"torch"}


def imports(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found
