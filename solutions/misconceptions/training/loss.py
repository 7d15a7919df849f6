"""Ways to get label smoothing and its loss wrong (right: `solutions.training.loss`)."""

from solutions.misconceptions import misconception
from solutions.training.loss import label_smoothing_loss, smoothed_targets

# ---- smoothed_targets ----------------------------------------------------------------------------

misconception(
    smoothed_targets,
    "targets_lose_a_share",
    did="You overwrite the right token's share of the spread with 1 - smoothing.",
    causes="The share is lost, so the row sums to less than 1.",
    fix="Add 1 - smoothing to the share that the right token already has.",
    section="training.html#train-smoothing",
    caught_by="targets-rows",
    change={"targets] += 1 - smoothing": "targets] = 1 - smoothing"},
)

misconception(
    smoothed_targets,
    "targets_share_with_nobody",
    did="You divide the spread by V, although padding gets none of it.",
    causes="The share of padding is lost, so the row sums to less than 1.",
    fix="Divide by the number of tokens that share the spread: V - 1.",
    section="training.html#train-smoothing",
    caught_by="targets-rows",
    change={"smoothing / (vocabulary_size - 1)": "smoothing / vocabulary_size"},
)

misconception(
    smoothed_targets,
    "targets_give_away_too_much",
    did="You give 1 to the right token and spread smoothing on top of it.",
    causes="The row sums to 1 + smoothing, which is no probability distribution.",
    fix="Take what you spread from the right token.",
    section="training.html#train-smoothing",
    caught_by="targets-rows",
    change={"+= 1 - smoothing": "+= 1"},
)

misconception(
    smoothed_targets,
    "targets_leave_out_the_right_one",
    did="You spread smoothing over the other tokens only, and the right one gets no share.",
    causes="The rows sum to 1, and many programs do this. "
    "But the contract here includes the right token, and so does PyTorch.",
    fix="Divide by V - 1, and add 1 - smoothing to the right token's share.",
    section="training.html#train-smoothing",
    caught_by="targets-values",
    change={
        "smoothing / (vocabulary_size - 1)": "smoothing / (vocabulary_size - 2)",
        "targets] += 1 - smoothing": "targets] = 1 - smoothing",
    },
)

misconception(
    smoothed_targets,
    "targets_are_hard",
    did="You ignore smoothing when you build the rows.",
    causes="The rows are one-hot: the right token gets 1, and every other token gets 0.",
    fix="Spread smoothing over the vocabulary, and give 1 - smoothing to the right token.",
    section="training.html#train-smoothing",
    caught_by="targets-values",
    change={
        (
            "    spread = torch.full((vocabulary_size,), smoothing / (vocabulary_size - 1))\n"
            "    spread[pad_id] = 0.0\n"
            "    rows = spread.repeat(targets.numel(), 1)\n"
            "    rows[torch.arange(targets.numel()), targets] += 1 - smoothing\n"
        ): "    rows = torch.nn.functional.one_hot(targets, vocabulary_size).float()\n",
    },
)

misconception(
    smoothed_targets,
    "targets_the_wrong_way_round",
    did="You give smoothing to the right token and spread 1 - smoothing over the vocabulary.",
    causes="The two parts are exchanged, so the right token gets almost none of the weight.",
    fix="Give 1 - smoothing to the right token, and spread smoothing.",
    section="training.html#train-smoothing",
    caught_by="targets-values",
    change={
        "smoothing / (vocabulary_size - 1)": "(1 - smoothing) / (vocabulary_size - 1)",
        "targets] += 1 - smoothing": "targets] += smoothing",
    },
)

misconception(
    smoothed_targets,
    "targets_expect_padding",
    did="You give padding a share of the spread.",
    causes="The model learns to expect a little padding after every word.",
    fix="Set the column of pad_id to 0, and share the spread among the other V - 1 tokens.",
    section="training.html#train-smoothing",
    caught_by="targets-padding",
    change={
        "smoothing / (vocabulary_size - 1)": "smoothing / vocabulary_size",
        "    spread[pad_id] = 0.0\n": "",
    },
)

misconception(
    smoothed_targets,
    "targets_for_padding",
    did="You treat the rows of padding like those of any other token.",
    causes="The model learns to predict padding.",
    fix="Set the whole row to 0 where the target is padding.",
    section="training.html#train-smoothing",
    caught_by="targets-padding",
    change={"rows * (targets != pad_id)[:, None]": "rows"},
)

