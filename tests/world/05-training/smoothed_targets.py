"""Forms in which public code writes smoothed targets."""


# form: one_hot and a row of words
# as in: a habit from TensorFlow, one-hot times (1 - eps) plus eps / K
# verdict: right
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    one_hot = F.one_hot(targets, num_classes=vocabulary_size).float()
    words = torch.ones(vocabulary_size)
    words[pad_id] = 0
    rows = one_hot * (1 - smoothing) + words * (smoothing / (vocabulary_size - 1))
    rows[targets == pad_id] = 0
    return rows


# form: fill, scatter, zero the column, index_fill the rows
# as in: The Annotated Transformer (Harvard NLP), LabelSmoothing, with this exercise's numbers
# verdict: right
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    true_dist = torch.empty(targets.size(0), vocabulary_size)
    share = smoothing / (vocabulary_size - 1)
    true_dist.fill_(share)
    true_dist.scatter_(1, targets.unsqueeze(1), 1.0 - smoothing + share)
    true_dist[:, pad_id] = 0
    mask = torch.nonzero(targets == pad_id)
    if mask.numel() > 0:
        true_dist.index_fill_(0, mask.squeeze(1), 0.0)
    return true_dist


# form: number by number
# as in: typical homework
# verdict: right
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    table = []
    for target in targets.tolist():
        row = []
        for token in range(vocabulary_size):
            p = 0.0
            if target != pad_id and token != pad_id:
                p += smoothing / (vocabulary_size - 1)
                if token == target:
                    p += 1 - smoothing
            row.append(p)
        table.append(row)
    return torch.tensor(table)


# form: rows of a matrix
# as in: a habit of indexing torch.eye
# verdict: right
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    V = vocabulary_size
    matrix = (1 - smoothing) * torch.eye(V) + smoothing / (V - 1)
    matrix[pad_id, :] = 0.0
    matrix[:, pad_id] = 0.0
    return matrix[targets]


# form: torch.where and an outer product of masks
# as in: jadore801120/attention-is-all-you-need-pytorch, cal_loss, with this exercise's numbers
# verdict: right
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    ids = torch.arange(vocabulary_size)
    share = torch.tensor(smoothing / (vocabulary_size - 1))
    rows = torch.where(ids[None] == targets[:, None], 1 - smoothing + share, share)
    real = (targets != pad_id).float()
    return rows * torch.outer(real, (ids != pad_id).float())


# form: a mixture by lerp, scripted
# as in: torch.jit.script on helper functions
# verdict: right
@torch.jit.script
def _mix(targets: torch.Tensor, V: int, smoothing: float, pad_id: int) -> torch.Tensor:
    hard = torch.nn.functional.one_hot(targets, V).to(torch.float32)
    even = torch.full([V], 1.0 / (V - 1))
    even[pad_id] = 0.0
    return torch.lerp(hard, even.expand_as(hard), smoothing)


def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    rows = _mix(targets, vocabulary_size, float(smoothing), int(pad_id))
    return rows.masked_fill(targets.eq(pad_id).unsqueeze(1), 0.0)


# form: the others only, V - 2
# as in: The Annotated Transformer (Harvard NLP), LabelSmoothing: smoothing / (size - 2)
# verdict: wrong
# loses: targets-values
# named: targets_leave_out_the_right_one
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    true_dist = torch.zeros(targets.size(0), vocabulary_size)
    true_dist.fill_(smoothing / (vocabulary_size - 2))
    true_dist.scatter_(1, targets.unsqueeze(1), 1.0 - smoothing)
    true_dist[:, pad_id] = 0
    true_dist[targets == pad_id] = 0
    return true_dist


# form: eps / V for all, padding included
# as in: Szegedy et al. (2016) and torch.nn.CrossEntropyLoss(label_smoothing=...)
# verdict: wrong
# loses: targets-padding, targets-values
# named: targets_expect_padding
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    one_hot = F.one_hot(targets, vocabulary_size).float()
    rows = one_hot * (1 - smoothing) + smoothing / vocabulary_size
    return rows * (targets != pad_id).unsqueeze(1)


# form: eps / (V - 1) for all, padding included
# as in: typical homework: the share of this exercise, and padding gets one too
# verdict: wrong
# loses: targets-rows, targets-padding
# named: targets_give_padding_a_share
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    rows = torch.full((len(targets), vocabulary_size), smoothing / (vocabulary_size - 1))
    rows[torch.arange(len(targets)), targets] += 1 - smoothing
    rows[targets == pad_id] = 0
    return rows


