"""Forms in which public code writes both masks together."""


# form: pad mask & subsequent mask
# as in: The Annotated Transformer, Batch.make_std_mask
# verdict: right
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    tgt_mask = (tokens != pad_id).unsqueeze(-2)
    tgt_mask = tgt_mask & causal_mask(tokens.size(-1), tokens.device).type_as(tgt_mask)
    return tgt_mask


# form: torch.logical_and
# as in: Stack Overflow, how to combine two boolean masks
# verdict: right
def target_mask(tokens: Tensor, pad_id: int) -> Tensor:
    require_batch_of_tokens(tokens)
    T: int = tokens.shape[1]
    return torch.logical_and(padding_mask(tokens, pad_id), causal_mask(T, device=tokens.device))


# form: product of two boolean masks
# as in: a habit from masks of 1 and 0; a product of booleans is boolean
# verdict: right
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return padding_mask(tokens, pad_id) * causal_mask(tokens.size(1), tokens.device)


# form: the lower triangle of the padding mask written out
# as in: a one-liner: repeat, then tril
# verdict: right
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return padding_mask(tokens, pad_id).repeat(1, tokens.size(1), 1).tril()


# form: what is hidden is joined by or, then negated
# as in: De Morgan; TensorFlow's tutorial takes tf.maximum of the two hiding masks
# verdict: right
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    hidden_padding = ~padding_mask(tokens, pad_id)
    hidden_future = ~causal_mask(tokens.size(1), tokens.device)
    return ~(hidden_padding | hidden_future)


# form: masked_fill on an own copy
# as in: ChatGPT-like code
# verdict: right
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    B, T = tokens.shape
    mask = causal_mask(T, tokens.device).expand(B, T, T).clone()
    mask.masked_fill_((tokens == pad_id)[:, None, :], False)
    return mask


# form: sentence by sentence
# as in: a beginner's loop over the batch
# verdict: right
def target_mask(tokens, pad_id):
    pad = padding_mask(tokens, pad_id)
    causal = causal_mask(tokens.size(1), tokens.device)
    return torch.stack([row & causal for row in pad]) if len(pad) else pad & causal


# form: numbers multiplied and made boolean again
# as in: TensorFlow habits, masks as numbers
# verdict: right
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    both = padding_mask(tokens, pad_id).int() * causal_mask(tokens.size(1), tokens.device).int()
    return both == 1


# form: an axis for the heads
# as in: hyunwoongko/transformer, make_trg_mask
# verdict: wrong
# loses: target-mask-values
# named: target_mask_with_an_axis_for_heads
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    trg_pad_mask = (tokens != pad_id).unsqueeze(1).unsqueeze(3)
    trg_sub_mask = causal_mask(tokens.shape[1], tokens.device)
    return trg_pad_mask & trg_sub_mask


# form: padded queries are hidden, not padded keys
# as in: hyunwoongko/transformer, make_trg_mask: unsqueeze(3) of the padding, without its axis for the heads
# verdict: wrong
# loses: target-mask-values
# named: target_mask_hides_padded_queries
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    trg_pad_mask = (tokens != pad_id).unsqueeze(2)
    return trg_pad_mask & causal_mask(tokens.shape[1], tokens.device)


# form: or
# as in: Stack Overflow, a boolean sum taken for a combination
# verdict: wrong
# loses: target-mask-values
# named: target_mask_allows_either
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return padding_mask(tokens, pad_id) + causal_mask(tokens.size(1), tokens.device)


# form: maximum of the two, as for hiding masks
# as in: TensorFlow's Transformer tutorial, tf.maximum(dec_target_padding_mask, look_ahead_mask)
# verdict: wrong
# loses: target-mask-values
# named: target_mask_allows_either
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return torch.maximum(padding_mask(tokens, pad_id), causal_mask(tokens.size(1), tokens.device))


# form: Python's and
# as in: Stack Overflow, "Boolean value of Tensor with more than one value is ambiguous"
# verdict: wrong
# loses: target-mask-values
# named: target_mask_by_pythons_and
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return padding_mask(tokens, pad_id) and causal_mask(tokens.size(1), tokens.device)


# form: the batch taken for the length
# as in: a beginner's len(tokens)
# verdict: wrong
# loses: target-mask-values
# named: target_mask_as_long_as_the_batch
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return padding_mask(tokens, pad_id) & causal_mask(len(tokens), tokens.device)


# form: the device is forgotten
# as in: PyTorch forum, "expected all tensors to be on the same device"
# verdict: wrong
# loses: target-mask-values
# named: target_mask_on_the_default_device
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return padding_mask(tokens, pad_id) & causal_mask(tokens.size(1))


# form: integers
# as in: Hugging Face, attention masks of 1 and 0
# verdict: wrong
# loses: target-mask-values
# named: target_mask_of_integers
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    pad = padding_mask(tokens, pad_id).long()
    return pad & causal_mask(tokens.size(1), tokens.device).long()


# form: padding is token 0
# as in: graykode/nlp-tutorial, seq_k.data.eq(0)
# verdict: wrong
# loses: target-mask-values
# named: target_mask_looks_for_zero
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return tokens.ne(0).unsqueeze(1) & causal_mask(tokens.size(1), tokens.device)


# form: True is hidden
# as in: graykode/nlp-tutorial, torch.gt(pad_mask + subsequent_mask, 0) marks what is hidden
# verdict: wrong
# loses: target-mask-values
# named: target_mask_inverted
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    pad = (~padding_mask(tokens, pad_id)).byte()
    future = (~causal_mask(tokens.size(1), tokens.device)).byte()
    return torch.gt(pad + future, 0)


# form: padded queries see nothing either
# as in: ChatGPT-like code, the padding hidden on both axes
# verdict: wrong
# loses: target-mask-values
# named: target_mask_hides_padded_queries_too
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    pad = padding_mask(tokens, pad_id)
    return pad & pad.transpose(1, 2) & causal_mask(tokens.size(1), tokens.device)


# form: only the future
# as in: nanoGPT, whose sentences have no padding
# verdict: wrong
# loses: target-mask-values
# named: target_mask_reads_padding
def target_mask(tokens, pad_id):
    B, T = tokens.shape
    return causal_mask(T, tokens.device).unsqueeze(0).repeat(B, 1, 1)


# form: the padding mask alone, (B, 1, T)
# as in: a copy of the line for the source
# verdict: wrong
# loses: target-mask-values
# named: target_mask_is_the_padding_mask
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return padding_mask(tokens, pad_id)


# form: two mistakes, the future and no padding to be seen, from a wrong triangle and floats
# as in: habits of nanoGPT and Raschka mixed: a triu mask, multiplied
# verdict: wrong
# loses: target-mask-values
# named: target_mask_of_floats, target_mask_transposed
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    T = tokens.size(1)
    return padding_mask(tokens, pad_id).float() * torch.triu(torch.ones(T, T, device=tokens.device))


# form: two masks returned
# as in: PyTorch's translation tutorial, create_mask returns the masks one by one
# verdict: wrong
# loses: target-mask-values
# named: -
def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return causal_mask(tokens.size(1), tokens.device), padding_mask(tokens, pad_id)


# form: any shape is taken, no ValueError
# as in: public code in general, shapes are not checked
# verdict: wrong
# loses: target-mask-values
# named: target_mask_takes_any_shape
def target_mask(tokens, pad_id):
    real = (tokens != pad_id).unsqueeze(-2)
    return real & causal_mask(tokens.size(-1), tokens.device)
