"""Read a submitted notebook of any version, even a damaged one.

Only cell types, sources, ids and grade ids are kept. Outputs, attachments and all other metadata
are dropped, because a student may have forged them.
"""

import json
import re
import stat
from itertools import islice
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

MAX_FILE = 64 * 2**20  # with outputs: pictures and logs make honest files large
MAX_SOURCE = 2 * 2**20  # without outputs
MAX_CELLS = 5000
MAX_PARTS = 2_000_000  # strings, lists and objects: with outputs, as in MAX_FILE
# A string is matched whole, and one that does not end up to the end of the text: this is linear.
PART = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[{]', re.DOTALL)
VALID_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class UnreadableNotebook(Exception):
    """A file that is not a valid notebook; the text is one line for the student."""


def read_submission(path: Path) -> NotebookNode:
    """Read the notebook in `path` as nbformat 4.5 with sources only.

    Reads nbformat 3 and 4 of any minor version, with or without a byte order mark, with any
    line ends.

    Raises:
        UnreadableNotebook: the file is missing, a link, too large, damaged or not a notebook.
    """
    text = _read_text(path)
    if _has_too_many_parts(text):
        raise UnreadableNotebook(f"the file has more than {MAX_PARTS} parts: clear its outputs")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableNotebook("the file is damaged: it is not valid JSON") from None
    return normalize_notebook(data)


def normalize_notebook(data: Any) -> NotebookNode:
    """Convert a notebook's JSON of any version to nbformat 4.5 with sources only.

    Raises:
        UnreadableNotebook: it is not a notebook, or too large.
    """
    if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
        raise UnreadableNotebook("the file is not a Jupyter notebook")
    if data["nbformat"] not in (3, 4):
        raise UnreadableNotebook(
            f"notebook format {data['nbformat']} is not supported (3 and 4 are)"
        )
    found = _cells(data)
    if len(found) > MAX_CELLS:
        raise UnreadableNotebook(f"the notebook has more than {MAX_CELLS} cells")
    cells = [_read_cell(cell, i) for i, cell in enumerate(found, start=1)]
    if sum(len(cell.source) for cell in cells) > MAX_SOURCE:
        raise UnreadableNotebook(
            f"the notebook holds more than {MAX_SOURCE // 2**20} MB of text and code"
        )
    return notebook_from_cells(cells)


def read_master(path: Path) -> NotebookNode:
    """Read the trusted source notebook in `path`.

    Raises:
        ValueError, OSError: it cannot be read, or a grade id or cell id occurs twice.
    """
    master = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    ids = [cell.metadata.nbgrader.grade_id for cell in master.cells if "nbgrader" in cell.metadata]
    if len(set(ids)) < len(ids):
        raise ValueError("a grade_id occurs twice")
    return master


def notebook_from_cells(cells: list[NotebookNode], metadata: dict | None = None) -> NotebookNode:
    """Return a notebook of these cells; unlike `new_notebook`, it adds no random ids."""
    return nbformat.from_dict(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata or {}, "cells": cells}
    )


def bare_cell(kind: Any, source: str) -> NotebookNode:
    """Return a cell of nbformat 4.5 without an id; an unknown kind becomes Markdown.

    nbformat's own functions validate each cell, which takes longer than everything else here.
    """
    about = {"cell_type": kind if kind in ("code", "raw") else "markdown"}
    cell = nbformat.from_dict({**about, "metadata": {}, "source": source})
    if kind == "code":
        cell.outputs, cell.execution_count = [], None
    return cell


def clean_text(text: str) -> str:
    """Return text with Unix line ends, without anything that UTF-8 cannot encode."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode("utf-8")


def _read_text(path: Path) -> str:
    try:
        about = path.lstat()
        if stat.S_ISLNK(about.st_mode):
            raise UnreadableNotebook("the file is a symbolic link: hand in the notebook itself")
        if not stat.S_ISREG(about.st_mode):
            raise UnreadableNotebook("this is not a file")
        if about.st_size > MAX_FILE:
            raise UnreadableNotebook(
                f"the file is larger than {MAX_FILE // 2**20} MB: clear its outputs"
            )
        if about.st_size == 0:
            raise UnreadableNotebook("the file is empty")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableNotebook("the file is damaged: it is not UTF-8 text") from None
    except FileNotFoundError:
        raise UnreadableNotebook("the file is missing") from None
    except OSError as error:
        raise UnreadableNotebook(f"the file cannot be read: {error.strerror}") from None


def _has_too_many_parts(text: str) -> bool:
    """Return True for JSON that takes far more memory than its text, such as empty objects.

    Brackets in strings do not count, but it takes longer to tell them apart.
    """
    if text.count('"') // 2 + text.count("[") + text.count("{") <= MAX_PARTS:
        return False
    return next(islice(PART.finditer(text), MAX_PARTS, None), None) is not None


def _cells(data: dict) -> list:
    """Return the list of cells; format 3 kept them in worksheets."""
    if data["nbformat"] == 3:
        sheets = data.get("worksheets")
        parts = [s.get("cells") for s in sheets or [] if isinstance(s, dict)]
        return [cell for part in parts if isinstance(part, list) for cell in part]
    cells = data.get("cells")
    if not isinstance(cells, list):
        raise UnreadableNotebook("the file is not a Jupyter notebook: it has no list of cells")
    return cells


def _read_cell(cell: Any, number: int) -> NotebookNode:
    if not isinstance(cell, dict):
        raise UnreadableNotebook(f"the notebook is damaged: cell {number} is not a cell")
    source = cell.get("source", cell.get("input", ""))  # "input" was code in format 3
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise UnreadableNotebook(f"the notebook is damaged: cell {number} has no text")
    clean = bare_cell(cell.get("cell_type"), clean_text(source))
    given = cell.get("id")
    if isinstance(given, str) and VALID_ID.fullmatch(given):
        clean.id = given
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    if isinstance(name, str):
        clean.metadata["nbgrader"] = {"grade_id": name}
    return clean
