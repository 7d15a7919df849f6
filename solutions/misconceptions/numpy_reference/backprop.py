"""Ways to get attention, cross-entropy and Adam wrong in NumPy."""

from solutions.misconceptions import misconception
from solutions.numpy_reference.backprop import (
    adam_step,
    attention,
    cross_entropy,
    into_heads,
    multi_head_attention,
    softmax,
)

# ---- softmax -------------------------------------------------------------------------------------

misconception(
    softmax,
    "softmax_of_numpy",
    did="You call np.softmax, which does not exist.",
    causes="NumPy has exp, sum and max, but no softmax, so your function raises an AttributeError.",
    fix="Write the softmax yourself with np.exp, sum and max.",
    section="training.html#train-numpy",
    caught_by="softmax-values",
    change={
        "    raised = np.exp(x - x.max(axis=-1, keepdims=True))\n": "",
        "raised / raised.sum(axis=-1, keepdims=True)": "np.softmax(x, axis=-1)",
    },
)

misconception(
    softmax,
    "softmax_over_everything",
    did="You divide by the sum of all numbers of the array.",
    causes="The whole array sums to 1 instead of each row.",
    fix="Sum over the last axis, and keep that axis with keepdims=True.",
    section="training.html#train-numpy",
    caught_by="softmax-values",
    change={"raised.sum(axis=-1, keepdims=True)": "raised.sum()"},
)

misconception(
    softmax,
    "softmax_over_the_first_axis",
    did="Your softmax runs over the first axis.",
    causes="Each column sums to 1, but the numbers that compete with each other are in one row.",
    fix="Let both reductions run over the last axis.",
    section="training.html#train-numpy",
    caught_by="softmax-values",
    change={
        "x.max(axis=-1, keepdims=True)": "x.max(axis=0, keepdims=True)",
        "raised.sum(axis=-1, keepdims=True)": "raised.sum(axis=0, keepdims=True)",
    },
)

misconception(
    softmax,
    "softmax_without_exp",
    did="You divide the numbers themselves by their sum.",
    causes="Without exp, your weights can be negative, and the sum can be 0.",
    fix="Apply np.exp first, so that all numbers are positive.",
    section="training.html#train-numpy",
    caught_by="softmax-values",
    change={
        "    raised = np.exp(x - x.max(axis=-1, keepdims=True))\n": "",
        "raised / raised.sum(axis=-1, keepdims=True)": "x / x.sum(axis=-1, keepdims=True)",
    },
)

misconception(
    softmax,
    "softmax_overflows",
    did="You apply exp to the numbers as they are.",
    causes="In float64, exp(710) is infinite, and infinity divided by infinity is NaN.",
    fix="Subtract the largest number of each row before you apply exp.",
    section="training.html#train-numpy",
    caught_by="softmax-overflow",
    change={" - x.max(axis=-1, keepdims=True)": ""},
)

misconception(
    softmax,
    "softmax_takes_off_one_number",
    did="You subtract the largest number of the whole array, not of each row.",
    causes="In a row far below that number, every exp is 0, so your quotient is 0 / 0.",
    fix="Subtract from each row its own maximum.",
    section="training.html#train-numpy",
    caught_by="softmax-overflow",
    change={"x.max(axis=-1, keepdims=True)": "x.max()"},
)

misconception(
    softmax,
    "softmax_over_axis_1",
    did="Your softmax runs over axis 1, counted from the left.",
    causes="With three axes, axis 1 is not the last one, and a single row has no axis 1 at all.",
    fix="Count from the right: use axis=-1 in both reductions.",
    section="training.html#train-numpy",
    caught_by="softmax-values",
    change={
        "x.max(axis=-1, keepdims=True)": "x.max(axis=1, keepdims=True)",
        "raised.sum(axis=-1, keepdims=True)": "raised.sum(axis=1, keepdims=True)",
    },
)

misconception(
    softmax,
    "softmax_without_keepdims",
    did="You leave keepdims=True out of the sum.",
    causes="The sum then has one axis less, so with several rows NumPy cannot divide each row "
    "by its own sum.",
    fix="Write sum(axis=-1, keepdims=True).",
    section="training.html#train-numpy",
    caught_by="softmax-values",
    change={"raised.sum(axis=-1, keepdims=True)": "raised.sum(axis=-1)"},
)

misconception(
    softmax,
    "softmax_expects_two_axes",
    did="You add the lost axis with [:, None], so your function works for two axes only.",
    causes="A single row raises an error, and with three axes the sums go to the wrong rows.",
    fix="Use keepdims=True, which works for any number of axes.",
    section="training.html#train-numpy",
    caught_by="softmax-values",
    change={
        "x.max(axis=-1, keepdims=True)": "x.max(axis=-1)[:, None]",
        "raised.sum(axis=-1, keepdims=True)": "raised.sum(axis=-1)[:, None]",
    },
)

misconception(
    softmax,
    "softmax_returns_logarithms",
    did="You return the logarithms of the weights: this is a log-softmax.",
    causes="Your numbers are negative, and a row does not sum to 1.",
    fix="Divide exp by its sum, and return the quotient itself.",
    section="training.html#train-numpy",
    caught_by="softmax-values",
    change={
        ("    raised = np.exp(x - x.max(axis=-1, keepdims=True))\n"): (
            "    shifted = x - x.max(axis=-1, keepdims=True)\n"
        ),
        ("raised / raised.sum(axis=-1, keepdims=True)"): (
            "shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))"
        ),
    },
)

misconception(
    softmax,
    "softmax_clips_large_numbers",
    did="You clip the numbers at 500 before you apply exp.",
    causes="Numbers above 500 all become equal, so your weights no longer depend on them.",
    fix="Subtract the largest number of each row instead; this changes no weight.",
    section="training.html#train-numpy",
    caught_by="softmax-overflow",
    change={"x - x.max(axis=-1, keepdims=True)": "np.clip(x, -500, 500)"},
)

misconception(
    softmax,
    "softmax_in_single_precision",
    did="You convert the numbers to float32.",
    causes="Near 5000, float32 numbers are 0.0005 apart, so your weights lose digits that "
    "float64 has.",
    fix="Leave the type of x as it is.",
    section="training.html#train-numpy",
    caught_by="softmax-overflow",
    change={
        "    raised = np.exp(x - ": "    x = x.astype(np.float32)\n    raised = np.exp(x - ",
        ("return raised / raised.sum(axis=-1, keepdims=True)"): (
            "return (raised / raised.sum(axis=-1, keepdims=True)).astype(np.float64)"
        ),
    },
)

