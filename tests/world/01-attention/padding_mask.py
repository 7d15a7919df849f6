"""Forms in which public code writes the padding mask."""


# form: compare, then an axis by unsqueeze(-2)
# as in: The Annotated Transformer (Harvard NLP), Batch: (src != pad).unsqueeze(-2)
# verdict: right
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return (tokens != pad_id).unsqueeze(-2)


# form: torch.ne, an axis by indexing with None, all type-annotated
# as in: fairseq, tokens.ne(pad) and eq(pad) for padding masks
# verdict: right
def padding_mask(tokens: torch.Tensor, pad_id: int) -> torch.BoolTensor:
    require_batch_of_tokens(tokens)
    is_word: torch.Tensor = tokens.ne(pad_id)
    return is_word[:, None, :]


# form: what is padding, negated
# as in: PyTorch's nn.Transformer tutorial, src_padding_mask = (src == PAD_IDX), turned round
# verdict: right
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    is_pad = torch.eq(tokens, pad_id)
    return ~is_pad.view(tokens.size(0), 1, -1)


# form: sentence by sentence in a loop
# as in: a beginner's loop, rows stacked at the end
# verdict: right
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    rows = []
    for sentence in tokens:
        rows.append((sentence != pad_id)[None])
    return torch.stack(rows, dim=0) if rows else tokens.new_zeros((0, 1, tokens.size(1)), dtype=torch.bool)


# form: ones, and False written in place on an own copy
# as in: ChatGPT-like code, masked_fill_ on a mask of ones
# verdict: right
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    mask = torch.ones_like(tokens, dtype=torch.bool)
    mask.masked_fill_(tokens == pad_id, False)
    return mask.unsqueeze(1)


# form: a lambda under an alias
# as in: a habit from functional Python, one-line helpers bound to names
# verdict: right
get_pad_mask = lambda seq, pad_idx: (require_batch_of_tokens(seq), (seq != pad_idx).unsqueeze(1))[1]
padding_mask = get_pad_mask


# form: torch.where with numbers, then bool
# as in: habits from TensorFlow, tf.cast after tf.where
# verdict: right
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    ones_and_zeros = torch.where(tokens == pad_id, 0, 1)
    return ones_and_zeros.to(torch.bool).reshape(len(tokens), 1, tokens.shape[-1])


# form: two axes for heads and queries
# as in: hyunwoongko/transformer, make_src_mask
# verdict: wrong
# loses: padding-mask-shape
# named: padding_mask_with_an_axis_for_heads
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return (tokens != pad_id).unsqueeze(1).unsqueeze(2)


# form: True at the padding, as nn.Transformer wants it
# as in: PyTorch's translation tutorial, src_padding_mask = (src == PAD_IDX)
# verdict: wrong
# loses: padding-mask-values, padding-mask-shape
# named: padding_mask_inverted
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return tokens.eq(pad_id)[:, None]


# form: two mistakes, True at the padding and no axis for the queries
# as in: key_padding_mask of PyTorch's nn.MultiheadAttention, (N, S) and True = ignore
# verdict: wrong
# loses: padding-mask-values, padding-mask-shape
# named: padding_mask_inverted, padding_mask_without_query_axis
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    key_padding_mask = tokens == pad_id
    return key_padding_mask


# form: no axis for the queries
# as in: Hugging Face tokenizers' attention_mask, (batch, length), made boolean
# verdict: wrong
# loses: padding-mask-shape
# named: padding_mask_without_query_axis
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return torch.not_equal(tokens, pad_id)


# form: whatever is not zero
# as in: a habit from Keras, mask_zero=True
# verdict: wrong
# loses: padding-mask-values
# named: padding_mask_looks_for_zero
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return tokens.bool().unsqueeze(1)


# form: whatever is greater than pad_id
# as in: BERT-pytorch (codertimo), mask = (x > 0), generalized by hand
# verdict: wrong
# loses: padding-mask-values
# named: padding_mask_of_greater_ids
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return (tokens > pad_id).unsqueeze(1)


# form: integers of 1 and 0
# as in: Hugging Face tokenizers, attention_mask of 1 and 0
# verdict: wrong
# loses: padding-mask-shape
# named: padding_mask_of_integers
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return (tokens != pad_id).long().unsqueeze(1)


# form: floats of 1.0 and 0.0
# as in: TensorFlow's Transformer tutorial, create_padding_mask casts to float32
# verdict: wrong
# loses: padding-mask-shape
# named: padding_mask_of_floats
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    mask = torch.ones(tokens.size(0), 1, tokens.size(1))
    mask[(tokens == pad_id).unsqueeze(1)] = 0
    return mask


# form: additive, 0 and minus infinity
# as in: PyTorch's float masks of nn.MultiheadAttention, masked_fill(-inf)
# verdict: wrong
# loses: padding-mask-values, padding-mask-shape
# named: padding_mask_to_be_added
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    bias = torch.zeros(tokens.shape, device=tokens.device)
    bias = bias.masked_fill(tokens == pad_id, float("-inf"))
    return bias.unsqueeze(1)


# form: the axis at the end
# as in: Stack Overflow, a common question on unsqueeze(-1) or unsqueeze(1)
# verdict: wrong
# loses: padding-mask-shape
# named: padding_mask_over_queries
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return (tokens != pad_id).unsqueeze(-1)


# form: already written out for every query
# as in: graykode/nlp-tutorial, get_attn_pad_mask expands to (batch, len_q, len_k)
# verdict: wrong
# loses: padding-mask-shape
# named: padding_mask_written_out
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    B, S = tokens.shape
    return tokens.ne(pad_id).unsqueeze(1).expand(B, S, S)


# form: one sentence is taken too, no ValueError
# as in: helpful ChatGPT-like code, a batch axis added if there is none
# verdict: wrong
# loses: padding-mask-shape
# named: padding_mask_takes_any_shape
def padding_mask(tokens, pad_id):
    if tokens.dim() == 1:
        tokens = tokens.unsqueeze(0)
    return (tokens != pad_id).unsqueeze(1)


# form: forgotten return
# as in: a beginner's slip
# verdict: wrong
# loses: padding-mask-values, padding-mask-shape
# named: -
def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    mask = (tokens != pad_id).unsqueeze(1)
