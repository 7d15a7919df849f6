"""Forms in which public code computes the cross-entropy of one batch."""


# form: take_along_axis and a mask of numbers
# as in: Hugging Face transformers and JAX code, sum of loss * mask over mask.sum()
# verdict: right
def mean_loss(probabilities, targets, pad_id):
    p = np.take_along_axis(probabilities, targets[..., None], axis=-1).squeeze(-1)
    mask = (targets != pad_id).astype(probabilities.dtype)
    return float((-np.log(p) * mask).sum() / mask.sum())


# form: one-hot, the sum of -y log p
# as in: Keras, categorical_crossentropy; the KL divergence to a one-hot distribution
# verdict: right
def mean_loss(probabilities, targets, pad_id):
    V = probabilities.shape[-1]
    y = np.eye(V)[targets]
    loss = -(y * np.log(probabilities)).sum(axis=-1)
    return loss[targets != pad_id].mean()


# form: PyTorch's nll_loss with ignore_index
# as in: PyTorch users, F.nll_loss(log_probs, target, ignore_index=pad)
# verdict: right
def mean_loss(probabilities, targets, pad_id):
    log_p = torch.tensor(probabilities).log().flatten(0, 1)
    gold = torch.tensor(targets).flatten().long()
    return torch.nn.functional.nll_loss(log_p, gold, ignore_index=pad_id).item()


# form: two loops
# as in: a beginner's loop with a sum and a counter
# verdict: right
def mean_loss(probabilities, targets, pad_id):
    total, count = 0.0, 0
    for b in range(targets.shape[0]):
        for t in range(targets.shape[1]):
            if targets[b, t] == pad_id:
                continue
            total -= math.log(probabilities[b, t, targets[b, t]])
            count += 1
    return total / count


# form: a masked array
# as in: NumPy's masked arrays
# verdict: right
def mean_loss(probabilities: Array, targets: np.ndarray, pad_id: int) -> float:
    B, T, _ = probabilities.shape
    picked = probabilities[np.arange(B)[:, None], np.arange(T), targets]
    losses = np.ma.masked_array(-np.log(picked), mask=targets == pad_id)
    return float(losses.mean())


# form: flattened, np.average with weights
# as in: training loops, logits.view(-1, V) and targets.view(-1)
# verdict: right
def mean_loss(probabilities, targets, pad_id):
    flat = probabilities.reshape(-1, probabilities.shape[-1])
    ids = targets.reshape(-1)
    losses = -np.log(flat[np.arange(ids.size), ids])
    return np.average(losses, weights=ids != pad_id)


# form: cross_entropy of the logarithms
# as in: PyTorch users: the softmax of log p is p
# verdict: right
def mean_loss(probabilities, targets, pad_id):
    log_p = torch.log(torch.from_numpy(probabilities.copy()))
    return float(torch.nn.CrossEntropyLoss(ignore_index=pad_id)(log_p.transpose(1, 2), torch.from_numpy(targets.copy())))


# form: math.fsum over a generator
# as in: careful sums in plain Python
# verdict: right
def mean_loss(probabilities, targets, pad_id):
    prices = [
        -math.log(p[i])
        for rows, ids in zip(probabilities, targets)
        for p, i in zip(rows, ids)
        if i != pad_id
    ]
    return math.fsum(prices) / len(prices)


# form: cross_entropy of the probabilities
# as in: Stack Overflow, softmax before nn.CrossEntropyLoss
# verdict: wrong
# loses: mean-loss-values
# named: loss_of_a_softmax_twice
def mean_loss(probabilities, targets, pad_id):
    p = torch.tensor(probabilities).reshape(-1, probabilities.shape[-1])
    return torch.nn.functional.cross_entropy(p, torch.tensor(targets).reshape(-1), ignore_index=pad_id).item()


# form: nll_loss of the probabilities
# as in: Stack Overflow, NLLLoss without log_softmax, which gives a negative loss
# verdict: wrong
# loses: mean-loss-values
# named: loss_of_plain_probabilities
def mean_loss(probabilities, targets, pad_id):
    p = torch.tensor(probabilities).reshape(-1, probabilities.shape[-1])
    return torch.nn.functional.nll_loss(p, torch.tensor(targets).reshape(-1), ignore_index=pad_id).item()


# form: binary cross-entropy after a softmax
# as in: Keras habits, loss="binary_crossentropy" on softmax outputs
# verdict: wrong
# loses: mean-loss-values
# named: loss_of_two_answers
def mean_loss(probabilities, targets, pad_id):
    real = targets != pad_id
    y = np.eye(probabilities.shape[-1])[targets[real]]
    p = torch.tensor(probabilities[real])
    return torch.nn.functional.binary_cross_entropy(p, torch.tensor(y)).item()


# form: the mean over ids too
# as in: np.mean(-y * np.log(p)) in blog posts
# verdict: wrong
# loses: mean-loss-values
# named: loss_over_all_ids
def mean_loss(probabilities, targets, pad_id):
    real = targets != pad_id
    y = np.eye(probabilities.shape[-1])[targets[real]]
    return float(np.mean(-y * np.log(probabilities[real])))


