"""Serves a hidden test: the student's objects, as the checker wants to use them.

The checker names something of the student's, calls it, reads an attribute, or asks for gradients.
What comes back is data: numbers, tensors, exceptions as text. An object with no such form stays
here, and a key for it goes back.
"""

import importlib
import linecache
import socket
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from autograder.protocol.codec import Codec, Node, NotSerializable
from autograder.protocol.framing import FrameLimits, PeerClosed, read_frame, write_frame
from autograder.protocol.shared_state import SharedState

MOST_TEXT = 6000  # characters of an exception's message
MOST_ITEMS = 100_000  # of an iterator that may never end


class WorkerCodec(Codec):
    """The worker's form of values: its objects become keys, its tensors with a graph outputs."""

    def __init__(self, server: "RpcServer", tensors: list[Tensor] | None = None):
        super().__init__(tensors)
        self.server = server
        self.keep: list[Any] = []
        self.outputs: list[Tensor] = []  # results that the checker may differentiate
        self.leaves: list[Tensor] = []  # of the call: what has a graph on the checker's side
        self.inputs: list[Tensor] = []  # copies of them, which may be changed in place
        self.sent: list[Tensor] = []  # their numbers as they came
        self.lists: dict[int, tuple[Any, Node]] = {}  # containers handed over for this call
        self.sharing_lists = False

    def pack_with_strides(self, x: Tensor) -> Node:
        """Without: how a result lies in memory is of no account to a test."""
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
        return self._with_tag(x, node) if type(x) is list else node

    def encode_entries(self, x: dict) -> Node:
        return self._with_tag(x, super().encode_entries(x))

    def _with_tag(self, x: Any, node: Node) -> Node:
        if not self.sharing_lists:
            return node
        container_id = self.server.shared.new_key()
        self.server.shared.container_id(container_id, x, node)
        return [*node, container_id]

    def encode_other(self, x: Any) -> Node:
        if isinstance(x, nn.Module):
            return ["module", self.server.key_of_module(x)]
        return ["object", self.server.hold(x), type(x).__name__]

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
        return self._with_container_id(
            container_id, lambda: super(WorkerCodec, self)._decode_list(items), items
        )

    def _decode_dict(self, entries: list, name: str, container_id: int | None = None) -> dict:
        return self._with_container_id(
            container_id, lambda: super(WorkerCodec, self)._decode_dict(entries, name), name
        )

    def _with_container_id(self, container_id: int | None, make: Callable, _: Any) -> Any:
        """A container that the checker will look at again is the same object as long as it does."""
        if container_id in self.server.shared.containers:
            return self.server.shared.containers[container_id][0]
        made = make()
        if container_id is not None:
            self.lists[container_id] = (made, self.server.plain_node(made))
        return made


