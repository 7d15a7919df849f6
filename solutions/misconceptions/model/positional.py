"""Ways to get positional encoding and its shift wrong (right: `solutions.model.positional`)."""

from solutions.misconceptions import misconception
from solutions.model.positional import (
    PositionalEncoding,
    angular_frequencies,
    shift_block,
    shift_matrix,
    sinusoidal_table,
    where_sine_alone_fails,
)

# ---- angular_frequencies -------------------------------------------------------------------------

misconception(
    angular_frequencies,
    "frequencies_with_half_the_exponent",
    did="Your exponent is i / d_model, not 2i / d_model.",
    causes="i counts pairs of features, so your frequencies fall only to about 1/100, not to "
    "nearly 1/10000.",
    fix="Count the features, 0, 2, 4 and so on, in the exponent.",
    section="positional-encoding.html#pos-frequencies",
    caught_by="frequencies-values",
    change={
        "even = torch.arange(0, d_model, 2, dtype=torch.float64)": (
            "i = torch.arange(d_model // 2, dtype=torch.float64)"
        ),
        "-even / d_model": "-i / d_model",
    },
)

misconception(
    angular_frequencies,
    "frequencies_with_twice_the_exponent",
    did="You double the exponent: arange(0, d_model, 2) is already 2i, and you multiply it by 2 "
    "again.",
    causes="Half of your features hardly change over any real text.",
    fix="Divide 2i by d_model without another factor of 2.",
    section="positional-encoding.html#pos-frequencies",
    caught_by="frequencies-values",
    change={"-even / d_model": "-2 * even / d_model"},
)

misconception(
    angular_frequencies,
    "frequencies_that_grow",
    did="Your exponent has the wrong sign.",
    causes="The frequencies grow to thousands of radians per position.",
    fix="Divide by 10000^(2i / d_model) instead of multiplying.",
    section="positional-encoding.html#pos-frequencies",
    caught_by="frequencies-values",
    change={"-even / d_model": "even / d_model"},
)

misconception(
    angular_frequencies,
    "frequencies_without_ten_thousand",
    did="You take exp(-2i / d_model) and forget the factor ln(10000) in the exponent.",
    causes="All your frequencies lie between 1 and 0.37, so there are no slow waves for long "
    "distances.",
    fix="Multiply the exponent by ln(10000), or raise 10000 to a power directly.",
    section="positional-encoding.html#pos-frequencies",
    caught_by="frequencies-values",
    change={"(10000.0 ** (-even / d_model))": "torch.exp(-even / d_model)"},
)

misconception(
    angular_frequencies,
    "frequencies_that_reach_the_end",
    did="Your last frequency is exactly 1/10000, as in the authors' own code.",
    causes="The paper's formula divides the exponent by d_model. You spread the same range over "
    "one step less.",
    fix="Follow the formula: the exponent is 2i / d_model.",
    section="positional-encoding.html#pos-frequencies",
    caught_by="frequencies-values",
    change={"-even / d_model": "-even / max(d_model - 2, 1)"},
)

misconception(
    angular_frequencies,
    "frequencies_in_turns",
    did="You return turns per position, not radians per position.",
    causes="There is a factor 2 pi between the two, and sine and cosine expect radians.",
    fix="Remove the factor 2 pi.",
    section="positional-encoding.html#pos-frequencies",
    caught_by="frequencies-values",
    change={"(-even / d_model)": "(-even / d_model) / (2 * math.pi)"},
)

misconception(
    angular_frequencies,
    "frequencies_one_per_feature",
    did="You return one frequency for each feature.",
    causes="A sine and a cosine share one frequency, so there are only d_model / 2 of them.",
    fix="Return one frequency for each pair, for 2i = 0, 2, 4 and so on.",
    section="positional-encoding.html#pos-frequencies",
    caught_by="frequencies-values",
    change={
        "even = torch.arange(0, d_model, 2, dtype=torch.float64)": (
            "feature = torch.arange(d_model, dtype=torch.float64)"
        ),
        "-even / d_model": "-feature / d_model",
    },
)

misconception(
    angular_frequencies,
    "frequencies_from_single_precision",
    did="You compute the frequencies in float32 and convert them afterwards.",
    causes="The conversion does not bring back the digits that float32 has lost.",
    fix="Create the exponents in float64, and convert the result at the end.",
    section="positional-encoding.html#pos-precision",
    caught_by="frequencies-precision",
    change={"dtype=torch.float64": "dtype=torch.float32"},
)

misconception(
    angular_frequencies,
    "frequencies_in_the_given_precision",
    did="You compute the frequencies in the dtype that is asked for.",
    causes="In a type of few digits, such as bfloat16, the exponents are rounded first, and that "
    "makes errors of several percent.",
    fix="Compute in torch.float64, and convert at the end with .to(dtype).",
    section="positional-encoding.html#pos-frequencies",
    caught_by="frequencies-precision",
    change={"dtype=torch.float64": "dtype=dtype"},
)

misconception(
    angular_frequencies,
    "frequencies_ignore_dtype",
    did="You ignore the argument dtype: your frequencies are always float32.",
    causes="A caller that asks for float64 gets numbers with too few correct digits.",
    fix="Convert the result to dtype.",
    section="positional-encoding.html#pos-precision",
    caught_by="frequencies-precision",
    change={".to(dtype)": ".float()"},
)

