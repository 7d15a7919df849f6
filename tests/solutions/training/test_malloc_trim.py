"""What was freed goes back to the system."""

import ctypes
import os
from pathlib import Path

import pytest

from solutions.training.malloc_trim import _malloc_trim, give_back_memory

BLOCK, BLOCKS = 100_000, 2000  # bytes; too small for glibc to map each one by itself


def resident() -> int:
    """Bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(_malloc_trim() is None, reason="this system's C library cannot give back")
def test_freed_blocks_below_a_living_one_go_back_to_the_system():
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    blocks = [libc.malloc(ctypes.c_size_t(BLOCK)) for _ in range(BLOCKS)]
    for block in blocks:
        ctypes.memset(block, 1, BLOCK)
    for block in blocks[:-1]:  # the last one keeps the heap as high as it is
        libc.free(ctypes.c_void_p(block))
    held = resident()
    give_back_memory()
    assert held - resident() > 0.8 * BLOCK * BLOCKS
    libc.free(ctypes.c_void_p(blocks[-1]))


def test_where_the_library_cannot_nothing_happens(monkeypatch):
    monkeypatch.setattr("solutions.training.malloc_trim._malloc_trim", lambda: None)
    give_back_memory()
