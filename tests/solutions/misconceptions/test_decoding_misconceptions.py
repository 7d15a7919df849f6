"""Every known mistake of decoding shows on a named input: that of the property it breaks."""

import pytest
import torch
from toy_models import BOS, EOS, PAD, SPECIALS, chain, model, predictor, sources, table

from solutions.decoding import predictors
from solutions.decoding.predictors import TablePredictor
from solutions.misconceptions import all_of_them
from solutions.notebook_support.decoding_probes import all_found, kept, read_on, renamed

NAMES = ("kv_cache", "predictors", "length_penalty", "beam_search", "greedy", "bleu")
MISTAKES = [known for known in all_of_them() if known.implementation.__module__.endswith(NAMES)]


# ---- one input for each property -----------------------------------------------------------------


def read_token_by_token(*turns):
    """What a cache gives in each turn, after its rows were reordered (None: as they are)."""
    generator = torch.Generator().manual_seed(0)
    weights, x = (
        torch.randn(4, 6, 6, generator=generator),
        torch.randn(9, 3, 6, generator=generator),
    )
    inputs = weights.double(), 2, x[: len(turns)].double(), list(turns)
    return lambda kind: (read_on(kind, *inputs), *kept(kind, *inputs))


def read_with_other_numbers_of_rows(kind):
    """Three rows, then two, then four."""
    generator = torch.Generator().manual_seed(1)
    weights, *x = (torch.randn(*n, 6, generator=generator) for n in ((4, 6), (3,), (2,), (4,)))
    return read_on(kind, weights, 2, x, [None, [2, 0], [1, 0, 1, 1]])


def next_tokens(lengths):
    writer, source = model(1), sources(lengths, 0)
    prefixes = torch.tensor([[BOS, 4, 7], [BOS, 3, 3]])
    return lambda function: function(writer, prefixes, *writer.encode(source))


def penalties(*alphas):
    return lambda function: [function(length, alpha) for length in (1, 4, 30) for alpha in alphas]


def ranking_of(function):
    return function([([3, EOS], -2.0), ([4, 4, 4, 4, EOS], -2.8), ([5, EOS], -2.5)], 1.0)


def extension(scores, *probabilities):
    log_probabilities = torch.tensor([probabilities], dtype=torch.float64).log()
    return lambda function: function(torch.tensor([scores]).log(), log_probabilities, 2)


def step(probabilities, at_limit=False):
    """Two beams, [<s> 3] of 0.5 and [<s> 4] of 0.4; V = 5."""
    prefixes = torch.tensor([[[BOS, 3], [BOS, 4]]])
    scores, following = (
        torch.tensor([x], dtype=torch.float64).log() for x in ([0.5, 0.4], probabilities)
    )
    limits = torch.tensor([at_limit])
    return lambda function: function(prefixes, scores, following, EOS, limits)


def search(log_table, limits, beam_size, alpha=0.6):
    return lambda function: function(
        predictor(log_table), torch.tensor(limits), **SPECIALS, beam_size=beam_size, alpha=alpha
    )


def steps(log_table, limit, beam_size):
    inputs = log_table.exp(), torch.tensor([limit]), beam_size, 0.6
    return lambda function: all_found(function, *inputs)


def with_other_ids(log_table, limit, ids, *more):
    table, limits = renamed(log_table.exp(), ids).log(), torch.tensor([limit])
    return lambda function: function(TablePredictor(table, ids[1]), limits, *ids, *more)


def writing(log_table, *limits):
    return lambda function: function(predictor(log_table), torch.tensor(limits), **SPECIALS)


def writing_with_a_model(function):
    writer, source = model(0, pre_norm=True), sources([6, 4], 0)
    uncached = predictors.UncachedPredictor(writer, source)
    return function(uncached, torch.tensor([8, 6]), **SPECIALS)


def all_of(*outcomes):
    """What a function gives in several situations; an exception is an outcome too."""

    def one(outcome, function):
        try:
            return outcome(function)
        except Exception as error:
            return type(error).__name__

    return lambda function: [one(outcome, function) for outcome in outcomes]


def plain(*inputs):
    return lambda function: function(*inputs)


def unused(function):
    """A step of two beams, of which one is not in use; two sentences, one at its limit."""
    following = torch.tensor([[[0, 0, 0, 0, 1.0, 0]] * 2, [[0, 0, 0, 0.5, 0.1, 0.4]] * 2]).log()
    scores = torch.tensor([[0.0, -torch.inf]] * 2)
    return function(torch.ones(2, 2, 1).long(), scores, following, 5, torch.tensor([True, False]))


