"""Forms in which public code writes the causal mask."""


# form: triu from the first diagonal above, compared with zero
# as in: The Annotated Transformer, subsequent_mask
# verdict: right
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must not be negative")
    future = torch.triu(torch.ones((length, length), device=device), diagonal=1).type(torch.uint8)
    return future == 0


# form: two aranges compared
# as in: x-transformers and other code of lucidrains, positions compared by broadcasting
# verdict: right
def causal_mask(length: int, device=None):
    if length < 0:
        raise ValueError(f"negative length {length}")
    i = torch.arange(length, device=device)
    return i[None, :] <= i[:, None]


# form: 1 minus triu, without a batch axis
# as in: jadore801120/attention-is-all-you-need-pytorch, get_subsequent_mask
# verdict: right
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError(length)
    subsequent_mask = (1 - torch.triu(torch.ones((length, length), device=device), diagonal=1)).bool()
    return subsequent_mask


# form: nested lists of booleans
# as in: a beginner's two loops, as a comprehension
# verdict: right
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    rows = [[key <= query for key in range(length)] for query in range(length)]
    return torch.tensor(rows, dtype=torch.bool, device=device).reshape(length, length)


# form: row by row in place
# as in: Stack Overflow, slices assigned in a loop
# verdict: right
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    mask = torch.zeros(length, length, dtype=torch.bool, device=device)
    for t in range(length):
        mask[t, : t + 1] = True
    return mask


# form: a running sum of the identity
# as in: a NumPy trick, cumsum of eye
# verdict: right
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    return torch.eye(length, device=device).cumsum(dim=0).bool()


# form: transposed on purpose, then set right
# as in: PyTorch's old tutorial, generate_square_subsequent_mask: (torch.triu(torch.ones(sz, sz)) == 1).transpose(0, 1)
# verdict: right
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    return (torch.triu(torch.ones(length, length, device=device)) == 1).transpose(0, 1)


# form: made of floats on the processor, then moved
# as in: nanoGPT's register_buffer("bias", torch.tril(torch.ones(...))), with .to
# verdict: right
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    mask = torch.tril(torch.ones(length, length)) > 0
    return mask if device is None else mask.to(device)


# form: numbers written into own zeros by their indices
# as in: torch.tril_indices of the PyTorch documentation
# verdict: right
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    rows, columns = torch.tril_indices(length, length, device=device)
    mask = torch.zeros(length, length, device=device, dtype=torch.bool)
    mask[rows, columns] = True
    return mask


# form: floats, ones and zeros
# as in: nanoGPT, the buffer "bias"
# verdict: wrong
# loses: causal-mask-values
# named: causal_mask_of_numbers
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    return torch.tril(torch.ones(length, length, device=device))


# form: additive, 0 and minus infinity
# as in: PyTorch's nn.Transformer.generate_square_subsequent_mask
# verdict: wrong
# loses: causal-mask-values
# named: causal_mask_to_be_added
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    return torch.triu(torch.full((length, length), float("-inf"), device=device), diagonal=1)


# form: True at the future
# as in: Raschka, LLMs from scratch: torch.triu(torch.ones(...), diagonal=1) as the mask
# verdict: wrong
# loses: causal-mask-values
# named: causal_mask_inverted
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    return torch.triu(torch.ones(length, length, device=device), diagonal=1).bool()


# form: an axis in front
# as in: The Annotated Transformer, subsequent_mask has shape (1, size, size)
# verdict: wrong
# loses: causal-mask-values
# named: causal_mask_with_an_axis_in_front
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    attn_shape = (1, length, length)
    return torch.triu(torch.ones(attn_shape, device=device), diagonal=1) == 0


# form: upper triangle with the diagonal
# as in: Stack Overflow, tril or triu
# verdict: wrong
# loses: causal-mask-values
# named: causal_mask_transposed
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    idx = torch.arange(length, device=device)
    return idx[:, None] <= idx[None, :]


# form: triu without diagonal=1, negated
# as in: Stack Overflow, the forgotten diagonal argument
# verdict: wrong
# loses: causal-mask-values
# named: causal_mask_blind_to_itself
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    return ~torch.triu(torch.ones(length, length, dtype=torch.bool, device=device))


# form: diagonal=1 with tril
# as in: a mix-up of triu(diagonal=1) and tril
# verdict: wrong
# loses: causal-mask-values
# named: causal_mask_sees_one_ahead
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    return torch.tril(torch.ones(length, length, device=device), diagonal=1).to(torch.bool)


# form: the device is forgotten
# as in: The Annotated Transformer, subsequent_mask takes no device
# verdict: wrong
# loses: causal-mask-device
# named: causal_mask_on_the_default_device
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    i = torch.arange(length)
    return i <= i.unsqueeze(1)


# form: .cuda() if there is one
# as in: old tutorials, a global device
# verdict: wrong
# loses: causal-mask-device
# named: causal_mask_on_the_default_device
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    return torch.tril(torch.ones(length, length, dtype=torch.bool)).to(DEVICE)


# form: the processor if no device is asked for
# as in: ChatGPT-like code, device or torch.device("cpu")
# verdict: wrong
# loses: causal-mask-device
# named: causal_mask_on_the_processor
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    device = device or torch.device("cpu")
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()


# form: two mistakes, floats and no device
# as in: hyunwoongko/transformer, make_trg_mask: torch.tril(torch.ones(...)) before its type and device
# verdict: wrong
# loses: causal-mask-values, causal-mask-device
# named: causal_mask_on_the_default_device, causal_mask_of_numbers
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    return torch.ones(length, length).tril()


# form: two mistakes, True at the future and on the diagonal
# as in: nn.Transformer's "True is hidden" together with a forgotten diagonal argument
# verdict: wrong
# loses: causal-mask-values
# named: causal_mask_transposed
def causal_mask(length, device=None):
    if length < 0:
        raise ValueError("length must be >= 0")
    hidden = torch.ones(length, length, device=device).triu()
    return hidden == 1


# form: no ValueError for a negative length
# as in: any public code: the size is not checked
# verdict: wrong
# loses: causal-mask-device
# named: causal_mask_takes_a_negative_length
def causal_mask(length, device=None):
    return torch.tensor(
        [[s <= t for s in range(length)] for t in range(length)], dtype=torch.bool, device=device
    ).reshape(max(length, 0), -1)


# form: assert in place of ValueError
# as in: a habit of minGPT and The Annotated Transformer, assert for arguments
# verdict: wrong
# loses: causal-mask-device
# named: causal_mask_takes_a_negative_length
def causal_mask(length, device=None):
    assert length >= 0, "length must not be negative"
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()
