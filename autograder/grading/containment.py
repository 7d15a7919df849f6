"""Find out for each test of a course how it must run to give the marks that nbgrader gives.

A test can run in two ways:

- apart: in the checker, where the student's objects are proxies. Students' code cannot reach the
  test, so it can forge nothing. Not every test can be judged through proxies.
- contained: in the student's process, in the notebook's own namespace, as nbgrader runs it, behind
  the same walls. Students' code that knows how could win the test's own points, and no others.

Which one is found by trying. The source notebook, the untouched release and the source with some
answers left out run both ways; the first two also in a Jupyter kernel, as nbgrader runs them. A
test runs apart if all agree, contained if only that agrees with nbgrader.

In nbgrader a test may use what earlier tests have imported or changed, and a test apart leaves
nothing behind. So what a contained test uses is contained, too; and the notebook runs once more
with each test in its own way. If any result is another one then, all of its tests are contained.

Notebooks that `autograder build` made run all their tests apart: they are written for it, and
`autograder build --check` proves them.
"""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from nbclient import NotebookClient
from nbformat import NotebookNode, from_dict
from nbgrader import utils
from nbgrader.preprocessors import ClearSolutions

from autograder import __version__
from autograder.atomic_write import atomic_write_text
from autograder.cells import is_built, is_manual, is_solution, is_test
from autograder.errors import UserError
from autograder.execution.hidden_test_dependencies import definitions_in, names_used
from autograder.execution.job import job, job_id
from autograder.harmless_text import one_line
from autograder.ingest.attachments import files_beside
from autograder.ingest.submission_tree import SourceNotebooks
from autograder.limits import Attached, Environment, Limits
from autograder.logs import QUIET

from .course_limits import CourseLimits
from .merge import merge_submission, with_contained
from .run_cache import TEST_MODES

APART, CONTAINED = "apart", "contained"
MODES = (APART, CONTAINED)
SOURCE, RELEASE = "the source notebook", "the untouched release"
GROUPS = 4  # of answers, each of which is left out in one variant

Scores = dict[str, float]  # grade id of a test -> its points


@dataclass(frozen=True)
class TestMode:
    """How one test runs.

    Attributes:
        mode: APART or CONTAINED.
        problem: where it gives other marks than nbgrader even so; empty if it does not.
    """

    __test__ = False

    mode: str
    problem: str = ""

    @property
    def contained(self) -> bool:
        return self.mode == CONTAINED


Modes = Mapping[str, TestMode]  # grade id -> how that test runs


class ModeFinder:
    """Finds the modes of tests, and remembers them.

    Args:
        source: folder of the assignments.
        pool: runs notebooks.
        memory: folder in which results are kept; a changed notebook is tried again.
        level: of isolation.
        limits: of the notebooks.
    """

    def __init__(self, source: Path, pool, memory: Path, level: str, limits: CourseLimits):
        self._source, self._pool, self._path = source, pool, memory / TEST_MODES
        self._level, self._limits = level, limits
        self._known: dict[str, dict] = {}
        with suppress(OSError, ValueError):
            self._known = json.loads(self._path.read_text(encoding="utf-8"))

    def modes_of(self, masters: SourceNotebooks) -> dict[tuple[str, str], Modes]:
        """Return the modes of all tests: (assignment, notebook) -> grade id -> its mode."""
        found: dict[tuple[str, str], Modes] = {}
        for assignment, notebooks in masters.items():
            for name, master in notebooks.items():
                tests = _tests_of(master)
                if is_built(master):
                    found[assignment, name] = {test: TestMode(APART) for test in tests}
                elif tests:
                    found[assignment, name] = self._of(assignment, name, master)
        return found

    def _of(self, assignment: str, name: str, master: NotebookNode) -> Modes:
        files = files_beside(self._source / assignment)
        limits = self._limits.of(assignment)
        known = _digest(master, files, limits)
        if known not in self._known:
            trial = _Trial(master, files, self._source, assignment)
            with tempfile.TemporaryDirectory(prefix="ag-modes-") as folder:
                plain = {
                    variant: in_kernel(trial.variants[variant], files, Path(folder, str(i)))
                    for i, variant in enumerate((SOURCE, RELEASE))
                }
            modes = trial.modes(plain, self._pool, limits, self._level)
            self._known[known] = {test: asdict(mode) for test, mode in modes.items()}
            atomic_write_text(self._path, json.dumps(self._known, indent=1) + "\n")
        return {test: TestMode(**mode) for test, mode in self._known[known].items()}


def _digest(master: NotebookNode, files: tuple[Attached, ...], limits: Limits) -> str:
    parts = [__version__, master, asdict(limits), [(f.name, f.sha256) for f in files]]
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def decide(plain: Mapping[str, Scores], walled: Mapping[tuple[str, str], Scores]) -> Modes:
    """Return how each test runs.

    Args:
        plain: what nbgrader gives: variant of the notebook -> scores.
        walled: what is given here: (variant, mode) -> scores.
    """
    variants = {variant for variant, _ in walled}
    found = {}
    for test in plain[SOURCE]:
        as_nbgrader = {
            mode: [v for v in plain if walled[v, mode].get(test) != plain[v][test]]
            for mode in MODES
        }
        same = all(walled[v, APART].get(test) == walled[v, CONTAINED].get(test) for v in variants)
        if not as_nbgrader[APART] and (same or as_nbgrader[CONTAINED]):
            found[test] = TestMode(APART)
        elif not as_nbgrader[CONTAINED]:
            found[test] = TestMode(CONTAINED)
        else:
            variant = as_nbgrader[CONTAINED][0]
            given, wanted = walled[variant, CONTAINED].get(test, 0.0), plain[variant][test]
            found[test] = TestMode(
                CONTAINED, f"{variant} gets {given:g} points here, and {wanted:g} from nbgrader"
            )
    return found


