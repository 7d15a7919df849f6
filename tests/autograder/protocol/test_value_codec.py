"""Values come back from the codec as they were, or are refused; nothing else ever happens."""

import math
import types
from collections import OrderedDict, namedtuple

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from rpc_to_fork import FRAME_LIMITS

from autograder.execution.checker_codec import CheckerCodec
from autograder.execution.rpc_client import RpcClient
from autograder.protocol.value_codec import CROSSING, Codec, DecodeError, NotSerializable

Point = namedtuple("Point", "x y")


def there_and_back(x):
    """Encoded on one side, decoded on the other."""
    codec = Codec()
    node = codec.encode(x)
    return Codec(codec.tensors).decode(node)


def checker_codec(tensors) -> CheckerCodec:
    """The codec that decodes a worker's replies, without a worker."""
    return CheckerCodec(RpcClient(types.SimpleNamespace(), 1.0, FRAME_LIMITS), tensors)


def same(a, b) -> bool:
    """Equal in type and value; NaN equals NaN, and 0.0 is not -0.0."""
    if isinstance(a, torch.Tensor):
        return (
            type(b) is torch.Tensor
            and (a.shape, a.dtype, a.device) == (b.shape, b.dtype, b.device)
            and (a.device.type == "meta" or torch.equal(bits(a), bits(b)))
        )
    if isinstance(a, np.ndarray):
        if a.dtype == object:
            return b.dtype == object and a.shape == b.shape and same(a.tolist(), b.tolist())
        return (a.shape, a.dtype, a.tobytes()) == (b.shape, b.dtype, b.tobytes())
    if isinstance(a, np.generic):
        return type(a) is type(b) and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        pairs = zip(a.items(), b.items(), strict=True)
        return type(a) is type(b) and all(same(x, y) for x, y in pairs)
    if isinstance(a, list | tuple):
        return type(a).__name__ == type(b).__name__ and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float | complex):
        return type(a) is type(b) and repr(a) == repr(b)
    return type(a) is type(b) and a == b


def bits(x: torch.Tensor) -> torch.Tensor:
    return x.contiguous().reshape(-1).view(torch.uint8)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.text()
    | st.binary(max_size=20)
    | st.complex_numbers()
    | st.builds(range, st.integers(-5, 5), st.integers(-5, 50), st.integers(1, 3))
    | st.builds(slice, st.none() | st.integers(), st.none() | st.integers())
    | st.sampled_from([Ellipsis, torch.Size([2, 0]), torch.float16, torch.device("cpu")])
)
KEYS = st.booleans() | st.integers() | st.text() | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=3).map(OrderedDict)
        | st.builds(Point, inner, inner)
    ),
    max_leaves=15,
)


@given(VALUES)
def test_plain_values_come_back(x):
    assert same(x, there_and_back(x))


@given(st.sets(KEYS))
def test_sets_come_back_and_cross_in_one_order(x):
    assert there_and_back(x) == x
    assert there_and_back(frozenset(x)) == frozenset(x)
    again = set()
    for entry in reversed(list(x)):
        again.add(entry)
    assert Codec().encode(x) == Codec().encode(again)


@given(
    st.sampled_from(sorted(CROSSING, key=str)), st.lists(st.integers(0, 3), max_size=4), st.data()
)
def test_tensors_come_back(dtype, shape, data):
    x = torch.randn(shape).mul(5).to(dtype)
    if dtype.is_floating_point and x.numel():
        x.view(-1)[0] = data.draw(st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 1.0]))
    if len(shape) > 1 and data.draw(st.booleans()):
        x = x.transpose(0, -1)
    if data.draw(st.booleans()):
        x = x.unsqueeze(0).expand(2, *x.shape)
    assert same(x, there_and_back(x))
    codec = Codec()
    again = Codec(codec.tensors).decode(codec.pack_with_strides(x))
    assert same(x, again)
    assert x.numel() == 0 or x.stride() == again.stride()


def test_a_tensor_without_numbers_comes_back():
    assert same(
        torch.empty(3, 0, 2, device="meta"), there_and_back(torch.empty(3, 0, 2, device="meta"))
    )


ARRAYS = [
    np.arange(6).reshape(2, 3),
    np.arange(6.0)[::-2],
    np.arange(6, dtype=">i4").reshape(3, 2).T,
    np.array(2.5, dtype=np.float32),
    np.zeros((0, 3), dtype=np.int8),
    np.array([True, False]),
    np.array(["a", None, 3], dtype=object),
    np.array([math.nan, -0.0]),
]


