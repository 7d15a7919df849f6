"""One hidden test's conversation with a worker: calls go out as data, results come back as data.

The other side is the student's. Whatever it sends is checked for form here and compared by the
test; it is never executed, unpickled or waited for longer than the clock allows.
"""

import contextlib
import socket
import time
import weakref
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.protocol.codec import DecodeError, Node, NotSerializable
from autograder.protocol.framing import (
    BadFrame,
    FrameLimits,
    FrameTimeout,
    PeerClosed,
    read_frame,
    write_frame,
)
from autograder.protocol.shared_state import SharedState

from .proxies import RemoteModule, RemoteObject, remote_module_class
from .remote_errors import WorkerGone, WorkerLate, as_exception
from .rpc_codec import CheckerCodec, with_outputs

# What reading an answer raises that does not have the form of one.
NONSENSE = (
    *(DecodeError, KeyError, TypeError, ValueError, IndexError, AttributeError),
    *(RuntimeError, OverflowError, RecursionError, MemoryError),
)
MOST_MODULES = 5000


class RpcClient:
    """Talks with the worker of one hidden test.

    Args:
        connection: to the worker, for this test alone.
        seconds: how long all its answers together may take.
        frame_limits: of one answer.
    """

    def __init__(self, connection: socket.socket, seconds: float, frame_limits: FrameLimits):
        self._connection, self.frame_limits = connection, frame_limits
        self.left = seconds
        self.shared = SharedState(1, weak=True)
        self.modules: dict[int, RemoteModule] = {}
        self._objects: weakref.WeakValueDictionary[int, RemoteObject] = (
            weakref.WeakValueDictionary()
        )
        self._gone: list[int] = []
        self._known_rng = torch.get_rng_state()
        self._calls = 0

    # ---- what stand-ins ask for -----------------------------------------------------------------

    def names(self, names: list[str]) -> dict[str, Any]:
        """Those of the names that the notebook defines, with their values; no others."""
        found = self._ask({"do": "names", "names": names})
        if type(found) is not dict:
            raise WorkerGone("The answer made no sense.")
        return {name: found[name] for name in names if name in found}

    def call(self, target: Any, args: tuple, kwargs: dict) -> Any:
        """Call something of the student's."""
        return self._call({"do": "call"}, target, args, kwargs)

    def call_given(self, name: str, args: tuple, kwargs: dict) -> Any:
        """Call a function of a locked cell, beside the student's code."""
        return self._call({"do": "given", "name": name}, None, args, kwargs)

    def attribute(self, target: Any, name: str) -> Any:
        """Read an attribute."""
        return self._ask({"do": "attribute", "name": name}, target=target)

    def assign(self, target: Any, name: str, value: Any) -> None:
        """Write an attribute."""
        self._ask({"do": "assign", "name": name}, target=target, value=value)

    def item(self, target: Any, place: Any) -> Any:
        """`target[place]`."""
        return self._ask({"do": "item"}, target=target, place=place)

    def length(self, target: Any) -> int:
        """`len(target)`."""
        return self._ask({"do": "length"}, target=target)

    def iterate(self, target: Any) -> Iterator[Any]:
        """`iter(target)`, value by value."""
        iterator = self._ask({"do": "iterator"}, target=target)
        while found := self._ask({"do": "next"}, target=iterator):
            yield found[0]

    def proxy(self, key: int, name: str) -> RemoteObject:
        """The stand-in for an object of the worker: one for each."""
        found = self._objects.get(key)
        if found is None:
            found = self._objects[key] = RemoteObject(self, key, name)
            if key in self._gone:  # its last stand-in went while this answer was on its way
                self._gone.remove(key)
            weakref.finalize(found, self._gone.append, key)
        return found

    def plain_node(self, x: Any) -> Node:
        """A container as data, to see later whether it has changed."""
        codec = CheckerCodec(self)
        try:
            return codec.encode(x)
        except (NotSerializable, RecursionError):
            return None

    # ---- one question ---------------------------------------------------------------------------

    def _call(self, request: dict, target: Any, args: tuple, kwargs: dict) -> Any:
        """A call, with its results in the graph of its arguments and of the mirrored parameters."""
        codec = CheckerCodec(self)
        codec.sharing_lists = True
        if target is not None:
            request["target"] = codec.encode(target)
        request["args"], request["kwargs"] = codec.encode(args), codec.encode(kwargs)
        # What appears while the call runs has no graph on this side yet.
        leaves = [x for x in self.shared.live() if isinstance(x, Tensor) and x.requires_grad]
        leaves = [x for x in leaves if x.is_leaf]
        self._calls += 1
        call = self.shared.new_key()
        request |= {"call": call, "inputs": codec.nodes_of_inputs}
        request["leaves"] = [self.shared.key_of(x) for x in leaves]
        result, answer = self._exchange(request, codec)
        if not answer.outputs:
            return result
        handle = _GraphHandle(self, call)
        anchor = torch.zeros((), requires_grad=True)  # a result may depend on what we do not see
        found = _RemoteCall.apply(handle, answer.outputs, anchor, *codec.inputs, *leaves)
        return with_outputs(result, found)

    def gradients(self, call: int, upstream: tuple, count: int) -> list[Tensor | None]:
        """What gradients at a call's outputs become at its inputs and at the parameters."""
        found = self._ask({"do": "gradients", "call": call}, upstream=list(upstream))
        if not isinstance(found, list) or len(found) != count:
            raise DecodeError("gradients of another number")
        return found

    def release(self, call: int) -> None:
        """Nobody will ask for gradients of this call any more."""
        self._gone.append(call)

    def _ask(self, request: dict, **values: Any) -> Any:
        codec = CheckerCodec(self)
        upstream = values.pop("upstream", None)
        if upstream is not None:
            request["upstream"] = [None if g is None else codec.pack(g) for g in upstream]
        for name, value in values.items():
            request[name] = codec.encode(value)
        result, answer = self._exchange(request, codec)
        if answer.outputs:  # an attribute with a graph: only its numbers are of use here
            result = with_outputs(result, answer.outputs)
        return result

    def _exchange(self, request: dict, codec: CheckerCodec) -> tuple[Any, CheckerCodec]:
        request["grad"] = torch.is_grad_enabled()
        if not torch.equal(torch.get_rng_state(), self._known_rng):
            self._known_rng = torch.get_rng_state()
            request["rng"] = codec.pack(self._known_rng)
        request["rewritten"] = self._rewritten(codec)
        request["shared"] = self.shared.changes(codec)
        request["gone"] = [*self.shared.gone, *self._gone]
        self.shared.gone.clear(), self._gone.clear()
        began = time.monotonic()  # reading a monstrous answer is the student's time too
        try:
            header, tensors = self._send_and_wait(request, codec, began + self.left)
            result, error, answer = self._take(header, tensors, codec)
        except NONSENSE as wrong:
            raise WorkerGone(f"The answer made no sense ({type(wrong).__name__}).") from None
        finally:
            self.left -= time.monotonic() - began
        if error is not None:
            raise error
        return result, answer

    def _send_and_wait(
        self, request: dict, codec: CheckerCodec, deadline: float
    ) -> tuple[dict, list[Tensor]]:
        try:
            write_frame(self._connection, request, codec.tensors, deadline)
            header, tensors = read_frame(self._connection, self.frame_limits, deadline)
        except FrameTimeout:
            raise WorkerLate from None
        except PeerClosed:
            raise WorkerGone("Your code ended the process that it ran in.") from None
        except BadFrame as error:
            raise WorkerGone(f"What came back was no answer: {error}.") from None
        if not isinstance(header, dict):
            raise WorkerGone("What came back was no answer.")
        return header, tensors

    def _take(self, header: dict, tensors: list[Tensor], sent: CheckerCodec) -> tuple:
        codec = CheckerCodec(self, tensors)
        self.shared.take(header["shared"], codec)
        self._mirror(header["modules"], codec)
        for place, node in header["changed"]:
            with torch.no_grad(), contextlib.suppress(RuntimeError):
                sent.inputs[place].detach().copy_(codec.decode(node))
        for tag, node in header["rewritten"]:
            x, new = sent.lists[tag], codec.decode(node)
            x.clear()
            x.extend(new) if isinstance(x, list) else x.update(new)
        if "rng" in header:
            torch.set_rng_state(codec.decode(header["rng"]))
            self._known_rng = torch.get_rng_state()
        if "error" in header:
            return None, as_exception(header["error"]), codec
        return codec.decode(header["result"]), None, codec

    def _rewritten(self, codec: CheckerCodec) -> list[Node]:
        found = []
        for tag, (x, before) in list(self.shared.containers.items()):
            now = self.plain_node(x)
            if now != before:
                self.shared.containers[tag] = (x, now)
                found.append([tag, codec.encode(x)])
        return found

    def _mirror(self, news: list, codec: CheckerCodec) -> None:
        """Bring the mirrors of modules up to date."""
        for key, name, *_ in news:
            if type(key) is not int or type(name) is not str or not name.isidentifier():
                raise DecodeError("a module without a name")
            if len(self.modules) > MOST_MODULES:
                raise DecodeError("too many modules")
            if key not in self.modules:
                self.modules[key] = remote_module_class(name)(self, key)
        for key, _, *build in news:
            self.modules[key]._build(*build)


class _GraphHandle:
    """Keeps a call's graph on the other side alive for as long as this side may need it."""

    def __init__(self, rpc: RpcClient, call: int):
        self.rpc, self.call = rpc, call

    def __del__(self) -> None:
        self.rpc.release(self.call)


class _RemoteCall(torch.autograd.Function):
    """A call that ran on the other side, as one step of this side's graph."""

    @staticmethod
    def forward(ctx: Any, handle: _GraphHandle, outputs: list[Tensor], *inputs: Tensor) -> tuple:
        ctx.handle, ctx.count = handle, len(inputs) - 1
        ctx.set_materialize_grads(False)
        return tuple(outputs)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor | None) -> tuple:
        found = ctx.handle.rpc.gradients(ctx.handle.call, upstream, ctx.count)
        return None, None, None, *found
