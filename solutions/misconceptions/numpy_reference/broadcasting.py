"""Ways to get shapes and broadcasting wrong (right: `solutions.numpy_reference.broadcasting`)."""

import numpy as np

from solutions.misconceptions import misconception

# ---- sentence_lengths ----------------------------------------------------------------------------


@misconception(
    "sentence_lengths",
    caught_by="lengths",
    section="one-batch.html#batch-padding",
    sentence="You count the padding and not the words: `==` is True where a place holds padding. "
    "What counts is every place that does not.",
)
def lengths_of_the_padding(tokens, pad_id):
    return (tokens == pad_id).sum(axis=-1)


@misconception(
    "sentence_lengths",
    caught_by="lengths",
    section="one-batch.html#batch-padding",
    sentence="You look for id 0 and ignore pad_id: your count is right only where padding happens "
    "to be number 0.",
)
def lengths_without_zeros(tokens, pad_id):
    return (tokens != 0).sum(axis=-1)


@misconception(
    "sentence_lengths",
    caught_by="lengths",
    section="one-batch.html#batch-padding",
    sentence="You count every place, padding included: all your sentences are as long as the "
    "longest one.",
)
def lengths_of_the_rectangle(tokens, pad_id):
    return np.full(tokens.shape[0], tokens.shape[1])


@misconception(
    "sentence_lengths",
    caught_by="lengths",
    section="one-batch.html#batch-axes",
    sentence="You sum over the first axis: that gives one number for each column, how many "
    "sentences reach it. axis=-1 sums along each row and leaves one number for each sentence.",
)
def lengths_down_the_columns(tokens, pad_id):
    return (tokens != pad_id).sum(axis=0)


@misconception(
    "sentence_lengths",
    caught_by="lengths",
    section="one-batch.html#batch-axes",
    sentence="You sum over all axes at once: one number for the whole batch is left. Name the axis "
    "that is to go: axis=-1.",
)
def lengths_in_one_number(tokens, pad_id):
    return int((tokens != pad_id).sum())


@misconception(
    "sentence_lengths",
    caught_by="lengths",
    section="one-batch.html#batch-axes",
    sentence="You add up the ids themselves: an id is a name and not a quantity. Add up the "
    "booleans, of which each True counts 1.",
)
def lengths_as_sums_of_ids(tokens, pad_id):
    return np.where(tokens != pad_id, tokens, 0).sum(axis=-1)


# ---- add_positions -------------------------------------------------------------------------------


@misconception(
    "add_positions",
    caught_by="add-positions-values",
    section="one-batch.html#batch-broadcasting",
    sentence="You give row b of the table to sentence b, at all of its positions: your vector says "
    "which sentence it is, not where in it the word stands.",
)
def positions_by_sentence(x, table):
    return x + table[: x.shape[0], None].astype(x.dtype)


@misconception(
    "add_positions",
    caught_by="add-positions-values",
    section="one-batch.html#batch-broadcasting",
    sentence="You add the first row of the table everywhere: one row of shape (d,) broadcasts over "
    "all positions, so that they stay alike. Take T rows.",
)
def positions_all_alike(x, table):
    return x + table[0].astype(x.dtype)


@misconception(
    "add_positions",
    caught_by="add-positions-values",
    section="one-batch.html#batch-positions",
    sentence="You begin with row 1: positions count from 0, so your first word gets the vector of "
    "the second.",
)
def positions_from_one(x, table):
    return x + table[1 : x.shape[1] + 1].astype(x.dtype)


@misconception(
    "add_positions",
    caught_by="add-positions-values",
    section="one-batch.html#batch-broadcasting",
    sentence="You add the whole table: it has more rows than your batch has positions, and T rows "
    "do not fit any other number. Cut it to the first T rows.",
)
def positions_without_a_cut(x, table):
    return x + table.astype(x.dtype)


@misconception(
    "add_positions",
    caught_by="add-positions-values",
    section="one-batch.html#batch-positions",
    sentence="You take the last T rows of the table: the same position then gets another vector "
    "whenever your batch has another length.",
)
def positions_from_the_end(x, table):
    return x + table[len(table) - x.shape[1] :].astype(x.dtype)


