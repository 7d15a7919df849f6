"""Ways to get optimizer, schedule and clipping wrong (right: `solutions.training.optim`)."""

import torch

from solutions.misconceptions import misconception
from solutions.training.optim import Adam, NoamSchedule, noam_rate

# ---- Adam ----------------------------------------------------------------------------------------


@misconception(
    "Adam",
    caught_by="adam-path",
    section="training.html#train-adam-bias",
    sentence="You leave out the bias correction: m and v begin at 0 and are too small at first, "
    "not by the same factor, so your first steps have the wrong length.",
)
class AdamWithoutCorrection(Adam):
    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta_1, beta_2 = group["betas"]
        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        v = state["v"].mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
        parameter -= group["lr"] * m / (v.sqrt() + group["eps"])


@misconception(
    "Adam",
    caught_by="adam-path",
    section="training.html#train-adam-bias",
    sentence="You count the steps from 0: in the first one you divide by 1 - beta^0 = 0, and the "
    "parameter becomes NaN. Count up before you correct.",
)
class AdamCountsFromZero(Adam):
    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta_1, beta_2 = group["betas"]
        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        v = state["v"].mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
        m_hat = m / (1 - beta_1 ** state["t"])
        v_hat = v / (1 - beta_2 ** state["t"])
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])
        state["t"] += 1


@misconception(
    "Adam",
    caught_by="adam-path",
    section="training.html#train-adam-bias",
    sentence="You correct the running means themselves, in place: the next step corrects them once "
    "more, and your m and v grow with every step.",
)
class AdamKeepsTheCorrected(Adam):
    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta_1, beta_2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        v = state["v"].mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
        m /= 1 - beta_1 ** state["t"]
        v /= 1 - beta_2 ** state["t"]
        parameter -= group["lr"] * m / (v.sqrt() + group["eps"])


@misconception(
    "Adam",
    caught_by="adam-path",
    section="training.html#train-adam",
    sentence="You have the two betas the wrong way round: beta_1 belongs to the mean of the "
    "gradient, beta_2, the slower one, to the mean of its square.",
)
class AdamSwapsTheBetas(Adam):
    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta_2, beta_1 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        v = state["v"].mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
        m_hat = m / (1 - beta_1 ** state["t"])
        v_hat = v / (1 - beta_2 ** state["t"])
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


@misconception(
    "Adam",
    caught_by="adam-path",
    section="training.html#train-adam",
    sentence="Your v is a running mean of |g|, not of its square: the root of it has the wrong "
    "unit, and your step depends on how large the gradients are.",
)
class AdamWithoutSquares(Adam):
    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta_1, beta_2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        v = state["v"].mul_(beta_2).add_(gradient.abs(), alpha=1 - beta_2)
        m_hat = m / (1 - beta_1 ** state["t"])
        v_hat = v / (1 - beta_2 ** state["t"])
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


@misconception(
    "Adam",
    caught_by="adam-path",
    section="training.html#train-adam",
    sentence="Your v adds up all squares and forgets none: that is Adagrad, whose steps shrink for "
    "ever. Adam's v is a running mean.",
)
class AdamNeverForgets(Adam):
    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta_1, _ = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        v = state["v"].addcmul_(gradient, gradient)
        m_hat = m / (1 - beta_1 ** state["t"])
        parameter -= group["lr"] * m_hat / (v.sqrt() + group["eps"])


@misconception(
    "Adam",
    caught_by="adam-path",
    section="training.html#train-adam",
    sentence="You have momentum but no v: without the division by its root, your step is as long "
    "as the gradient is large.",
)
class AdamIsMomentum(Adam):
    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
        beta_1, _ = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        parameter -= group["lr"] * m / (1 - beta_1 ** state["t"])


@misconception(
    "Adam",
    caught_by="adam-path",
    section="training.html#train-adam",
    sentence="You begin with a new m and v at every step: nothing is remembered, and every step is "
    "lr times the sign of the gradient. Keep them in self.state[parameter].",
)
class AdamRemembersNothing(Adam):
    def _move(self, parameter, gradient, group):
        beta_1, beta_2 = group["betas"]
        m = (1 - beta_1) * gradient
        v = (1 - beta_2) * gradient**2
        m_hat = m / (1 - beta_1)
        v_hat = v / (1 - beta_2)
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


