"""Frames on a socket: a JSON header, then tensors in the safetensors format; both capped.

    4 bytes  length of the header
    8 bytes  length of the tensors
    header   UTF-8 JSON
    tensors  safetensors, named "0", "1", ...; absent when there are none

A reader trusts nothing: lengths are checked before anything is allocated, and memory grows only as
bytes really arrive. PyTorch is imported only when tensors travel, because schedulers send none.
"""

import json
import socket
import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

HEAD = struct.Struct("!IQ")
CHUNK = 2**20


@dataclass(frozen=True)
class FrameLimits:
    """Largest header and tensors of one frame, in bytes, and the number of tensors."""

    header: int = 8 * 2**20
    tensors: int = 64 * 2**20
    count: int = 20_000


class BadFrame(Exception):
    """Data from the other side that is not a frame, or a frame that is too large."""


class PeerClosed(Exception):
    """A connection that the other side has closed."""


class FrameTimeout(Exception):
    """A frame that did not arrive, or was not taken, in time."""


def write_frame(
    connection: socket.socket, header: Any, tensors: "list[Tensor]", deadline: float | None = None
) -> None:
    """Send one frame.

    Args:
        header: JSON data.
        tensors: dense, contiguous, on the processor, not lazily conjugated or negated.
        deadline: a value of `time.monotonic()`; None waits forever.

    Raises:
        PeerClosed, FrameTimeout: the other side does not take it.
    """
    text = json.dumps(header, allow_nan=False, separators=(",", ":")).encode()
    packed = _packed(tensors) if tensors else b""
    data = memoryview(HEAD.pack(len(text), len(packed)) + text + packed)
    try:
        while data:
            connection.settimeout(_left(deadline))
            data = data[connection.send(data[:CHUNK]) :]
    except TimeoutError:
        raise FrameTimeout from None
    except OSError:
        raise PeerClosed from None


def read_frame(
    connection: socket.socket, frame_limits: FrameLimits, deadline: float | None = None
) -> "tuple[Any, list[Tensor]]":
    """Receive one frame.

    Raises:
        BadFrame, PeerClosed, FrameTimeout: no valid frame arrives.
    """
    header_size, tensor_size = HEAD.unpack(_receive(connection, HEAD.size, deadline))
    if header_size > frame_limits.header or tensor_size > frame_limits.tensors:
        raise BadFrame(f"a frame of {header_size + tensor_size} bytes")
    text = _receive(connection, header_size, deadline)
    packed = _receive(connection, tensor_size, deadline)
    return _header(text), _unpacked(bytes(packed), frame_limits.count) if packed else []


class FrameReader:
    """Reader of frames without tensors that never waits: a frame may arrive in many pieces.

    Args:
        most: bytes of a header.
    """

    def __init__(self, connection: socket.socket, most: int):
        self._connection, self._most = connection, most
        self._data = bytearray()

    def read(self) -> Any:
        """Take what has arrived; returns the header of a frame when all of it is there, else None.

        Raises:
            BadFrame, PeerClosed: no valid frame will arrive.
        """
        size = HEAD.size
        while True:
            if len(self._data) >= HEAD.size:
                header_size, tensor_size = HEAD.unpack_from(self._data)
                if header_size > self._most or tensor_size:
                    raise BadFrame(f"a frame of {header_size + tensor_size} bytes")
                size = HEAD.size + header_size
                if len(self._data) == size:
                    text, self._data = self._data[HEAD.size :], bytearray()
                    return _header(text)
            try:
                wanted = min(CHUNK, size - len(self._data))
                self._connection.setblocking(False)
                part = self._connection.recv(wanted)
            except BlockingIOError:
                return None
            except OSError:
                raise PeerClosed from None
            if not part:
                raise PeerClosed
            self._data += part


def _header(text: bytearray) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadFrame("a header that is not JSON") from None


def _packed(tensors: "list[Tensor]") -> bytes:
    from safetensors import TensorSpec, serialize

    # Does what `safetensors.torch.save` does, which takes ten times as long for small tensors.
    kinds = [str(x.dtype).removeprefix("torch.") for x in tensors]
    about = {
        str(i): TensorSpec(dtype=kind, shape=x.shape, data_ptr=x.data_ptr(), data_len=x.nbytes)
        for i, (x, kind) in enumerate(zip(tensors, kinds, strict=True))
    }
    return bytes(serialize(about))


def _unpacked(packed: bytes, most: int) -> "list[Tensor]":
    try:
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load
    except ImportError:
        raise BadFrame("tensors, but PyTorch is not installed here") from None
    try:
        found = load(packed)
    except (SafetensorError, ValueError, TypeError, RuntimeError, KeyError, OverflowError):
        raise BadFrame("tensors that are not in the safetensors format") from None
    if len(found) > most or set(found) != {str(i) for i in range(len(found))}:
        raise BadFrame("tensors with wrong names")
    tensors = [found[str(i)] for i in range(len(found))]
    # PyTorch does not check that the bytes of a boolean tensor are 0 or 1.
    return [x.view(torch.uint8) != 0 if x.dtype == torch.bool else x for x in tensors]


def _receive(connection: socket.socket, size: int, deadline: float | None) -> bytearray:
    data = bytearray()
    while len(data) < size:
        try:
            connection.settimeout(_left(deadline))
            part = connection.recv(min(CHUNK, size - len(data)))
        except TimeoutError:
            raise FrameTimeout from None
        except OSError:
            raise PeerClosed from None
        if not part:
            raise PeerClosed
        data += part
    return data


def _left(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
