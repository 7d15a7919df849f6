"""Ways to get shapes and broadcasting wrong (right: `solutions.numpy_reference.broadcasting`)."""

from solutions.misconceptions import misconception
from solutions.numpy_reference.broadcasting import (
    add_positions,
    pairwise_distances,
    sentence_lengths,
    swap_last_axes,
    unit_vectors,
)

# ---- sentence_lengths ----------------------------------------------------------------------------

misconception(
    sentence_lengths,
    "lengths_of_the_padding",
    did="You count the padding and not the words.",
    causes="The comparison `==` is True at every position that holds padding, so a short sentence "
    "gets a large length.",
    fix="Count the positions whose id differs from pad_id.",
    section="one-batch.html#batch-padding",
    caught_by="lengths",
    change={"!= pad_id": "== pad_id"},
)

misconception(
    sentence_lengths,
    "lengths_without_zeros",
    did="You compare the ids with 0 and ignore pad_id.",
    causes="Your count is right only if padding happens to be number 0.",
    fix="Compare with pad_id, whatever its value is.",
    section="one-batch.html#batch-padding",
    caught_by="lengths",
    change={"!= pad_id": "!= 0"},
)

misconception(
    sentence_lengths,
    "lengths_of_the_rectangle",
    did="You count every position, padding included.",
    causes="All sentences in your batch seem to be as long as the longest one.",
    fix="Mark the real tokens first, and count only those.",
    section="one-batch.html#batch-padding",
    caught_by="lengths",
    change={"(tokens != pad_id).sum(axis=1)": "np.full(tokens.shape[0], tokens.shape[1])"},
)

misconception(
    sentence_lengths,
    "lengths_down_the_columns",
    did="You sum over the first axis, that is, down the columns.",
    causes="You get one number for each column: how many sentences reach that position.",
    fix="Sum along each row with axis=1, so that one number for each sentence remains.",
    section="one-batch.html#batch-axes",
    caught_by="lengths",
    change={"axis=1": "axis=0"},
)

misconception(
    sentence_lengths,
    "lengths_in_one_number",
    did="You sum over all axes at once.",
    causes="Only one number remains for the whole batch, where each sentence needs its own.",
    fix="Name the axis that the sum should remove: axis=1.",
    section="one-batch.html#batch-axes",
    caught_by="lengths",
    change={"(tokens != pad_id).sum(axis=1)": "int((tokens != pad_id).sum())"},
)

misconception(
    sentence_lengths,
    "lengths_as_sums_of_ids",
    did="You add up the ids themselves.",
    causes="An id is a name and not a quantity, so the sum of ids says nothing about the length.",
    fix="Add up the booleans of a comparison: each True counts as 1.",
    section="one-batch.html#batch-axes",
    caught_by="lengths",
    change={"(tokens != pad_id)": "np.where(tokens != pad_id, tokens, 0)"},
)

misconception(
    sentence_lengths,
    "lengths_until_the_first_padding",
    did="You return the place of the first padding.",
    causes="A sentence without padding has no such place, and argmax then returns 0.",
    fix="Count the tokens that are not padding.",
    section="one-batch.html#batch-padding",
    caught_by="lengths",
    change={
        "(tokens != pad_id).sum(axis=1)": "(tokens == pad_id).argmax(axis=1)",
    },
)

misconception(
    sentence_lengths,
    "lengths_by_a_search_in_lists",
    did="You search each sentence for its first padding.",
    causes="A sentence that fills its row has no padding, so the search raises an error.",
    fix="Count the tokens that are not padding.",
    section="one-batch.html#batch-padding",
    caught_by="lengths",
    change={
        "(tokens != pad_id).sum(axis=1)": (
            "np.array([row.index(pad_id) for row in tokens.tolist()])"
        ),
    },
)

misconception(
    sentence_lengths,
    "lengths_of_greater_ids",
    did="You count only the ids that are greater than pad_id.",
    causes="It is right only if the padding has the smallest id.",
    fix="Ask whether a token is different from pad_id: use `!=`.",
    section="one-batch.html#batch-padding",
    caught_by="lengths",
    change={
        "!=": ">",
    },
)

