"""Ways to get attention, cross-entropy and Adam wrong in NumPy."""

import numpy as np

from solutions.misconceptions import misconception
from solutions.numpy_reference.backprop import attention, into_heads, softmax

# ---- softmax -------------------------------------------------------------------------------------


@misconception(
    "softmax",
    caught_by="softmax-values",
    section="training.html#train-numpy",
    sentence="You call np.softmax, which does not exist: NumPy has exp, sum and max, and the "
    "softmax is for you to write.",
)
def softmax_of_numpy(x):
    return np.softmax(x, axis=-1)  # type: ignore[attr-defined]  # the mistake


@misconception(
    "softmax",
    caught_by="softmax-values",
    section="training.html#train-numpy",
    sentence="You divide by the sum of all numbers: your whole array sums to 1, not each row. Sum "
    "over the last axis, and keep it with keepdims=True.",
)
def softmax_over_everything(x):
    raised = np.exp(x - x.max(axis=-1, keepdims=True))
    return raised / raised.sum()


@misconception(
    "softmax",
    caught_by="softmax-values",
    section="training.html#train-numpy",
    sentence="Your softmax runs over the first axis: each column sums to 1. It is the last axis "
    "that holds the numbers which compete.",
)
def softmax_over_the_first_axis(x):
    raised = np.exp(x - x.max(axis=0, keepdims=True))
    return raised / raised.sum(axis=0, keepdims=True)


@misconception(
    "softmax",
    caught_by="softmax-values",
    section="training.html#train-numpy",
    sentence="You divide the numbers themselves by their sum: without exp, your weights can be "
    "negative, and the sum can be zero.",
)
def softmax_without_exp(x):
    return x / x.sum(axis=-1, keepdims=True)


@misconception(
    "softmax",
    caught_by="softmax-overflow",
    section="training.html#train-numpy",
    sentence="You raise the numbers as they are: exp(710) is infinite in float64, and infinity by "
    "infinity is NaN. Take the largest number of each row off first.",
)
def softmax_overflows(x):
    raised = np.exp(x)
    return raised / raised.sum(axis=-1, keepdims=True)


@misconception(
    "softmax",
    caught_by="softmax-overflow",
    section="training.html#train-numpy",
    sentence="You take off the largest number of the whole array, not of each row: a row far below "
    "it becomes all zeros, and your quotient 0/0.",
)
def softmax_takes_off_one_number(x):
    raised = np.exp(x - x.max())
    return raised / raised.sum(axis=-1, keepdims=True)


# ---- cross_entropy -------------------------------------------------------------------------------


@misconception(
    "cross_entropy",
    caught_by="cross-entropy-loss",
    section="training.html#train-cross-entropy",
    sentence="Your loss is binary cross-entropy: it treats every class as a yes-or-no question of "
    "its own. One token out of V is one question with V answers.",
)
def cross_entropy_is_binary(logits, targets):
    rows = np.arange(len(targets))
    p = 1 / (1 + np.exp(-logits))
    y = np.zeros_like(logits)
    y[rows, targets] = 1
    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    return float(loss), (p - y) / p.size


@misconception(
    "cross_entropy",
    caught_by="cross-entropy-loss",
    section="training.html#train-cross-entropy",
    sentence="Your loss is the sum over the tokens, not their mean: it grows with the batch, and "
    "so do your gradient and the step.",
)
def cross_entropy_is_a_sum(logits, targets):
    rows = np.arange(len(targets))
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_total = np.log(np.exp(shifted).sum(axis=-1))
    d_logits = np.exp(shifted - log_total[:, None])
    d_logits[rows, targets] -= 1
    return float((log_total - shifted[rows, targets]).sum()), d_logits


@misconception(
    "cross_entropy",
    caught_by="cross-entropy-loss",
    section="training.html#train-cross-entropy",
    sentence="Your loss has the wrong sign: it is the mean of log p, which is negative. What is "
    "minimized is -log p.",
)
def cross_entropy_upside_down(logits, targets):
    rows = np.arange(len(targets))
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_total = np.log(np.exp(shifted).sum(axis=-1))
    d_logits = np.exp(shifted - log_total[:, None])
    d_logits[rows, targets] -= 1
    return float((shifted[rows, targets] - log_total).mean()), d_logits / len(targets)