# ---- cross_entropy -------------------------------------------------------------------------------

misconception(
    cross_entropy,
    "cross_entropy_is_binary",
    did="Your loss is binary cross-entropy, averaged over all N * V numbers.",
    causes="It treats each class as a yes-or-no question of its own, but a token is one question "
    "with V answers.",
    fix="Take a softmax over all V classes, and -log p of the right class only.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-loss",
    change={
        (
            "    shifted = logits - logits.max(axis=-1, keepdims=True)\n"
            "    log_total = np.log(np.exp(shifted).sum(axis=-1))\n"
        ): "    p = 1 / (1 + np.exp(-logits))\n",
        ("d_logits = np.exp(shifted - log_total[:, None])\n    d_logits[rows, targets] -= 1"): (
            "y = np.zeros_like(logits)\n"
            "    y[rows, targets] = 1\n"
            "    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()"
        ),
        "float((log_total - shifted[rows, targets]).mean()), d_logits / len(targets)": (
            "float(loss), (p - y) / p.size"
        ),
    },
)

misconception(
    cross_entropy,
    "cross_entropy_is_a_sum",
    did="Your loss is the sum over the tokens, not their mean.",
    causes="The loss grows with the batch, and so do the gradient and the step.",
    fix="Divide the loss and the gradient by the number of tokens.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-loss",
    change={
        ".mean()": ".sum()",
        "d_logits / len(targets)": "d_logits",
    },
)

misconception(
    cross_entropy,
    "cross_entropy_upside_down",
    did="Your loss has the wrong sign.",
    causes="You return the mean of log p, which is negative and gets larger while the model "
    "improves.",
    fix="Return the mean of -log p.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-loss",
    change={"log_total - shifted[rows, targets]": "shifted[rows, targets] - log_total"},
)

misconception(
    cross_entropy,
    "cross_entropy_in_bits",
    did="Your loss uses the logarithm to base 2.",
    causes="It is in bits, 1.44 times too large, and no longer fits the gradient softmax - "
    "one-hot.",
    fix="Stay in nats, the unit of np.log.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-loss",
    change={".mean()": ".mean() / np.log(2)"},
)

misconception(
    cross_entropy,
    "cross_entropy_over_all_entries",
    did="You average over all N * V numbers.",
    causes="There is one loss for each token, so your loss and gradient are too small by the "
    "factor V.",
    fix="Divide by N, the number of tokens.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-loss",
    change={
        ".mean()": ".sum() / logits.size",
        "d_logits / len(targets)": "d_logits / logits.size",
    },
)

misconception(
    cross_entropy,
    "gradient_without_one_hot",
    did="Your gradient is the softmax alone.",
    causes="Every entry is positive, so a step pushes down every logit, even that of the right "
    "class.",
    fix="Subtract 1 at the right class of each token.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-gradient",
    change={"    d_logits[rows, targets] -= 1\n": ""},
)

misconception(
    cross_entropy,
    "gradient_of_the_sum",
    did="Your loss is a mean over N tokens, but your gradient is that of their sum.",
    causes="The gradient is too large by the factor N.",
    fix="Divide the gradient by N, too.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-gradient",
    change={"d_logits / len(targets)": "d_logits"},
)

misconception(
    cross_entropy,
    "gradient_points_uphill",
    did="Your gradient is one-hot - softmax, so it has the wrong sign.",
    causes="A step against it makes the loss larger.",
    fix="Reverse the sign: softmax - one-hot.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-gradient",
    change={"d_logits / len(targets)": "-d_logits / len(targets)"},
)

misconception(
    cross_entropy,
    "cross_entropy_of_a_rounded_zero",
    did="You take the logarithm of a softmax that can be rounded to 0.",
    causes="Your loss is infinite where it should only be large.",
    fix="Compute log p as the logit minus the log-sum-exp, without a softmax.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-extreme",
    change={
        (
            "    shifted = logits - logits.max(axis=-1, keepdims=True)\n"
            "    log_total = np.log(np.exp(shifted).sum(axis=-1))\n"
        ): "",
        "d_logits = np.exp(shifted - log_total[:, None])": (
            "d_logits = softmax(logits)\n    loss = -np.log(d_logits[rows, targets]).mean()"
        ),
        "float((log_total - shifted[rows, targets]).mean())": "float(loss)",
    },
)

misconception(
    cross_entropy,
    "cross_entropy_with_a_floor",
    did="You add a small number inside the logarithm, or you clip the probability at one.",
    causes="Your loss can never exceed minus the logarithm of this number, however wrong the "
    "model is.",
    fix="Subtract the log-sum-exp from the logit; its result is exact without a small number.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-extreme",
    change={
        (
            "    shifted = logits - logits.max(axis=-1, keepdims=True)\n"
            "    log_total = np.log(np.exp(shifted).sum(axis=-1))\n"
        ): "",
        "d_logits = np.exp(shifted - log_total[:, None])": (
            "d_logits = softmax(logits)\n    loss = -np.log(d_logits[rows, targets] + 1e-12).mean()"
        ),
        "float((log_total - shifted[rows, targets]).mean())": "float(loss)",
    },
)

misconception(
    cross_entropy,
    "cross_entropy_overflows",
    did="You apply exp to the logits as they are.",
    causes="In float64, exp(710) is infinite, and so is your loss.",
    fix="Subtract the largest logit of each row first.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-extreme",
    change={" - logits.max(axis=-1, keepdims=True)": ""},
)

misconception(
    cross_entropy,
    "cross_entropy_over_the_tokens",
    did="You compute the log-sum-exp over the tokens (axis 0).",
    causes="The tokens then compete for each class, and the probabilities of one token do not "
    "sum to 1.",
    fix="Compute maximum and sum over the classes: axis=-1.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-loss",
    change={
        (
            "    shifted = logits - logits.max(axis=-1, keepdims=True)\n"
            "    log_total = np.log(np.exp(shifted).sum(axis=-1))\n"
        ): (
            "    shifted = logits - logits.max(axis=0)\n"
            "    log_total = np.log(np.exp(shifted).sum(axis=0))\n"
        ),
        "np.exp(shifted - log_total[:, None])": "np.exp(shifted - log_total)",
        "log_total - shifted[rows, targets]": "log_total[targets] - shifted[rows, targets]",
    },
)

