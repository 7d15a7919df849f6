"""The two pictures: right numbers, whole files, no picture under another ending."""

from copy import deepcopy

import pytest
import torch
from toy_models import BOS, EOS, model

from solutions.training.fused import fast
from solutions.translator.plots import cross_attention_weights, draw_attention, draw_curves

ROWS = [{"epoch": n, "train_loss": 4.0 / n, "validation_loss": 5.0 / n} for n in (1, 2, 3)]
SIGNATURES = {".png": b"\x89PNG", ".svg": b"<?xml"}


@pytest.mark.parametrize("ending", SIGNATURES)
def test_pictures_are_what_their_ending_says(ending, tmp_path):
    weights = torch.rand(5, 2, 3).softmax(-1)
    draw_attention(weights, ["$a", "b$", "<unk>"], ["c", "</s>"], "heads", tmp_path / f"a{ending}")
    draw_curves(ROWS, tmp_path / f"b{ending}")
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [f"a{ending}", f"b{ending}"]
    assert all(file.read_bytes().startswith(SIGNATURES[ending]) for file in files)


def test_the_same_curves_give_the_same_bytes(tmp_path):
    for name in ("a.svg", "b.svg"):
        draw_curves(ROWS, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_another_ending_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(ValueError, match=r"curves\.gif: give a file that ends in \.png or \.svg"):
        draw_curves(ROWS, tmp_path / "curves.gif")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("pre_norm", [False, True])
def test_weights_are_those_with_which_the_layer_reads_the_memory(pre_norm, layer):
    translator = model(3, pre_norm)
    source, target = torch.tensor([[5, 4, 3, 6, EOS]]), torch.tensor([[BOS, 7, 8]])
    weights = cross_attention_weights(translator, source, target, layer)
    assert weights.shape == (3, 3, 5)
    torch.testing.assert_close(weights.sum(-1), torch.ones_like(weights[..., 0]))
    # With these weights, values and the output projection make what the layer gives.
    attention = translator.decoder.layers[layer].cross_attention
    seen = []
    hook = attention.register_forward_hook(lambda _, inputs, output: seen.append((inputs, output)))
    translator(source, target)
    hook.remove()
    (_, _, value, _), output = seen[0]
    heads = attention.W_v(value).unflatten(-1, (3, 4)).transpose(1, 2)  # (1, h, S, d_k)
    mixed = (weights @ heads).transpose(1, 2).flatten(2)  # (1, T, d_model)
    torch.testing.assert_close(attention.W_o(mixed), output)


def test_faster_layers_look_at_the_same():
    source, target = torch.tensor([[5, 4, 3, EOS]]), torch.tensor([[BOS, 7, 8]])
    plain = model(4)
    weights = cross_attention_weights(plain, source, target, 0)
    hooks = len(plain.decoder.layers[0].cross_attention._forward_pre_hooks)
    assert hooks == 0, "the hook must not stay"
    faster = fast(deepcopy(plain))  # a copy, because tests share these models
    torch.testing.assert_close(cross_attention_weights(faster, source, target, 0), weights)