misconception(
    sentence_lengths,
    "lengths_as_a_list",
    did="You return a list, not an array.",
    causes="A list cannot be compared or divided as a whole, which is what the next steps do.",
    fix="Return the array that `sum` gives.",
    section="one-batch.html#batch-padding",
    caught_by="lengths",
    change={
        ".sum(axis=1)": ".sum(axis=1).tolist()",
    },
)

misconception(
    sentence_lengths,
    "lengths_as_a_column",
    did="You keep the summed axis, so your result has the shape (B, 1).",
    causes="One number for each sentence is wanted, (B,).",
    fix="Leave out keepdims=True.",
    section="one-batch.html#batch-padding",
    caught_by="lengths",
    change={
        "axis=1": "axis=1, keepdims=True",
    },
)

misconception(
    sentence_lengths,
    "lengths_of_floats",
    did="You return the lengths as floats.",
    causes="A length is a count, and an array of floats cannot be used as an index.",
    fix="Sum the comparison as it is: booleans are added up to integers.",
    section="one-batch.html#batch-padding",
    caught_by="lengths",
    change={
        "(tokens != pad_id)": "(tokens != pad_id).astype(float)",
    },
)

misconception(
    sentence_lengths,
    "lengths_in_32_bits",
    did="You return int32, not int64.",
    causes="NumPy's and PyTorch's own counts and indices are int64, and your result has another "
    "type than the docstring promises.",
    fix="Leave out the dtype: a sum of booleans is int64.",
    section="one-batch.html#batch-padding",
    caught_by="lengths",
    change={
        ".sum(axis=1)": ".sum(axis=1).astype(np.int32)",
    },
)

misconception(
    sentence_lengths,
    "lengths_of_different_ids",
    did="You count the different tokens of a sentence.",
    causes="A word that occurs twice counts only once.",
    fix="Count positions, not ids: sum the comparison along each row.",
    section="one-batch.html#batch-padding",
    caught_by="lengths",
    change={
        "(tokens != pad_id).sum(axis=1)": (
            "np.array([len(set(row) - {pad_id}) for row in tokens.tolist()])"
        ),
    },
)


# ---- add_positions -------------------------------------------------------------------------------

misconception(
    add_positions,
    "positions_by_sentence",
    did="You add row b of the table to every position of sentence b.",
    causes="Your vectors say which sentence of the batch it is, and not where in the sentence the "
    "word is.",
    fix="Give row p to position p, in every sentence.",
    section="one-batch.html#batch-broadcasting",
    caught_by="add-positions-values",
    change={"table[: x.shape[1]]": "table[: x.shape[0], None]"},
)

misconception(
    add_positions,
    "positions_all_alike",
    did="You add the first row of the table to every position.",
    causes="One row of shape (d,) broadcasts over all positions, so you cannot tell the positions "
    "apart.",
    fix="Take the first T rows, one for each position.",
    section="one-batch.html#batch-broadcasting",
    caught_by="add-positions-values",
    change={"table[: x.shape[1]]": "table[0]"},
)

misconception(
    add_positions,
    "positions_from_one",
    did="You start with row 1 of the table.",
    causes="Positions count from 0, so your first word gets the vector of the second.",
    fix="Start with row 0.",
    section="one-batch.html#batch-positions",
    caught_by="add-positions-values",
    change={"table[: x.shape[1]]": "table[1 : x.shape[1] + 1]"},
)

misconception(
    add_positions,
    "positions_without_a_cut",
    did="You do not cut the table to its first T rows.",
    causes="It has more rows than your batch has positions, so the two shapes do not fit.",
    fix="Add table[:T], with T from the shape of x.",
    section="one-batch.html#batch-broadcasting",
    caught_by="add-positions-values",
    change={"table[: x.shape[1]]": "table"},
)

misconception(
    add_positions,
    "positions_from_the_end",
    did="You take the last T rows of the table.",
    causes="The same position gets a different vector whenever the batch has a different length.",
    fix="Take the rows from the beginning of the table.",
    section="one-batch.html#batch-positions",
    caught_by="add-positions-values",
    change={"table[: x.shape[1]]": "table[-x.shape[1] :]"},
)