@misconception(
    "cross_entropy",
    caught_by="cross-entropy-loss",
    section="training.html#train-cross-entropy",
    sentence="You use the logarithm to base 2: your loss is in bits, 1.44 times too large. Nats "
    "are what np.log gives, and what the gradient softmax - one-hot belongs to.",
)
def cross_entropy_in_bits(logits, targets):
    rows = np.arange(len(targets))
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_total = np.log(np.exp(shifted).sum(axis=-1))
    d_logits = np.exp(shifted - log_total[:, None])
    d_logits[rows, targets] -= 1
    loss = (log_total - shifted[rows, targets]).mean() / np.log(2)
    return float(loss), d_logits / len(targets)


@misconception(
    "cross_entropy",
    caught_by="cross-entropy-loss",
    section="training.html#train-cross-entropy",
    sentence="You average over all N times V numbers; there is one loss per token, so divide by N. "
    "With a large vocabulary yours is next to nothing.",
)
def cross_entropy_over_all_entries(logits, targets):
    rows = np.arange(len(targets))
    p = softmax(logits)
    y = np.zeros_like(logits)
    y[rows, targets] = 1
    return float(-(y * np.log(p)).mean()), (p - y) / p.size


@misconception(
    "cross_entropy",
    caught_by="cross-entropy-gradient",
    section="training.html#train-cross-entropy",
    sentence="Your gradient is the softmax alone: subtract 1 at the right class, or every logit is "
    "pushed down, the right one too.",
)
def gradient_without_one_hot(logits, targets):
    rows = np.arange(len(targets))
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_total = np.log(np.exp(shifted).sum(axis=-1))
    d_logits = np.exp(shifted - log_total[:, None])
    return float((log_total - shifted[rows, targets]).mean()), d_logits / len(targets)


@misconception(
    "cross_entropy",
    caught_by="cross-entropy-gradient",
    section="training.html#train-cross-entropy",
    sentence="Your loss is a mean over N tokens, your gradient is that of the sum: divide it by N "
    "too.",
)
def gradient_of_the_sum(logits, targets):
    rows = np.arange(len(targets))
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_total = np.log(np.exp(shifted).sum(axis=-1))
    d_logits = np.exp(shifted - log_total[:, None])
    d_logits[rows, targets] -= 1
    return float((log_total - shifted[rows, targets]).mean()), d_logits


@misconception(
    "cross_entropy",
    caught_by="cross-entropy-gradient",
    section="training.html#train-cross-entropy",
    sentence="Your gradient points the other way, one-hot minus softmax: a step against it makes "
    "the loss larger.",
)
def gradient_points_uphill(logits, targets):
    rows = np.arange(len(targets))
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_total = np.log(np.exp(shifted).sum(axis=-1))
    d_logits = -np.exp(shifted - log_total[:, None])
    d_logits[rows, targets] += 1
    return float((log_total - shifted[rows, targets]).mean()), d_logits / len(targets)


@misconception(
    "cross_entropy",
    caught_by="cross-entropy-extreme",
    section="training.html#train-cross-entropy",
    sentence="You take the logarithm of a softmax that has been rounded to 0: your loss is "
    "infinite where it should be large. Subtract the log-sum-exp instead.",
)
def cross_entropy_of_a_rounded_zero(logits, targets):
    rows = np.arange(len(targets))
    p = softmax(logits)
    loss = -np.log(p[rows, targets]).mean()
    p[rows, targets] -= 1
    return float(loss), p / len(targets)


@misconception(
    "cross_entropy",
    caught_by="cross-entropy-extreme",
    section="training.html#train-cross-entropy",
    sentence="You add a small number inside the logarithm: your loss can never exceed -log of it, "
    "however wrong the model is. Subtract the log-sum-exp instead.",
)
def cross_entropy_with_a_floor(logits, targets):
    rows = np.arange(len(targets))
    p = softmax(logits)
    loss = -np.log(p[rows, targets] + 1e-12).mean()
    p[rows, targets] -= 1
    return float(loss), p / len(targets)


