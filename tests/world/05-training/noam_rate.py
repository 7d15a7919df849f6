"""Forms in which public code writes equation 3."""


# form: as the formula has it
# as in: The Annotated Transformer (Harvard NLP), rate
# verdict: right
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    return factor * (d_model ** (-0.5) * min(step ** (-0.5), step * warmup ** (-1.5)))


# form: two branches
# as in: fairseq, InverseSquareRootSchedule: a line up to the peak, then decay_factor * step**-0.5
# verdict: right
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    peak = factor / math.sqrt(d_model * warmup)
    if step < warmup:
        return peak * step / warmup
    return peak * math.sqrt(warmup / step)


# form: NumPy's power and minimum
# as in: jadore801120/attention-is-all-you-need-pytorch, older ScheduledOptim with np.power and np.min
# verdict: right
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    n_steps, n_warmup = float(step), float(warmup)
    scale = np.min([np.power(n_steps, -0.5), np.power(n_warmup, -1.5) * n_steps])
    return factor * np.power(float(d_model), -0.5) * scale


# form: logarithms
# as in: a habit of people who plot it with two logarithmic axes
# verdict: right
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    log_rate = min(-0.5 * math.log(step), math.log(step) - 1.5 * math.log(warmup))
    return factor * math.exp(log_rate - 0.5 * math.log(d_model))


# form: tensors inside, a number back
# as in: the TensorFlow tutorial "Neural machine translation with a Transformer", CustomSchedule with rsqrt
# verdict: right
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    step = torch.tensor(float(step))
    arg1, arg2 = torch.rsqrt(step), step * warmup**-1.5
    return (factor * torch.rsqrt(torch.tensor(float(d_model))) * torch.minimum(arg1, arg2)).item()


# form: an inner function and a partial
# as in: torch.optim.lr_scheduler.LambdaLR users
# verdict: right
from functools import partial


def _scale(warmup, step):
    return min(1 / math.sqrt(step), step / warmup / math.sqrt(warmup))


def noam_rate(step: int, d_model: int, warmup: int, factor: float = 1.0) -> float:
    require_counted_steps(step, warmup)
    lr_lambda = partial(_scale, warmup)
    return factor / d_model**0.5 * lr_lambda(step)


# form: the larger term
# as in: typical homework, max in place of min
# verdict: wrong
# loses: noam-rate-shape, noam-rate-size
# named: rate_takes_the_larger
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    return factor / math.sqrt(d_model) * max(1 / math.sqrt(step), step / warmup**1.5)


# form: warm-up to the power of -0.5
# as in: blog posts that mistype the exponent
# verdict: wrong
# loses: noam-rate-shape
# named: rate_with_the_wrong_warmup
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    return factor * (d_model**-0.5) * min(step**-0.5, step / math.sqrt(warmup))


# form: counted from the next step
# as in: tensor2tensor, learning_rate noam: (step_num + 1.0)
# verdict: wrong
# loses: noam-rate-size
# named: rate_of_the_next_step
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    step_num = step + 1.0
    return factor * d_model**-0.5 * min(step_num * warmup**-1.5, step_num**-0.5)


# form: factor 2
# as in: The Annotated Transformer (2018), get_std_opt with factor 2
# verdict: wrong
# loses: noam-rate-size
# named: rate_doubles_by_default
def noam_rate(step, d_model, warmup, factor=2):
    require_counted_steps(step, warmup)
    return factor * (d_model ** (-0.5) * min(step ** (-0.5), step * warmup ** (-1.5)))


# form: step 0 taken for step 1
# as in: The Annotated Transformer (2022), rate: "we have to default the step to 1"
# verdict: wrong
# loses: noam-rate-shape
# named: rate_takes_step_0_for_1
def noam_rate(step, d_model, warmup, factor=1.0):
    if step == 0:
        step = 1
    return factor * (d_model ** (-0.5) * min(step ** (-0.5), step * warmup ** (-1.5)))


# form: an unlucky precedence
# as in: typical homework, step**-1/2 is (1/step)/2
# verdict: wrong
# loses: noam-rate-shape
# named: rate_with_unlucky_precedence
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    return factor * d_model**-0.5 * min(step**-1 / 2, step * warmup**-1.5)


# form: constant after the warm-up
# as in: HF transformers, get_constant_schedule_with_warmup
# verdict: wrong
# loses: noam-rate-shape
# named: rate_never_falls
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    return factor * (d_model * warmup) ** -0.5 * min(1.0, step / warmup)


# form: no d_model
# as in: fairseq, where the peak is given by --lr
# verdict: wrong
# loses: noam-rate-size
# named: rate_without_width
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    return factor * (step / warmup**1.5 if step < warmup else 1 / step**0.5)


# form: a tensor comes back
# as in: typical homework, torch.min of two tensors
# verdict: wrong
# loses: noam-rate-size
# named: rate_returns_a_tensor
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    step = torch.tensor(step, dtype=torch.float64)
    return factor * d_model**-0.5 * torch.min(step**-0.5, step * warmup**-1.5)


# form: decay by a line
# as in: HF transformers, get_linear_schedule_with_warmup
# verdict: wrong
# loses: noam-rate-shape
# named: -
def noam_rate(step, d_model, warmup, factor=1.0, total_steps=100_000):
    require_counted_steps(step, warmup)
    peak = factor * (d_model * warmup) ** -0.5
    if step < warmup:
        return peak * step / warmup
    return peak * max(0.0, (total_steps - step) / (total_steps - warmup))


# form: sqrt(d_model) above, and no factor
# as in: typical homework, the minus of the exponent lost
# verdict: wrong
# loses: noam-rate-size
# named: rate_ignores_the_factor, rate_grows_with_width
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    return math.sqrt(d_model) * min(step**-0.5, step * warmup**-1.5)


# form: a whole division
# as in: a habit from Python 2 and C
# verdict: wrong
# loses: noam-rate-shape
# named: rate_with_whole_division
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    return factor * d_model**-0.5 * min(step**-0.5, step // warmup * warmup**-0.5)


# form: no min at all
# as in: typical homework, the product of both terms
# verdict: wrong
# loses: noam-rate-shape
# named: rate_multiplies_both_terms
def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    return factor * d_model**-0.5 * step**-0.5 * step * warmup**-1.5