misconception(
    cross_entropy,
    "cross_entropy_takes_whole_columns",
    did="You index with [:, targets], which takes whole columns.",
    causes="Every token is then compared with the targets of all tokens, not with its own.",
    fix="Index with two arrays: [np.arange(N), targets].",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-loss",
    change={
        "d_logits[rows, targets] -= 1": "d_logits[:, targets] -= 1",
        "log_total - shifted[rows, targets]": "log_total[:, None] - shifted[:, targets]",
    },
)

misconception(
    cross_entropy,
    "cross_entropy_is_binary_per_token",
    did="Your loss is binary cross-entropy, summed over the classes of each token.",
    causes="It treats each class as a yes-or-no question of its own, but a token is one "
    "question with V answers.",
    fix="Take a softmax over all V classes, and -log p of the right class only.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-loss",
    change={
        (
            "    shifted = logits - logits.max(axis=-1, keepdims=True)\n"
            "    log_total = np.log(np.exp(shifted).sum(axis=-1))\n"
        ): ("    p = 1 / (1 + np.exp(-logits))\n"),
        ("d_logits = np.exp(shifted - log_total[:, None])\n    d_logits[rows, targets] -= 1"): (
            "y = np.zeros_like(logits)\n"
            "    y[rows, targets] = 1\n"
            "    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum(axis=-1).mean()"
        ),
        ("float((log_total - shifted[rows, targets]).mean()), d_logits / len(targets)"): (
            "float(loss), (p - y) / len(targets)"
        ),
    },
)

misconception(
    cross_entropy,
    "cross_entropy_multiplies_by_the_numbers",
    did="You use the targets as numbers: you multiply log p by them, as if they were one-hot rows.",
    causes="A target is the place of the right class; as a factor, class 4 would count four times.",
    fix="Pick the right entries with [np.arange(N), targets].",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-loss",
    change={
        (
            "    shifted = logits - logits.max(axis=-1, keepdims=True)\n"
            "    log_total = np.log(np.exp(shifted).sum(axis=-1))\n"
        ): "",
        ("d_logits = np.exp(shifted - log_total[:, None])\n    d_logits[rows, targets] -= 1"): (
            "p, y = softmax(logits), targets[:, None]\n"
            "    loss = -(y * np.log(p)).sum() / len(rows)"
        ),
        ("float((log_total - shifted[rows, targets]).mean()), d_logits / len(targets)"): (
            "float(loss), (p - y) / len(targets)"
        ),
    },
)

misconception(
    cross_entropy,
    "cross_entropy_without_gradient",
    did="You return the loss alone.",
    causes="NumPy computes no gradients by itself, so your caller has nothing to learn from.",
    fix="Return two values: the loss and d_logits.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-gradient",
    change={
        (
            "    d_logits = np.exp(shifted - log_total[:, None])\n"
            "    d_logits[rows, targets] -= 1\n"
        ): "",
        ".mean()), d_logits / len(targets)": ".mean())",
    },
)

misconception(
    cross_entropy,
    "cross_entropy_accepts_any_target",
    did="You do not check that every target is a class.",
    causes="NumPy counts a target of -1 from the end, so a wrong target gives a wrong loss "
    "without an error.",
    fix="Keep the call of require_classes at the beginning.",
    section="training.html#train-cross-entropy",
    caught_by="cross-entropy-loss",
    change={"    require_classes(targets, logits.shape[-1])\n": ""},
)

# ---- adam_step -----------------------------------------------------------------------------------

misconception(
    adam_step,
    "adam_step_without_correction",
    did="You leave out the bias correction.",
    causes="m and v begin at 0 and are too small at first, by different factors, so your first "
    "steps have the wrong length.",
    fix="Divide m and v by 1 - beta^t, each with its own beta.",
    section="optimization.html#train-adam-bias",
    caught_by="adam-step-bias",
    change={
        ("    m_hat = m / (1 - beta_1**t)\n    v_hat = v / (1 - beta_2**t)\n"): "",
        "m_hat / (np.sqrt(v_hat) + eps)": "m / (np.sqrt(v) + eps)",
    },
)

misconception(
    adam_step,
    "adam_step_corrects_without_t",
    did="You divide by 1 - beta and forget the power t.",
    causes="That is right in the first step only; later, your m and v are too large by up to 1 / "
    "(1 - beta).",
    fix="Raise each beta to the power t.",
    section="optimization.html#train-adam-bias",
    caught_by="adam-step-bias",
    change={
        "beta_1**t": "beta_1",
        "beta_2**t": "beta_2",
    },
)

misconception(
    adam_step,
    "adam_step_keeps_the_corrected",
    did="You return the corrected m and v.",
    causes="The next step starts from them and corrects them a second time.",
    fix="Store the corrected values under other names, and return m and v without the correction.",
    section="optimization.html#train-adam-bias",
    caught_by="adam-step-state",
    change={
        "m_hat = m / (1 - beta_1**t)": "m = m / (1 - beta_1**t)",
        "v_hat = v / (1 - beta_2**t)": "v = v / (1 - beta_2**t)",
        "m_hat / (np.sqrt(v_hat) + eps)": "m / (np.sqrt(v) + eps)",
    },
)

misconception(
    adam_step,
    "adam_step_in_place",
    did="You change m and v in place (`*=`, `+=`).",
    causes="The caller's arrays no longer hold the values of the step before.",
    fix="Make new arrays for m and v.",
    section="optimization.html#train-adam",
    caught_by="adam-step-state",
    change={
        "m = beta_1 * m + (1 - beta_1) * gradient": (
            "m *= beta_1\n    m += (1 - beta_1) * gradient"
        ),
        "v = beta_2 * v + (1 - beta_2) * gradient**2": (
            "v *= beta_2\n    v += (1 - beta_2) * gradient**2"
        ),
    },
)

misconception(
    adam_step,
    "adam_step_without_squares",
    did="Your v is a running mean of |g|, not of its square.",
    causes="Its root has the wrong unit, so the length of your step depends on how large the "
    "gradients are.",
    fix="Square the gradient in v.",
    section="optimization.html#train-adam",
    caught_by="adam-step-state",
    change={"gradient**2": "np.abs(gradient)"},
)

misconception(
    adam_step,
    "adam_step_swaps_the_betas",
    did="You exchange the two betas.",
    causes="The mean of the gradient then changes slowly, and the mean of its square changes fast.",
    fix="Use beta_1 for m and beta_2 for v.",
    section="optimization.html#train-adam",
    caught_by="adam-step-state",
    change={"beta_1, beta_2 = betas": "beta_2, beta_1 = betas"},
)