misconception(
    angular_frequencies,
    "frequencies_stay_double",
    did="You never convert the frequencies to dtype, so they are always float64.",
    causes="A product with a float32 tensor then becomes float64.",
    fix="Convert the result to dtype.",
    section="positional-encoding.html#pos-frequencies",
    caught_by="frequencies-precision",
    change={
        ".to(dtype)": "",
    },
)

misconception(
    angular_frequencies,
    "frequencies_in_a_row",
    did="You return a row with two axes, of shape (1, d_model / 2).",
    causes="The docstring asks for one axis.",
    fix="Return one axis; broadcasting adds the other by itself.",
    section="positional-encoding.html#pos-frequencies",
    caught_by="frequencies-values",
    change={
        ".to(dtype)": ".to(dtype)[None]",
    },
)

misconception(
    angular_frequencies,
    "frequencies_of_any_width",
    did="You do not check d_model.",
    causes="An odd width leaves a sine without its cosine. The docstring promises a ValueError.",
    fix="Call require_even_width(d_model) first.",
    section="positional-encoding.html#pos-frequencies",
    caught_by="frequencies-values",
    change={
        ("    require_even_width(d_model)\n"): "",
    },
)

# ---- sinusoidal_table ----------------------------------------------------------------------------

misconception(
    sinusoidal_table,
    "table_in_halves",
    did="Your table has all sines in the left half and all cosines in the right half.",
    causes="The paper interleaves them: sine in the even features, cosine in the odd ones.",
    fix="Put the sine and the cosine of each frequency next to each other.",
    section="positional-encoding.html#pos-interleaved",
    caught_by="table-values",
    change={
        "torch.stack([angles.sin(), angles.cos()], dim=-1)": (
            "torch.cat([angles.sin(), angles.cos()], dim=-1)"
        ),
    },
)

misconception(
    sinusoidal_table,
    "table_cosine_first",
    did="You put the cosine in the even features and the sine in the odd ones.",
    causes="The row of position 0 must begin with 0, 1, 0, 1, but yours begins with 1, 0, 1, 0.",
    fix="Put the sine first in each pair.",
    section="positional-encoding.html#pos-formula",
    caught_by="table-values",
    change={"[angles.sin(), angles.cos()]": "[angles.cos(), angles.sin()]"},
)

misconception(
    sinusoidal_table,
    "table_from_position_one",
    did="You count the positions from 1.",
    causes="The first row belongs to position 0: its sines must be 0 and its cosines 1.",
    fix="Start counting at position 0.",
    section="positional-encoding.html#pos-formula",
    caught_by="table-values",
    change={
        "torch.arange(length, dtype=torch.float64)": (
            "torch.arange(1, length + 1, dtype=torch.float64)"
        ),
    },
)

misconception(
    sinusoidal_table,
    "table_cosine_with_its_own_frequency",
    did="You use the number of the cosine's own feature, 2i + 1, in its exponent.",
    causes="The sine and the cosine of a pair then have different frequencies, and the pair is "
    "no longer a rotation.",
    fix="Use 2i in the exponent of both features of a pair.",
    section="positional-encoding.html#pos-interleaved",
    caught_by="table-values",
    change={
        "pairs = torch.stack([angles.sin(), angles.cos()], dim=-1)": (
            "odd = torch.arange(1, d_model, 2, dtype=torch.float64)\n"
            "    odd_angles = positions[:, None] * 10000.0 ** (-odd / d_model)\n"
            "    pairs = torch.stack([angles.sin(), odd_angles.cos()], dim=-1)"
        ),
    },
)

misconception(
    sinusoidal_table,
    "table_cosine_with_the_next_frequency",
    did="You give the cosine the frequency of the next pair: its exponent is 2(i + 1) / d_model.",
    causes="The features 2i and 2i + 1 then belong to different frequencies.",
    fix="Use the exponent 2i / d_model for the odd feature 2i + 1 too.",
    section="positional-encoding.html#pos-interleaved",
    caught_by="table-values",
    change={
        "pairs = torch.stack([angles.sin(), angles.cos()], dim=-1)": (
            "next_angles = angles / 10000.0 ** (2 / d_model)\n"
            "    pairs = torch.stack([angles.sin(), next_angles.cos()], dim=-1)"
        ),
    },
)

misconception(
    sinusoidal_table,
    "table_of_sines_alone",
    did="You use the sine for both features of a pair.",
    causes="Half of your features add no information, and without the cosine no matrix can shift "
    "the encoding.",
    fix="Use the cosine of the same angle for the odd feature.",
    section="positional-encoding.html#pos-sine-alone",
    caught_by="table-values",
    change={"[angles.sin(), angles.cos()]": "[angles.sin(), angles.sin()]"},
)

misconception(
    sinusoidal_table,
    "table_of_normalised_positions",
    did="You divide the positions by the length.",
    causes="Position 5 then looks different in every sentence, but it must depend on the "
    "position alone.",
    fix="Multiply the frequencies by the positions 0, 1, 2 and so on, as they are.",
    section="positional-encoding.html#pos-properties",
    caught_by="table-values",
    change={
        "torch.arange(length, dtype=torch.float64)": (
            "torch.arange(length, dtype=torch.float64) / max(length, 1)"
        ),
    },
)

misconception(
    sinusoidal_table,
    "table_from_single_precision_angles",
    did="You multiply positions and frequencies in float32.",
    causes="Far from the start the angles are thousands of radians, and float32 has few digits "
    "left for their fractions.",
    fix="Compute the angles in float64, and convert the table at the end.",
    section="positional-encoding.html#pos-precision",
    caught_by="table-far",
    change={
        "torch.arange(length, dtype=torch.float64)": "torch.arange(length)",
        "angular_frequencies(d_model, torch.float64)": "angular_frequencies(d_model)",
    },
)

