"""Build nbgrader's source notebook from an assignment's Markdown and the reference."""

import ast
import copy
import json
import math
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from nbformat import NotebookNode

from autograder.atomic_write import atomic_write_text
from autograder.authoring import instant_runtime
from autograder.cells import (
    free_cell,
    given_cell,
    is_solution,
    notebook,
    read,
    solution_cell,
    test_cell,
    text_cell,
    to_text,
)
from autograder.errors import UserError
from autograder.execution.attribution import KILLS
from autograder.execution.carry_forward import uses_of
from autograder.execution.hidden_test_dependencies import definitions_in

from .assignment_markdown import Block, read_text
from .instant_recorder import NO_HARM, Group, record, to_json
from .reference_source import resolve_dotted, source_of, stub

CHECKS_ID = "instant-checks"
KILL_TABLE = "kill-table.json"  # see `kill_table_runner`
# In a module of their own, so that no name in the notebook can get in their way.
INSTANT_CELL = """\
# The instant checks: what your code does is compared with recorded numbers. They need no network,
# and nothing but torch. You need not read this cell; run it and go on.
import json
import types

checks = types.ModuleType("instant_checks")
exec(compile(r'''
{machine}
''', "<instant checks>", "exec"), checks.__dict__)
RECORDED = r'''
{data}
'''
check = checks.InstantChecks(json.loads(RECORDED), globals())"""
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
WIDTH = 88  # of a comment, so that it fits into a notebook's cell
OPTIONAL = ("shortcuts", "files", "reference_files")  # of the front matter


@dataclass
class Exercise:
    """Facts that the blocks of one exercise share."""

    name: str
    title: str
    reference: Callable
    read: str
    points: int
    options: dict = field(default_factory=dict)


def text_files(source: Path) -> list[Path]:
    """Return the assignments below `source`: NN-name/name.md.

    Raises:
        UserError: there is none.
    """
    found = sorted(source.glob("*/*.md"))
    if not found:
        raise UserError(f"{source}: no assignment there; expected NAME/NAME.md inside it")
    return found


def build(path: Path) -> NotebookNode:
    """Build the source notebook of the assignment in `path`.

    Raises:
        UserError: the text refers to something that does not exist; names file and line.
    """
    return build_with_mistakes(path)[0]


def build_with_mistakes(path: Path) -> tuple[NotebookNode, dict[str, list[Any]]]:
    """Build the notebook; return it with the known mistakes that its instant checks are about."""
    front, blocks = read_text(path)
    builder = _Builder(path, front, blocks)
    return builder.notebook(), builder.mistakes


def write(path: Path) -> Path:
    """Build the notebook, write it next to its Markdown, and return its path.

    A notebook that is up to date is left alone, so that two machines never change it in turn.
    """
    target = path.with_suffix(".ipynb")
    built = build(path)
    if not is_up_to_date(target, built):
        atomic_write_text(target, to_text(built))
    return target


def is_up_to_date(target: Path, built: NotebookNode) -> bool:
    """Tell whether a file holds the built notebook.

    Processors add up in different orders, so the recorded numbers of the instant checks may differ
    in their last digits; everything else must be the same, byte for byte.
    """
    if not target.is_file():
        return False
    text = target.read_text(encoding="utf-8")
    if text == to_text(built):
        return True
    try:
        there = read(target)
    except Exception:  # no notebook at all
        return False
    (old, old_data), (new, new_data) = map(_without_recorded, (there, built))
    return to_text(there) == text and old == new and _differ_by_rounding(old_data, new_data)


def _without_recorded(nb: NotebookNode) -> tuple[str, str]:
    """Return a notebook's text without the recorded numbers, and the numbers."""
    nb, recorded = copy.deepcopy(nb), ""
    for cell in nb.cells:
        if cell.id == CHECKS_ID:
            cell.source, _, recorded = cell.source.rpartition("RECORDED = ")
    return to_text(nb), recorded


def _differ_by_rounding(old: str, new: str) -> bool:
    if NUMBER.sub("#", old) != NUMBER.sub("#", new):
        return False
    pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
    return all(
        a == b or ("." in a + b and math.isclose(float(a), float(b), rel_tol=1e-4, abs_tol=NO_HARM))
        for a, b in pairs
    )


