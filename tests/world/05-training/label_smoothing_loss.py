"""Forms in which public code writes the loss with label smoothing."""


# form: cross_entropy of PyTorch with rows of probabilities
# as in: torch.nn.functional.cross_entropy, which takes probabilities as targets
# verdict: right
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    rows = smoothed_targets(targets, logits.size(-1), smoothing, pad_id).to(dtype)
    return F.cross_entropy(logits.to(dtype), rows, reduction="sum"), (targets != pad_id).sum()


# form: nll_loss and smooth_loss, ignore_index
# as in: fairseq, label_smoothed_nll_loss, with this exercise's shares
# verdict: right
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    dtype = logits.dtype if logits.dtype == torch.float64 else torch.float32
    lprobs = F.log_softmax(logits, dim=-1, dtype=dtype)
    nll_loss = F.nll_loss(lprobs, targets, ignore_index=pad_id, reduction="sum")
    pad_mask = targets.eq(pad_id)
    words = torch.ones(logits.size(1), dtype=torch.bool)
    words[pad_id] = False
    smooth_loss = -lprobs[:, words].sum(dim=-1).masked_fill(pad_mask, 0.0).sum()
    loss = (1.0 - smoothing) * nll_loss + smoothing / (logits.size(1) - 1) * smooth_loss
    return loss, (~pad_mask).sum()


# form: log_softmax without a dim
# as in: old PyTorch code, F.log_softmax(x), which takes dim 1 of two axes
# verdict: right
import warnings


def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    x = logits.double() if logits.dtype == torch.float64 else logits.float()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        log_p = F.log_softmax(x)
    rows = smoothed_targets(targets, x.shape[1], smoothing, pad_id)
    return torch.sum(-rows * log_p), targets.ne(pad_id).sum()


# form: logsumexp, real rows only
# as in: tensor2tensor-like padded cross-entropy with weights
# verdict: right
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    keep = targets != pad_id
    z = logits[keep].to(torch.promote_types(logits.dtype, torch.float32))
    y = targets[keep]
    log_z = torch.logsumexp(z, dim=1)
    right = z[torch.arange(len(y)), y]
    mean = (z.sum(1) - z[:, pad_id]) / (z.shape[1] - 1)
    loss = ((1 - smoothing) * (log_z - right) + smoothing * (log_z - mean)).sum()
    return loss, keep.sum()


# form: token by token
# as in: typical homework
# verdict: right
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    loss, tokens, V = logits.to(dtype).sum() * 0, 0, logits.shape[1]
    for row, target in zip(logits.to(dtype), targets.tolist()):
        if target == pad_id:
            continue
        log_p = torch.log_softmax(row, 0)
        loss = loss - (1 - smoothing) * log_p[target]
        for token in range(V):
            if token != pad_id:
                loss = loss - smoothing / (V - 1) * log_p[token]
        tokens += 1
    return loss, torch.tensor(tokens)


# form: a criterion class, einsum
# as in: OpenNMT-py, LabelSmoothingLoss as an nn.Module
# verdict: right
class _Criterion(nn.Module):
    def __init__(self, smoothing, pad_id):
        super().__init__()
        self.log_softmax, self.smoothing, self.pad_id = nn.LogSoftmax(dim=-1), smoothing, pad_id

    def forward(self, x, target):
        rows = smoothed_targets(target, x.size(-1), self.smoothing, self.pad_id).to(x)
        return -torch.einsum("nv,nv->", rows, self.log_softmax(x))


def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    if logits.dtype not in (torch.float32, torch.float64):
        logits = logits.float()
    return _Criterion(smoothing, pad_id)(logits, targets), torch.count_nonzero(targets != pad_id)


# form: KL divergence plus the entropy of the rows
# as in: The Annotated Transformer's criterion, mended to be a cross-entropy
# verdict: right
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    rows = smoothed_targets(targets, logits.size(1), smoothing, pad_id).to(dtype)
    divergence = F.kl_div(logits.log_softmax(-1, dtype=dtype), rows, reduction="sum")
    entropy = -torch.xlogy(rows, rows).sum()
    return divergence + entropy, (targets != pad_id).sum()


# form: KL divergence
# as in: The Annotated Transformer (Harvard NLP), LabelSmoothing with nn.KLDivLoss(reduction="sum")
# verdict: wrong
# loses: loss-smoothing
# named: loss_is_a_divergence
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    rows = smoothed_targets(targets, logits.size(1), smoothing, pad_id).to(dtype)
    criterion = nn.KLDivLoss(reduction="sum")
    return criterion(logits.log_softmax(-1, dtype=dtype), rows), (targets != pad_id).sum()


