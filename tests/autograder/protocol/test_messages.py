"""Messages arrive as they were sent; anything else is refused before it is used."""

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.protocol import messages, rpc_messages
from autograder.protocol.messages import (
    BadMessage,
    BeginHiddenTest,
    CellResult,
    CloneServer,
    Ended,
    EndHiddenTest,
    EndProcess,
    Failed,
    ForkChecker,
    Forked,
    ForkWorker,
    Hello,
    HiddenTestEnded,
    Message,
    RunCell,
    WorkerReady,
    decode,
    from_datagram,
    to_datagram,
)
from autograder.protocol.rpc_messages import Call, RpcReply, StateUpdate, decode_rpc, encode_rpc
from autograder.protocol.sandbox_spec import SandboxSpec

SPEC = SandboxSpec("full", "/tmp/ag-1", hidden=("/usr/x",), files=(("a.bin", 3),))
CONTROL = [
    *(Hello("1-abc"), ForkWorker(SPEC), CloneServer(), ForkChecker(), EndProcess(7)),
    *(Forked(8), Ended(8), Failed("no Landlock")),
]
WORKER = [
    *(WorkerReady(), RunCell("id", "x = 1", 2.5, 100, True, 5), BeginHiddenTest(5)),
    *(EndHiddenTest(), HiddenTestEnded(), CellResult([["stdout", "x"]], [], {"type": "E"})),
]
KINDS = [type(message) for message in (*CONTROL, *WORKER)]


def leaves(kind: type) -> list[type]:
    below = kind.__subclasses__()
    return [leaf for each in below for leaf in leaves(each)] if below else [kind]


def test_every_message_has_an_op_of_its_own():
    kinds = leaves(Message)
    assert {kind.__module__ for kind in kinds} == {messages.__name__, rpc_messages.__name__}
    assert len({kind.op for kind in kinds}) == len(kinds)
    assert set(KINDS) == {kind for kind in kinds if kind.__module__ == messages.__name__}


@pytest.mark.parametrize("message", [*CONTROL, *WORKER], ids=lambda message: message.op)
def test_a_message_comes_back(message):
    came = from_datagram(to_datagram(message), *KINDS)
    assert type(came) is type(message)
    assert came.encode() == json.loads(json.dumps(message.encode()))
    if not isinstance(message, ForkWorker):  # tuples arrive as lists
        assert came == message


@pytest.mark.parametrize(
    "data",
    [
        *(None, [], 5, "hello", {}, {"op": None}, {"op": "fork"}, {"op": ["hello"]}),
        *({"op": "hello"}, {"op": "hello", "version": 5}, {"op": "hello", "version": "1", "x": 1}),
        *({"op": "end_process", "process": "7"}, {"op": "forked", "process": 1.5}),
        *({"op": "fork_worker", "spec": {}}, {"op": "fork_worker", "spec": []}),
        {"op": "fork_worker", "spec": {"level": "full", "folder": "", "walls": 1}},
        {"op": "run_cell", "id": "a"},
    ],
    ids=str,
)
def test_anything_else_is_refused(data):
    with pytest.raises(BadMessage):
        decode(data, *KINDS)


def test_a_message_of_an_unexpected_kind_is_refused():
    with pytest.raises(BadMessage, match="a message with op 'clone_server'"):
        decode(CloneServer().encode(), ForkWorker, EndProcess)


@given(st.binary(max_size=60))
def test_any_datagram_is_refused(data):
    with pytest.raises(BadMessage):
        from_datagram(data, *KINDS)


def test_an_rpc_request_comes_back_with_its_update():
    request = Call(args=["tuple", []], kwargs=["dict", [], "dict"], call=3, inputs=[], leaves=[1],
                   target=["object", -1])  # fmt: skip
    update = StateUpdate(True, [[1, ["list", [], 1]]], [], [-2], None)
    header = json.loads(json.dumps(encode_rpc(request, update)))
    assert decode_rpc(header) == (request, update)


def test_an_rpc_reply_has_a_result_or_an_error():
    empty = {"modules": [], "changed": [], "rewritten": [], "shared": []}
    for reply in (RpcReply(**empty), RpcReply(**empty, result=5), RpcReply(**empty, error={})):
        header = json.loads(json.dumps(reply.encode()))
        assert ("result" in header) != ("error" in header)
        assert RpcReply.decode(header) == reply
    for name in empty:
        with pytest.raises(KeyError):
            RpcReply.decode({key: [] for key in empty if key != name} | {"result": 1})
    with pytest.raises(KeyError):
        RpcReply.decode(empty)


def test_a_forged_cell_result_is_taken_as_it_is():
    """`Outputs` checks each of its fields; the rest of the reply is ignored."""
    assert CellResult.of({}) == CellResult(None, None)
    forged = {"streams": 5, "displays": {}, "error": [], "value": {}, "score": 100}
    assert CellResult.of(forged) == CellResult(5, {}, [], {})
    assert [field.name for field in fields(CellResult)] == ["streams", "displays", "error", "value"]