class _Trial:
    """Variants of one source notebook, each to be run in both modes."""

    def __init__(
        self, master: NotebookNode, files: tuple[Attached, ...], source: Path, assignment: str
    ):
        self._master, self._files = master, files
        self._environment = Environment(
            (source.resolve().parent, (source / assignment).resolve()), "0", files
        )
        self.variants = dict(_variants(master))

    def modes(self, plain: Mapping[str, Scores], pool, limits: Limits, level: str) -> Modes:
        """Return how each test runs.

        Args:
            plain: what nbgrader gives: variant of the notebook -> scores.
        """
        every = frozenset(_tests_of(self._master))
        ways = {APART: frozenset[str](), CONTAINED: every}
        walled = self._run(ways, pool, limits, level)
        modes = decide(plain, walled)
        chosen = {test for test, mode in modes.items() if mode.contained}
        if chosen and chosen != every:
            chosen = with_what_they_use(self._master, chosen)
            mixed = self._run({"mixed": frozenset(chosen)}, pool, limits, level)
            for variant in self.variants:
                for test, mode in modes.items():
                    expected = walled[variant, mode.mode].get(test)
                    if mixed[variant, "mixed"].get(test) != expected:
                        chosen = set(every)
        return {
            test: TestMode(CONTAINED if test in chosen else APART, mode.problem)
            for test, mode in modes.items()
        }

    def _run(
        self, ways: Mapping[str, frozenset[str]], pool, limits: Limits, level: str
    ) -> dict[tuple[str, str], Scores]:
        """Run each variant in several ways: the name of a way -> its contained tests."""
        jobs, names = {}, {}
        for variant, notebook in self.variants.items():
            for way, contained in ways.items():
                merged = with_contained(merge_submission(self._master, notebook), contained)
                request = job(merged, limits, self._environment, level, "")
                name = job_id(request)
                jobs[name], names[variant, way] = request, name
        answers = dict(pool.do(iter(jobs.items())))
        return {
            place: scores(from_dict(answers[name]["notebook"]))
            if "notebook" in answers[name]
            else {}
            for place, name in names.items()
        }


def with_what_they_use(master: NotebookNode, contained: set[str]) -> set[str]:
    """Return these tests, and the earlier ones that define names which they use."""
    found = set(contained)
    needed: set[str] = set()
    for cell in reversed([cell for cell in master.cells if is_test(cell)]):
        name = cell.metadata.nbgrader.grade_id
        defined = {n for names, _ in definitions_in(cell.source) for n in names}
        if name in found or defined & needed:
            found.add(name)
            with suppress(SyntaxError):  # of a magic
                needed |= set(names_used(cell.source))
    return found


def _tests_of(master: NotebookNode) -> list[str]:
    return [cell.metadata.nbgrader.grade_id for cell in filter(is_test, master.cells)]


def _variants(master: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    yield SOURCE, master
    cleared, _ = ClearSolutions(log=QUIET)(deepcopy(master), {})
    yield RELEASE, cleared
    answers = [
        i
        for i, cell in enumerate(master.cells)
        if is_solution(cell) and not is_manual(cell) and cell.cell_type == "code"
    ]
    groups = min(GROUPS, len(answers)) if len(answers) > 1 else 0
    for group in range(groups):
        variant = deepcopy(master)
        for i in answers[group::groups]:
            variant.cells[i] = cleared.cells[i]
        yield f"the source without some answers ({group + 1})", variant


def in_kernel(notebook: NotebookNode, files: tuple[Attached, ...], folder: Path) -> Scores:
    """Run a notebook of the course's own in a Jupyter kernel, as nbgrader does; return the scores.

    Args:
        folder: to run it in, with copies of the files.
    """
    for file in files:
        place = folder / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, place)
    folder.mkdir(parents=True, exist_ok=True)
    ran = deepcopy(notebook)
    client = NotebookClient(
        ran,
        kernel_name="python3",  # the notebook may name one of its author's machine
        allow_errors=True,
        timeout=120,
        interrupt_on_timeout=True,
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        asyncio.run(client.async_execute())
    except Exception as error:  # of Jupyter, nbclient or ZeroMQ
        text = one_line(str(error) or type(error).__name__)
        raise UserError(
            f"The source notebook with the test {_tests_of(notebook)[0]} does not run in a Jupyter "
            f"kernel ({text}): run it in Jupyter from top to bottom first."
        ) from None
    return scores(ran)


def scores(notebook: NotebookNode) -> Scores:
    """Return what nbgrader gives for the outputs of each test."""
    found = {}
    for cell in filter(is_test, notebook.cells):
        try:
            score, _ = utils.determine_grade(cell, QUIET)
        except ValueError:  # more points than the test has
            score = 0.0
        found[cell.metadata.nbgrader.grade_id] = float(score or 0.0)
    return found