misconception(
    add_positions,
    "positions_in_place",
    did="You change x in place (`+=`).",
    causes="The caller's array then holds other numbers than before the call.",
    fix="Make a new array with `x + ...`.",
    section="one-batch.html#batch-broadcasting",
    caught_by="add-positions-untouched",
    change={
        "return x + table[: x.shape[1]].astype(x.dtype)": (
            "x += table[: x.shape[1]].astype(x.dtype)\n    return x"
        )
    },
)

misconception(
    add_positions,
    "positions_make_it_wider",
    did="You add the rows of the table in their own dtype.",
    causes="If x is float32 and the table is float64, NumPy takes the wider type, and your result "
    "is float64.",
    fix="Convert the rows to x.dtype before you add them.",
    section="one-batch.html#batch-broadcasting",
    caught_by="add-positions-untouched",
    change={".astype(x.dtype)": ""},
)

misconception(
    add_positions,
    "positions_cut_by_the_batch",
    did="You cut the table to the number of sentences B, not to the number of positions T.",
    causes="The rows do not fit the positions unless B equals T.",
    fix="Take the length from axis 1: x.shape[1].",
    section="one-batch.html#batch-broadcasting",
    caught_by="add-positions-values",
    change={
        "table[: x.shape[1]]": "table[: x.shape[0]]",
    },
)

misconception(
    add_positions,
    "positions_after_scaling",
    did="You multiply x by sqrt(d) before you add the positions.",
    causes="The embedding does this already, so it would happen twice.",
    fix="Add the rows to x as it is.",
    section="one-batch.html#batch-broadcasting",
    caught_by="add-positions-values",
    change={
        "x + table": "x * x.shape[-1] ** 0.5 + table",
    },
)

misconception(
    add_positions,
    "positions_side_by_side",
    did="You put the positions beside the vectors, so the result is twice as wide.",
    causes="The model has width d throughout, and the next matrix does not fit.",
    fix="Add the two, entry by entry.",
    section="one-batch.html#batch-broadcasting",
    caught_by="add-positions-values",
    change={
        "x + table[: x.shape[1]].astype(x.dtype)": (
            "np.concatenate([x, np.broadcast_to(table[: x.shape[1]], "
            "x.shape).astype(x.dtype)], axis=-1)"
        ),
    },
)

misconception(
    add_positions,
    "positions_take_a_short_table",
    did="You raise no ValueError if the table is too short.",
    causes="A table with a single row then fits every position, without any notice.",
    fix="Call require_rows(table, x.shape[1]) first.",
    section="one-batch.html#batch-broadcasting",
    caught_by="add-positions-untouched",
    change={
        "    require_rows(table, x.shape[1])\n": "",
    },
)

misconception(
    add_positions,
    "positions_not_returned",
    did="You change x and return nothing.",
    causes="The caller gets None, and its array is not what it was.",
    fix="Return the sum, and leave x as it is.",
    section="one-batch.html#batch-broadcasting",
    caught_by="add-positions-untouched",
    change={
        "return x + table[: x.shape[1]].astype(x.dtype)": "x += table[: x.shape[1]]",
    },
)

misconception(
    add_positions,
    "positions_ask_for_a_row_too_many",
    did="You refuse a table that has exactly as many rows as there are positions.",
    causes="Positions count from 0, so T rows are enough; the docstring asks for at least T.",
    fix="Call require_rows(table, x.shape[1]), without adding 1.",
    section="one-batch.html#batch-broadcasting",
    caught_by="add-positions-values",
    change={"require_rows(table, x.shape[1])": "require_rows(table, x.shape[1] + 1)"},
)

# ---- swap_last_axes ------------------------------------------------------------------------------

misconception(
    swap_last_axes,
    "axes_turned_round",
    did="You use `.T`, which reverses the order of all axes.",
    causes="It turns (B, T, d) into (d, T, B), so the batch is no longer the first axis.",
    fix="Exchange only the last two axes.",
    section="one-batch.html#batch-swap",
    caught_by="swap-axes",
    change={"x.swapaxes(-2, -1)": "x.T"},
)

