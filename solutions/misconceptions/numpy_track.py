"""Ways to get softmax, cross-entropy and Adam wrong in NumPy (right: `solutions.numpy_track`)."""

import numpy as np

from solutions.numpy_track import softmax

from . import misconception

# ---- softmax -------------------------------------------------------------------------------------


@misconception(
    "softmax",
    caught_by="softmax-values",
    section="training.html#train-numpy",
    sentence="You call np.softmax, which does not exist: NumPy has exp, sum and max, and the "
    "softmax is for you to write.",
)
def softmax_of_numpy(x):
    return np.softmax(x, axis=-1)


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
    "minimised is -log p.",
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
