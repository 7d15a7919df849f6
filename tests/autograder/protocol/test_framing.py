"""The reader of frames believes nothing: any bytes are refused, or are what they hold."""

import json
import socket
import struct
import threading
import time
import tracemalloc

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.protocol.framing import (
    HEAD,
    BadFrame,
    FrameLimits,
    FrameTimeout,
    PeerClosed,
    read_frame,
    write_frame,
)

FRAME_LIMITS = FrameLimits(header=5000, tensors=5000, count=20)
DTYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.bool, torch.uint8]
DTYPES += [torch.int8, torch.int16, torch.int32, torch.int64]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def read(data: bytes, frame_limits: FrameLimits = FRAME_LIMITS):
    """What the reader makes of these bytes, followed by the end of the connection."""
    ours, remote_end = socket.socketpair()
    with ours, remote_end:
        sender = threading.Thread(target=_send, args=(remote_end, data))
        sender.start()
        try:
            return read_frame(ours, frame_limits, time.monotonic() + 10)
        finally:
            ours.close()
            sender.join()


def _send(connection: socket.socket, data: bytes) -> None:
    try:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def survives(data: bytes) -> None:
    try:
        header, tensors = read(data)
    except (BadFrame, PeerClosed):
        return
    json.dumps(header)
    assert all(isinstance(x, torch.Tensor) for x in tensors)
    assert sum(x.numel() * x.element_size() for x in tensors) <= FRAME_LIMITS.tensors


def frame(header: bytes, tensors: bytes = b"") -> bytes:
    return HEAD.pack(len(header), len(tensors)) + header + tensors


def safetensors(about: dict, data: bytes = b"") -> bytes:
    text = json.dumps(about).encode()
    return struct.pack("<Q", len(text)) + text + data


def whole(header, tensors) -> bytes:
    """The bytes of a real frame."""
    ours, remote_end = socket.socketpair()
    with ours, remote_end:
        write_frame(remote_end, header, tensors)
        remote_end.close()
        return b"".join(iter(lambda: ours.recv(2**20), b""))


@given(st.binary(max_size=200))
@example(b"")
@example(frame(b""))
@example(frame(b"[" * 4000))
@example(frame(b'{"a":' * 900))
@example(frame(b"9" * 4900))
@example(frame(b"NaN"))
@example(frame(b"\xff"))
@example(frame(b"1", b"\0"))
@example(frame(b"1", struct.pack("<Q", 2**63) + b"{}"))
@example(frame(b"1", struct.pack("<Q", 2) + b"{}"))
def test_any_bytes(data):
    survives(data)


@given(st.binary(max_size=300))
def test_any_header(text):
    survives(frame(text))


@given(st.binary(max_size=300))
def test_any_tensors(packed):
    survives(frame(b"{}", packed))


@given(
    st.dictionaries(
        st.sampled_from(["0", "1", "2", "x", "__metadata__"]),
        st.fixed_dictionaries(
            {
                "dtype": st.sampled_from(["F32", "F64", "BOOL", "I64", "U64", "C64", "F4", "?"]),
                "shape": st.lists(st.integers(-1, 2**62), max_size=3),
                "data_offsets": st.lists(st.integers(-1, 100) | st.just(2**63), max_size=3),
            }
        )
        | JSON,
        max_size=3,
    ),
    st.binary(max_size=64),
)
def test_any_description_of_tensors(about, data):
    survives(frame(b"{}", safetensors(about, data)))


@given(st.data())
def test_a_frame_with_a_few_wrong_bytes(data):
    tensors = [torch.arange(6.0).reshape(2, 3), torch.tensor([True, False]), torch.zeros(0, 4)]
    right = bytearray(whole({"result": ["tensor", 0], "shared": []}, tensors))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(right) - 1))
        right[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(right)))
    survives(bytes(right) if data.draw(st.booleans()) else bytes(right[:cut]))


@given(JSON)
def test_a_header_comes_back_as_it_was(header):
    assert read(whole(header, []))[0] == header


@given(st.data())
def test_tensors_come_back_as_they_were(data):
    sent = []
    for _ in range(data.draw(st.integers(0, 3))):
        shape = data.draw(st.lists(st.integers(0, 4), max_size=3))
        dtype = data.draw(st.sampled_from(DTYPES))
        sent.append((torch.randn(shape) * 3).to(dtype))
    _, came = read(whole({}, sent))
    assert [(x.shape, x.dtype) for x in came] == [(x.shape, x.dtype) for x in sent]
    assert all(torch.equal(x, y) for x, y in zip(came, sent, strict=True))


def test_not_a_number_comes_back():
    sent = torch.tensor([float("nan"), float("inf"), -float("inf"), -0.0])
    (came,) = read(whole({}, [sent]))[1]
    assert torch.equal(came.view(torch.int32), sent.view(torch.int32))


def test_a_byte_is_true_or_false():
    about = {"0": {"dtype": "BOOL", "shape": [3], "data_offsets": [0, 3]}}
    (came,) = read(frame(b"1", safetensors(about, b"\0\1\x07")))[1]
    assert came.view(torch.uint8).tolist() == [0, 1, 1]


TOO_MUCH = [
    HEAD.pack(FRAME_LIMITS.header + 1, 0),
    HEAD.pack(0, FRAME_LIMITS.tensors + 1),
    HEAD.pack(2**32 - 1, 2**64 - 1),
    frame(
        b"1",
        safetensors(
            {str(i): {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for i in range(21)}
        ),
    ),
]


@pytest.mark.parametrize("data", TOO_MUCH)
def test_too_much_is_refused_before_it_is_read(data):
    with pytest.raises(BadFrame):
        read(data)


def test_a_promise_of_much_takes_no_memory():
    frame_limits = FrameLimits(header=2**31, tensors=2**40)
    tracemalloc.start()
    try:
        with pytest.raises(PeerClosed):
            read(HEAD.pack(2**30, 2**39) + b"x" * 1000, frame_limits)
        assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    finally:
        tracemalloc.stop()


def test_who_sends_nothing_or_drop_by_drop_is_late():
    ours, remote_end = socket.socketpair()
    with ours, remote_end:
        for byte in b"ab":
            remote_end.send(bytes([byte]))
            with pytest.raises(FrameTimeout):
                read_frame(ours, FRAME_LIMITS, time.monotonic() + 0.05)
        with pytest.raises(FrameTimeout):
            read_frame(ours, FRAME_LIMITS, time.monotonic() - 1)


def test_who_takes_nothing_is_late_and_who_is_gone_is_gone():
    ours, remote_end = socket.socketpair()
    with ours, remote_end:
        with pytest.raises(FrameTimeout):
            write_frame(ours, "x" * 10**7, [], time.monotonic() + 0.1)
        remote_end.close()
        with pytest.raises(PeerClosed):
            write_frame(ours, 1, [], time.monotonic() + 1)
        with pytest.raises(PeerClosed):
            read_frame(ours, FRAME_LIMITS, time.monotonic() + 1)
