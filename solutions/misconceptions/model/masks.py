"""Ways to get the masks wrong (right: `solutions.model.masks`)."""

from solutions.misconceptions import misconception
from solutions.model.masks import causal_mask, padding_mask, target_mask

misconception(
    padding_mask,
    "padding_mask_inverted",
    did="Your padding mask is True at the padding and False at the words.",
    causes='True means "may attend", so the model would read the padding and ignore every word.',
    fix="Compare so that the mask is True where the token is not padding.",
    section="attention.html#attn-padding-mask",
    caught_by="padding-mask-values",
    change={"!=": "=="},
)

misconception(
    padding_mask,
    "padding_mask_looks_for_zero",
    did="Your padding mask looks for token id 0 and ignores pad_id.",
    causes="It is right only if the padding happens to have id 0. In any other vocabulary it "
    "hides a real word.",
    fix="Compare the tokens with the argument pad_id.",
    section="attention.html#attn-padding-mask",
    caught_by="padding-mask-values",
    change={"pad_id).unsqueeze": "0).unsqueeze"},
)

misconception(
    padding_mask,
    "padding_mask_over_queries",
    did="Your padding mask hides the padded queries (rows), not the padded keys (columns).",
    causes="Real words could still read the padding.",
    fix="Put the new axis in the middle, so that the shape is (B, 1, S).",
    section="attention.html#attn-padding-mask",
    caught_by="padding-mask-shape",
    change={"unsqueeze(1)": "unsqueeze(2)"},
)

misconception(
    padding_mask,
    "padding_mask_without_query_axis",
    did="Your padding mask has the shape (B, S), without an axis for the queries.",
    causes="Broadcasting then takes the sentences for queries: the padding of sentence b is "
    "hidden from query b of every sentence, or the shapes do not fit.",
    fix="Add an axis of length 1 for the queries: (B, 1, S).",
    section="attention.html#attn-padding-mask",
    caught_by="padding-mask-shape",
    change={"(tokens != pad_id).unsqueeze(1)": "tokens != pad_id"},
)

misconception(
    padding_mask,
    "padding_mask_of_floats",
    did="Your padding mask contains numbers (1.0 and 0.0), not booleans.",
    causes="`~mask` and `mask & other` then raise an error or mean something else.",
    fix="Keep the result of the comparison as it is: its dtype is torch.bool.",
    section="attention.html#attn-masks",
    caught_by="padding-mask-shape",
    change={"unsqueeze(1)": "unsqueeze(1).float()"},
)

misconception(
    padding_mask,
    "padding_mask_with_an_axis_for_heads",
    did="Your padding mask has four axes, (B, 1, 1, S): one for the heads is there already.",
    causes="The layer adds this axis itself, so the mask no longer fits the scores, and `&` with"
    " the causal mask gives four axes too.",
    fix="Insert one axis only: (B, 1, S).",
    section="attention.html#attn-padding-mask",
    caught_by="padding-mask-shape",
    change={"unsqueeze(1)": "unsqueeze(1).unsqueeze(2)"},
)

misconception(
    padding_mask,
    "padding_mask_of_integers",
    did="Your padding mask contains integers (1 and 0), not booleans.",
    causes="`~mask` turns 1 into -2 and 0 into -1, so it hides nothing, and attention refuses "
    "the mask.",
    fix="Keep the result of the comparison as it is: its dtype is torch.bool.",
    section="attention.html#attn-masks",
    caught_by="padding-mask-shape",
    change={"return (": "return 1 * ("},
)

misconception(
    padding_mask,
    "padding_mask_of_greater_ids",
    did="Your padding mask keeps only the tokens with an id greater than pad_id.",
    causes="It is right only if the padding has the smallest id. Otherwise it hides real words.",
    fix="Ask whether a token is different from pad_id: use `!=`.",
    section="attention.html#attn-padding-mask",
    caught_by="padding-mask-values",
    change={"!=": ">"},
)