misconception(
    smoothed_targets,
    "targets_look_for_zero",
    did="You assume that padding has the id 0, and you ignore pad_id.",
    causes="The rows are right only for a vocabulary where padding happens to be number 0.",
    fix="Use pad_id wherever you mean padding.",
    section="training.html#train-smoothing",
    caught_by="targets-padding",
    change={"spread[pad_id]": "spread[0]", "targets != pad_id": "targets != 0"},
)

misconception(
    smoothed_targets,
    "targets_give_padding_a_share",
    did="You give padding a share of smoothing / (V - 1) too.",
    causes="The row sums to more than 1, and the model learns to expect a little padding "
    "after every word.",
    fix="Set the column of pad_id to 0.",
    section="training.html#train-smoothing",
    caught_by="targets-rows",
    change={"    spread[pad_id] = 0.0\n": ""},
)

misconception(
    smoothed_targets,
    "targets_share_with_all_others",
    did="You spread smoothing over all tokens but the right one, padding among them.",
    causes="fairseq does this. But here padding gets nothing, and the right token has a share "
    "like the others.",
    fix="Set the column of pad_id to 0, and add 1 - smoothing to the right token's share.",
    section="training.html#train-smoothing",
    caught_by="targets-values",
    change={
        "    spread[pad_id] = 0.0\n": "",
        "targets] += 1 - smoothing": "targets] = 1 - smoothing",
    },
)

misconception(
    smoothed_targets,
    "targets_lie_on_their_side",
    did="You return (V, N): each distribution is a column.",
    causes="The loss expects one row for each token, as the logits have.",
    fix="Put the tokens on the first axis and the vocabulary on the second.",
    section="training.html#train-smoothing",
    caught_by="targets-rows",
    change={"rows * (targets != pad_id)[:, None]": "(rows * (targets != pad_id)[:, None]).T"},
)

misconception(
    smoothed_targets,
    "targets_are_integers",
    did="Your rows have the type of the targets, which are integers.",
    causes="Shares are smaller than 1, so each of them becomes 0.",
    fix="Create the rows with torch.full or torch.zeros, in floating point.",
    section="training.html#train-smoothing",
    caught_by="targets-rows",
    change={
        ("torch.full((vocabulary_size,), smoothing / (vocabulary_size - 1))"): (
            "targets.new_full((vocabulary_size,), smoothing / (vocabulary_size - 1))"
        ),
        "+= 1 - smoothing": "+= int(1 - smoothing)",
    },
)

misconception(
    smoothed_targets,
    "targets_fill_one_row",
    did="You use one row for all tokens: expand makes no copies.",
    causes="Every token writes into the same memory, so all your rows are equal.",
    fix="Use repeat, which copies the row for each token.",
    section="training.html#train-smoothing",
    caught_by="targets-values",
    change={
        "spread.repeat(targets.numel(), 1)": "spread.expand(targets.numel(), -1)",
        ("    rows[torch.arange(targets.numel()), targets] += 1 - smoothing\n"): (
            "    for i, target in enumerate(targets):\n        rows[i, target] += 1 - smoothing\n"
        ),
    },
)

misconception(
    smoothed_targets,
    "targets_divide_by_zero",
    did="You divide each row by its sum, and the rows of padding sum to 0.",
    causes="0 / 0 is NaN, which spreads to your whole loss.",
    fix="Compute shares that sum to 1 from the start, and set rows of padding to 0 at the end.",
    section="training.html#train-smoothing",
    caught_by="targets-padding",
    change={
        ("return rows * (targets != pad_id)[:, None]"): (
            "rows = rows * (targets != pad_id)[:, None]\n"
            "    return rows / rows.sum(dim=-1, keepdim=True)"
        )
    },
)

# ---- label_smoothing_loss ------------------------------------------------------------------------

SUM_WITHOUT_PADDING = (
    "    before, after = log_probabilities[:, :pad_id], log_probabilities[:, pad_id + 1 :]\n"
    "    every = before.sum(dim=-1) + after.sum(dim=-1)\n"
)
SUM_WITH_PADDING = "    every = log_probabilities.sum(dim=-1)\n"

misconception(
    label_smoothing_loss,
    "loss_of_probabilities",
    did="You apply a softmax before the log-softmax.",
    causes="The input is logits already. "
    "A second softmax leaves hardly any difference between right and wrong tokens.",
    fix="Apply log_softmax directly to the logits.",
    section="training.html#train-cross-entropy",
    caught_by="loss-plain",
    change={
        "logits.log_softmax(dim=-1, dtype=dtype)": (
            "logits.softmax(dim=-1, dtype=dtype).log_softmax(dim=-1)"
        ),
    },
)