misconception(
    sinusoidal_table,
    "table_stays_double",
    did="You never convert the table to dtype, so it is always float64.",
    causes="It is right to compute in double precision, but the caller gets another dtype than "
    "it asked for.",
    fix="Convert the finished table to dtype.",
    section="positional-encoding.html#pos-precision",
    caught_by="table-dtype",
    change={".to(dtype)": ""},
)

misconception(
    sinusoidal_table,
    "table_with_doubled_exponents",
    did="You double the exponents, as a widely copied loop does: its i is 2i already.",
    causes="Half of the features hardly change, and sine and cosine of a pair have different "
    "frequencies.",
    fix="Use the exponent i / d_model for both features of a pair, where i is 0, 2, 4 and so on.",
    section="positional-encoding.html#pos-formula",
    caught_by="table-values",
    change={
        "pairs = torch.stack([angles.sin(), angles.cos()], dim=-1)": (
            "even = torch.arange(0, d_model, 2, dtype=torch.float64)\n"
            "    sines = (positions[:, None] / 10000.0 ** (2 * even / d_model)).sin()\n"
            "    cosines = (positions[:, None] / 10000.0 ** (2 * (even + 1) / "
            "d_model)).cos()\n"
            "    pairs = torch.stack([sines, cosines], dim=-1)"
        ),
    },
)

misconception(
    sinusoidal_table,
    "table_of_the_authors_code",
    did="Your table is that of the authors' own code: sines on the left, cosines on the "
    "right, and a last frequency of exactly 1/10000.",
    causes="The paper's formula, which this notebook follows, interleaves them and divides "
    "the exponent by d_model.",
    fix="Use angular_frequencies, and put the sine and the cosine of each frequency next to "
    "each other.",
    section="positional-encoding.html#pos-formula",
    caught_by="table-values",
    change={
        "omega = angular_frequencies(d_model, torch.float64)": (
            "require_even_width(d_model)\n"
            "    last = max(d_model // 2 - 1, 1)\n"
            "    omega = 10000.0 ** (-torch.arange(d_model // 2, dtype=torch.float64) / "
            "last)"
        ),
        "pairs = torch.stack([angles.sin(), angles.cos()], dim=-1)": (
            "pairs = torch.cat([angles.sin(), angles.cos()], dim=-1)"
        ),
    },
)

misconception(
    sinusoidal_table,
    "table_with_an_empty_first_row",
    did="You set row 0 to zero, as if it belonged to the padding.",
    causes="Rows belong to positions, not to tokens, so the first word of every sentence "
    "would have no position.",
    fix="Leave row 0 as the formula has it: 0, 1, 0, 1.",
    section="positional-encoding.html#pos-formula",
    caught_by="table-values",
    change={
        "pairs = torch.stack([angles.sin(), angles.cos()], dim=-1)": (
            "pairs = torch.stack([angles.sin(), angles.cos()], dim=-1)\n    pairs[:1] = 0"
        ),
    },
)

misconception(
    sinusoidal_table,
    "table_with_an_axis_for_the_batch",
    did="Your table has an axis for the batch in front: its shape is (1, length, d_model).",
    causes="The docstring asks for (length, d_model).",
    fix="Remove the axis: broadcasting adds it by itself.",
    section="positional-encoding.html#pos-formula",
    caught_by="table-values",
    change={
        ".to(dtype)": ".to(dtype)[None]",
    },
)

misconception(
    sinusoidal_table,
    "table_of_features_by_positions",
    did="Your table has a row for each feature and a column for each position.",
    causes="Its shape must be (length, d_model): a row for each position.",
    fix="Transpose the table.",
    section="positional-encoding.html#pos-formula",
    caught_by="table-values",
    change={
        ".to(dtype)": ".to(dtype).T",
    },
)

misconception(
    sinusoidal_table,
    "table_of_any_length",
    did="You do not check the length.",
    causes="For a negative length the docstring promises a ValueError, but yours raises a "
    "RuntimeError of torch.arange, or none at all.",
    fix="Call require_length(length) first.",
    section="positional-encoding.html#pos-formula",
    caught_by="table-values",
    change={
        ("    require_length(length)\n"): "",
    },
)

misconception(
    sinusoidal_table,
    "table_always_single",
    did="You ignore the argument dtype: your table is always float32.",
    causes="A caller that asks for float64 gets numbers with too few correct digits.",
    fix="Convert the finished table to dtype.",
    section="positional-encoding.html#pos-precision",
    caught_by="table-dtype",
    change={
        ".to(dtype)": ".float()",
    },
)

misconception(
    sinusoidal_table,
    "table_divided_by_frequencies",
    did="You divide the positions by the frequencies.",
    causes="The frequencies are 1 / 10000^(2i / d_model) already, so your angles grow where "
    "they should become smaller.",
    fix="Multiply the positions by the frequencies.",
    section="positional-encoding.html#pos-formula",
    caught_by="table-values",
    change={
        "positions[:, None] * omega": "positions[:, None] / omega",
    },
)

