"""What a submission may use, and what it is given."""

from dataclasses import dataclass
from pathlib import Path

SEED_VARIABLE = "AUTOGRADER_SEED"  # `checks` draws the hidden inputs from it


@dataclass(frozen=True)
class Limits:
    """What one submission may use. The only place where these numbers stand."""

    cell_seconds: float = 10
    submission_seconds: float = 60  # all cells together
    output_bytes: int = 20_000  # per cell: text, and pictures of that size
    all_output_bytes: int = 400_000  # of all cells together
    memory_bytes: int = 2**30  # for each process, beyond what an empty notebook has
    all_memory_bytes: int = 4 * 2**30  # of all processes together
    processes: int = 32  # threads count too
    file_bytes: int = 32 * 2**20  # for each file that is written
    disk_bytes: int = 64 * 2**20  # for all files together
    answer_bytes: int = 64 * 2**20  # tensors in one answer of a student's function


@dataclass(frozen=True)
class Environment:
    """What belongs to one submission: folders that hidden tests import from, and their seed."""

    trusted: tuple[Path, ...] = ()
    seed: str = "0"
