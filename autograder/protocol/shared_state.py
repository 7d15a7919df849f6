"""Tensors, arrays and containers that both sides hold, and that look the same on both.

A function may change its arguments: an optimizer moves its parameters, a careless layer adds to its
input. So arguments are shared: each has a key on both sides, and each frame carries the changes
since the last one. Changes are found by comparing with the values that were sent last, because a
version counter would miss writes through `.data`.
"""

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .optional_torch import Tensor, nn, torch
from .rpc_messages import Node
from .value_codec import Codec, DecodeError

MOST_CONTAINERS = 1000


@dataclass
class _Shared:
    """One shared tensor or array: how to get it, and the state that the other side knows."""

    get: Callable[[], Any]
    known: tuple


class SharedState:
    """Everything that is shared during one hidden test, by key.

    Args:
        sign: 1 or -1; the sign of the keys that this side chooses, so that both sides can.
        weak: forget objects that nothing else refers to, and list their keys in `released`.
    """

    def __init__(self, sign: int, weak: bool):
        self._sign, self._weak = sign, weak
        self._count = 0
        self._shared: dict[int, _Shared] = {}
        self._keys: dict[int, int] = {}  # id() of an object -> its key
        self.containers: dict[int, tuple[Any, Node]] = {}  # id -> the object, its node as known
        self._container_ids: dict[int, int] = {}  # id() of a container -> its id
        self.released: list[int] = []

    def new_key(self) -> int:
        """Return a key that was never used."""
        self._count += 1
        return self._sign * self._count

    def key_of(self, x: Any) -> int | None:
        """Return the key of a shared tensor or array; None for others."""
        key = self._keys.get(id(x))
        return key if key is not None and self._shared[key].get() is x else None

    def get(self, key: int) -> Any:
        """Return the shared tensor or array with this key.

        Raises:
            DecodeError: there is none.
        """
        found = self._shared[key].get() if type(key) is int and key in self._shared else None
        if found is None:
            raise DecodeError(f"nothing is shared under {key!r}")
        return found

    def share_container(self, container_id: int, x: list | dict, node: Node) -> None:
        """Share a container from now on, and keep it alive; or note what the other side knows.

        Raises:
            DecodeError: there are too many.
        """
        if container_id not in self.containers and not self.has_room:
            raise DecodeError("too many containers")
        self.containers[container_id] = (x, node)
        self._container_ids[id(x)] = container_id

    @property
    def has_room(self) -> bool:
        """False when as many containers are shared as may be."""
        return len(self.containers) < MOST_CONTAINERS

    def container_id_of(self, x: list | dict) -> int | None:
        """Return the id of a shared container; None for others."""
        return self._container_ids.get(id(x))

    def items(self) -> list[tuple[int, Any]]:
        """Return the keys of all shared tensors and arrays that still exist, with the objects."""
        shared = list(self._shared.items())
        return [(key, x) for key, entry in shared if (x := entry.get()) is not None]

    def add(self, x: Any, key: int | None = None, known: tuple = ()) -> int:
        """Share a tensor or array from now on; without `known` the next frame carries its value."""
        key = self.new_key() if key is None else key
        place = id(x)

        def forget(_: object) -> None:
            self._shared.pop(key, None)
            if self._keys.get(place) == key:
                del self._keys[place]
            self.released.append(key)

        get = weakref.ref(x, forget) if self._weak else lambda: x
        self._shared[key] = _Shared(get, known)
        self._keys[place] = key
        return key

    def drop(self, key: int) -> None:
        """Forget a key that the other side has released."""
        shared = self._shared.pop(key, None)
        if shared is not None:
            self._keys.pop(id(shared.get()), None)

    def changes(self, codec: Codec) -> list[Node]:
        """Return the changes of tensors and arrays since the last frame, as nodes."""
        found = []
        for key, shared in list(self._shared.items()):
            x = shared.get()
            if x is None or same(now := state(x), shared.known):
                continue
            shared.known = _copied(now)
            found.append([key, *_pack(x, codec)])
        return found

    def apply(self, changes: Sequence[Node], codec: Codec) -> None:
        """Apply the changes that the other side sends."""
        for key, *packed in changes:
            new = _unpack(codec, *packed)
            if type(key) is not int:
                raise DecodeError("a key that is no number")
            x = self._shared[key].get() if key in self._shared else None
            if x is None:
                codec.keep.append(new)  # nothing else refers to it before the frame is decoded
                self.add(new, key, _copied(state(new)))
                continue
            _assign(x, new)
            self._shared[key].known = _copied(state(x))