misconception(
    sinusoidal_table,
    "table_of_any_width",
    did="You do not check whether d_model is even.",
    causes="An odd width leaves a sine without its cosine. The docstring promises a ValueError.",
    fix="Call require_even_width(d_model), or your angular_frequencies, which does.",
    section="positional-encoding.html#pos-formula",
    caught_by="table-values",
    change={
        "angular_frequencies(d_model, torch.float64)": (
            "10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)"
        ),
        "pairs.flatten(1)": "pairs.flatten(1)[:, :d_model]",
    },
)

misconception(
    sinusoidal_table,
    "table_from_angles_in_dtype",
    did="You compute the angles in the dtype of the result.",
    causes="Far from the start, a float32 angle has few digits left for its fraction.",
    fix="Compute frequencies and angles in float64, and convert the table at the end.",
    section="positional-encoding.html#pos-formula",
    caught_by="table-far",
    change={
        "torch.arange(length, dtype=torch.float64)": "torch.arange(length, dtype=dtype)",
        "angular_frequencies(d_model, torch.float64)": "angular_frequencies(d_model, dtype)",
    },
)

misconception(
    sinusoidal_table,
    "table_kept_in_float32",
    did="You keep the sines and cosines in float32 before you convert them to dtype.",
    causes="A table in float64 then has no more digits than one in float32.",
    fix="Compute in float64, and convert once, at the end.",
    section="positional-encoding.html#pos-formula",
    caught_by="table-dtype",
    change={"pairs.flatten(1).to(dtype)": "pairs.float().flatten(1).to(dtype)"},
)

misconception(
    sinusoidal_table,
    "table_without_its_last_row",
    did="You leave the last row empty: your loop ends one position too early.",
    causes="The last position then has no sines and cosines.",
    fix="Fill all rows, from 0 to length - 1.",
    section="positional-encoding.html#pos-formula",
    caught_by="table-values",
    change={
        "pairs = torch.stack([angles.sin(), angles.cos()], dim=-1)": (
            "pairs = torch.stack([angles.sin(), angles.cos()], dim=-1)\n    pairs[-1:] = 0"
        ),
    },
)

# ---- shift_block and shift_matrix ----------------------------------------------------------------

misconception(
    shift_block,
    "block_of_a_textbook",
    did="You use the rotation matrix of a textbook, with the minus in the upper row.",
    causes="That matrix acts on (cos, sin). Ours acts on (sin, cos), so your block turns "
    "backwards.",
    fix="Derive the rows from the addition theorems for (sin, cos): the minus belongs in the "
    "lower row.",
    section="positional-encoding.html#pos-block",
    caught_by="block-values",
    change={
        "[cos, sin]": "[cos, -sin]",
        "[-sin, cos]": "[sin, cos]",
    },
)

misconception(
    shift_block,
    "block_with_sine_on_the_diagonal",
    did="You have swapped the sine and the cosine of the angle in the matrix.",
    causes="The angle 0 must give the identity, but yours gives zeros on the diagonal.",
    fix="Put cos(angle) on the diagonal.",
    section="positional-encoding.html#pos-block",
    caught_by="block-values",
    change={
        "[cos, sin]": "[sin, cos]",
        "[-sin, cos]": "[cos, -sin]",
    },
)

misconception(
    shift_block,
    "block_without_the_minus",
    did="Your block has no minus sign.",
    causes="The lower row must give cos(a + angle), which is cos(a) cos(angle) minus sin(a) "
    "sin(angle).",
    fix="Put the minus sign where sin(a) is multiplied by sin(angle).",
    section="positional-encoding.html#pos-block",
    caught_by="block-values",
    change={"[-sin, cos]": "[sin, cos]"},
)

misconception(
    shift_block,
    "block_axes_in_front",
    did="You put the two axes of the matrix in front of the axes of the angles.",
    causes="The shape must be (..., 2, 2), one matrix for each angle. Yours is (2, 2, ...).",
    fix="Stack along new axes at the end: use negative dims in torch.stack.",
    section="positional-encoding.html#pos-block",
    caught_by="block-shape",
    change={
        "torch.stack([cos, sin], dim=-1)": "torch.stack([cos, sin])",
        "torch.stack([-sin, cos], dim=-1)": "torch.stack([-sin, cos])",
        "torch.stack([upper, lower], dim=-2)": "torch.stack([upper, lower])",
    },
)

misconception(
    shift_block,
    "block_of_plain_numbers",
    did="You make the block from plain or detached numbers, or under no_grad.",
    causes="The values are right, but no gradient reaches the angle.",
    fix="Build the matrix from the tensors angle.cos() and angle.sin() with torch.stack.",
    section="positional-encoding.html#pos-block",
    caught_by="block-gradients",
    change={"angle.cos(), angle.sin()": "angle.detach().cos(), angle.detach().sin()"},
)

misconception(
    shift_matrix,
    "shift_matrix_backwards",
    did="Your matrix shifts in the wrong direction: it takes PE(p) to PE(p - k).",
    causes="You have M_(-k), which is the transpose of M_k.",
    fix="Check the sign of the angle, and check your shift_block.",
    section="positional-encoding.html#pos-shift",
    caught_by="shift-law",
    change={"angles = k *": "angles = -k *"},
)

misconception(
    shift_matrix,
    "shift_matrix_on_halves",
    did="Your matrix is made for a table in halves, with all sines first and then all cosines.",
    causes="It pairs feature i with feature i + d_model / 2. In the paper's layout the features "
    "of a pair are neighbors.",
    fix="Put one 2 x 2 block for each pair along the diagonal.",
    section="positional-encoding.html#pos-interleaved",
    caught_by="shift-law",
    change={
        "blocks = shift_block(angles)": (
            "cos, sin = angles.cos().diag(), angles.sin().diag()\n"
            "    upper, lower = torch.cat([cos, sin], dim=1), torch.cat([-sin, cos], dim=1)"
        ),
        "torch.block_diag(*blocks)": "torch.cat([upper, lower])",
    },
)

