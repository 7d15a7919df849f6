"""Ways to get optimizer, schedule and clipping wrong (right: `solutions.training.optim`)."""

from solutions.misconceptions import misconception
from solutions.training.optim import Adam, NoamSchedule, average_weights, clip_gradients, noam_rate

# ---- Adam ----------------------------------------------------------------------------------------

misconception(
    Adam,
    "AdamWithoutCorrection",
    did="You leave out the bias correction.",
    causes="m and v begin at 0 and are too small at first, but not by the same factor. "
    "The first steps therefore have the wrong length.",
    fix="Count the steps, and divide m by 1 - beta_1^t and v by 1 - beta_2^t.",
    section="optimization.html#train-adam-bias",
    caught_by="adam-path",
    change={
        'm_hat = m / (1 - beta_1 ** state["t"])': "m_hat = m",
        'v_hat = v / (1 - beta_2 ** state["t"])': "v_hat = v",
    },
)

misconception(
    Adam,
    "AdamCountsFromZero",
    did="You count the step after the bias correction, so t is 0 in the first step.",
    causes="The first step divides by 1 - beta^0 = 0, and the parameter becomes NaN.",
    fix='Increase state["t"] before you correct m and v.',
    section="optimization.html#train-adam-bias",
    caught_by="adam-path",
    change={
        '        state["t"] += 1\n': "",
        '(v_hat.sqrt() + group["eps"])\n': (
            '(v_hat.sqrt() + group["eps"])\n        state["t"] += 1\n'
        ),
    },
)

misconception(
    Adam,
    "AdamKeepsTheCorrected",
    did="You correct the running means m and v in place.",
    causes="The next step corrects the corrected values once more, "
    "so m and v become much too large.",
    fix="Store the corrected values in new tensors, and leave m and v as they are.",
    section="optimization.html#train-adam-bias",
    caught_by="adam-path",
    change={
        'm_hat = m / (1 - beta_1 ** state["t"])': 'm /= 1 - beta_1 ** state["t"]',
        'v_hat = v / (1 - beta_2 ** state["t"])': 'v /= 1 - beta_2 ** state["t"]',
        "m_hat / (v_hat.sqrt()": "m / (v.sqrt()",
    },
)

misconception(
    Adam,
    "AdamSwapsTheBetas",
    did="You swap the two betas of Adam.",
    causes="The mean of the gradient then changes slowly, and the mean of its square quickly.",
    fix="Use beta_1 for the mean of the gradient and beta_2, the slower one, for its square.",
    section="optimization.html#train-adam",
    caught_by="adam-path",
    change={'beta_1, beta_2 = group["betas"]': 'beta_2, beta_1 = group["betas"]'},
)

misconception(
    Adam,
    "AdamWithoutSquares",
    did="Your v is a running mean of |g|, not of its square.",
    causes="The root of v then has the wrong unit, "
    "and the length of your step depends on how large the gradients are.",
    fix="Update v with the square of the gradient.",
    section="optimization.html#train-adam",
    caught_by="adam-path",
    change={
        "addcmul_(gradient, gradient, value=1 - beta_2)": "add_(gradient.abs(), alpha=1 - beta_2)",
    },
)

misconception(
    Adam,
    "AdamNeverForgets",
    did="Your v adds up all squares and forgets none of them.",
    causes="This is Adagrad, whose steps become smaller and smaller.",
    fix="Make v a running mean: multiply it by beta_2 before you add the new square.",
    section="optimization.html#train-adam",
    caught_by="adam-path",
    change={
        'state["v"].mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)': (
            'state["v"].addcmul_(gradient, gradient)'
        ),
        '        v_hat = v / (1 - beta_2 ** state["t"])\n': "",
        "v_hat.sqrt()": "v.sqrt()",
    },
)

misconception(
    Adam,
    "AdamIsMomentum",
    did="You use m but no v, so your optimizer is SGD with momentum.",
    causes="Without the division by the root of v, a large gradient makes a large step.",
    fix="Keep a running mean of the squared gradient too, and divide by its root.",
    section="optimization.html#train-adam",
    caught_by="adam-path",
    change={
        '            state["v"] = torch.zeros_like(parameter)\n': "",
        (
            '        v = state["v"].mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)\n'
        ): "",
        '        v_hat = v / (1 - beta_2 ** state["t"])\n': "",
        'm_hat / (v_hat.sqrt() + group["eps"])': "m_hat",
    },
)

misconception(
    Adam,
    "AdamRemembersNothing",
    did="You begin with a new m and a new v at every step.",
    causes="The optimizer remembers nothing, and every step is lr times the sign of the gradient.",
    fix="Create m and v once, and keep them in self.state[parameter].",
    section="optimization.html#train-adam",
    caught_by="adam-path",
    change={
        (
            "        if not state:\n"
            '            state["t"] = 0\n'
            '            state["m"] = torch.zeros_like(parameter)\n'
            '            state["v"] = torch.zeros_like(parameter)\n'
        ): (
            '        state["t"] = 0\n'
            '        state["m"] = torch.zeros_like(parameter)\n'
            '        state["v"] = torch.zeros_like(parameter)\n'
        ),
    },
)

misconception(
    Adam,
    "AdamMovesACopy",
    did="You compute a new tensor and give it the name parameter.",
    causes="The model's own parameter does not change, so the model learns nothing.",
    fix="Change the parameter in place, with `-=` or sub_.",
    section="optimization.html#train-adam",
    caught_by="adam-path",
    change={'parameter -= group["lr"]': 'parameter = parameter - group["lr"]'},
)

misconception(
    Adam,
    "AdamWithWeightDecay",
    did="You add weight decay to the gradient: 0.01 of the parameter.",
    causes="torch.optim.Adam does this only if you ask for it. "
    "The decay is also divided by the root of v, so it is not that of AdamW either.",
    fix="Use the gradient as it is.",
    section="optimization.html#train-adam",
    caught_by="adam-path",
    change={
        "        state = self.state[parameter]\n": (
            "        gradient = gradient + 0.01 * parameter\n"
            "        state = self.state[parameter]\n"
        ),
    },
)

