"""Limits of submissions and archives, and the environment in which a submission runs."""

from dataclasses import dataclass
from pathlib import Path

SEED_VARIABLE = "AUTOGRADER_SEED"  # `checks` draws the hidden inputs with this seed


@dataclass(frozen=True)
class Limits:
    """Resources of one submission. These numbers are defined here only."""

    cell_seconds: float = 20
    submission_seconds: float = 90  # all cells together
    output_bytes: int = 20_000  # per cell: text, and pictures of that size
    all_output_bytes: int = 400_000  # of all cells together
    memory_bytes: int = 2**30  # for each process, beyond what an empty notebook has
    all_memory_bytes: int = 4 * 2**30  # of all processes together
    processes: int = 32  # threads count too
    file_bytes: int = 32 * 2**20  # for each file that is written
    disk_bytes: int = 64 * 2**20  # for all files together
    answer_bytes: int = 64 * 2**20  # tensors in one answer of a student's function


# Of notebooks that were not built here, which may compute for long: nbgrader's limit of a cell.
OTHER_COURSES = Limits(cell_seconds=30, submission_seconds=300)


@dataclass(frozen=True)
class ArchiveLimits:
    """Limits of a class's zip file. These numbers are defined here only.

    All bytes are counted as they are unpacked, whatever sizes the archive declares.
    """

    entries: int = 50_000  # files and folders in a whole class's archive
    own_entries: int = 5_000  # and in a zip file that a student handed in
    own_archives: int = 3  # zip files of one student that are unpacked, one level deep
    name_bytes: int = 256  # for each entry, in the archive's table of contents
    depth: int = 16  # folders in folders, with the file itself
    file_bytes: int = 64 * 2**20  # of one notebook; an assignment sets the size of other files
    student_bytes: int = 256 * 2**20  # of everything that is unpacked for one student
    all_bytes: int = 32 * 2**30  # of everything, and at most half of what is free on the disk
    ratio: int = (
        600  # unpacked to packed; a line printed a million times comes to 400, zeros to 1000
    )
    ratio_bytes: int = 16 * 2**20  # in files larger than this


@dataclass(frozen=True)
class Attached:
    """A file that was handed in next to a notebook.

    Attributes:
        name: the name under which students' code finds it.
        path: its absolute path.
        size: its size in bytes.
        sha256: the hash of its contents, in hexadecimal digits.
    """

    name: str
    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Environment:
    """Environment of one submission.

    Attributes:
        trusted: folders from which hidden tests import.
        seed: the seed of their hidden inputs.
        files: files in the folder in which students' code runs.
        private: other places that students' code must not see: submissions and results.
    """

    trusted: tuple[Path, ...] = ()
    seed: str = "0"
    files: tuple[Attached, ...] = ()
    private: tuple[Path, ...] = ()