misconception(
    shift_matrix,
    "shift_matrix_with_one_angle",
    did="You turn every pair by the same angle k.",
    causes="Each pair has its own frequency omega_i, so only the first pair is shifted correctly.",
    fix="Turn pair i by k omega_i.",
    section="positional-encoding.html#pos-shift",
    caught_by="shift-law",
    change={
        "k * angular_frequencies(d_model, torch.float64)": (
            "torch.full((d_model // 2,), k, dtype=torch.float64)"
        ),
    },
)

misconception(
    shift_matrix,
    "shift_matrix_for_position_zero",
    did="Your matrix sends PE(0) to PE(k), but it is right for position 0 only.",
    causes="The theorem asks for one matrix that works for every p.",
    fix="Do not use a position at all: turn each pair by an angle that depends only on k and "
    "omega_i.",
    section="positional-encoding.html#pos-shift",
    caught_by="shift-law",
    change={
        "blocks = shift_block(angles)": (
            "target = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten()\n"
            "    source = torch.tensor([0.0, 1.0], dtype=torch.float64).repeat(d_model // 2)"
        ),
        "torch.block_diag(*blocks)": "(torch.outer(target, source) / (d_model / 2))",
    },
)

misconception(
    shift_matrix,
    "shift_matrix_without_sign",
    did="Your matrix ignores the sign of k.",
    causes="A shift back by 3 becomes a shift forward by 3, so M_(-k) does not undo M_k.",
    fix="Use k with its sign in the angles.",
    section="positional-encoding.html#pos-group",
    caught_by="shift-group",
    change={"angles = k *": "angles = abs(k) *"},
)

misconception(
    shift_matrix,
    "shift_matrix_in_whole_steps",
    did="You round k to a whole number of positions.",
    causes="The proof needs no whole numbers: two shifts by half a position must make a shift by "
    "one.",
    fix="Use k as it is, without rounding.",
    section="positional-encoding.html#pos-group",
    caught_by="shift-group",
    change={"angles = k *": "angles = int(k) *"},
)

misconception(
    shift_matrix,
    "shift_matrix_stays_double",
    did="You never convert the matrix to dtype, so it is always float64.",
    causes="A product with a float32 table would raise an error.",
    fix="Convert the finished matrix to dtype.",
    section="positional-encoding.html#pos-precision",
    caught_by="shift-dtype",
    change={".to(dtype)": ""},
)

misconception(
    shift_matrix,
    "shift_matrix_from_single_precision",
    did="You compute the angles in float32 before you convert them.",
    causes="For a large offset k, few digits of the angle are left.",
    fix="Ask angular_frequencies for float64, check that you get it, and convert at the end.",
    section="positional-encoding.html#pos-precision",
    caught_by="shift-dtype",
    change={"angular_frequencies(d_model, torch.float64)": "angular_frequencies(d_model)"},
)

misconception(
    shift_block,
    "block_for_one_angle_only",
    did="You make the block from single numbers, so your function works for one angle only.",
    causes="Several angles raise an error, and no gradient reaches the angle.",
    fix="Build the block with torch.stack, which keeps the axes of the angles and the gradient.",
    section="positional-encoding.html#pos-block",
    caught_by="block-shape",
    change={
        "cos, sin = angle.cos(), angle.sin()": (
            "number = angle.item()\n"
            "    cos, sin = torch.tensor([math.cos(number), math.sin(number)], "
            "dtype=angle.dtype)"
        ),
    },
)

misconception(
    shift_block,
    "block_always_single",
    did="You fill a float32 tensor: torch.zeros has this type by default.",
    causes="A float64 angle loses half of its digits.",
    fix="Pass dtype=angle.dtype, or use torch.stack.",
    section="positional-encoding.html#pos-block",
    caught_by="block-shape",
    change={
        "return torch.stack([upper, lower], dim=-2)": (
            "return torch.stack([upper, lower], dim=-2).float()"
        ),
    },
)

misconception(
    shift_block,
    "block_axes_in_front_reshaped",
    did="You stack the four entries in front and then reshape.",
    causes="The shape is right, but one block mixes the numbers of several angles.",
    fix="Stack along dim=-1, and then reshape.",
    section="positional-encoding.html#pos-block",
    caught_by="block-values",
    change={
        "torch.stack([cos, sin], dim=-1)": "[cos, sin]",
        "torch.stack([-sin, cos], dim=-1)": "[-sin, cos]",
        "torch.stack([upper, lower], dim=-2)": (
            "torch.stack(upper + lower).reshape(*angle.shape, 2, 2)"
        ),
    },
)

misconception(
    shift_block,
    "block_squeezed",
    did="You call squeeze() on the result.",
    causes="It removes every axis of length 1, so a row with one angle loses its axis.",
    fix="Remove squeeze().",
    section="positional-encoding.html#pos-block",
    caught_by="block-shape",
    change={
        "torch.stack([upper, lower], dim=-2)": "torch.stack([upper, lower], dim=-2).squeeze()",
    },
)