@misconception(
    "cross_entropy",
    caught_by="cross-entropy-extreme",
    section="training.html#train-cross-entropy",
    sentence="You raise the logits as they are: exp(710) is infinite in float64, and your loss "
    "with it. Take the largest logit of each row off first.",
)
def cross_entropy_overflows(logits, targets):
    rows = np.arange(len(targets))
    total = np.exp(logits).sum(axis=-1)
    d_logits = np.exp(logits) / total[:, None]
    loss = (np.log(total) - logits[rows, targets]).mean()
    d_logits[rows, targets] -= 1
    return float(loss), d_logits / len(targets)


# ---- adam_step -----------------------------------------------------------------------------------


@misconception(
    "adam_step",
    caught_by="adam-step-bias",
    section="training.html#train-adam-bias",
    sentence="You leave out the bias correction: m and v begin at 0 and are too small at first, "
    "not by the same factor, so your first steps have the wrong length.",
)
def adam_step_without_correction(
    parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9
):
    beta_1, beta_2 = betas
    m = beta_1 * m + (1 - beta_1) * gradient
    v = beta_2 * v + (1 - beta_2) * gradient**2
    return parameter - lr * m / (np.sqrt(v) + eps), m, v


@misconception(
    "adam_step",
    caught_by="adam-step-bias",
    section="training.html#train-adam-bias",
    sentence="You correct the bias by 1 - beta and forget the power t: that is right in the first "
    "step and too large by up to 1 / (1 - beta) ever after.",
)
def adam_step_corrects_without_t(
    parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9
):
    beta_1, beta_2 = betas
    m = beta_1 * m + (1 - beta_1) * gradient
    v = beta_2 * v + (1 - beta_2) * gradient**2
    m_hat = m / (1 - beta_1)
    v_hat = v / (1 - beta_2)
    return parameter - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@misconception(
    "adam_step",
    caught_by="adam-step-state",
    section="training.html#train-adam-bias",
    sentence="You hand on the corrected m and v: the next step corrects them once more. Keep them "
    "as they are, and correct copies.",
)
def adam_step_keeps_the_corrected(
    parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9
):
    beta_1, beta_2 = betas
    m = (beta_1 * m + (1 - beta_1) * gradient) / (1 - beta_1**t)
    v = (beta_2 * v + (1 - beta_2) * gradient**2) / (1 - beta_2**t)
    return parameter - lr * m / (np.sqrt(v) + eps), m, v


