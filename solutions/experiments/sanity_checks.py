"""Eleven checks of a translator and its training steps that find most mistakes in seconds.

Each checks one property that holds for any parameters. You can copy a check for a broken model of
your own; here they check the modules of this course, or a mistake that is patched in (see
`solutions.experiments.fault_injection`).

Legend: B batch, T target length, V size of the target vocabulary.
"""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

# Imported as modules, so that a patched name is also used here.
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
    """Return the logits (T, V) of one pair of id lists."""
    return model(torch.tensor([source]), torch.tensor([target]))[0]


def the_future_is_hidden(model: nn.Module) -> bool:
    """Check that another last target word changes no logit before it."""
    one, other = (logits(model, [8, 9, EOS], [BOS, 12, 13, last]) for last in (14, 15))
    return torch.equal(one[:3], other[:3]) and not torch.equal(one[3], other[3])


def padding_changes_nothing(model: nn.Module) -> bool:
    """Check that padding changes logits only by rounding."""
    source, target = [8, 9, 10, EOS], [BOS, 12, 13]
    alone, padded = logits(model, source, target), logits(model, [*source, PAD, PAD], target)
    return torch.allclose(alone, padded, atol=1e-4)


def every_source_word_is_read(model: nn.Module) -> bool:
    """Check that changing any source word changes the last logits."""
    source, target = [8, 9, 10, EOS], [BOS, 12, 13]
    changed = [[*source[:i], 11, *source[i + 1 :]] for i in range(3)]
    last = logits(model, source, target)[-1]
    others = [logits(model, other, target)[-1] for other in changed]
    return not any(torch.allclose(other, last, atol=1e-4) for other in others)


def the_order_of_the_source_counts(model: nn.Module) -> bool:
    """Check that swapping two source words changes the logits."""
    one, other = (logits(model, [*words, 10, EOS], [BOS, 12]) for words in ([8, 9], [9, 8]))
    return not torch.allclose(one, other, atol=1e-4)


def the_place_in_the_target_counts(model: nn.Module) -> bool:
    """Check that the same word has different logits at different positions."""
    same = logits(model, [8, 9, EOS], [12, 12, 12, 12])
    return not torch.allclose(same[1:], same[:-1], atol=1e-4)


def asked_twice_it_says_the_same(model: nn.Module) -> bool:
    """Check that evaluation mode is deterministic."""
    one, other = (logits(model, [8, 9, EOS], [BOS, 12]) for _ in range(2))
    return torch.equal(one, other)


def logits_are_no_probabilities(model: nn.Module) -> bool:
    """Check that logits may be negative: the loss applies the softmax."""
    return bool((logits(model, [8, 9, EOS], [BOS, 12]) < 0).any(dim=-1).all())


# ---- Questions to the training -------------------------------------------------------------------


def new_model() -> transformer.Transformer:
    """Build a small untrained model in evaluation mode, with the same parameters each time."""
    torch.manual_seed(0)
    return transformer.Transformer(CONFIG).eval()


def batch() -> batching.Batch:
    """Return all pairs as a training batch."""
    (one,) = batching.make_batches(PAIRS, max_tokens=1000, seed=0)
    return one


def one_step() -> tuple[float, transformer.Transformer]:
    """Take one training step; return its loss and the model."""
    model = new_model()
    optimizer = optim.Adam(model.parameters(), lr=0.0)
    schedule = optim.NoamSchedule(optimizer, CONFIG.d_model, warmup=10)
    return float(
        training_step.train_step(model, batch(), optimizer, schedule, smoothing=0.0)
    ), model


def first_loss_is_that_of_a_guess() -> bool:
    """Check that the first loss is near ln V + 1/2, with a tolerance for the small sample."""
    loss, _ = one_step()
    return abs(loss - math.log(V) - 0.5) < 0.3


def every_parameter_moves() -> bool:
    """Check that one step changes every parameter, although not every row of an embedding."""
    before, (_, after) = new_model().state_dict(), one_step()
    return all(bool((x != before[name]).any()) for name, x in after.state_dict().items())


def the_target_is_shifted_by_one() -> bool:
    """Check that target_in is target_out shifted by one position, beginning with BOS."""
    one = batch()
    read, said = one.target_in[:, 1:], one.target_out[:, :-1]
    words = read != PAD
    return torch.equal(read[words], said[words]) and bool((one.target_in[:, 0] == BOS).all())


def the_end_is_to_be_said() -> bool:
    """Check that every target ends with EOS."""
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
    """Run all checks; return whether each passed, by name. A check that raises has failed."""
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