misconception(
    padding_mask,
    "padding_mask_written_out",
    did="Your padding mask repeats its row for every query: its shape is (B, S, S).",
    causes="In cross-attention there are T queries, not S, and then it does not fit.",
    fix="Leave the axis of the queries at length 1. It broadcasts to any number of queries.",
    section="attention.html#attn-padding-mask",
    caught_by="padding-mask-shape",
    change={"unsqueeze(1)": "unsqueeze(1).expand(-1, tokens.size(1), -1)"},
)

misconception(
    padding_mask,
    "padding_mask_to_be_added",
    did="Your padding mask contains 0 and -infinity, made to be added to the scores.",
    causes='Here a mask is boolean and True means "may attend", so attention refuses it, and `&`'
    " raises an error.",
    fix="Return the comparison itself: True where the token is not padding.",
    section="attention.html#attn-masks",
    caught_by="padding-mask-values",
    change={
        "(tokens != pad_id)": (
            'torch.zeros(tokens.shape).masked_fill(tokens == pad_id, float("-inf"))'
        ),
    },
)

misconception(
    padding_mask,
    "padding_mask_takes_any_shape",
    did="You raise no ValueError if `tokens` does not have two axes.",
    causes="A single sentence without a batch axis then gives a mask of the wrong shape, and the"
    " error appears far from its cause.",
    fix="Call require_batch_of_tokens(tokens) first.",
    section="attention.html#attn-padding-mask",
    caught_by="padding-mask-shape",
    change={"    require_batch_of_tokens(tokens)\n": ""},
)

misconception(
    padding_mask,
    "padding_mask_takes_three_axes",
    did="You refuse tokens of one axis, but not of three.",
    causes="The mask of three axes has four, and the error appears far from its cause.",
    fix="Call require_batch_of_tokens(tokens) first: it accepts two axes only.",
    section="attention.html#attn-padding-mask",
    caught_by="padding-mask-shape",
    change={
        "    require_batch_of_tokens(tokens)\n": (
            "    if tokens.dim() < 2:\n"
            '        raise ValueError("tokens must have an axis for the batch")\n'
        ),
    },
)

misconception(
    padding_mask,
    "padding_mask_on_the_default_device",
    did="You create the mask on the default device, not on that of the tokens.",
    causes="The default is usually the CPU. With tokens on a GPU, PyTorch raises an error.",
    fix="Compare tokens with pad_id: the result is on the device of the tokens.",
    section="attention.html#attn-padding-mask",
    caught_by="padding-mask-shape",
    change={
        "return (tokens != pad_id).unsqueeze(1)": (
            "mask = torch.ones(tokens.shape, dtype=torch.bool)\n"
            "    return mask.masked_fill(tokens == pad_id, False).unsqueeze(1)"
        ),
    },
)

misconception(
    padding_mask,
    "padding_mask_of_bytes",
    did="Your padding mask contains integers of the type uint8 (1 and 0), not booleans.",
    causes="`~mask` then flips the bits of each number, so it hides nothing, and attention refuses "
    "the mask.",
    fix="Keep the result of the comparison as it is: its dtype is torch.bool.",
    section="attention.html#attn-masks",
    caught_by="padding-mask-shape",
    change={"pad_id).unsqueeze": "pad_id).byte().unsqueeze"},
)

misconception(
    padding_mask,
    "padding_mask_of_short_integers",
    did="Your padding mask contains integers of the type int32 (1 and 0), not booleans.",
    causes="`~mask` then flips the bits of each number, so it hides nothing, and attention refuses "
    "the mask.",
    fix="Keep the result of the comparison as it is: its dtype is torch.bool.",
    section="attention.html#attn-masks",
    caught_by="padding-mask-shape",
    change={"pad_id).unsqueeze": "pad_id).int().unsqueeze"},
)

misconception(
    causal_mask,
    "causal_mask_transposed",
    did="Your causal mask is transposed: it keeps the upper triangle.",
    causes="Every position sees itself and the future, but not the past.",
    fix="Keep the lower triangle, where the key is not later than the query.",
    section="attention.html#attn-causal-mask",
    caught_by="causal-mask-values",
    change={".tril()": ".triu()"},
)