@pytest.mark.parametrize("x", ARRAYS, ids=str)
def test_arrays_come_back(x):
    came = there_and_back(x)
    wanted = x.astype(x.dtype.newbyteorder("=")) if x.dtype.kind != "O" else x
    assert same(wanted, came)


@pytest.mark.parametrize("x", [np.float32(2.5), np.int64(-3), np.bool_(True), np.float64("nan")])
def test_numbers_of_numpy_come_back(x):
    assert same(x, there_and_back(x))


@pytest.mark.parametrize(
    "x",
    [object(), int, lambda: 1, torch.ones(2).to_sparse()],
    ids=["object", "class", "function", "sparse tensor"],
)
def test_what_has_no_form_says_so(x):
    with pytest.raises(NotSerializable):
        Codec().encode(x)


def test_what_contains_itself_says_so():
    loop = []
    loop.append(loop)
    table = {}
    table["again"] = (table, loop)
    for x in (loop, table):
        with pytest.raises(NotSerializable):
            Codec().encode(x)


# ---- whatever the other side sends ---------------------------------------------------------------

KINDS = sorted(
    {
        name.removeprefix(prefix)
        for codec in (Codec, CheckerCodec)
        for name in dir(codec)
        for prefix in ("_decode_", "_take_")
        if name.startswith(prefix)
    }
    | {"library", "given", "input", "iterator", "", "__class__", "eval"}
)
ATOMS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 5)
    | st.sampled_from([2**31, 2**63, -(2**70), 10**12, 1.5, 1e308])
    | st.sampled_from(["", "x", "int", "float32", "list", "0x1f", "nan", "meta", "cuda", "dict"])
    | st.text(max_size=5)
)
NODES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.builds(lambda k, v: [k, *v], st.sampled_from(KINDS), st.lists(inner, max_size=4))
        | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=12,
)
TENSORS = [torch.arange(6.0), torch.tensor([True]), torch.zeros(0), torch.arange(4).reshape(2, 2)]


@given(NODES)
@example(["strided", ["tensor", 0], [10**5, 10**5], [0, 0]])
@example(["strided", ["tensor", 0], [2**62, 2**62], [0, 0]])
@example(["meta", [2**40, 2**40], "float32"])
@example(["array", ["meta", [4], "float32"], [4]])
@example(["array", ["tensor", 0], [-1]])
@example(["objects", ["list", [["object", -1, "x"], ["object", -2, "y"]]]])
@example(["named", "class", ["a"], [1]])
@example(["named", "A", ["_x", "def"], [1, 2]])
@example(["named", 5, 5, 5])
@example(["dict", [[["list", []], 1]], "dict"])
@example(["dict", [], 5])
@example(["size", [2**70]])
@example(["device", "cuda:99"])
@example(["dtype", "load"])
@example(["dtype", "__class__"])
@example(["scalar", ["tensor", 0], None])
@example(["scalar", ["list", []], None])
@example(["int", "9" * 10_000])
@example(["float", 5])
@example(["complex", "a", ["list", []]])
@example(["range", 0, 10**30, 0])
@example(["output", 0, ["shared", 1]])
@example(["object", True, "x"])
@example(["module", ["list", []]])
def test_any_node_is_a_value_or_is_refused(node):
    for codec in (Codec(list(TENSORS)), checker_codec(list(TENSORS))):
        try:
            found = codec.decode(node)
        except DecodeError:
            continue
        if isinstance(found, torch.Tensor) and isinstance(codec, CheckerCodec):
            assert found.numel() * 8 <= FRAME_LIMITS.tensors


def nested(kind: str, depth: int) -> list:
    node = 1
    for _ in range(depth):
        node = [kind, [node]]
    return node


@pytest.mark.parametrize("kind", ["list", "tuple", "set", "scalar"])
def test_deep_nodes_are_refused(kind):
    with pytest.raises(DecodeError):
        Codec().decode(nested(kind, 500))


@pytest.mark.parametrize(
    "node",
    [
        ["range", 0, 10**13, 1],
        ["strided", ["tensor", 0], [10**9], [0]],
        ["meta", [10**9, 10**9], "int8"],
        ["array", ["strided", ["tensor", 0], [10**9, 2], [0, 1]], [2 * 10**9]],
    ],
    ids=str,
)
def test_a_worker_cannot_claim_more_than_it_sends(node):
    with pytest.raises(DecodeError):
        checker_codec(list(TENSORS)).decode(node)
