"""What padding costs is counted right, and recorded."""

import pytest
from click.testing import CliRunner

from solutions.experiments import padding_count
from solutions.tooling.run_log import read_run_log


def test_positions_are_counted_for_each_way():
    lengths = [(2, 3), (4, 3), (10, 12), (9, 12)] * 16
    fixed, longest, by_length = padding_count.count_positions(lengths, max_tokens=128)
    assert fixed.positions == 64 * 2 * 72
    assert longest.batches == 2
    assert longest.positions == 64 * (10 + 12)  # both halves hold the longest
    assert by_length.positions < longest.positions < fixed.positions
    assert fixed.tokens == longest.tokens == by_length.tokens == 16 * (5 + 7 + 22 + 21)


def test_without_padding_every_position_is_a_token():
    _, longest, by_length = padding_count.count_positions([(5, 5)] * 64, max_tokens=100)
    assert longest.positions == by_length.positions == by_length.tokens


def test_the_command_prints_and_records_every_way(tmp_path):
    words = ["--source", "corpus", "--out", str(tmp_path)]
    result = CliRunner().invoke(padding_count.main, words)
    assert result.exit_code == 0, result.output
    about, rows = read_run_log(tmp_path)
    assert about["command"].startswith("python -m solutions padding-count")
    assert [row["way"] for row in rows] == ["fixed", "longest", "by length"]
    assert all(str(row["way"]) in result.output for row in rows)


@pytest.mark.parametrize(
    ("options", "words"),
    [("--data no/such/folder", "no folder no/such/folder"), ("--max-tokens 0", "range x>=1")],
)
def test_wrong_options_are_one_line_and_exit_code_2(options, words):
    result = CliRunner().invoke(padding_count.main, options)
    assert result.exit_code == 2
    assert words in result.output
