"""Encode a hidden test's arguments, and decode the results of a student's code.

Results are untrusted. Their form and size are checked here, and they are never executed.
"""

import functools
import importlib
import math
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from autograder.protocol.optional_torch import INSTALLED, Tensor, nn
from autograder.protocol.rpc_messages import Node
from autograder.protocol.shared_state import rewrite
from autograder.protocol.value_codec import Codec, DecodeError, NotSerializable

from .proxies import RemoteModule, RemoteObject
from .rpc_session import Session

LONGEST_RANGE = 1_000_000
TORCH = ("torch", "torch.nn", "torch.nn.functional", "torch.optim") if INSTALLED else ()
LIBRARIES = (*TORCH, "numpy", "builtins", "math")


class CheckerCodec(Codec):
    """The checker's codec: proxies become keys, tensors with a graph become inputs of a call.

    Attributes:
        inputs, input_nodes: tensors with a graph among the arguments, and their nodes.
        outputs: tensors with a graph in the result.
        containers: lists and dictionaries among the arguments, by id.
        sharing_containers: containers get an id, so that changes of them can come back.
    """

    def __init__(self, rpc: Session, tensors: list[Tensor] | None = None):
        super().__init__(tensors)
        self.rpc = rpc
        self.inputs: list[Tensor] = []
        self.input_nodes: list[Node] = []
        self.outputs: list[Tensor] = []
        self.containers: dict[int, Any] = {}
        self.sharing_containers = False

    # ---- requests -------------------------------------------------------------------------------

    def encode_tensor(self, x: Tensor) -> Node:
        shared = self.rpc.shared
        if x.requires_grad and not x.is_leaf:
            for index, known in enumerate(self.inputs):
                if known is x:
                    return ["input", index]
            self.inputs.append(x)
            self.input_nodes.append(self.pack_with_strides(x))
            return ["input", len(self.inputs) - 1]
        key = shared.key_of(x)
        return ["shared", shared.add(x) if key is None else key]

    def encode_array(self, x: np.ndarray) -> Node:
        if x.ndim == 0 or x.dtype.kind not in "biuf":
            return self.pack_array(x)
        shared = self.rpc.shared
        key = shared.key_of(x)
        return ["shared", shared.add(x) if key is None else key]

    def encode_items(self, x: Any) -> Node:
        node = super().encode_items(x)
        return self._container_node(x, node) if type(x) is list else node

    def encode_entries(self, x: dict) -> Node:
        return self._container_node(x, super().encode_entries(x))

    def _container_node(self, x: Any, node: Node) -> Node:
        known = self.rpc.shared.container_id_of(x)
        if known is not None:
            return [*node, known]
        if not self.sharing_containers:
            return node
        container_id = self.rpc.shared.new_key()
        self.containers[container_id] = x
        return [*node, container_id]

    def encode_other(self, x: Any) -> Node:
        if isinstance(x, RemoteModule):
            return ["module", x._key]
        if isinstance(x, RemoteObject):
            return ["object", x._key]
        if isinstance(x, types.GeneratorType):
            return ["iterator", [self.encode(v) for v in x]]
        if (found := _in_a_library(x)) is not None:
            return ["library", *found]
        if is_dataclass(x) and not isinstance(x, type):
            about = {f.name: self.encode(getattr(x, f.name)) for f in fields(x)}
            return ["given", type(x).__name__, about]
        raise NotSerializable(f"a {type(x).__name__} cannot be handed to a student's code")

    # ---- replies --------------------------------------------------------------------------------

    def _decode_strided(self, *_: Any) -> Tensor:
        raise DecodeError("a tensor that claims more than it brings")

    def _decode_meta(self, shape: list, dtype: str) -> Tensor:
        if math.prod(shape) * 8 > self.rpc.frame_limits.tensors or min(shape, default=0) < 0:
            raise DecodeError("a tensor that claims more than may come")
        return super()._decode_meta(shape, dtype)

    def _decode_range(self, *parts: Node) -> range:
        made = super()._decode_range(*parts)
        if len(made) > LONGEST_RANGE:
            raise DecodeError("a range that is as good as endless")
        return made

    def decode_other(self, kind: str, *parts: Any) -> Any:
        make = getattr(self, f"_take_{kind}", None)
        if make is None:
            raise DecodeError(f"a node of kind {kind!r}")
        return make(*parts)

    def _take_shared(self, key: int) -> Any:
        return self.rpc.shared.get(key)

    def _take_output(self, index: int, node: Node) -> Any:
        x = self.decode(node)
        if index != len(self.outputs) or not isinstance(x, Tensor) or not x.is_floating_point():
            raise DecodeError("an output out of order")
        self.outputs.append(x)
        return PendingOutput(index)

    def _take_module(self, key: int) -> nn.Module:
        return self.rpc.modules[key]

    def _take_object(self, key: int, name: str) -> RemoteObject:
        if type(key) is not int or type(name) is not str or not name.isidentifier():
            raise DecodeError("an object without a key")
        return self.rpc.proxy(key, name)

    def _decode_list(self, items: list, container_id: int | None = None) -> list:
        return self._with_container_id(super()._decode_list(items), container_id)

    def _decode_dict(self, entries: list, name: str, container_id: int | None = None) -> dict:
        return self._with_container_id(super()._decode_dict(entries, name), container_id)

    def _with_container_id(self, made: Any, container_id: int | None) -> Any:
        # The worker's ids are negative; such a container is an attribute, whose changes here must
        # reach the worker.
        if type(container_id) is not int or container_id >= 0:
            return made
        now = self.rpc.plain_node(made)
        known, before = self.rpc.shared.containers.get(container_id, (made, now))
        if type(known) is not type(made):
            raise DecodeError("a container of another type")
        if now != before:
            rewrite(known, made)
        self.rpc.shared.share_container(container_id, known, now)
        return known


class PendingOutput:
    """Placeholder for an output in a result, until the output is part of this side's graph."""

    def __init__(self, index: int):
        self.index = index


def with_outputs(result: Any, outputs: Any) -> Any:
    """Replace the placeholders in a result by the outputs."""
    again: Callable = functools.partial(with_outputs, outputs=outputs)
    if isinstance(result, PendingOutput):
        return outputs[result.index]
    if isinstance(result, tuple) and hasattr(result, "_fields"):
        return type(result)(*map(again, result))
    if isinstance(result, list | tuple) and type(result) in (list, tuple):
        return type(result)(map(again, result))
    if isinstance(result, dict):
        return type(result)({key: again(value) for key, value in result.items()})
    return result


def _in_a_library(x: Any) -> tuple[str, str] | None:
    """Return module and name of a library's function or class that the worker has, too."""
    name = getattr(x, "__name__", None)
    if not isinstance(name, str) or not callable(x):
        return None
    for module in LIBRARIES:
        if getattr(importlib.import_module(module), name, None) is x:
            return module, name
    return None
