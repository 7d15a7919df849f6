"""Optimizer, learning rate and clipping (paper, section 5.3).

The paper trains with Adam, beta_1 = 0.9, beta_2 = 0.98, epsilon = 1e-9, and a learning rate that
rises for the warm-up and then falls with the inverse square root of the step.
"""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim import Optimizer


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015), written out; equal to `torch.optim.Adam` in every step.

    m and v are running means of the gradient and of its square. Both start at 0, so at first they
    are too small, by the factor 1 - beta^t, which the division corrects. A parameter moves by about
    the learning rate in every step, however large its gradients are.

    Args:
        parameters: what to train.
        lr: the learning rate; `NoamSchedule` sets it anew before every step.
        betas: how much the running means keep of the past.
        eps: added to the root of v, outside it.

    Raises:
        ValueError: if a number is out of its range.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.98),
        eps: float = 1e-9,
    ):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter that has a gradient."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter: Tensor, gradient: Tensor, group: dict) -> None:
        """Move one parameter by one step, in place.

        Args:
            parameter: any shape.
            gradient: the same shape.
            group: has the numbers for this step at "lr", "betas" and "eps".

        What has to last until the next step is kept in the dictionary `self.state[parameter]`,
        which is empty before the first: "t", how many steps there have been, "m" and "v".
        """
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


def noam_rate(step: int, d_model: int, warmup: int, factor: float = 1.0) -> float:
    """Return factor * d_model^-0.5 * min(step^-0.5, step * warmup^-1.5)  (equation 3).

    Rises linearly for `warmup` steps, to factor * (d_model * warmup)^-0.5, and then falls.

    Args:
        step: number of the step, from 1.
        d_model: width of the model.
        warmup: length of the rise, in steps; the paper takes 4000.
        factor: 1 in the paper.

    Raises:
        ValueError: if step or warmup is not positive.
    """
    require_counted_steps(step, warmup)
    return factor * d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)


class NoamSchedule:
    """A learning-rate schedule that sets the optimizer's rate before each step.

    Args:
        optimizer: whose rate is set.
        d_model, warmup, factor: see `noam_rate`.
    """

    def __init__(self, optimizer: Optimizer, d_model: int, warmup: int, factor: float = 1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self) -> float:
        """Count one step and set its rate; call before `optimizer.step()`. Return the rate."""
        self.steps += 1
        rate = noam_rate(self.steps, self.d_model, self.warmup, self.factor)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate


@torch.no_grad()
def clip_gradients(parameters: Iterable[Tensor], max_norm: float) -> float:
    """Scale all gradients together, in place, so that their common norm is at most max_norm.

    One factor for all: the direction of the step stays, only its length changes. Gradients that are
    short enough stay as they are.

    Args:
        parameters: may be a generator. Those without a gradient (None) are passed over.
        max_norm: of all gradients as one long vector.

    Returns:
        the norm before clipping; 0.0 if there is no gradient.
    """
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        return 0.0
    norm = torch.linalg.vector_norm(torch.stack([g.norm() for g in gradients]))
    if norm > max_norm:
        for gradient in gradients:
            gradient.mul_(max_norm / norm)
    return float(norm)


def average_weights(checkpoints: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Average the parameters of several checkpoints (section 6.1 averages the last 5 or 20).

    Args:
        checkpoints: state dicts of the same model; they are left as they are.

    Returns:
        one state dict; numbers that are not floating-point come from the last checkpoint.

    Raises:
        ValueError: if there are none, or names or shapes differ.
    """
    require_checkpoints_of_one_model(checkpoints)
    mean = dict(checkpoints[-1])
    for name, last in mean.items():
        if last.is_floating_point():
            # Summed in float64: many nearly equal float32 numbers would lose digits.
            zero = torch.zeros_like(last, dtype=torch.float64)
            total = sum((one[name].double() for one in checkpoints), start=zero)
            mean[name] = (total / len(checkpoints)).to(last.dtype)
    return mean


def require_counted_steps(step: int, warmup: int) -> None:
    """Raise ValueError if steps are counted from 0, or there is no warm-up to count to."""
    if step < 1 or warmup < 1:
        raise ValueError(f"steps count from 1 and warmup is positive: {step=}, {warmup=}")


def require_checkpoints_of_one_model(checkpoints: list[dict[str, Tensor]]) -> None:
    """Raise ValueError, with the fix, unless there are state dicts and they fit together."""
    if not checkpoints:
        raise ValueError("there is no checkpoint to average")
    shapes = [{name: value.shape for name, value in one.items()} for one in checkpoints]
    if any(other != shapes[0] for other in shapes):
        raise ValueError("the checkpoints differ in names or shapes: average one model's only")
