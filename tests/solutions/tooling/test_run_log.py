"""Curves: every row survives, and what was run can be run again."""

import json
import os
import shlex
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import click
import pytest
import torch
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from solutions.tooling.platform_info import platform_metadata
from solutions.tooling.run_log import (
    RunLog,
    prefixed,
    read_run_log,
    run_metadata,
)

ROOT = Path(__file__).parents[3]


def test_what_is_written_is_read(tmp_path):
    rows = [{"step": 1, "loss": 6.9, "note": "a, b"}, {"step": 2, "loss": 1e-300, "note": ""}]
    with RunLog(tmp_path / "new" / "run", {"command": "x"}) as curves:
        for row in rows:
            curves.append(row)
    assert read_run_log(tmp_path / "new" / "run") == ({"command": "x"}, rows)
    assert {path.name for path in (tmp_path / "new" / "run").iterdir()} == {
        "run.json",
        "curves.csv",
    }


@given(value=st.floats(allow_nan=False))
def test_no_digit_is_lost(value, tmp_path_factory):
    folder = tmp_path_factory.mktemp("digits")
    with RunLog(folder, {}) as curves:
        curves.append({"loss": value})
    assert read_run_log(folder)[1] == [{"loss": value}]


def test_each_row_can_be_read_before_the_next_is_written(tmp_path):
    with RunLog(tmp_path, {}) as curves:
        assert read_run_log(tmp_path) == ({}, [])
        for step in range(3):
            curves.append({"step": step})
            assert read_run_log(tmp_path)[1] == [{"step": s} for s in range(step + 1)]


@pytest.mark.slow
def test_a_killed_run_leaves_its_rows(tmp_path):
    program = (
        "import sys, time; from pathlib import Path; from solutions.tooling.run_log import RunLog\n"
        "curves = RunLog(Path(sys.argv[1]), {'seed': 4})\n"
        "for step in range(3): curves.append({'step': step, 'loss': 1 / (step + 1)})\n"
        "print('ready', flush=True); time.sleep(600)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGKILL)
    about, rows = read_run_log(tmp_path)
    assert about == {"seed": 4}
    assert rows == [{"step": s, "loss": 1 / (s + 1)} for s in range(3)]


def test_a_row_that_is_not_complete_is_skipped(tmp_path):
    with RunLog(tmp_path, {}) as curves:
        curves.append({"step": 1, "loss": 2.5})
    with (tmp_path / "curves.csv").open("a") as file:
        file.write("2,1.")  # what a full disk would leave
    assert read_run_log(tmp_path)[1] == [{"step": 1, "loss": 2.5}]


def test_a_new_run_replaces_the_old_one(tmp_path):
    for seed in (1, 2):
        with RunLog(tmp_path, {"seed": seed}) as curves:
            curves.append({f"loss of {seed}": 0.5})
    assert read_run_log(tmp_path) == ({"seed": 2}, [{"loss of 2": 0.5}])


@pytest.mark.parametrize("row", [{"step": 2}, {"loss": 1.0, "step": 2}, {"step": 2, "norm": 1.0}])
def test_other_columns_are_refused_and_nothing_is_written(row, tmp_path):
    with RunLog(tmp_path, {}) as curves:
        curves.append({"step": 1, "loss": 2.5})
        with pytest.raises(ValueError, match="every row must have the columns of the first"):
            curves.append(row)
    assert read_run_log(tmp_path)[1] == [{"step": 1, "loss": 2.5}]


@pytest.mark.parametrize("header", [None, "{", "\xff"])
def test_a_folder_without_a_run_is_named(header, tmp_path):
    if header is not None:
        (tmp_path / "run.json").write_bytes(header.encode("latin-1"))
    with pytest.raises(ValueError, match=f"{tmp_path.name} holds no run .* --out"):
        read_run_log(tmp_path)


def test_prefixed_names():
    assert prefixed("gradient", {"W_q": 1.0, "W_k": 2.0}) == {
        "gradient:W_q": 1.0,
        "gradient:W_k": 2.0,
    }


# ---- what was run --------------------------------------------------------------------------------


@click.command()
@click.option("--data", type=click.Path(path_type=Path))
@click.option("--residual/--no-residual", default=True)
@click.option("--trace", is_flag=True)
@click.option("--name", default="two words")
@click.option("--seed", default=0)
@click.option("--row", "rows", multiple=True)
@click.pass_context
def command(context, **options):
    click.echo(json.dumps(run_metadata(context, "solutions.x")))


def about(*arguments: str) -> dict:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    return json.loads(result.output)


def test_the_command_can_be_run_again():
    first = about("--no-residual", "--seed", "7")
    words = shlex.split(first["command"])
    assert words[:3] == ["python", "-m", "solutions.x"]
    assert words[3:] == ["--no-residual", "--name", "two words", "--seed", "7"]
    again = about(*words[3:])
    assert again["configuration"] == first["configuration"]
    assert about("--trace")["command"].split()[3:5] == ["--residual", "--trace"]
    several = about("--row", "one", "--row", "two")
    assert several["command"].endswith("--row one --row two")
    assert about(*shlex.split(several["command"])[3:])["configuration"] == several["configuration"]


def test_it_names_versions_threads_machine_and_the_date_in_utc_and_no_folder():
    found = about("--data", "/somewhere/on/a/disk/input.txt")
    assert found["configuration"]["data"] == "input.txt"
    assert "somewhere" not in json.dumps(found)
    assert found["machine"] == platform_metadata()
    assert found["torch"] == torch.__version__
    assert found["threads"] == torch.get_num_threads()
    assert datetime.fromisoformat(found["date"]).utcoffset().total_seconds() == 0
