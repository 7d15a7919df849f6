"""Ways to get attention wrong (right: `solutions.model.attention`)."""

from solutions.misconceptions import misconception
from solutions.model.attention import (
    MultiHeadAttention,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)

# ---- scaled_dot_product_attention ----------------------------------------------------------------

misconception(
    scaled_dot_product_attention,
    "attention_without_scale",
    did="You do not divide the scores by sqrt(d_k).",
    causes="The wider the heads, the larger the scores become, and the softmax puts nearly all "
    "the weight on one key.",
    fix="Divide the scores by math.sqrt(d_k) before the softmax.",
    section="attention.html#attn-scale",
    caught_by="sdpa-scale",
    change={" / math.sqrt(d_k)": ""},
)

misconception(
    scaled_dot_product_attention,
    "attention_scaled_by_d_k",
    did="You divide the scores by d_k, not by its square root.",
    causes="The standard deviation of a score grows only with sqrt(d_k), so wide heads get "
    "nearly uniform weights.",
    fix="Divide by the square root: math.sqrt(d_k).",
    section="attention.html#attn-scale",
    caught_by="sdpa-scale",
    change={" / math.sqrt(d_k)": " / d_k"},
)

misconception(
    scaled_dot_product_attention,
    "attention_scaled_by_length",
    did="You divide the scores by the square root of the number of keys, not of their width d_k.",
    causes="The scale then changes with the length of the sentence, although the size of the "
    "scores grows with d_k.",
    fix="Take d_k from the last axis of the queries or the keys.",
    section="attention.html#attn-scale",
    caught_by="sdpa-scale",
    change={"d_k = query.size(-1)": "d_k = key.size(-2)"},
)

