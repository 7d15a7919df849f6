"""Ways to get a training step wrong (right: `solutions.training.step`)."""

import torch

from solutions.misconceptions import misconception
from solutions.training.loss import label_smoothing_loss
from solutions.training.optim import clip_gradients
from solutions.training.step import batch_loss


@misconception(
    "train_step",
    caught_by="step-gradient",
    section="training.html#train-step",
    sentence="You hand the model four arguments. Its forward takes two, source and target: it "
    "makes both masks itself, from pad_id.",
)
def step_hands_the_masks_over(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    pad_id = model.config.pad_id
    source_mask = (batch.source != pad_id)[:, None]  # (B, 1, S)
    length = batch.target_in.size(1)
    target_mask = torch.ones(length, length, dtype=torch.bool).tril()  # (T, T)
    logits = model(batch.source, batch.target_in, source_mask, target_mask)
    loss, tokens = label_smoothing_loss(logits, batch.target_out, smoothing, pad_id)
    mean = loss / tokens
    optimizer.zero_grad()
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return float(mean.detach())


@misconception(
    "train_step",
    caught_by="step-gradient",
    section="training.html#train-step",
    sentence="You never call zero_grad: each step follows the sum of all gradients so far, most of "
    "them of parameters that are long gone.",
)
def step_piles_up_gradients(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return float(mean.detach())


@misconception(
    "train_step",
    caught_by="step-gradient",
    section="training.html#train-step",
    sentence="You call zero_grad between backward and step: the optimizer finds no gradient, and "
    "nothing is ever learned.",
)
def step_throws_the_gradient_away(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    optimizer.zero_grad()
    schedule.advance()
    optimizer.step()
    return float(mean.detach())


@misconception(
    "train_step",
    caught_by="step-gradient",
    section="training.html#train-step",
    sentence="You never call optimizer.step(): the gradients are there, and nobody follows them.",
)
def step_stays(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    optimizer.zero_grad()
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    return float(mean.detach())


@misconception(
    "train_step",
    caught_by="step-gradient",
    section="training.html#train-mean",
    sentence="You minimize the sum of the losses, not their mean per token: the larger the batch, "
    "the longer your gradient.",
)
def step_follows_the_sum(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    optimizer.zero_grad()
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return float(loss.detach() / tokens)


@misconception(
    "train_step",
    caught_by="step-gradient",
    section="training.html#train-padding",
    sentence="You divide by all positions, padding included: your loss looks smaller the more "
    "padding there is. Divide by the number of real tokens.",
)
def step_divides_by_every_position(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, _ = batch_loss(model, batch, smoothing, precision)
    mean = loss / batch.target_out.numel()
    optimizer.zero_grad()
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return float(mean.detach())


@misconception(
    "train_step",
    caught_by="step-gradient",
    section="training.html#train-smoothing",
    sentence="You do not hand smoothing on: your model is trained on one-hot targets.",
)
def step_without_smoothing(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, precision=precision)
    mean = loss / tokens
    optimizer.zero_grad()
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return float(mean.detach())


@misconception(
    "train_step",
    caught_by="step-rate",
    section="training.html#train-schedule",
    sentence="You call the schedule after the optimizer: the first step goes with the rate that "
    "the optimizer was built with, and each later one with that of the step before.",
)
def step_sets_the_rate_too_late(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    optimizer.zero_grad()
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    optimizer.step()
    schedule.advance()
    return float(mean.detach())


@misconception(
    "train_step",
    caught_by="step-rate",
    section="training.html#train-schedule",
    sentence="You never call schedule.advance(): every step goes with the rate that the optimizer "
    "was built with.",
)
def step_without_schedule(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    optimizer.zero_grad()
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    optimizer.step()
    return float(mean.detach())


@misconception(
    "train_step",
    caught_by="step-clips",
    section="training.html#train-clipping",
    sentence="You do not clip, or only after the step, when the gradients have done their harm: a "
    "single bad batch can throw your whole model off. Clip between backward and step.",
)
def step_without_clipping(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    optimizer.zero_grad()
    mean.backward()
    schedule.advance()
    optimizer.step()
    return float(mean.detach())


@misconception(
    "train_step",
    caught_by="step-clips",
    section="training.html#train-clipping",
    sentence="You clip to the length 1, whatever max_norm says: hand it on.",
)
def step_clips_to_one(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    optimizer.zero_grad()
    mean.backward()
    clip_gradients(model.parameters(), 1.0)
    schedule.advance()
    optimizer.step()
    return float(mean.detach())


@misconception(
    "train_step",
    caught_by="step-mode",
    section="training.html#train-dropout",
    sentence="You leave the model in the mode in which it came: after an evaluation, you would "
    "train without dropout. Call model.train() first.",
)
def step_in_any_mode(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    optimizer.zero_grad()
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return float(mean.detach())


@misconception(
    "train_step",
    caught_by="step-mode",
    section="training.html#train-dropout",
    sentence="You switch to training mode after the loss is computed: the first step after an "
    "evaluation is taken without dropout.",
)
def step_switches_too_late(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    model.train()
    mean = loss / tokens
    optimizer.zero_grad()
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return float(mean.detach())


@misconception(
    "train_step",
    caught_by="step-reports",
    section="training.html#train-step",
    sentence="You return a tensor with its graph: whoever keeps your losses keeps every activation "
    "of every step, until the memory is full. Return a number.",
)
def step_returns_its_graph(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    optimizer.zero_grad()
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return mean


@misconception(
    "train_step",
    caught_by="step-reports",
    section="training.html#train-mean",
    sentence="You return the sum of the losses: it goes up and down with the size of the batch, "
    "and your curve shows lengths, not learning. Return the mean per token.",
)
def step_reports_the_sum(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    optimizer.zero_grad()
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return float(loss.detach())


@misconception(
    "train_step",
    caught_by="step-reports",
    section="training.html#train-step",
    sentence="You return the loss after the step: it is computed on the batch that was just "
    "learned, at the price of a second forward pass, and looks better than it is.",
)
def step_reports_what_it_has_just_learnt(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    optimizer.zero_grad()
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    return float((loss / tokens).detach())


@misconception(
    "evaluate_loss",
    caught_by="evaluate-mean",
    section="lab.html#lab-training",
    sentence="You take the mean of your batches' means: a token in a small batch counts more than "
    "one in a large batch, and the loss changes with the size of the batches.",
)
def evaluation_averages_batches(model, batches):
    training = model.training
    model.eval()
    with torch.no_grad():
        means = [loss / tokens for loss, tokens in (batch_loss(model, one) for one in batches)]
    model.train(training)
    return float(sum(means) / len(means))


@misconception(
    "evaluate_loss",
    caught_by="evaluate-mean",
    section="lab.html#lab-training",
    sentence="You divide by all positions, padding counted: your validation loss looks the better, "
    "the more padding there is.",
)
def evaluation_counts_padding(model, batches):
    training = model.training
    model.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for batch in batches:
            total += float(batch_loss(model, batch)[0])
            tokens += batch.target_out.numel()
    model.train(training)
    return total / tokens


@misconception(
    "evaluate_loss",
    caught_by="evaluate-mode",
    section="lab.html#lab-training",
    sentence="You evaluate in whatever mode the model is: with dropout, your loss is too high, and "
    "another one each time. Call model.eval() first.",
)
def evaluation_with_dropout(model, batches):
    total, tokens = 0.0, 0
    with torch.no_grad():
        for batch in batches:
            loss, count = batch_loss(model, batch)
            total, tokens = total + float(loss), tokens + int(count)
    return total / tokens


@misconception(
    "evaluate_loss",
    caught_by="evaluate-leaves",
    section="lab.html#lab-training",
    sentence="You leave the model in evaluation mode: whoever trained it before goes on without "
    "dropout. Put its own mode back.",
)
def evaluation_leaves_its_mode(model, batches):
    model.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for batch in batches:
            loss, count = batch_loss(model, batch)
            total, tokens = total + float(loss), tokens + int(count)
    return total / tokens


@misconception(
    "evaluate_loss",
    caught_by="evaluate-leaves",
    section="lab.html#lab-training",
    sentence="You always put the model into training mode in the end, also one that came in "
    "evaluation mode: your translator would begin to drop words.",
)
def evaluation_ends_in_training(model, batches):
    model.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for batch in batches:
            loss, count = batch_loss(model, batch)
            total, tokens = total + float(loss), tokens + int(count)
    model.train()
    return total / tokens


@misconception(
    "evaluate_loss",
    caught_by="evaluate-leaves",
    section="lab.html#lab-training",
    sentence="You call backward on the validation loss: its gradients lie at your parameters, and "
    "a step that forgets zero_grad learns from what should only be looked at.",
)
def evaluation_leaves_gradients(model, batches):
    training = model.training
    model.eval()
    total, tokens = 0.0, 0
    for batch in batches:
        loss, count = batch_loss(model, batch)
        loss.backward()
        total, tokens = total + float(loss.detach()), tokens + int(count)
    model.train(training)
    return total / tokens