misconception(
    swap_last_axes,
    "axes_reshaped",
    did="You use `reshape` to exchange the two axes.",
    causes="The shape is right but the numbers are not: `reshape` keeps the numbers in their old "
    "order and moves no axis.",
    fix="Use a function that moves axes, such as swapaxes.",
    section="one-batch.html#batch-swap",
    caught_by="swap-axes",
    change={"swapaxes(-2, -1)": "reshape(*x.shape[:-2], x.shape[-1], x.shape[-2])"},
)

misconception(
    swap_last_axes,
    "first_axes_swapped",
    did="You swap the first two axes.",
    causes="In a batch of shape (B, T, d), that exchanges sentences and positions.",
    fix="Swap the last two axes: -2 and -1, however many axes come before them.",
    section="one-batch.html#batch-swap",
    caught_by="swap-axes",
    change={"(-2, -1)": "(0, 1)"},
)

misconception(
    swap_last_axes,
    "axes_counted_from_the_left",
    did="You swap axes 1 and 2, counted from the left.",
    causes="They are the last two axes only if there are three, so your function fails for a "
    "matrix or for heads.",
    fix="Count the axes from the right: -2 and -1.",
    section="one-batch.html#batch-swap",
    caught_by="swap-axes",
    change={"(-2, -1)": "(1, 2)"},
)

misconception(
    swap_last_axes,
    "axes_named_one_by_one",
    did="You list three axes, (0, 2, 1).",
    causes="That is right for three axes, but it raises an error for a single matrix and for four "
    "axes with heads.",
    fix="Swap the axes -2 and -1 and leave all others alone.",
    section="one-batch.html#batch-swap",
    caught_by="swap-axes",
    change={"swapaxes(-2, -1)": "transpose(0, 2, 1)"},
)

misconception(
    swap_last_axes,
    "axes_transposed_as_in_torch",
    did="You call NumPy's transpose with two axes, as in PyTorch.",
    causes="In NumPy, transpose wants all axes in their new order, so two of them raise an error"
    " if there are more.",
    fix="Use swapaxes(-2, -1).",
    section="one-batch.html#batch-swap",
    caught_by="swap-axes",
    change={
        "swapaxes": "transpose",
    },
)

misconception(
    swap_last_axes,
    "axes_of_four_named",
    did="You list the axes of an array with four axes.",
    causes="The function then fails for any other number of axes.",
    fix="Count from the right: axes -2 and -1.",
    section="one-batch.html#batch-swap",
    caught_by="swap-axes",
    change={
        "swapaxes(-2, -1)": "transpose(0, 1, 3, 2)",
    },
)

misconception(
    swap_last_axes,
    "axes_of_each_matrix",
    did="You transpose along the first axis only, one part after the other.",
    causes="With more than three axes, each part has several axes in front, and these are "
    "reversed too. A single matrix falls apart into vectors.",
    fix="Swap the last two axes of the whole array.",
    section="one-batch.html#batch-swap",
    caught_by="swap-axes",
    change={
        "x.swapaxes(-2, -1)": "np.array([matrix.T for matrix in x])",
    },
)

misconception(
    swap_last_axes,
    "axes_not_kept",
    did="You do not use what swapaxes returns.",
    causes="swapaxes changes nothing in place, so x is returned as it was.",
    fix="Return the result of swapaxes.",
    section="one-batch.html#batch-swap",
    caught_by="swap-axes",
    change={
        "return x.swapaxes(-2, -1)": "x.swapaxes(-2, -1)\n    return x",
    },
)

misconception(
    swap_last_axes,
    "axes_first_and_last",
    did="You swap the first axis and the last one.",
    causes="The sentences of the batch end up as features.",
    fix="Swap the last two axes, -2 and -1.",
    section="one-batch.html#batch-swap",
    caught_by="swap-axes",
    change={
        "(-2, -1)": "(0, -1)",
    },
)


# ---- pairwise_distances --------------------------------------------------------------------------

