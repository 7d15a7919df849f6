"""Python values as JSON and tensors, and back.

A scalar is its own node. Any other node is a list whose first entry names its kind:
`["tuple", [1, 2]]`, `["tensor", 0]` for the first tensor of the frame, `["dtype", "float32"]`.
`Codec` handles the values that are the same on both sides. Its two subclasses, one on each side,
add shared tensors and references to objects of the other side.
"""

import math
from collections import OrderedDict, namedtuple
from functools import lru_cache
from typing import Any

import numpy as np

from .optional_torch import INSTALLED, Tensor, torch
from .rpc_messages import Node

SAFE_INTEGER = 2**53
DEPTH = 60  # of containers in one another
ARRAYS = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
# What safetensors holds and this course may meet.
DTYPES = {name: getattr(torch, name) for name in (*ARRAYS, "bfloat16")} if INSTALLED else {}
CROSSING = set(DTYPES.values())
KEEPS_ORDER = {"OrderedDict": OrderedDict}


class NotSerializable(TypeError):
    """A value that cannot be sent to the other side."""


class DecodeError(Exception):
    """Data from the other side that is not an encoded value."""


class Codec:
    """Encoder and decoder for the values of one frame.

    Attributes:
        tensors: of the frame; nodes refer to them by their index.
        keep: decoded objects that must live until the frame is decoded.
    """

    def __init__(self, tensors: list[Tensor] | None = None):
        self.tensors = [] if tensors is None else tensors
        self.keep: list[Any] = []
        self._depth = 0

    def encode(self, x: Any) -> Node:
        """Return the node for a value.

        Raises:
            NotSerializable: there is none.
        """
        if x is None or type(x) in (bool, str):
            return x
        if type(x) is int:
            return x if abs(x) <= SAFE_INTEGER else ["int", hex(x)]
        if type(x) is float:
            return x if math.isfinite(x) else ["float", str(x)]
        if self._depth >= DEPTH:
            raise NotSerializable(f"containers in one another, more than {DEPTH} deep")
        self._depth += 1
        try:
            return self._encode(x)
        finally:
            self._depth -= 1

    def decode(self, node: Node) -> Any:
        """Return the value of a node.

        Raises:
            DecodeError: it is not the node of any value.
        """
        if node is None or type(node) in (bool, int, float, str):
            return node
        if type(node) is not list or not node or type(node[0]) is not str:
            raise DecodeError(f"a node of type {type(node).__name__}")
        if self._depth >= DEPTH:
            raise DecodeError("nodes in one another, too deep")
        self._depth += 1
        try:
            return self._decode(node[0], *node[1:])
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            RuntimeError,
            TypeError,
            ValueError,
            MemoryError,
        ) as error:
            raise DecodeError(f"{node[0]}: {error}") from None
        finally:
            self._depth -= 1

    # ---- differences between the two sides -------------------------------------------------------

    def encode_tensor(self, x: Tensor) -> Node:
        """Return the node for a tensor; a side that shares tensors overrides this."""
        return self.pack(x)

    def encode_array(self, x: np.ndarray) -> Node:
        """Return the node for an array; a side that shares arrays overrides this."""
        return self.pack_array(x)

    def encode_other(self, x: Any) -> Node:
        """Return the node for a value of any other type."""
        raise NotSerializable(f"a {type(x).__name__} cannot cross")

    def decode_other(self, kind: str, *parts: Any) -> Any:
        """Return the value of a node whose kind only one side knows."""
        raise DecodeError(f"a node of kind {kind!r}")

    # ---- tensors and arrays ---------------------------------------------------------------------

    def pack(self, x: Tensor) -> Node:
        """Encode the values of a tensor: a copy, dense and contiguous, without a graph."""
        x = x.detach()
        if x.layout != torch.strided or x.dtype not in CROSSING:
            raise NotSerializable(f"a tensor of {x.dtype} in layout {x.layout} cannot cross")
        if x.device.type == "meta":
            return ["meta", list(x.shape), str(x.dtype).removeprefix("torch.")]
        self.tensors.append(x.cpu().contiguous().resolve_conj().resolve_neg().clone())
        return ["tensor", len(self.tensors) - 1]

    def pack_with_strides(self, x: Tensor) -> Node:
        """Encode a tensor with its memory layout, so that `view` fails on both sides alike."""
        x = x.detach()
        if x.is_contiguous() or x.device.type != "cpu" or x.numel() == 0:
            return self.pack(x)
        last = sum((n - 1) * step for n, step in zip(x.shape, x.stride(), strict=True))
        whole = torch.as_strided(x, (last + 1,), (1,), x.storage_offset())
        return ["strided", self.pack(whole), list(x.shape), list(x.stride())]

    def pack_array(self, x: np.ndarray) -> Node:
        """Encode the values of an array; one of objects as nested lists."""
        if x.dtype.name not in ARRAYS:
            return ["objects", self.encode(x.tolist())]
        x = np.asarray(x)
        if not x.dtype.isnative or any(step < 0 for step in x.strides):
            x = x.astype(x.dtype.newbyteorder("="))
        if not INSTALLED:
            return ["raw", x.dtype.name, np.ascontiguousarray(x).tobytes().hex(), list(x.shape)]
        return ["array", self.pack(torch.from_numpy(np.ascontiguousarray(x).copy())), list(x.shape)]

    # ---- kinds that both sides know --------------------------------------------------------------

    def _encode(self, x: Any) -> Node:
        if isinstance(x, Tensor):
            return self.encode_tensor(x)
        if isinstance(x, np.ndarray):
            return self.encode_array(x)
        if isinstance(x, np.generic):
            return ["scalar", self.encode_array(np.asarray(x)), None]
        if isinstance(x, torch.Size):
            return ["size", list(x)]
        if isinstance(x, torch.dtype):
            return ["dtype", str(x).removeprefix("torch.")]
        if isinstance(x, torch.device):
            return ["device", str(x)]
        if type(x) in (tuple, list, set, frozenset):
            return self.encode_items(x)
        if isinstance(x, tuple) and hasattr(x, "_fields"):
            fields = [str(name) for name in x._fields]
            return ["named", type(x).__name__, fields, [self.encode(v) for v in tuple(x)]]
        if isinstance(x, dict):
            return self.encode_entries(x)
        if type(x) in (complex, bytes, range, slice):
            return [type(x).__name__, *self._parts(x)]
        if x is Ellipsis:
            return ["ellipsis"]
        return self.encode_other(x)

    def encode_items(self, x: tuple | list | set | frozenset) -> Node:
        """Encode a container; sets in the order of their nodes, which is always the same."""
        items = [self.encode(v) for v in x]
        if isinstance(x, set | frozenset):
            items.sort(key=repr)
        return [type(x).__name__, items]

    def encode_entries(self, x: dict) -> Node:
        """Encode a dictionary with its class name: checks tell an OrderedDict from a dict."""
        entries = [[self.encode(k), self.encode(v)] for k, v in dict.items(x)]
        return ["dict", entries, type(x).__name__]

    def _parts(self, x: Any) -> list:
        if isinstance(x, complex):
            return [self.encode(x.real), self.encode(x.imag)]
        if isinstance(x, bytes):
            return [x.hex()]
        return [self.encode(getattr(x, name)) for name in ("start", "stop", "step")]

    def _decode(self, kind: str, *parts: Any) -> Any:
        make = getattr(self, f"_decode_{kind}", None)
        return self.decode_other(kind, *parts) if make is None else make(*parts)

    def _decode_int(self, text: str) -> int:
        return int(text, 16)

    def _decode_float(self, text: str) -> float:
        return {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}[text]

    def _decode_complex(self, real: Node, imaginary: Node) -> complex:
        return complex(self.decode(real), self.decode(imaginary))

    def _decode_bytes(self, text: str) -> bytes:
        return bytes.fromhex(text)

    def _decode_range(self, *parts: Node) -> range:
        return range(*map(self.decode, parts))

    def _decode_slice(self, *parts: Node) -> slice:
        return slice(*map(self.decode, parts))

    def _decode_ellipsis(self) -> Any:
        return Ellipsis

    def _decode_tensor(self, place: int) -> Tensor:
        if type(place) is not int or place < 0:
            raise DecodeError("a tensor at no place")
        return self.tensors[place]

    def _decode_meta(self, shape: list, dtype: str) -> Tensor:
        return torch.empty(shape, dtype=DTYPES[dtype], device="meta")

    def _decode_strided(self, whole: Node, shape: list, stride: list) -> Tensor:
        return torch.as_strided(self.decode(whole), shape, stride)

    def _decode_array(self, node: Node, shape: list) -> np.ndarray:
        return self.decode(node).numpy().reshape(shape)

    def _decode_raw(self, dtype: str, text: str, shape: list) -> np.ndarray:
        """An array from a side without PyTorch."""
        if dtype not in ARRAYS:
            raise DecodeError(f"an array of {dtype!r}")
        data = bytes.fromhex(text)
        if dtype == "bool":  # a byte other than 0 and 1 is no truth value
            return (np.frombuffer(data, np.uint8) != 0).reshape(shape)
        return np.frombuffer(data, dtype).reshape(shape).copy()

    def _decode_objects(self, node: Node) -> np.ndarray:
        return np.array(self.decode(node), dtype=object)

    def _decode_scalar(self, node: Node, _: None) -> np.generic:
        return self.decode(node)[()]

    def _decode_size(self, shape: list) -> torch.Size:
        return torch.Size(shape)

    def _decode_dtype(self, name: str) -> torch.dtype:
        found = getattr(torch, name)
        if not isinstance(found, torch.dtype):
            raise DecodeError(f"no dtype {name!r}")
        return found

    def _decode_device(self, name: str) -> torch.device:
        return torch.device(name)

    def _decode_list(self, items: list, *rest: Any) -> list:
        return [self.decode(node) for node in items]

    def _decode_tuple(self, items: list) -> tuple:
        return tuple(self.decode(node) for node in items)

    def _decode_set(self, items: list) -> set:
        return {self.decode(node) for node in items}

    def _decode_frozenset(self, items: list) -> frozenset:
        return frozenset(self.decode(node) for node in items)

    def _decode_named(self, name: str, fields: list, items: list) -> tuple:
        if not name.isidentifier() or len(fields) > 100:
            raise DecodeError("a named tuple without a name")
        return _named_tuple(name, tuple(fields))(*(self.decode(node) for node in items))

    def _decode_dict(self, entries: list, name: str, *rest: Any) -> dict:
        found = {self.decode(key): self.decode(value) for key, value in entries}
        if name == "dict":
            return found
        if not name.isidentifier():
            raise DecodeError("a dictionary of no class")
        return KEEPS_ORDER[name](found) if name in KEEPS_ORDER else _kind_of_dict(name)(found)


@lru_cache(maxsize=256)
def _named_tuple(name: str, fields: tuple[str, ...]) -> type:
    return namedtuple(name, fields)


@lru_cache(maxsize=256)
def _kind_of_dict(name: str) -> type:
    return type(name, (dict,), {})
