"""Forms in which public code pads sequences."""


# form: pad_sequence
# as in: torch.nn.utils.rnn, as in PyTorch's translation tutorial, with batch_first
# verdict: right
from torch.nn.utils.rnn import pad_sequence


def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    return pad_sequence([torch.tensor(s) for s in sequences], batch_first=True, padding_value=pad_id)


# form: a full tensor, filled row by row
# as in: fairseq, data_utils.collate_tokens
# verdict: right
def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    size = max(len(v) for v in sequences)
    res = torch.LongTensor(len(sequences), size).fill_(pad_id)
    for i, v in enumerate(sequences):
        res[i, : len(v)] = torch.LongTensor(v)
    return res


# form: zip_longest
# as in: Stack Overflow, pad lists with itertools.zip_longest
# verdict: right
from itertools import zip_longest


def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    return torch.tensor(list(zip(*zip_longest(*sequences, fillvalue=pad_id))))


# form: NumPy inside
# as in: jadore801120/attention-is-all-you-need-pytorch, the older paired_collate_fn
# verdict: right
def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    max_len = max(len(inst) for inst in sequences)
    batch_seq = np.array([inst + [pad_id] * (max_len - len(inst)) for inst in sequences])
    return torch.LongTensor(batch_seq)


# form: F.pad on each row
# as in: The Annotated Transformer (2022), collate_batch
# verdict: right
def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    longest = max(len(s) for s in sequences)
    rows = []
    for s in sequences:
        rows.append(F.pad(torch.tensor(s, dtype=torch.int64), (0, longest - len(s)), value=pad_id))
    return torch.stack(rows)


# form: a mask of the real places
# as in: Stack Overflow, vectorized padding with a boolean mask
# verdict: right
def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    lengths = torch.tensor([len(s) for s in sequences])
    real = torch.arange(int(lengths.max()))[None, :] < lengths[:, None]
    out = torch.full(real.shape, pad_id)
    out[real] = torch.tensor([token for s in sequences for token in s])
    return out


# form: own copies are appended to until all are equally long
# as in: typical homework, while len(row) < max_len
# verdict: right
def pad(sequences: list[list[int]], pad_id: int) -> Tensor:
    require_sequences_to_pad(sequences)
    rows = [list(s) for s in sequences]
    width = len(sorted(rows, key=len)[-1])
    for row in rows:
        while len(row) < width:
            row.append(pad_id)
    return torch.as_tensor(rows).long()


# form: filled up at the left
# as in: HF, padding_side="left" for decoder-only models
# verdict: wrong
# loses: pad-side
# named: pad_to_the_left
def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    n = max(len(s) for s in sequences)
    out = torch.full((len(sequences), n), pad_id, dtype=torch.long)
    for i, s in enumerate(sequences):
        out[i, n - len(s) :] = torch.tensor(s)
    return out


# form: pad_sequence with its own padding value
# as in: Stack Overflow, pad_sequence(batch, batch_first=True)
# verdict: wrong
# loses: pad-id
# named: pad_with_zero
from torch.nn.utils.rnn import pad_sequence


def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    return pad_sequence([torch.LongTensor(s) for s in sequences], batch_first=True)


# form: pad_sequence, time first
# as in: PyTorch's translation tutorial, pad_sequence(src_batch, padding_value=PAD_IDX)
# verdict: wrong
# loses: pad-side, pad-id, pad-length
# named: pad_lies_on_its_side
def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    tensors = [torch.tensor(s) for s in sequences]
    return nn.utils.rnn.pad_sequence(tensors, padding_value=pad_id)


# form: a fixed length
# as in: d2l, truncate_pad(line, num_steps, padding_token); The Annotated Transformer, max_padding=128
# verdict: wrong
# loses: pad-length
# named: pad_to_a_fixed_length
def truncate_pad(line, num_steps, padding_token):
    if len(line) > num_steps:
        return line[:num_steps]
    return line + [padding_token] * (num_steps - len(line))


def pad(sequences, pad_id, num_steps=72):
    require_sequences_to_pad(sequences)
    return torch.tensor([truncate_pad(s, num_steps, pad_id) for s in sequences])


# form: at most 50 tokens
# as in: OpenNMT-py, src_seq_length_trunc; seq2seq tutorials with MAX_LENGTH
# verdict: wrong
# loses: pad-length
# named: pad_truncates
MAX_LENGTH = 50


def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    longest = min(max(len(s) for s in sequences), MAX_LENGTH)
    return torch.tensor([(s + [pad_id] * longest)[:longest] for s in sequences])


# form: a multiple of eight
# as in: HF, pad_to_multiple_of=8; fairseq, required_seq_len_multiple
# verdict: wrong
# loses: pad-length
# named: pad_to_a_multiple_of_eight
def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    longest = 8 * math.ceil(max(map(len, sequences)) / 8)
    return torch.tensor([s + [pad_id] * (longest - len(s)) for s in sequences])


# form: floating point
# as in: Stack Overflow, torch.zeros / torch.ones are float32
# verdict: wrong
# loses: pad-side, pad-id
# named: pad_in_floating_point
def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    out = torch.ones(len(sequences), max(map(len, sequences))) * pad_id
    for i, s in enumerate(sequences):
        out[i, : len(s)] = torch.tensor(s)
    return out


# form: 32 bits
# as in: a habit from TensorFlow, int32 ids
# verdict: wrong
# loses: pad-side
# named: pad_in_32_bits
def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    longest = max(map(len, sequences))
    rows = [s + [pad_id] * (longest - len(s)) for s in sequences]
    return torch.tensor(rows, dtype=torch.int32)


# form: one column too many
# as in: typical homework, off by one
# verdict: wrong
# loses: pad-length
# named: pad_adds_a_column
def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    longest = max(map(len, sequences)) + 1
    return torch.tensor([s + [pad_id] * (longest - len(s)) for s in sequences])


# form: lists
# as in: Keras, pad_sequences gives no tensor
# verdict: wrong
# loses: pad-side, pad-id, pad-length
# named: pad_returns_lists
def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    longest = max(map(len, sequences))
    return [s + [pad_id] * (longest - len(s)) for s in sequences]


# form: as long as the first
# as in: collate functions for batches that are sorted by falling length
# verdict: wrong
# loses: pad-length
# named: pad_to_the_first
def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    longest = len(sequences[0])
    return torch.tensor([s + [pad_id] * (longest - len(s)) for s in sequences])


# form: at the left, with zeros
# as in: Keras, pad_sequences with its defaults (padding="pre", value=0)
# verdict: wrong
# loses: pad-side, pad-id
# named: pad_to_the_left, pad_with_zero
def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    longest = max(map(len, sequences))
    return torch.tensor([[0] * (longest - len(s)) + list(s) for s in sequences])


# form: nothing is said about empty sequences
# as in: PyTorch, where an empty row is quietly all padding
# verdict: wrong
# loses: pad-length
# named: pad_accepts_empty_sequences
def pad(sequences, pad_id):
    longest = max((len(s) for s in sequences), default=0)
    out = torch.full((len(sequences), longest), pad_id)
    for row, s in zip(out, sequences):
        row[: len(s)] = torch.tensor(s, dtype=torch.int64)
    return out
