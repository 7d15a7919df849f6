"""Forms in which public code writes Adam as an optimizer of PyTorch."""


# form: lerp and addcdiv
# as in: PyTorch, torch.optim.adam _single_tensor_adam
# verdict: right
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta1, beta2 = group["betas"]
        state["t"] += 1
        state["m"].lerp_(gradient, 1 - beta1)
        state["v"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        bias_correction1 = 1 - beta1 ** state["t"]
        bias_correction2_sqrt = (1 - beta2 ** state["t"]) ** 0.5
        denom = (state["v"].sqrt() / bias_correction2_sqrt).add_(group["eps"])
        parameter.addcdiv_(state["m"], denom, value=-group["lr"] / bias_correction1)


# form: new tensors, stored again
# as in: d2l, section Adam
# verdict: right
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        beta1, beta2 = group["betas"]
        t = state["t"] = state.get("t", 0) + 1
        state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * gradient
        state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * torch.square(gradient)
        v_bias_corr = state["m"] / (1 - beta1**t)
        s_bias_corr = state["v"] / (1 - beta2**t)
        parameter[...] -= group["lr"] * v_bias_corr / (torch.sqrt(s_bias_corr) + group["eps"])


# form: setdefault, and .data
# as in: blog posts on optimizers from scratch, p.data.add_
# verdict: right
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        m = state.setdefault("m", torch.zeros_like(parameter.data))
        v = state.setdefault("v", torch.zeros_like(parameter.data))
        state["t"] = t = state.setdefault("t", 0) + 1
        b1, b2 = group["betas"]
        m.mul_(b1).add_((1 - b1) * gradient)
        v.mul_(b2).add_((1 - b2) * gradient * gradient)
        update = (m / (1 - b1**t)) / (torch.sqrt(v / (1 - b2**t)) + group["eps"])
        parameter.data.add_(-group["lr"] * update)


# form: a step counter that is a tensor
# as in: PyTorch, torch.optim.Adam keeps state["step"] as a tensor
# verdict: right
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if len(state) == 0:
            state["t"] = torch.tensor(0.0, dtype=torch.float64)
            state["m"] = torch.zeros_like(parameter, memory_format=torch.preserve_format)
            state["v"] = torch.zeros_like(parameter, memory_format=torch.preserve_format)
        beta1, beta2 = group["betas"]
        state["t"] += 1
        step = state["t"].item()
        state["m"].mul_(beta1).add_(gradient, alpha=1 - beta1)
        state["v"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        denom = state["v"].div(1 - beta2**step).sqrt_().add_(group["eps"])
        parameter.sub_(group["lr"] / (1 - beta1**step) * state["m"] / denom)


# form: the function of part 1
# as in: a habit of reusing what is there: the NumPy step on the tensor's memory
# verdict: right
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        state["t"] += 1
        arrays = [x.detach().numpy() for x in (parameter, gradient, state["m"], state["v"])]
        new = adam_step(*arrays, state["t"], group["lr"], group["betas"], group["eps"])
        for old, value in zip((parameter, state["m"], state["v"]), new):
            old.copy_(torch.as_tensor(value))


# form: float64 inside, copied back
# as in: a habit of careful numericists
# verdict: right
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        state["t"] += 1
        (b1, b2), t = group["betas"], state["t"]
        m = state["m"].double() * b1 + gradient.double() * (1 - b1)
        v = state["v"].double() * b2 + gradient.double().pow(2) * (1 - b2)
        state["m"].copy_(m)
        state["v"].copy_(v)
        parameter.copy_(parameter.double() - group["lr"] * (m / (1 - b1**t)) / ((v / (1 - b2**t)).sqrt() + group["eps"]))


# form: the whole loop rewritten, with a closure
# as in: torch.optim, the signature step(closure=None)
# verdict: right
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if not (lr >= 0 and eps >= 0 and 0 <= betas[0] < 1 and 0 <= betas[1] < 1):
            raise ValueError("invalid hyperparameters")
        super().__init__(parameters, dict(lr=lr, betas=betas, eps=eps))

    def step(self, closure=None):
        loss = closure() if closure is not None else None
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                grad, state = p.grad.data, self.state[p]
                if len(state) == 0:
                    state["t"], state["m"], state["v"] = 0, torch.zeros_like(p.data), torch.zeros_like(p.data)
                state["t"] += 1
                state["m"].mul_(beta1).add_(grad, alpha=1 - beta1)
                state["v"].mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
                m_hat = state["m"] / (1 - beta1 ** state["t"])
                v_hat = state["v"] / (1 - beta2 ** state["t"])
                p.data.addcdiv_(m_hat, v_hat.sqrt() + group["eps"], value=-group["lr"])
        return loss


# form: PyTorch's own, with the paper's defaults
# as in: nearly every tutorial, torch.optim.Adam(..., betas=(0.9, 0.98), eps=1e-9)
# verdict: wrong
# loses: adam-groups
# named: AdamKeepsOtherNames
class Adam(torch.optim.Adam):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        super().__init__(parameters, lr=lr, betas=betas, eps=eps)


# form: no bias correction
# as in: pytorch-pretrained-BERT, BertAdam
# verdict: wrong
# loses: adam-path
# named: AdamWithoutCorrection
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta1, beta2 = group["betas"]
        next_m, next_v = state["m"], state["v"]
        next_m.mul_(beta1).add_(gradient, alpha=1 - beta1)
        next_v.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        update = next_m / (next_v.sqrt() + group["eps"])
        parameter.add_(-group["lr"] * update)


# form: both corrections in the rate, eps left out of them
# as in: Keras and TensorFlow, Adam with the paper's "epsilon hat"
# verdict: wrong
# loses: adam-eps
# named: AdamWithEpsilonHat
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta1, beta2 = group["betas"]
        state["t"] += 1
        state["m"].mul_(beta1).add_(gradient, alpha=1 - beta1)
        state["v"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        alpha = group["lr"] * math.sqrt(1 - beta2 ** state["t"]) / (1 - beta1 ** state["t"])
        parameter.sub_(alpha * state["m"] / (state["v"].sqrt() + group["eps"]))


# form: eps inside the root
# as in: d2l, RMSProp: torch.sqrt(s + eps)
# verdict: wrong
# loses: adam-eps
# named: AdamWithEpsInside
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta1, beta2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta1).add_(gradient, alpha=1 - beta1)
        v = state["v"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        m_hat = m / (1 - beta1 ** state["t"])
        v_hat = v / (1 - beta2 ** state["t"])
        parameter -= group["lr"] * m_hat / torch.sqrt(v_hat + group["eps"])


# form: a new tensor
# as in: Stack Overflow, w = w - lr * w.grad does not change the model
# verdict: wrong
# loses: adam-path, adam-eps, adam-groups, adam-shapes
# named: AdamMovesACopy
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta1, beta2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta1).add_(gradient, alpha=1 - beta1)
        v = state["v"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        m_hat = m / (1 - beta1 ** state["t"])
        v_hat = v / (1 - beta2 ** state["t"])
        parameter = parameter - group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])
        return parameter


# form: one counter of the optimizer
# as in: blog posts on optimizers from scratch, self.t += 1 at each parameter
# verdict: wrong
# loses: adam-groups
# named: AdamCountsParameters
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        self.t = getattr(self, "t", 0) + 1
        beta1, beta2 = group["betas"]
        state["m"] = beta1 * state.get("m", torch.zeros_like(parameter)) + (1 - beta1) * gradient
        state["v"] = beta2 * state.get("v", torch.zeros_like(parameter)) + (1 - beta2) * gradient**2
        m_hat = state["m"] / (1 - beta1**self.t)
        v_hat = state["v"] / (1 - beta2**self.t)
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


# form: the rate of the constructor
# as in: blog posts on optimizers from scratch, self.lr
# verdict: wrong
# loses: adam-groups
# named: AdamIgnoresTheSchedule
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"{lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})
        self.lr, self.betas, self.eps = lr, betas, eps

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                s, (b1, b2) = self.state[p], self.betas
                s["t"] = s.get("t", 0) + 1
                s["m"] = b1 * s.get("m", 0) + (1 - b1) * p.grad
                s["v"] = b2 * s.get("v", 0) + (1 - b2) * p.grad**2
                m_hat, v_hat = s["m"] / (1 - b1 ** s["t"]), s["v"] / (1 - b2 ** s["t"])
                p -= self.lr * m_hat / (v_hat.sqrt() + self.eps)


# form: one tensor for m and v
# as in: Stack Overflow, a = b = torch.zeros_like(p) is one tensor
# verdict: wrong
# loses: adam-path
# named: AdamSharesItsMeans
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = state["v"] = torch.zeros_like(parameter)
        beta1, beta2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta1).add_(gradient, alpha=1 - beta1)
        v = state["v"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        m_hat = m / (1 - beta1 ** state["t"])
        v_hat = v / (1 - beta2 ** state["t"])
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


# form: the gradient is changed on the way
# as in: typical homework, gradient.mul_(1 - beta1) and then its square
# verdict: wrong
# loses: adam-path
# named: AdamScalesTheGradient
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta1, beta2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta1).add_(gradient.mul_(1 - beta1))
        v = state["v"].mul_(beta2).add_(gradient.pow(2).mul_(1 - beta2))
        m_hat, v_hat = m / (1 - beta1 ** state["t"]), v / (1 - beta2 ** state["t"])
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


