"""The loss of a batch and of a data set, and one training step (paper, section 5).

Legend: B batch, S source length, T target length, V size of the target vocabulary.
"""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim import Optimizer

from solutions.data.batching import Batch
from solutions.model.transformer import Transformer

from .loss import label_smoothing_loss
from .optim import NoamSchedule, clip_gradients


def batch_loss(
    model: Transformer,
    batch: Batch,
    smoothing: float = 0.0,
    precision: torch.dtype = torch.float32,
) -> tuple[Tensor, Tensor]:
    """Compute the loss of a batch under teacher forcing: position t sees the tokens before t.

    Logits are computed at real tokens only; with a vocabulary of thousands they are the largest
    tensor of the whole step.

    Args:
        model: in training or evaluation mode, as the caller wants it.
        batch: source (B, S), target_in (B, T) and target_out (B, T), which is one token ahead.
        smoothing: epsilon_ls of `label_smoothing_loss`.
        precision: torch.bfloat16 computes the products in half the digits where the processor can;
            parameters, sums and the softmax keep theirs.

    Returns:
        loss: scalar, summed over the real target tokens, in nats.
        tokens: scalar integer, how many those are.

    Raises:
        ValueError: as `Transformer.forward`.
    """
    pad_id = model.config.pad_id
    device = batch.source.device.type
    with torch.autocast(device, precision, enabled=precision != torch.float32):
        memory, source_mask = model.encode(batch.source)
        x = model.decode(batch.target_in, memory, source_mask)  # (B, T, d_model)
        real = batch.target_out != pad_id
        logits = model.target_embedding.to_logits(x[real])  # (tokens, V)
    return label_smoothing_loss(logits, batch.target_out[real], smoothing, pad_id)


def train_step(
    model: Transformer,
    batch: Batch,
    optimizer: Optimizer,
    schedule: NoamSchedule,
    smoothing: float = 0.1,
    max_norm: float = 1.0,
    precision: torch.dtype = torch.float32,
) -> float:
    """Take one training step (section 5): forward, backward, clip, set the rate, update.

    Args:
        model: is put into training mode.
        batch, smoothing, precision: as in `batch_loss`.
        optimizer: of the model's parameters; gradients of earlier steps may still lie there.
        schedule: of that optimizer; its `advance()` sets the rate of this step.
        max_norm: the longest gradient, all parameters together (the paper does not clip).

    Returns:
        the loss per real target token, in nats, before the step. It is this mean that is minimized.
    """
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    optimizer.zero_grad()
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return float(mean.detach())


def evaluate_loss(model: Transformer, batches: Iterable[Batch]) -> float:
    """Compute the cross-entropy per real target token over many batches, in nats (log perplexity).

    Without dropout and without smoothing. Every token counts the same, in whichever batch it is.
    The model's mode is put back.

    Raises:
        ValueError: if there is no token at all.
    """
    training = model.training
    model.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for batch in batches:
            loss, count = batch_loss(model, batch)
            total, tokens = total + float(loss), tokens + int(count)
    model.train(training)
    if tokens == 0:
        raise ValueError("there is no target token to evaluate on: the batches are empty")
    return total / tokens