misconception(
    causal_mask,
    "causal_mask_inverted",
    did="Your causal mask is inverted: it is True exactly at the future positions.",
    causes='True means "may attend", so each position would read only what it must not see.',
    fix="Make the mask True where a query may look: at itself and at the past.",
    section="attention.html#attn-causal-mask",
    caught_by="causal-mask-values",
    change={".tril()": ".triu(1)"},
)

misconception(
    causal_mask,
    "causal_mask_sees_one_ahead",
    did="Your causal mask is off by one: each position also sees the next one.",
    causes="The next word is the very word that a position has to predict, so the model could "
    "simply copy it.",
    fix="End each row at the diagonal: position t sees the positions 0 to t.",
    section="attention.html#attn-causal-mask",
    caught_by="causal-mask-values",
    change={".tril()": ".tril(1)"},
)

misconception(
    causal_mask,
    "causal_mask_blind_to_itself",
    did="Your causal mask is off by one: a position cannot see itself.",
    causes="Position t ignores the word that it has just received, and position 0 can attend to "
    "nothing at all.",
    fix="Include the diagonal: position t sees itself too.",
    section="attention.html#attn-causal-mask",
    caught_by="causal-mask-values",
    change={".tril()": ".tril(-1)"},
)

misconception(
    causal_mask,
    "causal_mask_on_the_default_device",
    did="Your causal mask ignores the argument `device`.",
    causes="It is created on the default device, usually the CPU, and a model on a GPU cannot "
    "use it.",
    fix="Pass `device` to the function that creates the mask.",
    section="attention.html#attn-causal-mask",
    caught_by="causal-mask-device",
    change={", device=device": ""},
)

misconception(
    causal_mask,
    "causal_mask_of_numbers",
    did="Your causal mask contains numbers (1.0 and 0.0), not booleans.",
    causes="`~mask` and `mask & other` then raise an error, and attention refuses the mask.",
    fix="Make it boolean: dtype=torch.bool.",
    section="attention.html#attn-masks",
    caught_by="causal-mask-values",
    change={"dtype=torch.bool, ": ""},
)

misconception(
    causal_mask,
    "causal_mask_with_an_axis_in_front",
    did="Your causal mask has an axis of length 1 in front: its shape is (1, T, T).",
    causes="The docstring promises (T, T). The layer then inserts its axis for the heads in "
    "another place.",
    fix="Return the matrix without an axis for the batch. It broadcasts anyway.",
    section="attention.html#attn-causal-mask",
    caught_by="causal-mask-values",
    change={"ones(length": "ones(1, length"},
)

misconception(
    causal_mask,
    "causal_mask_to_be_added",
    did="Your causal mask contains 0 and -infinity, made to be added to the scores.",
    causes='Here a mask is boolean and True means "may attend", so attention refuses it, and `&`'
    " raises an error.",
    fix="Return booleans: True where the key is not later than the query.",
    section="attention.html#attn-masks",
    caught_by="causal-mask-values",
    change={
        "torch.ones(length, length, dtype=torch.bool, device=device).tril()": (
            'torch.full((length, length), float("-inf"), device=device).triu(1)'
        ),
    },
)

misconception(
    causal_mask,
    "causal_mask_takes_a_negative_length",
    did="You raise no ValueError if the length is negative.",
    causes="The docstring promises one. Without it, the caller gets another error that does not "
    "name the cause, or none.",
    fix="Begin with `if length < 0: raise ValueError(...)`.",
    section="attention.html#attn-causal-mask",
    caught_by="causal-mask-device",
    change={
        (
            "    if length < 0:\n"
            '        raise ValueError(f"length must not be negative, got {length}")\n'
        ): "",
    },
)

