"""The training loop (paper, section 5), whose result does not depend on interruptions.

A step depends only on the saved state and on its own number: the batches of an epoch are drawn from
the seed and the number of the epoch, and before every step the random generator of dropout is
seeded from the seed and the number of the step. So there is no random state to save.

On the CPU, with the same number of threads, the result is the same to the last digit. A GPU
computes some sums in varying order, so there it is the same up to rounding.
"""

import math
import time
from collections.abc import Callable
from dataclasses import asdict

import torch
from torch import Tensor, nn

from solutions.data.batching import Batch, collate, make_batches, token_batches
from solutions.data.corpora import TranslationData
from solutions.data.vocabulary import PAD
from solutions.model.transformer import Transformer
from solutions.tooling.cli_tools import ProgressCallback
from solutions.training.fused import fast, fast_batch_loss
from solutions.training.malloc_trim import give_back_memory
from solutions.training.optim import NoamSchedule, average_weights, clip_gradients
from solutions.training.step import evaluate_loss

from .distributed import ProcessGroup
from .plots import draw_curves
from .resumable_run import Json, RunDirectory
from .train_config import TrainConfig, working_precision
from .train_state import TrainState, derived_seed

MAX_NORM = 1.0
STEPS_BETWEEN_TRIMS = 25  # a step leaves up to 1 GB behind; trimming takes less than a step
TIMES = ("tokens_per_second", "seconds")  # columns of the log that differ from run to run
MOMENTS = ("exp_avg", "exp_avg_sq")


class Diverged(ValueError):
    """The loss is NaN or infinite."""


class BatchLoss(nn.Module):
    """`fast_batch_loss` as a module, because distributed training wraps modules."""

    def __init__(self, model: Transformer, smoothing: float, precision: torch.dtype):
        super().__init__()
        self.model, self.smoothing, self.precision = model, smoothing, precision

    def forward(self, source: Tensor, target_in: Tensor, target_out: Tensor) -> Tensor:
        """Return the summed loss of a batch, in nats; the arguments are those of `Batch`."""
        batch = Batch(source, target_in, target_out)
        return fast_batch_loss(self.model, batch, self.smoothing, self.precision)[0]