@misconception(
    "add_positions",
    caught_by="add-positions-untouched",
    section="one-batch.html#batch-broadcasting",
    sentence="You change x in place (`+=`): whoever called you finds other numbers in their array. "
    "`x + ...` makes a new one.",
)
def positions_in_place(x, table):
    x += table[: x.shape[1]].astype(x.dtype)
    return x


@misconception(
    "add_positions",
    caught_by="add-positions-untouched",
    section="one-batch.html#batch-broadcasting",
    sentence="Your result is float64 where x is float32: the table has the wider type, and NumPy "
    "takes the wider one. Convert the rows to x.dtype first.",
)
def positions_make_it_wider(x, table):
    return x + table[: x.shape[1]]


# ---- swap_last_axes ------------------------------------------------------------------------------


@misconception(
    "swap_last_axes",
    caught_by="swap-axes",
    section="one-batch.html#batch-swap",
    sentence="You use `.T`, which turns round the order of all axes: of (B, T, d) it makes "
    "(d, T, B), and your batch is no longer the first axis.",
)
def axes_turned_round(x):
    return x.T


@misconception(
    "swap_last_axes",
    caught_by="swap-axes",
    section="one-batch.html#batch-swap",
    sentence="You use `reshape`: the shape is right and the numbers are not. It deals out the "
    "numbers in the order in which they lie, and moves no axis.",
)
def axes_reshaped(x):
    return x.reshape(*x.shape[:-2], x.shape[-1], x.shape[-2])


@misconception(
    "swap_last_axes",
    caught_by="swap-axes",
    section="one-batch.html#batch-swap",
    sentence="You swap the first two axes: that exchanges sentences and positions. The last two "
    "are -2 and -1, however many stand in front.",
)
def first_axes_swapped(x):
    return x.swapaxes(0, 1)


@misconception(
    "swap_last_axes",
    caught_by="swap-axes",
    section="one-batch.html#batch-swap",
    sentence="You swap axes 1 and 2, counted from the left: these are the last two of three axes "
    "only. Count from the right, -2 and -1, and yours works with heads too.",
)
def axes_counted_from_the_left(x):
    return x.swapaxes(1, 2)


@misconception(
    "swap_last_axes",
    caught_by="swap-axes",
    section="one-batch.html#batch-swap",
    sentence="You name three axes, (0, 2, 1): that is right for three axes, and an error for a "
    "single matrix or for heads. Swap -2 and -1.",
)
def axes_named_one_by_one(x):
    return x.transpose(0, 2, 1)


# ---- pairwise_distances --------------------------------------------------------------------------


@misconception(
    "pairwise_distances",
    caught_by="pairs",
    section="one-batch.html#batch-pairs",
    sentence="Your table is transposed, (B, S, T): rows belong to the positions of x, columns to "
    "those of y. Where T = S only the numbers tell.",
)
def pairs_the_other_way_round(x, y):
    apart = y[:, :, None] - x[:, None]
    return (apart**2).sum(axis=-1)


@misconception(
    "pairwise_distances",
    caught_by="pairs",
    section="one-batch.html#batch-pairs",
    sentence="You subtract x and y as they are: with T = S that pairs each position with the one "
    "of the same number, else it does not fit. Put in an axis of length 1 on either side.",
)
def pairs_of_the_same_place(x, y):
    return ((x - y) ** 2).sum(axis=-1)


@misconception(
    "pairwise_distances",
    caught_by="pairs",
    section="one-batch.html#batch-pairs",
    sentence="You compare every sentence with every sentence: your result has an axis too many. "
    "The batch axis has no partner; it must stand in the same place on both sides.",
)
def pairs_across_sentences(x, y):
    apart = x[:, None, :, None] - y[None, :, None]
    return (apart**2).sum(axis=-1)


@misconception(
    "pairwise_distances",
    caught_by="pairs",
    section="one-batch.html#batch-pairs",
    sentence="You take the root: that is the distance, and its square was asked for.",
)
def pairs_with_a_root(x, y):
    apart = x[:, :, None] - y[:, None]
    return np.sqrt((apart**2).sum(axis=-1))


@misconception(
    "pairwise_distances",
    caught_by="pairs",
    section="one-batch.html#batch-pairs",
    sentence="You sum absolute differences where squares were asked for: that is the length of a "
    "walk along the axes.",
)
def pairs_in_city_blocks(x, y):
    apart = x[:, :, None] - y[:, None]
    return np.abs(apart).sum(axis=-1)