misconception(
    adam_step,
    "adam_step_forgets_the_past",
    did="You weight the new gradient with beta and the past with 1 - beta.",
    causes="Your running means forget nearly everything at each step.",
    fix="Weight the past with beta.",
    section="optimization.html#train-adam",
    caught_by="adam-step-state",
    change={
        "beta_1 * m + (1 - beta_1) * gradient": "(1 - beta_1) * m + beta_1 * gradient",
        "beta_2 * v + (1 - beta_2) * gradient**2": "(1 - beta_2) * v + beta_2 * gradient**2",
    },
)

misconception(
    adam_step,
    "adam_step_without_root",
    did="You divide by v and not by its square root.",
    causes="Small gradients make huge steps, and large gradients make tiny ones.",
    fix="Take the square root of the corrected v.",
    section="optimization.html#train-adam",
    caught_by="adam-step-length",
    change={"np.sqrt(v_hat)": "v_hat"},
)

misconception(
    adam_step,
    "adam_step_with_eps_inside",
    did="You add eps inside the square root.",
    causes="There it acts like sqrt(eps), 3e-5 instead of 1e-9, so small gradients make steps "
    "that are too small.",
    fix="Take the root first, and add eps afterwards.",
    section="optimization.html#train-adam",
    caught_by="adam-step-length",
    change={"(np.sqrt(v_hat) + eps)": "np.sqrt(v_hat + eps)"},
)

misconception(
    adam_step,
    "adam_step_uphill",
    did="You add the step instead of subtracting it.",
    causes="You walk uphill, so the loss increases.",
    fix="Subtract the step from the parameter.",
    section="optimization.html#train-adam",
    caught_by="adam-step-length",
    change={"parameter - lr": "parameter + lr"},
)

misconception(
    adam_step,
    "adam_step_moves_the_parameter_in_place",
    did="You change the parameter in place (`-=`).",
    causes="The caller's array no longer holds the value before the step.",
    fix="Return parameter - ..., which is a new array.",
    section="optimization.html#train-adam",
    caught_by="adam-step-state",
    change={
        ("    return parameter - lr * m_hat / (np.sqrt(v_hat) + eps), m, v"): (
            "    parameter -= lr * m_hat / (np.sqrt(v_hat) + eps)\n    return parameter, m, v"
        )
    },
)

misconception(
    adam_step,
    "adam_step_counts_from_zero",
    did="You correct with t + 1, as if the first step were number 0.",
    causes="Here t begins at 1, so your m and v are still too small, and by different factors.",
    fix="Correct with 1 - beta**t.",
    section="optimization.html#train-adam-bias",
    caught_by="adam-step-bias",
    change={"beta_1**t": "beta_1 ** (t + 1)", "beta_2**t": "beta_2 ** (t + 1)"},
)

misconception(
    adam_step,
    "adam_step_by_caret",
    did="You write ^ for a power.",
    causes="In Python, ^ combines the bits of two integers, so your code raises TypeError for "
    "floats.",
    fix="Write beta**t.",
    section="optimization.html#train-adam-bias",
    caught_by="adam-step-bias",
    change={"beta_1**t": "beta_1 ^ t", "beta_2**t": "beta_2 ^ t"},
)

misconception(
    adam_step,
    "adam_step_decays_the_parameter",
    did="You also subtract lr * 0.01 times the parameter: this is weight decay, as in AdamW.",
    causes="Parameters shrink in every step, even where the gradient is 0.",
    fix="Subtract Adam's step only.",
    section="optimization.html#train-adam",
    caught_by="adam-step-bias",
    change={"return parameter - lr *": "return (1 - 0.01 * lr) * parameter - lr *"},
)

misconception(
    adam_step,
    "adam_step_returns_the_parameter_only",
    did="You return the parameter alone.",
    causes="A function keeps nothing between two calls, so the next step would not know your "
    "m and v.",
    fix="Return three arrays: the parameter, m and v.",
    section="optimization.html#train-adam",
    caught_by="adam-step-bias",
    change={"(np.sqrt(v_hat) + eps), m, v": "(np.sqrt(v_hat) + eps)"},
)

misconception(
    adam_step,
    "adam_step_sums_the_squares",
    did="You add the sum of all squares to v, the same number for every entry.",
    causes="An entry with small gradients then takes small steps, because the others make its "
    "v large.",
    fix="Square the gradient entry by entry, without a sum.",
    section="optimization.html#train-adam",
    caught_by="adam-step-state",
    change={"gradient**2": "np.sum(gradient**2)"},
)

misconception(
    adam_step,
    "adam_step_keeps_the_largest_v",
    did="You keep the larger of the old and the new v: this is AMSGrad.",
    causes="Your v never falls, so one large gradient makes all later steps shorter.",
    fix="Take the running mean alone.",
    section="optimization.html#train-adam",
    caught_by="adam-step-state",
    change={
        ("v = beta_2 * v + (1 - beta_2) * gradient**2"): (
            "v = np.maximum(v, beta_2 * v + (1 - beta_2) * gradient**2)"
        )
    },
)

misconception(
    adam_step,
    "adam_step_with_pytorch_defaults",
    did="Your defaults are those of torch.optim.Adam: betas of 0.9 and 0.999, and an eps of 1e-8.",
    causes="A caller who relies on the defaults does not get the Adam of the paper.",
    fix="Use the defaults of the signature: betas=(0.9, 0.98) and eps=1e-9.",
    section="optimization.html#train-adam",
    caught_by="adam-step-state",
    change={"= (0.9, 0.98)": "= (0.9, 0.999)", "eps: float = 1e-9": "eps: float = 1e-8"},
)

misconception(
    adam_step,
    "adam_step_with_epsilon_hat",
    did="You put both corrections into the rate and add eps to the root of the uncorrected v.",
    causes="Your eps is not corrected, so it is several times too large in the first steps. "
    "Keras does this.",
    fix="Correct v first, then take its root and add eps.",
    section="optimization.html#train-adam-bias",
    caught_by="adam-step-length",
    change={
        "    v_hat = v / (1 - beta_2**t)\n": "    root = np.sqrt(1 - beta_2**t)\n",
        "lr * m_hat / (np.sqrt(v_hat) + eps)": "lr * root * m_hat / (np.sqrt(v) + eps)",
    },
)