# form: one axis
# as in: typical homework, torch.zeros(len(parameter))
# verdict: wrong
# loses: adam-shapes
# named: AdamWithOneAxis
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"], state["m"], state["v"] = 0, torch.zeros(len(parameter)), torch.zeros(len(parameter))
        beta1, beta2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta1).add_(gradient, alpha=1 - beta1)
        v = state["v"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        m_hat = m / (1 - beta1 ** state["t"])
        v_hat = v / (1 - beta2 ** state["t"])
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


# form: means in float32, whatever the parameter is
# as in: typical homework, torch.zeros(parameter.shape)
# verdict: wrong
# loses: adam-shapes
# named: AdamMeansInFloat32
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros(parameter.shape)
            state["v"] = torch.zeros(parameter.shape)
        beta1, beta2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta1).add_(gradient, alpha=1 - beta1)
        v = state["v"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        m_hat = m / (1 - beta1 ** state["t"])
        v_hat = v / (1 - beta2 ** state["t"])
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


# form: counted after the step
# as in: loops of the kind for t in range(steps)
# verdict: wrong
# loses: adam-path
# named: AdamCountsFromZero
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta1, beta2 = group["betas"]
        state["m"] = beta1 * state["m"] + (1 - beta1) * gradient
        state["v"] = beta2 * state["v"] + (1 - beta2) * gradient**2
        m_hat = state["m"] / (1 - beta1 ** state["t"])
        v_hat = state["v"] / (1 - beta2 ** state["t"])
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])
        state["t"] += 1