ENDS = {(BOS, 3): 0.6, (BOS, EOS): 0.4, (3, 4): 0.7, (3, EOS): 0.3, (4, EOS): 0.9, (4, 4): 0.1}
NEVER = {(BOS, 4): 0.8, (BOS, 3): 0.2, (4, 3): 0.9, (4, 4): 0.1, (3, 4): 0.6, (3, 3): 0.4}
AFTER_THE_END = {(EOS, 4): 1.0}
TEMPTING = {(BOS, PAD): 0.7, (BOS, 4): 0.3, (PAD, EOS): 1.0, (4, EOS): 1.0, (3, 3): 1.0}
EQUAL_ENDS = {(BOS, EOS): 0.25, (BOS, 3): 0.5, (BOS, 4): 0.25, (3, EOS): 0.5, (3, 3): 0.5}

INPUTS = {
    "cache-written": read_token_by_token(None, None, None),
    "cache-reorder": all_of(
        read_token_by_token(None, [2, 0, 1], [0, 0, 1]), read_with_other_numbers_of_rows
    ),
    "next-token-position": next_tokens([4, 4]),
    "next-token-normalised": next_tokens([4, 4]),
    "next-token-source-mask": next_tokens([5, 2]),
    "length-penalty-values": all_of(penalties(0.6), penalties(1.0)),
    "length-penalty-alpha": all_of(penalties(0.0, 0.6)),
    "rank-scores": all_of(ranking_of, plain([], 0.6), plain([([3, 4], -1.0)], 0.6)),
    "rank-order": all_of(ranking_of, plain([([t, EOS], -1.0) for t in (4, 3, 5)], 0.6)),
    "bound-value": lambda function: function(-3.0, 9, 0.6),
    "search-over": all_of(
        plain([([EOS], -1.0)], -1.5, 9, 1.0),
        plain([([EOS], -1.0)], -0.5, 9, 0.0),
        plain([([EOS], -1.0)], -1.0, 9, 0.0),
        plain([], -1.0, 9, 0.6),
        plain([([4, EOS], -1.5), ([EOS], -1.0), ([3, EOS], -2.0)], -1.6, 9, 0.0),
        plain([([4, EOS], -1.5), ([EOS], -1.0), ([3, EOS], -2.0)], -1.2, 9, 0.0),
        plain([([EOS], -1.0), ([3] * 6 + [EOS], -1.4)], -0.9, 9, 1.0),
    ),
    "extend-scores": all_of(
        extension([0.7, 0.2], [0.4, 0.3, 0.3], [0.1, 0.1, 0.8]),
        plain(torch.tensor([[-0.4, -1.6]]), torch.tensor([[[-0.9, -1.2, -1.3]] * 2]), 3),
    ),
    "extend-all-beams": extension([0.7, 0.2], [0.4, 0.3, 0.3], [0.1, 0.1, 0.8]),
    "extend-parents": all_of(
        extension([0.4, 0.5], [0.1, 0.1, 0.8], [0.1, 0.2, 0.7]),
        plain(torch.full((2, 3), -1.0), torch.full((2, 3, 4), -1.0), 5),
    ),
    "beam-ends": step([[0, 0, 0.5, 0.3, 0.2], [0, 0, 0.3, 0.5, 0.2]]),
    "beam-order": all_of(step([[0, 0, 0.2, 0.5, 0.3], [0, 0, 0.0, 0.9, 0.1]]), unused),
    "beam-end-score": all_of(step([[0, 0, 0.5, 0.3, 0.2], [0, 0, 0.1, 0.8, 0.1]]), unused),
    "beam-limit": all_of(
        step([[0, 0, 0.0, 0.6, 0.4], [0, 0, 0.0, 0.8, 0.2]], at_limit=True), unused
    ),
    "search-start": all_of(
        search(table(0), [4], 3),
        search(table(0), [4], 3, 0.0),
        search(table(1), [6], 2),
        search(chain(EQUAL_ENDS), [4], 2, 0.0),
        with_other_ids(chain(TEMPTING), 4, (3, 0, 4), 2),
    ),
    "search-refused": all_of(
        search(table(0), [4], 3, -0.5),
        search(table(0) * torch.nan, [4], 3),
        search(table(0), [4], 0),
        lambda function: function(predictor(table(0)), torch.tensor([4]), 0, 1, 1),
    ),
    "search-predictor-order": all_of(
        search(table(2), [6], 2), search(torch.cat([table(7), table(8)]), [6, 6], 2)
    ),
    "search-limit": all_of(
        search(torch.cat([chain(NEVER), chain(NEVER)]), [2, 5], 2), steps(chain(ENDS), 8, 2)
    ),
    "limits-values": all_of(
        plain(torch.tensor([[5, 6, 7], [5, PAD, PAD]]), PAD),
        plain(torch.tensor([[0, 0, 1], [3, 2, 1]]), 1, 4),
    ),
    "limits-refused": all_of(
        plain(torch.zeros(1, 3).long(), 0), plain(torch.ones(1, 2, 3).long(), 0)
    ),
    "greedy-stops": all_of(
        writing(torch.cat([chain(ENDS | AFTER_THE_END), chain(NEVER)]), 7, 7),
        writing(torch.cat([table(3), table(5)]), 3, 6),
        with_other_ids(chain(ENDS), 5, (3, 0, 4)),
    ),
    "greedy-limit": all_of(
        writing(torch.cat([chain(NEVER), chain(NEVER)]), 2, 5),
        writing(chain(NEVER), 1),
        writing(chain(ENDS), 0),
        writing(chain(ENDS), 2.0),
    ),
    "greedy-start": all_of(
        writing(chain(ENDS | {(PAD, 4): 1.0}), 5), with_other_ids(chain(ENDS), 5, (3, 0, 4))
    ),
    "greedy-feeds-back": writing_with_a_model,
    "greedy-specials": all_of(
        writing(chain({(BOS, PAD): 0.7, (BOS, 4): 0.3, (4, EOS): 1.0}), 5),
        writing(chain(ENDS) * torch.nan, 2),
        with_other_ids(chain(TEMPTING), 5, (3, 0, 4)),
    ),
    "greedy-likeliest": writing(chain(ENDS), 5),
    "matches-clipped": all_of(
        plain("aaab", "aab", 1), plain("aac", "ab", 1), plain("ab", "aab", 1)
    ),
    "matches-total": all_of(
        plain("abc", "abcd", 2), plain("abcde", "abc", 1), plain("ab", "abc", 4)
    ),
    "matches-anywhere": all_of(
        *(plain("xabc", "abcx", n) for n in (1, 2, 3)), plain("ba", "ab", 2)
    ),
    "brevity-short": all_of(plain(3, 4), plain(0, 2)),
    "brevity-long": lambda function: [function(5, 4), function(4, 4)],
    "bleu-corpus": all_of(
        plain(["abcdefab", "xaxxy"], ["abcdefgh", "xaxbyy"]),
        plain(["abcdef", "xy"], ["abcdeg", "xz"]),
    ),
    "bleu-sides": all_of(plain(["abcdexy"], ["abcde"]), plain(["abcde", "ab"], ["abcde"])),
    "bleu-brevity": lambda function: function(["abcd", "efghijk"], ["abcdxyz", "efghij"]),
    "bleu-mean": all_of(plain(["abcdefxg"], ["abcdefgh"]), plain(["abcxdef"], ["abcydef"])),
    "bleu-unknown": lambda function: function(
        [["a", "<unk>", "b", "c", "d"]], [["a", "z", "b", "c", "d"]]
    ),
}