misconception(
    causal_mask,
    "causal_mask_refuses_no_position",
    did="You refuse the length 0.",
    causes="Only a negative length is an error. A mask of no position has the shape (0, 0).",
    fix="Raise the ValueError only if length < 0.",
    section="attention.html#attn-causal-mask",
    caught_by="causal-mask-device",
    change={"if length < 0": "if length < 1"},
)

misconception(
    causal_mask,
    "causal_mask_on_the_processor",
    did="You create the mask on the CPU if no device is asked for.",
    causes="The docstring promises the default device, which the user may have set to a GPU.",
    fix="Pass `device` on as it is: None means the default device.",
    section="attention.html#attn-causal-mask",
    caught_by="causal-mask-device",
    change={", device=device": ', device=device or "cpu"'},
)

misconception(
    causal_mask,
    "causal_mask_with_two_axes_in_front",
    did="Your causal mask has two axes of length 1 in front: its shape is (1, 1, T, T).",
    causes="The docstring promises (T, T). The layer then inserts its axis for the heads in "
    "another place.",
    fix="Return the matrix without axes for the batch and the heads. It broadcasts anyway.",
    section="attention.html#attn-causal-mask",
    caught_by="causal-mask-values",
    change={"ones(length": "ones(1, 1, length"},
)

misconception(
    causal_mask,
    "causal_mask_of_integers",
    did="Your causal mask contains integers of the type int64 (1 and 0), not booleans.",
    causes="`~mask` then flips the bits of each number, so it hides nothing, and attention refuses "
    "the mask.",
    fix="Make it boolean: dtype=torch.bool.",
    section="attention.html#attn-masks",
    caught_by="causal-mask-values",
    change={"dtype=torch.bool": "dtype=torch.int64"},
)

misconception(
    causal_mask,
    "causal_mask_of_bytes",
    did="Your causal mask contains integers of the type uint8 (1 and 0), not booleans.",
    causes="`~mask` then flips the bits of each number, so it hides nothing, and attention refuses "
    "the mask.",
    fix="Make it boolean: dtype=torch.bool.",
    section="attention.html#attn-masks",
    caught_by="causal-mask-values",
    change={"dtype=torch.bool": "dtype=torch.uint8"},
)

misconception(
    causal_mask,
    "causal_mask_of_short_integers",
    did="Your causal mask contains integers of the type int32 (1 and 0), not booleans.",
    causes="`~mask` then flips the bits of each number, so it hides nothing, and attention refuses "
    "the mask.",
    fix="Make it boolean: dtype=torch.bool.",
    section="attention.html#attn-masks",
    caught_by="causal-mask-values",
    change={"dtype=torch.bool": "dtype=torch.int32"},
)

misconception(
    target_mask,
    "target_mask_allows_either",
    did="You combine the two masks with `|` (or).",
    causes="A position is then hidden only if both masks hide it, so the future leaks in.",
    fix="Use `&`: a position must be allowed by both masks.",
    section="attention.html#attn-target-mask",
    caught_by="target-mask-values",
    change={"& no_future": "| no_future"},
)

misconception(
    target_mask,
    "target_mask_leaks_the_future",
    did="Your target mask hides the padding, but not the future.",
    causes="Every position sees the words that come after it, so the model could copy them "
    "instead of predicting them.",
    fix="Combine the padding mask with the causal mask.",
    section="attention.html#attn-target-mask",
    caught_by="target-mask-values",
    change={
        "    no_future = causal_mask(tokens.size(1), tokens.device)\n": "",
        "padding_mask(tokens, pad_id) & no_future": (
            "padding_mask(tokens, pad_id).expand(-1, tokens.size(1), -1)"
        ),
    },
)

misconception(
    target_mask,
    "target_mask_reads_padding",
    did="Your target mask hides the future, but not the padding.",
    causes="Padding at earlier positions is still read.",
    fix="Combine the causal mask with the padding mask of the tokens.",
    section="attention.html#attn-target-mask",
    caught_by="target-mask-values",
    change={"padding_mask(tokens, pad_id) & no_future": "no_future.expand(tokens.size(0), -1, -1)"},
)