misconception(
    Adam,
    "AdamWithEpsInside",
    did="You add eps inside the square root.",
    causes="There it acts like sqrt(eps), which is 3e-5 and not 1e-9, "
    "and steps with small gradients are too short.",
    fix="Take the root of v_hat first, and then add eps.",
    section="optimization.html#train-adam",
    caught_by="adam-eps",
    change={'(v_hat.sqrt() + group["eps"])': '(v_hat + group["eps"]).sqrt()'},
)

misconception(
    Adam,
    "AdamWithoutEps",
    did="You divide by the root of v_hat without eps.",
    causes="If all gradients of a parameter have been 0, your step is 0/0. "
    "An example is the vector of a word that was in no batch yet.",
    fix='Add group["eps"] to the root before you divide.',
    section="optimization.html#train-adam",
    caught_by="adam-eps",
    change={'(v_hat.sqrt() + group["eps"])': "v_hat.sqrt()"},
)

misconception(
    Adam,
    "AdamIgnoresTheSchedule",
    did="You use the learning rate from the constructor (self.defaults), not that of the group.",
    causes="A schedule writes the rate into the group, so it has no effect on your optimizer.",
    fix='Read group["lr"] in every step.',
    section="optimization.html#train-schedule",
    caught_by="adam-groups",
    change={'parameter -= group["lr"]': 'parameter -= self.defaults["lr"]'},
)

misconception(
    Adam,
    "AdamCountsParameters",
    did="You keep one counter for all parameters and increase it at each of them.",
    causes="With a hundred parameters, t reaches 100 in the first step, "
    "and the bias correction is almost gone.",
    fix="Keep a counter for each parameter, in its own state.",
    section="optimization.html#train-adam-bias",
    caught_by="adam-groups",
    change={
        'state["t"] += 1': 'self.t = getattr(self, "t", 0) + 1',
        'beta_1 ** state["t"]': "beta_1**self.t",
        'beta_2 ** state["t"]': "beta_2**self.t",
    },
)

misconception(
    Adam,
    "AdamIsRMSProp",
    did="You divide the gradient itself, not its running mean: this is RMSProp.",
    causes="Without the mean, every step follows the newest batch alone, so your path is noisier.",
    fix="Put m_hat above the root of v_hat.",
    section="optimization.html#train-adam",
    caught_by="adam-path",
    change={'group["lr"] * m_hat /': 'group["lr"] * gradient /'},
)

misconception(
    Adam,
    "AdamSharesItsMeans",
    did='You give m and v the same tensor: state["m"] = state["v"] = ...',
    causes="What you add to v is in m too. The sum can be negative, and its root is NaN.",
    fix="Create two tensors, one for m and one for v.",
    section="optimization.html#train-adam",
    caught_by="adam-path",
    change={
        (
            '            state["m"] = torch.zeros_like(parameter)\n'
            '            state["v"] = torch.zeros_like(parameter)\n'
        ): ('            state["m"] = state["v"] = torch.zeros_like(parameter)\n')
    },
)

misconception(
    Adam,
    "AdamScalesTheGradient",
    did="You multiply the gradient by 1 - beta_1 in place, before you square it.",
    causes="Your v gets a square that is 100 times too small, so the steps are ten times too long.",
    fix="Leave the gradient as it is: use add_(gradient, alpha=...).",
    section="optimization.html#train-adam",
    caught_by="adam-path",
    change={"add_(gradient, alpha=1 - beta_1)": "add_(gradient.mul_(1 - beta_1))"},
)

misconception(
    Adam,
    "AdamDecaysTheParameter",
    did="You multiply the parameter by 1 - 0.01 * lr in every step: this is AdamW.",
    causes="Parameters shrink in every step, even where the gradient is 0.",
    fix="Leave the parameter as it is before you subtract the step.",
    section="optimization.html#train-adam",
    caught_by="adam-path",
    change={
        '        state["t"] += 1\n': (
            '        parameter.mul_(1 - 0.01 * group["lr"])\n        state["t"] += 1\n'
        )
    },
)

misconception(
    Adam,
    "AdamBuildsAGraph",
    did="Your step runs without torch.no_grad().",
    causes="Parameters need gradients, so PyTorch refuses to change them in place and raises "
    "RuntimeError.",
    fix="Keep the decorator @torch.no_grad() of step.",
    section="optimization.html#train-adam",
    caught_by="adam-path",
    change={"    @torch.no_grad()\n": ""},
)

misconception(
    Adam,
    "AdamAcceptsAnyNumber",
    did="You do not check the numbers in the constructor.",
    causes="A beta of 1 divides by 0 in the first step, and a negative rate walks uphill "
    "without an error.",
    fix="Keep the constructor that is given.",
    section="optimization.html#train-adam",
    caught_by="adam-path",
    change={
        (
            "        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):\n"
            '            raise ValueError(f"lr and eps must be >= 0, betas in [0, 1): '
            '{lr=}, {eps=}, {betas=}")\n'
        ): ""
    },
)

misconception(
    Adam,
    "AdamWithPyTorchDefaults",
    did="Your defaults are those of torch.optim.Adam: betas of 0.9 and 0.999, and an eps of 1e-8.",
    causes="A caller who relies on the defaults does not get the Adam of the paper.",
    fix="Keep the constructor that is given: betas=(0.9, 0.98) and eps=1e-9.",
    section="optimization.html#train-adam",
    caught_by="adam-path",
    change={"= (0.9, 0.98)": "= (0.9, 0.999)", "eps: float = 1e-9": "eps: float = 1e-8"},
)

