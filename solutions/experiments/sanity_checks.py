"""Eleven tests of a translator and of its training that need no training: seconds, not hours.

Each asks for one thing that must hold whatever the numbers in the model are. Whoever has a broken
model of their own can copy the question; the answers here are about the modules of this course, or
about the mistake that stands in their place (see `solutions.experiments.fault_injection`).

Legend: B batch, T target length, V size of the target vocabulary.
"""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

# As modules, so that a mistake in them is called from here too.
from solutions.data import batching
from solutions.data.vocabulary import BOS, EOS, PAD
from solutions.model import transformer
from solutions.model.config import TransformerConfig
from solutions.training import optim
from solutions.training import step as training_step

V = 200
CONFIG = TransformerConfig(V, V, PAD, N=2, d_model=32, d_ff=64, h=4, dropout=0.1)
PAIRS = [  # of many lengths; ids 4 to V - 1 are words
    (
        [*((31 * i + 7 * j) % (V - 4) + 4 for j in range(3 + i % 7)), EOS],
        [BOS, *((17 * i + 11 * j) % (V - 4) + 4 for j in range(2 + i % 5)), EOS],
    )
    for i in range(24)
]


# ---- Questions to an untrained model, in evaluation mode -----------------------------------------


@torch.no_grad()
def logits(model: nn.Module, source: list[int], target: list[int]) -> Tensor:
    """(T, V): of one pair of id lists."""
    return model(torch.tensor([source]), torch.tensor([target]))[0]


def the_future_is_hidden(model: nn.Module) -> bool:
    """Another last target word changes no logit before it."""
    one, other = (logits(model, [8, 9, EOS], [BOS, 12, 13, last]) for last in (14, 15))
    return torch.equal(one[:3], other[:3]) and not torch.equal(one[3], other[3])


def padding_changes_nothing(model: nn.Module) -> bool:
    """A longer row of padding moves logits by no more than rounding does."""
    source, target = [8, 9, 10, EOS], [BOS, 12, 13]
    alone, padded = logits(model, source, target), logits(model, [*source, PAD, PAD], target)
    return torch.allclose(alone, padded, atol=1e-4)


def every_source_word_is_read(model: nn.Module) -> bool:
    """Each of them, changed, moves the last logits."""
    source, target = [8, 9, 10, EOS], [BOS, 12, 13]
    changed = [[*source[:i], 11, *source[i + 1 :]] for i in range(3)]
    last = logits(model, source, target)[-1]
    others = [logits(model, other, target)[-1] for other in changed]
    return not any(torch.allclose(other, last, atol=1e-4) for other in others)


def the_order_of_the_source_counts(model: nn.Module) -> bool:
    """Two source words that change places move the logits."""
    one, other = (logits(model, [*words, 10, EOS], [BOS, 12]) for words in ([8, 9], [9, 8]))
    return not torch.allclose(one, other, atol=1e-4)


def the_place_in_the_target_counts(model: nn.Module) -> bool:
    """The same word at every place has different logits at every place."""
    same = logits(model, [8, 9, EOS], [12, 12, 12, 12])
    return not torch.allclose(same[1:], same[:-1], atol=1e-4)


def asked_twice_it_says_the_same(model: nn.Module) -> bool:
    """In evaluation mode nothing is left to chance."""
    one, other = (logits(model, [8, 9, EOS], [BOS, 12]) for _ in range(2))
    return torch.equal(one, other)


def logits_are_no_probabilities(model: nn.Module) -> bool:
    """They may be negative, and need not sum to anything: the loss does the softmax."""
    return bool((logits(model, [8, 9, EOS], [BOS, 12]) < 0).any(dim=-1).all())


# ---- Questions to the training -------------------------------------------------------------------


def new_model() -> transformer.Transformer:
    """A small model, untrained, in evaluation mode; the same numbers each time."""
    torch.manual_seed(0)
    return transformer.Transformer(CONFIG).eval()


def batch() -> batching.Batch:
    """All pairs, as the training gets them."""
    (one,) = batching.make_batches(PAIRS, max_tokens=1000, seed=0)
    return one


def one_step() -> tuple[float, transformer.Transformer]:
    """The loss that one step of training reports, and the model after it."""
    model = new_model()
    optimizer = optim.Adam(model.parameters(), lr=0.0)
    schedule = optim.NoamSchedule(optimizer, CONFIG.d_model, warmup=10)
    return float(
        training_step.train_step(model, batch(), optimizer, schedule, smoothing=0.0)
    ), model


def first_loss_is_that_of_a_guess() -> bool:
    """ln V + 1/2, with room for chance: a few short sentences are a small sample."""
    loss, _ = one_step()
    return abs(loss - math.log(V) - 0.5) < 0.3


def every_parameter_moves() -> bool:
    """After one step none is where it was, as a whole: rows of other words may rest."""
    before, (_, after) = new_model().state_dict(), one_step()
    return all(bool((x != before[name]).any()) for name, x in after.state_dict().items())


def the_target_is_shifted_by_one() -> bool:
    """What is read at a place is what was to be said one place before, and BOS comes first."""
    one = batch()
    read, said = one.target_in[:, 1:], one.target_out[:, :-1]
    words = read != PAD
    return torch.equal(read[words], said[words]) and bool((one.target_in[:, 0] == BOS).all())


def the_end_is_to_be_said() -> bool:
    """Every target ends with EOS."""
    return bool((batch().target_out == EOS).sum(dim=1).eq(1).all())


OF_A_MODEL: tuple[Callable[[nn.Module], bool], ...] = (
    the_future_is_hidden,
    padding_changes_nothing,
    every_source_word_is_read,
    the_order_of_the_source_counts,
    the_place_in_the_target_counts,
    asked_twice_it_says_the_same,
    logits_are_no_probabilities,
)
OF_THE_TRAINING: tuple[Callable[[], bool], ...] = (
    first_loss_is_that_of_a_guess,
    every_parameter_moves,
    the_target_is_shifted_by_one,
    the_end_is_to_be_said,
)


def checkup() -> dict[str, bool]:
    """Name of each test -> whether it was passed. One that raises is not passed."""
    model = new_model()
    tests: dict[str, Callable[[], bool]]
    tests = {test.__name__: partial(test, model) for test in OF_A_MODEL}
    tests |= {test.__name__: test for test in OF_THE_TRAINING}
    return {name: _passed(test) for name, test in tests.items()}


def _passed(test: Callable[[], bool]) -> bool:
    try:
        return test()
    except (RuntimeError, ValueError, TypeError, IndexError, AttributeError):
        return False