misconception(
    shift_matrix,
    "shift_matrix_as_a_stack_of_blocks",
    did="You return the blocks, of shape (d_model / 2, 2, 2).",
    causes="The exercise asks for the matrix that has them on its diagonal.",
    fix="Use torch.block_diag(*blocks).",
    section="positional-encoding.html#pos-shift",
    caught_by="shift-law",
    change={
        "torch.block_diag(*blocks)": "blocks",
    },
)

misconception(
    shift_matrix,
    "shift_matrix_without_the_star",
    did="You pass all blocks to torch.block_diag as one argument.",
    causes="It expects each block as an argument of its own, and raises an error.",
    fix="Write a star before the tensor: torch.block_diag(*blocks).",
    section="positional-encoding.html#pos-shift",
    caught_by="shift-law",
    change={
        "*blocks": "blocks",
    },
)

misconception(
    shift_matrix,
    "shift_matrix_always_single",
    did="You ignore the argument dtype: your matrix is always float32.",
    causes="A caller that asks for float64 gets numbers with too few correct digits.",
    fix="Convert the finished matrix to dtype.",
    section="positional-encoding.html#pos-shift",
    caught_by="shift-dtype",
    change={
        ".to(dtype)": ".float()",
    },
)

misconception(
    shift_block,
    "block_in_degrees",
    did="You take the angle for degrees.",
    causes="The sine and the cosine of the encoding expect radians, so your block turns much "
    "too little.",
    fix="Use the angle as it is.",
    section="positional-encoding.html#pos-block",
    caught_by="block-values",
    change={
        "angle.cos(), angle.sin()": "angle.deg2rad().cos(), angle.deg2rad().sin()",
    },
)

misconception(
    shift_matrix,
    "shift_matrix_of_any_width",
    did="You do not check whether d_model is even.",
    causes="An odd width leaves a feature without a partner. The docstring promises a ValueError.",
    fix="Call require_even_width(d_model), or your angular_frequencies, which does.",
    section="positional-encoding.html#pos-shift",
    caught_by="shift-law",
    change={
        "angular_frequencies(d_model, torch.float64)": (
            "10000.0 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)"
        ),
    },
)

# ---- where_sine_alone_fails ----------------------------------------------------------------------

misconception(
    where_sine_alone_fails,
    "one_position_twice",
    did="You chose the same position twice.",
    causes="Its sine equals itself before the shift and after it, so the example shows nothing.",
    fix="Choose two different positions with the same sine.",
    section="positional-encoding.html#pos-sine-alone",
    caught_by="sine-alone",
    change={"return 0.0, half_a_turn, half_a_turn / 2": "return 0.0, 0.0, half_a_turn / 2"},
)

misconception(
    where_sine_alone_fails,
    "positions_a_turn_apart",
    did="Your positions are whole turns apart (2 pi / omega).",
    causes="There both sine and cosine agree, so the sines agree after every shift too.",
    fix="Choose the other point of the turn that has the same sine.",
    section="positional-encoding.html#pos-sine-alone",
    caught_by="sine-alone",
    change={
        "return 0.0, half_a_turn, half_a_turn / 2": "return 0.0, 2 * half_a_turn, half_a_turn / 2",
    },
)

misconception(
    where_sine_alone_fails,
    "offset_of_half_a_turn",
    did="Your positions are right, but after your offset the sines are equal again or less than "
    "1 apart.",
    causes="For example, a shift by half a turn only changes the sign of both sines.",
    fix="Choose an offset that moves one sine up and the other down.",
    section="positional-encoding.html#pos-sine-alone",
    caught_by="sine-alone",
    change={"return 0.0, half_a_turn, half_a_turn / 2": "return 0.0, half_a_turn, half_a_turn"},
)

misconception(
    where_sine_alone_fails,
    "angles_instead_of_positions",
    did="You return angles, but the exercise asks for positions.",
    causes="Your example is right for omega = 1 only.",
    fix="Divide the angles by omega.",
    section="positional-encoding.html#pos-sine-alone",
    caught_by="sine-alone",
    change={"math.pi / omega": "math.pi"},
)

misconception(
    where_sine_alone_fails,
    "positions_times_omega",
    did="You multiply the angles by omega.",
    causes="An angle is a position times omega, so your example is right for omega = 1 only.",
    fix="Divide the angles by omega.",
    section="positional-encoding.html#pos-sine-alone",
    caught_by="sine-alone",
    change={
        "math.pi / omega": "math.pi * omega",
    },
)

# ---- PositionalEncoding --------------------------------------------------------------------------

misconception(
    PositionalEncoding,
    "TableIsAParameter",
    did="Your table is an nn.Parameter.",
    causes="The optimizer would change it, but the paper's table is computed, not learned.",
    fix="Register the table as a buffer.",
    section="positional-encoding.html#pos-layer",
    caught_by="encoding-state",
    change={
        'self.register_buffer("table", sinusoidal_table(max_length, d_model), persistent=False)': (
            "self.table = nn.Parameter(sinusoidal_table(max_length, d_model))"
        ),
    },
)

misconception(
    PositionalEncoding,
    "TableIsSaved",
    did="Your table is saved with the model.",
    causes="The checkpoint stores thousands of rows that can be computed again, and it does not "
    "fit another max_length.",
    fix="Register the buffer with persistent=False.",
    section="positional-encoding.html#pos-layer",
    caught_by="encoding-state",
    change={", persistent=False": ""},
)

