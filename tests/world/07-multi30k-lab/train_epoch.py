"""Forms in which public code trains for one epoch."""


# form: total_loss and total_tokens
# as in: The Annotated Transformer (Harvard NLP), run_epoch
# verdict: right
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    total_tokens, total_loss = 0, 0.0
    for i, batch in enumerate(batches):
        loss = train_step(model, batch, optimizer, schedule, smoothing=smoothing)
        total_loss += loss * batch.tokens
        total_tokens += batch.tokens
    return total_loss / total_tokens


# form: pairs of loss and weight
# as in: a habit of functional programmers
# verdict: right
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    steps = [(train_step(model, b, optimizer, schedule, smoothing), b.tokens) for b in batches]
    losses, weights = zip(*steps)
    return math.fsum(x * w for x, w in steps) / sum(weights)


# form: a meter
# as in: PyTorch's ImageNet example, AverageMeter.update(val, n)
# verdict: right
class AverageMeter:
    def __init__(self):
        self.sum, self.count = 0.0, 0

    def update(self, val, n):
        self.sum += val * n
        self.count += n

    @property
    def avg(self):
        return self.sum / self.count


def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    losses = AverageMeter()
    for batch in batches:
        losses.update(train_step(model, batch, optimizer, schedule, smoothing), batch.tokens)
    return losses.avg


# form: a running mean
# as in: Welford's way to add to a mean
# verdict: right
def train_epoch(model: nn.Module, batches: Iterable, optimizer, schedule, smoothing: float = 0.1) -> float:
    mean, seen = 0.0, 0
    for batch in batches:
        n = int(batch.target_out.ne(PAD).sum())
        seen += n
        mean += (train_step(model, batch, optimizer, schedule, smoothing) - mean) * n / seen
    return mean


# form: the weighted mean of tensors
# as in: a habit of tensor users
# verdict: right
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    losses, tokens = [], []
    for batch in iter(batches):
        losses.append(train_step(model, batch, optimizer, schedule, smoothing))
        tokens.append(batch.tokens)
    losses, tokens = torch.tensor(losses, dtype=torch.float64), torch.tensor(tokens, dtype=torch.float64)
    return (losses @ tokens / tokens.sum()).item()


# form: the mean over the batches
# as in: bentrevett/pytorch-seq2seq, epoch_loss / len(iterator)
# verdict: wrong
# loses: epoch-loss
# named: epoch_averages_batches
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    epoch_loss, n = 0, 0
    for batch in batches:
        epoch_loss += train_step(model, batch, optimizer, schedule, smoothing)
        n += 1
    return epoch_loss / n


# form: len of the batches
# as in: bentrevett/pytorch-seq2seq, len(iterator); a generator has none
# verdict: wrong
# loses: epoch-loss, epoch-steps
# named: epoch_needs_a_list, epoch_averages_batches
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    epoch_loss = 0
    for i in range(len(batches)):
        epoch_loss += train_step(model, batches[i], optimizer, schedule, smoothing)
    return epoch_loss / len(batches)


# form: weighed with sentences
# as in: PyTorch's tutorials, running_loss += loss.item() * inputs.size(0)
# verdict: wrong
# loses: epoch-loss
# named: epoch_weighs_sentences
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    running_loss, count = 0.0, 0
    for batch in batches:
        running_loss += train_step(model, batch, optimizer, schedule, smoothing) * batch.source.size(0)
        count += batch.source.size(0)
    return running_loss / count


# form: weighed with positions
# as in: typical homework, numel() of the targets
# verdict: wrong
# loses: epoch-loss
# named: epoch_counts_padding
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    total, n = 0.0, 0
    for batch in batches:
        size = batch.target_out.shape[0] * batch.target_out.shape[1]
        total += train_step(model, batch, optimizer, schedule, smoothing) * size
        n += size
    return total / n