misconception(
    target_mask,
    "target_mask_of_floats",
    did="You multiply a float mask by a boolean mask.",
    causes="The result is a float tensor of 0.0 and 1.0, but attention needs a boolean mask.",
    fix="Keep both masks boolean and combine them with `&`.",
    section="attention.html#attn-target-mask",
    caught_by="target-mask-values",
    change={"& no_future": "* no_future.float()"},
)

misconception(
    target_mask,
    "target_mask_is_the_padding_mask",
    did="Your target mask is the padding mask alone.",
    causes="It hides no future, so every position sees the words that it has to predict.",
    fix="Combine it with the causal mask.",
    section="attention.html#attn-target-mask",
    caught_by="target-mask-values",
    change={" & no_future": ""},
)

misconception(
    target_mask,
    "target_mask_by_pythons_and",
    did="You combine the two masks with Python's `and`.",
    causes="`and` needs one truth value, and a tensor of several numbers has none, so PyTorch "
    "raises an error.",
    fix="Use `&`, which works entry by entry.",
    section="attention.html#attn-target-mask",
    caught_by="target-mask-values",
    change={" & no_future": " and no_future"},
)

misconception(
    target_mask,
    "target_mask_as_long_as_the_batch",
    did="You take the number of sentences B for the length T.",
    causes="The causal mask then has the shape (B, B), which does not fit unless B equals T.",
    fix="Take the length from axis 1: tokens.size(1).",
    section="attention.html#attn-target-mask",
    caught_by="target-mask-values",
    change={"tokens.size(1)": "tokens.size(0)"},
)

misconception(
    target_mask,
    "target_mask_of_integers",
    did="Your target mask contains integers (1 and 0), not booleans.",
    causes="Attention needs a boolean mask and refuses this one.",
    fix="Keep both masks boolean and combine them with `&`.",
    section="attention.html#attn-masks",
    caught_by="target-mask-values",
    change={"tokens.device)": "tokens.device).long()"},
)

misconception(
    target_mask,
    "target_mask_inverted",
    did="Your target mask is inverted: it is True at the padding and at the future.",
    causes='True means "may attend", so each position would read exactly what it must not see.',
    fix="Return what is allowed by both masks, without `~`.",
    section="attention.html#attn-target-mask",
    caught_by="target-mask-values",
    change={"return padding_mask": "return ~padding_mask", "& no_future": "| ~no_future"},
)

misconception(
    target_mask,
    "target_mask_hides_padded_queries",
    did="You hide the padded queries (rows), not the padded keys (columns).",
    causes="Real words could still read padding at earlier positions.",
    fix="Use padding_mask(tokens, pad_id) as it is. Its axis of length 1 belongs to the queries.",
    section="attention.html#attn-target-mask",
    caught_by="target-mask-values",
    change={"padding_mask(tokens, pad_id)": "(tokens != pad_id).unsqueeze(2)"},
)

misconception(
    target_mask,
    "target_mask_hides_padded_queries_too",
    did="You hide the padded queries too: their whole rows are False.",
    causes="The docstring says that only the key counts. A padded query may attend to the words "
    "before it; its output is ignored later.",
    fix="Combine the padding mask (B, 1, T) with the causal mask, and nothing else.",
    section="attention.html#attn-target-mask",
    caught_by="target-mask-values",
    change={" & no_future": " & padding_mask(tokens, pad_id).transpose(1, 2) & no_future"},
)

misconception(
    target_mask,
    "target_mask_with_an_axis_for_heads",
    did="Your target mask has four axes, and it hides padded queries, not padded keys.",
    causes="The layer adds the axis for the heads itself. The keys are the last axis, and "
    "padding must be hidden there.",
    fix="Combine padding_mask(tokens, pad_id), of shape (B, 1, T), with the causal mask.",
    section="attention.html#attn-target-mask",
    caught_by="target-mask-values",
    change={"padding_mask(tokens, pad_id)": "(tokens != pad_id).unsqueeze(1).unsqueeze(3)"},
)