@misconception(
    "adam_step",
    caught_by="adam-step-state",
    section="training.html#train-adam",
    sentence="You change m and v in place (`*=`, `+=`): whoever called you finds other arrays than "
    "the ones handed in. Make new ones.",
)
def adam_step_in_place(parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
    beta_1, beta_2 = betas
    m *= beta_1
    m += (1 - beta_1) * gradient
    v *= beta_2
    v += (1 - beta_2) * gradient**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return parameter - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@misconception(
    "adam_step",
    caught_by="adam-step-state",
    section="training.html#train-adam",
    sentence="Your v is a running mean of |g|, not of its square: the root of it has the wrong "
    "unit, and your step depends on how large the gradients are.",
)
def adam_step_without_squares(parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
    beta_1, beta_2 = betas
    m = beta_1 * m + (1 - beta_1) * gradient
    v = beta_2 * v + (1 - beta_2) * np.abs(gradient)
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return parameter - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@misconception(
    "adam_step",
    caught_by="adam-step-state",
    section="training.html#train-adam",
    sentence="You have the two betas the wrong way round: beta_1 belongs to the mean of the "
    "gradient, beta_2, the slower one, to the mean of its square.",
)
def adam_step_swaps_the_betas(parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
    beta_2, beta_1 = betas
    m = beta_1 * m + (1 - beta_1) * gradient
    v = beta_2 * v + (1 - beta_2) * gradient**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return parameter - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@misconception(
    "adam_step",
    caught_by="adam-step-state",
    section="training.html#train-adam",
    sentence="You weigh the new gradient with beta and the past with 1 - beta: your running means "
    "forget nearly everything at each step.",
)
def adam_step_forgets_the_past(parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
    beta_1, beta_2 = betas
    m = (1 - beta_1) * m + beta_1 * gradient
    v = (1 - beta_2) * v + beta_2 * gradient**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return parameter - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@misconception(
    "adam_step",
    caught_by="adam-step-length",
    section="training.html#train-adam",
    sentence="You divide by v, not by its root: small gradients make huge steps, and large ones "
    "make next to none.",
)
def adam_step_without_root(parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
    beta_1, beta_2 = betas
    m = beta_1 * m + (1 - beta_1) * gradient
    v = beta_2 * v + (1 - beta_2) * gradient**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return parameter - lr * m_hat / (v_hat + eps), m, v


@misconception(
    "adam_step",
    caught_by="adam-step-length",
    section="training.html#train-adam",
    sentence="Your eps stands inside the root: there it acts as sqrt(eps), 3e-5 in place of 1e-9, "
    "and small gradients make too small steps.",
)
def adam_step_with_eps_inside(parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
    beta_1, beta_2 = betas
    m = beta_1 * m + (1 - beta_1) * gradient
    v = beta_2 * v + (1 - beta_2) * gradient**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return parameter - lr * m_hat / np.sqrt(v_hat + eps), m, v


@misconception(
    "adam_step",
    caught_by="adam-step-length",
    section="training.html#train-adam",
    sentence="You walk uphill: the step is added where it must be subtracted, so that your loss "
    "grows.",
)
def adam_step_uphill(parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
    beta_1, beta_2 = betas
    m = beta_1 * m + (1 - beta_1) * gradient
    v = beta_2 * v + (1 - beta_2) * gradient**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return parameter + lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# ---- attention -----------------------------------------------------------------------------------


@misconception(
    "attention",
    caught_by="attention-values",
    section="one-batch.html#batch-attention",
    sentence="You call np.softmax, which does not exist: NumPy has exp, sum and max. Call the "
    "softmax that is given.",
)
def attention_by_np_softmax(query, key, value):
    scores = query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1])
    weights = np.softmax(scores, axis=-1)  # type: ignore[attr-defined]  # the mistake
    return weights @ value, weights


@misconception(
    "attention",
    caught_by="attention-values",
    section="one-batch.html#batch-swap",
    sentence="You transpose with `.T`: that turns round all axes, and with three of them your "
    "sentences become features. Swap the last two only.",
)
def attention_turns_the_batch_round(query, key, value):
    weights = softmax(query @ key.T / np.sqrt(query.shape[-1]))
    return weights @ value, weights


@misconception(
    "attention",
    caught_by="attention-values",
    section="one-batch.html#batch-swap",
    sentence="You name three axes, (0, 2, 1): that is right for a batch, and an error for a single "
    "sentence or for heads. Swap the axes -2 and -1.",
)
def attention_names_three_axes(query, key, value):
    weights = softmax(query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1]))
    return weights @ value, weights


@misconception(
    "attention",
    caught_by="attention-values",
    section="one-batch.html#batch-swap",
    sentence="You use `reshape` to transpose: the shape fits, and your products mix numbers of "
    "different keys. It moves no axis; swapaxes does.",
)
def attention_reshapes_the_keys(query, key, value):
    turned = key.reshape(*key.shape[:-2], key.shape[-1], key.shape[-2])
    weights = softmax(query @ turned / np.sqrt(query.shape[-1]))
    return weights @ value, weights


@misconception(
    "attention",
    caught_by="attention-values",
    section="one-batch.html#batch-attention",
    sentence="You multiply with np.dot, which pairs every sentence with every other: your result "
    "has axes too many. `@` multiplies sentence by sentence.",
)
def attention_by_np_dot(query, key, value):
    weights = softmax(np.dot(query, key.swapaxes(-2, -1)) / np.sqrt(query.shape[-1]))
    return np.dot(weights, value), weights


@misconception(
    "attention",
    caught_by="attention-values",
    section="one-batch.html#batch-attention",
    sentence="You return the scores where the weights were asked for: scores may be negative and "
    "sum to anything.",
)
def attention_shows_its_scores(query, key, value):
    scores = query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1])
    return softmax(scores) @ value, scores


@misconception(
    "attention",
    caught_by="attention-values",
    section="one-batch.html#batch-attention",
    sentence="You return weights and output the wrong way round: the output comes first.",
)
def attention_returns_weights_first(query, key, value):
    weights = softmax(query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1]))
    return weights, weights @ value


