"""Forms in which public code evaluates the loss."""


# form: a decorator
# as in: karpathy/nanoGPT, @torch.no_grad() def estimate_loss, with the mode put back
# verdict: right
@torch.no_grad()
def evaluate_loss(model, batches):
    was_training = model.training
    model.eval()
    total_loss, total_tokens = 0.0, 0
    for batch in batches:
        loss, tokens = batch_loss(model, batch)
        total_loss += loss.item()
        total_tokens += tokens.item()
    model.train(was_training)
    if total_tokens == 0:
        raise ValueError("no target tokens")
    return total_loss / total_tokens


# form: a context manager for the mode
# as in: HF and Lightning helpers, "with evaluating(model):"
# verdict: right
import contextlib


@contextlib.contextmanager
def evaluating(model):
    mode = model.training
    try:
        model.eval()
        yield
    finally:
        model.train(mode)


def evaluate_loss(model, batches):
    with evaluating(model), torch.inference_mode():
        sums = [batch_loss(model, batch, smoothing=0.0) for batch in batches]
    tokens = sum(int(n) for _, n in sums)
    if not tokens:
        raise ValueError("there is nothing to evaluate")
    return sum(float(loss) for loss, _ in sums) / tokens


# form: try and finally
# as in: a habit of careful programmers
# verdict: right
def evaluate_loss(model, batches):
    mode = model.training
    model.train(False)
    try:
        total, count = 0, 0
        with torch.no_grad():
            for one in batches:
                loss, n = batch_loss(model, one)
                total, count = total + loss, count + n
        if not count:
            raise ValueError("no token")
        return float(total / count)
    finally:
        model.train(mode)


# form: means weighed with tokens
# as in: The Annotated Transformer, run_epoch with total_tokens
# verdict: right
def evaluate_loss(model, batches):
    training, total_loss, total_tokens = model.training, 0.0, 0
    model.eval()
    for batch in batches:
        with torch.no_grad():
            loss, ntokens = batch_loss(model, batch)
            mean = float(loss) / max(int(ntokens), 1)
        total_loss += mean * batch.tokens
        total_tokens += batch.tokens
    if training:
        model.train()
    if total_tokens < 1:
        raise ValueError("the batches hold no target token")
    return total_loss / total_tokens


# form: set_grad_enabled, tensors added up
# as in: PyTorch's transfer-learning tutorial, torch.set_grad_enabled(phase == "train")
# verdict: right
def evaluate_loss(model: nn.Module, batches: Iterable) -> float:
    mode = model.training
    model.eval()
    with torch.set_grad_enabled(False):
        found = [torch.stack([x.double() for x in batch_loss(model, batch)]) for batch in batches]
    model.train(mode)
    if not found or not float(sum(found)[1]):
        raise ValueError("no token")
    loss, tokens = sum(found).tolist()
    return loss / tokens


# form: the mean over the batches
# as in: bentrevett/pytorch-seq2seq, evaluate: epoch_loss / len(iterator)
# verdict: wrong
# loses: evaluate-mean
# named: evaluation_averages_batches
def evaluate_loss(model, batches):
    mode = model.training
    model.eval()
    losses = []
    with torch.no_grad():
        for batch in batches:
            loss, tokens = batch_loss(model, batch)
            losses.append((loss / tokens).item())
    model.train(mode)
    if not losses:
        raise ValueError("no batch")
    return sum(losses) / len(losses)


# form: always back to training
# as in: karpathy/nanoGPT, estimate_loss: model.eval() ... model.train()
# verdict: wrong
# loses: evaluate-leaves
# named: evaluation_ends_in_training
@torch.no_grad()
def evaluate_loss(model, batches):
    model.eval()
    total, tokens = 0.0, 0
    for batch in batches:
        loss, n = batch_loss(model, batch)
        total += loss.item()
        tokens += n.item()
    model.train()
    if tokens == 0:
        raise ValueError("no tokens")
    return total / tokens


# form: left in evaluation mode
# as in: bentrevett/pytorch-seq2seq, evaluate: model.eval(), the training loop calls model.train()
# verdict: wrong
# loses: evaluate-leaves
# named: evaluation_leaves_its_mode
def evaluate_loss(model, batches):
    model.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for batch in batches:
            loss, n = batch_loss(model, batch)
            total, tokens = total + loss.item(), tokens + n.item()
    if tokens == 0:
        raise ValueError("no tokens")
    return total / tokens