def same(found, expected) -> bool:
    """Equal up to rounding, in whatever form it comes."""
    if isinstance(expected, torch.Tensor):
        return (
            isinstance(found, torch.Tensor)
            and (found.shape, found.is_floating_point())
            == (expected.shape, expected.is_floating_point())
            and torch.allclose(found.double(), expected.double(), rtol=0, atol=1e-6)
        )
    if isinstance(expected, list | tuple):
        return (
            isinstance(found, list | tuple)
            and len(found) == len(expected)
            and all(map(same, found, expected))
        )
    if isinstance(found, torch.Tensor | list | tuple | str) or isinstance(expected, str):
        return type(found) is type(expected) and found == expected
    return found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])
def test_it_shows_on_the_input_of_its_property(mistake):
    outcome, reference = all_of(INPUTS[mistake.caught_by]), mistake.reference
    expected = outcome(reference)
    assert same(outcome(reference), expected)  # nothing is left to chance
    assert not same(outcome(mistake.implementation), expected)


def test_every_property_has_its_mistakes():
    assert {mistake.caught_by for mistake in MISTAKES} == INPUTS.keys()


def test_those_of_one_function_differ_from_each_other():
    """Else a student would be told of another mistake than the one that was made."""
    for one in MISTAKES:
        for other in MISTAKES:
            if one is not other and one.replaces == other.replaces:
                seen = [
                    all_of(INPUTS[name])
                    for name in INPUTS
                    if name in {m.caught_by for m in MISTAKES if m.replaces == one.replaces}
                ]
                assert any(
                    not same(outcome(one.implementation), outcome(other.implementation))
                    for outcome in seen
                ), f"{one.name} and {other.name}"
