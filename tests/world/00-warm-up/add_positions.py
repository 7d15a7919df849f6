"""Forms in which public code adds a vector for each position."""


# form: converted after the sum
# as in: The Annotated Transformer, x + self.pe[:, : x.size(1)], with .astype
# verdict: right
def add_positions(x, table):
    require_rows(table, x.shape[1])
    return (x + table[None, : x.shape[1]]).astype(x.dtype)


# form: in place on an own copy
# as in: a careful +=
# verdict: right
def add_positions(x, table):
    T = x.shape[1]
    require_rows(table, T)
    out = np.array(x, copy=True)
    out += table[:T]
    return out


# form: looked up by arange
# as in: minGPT and nanoGPT, wpe(torch.arange(0, t))
# verdict: right
def add_positions(x: Array, table: Array) -> Array:
    b, t, d = x.shape
    require_rows(table, t)
    pos = np.arange(0, t)
    pos_emb = np.take(table, pos, axis=0).astype(x.dtype)
    return x + pos_emb


# form: a loop over positions
# as in: a beginner's loop over time
# verdict: right
def add_positions(x, table):
    require_rows(table, x.shape[1])
    result = np.empty_like(x)
    for t in range(x.shape[1]):
        result[:, t, :] = x[:, t, :] + table[t]
    return result


# form: sentence by sentence, stacked
# as in: a comprehension over the batch
# verdict: right
def add_positions(x, table):
    require_rows(table, x.shape[1])
    return np.stack([sentence + table[: len(sentence)] for sentence in x]).astype(x.dtype)


# form: broadcast by hand
# as in: Hugging Face transformers, position_ids expanded to the batch
# verdict: right
def add_positions(x, table):
    B, T, d = x.shape
    require_rows(table, T)
    position_ids = np.broadcast_to(np.arange(T), (B, T))
    return np.add(x, table[position_ids].astype(x.dtype))


# form: a one-hot product
# as in: an embedding as a product with an identity matrix
# verdict: right
def add_positions(x, table):
    require_rows(table, x.shape[1])
    one_hot = np.eye(x.shape[1], len(table))
    return x + (one_hot @ table).astype(x.dtype)


# form: +=
# as in: PyTorch habits, x += self.pe[:, : x.size(1)]
# verdict: wrong
# loses: add-positions-untouched
# named: positions_in_place
def add_positions(x, table):
    require_rows(table, x.shape[1])
    np.add(x, table[: x.shape[1]].astype(x.dtype), out=x)
    return x


# form: float64 from float32
# as in: NumPy 2's promotion, the wider type
# verdict: wrong
# loses: add-positions-untouched
# named: positions_make_it_wider
def add_positions(x, table):
    require_rows(table, x.shape[1])
    return np.add(x, table[0 : x.shape[1], :])


# form: x becomes the type of the table
# as in: a mix-up of whose type is meant, .astype(table.dtype)
# verdict: wrong
# loses: add-positions-untouched
# named: positions_make_it_wider
def add_positions(x, table):
    require_rows(table, x.shape[1])
    return x.astype(table.dtype) + table[: x.shape[1]]


# form: the length taken from the wrong axis
# as in: code for (T, B, d), as in PyTorch's tutorial: x + self.pe[:x.size(0)]
# verdict: wrong
# loses: add-positions-values
# named: positions_cut_by_the_batch
def add_positions(x, table):
    require_rows(table, x.shape[1])
    return x + table[: x.shape[0]].astype(x.dtype)


# form: positions along the batch
# as in: PyTorch's tutorial for (T, B, d), pe of shape (max_len, 1, d_model)
# verdict: wrong
# loses: add-positions-values
# named: positions_by_sentence
def add_positions(x, table):
    require_rows(table, x.shape[1])
    pe = table[:, np.newaxis, :]
    return x + pe[: x.shape[0]].astype(x.dtype)


# form: the whole table
# as in: Stack Overflow, "operands could not be broadcast together with shapes"
# verdict: wrong
# loses: add-positions-values
# named: positions_without_a_cut
def add_positions(x, table):
    require_rows(table, x.shape[1])
    return x + table.astype(x.dtype)


# form: columns cut, not rows
# as in: a slip, table[:, :T]
# verdict: wrong
# loses: add-positions-values
# named: positions_without_a_cut
def add_positions(x, table):
    require_rows(table, x.shape[1])
    return x + table[:, : x.shape[1]].astype(x.dtype)


# form: positions from 1
# as in: fairseq, make_positions counts from padding_idx + 1
# verdict: wrong
# loses: add-positions-values
# named: positions_from_one
def add_positions(x, table):
    require_rows(table, x.shape[1])
    positions = np.arange(1, x.shape[1] + 1)
    return x + table[positions].astype(x.dtype)


# form: x is scaled first
# as in: The Annotated Transformer and PyTorch's tutorial, sqrt(d_model) before the positions; here it belongs to embed
# verdict: wrong
# loses: add-positions-values
# named: positions_after_scaling
def add_positions(x, table):
    require_rows(table, x.shape[1])
    return (x * math.sqrt(x.shape[-1]) + table[: x.shape[1]]).astype(x.dtype)


# form: set side by side
# as in: a common question: why are positions added and not concatenated?
# verdict: wrong
# loses: add-positions-values
# named: positions_side_by_side
def add_positions(x, table):
    require_rows(table, x.shape[1])
    rows = np.broadcast_to(table[: x.shape[1]], x.shape)
    return np.concatenate([x, rows.astype(x.dtype)], axis=-1)


# form: a short table is filled up
# as in: helpful code, np.resize repeats the rows; no ValueError
# verdict: wrong
# loses: add-positions-untouched
# named: positions_take_a_short_table
def add_positions(x, table):
    T = x.shape[1]
    if len(table) < T:
        table = np.resize(table, (T, table.shape[1]))
    return x + table[:T].astype(x.dtype)


# form: two mistakes, in place and from position 1
# as in: homework of strangers
# verdict: wrong
# loses: add-positions-values, add-positions-untouched
# named: positions_in_place, positions_from_one
def add_positions(x, table):
    require_rows(table, x.shape[1])
    for t in range(x.shape[1]):
        x[:, t] += table[t + 1]
    return x


# form: two mistakes, in place and no return
# as in: a beginner's procedure
# verdict: wrong
# loses: add-positions-values, add-positions-untouched
# named: positions_in_place, positions_not_returned
def add_positions(x, table):
    require_rows(table, x.shape[1])
    x += table[: x.shape[1]].astype(x.dtype)