# form: padding gets a share, the right one none
# as in: fairseq, label_smoothed_nll_loss: eps_i = epsilon / (V - 1), 1 - epsilon - eps_i
# verdict: wrong
# loses: targets-values, targets-padding
# named: targets_share_with_all_others
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    eps_i = smoothing / (vocabulary_size - 1)
    rows = torch.full((targets.numel(), vocabulary_size), eps_i)
    rows.scatter_(1, targets[:, None], 1.0 - smoothing)
    return rows.masked_fill((targets == pad_id)[:, None], 0.0)


# form: V - 1 for the others
# as in: blog posts, eps / (V - 1) where the right one is overwritten
# verdict: wrong
# loses: targets-rows
# named: targets_lose_a_share
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    rows = torch.full((targets.size(0), vocabulary_size), smoothing / (vocabulary_size - 1))
    rows.scatter_(1, targets.unsqueeze(1), 1 - smoothing)
    rows[:, pad_id] = 0
    rows[targets == pad_id] = 0
    return rows


# form: the rows of padding stay
# as in: typical homework, the masking is left to the loss
# verdict: wrong
# loses: targets-padding
# named: targets_for_padding
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    spread = smoothing * (torch.arange(vocabulary_size) != pad_id) / (vocabulary_size - 1)
    return spread + (1 - smoothing) * F.one_hot(targets, vocabulary_size)


# form: padding is 0
# as in: d2l and typical homework, targets > 0
# verdict: wrong
# loses: targets-padding
# named: targets_look_for_zero
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    rows = torch.full((len(targets), vocabulary_size), smoothing / (vocabulary_size - 1))
    rows[:, 0] = 0
    rows.scatter_add_(1, targets[:, None], torch.full((len(targets), 1), 1 - smoothing))
    return rows * (targets > 0).unsqueeze(1)


# form: turned round, (V, N)
# as in: bentrevett habits, batch last
# verdict: wrong
# loses: targets-rows, targets-values
# named: targets_lie_on_their_side
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    rows = smoothing / (vocabulary_size - 1) + (1 - smoothing) * F.one_hot(targets, vocabulary_size).float()
    rows[:, pad_id] = 0
    rows[targets == pad_id] = 0
    return rows.T


# form: whole numbers
# as in: typical homework, new_full and zeros_like of integer targets
# verdict: wrong
# loses: targets-rows, targets-values
# named: targets_are_integers
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    rows = targets.new_full((len(targets), vocabulary_size), smoothing / (vocabulary_size - 1))
    rows[:, pad_id] = 0
    rows[torch.arange(len(targets)), targets] += int(1 - smoothing)
    return rows * (targets != pad_id)[:, None]


# form: smoothing is what the right one gets
# as in: typical homework, confidence and smoothing exchanged
# verdict: wrong
# loses: targets-values
# named: targets_the_wrong_way_round
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    confidence = 1 - smoothing
    words = (torch.arange(vocabulary_size) != pad_id).float()
    rows = confidence * words / (vocabulary_size - 1) + smoothing * F.one_hot(targets, vocabulary_size)
    rows[targets == pad_id] = 0
    return rows


# form: 1 for the right one, and eps / V for all
# as in: typical homework, one-hot plus noise
# verdict: wrong
# loses: targets-rows, targets-padding
# named: targets_give_away_too_much, targets_expect_padding
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    rows = F.one_hot(targets, vocabulary_size).float() + smoothing / vocabulary_size
    return rows * (targets != pad_id).unsqueeze(1)


# form: divided by the sum, rows of padding with it
# as in: typical homework, "normalize so that each row sums to 1"
# verdict: wrong
# loses: targets-padding
# named: targets_divide_by_zero
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    rows = torch.full((len(targets), vocabulary_size), smoothing / (vocabulary_size - 1))
    rows[torch.arange(len(targets)), targets] += 1 - smoothing
    rows[:, pad_id] = 0
    rows[targets == pad_id] = 0
    return rows / rows.sum(dim=-1, keepdim=True)


# form: one row for all
# as in: Stack Overflow, expand where repeat was meant
# verdict: wrong
# loses: targets-values
# named: targets_fill_one_row
def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    row = torch.full((vocabulary_size,), smoothing / (vocabulary_size - 1))
    row[pad_id] = 0
    rows = row.expand(len(targets), vocabulary_size)
    for i, target in enumerate(targets):
        rows[i, target] += 1 - smoothing
    return rows * (targets != pad_id)[:, None]
