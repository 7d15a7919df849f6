"""A trained translator as one small file, for a browser and for a fresh clone.

A float32 checkpoint of the lab's model has 30 MB. Here every matrix is written in int8 with one
float32 scale for each row: a weight is its integer times the scale of its row. Vectors (biases,
gains) stay float32, because they are few.

The parts of the file, with all numbers in little-endian order:

1. `MAGIC`, 8 bytes.
2. Four unsigned numbers of 4 bytes: the version of the format; the length of the whole file; the
   CRC-32 of everything after the CRC-32; and the length of the header, a multiple of 4.
3. The header: JSON in UTF-8, filled up with blanks.
4. float32 numbers: for each tensor in the order of the header its scales, or its values if it is a
   vector.
5. int8 numbers: the values of each matrix, row by row, in the order of the header.

The keys of the header:

- `card`: what the model is, has read and cannot do, for people; see `export_command`.
- `settings`: the `TrainConfig` of its training; `config`: the `TransformerConfig` of the model.
- `source`, `target`: `types` and `merges` of the two vocabularies.
- `spelling`: the words that are not written in lower case, see `usual_spelling`.
- `tensors`: name and shape of each parameter. Matrices have two axes, vectors one.

The same model gives the same bytes. The browser's reader is `book/_static/live/read_model.js`.
"""

import json
import math
import struct
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from solutions.data.vocabulary import Vocabulary
from solutions.model.config import TransformerConfig
from solutions.model.transformer import Transformer, predicted_parameters
from solutions.tooling.atomic_file import atomic_path

from .train_config import TrainConfig

Json = dict[str, Any]

MAGIC = b"\x89TRF\r\n\x1a\n"  # as in PNG: no text, and broken by a change of line endings
VERSION = 1
START = struct.Struct("<8sIIII")  # magic, version, length of the file, CRC-32, length of the header
COVERED = 20  # the CRC-32 is of the bytes from here on
LARGEST = 127
LONGEST = 2**16  # positions of a model
COURSE_MODEL = Path(__file__).parent / "model" / "de-en.transformer"


def course_model() -> Path | None:
    """Return the exported model that comes with the course; None if it does not."""
    return COURSE_MODEL if COURSE_MODEL.is_file() else None


# ---- weights -------------------------------------------------------------------------------------


