"""Training in one process or several, with sharded batches and summed gradients.

`torchrun` starts the same command several times and gives each process its rank. Together the
processes compute what one process would compute alone: every batch is sharded, and the gradients
are summed to the gradient of the whole batch.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True)
class ProcessGroup:
    """The processes of a run, seen from one of them.

    Attributes:
        rank: number of this process, from 0. Only the first one writes and shows anything.
        size: how many there are.
        device: where this process computes.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @property
    def is_first(self) -> bool:
        """True for the process that writes and prints."""
        return self.rank == 0

    def shard(self, batch: Sequence[int]) -> tuple[Sequence[int], float]:
        """Return this process's sentences of a batch, and the factor of their loss.

        Each process takes every size-th sentence, so that long and short ones are spread evenly.
        With fewer sentences than processes, some have no sentence but must still exchange
        gradients: they compute one sentence with a factor of 0.

        Args:
            batch: the sentences of a batch, at least one.

        Returns:
            some of the sentences; a factor. Multiply the summed loss of the sentences by the
            factor: `wrap` then yields the gradient of the sum over the whole batch.
        """
        mine = batch[self.rank :: self.size]
        # DistributedDataParallel averages over the processes, which is too small by this factor.
        return (mine, float(self.size)) if mine else (batch[:1], 0.0)

    def wrap(self, module: nn.Module) -> nn.Module:
        """Wrap a module so that `backward` averages its gradients over all processes."""
        if self.size == 1:
            return module
        # Buffers are tables that each process can compute.
        return DistributedDataParallel(module, forward_sync_buffers=False)

    def all_reduce(self, x: Tensor) -> Tensor:
        """Sum a tensor over all processes, in place."""
        if self.size > 1:
            dist.all_reduce(x)
        return x

    def broadcast(self, value: float) -> float:
        """Return the first process's value in every process."""
        if self.size == 1:
            return value
        x = torch.tensor(value, dtype=torch.float64, device=self.device)
        dist.broadcast(x, src=0)
        return float(x)

    def barrier(self) -> None:
        """Wait until every process has arrived here."""
        if self.size > 1:
            dist.barrier()


def pick_device(name: str = "auto") -> torch.device:
    """Choose the device of this process.

    Args:
        name: "cpu", "cuda", "mps", or "auto": CUDA where there is one, else Apple's MPS, else the
            CPU. With several processes on CUDA each takes a GPU of its own.

    Raises:
        ValueError: if this computer has no such device, or too few of them.
    """
    has = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    there = [kind for kind in has if has[kind]]
    kind = there[0] if name == "auto" else name
    if kind not in there:
        raise ValueError(f"PyTorch finds no {kind} here: --device can be auto, {', '.join(there)}")
    local, size = int(os.environ.get("LOCAL_RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    if kind == "mps" and size > 1:
        raise ValueError("several processes cannot share MPS: add --device cpu")
    if kind == "cuda" and local >= torch.cuda.device_count():
        raise ValueError(
            f"there are more processes than the {torch.cuda.device_count()} GPUs: start as many, "
            "or add --device cpu"
        )
    return torch.device("cuda", local) if kind == "cuda" else torch.device(kind)


def is_rank_zero() -> bool:
    """Return True in the first process, or in the only one."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def init_distributed(device: torch.device) -> Iterator[ProcessGroup]:
    """Join the processes that `torchrun` has started; without it, a group of one.

    Args:
        device: from `pick_device`.
    """
    if device.type == "cuda":
        torch.cuda.set_device(device)
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield ProcessGroup(device=device)
        return
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield ProcessGroup(dist.get_rank(), dist.get_world_size(), device)
    finally:
        dist.destroy_process_group()
