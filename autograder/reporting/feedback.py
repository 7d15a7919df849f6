"""The feedback page of a student: what was tested, what failed, where to read on."""

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

from autograder.cells import MISSING, is_built, is_extra, is_graded, is_solution, is_task
from autograder.harmless_text import with_visible

from .results import CheckOutcome, number, read_checks

TEMPLATES = Path(__file__).parent / "templates"
LONGEST_HIGHLIGHTED = 20_000  # characters of a cell
MOST_HIGHLIGHTED = 200_000  # and of all cells of a page
# The lexer looks at all of a blank region again from each of its lines.
BLANK_REGION = re.compile(r"\s{400}")
WEB = re.compile(r"https?://\S+")


@dataclass
class Exercise:
    """One heading of the page, with its checks and the student's cells."""

    title: str
    checks: list[CheckOutcome] = field(default_factory=list)
    cells: list[dict[str, Any]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    answers: int = 0
    untouched: int = 0  # of the answers

    @property
    def blank(self) -> bool:
        """Return True if no answer is touched, no cell added and no point earned."""
        untouched = 0 < self.untouched == self.answers
        added = any(cell["extra"] for cell in self.cells)
        return untouched and not added and self.score == 0

    @property
    def tests(self) -> list[CheckOutcome]:
        """Return the outcomes of tests, without answers that a person grades."""
        return [check for check in self.checks if not check.manual]

    @property
    def score(self) -> float:
        return sum(check.score for check in self.checks)

    @property
    def points(self) -> float:
        return sum(check.points for check in self.checks)


class FeedbackExporter(Exporter):
    """Export an autograded notebook as its feedback page, for `GenerateFeedback`."""

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
    """Return the feedback page of an executed notebook with scores and comments in its cells."""
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
        built=is_built(ran),
    )


def exercises(notebook: NotebookNode) -> list[Exercise]:
    """Group the cells of a graded notebook by exercise; early cells belong to the first one."""
    found: dict[str, Exercise] = {}
    early: list[dict[str, Any]] = []
    current: Exercise | None = None
    own = [c for c in notebook.cells if c.cell_type == "code" and (is_solution(c) or is_extra(c))]
    color = sum(len(cell.source) for cell in own) <= MOST_HIGHLIGHTED
    for cell in notebook.cells:
        if is_graded(cell) or is_solution(cell):
            title = cell.metadata.get("course", {}).get("exercise") or "Exercise"
            current = found.setdefault(title, Exercise(title, cells=early))
            early = []
        if (is_solution(cell) or is_task(cell)) and current is not None:
            comment = cell.metadata.nbgrader.get("comment")
            current.answers += is_solution(cell)
            if comment == "No response.":  # nbgrader's own remark on an answer as it was released
                current.untouched += 1
            elif comment:
                current.comments.append(comment)
        if (is_solution(cell) or is_extra(cell)) and cell.cell_type == "code":
            (early if current is None else current.cells).append(_cell(cell, color))
    for check in read_checks(notebook):
        found[check.exercise or "Exercise"].checks.append(check)
    return list(found.values())


def _cell(cell: NotebookNode, color: bool) -> dict[str, Any]:
    errors = [o.evalue for o in cell.outputs if o.output_type == "error"]
    source = with_visible(cell.source)
    return {
        "html": highlighted(source) if color else escape(source),
        "missing": cell.source == MISSING,
        "extra": is_extra(cell),
        "error": errors[0] if errors else "",
    }


def highlighted(source: str) -> Markup:
    """Return Python source as highlighted HTML, with everything in it escaped.

    A very long cell is not highlighted, because that is slow and makes the page many times larger.
    """
    if len(source) > LONGEST_HIGHLIGHTED or BLANK_REGION.search(source):
        return escape(source)
    return Markup(highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)))


def web_address(text: str) -> str:
    """Return the text if it is a web address that a link may point to, or else ""."""
    return text if WEB.fullmatch(text) else ""


def resolve_link(reference: str, book: str) -> str:
    """Return the address of a page of the book, or "" for any other: a student may forge one."""
    root = book.rstrip("/") + "/"
    try:
        address = urljoin(root, reference)
    except ValueError:
        return ""
    return web_address(address) if book and f"{address}/".startswith(root) else ""


def render(template: str, **values: Any) -> str:
    """Render a template of this package; all text is escaped unless it is `Markup`."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    """Return the environment of all pages, which caches the compiled templates."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "resolve_link": resolve_link}
    return environment
