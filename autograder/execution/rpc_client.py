"""RPC of one hidden test: requests to a student's process, and their replies.

The other side is untrusted. The form of its replies is checked here, and the test compares their
values. Replies are never executed or unpickled, and never waited for longer than the time limit.
"""

import contextlib
import socket
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from autograder.protocol.framing import (
    BadFrame,
    FrameLimits,
    FrameTimeout,
    PeerClosed,
    read_frame,
    write_frame,
)
from autograder.protocol.optional_torch import INSTALLED, Tensor, torch
from autograder.protocol.rpc_messages import (
    Call,
    CallGiven,
    CallRequest,
    GetAttribute,
    GetItem,
    Gradients,
    Iterate,
    Length,
    Names,
    Next,
    Node,
    RpcReply,
    RpcRequest,
    SetAttribute,
    StateUpdate,
    encode_rpc,
)
from autograder.protocol.shared_state import SharedState, rewrite
from autograder.protocol.value_codec import DecodeError, NotSerializable

from .checker_codec import CheckerCodec, with_outputs
from .proxies import RemoteModule, RemoteObject, remote_module_class
from .remote_errors import WorkerGone, WorkerLate, as_exception

# Exceptions that a malformed reply can cause.
MALFORMED = (
    *(DecodeError, KeyError, TypeError, ValueError, IndexError, AttributeError),
    *(RuntimeError, OverflowError, RecursionError, MemoryError),
)
MOST_MODULES = 5000


