"""What stands beside a notebook under the name of a file and is none that is taken."""

import os
import socket
from pathlib import Path

import pytest

MB = 2**20


def make_device(path: Path) -> None:
    try:
        os.mknod(path, 0o20666, os.makedev(1, 5))  # endless zeros
    except OSError:
        pytest.skip("only root can make a device")


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one, pytest.MonkeyPatch.context() as patch:
        patch.chdir(path.parent)  # a socket's path must be short
        one.bind(path.name)


def make_sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10 * 2**30)


NO_FILES = {
    "a link": (
        lambda p: p.symlink_to("/etc/passwd"),
        "is a symbolic link: hand in the file itself",
    ),
    "a link to nothing": (lambda p: p.symlink_to("nowhere"), "is a symbolic link"),
    "a pipe": (os.mkfifo, "this is not a file"),
    "a folder": (Path.mkdir, "this is not a file"),
    "a device": (make_device, "this is not a file"),
    "a socket": (make_socket, "this is not a file"),
    "ten gigabytes of nothing": (make_sparse, "is larger than 1 MB"),
    "a byte too much": (lambda p: p.write_bytes(bytes(MB + 1)), "is larger than 1 MB"),
}
