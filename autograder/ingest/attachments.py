"""Files that students hand in next to a notebook, such as the weights of a model.

An assignment names them, each with its largest size in megabytes. They are data and are never
held in memory here: each is hashed where it lies, and copied from there into the folder in which
the student's code runs. A file that is rejected is skipped with a sentence for the student, and
the notebook is graded without it.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode

from autograder.limits import Attached
from autograder.untrusted_files import RejectedFile, digest, opened, skip_reason

MEGABYTE = 2**20
MOST_BESIDE = 60  # files beside a notebook of another course
LARGEST_BESIDE = 64 * MEGABYTE
OWN_BYTES = 32 * MEGABYTE  # of a student's files, together
NOT_WANTED = {"__pycache__", "__MACOSX"}
MOST_SEEN, DEEPEST = 2000, 8  # entries that are looked at, and folders in folders


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


def files_beside(folder: Path, largest: int = LARGEST_BESIDE) -> tuple[Attached, ...]:
    """Return the files that lie beside a notebook, also in folders: data, helper modules.

    Notebooks, hidden files, links and devices are left out, and so are files that are too large,
    and all beyond the first `MOST_BESIDE`.

    Args:
        largest: size of a file in bytes.
    """
    names = sorted(_names_below(folder))[:MOST_BESIDE]
    found, _ = scan(folder, dict.fromkeys(names, largest))
    return found


def _names_below(folder: Path) -> Iterator[str]:
    """Yield the paths of files below a folder of somebody's, which may be as deep as they like."""
    waiting, seen = [(folder, "", 0)], 0
    while waiting:
        place, prefix, depth = waiting.pop()
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries[: MOST_SEEN - seen]:
            seen += 1
            if entry.name in NOT_WANTED or entry.name[0] == "." or not entry.name.isprintable():
                continue
            name = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False) and depth < DEEPEST:
                waiting.append((Path(entry.path), f"{name}/", depth + 1))
            elif entry.is_file(follow_symlinks=False) and not name.endswith(".ipynb"):
                yield name


def with_own(given: tuple[Attached, ...], own: Iterable[Attached]) -> tuple[Attached, ...]:
    """Return the course's files and the student's, as far as there is room for these.

    Where both have a file of the same name, or one has a folder of that name, the course's counts.
    """
    taken = {file.name for file in given}
    taken |= {str(parent) for file in given for parent in PurePosixPath(file.name).parents}
    found, room = list(given), OWN_BYTES
    for file in own:
        parents = {str(parent) for parent in PurePosixPath(file.name).parents} - {"."}
        clash = file.name in taken or parents & {g.name for g in given}
        if not clash and file.size <= room and len(found) < MOST_BESIDE:
            found.append(file)
            room -= file.size
    return tuple(found)


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