@misconception(
    "pairwise_distances",
    caught_by="pairs",
    section="one-batch.html#batch-pairs",
    sentence="You forget to square: differences of either sign cancel, so that your distances may "
    "be negative, and the one from x to y is minus the one from y to x.",
)
def pairs_without_squares(x, y):
    return (x[:, :, None] - y[:, None]).sum(axis=-1)


@misconception(
    "pairwise_distances",
    caught_by="pairs",
    section="one-batch.html#batch-axes",
    sentence="You take the mean over the features where the sum was asked for: your distances are "
    "too small by the factor d.",
)
def pairs_on_average(x, y):
    apart = x[:, :, None] - y[:, None]
    return (apart**2).mean(axis=-1)


# ---- unit_vectors --------------------------------------------------------------------------------


@misconception(
    "unit_vectors",
    caught_by="unit-lengths",
    section="one-batch.html#batch-keepdims",
    sentence="You lose the axis that you sum over: (B, T) then lines up with the wrong axes of "
    "(B, T, d), and in a square it even fits. keepdims=True leaves it with length 1.",
)
def lengths_without_keepdims(x):
    lengths = np.sqrt((x**2).sum(axis=-1))
    return x / np.where(lengths == 0, 1, lengths)


@misconception(
    "unit_vectors",
    caught_by="unit-lengths",
    section="one-batch.html#batch-axes",
    sentence="You divide by one length for the whole array: none of your vectors has length 1. Sum "
    "over the last axis alone.",
)
def one_length_for_all(x):
    length = np.sqrt((x**2).sum())
    return x / np.where(length == 0, 1, length)


@misconception(
    "unit_vectors",
    caught_by="unit-lengths",
    section="one-batch.html#batch-axes",
    sentence="You sum over the positions (axis -2): your columns have length 1 and not your "
    "vectors. A vector lies along the last axis.",
)
def lengths_of_the_columns(x):
    lengths = np.sqrt((x**2).sum(axis=-2, keepdims=True))
    return x / np.where(lengths == 0, 1, lengths)


@misconception(
    "unit_vectors",
    caught_by="unit-lengths",
    section="one-batch.html#batch-keepdims",
    sentence="You divide by the sum of squares and forget the root: your long vectors become "
    "short, and your short ones long.",
)
def lengths_without_root(x):
    squares = (x**2).sum(axis=-1, keepdims=True)
    return x / np.where(squares == 0, 1, squares)


@misconception(
    "unit_vectors",
    caught_by="unit-lengths",
    section="one-batch.html#batch-keepdims",
    sentence="You divide by the sum of the numbers: then they sum to 1, as weights do, and your "
    "vectors have any length. The length is the root of the sum of squares.",
)
def shares_of_the_sum(x):
    sums = x.sum(axis=-1, keepdims=True)
    return x / np.where(sums == 0, 1, sums)


@misconception(
    "unit_vectors",
    caught_by="unit-zeros",
    section="one-batch.html#batch-keepdims",
    sentence="You divide 0 by 0: a vector of zeros becomes NaN, and one NaN spoils all that your "
    "model computes afterwards. Give it a divisor of 1.",
)
def zeros_become_nan(x):
    return x / np.sqrt((x**2).sum(axis=-1, keepdims=True))


@misconception(
    "unit_vectors",
    caught_by="unit-zeros",
    section="one-batch.html#batch-broadcasting",
    sentence="You change x in place (`/=`): whoever called you finds other numbers in their array. "
    "`x / ...` makes a new one.",
)
def lengths_in_place(x):
    lengths = np.sqrt((x**2).sum(axis=-1, keepdims=True))
    x /= np.where(lengths == 0, 1, lengths)
    return x


@misconception(
    "unit_vectors",
    caught_by="unit-zeros",
    section="one-batch.html#batch-keepdims",
    sentence="You add a small number to every length to be safe from 0: then your vectors are a "
    "little too short, the short ones by much. Treat the zeros alone.",
)
def lengths_with_a_little_more(x):
    return x / (np.sqrt((x**2).sum(axis=-1, keepdims=True)) + 1e-3)
