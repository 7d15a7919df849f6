"""The files of a training run, written so that a killed run can resume.

A folder with

- `settings.json`       the settings, and the sessions: where and when the run was worked on
- `source.json`, `target.json`, `spelling.json`  the vocabularies, and which words have capitals
- `state.safetensors`   the state of the run: parameters, the optimizer's moments, and, in the
  file's header, its progress and its log. Deleted when the run is finished.
- `epochs/7.safetensors`  the model after an epoch, of the last ones only
- `log.csv`             one row per epoch; a copy of the log in the state
- `model.safetensors`   the result: the mean of the last epochs
- `result.json`         how the run ended; written last, so it marks a finished run

Every file is written under a temporary name first and then moved into place. The state is a single
file, so that it is always consistent, and the other files follow from it. The model after an epoch
is written before the state that refers to it; a run that resumes from the previous state writes the
same model again. No file is a pickle, so reading one runs no code.
"""

import csv
import io
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from solutions.data.vocabulary import Vocabulary
from solutions.model.transformer import Transformer
from solutions.tooling.atomic_file import atomic_path, atomic_write_text
from solutions.training.model_file import load_into, save_checkpoint

from .train_config import TrainConfig

Json = dict[str, Any]


class RunDirectory:
    """The folder of one run.

    Args:
        path: need not be there yet.
    """

    def __init__(self, path: Path | str):
        self.path = Path(path)

    @property
    def is_finished(self) -> bool:
        """True if the run has ended."""
        return (self.path / "result.json").is_file()

    # ---- the beginning ---------------------------------------------------------------------------

    def require_same(self, settings: TrainConfig, data: str) -> None:
        """Raise ValueError, with the fix, if another run lies in the folder.

        Args:
            settings: of the run that is to begin here, or to go on.
            data: a fingerprint of its sentences.
        """
        if not (self.path / "settings.json").is_file():
            return
        before = self.read("settings.json")
        for name, value in asdict(settings).items():
            theirs = before["settings"].get(name)
            if theirs != value:
                raise ValueError(
                    f"{self.path} holds a run with {_option(name, theirs)}, not "
                    f"{_option(name, value)}: give what it was begun with, or another --out"
                )
        if before["data"] != data:
            raise ValueError(
                f"{self.path} holds a run on other sentences: give the --data that it was begun "
                "with, or another --out"
            )

    def begin(self, settings: TrainConfig, data: str, session: Json) -> None:
        """Write the settings of a run, and add a session to its list.

        Args:
            settings, data: as in `require_same`.
            session: the command, the computer and the date of the work that begins now.
        """
        (self.path / "epochs").mkdir(parents=True, exist_ok=True)
        known = (self.path / "settings.json").is_file()
        sessions = self.read("settings.json")["sessions"] if known else []
        about = {"settings": asdict(settings), "data": data, "sessions": [*sessions, session]}
        self.write("settings.json", about)

    def save_language(self, vocabularies: tuple[Vocabulary, Vocabulary], spelling: Json) -> None:
        """Write the vocabularies and the spelling of the target words.

        Args:
            vocabularies: of the source and of the target.
            spelling: as `usual_spelling` finds it in the target sentences.
        """
        for vocabulary, name in zip(vocabularies, ("source.json", "target.json"), strict=True):
            vocabulary.save(self.path / name)
        self.write("spelling.json", spelling)

    def settings(self) -> TrainConfig:
        """Read the settings of the run.

        Raises:
            ValueError: if there is no run, or it was written by another version of the course.
        """
        try:
            return TrainConfig(**self.read("settings.json")["settings"])
        except (TypeError, KeyError):
            raise ValueError(
                f"{self.path / 'settings.json'} is not of this version of the course: train again"
            ) from None

    # ---- on the way ------------------------------------------------------------------------------

    def save_state(self, tensors: dict[str, Tensor], progress: Json) -> None:
        """Replace the saved state, in one move."""
        with atomic_path(self.path / "state.safetensors") as unfinished:
            save_file(tensors, str(unfinished), {"progress": json.dumps(progress)})
            with unfinished.open("rb") as file:
                os.fsync(file.fileno())  # in case of a power failure

    def load_state(self) -> tuple[dict[str, Tensor], Json] | None:
        """Load the last saved state; None if there is none.

        Raises:
            ValueError: if something else has damaged the file.
        """
        path = self.path / "state.safetensors"
        if not path.is_file():
            return None
        try:
            with safe_open(str(path), "pt") as file:
                progress = json.loads(file.metadata()["progress"])
                return {name: file.get_tensor(name) for name in file.keys()}, progress  # noqa: SIM118
        except (SafetensorError, TypeError, KeyError, ValueError):
            raise ValueError(
                f"{path} is damaged: delete {self.path} and train again, or take another --out"
            ) from None

    def save_epoch(self, epoch: int, model: Transformer) -> None:
        """Save the model after an epoch."""
        save_checkpoint(model, self.path / "epochs" / f"{epoch}.safetensors")

    def load_epoch(self, epoch: int) -> dict[str, Tensor]:
        """Load the parameters after an epoch."""
        return load_file(self.path / "epochs" / f"{epoch}.safetensors")

    def prune_checkpoints(self, before: int) -> None:
        """Delete the models of earlier epochs, if they are there."""
        for file in (self.path / "epochs").glob("*.safetensors"):
            if file.stem.isdecimal() and int(file.stem) < before:
                file.unlink()

    def write_log(self, rows: list[Json]) -> None:
        """Write `log.csv` anew. Every row has the columns of the first."""
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        atomic_write_text(self.path / "log.csv", text.getvalue())

    def read_log(self) -> list[dict[str, float]]:
        """Read the rows of `log.csv`, one for each epoch.

        Raises:
            ValueError: if no epoch has ended yet.
        """
        path = self.path / "log.csv"
        if not path.is_file():
            raise ValueError(f"no epoch of the run in {self.path} has ended yet")
        with path.open(encoding="utf-8", newline="") as file:
            return [{name: float(x) for name, x in row.items()} for row in csv.DictReader(file)]

    # ---- the end ---------------------------------------------------------------------------------

    def finish(self, model: Transformer, result: Json) -> None:
        """Write the result, then delete the state, which is no longer needed."""
        save_checkpoint(model, self.path / "model.safetensors")
        self.write("result.json", result)
        self.remove_state()

    def remove_state(self) -> None:
        """Delete the state of a finished run, if it is still there."""
        (self.path / "state.safetensors").unlink(missing_ok=True)

    def load_model(self) -> tuple[Transformer, Vocabulary, Vocabulary]:
        """Load the trained model, in evaluation mode, and its two vocabularies.

        Raises:
            ValueError: if there is no finished run, or its files do not belong together.
        """
        settings = self.settings()
        if not (self.path / "model.safetensors").is_file():
            raise ValueError(
                f"the run in {self.path} is not finished: the command that began it goes on with it"
            )
        source, target = (Vocabulary.load(self.path / f"{s}.json") for s in ("source", "target"))
        model = settings.model(len(source), len(target))
        load_into(model, self.path / "model.safetensors")
        return model.eval(), source, target

    def spelling(self) -> dict[str, str]:
        """Read the words that are not written in lower case; see `usual_spelling`."""
        return self.read("spelling.json")

    # ---- JSON ------------------------------------------------------------------------------------

    def write(self, name: str, content: Json) -> None:
        """Write a JSON file, in one move."""
        text = json.dumps(content, indent=2, ensure_ascii=False)
        atomic_write_text(self.path / name, text + "\n")

    def read(self, name: str) -> Json:
        """Read a JSON file.

        Raises:
            ValueError: if it is missing or damaged.
        """
        path = self.path / name
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except OSError:
            raise ValueError(
                f"there is no run in {self.path} ({name} is missing): name the folder that was "
                "given to python -m solutions.train as --out"
            ) from None
        except ValueError:
            raise ValueError(f"{path} is damaged: delete the folder and train again") from None
        return content


def _option(name: str, value: object) -> str:
    """Return a setting as a command-line option."""
    if name == "pre_norm":
        return "--pre-norm" if value else "--post-norm"
    return f"--{name.replace('_', '-')} {'unset' if value is None else value}"