misconception(
    PositionalEncoding,
    "TableStaysBehind",
    did="Your table is an ordinary attribute.",
    causes="It does not move with the layer to another device, so the sum fails there.",
    fix="Register it with self.register_buffer.",
    section="positional-encoding.html#pos-layer",
    caught_by="encoding-state",
    change={
        'self.register_buffer("table", sinusoidal_table(max_length, d_model), persistent=False)': (
            "self.table = sinusoidal_table(max_length, d_model)"
        ),
    },
)

misconception(
    PositionalEncoding,
    "EncodingReplaces",
    did="Your layer returns the encoding instead of adding it to the embeddings.",
    causes="The model would know where each word is, but no longer which word it is.",
    fix="Add the encoding to x.",
    section="positional-encoding.html#pos-layer",
    caught_by="encoding-adds",
    change={
        "x + self.table[start:end].to(x.dtype)": "self.table[start:end].to(x.dtype).expand_as(x)",
    },
)

misconception(
    PositionalEncoding,
    "EncodingConcatenates",
    did="You concatenate the encoding and the embeddings, so the width doubles.",
    causes="The paper adds the two, and the next layers expect the width d_model.",
    fix="Add the two tensors with + instead of torch.cat.",
    section="positional-encoding.html#pos-layer",
    caught_by="encoding-adds",
    change={
        "return self.dropout(x + self.table[start:end].to(x.dtype))": (
            "positions = self.table[start:end].to(x.dtype).expand_as(x)\n"
            "        return self.dropout(torch.cat([x, positions], dim=-1))"
        ),
    },
)

misconception(
    PositionalEncoding,
    "PositionsAlongTheBatch",
    did="You take the rows of the table along the batch, not along the sentence.",
    causes="All words of one sentence get the same position.",
    fix="Use axis 1 of x, the length.",
    section="positional-encoding.html#pos-layer",
    caught_by="encoding-adds",
    change={"self.table[start:end]": "self.table[start : start + x.size(0), None]"},
)

misconception(
    PositionalEncoding,
    "EncodingScalesItsInput",
    did="Your layer multiplies its input by sqrt(d_model).",
    causes="The token embedding has applied this factor already, so the words would be scaled "
    "twice.",
    fix="Add the encoding to x as it is.",
    section="positional-encoding.html#pos-scale",
    caught_by="encoding-adds",
    change={"x + self.table": "x * math.sqrt(x.size(-1)) + self.table"},
)

misconception(
    PositionalEncoding,
    "EncodingScalesTheTable",
    did="You multiply the table by sqrt(d_model).",
    causes="Only the embeddings need this factor. Your encoding would be much larger than the "
    "words.",
    fix="Add the rows of the table without a factor.",
    section="positional-encoding.html#pos-scale",
    caught_by="encoding-adds",
    change={"x + self.table": "x + math.sqrt(x.size(-1)) * self.table"},
)

misconception(
    PositionalEncoding,
    "EncodingInPlace",
    did="Your layer changes its input in place (`x += ...`).",
    causes="Code that uses that tensor again then finds positions in it.",
    fix="Create a new tensor with x + ... instead.",
    section="positional-encoding.html#pos-layer",
    caught_by="encoding-adds",
    change={
        "return self.dropout(x + self.table[start:end].to(x.dtype))": (
            "x += self.table[start:end].to(x.dtype)\n        return self.dropout(x)"
        ),
    },
)

misconception(
    PositionalEncoding,
    "StartIgnored",
    did="Your layer ignores the argument start.",
    causes="In decoding, words come one by one, and every new word would get position 0.",
    fix="Begin the slice of the table at start.",
    section="positional-encoding.html#pos-start",
    caught_by="encoding-start",
    change={"self.table[start:end]": "self.table[: x.size(1)]"},
)

misconception(
    PositionalEncoding,
    "SliceEndsTooSoon",
    did="Your slice ends at the length T, not at start + T.",
    causes="`table[start:T]` has too few rows as soon as start is not 0.",
    fix="End the slice at start + x.size(1).",
    section="positional-encoding.html#pos-start",
    caught_by="encoding-start",
    change={"self.table[start:end]": "self.table[start : x.size(1)]"},
)

misconception(
    PositionalEncoding,
    "RowOfStartForAll",
    did="You add the row of start to every word.",
    causes="All words of a sentence get the same position.",
    fix="Take the rows from start to start + x.size(1).",
    section="positional-encoding.html#pos-start",
    caught_by="encoding-adds",
    change={"self.table[start:end]": "self.table[start]"},
)

misconception(
    PositionalEncoding,
    "TableGrows",
    did="You make a longer table when the positions go beyond max_length.",
    causes="The docstring promises a ValueError there.",
    fix="Raise the ValueError: call require_positions_that_fit.",
    section="positional-encoding.html#pos-start",
    caught_by="encoding-too-long",
    change={
        "        require_positions_that_fit(end, self.table.size(0))\n": (
            "        if end > self.table.size(0):\n"
            "            self.table = sinusoidal_table(end, self.table.size(1))\n"
        ),
    },
)

misconception(
    PositionalEncoding,
    "BeyondTheTable",
    did="Your layer does not check whether the table has enough rows.",
    causes="A slice beyond the table is too short. If only one row is left, it is added to every "
    "word without an error.",
    fix="Raise a ValueError if the last position is beyond the table.",
    section="positional-encoding.html#pos-start",
    caught_by="encoding-too-long",
    change={"        require_positions_that_fit(end, self.table.size(0))\n": ""},
)

