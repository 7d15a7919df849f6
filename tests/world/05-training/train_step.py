"""Forms in which public code writes a training step."""


# form: gradients cleared first
# as in: PyTorch tutorials, zero_grad at the top of the loop
# verdict: right
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad(set_to_none=True)
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss.item()


# form: the schedule first, PyTorch's clipping
# as in: bentrevett/pytorch-seq2seq, train: clip_grad_norm_
# verdict: right
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    schedule.advance()
    model.train(True)
    model.zero_grad()
    loss, n_tokens = batch_loss(model, batch, smoothing=smoothing, precision=precision)
    mean_loss = loss / n_tokens
    mean_loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return mean_loss.detach().item()


# form: the gradient of the sum, divided
# as in: fairseq, Trainer.train_step: multiply_grads by 1 / sample_size
# verdict: right
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, sample_size = batch_loss(model, batch, smoothing, precision)
    loss.backward()
    for group in optimizer.param_groups:
        for p in group["params"]:
            if p.grad is not None:
                p.grad.div_(sample_size)
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return float(loss) / int(sample_size)


# form: a closure
# as in: torch.optim, optimizer.step(closure) as for LBFGS
# verdict: wrong
# loses: -
# named: -
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    schedule.advance()
    losses = []

    def closure():
        optimizer.zero_grad()
        total, tokens = batch_loss(model, batch, smoothing, precision)
        mean = total / tokens
        mean.backward()
        clip_gradients(model.parameters(), max_norm)
        losses.append(mean.item())
        return mean

    optimizer.step(closure)
    return losses[0]


# form: autograd.grad, written into grad
# as in: a habit from JAX, value and gradients apart
# verdict: right
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    total, tokens = batch_loss(model, batch, smoothing, precision)
    mean = total / tokens
    gradients = torch.autograd.grad(mean, parameters, allow_unused=True)
    for p, g in zip(parameters, gradients):
        p.grad = g
    clip_gradients(parameters, max_norm)
    schedule.advance()
    optimizer.step()
    return float(mean.detach())


# form: cleared before and after, a helper class
# as in: PyTorch Lightning-like trainers
# verdict: right
class _Update:
    def __init__(self, model, optimizer, schedule, max_norm):
        self.model, self.optimizer, self.schedule, self.max_norm = model, optimizer, schedule, max_norm

    def __enter__(self):
        self.optimizer.zero_grad()

    def __exit__(self, kind, error, trace):
        if kind is None:
            clip_gradients(self.model.parameters(), self.max_norm)
            self.schedule.advance()
            self.optimizer.step()
            self.optimizer.zero_grad()


def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    with _Update(model, optimizer, schedule, max_norm):
        loss, tokens = batch_loss(model, batch, smoothing, precision)
        (loss / tokens).backward()
    return (loss.detach() / tokens).item()


# form: cleared after the step only
# as in: karpathy/nanoGPT, train.py: zero_grad after the step, "flush the gradients"
# verdict: wrong
# loses: step-gradient
# named: step_clears_too_late
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


# form: never cleared
# as in: Stack Overflow, "Why do we need to call zero_grad()?"
# verdict: wrong
# loses: step-gradient
# named: step_piles_up_gradients
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss.item()


# form: cleared between backward and step
# as in: Stack Overflow, a model that does not learn
# verdict: wrong
# loses: step-gradient
# named: step_throws_the_gradient_away
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    optimizer.zero_grad()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss.item()


# form: the sum is minimized
# as in: OpenNMT-py with its default normalization by sentences, and losses with reduction="sum"
# verdict: wrong
# loses: step-gradient
# named: step_follows_the_sum
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return (loss / tokens).item()


# form: divided by the number of sentences
# as in: OpenNMT-py, normalization=sents
# verdict: wrong
# loses: step-gradient, step-reports
# named: step_divides_by_sentences
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / batch.source.size(0)
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss.item()


# form: divided by all positions
# as in: typical homework, loss / batch.target_out.numel()
# verdict: wrong
# loses: step-gradient
# named: step_divides_by_every_position
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / (batch.target_out.size(0) * batch.target_out.size(1))
    mean.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return mean.item()


# form: the schedule after the optimizer
# as in: torch.optim.lr_scheduler, scheduler.step() after optimizer.step()
# verdict: wrong
# loses: step-rate
# named: step_sets_the_rate_too_late
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    optimizer.step()
    schedule.advance()
    return loss.item()


# form: the schedule steps twice
# as in: typical homework, advance() to read the rate and once more to set it
# verdict: wrong
# loses: step-rate
# named: step_advances_twice
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    rate = schedule.advance()
    schedule.advance()
    optimizer.step()
    return loss.item()