misconception(
    Adam,
    "AdamWithEpsilonHat",
    did="You put both corrections into the rate and add eps to the root of the uncorrected v.",
    causes="Your eps is not corrected, so it is several times too large in the first steps. "
    "Keras does this.",
    fix="Correct v first, then take its root and add eps.",
    section="optimization.html#train-adam-bias",
    caught_by="adam-eps",
    change={
        ('        v_hat = v / (1 - beta_2 ** state["t"])\n'): (
            '        root = (1 - beta_2 ** state["t"]) ** 0.5\n'
        ),
        'm_hat / (v_hat.sqrt() + group["eps"])': 'root * m_hat / (v.sqrt() + group["eps"])',
    },
)

misconception(
    Adam,
    "AdamCountsForAll",
    did="You keep one counter for all parameters.",
    causes="A parameter that gets its first gradient later has m and v near 0 but is hardly "
    "corrected, so its first steps have the wrong length.",
    fix="Keep a counter for each parameter, in its own state.",
    section="optimization.html#train-adam-bias",
    caught_by="adam-groups",
    change={
        ("    def step(self) -> None:\n"): (
            '    def step(self) -> None:\n        self.t = getattr(self, "t", 0) + 1\n'
        ),
        '        state["t"] += 1\n': "",
        'beta_1 ** state["t"]': "beta_1**self.t",
        'beta_2 ** state["t"]': "beta_2**self.t",
    },
)

misconception(
    Adam,
    "AdamKeepsOtherNames",
    did="You keep the steps and the means under other names than t, m and v.",
    causes="A saved state is read by the names of the docstring.",
    fix='Use state["t"], state["m"] and state["v"], with state = self.state[parameter].',
    section="optimization.html#train-adam-bias",
    caught_by="adam-groups",
    change={
        (
            '            state["t"] = 0\n'
            '            state["m"] = torch.zeros_like(parameter)\n'
            '            state["v"] = torch.zeros_like(parameter)\n'
            '        beta_1, beta_2 = group["betas"]\n'
            '        state["t"] += 1\n'
            '        m = state["m"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)\n'
            '        v = state["v"].mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)\n'
            '        m_hat = m / (1 - beta_1 ** state["t"])\n'
            '        v_hat = v / (1 - beta_2 ** state["t"])\n'
        ): (
            '            state["step"] = 0\n'
            '            state["exp_avg"] = torch.zeros_like(parameter)\n'
            '            state["exp_avg_sq"] = torch.zeros_like(parameter)\n'
            '        beta_1, beta_2 = group["betas"]\n'
            '        state["step"] += 1\n'
            '        m = state["exp_avg"].mul_(beta_1).add_(gradient, alpha=1 - beta_1)\n'
            '        v = state["exp_avg_sq"].mul_(beta_2)\n'
            "        v.addcmul_(gradient, gradient, value=1 - beta_2)\n"
            '        m_hat = m / (1 - beta_1 ** state["step"])\n'
            '        v_hat = v / (1 - beta_2 ** state["step"])\n'
        ),
    },
)

misconception(
    Adam,
    "AdamWithOneAxis",
    did="You create m and v with len(parameter) entries.",
    causes="This fits vectors only: a matrix gets too few numbers, and a single number has no "
    "length.",
    fix="Use torch.zeros_like(parameter).",
    section="optimization.html#train-adam",
    caught_by="adam-shapes",
    change={
        (
            '            state["m"] = torch.zeros_like(parameter)\n'
            '            state["v"] = torch.zeros_like(parameter)\n'
        ): (
            '            state["m"] = torch.zeros(len(parameter))\n'
            '            state["v"] = torch.zeros(len(parameter))\n'
        )
    },
)

misconception(
    Adam,
    "AdamMeansInFloat32",
    did="You create m and v in float32, whatever the parameter is.",
    causes="A parameter in float64 moves with only seven right digits.",
    fix="Use torch.zeros_like(parameter), which keeps the type.",
    section="optimization.html#train-adam",
    caught_by="adam-shapes",
    change={
        (
            '            state["m"] = torch.zeros_like(parameter)\n'
            '            state["v"] = torch.zeros_like(parameter)\n'
        ): (
            '            state["m"] = torch.zeros(parameter.shape)\n'
            '            state["v"] = torch.zeros(parameter.shape)\n'
        )
    },
)

# ---- noam_rate -----------------------------------------------------------------------------------

misconception(
    noam_rate,
    "rate_takes_the_larger",
    did="You take the larger of the two terms.",
    causes="The rate begins enormous, falls to the value that should be its peak, "
    "and then rises forever.",
    fix="Take the smaller of the two terms, as Equation 3 does.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-shape",
    change={"min(step**-0.5, step * warmup**-1.5)": "max(step**-0.5, step * warmup**-1.5)"},
)

misconception(
    noam_rate,
    "rate_with_the_wrong_warmup",
    did="You raise warmup to the power of -0.5, not -1.5.",
    causes="The two terms meet much too early, so there is hardly any warm-up.",
    fix="Use the exponent of Equation 3: the two terms must be equal at step = warmup.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-shape",
    change={"warmup**-1.5": "warmup**-0.5"},
)

misconception(
    noam_rate,
    "rate_never_falls",
    did="You use warmup^-0.5 where the formula has step^-0.5.",
    causes="The rate rises to its peak and then stays there.",
    fix="Let the rate fall with step^-0.5 after the warm-up.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-shape",
    change={"step**-0.5": "warmup**-0.5"},
)

misconception(
    noam_rate,
    "rate_without_warmup",
    did="You leave out the warm-up.",
    causes="The rate is largest in the first step, "
    "when Adam has seen one gradient and its v is only a guess.",
    fix="Let the rate rise linearly first: take the smaller of two terms.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-shape",
    change={"min(step**-0.5, step * warmup**-1.5)": "step**-0.5"},
)

misconception(
    noam_rate,
    "rate_by_torch_pow",
    did="You call torch.pow with two plain numbers.",
    causes="torch.pow needs at least one tensor, so your call raises TypeError.",
    fix="Use ** for the powers of plain numbers.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-shape",
    change={"d_model**-0.5": "torch.pow(d_model, -0.5)"},
)

