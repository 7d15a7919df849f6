"""The option `--pattern`, which describes how files are named."""

import re
from collections.abc import Iterator
from dataclasses import replace

from autograder.errors import UserError

from .attachments import attachment_limits
from .file_entry import normalize_name
from .lms_filenames import ParsedName, student_name
from .submission_tree import SourceNotebooks

FIELDS = ("student", "assignment", "notebook")
COPY = re.compile(r"(?: ?\(\d{1,3}\))*")  # what browsers add to a name: attention (1).ipynb
LONGEST_PATH = 1000  # characters; a longer path fits no pattern
Values = dict[str, str]


class Pattern:
    """A pattern of file names, such as `{student}_{notebook}.ipynb`.

    `*` and `{student}` match as few characters as possible within one part of a path; the other
    fields match names that the course knows. An attachment is named as its notebook, with its own
    name in place of the last `{notebook}.ipynb` or `/*.ipynb`.

    Raises:
        UserError: the pattern is not valid.
    """

    resubmission_suffix, one_assignment = "", False

    def __init__(self, text: str, masters: SourceNotebooks):
        self.name = f"the pattern '{text}'"
        self._text, self._masters = normalize_name(text), masters
        self._notebooks = sorted({n for notebooks in masters.values() for n in notebooks})
        parts = re.split(r"(\{[^{}]*\}|\*)", self._text)
        self._parts = [part for part in parts if part]
        self._fields = [part[1:-1] for part in parts[1::2] if part != "*"]
        self._check(between=parts[::2])

    def read(self, path: str) -> ParsedName | None:
        """Parse a path; return None if it does not match, or could name two students.

        Raises:
            UserError: the pattern does not say which assignment or notebook a file is.
        """
        if len(path) > LONGEST_PATH:
            return None
        if attachment := self._parse_attachment(path):
            return attachment
        packed = path.lower().endswith(".zip")
        values = self._values(path[:-4] + ".ipynb" if packed else path)
        if values is None:
            return None
        student, assignment = values["student"], self._assignment(values)
        file = path.rpartition("/")[2] if packed else self._file(values, assignment)
        return ParsedName(student_name(student), student, file, assignment)

    def _parse_attachment(self, path: str) -> ParsedName | None:
        """Parse the path of an attachment; the assignment is empty if several would match."""
        readings = []
        for assignment, notebooks in self._masters.items():
            for notebook, master in notebooks.items():
                for name in attachment_limits(master):
                    if tail := self._tail(path, name):
                        values = self._match(f"{path[: -len(tail)]}{notebook}.ipynb", [notebook])
                        if values and values.get("assignment", assignment) == assignment:
                            full_name = values["student"]
                            readings.append(
                                ParsedName(student_name(full_name), full_name, tail, assignment)
                            )
        if len({parsed.assignment for parsed in readings}) > 1:
            return replace(readings[0], assignment="")
        return readings[0] if readings else None

    def _tail(self, path: str, name: str) -> str:
        """Return the end of a path that stands for a file of this name, or ""."""
        stem, dot, ending = name.rpartition(".")
        named = re.escape(stem or name) + COPY.pattern + re.escape(dot + ending if stem else "")
        found = re.search(f"{named}$", path)
        if found is None:
            return ""
        alone = found.start() == path.rfind("/") + 1 and self._text.endswith("/*.ipynb")
        return found[0] if alone or self._text.endswith("{notebook}.ipynb") else ""

    def _values(self, path: str) -> Values | None:
        """Return the fields; with an unknown notebook only if the student is unambiguous."""
        if found := self._match(path, self._notebooks):
            return found
        first, last = self._match(path), self._match(path, shortest=False)
        return first if first and last and first["student"] == last["student"] else None

    def _match(
        self, path: str, notebooks: list[str] | None = None, shortest: bool = True
    ) -> Values | None:
        """Return the first match. Failures are remembered, so that no name takes long."""
        failed: set[tuple[int, int]] = set()

        def fit(number: int, at: int) -> Values | None:
            if number == len(self._parts):
                return {} if at == len(path) else None
            if (number, at) in failed:
                return None
            part = self._parts[number]
            for end in self._ends(part, path, at, notebooks, shortest):
                if (rest := fit(number + 1, end)) is not None:
                    return {part.strip("{}"): path[at:end], **rest}
            failed.add((number, at))
            return None

        return fit(0, 0)

    def _ends(
        self, part: str, path: str, at: int, notebooks: list[str] | None, shortest: bool
    ) -> Iterator[int]:
        """Yield where a part of the pattern may end if it begins at `at` in the path."""
        if part == "{assignment}":
            yield from (at + len(n) for n in self._masters if path.startswith(n, at))
        elif part == "{notebook}" and notebooks is not None:
            for name in notebooks:
                if found := path.startswith(name, at) and COPY.match(path, at + len(name)):
                    yield found.end()
        elif part == "*" or part.startswith("{"):
            end = path.find("/", at)
            ends = range(at + (part != "*"), (len(path) if end < 0 else end) + 1)
            yield from ends if shortest else reversed(ends)
        elif path.startswith(part, at):
            yield at + len(part)

    def _assignment(self, values: Values) -> str:
        if "assignment" in values or len(self._masters) == 1:
            return values.get("assignment", next(iter(self._masters)))
        name = COPY.sub("", values["notebook"])
        owners = [a for a, notebooks in self._masters.items() if name in notebooks]
        if len(owners) > 1:
            raise UserError(f"{name}.ipynb is of {' and of '.join(owners)}: give --assignment.")
        return owners[0] if owners else ""

    def _file(self, values: Values, assignment: str) -> str:
        if "notebook" in values:
            return f"{values['notebook']}.ipynb"
        if len(self._masters[assignment]) > 1:
            raise self._wrong(f"{assignment} has several notebooks: say {{notebook}} in it")
        return f"{next(iter(self._masters[assignment]))}.ipynb"

    def _check(self, between: list[str]) -> None:
        if any("{" in part or "}" in part for part in between):
            raise self._wrong("a brace in it has no partner")
        if unknown := [field for field in self._fields if field not in FIELDS]:
            raise self._wrong(f"{{{unknown[0]}}} is unknown; use {{{'}, {'.join(FIELDS)}}} and *")
        if "student" not in self._fields:
            raise self._wrong("it must say {student}")
        if len(set(self._fields)) < len(self._fields):
            raise self._wrong("each field may stand in it once")
        if "" in between[1:-1]:
            raise self._wrong("put something between its fields")
        if not self._text.endswith(".ipynb"):
            raise self._wrong("it must end in .ipynb")
        if "\\" in self._text or {"", ".", ".."} & set(self._text.split("/")):
            raise self._wrong("it must be a path in SUBMISSIONS, with '/' between its parts")
        if len(self._masters) > 1 and not {"assignment", "notebook"} & set(self._fields):
            raise self._wrong("it says neither {assignment} nor {notebook}: give --assignment")

    def _wrong(self, why: str) -> UserError:
        return UserError(f"--pattern '{self._text}': {why}.")