misconception(
    PositionalEncoding,
    "DropoutOnTheTable",
    did="You apply dropout to the table alone.",
    causes="The features of the words are never dropped, but the paper applies dropout to the sum.",
    fix="Add first, then apply self.dropout to the sum.",
    section="positional-encoding.html#pos-dropout",
    caught_by="encoding-dropout",
    change={
        "self.dropout(x + self.table[start:end].to(x.dtype))": (
            "x + self.dropout(self.table[start:end].to(x.dtype))"
        ),
    },
)

misconception(
    PositionalEncoding,
    "DropoutBeforeTheSum",
    did="You apply dropout to the embeddings alone, before you add the positions.",
    causes="The encoding is never dropped, but the paper applies dropout to the sum.",
    fix="Apply self.dropout after you have added the positions.",
    section="positional-encoding.html#pos-dropout",
    caught_by="encoding-dropout",
    change={
        "self.dropout(x + self.table[start:end].to(x.dtype))": (
            "self.dropout(x) + self.table[start:end].to(x.dtype)"
        ),
    },
)

misconception(
    PositionalEncoding,
    "EncodingNeverDrops",
    did="Your layer never drops anything.",
    causes="The dropout probability that it receives has no effect.",
    fix="Apply self.dropout to the sum.",
    section="positional-encoding.html#pos-dropout",
    caught_by="encoding-dropout",
    change={
        "self.dropout(x + self.table[start:end].to(x.dtype))": (
            "x + self.table[start:end].to(x.dtype)"
        ),
    },
)

misconception(
    PositionalEncoding,
    "EncodingDropsInEvaluation",
    did="Your layer drops features in evaluation mode too.",
    causes="F.dropout is active by default, so the results would change from call to call.",
    fix="Pass training=self.training to F.dropout, or use nn.Dropout, which knows the mode.",
    section="positional-encoding.html#pos-dropout",
    caught_by="encoding-dropout",
    change={
        "self.dropout(x + self.table[start:end].to(x.dtype))": (
            "nn.functional.dropout(x + self.table[start:end].to(x.dtype), self.dropout.p)"
        ),
    },
)

misconception(
    PositionalEncoding,
    "EncodingPromotes",
    did="You add the float32 table to an input of another dtype.",
    causes="The sum of bfloat16 and float32 is float32, so your output has another dtype than "
    "your input.",
    fix="Convert the rows of the table to x.dtype first.",
    section="positional-encoding.html#pos-precision",
    caught_by="encoding-dtype",
    change={".to(x.dtype)": ""},
)

misconception(
    PositionalEncoding,
    "EncodingCutsTheGradient",
    did="You cut the gradient of the input, with `x.detach()`, `x.data` or torch.no_grad().",
    causes="The output is right, but no gradient reaches the embeddings below.",
    fix="Add the encoding to x itself, not to a detached copy.",
    section="positional-encoding.html#pos-layer",
    caught_by="encoding-gradients",
    change={"x + self.table": "x.detach() + self.table"},
)

misconception(
    PositionalEncoding,
    "CheckForgetsStart",
    did="You compare the length of x with the table and forget start.",
    causes="A sentence that goes on beyond the table gets too few rows, or one row for all words.",
    fix="Compare start + x.size(1) with the number of rows.",
    section="positional-encoding.html#pos-layer",
    caught_by="encoding-too-long",
    change={
        "(end, self": "(x.size(1), self",
    },
)

misconception(
    PositionalEncoding,
    "EncodingAnyWidth",
    did="You do not check the width of x.",
    causes="If the last axis has length 1, broadcasting stretches it to d_model features, and "
    "the mistake goes unnoticed.",
    fix="Call require_width(x, self.table.size(1)).",
    section="positional-encoding.html#pos-layer",
    caught_by="encoding-too-long",
    change={
        ("        require_width(x, self.table.size(1))\n"): "",
    },
)

misconception(
    PositionalEncoding,
    "EncodingDropsTwice",
    did="You apply dropout twice: to the embeddings and to the sum.",
    causes="More features of the words are dropped than asked for.",
    fix="Apply self.dropout once, to the sum.",
    section="positional-encoding.html#pos-layer",
    caught_by="encoding-dropout",
    change={
        "(x + self": "(self.dropout(x) + self",
    },
)

misconception(
    PositionalEncoding,
    "WholeWordsDropped",
    did="You use nn.Dropout1d, which drops whole words.",
    causes="The layer should drop each feature by itself.",
    fix="Use nn.Dropout.",
    section="positional-encoding.html#pos-layer",
    caught_by="encoding-dropout",
    change={
        "nn.Dropout(dropout)": "nn.Dropout1d(dropout)",
    },
)

misconception(
    PositionalEncoding,
    "EncodingAlone",
    did="You return the encoding alone, of shape (T, d_model), and add nothing.",
    causes="The model would know where each word is, but no longer which word it is.",
    fix="Return the dropout of x plus the encoding.",
    section="positional-encoding.html#pos-layer",
    caught_by="encoding-adds",
    change={
        "self.dropout(x + self.table[start:end].to(x.dtype))": (
            "self.dropout(self.table[start:end].to(x.dtype))"
        ),
    },
)

misconception(
    PositionalEncoding,
    "PositionsAsserted",
    did="You check the positions with an assert.",
    causes="It raises an AssertionError, or nothing if Python runs with -O. The docstring "
    "promises a ValueError.",
    fix="Call require_positions_that_fit, or raise a ValueError.",
    section="positional-encoding.html#pos-layer",
    caught_by="encoding-too-long",
    change={
        "require_positions_that_fit(end, self.table.size(0))": "assert end <= self.table.size(0)",
    },
)