misconception(
    noam_rate,
    "rate_without_width",
    did="You leave out the factor d_model^-0.5.",
    causes="At d_model = 512 the rate is 22 times too large, and the first steps ruin the model.",
    fix="Multiply the rate by d_model**-0.5.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-size",
    change={"d_model**-0.5 * ": ""},
)

misconception(
    noam_rate,
    "rate_grows_with_width",
    did="You multiply by sqrt(d_model), although the formula divides by it.",
    causes="Wider models need smaller steps, but yours take larger ones.",
    fix="Use d_model to the power of -0.5.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-size",
    change={"d_model**-0.5": "d_model**0.5"},
)

misconception(
    noam_rate,
    "rate_ignores_the_factor",
    did="Your function ignores its argument factor.",
    causes="A caller who asks for half the rate (factor = 0.5) gets the whole rate.",
    fix="Multiply the result by factor.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-size",
    change={"return factor * d_model": "return d_model"},
)

misconception(
    noam_rate,
    "rate_of_twice_the_paper",
    did="Your rate is twice that of the paper.",
    causes="Some published code multiplies by 2, which is a choice for another model.",
    fix="Multiply by factor, and by no other constant.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-size",
    change={"return factor * d_model": "return 2 * factor * d_model"},
)

misconception(
    noam_rate,
    "rate_multiplies_both_terms",
    did="You multiply the two terms.",
    causes="The product of both is sqrt(step) * warmup^-1.5, so your rate rises forever.",
    fix="Take the smaller of the two terms.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-shape",
    change={"min(step**-0.5, step * warmup**-1.5)": "step**-0.5 * step * warmup**-1.5"},
)

misconception(
    noam_rate,
    "rate_with_unlucky_precedence",
    did="You write step**-1 / 2, which is half of 1 / step.",
    causes="Powers come before divisions, so your rate is much too small and has its peak too "
    "early.",
    fix="Write step**-0.5.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-shape",
    change={"step**-0.5": "step**-1 / 2"},
)

misconception(
    noam_rate,
    "rate_with_whole_division",
    did="You divide with //, which drops what is behind the decimal point.",
    causes="During the warm-up, step // warmup is 0, so the first steps change nothing.",
    fix="Divide with /, or multiply by warmup**-1.5.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-shape",
    change={"step * warmup**-1.5": "step // warmup * warmup**-0.5"},
)

misconception(
    noam_rate,
    "rate_takes_step_0_for_1",
    did="You take step 0 for step 1.",
    causes="A caller who counts from 0 then trains one step behind and never learns about it.",
    fix="Keep the call of require_counted_steps at the beginning; it raises ValueError.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-shape",
    change={
        "    require_counted_steps(step, warmup)\n": "    if step == 0:\n        step = 1\n",
    },
)

misconception(
    noam_rate,
    "rate_accepts_any_step",
    did="You do not check step and warmup.",
    causes="Step 0 gives your caller ZeroDivisionError, which does not say that steps count "
    "from 1.",
    fix="Keep the call of require_counted_steps at the beginning.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-shape",
    change={"    require_counted_steps(step, warmup)\n": ""},
)

misconception(
    noam_rate,
    "rate_refuses_only_zero",
    did="You refuse 0 for step and warmup, but not negative numbers.",
    causes="Their roots are complex in Python, so your caller gets a TypeError.",
    fix="Call require_counted_steps, which refuses everything below 1.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-shape",
    change={
        (
            "    require_counted_steps(step, warmup)\n"
            "    return factor * d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)\n"
        ): (
            "    if step == 0 or warmup == 0:\n"
            '        raise ValueError("step and warmup must not be 0")\n'
            "    return factor * d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)\n"
        ),
    },
)

misconception(
    noam_rate,
    "rate_of_the_next_step",
    did="You add 1 to step.",
    causes="Steps count from 1 here, so each of your steps gets the rate of the next one.",
    fix="Use step as it is.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-size",
    change={
        "min(step**-0.5, step * warmup**-1.5)": "min((step + 1) ** -0.5, (step + 1) * warmup**-1.5)"
    },
)

misconception(
    noam_rate,
    "rate_returns_a_tensor",
    did="You return a tensor.",
    causes="The contract is a plain number, which an optimizer can use and which can be "
    "written to a file.",
    fix="Compute with plain numbers: ** and min.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-size",
    change={
        ("min(step**-0.5, step * warmup**-1.5)"): (
            "torch.tensor(min(step**-0.5, step * warmup**-1.5), dtype=torch.float64)"
        )
    },
)

misconception(
    noam_rate,
    "rate_doubles_by_default",
    did="Your default of factor is 2.",
    causes="A caller who relies on the default gets twice the rate of the paper.",
    fix="Use the default of the signature: factor=1.0.",
    section="optimization.html#train-schedule",
    caught_by="noam-rate-size",
    change={"factor: float = 1.0": "factor: float = 2.0"},
)

# ---- NoamSchedule --------------------------------------------------------------------------------

misconception(
    NoamSchedule,
    "ScheduleNeverWrites",
    did="You never write the rate into the groups of the optimizer.",
    causes="The optimizer keeps the rate that it was built with. "
    'It reads group["lr"], not an attribute such as optimizer.lr.',
    fix='Set group["lr"] for each group in self.optimizer.param_groups.',
    section="optimization.html#train-schedule",
    caught_by="schedule-writes",
    change={
        ('        for group in self.optimizer.param_groups:\n            group["lr"] = rate\n'): "",
    },
)

misconception(
    NoamSchedule,
    "ScheduleWritesOneGroup",
    did="You write the rate into the first group only.",
    causes="The parameters of the other groups are trained with the rate they were built with.",
    fix="Write the rate into every group of self.optimizer.param_groups.",
    section="optimization.html#train-schedule",
    caught_by="schedule-writes",
    change={
        (
            '        for group in self.optimizer.param_groups:\n            group["lr"] = rate\n'
        ): '        self.optimizer.param_groups[0]["lr"] = rate\n',
    },
)

