"""Forms in which public code writes the table of sines and cosines."""


# form: an empty table, every second column filled, in float64
# as in: The Annotated Transformer (Harvard NLP), PositionalEncoding.__init__
# verdict: right
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    pe = torch.zeros(length, d_model, dtype=torch.float64)
    position = torch.arange(0, length).unsqueeze(1)
    div_term = angular_frequencies(d_model, torch.float64)
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)
    return pe.to(dtype)


# form: NumPy, sines and cosines written over the angles
# as in: jadore801120/attention-is-all-you-need-pytorch, _get_sinusoid_encoding_table
# verdict: right
import numpy as np


def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    require_even_width(d_model)
    rates = np.power(10000, 2 * (np.arange(d_model) // 2) / d_model)
    table = np.arange(length)[:, np.newaxis] / rates[np.newaxis, :]
    table[:, 0::2] = np.sin(table[:, 0::2])  # dim 2i
    table[:, 1::2] = np.cos(table[:, 1::2])  # dim 2i + 1
    return torch.tensor(table, dtype=dtype)


# form: even and odd, stacked and flattened, verbose and typed
# as in: CodeEmporium/Transformer-Neural-Network, PositionalEncoding
# verdict: right
def sinusoidal_table(length: int, d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    require_length(length)
    require_even_width(d_model)
    even_i: Tensor = torch.arange(0, d_model, 2).double()
    denominator: Tensor = torch.pow(10000, even_i / d_model)
    position: Tensor = torch.arange(length).reshape(length, 1).double()
    even_PE: Tensor = torch.sin(position / denominator)
    odd_PE: Tensor = torch.cos(position / denominator)
    stacked: Tensor = torch.stack([even_PE, odd_PE], dim=2)
    return torch.flatten(stacked, start_dim=1, end_dim=2).to(dtype)


# form: powers of one rotation, no angle at all
# as in: a remark in blog posts: "row p + 1 is row p, turned once more"
# verdict: right
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    omega = angular_frequencies(d_model, torch.float64)
    turn = torch.polar(torch.ones_like(omega), omega)
    turns = turn.expand(length, -1).cumprod(0) / turn
    return torch.stack((turns.imag, turns.real), -1).reshape(length, d_model).to(dtype)


# form: einsum and a transposed result
# as in: HF transformers, sinusoid_inp = torch.einsum("i , j -> i j", ...)
# verdict: right
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    position = torch.arange(length, dtype=torch.float64)
    angles = torch.einsum("i,p->ip", angular_frequencies(d_model, torch.float64), position)
    columns = [wave for row in angles for wave in (row.sin(), row.cos())]
    return torch.stack(columns).to(dtype).T


# form: cached by a decorator
# as in: a habit from Python, functools.lru_cache for what is computed often
# verdict: right
import functools


@functools.lru_cache(maxsize=8)
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    angles = torch.outer(torch.arange(length, dtype=torch.float64), angular_frequencies(d_model, torch.float64))
    return torch.cat([angles.sin().unsqueeze(-1), angles.cos().unsqueeze(-1)], dim=-1).view(length, d_model).to(dtype)


# form: one row at a time by a helper, an alias at the end
# as in: ChatGPT-like code, a helper for one position
# verdict: right
def get_position_vector(p, d_model):
    row = []
    for w in angular_frequencies(d_model, torch.float64).tolist():
        row += [math.sin(p * w), math.cos(p * w)]
    return row


def positional_encoding(length, d_model, dtype=torch.float32):
    require_length(length)
    require_even_width(d_model)
    rows = [get_position_vector(p, d_model) for p in range(length)]
    return torch.tensor(rows, dtype=torch.float64).reshape(length, d_model).to(dtype)


sinusoidal_table = positional_encoding


# form: angles in float32
# as in: The Annotated Transformer (Harvard NLP), PositionalEncoding.__init__
# verdict: wrong
# loses: table-far
# named: table_from_single_precision_angles
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    require_even_width(d_model)
    pe = torch.zeros(length, d_model)
    position = torch.arange(0, length).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, d_model, 2) * -(math.log(10000.0) / d_model))
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)
    return pe.to(dtype)


# form: everything in the dtype that is asked for
# as in: a habit, everything in the dtype that is asked for
# verdict: wrong
# loses: table-far
# named: table_from_angles_in_dtype
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    position = torch.arange(length, dtype=dtype)[:, None]
    angles = position * angular_frequencies(d_model, dtype)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