class Trainer:
    """A training run that resumes from the state in its folder.

    Args:
        settings: what to train.
        data: with the splits "train" and "val".
        folder: of this run alone; `begin` has been called.
        team: the processes that work together. All of them see the folder, the first one writes.
    """

    def __init__(
        self, settings: TrainConfig, data: TranslationData, folder: RunDirectory, team: ProcessGroup
    ) -> None:
        self.settings, self.folder, self.team = settings, folder, team
        self.pairs = data.pairs("train")
        self.validation = make_batches(data.pairs("val"), settings.max_tokens, seed=0)
        self.lengths = [(len(source), len(target) - 1) for source, target in self.pairs]
        torch.manual_seed(settings.seed)
        model = settings.model(len(data.source_vocabulary), len(data.target_vocabulary))
        self.model = fast(model).to(team.device)
        self.trained = {n: p for n, p in model.named_parameters() if p.requires_grad}
        self.optimizer = torch.optim.Adam(
            self.trained.values(), betas=(0.9, 0.98), eps=1e-9, fused=True
        )
        self.schedule = NoamSchedule(
            self.optimizer, settings.d_model, settings.warmup, settings.factor
        )
        self.progress = TrainState()
        self._resume()
        precision = working_precision(settings.precision, team.device)
        self.loss_of = team.wrap(BatchLoss(self.model, settings.smoothing, precision))

    # ---- from beginning to end -------------------------------------------------------------------

    @property
    def steps_in_epoch(self) -> int:
        """Number of steps, the same in every epoch."""
        return len(token_batches(self.lengths, self.settings.max_tokens, seed=0))

    def ending(self) -> str | None:
        """Return the reason to stop training; None to continue."""
        if self.progress.epoch > self.settings.epochs:
            return "all epochs done"
        patience = self.settings.patience
        if patience and self.progress.epochs_without_gain() >= patience:
            return f"{patience} epochs without a better validation loss"
        return None

    def run(
        self, report: ProgressCallback, tell: Callable[[Json], None], save_every: float
    ) -> None:
        """Train to the end.

        Args:
            report: is called after every step.
            tell: is called with the log's row at the end of every epoch.
            save_every: seconds between two saved states, the most that a kill can cost.

        Raises:
            Diverged: if the loss is NaN or infinite.
        """
        if self.team.is_first and self.progress.rows:
            self.folder.write_log(self.progress.rows)  # a kill may have come before it
        while self.ending() is None:
            self._run_epoch(report, save_every)
            tell(self.progress.rows[-1])
        if self.team.is_first:
            self._finish()
        self.team.barrier()

    def _run_epoch(self, report: ProgressCallback, save_every: float) -> None:
        seed = derived_seed(self.settings.seed, "epoch", self.progress.epoch)
        batches = token_batches(self.lengths, self.settings.max_tokens, seed)
        began, before, saved = time.monotonic(), self.progress.seconds, time.monotonic()
        while self.progress.position < len(batches):
            loss = self.step(batches[self.progress.position])
            progress = self.progress
            progress.seconds = before + time.monotonic() - began
            rate = progress.tokens / progress.busy
            report(progress.step, f"epoch {progress.epoch}, loss {loss:.3f}, {rate:,.0f} tokens/s")
            if progress.step % STEPS_BETWEEN_TRIMS == 0:
                give_back_memory()
            if time.monotonic() - saved >= save_every and progress.position < len(batches):
                self._save()
                saved = time.monotonic()
        self._end_epoch(before + time.monotonic() - began)

    # ---- one step --------------------------------------------------------------------------------

    def step(self, places: list[int]) -> float:
        """Take one training step, as `train_step`, distributed over the processes.

        Args:
            places: of the batch's pairs in the training split.

        Returns:
            the loss per target token of the whole batch, in nats, before the step.

        Raises:
            Diverged: if it is NaN or infinite.
        """
        began, progress = time.monotonic(), self.progress
        tokens = sum(self.lengths[place][1] for place in places)
        mine, factor = self.team.shard(places)
        batch = Batch(*collate([self.pairs[place] for place in mine], PAD)).to(self.team.device)
        torch.manual_seed(derived_seed(self.settings.seed, progress.step, self.team.rank))
        self.model.train()
        loss = self.loss_of(batch.source, batch.target_in, batch.target_out)
        self.optimizer.zero_grad()
        (loss * (factor / tokens)).backward()
        norm = clip_gradients(self.trained.values(), MAX_NORM)
        total = float(self.team.all_reduce(loss.detach() * (factor > 0)))
        if not (math.isfinite(norm) and math.isfinite(total)):
            raise Diverged(
                f"the loss is {total / tokens} at step {progress.step + 1}: start again with a "
                "lower --factor or a longer --warmup"
            )
        self.schedule.advance()
        self.optimizer.step()
        progress.position += 1
        progress.step += 1
        progress.loss += total
        progress.norm += norm
        progress.tokens += tokens
        progress.busy += time.monotonic() - began
        return total / tokens

    def _end_epoch(self, seconds: float) -> None:
        began, progress, team = time.monotonic(), self.progress, self.team
        mine = self._validation_loss() if team.is_first else 0.0
        loss = team.broadcast(mine)
        row = {
            "epoch": progress.epoch,
            "step": progress.step,
            "train_loss": progress.loss / progress.tokens,
            "validation_loss": loss,
            "perplexity": math.exp(loss),
            "learning_rate": self.optimizer.param_groups[0]["lr"],
            "gradient_norm": progress.norm / progress.position,
            "tokens_per_second": round(progress.tokens / progress.busy, 1),
            "seconds": round(seconds + time.monotonic() - began, 2),
        }
        if team.is_first:
            self.folder.save_epoch(progress.epoch, self.model)
        self.progress = progress.next_epoch(row)
        if team.is_first:
            self._save()
            self.folder.write_log(self.progress.rows)
            self.folder.prune_checkpoints(before=self.progress.epoch - self.settings.average)

    def _validation_loss(self) -> float:
        return evaluate_loss(self.model, (batch.to(self.team.device) for batch in self.validation))

    # ---- saving and resuming ---------------------------------------------------------------------

    def _save(self) -> None:
        """Write the state, in the first process only."""
        if not self.team.is_first:
            return
        tensors = {}
        for name, parameter in self.trained.items():
            tensors[f"parameter:{name}"] = parameter.detach()
            for moment in MOMENTS:
                tensors[f"{moment}:{name}"] = self.optimizer.state[parameter][moment]
        self.folder.save_state(tensors, asdict(self.progress))

    @torch.no_grad()
    def _resume(self) -> None:
        """Load the state in the folder, if there is one."""
        found = self.folder.load_state()
        if found is None:
            return
        tensors, progress = found
        self.progress = TrainState(**progress)
        self.schedule.steps = self.progress.step
        steps = torch.tensor(float(self.progress.step))
        moments = {}
        for number, (name, parameter) in enumerate(self.trained.items()):
            parameter.copy_(tensors[f"parameter:{name}"])
            moments[number] = {moment: tensors[f"{moment}:{name}"] for moment in MOMENTS}
            moments[number]["step"] = steps.clone()
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": moments, "param_groups": groups})

    def _finish(self) -> None:
        """Average the last epochs and write the result."""
        last = self.progress.epoch - 1
        averaged = list(range(max(1, last - self.settings.average + 1), last + 1))
        mean = average_weights([self.folder.load_epoch(epoch) for epoch in averaged])
        self.model.load_state_dict(mean)
        losses = [row["validation_loss"] for row in self.progress.rows]
        draw_curves(self.progress.rows, self.folder.path / "curves.svg")
        self.folder.finish(
            self.model,
            {
                "ending": self.ending(),
                "epochs": last,
                "steps": self.progress.step,
                "parameters": sum(p.numel() for p in self.trained.values()),
                "best_validation_loss": min(losses),
                "averaged_epochs": averaged,
                "validation_loss": self._validation_loss(),  # of the mean
                "seconds": round(sum(row["seconds"] for row in self.progress.rows), 2),
            },
        )
