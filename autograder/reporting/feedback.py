"""The page that a student gets: what was tested, what broke, where to read on."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.cells import MISSING, is_extra, is_solution, is_test

from .results import CheckOutcome, number, read_checks

TEMPLATES = Path(__file__).parent / "templates"
LONGEST_COLOURED = 20_000
WEB = re.compile(r"https?://\S+")


@dataclass
class Exercise:
    """A heading of the page: its checks, and the student's cells that belong to it."""

    title: str
    checks: list[CheckOutcome] = field(default_factory=list)
    cells: list[dict[str, Any]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    answers: int = 0
    untouched: int = 0  # of the answers

    @property
    def blank(self) -> bool:
        """Whether the student has not begun: no answer touched, no cell added, nothing earned."""
        untouched = 0 < self.untouched == self.answers
        added = any(cell["extra"] for cell in self.cells)
        return untouched and not added and self.score == 0

    @property
    def score(self) -> float:
        return sum(check.score for check in self.checks)

    @property
    def points(self) -> float:
        return sum(check.points for check in self.checks)


class FeedbackExporter(Exporter):
    """Writes the feedback page of an autograded notebook; `GenerateFeedback` calls it."""

    file_extension = ".html"

    # nbconvert's own exporters return text here too, whatever their base class declares.
    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[str, dict[str, Any]]:
        """Run the preprocessors, which fetch scores and comments, and render the page."""
        notebook, found = super().from_notebook_node(nb, resources, **kwargs)
        names = ("student", "assignment", "notebook", "score", "max_score", "late_penalty")
        about = {name: found["nbgrader"][name] for name in names}
        return page(notebook, **about), found


def page(
    ran: NotebookNode,
    *,
    student: str,
    assignment: str,
    notebook: str,
    score: float,
    max_score: float,
    late_penalty: float,
) -> str:
    """The feedback page of a notebook that ran, with scores and comments in its cells."""
    course = ran.metadata.get("course", {})
    return render(
        "feedback.html.j2",
        student=student,
        assignment=assignment,
        title=course.get("title", notebook),
        book=web_address(course.get("book_url", "")),
        run={"status": "graded", "reason": "", "skipped": []} | ran.metadata.get("autograder", {}),
        score=score,
        max_score=max_score,
        late_penalty=late_penalty,
        exercises=exercises(ran),
    )


def exercises(notebook: NotebookNode) -> list[Exercise]:
    """The graded notebook by exercise, in its order; cells before the first belong to it."""
    found: dict[str, Exercise] = {}
    early: list[dict[str, Any]] = []
    current: Exercise | None = None
    for cell in notebook.cells:
        if is_test(cell) or is_solution(cell):
            title = cell.metadata.get("course", {}).get("exercise") or "Exercise"
            current = found.setdefault(title, Exercise(title, cells=early))
            early = []
        if is_solution(cell) and current is not None:
            comment = cell.metadata.nbgrader.get("comment")
            current.answers += 1
            if comment == "No response.":  # nbgrader's own remark on an answer as it was released
                current.untouched += 1
            elif comment:
                current.comments.append(comment)
        if (is_solution(cell) or is_extra(cell)) and cell.cell_type == "code":
            (early if current is None else current.cells).append(_cell(cell))
    for check in read_checks(notebook):
        found[check.exercise or "Exercise"].checks.append(check)
    return list(found.values())


def _cell(cell: NotebookNode) -> dict[str, Any]:
    errors = [o.evalue for o in cell.outputs if o.output_type == "error"]
    return {
        "html": coloured(cell.source),
        "missing": cell.source == MISSING,
        "extra": is_extra(cell),
        "error": errors[0] if errors else "",
    }


def coloured(source: str) -> Markup:
    """Python as HTML with classes for its parts; everything in it is escaped.

    A very long cell stays without colours: they take much time and many times the room.
    """
    if len(source) > LONGEST_COLOURED:
        return escape(source)
    return Markup(highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)))


def web_address(text: str) -> str:
    """The text if it is an address on the web, which a link may point to, or else nothing."""
    return text if WEB.fullmatch(text) else ""


def beside(reference: str, book: str) -> str:
    """The web address of a reference that may be relative to the book's folder, or nothing."""
    return web_address(urljoin(book.rstrip("/") + "/", reference) if book else reference)


def render(template: str, **values: Any) -> str:
    """Render one of our templates; all text is escaped unless it is markup of ours."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    """One for all pages: it keeps the compiled templates."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "beside": beside}
    return environment
