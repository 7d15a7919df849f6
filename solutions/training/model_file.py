"""Checkpoints: a model's parameters and its configuration in one file.

The format is safetensors: numbers and a text header. Loading it runs no code, so a
checkpoint from a stranger can do no harm.
"""

import json
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_model, save_model

from solutions.model.config import TransformerConfig
from solutions.model.transformer import Transformer
from solutions.tooling.atomic_file import atomic_path


def save_checkpoint(model: Transformer, path: Path | str) -> None:
    """Write the parameters and the configuration in one move.

    A matrix that is used in several places is written once.

    Args:
        model: whose `config` is kept with the parameters.
        path: of the file; its folder must exist. An older file is replaced in one move, so that a
            reader, or a user after a crash, finds either the old file or the new one.
    """
    with atomic_path(Path(path)) as unfinished:
        save_model(model, str(unfinished), {"config": json.dumps(asdict(model.config))})


def read_config(path: Path | str) -> TransformerConfig:
    """Read the configuration of the model in a checkpoint, without the parameters.

    Raises:
        ValueError: if the file is not a checkpoint of this course.
        FileNotFoundError: if there is no such file.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no checkpoint {path}")
    try:
        with safe_open(str(path), "pt") as file:
            return TransformerConfig(**json.loads((file.metadata() or {})["config"]))
    except (SafetensorError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{path} is not a checkpoint of this course ({type(error).__name__}); "
            "write one with save_checkpoint"
        ) from None


def load_checkpoint(path: Path | str) -> Transformer:
    """Build the model that was saved.

    Returns:
        the model in training mode, on the CPU.

    Raises:
        ValueError, FileNotFoundError: as `read_config`.
    """
    model = Transformer(read_config(path))
    load_into(model, path)
    return model


def load_into(model: Transformer, path: Path | str) -> None:
    """Load the parameters of a checkpoint into a model.

    Settings that matter only in training (dropout) may differ.

    Raises:
        ValueError: if the file is no checkpoint, or one of another configuration.
        FileNotFoundError: if there is no such file.
    """
    mine, saved = asdict(model.config), asdict(read_config(path))
    other = {
        name: value
        for name, value in saved.items()
        if value != mine[name] and name not in ("dropout", "attention_dropout")
    }
    if other:
        differences = ", ".join(f"{name} = {v}, not {mine[name]}" for name, v in other.items())
        raise ValueError(
            f"{path} holds a model with {differences}; "
            "build the model from the checkpoint with load_checkpoint"
        )
    load_model(model, str(path))