misconception(
    NoamSchedule,
    "ScheduleMultiplies",
    did="You multiply the old rate by the new one.",
    causes="The formula gives the rate itself, not a change of the rate, "
    "so your rate soon becomes almost 0.",
    fix="Assign the new rate: the old one has no influence on it.",
    section="optimization.html#train-schedule",
    caught_by="schedule-writes",
    change={'group["lr"] = rate': 'group["lr"] *= rate'},
)

misconception(
    NoamSchedule,
    "ScheduleScalesTheFirstRate",
    did="You multiply the rate by the one that the optimizer was built with, as LambdaLR does.",
    causes="The rate is right only if the optimizer was built with lr = 1.",
    fix="Write the rate itself into each group.",
    section="optimization.html#train-schedule",
    caught_by="schedule-writes",
    change={
        'group["lr"] = rate': 'group["lr"] = rate * group.setdefault("initial_lr", group["lr"])',
    },
)

misconception(
    NoamSchedule,
    "ScheduleCountsFromZero",
    did="You ask for the rate of step 0 and count the step afterwards.",
    causes="Steps count from 1, and 0^-0.5 does not exist.",
    fix="Increase self.steps before you call noam_rate.",
    section="optimization.html#train-schedule",
    caught_by="schedule-counts",
    change={
        "        self.steps += 1\n": "",
        "        for group in self.optimizer.param_groups:\n": (
            "        self.steps += 1\n        for group in self.optimizer.param_groups:\n"
        ),
    },
)

misconception(
    NoamSchedule,
    "ScheduleStandsStill",
    did="You add 1 to the number of steps but do not store the sum.",
    causes="The rate is that of step 1 forever, which is thousands of times too small.",
    fix="Store the new number in self.steps.",
    section="optimization.html#train-schedule",
    caught_by="schedule-counts",
    change={
        "        self.steps += 1\n": "",
        "noam_rate(self.steps,": "noam_rate(self.steps + 1,",
    },
)

misconception(
    NoamSchedule,
    "ScheduleRunsAhead",
    did="Your first rate is that of step 2: one step too many is counted before it.",
    causes="The optimizer always gets the rate of the next step.",
    fix="Begin with self.steps = 0, count once in advance(), and ask for the rate of self.steps.",
    section="optimization.html#train-schedule",
    caught_by="schedule-counts",
    change={"noam_rate(self.steps,": "noam_rate(self.steps + 1,"},
)

misconception(
    NoamSchedule,
    "ScheduleAsksForTheStep",
    did="Your advance() expects the step as an argument.",
    causes="The training loop calls advance() without arguments, "
    "so the first call raises TypeError.",
    fix="Count the steps yourself, in self.steps.",
    section="optimization.html#train-schedule",
    caught_by="schedule-counts",
    change={
        "def advance(self)": "def advance(self, step: int)",
        "        self.steps += 1\n": "",
        "noam_rate(self.steps,": "noam_rate(step,",
    },
)

misconception(
    NoamSchedule,
    "ScheduleReturnsNothing",
    did="You forget to return the rate.",
    causes="The optimizer gets the rate, but the caller of advance() gets None.",
    fix="Return the rate that you have written into the groups.",
    section="optimization.html#train-schedule",
    caught_by="schedule-counts",
    change={"        return rate\n": ""},
)

misconception(
    NoamSchedule,
    "ScheduleForgetsTheFactor",
    did="You do not pass the factor on to noam_rate.",
    causes="A schedule that is built with factor = 0.5 still gives the whole rate.",
    fix="Pass self.factor as the last argument of noam_rate.",
    section="optimization.html#train-schedule",
    caught_by="schedule-counts",
    change={"self.warmup, self.factor)": "self.warmup)"},
)

misconception(
    NoamSchedule,
    "ScheduleRepeatsTheFirstRate",
    did="You ask for the rate of max(1, self.steps) and count the step afterwards.",
    causes="The first two steps get the same rate, and every later step gets that of the step "
    "before it.",
    fix="Increase self.steps before you call noam_rate.",
    section="optimization.html#train-schedule",
    caught_by="schedule-counts",
    change={
        "        self.steps += 1\n": "",
        "noam_rate(self.steps,": "noam_rate(max(1, self.steps),",
        "        return rate\n": "        self.steps += 1\n        return rate\n",
    },
)

misconception(
    NoamSchedule,
    "ScheduleSharesItsSteps",
    did="You count in an attribute of the class, which all your schedules share.",
    causes="A second training in the same program begins where the first one ended.",
    fix="Count in self.steps.",
    section="optimization.html#train-schedule",
    caught_by="schedule-counts",
    change={
        "class NoamSchedule:\n": "class NoamSchedule:\n    steps = 0\n",
        "        self.steps = 0\n": "",
        "self.steps += 1": "type(self).steps += 1",
    },
)

misconception(
    NoamSchedule,
    "ScheduleStepsTheOptimizer",
    did="Your advance() also calls optimizer.step().",
    causes="The training loop calls it too, so every gradient is applied twice.",
    fix="Set the rate only.",
    section="optimization.html#train-schedule",
    caught_by="schedule-counts",
    change={"        return rate\n": "        self.optimizer.step()\n        return rate\n"},
)

misconception(
    NoamSchedule,
    "ScheduleDoublesByDefault",
    did="Your default of factor is 2.",
    causes="A caller who relies on the default gets twice the rate of the paper.",
    fix="Use the default of the signature: factor=1.0.",
    section="optimization.html#train-schedule",
    caught_by="schedule-counts",
    change={"factor: float = 1.0": "factor: float = 2.0"},
)

misconception(
    NoamSchedule,
    "ScheduleReturnsAList",
    did="You return a list with the rate of each group.",
    causes="Your caller expects one number, for example to write it to a log.",
    fix="Return rate.",
    section="optimization.html#train-schedule",
    caught_by="schedule-counts",
    change={
        "        return rate\n": (
            '        return [group["lr"] for group in self.optimizer.param_groups]\n'
        )
    },
)