@misconception(
    "Adam",
    caught_by="adam-path",
    section="training.html#train-adam",
    sentence="You compute a new tensor and call it parameter: the model's own stays where it was. "
    "Change it in place, with `-=` or sub_.",
)
class AdamMovesACopy(Adam):
    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta_1, beta_2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        v = state["v"].mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
        m_hat = m / (1 - beta_1 ** state["t"])
        v_hat = v / (1 - beta_2 ** state["t"])
        parameter = parameter - group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


@misconception(
    "Adam",
    caught_by="adam-path",
    section="training.html#train-adam",
    sentence="You add weight decay (0.01 of the parameter) to the gradient: torch.optim.Adam does "
    "so only when asked, and where v divides it, it is not the decay of AdamW either.",
)
class AdamWithWeightDecay(Adam):
    def _move(self, parameter, gradient, group):
        gradient = gradient + 0.01 * parameter
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta_1, beta_2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        v = state["v"].mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
        m_hat = m / (1 - beta_1 ** state["t"])
        v_hat = v / (1 - beta_2 ** state["t"])
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


@misconception(
    "Adam",
    caught_by="adam-eps",
    section="training.html#train-adam",
    sentence="Your eps stands inside the root: there it acts as sqrt(eps), 3e-5 in place of 1e-9, "
    "and small gradients make too small steps.",
)
class AdamWithEpsInside(Adam):
    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta_1, beta_2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        v = state["v"].mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
        m_hat = m / (1 - beta_1 ** state["t"])
        v_hat = v / (1 - beta_2 ** state["t"])
        parameter -= group["lr"] * m_hat / (v_hat + group["eps"]).sqrt()


@misconception(
    "Adam",
    caught_by="adam-eps",
    section="training.html#train-adam",
    sentence="You forget eps: a parameter whose gradient has been 0 so far, such as the vector of "
    "a word that was not in the batch, becomes 0/0.",
)
class AdamWithoutEps(Adam):
    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta_1, beta_2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        v = state["v"].mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
        m_hat = m / (1 - beta_1 ** state["t"])
        v_hat = v / (1 - beta_2 ** state["t"])
        parameter -= group["lr"] * m_hat / v_hat.sqrt()


@misconception(
    "Adam",
    caught_by="adam-groups",
    section="training.html#train-schedule",
    sentence="You use the rate from the constructor (self.defaults) and not that of the group: a "
    "schedule writes into the group, and your optimizer never hears of it.",
)
class AdamIgnoresTheSchedule(Adam):
    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta_1, beta_2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        v = state["v"].mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
        m_hat = m / (1 - beta_1 ** state["t"])
        v_hat = v / (1 - beta_2 ** state["t"])
        parameter -= self.defaults["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


@misconception(
    "Adam",
    caught_by="adam-groups",
    section="training.html#train-adam-bias",
    sentence="You keep one counter for all parameters and count up at each of them: with a hundred "
    "parameters, your bias correction is over within the first step.",
)
class AdamCountsParameters(Adam):
    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta_1, beta_2 = group["betas"]
        group["t"] = group.get("t", 0) + 1
        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        v = state["v"].mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
        m_hat = m / (1 - beta_1 ** group["t"])
        v_hat = v / (1 - beta_2 ** group["t"])
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


# ---- noam_rate -----------------------------------------------------------------------------------


@misconception(
    "noam_rate",
    caught_by="noam-rate-shape",
    section="training.html#train-schedule",
    sentence="You take the larger of the two terms: your rate starts enormous, falls to the value "
    "that should be its peak, and then rises for ever. Equation 3 takes the smaller.",
)
def rate_takes_the_larger(step, d_model, warmup, factor=1.0):
    return factor * d_model**-0.5 * max(step**-0.5, step * warmup**-1.5)


@misconception(
    "noam_rate",
    caught_by="noam-rate-shape",
    section="training.html#train-schedule",
    sentence="Your exponent of the warm-up is -0.5, not -1.5: the two terms meet at the wrong "
    "step, and there is hardly a warm-up at all.",
)
def rate_with_the_wrong_warmup(step, d_model, warmup, factor=1.0):
    return factor * d_model**-0.5 * min(step**-0.5, step * warmup**-0.5)


@misconception(
    "noam_rate",
    caught_by="noam-rate-shape",
    section="training.html#train-schedule",
    sentence="Your rate rises and then stays at its peak: after the warm-up it must fall with "
    "step^-0.5.",
)
def rate_never_falls(step, d_model, warmup, factor=1.0):
    return factor * d_model**-0.5 * min(warmup**-0.5, step * warmup**-1.5)


@misconception(
    "noam_rate",
    caught_by="noam-rate-shape",
    section="training.html#train-schedule",
    sentence="Your rate has no warm-up: it starts at its largest, while Adam has seen one gradient "
    "and its v is a guess.",
)
def rate_without_warmup(step, d_model, warmup, factor=1.0):
    return factor * d_model**-0.5 * step**-0.5


@misconception(
    "noam_rate",
    caught_by="noam-rate-shape",
    section="training.html#train-schedule",
    sentence="You call torch.pow with a whole number to the power of a fraction: it takes tensors, "
    "and raises TypeError. For plain numbers Python has **.",
)
def rate_by_torch_pow(step, d_model, warmup, factor=1.0):
    rise = step * torch.pow(warmup, -1.5)
    return factor * torch.pow(d_model, -0.5) * min(torch.pow(step, -0.5), rise)


@misconception(
    "noam_rate",
    caught_by="noam-rate-size",
    section="training.html#train-schedule",
    sentence="You leave out d_model^-0.5: your rate is 22 times too large at d_model = 512, and "
    "the first steps throw the model off.",
)
def rate_without_width(step, d_model, warmup, factor=1.0):
    return factor * min(step**-0.5, step * warmup**-1.5)


@misconception(
    "noam_rate",
    caught_by="noam-rate-size",
    section="training.html#train-schedule",
    sentence="You multiply by sqrt(d_model) in place of dividing by it: wider models need smaller "
    "steps, and yours take larger ones.",
)
def rate_grows_with_width(step, d_model, warmup, factor=1.0):
    return factor * d_model**0.5 * min(step**-0.5, step * warmup**-1.5)


@misconception(
    "noam_rate",
    caught_by="noam-rate-size",
    section="training.html#train-schedule",
    sentence="Your function ignores factor: whoever asks for half the rate gets all of it.",
)
def rate_ignores_the_factor(step, d_model, warmup, factor=1.0):
    return d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)