misconception(
    target_mask,
    "target_mask_looks_for_zero",
    did="Your target mask looks for token id 0 and ignores pad_id.",
    causes="It is right only if the padding happens to have id 0. In any other vocabulary it "
    "hides a real word.",
    fix="Pass pad_id to padding_mask.",
    section="attention.html#attn-padding-mask",
    caught_by="target-mask-values",
    change={"(tokens, pad_id)": "(tokens, 0)"},
)

misconception(
    target_mask,
    "target_mask_on_the_default_device",
    did="You create the causal mask without the device of the tokens.",
    causes="It is created on the default device, usually the CPU. With tokens on a GPU, `&` "
    "raises an error.",
    fix="Pass tokens.device to causal_mask.",
    section="attention.html#attn-causal-mask",
    caught_by="target-mask-values",
    change={"tokens.size(1), tokens.device": "tokens.size(1)"},
)

misconception(
    target_mask,
    "target_mask_takes_any_shape",
    did="You raise no ValueError if `tokens` does not have two axes.",
    causes="A single sentence without a batch axis then gives another error that does not name "
    "the cause, or a mask of the wrong shape.",
    fix="Call require_batch_of_tokens(tokens) first.",
    section="attention.html#attn-target-mask",
    caught_by="target-mask-values",
    change={
        "    require_batch_of_tokens(tokens)\n": "",
        "tokens.size(1)": "tokens.size(-1)",
        "padding_mask(tokens, pad_id)": "(tokens != pad_id).unsqueeze(-2)",
    },
)

misconception(
    target_mask,
    "target_mask_takes_three_axes",
    did="You refuse tokens of one axis, but not of three.",
    causes="The mask of three axes has four, or another error appears far from its cause.",
    fix="Call require_batch_of_tokens(tokens) first: it accepts two axes only.",
    section="attention.html#attn-target-mask",
    caught_by="target-mask-values",
    change={
        "    require_batch_of_tokens(tokens)\n": (
            "    if tokens.dim() < 2:\n"
            '        raise ValueError("tokens must have an axis for the batch")\n'
        ),
        "padding_mask(tokens, pad_id)": "(tokens != pad_id).unsqueeze(1)",
    },
)

misconception(
    target_mask,
    "target_mask_transposed",
    did="Your target mask shows each position the future and hides the past.",
    causes="The model could copy the next word instead of predicting it, and it would not see the "
    "words before.",
    fix="Use causal_mask as it is: the lower triangle, with queries as rows.",
    section="attention.html#attn-causal-mask",
    caught_by="target-mask-values",
    change={"tokens.device)": "tokens.device).T"},
)

misconception(
    target_mask,
    "target_mask_of_bytes",
    did="Your target mask contains integers of the type uint8 (1 and 0), not booleans.",
    causes="Attention needs a boolean mask and refuses this one.",
    fix="Keep both masks boolean and combine them with `&`.",
    section="attention.html#attn-masks",
    caught_by="target-mask-values",
    change={"tokens.device)": "tokens.device).byte()"},
)

misconception(
    target_mask,
    "target_mask_of_short_integers",
    did="Your target mask contains integers of the type int32 (1 and 0), not booleans.",
    causes="Attention needs a boolean mask and refuses this one.",
    fix="Keep both masks boolean and combine them with `&`.",
    section="attention.html#attn-masks",
    caught_by="target-mask-values",
    change={"tokens.device)": "tokens.device).int()"},
)

misconception(
    target_mask,
    "target_mask_with_two_axes_in_front",
    did="Your target mask has four axes, (B, 1, T, T): one for the heads is there already.",
    causes="The layer adds this axis itself, so the mask no longer fits the scores.",
    fix="Combine padding_mask(tokens, pad_id), of shape (B, 1, T), with the causal mask (T, T).",
    section="attention.html#attn-target-mask",
    caught_by="target-mask-values",
    change={"tokens, pad_id)": "tokens, pad_id).unsqueeze(1)"},
)