def quantize(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Round a matrix to int8, with one scale for each row.

    The scale maps the row's largest absolute value to 127, so an error is at most half a scale.

    Args:
        matrix: (rows, columns) float.

    Returns:
        values (rows, columns) int8, and scales (rows,) float32; a row of zeros has the scale 0.
    """
    scales = matrix.float().abs().amax(dim=1) / LARGEST
    divisors = torch.where(scales > 0, scales, 1.0)
    return (matrix / divisors[:, None]).round().to(torch.int8), scales


def dequantize(values: Tensor, scales: Tensor) -> Tensor:
    """Return the float32 matrix that int8 values (rows, columns) and scales (rows,) stand for."""
    return values.float() * scales[:, None]


# ---- writing -------------------------------------------------------------------------------------


def write_exported(
    path: Path,
    model: Transformer,
    vocabularies: tuple[Vocabulary, Vocabulary],
    header: Json,
) -> int:
    """Write a model in one move.

    Args:
        path: of the file; its folder must exist.
        model: with heads of the width d_model / h.
        vocabularies: of the source and of the target.
        header: "card", "settings" and "spelling".

    Returns:
        the size of the file in bytes.

    Raises:
        ValueError: if a parameter is NaN or infinite.
    """
    floats, integers, tensors = [], [], []
    for name, parameter in model.named_parameters():
        values = parameter.detach().cpu().float()
        if not values.isfinite().all():
            raise ValueError(f"{name} has values that are NaN or infinite: train again")
        tensors.append({"name": name, "shape": list(values.shape)})
        if values.dim() == 2:
            integer, values = quantize(values)
            integers.append(integer.numpy().tobytes())
        floats.append(values.numpy().astype("<f4").tobytes())
    source, target = ({"types": v.types, "merges": v.merges} for v in vocabularies)
    content = {
        **header,
        "config": asdict(model.config),
        "source": source,
        "target": target,
        "tensors": tensors,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    text += b" " * (-len(text) % 4)  # so that the float32 values begin at a multiple of 4
    body = b"".join([text, *floats, *integers])
    size = START.size + len(body)
    covered = struct.pack("<I", len(text)) + body
    with atomic_path(path) as unfinished:
        unfinished.write_bytes(struct.pack("<8sIII", MAGIC, VERSION, size, zlib.crc32(covered)))
        with unfinished.open("ab") as file:
            file.write(covered)
    return size


# ---- reading -------------------------------------------------------------------------------------


class ExportedModel:
    """An exported model; it has the methods of `RunDirectory` that `Translator` uses.

    Args:
        path: of the file.

    Raises:
        ValueError: if the file is missing, damaged, of another version, or no exported model.
    """

    def __init__(self, path: Path | str):
        self.path = Path(path)
        self.header, self._weights = _read(self.path)

    @property
    def card(self) -> Json:
        """What the model is, has read and cannot do."""
        return self.header["card"]

    def settings(self) -> TrainConfig:
        """Return the settings of its training."""
        try:
            return TrainConfig(**self.header["settings"])
        except (TypeError, KeyError):
            raise ValueError(
                f"{self.path} was trained with settings of another version of the course: "
                "export the run again"
            ) from None

    def spelling(self) -> dict[str, str]:
        """Return the words that are not written in lower case."""
        return self.header["spelling"]

    def load_model(self) -> tuple[Transformer, Vocabulary, Vocabulary]:
        """Build the model, dequantized and in evaluation mode, and its two vocabularies.

        Raises:
            ValueError: if the file's sizes contradict each other, or its numbers are NaN.
        """
        config = self._config()
        source, target = (self._vocabulary(side) for side in ("source", "target"))
        if (len(source), len(target)) != (config.source_vocabulary, config.target_vocabulary):
            raise self._unfit(
                f"a model of {config.source_vocabulary} and {config.target_vocabulary} ids has "
                f"vocabularies of {len(source)} and {len(target)}"
            )
        tensors = self._tensors(predicted_parameters(config))
        model = Transformer(config)
        parameters = dict(model.named_parameters())
        if {name: p.shape for name, p in parameters.items()} != {
            name: p.shape for name, p in tensors.items()
        }:
            raise self._unfit("its tensors are not those of a model of its sizes")
        with torch.no_grad():
            for name, parameter in parameters.items():
                parameter.copy_(tensors[name])
        return model.eval(), source, target

    def _config(self) -> TransformerConfig:
        try:
            config = TransformerConfig(**self.header["config"])
            numbers = (config.N, config.d_model, config.d_ff, config.h, config.max_length)
            # A forged size must not make the reader allocate more than the file is long.
            if all(type(n) is int and n > 0 for n in numbers) and config.max_length <= LONGEST:
                return config
        except (TypeError, ValueError, KeyError, ZeroDivisionError):
            pass
        raise self._unfit("its sizes are those of no model")

    def _vocabulary(self, side: str) -> Vocabulary:
        try:
            content = self.header[side]
            merges = tuple((left, right) for left, right in content["merges"])
            return Vocabulary(tuple(content["types"]), merges)
        except (TypeError, ValueError, KeyError):
            raise self._unfit(f"its {side} vocabulary is none") from None

    def _tensors(self, expected: int) -> dict[str, Tensor]:
        """Dequantize all tensors, which must have `expected` numbers together."""
        shapes = {one["name"]: tuple(one["shape"]) for one in self.header["tensors"]}
        numbers = sum(math.prod(shape) for shape in shapes.values())
        matrices = sum(math.prod(shape) for shape in shapes.values() if len(shape) == 2)
        places = sum(shape[0] for shape in shapes.values())  # of float32
        if numbers != expected or len(self._weights) != 4 * places + matrices:
            raise self._unfit(
                f"a model of its sizes has {expected:,} parameters, and it lists {numbers:,} "
                f"in {len(self._weights):,} bytes"
            )
        floats = torch.from_numpy(np.frombuffer(self._weights, "<f4", places).astype(np.float32))
        if not floats.isfinite().all():
            raise self._unfit("it has scales or biases that are NaN or infinite")
        integers = torch.from_numpy(np.frombuffer(self._weights, np.int8, offset=4 * places).copy())
        tensors, of_floats, of_integers = {}, 0, 0
        for name, shape in shapes.items():
            values = floats[of_floats : of_floats + shape[0]]
            of_floats += shape[0]
            if len(shape) == 2:
                size = math.prod(shape)
                matrix = integers[of_integers : of_integers + size].view(shape)
                of_integers += size
                values = dequantize(matrix, values)
            tensors[name] = values
        return tensors

    def _unfit(self, reason: str) -> ValueError:
        return ValueError(f"{self.path} is no model that can be used: {reason}; export it again")


def _read(path: Path) -> tuple[Json, bytes]:
    """Read a file: its header, and the bytes of its weights.

    Raises:
        ValueError: see `ExportedModel`.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    if content[:8] != MAGIC:
        raise ValueError(
            f"{path} is not an exported model: python -m solutions.export RUN writes one"
        )
    if len(content) < START.size:
        raise ValueError(f"{path} ends in its first line: copy or download it again")
    _, version, size, checksum, header_size = START.unpack(content[: START.size])
    if version != VERSION:
        fix = "export the run again" if version < VERSION else "update the course"
        age = "old" if version < VERSION else "new"
        raise ValueError(f"{path} is too {age}: its format is {version}, not {VERSION}; {fix}")
    if len(content) != size:
        raise ValueError(
            f"{path} has {len(content):,} bytes instead of {size:,}: copy or download it again"
        )
    if zlib.crc32(memoryview(content)[COVERED:]) != checksum:
        raise ValueError(f"{path} is damaged (wrong checksum): copy or download it again")
    end = START.size + header_size
    try:
        header = json.loads(content[START.size : end])
        _require_header(header)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ValueError(f"{path} has no usable header: export the run again") from None
    return header, content[end:]


def _require_header(header: Json) -> None:
    """Raise an exception unless everything has its type; `load_model` checks the sizes."""
    for name in ("card", "settings", "config", "source", "target", "spelling"):
        if not isinstance(header[name], dict):
            raise TypeError(name)
    if not all(isinstance(word, str) for word in header["spelling"].values()):
        raise TypeError("spelling")
    for one in header["tensors"]:
        shape = one["shape"]
        if not (len(shape) in (1, 2) and all(type(n) is int and n > 0 for n in shape)):
            raise ValueError("shape")
    names = [one["name"] for one in header["tensors"]]
    if not all(isinstance(name, str) for name in names) or len(set(names)) != len(names):
        raise ValueError("name")
