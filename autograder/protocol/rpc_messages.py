"""Requests and replies of RPC: a hidden test's calls to a fork of the worker.

One message is the JSON header of one frame, and its tensors travel with it. This is the hot path:
requests come from the checker and are not validated field by field; replies come from the student's
process, and `execution.rpc_client` checks each of their values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .messages import Message

Node = Any  # JSON data: an encoded value, see `codec`


@dataclass(frozen=True)
class RpcRequest(Message):
    """Base class of the operations on a student's objects."""


@dataclass(frozen=True)
class CallRequest(RpcRequest):
    """Base class of calls, whose results may be part of a graph.

    Attributes:
        args, kwargs: as nodes.
        call: key of the call, for gradients later.
        inputs: tensors among the arguments that have a graph on the checker's side.
        leaves: keys of the shared tensors that gradients may flow to.
    """

    args: Node
    kwargs: Node
    call: int
    inputs: Sequence[Node]
    leaves: Sequence[int]


@dataclass(frozen=True)
class Names(RpcRequest):
    """Values of global names of the notebook."""

    op = "names"
    names: Sequence[str]


@dataclass(frozen=True)
class Call(CallRequest):
    """Call an object."""

    op = "call"
    target: Node


@dataclass(frozen=True)
class CallGiven(CallRequest):
    """Call a function that a locked cell defines."""

    op = "call_given"
    name: str


@dataclass(frozen=True)
class GetAttribute(RpcRequest):
    """Read `target.name`."""

    op = "get_attribute"
    target: Node
    name: str


@dataclass(frozen=True)
class SetAttribute(RpcRequest):
    """Write `target.name`."""

    op = "set_attribute"
    target: Node
    name: str
    value: Node


@dataclass(frozen=True)
class GetItem(RpcRequest):
    """Read `target[index]`."""

    op = "get_item"
    target: Node
    index: Node


@dataclass(frozen=True)
class Length(RpcRequest):
    """Compute `len(target)`."""

    op = "length"
    target: Node


@dataclass(frozen=True)
class Iterate(RpcRequest):
    """Make an iterator: `iter(target)`."""

    op = "iterate"
    target: Node


@dataclass(frozen=True)
class Next(RpcRequest):
    """Take the next value of an iterator: a list of it, or an empty list at the end."""

    op = "next"
    target: Node


@dataclass(frozen=True)
class Gradients(RpcRequest):
    """Continue backpropagation through a call: gradients at its inputs and leaves.

    Attributes:
        call: its key.
        upstream: gradients at its outputs, None where there is none.
    """

    op = "gradients"
    call: int
    upstream: Sequence[Node]


_RPC_REQUESTS: dict[str, Callable[..., RpcRequest]] = {
    kind.op: kind
    for kind in (
        *(Names, Call, CallGiven, GetAttribute, SetAttribute),
        *(GetItem, Length, Iterate, Next, Gradients),
    )
}


@dataclass(frozen=True)
class StateUpdate:
    """Changes on the checker's side since its last request, which travel with each request.

    Attributes:
        grad: gradients are recorded.
        rewritten: shared containers with new contents: pairs of an id and a node.
        shared: changes of shared tensors and arrays, see `SharedState`.
        released: keys that the checker no longer uses.
        rng: state of PyTorch's generator as a node, if it has changed.
    """

    grad: bool
    rewritten: Sequence[Node]
    shared: Sequence[Node]
    released: Sequence[int]
    rng: Node = None


def encode_rpc(request: RpcRequest, update: StateUpdate) -> dict[str, Any]:
    """Return the header of an RPC request's frame."""
    return {**request.encode(), "update": update.__dict__}


def decode_rpc(header: dict[str, Any]) -> tuple[RpcRequest, StateUpdate]:
    """Return the request and the update in the header of an RPC request's frame."""
    values = dict(header)
    kind, update = _RPC_REQUESTS[values.pop("op")], values.pop("update")
    return kind(**values), StateUpdate(**update)


@dataclass(frozen=True)
class RpcReply:
    """Result of a request or the exception that it raised, and changes on the worker's side.

    Attributes:
        modules: new or changed layers: key, class name, mode, parameters, buffers, children.
        changed: inputs of the call that were changed in place: pairs of a place and a node.
        rewritten, shared, rng: as in `StateUpdate`.
        result: a node.
        error: see `sandbox.exception_data.describe`; without it there is a result.
        stderr: what the student's code has written there since the test began, if that counts.
    """

    modules: Sequence[Node]
    changed: Sequence[Node]
    rewritten: Sequence[Node]
    shared: Sequence[Node]
    result: Node = None
    error: dict[str, Any] | None = None
    rng: Node = None
    stderr: str = ""

    def encode(self) -> dict[str, Any]:
        """Return the header of the reply's frame."""
        header = dict(self.__dict__)
        del header["result" if self.error is not None else "error"]
        return header

    @classmethod
    def decode(cls, header: dict[str, Any]) -> "RpcReply":
        """Return the reply in a frame's header; its values are still unchecked.

        Raises:
            KeyError: a field is missing.
        """
        failed = header.get("error") is not None
        return cls(
            shared=header["shared"],
            modules=header["modules"],
            changed=header["changed"],
            rewritten=header["rewritten"],
            result=None if failed else header["result"],
            error=header["error"] if failed else None,
            rng=header.get("rng"),
            stderr=header.get("stderr", ""),
        )