# form: sines left, cosines right
# as in: TensorFlow's tutorial (the newer one), np.concatenate([np.sin(...), np.cos(...)], axis=-1)
# verdict: wrong
# loses: table-values
# named: table_in_halves
import numpy as np


def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    require_even_width(d_model)
    depth = d_model / 2
    positions = np.arange(length)[:, np.newaxis]
    depths = np.arange(depth)[np.newaxis, :] / depth
    angle_rads = positions * (1 / (10000**depths))
    return torch.tensor(np.concatenate([np.sin(angle_rads), np.cos(angle_rads)], axis=-1), dtype=dtype)


# form: halves, and frequencies that reach the end
# as in: tensor2tensor, get_timing_signal_1d
# verdict: wrong
# loses: table-values
# named: table_in_halves, frequencies_that_reach_the_end, table_of_the_authors_code
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    require_even_width(d_model)
    num_timescales = d_model // 2
    increment = math.log(10000.0) / max(num_timescales - 1, 1)
    inv_timescales = torch.exp(torch.arange(num_timescales, dtype=torch.float64) * -increment)
    scaled_time = torch.arange(length, dtype=torch.float64).unsqueeze(1) * inv_timescales.unsqueeze(0)
    return torch.cat([torch.sin(scaled_time), torch.cos(scaled_time)], dim=1).to(dtype)


# form: loop with 2 * i and 2 * (i + 1)
# as in: SamLynnEvans/Transformer, PositionalEncoder, copied in many notebooks
# verdict: wrong
# loses: table-values
# named: frequencies_with_twice_the_exponent, table_cosine_with_its_own_frequency, table_with_doubled_exponents
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    require_even_width(d_model)
    pe = torch.zeros(length, d_model, dtype=torch.float64)
    for pos in range(length):
        for i in range(0, d_model, 2):
            pe[pos, i] = math.sin(pos / (10000 ** ((2 * i) / d_model)))
            pe[pos, i + 1] = math.cos(pos / (10000 ** ((2 * (i + 1)) / d_model)))
    return pe.to(dtype)


# form: the exponent is the feature's own number
# as in: homework, "if i % 2 == 0" inside two loops
# verdict: wrong
# loses: table-values
# named: table_cosine_with_its_own_frequency
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    require_even_width(d_model)
    pe = torch.zeros(length, d_model, dtype=torch.float64)
    for pos in range(length):
        for i in range(d_model):
            angle = pos / 10000 ** (i / d_model)
            pe[pos, i] = math.sin(angle) if i % 2 == 0 else math.cos(angle)
    return pe.to(dtype)


# form: cosines in the even features
# as in: homework, Euler's formula: the real part first
# verdict: wrong
# loses: table-values
# named: table_cosine_first
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    angles = torch.arange(length, dtype=torch.float64)[:, None] * angular_frequencies(d_model, torch.float64)
    return torch.view_as_real(torch.exp(1j * angles)).flatten(1).to(dtype)


# form: positions from 1
# as in: fairseq, where positions begin behind padding_idx
# verdict: wrong
# loses: table-values
# named: table_from_position_one
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    padding_idx = 0
    positions = torch.arange(padding_idx + 1, length + padding_idx + 1).double()
    angles = positions.unsqueeze(1) * angular_frequencies(d_model, torch.float64).unsqueeze(0)
    pe = torch.empty(length, d_model, dtype=torch.float64)
    pe[:, ::2], pe[:, 1::2] = angles.sin(), angles.cos()
    return pe.to(dtype)


# form: row 0 is zeroed for the padding
# as in: jadore801120/attention-is-all-you-need-pytorch, the earlier get_sinusoid_encoding_table(padding_idx)
# verdict: wrong
# loses: table-values
# named: table_with_an_empty_first_row
def sinusoidal_table(length, d_model, dtype=torch.float32, padding_idx=0):
    require_length(length)
    angles = torch.arange(length).double()[:, None] * angular_frequencies(d_model, torch.float64)
    table = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
    if padding_idx is not None:
        table[padding_idx : padding_idx + 1] = 0.0
    return table.to(dtype)


# form: nested lists, which have no columns when there is no row
# as in: jadore801120/attention-is-all-you-need-pytorch, np.array([... for pos_i in range(n_position)])
# verdict: wrong
# loses: table-values
# named: -
import numpy as np


