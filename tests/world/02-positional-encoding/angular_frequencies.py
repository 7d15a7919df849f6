"""Forms in which public code writes the frequencies of the positional encoding."""


# form: exp of a logarithm, in float64
# as in: The Annotated Transformer (Harvard NLP), PositionalEncoding: div_term
# verdict: right
def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    i = torch.arange(0, d_model, 2, dtype=torch.float64)
    div_term = torch.exp(i * -(math.log(10000.0) / d_model))
    return div_term.to(dtype=dtype)


# form: NumPy, then from_numpy
# as in: jadore801120/attention-is-all-you-need-pytorch, np.power in the sinusoid table
# verdict: right
import numpy as np


def angular_frequencies(d_model, dtype=torch.float32):
    if d_model <= 0 or d_model % 2:
        raise ValueError("d_model must be a positive even number")
    exponents = np.arange(0, d_model, 2) / d_model
    return torch.from_numpy(1.0 / np.power(10000.0, exponents)).to(dtype)


# form: inverse frequencies, base to a power, one line
# as in: HF transformers, rotary embeddings: inv_freq
# verdict: right
def angular_frequencies(d_model: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    require_even_width(d_model)
    return (1.0 / (10_000 ** (torch.arange(0, d_model, 2, dtype=torch.int64).to(torch.double) / d_model))).to(dtype)


# form: a running product of one ratio, under no_grad
# as in: a comment under blog posts: "a geometric series, so multiply by the same ratio each time"
# verdict: right
@torch.no_grad()
def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    ratio = 10000.0 ** (-2.0 / d_model)
    factors = torch.full((d_model // 2,), ratio, dtype=torch.float64)
    factors[0] = 1.0
    return factors.cumprod(0).type(dtype)


# form: a list of Python floats through a partial
# as in: blog posts with a loop over i; functools by habit
# verdict: right
from functools import partial


def _omega(base, d_model, i):
    return base ** -(2 * i / d_model)


def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    omega = partial(_omega, 10000.0, d_model)
    return torch.tensor(list(map(omega, range(d_model // 2))), dtype=dtype)


# form: 0-dim tensors and torch.pow
# as in: d2l.ai, PositionalEncoding: torch.pow(10000, ...)
# verdict: right
def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    base = torch.tensor(10000.0, dtype=torch.float64)
    width = torch.tensor(d_model, dtype=torch.float64)
    i = torch.arange(d_model // 2, dtype=torch.float64)
    return torch.pow(base, -2 * i / width).to(dtype)


# form: a lambda behind a check
# as in: answers on Stack Overflow, one-liners
# verdict: right
_frequencies = lambda d, dtype: torch.exp2(-torch.arange(0, d, 2).double() / d * math.log2(10000)).to(dtype)


def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    return _frequencies(d_model, dtype)


# form: exp(-log) in float32
# as in: The Annotated Transformer (Harvard NLP), PositionalEncoding: div_term
# verdict: wrong
# loses: frequencies-precision
# named: frequencies_from_single_precision
def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    div_term = torch.exp(torch.arange(0, d_model, 2).float() * (-math.log(10000.0) / d_model))
    return div_term.to(dtype)


# form: inv_freq in float32
# as in: HF transformers, LlamaRotaryEmbedding: arange(...).float() / dim
# verdict: wrong
# loses: frequencies-precision
# named: frequencies_from_single_precision
def angular_frequencies(d_model, dtype=torch.float32, base=10000):
    require_even_width(d_model)
    inv_freq = 1.0 / (base ** (torch.arange(0, d_model, 2).float() / d_model))
    return inv_freq.to(dtype)


# form: timescales that reach the end
# as in: tensor2tensor, get_timing_signal_1d: log_timescale_increment
# verdict: wrong
# loses: frequencies-values
# named: frequencies_that_reach_the_end
def angular_frequencies(d_model, dtype=torch.float32, min_timescale=1.0, max_timescale=1.0e4):
    require_even_width(d_model)
    num_timescales = d_model // 2
    increment = math.log(max_timescale / min_timescale) / max(num_timescales - 1, 1)
    scales = torch.arange(num_timescales, dtype=torch.float64) * -increment
    return (min_timescale * torch.exp(scales)).to(dtype)


# form: half_dim - 1, which is 0 for two features
# as in: fairseq, SinusoidalPositionalEmbedding.get_embedding
# verdict: wrong
# loses: frequencies-values
# named: frequencies_that_reach_the_end
def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    half_dim = d_model // 2
    emb = math.log(10000) / (half_dim - 1)
    return torch.exp(torch.arange(half_dim, dtype=torch.float64) * -emb).to(dtype)


# form: i counts pairs, and the 2 is forgotten
# as in: a common slip in blog posts, range(d_model // 2) with i / d_model
# verdict: wrong
# loses: frequencies-values
# named: frequencies_with_half_the_exponent
def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    return torch.tensor([1 / 10000 ** (i / d_model) for i in range(d_model // 2)], dtype=dtype)


# form: i steps by two, and is doubled
# as in: SamLynnEvans/Transformer, PositionalEncoder: 10000 ** ((2 * i)/d_model) in a loop with step 2
# verdict: wrong
# loses: frequencies-values
# named: frequencies_with_twice_the_exponent
def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    omegas = []
    for i in range(0, d_model, 2):
        omegas.append(1 / (10000 ** ((2 * i) / d_model)))
    return torch.tensor(omegas, dtype=torch.float64).to(dtype)


# form: the same frequency twice, one per feature
# as in: TensorFlow's tutorial "Transformer model for language understanding", get_angles: 2 * (i // 2)
# verdict: wrong
# loses: frequencies-values
# named: frequencies_one_per_feature
import numpy as np


def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    i = np.arange(d_model)
    angle_rates = 1 / np.power(10000, (2 * (i // 2)) / np.float64(d_model))
    return torch.tensor(angle_rates, dtype=dtype)


# form: one for each feature number
# as in: a common slip, arange(d_model) in place of arange(0, d_model, 2)
# verdict: wrong
# loses: frequencies-values
# named: frequencies_one_per_feature
def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    return torch.pow(10000.0, -torch.arange(d_model).double() / d_model).to(dtype)


# form: the denominators themselves
# as in: CodeEmporium/Transformer-Neural-Network, denominator = torch.pow(10000, even_i / d_model)
# verdict: wrong
# loses: frequencies-values
# named: frequencies_that_grow
def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    even_i = torch.arange(0, d_model, 2).double()
    denominator = torch.pow(10000, even_i / d_model)
    return denominator.to(dtype)


# form: always .float()
# as in: hyunwoongko/transformer, .float() by habit
# verdict: wrong
# loses: frequencies-precision
# named: frequencies_ignore_dtype
def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    _2i = torch.arange(0, d_model, step=2, dtype=torch.float64)
    return (1 / (10000 ** (_2i / d_model))).float()


# form: double whatever is asked for
# as in: a habit from NumPy, where everything is float64
# verdict: wrong
# loses: frequencies-precision
# named: frequencies_stay_double
import numpy as np


def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    return torch.from_numpy(10000.0 ** (-np.arange(0, d_model, 2) / d_model))


# form: a row, ready to be broadcast
# as in: TensorFlow's tutorial, [np.newaxis, :]
# verdict: wrong
# loses: frequencies-values
# named: frequencies_in_a_row
def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    i = torch.arange(0, d_model, 2, dtype=torch.float64)
    return (10000.0 ** (-i / d_model)).to(dtype).unsqueeze(0)


# form: // where / is meant
# as in: Stack Overflow, a common question: "all my positional encodings are the same"
# verdict: wrong
# loses: frequencies-values
# named: -
def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    two_i = torch.arange(0, d_model, 2)
    return (1.0 / 10000.0 ** (two_i // d_model).double()).to(dtype)


# form: another base
# as in: Llama 3's rope_theta = 500000, taken for a better constant
# verdict: wrong
# loses: frequencies-values
# named: -
def angular_frequencies(d_model, dtype=torch.float32, theta=500000.0):
    require_even_width(d_model)
    return (theta ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)).to(dtype)


# form: an odd width is rounded down
# as in: many public versions, which check nothing
# verdict: wrong
# loses: frequencies-values
# named: frequencies_of_any_width
def angular_frequencies(d_model, dtype=torch.float32):
    half = d_model // 2
    return torch.exp(torch.arange(half, dtype=torch.float64) * 2 * -math.log(10000.0) / d_model).to(dtype)


# form: half the exponent, and float32 throughout
# as in: x-transformers' freq_seq in float32, remembered with the wrong denominator
# verdict: wrong
# loses: frequencies-values, frequencies-precision
# named: frequencies_with_half_the_exponent, frequencies_from_single_precision
def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    freq_seq = torch.arange(d_model // 2).float() / d_model
    return (10000 ** -freq_seq).to(dtype)


# form: exp without the logarithm, in float32
# as in: ChatGPT-like code, log(10000) dropped
# verdict: wrong
# loses: frequencies-values, frequencies-precision
# named: frequencies_without_ten_thousand, frequencies_ignore_dtype
def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    return torch.exp(-torch.arange(0, d_model, 2).float() / d_model)
