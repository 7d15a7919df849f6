"""Version handshake: processes of different source trees must not work together.

A grader that runs while its source is updated would start processes of the new tree, and the two
halves could misunderstand each other without noticing. So each side announces its version when they
connect, and each refuses a different one.
"""

import select
import socket
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from .messages import DATAGRAM_BYTES, BadMessage, Hello, from_datagram, to_datagram

PROTOCOL = 1  # number of the message formats
_FOLDERS = ("protocol", "sandbox")  # whose code must be the same on both sides


class VersionMismatch(Exception):
    """A process of a different version of the grader; the text is for users."""


def _source_digest() -> str:
    """Return a hexadecimal digest of the source files of `protocol` and `sandbox`."""
    package = Path(__file__).resolve().parents[1]
    digest = sha256()
    for path in sorted(path for folder in _FOLDERS for path in (package / folder).glob("*.py")):
        digest.update(f"{path.relative_to(package)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


# Computed on import: a process keeps the version of the code that it has loaded.
VERSION = f"{PROTOCOL}-{_source_digest()}"


def say_hello(control: socket.socket) -> None:
    """Announce this process's version."""
    control.send(to_datagram(Hello(VERSION)))


def check_hello(control: socket.socket, process: str) -> None:
    """Wait for the hello of a fork server, and refuse a different version.

    Args:
        process: the other process's name for the message, such as "fork server".

    Raises:
        OSError: it ended, or did not answer within the socket's timeout.
        VersionMismatch: in one line, with both versions and what to do.
    """
    data = control.recv(DATAGRAM_BYTES)
    if not data:
        raise OSError("it ended at once")
    version = _announced_version(data)
    if version != VERSION:
        raise VersionMismatch(
            f"The {process} has version {version or 'unknown'} of the grader's protocol, but this "
            f"process has version {VERSION}: the grader was updated while it ran. Start it again."
        )


def accepts_hello(control: socket.socket) -> bool:
    """Wait in a fork server for the hello of its client, and refuse a different version.

    A refused client gets this process's hello, so that it can name both versions. An accepted one
    gets it when the server is ready: the server calls `say_hello` then.
    """
    if _announced_version(control.recv(DATAGRAM_BYTES)) == VERSION:
        return True
    with suppress(OSError):  # the client may be gone
        say_hello(control)
    return False


def hung_up(control: socket.socket) -> bool:
    """Return True if the other side has closed its end, or is gone."""
    poll = select.poll()
    poll.register(control, 0)  # a hang-up is reported in any case
    return bool(poll.poll(0))


def _announced_version(data: bytes) -> str:
    """Return the version in a hello; empty if this is none, as from a tree without handshake."""
    try:
        return from_datagram(data, Hello).version
    except BadMessage:
        return ""