@misconception(
    "attention",
    caught_by="attention-scale",
    section="one-batch.html#batch-attention",
    sentence="You leave out 1/sqrt(d_k): the wider your keys, the larger the scores, and the more "
    "of the weight goes to a single key.",
)
def attention_unscaled(query, key, value):
    weights = softmax(query @ key.swapaxes(-2, -1))
    return weights @ value, weights


@misconception(
    "attention",
    caught_by="attention-scale",
    section="one-batch.html#batch-attention",
    sentence="You divide by d_k and forget the root: all your weights come out nearly equal.",
)
def attention_scaled_without_root(query, key, value):
    weights = softmax(query @ key.swapaxes(-2, -1) / query.shape[-1])
    return weights @ value, weights


@misconception(
    "attention",
    caught_by="attention-scale",
    section="one-batch.html#batch-attention",
    sentence="You divide by the root of the number of keys: what counts is their width d_k, the "
    "last axis, over which the product sums.",
)
def attention_scaled_by_the_length(query, key, value):
    weights = softmax(query @ key.swapaxes(-2, -1) / np.sqrt(key.shape[-2]))
    return weights @ value, weights


@misconception(
    "attention",
    caught_by="attention-scale",
    section="one-batch.html#batch-attention",
    sentence="You divide the weights by sqrt(d_k), after the softmax: yours no longer sum to 1. "
    "It is the scores that are divided.",
)
def attention_scaled_too_late(query, key, value):
    weights = softmax(query @ key.swapaxes(-2, -1)) / np.sqrt(query.shape[-1])
    return weights @ value, weights


@misconception(
    "attention",
    caught_by="attention-scale",
    section="one-batch.html#batch-broadcasting",
    sentence="You scale the queries in place (`/=`): whoever called you finds smaller queries, and "
    "the next call scales them again. Divide the scores.",
)
def attention_spoils_its_queries(query, key, value):
    query /= np.sqrt(query.shape[-1])
    weights = softmax(query @ key.swapaxes(-2, -1))
    return weights @ value, weights


@misconception(
    "attention",
    caught_by="attention-rows",
    section="one-batch.html#batch-attention",
    sentence="Your softmax runs over the queries (axis -2): each key is shared out among them, and "
    "the weights of a query sum to anything. It runs over the keys, the last axis.",
)
def attention_shares_out_the_keys(query, key, value):
    scores = query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1])
    weights = softmax(scores.swapaxes(-2, -1)).swapaxes(-2, -1)
    return weights @ value, weights


@misconception(
    "attention",
    caught_by="attention-rows",
    section="one-batch.html#batch-attention",
    sentence="Your softmax runs over axis 1, counted from the left: these are the queries where "
    "there are three axes, and the heads where there are four. The keys are axis -1.",
)
def attention_softmax_over_axis_1(query, key, value):
    scores = query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1])
    weights = softmax(scores.swapaxes(1, -1)).swapaxes(1, -1)
    return weights @ value, weights


@misconception(
    "attention",
    caught_by="attention-rows",
    section="one-batch.html#batch-attention",
    sentence="You take exp and do not divide by the sum: your output is no mean of the values, but "
    "a multiple of one.",
)
def attention_never_divides(query, key, value):
    weights = np.exp(query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1]))
    return weights @ value, weights


# ---- into_heads ----------------------------------------------------------------------------------


@misconception(
    "into_heads",
    caught_by="heads-cut",
    section="one-batch.html#batch-heads",
    sentence="You reshape (B, T, h * d) straight to (B, h, T, d): the shape is right, and your "
    "heads hold other positions. Cut the width first, then swap two axes.",
)
def heads_by_reshape_alone(x, W, h):
    B, T, _ = x.shape
    return (x @ W.T).reshape(B, h, T, -1)