# ---- NoamSchedule --------------------------------------------------------------------------------


@misconception(
    "NoamSchedule",
    caught_by="schedule-writes",
    section="training.html#train-schedule",
    sentence="You never write your rate into the groups of the optimizer: it goes on with the one "
    'that it was built with. It reads group["lr"], and no attribute such as optimizer.lr.',
)
class ScheduleNeverWrites(NoamSchedule):
    def advance(self):
        self.steps += 1
        return noam_rate(self.steps, self.d_model, self.warmup, self.factor)


@misconception(
    "NoamSchedule",
    caught_by="schedule-writes",
    section="training.html#train-schedule",
    sentence="You write the rate into the first group only: parameters in other groups are trained "
    "with the rate that they were built with.",
)
class ScheduleWritesOneGroup(NoamSchedule):
    def advance(self):
        self.steps += 1
        rate = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        self.optimizer.param_groups[0]["lr"] = rate
        return rate


@misconception(
    "NoamSchedule",
    caught_by="schedule-writes",
    section="training.html#train-schedule",
    sentence="You multiply the old rate by the new one: the formula gives the rate itself, not a "
    "change of it.",
)
class ScheduleMultiplies(NoamSchedule):
    def advance(self):
        self.steps += 1
        rate = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        for group in self.optimizer.param_groups:
            group["lr"] *= rate
        return rate


@misconception(
    "NoamSchedule",
    caught_by="schedule-counts",
    section="training.html#train-schedule",
    sentence="You ask for the rate of step 0 and count up afterwards: steps count from 1, and "
    "0^-0.5 does not exist.",
)
class ScheduleCountsFromZero(NoamSchedule):
    def advance(self):
        rate = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        self.steps += 1
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate


@misconception(
    "NoamSchedule",
    caught_by="schedule-counts",
    section="training.html#train-schedule",
    sentence="You add 1 to the steps but do not keep the sum: your rate stays that of step 1 for "
    "ever, thousands of times too small.",
)
class ScheduleStandsStill(NoamSchedule):
    def advance(self):
        rate = noam_rate(self.steps + 1, self.d_model, self.warmup, self.factor)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate


@misconception(
    "NoamSchedule",
    caught_by="schedule-counts",
    section="training.html#train-schedule",
    sentence="You are one step ahead: you count up and then ask for the rate of the step after "
    "that.",
)
class ScheduleRunsAhead(NoamSchedule):
    def advance(self):
        self.steps += 1
        rate = noam_rate(self.steps + 1, self.d_model, self.warmup, self.factor)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate


