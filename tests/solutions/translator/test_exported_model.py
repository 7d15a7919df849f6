"""The file of an exported model: the same bytes every time, small errors, and clear refusals."""

import struct
from dataclasses import replace
from itertools import product

import pytest
import torch
from forged_models import FORGED, forged, sealed, set_at

from solutions.data.vocabulary import Vocabulary
from solutions.model.config import TransformerConfig, small
from solutions.model.transformer import Transformer
from solutions.translator import exported_model
from solutions.translator.exported_model import (
    ExportedModel,
    course_model,
    dequantize,
    quantize,
    write_exported,
)
from solutions.translator.train_config import TrainConfig

SOURCE = Vocabulary(("der", "hund", "bell@@", "t"), (("b@@", "e@@"),))
TARGET = Vocabulary(("the", "dog", "barks"))
CONFIG = TransformerConfig(len(SOURCE), len(TARGET), N=2, d_model=8, d_ff=12, h=2, max_length=20)
HEADER = {
    "card": {"license": "for a test"},
    "settings": {"seed": 3},
    "spelling": {"asian": "Asian"},
}


def model(config=CONFIG):
    torch.manual_seed(5)
    return Transformer(config).eval()


@pytest.fixture
def path(tmp_path):
    write_exported(tmp_path / "model", model(), (SOURCE, TARGET), HEADER)
    return tmp_path / "model"


# ---- weights -------------------------------------------------------------------------------------


def test_rounding_is_off_by_half_a_scale_at_most_and_keeps_the_largest():
    torch.manual_seed(0)
    matrix = torch.randn(7, 50) * torch.tensor([1e-6, 1e-3, 0.1, 1, 10, 1e3, 1e6])[:, None]
    values, scales = quantize(matrix)
    back = dequantize(values, scales)
    assert ((back - matrix).abs() <= scales[:, None] * 0.501).all()
    assert values.abs().amax(dim=1).tolist() == [127] * 7
    assert torch.allclose(back.abs().amax(dim=1), matrix.abs().amax(dim=1))


def test_a_row_of_zeros_stays_zero():
    values, scales = quantize(torch.zeros(2, 3))
    assert torch.equal(dequantize(values, scales), torch.zeros(2, 3))


# ---- writing and reading -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pre_norm", "positions", "share"),
    list(product([True, False], ["sinusoidal", "learned"], [True, False])),
)
def test_a_model_comes_back_dequantized(pre_norm, positions, share, tmp_path):
    target = SOURCE if share else TARGET
    shape = {"pre_norm": pre_norm, "positions": positions, "share_embeddings": share}
    before = model(replace(CONFIG, target_vocabulary=len(target), **shape))
    write_exported(tmp_path / "x", before, (SOURCE, target), HEADER)
    after, *vocabularies = ExportedModel(tmp_path / "x").load_model()
    assert after.config == before.config
    assert vocabularies == [SOURCE, target]
    assert not after.training
    for (name, old), (_, new) in zip(
        before.named_parameters(), after.named_parameters(), strict=True
    ):
        assert torch.equal(new, dequantize(*quantize(old)) if old.dim() == 2 else old), name
    assert (after.source_embedding is after.target_embedding) == share


def test_what_is_not_weights_comes_back(path):
    found = ExportedModel(path)
    assert found.card == HEADER["card"]
    assert found.spelling() == HEADER["spelling"]
    assert found.settings() == TrainConfig(seed=3)


def test_the_same_model_gives_the_same_bytes(path, tmp_path):
    size = write_exported(tmp_path / "again", model(), (SOURCE, TARGET), HEADER)
    assert (tmp_path / "again").read_bytes() == path.read_bytes()
    assert size == path.stat().st_size


def test_the_labs_model_takes_8_mb_at_most(tmp_path):
    """Its weights and scales; what the header takes depends on the pieces."""
    several = Vocabulary(tuple(f"{i:06}" for i in range(4000)))
    lab = model(small(len(several), len(several)))
    assert write_exported(tmp_path / "x", lab, (several, several), HEADER) < 7_850_000


def test_nan_is_not_written(tmp_path):
    broken = model()
    with torch.no_grad():
        broken.encoder.layers[0].self_attention.W_q.weight[0, 0] = torch.nan
    with pytest.raises(ValueError, match=r"encoder\.layers\.0.*NaN"):
        write_exported(tmp_path / "x", broken, (SOURCE, TARGET), HEADER)
    assert list(tmp_path.iterdir()) == []


# ---- files that are refused ----------------------------------------------------------------------


def refused(path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is what is returned
        ExportedModel(path).load_model()
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message.removeprefix(str(path)).strip()


def test_damaged_files_are_refused(path):
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[-5] ^= 1
    assert refused(path, b"").startswith("is not an exported model: python -m solutions.export")
    assert refused(path, b"PK\x03\x04" + whole).startswith("is not an exported model")
    assert refused(path, whole.replace(b"\r\n", b"\n")).startswith("is not an exported model")
    assert refused(path, whole[:12]).startswith("ends in its first line")
    assert refused(path, whole[:-1]).startswith(f"has {len(whole) - 1:,} bytes instead of")
    assert refused(path, whole + b"x").startswith(f"has {len(whole) + 1:,} bytes instead of")
    assert refused(path, bytes(flipped)).startswith("is damaged (wrong checksum)")
    for changed, told in ((0, "is too old: its format is 0, not 1; export"), (9, "is too new: ")):
        other = whole[:8] + struct.pack("<I", changed) + whole[12:]
        assert refused(path, other).startswith(told)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="nowhere cannot be read: No such file"):
        ExportedModel(tmp_path / "nowhere")


@pytest.mark.parametrize("name", FORGED)
def test_what_does_not_fit_is_refused_although_the_checksum_is_right(name, path):
    assert "export" in refused(path, forged(path.read_bytes(), FORGED[name]))


@pytest.mark.parametrize("header", [b"", b"{", b"\xff", b"null", b"[" * 100_000], ids=len)
def test_a_header_that_is_none_is_refused(header, path):
    assert refused(path, sealed(header, b"")) == "has no usable header: export the run again"


def test_an_honest_forgery_is_read(path):
    path.write_bytes(forged(path.read_bytes(), set_at("card", "name", value="x")))
    ExportedModel(path).load_model()
    assert ExportedModel(path).card["name"] == "x"


def test_settings_of_another_version_are_refused(path):
    path.write_bytes(forged(path.read_bytes(), set_at("settings", "experts", value=8)))
    with pytest.raises(ValueError, match="settings of another version"):
        ExportedModel(path).settings()


# ---- the model of the course ---------------------------------------------------------------------


def test_the_model_of_the_course_is_found_if_it_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(exported_model, "COURSE_MODEL", tmp_path / "x")
    assert course_model() is None
    (tmp_path / "x").touch()
    assert course_model() == tmp_path / "x"