@misconception(
    "into_heads",
    caught_by="heads-cut",
    section="one-batch.html#batch-heads",
    sentence="You cut into heads and leave them behind the positions: (B, T, h, d) makes each "
    "position attend among its own heads. Swap axes 1 and 2.",
)
def heads_left_behind_the_positions(x, W, h):
    B, T, _ = x.shape
    return (x @ W.T).reshape(B, T, h, -1)


@misconception(
    "into_heads",
    caught_by="heads-cut",
    section="one-batch.html#batch-heads",
    sentence="Your heads stand before the sentences, (h, B, T, d): everything in this course has "
    "the batch first. Stack the pieces along axis 1.",
)
def heads_before_the_sentences(x, W, h):
    return np.stack(np.split(x @ W.T, h, axis=-1))


@misconception(
    "into_heads",
    caught_by="heads-cut",
    section="one-batch.html#batch-heads",
    sentence="You deal out the features like cards: your head 0 gets numbers 0, h, 2h, ... It is "
    "to get the first d numbers, the next head the next d.",
)
def heads_dealt_like_cards(x, W, h):
    B, T, _ = x.shape
    return (x @ W.T).reshape(B, T, -1, h).transpose(0, 3, 1, 2)


@misconception(
    "into_heads",
    caught_by="heads-cut",
    section="one-batch.html#batch-heads",
    sentence="You never cut: each of your heads gets the whole width, and h heads of it would be "
    "d * h times h wide.",
)
def heads_never_cut(x, W, h):
    projected = x @ W.T
    return np.stack([projected] * h, axis=1)


@misconception(
    "into_heads",
    caught_by="heads-cut",
    section="one-batch.html#batch-heads",
    sentence="You compute x @ W: rows of W are what comes out, columns what goes in, so that it "
    "is x @ W.T. Where W is square, yours gives other numbers and no error.",
)
def heads_by_the_matrix_as_it_is(x, W, h):
    B, T, _ = x.shape
    return (x @ W).reshape(B, T, h, -1).swapaxes(1, 2)


@misconception(
    "into_heads",
    caught_by="heads-cut",
    section="one-batch.html#batch-heads",
    sentence="You forget the projection: your heads are slices of x itself. A head looks at what "
    "its rows of W make of x.",
)
def heads_without_projection(x, W, h):
    B, T, _ = x.shape
    return x.reshape(B, T, h, -1).swapaxes(1, 2)


# ---- multi_head_attention ------------------------------------------------------------------------


@misconception(
    "multi_head_attention",
    caught_by="mha-numpy-heads",
    section="one-batch.html#batch-heads",
    sentence="You never split into heads: one attention over the whole width has one set of "
    "weights for each query, where h sets were asked for.",
)
def one_head_for_all(query, key, value, parameters, h):
    q, k, v = (x @ parameters[W].T for x, W in ((query, "W_q"), (key, "W_k"), (value, "W_v")))
    heads, weights = attention(q, k, v)
    return heads @ parameters["W_o"].T, weights[:, None]


@misconception(
    "multi_head_attention",
    caught_by="mha-numpy-width",
    section="one-batch.html#batch-heads",
    sentence="You leave W_o out: your output is h * d_v wide and does not mix what the heads have "
    "found. Multiply by W_o.T.",
)
def heads_side_by_side_only(query, key, value, parameters, h):
    q, k, v = (
        into_heads(x, parameters[W], h) for x, W in ((query, "W_q"), (key, "W_k"), (value, "W_v"))
    )
    heads, weights = attention(q, k, v)
    B, _, T, _ = heads.shape
    return heads.swapaxes(1, 2).reshape(B, T, -1), weights


@misconception(
    "multi_head_attention",
    caught_by="mha-numpy-width",
    section="one-batch.html#batch-heads",
    sentence="Your output is d_model * h wide: you give every head the whole of W_o and put the "
    "results side by side. W_o takes all heads together, and d_model comes out.",
)
def output_grows_with_the_heads(query, key, value, parameters, h):
    q, k, v = (
        into_heads(x, parameters[W], h) for x, W in ((query, "W_q"), (key, "W_k"), (value, "W_v"))
    )
    heads, weights = attention(q, k, v)
    shares = np.split(parameters["W_o"], h, axis=1)
    outputs = [heads[:, i] @ share.T for i, share in enumerate(shares)]
    return np.concatenate(outputs, axis=-1), weights