@misconception(
    "NoamSchedule",
    caught_by="schedule-counts",
    section="training.html#train-schedule",
    sentence="You want to be told the step: advance() is called without arguments, so that your "
    "first call raises TypeError. Count the steps yourself.",
)
class ScheduleAsksForTheStep(NoamSchedule):
    def advance(self, step):  # type: ignore[override]  # the mistake
        rate = noam_rate(step, self.d_model, self.warmup, self.factor)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate


@misconception(
    "NoamSchedule",
    caught_by="schedule-counts",
    section="training.html#train-schedule",
    sentence="You forget to return the rate: the optimizer has it, but your caller gets None.",
)
class ScheduleReturnsNothing(NoamSchedule):
    def advance(self):
        self.steps += 1
        rate = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        for group in self.optimizer.param_groups:
            group["lr"] = rate


@misconception(
    "NoamSchedule",
    caught_by="schedule-counts",
    section="training.html#train-schedule",
    sentence="You do not hand the factor on to noam_rate: whoever asks for half the rate gets all "
    "of it.",
)
class ScheduleForgetsTheFactor(NoamSchedule):
    def advance(self):
        self.steps += 1
        rate = noam_rate(self.steps, self.d_model, self.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate


# ---- clip_gradients ------------------------------------------------------------------------------


@misconception(
    "clip_gradients",
    caught_by="clip-direction",
    section="training.html#train-clipping",
    sentence="You clip each tensor by itself: large gradients are shortened and small ones are "
    "not, so that your step has another direction. One factor for all.",
)
def clip_each_by_itself(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([g.norm() for g in gradients]).norm() if gradients else torch.zeros(())
    for gradient in gradients:
        if gradient.norm() > max_norm:
            gradient *= max_norm / gradient.norm()
    return float(norm)


@misconception(
    "clip_gradients",
    caught_by="clip-direction",
    section="training.html#train-clipping",
    sentence="You cut every number off at max_norm: that is clipping by value. The direction of "
    "your step changes, and its length is still not bounded by max_norm.",
)
def clip_by_value(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([g.norm() for g in gradients]).norm() if gradients else torch.zeros(())
    for gradient in gradients:
        gradient.clamp_(-max_norm, max_norm)
    return float(norm)


@misconception(
    "clip_gradients",
    caught_by="clip-direction",
    section="training.html#train-clipping",
    sentence="You multiply a copy: the gradients that the optimizer will read are as long as "
    "before. Change them in place, with `*=` or mul_.",
)
def clip_a_copy(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([g.norm() for g in gradients]).norm() if gradients else torch.zeros(())
    if norm > max_norm:
        for gradient in gradients:
            gradient = gradient * (max_norm / norm)
    return float(norm)


@misconception(
    "clip_gradients",
    caught_by="clip-direction",
    section="training.html#train-clipping",
    sentence="You walk through `parameters` twice, but it may be a generator, as "
    "model.parameters() is: the second time it is empty, and nothing is clipped.",
)
def clip_walks_twice(parameters, max_norm):
    squares = sum(p.grad.square().sum() for p in parameters if p.grad is not None)
    norm = float(squares) ** 0.5
    if norm > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad *= max_norm / norm
    return norm


@misconception(
    "clip_gradients",
    caught_by="clip-direction",
    section="training.html#train-clipping",
    sentence="You divide by the norm and forget max_norm: every long gradient becomes 1 long, "
    "whatever was asked for.",
)
def clip_to_length_one(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([g.norm() for g in gradients]).norm() if gradients else torch.zeros(())
    if norm > max_norm:
        for gradient in gradients:
            gradient /= norm
    return float(norm)


@misconception(
    "clip_gradients",
    caught_by="clip-direction",
    section="training.html#train-clipping",
    sentence="You shorten the parameters, not their gradients: the model forgets a little at every "
    "step, and its steps are as long as before.",
)
def clip_the_parameters(parameters, max_norm):
    trained = [p for p in parameters if p.grad is not None]
    norm = torch.stack([p.grad.norm() for p in trained]).norm() if trained else torch.zeros(())
    if norm > max_norm:
        for p in trained:
            p.data *= max_norm / norm
    return float(norm)


@misconception(
    "clip_gradients",
    caught_by="clip-short",
    section="training.html#train-clipping",
    sentence="You scale always: gradients shorter than max_norm are made longer, and training can "
    "never come to rest. Scale only what is too long.",
)
def clip_scales_always(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([g.norm() for g in gradients]).norm() if gradients else torch.zeros(())
    for gradient in gradients:
        gradient *= max_norm / norm
    return float(norm)


@misconception(
    "clip_gradients",
    caught_by="clip-norm",
    section="training.html#train-clipping",
    sentence="You add the norms of the tensors: the norm of all together is the root of the sum of "
    "their squares, which is smaller, so that you clip too much.",
)
def clip_adds_the_norms(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = sum((g.norm() for g in gradients), torch.zeros(()))
    if norm > max_norm:
        for gradient in gradients:
            gradient *= max_norm / norm
    return float(norm)


@misconception(
    "clip_gradients",
    caught_by="clip-norm",
    section="training.html#train-clipping",
    sentence="You return the norm after clipping: it is max_norm whenever it matters. The one "
    "before tells you how often you clip.",
)
def clip_returns_what_is_left(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([g.norm() for g in gradients]).norm() if gradients else torch.zeros(())
    if norm > max_norm:
        for gradient in gradients:
            gradient *= max_norm / norm
        norm = norm.clamp(max=max_norm)
    return float(norm)


@misconception(
    "clip_gradients",
    caught_by="clip-norm",
    section="training.html#train-clipping",
    sentence="You take it that every parameter has a gradient: one that was not used has None, and "
    "your code raises.",
)
def clip_trips_over_none(parameters, max_norm):
    gradients = [p.grad for p in parameters]
    norm = torch.stack([g.norm() for g in gradients]).norm()
    if norm > max_norm:
        for gradient in gradients:
            gradient *= max_norm / norm
    return float(norm)


# ---- average_weights -----------------------------------------------------------------------------


@misconception(
    "average_weights",
    caught_by="average-mean",
    section="training.html#train-averaging",
    sentence="You add the checkpoints up and do not divide by their number: your parameters are "
    "several times too large.",
)
def average_is_a_sum(checkpoints):
    mean = dict(checkpoints[-1])
    for name, last in mean.items():
        if last.is_floating_point():
            mean[name] = sum(one[name] for one in checkpoints)
    return mean


@misconception(
    "average_weights",
    caught_by="average-mean",
    section="training.html#train-averaging",
    sentence="You return the last checkpoint: nothing is averaged.",
)
def average_of_the_last(checkpoints):
    return dict(checkpoints[-1])


@misconception(
    "average_weights",
    caught_by="average-mean",
    section="training.html#train-averaging",
    sentence="You average two at a time, (a + b) / 2 and then with the next: the last checkpoint "
    "counts half of your result, the first next to nothing.",
)
def average_two_at_a_time(checkpoints):
    mean = dict(checkpoints[0])
    for one in checkpoints[1:]:
        for name, value in one.items():
            mean[name] = (mean[name] + value) / 2 if value.is_floating_point() else value
    return mean


@misconception(
    "average_weights",
    caught_by="average-mean",
    section="training.html#train-averaging",
    sentence="You leave the last checkpoint out of your mean: a slice or a range ends one place "
    "too early.",
)
def average_without_the_last(checkpoints):
    mean = dict(checkpoints[-1])
    for name, last in mean.items():
        if last.is_floating_point():
            others = [one[name] for one in checkpoints[:-1]] or [last]
            mean[name] = sum(others) / len(others)
    return mean


@misconception(
    "average_weights",
    caught_by="average-untouched",
    section="training.html#train-averaging",
    sentence="You add the others to the first checkpoint in place: the caller's checkpoint is "
    "changed, and a second average of yours would be wrong.",
)
def average_spoils_a_checkpoint(checkpoints):
    mean = dict(checkpoints[0])
    for name, first in mean.items():
        if first.is_floating_point():
            for one in checkpoints[1:]:
                first += one[name]
            first /= len(checkpoints)
        else:
            mean[name] = checkpoints[-1][name]
    return mean


@misconception(
    "average_weights",
    caught_by="average-untouched",
    section="training.html#train-averaging",
    sentence="You average whole numbers too: a counter of 7.5 steps makes no sense, and your model "
    "cannot load it. Take those of the last checkpoint.",
)
def average_of_counters(checkpoints):
    return {
        name: sum(one[name] for one in checkpoints) / len(checkpoints) for name in checkpoints[0]
    }