misconception(
    label_smoothing_loss,
    "loss_over_the_tokens",
    did="You compute the softmax over the positions (dim=0).",
    causes="The positions then compete for each word. "
    "At each position, the probabilities of the vocabulary do not sum to 1.",
    fix="Compute the softmax over the vocabulary: dim=-1.",
    section="training.html#train-cross-entropy",
    caught_by="loss-plain",
    change={"log_softmax(dim=-1, dtype=dtype)": "log_softmax(dim=0, dtype=dtype)"},
)

misconception(
    label_smoothing_loss,
    "loss_is_binary",
    did="You compute the binary cross-entropy.",
    causes="It asks a yes-or-no question about every word of the vocabulary, "
    "but a token is one question with V possible answers.",
    fix="Compute the cross-entropy from log_softmax over the vocabulary.",
    section="training.html#train-cross-entropy",
    caught_by="loss-plain",
    change={
        (
            "    dtype = torch.promote_types(logits.dtype, torch.float32)\n"
            "    log_probabilities = logits.log_softmax(dim=-1, dtype=dtype)\n"
            "    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)\n"
            f"{SUM_WITHOUT_PADDING}"
            "    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every\n"
        ): (
            "    wanted = smoothed_targets(targets, logits.size(1), smoothing, pad_id)\n"
            '    binary = torch.nn.BCEWithLogitsLoss(reduction="none")\n'
            "    each = binary(logits, wanted).sum(dim=-1)\n"
        ),
    },
)

misconception(
    label_smoothing_loss,
    "loss_upside_down",
    did="Your loss has the wrong sign: it is the log-probability itself.",
    causes="A step that decreases this loss makes the right token less likely.",
    fix="Return the negative log-probability.",
    section="training.html#train-cross-entropy",
    caught_by="loss-plain",
    change={
        "each = -(1 - smoothing) * right - smoothing": "each = (1 - smoothing) * right + smoothing",
    },
)

misconception(
    label_smoothing_loss,
    "loss_is_a_mean",
    did="You return the mean of the losses, not their sum.",
    causes="If these means are added up over several batches, "
    "a word in a small batch counts more than a word in a large batch.",
    fix="Return the sum, and the number of tokens beside it.",
    section="training.html#train-mean",
    caught_by="loss-plain",
    change={"each[real].sum()": "each[real].mean()"},
)

misconception(
    label_smoothing_loss,
    "loss_without_smoothing",
    did="You ignore smoothing when you compute the loss.",
    causes="The result is the plain cross-entropy for every value of smoothing.",
    fix="Add the smoothing term, and give the right token only the weight 1 - smoothing.",
    section="training.html#train-smoothing",
    caught_by="loss-smoothing",
    change={
        SUM_WITHOUT_PADDING: "",
        "-(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every": "-right",
    },
)

misconception(
    label_smoothing_loss,
    "loss_expects_padding",
    did="You spread smoothing over the whole vocabulary, padding included.",
    causes="The model learns to expect a little padding after every word. "
    "PyTorch's own label_smoothing does the same.",
    fix="Leave pad_id out of the sum, and divide by V - 1.",
    section="training.html#train-smoothing",
    caught_by="loss-smoothing",
    change={
        SUM_WITHOUT_PADDING: SUM_WITH_PADDING,
        "smoothing / (logits.size(1) - 1)": "smoothing / logits.size(1)",
    },
)

misconception(
    label_smoothing_loss,
    "loss_spreads_over_the_others",
    did="You leave the right token out of the smoothing term.",
    causes="Many programs do this. "
    "But the contract here includes the right token, and so does PyTorch.",
    fix="Keep the right token in the sum, and divide by V - 1.",
    section="training.html#train-smoothing",
    caught_by="loss-smoothing",
    change={
        "after.sum(dim=-1)": "after.sum(dim=-1) - right",
        "smoothing / (logits.size(1) - 1)": "smoothing / (logits.size(1) - 2)",
    },
)

misconception(
    label_smoothing_loss,
    "loss_gives_away_too_much",
    did="You add the smoothing term but leave the right token its full weight.",
    causes="The weights of the targets sum to 1 + smoothing.",
    fix="Weight the right token by 1 - smoothing.",
    section="training.html#train-smoothing",
    caught_by="loss-smoothing",
    change={"-(1 - smoothing) * right": "-right"},
)