# form: the log of the mean
# as in: a slip in the order of log and mean
# verdict: wrong
# loses: mean-loss-values
# named: loss_of_the_mean
def mean_loss(probabilities, targets, pad_id):
    real = targets != pad_id
    return float(-np.log(probabilities[real, targets[real]].mean()))


# form: perplexity
# as in: language-model tutorials, exp of the loss
# verdict: wrong
# loses: mean-loss-values
# named: loss_as_a_perplexity
def mean_loss(probabilities, targets, pad_id):
    real = targets != pad_id
    return float(np.exp(-np.log(probabilities[real, targets[real]]).mean()))


# form: the entropy of the model
# as in: a mix-up of entropy and cross-entropy, -sum p log p
# verdict: wrong
# loses: mean-loss-values
# named: loss_is_the_entropy
def mean_loss(probabilities, targets, pad_id):
    p = probabilities[targets != pad_id]
    return float(-(p * np.log(p)).sum(axis=-1).mean())


# form: indexed one after the other
# as in: Stack Overflow, a[rows][columns] for a[rows, columns]
# verdict: wrong
# loses: mean-loss-values
# named: loss_of_all_pairs
def mean_loss(probabilities, targets, pad_id):
    real = targets != pad_id
    right = probabilities[real][:, targets[real]]
    return float(-np.log(right).mean())


# form: log10
# as in: a slip: "log" on a calculator
# verdict: wrong
# loses: mean-loss-values
# named: loss_with_log10
def mean_loss(probabilities, targets, pad_id):
    real = targets != pad_id
    return float(-np.log10(probabilities[real, targets[real]]).mean())


# form: no minus
# as in: a forgotten sign
# verdict: wrong
# loses: mean-loss-values
# named: loss_without_a_minus
def mean_loss(probabilities, targets, pad_id):
    real = targets != pad_id
    total = 0.0
    for p, i in zip(probabilities[real], targets[real]):
        total += math.log(p[i])
    return total / real.sum()


# form: padding counts
# as in: PyTorch users, cross_entropy without ignore_index
# verdict: wrong
# loses: mean-loss-padding
# named: loss_with_padding
def mean_loss(probabilities, targets, pad_id):
    log_p = torch.tensor(probabilities).log().reshape(-1, probabilities.shape[-1])
    return torch.nn.functional.nll_loss(log_p, torch.tensor(targets).reshape(-1)).item()


# form: masked, then the mean of everything
# as in: d2l, MaskedSoftmaxCELoss: (unweighted_loss * weights).mean(dim=1)
# verdict: wrong
# loses: mean-loss-padding
# named: loss_by_all_places
def mean_loss(probabilities, targets, pad_id):
    picked = np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0]
    return float((-np.log(picked) * (targets != pad_id)).mean())


# form: a mean of each sentence first
# as in: length-normalized scores, averaged over the batch
# verdict: wrong
# loses: mean-loss-padding
# named: loss_of_sentences
def mean_loss(probabilities, targets, pad_id):
    picked = np.take_along_axis(probabilities, targets[..., None], axis=-1)[..., 0]
    mask = targets != pad_id
    return float(((-np.log(picked) * mask).sum(1) / mask.sum(1)).mean())


# form: ignore_index=0
# as in: PyTorch tutorials, ignore_index=0 written into the code
# verdict: wrong
# loses: mean-loss-padding
# named: loss_without_id_zero
def mean_loss(probabilities, targets, pad_id):
    log_p = torch.tensor(probabilities).log().reshape(-1, probabilities.shape[-1])
    return torch.nn.functional.nll_loss(log_p, torch.tensor(targets).reshape(-1), ignore_index=0).item()


# form: a tensor
# as in: PyTorch users, a loss without .item()
# verdict: wrong
# loses: mean-loss-values
# named: loss_as_a_tensor
def mean_loss(probabilities, targets, pad_id):
    log_p = torch.tensor(probabilities).log().reshape(-1, probabilities.shape[-1])
    return torch.nn.functional.nll_loss(log_p, torch.tensor(targets).reshape(-1), ignore_index=pad_id)


# form: one loss for each token
# as in: reduction="none"
# verdict: wrong
# loses: mean-loss-values
# named: loss_for_each_token
def mean_loss(probabilities, targets, pad_id):
    real = targets != pad_id
    return -np.log(probabilities[real, targets[real]])


# form: two mistakes, a sum over everything, padding included
# as in: homework of strangers, reduction="sum" without ignore_index
# verdict: wrong
# loses: mean-loss-values, mean-loss-padding
# named: loss_of_all_tokens_added, loss_with_padding
def mean_loss(probabilities, targets, pad_id):
    picked = np.take_along_axis(probabilities, targets[..., None], axis=-1)
    return float(-np.log(picked).sum())


# form: two mistakes, bits and the divisor of the sentences
# as in: homework of strangers, np.log2 and len(targets)
# verdict: wrong
# loses: mean-loss-values, mean-loss-padding
# named: loss_counted_in_bits, loss_per_sentence
def mean_loss(probabilities, targets, pad_id):
    real = targets != pad_id
    return float(-np.log2(probabilities[real, targets[real]]).sum() / len(targets))
