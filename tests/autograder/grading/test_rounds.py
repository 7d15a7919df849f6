"""One seed for all students of a round; a new one when feedback may have gone out."""

import json

from autograder.grading.rounds import FILE, Rounds


def test_a_round_goes_on_until_its_results_are_in_place(tmp_path):
    first = Rounds(tmp_path, "tests").current()
    assert Rounds(tmp_path, "tests").current() == first  # interrupted, and started again
    rounds = Rounds(tmp_path, "tests")
    rounds.close()
    second = Rounds(tmp_path, "tests").current()
    assert second != first
    assert Rounds(tmp_path, "tests").seeds == [second, first]


def test_a_round_that_runs_nothing_begins_no_new_one(tmp_path):
    first = Rounds(tmp_path, "tests").current()
    for _ in range(2):
        again = Rounds(tmp_path, "tests")
        again.close()
    assert Rounds(tmp_path, "tests").seeds == [first]


def test_the_seed_depends_on_the_hidden_tests_and_on_nothing_by_chance(tmp_path):
    seeds = []
    for name, tests in (("a", "tests"), ("b", "tests"), ("c", "other tests")):
        (tmp_path / name).mkdir()
        seeds.append(Rounds(tmp_path / name, tests).current())
    assert seeds[0] == seeds[1] != seeds[2]


def test_a_chosen_seed_is_taken_and_recorded(tmp_path):
    rounds = Rounds(tmp_path, "tests", "spring")
    assert rounds.current() == "spring"
    assert rounds.seeds == ["spring"]
    rounds.close()
    assert Rounds(tmp_path, "tests", "spring").current() == "spring"
    assert json.loads((tmp_path / FILE).read_text())["seeds"] == ["spring"]


def test_a_damaged_record_begins_anew(tmp_path):
    for text in ("", "[]", '{"seeds": 3}'):
        (tmp_path / FILE).write_text(text)
        assert Rounds(tmp_path, "tests").seeds == []