misconception(
    NoamSchedule,
    "ScheduleReturnsTheOldRate",
    did="You read the rate before you set the new one, and you return what you have read.",
    causes="Your caller sees the rate of the step before.",
    fix="Return the rate that you write into the groups.",
    section="optimization.html#train-schedule",
    caught_by="schedule-counts",
    change={
        "        self.steps += 1\n": (
            '        self.steps += 1\n        before = self.optimizer.param_groups[0]["lr"]\n'
        ),
        "        return rate\n": "        return before\n",
    },
)

# ---- clip_gradients ------------------------------------------------------------------------------

misconception(
    clip_gradients,
    "clip_each_by_itself",
    did="You clip each tensor by its own norm.",
    causes="Large gradients become shorter and small ones do not, "
    "so your step goes in another direction.",
    fix="Scale all gradients by the same factor.",
    section="optimization.html#train-clipping",
    caught_by="clip-direction",
    change={
        (
            "    if norm > max_norm:\n"
            "        for gradient in gradients:\n"
            "            gradient.mul_(max_norm / norm)\n"
        ): (
            "    for gradient in gradients:\n"
            "        if gradient.norm() > max_norm:\n"
            "            gradient.mul_(max_norm / gradient.norm())\n"
        ),
    },
)

misconception(
    clip_gradients,
    "clip_by_value",
    did="You limit every single number to max_norm, which is clipping by value.",
    causes="The direction of your step changes, and its length can still exceed max_norm.",
    fix="Scale all gradients by one factor, so that their common norm becomes max_norm.",
    section="optimization.html#train-clipping",
    caught_by="clip-direction",
    change={"gradient.mul_(max_norm / norm)": "gradient.clamp_(-max_norm, max_norm)"},
)

misconception(
    clip_gradients,
    "clip_a_copy",
    did="You scale a copy of each gradient.",
    causes="The gradients that the optimizer reads are as long as before.",
    fix="Change the gradients in place, with `*=` or mul_.",
    section="optimization.html#train-clipping",
    caught_by="clip-direction",
    change={"gradient.mul_(max_norm / norm)": "gradient = gradient * (max_norm / norm)"},
)

misconception(
    clip_gradients,
    "clip_walks_twice",
    did="You loop over `parameters` twice, but it may be a generator.",
    causes="model.parameters() is one: it is empty the second time, and nothing is clipped.",
    fix="Make a list in the first loop, and use this list later.",
    section="optimization.html#train-clipping",
    caught_by="clip-direction",
    change={
        ("        for gradient in gradients:\n            gradient.mul_(max_norm / norm)\n"): (
            "        for p in parameters:\n"
            "            if p.grad is not None:\n"
            "                p.grad.mul_(max_norm / norm)\n"
        ),
    },
)

misconception(
    clip_gradients,
    "clip_to_length_one",
    did="You divide by the norm and forget max_norm.",
    causes="Every gradient that is too long gets the length 1, whatever max_norm is.",
    fix="Multiply by max_norm / norm.",
    section="optimization.html#train-clipping",
    caught_by="clip-direction",
    change={"gradient.mul_(max_norm / norm)": "gradient.div_(norm)"},
)

misconception(
    clip_gradients,
    "clip_the_parameters",
    did="You scale the parameters, not their gradients.",
    causes="The model forgets a little in every step, and its steps are as long as before.",
    fix="Scale p.grad in place, and leave the parameters alone.",
    section="optimization.html#train-clipping",
    caught_by="clip-direction",
    change={
        "    gradients = [p.grad": "    parameters = list(parameters)\n    gradients = [p.grad",
        ("        for gradient in gradients:\n            gradient.mul_(max_norm / norm)\n"): (
            "        for p in parameters:\n            p.data.mul_(max_norm / norm)\n"
        ),
    },
)

misconception(
    clip_gradients,
    "clip_scales_always",
    did="You scale the gradients in every step, also when they are short.",
    causes="Gradients shorter than max_norm become longer, so training can never settle down.",
    fix="Scale only if the norm is greater than max_norm.",
    section="optimization.html#train-clipping",
    caught_by="clip-short",
    change={
        (
            "    if norm > max_norm:\n"
            "        for gradient in gradients:\n"
            "            gradient.mul_(max_norm / norm)\n"
        ): ("    for gradient in gradients:\n        gradient.mul_(max_norm / norm)\n"),
    },
)

misconception(
    clip_gradients,
    "clip_adds_the_norms",
    did="You add up the norms of the tensors.",
    causes="The common norm is the root of the sum of their squares. "
    "It is smaller than your sum, so you clip too much.",
    fix="Take the norm of the vector of all norms.",
    section="optimization.html#train-clipping",
    caught_by="clip-norm",
    change={
        "torch.linalg.vector_norm(torch.stack([g.norm() for g in gradients]))": (
            "torch.stack([g.norm() for g in gradients]).sum()"
        ),
    },
)

misconception(
    clip_gradients,
    "clip_returns_what_is_left",
    did="You return the norm after clipping.",
    causes="It is max_norm whenever you clip. "
    "Only the norm before clipping shows how often you clip and how much.",
    fix="Return the norm that you measured first.",
    section="optimization.html#train-clipping",
    caught_by="clip-norm",
    change={"return float(norm)": "return min(float(norm), max_norm)"},
)

misconception(
    clip_gradients,
    "clip_trips_over_none",
    did="You assume that every parameter has a gradient.",
    causes="The gradient of a parameter that was not used is None, and your code raises an error.",
    fix="Leave out the parameters whose grad is None.",
    section="optimization.html#train-clipping",
    caught_by="clip-norm",
    change={" if p.grad is not None]": "]"},
)

misconception(
    clip_gradients,
    "clip_each_to_max_norm",
    did="You scale each tensor to the length max_norm, also when it is short.",
    causes="All tensors then move equally far, so your step goes in another direction.",
    fix="Scale all gradients by the same factor, and only if their common norm is too long.",
    section="optimization.html#train-clipping",
    caught_by="clip-direction",
    change={
        (
            "    if norm > max_norm:\n"
            "        for gradient in gradients:\n"
            "            gradient.mul_(max_norm / norm)\n"
        ): (
            "    for gradient in gradients:\n"
            "        gradient.mul_(max_norm / (gradient.norm() + 1e-12))\n"
        )
    },
)

