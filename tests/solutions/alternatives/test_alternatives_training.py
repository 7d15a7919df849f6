"""Other right ways to write a training: each style gives what the reference gives."""

import numpy as np
import pytest
import torch

from solutions.alternatives import styles
from solutions.data import batching, vocabulary
from solutions.notebook_support import training_probes
from solutions.numpy_reference import backprop
from solutions.training import loss, optim
from solutions.training import step as training_step

STYLES = styles("training")
each_style = pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
dtypes = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["single", "double"])


def drawn(seed, *shape, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def arrays(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def test_there_are_five_and_none_is_the_reference():
    assert len(STYLES) >= 5
    names = ("softmax", "cross_entropy", "adam_step", "frequent_types", "to_ids", "pad", "collate")
    names += ("token_batches", "Adam", "noam_rate", "NoamSchedule", "smoothed_targets")
    names += ("label_smoothing_loss", "clip_gradients", "average_weights", "train_step")
    for module in STYLES.values():
        for name in names:
            assert getattr(module, name).__module__ == module.__name__


# ---- NumPy ---------------------------------------------------------------------------------------


@each_style
@pytest.mark.parametrize("shape", [(4,), (1, 3), (2, 3, 5)], ids=str)
@pytest.mark.parametrize("shift", [0.0, 1e3, -1e4])
def test_softmax(style, shape, shift):
    x = arrays(0, *shape) + shift
    np.testing.assert_allclose(style.softmax(x), backprop.softmax(x), rtol=0, atol=1e-12)


@each_style
@pytest.mark.parametrize(("N", "V", "scale"), [(1, 4, 1), (6, 3, 5), (5, 9, 1000)])
def test_cross_entropy(style, N, V, scale):
    logits = scale * arrays(N, N, V)
    targets = np.random.default_rng(V).integers(0, V, N)
    found, gradient = style.cross_entropy(logits, targets)
    right, expected = backprop.cross_entropy(logits, targets)
    assert found == pytest.approx(right, rel=1e-12)
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-12)


@each_style
@pytest.mark.parametrize("shape", [(1,), (2, 3)], ids=str)
def test_adam_step(style, shape):
    mine = right = (arrays(1, *shape), np.zeros(shape), np.zeros(shape))
    for t in range(1, 8):
        gradient = arrays(10 + t, *shape) * 10.0 ** (t - 4)
        mine = style.adam_step(mine[0], gradient, *mine[1:], t, 0.1, (0.7, 0.9), 1e-4)
        right = backprop.adam_step(right[0], gradient, *right[1:], t, 0.1, (0.7, 0.9), 1e-4)
        for a, b in zip(mine, right, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


# ---- words and batches ---------------------------------------------------------------------------


@each_style
@pytest.mark.parametrize("min_count", [1, 2, 3])
def test_vocabulary(style, min_count):
    text = [["b", "a", "b"], ["c", "a"], [], ["d", "c", "b", "e"]]
    types = vocabulary.frequent_types(text, min_count)
    assert style.frequent_types(text, min_count) == types
    ids = vocabulary.number_types(types)
    tokens = ["e", "<pad>", "b", "zebra"]
    assert style.to_ids(tokens, dict(ids)) == vocabulary.to_ids(tokens, ids)


@each_style
@pytest.mark.parametrize("pad_id", [0, 7])
def test_rectangles(style, pad_id):
    pairs = [([5, 3], [2, 8, 9, 3]), ([4, 5, 6, 3], [2, 3]), ([9, 3], [2, 4, 3])]
    sources = [source for source, _ in pairs]
    assert torch.equal(style.pad(sources, pad_id), batching.pad(sources, pad_id))
    found, expected = (module.collate(pairs, pad_id) for module in (style, batching))
    assert torch.equal(found[0], expected[0])
    assert torch.equal(found[2], expected[2])
    said = expected[2] != pad_id
    assert torch.equal(found[1][said], expected[1][said])


@each_style
@pytest.mark.parametrize(("n", "limit"), [(0, 9), (1, 30), (300, 120)])
def test_batches(style, n, limit):
    sources = torch.randint(3, 25, (n,), generator=torch.Generator().manual_seed(n)).tolist()
    lengths = [(length, 27 - length) for length in sources]
    batches = style.token_batches(lengths, limit, 0)
    assert sorted(int(i) for batch in batches for i in batch) == list(range(n))
    like = batching.token_batches(lengths, limit, 0)
    sizes, expected = (
        sorted([sorted(max(lengths[i]) for i in batch) for batch in found])
        for found in (batches, like)
    )
    assert sizes == expected  # which pairs of a length come together is left to chance
    if n > 1:
        facts = training_probes.batch_facts(
            style.token_batches, [(m, m) for m in sources], limit, 1
        )
        assert all(facts.values()), facts


# ---- optimizer -----------------------------------------------------------------------------------


@each_style
@dtypes
def test_adam(style, dtype):
    start, gradients = drawn(1, 5, dtype=dtype), drawn(2, 12, 5, dtype=dtype)
    gradients[:, 0] = 0
    settings = (0.05, (0.8, 0.95), 1e-6)
    found = training_probes.walk(style.Adam, start, gradients, *settings)
    expected = training_probes.walk(optim.Adam, start, gradients, *settings)
    tolerance = 2e-6 if dtype == torch.float32 else 1e-12
    torch.testing.assert_close(found, expected, rtol=0, atol=tolerance)


@each_style
def test_rates(style):
    for step in (1, 2, 9, 10, 11, 4000):
        expected = optim.noam_rate(step, 512, 10, 0.7)
        assert style.noam_rate(step, 512, 10, 0.7) == pytest.approx(expected, rel=1e-12)
    found, expected = (
        training_probes.rates(s, 6, 64, 3, 2.0) for s in (style.NoamSchedule, optim.NoamSchedule)
    )
    assert found[0] == pytest.approx(expected[0], rel=1e-12)
    for mine, right in zip(found[1], expected[1], strict=True):
        assert mine == pytest.approx(right, rel=1e-12)


@each_style
@pytest.mark.parametrize("max_norm", [0.3, 1e3])
@pytest.mark.parametrize("gradients", [[(3,), None, (2, 2)], [None], [(1,)]], ids=str)
def test_clipping(style, max_norm, gradients):
    given = [None if shape is None else 3 * drawn(4, *shape) for shape in gradients]
    found, expected = (
        training_probes.clipped(module.clip_gradients, given, max_norm) for module in (style, optim)
    )
    assert type(found[0]) is float
    assert found[0] == pytest.approx(expected[0], rel=1e-6)
    for a, b in zip(found[1], expected[1], strict=True):
        torch.testing.assert_close(a, b, rtol=2e-6, atol=0)


@each_style
@dtypes
def test_averages(style, dtype):
    checkpoints = [{"w": drawn(i, 2, 3, dtype=dtype), "n": torch.tensor(i)} for i in (1, 4, 2, 9)]
    found, expected = (m.average_weights(checkpoints) for m in (style, optim))
    torch.testing.assert_close(found["w"], expected["w"], rtol=0, atol=1e-6)
    assert found["n"] == 9
    assert found["n"].dtype == torch.int64


# ---- loss and step -------------------------------------------------------------------------------


@each_style
@pytest.mark.parametrize("pad_id", [0, 4])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_loss(style, pad_id, smoothing):
    targets = torch.tensor([1, 4, 0, 3, 3, 0])
    rows = style.smoothed_targets(targets, 5, smoothing, pad_id)
    torch.testing.assert_close(rows, loss.smoothed_targets(targets, 5, smoothing, pad_id))
    found, expected = [], []
    for module, results in ((style, found), (loss, expected)):
        logits = drawn(3, 6, 5, dtype=torch.float64).requires_grad_()
        total, tokens = module.label_smoothing_loss(logits, targets, smoothing, pad_id)
        (gradient,) = torch.autograd.grad(total, logits)
        results.extend([total.detach(), tokens, gradient])
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-6)


@each_style
def test_nothing_but_padding_is_no_loss(style):
    total, tokens = style.label_smoothing_loss(drawn(1, 2, 3), torch.tensor([1, 1]), 0.1, 1)
    assert total == 0
    assert tokens == 0


@each_style
@pytest.mark.parametrize(("max_norm", "dropout"), [(1e6, 0.0), (0.2, 0.0), (1.0, 0.3)])
def test_train_step(style, max_norm, dropout):
    batch = [
        torch.tensor([[4, 5, 3], [6, 3, 0]]),
        torch.tensor([[2, 7, 8], [2, 9, 0]]),
        torch.tensor([[7, 8, 3], [9, 3, 0]]),
    ]
    found, expected = (
        training_probes.train(module.train_step, *batch, 0.1, max_norm, dropout)
        for module in (style, training_step)
    )
    assert [type(x) for x in found[0]] == [float] * 3
    for a, b in zip(found[:2], expected[:2], strict=True):
        assert a == pytest.approx(b, rel=3e-6)
    assert found[2:] == expected[2:]