misconception(
    pairwise_distances,
    "pairs_the_other_way_round",
    did="Your table of distances is transposed: its shape is (B, S, T).",
    causes="Where T = S the shape looks right, and only the numbers show the mistake.",
    fix="Let the rows belong to the positions of x and the columns to those of y.",
    section="one-batch.html#batch-pairs",
    caught_by="pairs",
    change={"x[:, :, None] - y[:, None]": "y[:, :, None] - x[:, None]"},
)

misconception(
    pairwise_distances,
    "pairs_of_the_same_place",
    did="You subtract y from x as they are.",
    causes="If T = S, each position meets only the position with the same number; otherwise the "
    "shapes do not fit.",
    fix="Insert an axis of length 1 into both arrays, at different places.",
    section="one-batch.html#batch-pairs",
    caught_by="pairs",
    change={"x[:, :, None] - y[:, None]": "x - y"},
)

misconception(
    pairwise_distances,
    "pairs_across_sentences",
    did="You compare every sentence of x with every sentence of y.",
    causes="Your result has one axis too many, because sentence b of x should meet only sentence "
    "b of y.",
    fix="Keep the batch axis in the same place in both arrays.",
    section="one-batch.html#batch-pairs",
    caught_by="pairs",
    change={"x[:, :, None] - y[:, None]": "x[:, None, :, None] - y[None, :, None]"},
)

misconception(
    pairwise_distances,
    "pairs_with_a_root",
    did="You take the square root of the sum.",
    causes="Your result is the distance, but the exercise asks for its square.",
    fix="Return the sum of squares without a root.",
    section="one-batch.html#batch-pairs",
    caught_by="pairs",
    change={"(apart**2).sum(axis=-1)": "np.sqrt((apart**2).sum(axis=-1))"},
)

misconception(
    pairwise_distances,
    "pairs_in_city_blocks",
    did="You sum absolute differences instead of squares.",
    causes="Your result is the length of a walk along the axes (the Manhattan distance), not the "
    "squared distance.",
    fix="Square each difference before you sum.",
    section="one-batch.html#batch-pairs",
    caught_by="pairs",
    change={"(apart**2)": "np.abs(apart)"},
)

misconception(
    pairwise_distances,
    "pairs_without_squares",
    did="You forget to square the differences.",
    causes="Positive and negative differences cancel, so your distances can be 0 or negative for "
    "different vectors.",
    fix="Square the differences, then sum over the last axis.",
    section="one-batch.html#batch-pairs",
    caught_by="pairs",
    change={"(apart**2)": "apart"},
)

misconception(
    pairwise_distances,
    "pairs_on_average",
    did="You take the mean over the features instead of the sum.",
    causes="All your distances are too small by the factor d.",
    fix="Sum over the last axis.",
    section="one-batch.html#batch-axes",
    caught_by="pairs",
    change={"sum(axis=-1)": "mean(axis=-1)"},
)

misconception(
    pairwise_distances,
    "pairs_without_a_batch",
    did="Your axes of length 1 are those for two matrices without a batch.",
    causes="Sentences and positions then meet, so the shapes do not fit, or the wrong pairs are "
    "compared.",
    fix="Insert the axes behind the batch: x[:, :, None] and y[:, None].",
    section="one-batch.html#batch-pairs",
    caught_by="pairs",
    change={
        "x[:, :, None] - y[:, None]": "x[:, None] - y",
    },
)

misconception(
    pairwise_distances,
    "pairs_squared_after_the_sum",
    did="You square the sum of the differences.",
    causes="Differences of opposite sign then cancel: far vectors seem close.",
    fix="Square each difference first, then sum.",
    section="one-batch.html#batch-pairs",
    caught_by="pairs",
    change={
        "(apart**2).sum(axis=-1)": "apart.sum(axis=-1) ** 2",
    },
)

misconception(
    pairwise_distances,
    "pairs_as_products",
    did="You return the products of the vectors, not their distances.",
    causes="A product is large for similar vectors, and it can be negative.",
    fix="Subtract the vectors, square, and sum.",
    section="one-batch.html#batch-pairs",
    caught_by="pairs",
    change={
        "apart = x[:, :, None] - y[:, None]\n    return (apart**2).sum(axis=-1)": (
            "return x @ y.swapaxes(-2, -1)"
        ),
    },
)