# form: the mean loss summed, divided by the tokens
# as in: typical homework, total_loss / total_tokens of means
# verdict: wrong
# loses: epoch-loss
# named: epoch_divides_means_by_tokens
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    total, tokens = 0.0, 0
    for batch in batches:
        total += train_step(model, batch, optimizer, schedule, smoothing)
        tokens += batch.tokens
    return total / tokens


# form: the loss of the last batch
# as in: karpathy/minGPT and tutorials that print the last loss
# verdict: wrong
# loses: epoch-loss
# named: epoch_reports_its_last_batch
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    for batch in batches:
        last = train_step(model, batch, optimizer, schedule, smoothing)
    return last


# form: smoothed losses
# as in: fast.ai, the smoothed loss of its Recorder
# verdict: wrong
# loses: epoch-loss
# named: epoch_smooths_its_loss
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    shown = None
    for batch in batches:
        loss = train_step(model, batch, optimizer, schedule, smoothing)
        shown = loss if shown is None else 0.98 * shown + 0.02 * loss
    return shown


# form: the return in the loop
# as in: Stack Overflow, "my function returns after the first iteration"
# verdict: wrong
# loses: epoch-steps
# named: epoch_of_one_step
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    total, tokens = 0.0, 0
    for batch in batches:
        total += train_step(model, batch, optimizer, schedule, smoothing) * batch.tokens
        tokens += batch.tokens
        return total / tokens


# form: smoothing is left out
# as in: typical homework, the default of train_step
# verdict: wrong
# loses: epoch-loss, epoch-steps
# named: -
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    total, tokens = 0.0, 0
    for batch in batches:
        total += train_step(model, batch, optimizer, schedule) * batch.tokens
        tokens += batch.tokens
    return total / tokens


# form: the optimizer steps once more
# as in: typical homework, the loop written as if train_step only computed a loss
# verdict: wrong
# loses: epoch-steps
# named: epoch_steps_again
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    total, tokens = 0.0, 0
    for batch in batches:
        loss = train_step(model, batch, optimizer, schedule, smoothing)
        schedule.advance()
        optimizer.step()
        total, tokens = total + loss * batch.tokens, tokens + batch.tokens
    return total / tokens


# form: one step for the loss, one for the training
# as in: typical homework
# verdict: wrong
# loses: epoch-steps
# named: epoch_steps_twice
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    total, tokens = 0.0, 0
    for batch in batches:
        train_step(model, batch, optimizer, schedule, smoothing)
        loss = train_step(model, batch, optimizer, schedule, smoothing)
        total, tokens = total + loss * batch.tokens, tokens + batch.tokens
    return total / tokens


# form: the largest batch first
# as in: a habit on GPUs, to see at once whether the memory is enough
# verdict: wrong
# loses: epoch-steps
# named: epoch_reorders_its_batches
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    batches = list(batches)
    batches.sort(key=lambda batch: -batch.tokens)
    total, tokens = 0.0, 0
    for batch in batches:
        total += train_step(model, batch, optimizer, schedule, smoothing) * batch.tokens
        tokens += batch.tokens
    return total / tokens


# form: counted first, trained on what is left of the generator
# as in: Stack Overflow, a generator can be walked through once
# verdict: wrong
# loses: epoch-loss, epoch-steps
# named: epoch_uses_up_its_batches
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    tokens = sum(batch.tokens for batch in batches)
    total = 0.0
    for batch in batches:
        total += train_step(model, batch, optimizer, schedule, smoothing) * batch.tokens
    return total / tokens


# form: the mean over batches, two steps
# as in: typical homework
# verdict: wrong
# loses: epoch-loss, epoch-steps
# named: epoch_averages_batches, epoch_steps_twice
def train_epoch(model, batches, optimizer, schedule, smoothing=0.1):
    losses = []
    for batch in batches:
        train_step(model, batch, optimizer, schedule, smoothing)
        losses.append(train_step(model, batch, optimizer, schedule, smoothing))
    return sum(losses) / len(losses)
