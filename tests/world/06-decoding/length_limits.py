"""Forms in which public code limits the length of a translation."""


# form: lengths, then plus
# as in: OpenNMT-py and many notebooks: lengths = src.ne(pad).sum(1)
# verdict: right
def length_limits(source, pad_id, extra=50):
    require_a_token_each(source, pad_id)
    return source.ne(pad_id).sum(1) + extra


# form: the size minus the padding
# as in: typical homework
# verdict: right
def length_limits(source, pad_id, extra=50):
    require_a_token_each(source, pad_id)
    padding = torch.eq(source, pad_id).long().sum(dim=-1)
    return source.size(1) - padding + extra


# form: count_nonzero
# as in: torch.count_nonzero, Stack Overflow
# verdict: right
def length_limits(source: Tensor, pad_id: int, extra: int = 50) -> Tensor:
    require_a_token_each(source, pad_id)
    return torch.count_nonzero(source - pad_id, dim=1).add(extra)


# form: a list of lengths
# as in: typical homework, a loop over sentences
# verdict: right
def length_limits(source, pad_id, extra=50):
    require_a_token_each(source, pad_id)
    limits = []
    for sentence in source:
        real = [token for token in sentence.tolist() if token != pad_id]
        limits.append(len(real) + extra)
    return torch.tensor(limits, device=source.device)


# form: errors by hand
# as in: ChatGPT-like code that validates by itself
# verdict: right
def length_limits(source, pad_id, extra=50):
    if source.dim() != 2:
        raise ValueError(f"expected (B, S), got {tuple(source.shape)}")
    lengths = torch.where(source == pad_id, 0, 1).sum(dim=1)
    if (lengths == 0).any():
        raise ValueError("a sentence is empty")
    return lengths + extra


# form: a matrix product with ones, in integers
# as in: einsum habit
# verdict: right
def length_limits(source, pad_id, extra=50):
    require_a_token_each(source, pad_id)
    real = (source != pad_id).to(torch.int64)
    return torch.einsum("bs->b", real) + extra


# form: the width of the batch
# as in: PyTorch's translation tutorial: max_len = num_tokens + 5, from the shape
# verdict: wrong
# loses: limits-values
# named: limits_that_count_padding
def length_limits(source, pad_id, extra=50):
    require_a_token_each(source, pad_id)
    return torch.full((len(source),), source.shape[1] + extra)


# form: 50 whatever extra says
# as in: typical homework, the paper's number in the code
# verdict: wrong
# loses: limits-values
# named: limits_of_fifty
def length_limits(source, pad_id, extra=50):
    require_a_token_each(source, pad_id)
    return (source != pad_id).sum(dim=1) + 50


# form: a fixed number
# as in: bentrevett/pytorch-seq2seq, translate_sentence(max_len = 50)
# verdict: wrong
# loses: limits-values
# named: limits_without_the_input
def length_limits(source, pad_id, extra=50):
    require_a_token_each(source, pad_id)
    return torch.tensor([extra] * source.size(0))


# form: padding is 0
# as in: tutorials with pad 0: (src > 0).sum
# verdict: wrong
# loses: limits-values
# named: limits_with_padding_zero
def length_limits(source, pad_id, extra=50):
    require_a_token_each(source, pad_id)
    return (source > 0).sum(dim=1) + extra


# form: sum over the batch
# as in: typical homework, dim=0
# verdict: wrong
# loses: limits-values
# named: limits_along_the_batch
def length_limits(source, pad_id, extra=50):
    require_a_token_each(source, pad_id)
    return (source != pad_id).sum(dim=0) + extra


# form: one number for the batch
# as in: typical homework, sum without a dim
# verdict: wrong
# loses: limits-values
# named: limits_of_the_whole_batch
def length_limits(source, pad_id, extra=50):
    require_a_token_each(source, pad_id)
    return (source != pad_id).sum() + extra


# form: floats
# as in: typical homework, mask.float().sum(1)
# verdict: wrong
# loses: limits-values
# named: limits_of_floats
def length_limits(source, pad_id, extra=50):
    require_a_token_each(source, pad_id)
    return (source != pad_id).float().sum(dim=1) + extra


# form: a Python list
# as in: typical homework, .tolist()
# verdict: wrong
# loses: limits-values
# named: limits_as_a_list
def length_limits(source, pad_id, extra=50):
    require_a_token_each(source, pad_id)
    return [int(n) + extra for n in (source != pad_id).sum(1)]


# form: counts the padding itself, and one less for the end
# as in: typical homework, polarity turned round and an off-by-one
# verdict: wrong
# loses: limits-values
# named: -
def length_limits(source, pad_id, extra=50):
    require_a_token_each(source, pad_id)
    return (source == pad_id).sum(dim=1) + extra - 1


# form: an empty sentence passes
# as in: most public code: nothing checks its input
# verdict: wrong
# loses: limits-refused
# named: limits_of_an_empty_sentence
def length_limits(source, pad_id, extra=50):
    return (source != pad_id).sum(dim=1) + extra