# form: no_grad only
# as in: Stack Overflow, "torch.no_grad() or model.eval()?"
# verdict: wrong
# loses: evaluate-mode
# named: evaluation_with_dropout
def evaluate_loss(model, batches):
    total, tokens = 0.0, 0
    with torch.no_grad():
        for batch in batches:
            loss, n = batch_loss(model, batch)
            total, tokens = total + loss.item(), tokens + n.item()
    if tokens == 0:
        raise ValueError("no tokens")
    return total / tokens


# form: smoothing as in training
# as in: The Annotated Transformer, the same criterion for training and validation
# verdict: wrong
# loses: evaluate-mean
# named: -
def evaluate_loss(model, batches):
    mode = model.training
    model.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for batch in batches:
            loss, n = batch_loss(model, batch, 0.1)
            total, tokens = total + loss.item(), tokens + n.item()
    model.train(mode)
    if tokens == 0:
        raise ValueError("no tokens")
    return total / tokens


# form: perplexity
# as in: bentrevett/pytorch-seq2seq, math.exp(valid_loss)
# verdict: wrong
# loses: evaluate-mean
# named: evaluation_is_a_perplexity
def evaluate_loss(model, batches):
    mode = model.training
    model.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for batch in batches:
            loss, n = batch_loss(model, batch)
            total, tokens = total + loss.item(), tokens + n.item()
    model.train(mode)
    if tokens == 0:
        raise ValueError("no tokens")
    return math.exp(total / tokens)


# form: bits
# as in: fairseq, which reports its losses to base 2
# verdict: wrong
# loses: evaluate-mean
# named: evaluation_in_bits
def evaluate_loss(model, batches):
    mode = model.training
    model.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for batch in batches:
            loss, n = batch_loss(model, batch)
            total, tokens = total + loss.item() / math.log(2), tokens + n.item()
    model.train(mode)
    if tokens == 0:
        raise ValueError("no tokens")
    return total / tokens


# form: all positions
# as in: typical homework, batch.target_out.numel()
# verdict: wrong
# loses: evaluate-mean
# named: evaluation_counts_padding
def evaluate_loss(model, batches):
    mode = model.training
    model.eval()
    total, positions = 0.0, 0
    with torch.no_grad():
        for batch in batches:
            total += batch_loss(model, batch)[0].item()
            positions += batch.target_out.numel()
    model.train(mode)
    if positions == 0:
        raise ValueError("no tokens")
    return total / positions


# form: 0.0 for nothing
# as in: typical homework, max(1, tokens)
# verdict: wrong
# loses: evaluate-mean
# named: evaluation_of_nothing
def evaluate_loss(model, batches):
    mode = model.training
    model.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for batch in batches:
            loss, n = batch_loss(model, batch)
            total, tokens = total + loss.item(), tokens + n.item()
    model.train(mode)
    return total / max(1, tokens)


# form: ZeroDivisionError for nothing
# as in: typical homework, total / tokens without a look
# verdict: wrong
# loses: evaluate-mean
# named: evaluation_divides_by_zero
def evaluate_loss(model, batches):
    mode = model.training
    model.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for batch in batches:
            loss, n = batch_loss(model, batch)
            total, tokens = total + loss.item(), tokens + n.item()
    model.train(mode)
    return total / tokens


# form: a tensor
# as in: typical homework, losses added up as tensors
# verdict: wrong
# loses: evaluate-mean
# named: evaluation_is_a_tensor
def evaluate_loss(model, batches):
    mode = model.training
    model.eval()
    total, tokens = torch.zeros((), dtype=torch.float64), 0
    with torch.no_grad():
        for batch in batches:
            loss, n = batch_loss(model, batch)
            total, tokens = total + loss, tokens + int(n)
    model.train(mode)
    if tokens == 0:
        raise ValueError("no tokens")
    return total / tokens


# form: the training loop copied, backward and all
# as in: typical homework, train and evaluate by copy and paste
# verdict: wrong
# loses: evaluate-leaves
# named: evaluation_leaves_gradients
def evaluate_loss(model, batches):
    mode = model.training
    model.eval()
    total, tokens = 0.0, 0
    for batch in batches:
        model.zero_grad()
        loss, n = batch_loss(model, batch)
        loss.backward()
        total, tokens = total + loss.item(), tokens + n.item()
    model.train(mode)
    if tokens == 0:
        raise ValueError("no tokens")
    return total / tokens


# form: the mean over the batches, no evaluation mode
# as in: typical homework
# verdict: wrong
# loses: evaluate-mean, evaluate-mode
# named: evaluation_averages_batches, evaluation_with_dropout
@torch.no_grad()
def evaluate_loss(model, batches):
    losses = []
    for batch in batches:
        loss, tokens = batch_loss(model, batch)
        losses.append((loss / tokens).item())
    if not losses:
        raise ValueError("no batch")
    return sum(losses) / len(losses)
