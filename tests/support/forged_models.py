"""Exported models whose checksums are right and whose content is not."""

import json
import struct
import zlib

from solutions.translator.exported_model import MAGIC, START, VERSION


def forged(content: bytes, change) -> bytes:
    """A file whose header is changed, or whose weights are, with all sums right."""
    *_, header_size = START.unpack(content[: START.size])
    end = START.size + header_size
    header, weights = json.loads(content[START.size : end]), bytearray(content[end:])
    header = change(header, weights) or header
    return sealed(json.dumps(header).encode(), weights)


def sealed(header: bytes, weights: bytes | bytearray) -> bytes:
    """A file with this header, with all sums right."""
    header += b" " * (-len(header) % 4)
    covered = struct.pack("<I", len(header)) + header + weights
    size = START.size + len(header) + len(weights)
    return struct.pack("<8sIII", MAGIC, VERSION, size, zlib.crc32(covered)) + covered


def set_at(*keys, value):
    def change(header, weights):
        for key in keys[:-1]:
            header = header[key]
        header[keys[-1]] = value

    return change


def nan_scale(header, weights):
    weights[:4] = struct.pack("<f", float("nan"))


FORGED = {
    "a list": lambda header, weights: [1],
    "no card": lambda header, weights: header.pop("card") and None,
    "spelling of numbers": set_at("spelling", "a", value=1),
    "three axes": set_at("tensors", 0, "shape", value=[1, 1, 1]),
    "a name twice": set_at("tensors", 0, "name", value="encoder.norm.bias"),
    "other sizes": set_at("config", "d_ff", value=16),
    "huge": set_at("config", "d_model", value=10**9),
    "a huge table": set_at("config", "max_length", value=10**12),
    "no heads": set_at("config", "h", value=0),
    "half a layer": set_at("config", "N", value=1.5),
    "an unknown setting": set_at("config", "experts", value=8),
    "a huge tensor": set_at("tensors", 0, "shape", value=[10**9, 10**9]),
    "another name": set_at("tensors", 0, "name", value="x"),
    "a row less": set_at("source", "types", value=["a"]),
    "a type twice": set_at("target", "types", value=["a", "a", "b"]),
    "NaN": nan_scale,
    "weights cut": lambda header, weights: weights.pop() and None,
}
