"""One step of training, and a whole small training: the copy task, learned to 100 %."""

import math
import random
from dataclasses import replace

import pytest
import torch

from solutions.data.batching import Batch, collate, make_batches
from solutions.data.vocabulary import BOS, EOS, PAD
from solutions.decoding.greedy import translate
from solutions.model.config import tiny
from solutions.model.transformer import Transformer
from solutions.training.loss import label_smoothing_loss
from solutions.training.optim import Adam, NoamSchedule, average_weights
from solutions.training.step import batch_loss, evaluate_loss, train_step

V = 14
BATCH = Batch(
    source=torch.tensor([[4, 5, 6, EOS], [9, EOS, PAD, PAD]]),
    target_in=torch.tensor([[BOS, 7, 8], [BOS, 10, PAD]]),
    target_out=torch.tensor([[7, 8, EOS], [10, EOS, PAD]]),
)


def drawn_model(dropout: float = 0.1) -> Transformer:
    torch.manual_seed(0)
    return Transformer(replace(tiny(V, V), dropout=dropout))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_of_a_batch_is_that_of_all_its_logits(smoothing):
    """Leaving out the logits of padding changes nothing."""
    model = drawn_model().double().eval()
    logits = model(BATCH.source, BATCH.target_in)  # for padding too
    expected, count = label_smoothing_loss(
        logits.flatten(0, 1), BATCH.target_out.flatten(), smoothing, PAD
    )
    loss, tokens = batch_loss(model, BATCH, smoothing)
    assert int(tokens) == int(count) == 5
    torch.testing.assert_close(loss, expected, rtol=0, atol=1e-10)


def test_a_new_model_is_nearly_as_unsure_as_a_uniform_guess():
    """Logits of the order of 1 cost a little on top of ln V."""
    loss = evaluate_loss(drawn_model(), [BATCH])
    assert math.log(V) - 0.5 < loss < math.log(V) + 1.0


def test_a_step_is_the_gradient_clipped_at_the_rate_of_the_schedule():
    """With betas of 0, Adam's step is the sign of the gradient times the rate."""
    model = drawn_model(dropout=0.0)
    optimizer = Adam(model.parameters(), betas=(0.0, 0.0))
    schedule = NoamSchedule(optimizer, d_model=64, warmup=10)
    before = {name: value.detach().clone() for name, value in model.named_parameters()}
    loss, tokens = batch_loss(model, BATCH, smoothing=0.1)
    reported = train_step(model, BATCH, optimizer, schedule, smoothing=0.1, max_norm=1e9)
    assert reported == pytest.approx(float(loss.detach()) / int(tokens), abs=1e-6)
    rate = 64**-0.5 * 10**-1.5
    for name, value in model.named_parameters():
        certain = value.grad.abs() > 1e-4  # elsewhere epsilon takes part
        moved = (value.detach() - before[name])[certain]
        torch.testing.assert_close(moved, -rate * value.grad[certain].sign(), rtol=1e-3, atol=1e-7)


def test_gradients_are_clipped_and_do_not_pile_up():
    model = drawn_model(dropout=0.0)
    optimizer = Adam(model.parameters())
    schedule = NoamSchedule(optimizer, d_model=64, warmup=4000)
    for _ in range(3):
        train_step(model, BATCH, optimizer, schedule, max_norm=0.01)
        norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
        assert float(norm) == pytest.approx(0.01, rel=1e-3)


def test_a_step_trains_and_an_evaluation_leaves_the_mode_as_it_was():
    model = drawn_model(dropout=0.5).eval()
    optimizer = Adam(model.parameters())
    train_step(model, BATCH, optimizer, NoamSchedule(optimizer, 64, 10))
    assert model.training
    assert evaluate_loss(model, [BATCH]) == evaluate_loss(model, [BATCH])  # no dropout in it
    assert model.training
    evaluate_loss(model.eval(), [BATCH])
    assert not model.training


def test_half_precision_keeps_parameters_and_loss_in_single():
    model = drawn_model()
    optimizer = Adam(model.parameters())
    schedule = NoamSchedule(optimizer, 64, 10)
    loss, _ = batch_loss(model, BATCH, 0.1, torch.bfloat16)
    assert loss.dtype == torch.float32
    exact, _ = batch_loss(model.eval(), BATCH, 0.1)
    rough, _ = batch_loss(model, BATCH, 0.1, torch.bfloat16)
    assert 0 < abs(float((rough - exact).detach() / exact.detach())) < 0.02
    train_step(model, BATCH, optimizer, schedule, precision=torch.bfloat16)
    assert {p.dtype for p in model.parameters()} == {torch.float32}


def test_every_token_counts_the_same_in_an_evaluation():
    """However it is cut into batches, with however much padding."""
    model = drawn_model().double().eval()
    rows = [Batch(*(x[i : i + 1] for x in (BATCH.source, BATCH.target_in, BATCH.target_out)))
            for i in (0, 1)]  # fmt: skip
    apart, together = evaluate_loss(model, rows), evaluate_loss(model, [BATCH])
    assert apart == pytest.approx(together, abs=1e-12)


def test_nothing_to_evaluate_is_named():
    with pytest.raises(ValueError, match="no target token to evaluate on"):
        evaluate_loss(drawn_model(), [])


# ---- the copy task -------------------------------------------------------------------------------


def sequences(count: int, seed: int) -> list[tuple[list[int], list[int]]]:
    """Random tokens, 1 to 8 of them, and the same as the target."""
    random_ = random.Random(seed)
    drawn = [random_.choices(range(4, V), k=random_.randint(1, 8)) for _ in range(count)]
    return [([*one, EOS], [BOS, *one, EOS]) for one in drawn]


def copied_wrongly(model: Transformer, pairs: list[tuple[list[int], list[int]]]) -> list[list[int]]:
    """The sentences that greedy search does not write to the last token."""
    wrong = []
    for batch in make_batches(pairs, max_tokens=2000, seed=0):
        written = translate(model, batch.source, BOS, EOS, beam_size=1)
        for found, target in zip(written, batch.target_out.tolist(), strict=True):
            if [*found, EOS] != [token for token in target if token != PAD]:
                wrong.append(target)
    return wrong


@pytest.mark.slow
def test_the_copy_task_is_learned_to_the_last_token():
    torch.manual_seed(0)
    model = Transformer(replace(tiny(V, V), N=1, dropout=0.0))
    optimizer = Adam(model.parameters())
    schedule = NoamSchedule(optimizer, d_model=64, warmup=200, factor=0.25)
    checkpoints = []
    for epoch in range(18):
        pairs = sequences(2800, seed=epoch)
        for start in range(0, len(pairs), 64):  # all lengths in every batch
            batch = Batch(*collate(pairs[start : start + 64], PAD))
            train_step(model, batch, optimizer, schedule, smoothing=0.0)
        checkpoints.append({name: x.clone() for name, x in model.state_dict().items()})
    model.load_state_dict(average_weights(checkpoints[-6:]))
    assert copied_wrongly(model, sequences(500, seed=1000)) == []
