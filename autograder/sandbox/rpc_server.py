"""Serve the requests of a hidden test on the student's objects.

The checker looks up a name, calls an object, reads an attribute, or asks for gradients. The reply
is data: numbers, tensors, exceptions as text. An object that cannot be sent stays here, and the
reply holds a key for it.
"""

import importlib
import socket
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import numpy as np

from autograder.protocol.framing import FrameLimits, PeerClosed, read_frame, write_frame
from autograder.protocol.optional_torch import Tensor, is_lazy, nn, torch
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
    SetAttribute,
    StateUpdate,
    decode_rpc,
)
from autograder.protocol.shared_state import SharedState, rewrite
from autograder.protocol.value_codec import Codec, NotSerializable

from .exception_data import describe

REQUEST_FRAME = FrameLimits(tensors=2**30, header=2**28)


class WorkerCodec(Codec):
    """The worker's codec: its objects become keys, its tensors with a graph become outputs.

    Attributes:
        outputs: results that the checker may differentiate.
        received: tensors of the call that have a graph on the checker's side, as they came.
        leaves: leaves of this side's graph with the same values.
        inputs: copies of the leaves, which the call may change in place.
        containers: lists and dictionaries handed over for this call, with their first nodes.
        sharing_containers: the containers in a result are shared from now on.
    """

    def __init__(self, server: "RpcServer", tensors: list[Tensor] | None = None):
        super().__init__(tensors)
        self.server = server
        self.outputs: list[Tensor] = []
        self.received: list[Tensor] = []
        self.leaves: list[Tensor] = []
        self.inputs: list[Tensor] = []
        self.containers: dict[int, tuple[Any, Node]] = {}
        self.sharing_containers = False

    def pack_with_strides(self, x: Tensor) -> Node:
        """Encode a tensor without strides: tests do not look at a result's memory layout."""
        return self.pack(x)

    def encode_tensor(self, x: Tensor) -> Node:
        shared = self.server.shared
        key = shared.key_of(x)
        if key is None and x.is_leaf and x.requires_grad:
            key = shared.add(x)
        if key is not None:
            return ["shared", key]
        if x.requires_grad:
            self.outputs.append(x)
            return ["output", len(self.outputs) - 1, self.pack(x)]
        return self.pack(x)

    def encode_array(self, x: np.ndarray) -> Node:
        key = self.server.shared.key_of(x)
        return self.pack_array(x) if key is None else ["shared", key]

    def encode_items(self, x: Any) -> Node:
        node = super().encode_items(x)
        return self._shared_node(x, node) if type(x) is list else node

    def encode_entries(self, x: dict) -> Node:
        return self._shared_node(x, super().encode_entries(x))

    def _shared_node(self, x: Any, node: Node) -> Node:
        shared = self.server.shared
        container_id = shared.container_id_of(x)
        if not self.sharing_containers or (container_id is None and not shared.has_room):
            return node  # a copy
        container_id = shared.new_key() if container_id is None else container_id
        shared.share_container(container_id, x, node)
        return [*node, container_id]

    def encode_other(self, x: Any) -> Node:
        # A member of an enumeration of text or whole numbers is that text or number.
        if isinstance(x, Enum) and isinstance(x, str):
            return self.encode(str.__str__(x))
        if isinstance(x, Enum) and isinstance(x, int):
            return self.encode(int.__index__(x))
        if isinstance(x, nn.Module):
            return ["module", self.server.key_of_module(x)]
        name = type(x).__name__.replace("-", "_")  # such as "method-wrapper"
        return ["object", self.server.key_of_object(x), name]

    def decode_other(self, kind: str, *parts: Any) -> Any:
        make = getattr(self, f"_take_{kind}")
        return make(*parts)

    def _take_shared(self, key: int) -> Any:
        return self.server.shared.get(key)

    def _take_input(self, place: int) -> Tensor:
        return self.inputs[place]

    def _take_module(self, key: int) -> nn.Module:
        return self.server.modules[key]

    def _take_object(self, key: int, *_: Any) -> Any:
        return self.server.held[key]

    def _take_library(self, module: str, name: str) -> Any:
        return getattr(importlib.import_module(module), name)

    def _take_given(self, name: str, fields: dict) -> Any:
        return self.server.look_up(name)(**{k: self.decode(v) for k, v in fields.items()})

    def _take_iterator(self, items: list) -> Any:
        return iter([self.decode(node) for node in items])

    def _decode_list(self, items: list, container_id: int | None = None) -> list:
        decode = super()._decode_list
        return self._container(container_id, lambda: decode(items))

    def _decode_dict(self, entries: list, name: str, container_id: int | None = None) -> dict:
        decode = super()._decode_dict
        return self._container(container_id, lambda: decode(entries, name))

    def _container(self, container_id: int | None, make: Callable[[], Any]) -> Any:
        """Return a container; a shared one is the same object every time."""
        if container_id in self.server.shared.containers:
            return self.server.shared.containers[container_id][0]
        made = make()
        if container_id is not None:
            self.containers[container_id] = (made, self.server.plain_node(made))
        return made