misconception(
    label_smoothing_loss,
    "loss_counts_padding",
    did="You count the positions of padding in the loss and in the number of tokens.",
    causes="The model is also graded on predicting padding. "
    "This is easy, so the loss looks better than it is.",
    fix="Leave out every position whose target is pad_id.",
    section="training.html#train-padding",
    caught_by="loss-padding",
    change={
        "    real = targets != pad_id\n": "",
        "each[real].sum(), real.sum()": "each.sum(), torch.tensor(len(targets))",
    },
)

misconception(
    label_smoothing_loss,
    "loss_counts_every_position",
    did="You leave padding out of the loss but count its positions as tokens.",
    causes="The more padding there is, the smaller the mean loss becomes, and so do your steps.",
    fix="Count only the tokens whose loss you add up.",
    section="training.html#train-padding",
    caught_by="loss-padding",
    change={"each[real].sum(), real.sum()": "each[real].sum(), torch.tensor(len(targets))"},
)

misconception(
    label_smoothing_loss,
    "loss_smooths_padding",
    did="You leave padding out of the first term only.",
    causes="The smoothing term still counts padding, "
    "so the positions of padding still change the gradient.",
    fix="Leave padding out of both terms.",
    section="training.html#train-padding",
    caught_by="loss-padding",
    change={
        ".gather(1, targets[:, None]).squeeze(1)": (
            ".gather(1, targets[:, None]).squeeze(1) * (targets != pad_id)"
        ),
        "each[real].sum()": "each.sum()",
    },
)

misconception(
    label_smoothing_loss,
    "loss_looks_for_zero",
    did="You assume that the id of padding is 0, whatever pad_id is.",
    causes="The loss is right only for a vocabulary where padding happens to be number 0.",
    fix="Compare the targets with pad_id, and leave the column of pad_id out of the spread.",
    section="training.html#train-padding",
    caught_by="loss-padding",
    change={"[:, :pad_id]": "[:, :0]", "[:, pad_id + 1 :]": "[:, 1:]", "!= pad_id": "!= 0"},
)

misconception(
    label_smoothing_loss,
    "loss_of_a_rounded_zero",
    did="You take the logarithm of a softmax.",
    causes="A very small probability is rounded to 0. "
    "The loss is then infinite or NaN where it should only be large.",
    fix="Use log_softmax, which never computes the small number.",
    section="training.html#train-cross-entropy",
    caught_by="loss-stable",
    change={
        "logits.log_softmax(dim=-1, dtype=dtype)": "logits.softmax(dim=-1, dtype=dtype).log()",
    },
)

misconception(
    label_smoothing_loss,
    "loss_in_half_precision",
    did="You compute the loss in the precision of the logits.",
    causes="In bfloat16, a sum over the vocabulary keeps only two or three digits.",
    fix="Compute log_softmax in float32 or better.",
    section="training.html#train-cross-entropy",
    caught_by="loss-stable",
    change={
        "    dtype = torch.promote_types(logits.dtype, torch.float32)\n": "",
        "logits.log_softmax(dim=-1, dtype=dtype)": "logits.log_softmax(dim=-1)",
    },
)

misconception(
    label_smoothing_loss,
    "loss_is_binary_on_probabilities",
    did="You apply a softmax and then the binary cross-entropy.",
    causes="It asks a yes-or-no question about every word of the vocabulary, but a token is "
    "one question with V possible answers.",
    fix="Compute the cross-entropy from log_softmax over the vocabulary.",
    section="training.html#train-cross-entropy",
    caught_by="loss-plain",
    change={
        (
            "    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)\n"
            f"{SUM_WITHOUT_PADDING}"
            "    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every\n"
        ): (
            "    wanted = smoothed_targets(targets, logits.size(1), smoothing, "
            "pad_id).to(dtype)\n"
            '    binary = torch.nn.BCELoss(reduction="none")\n'
            "    each = binary(log_probabilities.exp(), wanted).sum(dim=-1)\n"
        )
    },
)

misconception(
    label_smoothing_loss,
    "loss_accepts_any_smoothing",
    did="You check neither the shapes nor smoothing.",
    causes="A smoothing of 1.5 gives a negative weight to the right token, and your function "
    "computes a loss anyway.",
    fix="Keep the call of require_tokens_in_a_row at the beginning.",
    section="training.html#train-cross-entropy",
    caught_by="loss-plain",
    change={"    require_tokens_in_a_row(logits, targets, smoothing)\n": ""},
)

