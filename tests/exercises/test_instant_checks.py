"""The promise of the instant checks: green means right, and right is green."""

from functools import cache

import pytest

from autograder.authoring.instant_gate import GRAY, GREEN, RED, InstantGate
from autograder.authoring.reference_source import source_of
from autograder.authoring.synthetic_submissions import strip_solutions
from exercises.assignments import all_assignments
from exercises.world_forms import read_forms
from solutions.alternatives import styles

MASTERS = {master.assignment: master for master in all_assignments()}
every_assignment = pytest.mark.parametrize(
    "assignment",
    [pytest.param(name, marks=[pytest.mark.xdist_group(f"instant-{name}")]) for name in MASTERS],
)


@cache
def gate(assignment: str) -> InstantGate:
    return InstantGate(MASTERS[assignment].source).__enter__()


def color_of(assignment: str, symbol: str, code: str, label: str) -> str:
    """The color for an answer; one that cannot even be defined shows itself at once."""
    try:
        return gate(assignment).verdict_on(symbol, code, label).color
    except Exception:
        return RED


@every_assignment
@pytest.mark.slow(seconds=20)
def test_every_exercise_has_a_check_and_the_reference_is_green(assignment):
    entries = gate(assignment).exercises
    assert set(entries) == set(MASTERS[assignment].symbols)
    wanted = {name: GRAY if entry["form_only"] else GREEN for name, entry in entries.items()}
    assert {name: gate(assignment).verdict(name).color for name in entries} == wanted


@every_assignment
@pytest.mark.slow(seconds=10)
def test_what_is_not_written_is_not_wrong(assignment):
    with InstantGate(strip_solutions(MASTERS[assignment].source)) as untouched:
        for name in untouched.exercises:
            assert repr(untouched.verdict(name)) == f"○ {name}: not started yet."


@every_assignment
@pytest.mark.slow(seconds=20)
def test_no_known_mistake_is_green_and_most_are_named_at_once(assignment):
    silent = []
    for known in MASTERS[assignment].mistakes:
        verdict = gate(assignment).verdict_on(known.replaces, known.source, known.name)
        assert verdict.color != GREEN, known.name
        if gate(assignment).exercises[known.replaces]["form_only"]:
            continue
        if verdict.headline == known.did:
            assert verdict.link.endswith(known.section)
        elif not verdict.headline.startswith(f"{known.replaces} is not right yet."):
            pytest.fail(f"{known.name} is called {verdict.headline}")
        else:
            silent.append(known.name)
    assert len(silent) <= 0.05 * len(MASTERS[assignment].mistakes), silent


@every_assignment
@pytest.mark.slow(seconds=20)
def test_every_right_form_of_public_code_is_green(assignment):
    red = [
        (form.symbol, form.title)
        for form in read_forms()
        if form.assignment == assignment and form.right
        if color_of(assignment, form.symbol, form.code, form.title) == RED
    ]
    assert red == []


@every_assignment
@pytest.mark.slow(seconds=10)
def test_every_alternative_style_is_green(assignment):
    red = []
    for name, module in styles(MASTERS[assignment].notebook).items():
        symbols = MASTERS[assignment].symbols
        whole = "\n\n".join(source_of(getattr(module, symbol)) for symbol in symbols)
        red += [(name, one) for one in symbols if color_of(assignment, one, whole, name) == RED]
    assert red == []


def test_check_without_a_name_lists_all_and_says_what_comes_next():
    check = gate("01-attention").namespace["check"]
    overview = check()
    assert "MultiHeadAttention" in repr(overview)
    assert "39 of 39 points are behind green checks." in repr(overview)
    assert "hand the notebook in" in repr(overview)
    assert "<table>" in overview._repr_html_()


def test_check_with_a_misspelt_name_suggests_the_nearest():
    check = gate("01-attention").namespace["check"]
    assert 'Did you mean check("padding_mask")?' in repr(check("paddding_mask"))
    assert "There are: padding_mask, causal_mask" in repr(check("something else"))


def test_a_part_that_is_wrong_too_is_mentioned():
    with InstantGate(MASTERS["01-attention"].source) as own:
        exec("def padding_mask(tokens, pad_id):\n    return tokens == pad_id", own.namespace)
        verdict = own.namespace["check"]("target_mask")
    assert verdict.color == RED
    assert "target_mask uses padding_mask, where something is wrong too" in verdict.details


def test_a_name_in_the_notebook_gets_in_nobodys_way():
    source = "torch = json = observed = difference = None\n\n\ndef padding_mask(tokens, pad_id):\n"
    source += "    require_batch_of_tokens(tokens)\n    return (tokens != pad_id).unsqueeze(1)"
    assert color_of("01-attention", "padding_mask", source, "shadows") == GREEN


def test_a_parameter_may_have_a_second_name():
    master = MASTERS["01-attention"]
    source = source_of(master.references["MultiHeadAttention"])
    source = source.replace(
        "        self.W_k =", "        self.first = self.W_q\n        self.W_k ="
    )
    assert color_of("01-attention", "MultiHeadAttention", source, "second-name") == GREEN


def test_an_exception_shows_the_students_own_line_and_none_asks_for_a_return():
    source = "def padding_mask(tokens, pad_id):\n    x = tokens[9]\n    return x"
    verdict = gate("01-attention").verdict_on("padding_mask", source, "line")
    assert "in padding_mask, line 2 of your cell: x = tokens[9]" in verdict.details
    verdict = gate("01-attention").verdict_on(
        "padding_mask", "def padding_mask(a, b): pass", "none"
    )
    assert "did you forget `return`?" in verdict.details


def test_a_progress_file_says_what_is_green(tmp_path):
    check = gate("01-attention").namespace["check"]
    check().save(tmp_path / "progress.json")
    text = (tmp_path / "progress.json").read_text()
    assert '"assignment": "01-attention"' in text
    assert '"padding_mask": true' in text
