"""Ways to get positional encoding and its shift wrong (right: `solutions.model.positional`)."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from solutions.misconceptions import misconception
from solutions.model.positional import (
    PositionalEncoding,
    angular_frequencies,
    require_even_width,
    require_length,
    require_positions_that_fit,
    shift_block,
    sinusoidal_table,
)

# ---- angular_frequencies -------------------------------------------------------------------------


@misconception(
    "angular_frequencies",
    caught_by="frequencies-values",
    section="positional-encoding.html#pos-frequencies",
    sentence="Your exponent is i / d_model, not 2i / d_model: i counts pairs of features, so the "
    "frequencies fall only to about 1/100, not to nearly 1/10000.",
)
def frequencies_with_half_the_exponent(d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    require_even_width(d_model)
    i = torch.arange(d_model // 2, dtype=torch.float64)
    return (10000.0 ** (-i / d_model)).to(dtype)


@misconception(
    "angular_frequencies",
    caught_by="frequencies-values",
    section="positional-encoding.html#pos-frequencies",
    sentence="Your exponent is doubled: arange(0, d_model, 2) is already 2i, and you multiply it "
    "by 2 once more. Half of your features hardly change over any real text.",
)
def frequencies_with_twice_the_exponent(d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    require_even_width(d_model)
    even = torch.arange(0, d_model, 2, dtype=torch.float64)
    return (10000.0 ** (-2 * even / d_model)).to(dtype)


@misconception(
    "angular_frequencies",
    caught_by="frequencies-values",
    section="positional-encoding.html#pos-frequencies",
    sentence="Your exponent has the wrong sign: the frequencies grow to thousands of radians per "
    "position. Divide by 10000^(2i / d_model), do not multiply.",
)
def frequencies_that_grow(d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    require_even_width(d_model)
    even = torch.arange(0, d_model, 2, dtype=torch.float64)
    return (10000.0 ** (even / d_model)).to(dtype)


@misconception(
    "angular_frequencies",
    caught_by="frequencies-values",
    section="positional-encoding.html#pos-frequencies",
    sentence="You take exp(-2i / d_model) and forget the factor ln(10000) in the exponent: all "
    "your frequencies lie between 1 and 0.37.",
)
def frequencies_without_ten_thousand(d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    require_even_width(d_model)
    even = torch.arange(0, d_model, 2, dtype=torch.float64)
    return torch.exp(-even / d_model).to(dtype)


@misconception(
    "angular_frequencies",
    caught_by="frequencies-values",
    section="positional-encoding.html#pos-frequencies",
    sentence="Your last frequency is exactly 1/10000, as in the authors' own code. The paper's "
    "formula divides by d_model, and you spread the series over one step less.",
)
def frequencies_that_reach_the_end(d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    require_even_width(d_model)
    i = torch.arange(d_model // 2, dtype=torch.float64)
    return (10000.0 ** (-i / max(d_model // 2 - 1, 1))).to(dtype)


@misconception(
    "angular_frequencies",
    caught_by="frequencies-values",
    section="positional-encoding.html#pos-frequencies",
    sentence="You return turns per position, not radians: there is a factor 2 pi between the two, "
    "and your sine and cosine will want radians.",
)
def frequencies_in_turns(d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    require_even_width(d_model)
    even = torch.arange(0, d_model, 2, dtype=torch.float64)
    return (10000.0 ** (-even / d_model) / (2 * math.pi)).to(dtype)


@misconception(
    "angular_frequencies",
    caught_by="frequencies-values",
    section="positional-encoding.html#pos-frequencies",
    sentence="You return one frequency for each feature. A sine and a cosine share theirs: there "
    "are d_model / 2, for 2i = 0, 2, 4 and so on.",
)
def frequencies_one_per_feature(d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    require_even_width(d_model)
    every = torch.arange(d_model, dtype=torch.float64)
    return (10000.0 ** (-every / d_model)).to(dtype)


@misconception(
    "angular_frequencies",
    caught_by="frequencies-precision",
    section="positional-encoding.html#pos-precision",
    sentence="You compute the frequencies in float32 and convert afterwards, which brings no digit "
    "back. Make the exponents in float64; convert the result at the end.",
)
def frequencies_from_single_precision(d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    require_even_width(d_model)
    even = torch.arange(0, d_model, 2, dtype=torch.float32)
    return (10000.0 ** (-even / d_model)).to(dtype)


@misconception(
    "angular_frequencies",
    caught_by="frequencies-precision",
    section="positional-encoding.html#pos-precision",
    sentence="Your frequencies are always float32: you ignore the dtype that you are given.",
)
def frequencies_ignore_dtype(d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    require_even_width(d_model)
    even = torch.arange(0, d_model, 2, dtype=torch.float64)
    return (10000.0 ** (-even / d_model)).float()


# ---- sinusoidal_table ----------------------------------------------------------------------------


@misconception(
    "sinusoidal_table",
    caught_by="table-values",
    section="positional-encoding.html#pos-interleaved",
    sentence="Your table has all sines in the left half and all cosines in the right. The paper "
    "interleaves them: sine in the even features, cosine in the odd ones.",
)
def table_in_halves(length: int, d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    require_length(length)
    positions = torch.arange(length, dtype=torch.float64)
    angles = positions[:, None] * angular_frequencies(d_model, torch.float64)
    return torch.cat([angles.sin(), angles.cos()], dim=-1).to(dtype)


@misconception(
    "sinusoidal_table",
    caught_by="table-values",
    section="positional-encoding.html#pos-formula",
    sentence="You have sine and cosine the wrong way round: the even features hold the sine, so "
    "the row of position 0 begins 0, 1, 0, 1.",
)
def table_cosine_first(length: int, d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    require_length(length)
    positions = torch.arange(length, dtype=torch.float64)
    angles = positions[:, None] * angular_frequencies(d_model, torch.float64)
    return torch.stack([angles.cos(), angles.sin()], dim=-1).flatten(1).to(dtype)


@misconception(
    "sinusoidal_table",
    caught_by="table-values",
    section="positional-encoding.html#pos-formula",
    sentence="You count positions from 1. The first row belongs to position 0: its sines are 0 and "
    "its cosines are 1.",
)
def table_from_position_one(length: int, d_model: int, dtype: torch.dtype = torch.float32):
    require_length(length)
    positions = torch.arange(1, length + 1, dtype=torch.float64)
    angles = positions[:, None] * angular_frequencies(d_model, torch.float64)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).to(dtype)


@misconception(
    "sinusoidal_table",
    caught_by="table-values",
    section="positional-encoding.html#pos-interleaved",
    sentence="Your cosines have frequencies of their own: you take the number of the feature, "
    "2i + 1, as exponent. Sine and cosine of a pair share 2i, or the pair is no rotation.",
)
def table_cosine_with_its_own_frequency(
    length: int, d_model: int, dtype: torch.dtype = torch.float32
) -> Tensor:
    require_length(length)
    require_even_width(d_model)
    positions = torch.arange(length, dtype=torch.float64)
    feature = torch.arange(d_model, dtype=torch.float64)
    angles = positions[:, None] * 10000.0 ** (-feature / d_model)
    return torch.where(feature % 2 == 0, angles.sin(), angles.cos()).to(dtype)


@misconception(
    "sinusoidal_table",
    caught_by="table-values",
    section="positional-encoding.html#pos-interleaved",
    sentence="Your cosines take the frequency of the next pair: the exponent of the odd feature "
    "2i + 1 is 2i / d_model, yours is 2(i + 1) / d_model.",
)
def table_cosine_with_the_next_frequency(
    length: int, d_model: int, dtype: torch.dtype = torch.float32
) -> Tensor:
    require_length(length)
    positions = torch.arange(length, dtype=torch.float64)
    omega = angular_frequencies(d_model, torch.float64)
    sines = (positions[:, None] * omega).sin()
    cosines = (positions[:, None] * omega / 10000.0 ** (2 / d_model)).cos()
    return torch.stack([sines, cosines], dim=-1).flatten(1).to(dtype)


@misconception(
    "sinusoidal_table",
    caught_by="table-values",
    section="positional-encoding.html#pos-sine-alone",
    sentence="You use the sine for both features of a pair: without the cosine no matrix can shift "
    "the encoding, and half of your features say nothing new.",
)
def table_of_sines_alone(length: int, d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    require_length(length)
    positions = torch.arange(length, dtype=torch.float64)
    angles = positions[:, None] * angular_frequencies(d_model, torch.float64)
    return angles.sin().repeat_interleave(2, dim=-1).to(dtype)


@misconception(
    "sinusoidal_table",
    caught_by="table-values",
    section="positional-encoding.html#pos-properties",
    sentence="You divide the positions by the length. Position 5 then looks different in every "
    "sentence; it must depend on the position alone.",
)
def table_of_normalised_positions(length: int, d_model: int, dtype: torch.dtype = torch.float32):
    require_length(length)
    positions = torch.arange(length, dtype=torch.float64) / max(length, 1)
    angles = positions[:, None] * angular_frequencies(d_model, torch.float64)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).to(dtype)


@misconception(
    "sinusoidal_table",
    caught_by="table-far",
    section="positional-encoding.html#pos-precision",
    sentence="You multiply positions and frequencies in float32: far from the start an angle of "
    "thousands of radians keeps few digits. Compute in float64; convert at the end.",
)
def table_from_single_precision_angles(
    length: int, d_model: int, dtype: torch.dtype = torch.float32
) -> Tensor:
    require_length(length)
    positions = torch.arange(length, dtype=torch.float32)
    angles = positions[:, None] * angular_frequencies(d_model, torch.float32)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).to(dtype)


@misconception(
    "sinusoidal_table",
    caught_by="table-dtype",
    section="positional-encoding.html#pos-precision",
    sentence="Your table stays float64: you compute in double precision, which is right, but never "
    "convert the result to the dtype that you are given.",
)
def table_stays_double(length: int, d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    require_length(length)
    positions = torch.arange(length, dtype=torch.float64)
    angles = positions[:, None] * angular_frequencies(d_model, torch.float64)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


# ---- shift_block and shift_matrix ----------------------------------------------------------------


@misconception(
    "shift_block",
    caught_by="block-values",
    section="positional-encoding.html#pos-block",
    sentence="Your block turns backwards: it is the rotation of a textbook, which acts on (cos, "
    "sin). Ours acts on (sin, cos), so the minus stands in the lower row.",
)
def block_of_a_textbook(angle: Tensor) -> Tensor:
    cos, sin = angle.cos(), angle.sin()
    rows = [torch.stack([cos, -sin], dim=-1), torch.stack([sin, cos], dim=-1)]
    return torch.stack(rows, dim=-2)


@misconception(
    "shift_block",
    caught_by="block-values",
    section="positional-encoding.html#pos-block",
    sentence="You have sine and cosine of the angle in each other's place: cos(angle) belongs on "
    "the diagonal, so that the angle 0 gives the identity.",
)
def block_with_sine_on_the_diagonal(angle: Tensor) -> Tensor:
    cos, sin = angle.cos(), angle.sin()
    rows = [torch.stack([sin, cos], dim=-1), torch.stack([cos, -sin], dim=-1)]
    return torch.stack(rows, dim=-2)


@misconception(
    "shift_block",
    caught_by="block-values",
    section="positional-encoding.html#pos-block",
    sentence="Your block lacks the minus sign: cos(a + angle) is cos a cos(angle) minus sin a "
    "sin(angle).",
)
def block_without_the_minus(angle: Tensor) -> Tensor:
    cos, sin = angle.cos(), angle.sin()
    rows = [torch.stack([cos, sin], dim=-1), torch.stack([sin, cos], dim=-1)]
    return torch.stack(rows, dim=-2)


@misconception(
    "shift_block",
    caught_by="block-shape",
    section="positional-encoding.html#pos-block",
    sentence="Your block puts the two axes of the matrix in front of the angles. They come last: "
    "(..., 2, 2), one matrix for each angle.",
)
def block_axes_in_front(angle: Tensor) -> Tensor:
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([torch.stack([cos, sin]), torch.stack([-sin, cos])])


@misconception(
    "shift_block",
    caught_by="block-gradients",
    section="positional-encoding.html#pos-block",
    sentence="Your block is made of plain numbers (`torch.tensor`, `.item()` or `.detach()`): the "
    "values are right, but no gradient reaches the angle.",
)
def block_of_plain_numbers(angle: Tensor) -> Tensor:
    cos, sin = angle.detach().cos(), angle.detach().sin()
    rows = [torch.stack([cos, sin], dim=-1), torch.stack([-sin, cos], dim=-1)]
    return torch.stack(rows, dim=-2)


@misconception(
    "shift_matrix",
    caught_by="shift-law",
    section="positional-encoding.html#pos-shift",
    sentence="Your matrix shifts the wrong way: it takes PE(p) to PE(p - k). You have M_(-k), the "
    "transpose. Look at the sign of the angle, and at your shift_block.",
)
def shift_matrix_backwards(k: float, d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    blocks = shift_block(-k * angular_frequencies(d_model, torch.float64))
    return torch.block_diag(*blocks).to(dtype)


@misconception(
    "shift_matrix",
    caught_by="shift-law",
    section="positional-encoding.html#pos-interleaved",
    sentence="Your matrix is for a table in halves (all sines, then all cosines): it pairs feature "
    "i with feature i + d_model / 2. In the paper's layout the pairs are neighbors.",
)
def shift_matrix_on_halves(k: float, d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    angles = k * angular_frequencies(d_model, torch.float64)
    cos, sin = angles.cos().diag(), angles.sin().diag()
    upper, lower = torch.cat([cos, sin], dim=1), torch.cat([-sin, cos], dim=1)
    return torch.cat([upper, lower]).to(dtype)


@misconception(
    "shift_matrix",
    caught_by="shift-law",
    section="positional-encoding.html#pos-shift",
    sentence="You turn every pair by the same angle k. Each pair has its own frequency: turn pair "
    "i by k omega_i.",
)
def shift_matrix_with_one_angle(
    k: float, d_model: int, dtype: torch.dtype = torch.float32
) -> Tensor:
    omega = angular_frequencies(d_model, torch.float64)
    return torch.block_diag(*shift_block(torch.full_like(omega, k))).to(dtype)


@misconception(
    "shift_matrix",
    caught_by="shift-law",
    section="positional-encoding.html#pos-shift",
    sentence="Your matrix is right for position 0 only: it sends PE(0) to PE(k), but the theorem "
    "wants one matrix that works for every p. Turn each pair by k omega_i.",
)
def shift_matrix_for_position_zero(
    k: float, d_model: int, dtype: torch.dtype = torch.float32
) -> Tensor:
    angles = k * angular_frequencies(d_model, torch.float64)
    target = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten()
    source = torch.tensor([0.0, 1.0], dtype=torch.float64).repeat(d_model // 2)
    return (torch.outer(target, source) / (d_model / 2)).to(dtype)


@misconception(
    "shift_matrix",
    caught_by="shift-group",
    section="positional-encoding.html#pos-group",
    sentence="Your matrix ignores the sign of k: a shift back by 3 becomes a shift forward by 3. "
    "M_(-k) must undo M_k.",
)
def shift_matrix_without_sign(k: float, d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    blocks = shift_block(abs(k) * angular_frequencies(d_model, torch.float64))
    return torch.block_diag(*blocks).to(dtype)


@misconception(
    "shift_matrix",
    caught_by="shift-group",
    section="positional-encoding.html#pos-group",
    sentence="You round k to whole positions. The proof needs no whole numbers: two shifts by half "
    "a position must make a shift by one.",
)
def shift_matrix_in_whole_steps(
    k: float, d_model: int, dtype: torch.dtype = torch.float32
) -> Tensor:
    blocks = shift_block(int(k) * angular_frequencies(d_model, torch.float64))
    return torch.block_diag(*blocks).to(dtype)


@misconception(
    "shift_matrix",
    caught_by="shift-dtype",
    section="positional-encoding.html#pos-precision",
    sentence="Your matrix stays float64: you never convert it to the dtype that you are given, and "
    "a product with a float32 table would raise.",
)
def shift_matrix_stays_double(k: float, d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.block_diag(*shift_block(k * angular_frequencies(d_model, torch.float64)))


@misconception(
    "shift_matrix",
    caught_by="shift-dtype",
    section="positional-encoding.html#pos-precision",
    sentence="Your angles are float32 before you convert them: a large offset k keeps few digits. "
    "Ask angular_frequencies for float64 (does yours obey?), and convert at the end.",
)
def shift_matrix_from_single_precision(
    k: float, d_model: int, dtype: torch.dtype = torch.float32
) -> Tensor:
    return torch.block_diag(*shift_block(k * angular_frequencies(d_model))).to(dtype)


# ---- where_sine_alone_fails ----------------------------------------------------------------------


@misconception(
    "where_sine_alone_fails",
    caught_by="sine-alone",
    section="positional-encoding.html#pos-sine-alone",
    sentence="Your two positions are one and the same: of course they agree, before the shift and "
    "after it. Take two different ones.",
)
def one_position_twice(omega: float) -> tuple[float, float, float]:
    return 0.0, 0.0, math.pi / (2 * omega)


@misconception(
    "where_sine_alone_fails",
    caught_by="sine-alone",
    section="positional-encoding.html#pos-sine-alone",
    sentence="Your positions are whole turns apart (2 pi / omega): sine and cosine both agree "
    "there, and after every shift too. Go to the other point of the turn with the same sine.",
)
def positions_a_turn_apart(omega: float) -> tuple[float, float, float]:
    return 0.0, 2 * math.pi / omega, math.pi / (2 * omega)


@misconception(
    "where_sine_alone_fails",
    caught_by="sine-alone",
    section="positional-encoding.html#pos-sine-alone",
    sentence="Your positions are well chosen, but after your offset the two sines are equal again, "
    "or less than 1 apart: half a turn, for example, only changes their sign.",
)
def offset_of_half_a_turn(omega: float) -> tuple[float, float, float]:
    return 0.0, math.pi / omega, math.pi / omega


@misconception(
    "where_sine_alone_fails",
    caught_by="sine-alone",
    section="positional-encoding.html#pos-sine-alone",
    sentence="Your example is right for omega = 1 only: you give angles, but positions are asked "
    "for. Divide by omega.",
)
def angles_instead_of_positions(omega: float) -> tuple[float, float, float]:
    return 0.0, math.pi, math.pi / 2


# ---- PositionalEncoding --------------------------------------------------------------------------


@misconception(
    "PositionalEncoding",
    caught_by="encoding-state",
    section="positional-encoding.html#pos-layer",
    sentence="Your table is an nn.Parameter: the optimizer would change it. The paper's table is "
    "computed, not learned; register it as a buffer.",
)
class TableIsAParameter(PositionalEncoding):
    def __init__(self, d_model: int, dropout: float = 0.0, max_length: int = 5000):
        nn.Module.__init__(self)
        self.dropout = nn.Dropout(dropout)
        self.table = nn.Parameter(sinusoidal_table(max_length, d_model))


@misconception(
    "PositionalEncoding",
    caught_by="encoding-state",
    section="positional-encoding.html#pos-layer",
    sentence="Your table is saved with the model: thousands of rows that can be computed again, "
    "and a checkpoint that refuses another max_length. You want persistent=False.",
)
class TableIsSaved(PositionalEncoding):
    def __init__(self, d_model: int, dropout: float = 0.0, max_length: int = 5000):
        nn.Module.__init__(self)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("table", sinusoidal_table(max_length, d_model))


@misconception(
    "PositionalEncoding",
    caught_by="encoding-state",
    section="positional-encoding.html#pos-layer",
    sentence="Your table is an ordinary attribute: it stays behind when the layer moves to another "
    "device, and the sum fails there. Register it as a buffer.",
)
class TableStaysBehind(PositionalEncoding):
    def __init__(self, d_model: int, dropout: float = 0.0, max_length: int = 5000):
        nn.Module.__init__(self)
        self.dropout = nn.Dropout(dropout)
        self.table = sinusoidal_table(max_length, d_model)


@misconception(
    "PositionalEncoding",
    caught_by="encoding-adds",
    section="positional-encoding.html#pos-layer",
    sentence="Your encoding replaces the embeddings instead of being added to them: the model "
    "would know where each word stands, and no longer which word it is.",
)
class EncodingReplaces(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        end = start + x.size(1)
        require_positions_that_fit(end, self.table.size(0))
        return self.dropout(self.table[start:end].to(x.dtype).expand_as(x))


@misconception(
    "PositionalEncoding",
    caught_by="encoding-adds",
    section="positional-encoding.html#pos-layer",
    sentence="You put the encoding beside the embeddings, so the width doubles. The paper adds the "
    "two; the width stays d_model.",
)
class EncodingConcatenates(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        end = start + x.size(1)
        require_positions_that_fit(end, self.table.size(0))
        return self.dropout(torch.cat([x, self.table[start:end].to(x.dtype).expand_as(x)], dim=-1))


@misconception(
    "PositionalEncoding",
    caught_by="encoding-adds",
    section="positional-encoding.html#pos-layer",
    sentence="You take the rows of the table along the batch, not along the sentence: all words of "
    "one sentence get the same position. Axis 1 is the length.",
)
class PositionsAlongTheBatch(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        end = start + x.size(1)
        require_positions_that_fit(end, self.table.size(0))
        rows = self.table[start : start + x.size(0)]
        return self.dropout(x + rows.to(x.dtype).unsqueeze(1))


@misconception(
    "PositionalEncoding",
    caught_by="encoding-adds",
    section="positional-encoding.html#pos-scale",
    sentence="Your layer multiplies its input by sqrt(d_model). That factor belongs to the token "
    "embedding, which has applied it already.",
)
class EncodingScalesItsInput(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        end = start + x.size(1)
        require_positions_that_fit(end, self.table.size(0))
        return self.dropout(x * math.sqrt(x.size(-1)) + self.table[start:end].to(x.dtype))


@misconception(
    "PositionalEncoding",
    caught_by="encoding-adds",
    section="positional-encoding.html#pos-scale",
    sentence="You multiply the table by sqrt(d_model). It is the embedding that has to grow, not "
    "the encoding: yours would drown the words.",
)
class EncodingScalesTheTable(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        end = start + x.size(1)
        require_positions_that_fit(end, self.table.size(0))
        return self.dropout(x + math.sqrt(x.size(-1)) * self.table[start:end].to(x.dtype))


@misconception(
    "PositionalEncoding",
    caught_by="encoding-adds",
    section="positional-encoding.html#pos-layer",
    sentence="Your layer changes its input in place (`x += ...`): whoever uses that tensor again "
    "finds positions in it that were never added there.",
)
class EncodingInPlace(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        end = start + x.size(1)
        require_positions_that_fit(end, self.table.size(0))
        x += self.table[start:end].to(x.dtype)
        return self.dropout(x)


@misconception(
    "PositionalEncoding",
    caught_by="encoding-start",
    section="positional-encoding.html#pos-start",
    sentence="Your layer ignores start: when decoding goes on word by word, every new word would "
    "stand at position 0.",
)
class StartIgnored(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        require_positions_that_fit(start + x.size(1), self.table.size(0))
        return self.dropout(x + self.table[: x.size(1)].to(x.dtype))


@misconception(
    "PositionalEncoding",
    caught_by="encoding-start",
    section="positional-encoding.html#pos-start",
    sentence="Your slice ends at the length, not at start + length: `table[start:T]` has too few "
    "rows as soon as start is not 0.",
)
class SliceEndsTooSoon(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        require_positions_that_fit(start + x.size(1), self.table.size(0))
        return self.dropout(x + self.table[start : x.size(1)].to(x.dtype))


@misconception(
    "PositionalEncoding",
    caught_by="encoding-too-long",
    section="positional-encoding.html#pos-start",
    sentence="Your layer never checks the length. A slice beyond the table is short, and when one "
    "row is left it is quietly added to every word.",
)
class BeyondTheTable(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        end = start + x.size(1)
        return self.dropout(x + self.table[start:end].to(x.dtype))


@misconception(
    "PositionalEncoding",
    caught_by="encoding-dropout",
    section="positional-encoding.html#pos-dropout",
    sentence="Your dropout acts on the table alone: the words themselves are never dropped. The "
    "paper applies it to the sum.",
)
class DropoutOnTheTable(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        end = start + x.size(1)
        require_positions_that_fit(end, self.table.size(0))
        return x + self.dropout(self.table[start:end].to(x.dtype).expand_as(x))


@misconception(
    "PositionalEncoding",
    caught_by="encoding-dropout",
    section="positional-encoding.html#pos-dropout",
    sentence="Your dropout acts on the embeddings alone, before the positions are added. The paper "
    "applies it to the sum.",
)
class DropoutBeforeTheSum(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        end = start + x.size(1)
        require_positions_that_fit(end, self.table.size(0))
        return self.dropout(x) + self.table[start:end].to(x.dtype)


@misconception(
    "PositionalEncoding",
    caught_by="encoding-dropout",
    section="positional-encoding.html#pos-dropout",
    sentence="Your layer never drops anything: the dropout that you are given is not applied to "
    "the sum.",
)
class EncodingNeverDrops(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        end = start + x.size(1)
        require_positions_that_fit(end, self.table.size(0))
        return x + self.table[start:end].to(x.dtype)


@misconception(
    "PositionalEncoding",
    caught_by="encoding-dropout",
    section="positional-encoding.html#pos-dropout",
    sentence="Your layer drops features in evaluation mode too. Pass self.training to F.dropout, "
    "or use nn.Dropout, which knows the mode.",
)
class EncodingDropsInEvaluation(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        end = start + x.size(1)
        require_positions_that_fit(end, self.table.size(0))
        return F.dropout(x + self.table[start:end].to(x.dtype), self.dropout.p)


@misconception(
    "PositionalEncoding",
    caught_by="encoding-dtype",
    section="positional-encoding.html#pos-precision",
    sentence="Your output is float32 though the input was not: adding the float32 table promotes a "
    "bfloat16 input. Convert the rows of the table to x.dtype first.",
)
class EncodingPromotes(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        end = start + x.size(1)
        require_positions_that_fit(end, self.table.size(0))
        return self.dropout(x + self.table[start:end])


@misconception(
    "PositionalEncoding",
    caught_by="encoding-gradients",
    section="positional-encoding.html#pos-layer",
    sentence="Your output is right, but no gradient reaches the embeddings below: `x.detach()`, "
    "`x.data` or torch.no_grad() cuts it.",
)
class EncodingCutsTheGradient(PositionalEncoding):
    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        end = start + x.size(1)
        require_positions_that_fit(end, self.table.size(0))
        return self.dropout(x.detach() + self.table[start:end].to(x.dtype))