misconception(
    clip_gradients,
    "clip_divides_by_zero",
    did="You divide by the norm before you know that it is not 0.",
    causes="If all gradients are 0, your code raises ZeroDivisionError.",
    fix="Divide only if the norm is greater than max_norm.",
    section="optimization.html#train-clipping",
    caught_by="clip-short",
    change={
        (
            "    if norm > max_norm:\n"
            "        for gradient in gradients:\n"
            "            gradient.mul_(max_norm / norm)\n"
        ): (
            "    scale = min(1.0, max_norm / float(norm))\n"
            "    for gradient in gradients:\n"
            "        gradient.mul_(scale)\n"
        )
    },
)

misconception(
    clip_gradients,
    "clip_by_hooks",
    did="You register hooks, which scale the gradients of all later backward passes.",
    causes="The gradients that are there now stay too long, and each call adds further hooks.",
    fix="Scale p.grad itself, in place.",
    section="optimization.html#train-clipping",
    caught_by="clip-norm",
    change={
        "    gradients = [p.grad": "    parameters = list(parameters)\n    gradients = [p.grad",
        ("        for gradient in gradients:\n            gradient.mul_(max_norm / norm)\n"): (
            "        for p in parameters:\n"
            "            p.register_hook(lambda gradient: gradient * (max_norm / norm))\n"
        ),
    },
)

misconception(
    clip_gradients,
    "clip_forgets_the_root",
    did="You add up the squares and forget the square root.",
    causes="Your norm is squared, so you clip too much or too little.",
    fix="Take the square root of the sum.",
    section="optimization.html#train-clipping",
    caught_by="clip-norm",
    change={
        ("torch.linalg.vector_norm(torch.stack([g.norm() for g in gradients]))"): (
            "torch.linalg.vector_norm(torch.stack([g.norm() for g in gradients])) ** 2"
        )
    },
)

misconception(
    clip_gradients,
    "clip_by_the_largest_entry",
    did="You use the largest entry as the norm.",
    causes="The length of all gradients together is greater, so your steps can still exceed "
    "max_norm.",
    fix="Take the root of the sum of all squares.",
    section="optimization.html#train-clipping",
    caught_by="clip-norm",
    change={
        ("torch.linalg.vector_norm(torch.stack([g.norm() for g in gradients]))"): (
            "torch.stack([g.abs().max() for g in gradients]).max()"
        )
    },
)

misconception(
    clip_gradients,
    "clip_needs_a_gradient",
    did="You do not handle the case that no parameter has a gradient.",
    causes="torch.stack raises an error for an empty list.",
    fix="Return 0.0 if your list of gradients is empty.",
    section="optimization.html#train-clipping",
    caught_by="clip-norm",
    change={"    if not gradients:\n        return 0.0\n": ""},
)

misconception(
    clip_gradients,
    "clip_returns_a_tensor",
    did="You return a tensor, as PyTorch's clip_grad_norm_ does.",
    causes="The contract is a plain number, which you can write to a log without keeping "
    "tensors alive.",
    fix="Return float(norm).",
    section="optimization.html#train-clipping",
    caught_by="clip-norm",
    change={"return 0.0": "return torch.tensor(0.0)", "return float(norm)": "return norm"},
)

misconception(
    clip_gradients,
    "clip_returns_nothing",
    did="You do not return the norm.",
    causes="The gradients are clipped, but your caller gets None and cannot see how often "
    "that happens.",
    fix="Return the norm before clipping, as a float.",
    section="optimization.html#train-clipping",
    caught_by="clip-norm",
    change={"return 0.0": "return None", "return float(norm)": "return None"},
)

# ---- average_weights -----------------------------------------------------------------------------

misconception(
    average_weights,
    "average_is_a_sum",
    did="You add up the checkpoints but do not divide by their number.",
    causes="The parameters are several times too large.",
    fix="Divide the sum by len(checkpoints).",
    section="optimization.html#train-averaging",
    caught_by="average-mean",
    change={"(total / len(checkpoints)).to(last.dtype)": "total.to(last.dtype)"},
)

misconception(
    average_weights,
    "average_of_the_last",
    did="You return the last checkpoint as it is.",
    causes="Nothing is averaged, so the other checkpoints have no influence.",
    fix="Compute the mean over all checkpoints for each name.",
    section="optimization.html#train-averaging",
    caught_by="average-mean",
    change={
        (
            "    for name, last in mean.items():\n"
            "        if last.is_floating_point():\n"
            "            zero = torch.zeros_like(last, dtype=torch.float64)\n"
            "            total = sum((one[name].double() for one in checkpoints), start=zero)\n"
            "            mean[name] = (total / len(checkpoints)).to(last.dtype)\n"
        ): "",
    },
)

misconception(
    average_weights,
    "average_two_at_a_time",
    did="You average two at a time: (a + b) / 2, and the result with the next checkpoint.",
    causes="The last checkpoint makes up half of the result, and the first almost nothing.",
    fix="Add up all checkpoints first, and then divide once.",
    section="optimization.html#train-averaging",
    caught_by="average-mean",
    change={
        (
            "            zero = torch.zeros_like(last, dtype=torch.float64)\n"
            "            total = sum((one[name].double() for one in checkpoints), start=zero)\n"
        ): (
            "            total = checkpoints[0][name].double()\n"
            "            for one in checkpoints[1:]:\n"
            "                total = (total + one[name]) / 2\n"
        ),
        "(total / len(checkpoints)).to(last.dtype)": "total.to(last.dtype)",
    },
)

misconception(
    average_weights,
    "average_without_the_last",
    did="You leave the last checkpoint out of the mean.",
    causes="The last checkpoint, usually the best one, has no influence on the result.",
    fix="Check where your slice or range ends: it stops one place too early.",
    section="optimization.html#train-averaging",
    caught_by="average-mean",
    change={
        "for one in checkpoints), start=zero)": "for one in checkpoints[:-1]), start=zero)",
        "total / len(checkpoints)": "total / (len(checkpoints) - 1)",
    },
)