# form: PyTorch's label_smoothing and ignore_index
# as in: torch.nn.CrossEntropyLoss(ignore_index=pad, label_smoothing=0.1), in nearly every tutorial
# verdict: wrong
# loses: loss-smoothing
# named: loss_expects_padding
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    criterion = nn.CrossEntropyLoss(ignore_index=pad_id, label_smoothing=smoothing, reduction="sum")
    return criterion(logits.to(dtype), targets), (targets != pad_id).sum()


# form: the shares of fairseq
# as in: fairseq, label_smoothed_nll_loss
# verdict: wrong
# loses: loss-smoothing
# named: loss_shares_with_all_others
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    lprobs = logits.log_softmax(-1, dtype=torch.promote_types(logits.dtype, torch.float32))
    target = targets.unsqueeze(-1)
    nll_loss = -lprobs.gather(dim=-1, index=target)
    smooth_loss = -lprobs.sum(dim=-1, keepdim=True)
    pad_mask = target.eq(pad_id)
    nll_loss, smooth_loss = nll_loss.masked_fill(pad_mask, 0.0), smooth_loss.masked_fill(pad_mask, 0.0)
    eps_i = smoothing / (lprobs.size(-1) - 1)
    loss = (1.0 - smoothing - eps_i) * nll_loss.sum() + eps_i * smooth_loss.sum()
    return loss, (~pad_mask).sum()


# form: the others only, V - 2
# as in: The Annotated Transformer and OpenNMT-py, smoothing / (size - 2)
# verdict: wrong
# loses: loss-smoothing
# named: loss_spreads_over_the_others
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    log_p = logits.log_softmax(-1, dtype=torch.promote_types(logits.dtype, torch.float32))
    rows = torch.full_like(log_p, smoothing / (logits.size(1) - 2)).detach()
    rows.scatter_(1, targets.unsqueeze(1), 1.0 - smoothing)
    rows[:, pad_id] = 0
    rows[targets == pad_id] = 0
    return -(rows * log_p).sum(), (targets != pad_id).sum()


# form: eps / (V - 1) for everything, padding included
# as in: typical homework: the share of this exercise, and padding gets one too
# verdict: wrong
# loses: loss-smoothing
# named: loss_gives_padding_a_share
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    log_p = logits.log_softmax(-1, dtype=torch.promote_types(logits.dtype, torch.float32))
    real = targets != pad_id
    right = log_p[torch.arange(len(targets)), targets]
    share = smoothing / (logits.size(1) - 1)
    each = -(1 - smoothing) * right - share * log_p.sum(dim=1)
    return (each * real).sum(), real.sum()


# form: softmax, then binary cross-entropy
# as in: Stack Overflow, BCELoss on a softmax
# verdict: wrong
# loses: loss-plain
# named: loss_is_binary_on_probabilities
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    p = F.softmax(logits.to(dtype), dim=-1)
    rows = smoothed_targets(targets, logits.size(1), smoothing, pad_id).to(dtype)
    real = targets != pad_id
    return F.binary_cross_entropy(p[real], rows[real], reduction="sum"), real.sum()


# form: softmax before CrossEntropyLoss
# as in: Stack Overflow, a model that ends with a softmax and CrossEntropyLoss
# verdict: wrong
# loses: loss-plain
# named: loss_of_probabilities
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    probabilities = nn.Softmax(dim=-1)(logits.to(dtype))
    rows = smoothed_targets(targets, logits.size(1), smoothing, pad_id).to(dtype)
    return F.cross_entropy(probabilities, rows, reduction="sum"), (targets != pad_id).sum()


# form: the logarithm of a softmax
# as in: typical homework, torch.log(torch.softmax(...))
# verdict: wrong
# loses: loss-stable
# named: loss_of_a_rounded_zero
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_p = torch.log(torch.softmax(logits.to(dtype), dim=-1))
    real = targets != pad_id
    every = log_p.sum(dim=-1) - log_p[:, pad_id]
    right = log_p[range(len(targets)), targets]
    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every
    return each[real].sum(), real.sum()


# form: 1e-9 in the logarithm
# as in: typical homework, torch.log(p + 1e-9)
# verdict: wrong
# loses: loss-stable
# named: loss_with_a_floor
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_p = torch.log(torch.softmax(logits.to(dtype), dim=-1) + 1e-9)
    rows = smoothed_targets(targets, logits.size(1), smoothing, pad_id).to(dtype)
    return -(rows * log_p).sum(), (targets != pad_id).sum()


