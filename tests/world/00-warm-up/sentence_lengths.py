"""Forms in which public code counts the tokens of sentences."""


# form: count_nonzero along an axis
# as in: NumPy users, np.count_nonzero(..., axis=1)
# verdict: right
def sentence_lengths(tokens, pad_id):
    return np.count_nonzero(tokens != pad_id, axis=1)


# form: the width less the padding
# as in: fairseq, src_tokens.ne(padding_idx).sum(dim=1), turned round
# verdict: right
def sentence_lengths(tokens, pad_id):
    B, T = tokens.shape
    n_pad = np.equal(tokens, pad_id).sum(-1)
    return T - n_pad


# form: two loops
# as in: a beginner's loop with a counter
# verdict: right
def sentence_lengths(tokens, pad_id):
    lengths = np.zeros(tokens.shape[0], dtype=np.int64)
    for i, sentence in enumerate(tokens):
        for token in sentence:
            if token != pad_id:
                lengths[i] += 1
    return lengths


# form: a comprehension over Python lists
# as in: torchtext habits, len(s) of lists of tokens
# verdict: right
def sentence_lengths(tokens, pad_id):
    return np.array([len([t for t in row if t != pad_id]) for row in tokens.tolist()], dtype=np.int64)


# form: a lambda over PyTorch
# as in: PyTorch users, (src != pad).sum(dim=1), there and back
# verdict: right
sentence_lengths = lambda tokens, pad_id: (torch.from_numpy(tokens) != pad_id).sum(dim=1).numpy()


# form: product with ones
# as in: linear algebra habits, a sum as a product with a vector of ones
# verdict: right
def sentence_lengths(tokens, pad_id):
    real = (tokens != pad_id).astype(np.int64)
    return real @ np.ones(tokens.shape[1], dtype=np.int64)


# form: rows of the real places, counted
# as in: Stack Overflow, np.bincount of np.nonzero()[0]
# verdict: right
def sentence_lengths(tokens, pad_id):
    rows, _ = np.nonzero(tokens != pad_id)
    return np.bincount(rows, minlength=len(tokens))


# form: the place of the first padding
# as in: Hugging Face transformers, sequence_lengths = eq(input_ids, pad_token_id).int().argmax(-1) in GPT2ForSequenceClassification, which is 0 where there is none
# verdict: wrong
# loses: lengths
# named: lengths_until_the_first_padding
def sentence_lengths(tokens, pad_id):
    return (tokens == pad_id).argmax(axis=-1)


# form: the index of the first padding in a list
# as in: a beginner's list.index; "ValueError: 9 is not in list"
# verdict: wrong
# loses: lengths
# named: lengths_by_a_search_in_lists
def sentence_lengths(tokens, pad_id):
    return np.array([row.index(pad_id) for row in tokens.tolist()])


# form: ids that are not zero
# as in: a habit from Keras, mask_zero=True
# verdict: wrong
# loses: lengths
# named: lengths_without_zeros
def sentence_lengths(tokens, pad_id):
    return np.count_nonzero(tokens, axis=-1)


# form: ids greater than the padding's
# as in: tutorials in which padding is 0, (tokens > 0).sum(1)
# verdict: wrong
# loses: lengths
# named: lengths_of_greater_ids
def sentence_lengths(tokens, pad_id):
    return (tokens > pad_id).sum(axis=1)


# form: sum(axis=0)
# as in: Stack Overflow, axis=0 or axis=1 for rows
# verdict: wrong
# loses: lengths
# named: lengths_down_the_columns
def sentence_lengths(tokens, pad_id):
    return np.sum(tokens != pad_id, axis=0)


# form: Python's sum over an array
# as in: the builtin sum, which adds up rows
# verdict: wrong
# loses: lengths
# named: lengths_down_the_columns
def sentence_lengths(tokens, pad_id):
    return sum(tokens != pad_id)


# form: no axis
# as in: a beginner's .sum()
# verdict: wrong
# loses: lengths
# named: lengths_in_one_number
def sentence_lengths(tokens, pad_id):
    return np.sum(tokens != pad_id)


# form: how many sentences have padding counted as words
# as in: a slip of == and !=
# verdict: wrong
# loses: lengths
# named: lengths_of_the_padding
def sentence_lengths(tokens, pad_id):
    counts = []
    for row in tokens:
        counts.append(np.count_nonzero(row == pad_id))
    return np.array(counts)


# form: a list
# as in: PyTorch's pack_padded_sequence takes lengths as a list
# verdict: wrong
# loses: lengths
# named: lengths_as_a_list
def sentence_lengths(tokens, pad_id):
    return [int((row != pad_id).sum()) for row in tokens]


# form: int32
# as in: Keras and CUDA habits, lengths as int32
# verdict: wrong
# loses: lengths
# named: lengths_in_32_bits
def sentence_lengths(tokens, pad_id):
    return (tokens != pad_id).astype(np.int32).sum(axis=1, dtype=np.int32)


# form: floats
# as in: d2l and TensorFlow habits, masks as floats
# verdict: wrong
# loses: lengths
# named: lengths_of_floats
def sentence_lengths(tokens, pad_id):
    mask = np.where(tokens == pad_id, 0.0, 1.0)
    return mask.sum(axis=1)


# form: a column
# as in: keepdims=True where one number for each sentence is wanted
# verdict: wrong
# loses: lengths
# named: lengths_as_a_column
def sentence_lengths(tokens, pad_id):
    return (tokens != pad_id).sum(axis=1, keepdims=True)


# form: different ids counted
# as in: a slip, len(set(...)) counts types and not tokens
# verdict: wrong
# loses: lengths
# named: lengths_of_different_ids
def sentence_lengths(tokens, pad_id):
    return np.array([len(set(row) - {pad_id}) for row in tokens.tolist()])


# form: two mistakes, padding taken as 0, and a list
# as in: homework of strangers
# verdict: wrong
# loses: lengths
# named: lengths_without_zeros, lengths_as_a_list
def sentence_lengths(tokens, pad_id):
    return [sum(1 for t in row if t != 0) for row in tokens.tolist()]


# form: two mistakes, the wrong axis and ==
# as in: homework of strangers
# verdict: wrong
# loses: lengths
# named: lengths_down_the_columns, lengths_of_the_padding
def sentence_lengths(tokens, pad_id):
    return (tokens == pad_id).sum(0)