misconception(
    average_weights,
    "average_spoils_a_checkpoint",
    did="You add up the checkpoints in place, in the tensors of one of them.",
    causes="This changes the caller's checkpoint, so a second average would be wrong.",
    fix="Add them up in a new tensor.",
    section="optimization.html#train-averaging",
    caught_by="average-untouched",
    change={
        (
            "            zero = torch.zeros_like(last, dtype=torch.float64)\n"
            "            total = sum((one[name].double() for one in checkpoints), start=zero)\n"
        ): (
            "            total = checkpoints[0][name]\n"
            "            for one in checkpoints[1:]:\n"
            "                total += one[name]\n"
        ),
    },
)

misconception(
    average_weights,
    "average_of_counters",
    did="You average the whole numbers too.",
    causes="A counter of 7.5 steps makes no sense, and the model cannot load it.",
    fix="Take the whole numbers from the last checkpoint.",
    section="optimization.html#train-averaging",
    caught_by="average-untouched",
    change={
        (
            "    for name, last in mean.items():\n"
            "        if last.is_floating_point():\n"
            "            zero = torch.zeros_like(last, dtype=torch.float64)\n"
            "            total = sum((one[name].double() for one in checkpoints), start=zero)\n"
            "            mean[name] = (total / len(checkpoints)).to(last.dtype)\n"
        ): (
            "    for name in mean:\n"
            "        mean[name] = sum(one[name] for one in checkpoints) / len(checkpoints)\n"
        ),
    },
)

misconception(
    average_weights,
    "average_of_the_last_five",
    did="You average the last five checkpoints only.",
    causes="The paper takes five for one model and twenty for another; your caller has chosen "
    "already.",
    fix="Average all checkpoints that you are given.",
    section="optimization.html#train-averaging",
    caught_by="average-mean",
    change={
        ("    mean = dict(checkpoints[-1])\n"): (
            "    checkpoints = checkpoints[-5:]\n    mean = dict(checkpoints[-1])\n"
        )
    },
)

misconception(
    average_weights,
    "average_forgets_smoothly",
    did="You compute an exponential average, with a weight of 0.001 for each new checkpoint.",
    causes="The result is nearly the first checkpoint.",
    fix="Give every checkpoint the same weight.",
    section="optimization.html#train-averaging",
    caught_by="average-mean",
    change={
        (
            "            zero = torch.zeros_like(last, dtype=torch.float64)\n"
            "            total = sum((one[name].double() for one in checkpoints), start=zero)\n"
        ): (
            "            total = checkpoints[0][name].double()\n"
            "            for one in checkpoints[1:]:\n"
            "                total = 0.999 * total + 0.001 * one[name].double()\n"
        ),
        "(total / len(checkpoints)).to(last.dtype)": "total.to(last.dtype)",
    },
)

misconception(
    average_weights,
    "average_skips_the_first",
    did="You leave the first checkpoint out of the sum but count it.",
    causes="Your parameters are too small, and the first checkpoint has no influence.",
    fix="Begin your loop at checkpoint 0.",
    section="optimization.html#train-averaging",
    caught_by="average-mean",
    change={"for one in checkpoints), start=zero)": "for one in checkpoints[1:]), start=zero)"},
)

misconception(
    average_weights,
    "average_always_in_float32",
    did="You return float32, whatever the checkpoints are.",
    causes="A model in float64 loses half of its digits.",
    fix="Return the type of the last checkpoint.",
    section="optimization.html#train-averaging",
    caught_by="average-mean",
    change={"(total / len(checkpoints)).to(last.dtype)": "(total / len(checkpoints)).float()"},
)

misconception(
    average_weights,
    "average_accepts_any_checkpoints",
    did="You do not check that the checkpoints belong to one model.",
    causes="A name that one of them lacks is averaged over fewer, or your code raises KeyError.",
    fix="Keep the call of require_checkpoints_of_one_model at the beginning.",
    section="optimization.html#train-averaging",
    caught_by="average-mean",
    change={
        "    require_checkpoints_of_one_model(checkpoints)\n": "",
        ("total = sum((one[name].double() for one in checkpoints), start=zero)"): (
            "total = sum((one.get(name, zero).double() for one in checkpoints), start=zero)"
        ),
    },
)

misconception(
    average_weights,
    "average_keeps_the_first_counters",
    did="You take the whole numbers from the first checkpoint.",
    causes="A counter of steps then goes back to where the first checkpoint was.",
    fix="Begin with the last checkpoint: dict(checkpoints[-1]).",
    section="optimization.html#train-averaging",
    caught_by="average-untouched",
    change={"dict(checkpoints[-1])": "dict(checkpoints[0])"},
)

misconception(
    average_weights,
    "average_drops_the_counters",
    did="You leave the whole numbers out of the result.",
    causes="The model cannot load your result, because names are missing.",
    fix="Take the whole numbers from the last checkpoint.",
    section="optimization.html#train-averaging",
    caught_by="average-untouched",
    change={
        "dict(checkpoints[-1])": (
            "{name: value for name, value in checkpoints[-1].items() if value.is_floating_point()}"
        )
    },
)

misconception(
    average_weights,
    "average_rounds_the_counters",
    did="You average the whole numbers too, and you round the result down.",
    causes="A counter of steps then says that your model has been trained for fewer steps "
    "than it has.",
    fix="Take the whole numbers from the last checkpoint.",
    section="optimization.html#train-averaging",
    caught_by="average-untouched",
    change={
        ("            mean[name] = (total / len(checkpoints)).to(last.dtype)\n"): (
            "            mean[name] = (total / len(checkpoints)).to(last.dtype)\n"
            "        else:\n"
            "            mean[name] = sum(one[name] for one in checkpoints) // "
            "len(checkpoints)\n"
        )
    },
)
