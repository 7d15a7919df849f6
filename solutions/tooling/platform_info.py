"""What a measurement has to say about the machine that it was made on, and no more."""

import os
import platform

import torch


def platform_metadata() -> dict[str, object]:
    """Its processor and system; neither a name of the machine nor a path on it.

    Returns:
        "cores": how many there are; "processor": its architecture; "instructions": the widest that
        PyTorch uses on it; "system"; "python", its version.
    """
    return {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "system": platform.system(),
        "python": platform.python_version(),
    }
