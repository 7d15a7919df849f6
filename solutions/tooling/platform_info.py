"""The properties of a machine that a measurement depends on."""

import os
import platform

import torch


def platform_metadata() -> dict[str, object]:
    """Return the processor and system, without names or paths of the machine.

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
