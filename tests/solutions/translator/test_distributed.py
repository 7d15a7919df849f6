"""Several processes: who takes what, and that together they are one."""

import math
import os
import socket
import subprocess
import sys

import pytest
import torch
from click.testing import CliRunner
from lab_test_runs import log, parameters, words

from solutions.translator.distributed import (
    ProcessGroup,
    init_distributed,
    is_rank_zero,
    pick_device,
)
from solutions.translator.resumable_run import RunDirectory
from solutions.translator.train_command import main


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_every_sentence_has_one_process_and_every_process_a_sentence(size):
    for batch in ([7], [3, 1, 4, 1], list(range(11))):
        shares = [ProcessGroup(rank, size).shard(batch) for rank in range(size)]
        counting = [place for mine, factor in shares if factor for place in mine]
        assert sorted(counting) == sorted(batch)
        assert all(factor in (0, size) and mine for mine, factor in shares)
        lengths = [len(mine) for mine, factor in shares if factor]
        assert max(lengths) - min(lengths) <= 1


def test_alone_nothing_is_exchanged():
    team, module, x = ProcessGroup(), torch.nn.Linear(2, 2), torch.ones(3)
    assert team.wrap(module) is module
    assert team.all_reduce(x) is x
    assert team.broadcast(0.25) == 0.25
    team.barrier()
    with init_distributed(torch.device("cpu")) as alone:
        assert alone == team


def test_a_device_is_taken_or_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert pick_device() == pick_device("cuda") == torch.device("cuda", 0)
    assert pick_device("cpu") == torch.device("cpu")
    with pytest.raises(ValueError, match="PyTorch finds no mps here: --device can be auto, cuda"):
        pick_device("mps")
    monkeypatch.setenv("WORLD_SIZE", "3")
    for rank, device in (("1", torch.device("cuda", 1)), ("2", None)):
        monkeypatch.setenv("LOCAL_RANK", rank)
        if device:
            assert pick_device() == device
        else:
            with pytest.raises(ValueError, match="more processes than the 2 GPUs: start as many"):
                pick_device()
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    with pytest.raises(ValueError, match="several processes cannot share MPS: add --device cpu"):
        pick_device()
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert pick_device() == torch.device("mps")


@pytest.mark.parametrize(("rank", "first"), [(None, True), ("0", True), ("1", False)])
def test_one_process_speaks_for_all(rank, first, monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    if rank:
        monkeypatch.setenv("RANK", rank)
    assert is_rank_zero() == first


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def train(processes: int, *options: str) -> subprocess.CompletedProcess:
    """The command under torchrun, on this computer alone."""
    launcher = ["-m", "torch.distributed.run", "--nproc-per-node", str(processes)]
    launcher += ["--master-addr", "127.0.0.1", "--master-port", str(free_port())]
    return subprocess.run(
        [sys.executable, *launcher, "-m", "solutions.train", *options],
        env={**os.environ, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"},
        capture_output=True,
        text=True,
        timeout=100,
    )


@pytest.mark.slow
def test_two_processes_train_as_one(tmp_path):
    """Without dropout: with it, the two draw other random numbers than the one.

    And slowly: Adam's first steps are as large for a gradient that is only rounding as for any
    other, and the tiny model of the tests takes steps of 0.1 by itself.
    """
    alone = CliRunner().invoke(main, words(dropout=0.0, factor=0.1, out=tmp_path / "1"))
    assert alone.exit_code == 0, alone.output
    result = train(2, *words(dropout=0.0, factor=0.1, out=tmp_path / "2"))
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("epoch   2") == 1, "one process speaks for all"
    assert "Warning" not in result.stderr
    one, two = (log(tmp_path / name) for name in "12")
    assert [row["step"] for row in two] == [row["step"] for row in one]
    for name in ("train_loss", "validation_loss", "learning_rate", "gradient_norm"):
        for mine, theirs in zip(two, one, strict=True):
            assert math.isclose(float(mine[name]), float(theirs[name]), rel_tol=1e-5), name
    expected = parameters(tmp_path / "1")
    for name, value in parameters(tmp_path / "2").items():
        torch.testing.assert_close(value, expected[name], rtol=0, atol=1e-4)
    sessions = RunDirectory(tmp_path / "2").read("settings.json")["sessions"]
    assert [session["processes"] for session in sessions] == [2]