class RpcServer:
    """Objects that are shared with the checker during one test, and the operations on them.

    Args:
        namespace: of the notebook.
        given: functions and classes of locked cells, as they were when their cells ran.
        stderr: pairs of a name and a text that the student's code has written; None if that does
            not count.
    """

    def __init__(
        self,
        namespace: Mapping[str, Any],
        given: Mapping[str, Any],
        stderr: list[list[str]] | None = None,
    ):
        self.namespace, self.given, self.stderr = namespace, given, stderr
        self.shared = SharedState(-1, weak=False)
        self.held: dict[int, Any] = {}
        self._held_keys: dict[int, int] = {}  # id() of an object -> its key
        self.modules: dict[int, nn.Module] = {}
        self._module_keys: dict[int, int] = {}
        self._known_builds: dict[int, Node] = {}  # of each module, as the checker knows it
        self._graphs: dict[int, tuple[list[Tensor], list[Tensor]]] = {}

    # ---- keys -----------------------------------------------------------------------------------

    def key_of_object(self, x: Any) -> int:
        """Return the key of an object that stays here, until the checker releases it."""
        key = self._held_keys.get(id(x))
        if key is None:
            key = self._held_keys[id(x)] = self.shared.new_key()
            self.held[key] = x
        return key

    def key_of_module(self, module: nn.Module) -> int:
        """Return the key of a module; the checker mirrors it and its children from now on."""
        for part in module.modules():
            if id(part) not in self._module_keys:
                key = self.shared.new_key()
                self._module_keys[id(part)], self.modules[key] = key, part
        return self._module_keys[id(module)]

    def look_up(self, name: str) -> Any:
        """Return a global of the notebook; one of a locked cell as that cell defined it."""
        return self.given[name] if name in self.given else self.namespace[name]

    def plain_node(self, x: Any) -> Node:
        """Return a container as data, to notice changes later; its tensors by their keys."""
        codec = WorkerCodec(self)
        try:
            return codec.encode(x)
        except (NotSerializable, RecursionError):
            return None

    # ---- one request ----------------------------------------------------------------------------

    def answer(
        self, header: dict[str, Any], tensors: list[Tensor]
    ) -> tuple[dict[str, Any], list[Tensor]]:
        """Execute one request; returns the reply's header and tensors."""
        request, update = decode_rpc(header)
        codec, out = WorkerCodec(self, tensors), WorkerCodec(self)
        self._apply(update, codec)
        if isinstance(request, CallRequest):
            codec.received = [codec.decode(node) for node in request.inputs]
            codec.leaves = [x.clone().requires_grad_() for x in codec.received]
        before = torch.get_rng_state()
        node: Node = None
        error: dict[str, Any] | None = None
        try:
            with torch.set_grad_enabled(update.grad):
                result = getattr(self, f"_do_{request.op}")(request, codec, out)
            node = out.encode(result)
        except NotSerializable as problem:
            error = _of_what_cannot_be_sent(problem)
        except BaseException as raised:
            error = describe(raised)
        modules: list = []
        try:
            modules = self._changes_of_modules()
        except NotSerializable as problem:
            node, error = None, _of_what_cannot_be_sent(problem)
        after = torch.get_rng_state()
        rng = None if torch.equal(after, before) else out.pack(after)
        if out.outputs and isinstance(request, CallRequest):
            wanted = [*codec.leaves, *(self.shared.get(key) for key in request.leaves)]
            self._graphs[request.call] = (out.outputs, wanted)
        reply = RpcReply(
            modules=modules,
            changed=[
                [index, out.pack(x)]
                for index, (x, old) in enumerate(zip(codec.inputs, codec.received, strict=False))
                if x.shape == old.shape and not torch.equal(x.detach(), old)
            ],
            rewritten=self._rewritten(codec),
            shared=self.shared.changes(out),
            result=node,
            error=error,
            rng=rng,
            stderr="".join(text for _, text in self.stderr or ()),
        )
        return reply.encode(), out.tensors

    def _apply(self, update: StateUpdate, codec: WorkerCodec) -> None:
        """Apply the changes on the checker's side to this side."""
        for key in update.released:
            self.shared.drop(key)
            if key in self.held:
                self._held_keys.pop(id(self.held.pop(key)), None)
            self._graphs.pop(key, None)
        self.shared.apply(update.shared, codec)
        for container_id, node in update.rewritten:
            container, _ = self.shared.containers[container_id]
            rewrite(container, codec.decode(node[:-1]))
            self.shared.containers[container_id] = (container, None)
        if update.rng is not None:
            torch.set_rng_state(codec.decode(update.rng))

    def _rewritten(self, codec: WorkerCodec) -> list[Node]:
        """Return the containers among the arguments that the student's code has changed."""
        found = []
        for container_id, (x, before) in codec.containers.items():
            now = self.plain_node(x)
            if now is not None and now != before:
                found.append([container_id, now])
        return found

    def _changes_of_modules(self) -> list[Node]:
        """Return the mirrored modules whose names, children or modes have changed."""
        for module in list(self.modules.values()):
            self.key_of_module(module)  # children that were added since
        changes = []
        for key, module in self.modules.items():
            now = self._build(module)
            if self._known_builds.get(key) != now:
                self._known_builds[key] = now
                changes.append([key, *now])
        return changes

    def _build(self, module: nn.Module) -> Node:
        """Describe a module: class name, mode, parameters, buffers and children by their keys."""

        def key_of(x: Tensor | None) -> int | None:
            if x is None:
                return None
            if is_lazy(x):
                raise NotSerializable(
                    "a lazy layer has parameters without a shape until it is first called: build "
                    "it with all its sizes, such as nn.Linear(d_in, d_out)"
                )
            key = self.shared.key_of(x)
            return self.shared.add(x) if key is None else key

        unsaved = module._non_persistent_buffers_set
        return [
            type(module).__name__,
            module.training,
            [[name, key_of(p)] for name, p in module._parameters.items()],
            [[name, key_of(b), name not in unsaved] for name, b in module._buffers.items()],
            [
                [name, None if m is None else self._module_keys[id(m)]]
                for name, m in module._modules.items()
            ],
        ]

    # ---- operations, by the `op` of their requests ----------------------------------------------

    def _do_names(self, request: Names, codec: WorkerCodec, out: WorkerCodec) -> dict:
        return {name: self.namespace[name] for name in request.names if name in self.namespace}

    def _do_call(self, request: Call, codec: WorkerCodec, out: WorkerCodec) -> Any:
        target = codec.decode(request.target)
        return self._call(target, request, codec)

    def _do_call_given(self, request: CallGiven, codec: WorkerCodec, out: WorkerCodec) -> Any:
        return self._call(self.look_up(request.name), request, codec)

    def _call(self, target: Callable, request: CallRequest, codec: WorkerCodec) -> Any:
        codec.inputs = [x.clone() for x in codec.leaves]
        args, kwargs = codec.decode(request.args), codec.decode(request.kwargs)
        with np.errstate() if self.stderr is not None else np.errstate(all="ignore"):
            return target(*args, **kwargs)

    def _do_get_attribute(self, request: GetAttribute, codec: WorkerCodec, out: WorkerCodec) -> Any:
        out.sharing_containers = True
        return getattr(codec.decode(request.target), request.name)

    def _do_set_attribute(
        self, request: SetAttribute, codec: WorkerCodec, out: WorkerCodec
    ) -> None:
        setattr(codec.decode(request.target), request.name, codec.decode(request.value))

    def _do_get_item(self, request: GetItem, codec: WorkerCodec, out: WorkerCodec) -> Any:
        return codec.decode(request.target)[codec.decode(request.index)]

    def _do_length(self, request: Length, codec: WorkerCodec, out: WorkerCodec) -> int:
        return len(codec.decode(request.target))

    def _do_iterate(self, request: Iterate, codec: WorkerCodec, out: WorkerCodec) -> Any:
        return iter(codec.decode(request.target))

    def _do_next(self, request: Next, codec: WorkerCodec, out: WorkerCodec) -> list:
        try:
            return [next(codec.decode(request.target))]
        except StopIteration:
            return []

    def _do_gradients(self, request: Gradients, codec: WorkerCodec, out: WorkerCodec) -> list:
        outputs, wanted = self._graphs[request.call]
        upstream = [codec.decode(node) for node in request.upstream]
        pairs = [(y, g) for y, g in zip(outputs, upstream, strict=True) if g is not None]
        wanted_here = [x for x in wanted if x.requires_grad]
        ys, gs = zip(*pairs, strict=True)
        found = torch.autograd.grad(ys, wanted_here, gs, retain_graph=True, allow_unused=True)
        by_id = {id(x): g for x, g in zip(wanted_here, found, strict=True)}
        return [by_id.get(id(x)) for x in wanted]


def _of_what_cannot_be_sent(problem: NotSerializable) -> dict[str, Any]:
    return {"type": "TypeError", "bases": ["TypeError"], "text": str(problem)}


def serve(connection: socket.socket, server: RpcServer) -> None:
    """Serve requests until the checker hangs up."""
    while True:
        try:
            request, tensors = read_frame(connection, REQUEST_FRAME)
        except PeerClosed:
            return
        header, results = server.answer(request, tensors)
        write_frame(connection, header, results)