misconception(
    pairwise_distances,
    "pairs_summed_over_the_keys",
    did="You sum over the positions of y, not over the features.",
    causes="The result has the shape (B, T, d): it is not a table of pairs.",
    fix="Sum over the last axis, the features.",
    section="one-batch.html#batch-pairs",
    caught_by="pairs",
    change={
        "sum(axis=-1)": "sum(axis=2)",
    },
)

misconception(
    pairwise_distances,
    "pairs_by_three_squares",
    did="You compute |x|^2 + |y|^2 - 2xy, and rounding makes some entries negative.",
    causes="The distance of equal vectors can come out as a small negative number, and its root "
    "would be NaN.",
    fix="Subtract first and then square, or cut off at 0 with np.maximum.",
    section="one-batch.html#batch-pairs",
    caught_by="pairs",
    change={
        "apart = x[:, :, None] - y[:, None]\n    return (apart**2).sum(axis=-1)": (
            "squares = (x**2).sum(axis=-1)[:, :, None] + (y**2).sum(axis=-1)[:, None]\n"
            "    return squares - 2 * x @ y.swapaxes(1, 2)"
        ),
    },
)


# ---- unit_vectors --------------------------------------------------------------------------------

misconception(
    unit_vectors,
    "lengths_without_keepdims",
    did="You drop the axis that you sum over.",
    causes="The lengths (B, T) then align with the wrong axes of (B, T, d). In a square array "
    "this does not even raise an error.",
    fix="Keep that axis with length 1: keepdims=True.",
    section="one-batch.html#batch-keepdims",
    caught_by="unit-lengths",
    change={", keepdims=True": ""},
)

misconception(
    unit_vectors,
    "one_length_for_all",
    did="You compute a single length for the whole array.",
    causes="All vectors are divided by the same number, so they do not get length 1.",
    fix="Sum over the last axis only.",
    section="one-batch.html#batch-axes",
    caught_by="unit-lengths",
    change={"sum(axis=-1, keepdims=True)": "sum()"},
)

misconception(
    unit_vectors,
    "lengths_of_the_columns",
    did="You sum over the positions (axis -2).",
    causes="Your columns have length 1, and your vectors do not.",
    fix="Sum along the last axis, because each vector lies along it.",
    section="one-batch.html#batch-axes",
    caught_by="unit-lengths",
    change={"axis=-1": "axis=-2"},
)

misconception(
    unit_vectors,
    "lengths_without_root",
    did="You divide by the sum of squares and forget the root.",
    causes="Your long vectors become short, and your short vectors become long.",
    fix="Take the square root of the sum before you divide.",
    section="one-batch.html#batch-keepdims",
    caught_by="unit-lengths",
    change={"np.sqrt((x**2).sum(axis=-1, keepdims=True))": "(x**2).sum(axis=-1, keepdims=True)"},
)

misconception(
    unit_vectors,
    "shares_of_the_sum",
    did="You divide each vector by the sum of its numbers.",
    causes="The numbers then sum to 1, as weights do, but the length of the vector can be "
    "anything.",
    fix="Divide by the length: the root of the sum of squares.",
    section="one-batch.html#batch-keepdims",
    caught_by="unit-lengths",
    change={"np.sqrt((x**2).sum(axis=-1, keepdims=True))": "x.sum(axis=-1, keepdims=True)"},
)

misconception(
    unit_vectors,
    "zeros_become_nan",
    did="You divide 0 by 0 where a vector is all zeros.",
    causes="That vector becomes NaN, and one NaN spoils everything that the model computes from "
    "it.",
    fix="Use 1 as the divisor where the length is 0.",
    section="one-batch.html#batch-keepdims",
    caught_by="unit-zeros",
    change={"np.where(lengths == 0, 1, lengths)": "lengths"},
)