# form: decoupled weight decay
# as in: torch.optim.AdamW and karpathy/nanoGPT
# verdict: wrong
# loses: adam-path
# named: AdamDecaysTheParameter
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        parameter.mul_(1 - group["lr"] * 0.01)
        beta1, beta2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta1).add_(gradient, alpha=1 - beta1)
        v = state["v"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        m_hat = m / (1 - beta1 ** state["t"])
        v_hat = v / (1 - beta2 ** state["t"])
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


# form: RMSProp: no running mean of the gradient
# as in: d2l, RMSProp
# verdict: wrong
# loses: adam-path
# named: AdamIsRMSProp
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        _, beta2 = group["betas"]
        state["t"] += 1
        v = state["v"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        v_hat = v / (1 - beta2 ** state["t"])
        parameter -= group["lr"] * gradient / (v_hat.sqrt() + group["eps"])


# form: a state that is not kept
# as in: typical homework, self.state.get(parameter, {...}) without storing it
# verdict: wrong
# loses: adam-path
# named: AdamRemembersNothing
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state.get(parameter, {"t": 0, "m": torch.zeros_like(parameter), "v": torch.zeros_like(parameter)})
        beta1, beta2 = group["betas"]
        state["t"] += 1
        m = state["m"].mul_(beta1).add_(gradient, alpha=1 - beta1)
        v = state["v"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        m_hat = m / (1 - beta1 ** state["t"])
        v_hat = v / (1 - beta2 ** state["t"])
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


# form: no correction, eps inside
# as in: RMSProp with momentum, from before Adam
# verdict: wrong
# loses: adam-path, adam-eps
# named: AdamWithoutCorrection, AdamWithEpsInside
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): {lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(parameter)
            state["v"] = torch.zeros_like(parameter)
        beta1, beta2 = group["betas"]
        m = state["m"].mul_(beta1).add_(gradient, alpha=1 - beta1)
        v = state["v"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        parameter -= group["lr"] * m / torch.sqrt(v + group["eps"])


# form: step without no_grad
# as in: Stack Overflow, "a leaf Variable that requires grad is being used in an in-place operation"
# verdict: wrong
# loses: adam-path, adam-eps, adam-groups, adam-shapes
# named: AdamBuildsAGraph
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"{lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    s, (b1, b2) = self.state[p], group["betas"]
                    s["t"] = s.get("t", 0) + 1
                    s["m"] = b1 * s.get("m", 0) + (1 - b1) * p.grad
                    s["v"] = b2 * s.get("v", 0) + (1 - b2) * p.grad**2
                    m_hat, v_hat = s["m"] / (1 - b1 ** s["t"]), s["v"] / (1 - b2 ** s["t"])
                    p -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


# form: nothing is said about numbers out of range
# as in: blog posts on optimizers from scratch
# verdict: wrong
# loses: adam-path
# named: AdamAcceptsAnyNumber
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    s, (b1, b2) = self.state[p], group["betas"]
                    s["t"] = s.get("t", 0) + 1
                    s["m"] = b1 * s.get("m", 0) + (1 - b1) * p.grad
                    s["v"] = b2 * s.get("v", 0) + (1 - b2) * p.grad**2
                    m_hat, v_hat = s["m"] / (1 - b1 ** s["t"]), s["v"] / (1 - b2 ** s["t"])
                    p.sub_(group["lr"] * m_hat / (v_hat.sqrt() + group["eps"]))


# form: one counter for all, once in each step
# as in: d2l, section Adam: hyperparams['t'] += 1 after all parameters
# verdict: wrong
# loses: adam-groups
# named: AdamCountsForAll
class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"{lr=}, {eps=}, {betas=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})
        self.t = 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group)

    def _move(self, parameter, gradient, group):
        state = self.state[parameter]
        if not state:
            state["m"], state["v"] = torch.zeros_like(parameter), torch.zeros_like(parameter)
        beta_1, beta_2 = group["betas"]
        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)
        v = state["v"].mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
        m_hat, v_hat = m / (1 - beta_1**self.t), v / (1 - beta_2**self.t)
        parameter -= group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])


# form: the defaults of PyTorch
# as in: torch.optim.Adam, betas=(0.9, 0.999), eps=1e-8
# verdict: wrong
# loses: adam-path
# named: AdamWithPyTorchDefaults
class Adam(torch.optim.Adam):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(parameters, lr, betas, eps)