misconception(
    adam_step,
    "adam_step_with_its_own_eps",
    did="You add a fixed 1e-8 and ignore the argument eps.",
    causes="The caller's eps has no effect, and small gradients make steps that are too short.",
    fix="Add eps, the argument.",
    section="optimization.html#train-adam",
    caught_by="adam-step-length",
    change={"(np.sqrt(v_hat) + eps)": "(np.sqrt(v_hat) + 1e-8)"},
)

misconception(
    adam_step,
    "adam_step_with_its_own_betas",
    did="You compute with 0.9 and 0.98 and ignore the argument betas.",
    causes="The caller's betas have no effect, so m and v remember longer or shorter than asked.",
    fix="Take beta_1 and beta_2 from betas, the argument.",
    section="optimization.html#train-adam",
    caught_by="adam-step-state",
    change={
        (
            "    beta_1, beta_2 = betas\n"
            "    m = beta_1 * m + (1 - beta_1) * gradient\n"
            "    v = beta_2 * v + (1 - beta_2) * gradient**2\n"
        ): (
            "    m = 0.9 * m + (1 - 0.9) * gradient\n"
            "    v = 0.98 * v + (1 - 0.98) * gradient**2\n"
            "    beta_1, beta_2 = 0.9, 0.98\n"
        ),
    },
)

# ---- attention -----------------------------------------------------------------------------------

misconception(
    attention,
    "attention_by_np_softmax",
    did="You call np.softmax, but NumPy has no softmax.",
    causes="Your function raises an AttributeError before it computes any weights.",
    fix="Call the given function softmax.",
    section="one-batch.html#batch-attention",
    caught_by="attention-values",
    change={"softmax(scores)": "np.softmax(scores, axis=-1)"},
)

misconception(
    attention,
    "attention_turns_the_batch_round",
    did="You transpose the keys with `.T`, which reverses all axes.",
    causes="With three axes, the sentences of the batch take the place of the features.",
    fix="Swap only the last two axes of the keys.",
    section="one-batch.html#batch-swap",
    caught_by="attention-values",
    change={"key.swapaxes(-2, -1)": "key.T"},
)

misconception(
    attention,
    "attention_names_three_axes",
    did="You transpose the keys with three axes, (0, 2, 1).",
    causes="That works for a batch, but it raises an error for a single sentence and for heads.",
    fix="Swap the axes -2 and -1.",
    section="one-batch.html#batch-swap",
    caught_by="attention-values",
    change={"key.swapaxes(-2, -1)": "key.transpose(0, 2, 1)"},
)

misconception(
    attention,
    "attention_reshapes_the_keys",
    did="You use `reshape` to transpose the keys.",
    causes="The shape fits, but `reshape` moves no axis, so your products mix numbers of "
    "different keys.",
    fix="Transpose the keys with swapaxes.",
    section="one-batch.html#batch-swap",
    caught_by="attention-values",
    change={
        "scores = query @ key.swapaxes(-2, -1)": (
            "turned = key.reshape(*key.shape[:-2], key.shape[-1], key.shape[-2])\n"
            "    scores = query @ turned"
        )
    },
)

misconception(
    attention,
    "attention_by_np_dot",
    did="You multiply with np.dot.",
    causes="For arrays with a batch axis, it pairs every sentence with every other, so your "
    "result has too many axes.",
    fix="Use `@`, which multiplies sentence by sentence.",
    section="one-batch.html#batch-attention",
    caught_by="attention-values",
    change={
        "query @ key.swapaxes(-2, -1)": "np.dot(query, key.swapaxes(-2, -1))",
        "weights @ value": "np.dot(weights, value)",
    },
)

misconception(
    attention,
    "attention_shows_its_scores",
    did="You return the scores instead of the weights.",
    causes="Scores can be negative, and those of a query do not sum to 1.",
    fix="Return the output and the result of the softmax.",
    section="one-batch.html#batch-attention",
    caught_by="attention-values",
    change={"weights @ value, weights": "weights @ value, scores"},
)

misconception(
    attention,
    "attention_returns_weights_first",
    did="You return the weights first and the output second.",
    causes="The caller takes your weights for the output.",
    fix="Return the output first.",
    section="one-batch.html#batch-attention",
    caught_by="attention-values",
    change={"weights @ value, weights": "weights, weights @ value"},
)

misconception(
    attention,
    "attention_unscaled",
    did="You leave out the factor 1/sqrt(d_k).",
    causes="The wider the keys, the larger are your scores, and nearly all the weight goes to a "
    "single key.",
    fix="Divide the scores by sqrt(d_k) before the softmax.",
    section="one-batch.html#batch-attention",
    caught_by="attention-scale",
    change={" / np.sqrt(query.shape[-1])": ""},
)

misconception(
    attention,
    "attention_scaled_without_root",
    did="You divide by d_k and forget the square root.",
    causes="Your scores are too small, so all your weights are nearly equal.",
    fix="Divide by the square root of d_k.",
    section="one-batch.html#batch-attention",
    caught_by="attention-scale",
    change={"np.sqrt(query.shape[-1])": "query.shape[-1]"},
)

misconception(
    attention,
    "attention_scaled_by_the_length",
    did="You divide by the root of the number of keys.",
    causes="The scores depend on the width d_k, over which the product sums, and not on the "
    "length.",
    fix="Take d_k from the last axis.",
    section="one-batch.html#batch-attention",
    caught_by="attention-scale",
    change={"np.sqrt(query.shape[-1])": "np.sqrt(key.shape[-2])"},
)

misconception(
    attention,
    "attention_scaled_too_late",
    did="You divide the weights by sqrt(d_k), after the softmax.",
    causes="The weights of a query no longer sum to 1.",
    fix="Divide the scores, before the softmax.",
    section="one-batch.html#batch-attention",
    caught_by="attention-scale",
    change={
        " / np.sqrt(query.shape[-1])": "",
        "softmax(scores)": "softmax(scores) / np.sqrt(query.shape[-1])",
    },
)

misconception(
    attention,
    "attention_spoils_its_queries",
    did="You scale the queries in place (`/=`).",
    causes="The caller's queries become smaller, and the next call scales them again.",
    fix="Divide the scores instead.",
    section="one-batch.html#batch-broadcasting",
    caught_by="attention-scale",
    change={
        "scores = query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1])": (
            "query /= np.sqrt(query.shape[-1])\n    scores = query @ key.swapaxes(-2, -1)"
        )
    },
)

misconception(
    attention,
    "attention_shares_out_the_keys",
    did="Your softmax runs over the queries (axis -2).",
    causes="The weights of each key sum to 1, but the weights of a query sum to some other number.",
    fix="Let the softmax run over the keys, the last axis.",
    section="one-batch.html#batch-attention",
    caught_by="attention-rows",
    change={"softmax(scores)": "softmax(scores.swapaxes(-2, -1)).swapaxes(-2, -1)"},
)