class RpcClient:
    """The checker's side of one hidden test's RPC; implements `Session`.

    Args:
        connection: to the student's process, for this test alone.
        seconds: time limit of all its replies together.
        frame_limits: of one reply.

    Attributes:
        seconds_left: of the time limit.
        stderr: what the student's code has written there, if that counts.
    """

    def __init__(self, connection: socket.socket, seconds: float, frame_limits: FrameLimits):
        self._connection, self.frame_limits = connection, frame_limits
        self.seconds_left = seconds
        self.stderr = ""
        self.shared = SharedState(1, weak=True)
        self.modules: dict[int, RemoteModule] = {}
        self._objects: weakref.WeakValueDictionary[int, RemoteObject] = (
            weakref.WeakValueDictionary()
        )
        self._released: list[int] = []
        self._known_rng = torch.get_rng_state()

    # ---- operations -----------------------------------------------------------------------------

    def names(self, names: list[str]) -> dict[str, Any]:
        """Return the values of those names that the notebook defines; no others."""
        codec = CheckerCodec(self)
        found = self._request(Names(names), codec)
        if type(found) is not dict:
            raise WorkerGone("The answer made no sense.")
        return {name: found[name] for name in names if name in found}

    def call(self, target: Any, args: tuple, kwargs: dict) -> Any:
        """Call an object of the student's."""
        codec = self._codec_of_call()
        return self._call(partial(Call, target=codec.encode(target)), codec, args, kwargs)

    def call_given(self, name: str, args: tuple, kwargs: dict) -> Any:
        """Call a function of a locked cell in the student's process."""
        codec = self._codec_of_call()
        return self._call(partial(CallGiven, name=name), codec, args, kwargs)

    def get_attribute(self, target: Any, name: str) -> Any:
        """Read `target.name`."""
        codec = CheckerCodec(self)
        return self._request(GetAttribute(codec.encode(target), name), codec)

    def set_attribute(self, target: Any, name: str, value: Any) -> None:
        """Write `target.name`."""
        codec = CheckerCodec(self)
        self._request(SetAttribute(codec.encode(target), name, codec.encode(value)), codec)

    def get_item(self, target: Any, index: Any) -> Any:
        """Read `target[index]`."""
        codec = CheckerCodec(self)
        return self._request(GetItem(codec.encode(target), codec.encode(index)), codec)

    def length(self, target: Any) -> int:
        """Return `len(target)`."""
        codec = CheckerCodec(self)
        return self._request(Length(codec.encode(target)), codec)

    def iterate(self, target: Any) -> Iterator[Any]:
        """Yield the values of `iter(target)`."""
        codec = CheckerCodec(self)
        iterator = self._request(Iterate(codec.encode(target)), codec)
        while found := self._next(iterator):
            yield found[0]

    def _next(self, iterator: Any) -> Any:
        codec = CheckerCodec(self)
        return self._request(Next(codec.encode(iterator)), codec)

    def gradients(self, call: int, upstream: tuple, count: int) -> list[Tensor | None]:
        """Continue backpropagation through a call.

        Args:
            call: its key.
            upstream: gradients at its outputs.
            count: of its inputs and leaves.

        Returns:
            Gradients at the inputs and leaves.
        """
        codec = CheckerCodec(self)
        nodes = [None if g is None else codec.pack(g) for g in upstream]
        found = self._request(Gradients(call, nodes), codec)
        if not isinstance(found, list) or len(found) != count:
            raise DecodeError("gradients of another number")
        return found

    def proxy(self, key: int, name: str) -> RemoteObject:
        """Return the proxy for the object with this key; always the same one.

        Args:
            name: of the object's class.
        """
        found = self._objects.get(key)
        if found is None:
            found = self._objects[key] = RemoteObject(self, key, name)
            if key in self._released:  # its last proxy ended while this reply was on its way
                self._released.remove(key)
            weakref.finalize(found, self._released.append, key)
        return found

    def plain_node(self, x: Any) -> Node:
        """Return a container as data, to notice changes later."""
        codec = CheckerCodec(self)
        try:
            return codec.encode(x)
        except (NotSerializable, RecursionError):
            return None

    def release(self, key: int) -> None:
        """Tell the other side, with the next request, that this key is no longer used."""
        self._released.append(key)

    # ---- one request ----------------------------------------------------------------------------

    def _codec_of_call(self) -> CheckerCodec:
        codec = CheckerCodec(self)
        codec.sharing_containers = True
        return codec

    def _call(
        self, make: Callable[..., CallRequest], codec: CheckerCodec, args: tuple, kwargs: dict
    ) -> Any:
        """Make a call, with its results in the graph of its arguments and mirrored parameters.

        Args:
            make: the request, without the fields that all calls have.
        """
        nodes = {"args": codec.encode(args), "kwargs": codec.encode(kwargs)}
        # What appears while the call runs has no graph on this side yet.
        leaves = [
            (key, x)
            for key, x in self.shared.items()
            if isinstance(x, Tensor) and x.requires_grad and x.is_leaf
        ]
        request = make(
            **nodes,
            call=self.shared.new_key(),
            inputs=codec.input_nodes,
            leaves=[key for key, _ in leaves],
        )
        result, reply = self._exchange(request, codec)
        if not reply.outputs:
            return result
        handle = _GraphHandle(self, request.call)
        # A result may depend on tensors that this side does not see.
        anchor = torch.zeros((), requires_grad=True)
        inputs = (anchor, *codec.inputs, *(x for _, x in leaves))
        outputs = _RemoteCall.apply(handle, reply.outputs, *inputs)
        return with_outputs(result, outputs)

    def _request(self, request: RpcRequest, codec: CheckerCodec) -> Any:
        """Make any other request; of results with a graph, only the values are used here."""
        result, reply = self._exchange(request, codec)
        return with_outputs(result, reply.outputs) if reply.outputs else result

    def _exchange(self, request: RpcRequest, codec: CheckerCodec) -> tuple[Any, CheckerCodec]:
        rng = None
        if not torch.equal(torch.get_rng_state(), self._known_rng):
            self._known_rng = torch.get_rng_state()
            rng = codec.pack(self._known_rng)
        update = StateUpdate(
            grad=torch.is_grad_enabled(),
            rewritten=self._rewritten(codec),
            shared=self.shared.changes(codec),
            released=[*self.shared.released, *self._released],
            rng=rng,
        )
        self.shared.released.clear()
        self._released.clear()
        began = time.monotonic()  # decoding a huge reply is the student's time, too
        try:
            header, tensors = self._send_and_wait(
                encode_rpc(request, update), codec, began + self.seconds_left
            )
            result, error, reply = self._decode_reply(header, tensors, codec)
        except MALFORMED as wrong:
            raise WorkerGone(f"The answer made no sense ({type(wrong).__name__}).") from None
        finally:
            self.seconds_left -= time.monotonic() - began
        if error is not None:
            raise error
        return result, reply

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

    def _decode_reply(
        self, header: dict, tensors: list[Tensor], sent: CheckerCodec
    ) -> tuple[Any, Exception | None, CheckerCodec]:
        """Apply the changes in a reply; returns its result or its exception, and its codec."""
        codec = CheckerCodec(self, tensors)
        reply = RpcReply.decode(header)
        self.stderr = reply.stderr if isinstance(reply.stderr, str) else ""
        self.shared.apply(reply.shared, codec)
        self._mirror(reply.modules)
        for index, node in reply.changed:
            with torch.no_grad(), contextlib.suppress(RuntimeError):
                sent.inputs[index].detach().copy_(codec.decode(node))
        for container_id, node in reply.rewritten:
            rewrite(sent.containers[container_id], codec.decode(node))
        if reply.rng is not None:
            torch.set_rng_state(codec.decode(reply.rng))
            self._known_rng = torch.get_rng_state()
        if reply.error is not None:
            return None, as_exception(reply.error), codec
        return codec.decode(reply.result), None, codec

    def _rewritten(self, codec: CheckerCodec) -> list[Node]:
        """Return the shared containers that the test has changed."""
        found = []
        for container_id, (x, before) in list(self.shared.containers.items()):
            now = self.plain_node(x)
            if now != before:
                self.shared.containers[container_id] = (x, now)
                found.append([container_id, codec.encode(x)])
        return found

    def _mirror(self, changes: Sequence[Node]) -> None:
        """Update the mirrors of modules."""
        if changes and not INSTALLED:
            raise DecodeError("a module without PyTorch")
        for key, name, *_ in changes:
            if type(key) is not int or type(name) is not str or not name.isidentifier():
                raise DecodeError("a module without a name")
            if len(self.modules) > MOST_MODULES:
                raise DecodeError("too many modules")
            if key not in self.modules:
                self.modules[key] = remote_module_class(name)(self, key)
        for key, _, *build in changes:
            self.modules[key]._build(*build)


class _GraphHandle:
    """Handle that keeps a call's graph on the other side alive while this side may need it."""

    def __init__(self, rpc: RpcClient, call: int):
        self.rpc, self.call = rpc, call

    def __del__(self) -> None:
        self.rpc.release(self.call)


class _RemoteCall(torch.autograd.Function):
    """A call that ran on the other side, as one node of this side's graph."""

    @staticmethod
    def forward(ctx: Any, handle: _GraphHandle, outputs: list[Tensor], *inputs: Tensor) -> tuple:
        ctx.handle, ctx.count = handle, len(inputs) - 1
        ctx.set_materialize_grads(False)
        return tuple(outputs)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor | None) -> tuple:
        found = ctx.handle.rpc.gradients(ctx.handle.call, upstream, ctx.count)
        return None, None, None, *found