@misconception(
    "multi_head_attention",
    caught_by="mha-numpy-heads",
    section="one-batch.html#batch-heads",
    sentence="You reshape (B, h, T, d_v) straight to (B, T, h * d_v): the shape is right, and your "
    "positions are mixed up. Swap axes 1 and 2 back first.",
)
def heads_merged_without_a_swap(query, key, value, parameters, h):
    q, k, v = (
        into_heads(x, parameters[W], h) for x, W in ((query, "W_q"), (key, "W_k"), (value, "W_v"))
    )
    heads, weights = attention(q, k, v)
    B, _, T, _ = heads.shape
    return heads.reshape(B, T, -1) @ parameters["W_o"].T, weights


@misconception(
    "multi_head_attention",
    caught_by="mha-numpy-heads",
    section="one-batch.html#batch-heads",
    sentence="You add the heads up and give W_o the same sum h times: what each of your heads has "
    "found must keep a place of its own, side by side.",
)
def heads_added_up(query, key, value, parameters, h):
    q, k, v = (
        into_heads(x, parameters[W], h) for x, W in ((query, "W_q"), (key, "W_k"), (value, "W_v"))
    )
    heads, weights = attention(q, k, v)
    return np.tile(heads.sum(axis=1), h) @ parameters["W_o"].T, weights


@misconception(
    "multi_head_attention",
    caught_by="mha-numpy-heads",
    section="one-batch.html#batch-heads",
    sentence="You project the values with W_k: they then say how they want to be found, and not "
    "what they have to say. W_v has rows of its own.",
)
def values_through_the_wrong_matrix(query, key, value, parameters, h):
    q, k, v = (
        into_heads(x, parameters[W], h) for x, W in ((query, "W_q"), (key, "W_k"), (value, "W_k"))
    )
    heads, weights = attention(q, k, v)
    B, _, T, _ = heads.shape
    return heads.swapaxes(1, 2).reshape(B, T, -1) @ parameters["W_o"].T, weights


@misconception(
    "multi_head_attention",
    caught_by="mha-numpy-cross",
    section="one-batch.html#batch-attention",
    sentence="You make keys and values from the query: your target attends to itself and never "
    "sees the source.",
)
def target_attends_to_itself(query, key, value, parameters, h):
    q, k, v = (into_heads(query, parameters[W], h) for W in ("W_q", "W_k", "W_v"))
    heads, weights = attention(q, k, v)
    B, _, T, _ = heads.shape
    return heads.swapaxes(1, 2).reshape(B, T, -1) @ parameters["W_o"].T, weights


@misconception(
    "multi_head_attention",
    caught_by="mha-numpy-cross",
    section="one-batch.html#batch-attention",
    sentence="You make the values from the key and ignore `value`: that is the same only where "
    "both are one tensor.",
)
def values_from_the_keys(query, key, value, parameters, h):
    q, k, v = (
        into_heads(x, parameters[W], h) for x, W in ((query, "W_q"), (key, "W_k"), (key, "W_v"))
    )
    heads, weights = attention(q, k, v)
    B, _, T, _ = heads.shape
    return heads.swapaxes(1, 2).reshape(B, T, -1) @ parameters["W_o"].T, weights


@misconception(
    "multi_head_attention",
    caught_by="mha-numpy-cross",
    section="one-batch.html#batch-shapes",
    sentence="You merge the heads with the length of the source: the output has a row for each "
    "query, so its length is T. With T = S yours would be right.",
)
def output_as_long_as_the_source(query, key, value, parameters, h):
    q, k, v = (
        into_heads(x, parameters[W], h) for x, W in ((query, "W_q"), (key, "W_k"), (value, "W_v"))
    )
    heads, weights = attention(q, k, v)
    B, S, _ = key.shape
    d_v = len(parameters["W_v"]) // h
    return heads.swapaxes(1, 2).reshape(B, S, h * d_v) @ parameters["W_o"].T, weights
