"""The settings of a run: every variation of the paper's table 3, and what does not fit together."""

from dataclasses import replace

import pytest
import torch
from lab_test_runs import SMALL, few_pairs

from solutions.model import config
from solutions.model.transformer import count_parameters, predicted_parameters
from solutions.training.fused import fast
from solutions.translator import train_config
from solutions.translator.train_config import (
    SIZE_NAMES,
    TrainConfig,
    require_usable_data,
    sizes,
    working_precision,
)

SOURCE, TARGET = torch.tensor([[5, 6, 7, 8, 3]]), torch.tensor([[2, 9, 8, 7]])


def model(**changes):
    torch.manual_seed(0)
    return replace(SMALL, **changes).model(20, 25).double().eval()


def test_by_itself_it_is_the_small_model_with_its_norms_before_the_sublayers():
    assert TrainConfig().config(20, 25) == replace(config.small(20, 25), pre_norm=True)
    assert TrainConfig(pre_norm=False).config(20, 25) == config.small(20, 25)
    assert sizes("small") == {name: getattr(TrainConfig(), name) for name in SIZE_NAMES}


@pytest.mark.parametrize("name", ["tiny", "small", "base"])
def test_a_configuration_has_the_sizes_of_its_name(name):
    expected = {
        "tiny": config.tiny(20, 25),
        "small": config.small(20, 25),
        "base": replace(config.base(20), target_vocabulary=25, share_embeddings=False),
    }
    found = TrainConfig(**sizes(name), pre_norm=False).config(20, 25)
    assert found == expected[name]


@pytest.mark.parametrize("d_k", [1, 3, 8])
def test_narrow_keys_change_queries_and_keys_alone(d_k):
    plain, narrow = model(), model(d_k=d_k)
    layers = SMALL.N * 3  # attentions: one in the encoder's layers, two in the decoder's
    saved = layers * 2 * SMALL.d_model * (SMALL.d_model - SMALL.h * d_k)
    assert count_parameters(plain) - count_parameters(narrow) == saved
    for name, value in narrow.state_dict().items():
        same = value.shape == plain.state_dict()[name].shape
        assert same or name.endswith(("W_q.weight", "W_k.weight"))
    logits = narrow(SOURCE, TARGET)
    assert logits.shape == (1, 4, 25)
    torch.testing.assert_close(fast(narrow)(SOURCE, TARGET), logits)


def test_without_positions_order_is_of_no_account_to_the_encoder():
    unordered = model(positions="none")
    memory, _ = unordered.encode(SOURCE)
    turned, _ = unordered.encode(SOURCE.flip(1))
    torch.testing.assert_close(turned.flip(1), memory)
    for positions in ("sinusoidal", "learned"):
        ordered = model(positions=positions)
        turned, _ = ordered.encode(SOURCE.flip(1))
        assert not torch.allclose(turned.flip(1), ordered.encode(SOURCE)[0])


def test_without_positions_none_are_trained():
    sinusoidal = predicted_parameters(replace(SMALL, positions="sinusoidal").config(20, 25))
    assert count_parameters(model(positions="none")) == sinusoidal
    assert not model(positions="none").source_positions.table.requires_grad


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"average": 3}, "the mean of the last 3 epochs .* lower --average or raise --epochs"),
        ({"h": 3}, "d_model = 16 must be a multiple of h = 3"),
        ({"positions": "sine"}, "positions must be one of sinusoidal, learned, none, not 'sine'"),
    ],
)
def test_what_does_not_fit_together_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        replace(SMALL, **change)


def test_sentences_that_are_too_long_are_refused_and_the_longest_that_fits_is_not():
    longest = 1 + max(len(s) for split in ("train", "val") for side in few_pairs().tokens[split]
                      for s in side)  # fmt: skip
    require_usable_data(few_pairs(), replace(SMALL, max_tokens=longest))
    with pytest.raises(ValueError, match=rf"has {longest} tokens, .* {longest - 1}: raise --max"):
        require_usable_data(few_pairs(), replace(SMALL, max_tokens=longest - 1))


@pytest.mark.parametrize("processor", [torch.float32, torch.bfloat16])
def test_the_precision_is_what_was_asked_for_or_the_fastest_of_the_device(processor, monkeypatch):
    monkeypatch.setattr(train_config, "fastest_precision", lambda: processor)
    cpu = torch.device("cpu")
    assert working_precision("float32", cpu) == torch.float32
    assert working_precision("bfloat16", cpu) == torch.bfloat16
    assert working_precision("auto", cpu) == processor
    assert working_precision("auto", torch.device("mps")) == torch.float32
