"""Every known mistake of decoding shows on a named input: that of the property it breaks."""

import pytest
import torch
from toy_models import BOS, EOS, PAD, SPECIALS, chain, model, predictor, sources, table

from solutions.decoding import predictors
from solutions.misconceptions import all_of_them
from solutions.notebook_support.decoding_probes import read_on

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
    return lambda kind: read_on(kind, weights.double(), 2, x[: len(turns)].double(), list(turns))


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


def writing(log_table, *limits):
    return lambda function: function(predictor(log_table), torch.tensor(limits), **SPECIALS)


def writing_with_a_model(function):
    writer, source = model(0, pre_norm=True), sources([6, 4], 0)
    uncached = predictors.UncachedPredictor(writer, source)
    return function(uncached, torch.tensor([8, 6]), **SPECIALS)


def or_its_error(function, *inputs):
    try:
        return function(*inputs)
    except ArithmeticError as error:
        return type(error).__name__


ENDS = {(BOS, 3): 0.6, (BOS, EOS): 0.4, (3, 4): 0.7, (3, EOS): 0.3, (4, EOS): 0.9, (4, 4): 0.1}
NEVER = {(BOS, 4): 0.8, (BOS, 3): 0.2, (4, 3): 0.9, (4, 4): 0.1, (3, 4): 0.6, (3, 3): 0.4}
AFTER_THE_END = {(EOS, 4): 1.0}

INPUTS = {
    "cache-written": read_token_by_token(None, None, None),
    "cache-reorder": read_token_by_token(None, [2, 0, 1], [0, 0, 1]),
    "next-token-position": next_tokens([4, 4]),
    "next-token-normalised": next_tokens([4, 4]),
    "next-token-source-mask": next_tokens([5, 2]),
    "length-penalty-values": penalties(0.6),
    "length-penalty-alpha": penalties(0.0, 0.6),
    "rank-scores": ranking_of,
    "rank-order": ranking_of,
    "bound-value": lambda function: function(-3.0, 9, 0.6),
    "search-over": lambda function: [
        function([([EOS], -1.0)], -1.5, 9, 1.0),
        function([([EOS], -1.0)], -0.5, 9, 0.0),
    ],
    "extend-scores": extension([0.7, 0.2], [0.4, 0.3, 0.3], [0.1, 0.1, 0.8]),
    "extend-all-beams": extension([0.7, 0.2], [0.4, 0.3, 0.3], [0.1, 0.1, 0.8]),
    "extend-parents": extension([0.4, 0.5], [0.1, 0.1, 0.8], [0.1, 0.2, 0.7]),
    "beam-ends": step([[0, 0, 0.5, 0.3, 0.2], [0, 0, 0.3, 0.5, 0.2]]),
    "beam-order": step([[0, 0, 0.2, 0.5, 0.3], [0, 0, 0.0, 0.9, 0.1]]),
    "beam-end-score": step([[0, 0, 0.5, 0.3, 0.2], [0, 0, 0.1, 0.8, 0.1]]),
    "beam-limit": step([[0, 0, 0.0, 0.6, 0.4], [0, 0, 0.0, 0.8, 0.2]], at_limit=True),
    "search-start": search(table(0), [4], 3),
    "search-predictor-order": search(table(2), [6], 2),
    "search-limit": search(torch.cat([chain(NEVER), chain(NEVER)]), [2, 5], 2),
    "limits-values": lambda function: function(torch.tensor([[5, 6, 7], [5, PAD, PAD]]), PAD),
    "greedy-stops": writing(torch.cat([chain(ENDS | AFTER_THE_END), chain(NEVER)]), 7, 7),
    "greedy-limit": writing(torch.cat([chain(NEVER), chain(NEVER)]), 2, 5),
    "greedy-start": writing(chain(ENDS | {(PAD, 4): 1.0}), 5),
    "greedy-feeds-back": writing_with_a_model,
    "greedy-specials": writing(chain({(BOS, PAD): 0.7, (BOS, 4): 0.3, (4, EOS): 1.0}), 5),
    "greedy-likeliest": writing(chain(ENDS), 5),
    "matches-clipped": lambda function: [function("aaab", "aab", 1), function("aac", "ab", 1)],
    "matches-total": lambda function: [function("abc", "abcd", 2), function("abcde", "abc", 1)],
    "matches-anywhere": lambda function: [function("xabc", "abcx", n) for n in (1, 2, 3)],
    "brevity-short": lambda function: [function(3, 4), or_its_error(function, 0, 2)],
    "brevity-long": lambda function: [function(5, 4), function(4, 4)],
    "bleu-corpus": lambda function: function(["abcdefab", "xaxxy"], ["abcdefgh", "xaxbyy"]),
    "bleu-sides": lambda function: function(["abcdexy"], ["abcde"]),
    "bleu-brevity": lambda function: function(["abcd", "efghijk"], ["abcdxyz", "efghij"]),
    "bleu-mean": lambda function: function(["abcdefxg"], ["abcdefgh"]),
    "bleu-unknown": lambda function: function(
        [["a", "<unk>", "b", "c", "d"]], [["a", "z", "b", "c", "d"]]
    ),
}


def same(found, expected) -> bool:
    """Equal up to rounding, in whatever form it comes."""
    if isinstance(expected, torch.Tensor):
        return found.shape == expected.shape and torch.allclose(
            found.double(), expected.double(), rtol=0, atol=1e-6
        )
    if isinstance(expected, list | tuple):
        return len(found) == len(expected) and all(map(same, found, expected))
    return found == (expected if isinstance(expected, str) else pytest.approx(expected, rel=1e-9))


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])
def test_it_shows_on_the_input_of_its_property(mistake):
    outcome, reference = INPUTS[mistake.caught_by], mistake.reference
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
                    INPUTS[name]
                    for name in INPUTS
                    if name in {m.caught_by for m in MISTAKES if m.replaces == one.replaces}
                ]
                assert any(
                    not same(outcome(one.implementation), outcome(other.implementation))
                    for outcome in seen
                ), f"{one.name} and {other.name}"