# form: clipped before backward
# as in: Stack Overflow, where to put clip_grad_norm_
# verdict: wrong
# loses: step-clips
# named: step_without_clipping
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    clip_gradients(model.parameters(), max_norm)
    loss.backward()
    schedule.advance()
    optimizer.step()
    return loss.item()


# form: clipped after the step
# as in: Stack Overflow, where to put clip_grad_norm_
# verdict: wrong
# loses: step-clips
# named: step_without_clipping
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    schedule.advance()
    optimizer.step()
    clip_gradients(model.parameters(), max_norm)
    return loss.item()


# form: clipped to 1.0
# as in: nearly every tutorial, clip_grad_norm_(model.parameters(), 1.0)
# verdict: wrong
# loses: step-clips
# named: step_clips_to_one
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    schedule.advance()
    optimizer.step()
    return loss.item()


# form: the loss itself is clipped
# as in: typical homework, torch.clamp(loss, max=max_norm)
# verdict: wrong
# loses: step-clips
# named: step_clips_the_loss
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.clamp(max=max_norm).backward()
    schedule.advance()
    optimizer.step()
    return loss.item()


# form: no training mode
# as in: scripts whose model is never put into evaluation mode
# verdict: wrong
# loses: step-mode
# named: step_in_any_mode
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss.item()


# form: the mode is put back
# as in: a habit from evaluation code: remember model.training and restore it
# verdict: wrong
# loses: step-mode
# named: step_restores_the_mode
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    was_training = model.training
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    model.train(was_training)
    return loss.item()


# form: a tensor without its graph
# as in: typical homework, loss.detach()
# verdict: wrong
# loses: step-reports
# named: step_returns_a_tensor
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss.detach()


# form: a tensor with its graph
# as in: PyTorch forum, memory that grows with every step: total_loss += loss
# verdict: wrong
# loses: step-reports
# named: step_returns_its_graph
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss


# form: the sum is reported
# as in: typical homework, loss.item() of the sum
# verdict: wrong
# loses: step-reports
# named: step_reports_the_sum
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    (loss / tokens).backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss.item()


# form: perplexity
# as in: bentrevett/pytorch-seq2seq, math.exp(train_loss)
# verdict: wrong
# loses: step-reports
# named: step_reports_the_perplexity
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return math.exp(loss.item())


# form: loss and tokens
# as in: The Annotated Transformer, SimpleLossCompute returns two values
# verdict: wrong
# loses: step-reports
# named: step_returns_the_tokens_too
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss.item(), tokens.item()


# form: the loss after the step
# as in: typical homework, computed anew for the report
# verdict: wrong
# loses: step-reports
# named: step_reports_what_it_has_just_learnt
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    (loss / tokens).backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    with torch.no_grad():
        loss, tokens = batch_loss(model, batch, smoothing, precision)
    return float(loss / tokens)


# form: smoothing and precision are left out
# as in: typical homework, batch_loss(model, batch)
# verdict: wrong
# loses: step-gradient
# named: step_without_smoothing, step_ignores_precision
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch)
    loss = loss / tokens
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss.item()


# form: precision is left out
# as in: typical homework, batch_loss(model, batch, smoothing)
# verdict: wrong
# loses: step-gradient
# named: step_ignores_precision
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing)
    loss = loss / tokens
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss.item()


# form: step before backward
# as in: Stack Overflow, a model that does not learn
# verdict: wrong
# loses: step-gradient
# named: step_moves_before_backward
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    schedule.advance()
    optimizer.step()
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    return loss.item()


# form: backward twice
# as in: Stack Overflow, retain_graph=True as a cure
# verdict: wrong
# loses: step-gradient
# named: step_goes_back_twice
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward(retain_graph=True)
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss.item()


# form: no clipping, and the schedule last
# as in: typical homework
# verdict: wrong
# loses: step-clips, step-rate
# named: step_without_clipping, step_sets_the_rate_too_late
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    optimizer.step()
    schedule.advance()
    return loss.item()


# form: never cleared, the sum
# as in: typical homework
# verdict: wrong
# loses: step-gradient
# named: step_piles_up_gradients, step_follows_the_sum
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss.item() / tokens.item()


# form: a GradScaler that is switched off
# as in: PyTorch's AMP recipe, scale, unscale_, step, update
# verdict: right
def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    scaler = torch.amp.GradScaler("cpu", enabled=False)
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    scaler.scale(mean).backward()
    scaler.unscale_(optimizer)
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    scaler.step(optimizer)
    scaler.update()
    return mean.item()


# form: other defaults
# as in: typical homework, no smoothing unless it is asked for
# verdict: wrong
# loses: step-gradient, step-clips
# named: step_does_not_smooth_by_default, step_clips_late_by_default
def train_step(
    model, batch, optimizer, schedule, smoothing=0.0, max_norm=5.0, precision=torch.float32
):
    model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss = loss / tokens
    loss.backward()
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss.item()
