"""Forms in which public code writes the schedule."""


# form: _rate remembered
# as in: The Annotated Transformer (2018), NoamOpt, without the optimizer's step
# verdict: right
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self._step = 0
        self.warmup, self.factor, self.model_size = warmup, factor, d_model
        self._rate = 0

    def rate(self, step=None):
        if step is None:
            step = self._step
        return noam_rate(step, self.model_size, self.warmup, self.factor)

    def advance(self):
        self._step += 1
        rate = self.rate()
        for p in self.optimizer.param_groups:
            p["lr"] = rate
        self._rate = rate
        return rate


# form: the formula written out
# as in: jadore801120/attention-is-all-you-need-pytorch, ScheduledOptim
# verdict: right
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self._optimizer, self.lr_mul, self.d_model = optimizer, factor, d_model
        self.n_warmup_steps, self.n_steps = warmup, 0

    def _get_lr_scale(self):
        return (self.d_model**-0.5) * min(self.n_steps ** (-0.5), self.n_steps * self.n_warmup_steps ** (-1.5))

    def advance(self):
        self.n_steps += 1
        lr = self.lr_mul * self._get_lr_scale()
        for param_group in self._optimizer.param_groups:
            param_group["lr"] = lr
        return lr


# form: a LambdaLR inside
# as in: The Annotated Transformer (2022), LambdaLR(optimizer, lr_lambda=lambda step: rate(step, ...))
# verdict: right
from torch.optim.lr_scheduler import LambdaLR


class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"] = 1.0
        self.plan = LambdaLR(optimizer, lambda step: noam_rate(max(step, 1), d_model, warmup, factor))

    def advance(self):
        self.plan.step()
        return self.plan.get_last_lr()[0]


# form: itertools.count and update
# as in: a habit of itertools users
# verdict: right
from itertools import count


class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.rates = (noam_rate(step, d_model, warmup, factor) for step in count(1))

    def advance(self) -> float:
        rate = next(self.rates)
        [group.update(lr=rate) for group in self.optimizer.param_groups]
        return rate


# form: a base class
# as in: OpenNMT-py, Optimizer with training_step and learning_rate()
# verdict: right
class _Schedule:
    def __init__(self, optimizer):
        self.optimizer, self.steps = optimizer, 0

    def learning_rate(self):
        raise NotImplementedError

    def advance(self):
        self.steps = self.steps + 1
        lr = self.learning_rate()
        for i in range(len(self.optimizer.param_groups)):
            self.optimizer.param_groups[i]["lr"] = lr
        return lr


class NoamSchedule(_Schedule):
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        super().__init__(optimizer)
        self.settings = {"d_model": d_model, "warmup": warmup, "factor": factor}

    def learning_rate(self):
        return noam_rate(self.steps, **self.settings)


# form: a dataclass with a property
# as in: a habit of typed Python
# verdict: right
from dataclasses import dataclass


@dataclass
class NoamSchedule:
    optimizer: Optimizer
    d_model: int
    warmup: int
    factor: float = 1.0
    steps: int = 0

    @property
    def rate(self) -> float:
        return noam_rate(self.steps, self.d_model, self.warmup, self.factor)

    def advance(self) -> float:
        self.steps += 1
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate
        return self.rate


# form: an attribute of the optimizer
# as in: a habit from Keras, optimizer.lr
# verdict: wrong
# loses: schedule-writes
# named: ScheduleNeverWrites
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self):
        self.steps += 1
        self.optimizer.lr = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        return self.optimizer.lr


# form: another key
# as in: a habit from optax and Keras, learning_rate
# verdict: wrong
# loses: schedule-writes
# named: ScheduleNeverWrites
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self):
        self.steps += 1
        rate = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        for group in self.optimizer.param_groups:
            group["learning_rate"] = rate
        return rate


# form: the defaults
# as in: Stack Overflow, optimizer.defaults["lr"] does not change the rate
# verdict: wrong
# loses: schedule-writes
# named: ScheduleNeverWrites
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self):
        self.steps += 1
        rate = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        self.optimizer.defaults["lr"] = rate
        return rate


