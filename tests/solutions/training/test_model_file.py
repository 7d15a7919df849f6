"""A checkpoint gives back the model that was saved, or says in one sentence why it cannot."""

import struct
from dataclasses import replace

import pytest
import torch

from solutions.model.config import TransformerConfig, tiny
from solutions.model.transformer import Transformer
from solutions.training.model_file import load_checkpoint, load_into, read_config, save_checkpoint

SHARED = TransformerConfig(30, 30, N=1, d_model=16, d_ff=24, h=2, share_embeddings=True)
configs = pytest.mark.parametrize(
    "config",
    [tiny(20, 25), SHARED, replace(tiny(20, 25), positions="learned", pre_norm=True)],
    ids=["separate", "shared", "learned"],
)


@configs
def test_what_was_saved_comes_back(config, tmp_path):
    model = Transformer(config)
    save_checkpoint(model, tmp_path / "model.safetensors")
    again = load_checkpoint(tmp_path / "model.safetensors")
    assert again.config == config
    for (name, mine), (other, right) in zip(
        again.named_parameters(), model.named_parameters(), strict=True
    ):
        assert name == other
        assert torch.equal(mine, right)
    source, target = torch.tensor([[4, 5, 3, 0]]), torch.tensor([[2, 7, 8]])
    assert torch.equal(again.eval()(source, target), model.eval()(source, target))


def test_shared_matrices_are_written_once_and_stay_shared(tmp_path):
    save_checkpoint(Transformer(SHARED), tmp_path / "shared.safetensors")
    separate = Transformer(replace(SHARED, share_embeddings=False))
    save_checkpoint(separate, tmp_path / "separate.safetensors")
    sizes = [(tmp_path / f"{n}.safetensors").stat().st_size for n in ("separate", "shared")]
    assert sizes[0] - sizes[1] >= 30 * 16 * 4
    model = load_checkpoint(tmp_path / "shared.safetensors")
    assert model.source_embedding is model.target_embedding


def test_a_second_save_replaces_the_first_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "model.safetensors"
    for _ in range(2):
        model = Transformer(SHARED)
        save_checkpoint(model, path)
    assert [p.name for p in tmp_path.iterdir()] == ["model.safetensors"]
    expected = model.target_embedding.embedding.weight
    assert torch.equal(load_checkpoint(path).target_embedding.embedding.weight, expected)


@pytest.mark.parametrize("change", [{"N": 2}, {"d_ff": 32}, {"pre_norm": True}, {"h": 4}])
def test_another_configuration_is_named(change, tmp_path):
    """Also one that has the same shapes: it would load, and compute something else."""
    path = tmp_path / "model.safetensors"
    save_checkpoint(Transformer(SHARED), path)
    other = Transformer(replace(SHARED, **change))
    before = {name: value.clone() for name, value in other.state_dict().items()}
    ((name, value),) = change.items()
    with pytest.raises(ValueError, match=f"{name} = .*, not {value}.*load_checkpoint"):
        load_into(other, path)
    assert all(torch.equal(before[name], value) for name, value in other.state_dict().items())


def test_dropout_may_differ(tmp_path):
    model = Transformer(SHARED)
    save_checkpoint(model, tmp_path / "model.safetensors")
    other = Transformer(replace(SHARED, dropout=0.3, attention_dropout=0.1))
    load_into(other, tmp_path / "model.safetensors")
    name = "encoder.layers.0.feed_forward.W_1.weight"
    assert torch.equal(other.state_dict()[name], model.state_dict()[name])
    assert other.config.dropout == 0.3


def _header(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no such thing",
        _header(b"{}"),
        _header(b'{"__metadata__":{"config":"[1"}}'),
        _header(b'{"__metadata__":{"config":"{\\"width\\": 3}"}}'),
        _header(b'{"__metadata__":{"config":"{\\"source_vocabulary\\": 3}"}}'),
    ],
    ids=["empty", "text", "no configuration", "broken", "unknown name", "missing name"],
)
def test_a_file_that_is_no_checkpoint_is_named(content, tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"model\.safetensors is not a checkpoint of this course"):
        read_config(path)


def test_a_file_cut_short_is_named(tmp_path):
    path = tmp_path / "model.safetensors"
    save_checkpoint(Transformer(SHARED), path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="is not a checkpoint of this course"):
        load_checkpoint(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no checkpoint .*nothing\.safetensors"):
        load_checkpoint(tmp_path / "nothing.safetensors")