misconception(
    attention,
    "attention_softmax_over_axis_1",
    did="Your softmax runs over axis 1, counted from the left.",
    causes="With three axes, axis 1 holds the queries; with four axes, it holds the heads.",
    fix="Count from the right: the keys are axis -1.",
    section="one-batch.html#batch-attention",
    caught_by="attention-rows",
    change={"softmax(scores)": "softmax(scores.swapaxes(1, -1)).swapaxes(1, -1)"},
)

misconception(
    attention,
    "attention_never_divides",
    did="You take exp of the scores, but you do not divide by the sum.",
    causes="Your output is not a mean of the values but a multiple of one.",
    fix="Divide by the sum over the keys, or call softmax.",
    section="one-batch.html#batch-attention",
    caught_by="attention-rows",
    change={"softmax(scores)": "np.exp(scores)"},
)

misconception(
    attention,
    "attention_sums_to_one_in_all",
    did="Your softmax runs over everything at once.",
    causes="All weights together sum to 1, but each query must share out its own attention.",
    fix="Sum over the last axis only, with keepdims=True.",
    section="one-batch.html#batch-attention",
    caught_by="attention-rows",
    change={
        "softmax(scores)": "np.exp(scores) / np.exp(scores).sum()",
    },
)

misconception(
    attention,
    "attention_softmax_over_the_first_axis",
    did="Your softmax runs over the first axis.",
    causes="The keys are the last axis. The first one holds the sentences, if there is a batch.",
    fix="Let the softmax run over the last axis.",
    section="one-batch.html#batch-attention",
    caught_by="attention-rows",
    change={
        "softmax(scores)": "np.exp(scores) / np.exp(scores).sum(axis=0)",
    },
)

misconception(
    attention,
    "attention_without_keepdims",
    did="You sum without keepdims=True.",
    causes="The sums lose their axis and are then lined up with the keys, not with the queries, "
    "or do not fit.",
    fix="Write keepdims=True, or use the given softmax.",
    section="one-batch.html#batch-attention",
    caught_by="attention-values",
    change={
        "softmax(scores)": "np.exp(scores) / np.exp(scores).sum(axis=-1)",
    },
)

misconception(
    attention,
    "attention_transposes_as_in_torch",
    did="You call NumPy's transpose with two axes, as in PyTorch.",
    causes="In NumPy, transpose wants all axes in their new order, so two of them raise an error"
    " if there are more.",
    fix="Use swapaxes(-2, -1), or your swap_last_axes.",
    section="one-batch.html#batch-attention",
    caught_by="attention-values",
    change={
        "swapaxes": "transpose",
    },
)

misconception(
    attention,
    "attention_names_four_axes",
    did="You list four axes for the transposed keys.",
    causes="The function then fails for any other number of axes.",
    fix="Use swapaxes(-2, -1), or your swap_last_axes.",
    section="one-batch.html#batch-attention",
    caught_by="attention-values",
    change={
        "swapaxes(-2, -1)": "transpose(0, 1, 3, 2)",
    },
)

misconception(
    attention,
    "attention_scaled_by_the_values",
    did="You divide by the root of the width of the values.",
    causes="The size of a score depends on the width of queries and keys. The paper has d_k = "
    "d_v, which hides the difference.",
    fix="Take the last axis of the queries: query.shape[-1].",
    section="one-batch.html#batch-attention",
    caught_by="attention-scale",
    change={
        "query.shape[-1]": "value.shape[-1]",
    },
)

misconception(
    attention,
    "attention_scaled_by_len",
    did="You divide by the root of len(query).",
    causes="len is the length of the first axis, here the number of sentences.",
    fix="Take the last axis: query.shape[-1].",
    section="one-batch.html#batch-attention",
    caught_by="attention-scale",
    change={
        "query.shape[-1]": "len(query)",
    },
)

misconception(
    attention,
    "attention_keeps_its_weights",
    did="You return the output without the weights.",
    causes="The function has two results, and unpacking them gives parts of the output, or an "
    "error.",
    fix="Return both: the output and the weights.",
    section="one-batch.html#batch-attention",
    caught_by="attention-values",
    change={
        "@ value, weights": "@ value",
    },
)

misconception(
    attention,
    "attention_asks_with_the_values",
    did="You use the values as queries and the queries as values.",
    causes="Each value then looks for keys, and what comes out is an average of the queries.",
    fix="Compare `query` with `key`, and average `value`.",
    section="one-batch.html#batch-attention",
    caught_by="attention-values",
    change={
        "    scores = query": "    query, value = value, query\n    scores = query",
    },
)

misconception(
    attention,
    "attention_multiplies_entry_by_entry",
    did="You multiply weights and values entry by entry, with `*`.",
    causes="The shapes do not fit, or no value is averaged.",
    fix="Use the matrix product, `@`.",
    section="one-batch.html#batch-attention",
    caught_by="attention-values",
    change={
        "weights @ value": "weights * value",
    },
)


# ---- into_heads ----------------------------------------------------------------------------------

misconception(
    into_heads,
    "heads_by_reshape_alone",
    did="You reshape (B, T, h * d) directly to (B, h, T, d).",
    causes="The shape is right, but each of your heads holds numbers of other positions.",
    fix="Cut only the width first, then swap the axes of heads and positions.",
    section="one-batch.html#batch-heads",
    caught_by="heads-cut",
    change={
        "reshape(B, T, h, len(W) // h)": "reshape(B, h, T, len(W) // h)",
        "heads.transpose(0, 2, 1, 3)": "heads",
    },
)

misconception(
    into_heads,
    "heads_left_behind_the_positions",
    did="You cut the width into heads but leave the heads after the positions.",
    causes="With the shape (B, T, h, d), each position attends to its own heads.",
    fix="Swap axes 1 and 2.",
    section="one-batch.html#batch-heads",
    caught_by="heads-cut",
    change={"heads.transpose(0, 2, 1, 3)": "heads"},
)

misconception(
    into_heads,
    "heads_before_the_sentences",
    did="You put the heads before the sentences: (h, B, T, d).",
    causes="Every function of this course expects the batch as the first axis.",
    fix="Put the heads directly after the batch, as axis 1.",
    section="one-batch.html#batch-heads",
    caught_by="heads-cut",
    change={"transpose(0, 2, 1, 3)": "transpose(2, 0, 1, 3)"},
)

