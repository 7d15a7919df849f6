"""Forms in which public code predicts the next token."""


# form: decode, last position, generator
# as in: The Annotated Transformer, greedy_decode: model.generator(out[:, -1])
# verdict: right
def next_log_probabilities(model, prefixes, memory, source_mask):
    out = model.decode(prefixes, memory, source_mask)
    return F.log_softmax(model.target_embedding.to_logits(out[:, -1]), dim=-1)


# form: logits of all positions, then the last
# as in: nanoGPT, generate: logits = logits[:, -1, :]
# verdict: right
def next_log_probabilities(model, prefixes, memory, source_mask):
    logits = model.target_embedding.to_logits(model.decode(prefixes, memory, source_mask))
    logits = logits[:, -1, :]
    return torch.log_softmax(logits, dim=-1)


# form: minus the logsumexp
# as in: PyTorch forum, numerically stable log-softmax by hand
# verdict: right
def next_log_probabilities(model: Transformer, prefixes: Tensor, memory: Tensor, source_mask: Tensor) -> Tensor:
    hidden = model.decode(prefixes, memory, source_mask)
    scores = model.target_embedding.to_logits(hidden)[:, prefixes.shape[1] - 1]
    return scores - torch.logsumexp(scores, dim=1, keepdim=True)


# form: under no_grad, in evaluation mode, restored afterwards
# as in: nanoGPT, @torch.no_grad() generate; model.eval() as in many tutorials
# verdict: right
@torch.no_grad()
def next_log_probabilities(model, prefixes, memory, source_mask):
    was_training = model.training
    model.eval()
    x = model.decode(prefixes, memory, source_mask).select(1, -1)
    result = nn.LogSoftmax(dim=-1)(model.target_embedding.to_logits(x))
    model.train(was_training)
    return result


# form: in float64, the log of a softmax
# as in: Stack Overflow, torch.log(F.softmax(x)) against log_softmax
# verdict: right
def next_log_probabilities(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)[:, -1:]
    logits = model.target_embedding.to_logits(x).squeeze(1)
    return logits.double().softmax(dim=-1).log().to(logits.dtype)


# form: row by row
# as in: typical homework, one sentence at a time
# verdict: right
def next_log_probabilities(model, prefixes, memory, source_mask):
    rows = []
    for prefix, mem, mask in zip(prefixes, memory, source_mask):
        x = model.decode(prefix[None], mem[None], mask[None])
        rows.append(model.target_embedding.to_logits(x[0, -1]).log_softmax(0))
    return torch.stack(rows)


# form: Categorical normalises
# as in: torch.distributions, Categorical(logits=...).logits
# verdict: right
from torch.distributions import Categorical


def next_log_probabilities(model, prefixes, memory, source_mask):
    logits = model.target_embedding.to_logits(model.decode(prefixes, memory, source_mask))
    return Categorical(logits=logits[:, -1], validate_args=False).logits


# form: logits, no softmax
# as in: nanoGPT and HF transformers, logits[:, -1, :] for argmax
# verdict: wrong
# loses: next-token-normalised
# named: next_token_as_logits
def next_log_probabilities(model, prefixes, memory, source_mask):
    logits = model.target_embedding.to_logits(model.decode(prefixes, memory, source_mask))
    return logits[:, -1]


# form: probabilities
# as in: minGPT, generate: probs = F.softmax(logits, dim=-1)
# verdict: wrong
# loses: next-token-normalised
# named: next_token_as_probabilities
def next_log_probabilities(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)[:, -1]
    return F.softmax(model.target_embedding.to_logits(x), dim=-1)


# form: log_softmax of a softmax
# as in: Stack Overflow, a common double softmax
# verdict: wrong
# loses: next-token-normalised
# named: next_token_normalised_twice
def next_log_probabilities(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)[:, -1]
    probs = model.target_embedding.to_logits(x).softmax(dim=-1)
    return F.log_softmax(probs, dim=-1)


# form: logarithm to base 2
# as in: typical homework, torch.log2 for bits
# verdict: wrong
# loses: next-token-normalised
# named: next_token_in_bits
def next_log_probabilities(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)[:, -1]
    return torch.log2(torch.softmax(model.target_embedding.to_logits(x), dim=-1))


# form: a small number in the logarithm, for safety
# as in: a habit from Keras and GAN code: torch.log(p + 1e-8), here 1e-3
# verdict: wrong
# loses: next-token-normalised
# named: -
def next_log_probabilities(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)[:, -1]
    p = model.target_embedding.to_logits(x).softmax(-1)
    return torch.log(p + 1e-3)


# form: all positions returned
# as in: PyTorch's translation tutorial, the whole output of generator
# verdict: wrong
# loses: next-token-position
# named: next_token_of_every_position
def next_log_probabilities(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)
    return model.target_embedding.to_logits(x).log_softmax(dim=-1)


# form: position axis first
# as in: PyTorch's translation tutorial with (T, B, d): out[-1]
# verdict: wrong
# loses: next-token-position
# named: next_token_of_the_last_row
def next_log_probabilities(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)
    return model.target_embedding.to_logits(x[-1]).log_softmax(dim=-1)


# form: the last token as the whole prefix
# as in: recurrent decoders (bentrevett/pytorch-seq2seq, first notebooks): one token per step
# verdict: wrong
# loses: next-token-position
# named: next_token_after_one_token
def next_log_probabilities(model, prefixes, memory, source_mask):
    last = prefixes[:, -1].unsqueeze(1)
    x = model.decode(last, memory, source_mask)
    return model.target_embedding.to_logits(x.squeeze(1)).log_softmax(dim=-1)


# form: F.softmax-like without a dim
# as in: old tutorials, F.log_softmax(x) with an implicit dimension, over rows of a vector
# verdict: wrong
# loses: next-token-normalised
# named: next_token_normalised_over_rows
def next_log_probabilities(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)[:, -1]
    return F.log_softmax(model.target_embedding.to_logits(x), 0)


# form: a mask of ones in place of the source's
# as in: The Annotated Transformer's example: src_mask = torch.ones(1, 1, 10)
# verdict: wrong
# loses: next-token-source-mask
# named: next_token_reads_source_padding
def next_log_probabilities(model, prefixes, memory, source_mask):
    everything = torch.ones_like(source_mask)
    x = model.decode(prefixes, memory, everything)[:, -1]
    return model.target_embedding.to_logits(x).log_softmax(dim=-1)


# form: two mistakes: the second last position, and logits
# as in: typical homework, off by one from the shifted target
# verdict: wrong
# loses: next-token-position, next-token-normalised
# named: next_token_one_position_early, next_token_as_logits
def next_log_probabilities(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)
    return model.target_embedding.to_logits(x[:, max(prefixes.size(1) - 2, 0)])