def rewrite(x: list | dict, new: list | dict) -> None:
    """Give a container the contents of `new`; it remains the same object."""
    x.clear()
    x.extend(new) if isinstance(x, list) else x.update(new)


def state(x: Tensor | np.ndarray) -> tuple:
    """Return what the other side can observe of a tensor or array."""
    if isinstance(x, np.ndarray):
        return (x,)
    return x.detach(), x.requires_grad, x.grad if x.is_leaf else None


def same(a: tuple, b: tuple) -> bool:
    """Return True if two states are equal; NaN equals NaN."""
    return len(a) == len(b) and all(_equal(x, y) for x, y in zip(a, b, strict=True))


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    if not isinstance(a, Tensor) or not isinstance(b, Tensor):
        return a is b or (isinstance(a, bool) and a == b)
    if a.shape != b.shape or a.dtype != b.dtype or a.device != b.device:
        return False
    if a.device.type == "meta" or torch.equal(a, b):
        return True
    return a.is_floating_point() and bool(((a == b) | (a.isnan() & b.isnan())).all())


def _copied(known: tuple) -> tuple:
    def copy(x: Any) -> Any:
        if isinstance(x, np.ndarray):
            return x.copy()
        return x.detach().clone() if isinstance(x, Tensor) else x

    return tuple(map(copy, known))


def _pack(x: Tensor | np.ndarray, codec: Codec) -> list[Node]:
    if isinstance(x, np.ndarray):
        return ["array", codec.pack_array(x)]
    grad = None if not x.is_leaf or x.grad is None else codec.pack(x.grad)
    is_parameter = isinstance(x, nn.Parameter)
    return ["tensor", codec.pack_with_strides(x), x.requires_grad, is_parameter, grad]


def _unpack(codec: Codec, kind: str, node: Node, *about: Any) -> Tensor | np.ndarray:
    x = codec.decode(node)
    if kind == "array":
        if not isinstance(x, np.ndarray):
            raise DecodeError("an array that is none")
        return x
    requires_grad, is_parameter, grad = about
    if not isinstance(x, Tensor):
        raise DecodeError("a tensor that is none")
    requires_grad = requires_grad is True and (x.is_floating_point() or x.is_complex())
    x = nn.Parameter(x, requires_grad) if is_parameter is True else x.requires_grad_(requires_grad)
    if grad is not None and requires_grad:
        x.grad = codec.decode(grad)
    return x


@torch.no_grad()
def _assign(x: Tensor | np.ndarray, new: Tensor | np.ndarray) -> None:
    """Give x the value of `new`; it remains the same object."""
    if isinstance(x, np.ndarray):
        if not isinstance(new, np.ndarray) or x.shape != new.shape:
            raise DecodeError("an array changed its shape")
        x[...] = new
        return
    if not isinstance(new, Tensor):
        raise DecodeError("a tensor became something else")
    if x.shape == new.shape and x.dtype == new.dtype and x.device == new.device:
        if x.device.type != "meta" and not _equal(x.detach(), new.detach()):
            x.detach().copy_(new)
    else:
        x.data = new.data
    if x.is_leaf:
        if x.requires_grad != new.requires_grad:
            x.requires_grad_(new.requires_grad)
        x.grad = new.grad