misconception(
    into_heads,
    "heads_dealt_like_cards",
    did="You deal out the features to the heads like cards.",
    causes="Your head 0 gets the numbers 0, h, 2h and so on, but it should get the first d "
    "numbers.",
    fix="Give each head d neighboring numbers.",
    section="one-batch.html#batch-heads",
    caught_by="heads-cut",
    change={
        "reshape(B, T, h, len(W) // h)": "reshape(B, T, len(W) // h, h)",
        "transpose(0, 2, 1, 3)": "transpose(0, 3, 1, 2)",
    },
)

misconception(
    into_heads,
    "heads_never_cut",
    did="You give each head a copy of the whole width.",
    causes="The heads together would be h times too wide, and they would all compute the same.",
    fix="Cut the projected width into h parts.",
    section="one-batch.html#batch-heads",
    caught_by="heads-cut",
    change={
        "    B, T, _ = x.shape\n": "",
        "heads = (x @ W.T).reshape(B, T, h, len(W) // h)": "projected = x @ W.T",
        "heads.transpose(0, 2, 1, 3)": "np.stack([projected] * h, axis=1)",
    },
)

misconception(
    into_heads,
    "heads_by_the_matrix_as_it_is",
    did="You compute x @ W instead of x @ W.T.",
    causes="W has a row for each output number. If W is square, you get wrong numbers without an "
    "error.",
    fix="Multiply by the transposed matrix, whose columns are the rows of W.",
    section="one-batch.html#batch-heads",
    caught_by="heads-cut",
    change={"x @ W.T": "x @ W"},
)

misconception(
    into_heads,
    "heads_without_projection",
    did="You forget the projection.",
    causes="Your heads are slices of x itself, but a head should see what its rows of W make of x.",
    fix="Multiply x by W.T before you cut it.",
    section="one-batch.html#batch-heads",
    caught_by="heads-cut",
    change={"(x @ W.T).reshape(B, T, h, len(W) // h)": "x.reshape(B, T, h, -1)"},
)

misconception(
    into_heads,
    "heads_as_wide_as_x_allows",
    did="You take the width of a head from x, not from W.",
    causes="Here W need not be square: h * d is the number of its rows.",
    fix="Divide the rows of W by h, or write -1 for the width in the reshape.",
    section="one-batch.html#batch-heads",
    caught_by="heads-cut",
    change={
        "B, T, _": "B, T, d_model",
        "len(W) // h": "d_model // h",
    },
)

misconception(
    into_heads,
    "heads_in_the_batch",
    did="You merge the heads into the batch: your shape is (B * h, T, d).",
    causes="The heads have an axis of their own in this course, and the weights of each "
    "sentence's heads stay together.",
    fix="Stop after the swap.",
    section="one-batch.html#batch-heads",
    caught_by="heads-cut",
    change={
        "transpose(0, 2, 1, 3)": "transpose(0, 2, 1, 3).reshape(B * h, T, -1)",
    },
)

misconception(
    into_heads,
    "heads_of_half_numbers",
    did="You divide the width with `/`, so it is a float.",
    causes="A shape consists of integers, so the reshape raises an error.",
    fix="Divide with `//`, or write -1.",
    section="one-batch.html#batch-heads",
    caught_by="heads-cut",
    change={
        "//": "/",
    },
)

misconception(
    into_heads,
    "heads_with_positions_last",
    did="You put the positions last: your shape is (B, h, d, T).",
    causes="attention swaps the last two axes of the keys itself, so this would swap them twice.",
    fix="Move the heads in front of the positions, and leave d as the last axis.",
    section="one-batch.html#batch-heads",
    caught_by="heads-cut",
    change={
        "transpose(0, 2, 1, 3)": "transpose(0, 2, 3, 1)",
    },
)

misconception(
    into_heads,
    "heads_in_a_list",
    did="You return a list of heads.",
    causes="attention works on one array, in which the heads are an axis.",
    fix="Stack the heads along axis 1.",
    section="one-batch.html#batch-heads",
    caught_by="heads-cut",
    change={
        "return heads.transpose(0, 2, 1, 3)": "return [heads[:, :, i] for i in range(h)]",
    },
)

misconception(
    into_heads,
    "heads_of_any_number",
    did="You raise no ValueError if h does not divide the rows of W.",
    causes="Rows that are left over are lost without notice, or NumPy's message does not name "
    "the cause.",
    fix="Call require_heads(W, h) first.",
    section="one-batch.html#batch-heads",
    caught_by="heads-cut",
    change={"    require_heads(W, h)\n": "    W = W[: len(W) // h * h]\n"},
)


# ---- multi_head_attention ------------------------------------------------------------------------

misconception(
    multi_head_attention,
    "one_head_for_all",
    did="You never split the queries, keys and values into heads.",
    causes="One attention over the whole width has one set of weights for each query, but h sets "
    "are needed.",
    fix="Project with into_heads, so that each head attends on its own.",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-heads",
    change={
        'into_heads(query, parameters["W_q"], h)': 'query @ parameters["W_q"].T',
        'into_heads(key, parameters["W_k"], h)': 'key @ parameters["W_k"].T',
        'into_heads(value, parameters["W_v"], h)': 'value @ parameters["W_v"].T',
        (
            "    B, _, T, d_v = heads.shape\n"
            "    side_by_side = heads.transpose(0, 2, 1, 3).reshape(B, T, h * d_v)\n"
        ): "",
        'side_by_side @ parameters["W_o"].T, weights': (
            'heads @ parameters["W_o"].T, weights[:, None]'
        ),
    },
)

misconception(
    multi_head_attention,
    "heads_side_by_side_only",
    did="You leave out the last projection, W_o.",
    causes="Your output is h * d_v wide, and the results of the heads are not mixed.",
    fix="Multiply the concatenated heads by W_o.T.",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-width",
    change={' @ parameters["W_o"].T': ""},
)

misconception(
    multi_head_attention,
    "output_grows_with_the_heads",
    did="You project each head to d_model on its own and concatenate the results.",
    causes="Your output is h * d_model wide, but the residual sum needs d_model.",
    fix="Concatenate the heads first, then multiply once by W_o.T.",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-width",
    change={
        (
            "    B, _, T, d_v = heads.shape\n"
            "    side_by_side = heads.transpose(0, 2, 1, 3).reshape(B, T, h * d_v)"
        ): (
            '    shares = np.split(parameters["W_o"], h, axis=1)\n'
            "    outputs = [heads[:, i] @ share.T for i, share in enumerate(shares)]"
        ),
        'side_by_side @ parameters["W_o"].T': "np.concatenate(outputs, axis=-1)",
    },
)

