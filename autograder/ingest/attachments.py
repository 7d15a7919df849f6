"""Files that students hand in next to a notebook, such as the weights of a model.

An assignment names them, each with its largest size in megabytes. They are data and are never
held in memory here: each is hashed where it lies, and copied from there into the folder in which
the student's code runs. A file that is rejected is skipped with a sentence for the student, and
the notebook is graded without it.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode

from autograder.limits import Attached
from autograder.untrusted_files import RejectedFile, digest, opened, skip_reason

MEGABYTE = 2**20


def attachment_limits(master: NotebookNode) -> Mapping[str, int]:
    """Return the largest size in bytes of each file that belongs to a notebook, by name."""
    files = master.metadata.get("course", {}).get("files", {})
    return {name: megabytes * MEGABYTE for name, megabytes in files.items()}


def assignment_attachment_limits(notebooks: Mapping[str, NotebookNode]) -> Mapping[str, int]:
    """Return the largest size in bytes of each file that belongs to any of the notebooks."""
    most: dict[str, int] = {}
    for master in notebooks.values():
        for name, size in attachment_limits(master).items():
            most[name] = max(size, most.get(name, 0))
    return most


def scan(folder: Path, most: Mapping[str, int]) -> tuple[tuple[Attached, ...], dict[str, str]]:
    """Hash the files of these names in a folder.

    Args:
        most: the largest size in bytes by name. A missing file is skipped silently, because only
            a hidden test can tell what it means.

    Returns:
        The files found; and the names of the rejected ones, each with a sentence that gives the
        reason.
    """
    found, skipped = [], {}
    for name, size in sorted(most.items()):
        path = folder / name
        if not os.path.lexists(path):
            continue
        try:
            with opened(path, size) as file:
                about = os.fstat(file)
                known = digest(file, about.st_size)
            found.append(Attached(name, str(path.absolute()), about.st_size, known))
        except RejectedFile as reason:
            skipped[name] = skip_reason(name, reason)
    return tuple(found), skipped
