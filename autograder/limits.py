"""What a submission may use, and what it is given."""

import os
from dataclasses import dataclass
from pathlib import Path

SEED_VARIABLE = "AUTOGRADER_SEED"  # `checks` draws the hidden inputs from it


@dataclass(frozen=True)
class Limits:
    """What one submission may use. The only place where these numbers stand."""

    cell_seconds: float = 10
    submission_seconds: float = 60  # all cells together, without the start of the kernel
    start_seconds: float = 60
    grace_seconds: float = 2  # between an interrupt and the end of the kernel
    output_bytes: int = 20_000  # per cell: text, and pictures of that size


@dataclass(frozen=True)
class Environment:
    """What the kernel is given: folders to import from, and the seed of the hidden inputs."""

    trusted: tuple[Path, ...] = ()
    seed: str = "0"

    def variables(self, folder: Path) -> dict[str, str]:
        """The whole environment of the kernel; `folder` is its own and empty."""
        kept = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "MPLCONFIGDIR", "SYSTEMROOT")
        return {name: os.environ[name] for name in kept if name in os.environ} | {
            "PYTHONPATH": os.pathsep.join(map(str, self.trusted)),
            "PYTHONHASHSEED": "0",
            "IPYTHONDIR": str(folder / "ipython"),  # no start-up files of this user
            "TMPDIR": str(folder),
            "OMP_NUM_THREADS": "1",  # several kernels share the machine
            SEED_VARIABLE: self.seed,
        }