misconception(
    multi_head_attention,
    "heads_merged_without_a_swap",
    did="You reshape (B, h, T, d_v) directly to (B, T, h * d_v).",
    causes="The shape is right, but numbers of different positions are mixed.",
    fix="Swap axes 1 and 2 back before you reshape.",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-heads",
    change={"heads.transpose(0, 2, 1, 3)": "heads"},
)

misconception(
    multi_head_attention,
    "heads_added_up",
    did="You add up the heads and give W_o the same sum h times.",
    causes="What one head has found can no longer be told apart from the rest.",
    fix="Put the heads next to each other: h * d_v numbers for each position.",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-heads",
    change={
        "    B, _, T, d_v = heads.shape\n": "",
        "heads.transpose(0, 2, 1, 3).reshape(B, T, h * d_v)": "np.tile(heads.sum(axis=1), h)",
    },
)

misconception(
    multi_head_attention,
    "values_through_the_wrong_matrix",
    did="You project the values with W_k.",
    causes="Keys say how a position is found, and values say what it passes on, so each needs a "
    "matrix of its own.",
    fix="Project the values with W_v.",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-heads",
    change={'into_heads(value, parameters["W_v"], h)': 'into_heads(value, parameters["W_k"], h)'},
)

misconception(
    multi_head_attention,
    "target_attends_to_itself",
    did="You make the keys and values from the query.",
    causes="The target attends to itself and never sees the source.",
    fix="Make the keys from `key` and the values from `value`.",
    section="one-batch.html#batch-attention",
    caught_by="mha-numpy-cross",
    change={
        'into_heads(key, parameters["W_k"], h)': 'into_heads(query, parameters["W_k"], h)',
        'into_heads(value, parameters["W_v"], h)': 'into_heads(query, parameters["W_v"], h)',
    },
)

misconception(
    multi_head_attention,
    "values_from_the_keys",
    did="You make the values from `key` and ignore `value`.",
    causes="The result is right only if both arguments are the same array.",
    fix="Project `value` with W_v.",
    section="one-batch.html#batch-attention",
    caught_by="mha-numpy-cross",
    change={'into_heads(value, parameters["W_v"], h)': 'into_heads(key, parameters["W_v"], h)'},
)

misconception(
    multi_head_attention,
    "output_as_long_as_the_source",
    did="You merge the heads with the length of the source.",
    causes="The output has a row for each query, so the reshape fails unless T = S.",
    fix="Take the length T of the queries.",
    section="one-batch.html#batch-shapes",
    caught_by="mha-numpy-cross",
    change={
        "B, _, T, d_v = heads.shape": ("B, S, _ = key.shape\n    d_v = heads.shape[-1]"),
        "reshape(B, T, h * d_v)": "reshape(B, S, h * d_v)",
    },
)

misconception(
    multi_head_attention,
    "heads_as_wide_as_the_model",
    did="You reshape the heads side by side to the width d_model.",
    causes="Side by side they are h * d_v wide, which need not be d_model.",
    fix="Write -1 for the width, or h * d_v.",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-width",
    change={
        "h * d_v": "query.shape[-1]",
    },
)

misconception(
    multi_head_attention,
    "heads_as_wide_as_the_queries",
    did="You take the width of the merged heads from the queries.",
    causes="The heads consist of values, so they are d_v wide, not d_k.",
    fix="Write -1 for the width, or h * d_v.",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-width",
    change={
        "h * d_v": 'len(parameters["W_q"])',
    },
)

misconception(
    multi_head_attention,
    "output_matrix_as_it_is",
    did="You multiply by W_o without transposing it.",
    causes="The shapes do not fit, or W_o mixes the wrong numbers.",
    fix='Write `@ parameters["W_o"].T`.',
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-heads",
    change={
        '["W_o"].T': '["W_o"]',
    },
)

misconception(
    multi_head_attention,
    "weights_on_average",
    did="You average the weights over the heads.",
    causes="The docstring promises the weights of each head, (B, h, T, S). PyTorch's layer "
    "averages unless it is told not to.",
    fix="Return the weights as `attention` gives them.",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-heads",
    change={
        ".T, weights": ".T, weights.mean(axis=1)",
    },
)

misconception(
    multi_head_attention,
    "weights_of_the_last_head",
    did="You return the weights of the last head only.",
    causes="A loop over the heads overwrites them each time.",
    fix="Return the weights of all heads, (B, h, T, S).",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-heads",
    change={
        ".T, weights": ".T, weights[:, -1]",
    },
)

misconception(
    multi_head_attention,
    "one_matrix_for_all",
    did="You project queries, keys and values with W_q.",
    causes="W_k and W_v are never used, and a word's query is its key.",
    fix="Give each its own matrix.",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-heads",
    change={
        '"W_k"': '"W_q"',
        '"W_v"': '"W_q"',
    },
)

misconception(
    multi_head_attention,
    "keys_and_values_swapped",
    did="You pass keys and values to `attention` in the wrong order.",
    causes="The queries are compared with the values, and the output is an average of the keys.",
    fix="Keep the order query, key, value.",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-heads",
    change={
        "attention(q, k, v)": "attention(q, v, k)",
    },
)

misconception(
    multi_head_attention,
    "queries_and_values_swapped",
    did="You pass queries and values to `attention` in the wrong order.",
    causes="The values look for keys, and the output is an average of the queries.",
    fix="Keep the order query, key, value.",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-heads",
    change={
        "attention(q, k, v)": "attention(v, k, q)",
    },
)

misconception(
    multi_head_attention,
    "output_without_weights",
    did="You return the output without the weights.",
    causes="The function has two results, and unpacking them gives parts of the output, or an "
    "error.",
    fix="Return both: the output and the weights.",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-heads",
    change={
        ".T, weights": ".T",
    },
)

misconception(
    multi_head_attention,
    "heads_on_average",
    did="You average the heads before the output projection.",
    causes="The paper puts them side by side, so that W_o can weigh them.",
    fix="Put the heads side by side: (B, T, h * d_v).",
    section="one-batch.html#batch-heads",
    caught_by="mha-numpy-heads",
    change={
        'side_by_side @ parameters["W_o"].T': 'heads.mean(axis=1) @ parameters["W_o"][:, :d_v].T',
    },
)