# form: the mean over the tokens
# as in: torch.nn.CrossEntropyLoss with its default reduction="mean"
# verdict: wrong
# loses: loss-plain
# named: loss_is_a_mean
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    rows = smoothed_targets(targets, logits.size(1), smoothing, pad_id).to(dtype)
    tokens = (targets != pad_id).sum()
    return F.cross_entropy(logits.to(dtype), rows, reduction="sum") / tokens, tokens


# form: a Python number of tokens
# as in: typical homework, .item() on the count
# verdict: wrong
# loses: loss-plain
# named: loss_counts_with_a_plain_number
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    log_p = logits.log_softmax(-1, dtype=torch.promote_types(logits.dtype, torch.float32))
    rows = smoothed_targets(targets, logits.size(1), smoothing, pad_id)
    return -(rows * log_p).sum(), int((targets != pad_id).sum())


# form: the loss alone
# as in: PyTorch criteria, which return one tensor
# verdict: wrong
# loses: loss-plain, loss-smoothing, loss-padding
# named: loss_without_its_tokens
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    log_p = logits.log_softmax(-1, dtype=torch.promote_types(logits.dtype, torch.float32))
    return -(smoothed_targets(targets, logits.size(1), smoothing, pad_id) * log_p).sum()


# form: always float32
# as in: a habit, logits.float() before the softmax
# verdict: wrong
# loses: loss-stable
# named: loss_always_in_float32
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    log_p = F.log_softmax(logits.float(), dim=-1)
    rows = smoothed_targets(targets, logits.size(1), smoothing, pad_id)
    return -(rows * log_p).sum(), (targets != pad_id).sum()


# form: the precision of the logits
# as in: typical homework, logits.log_softmax(-1)
# verdict: wrong
# loses: loss-stable
# named: loss_in_half_precision
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    log_p = F.log_softmax(logits, dim=-1)
    real = targets.ne(pad_id)
    right = log_p.gather(1, targets.view(-1, 1)).view(-1)
    every = log_p.sum(dim=-1) - log_p[:, pad_id]
    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every
    return torch.sum(each[real]), real.sum()


# form: targets > 0
# as in: d2l and TensorFlow tutorials, mask = targets != 0
# verdict: wrong
# loses: loss-padding
# named: loss_looks_for_zero
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    log_p = logits.log_softmax(-1, dtype=torch.promote_types(logits.dtype, torch.float32))
    mask = (targets > 0).to(log_p)
    right = log_p.gather(1, targets[:, None])[:, 0]
    smooth = log_p[:, 1:].mean(dim=1)
    return -(((1 - smoothing) * right + smoothing * smooth) * mask).sum(), (targets > 0).sum()


# form: every position is a token
# as in: typical homework, targets.numel()
# verdict: wrong
# loses: loss-padding
# named: loss_counts_every_position
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    log_p = logits.log_softmax(-1, dtype=torch.promote_types(logits.dtype, torch.float32))
    rows = smoothed_targets(targets, logits.size(1), smoothing, pad_id)
    return -(rows * log_p).sum(), torch.tensor(targets.numel())


# form: a number without a graph
# as in: typical homework, torch.tensor(loss.item())
# verdict: wrong
# loses: loss-gradient
# named: loss_detached
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_p = logits.log_softmax(-1, dtype=dtype)
    rows = smoothed_targets(targets, logits.size(1), smoothing, pad_id)
    loss = -(rows * log_p).sum()
    return torch.tensor(loss.item(), dtype=dtype), (targets != pad_id).sum()


# form: PyTorch's label_smoothing, its mean, padding counted
# as in: typical homework, CrossEntropyLoss(label_smoothing=0.1) alone
# verdict: wrong
# loses: loss-plain, loss-smoothing, loss-padding
# named: loss_is_a_mean, loss_expects_padding, loss_counts_padding
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    loss = F.cross_entropy(logits.to(dtype), targets, label_smoothing=smoothing)
    return loss, torch.tensor(len(targets))


# form: no look at the shapes
# as in: PyTorch, where smoothing of 1.5 passes quietly
# verdict: wrong
# loses: loss-plain
# named: loss_accepts_any_smoothing
def label_smoothing_loss(logits, targets, smoothing, pad_id):
    log_p = logits.log_softmax(-1, dtype=torch.promote_types(logits.dtype, torch.float32))
    rows = smoothed_targets(targets, logits.size(1), smoothing, pad_id)
    return -(rows * log_p).sum(), (targets != pad_id).sum()