misconception(
    unit_vectors,
    "lengths_in_place",
    did="You divide x in place (`/=`).",
    causes="The caller's array is changed: after the call it holds unit vectors instead of the "
    "original numbers.",
    fix="Make a new array with `x / ...`.",
    section="one-batch.html#batch-broadcasting",
    caught_by="unit-zeros",
    change={
        "return x / np.where(lengths == 0, 1, lengths)": (
            "x /= np.where(lengths == 0, 1, lengths)\n    return x"
        )
    },
)

misconception(
    unit_vectors,
    "lengths_with_a_little_more",
    did="You add a small number to every length in order to avoid a division by 0.",
    causes="Your vectors become a little too short, and small vectors become much too short.",
    fix="Treat only the vectors of length 0 in a special way.",
    section="one-batch.html#batch-keepdims",
    caught_by="unit-zeros",
    change={"np.where(lengths == 0, 1, lengths)": "(lengths + 1e-3)"},
)

misconception(
    unit_vectors,
    "lengths_by_absolute_values",
    did="You divide by the sum of the absolute values.",
    causes="That is another length: the vectors do not end on the unit circle.",
    fix="Take the root of the sum of squares.",
    section="one-batch.html#batch-keepdims",
    caught_by="unit-lengths",
    change={
        "np.sqrt((x**2).sum(axis=-1, keepdims=True))": "np.abs(x).sum(axis=-1, keepdims=True)",
    },
)

misconception(
    unit_vectors,
    "lengths_along_axis_1",
    did="You compute the lengths along axis 1.",
    causes="Axis 1 is the last one only if there are two axes.",
    fix="Count from the right: axis=-1.",
    section="one-batch.html#batch-keepdims",
    caught_by="unit-lengths",
    change={
        "axis=-1": "axis=1",
    },
)

misconception(
    unit_vectors,
    "lengths_of_at_least_one",
    did="You divide by 1 where a vector is shorter than 1.",
    causes="Short vectors stay short, although only a vector of zeros should stay as it is.",
    fix="Replace the length only where it is 0.",
    section="one-batch.html#batch-keepdims",
    caught_by="unit-zeros",
    change={
        "np.where(lengths == 0, 1, lengths)": "np.maximum(lengths, 1)",
    },
)

misconception(
    unit_vectors,
    "lengths_with_a_tiny_bit_more",
    did="You add a tiny number such as 1e-8 to the lengths.",
    causes="Very short vectors do not get length 1.",
    fix="Replace the length only where it is 0.",
    section="one-batch.html#batch-keepdims",
    caught_by="unit-zeros",
    change={
        "np.where(lengths == 0, 1, lengths)": "(lengths + 1e-8)",
    },
)

misconception(
    unit_vectors,
    "lengths_with_eps_in_the_root",
    did="You add a small number inside the root.",
    causes="Short vectors come out shorter than 1, by much if they are very short.",
    fix="Replace the length only where it is 0.",
    section="one-batch.html#batch-keepdims",
    caught_by="unit-zeros",
    change={
        "keepdims=True))": "keepdims=True) + 1e-5)",
    },
)

misconception(
    unit_vectors,
    "lengths_asked_all_at_once",
    did="You ask `if lengths == 0` of a whole array.",
    causes="An array of several numbers has no single truth value, so NumPy raises an error.",
    fix="Choose entry by entry: np.where(lengths == 0, 1, lengths).",
    section="one-batch.html#batch-keepdims",
    caught_by="unit-lengths",
    change={
        "    return x / np.where(lengths == 0, 1, lengths)": (
            "    if lengths == 0:\n        return x\n    return x / lengths"
        ),
    },
)

misconception(
    unit_vectors,
    "lengths_of_standardized_vectors",
    did="You subtract the mean and divide by the standard deviation.",
    causes="That is what a layer norm does. The direction changes, and the length is not 1.",
    fix="Divide by the root of the sum of squares, and subtract nothing.",
    section="one-batch.html#batch-keepdims",
    caught_by="unit-lengths",
    change={
        "    lengths = np.sqrt((x**2).sum(axis=-1, keepdims=True))": (
            "    lengths = x.std(axis=-1, keepdims=True)\n"
            "    x = x - x.mean(axis=-1, keepdims=True)"
        ),
    },
)