def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    require_even_width(d_model)

    def get_position_angle_vec(position):
        return [position / np.power(10000, 2 * (hid_j // 2) / d_model) for hid_j in range(d_model)]

    sinusoid_table = np.array([get_position_angle_vec(pos_i) for pos_i in range(length)])
    sinusoid_table[:, 0::2] = np.sin(sinusoid_table[:, 0::2])
    sinusoid_table[:, 1::2] = np.cos(sinusoid_table[:, 1::2])
    return torch.from_numpy(sinusoid_table).to(dtype)


# form: an axis for the batch in front
# as in: The Annotated Transformer (Harvard NLP), pe.unsqueeze(0)
# verdict: wrong
# loses: table-values
# named: table_with_an_axis_for_the_batch
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    pe = torch.zeros(length, d_model, dtype=torch.float64)
    position = torch.arange(0, length).unsqueeze(1)
    div_term = angular_frequencies(d_model, torch.float64)
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)
    return pe.unsqueeze(0).to(dtype)


# form: features down, positions across
# as in: a common slip with torch.outer, the factors the wrong way round
# verdict: wrong
# loses: table-values
# named: table_of_features_by_positions
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    angles = torch.outer(angular_frequencies(d_model, torch.float64), torch.arange(length).double())
    return torch.stack([angles.sin(), angles.cos()], dim=1).flatten(0, 1).to(dtype)


# form: NumPy's float64 goes out
# as in: a habit from NumPy, torch.from_numpy without a dtype
# verdict: wrong
# loses: table-dtype
# named: table_stays_double
import numpy as np


def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    require_even_width(d_model)
    angles = np.arange(length)[:, None] / 10000 ** (np.arange(0, d_model, 2) / d_model)
    return torch.from_numpy(np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(length, d_model))


# form: always a FloatTensor
# as in: jadore801120/attention-is-all-you-need-pytorch, torch.FloatTensor(sinusoid_table)
# verdict: wrong
# loses: table-dtype
# named: table_always_single
import numpy as np


def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    require_even_width(d_model)
    table = np.zeros((length, d_model))
    angles = np.arange(length)[:, None] / np.power(10000, np.arange(0, d_model, 2) / d_model)
    table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
    return torch.FloatTensor(table)


# form: the last row is never filled
# as in: homework, range(length - 1)
# verdict: wrong
# loses: table-values, table-far
# named: table_without_its_last_row
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    omega = angular_frequencies(d_model, torch.float64)
    pe = torch.zeros(length, d_model, dtype=torch.float64)
    for pos in range(length - 1):
        pe[pos, 0::2] = torch.sin(pos * omega)
        pe[pos, 1::2] = torch.cos(pos * omega)
    return pe.to(dtype)


# form: divided by the frequencies
# as in: a common slip, div_term is already 1 / 10000 ** (2i / d)
# verdict: wrong
# loses: table-values
# named: frequencies_that_grow, table_divided_by_frequencies
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    position = torch.arange(length, dtype=torch.float64).unsqueeze(1)
    div_term = angular_frequencies(d_model, torch.float64)
    return torch.stack([torch.sin(position / div_term), torch.cos(position / div_term)], dim=2).view(length, -1).to(dtype) if length else torch.zeros(0, d_model, dtype=dtype)


# form: an odd width loses its last cosine
# as in: Stack Overflow, the usual answer for odd d_model: cos(...)[:, : d_model // 2]
# verdict: wrong
# loses: table-values
# named: table_of_any_width
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    pe = torch.zeros(length, d_model, dtype=torch.float64)
    position = torch.arange(length, dtype=torch.float64).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, d_model, 2, dtype=torch.float64) * (-math.log(10000.0) / d_model))
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)[:, : d_model // 2]
    return pe.to(dtype)


# form: a negative length is an error of torch
# as in: many public versions, which check nothing
# verdict: wrong
# loses: table-values
# named: table_of_any_length
def sinusoidal_table(length, d_model, dtype=torch.float32):
    positions = torch.linspace(0, max(length - 1, 0), max(length, 0), dtype=torch.float64)
    angles = positions[:, None] * angular_frequencies(d_model, torch.float64)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).to(dtype)


# form: positions from 0 to 1, and halves
# as in: a habit from computer vision, coordinates are normalised first
# verdict: wrong
# loses: table-values
# named: table_of_normalised_positions, table_in_halves
def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    positions = torch.arange(length, dtype=torch.float64) / max(length, 1)
    angles = positions[:, None] * angular_frequencies(d_model, torch.float64)
    return torch.cat([angles.sin(), angles.cos()], dim=-1).to(dtype)