# form: the first group
# as in: Stack Overflow, optimizer.param_groups[0]["lr"] = lr
# verdict: wrong
# loses: schedule-writes
# named: ScheduleWritesOneGroup
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self):
        self.steps += 1
        lr = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        self.optimizer.param_groups[0]["lr"] = lr
        return lr


# form: =+ for +=
# as in: Stack Overflow, a typing mistake that Python accepts
# verdict: wrong
# loses: schedule-counts
# named: ScheduleStandsStill
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self):
        self.steps =+ 1
        rate = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate


# form: a rate that multiplies
# as in: torch.optim.lr_scheduler.MultiplicativeLR
# verdict: wrong
# loses: schedule-writes
# named: ScheduleMultiplies
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self):
        self.steps += 1
        rate = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        for group in self.optimizer.param_groups:
            group["lr"] = group["lr"] * rate
        return rate


# form: nothing comes back
# as in: PyTorch schedulers, whose step() returns None
# verdict: wrong
# loses: schedule-counts
# named: ScheduleReturnsNothing
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self):
        self.steps += 1
        for group in self.optimizer.param_groups:
            group["lr"] = noam_rate(self.steps, self.d_model, self.warmup, self.factor)


# form: the step as an argument
# as in: karpathy/nanoGPT, get_lr(it)
# verdict: wrong
# loses: schedule-counts, schedule-writes
# named: ScheduleAsksForTheStep
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self, step):
        rate = noam_rate(step, self.d_model, self.warmup, self.factor)
        for param_group in self.optimizer.param_groups:
            param_group["lr"] = rate
        return rate


# form: a list of rates
# as in: torch.optim.lr_scheduler, get_last_lr() gives a list
# verdict: wrong
# loses: schedule-counts
# named: ScheduleReturnsAList
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self):
        self.steps += 1
        rate = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return [group["lr"] for group in self.optimizer.param_groups]


# form: the rate from before
# as in: PyTorch schedulers, read the rate and then step
# verdict: wrong
# loses: schedule-counts
# named: ScheduleReturnsTheOldRate
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self):
        before = self.optimizer.param_groups[0]["lr"]
        self.steps += 1
        for group in self.optimizer.param_groups:
            group["lr"] = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        return before


# form: the optimizer steps too
# as in: The Annotated Transformer (2018), NoamOpt.step calls self.optimizer.step()
# verdict: wrong
# loses: schedule-counts
# named: ScheduleStepsTheOptimizer
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self):
        self.steps += 1
        rate = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        return rate


# form: counted at the end, max against 0
# as in: LambdaLR users, who guard step 0 by max(1, step)
# verdict: wrong
# loses: schedule-counts, schedule-writes
# named: ScheduleRepeatsTheFirstRate
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self):
        rate = noam_rate(max(1, self.steps), self.d_model, self.warmup, self.factor)
        self.steps += 1
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate


# form: one group, no factor
# as in: typical homework
# verdict: wrong
# loses: schedule-writes, schedule-counts
# named: ScheduleWritesOneGroup, ScheduleForgetsTheFactor
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self):
        self.steps += 1
        self.optimizer.param_groups[0]["lr"] = noam_rate(self.steps, self.d_model, self.warmup)
        return self.optimizer.param_groups[0]["lr"]


# form: a counter of the class
# as in: typical homework, an attribute of the class that all schedules share
# verdict: wrong
# loses: schedule-counts
# named: ScheduleSharesItsSteps
class NoamSchedule:
    steps = 0

    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer, self.d_model, self.warmup, self.factor = optimizer, d_model, warmup, factor

    def advance(self):
        NoamSchedule.steps += 1
        rate = noam_rate(NoamSchedule.steps, self.d_model, self.warmup, self.factor)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate


# form: a factor of 2
# as in: The Annotated Transformer (2018), get_std_opt: NoamOpt(..., 2, 4000, ...)
# verdict: wrong
# loses: schedule-counts
# named: ScheduleDoublesByDefault
class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup=4000, factor=2.0):
        self.optimizer, self.d_model, self.warmup, self.factor = optimizer, d_model, warmup, factor
        self.steps = 0

    def advance(self):
        self.steps += 1
        rate = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate
