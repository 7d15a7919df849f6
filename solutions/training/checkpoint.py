"""Checkpoints: a model's parameters with the configuration that they belong to.

One file in the safetensors format: numbers and a header of text. Loading it runs no code, so a
stranger's checkpoint can do no harm.
"""

import json
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_model, save_model

from solutions.model.config import TransformerConfig
from solutions.model.transformer import Transformer


def save_checkpoint(model: Transformer, path: Path | str) -> None:
    """Write the parameters and the configuration, all or nothing.

    A matrix that is used in several places is written once.

    Args:
        model: whose `config` is kept with the parameters.
        path: of the file; its folder must be there. An older file is replaced in one move: whoever
            reads meanwhile, or is left after a crash, finds the old one or the new one, whole.
    """
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.unfinished")
    save_model(model, str(unfinished), {"config": json.dumps(asdict(model.config))})
    unfinished.replace(path)


def read_config(path: Path | str) -> TransformerConfig:
    """The configuration of the model in a checkpoint, without reading the parameters.

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
    """Give a model the parameters of a checkpoint.

    What trains a model does not tie it to a checkpoint: dropout may differ.

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
