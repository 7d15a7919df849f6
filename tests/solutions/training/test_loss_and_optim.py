"""Adam, schedule, clipping, averaging, label smoothing."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from solutions.training.loss import label_smoothing_loss, smoothed_targets
from solutions.training.optim import Adam, NoamSchedule, average_weights, clip_gradients, noam_rate


def drawn(*shape: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


# ---- Adam ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("betas", [(0.9, 0.98), (0.5, 0.999), (0.0, 0.0)])
def test_adam_is_pytorchs_step_by_step(betas):
    start = [drawn(3, 4, seed=0), drawn(5, seed=1)]
    ours, theirs = ([nn.Parameter(p.clone()) for p in start] for _ in range(2))
    mine = Adam(ours, lr=0.05, betas=betas, eps=1e-9)
    torchs = torch.optim.Adam(theirs, lr=0.05, betas=betas, eps=1e-9)
    for step in range(30):
        for parameters in (ours, theirs):
            for i, p in enumerate(parameters):
                p.grad = drawn(*p.shape, seed=100 * step + i) * 10.0 ** (step % 5 - 2)
        mine.step()
        torchs.step()
        for a, b in zip(ours, theirs, strict=True):
            torch.testing.assert_close(a, b, rtol=0, atol=1e-12)


@given(scale=st.floats(1e-6, 1e6))
def test_the_first_step_is_the_rate_whatever_the_gradients_size(scale):
    p = nn.Parameter(torch.zeros(3, dtype=torch.float64))
    p.grad = scale * torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    Adam([p], lr=0.1).step()
    expected = -0.1 * p.grad.sign()
    torch.testing.assert_close(p.detach(), expected, rtol=0.003, atol=0)


def test_parameters_without_a_gradient_stay():
    used, idle = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
    used.grad = torch.ones(2)
    Adam([used, idle]).step()
    assert torch.equal(idle, torch.ones(2))
    assert not torch.equal(used, torch.ones(2))


@pytest.mark.parametrize("wrong", [{"lr": -1}, {"eps": -1}, {"betas": (0.9, 1.0)}])
def test_adam_names_numbers_out_of_range(wrong):
    with pytest.raises(ValueError, match="must be >= 0"):
        Adam([nn.Parameter(torch.ones(1))], **wrong)


# ---- the schedule --------------------------------------------------------------------------------


@given(d_model=st.integers(1, 1024), warmup=st.integers(1, 9000))
def test_the_rate_rises_to_the_warm_up_and_falls_after_it(d_model, warmup):
    peak = noam_rate(warmup, d_model, warmup)
    assert peak == pytest.approx((d_model * warmup) ** -0.5)
    assert noam_rate(1, d_model, warmup) == pytest.approx(peak / warmup)
    assert noam_rate(4 * warmup, d_model, warmup) == pytest.approx(peak / 2)


def test_the_rate_is_in_the_optimizer_before_the_step():
    p = nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = Adam([{"params": [p]}, {"params": [nn.Parameter(torch.zeros(1))]}], lr=7.0)
    schedule = NoamSchedule(optimizer, d_model=512, warmup=4000)
    p.grad = torch.ones(1, dtype=torch.float64)
    rate = schedule.advance()
    optimizer.step()
    assert rate == noam_rate(1, 512, 4000)
    assert [group["lr"] for group in optimizer.param_groups] == [rate, rate]
    assert p.item() == pytest.approx(-rate)
    assert schedule.advance() == noam_rate(2, 512, 4000)


@pytest.mark.parametrize(("step", "warmup"), [(0, 10), (-1, 10), (1, 0)])
def test_steps_count_from_one(step, warmup):
    with pytest.raises(ValueError, match="steps count from 1"):
        noam_rate(step, 512, warmup)


# ---- clipping and averaging ----------------------------------------------------------------------


@pytest.mark.parametrize("max_norm", [0.1, 1.0, 1e6])
def test_clipping_is_pytorchs(max_norm):
    ours, theirs = ([nn.Parameter(torch.zeros(s)) for s in (3, 7, 2)] for _ in range(2))
    for parameters in (ours, theirs):
        for i, p in enumerate(parameters[:2]):  # the last has no gradient
            p.grad = drawn(*p.shape, seed=i).float()
    norm = clip_gradients(ours, max_norm)
    assert norm == pytest.approx(nn.utils.clip_grad_norm_(theirs, max_norm).item())
    for a, b in zip(ours[:2], theirs[:2], strict=True):
        torch.testing.assert_close(a.grad, b.grad)
    after = math.hypot(*(p.grad.norm().item() for p in ours[:2]))
    assert after == pytest.approx(min(norm, max_norm), rel=1e-4)


def test_nothing_to_clip():
    assert clip_gradients([nn.Parameter(torch.zeros(2))], 1.0) == 0.0


def test_the_average_of_checkpoints():
    checkpoints = [{"w": torch.full((2,), float(i)), "n": torch.tensor(i)} for i in (1, 2, 6)]
    mean = average_weights(checkpoints)
    assert torch.equal(mean["w"], torch.full((2,), 3.0))
    assert mean["n"] == 6
    assert torch.equal(checkpoints[-1]["w"], torch.full((2,), 6.0))


def test_checkpoints_that_do_not_belong_together():
    with pytest.raises(ValueError, match="no checkpoint"):
        average_weights([])
    for other in ({"w": torch.zeros(3)}, {"v": torch.zeros(2)}):
        with pytest.raises(ValueError, match="differ in names or shapes"):
            average_weights([{"w": torch.zeros(2)}, other])


# ---- label smoothing -----------------------------------------------------------------------------

PAD = 2
smoothings = st.sampled_from([0.0, 0.1, 0.4])


@given(smoothing=smoothings, seed=st.integers(0, 99))
def test_the_loss_is_pytorchs_over_the_vocabulary_without_padding(smoothing, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = drawn(8, 6, seed=seed).requires_grad_()
    targets = torch.randint(6, (8,), generator=generator)
    targets[0], targets[1] = PAD, 5
    loss, count = label_smoothing_loss(logits, targets, smoothing, PAD)
    # The softmax still covers padding; only the targets give it nothing.
    log_p = logits.log_softmax(-1)
    real = targets != PAD
    words = [0, 1, 3, 4, 5]
    expected = -(1 - smoothing) * log_p[real, targets[real]].sum()
    expected -= smoothing * log_p[real][:, words].mean(-1).sum()
    assert count == real.sum()
    torch.testing.assert_close(loss, expected, rtol=0, atol=1e-9)
    (gradient,) = torch.autograd.grad(loss, logits)
    assert not gradient[~real].any()


@given(smoothing=smoothings, seed=st.integers(0, 99))
def test_with_padding_out_of_the_softmax_it_is_pytorchs_own(smoothing, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = drawn(8, 6, seed=seed)
    logits[:, PAD] = -60.0  # no probability for padding
    targets = torch.tensor([0, 1, 3, 4, 5])[torch.randint(5, (8,), generator=generator)]
    without = torch.cat([logits[:, :PAD], logits[:, PAD + 1 :]], dim=1)
    expected = F.cross_entropy(
        without, targets - (targets > PAD).long(), label_smoothing=smoothing, reduction="sum"
    )
    loss, _ = label_smoothing_loss(logits, targets, smoothing, PAD)
    torch.testing.assert_close(loss, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("logit", [-1e9, -math.inf])
def test_padding_that_the_model_rules_out_costs_nothing(logit):
    logits = torch.randn(3, 5, dtype=torch.float64)
    targets = torch.tensor([0, 4, 1])
    logits[:, PAD] = logit
    without = logits[:, [i for i in range(5) if i != PAD]].log_softmax(-1)
    places = targets - (targets > PAD).long()
    expected = -0.9 * without[torch.arange(3), places].sum() - 0.1 * without.mean(-1).sum()
    loss, _ = label_smoothing_loss(logits.float(), targets, 0.1, PAD)
    torch.testing.assert_close(loss, expected.float())


def test_plain_cross_entropy_without_smoothing():
    logits, targets = drawn(7, 5, seed=1), torch.tensor([0, 1, PAD, 3, 4, PAD, 0])
    loss, count = label_smoothing_loss(logits, targets, 0.0, PAD)
    expected = F.cross_entropy(logits, targets, ignore_index=PAD)
    torch.testing.assert_close(loss / count, expected, rtol=0, atol=1e-12)


@given(smoothing=smoothings)
def test_targets_are_distributions_and_give_the_same_loss(smoothing):
    logits, targets = drawn(6, 5, seed=2), torch.tensor([0, 4, PAD, 3, 1, 1])
    rows = smoothed_targets(targets, 5, smoothing, PAD)
    assert rows.sum(-1).tolist() == pytest.approx([1, 1, 0, 1, 1, 1])
    assert not rows[:, PAD].any()
    loss, _ = label_smoothing_loss(logits, targets, smoothing, PAD)
    expected = -(rows.double() * logits.log_softmax(-1)).sum()
    torch.testing.assert_close(loss, expected, rtol=1e-6, atol=1e-6)


def test_more_padding_adds_no_loss():
    logits, targets = drawn(4, 5, seed=3), torch.tensor([0, 1, 3, 4])
    loss, count = label_smoothing_loss(logits, targets, 0.1, PAD)
    longer = torch.cat([logits, drawn(3, 5, seed=4)]), F.pad(targets, (0, 3), value=PAD)
    padded, same = label_smoothing_loss(*longer, 0.1, PAD)
    assert torch.equal(padded, loss)
    assert same == count


def test_wrong_shapes_and_smoothing_are_named():
    logits, targets = torch.zeros(2, 3, 5), torch.zeros(2, 3, dtype=torch.long)
    with pytest.raises(ValueError, match=r"got \(2, 3, 5\) and \(2, 3\); flatten"):
        label_smoothing_loss(logits, targets, 0.1, PAD)
    with pytest.raises(ValueError, match=r"smoothing must be in \[0, 1\), got 1"):
        label_smoothing_loss(logits[0], targets[0], 1, PAD)