misconception(
    label_smoothing_loss,
    "loss_flattens_by_itself",
    did="You flatten logits of three axes instead of refusing them.",
    causes="A caller who has an axis too many never learns of it.",
    fix="Call require_tokens_in_a_row first.",
    section="training.html#train-cross-entropy",
    caught_by="loss-plain",
    change={
        "    require_tokens_in_a_row(logits, targets, smoothing)\n": (
            "    logits, targets = logits.reshape(-1, logits.size(-1)), targets.reshape(-1)\n"
            "    require_tokens_in_a_row(logits, targets, smoothing)\n"
        ),
    },
)

misconception(
    label_smoothing_loss,
    "loss_counts_with_a_plain_number",
    did="You return the number of tokens as a plain number.",
    causes="The contract is a tensor, because .item() makes a GPU wait in every step.",
    fix="Return real.sum().",
    section="training.html#train-mean",
    caught_by="loss-plain",
    change={"each[real].sum(), real.sum()": "each[real].sum(), int(real.sum())"},
)

misconception(
    label_smoothing_loss,
    "loss_without_its_tokens",
    did="You return the loss alone.",
    causes="Your caller needs the number of tokens to compute the mean.",
    fix="Return two tensors: the sum and the number of tokens.",
    section="training.html#train-mean",
    caught_by="loss-plain",
    change={"each[real].sum(), real.sum()": "each[real].sum()"},
)

misconception(
    label_smoothing_loss,
    "loss_is_a_divergence",
    did="You compute the KL divergence between the smoothed targets and the model.",
    causes="It is smaller than the cross-entropy by the entropy of the targets, so your "
    "losses cannot be compared with others.",
    fix="Return the cross-entropy: minus the weighted sum of the log-probabilities.",
    section="training.html#train-smoothing",
    caught_by="loss-smoothing",
    change={
        (
            "    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)\n"
            f"{SUM_WITHOUT_PADDING}"
            "    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every\n"
        ): (
            "    wanted = smoothed_targets(targets, logits.size(1), smoothing, "
            "pad_id).to(dtype)\n"
            '    divergence = torch.nn.KLDivLoss(reduction="none")\n'
            "    each = divergence(log_probabilities, wanted).sum(dim=-1)\n"
        )
    },
)

misconception(
    label_smoothing_loss,
    "loss_gives_padding_a_share",
    did="You give padding a share of smoothing / (V - 1) too.",
    causes="The weights of your targets sum to more than 1, and the model learns to expect "
    "padding after every word.",
    fix="Leave pad_id out of the sum over the vocabulary.",
    section="training.html#train-smoothing",
    caught_by="loss-smoothing",
    change={SUM_WITHOUT_PADDING: SUM_WITH_PADDING},
)

misconception(
    label_smoothing_loss,
    "loss_shares_with_all_others",
    did="You spread smoothing over all tokens but the right one, padding among them.",
    causes="fairseq does this. But here padding gets nothing, and the right token has a share "
    "like the others.",
    fix="Leave pad_id out of the sum, keep the right token in it, and divide by V - 1.",
    section="training.html#train-smoothing",
    caught_by="loss-smoothing",
    change={
        SUM_WITHOUT_PADDING: SUM_WITH_PADDING,
        "-(1 - smoothing) * right": "-(1 - smoothing - smoothing / (logits.size(1) - 1)) * right",
    },
)

misconception(
    label_smoothing_loss,
    "loss_detached",
    did="You return a loss without its graph, as a new tensor or detached.",
    causes="backward raises RuntimeError, because no gradient can flow from your loss to the "
    "logits.",
    fix="Return the sum itself, without item() or detach().",
    section="training.html#train-cross-entropy",
    caught_by="loss-gradient",
    change={"each[real].sum()": "each[real].sum().detach()"},
)

misconception(
    label_smoothing_loss,
    "loss_with_a_floor",
    did="You add a small number inside the logarithm.",
    causes="Your loss can never exceed minus the logarithm of this number, however wrong the "
    "model is, and its gradient disappears there.",
    fix="Use log_softmax, which needs no small number.",
    section="training.html#train-cross-entropy",
    caught_by="loss-stable",
    change={
        ("logits.log_softmax(dim=-1, dtype=dtype)"): (
            "(logits.softmax(dim=-1, dtype=dtype) + 1e-9).log()"
        )
    },
)

misconception(
    label_smoothing_loss,
    "loss_always_in_float32",
    did="You compute the loss in float32, also if the logits are float64.",
    causes="The digits that your caller asked for are lost, and the type of the result is not "
    "the promised one.",
    fix="Choose the type with torch.promote_types(logits.dtype, torch.float32).",
    section="training.html#train-cross-entropy",
    caught_by="loss-stable",
    change={"dtype = torch.promote_types(logits.dtype, torch.float32)": "dtype = torch.float32"},
)