class RpcServer:
    """What is shared with the checker during one test, and the operations on it.

    Args:
        namespace: of the notebook.
        given: functions and classes of locked cells, as they were when their cells ran.
    """

    def __init__(self, namespace: Mapping[str, Any], given: Mapping[str, Any]):
        self.namespace, self.given = namespace, given
        self.shared = SharedState(-1, weak=False)
        self.held: dict[int, Any] = {}
        self._held_keys: dict[int, int] = {}  # id of an object -> its key
        self.modules: dict[int, nn.Module] = {}
        self._module_keys: dict[int, int] = {}
        self._known_builds: dict[int, Node] = {}  # what the checker knows of each module
        self._graphs: dict[int, tuple[list[Tensor], list[Tensor]]] = {}

    # ---- keys -----------------------------------------------------------------------------------

    def hold(self, x: Any) -> int:
        """The key of an object that stays here: the same one as long as it is held."""
        key = self._held_keys.get(id(x))
        if key is None:
            key = self._held_keys[id(x)] = self.shared.new_key()
            self.held[key] = x
        return key

    def key_of_module(self, module: nn.Module) -> int:
        """The key of a module; it and its parts are mirrored from now on."""
        for part in module.modules():
            if id(part) not in self._module_keys:
                key = self.shared.new_key()
                self._module_keys[id(part)], self.modules[key] = key, part
        return self._module_keys[id(module)]

    def look_up(self, name: str) -> Any:
        """Something by name: what was given before what the student may have made of it."""
        return self.given[name] if name in self.given else self.namespace[name]

    def plain_node(self, x: Any) -> Node:
        """A container as data, to see later whether it has changed; its tensors by their key."""
        codec = WorkerCodec(self)
        try:
            return codec.encode(x)
        except (NotSerializable, RecursionError):
            return None

    # ---- one request ----------------------------------------------------------------------------

    def answer(self, request: dict, tensors: list[Tensor]) -> tuple[dict, list[Tensor]]:
        """Do what the checker asks; the answer's header and tensors."""
        codec = WorkerCodec(self, tensors)
        self._take(request, codec)
        reply, out = {}, WorkerCodec(self)
        if "rng" in request:
            torch.set_rng_state(codec.decode(request["rng"]))
        before = torch.get_rng_state()
        try:
            with torch.set_grad_enabled(request.get("grad", True)):
                result = getattr(self, f"_do_{request['do']}")(request, codec, out)
            reply["result"] = out.encode(result)
        except NotSerializable as error:
            reply["error"] = {"type": "TypeError", "bases": ["TypeError"], "text": str(error)}
        except BaseException as error:
            reply["error"] = describe(error)
        if not torch.equal(torch.get_rng_state(), before):
            reply["rng"] = out.pack(torch.get_rng_state())
        if out.outputs and "call" in request:
            wanted = [*codec.leaves, *(self.shared.get(key) for key in request["leaves"])]
            self._graphs[request["call"]] = (out.outputs, wanted)
        reply["modules"] = self._news_of_modules()
        reply["changed"] = [
            [place, out.pack(x)]
            for place, (x, before) in enumerate(zip(codec.inputs, codec.sent, strict=False))
            if x.shape == before.shape and not torch.equal(x.detach(), before)
        ]
        reply["rewritten"] = self._rewritten(codec)
        reply["shared"] = self.shared.changes(out)
        return reply, out.tensors

    def _take(self, request: dict, codec: WorkerCodec) -> None:
        """Bring this side up to date."""
        for key in request.get("gone", ()):
            self.shared.drop(key)
            if key in self.held:
                self._held_keys.pop(id(self.held.pop(key)), None)
            self._graphs.pop(key, None)
        self.shared.take(request.get("shared", []), codec)
        for container_id, node in request.get("rewritten", ()):
            rewrite(self.shared.containers[container_id][0], codec.decode(node[:-1]))
            self.shared.containers[container_id] = (self.shared.containers[container_id][0], None)
        codec.sent = [codec.decode(node) for node in request.get("inputs", ())]
        codec.leaves = [x.clone().requires_grad_() for x in codec.sent]

    def _rewritten(self, codec: WorkerCodec) -> list[Node]:
        """Containers of the call's arguments that the student's code has changed."""
        found = []
        for container_id, (x, before) in codec.lists.items():
            now = self.plain_node(x)
            if now is not None and now != before:
                found.append([container_id, now])
        return found

    def _news_of_modules(self) -> list[Node]:
        """What has changed in the build of the mirrored modules: names, parts, modes."""
        for module in list(self.modules.values()):
            self.key_of_module(module)  # parts that were added since
        news = []
        for key, module in self.modules.items():
            now = self._build(module)
            if self._known_builds.get(key) != now:
                self._known_builds[key] = now
                news.append([key, *now])
        return news

    def _build(self, module: nn.Module) -> Node:
        def key_of(x: Tensor | None) -> int | None:
            if x is None:
                return None
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

    # ---- what the checker may ask for -----------------------------------------------------------

    def _do_names(self, request: dict, codec: WorkerCodec, out: WorkerCodec) -> dict:
        return {name: self.namespace[name] for name in request["names"] if name in self.namespace}

    def _do_call(self, request: dict, codec: WorkerCodec, out: WorkerCodec) -> Any:
        target = codec.decode(request["target"])
        return self._called(target, request, codec)

    def _do_given(self, request: dict, codec: WorkerCodec, out: WorkerCodec) -> Any:
        return self._called(self.look_up(request["name"]), request, codec)

    def _called(self, target: Callable, request: dict, codec: WorkerCodec) -> Any:
        codec.inputs = [x.clone() for x in codec.leaves]
        args, kwargs = codec.decode(request["args"]), codec.decode(request["kwargs"])
        with np.errstate(all="ignore"):
            return target(*args, **kwargs)

    def _do_attribute(self, request: dict, codec: WorkerCodec, out: WorkerCodec) -> Any:
        out.sharing_lists = True
        return getattr(codec.decode(request["target"]), request["name"])

    def _do_assign(self, request: dict, codec: WorkerCodec, out: WorkerCodec) -> None:
        setattr(codec.decode(request["target"]), request["name"], codec.decode(request["value"]))

    def _do_item(self, request: dict, codec: WorkerCodec, out: WorkerCodec) -> Any:
        return codec.decode(request["target"])[codec.decode(request["place"])]

    def _do_length(self, request: dict, codec: WorkerCodec, out: WorkerCodec) -> int:
        return len(codec.decode(request["target"]))

    def _do_next(self, request: dict, codec: WorkerCodec, out: WorkerCodec) -> list:
        """The next value of an iterator in a list, or an empty list at its end."""
        try:
            return [next(codec.decode(request["target"]))]
        except StopIteration:
            return []

    def _do_iterator(self, request: dict, codec: WorkerCodec, out: WorkerCodec) -> Any:
        return iter(codec.decode(request["target"]))

    def _do_gradients(self, request: dict, codec: WorkerCodec, out: WorkerCodec) -> list:
        outputs, wanted = self._graphs[request["call"]]
        upstream = [codec.decode(node) for node in request["upstream"]]
        pairs = [(y, g) for y, g in zip(outputs, upstream, strict=True) if g is not None]
        wanted_here = [x for x in wanted if x.requires_grad]
        ys, gs = zip(*pairs, strict=True)
        found = torch.autograd.grad(ys, wanted_here, gs, retain_graph=True, allow_unused=True)
        by_id = {id(x): g for x, g in zip(wanted_here, found, strict=True)}
        return [by_id.get(id(x)) for x in wanted]


def rewrite(x: list | dict, new: list | dict) -> None:
    """Make a container what `new` is, and leave it the same object."""
    x.clear()
    x.extend(new) if isinstance(x, list) else x.update(new)


def describe(error: BaseException) -> dict:
    """An exception as text: its type, the built-in types it is one of, its message and place."""
    try:
        text = str(error)[:MOST_TEXT]
    except BaseException:
        text = ""
    built_in = [c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins"]
    found = {"type": type(error).__name__, "bases": built_in, "text": text}
    frames = [f for f in traceback.extract_tb(error.__traceback__) if is_cell(f.filename)]
    if frames:
        last = frames[-1]
        line = linecache.getline(last.filename, last.lineno or 0).strip()
        found["place"] = [last.name, last.lineno or 0, line[:300]]
    return found


def is_cell(filename: str) -> bool:
    """Whether a frame's file is a cell of the notebook."""
    return filename.startswith("<cell ")


def serve(connection: socket.socket, server: RpcServer) -> None:
    """Answer until the checker hangs up."""
    while True:
        try:
            request, tensors = read_frame(connection, FrameLimits(tensors=2**30, header=2**28))
        except PeerClosed:
            return
        header, sent = server.answer(request, tensors)
        write_frame(connection, header, sent)
