"""Requests and replies between the grader's processes, as typed data.

A message is a frozen dataclass. On the wire it is a JSON object with its fields and an `op`, which
names its class. There are three conversations:

1. Control: a fork server and the process that started it. One message is one datagram.
2. Worker: the checker and a worker, which runs cells. One message is one frame without tensors.
3. RPC: a hidden test and a fork of the worker; see `rpc_messages`.

No message needs PyTorch, so that a process that forks or schedules need not load it.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any, ClassVar, TypeVar, get_origin

from .sandbox_spec import SandboxSpec

NO_SEED = -1  # leave the random numbers as the cell before has left them
DATAGRAM_BYTES = 2**16  # the longest control message


class BadMessage(ValueError):
    """Data from the other side that is not a message of the expected kind."""


@dataclass(frozen=True)
class Message:
    """Base class of all messages."""

    op: ClassVar[str]

    def encode(self) -> dict[str, Any]:
        """Return the message as JSON data."""
        return {"op": self.op, **self.__dict__}


M = TypeVar("M", bound=Message)


def decode(data: Any, *kinds: type[M]) -> M:
    """Return the message that JSON data stands for, with the types of its fields checked.

    Args:
        kinds: classes that it may be of.

    Raises:
        BadMessage: it is of none of them.
    """
    if type(data) is not dict:
        raise BadMessage(f"a message of type {type(data).__name__}")
    kind = next((kind for kind in kinds if kind.op == data.get("op")), None)
    if kind is None:
        raise BadMessage(f"a message with op {data.get('op')!r}")
    values = {name: value for name, value in data.items() if name != "op"}
    types = _field_types(kind)
    for name, value in values.items():
        if name not in types:
            raise BadMessage(f"{kind.op}: no field {name!r}")
        if is_dataclass(types[name]) and type(value) is dict:
            values[name] = value = _nested(types[name], value)
        if types[name] is not Any and not isinstance(value, types[name]):
            raise BadMessage(f"{kind.op}: {name} is a {type(value).__name__}")
    make: Callable[..., M] = kind
    try:
        return make(**values)
    except TypeError as error:  # a field is missing
        raise BadMessage(f"{kind.op}: {error}") from None


def _field_types(kind: type[Message]) -> dict[str, Any]:
    """Return types for `isinstance`, by the names of the fields."""
    accepted: dict[str, Any] = {}
    for each in fields(kind):
        outer: Any = get_origin(each.type) or each.type
        accepted[each.name] = (int, float) if outer is float else outer
    return accepted


def _nested(kind: Any, values: dict[str, Any]) -> Any:
    try:
        return kind(**values)
    except TypeError as error:
        raise BadMessage(str(error)) from None


# ---- control: to and from a fork server ----------------------------------------------------------


def to_datagram(message: Message) -> bytes:
    """Return a control message as bytes."""
    return json.dumps(message.encode(), separators=(",", ":")).encode()


def from_datagram(data: bytes, *kinds: type[M]) -> M:
    """Return the control message in a datagram.

    Raises:
        BadMessage: it holds none of these kinds.
    """
    try:
        return decode(json.loads(data), *kinds)
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise BadMessage(f"{len(data)} bytes that are not JSON") from None


@dataclass(frozen=True)
class Hello(Message):
    """The first message of each side, with its version. A fork server is warm when it sends it."""

    op = "hello"
    version: str


@dataclass(frozen=True)
class ForkWorker(Message):
    """Fork a worker.

    Descriptors travel with it: the worker's end of its connection, then the files of the spec.
    """

    op = "fork_worker"
    spec: SandboxSpec

    def encode(self) -> dict[str, Any]:
        return {"op": self.op, "spec": asdict(self.spec)}


@dataclass(frozen=True)
class CloneServer(Message):
    """Fork the whole server. The descriptor of the copy's own control socket travels with it."""

    op = "clone_server"


@dataclass(frozen=True)
class ForkChecker(Message):
    """Fork a checker. The descriptor of the checker's connection travels with it."""

    op = "fork_checker"


@dataclass(frozen=True)
class EndProcess(Message):
    """End a process that was forked here, and everything that it has started."""

    op = "end_process"
    process: int


@dataclass(frozen=True)
class Forked(Message):
    """The id of a new process; ending it ends everything that it has started."""

    op = "forked"
    process: int


@dataclass(frozen=True)
class Ended(Message):
    """The id of a process that has ended."""

    op = "ended"
    process: int


@dataclass(frozen=True)
class Failed(Message):
    """The reason why a process could not be forked."""

    op = "failed"
    reason: str


# ---- worker: cells and tests ---------------------------------------------------------------------


@dataclass(frozen=True)
class WorkerReady(Message):
    """The first message of a worker, when it is inside its sandbox."""

    op = "ready"


@dataclass(frozen=True)
class RunCell(Message):
    """Run one cell of the notebook.

    Attributes:
        id: of the cell.
        seconds: time limit.
        output_chars: most characters of its output.
        locked: the course wrote the cell, so that hidden tests may rely on what it defines.
        seed: of all random numbers, or NO_SEED.
    """

    op = "run_cell"
    id: str
    source: str
    seconds: float
    output_chars: int
    locked: bool
    seed: int


@dataclass(frozen=True)
class BeginHiddenTest(Message):
    """Fork the worker to serve one hidden test. The test's connection follows in one byte.

    Attributes:
        stand_ins: right parts in place of the student's own: their names, separated by spaces;
            the locked definitions that they need; their definitions. Empty for none.
        as_nbgrader: report what the student's code writes to stderr, where it fails a test.
    """

    op = "begin_hidden_test"
    seed: int
    stand_ins: list[str] = field(default_factory=list)
    as_nbgrader: bool = False


@dataclass(frozen=True)
class EndHiddenTest(Message):
    """End the fork that serves a hidden test."""

    op = "end_hidden_test"


@dataclass(frozen=True)
class HiddenTestEnded(Message):
    """Confirmation that the fork of a hidden test has ended."""

    op = "hidden_test_ended"


@dataclass(frozen=True)
class CellResult(Message):
    """Outputs of one cell. A student's code may have forged them.

    Attributes:
        streams: pairs of a stream's name and text.
        displays: rich outputs: MIME type -> data.
        error: the exception that ended the cell, see `sandbox.exception_data.describe`.
        value: the last expression as text, or None.
    """

    op = "cell_result"
    streams: Any
    displays: Any
    error: Any = None
    value: Any = None

    @classmethod
    def of(cls, reply: dict[str, Any]) -> "CellResult":
        """Return the result in a worker's reply; the reader of its fields checks their types."""
        return cls(*(reply.get(name) for name in ("streams", "displays", "error", "value")))
