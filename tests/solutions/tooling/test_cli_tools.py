"""What the small commands share: errors in one line, silence where nobody watches."""

import click
import pytest
from click.testing import CliRunner

from solutions.tooling.cli_tools import (
    TerseCommand,
    UserError,
    out_option,
    progress_bar,
    user_errors,
)


@click.command(cls=TerseCommand)
@click.option("--steps", type=click.IntRange(1), default=1)
@click.argument("what")
@out_option("_build/x")
def command(what, out, steps):
    with user_errors():
        if what == "value":
            raise ValueError("--steps must be at least 1")
        if what == "file":
            out.mkdir()
    with progress_bar(3) as report:
        for done in range(1, 4):
            report(done, f"loss {1 / done}")
    if what == "defect":
        raise ValueError("a defect of the work itself")
    click.echo(out)


@pytest.mark.parametrize(
    ("what", "line"),
    [("value", "Error: --steps must be at least 1"), ("file", "Error: {out}: File exists")],
)
def test_what_the_user_can_mend_is_told_in_one_line(what, line, tmp_path):
    out = tmp_path / "taken"
    out.write_text("")
    result = CliRunner().invoke(command, [what, "--out", str(out)])
    assert result.exit_code == UserError.exit_code == 2
    assert result.stderr == line.format(out=out) + "\n"
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["x", "--steps", "0"], "Error: Invalid value for '--steps': 0 is not in the range x>=1."),
        (["x", "--stepps", "1"], "Error: No such option '--stepps'."),
        ([], "Error: Missing argument 'WHAT'."),
    ],
)
def test_a_wrong_option_is_told_in_one_line(words, line):
    result = CliRunner().invoke(command, words)
    assert result.exit_code == 2
    assert result.stderr.startswith(line)
    assert len(result.stderr.splitlines()) == 1


def test_help_is_no_error():
    result = CliRunner().invoke(command, ["--help"])
    assert result.exit_code == 0
    assert "--steps" in result.stdout


def test_a_defect_keeps_its_traceback(tmp_path):
    result = CliRunner().invoke(command, ["defect"])
    assert isinstance(result.exception, ValueError)


def test_a_bar_goes_on_where_it_was(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar(9, done=3) as report:
        assert "3/9" not in capsys.readouterr().out  # it is drawn on the standard error
        report(4, "four")
    shown = capsys.readouterr().err
    assert "4/9" in shown
    assert "four" in shown


def test_into_a_pipe_no_bar_is_drawn():
    result = CliRunner().invoke(command, ["nothing"])
    assert (result.exit_code, result.stderr, result.stdout) == (0, "", "_build/x\n")