class _Builder:
    """Builder of one notebook: each kind of block has a method that adds cells."""

    def __init__(self, path: Path, front: dict, blocks: list[Block]):
        self.path, self.front, self.blocks = path, front, blocks
        self.exercises = self._exercises()
        self.given = {b.argument.rpartition(".")[2] for b in blocks if b.kind == "given"} - {""}
        self.to_record: dict[str, Callable[[], dict]] = {}
        self.groups: dict[str, list[Group]] = {}
        self.mistakes: dict[str, list[Any]] = {}
        self.uses = self._uses()
        self.cells: list[NotebookNode] = []
        self.exercise: Exercise | None = None
        self.count = 0

    def notebook(self) -> NotebookNode:
        for block in self.blocks:
            getattr(self, f"_{block.kind}")(block)
        for cell in self.cells:
            if cell.id == CHECKS_ID:  # all blocks are known by now
                cell.source = self._instant_machine()
        ids = [cell.id for cell in self.cells]
        for cell_id in ids:
            if ids.count(cell_id) > 1:
                raise UserError(f"{self.path}: two cells would be called {cell_id!r}; rename one")
        front = self.front
        return notebook(
            self.cells,
            title=front["title"],
            assignment=self.path.parent.name,
            book_url=front["book_url"],
            **self._kills(),
            **{name: front[name] for name in OPTIONAL if name in front},
        )

    def _kills(self) -> dict[str, dict[str, list[str]]]:
        """Return which tests each known mistake fails, as they were last recorded.

        The record lies beside the assignments' folders; without it, feedback relies on each test
        alone.
        """
        record = self.path.parent.parent / KILL_TABLE
        if not record.is_file():
            return {}
        rows = json.loads(record.read_text(encoding="utf-8")).get(self.path.parent.name, [])
        return {KILLS: {row["mistake"]: row["lost"] for row in rows}}

    def _exercises(self) -> dict[int, Exercise]:
        """Return the exercises by line; tests up to the next exercise add to the points."""
        found, current = {}, None
        for block in self.blocks:
            if block.kind == "exercise":
                options = {"read": self.front["read"], **block.options}
                reference = self._find(options.get("reference", ""), block)
                current = Exercise(
                    block.argument, options["title"], reference, options["read"], 0, options
                )
                found[block.line] = current
            elif block.kind == "test" and current is not None:
                current.points += int(block.options["points"])
        return found

    def _prose(self, block: Block) -> None:
        self.cells.append(text_cell(self._new_id("text"), self._filled(block.body)))

    def _given(self, block: Block) -> None:
        if not block.argument:
            self.cells.append(given_cell(self._new_id("given"), block.body))
            return
        found = self._find(block.argument, block)
        cell_id = f"given-{self._slug(block.argument.rpartition('.')[2])}"
        cell = given_cell(cell_id, source_of(found, decorated=True).rstrip())
        self.cells.append(_folded(cell) if isinstance(found, ModuleType) else cell)

    def _data(self, block: Block) -> None:
        made = self._run(block)
        if block.argument not in made:
            raise UserError(f"{self.path}:{block.line}: the block makes no {block.argument!r}")
        text = json.dumps(made[block.argument], separators=(",", ":"))
        source = f"import json\n\n{block.argument} = json.loads(r'''\n{text}\n''')"
        self.cells.append(_folded(given_cell(f"data-{self._slug(block.argument)}", source)))

    def _checks(self, block: Block) -> None:
        self.cells.append(_folded(given_cell(CHECKS_ID, "")))

    def _exercise(self, block: Block) -> None:
        self.exercise = exercise = self.exercises[block.line]
        options = exercise.options
        facts = [
            f"**{exercise.points} points**",
            f"difficulty {_dots(options['difficulty'])}",
            f"importance {_dots(options['importance'])}",
            f"about {options['minutes']} minutes",
            f"[read first]({self.front['book_url']}/{exercise.read})",
        ]
        docs = ", ".join(f"[{title}]({url})" for title, url in options.get("docs", {}).items())
        source = f"## {exercise.title}\n\n{' · '.join(facts)}"
        if docs:
            source += f"\n\nDocumentation: {docs}"
        self.cells.append(text_cell(f"exercise-{self._slug(exercise.name)}", source))

    def _stub(self, block: Block) -> None:
        exercise = self._current(block)
        source = stub(exercise.reference, exercise.options.get("keep", ()), self.given).rstrip()
        self.cells.append(
            solution_cell(
                f"write-{self._slug(exercise.name)}",
                source,
                exercise=exercise.title,
                symbol=exercise.name,
            )
        )

    def _hint(self, block: Block) -> None:
        source = (
            f"<details>\n<summary>{block.argument}</summary>\n\n{self._filled(block.body)}\n\n"
            "</details>"
        )
        self.cells.append(text_cell(self._new_id("hint"), source))

    def _instant(self, block: Block) -> None:
        exercise = self._current(block)
        made = self._run(block)
        for name in ("mistakes_of", "cases"):
            if name not in made:
                raise UserError(f"{self.path}:{block.line}: no {name!r} in preamble or block")
        if exercise.name not in self.groups:
            cell_id = f"check-{self._slug(exercise.name)}"
            self.cells.append(given_cell(cell_id, f'check("{exercise.name}")'))
        # Not what the preamble happens to call by such a name.
        own = {name for names, _ in definitions_in(block.body) for name in names}
        options = {f.name: made[f.name] for f in fields(Group) if f.name in own}
        through = options.get("through")
        if through is not None and through.__name__ not in self.given_names:
            options["law"] = self._source_in(block, through)
        groups = self.groups.setdefault(exercise.name, [])
        groups.append(Group(**options))
        used = {g.through.__name__: g.through for g in groups if g.through is not None}
        mistakes = self.mistakes[exercise.name] = list(made["mistakes_of"](exercise.reference))
        self.to_record[exercise.name] = partial(
            record,
            exercise.reference,
            mistakes,
            groups,
            exercise.read,
            {**made, **used},
            points=exercise.points,
            minutes=exercise.options["minutes"],
            form_only=bool(exercise.options.get("form_only")),
            uses=[name for name in self.to_record if name in self.uses.get(exercise.name, ())],
        )

    def _try(self, block: Block) -> None:
        self.cells.append(free_cell(self._new_id("try"), block.body))

    def _test(self, block: Block) -> None:
        exercise, test = self._current(block), block.argument
        points = int(block.options["points"])
        tests = block.options["tests"]
        unit = "point" if points == 1 else "points"
        visible = textwrap.fill(
            f"Hidden test {test} ({points} {unit}): {tests}",
            WIDTH,
            initial_indent="# ",
            subsequent_indent="# ",
        )
        # In a function, so that a test leaves nothing behind in the student's namespace.
        code = f'{self.front["preamble"].rstrip()}\n\ndraw = Draw("{test}")\n{block.body}'
        hidden = f"def hidden_test():\n{textwrap.indent(code, '    ')}\n\n\nhidden_test()"
        course = {
            "exercise": exercise.title,
            "symbol": exercise.name,
            "check": test,
            "tests": tests,
        }
        self.cells.append(test_cell(test, points, visible, hidden, **course))

    def _instant_machine(self) -> str:
        recorded = {name: make() for name, make in self.to_record.items()}
        data = to_json(recorded, self.front["book_url"], self.path.parent.name)
        if "'''" in data:
            raise UserError(f"{self.path}: a recorded text contains three quotation marks")
        machine = Path(instant_runtime.__file__).read_text(encoding="utf-8").rstrip()
        return INSTANT_CELL.format(machine=machine, data=data)

    def _uses(self) -> dict[str, frozenset[str]]:
        """Return which exercises each exercise builds on."""
        answers = {e.name: source_of(e.reference) for e in self.exercises.values()}
        given = [b.body for b in self.blocks if b.kind == "given" and not b.argument]
        return uses_of(answers, given)

    @property
    def given_names(self) -> set[str]:
        """The names that locked cells define."""
        sources = [c.source for c in self.cells if c.cell_type == "code" and not is_solution(c)]
        return {n for source in sources for names, _ in definitions_in(source) for n in names}

    def _source_in(self, block: Block, function: Callable) -> str:
        """Return the source of a function that the block or the preamble defines."""
        for text in (block.body, self.front["preamble"]):
            for names, statement in definitions_in(text):
                if function.__name__ in names:
                    return ast.unparse(statement)
        raise UserError(
            f"{self.path}:{block.line}: `through` must be a function of this block, of the "
            f"preamble or of a given cell; {function.__name__} is not"
        )

    def _run(self, block: Block) -> dict:
        """Execute the preamble and an instant block; return what they define."""
        made: dict = {}
        code = f"{self.front['preamble']}\n{block.body}"
        try:
            exec(compile(code, f"{self.path}:{block.line}", "exec"), made)
        except Exception as error:
            raise UserError(
                f"{self.path}:{block.line}: instant block raises {type(error).__name__}: {error}"
            ) from error
        return made

    def _find(self, dotted: str, block: Block) -> Callable:
        try:
            found = resolve_dotted(dotted)
            source_of(found)
            return found
        except LookupError as error:
            raise UserError(f"{self.path}:{block.line}: {error.args[0]}") from None

    def _current(self, block: Block) -> Exercise:
        if self.exercise is None:
            raise UserError(f"{self.path}:{block.line}: {{{block.kind}}} before any {{exercise}}")
        return self.exercise

    def _filled(self, text: str) -> str:
        """Fill in the book's address in links such as `book:page.html#anchor`, and the points."""
        return text.replace("](book:", f"]({self.front['book_url']}/").replace(
            "{points}", str(sum(e.points for e in self.exercises.values()))
        )

    def _new_id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}-{self.count:02d}"

    @staticmethod
    def _slug(name: str) -> str:
        return re.sub(r"[^a-z0-9]+", "-", _words(name)).strip("-")


def _folded(cell: NotebookNode) -> NotebookNode:
    """Fold a cell that need not be read: Jupyter shows it on a click."""
    cell.metadata["jupyter"] = {"source_hidden": True}
    return cell


def _words(name: str) -> str:
    """Split a name into words: MultiHeadAttention -> multi-head-attention."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def _dots(level: int) -> str:
    return "●" * level + "○" * (5 - level)