misconception(
    scaled_dot_product_attention,
    "attention_scaled_after_softmax",
    did="You divide by sqrt(d_k) after the softmax.",
    causes="The weights of a query then no longer sum to 1, and the softmax still works on "
    "scores that are too large.",
    fix="Move the division to the scores, before the softmax.",
    section="attention.html#attn-scale",
    caught_by="sdpa-scale",
    change={
        " / math.sqrt(d_k)": "",
        "scores.softmax(dim=-1)": "scores.softmax(dim=-1) / math.sqrt(d_k)",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_softmax_over_queries",
    did="Your softmax runs over the queries instead of the keys.",
    causes="The columns of your weights sum to 1, but the rows do not. Each query must "
    "distribute its own attention over the keys.",
    fix="Apply the softmax along the last axis, the keys: dim=-1.",
    section="attention.html#attn-softmax-axis",
    caught_by="sdpa-rows",
    change={"softmax(dim=-1)": "softmax(dim=-2)"},
)

misconception(
    scaled_dot_product_attention,
    "attention_without_softmax",
    did="You use the raw scores as weights: there is no softmax.",
    causes="These weights can be negative, and they do not sum to 1.",
    fix="Turn the scores into weights with a softmax over the keys.",
    section="attention.html#attn-softmax-axis",
    caught_by="sdpa-rows",
    change={"scores.softmax(dim=-1)": "scores"},
)

misconception(
    scaled_dot_product_attention,
    "attention_averages_the_keys",
    did="You average the keys, not the values.",
    causes="The weights are right, but they are applied to the wrong tensor.",
    fix="Multiply the weights by `value`.",
    section="attention.html#attn-formula",
    caught_by="sdpa-values",
    change={"weights @ value": "weights @ key"},
)

misconception(
    scaled_dot_product_attention,
    "attention_as_wide_as_the_queries",
    did="You give your result the shape of the queries, so it is d_k wide.",
    causes="The result is an average of values, so its width is d_v. The paper has d_k = d_v, "
    "which hides the difference.",
    fix="Let the shape of the output follow from the product of the weights and the values.",
    section="attention.html#attn-formula",
    caught_by="sdpa-values",
    change={"return weights @ value,": "return (weights @ value).view(query.shape),"},
)

misconception(
    scaled_dot_product_attention,
    "attention_transposes_the_batch",
    did="You reverse all axes of the keys (`.T`) instead of swapping the last two.",
    causes="The batch axis moves too, so the sentences of a batch are mixed.",
    fix="Swap only the last two axes: key.transpose(-2, -1).",
    section="attention.html#attn-formula",
    caught_by="sdpa-values",
    change={"key.transpose(-2, -1)": "key.permute(*reversed(range(key.dim())))"},
)

misconception(
    scaled_dot_product_attention,
    "attention_mask_inverted",
    did="You hide the keys where the mask is True.",
    causes='True means "may attend", so each query attends to exactly those keys that it must '
    "not see.",
    fix="Fill where the mask is False: use ~mask.",
    section="attention.html#attn-masked-scores",
    caught_by="sdpa-mask",
    change={
        "scores.masked_fill(~mask,": "scores.masked_fill(mask,",
        "weights.masked_fill(~mask,": "weights.masked_fill(mask,",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_ignores_the_mask",
    did="Your function ignores its mask.",
    causes="Every query attends to every key, including padding and later positions.",
    fix="Hide the scores of the keys where the mask is False, before the softmax.",
    section="attention.html#attn-masks",
    caught_by="sdpa-mask",
    change={
        (
            "    if mask is not None:\n"
            "        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)\n"
        ): "",
        ("    if mask is not None:\n        weights = weights.masked_fill(~mask, 0.0)\n"): "",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_hidden_scores_are_zero",
    did="You set the hidden scores to 0, or to a tiny number such as -1e-9.",
    causes="Zero is an ordinary score, so the hidden keys still get weight after the softmax.",
    fix="Use the lowest number that the dtype has: torch.finfo(scores.dtype).min.",
    section="attention.html#attn-masked-scores",
    caught_by="sdpa-mask",
    change={
        "torch.finfo(scores.dtype).min": "0.0",
        ("    if mask is not None:\n        weights = weights.masked_fill(~mask, 0.0)\n"): "",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_masks_after_softmax",
    did="You hide keys only after the softmax.",
    causes="The hidden keys took their share first, so the other weights of the row no longer "
    "sum to 1.",
    fix="Mask the scores, before the softmax.",
    section="attention.html#attn-masked-scores",
    caught_by="sdpa-mask",
    change={
        (
            "    if mask is not None:\n"
            "        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)\n"
        ): "",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_adds_the_mask",
    did="You add the boolean mask to the scores.",
    causes="True counts as 1, so the allowed keys get a small bonus and the hidden keys stay "
    "visible.",
    fix="Replace the hidden scores with a very low number: use masked_fill.",
    section="attention.html#attn-masked-scores",
    caught_by="sdpa-mask",
    change={
        "scores.masked_fill(~mask, torch.finfo(scores.dtype).min)": "scores + mask",
        ("    if mask is not None:\n        weights = weights.masked_fill(~mask, 0.0)\n"): "",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_padded_rows_are_nan",
    did="You fill hidden scores with -infinity, also in a row where every key is hidden.",
    causes="The softmax of a row that is all -infinity is 0/0, so a query that may attend to "
    "nothing gets NaN.",
    fix="Give such a query weights of exactly zero.",
    section="attention.html#attn-padded-rows",
    caught_by="sdpa-padded-rows",
    change={
        "torch.finfo(scores.dtype).min": 'float("-inf")',
        ("    if mask is not None:\n        weights = weights.masked_fill(~mask, 0.0)\n"): "",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_padded_rows_are_uniform",
    did="You let a query that may attend to nothing attend to all keys equally.",
    causes="Its whole row holds the same low number, and the softmax of equal scores is uniform.",
    fix="Set the weights of hidden keys to 0 after the softmax too.",
    section="attention.html#attn-padded-rows",
    caught_by="sdpa-padded-rows",
    change={
        ("    if mask is not None:\n        weights = weights.masked_fill(~mask, 0.0)\n"): "",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_gradient_is_nan",
    did="You add -infinity to the hidden scores and replace the resulting NaN afterwards.",
    causes="That hides the NaN in the forward pass only: your output is clean, but your "
    "gradients are NaN.",
    fix="Replace the hidden scores with a finite number: use masked_fill on the scores.",
    section="attention.html#attn-padded-rows",
    caught_by="sdpa-padded-rows",
    change={
        "scores.masked_fill(~mask, torch.finfo(scores.dtype).min)": (
            'scores + torch.zeros_like(scores).masked_fill(~mask, float("-inf"))'
        ),
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_ignores_dropout",
    did="Your function ignores dropout_p.",
    causes="No attention weight is ever dropped, so training loses this regularization.",
    fix="Apply dropout with probability dropout_p to the weights, before you use them.",
    section="attention.html#attn-dropout",
    caught_by="sdpa-dropout",
    change={"    weights = F.dropout(weights, dropout_p)\n": ""},
)

misconception(
    scaled_dot_product_attention,
    "attention_dropout_not_rescaled",
    did="You drop weights, but you do not scale up the others.",
    causes="The expected output becomes smaller by the factor 1 - dropout_p, so training and "
    "evaluation differ.",
    fix="Divide the surviving weights by 1 - dropout_p, or use F.dropout.",
    section="attention.html#attn-dropout",
    caught_by="sdpa-dropout",
    change={"F.dropout(weights, dropout_p)": "weights * (torch.rand_like(weights) >= dropout_p)"},
)

misconception(
    scaled_dot_product_attention,
    "attention_by_bmm",
    did="You multiply with torch.bmm, which takes exactly three axes.",
    causes="Without a batch axis, or with a batch and heads in front, it raises an error.",
    fix="Use `@` (torch.matmul): it multiplies the last two axes, whatever is in front.",
    section="attention.html#attn-formula",
    caught_by="sdpa-values",
    change={
        "query @ key.transpose(-2, -1)": "torch.bmm(query, key.transpose(1, 2))",
        "weights @ value, ": "torch.bmm(weights, value), ",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_permutes_four_axes",
    did="You swap the axes of the keys by their numbers in a tensor with four axes.",
    causes="The function then fails for any other number of axes.",
    fix="Count from the right: key.transpose(-2, -1).",
    section="attention.html#attn-formula",
    caught_by="sdpa-values",
    change={
        "key.transpose(-2, -1)": "key.permute(0, 1, 3, 2)",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_softmax_without_dim",
    did="You call the softmax without `dim`.",
    causes="PyTorch then guesses an axis: the first one if there are three axes, and the second "
    "one if there are four. Neither holds the keys.",
    fix="Name the last axis, the keys: dim=-1.",
    section="attention.html#attn-softmax-axis",
    caught_by="sdpa-rows",
    change={
        "scores.softmax(dim=-1)": "scores.softmax(dim=0 if scores.dim() == 3 else 1)",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_softmax_over_dim_1",
    did="Your softmax runs over axis 1.",
    causes="Axis 1 holds the keys only if there are two axes. With a batch it holds the queries,"
    " and with heads, the heads.",
    fix="Count from the right, so that axes in front do not matter: dim=-1.",
    section="attention.html#attn-softmax-axis",
    caught_by="sdpa-rows",
    change={
        "softmax(dim=-1)": "softmax(dim=1)",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_scaled_by_d_v",
    did="You divide the scores by the square root of the width of the values, d_v.",
    causes="The size of a score depends on the width of queries and keys, d_k. The paper has d_k"
    " = d_v, which hides the difference.",
    fix="Take d_k from the last axis of the queries or the keys.",
    section="attention.html#attn-scale",
    caught_by="sdpa-scale",
    change={
        "d_k = query.size(-1)": "d_k = value.size(-1)",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_swaps_queries_and_values",
    did="You use the values as queries and the queries as values.",
    causes="Each value then looks for keys, and what comes out is an average of the queries.",
    fix="Compare `query` with `key`, and average `value`.",
    section="attention.html#attn-formula",
    caught_by="sdpa-values",
    change={
        "d_k = query.size(-1)": "query, value = value, query\n    d_k = query.size(-1)",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_returns_the_output_alone",
    did="You return the output without the weights.",
    causes="The function has two results, and unpacking them gives parts of the output, or an "
    "error.",
    fix="Return both: the output and the weights.",
    section="attention.html#attn-formula",
    caught_by="sdpa-values",
    change={
        "weights @ value, weights": "weights @ value",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_changes_the_queries",
    did="You scale the caller's queries in place.",
    causes="The queries are different after the call, and if they need a gradient, PyTorch "
    "raises an error.",
    fix="Write `query = query * ...` in place of `query *= ...`, or scale the scores.",
    section="attention.html#attn-scale",
    caught_by="sdpa-float64",
    change={
        "d_k = query.size(-1)": "query *= query.size(-1) ** -0.5",
        " / math.sqrt(d_k)": "",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_subtracts_ten_thousand",
    did="You add -10000 to the hidden scores.",
    causes="In a row where every key is hidden, all scores move by the same number, which the "
    "softmax does not notice: this query attends as if nothing were hidden.",
    fix="Replace the hidden scores with one very low number, and set the hidden weights to 0 "
    "after the softmax.",
    section="attention.html#attn-padded-rows",
    caught_by="sdpa-padded-rows",
    change={
        "scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)": (
            "scores = scores + (1.0 - mask.to(scores.dtype)) * -10000.0"
        ),
        "    if mask is not None:\n        weights = weights.masked_fill(~mask, 0.0)\n": "",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_indexes_by_the_mask",
    did="You write into the scores by indexing them with the mask.",
    causes="An index does not broadcast: a mask (T, S) or (B, 1, S) raises an error as soon as "
    "there are more axes in front.",
    fix="Use masked_fill, which broadcasts the mask.",
    section="attention.html#attn-masked-scores",
    caught_by="sdpa-mask",
    change={
        "scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)": (
            "scores[~mask] = torch.finfo(scores.dtype).min"
        ),
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_takes_any_mask",
    did="You raise no ValueError if the mask is not boolean or the shapes do not fit.",
    causes="A mask of numbers then hides the wrong keys or fails in another place, with a "
    "message that does not name the cause.",
    fix="Call require_shapes_that_fit(query, key, value, mask) first.",
    section="attention.html#attn-masks",
    caught_by="sdpa-float64",
    change={
        "    require_shapes_that_fit(query, key, value, mask)\n": "",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_weights_before_dropout",
    did="You return the weights from before dropout.",
    causes="The docstring promises the weights that were used, so output and weights do not "
    "belong together.",
    fix="Keep the result of dropout as `weights`, and use it for both results.",
    section="attention.html#attn-dropout",
    caught_by="sdpa-dropout",
    change={
        "    weights = F.dropout(weights, dropout_p)\n": "",
        "return weights @ value,": "return F.dropout(weights, dropout_p) @ value,",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_drops_the_output",
    did="You apply dropout to the output, not to the weights.",
    causes="Then single features of a word are lost, but every query still attends to all keys.",
    fix="Apply dropout to the weights, before you multiply them by `value`.",
    section="attention.html#attn-dropout",
    caught_by="sdpa-dropout",
    change={
        "    weights = F.dropout(weights, dropout_p)\n": "",
        "return weights @ value,": "return F.dropout(weights @ value, dropout_p),",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_drops_twice",
    did="You apply dropout to the weights and to the output.",
    causes="More is dropped than dropout_p says, and the output is no longer the weights times "
    "the values.",
    fix="Apply dropout to the weights only.",
    section="attention.html#attn-dropout",
    caught_by="sdpa-dropout",
    change={
        "return weights @ value,": "return F.dropout(weights @ value, dropout_p),",
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_drops_scores",
    did="You apply dropout to the scores, before the softmax.",
    causes="A score of 0 is an ordinary score, so no key is dropped, and all weights change in "
    "an arbitrary way.",
    fix="Apply dropout to the weights, after the softmax.",
    section="attention.html#attn-dropout",
    caught_by="sdpa-dropout",
    change={
        "    weights = F.dropout(weights, dropout_p)\n": "",
        "    weights = scores.softmax(dim=-1)": (
            "    weights = F.dropout(scores, dropout_p).softmax(dim=-1)"
        ),
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_swaps_axes_2_and_3",
    did="You count axes from the left, as in key.transpose(2, 3) or softmax(dim=3).",
    causes="Axis 3 exists only if there are four axes. With fewer axes, you get an error.",
    fix="Count from the right: key.transpose(-2, -1) and softmax(dim=-1).",
    section="attention.html#attn-formula",
    caught_by="sdpa-values",
    change={"key.transpose(-2, -1)": "key.transpose(2, 3)"},
)

misconception(
    scaled_dot_product_attention,
    "attention_unpacks_four_axes",
    did="You unpack a shape into four numbers, so your inputs must have exactly four axes.",
    causes="There may be any number of axes in front, also none. With fewer than two, you get an "
    "error.",
    fix="Take single sizes, counted from the right, such as d_k = query.size(-1).",
    section="attention.html#attn-formula",
    caught_by="sdpa-values",
    change={"d_k = query.size(-1)": "_, _, _, d_k = key.shape"},
)

misconception(
    scaled_dot_product_attention,
    "attention_by_an_einsum_of_four_axes",
    did="Your einsum names four axes, so your inputs must have exactly four axes.",
    causes="There may be any number of axes in front, also none. With fewer than two, you get an "
    "error.",
    fix="Write `...` for the axes in front, as in torch.einsum('...td,...sd->...ts', query, key), "
    "or use `@`.",
    section="attention.html#attn-formula",
    caught_by="sdpa-values",
    change={
        "query @ key.transpose(-2, -1)": 'torch.einsum("bhtd,bhsd->bhts", query, key)',
    },
)

misconception(
    scaled_dot_product_attention,
    "attention_multiplied_by_the_scale",
    did="You multiply the scores by sqrt(d_k).",
    causes="They become larger by the factor d_k than they should be, and the softmax puts nearly "
    "all the weight on one key.",
    fix="Divide by math.sqrt(d_k), or multiply by d_k ** -0.5.",
    section="attention.html#attn-scale",
    caught_by="sdpa-scale",
    change={" / math.sqrt(d_k)": " * math.sqrt(d_k)"},
)

misconception(
    scaled_dot_product_attention,
    "attention_output_before_dropout",
    did="You multiply the values by the weights from before dropout.",
    causes="The weights that you return are dropped, but your output does not change, so training "
    "loses this regularization.",
    fix="Keep the result of dropout as `weights`, and use it for both results.",
    section="attention.html#attn-dropout",
    caught_by="sdpa-dropout",
    change={
        "    weights = F.dropout(weights, dropout_p)\n": "",
        "return weights @ value, weights": (
            "return weights @ value, F.dropout(weights, dropout_p)"
        ),
    },
)


# ---- split_heads and merge_heads -----------------------------------------------------------------

misconception(
    split_heads,
    "split_heads_by_view_alone",
    did="You reshape directly to (B, h, T, d_k).",
    causes="The shape is right, but each head gets whole positions, cut into pieces, instead of "
    "a part of every position.",
    fix="Cut the last axis into (h, d_k) first, then transpose.",
    section="attention.html#attn-split-heads",
    caught_by="split-heads",
    change={"x.reshape(B, T, h, d_model // h).transpose(1, 2)": "x.reshape(B, h, T, d_model // h)"},
)

misconception(
    split_heads,
    "split_heads_interleaved",
    did="Your heads are interleaved: head i takes every h-th feature.",
    causes="A head must take a block of d_k neighboring features. Otherwise the weights of "
    "another implementation do not fit.",
    fix="Cut the width as (h, d_k), not as (d_k, h).",
    section="attention.html#attn-split-heads",
    caught_by="split-heads",
    change={
        "x.reshape(B, T, h, d_model // h).transpose(1, 2)": (
            "x.reshape(B, T, d_model // h, h).permute(0, 3, 1, 2)"
        ),
    },
)

misconception(
    split_heads,
    "split_heads_without_transpose",
    did="You do not move the heads in front of the positions: your shape is (B, T, h, d_k).",
    causes="Attention works on the last two axes, so the heads of one position would attend to "
    "each other.",
    fix="Swap axes 1 and 2 after you cut the width.",
    section="attention.html#attn-split-heads",
    caught_by="split-heads",
    change={".transpose(1, 2)": ""},
)

misconception(
    split_heads,
    "split_heads_into_the_batch",
    did="You merge the heads into the batch: your shape is (B * h, T, d_k).",
    causes="The heads have no axis of their own, so the docstring's (B, h, T, d_k) does not fit,"
    " nor does a mask (B, 1, T, S).",
    fix="Stop after the transpose, and leave batch and heads apart.",
    section="attention.html#attn-split-heads",
    caught_by="split-heads",
    change={
        ".transpose(1, 2)": ".transpose(1, 2).reshape(B * h, T, d_model // h)",
    },
)

misconception(
    split_heads,
    "split_heads_in_front_of_the_batch",
    did="You put the heads in front of the batch: your shape is (h, B, T, d_k).",
    causes="Masks and merge_heads expect the batch first, so sentences and heads are mixed up.",
    fix="Keep the batch as axis 0 and make the heads axis 1.",
    section="attention.html#attn-split-heads",
    caught_by="split-heads",
    change={
        "transpose(1, 2)": "permute(2, 0, 1, 3)",
    },
)

misconception(
    split_heads,
    "split_heads_with_positions_last",
    did="You put the positions last: your shape is (B, h, d_k, T).",
    causes="Attention swaps the last two axes of the keys itself, so this would swap them twice.",
    fix="Move the heads in front of the positions, and leave d_k as the last axis.",
    section="attention.html#attn-split-heads",
    caught_by="split-heads",
    change={
        "transpose(1, 2)": "permute(0, 2, 3, 1)",
    },
)

misconception(
    split_heads,
    "split_heads_by_a_float",
    did="You compute the width of a head with `/`, so it is a float.",
    causes="A shape consists of integers, so the reshape raises an error.",
    fix="Divide with `//`.",
    section="attention.html#attn-split-heads",
    caught_by="split-heads",
    change={
        "T, h, d_model // h": "T, h, d_model / h",
    },
)

misconception(
    split_heads,
    "split_heads_into_pieces_of_width_h",
    did="You cut the width into pieces of width h, not into h pieces.",
    causes="The number of heads and their width are exchanged. The shape is right only if h "
    "equals d_k.",
    fix="Cut into h pieces of width d_model // h. The argument of torch.split is the width of"
    " a piece.",
    section="attention.html#attn-split-heads",
    caught_by="split-heads",
    change={
        "x.reshape(B, T, h, d_model // h).transpose(1, 2)": (
            "x.reshape(B, T, d_model // h, h).transpose(1, 2)"
        ),
    },
)

misconception(
    split_heads,
    "split_heads_cut_backwards",
    did="You cut the width as (d_k, h), and you do not move the heads in front of the positions.",
    causes="The heads are interleaved, and attention would work across the heads of one position.",
    fix="Cut the width as (h, d_k), then swap axes 1 and 2.",
    section="attention.html#attn-split-heads",
    caught_by="split-heads",
    change={
        "x.reshape(B, T, h, d_model // h).transpose(1, 2)": "x.reshape(B, T, d_model // h, h)",
    },
)

misconception(
    split_heads,
    "split_heads_takes_any_h",
    did="You raise no ValueError if h does not divide the width.",
    causes="Features that are left over are lost without notice, or PyTorch's message does not "
    "name the cause.",
    fix="Begin with a check of `d_model % h`, and raise ValueError.",
    section="attention.html#attn-split-heads",
    caught_by="split-heads",
    change={
        (
            "    if h < 1 or d_model % h != 0:\n"
            '        raise ValueError(f"a width of {d_model} cannot be cut into {h} equal heads")\n'
        ): "",
    },
)

misconception(
    merge_heads,
    "merge_heads_without_transpose",
    did="You merge the heads without transposing back.",
    causes="The shape is right, but each row mixes positions of one head instead of heads of one "
    "position.",
    fix="Move the positions in front of the heads again, then reshape.",
    section="attention.html#attn-merge-heads",
    caught_by="merge-heads",
    change={".transpose(1, 2)": ""},
)

misconception(
    merge_heads,
    "merge_heads_interleaved",
    did="Your merged features are interleaved: feature 0 of every head, then feature 1 of every "
    "head.",
    causes="The features are in another order than before split_heads, so the two functions are "
    "not inverses.",
    fix="Put the heads one after the other: all features of the first, then all of the second.",
    section="attention.html#attn-merge-heads",
    caught_by="merge-heads",
    change={"x.transpose(1, 2)": "x.permute(0, 2, 3, 1)"},
)

misconception(
    merge_heads,
    "merge_heads_by_view",
    did="You call `view` on a transposed tensor.",
    causes="After `transpose` the numbers are not in memory in the order of the axes, so `view` "
    "raises an error.",
    fix="Use `reshape`, or call `contiguous()` between the two.",
    section="attention.html#attn-merge-heads",
    caught_by="merge-heads",
    change={
        ".reshape(": ".view(",
    },
)

misconception(
    merge_heads,
    "merge_heads_along_the_positions",
    did="You concatenate the heads along the positions: your shape is (B, h * T, d_k).",
    causes="Each head then looks like a longer sentence, and W_o does not fit.",
    fix="Concatenate along the width: (B, T, h * d_k).",
    section="attention.html#attn-merge-heads",
    caught_by="merge-heads",
    change={
        "x.transpose(1, 2).reshape(B, T, h * d_k)": "x.reshape(B, h * T, d_k)",
    },
)

misconception(
    merge_heads,
    "merge_heads_transposed_only",
    did="You move the heads behind the positions, but you do not merge them.",
    causes="The result still has four axes, (B, T, h, d_k), and W_o does not fit.",
    fix="Then merge the last two axes: reshape(B, T, h * d_k).",
    section="attention.html#attn-merge-heads",
    caught_by="merge-heads",
    change={
        ".reshape(B, T, h * d_k)": "",
    },
)

misconception(
    merge_heads,
    "merge_heads_by_their_mean",
    did="You average the heads.",
    causes="The paper puts them side by side. An average is only d_k wide, and W_o can no longer"
    " weigh the heads.",
    fix="Concatenate the heads along the width.",
    section="attention.html#attn-merge-heads",
    caught_by="merge-heads",
    change={
        "x.transpose(1, 2).reshape(B, T, h * d_k)": "x.mean(dim=1)",
    },
)

misconception(
    merge_heads,
    "merge_heads_and_positions",
    did="You merge positions and width too: your result has two axes only.",
    causes="The positions are lost, and W_o does not fit.",
    fix="Merge the last two axes, h and d_k: reshape(B, T, h * d_k).",
    section="attention.html#attn-merge-heads",
    caught_by="merge-heads",
    change={
        ".reshape(B, T, h * d_k)": ".reshape(B, T * h * d_k)",
    },
)

misconception(
    merge_heads,
    "merge_heads_positions_into_the_width",
    did="You merge the positions into the width: your shape is (B, h, T * d_k).",
    causes="The heads must be merged with the width, and the positions must stay.",
    fix="Move the positions in front of the heads, then reshape to (B, T, h * d_k).",
    section="attention.html#attn-merge-heads",
    caught_by="merge-heads",
    change={
        "x.transpose(1, 2).reshape(B, T, h * d_k)": "x.reshape(B, h, T * d_k)",
    },
)

misconception(
    merge_heads,
    "merge_heads_swaps_the_last_two",
    did="You swap the last two axes, positions and width, and then reshape.",
    causes="The shape is right, but each row contains features of one head at many positions.",
    fix="Swap axes 1 and 2, heads and positions, before the reshape.",
    section="attention.html#attn-merge-heads",
    caught_by="merge-heads",
    change={
        "transpose(1, 2)": "transpose(-2, -1)",
    },
)

misconception(
    merge_heads,
    "merge_heads_with_the_batch_inside",
    did="Your axes are in the order (h, T, B, d_k) when you reshape.",
    causes="The shape is right, but with more than one sentence, each row mixes features of "
    "different sentences.",
    fix="Swap axes 1 and 2 only, so that the order is (B, T, h, d_k).",
    section="attention.html#attn-merge-heads",
    caught_by="merge-heads",
    change={"transpose(1, 2)": "permute(1, 2, 0, 3)"},
)


# ---- MultiHeadAttention --------------------------------------------------------------------------

misconception(
    MultiHeadAttention,
    "OneWideHead",
    did="You never split the width into heads.",
    causes="Your layer is attention with one head of full width. Its shapes are right, so you "
    "see no error.",
    fix="Apply split_heads to the projected queries, keys and values.",
    section="attention.html#attn-multi-head",
    caught_by="mha-self",
    change={
        "split_heads(self.W_q(query), self.h)": "self.W_q(query)",
        "split_heads(self.W_k(key), self.h)": "self.W_k(key)",
        "split_heads(self.W_v(value), self.h)": "self.W_v(value)",
        ("        if mask is not None:\n            mask = mask.unsqueeze(-3)\n"): "",
        "merge_heads(heads)": "heads",
    },
)

misconception(
    MultiHeadAttention,
    "NoOutputProjection",
    did="You return the merged heads without the output projection W_o.",
    causes="The heads are only put side by side and never mixed.",
    fix="Apply self.W_o to the merged heads.",
    section="attention.html#attn-projections",
    caught_by="mha-self",
    change={"self.W_o(merge_heads(heads))": "merge_heads(heads)"},
)

misconception(
    MultiHeadAttention,
    "ValuesNotProjected",
    did="You do not project the values.",
    causes="W_v is never used, so it would never be trained.",
    fix="Apply self.W_v to the values before you split them into heads.",
    section="attention.html#attn-projections",
    caught_by="mha-self",
    change={"self.W_v(value)": "value"},
)

misconception(
    MultiHeadAttention,
    "KeysThroughQueryProjection",
    did="You use W_q for the queries and for the keys, and W_k never.",
    causes="In self-attention the scores become symmetric: a word cannot look at another word "
    "without being looked at.",
    fix="Project the keys with their own matrix, self.W_k.",
    section="attention.html#attn-projections",
    caught_by="mha-self",
    change={"self.W_k(key)": "self.W_q(key)"},
)

misconception(
    MultiHeadAttention,
    "ScaledByModelWidth",
    did="Your scores are divided by sqrt(d_model), not by sqrt(d_k), where d_k is the width of "
    "one head.",
    causes="The scores are too small by the factor sqrt(h), so the weights are too uniform.",
    fix="Leave the scale to scaled_dot_product_attention, which sees the width of one head.",
    section="attention.html#attn-scale",
    caught_by="mha-self",
    change={
        "split_heads(self.W_q(query), self.h)": (
            "split_heads(self.W_q(query), self.h) / math.sqrt(self.h)"
        ),
    },
)

misconception(
    MultiHeadAttention,
    "QueryLengthForKeys",
    did="You use the length of the queries to reshape the keys and the values.",
    causes="This fails as soon as source and target differ in length, which is normal in "
    "cross-attention.",
    fix="Use the length of each tensor itself, as split_heads does.",
    section="attention.html#attn-cross",
    caught_by="mha-cross",
    change={
        "q = split_heads(self.W_q(query), self.h)": (
            "B, T, d_model = query.shape\n"
            "        q = self.W_q(query).view(B, T, self.h, d_model // self.h).transpose(1, 2)"
        ),
        "split_heads(self.W_k(key), self.h)": (
            "self.W_k(key).view(B, T, self.h, d_model // self.h).transpose(1, 2)"
        ),
        "split_heads(self.W_v(value), self.h)": (
            "self.W_v(value).view(B, T, self.h, d_model // self.h).transpose(1, 2)"
        ),
    },
)

misconception(
    MultiHeadAttention,
    "AlwaysSelfAttention",
    did="You compute keys and values from the query.",
    causes="Self-attention works, but the decoder would never look at the encoder's output.",
    fix="Compute the keys from `key` and the values from `value`.",
    section="attention.html#attn-cross",
    caught_by="mha-cross",
    change={
        "self.W_k(key)": "self.W_k(query)",
        "self.W_v(value)": "self.W_v(query)",
    },
)

misconception(
    MultiHeadAttention,
    "ValuesFromKeys",
    did="You compute the values from the argument `key`.",
    causes="A Transformer passes the same tensor for both, so this often goes unnoticed, but the "
    "layer has three inputs.",
    fix="Compute the values from the argument `value`.",
    section="attention.html#attn-cross",
    caught_by="mha-cross",
    change={"self.W_v(value)": "self.W_v(key)"},
)

misconception(
    MultiHeadAttention,
    "ForgetsTheMask",
    did="Your layer behaves as if there were no mask.",
    causes="Either it does not pass the mask on, or your attention function ignores it (see the "
    "tests of that function).",
    fix="Pass the mask to scaled_dot_product_attention.",
    section="attention.html#attn-masks",
    caught_by="mha-mask",
    change={"(q, k, v, mask, dropout_p)": "(q, k, v, dropout_p=dropout_p)"},
)

misconception(
    MultiHeadAttention,
    "MaskWithoutHeadAxis",
    did="You pass the mask on without an axis for the heads.",
    causes="(B, T, S) lines up with (h, T, S), so head i uses the mask of sentence i. This "
    "fails, or goes unnoticed if B equals h.",
    fix="Insert an axis of length 1 for the heads, in front of T and S.",
    section="attention.html#attn-masks",
    caught_by="mha-mask",
    change={
        ("        if mask is not None:\n            mask = mask.unsqueeze(-3)\n"): "",
    },
)

misconception(
    MultiHeadAttention,
    "DropoutInEvaluation",
    did="Your layer drops attention weights in evaluation mode too.",
    causes="Its translations would change from call to call.",
    fix="Use dropout only if self.training is True.",
    section="attention.html#attn-dropout",
    caught_by="mha-dropout",
    change={"self.dropout if self.training else 0.0": "self.dropout"},
)

misconception(
    MultiHeadAttention,
    "NeverDrops",
    did="Your layer drops no attention weights in training.",
    causes="Either it passes no dropout on, or your attention function ignores dropout_p (see "
    "the tests of that function).",
    fix="Pass the dropout probability to scaled_dot_product_attention during training.",
    section="attention.html#attn-dropout",
    caught_by="mha-dropout",
    change={"(q, k, v, mask, dropout_p)": "(q, k, v, mask)"},
)

misconception(
    MultiHeadAttention,
    "CutsTheGradient",
    did="You cut the gradient on its way to the projections, with detach() or torch.no_grad().",
    causes="The output is right, but projections that get no gradient cannot learn.",
    fix="Remove detach() and torch.no_grad() from your layer.",
    section="attention.html#attn-projections",
    caught_by="mha-gradients",
    change={
        "self.W_q(query)": "self.W_q(query).detach()",
        "self.W_k(key)": "self.W_k(key).detach()",
    },
)

misconception(
    MultiHeadAttention,
    "MaskAxisCountedFromTheLeft",
    did="You insert the axis for the heads as axis 1, counted from the left.",
    causes="That is right for (B, T, S). In a mask (T, S) it comes between T and S, so head i "
    "uses the row of query i, or the shapes do not fit.",
    fix="Count from the right: mask.unsqueeze(-3).",
    section="attention.html#attn-masks",
    caught_by="mha-mask",
    change={
        "unsqueeze(-3)": "unsqueeze(1)",
    },
)

misconception(
    MultiHeadAttention,
    "AddsItsInput",
    did="Your layer adds its input to its output.",
    causes="The residual connection belongs to the sublayer around it, so the input would be "
    "added twice.",
    fix="Return the projected heads alone.",
    section="attention.html#attn-multi-head",
    caught_by="mha-self",
    change={
        "self.W_o(merge_heads(heads))": "self.W_o(merge_heads(heads)) + query",
    },
)

misconception(
    MultiHeadAttention,
    "ReturnsTheWeightsToo",
    did="Your layer returns the weights as well.",
    causes="The layers around it expect one tensor, and get a tuple.",
    fix="Return the output alone.",
    section="attention.html#attn-multi-head",
    caught_by="mha-self",
    change={
        "heads, _ =": "heads, weights =",
        "(merge_heads(heads))": "(merge_heads(heads)), weights",
    },
)

misconception(
    MultiHeadAttention,
    "KeysAndValuesSwapped",
    did="You pass keys and values to the attention function in the wrong order.",
    causes="The queries are compared with the values, and the output is an average of the keys. "
    "All shapes fit, so there is no error.",
    fix="Keep the order query, key, value.",
    section="attention.html#attn-multi-head",
    caught_by="mha-self",
    change={
        "(q, k, v, mask": "(q, v, k, mask",
    },
)

misconception(
    MultiHeadAttention,
    "MergesByView",
    did="You merge the heads with `view` on a transposed tensor.",
    causes="After `transpose` the numbers are not in memory in the order of the axes, so `view` "
    "raises an error.",
    fix="Use merge_heads, or `reshape` in place of `view`.",
    section="attention.html#attn-merge-heads",
    caught_by="mha-self",
    change={
        "merge_heads(heads)": "heads.transpose(1, 2).view(query.shape)",
    },
)

misconception(
    MultiHeadAttention,
    "MergesWithoutTranspose",
    did="You reshape the heads back without moving them behind the positions first.",
    causes="The shape is right, but each row mixes positions of one head instead of heads of one"
    " position.",
    fix="Use merge_heads, which swaps the two axes before it reshapes.",
    section="attention.html#attn-merge-heads",
    caught_by="mha-self",
    change={
        "merge_heads(heads)": "heads.reshape(query.shape)",
    },
)

misconception(
    MultiHeadAttention,
    "SplitsByReshapeAlone",
    did="You reshape the projections directly to (B, h, T, d_k).",
    causes="The shape is right, but each head gets whole positions, cut into pieces, instead of "
    "a part of every position.",
    fix="Use split_heads, which cuts the width first and then swaps two axes.",
    section="attention.html#attn-split-heads",
    caught_by="mha-self",
    change={
        "split_heads(self.W_q(query), self.h)": (
            "self.W_q(query).reshape(len(query), self.h, -1, query.size(-1) // self.h)"
        ),
        "split_heads(self.W_k(key), self.h)": (
            "self.W_k(key).reshape(len(query), self.h, -1, query.size(-1) // self.h)"
        ),
        "split_heads(self.W_v(value), self.h)": (
            "self.W_v(value).reshape(len(query), self.h, -1, query.size(-1) // self.h)"
        ),
    },
)

misconception(
    MultiHeadAttention,
    "DropsTheOutput",
    did="You apply dropout to the output of the layer, not to the attention weights.",
    causes="Single features are lost, but every query still attends to all keys.",
    fix="Pass the dropout probability to scaled_dot_product_attention, and return the output "
    "as it is.",
    section="attention.html#attn-dropout",
    caught_by="mha-dropout",
    change={
        "(q, k, v, mask, dropout_p)": "(q, k, v, mask)",
        "self.W_o(merge_heads(heads))": "F.dropout(self.W_o(merge_heads(heads)), dropout_p)",
    },
)

misconception(
    MultiHeadAttention,
    "DropsTwice",
    did="You apply dropout to the attention weights and to the output of the layer.",
    causes="The dropout of the output belongs to the sublayer around it, so it would be applied "
    "twice.",
    fix="Drop attention weights only, and return the output as it is.",
    section="attention.html#attn-dropout",
    caught_by="mha-dropout",
    change={
        "self.W_o(merge_heads(heads))": "F.dropout(self.W_o(merge_heads(heads)), dropout_p)",
    },
)

misconception(
    MultiHeadAttention,
    "TakesAnyWidth",
    did="You raise no ValueError if an input does not have the width d_model.",
    causes="PyTorch's message about matrices that cannot be multiplied does not name the cause.",
    fix="Call require_width for query, key and value first.",
    section="attention.html#attn-multi-head",
    caught_by="mha-one-head",
    change={
        "        require_width(query, self.W_q.in_features)\n": "",
        "        require_width(key, self.W_k.in_features)\n": "",
        "        require_width(value, self.W_v.in_features)\n": "",
    },
)

misconception(
    MultiHeadAttention,
    "ChecksOnlyTheQueries",
    did="You check the width of the queries, but not of the keys and the values.",
    causes="Keys or values of another width then end in an error of nn.Linear that does not name "
    "them.",
    fix="Call require_width for all three inputs.",
    section="attention.html#attn-multi-head",
    caught_by="mha-one-head",
    change={
        "        require_width(key, self.W_k.in_features)\n": "",
        "        require_width(value, self.W_v.in_features)\n": "",
    },
)

misconception(
    MultiHeadAttention,
    "CutsWhatIsTooLong",
    did="You cut the values and the mask to the number of keys.",
    causes="A caller who passes the values or the mask of another sentence gets a wrong result and "
    "no error.",
    fix="Leave them as they are: scaled_dot_product_attention refuses what does not fit.",
    section="attention.html#attn-multi-head",
    caught_by="mha-one-head",
    change={
        "self.W_v(value)": "self.W_v(value[:, : key.size(1)])",
        "mask.unsqueeze(-3)": "mask[..., : key.size(1)].unsqueeze(-3)",
    },
)

misconception(
    MultiHeadAttention,
    "TakesAnyNumberOfHeads",
    did="You raise no ValueError if h does not divide d_model.",
    causes="The layer can be built, and fails only when it is used, or raises another error that"
    " callers do not expect.",
    fix="Check `d_model % h` in the constructor, and raise ValueError.",
    section="attention.html#attn-multi-head",
    caught_by="mha-one-head",
    change={
        "if h < 1 or d_model % h != 0": "if h < 1",
    },
)


def _attends_by_itself(masked: str) -> dict[str, str]:
    """Return the change to a layer with attention of its own, which checks no mask and no length.

    Args:
        masked: the pairs that get no weight.
    """
    return {
        "    def forward(\n": (
            "    def attend(self, query, key, value, mask=None, dropout_p=0.0):\n"
            "        scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))\n"
            "        if mask is not None:\n"
            f"            scores = scores.masked_fill({masked}, -1e9)\n"
            "        weights = F.dropout(scores.softmax(dim=-1), dropout_p)\n"
            "        return weights @ value, weights\n\n"
            "    def forward(\n"
        ),
        "scaled_dot_product_attention(q": "self.attend(q",
    }


misconception(
    MultiHeadAttention,
    "TakesAnyMask",
    did="You raise no ValueError if the mask is not boolean or a length does not fit.",
    causes="A mask of numbers is used as if it were boolean, and wrong lengths end in an error "
    "that callers do not expect.",
    fix="Use scaled_dot_product_attention, or call require_shapes_that_fit yourself.",
    section="attention.html#attn-multi-head",
    caught_by="mha-one-head",
    change=_attends_by_itself("mask == 0"),
)

misconception(
    MultiHeadAttention,
    "RaisesAnotherError",
    did="You raise another error than ValueError if the mask is not boolean or a length does not "
    "fit.",
    causes="Callers who catch a ValueError miss it, and PyTorch's own messages do not name the "
    "cause.",
    fix="Use scaled_dot_product_attention, or call require_shapes_that_fit yourself.",
    section="attention.html#attn-multi-head",
    caught_by="mha-one-head",
    change=_attends_by_itself("~mask"),
)

misconception(
    MultiHeadAttention,
    "OtherDropoutRate",
    did="Your layer drops a tenth of the attention weights, whatever its argument `dropout` says.",
    causes="The caller cannot choose another probability, and cannot turn dropout off.",
    fix="Use the argument: pass self.dropout to scaled_dot_product_attention during training.",
    section="attention.html#attn-dropout",
    caught_by="mha-dropout",
    change={"self.dropout if self.training": "0.1 if self.training"},
)
