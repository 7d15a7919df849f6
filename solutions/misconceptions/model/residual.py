"""Ways to get layer norm and the residual sub-layer wrong (right: `solutions.model.residual`)."""

from solutions.misconceptions import misconception
from solutions.model.residual import LayerNorm, ResidualSublayer

# ---- LayerNorm -----------------------------------------------------------------------------------

misconception(
    LayerNorm,
    "UnbiasedVariance",
    did="You use the unbiased variance, which divides by d_model - 1. It is the default of var "
    "and std.",
    causes="Layer norm divides by d_model, because these are all the features, not a sample of "
    "them.",
    fix="Pass unbiased=False, or take the mean of the squared differences.",
    section="residuals.html#res-biased-variance",
    caught_by="layer-norm-values",
    change={
        "variance = (x - mean).square().mean(dim=-1, keepdim=True)": (
            "variance = x.var(dim=-1, keepdim=True)"
        ),
    },
)

misconception(
    LayerNorm,
    "NotCentred",
    did="You do not subtract the mean from x in the numerator.",
    causes="Your features are scaled but not centered.",
    fix="Divide x - mean, not x, by the root.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-values",
    change={"self.gain * (x - mean)": "self.gain * x"},
)

misconception(
    LayerNorm,
    "SpreadAroundZero",
    did="You divide by the root of the mean square of x itself.",
    causes="The variance is the mean square of x - mean. Your value is too large wherever the "
    "mean is not 0.",
    fix="Subtract the mean before you square.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-values",
    change={"(x - mean).square()": "x.square()"},
)

misconception(
    LayerNorm,
    "RootMeanSquare",
    did="Your layer is RMSNorm: you subtract the mean neither in the numerator nor in the "
    "variance.",
    causes="RMSNorm is a later simplification, and it gives other results wherever the mean is "
    "not 0.",
    fix="Compute the mean first and subtract it from x in both places.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-values",
    change={
        "        mean = x.mean(dim=-1, keepdim=True)\n": "",
        "(x - mean).square()": "x.square()",
        "self.gain * (x - mean)": "self.gain * x",
    },
)

misconception(
    LayerNorm,
    "DividedByVariance",
    did="You divide by the variance and forget the square root.",
    causes="Positions whose features vary much come out too small, and those whose features vary "
    "little come out too large.",
    fix="Take the square root of variance + eps before you divide.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-values",
    change={"torch.sqrt(variance + self.eps)": "(variance + self.eps)"},
)

misconception(
    LayerNorm,
    "AxisLost",
    did="You leave out keepdim=True.",
    causes="Mean and variance lose the feature axis, so they line up with the wrong axis of x or "
    "with none. If the lengths agree, you see no error.",
    fix="Pass keepdim=True to both means.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-values",
    change={
        "mean = x.mean(dim=-1, keepdim=True)": "mean = x.mean(dim=-1)",
        "variance = (x - mean).square().mean(dim=-1, keepdim=True)": (
            "variance = (x - mean).square().mean(dim=-1)"
        ),
    },
)

misconception(
    LayerNorm,
    "EpsOutsideTheRoot",
    did="You add eps to the standard deviation.",
    causes="The result is wrong where the features hardly vary.",
    fix="Add eps to the variance, under the root.",
    section="residuals.html#res-epsilon",
    caught_by="layer-norm-epsilon",
    change={"torch.sqrt(variance + self.eps)": "(torch.sqrt(variance) + self.eps)"},
)

misconception(
    LayerNorm,
    "UnbiasedDeviationPlusEps",
    did="You divide by x.std(...) + eps, as a popular tutorial does.",
    causes="Two things differ from the definition: std is unbiased by default, and eps belongs "
    "to the variance, under the root.",
    fix="Compute the biased variance, add eps to it, and then take the root.",
    section="residuals.html#res-epsilon",
    caught_by="layer-norm-epsilon",
    change={
        "variance = (x - mean).square().mean(dim=-1, keepdim=True)": (
            "deviation = x.std(dim=-1, keepdim=True)"
        ),
        "torch.sqrt(variance + self.eps)": "(deviation + self.eps)",
    },
)

misconception(
    LayerNorm,
    "FixedEps",
    did="You write the number for eps into forward.",
    causes="The eps that your constructor receives has no effect.",
    fix="Use self.eps in forward.",
    section="residuals.html#res-epsilon",
    caught_by="layer-norm-epsilon",
    change={"self.eps)": "1e-5)"},
)

misconception(
    LayerNorm,
    "NoEps",
    did="You do not add eps in the denominator.",
    causes="Where the features hardly vary, the result is too large. If all are equal, a layer "
    "without eps computes 0/0.",
    fix="Add self.eps to the variance before you take the root.",
    section="residuals.html#res-epsilon",
    caught_by="layer-norm-epsilon",
    change={" + self.eps": ""},
)

misconception(
    LayerNorm,
    "OverTheBatch",
    did="You take mean and variance over the batch.",
    causes="This is batch norm: the result for a sentence depends on which other sentences are "
    "in its batch.",
    fix="Take both over the features of one position: dim=-1.",
    section="residuals.html#res-batch-norm",
    caught_by="layer-norm-alone",
    change={
        "mean = x.mean(dim=-1, keepdim=True)": "mean = x.mean(dim=0, keepdim=True)",
        "variance = (x - mean).square().mean(dim=-1, keepdim=True)": (
            "variance = (x - mean).square().mean(dim=0, keepdim=True)"
        ),
    },
)

misconception(
    LayerNorm,
    "OverBatchAndPositions",
    did="You take mean and variance of each feature over batch and positions together.",
    causes="This is batch norm for sequences: other sentences, padding and the future leak in.",
    fix="Normalize over the last axis, the features, and over no other axis.",
    section="residuals.html#res-batch-norm",
    caught_by="layer-norm-alone",
    change={
        "mean = x.mean(dim=-1, keepdim=True)": "mean = x.mean(dim=(0, 1), keepdim=True)",
        "variance = (x - mean).square().mean(dim=-1, keepdim=True)": (
            "variance = (x - mean).square().mean(dim=(0, 1), keepdim=True)"
        ),
    },
)

misconception(
    LayerNorm,
    "OverThePositions",
    did="You take mean and variance over the positions (dim=-2).",
    causes="Each position then knows something about all the others, including later positions "
    "and padding.",
    fix="Use dim=-1, so that each position is normalized alone.",
    section="residuals.html#res-batch-norm",
    caught_by="layer-norm-alone",
    change={
        "mean = x.mean(dim=-1, keepdim=True)": "mean = x.mean(dim=-2, keepdim=True)",
        "variance = (x - mean).square().mean(dim=-1, keepdim=True)": (
            "variance = (x - mean).square().mean(dim=-2, keepdim=True)"
        ),
    },
)

misconception(
    LayerNorm,
    "OverTheSentence",
    did="You normalize each sentence as a whole, features and positions together.",
    causes="Layer norm in a Transformer treats every position by itself. Yours lets positions "
    "influence each other.",
    fix="Leave the axis of the positions out of dim.",
    section="residuals.html#res-batch-norm",
    caught_by="layer-norm-alone",
    change={
        "mean = x.mean(dim=-1, keepdim=True)": "mean = x.mean(dim=(-2, -1), keepdim=True)",
        "variance = (x - mean).square().mean(dim=-1, keepdim=True)": (
            "variance = (x - mean).square().mean(dim=(-2, -1), keepdim=True)"
        ),
    },
)

misconception(
    LayerNorm,
    "OverEverything",
    did="You take one mean and one variance of the whole tensor: x.mean() without dim.",
    causes="Every number then depends on every other number in the batch.",
    fix="Pass dim=-1 and keepdim=True, so that each position gets its own mean.",
    section="residuals.html#res-batch-norm",
    caught_by="layer-norm-alone",
    change={
        "mean = x.mean(dim=-1, keepdim=True)": "mean = x.mean()",
        "variance = (x - mean).square().mean(dim=-1, keepdim=True)": (
            "variance = (x - mean).square().mean()"
        ),
    },
)

misconception(
    LayerNorm,
    "NoGain",
    did="You never use the gain in forward.",
    causes="It is 1 at the start, so you see no difference, but it would never be trained.",
    fix="Multiply the normalized features by self.gain.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-gain-and-bias",
    change={"self.gain * (x - mean)": "(x - mean)"},
)

misconception(
    LayerNorm,
    "NoBias",
    did="You never use the bias in forward.",
    causes="It is 0 at the start, so you see no difference, but it would never be trained.",
    fix="Add self.bias at the end.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-gain-and-bias",
    change={" + self.bias": ""},
)

misconception(
    LayerNorm,
    "GainTimesBias",
    did="You multiply the bias by the gain as well.",
    causes="A pair of parentheses is in the wrong place, so the bias changes with the gain.",
    fix="Multiply by the gain first, then add the bias.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-gain-and-bias",
    change={
        "(x - mean) / torch.sqrt(variance + self.eps) + self.bias": (
            "((x - mean) / torch.sqrt(variance + self.eps) + self.bias)"
        ),
    },
)

misconception(
    LayerNorm,
    "PlainTensors",
    did="Your gain and bias are plain tensors.",
    causes="No optimizer sees them, and the state_dict does not contain them.",
    fix="Wrap them in nn.Parameter.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-parameters",
    change={
        "nn.Parameter(torch.ones(d_model))": "torch.ones(d_model)",
        "nn.Parameter(torch.zeros(d_model))": "torch.zeros(d_model)",
    },
)

misconception(
    LayerNorm,
    "WithoutBias",
    did="Your layer has a gain but no bias.",
    causes="Layer norm also adds a learned number to each feature. RMSNorm, a later "
    "simplification, has no bias, but it does not subtract the mean either.",
    fix="Make self.bias from nn.Parameter(torch.zeros(d_model)) and add it at the end.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-parameters",
    change={
        "        self.bias = nn.Parameter(torch.zeros(d_model))\n": "",
        "        mean = x.mean(dim=-1, keepdim=True)\n": "",
        "(x - mean).square()": "x.square()",
        "self.gain * (x - mean)": "self.gain * x",
        " + self.bias": "",
    },
)

misconception(
    LayerNorm,
    "OneGainForAll",
    did="You use a single number each for gain and bias.",
    causes="Each feature needs its own gain and bias, so that the features can differ again.",
    fix="Give both the shape (d_model,).",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-parameters",
    change={
        "torch.ones(d_model)": "torch.ones(1)",
        "torch.zeros(d_model)": "torch.zeros(1)",
    },
)

misconception(
    LayerNorm,
    "GainFromZero",
    did="Your gain starts from 0, or from random numbers.",
    causes="If the gain is 0, the output of the layer is 0, and no gradient passes through it.",
    fix="Start the gain from 1.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-parameters",
    change={"torch.ones(d_model)": "torch.zeros(d_model)"},
)

misconception(
    LayerNorm,
    "ConstantStatistics",
    did="You treat mean and variance as constants, with detach() or torch.no_grad().",
    causes="The output is right, but the gradient lacks the part that flows through them.",
    fix="Compute mean and variance with their gradients.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-gradients",
    change={
        "mean = x.mean(dim=-1, keepdim=True)": "mean = x.mean(dim=-1, keepdim=True).detach()",
        "variance = (x - mean).square().mean(dim=-1, keepdim=True)": (
            "variance = (x - mean).square().mean(dim=-1, keepdim=True).detach()"
        ),
    },
)

misconception(
    LayerNorm,
    "OtherEps",
    did="You chose another default for eps, such as the 1e-6 of a popular tutorial.",
    causes="The docstring says 1e-5. The difference shows where the features hardly vary.",
    fix="Write eps: float = 1e-5 in the constructor.",
    section="residuals.html#res-epsilon",
    caught_by="layer-norm-epsilon",
    change={
        "eps: float = 1e-5": "eps: float = 1e-6",
    },
)

misconception(
    LayerNorm,
    "RootSquaredAgain",
    did="You take the root of the variance, square it again, and then add eps.",
    causes="The values are right, but a root has no derivative at 0: where all features are "
    "equal, the gradient is NaN.",
    fix="Add eps to the variance itself, and take one root.",
    section="residuals.html#res-epsilon",
    caught_by="layer-norm-epsilon",
    change={
        "torch.sqrt(variance + self.eps)": "torch.sqrt(torch.sqrt(variance) ** 2 + self.eps)",
    },
)

misconception(
    LayerNorm,
    "ChangesItsInput",
    did="You subtract the mean in place (x -= ...).",
    causes="This overwrites the caller's tensor: a pre-norm layer would then add the centered "
    "x, not x.",
    fix="Make a new tensor, x - mean.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-gradients",
    change={
        "variance = (x - mean)": ("x -= mean\n        variance = x"),
        "(x - mean) / torch": "x / torch",
    },
)

misconception(
    LayerNorm,
    "LayerNormAnyWidth",
    did="You do not check the width of x.",
    causes="If the last axis has length 1, broadcasting stretches it to d_model features, and "
    "the mistake goes unnoticed.",
    fix="Call require_width(x, len(self.gain)) first.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-values",
    change={
        ("        require_width(x, len(self.gain))\n"): "",
    },
)

misconception(
    LayerNorm,
    "LayerNormNeedsRows",
    did="You flatten the axes in front, which a single vector does not have.",
    causes="The docstring allows any number of axes before the features, none too.",
    fix="Work on the last axis with dim=-1, and leave the others as they are.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-float64",
    change={
        "mean = x.mean(dim=-1, keepdim=True)": (
            "rows = x.flatten(0, -2)\n        mean = rows.mean(dim=-1, keepdim=True)"
        ),
        "(x - mean).square()": "(rows - mean).square()",
        "return self.gain * (x - mean) / torch.sqrt(variance + self.eps) + self.bias": (
            "y = self.gain * (rows - mean) / torch.sqrt(variance + self.eps) + self.bias\n"
            "        return y.reshape(x.shape)"
        ),
    },
)

misconception(
    LayerNorm,
    "LayerNormOtherNames",
    did="Your parameters have other names than gain and bias.",
    causes="The tests and the later notebooks load parameters by their names, so they find "
    "none here.",
    fix="Call them self.gain and self.bias, as the docstring does.",
    section="residuals.html#res-layer-norm",
    caught_by="layer-norm-parameters",
    change={
        "self.gain = nn": "self.weight = nn",
        "self.bias = nn": "self.shift = nn",
        "len(self.gain)": "len(self.weight)",
        "self.gain * (x": "self.weight * (x",
        "+ self.bias": "+ self.shift",
    },
)

# ---- ResidualSublayer ----------------------------------------------------------------------------

misconception(
    ResidualSublayer,
    "NothingAdded",
    did="You return the output of the sub-layer and never add x.",
    causes="The residual is missing: a sub-layer that returns zeros must let x through, but "
    "yours loses it.",
    fix="Add x to the output of the sub-layer.",
    section="residuals.html#res-why",
    caught_by="residual-identity",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "return self.dropout(sublayer(self.norm(x)))"
        ),
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "return self.norm(self.dropout(sublayer(x)))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "AddedTwice",
    did="You add x twice, or you add the output to itself.",
    causes="With pre-norm, a sub-layer that returns zeros must give back x, but yours gives 2x.",
    fix="Add x exactly once.",
    section="residuals.html#res-why",
    caught_by="residual-identity",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "return x + x + self.dropout(sublayer(self.norm(x)))"
        ),
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "return self.norm(x + x + self.dropout(sublayer(x)))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "AddedInsideTheDropout",
    did="You add x to the output of the sub-layer before the dropout, and once more after it, in "
    "the pre-norm form.",
    causes="x is counted twice, and the dropout acts on x as well.",
    fix="Add x exactly once, after the dropout.",
    section="residuals.html#res-why",
    caught_by="residual-pre-norm",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "return x + self.dropout(x + sublayer(self.norm(x)))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "PreAndPostSwapped",
    did="You swapped the two forms: with pre_norm=False you normalize before the sub-layer.",
    causes="pre_norm=False means the paper's form, where the norm comes after the sum.",
    fix="Normalize before the sub-layer only if pre_norm is True.",
    section="residuals.html#res-pre-post",
    caught_by="residual-forms",
    change={"if self.pre_norm": "if not self.pre_norm"},
)

misconception(
    ResidualSublayer,
    "AlwaysPreNorm",
    did="You use your pre-norm form in every case and ignore pre_norm.",
    causes="The paper's form is missing: there the norm comes after the sum.",
    fix="Normalize after the sum if pre_norm is False.",
    section="residuals.html#res-pre-post",
    caught_by="residual-forms",
    change={"if self.pre_norm": "if True"},  # so that it combines with mistakes in either form
)

misconception(
    ResidualSublayer,
    "NormInsideTheSum",
    did="You normalize the output of the sub-layer in the post-norm form, and then you add x.",
    causes="The sum itself is never normalized, so it can grow from layer to layer.",
    fix="Normalize after the sum: LayerNorm(x + Sublayer(x)).",
    section="residuals.html#res-pre-post",
    caught_by="residual-post-norm",
    change={
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "return x + self.norm(self.dropout(sublayer(x)))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "OnlyTheOutputNormed",
    did="You normalize the output of the sub-layer, and then you add x, whatever pre_norm is.",
    causes="The norm belongs to the sum or, with pre_norm=True, to the input of the sub-layer.",
    fix="Write two forms: LayerNorm(x + Sublayer(x)) and x + Sublayer(LayerNorm(x)).",
    section="residuals.html#res-pre-post",
    caught_by="residual-forms",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "return x + self.norm(self.dropout(sublayer(x)))"
        ),
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "return x + self.norm(self.dropout(sublayer(x)))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "NeverNormed",
    did="Your result is the same without the norm.",
    causes="The sums grow from layer to layer. A norm whose result is not used changes nothing.",
    fix="Use what self.norm returns: after the sum or, with pre_norm=True, before the sub-layer.",
    section="residuals.html#res-pre-post",
    caught_by="residual-forms",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": "return x + self.dropout(sublayer(x))",
        "return self.norm(x + self.dropout(sublayer(x)))": "return x + self.dropout(sublayer(x))",
    },
)

misconception(
    ResidualSublayer,
    "NormTwiceInPostNorm",
    did="You apply the norm twice in the post-norm form: to the input of the sub-layer and after "
    "the sum.",
    causes="The sub-layer then gets a normalized x, but it should get x as it is.",
    fix="Pass x itself to the sub-layer.",
    section="residuals.html#res-pre-post",
    caught_by="residual-post-norm",
    change={
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "return self.norm(x + self.dropout(sublayer(self.norm(x))))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "NormAddedToTheSum",
    did="You add the result of the norm to the sum in the post-norm form.",
    causes="Your output is x + Sublayer(x) + LayerNorm(...), but the norm should replace the sum.",
    fix="Return the result of the norm alone.",
    section="residuals.html#res-pre-post",
    caught_by="residual-post-norm",
    change={
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "x = x + self.dropout(sublayer(x))\n        return x + self.norm(x)"
        ),
    },
)

misconception(
    ResidualSublayer,
    "AlwaysPostNorm",
    did="You use your post-norm form in every case and ignore pre_norm.",
    causes="With pre_norm=True the norm goes before the sub-layer, and the sum stays as it is.",
    fix="Write a second form, which normalizes the sub-layer's input if pre_norm is True.",
    section="residuals.html#res-pre-post",
    caught_by="residual-forms",
    change={"if self.pre_norm": "if False"},  # so that it combines with mistakes in either form
)

misconception(
    ResidualSublayer,
    "NormalisedInputAdded",
    did="You replace x by norm(x) in the pre-norm form, and you add that.",
    causes="The sum must use x itself. Only then is there an identity path that leaves the "
    "signal unchanged.",
    fix="Pass norm(x) to the sub-layer, but add the original x.",
    section="residuals.html#res-pre-post",
    caught_by="residual-pre-norm",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "x = self.norm(x)\n            return x + self.dropout(sublayer(x))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "NormTwiceInPreNorm",
    did="You apply the norm twice in the pre-norm form: before the sub-layer and again after the "
    "sum.",
    causes="The sum of the pre-norm form should stay as it is, so that x has an identity path.",
    fix="Remove the norm around the sum.",
    section="residuals.html#res-pre-post",
    caught_by="residual-pre-norm",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "return self.norm(x + self.dropout(sublayer(self.norm(x))))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "DropoutAfterTheSum",
    did="You apply dropout after the sum.",
    causes="It drops features of x as well. The paper drops only the sub-layer's output.",
    fix="Apply dropout to the sub-layer's output before you add x.",
    section="residuals.html#res-dropout",
    caught_by="residual-dropout",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "return self.dropout(x + sublayer(self.norm(x)))"
        ),
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "return self.norm(self.dropout(x + sublayer(x)))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "DropoutOnX",
    did="You apply dropout to x instead of the sub-layer's output.",
    causes="The identity path should stay untouched, but yours loses features in every layer.",
    fix="Move self.dropout from x to the result of the sub-layer.",
    section="residuals.html#res-dropout",
    caught_by="residual-dropout",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "return self.dropout(x) + sublayer(self.norm(x))"
        ),
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "return self.norm(self.dropout(x) + sublayer(x))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "InputDropped",
    did="You apply dropout to x first in the post-norm form, before the sub-layer and the sum use "
    "it.",
    causes="The identity path should stay untouched, but yours loses features in every layer.",
    fix="Leave x as it is, and apply self.dropout to the result of the sub-layer.",
    section="residuals.html#res-dropout",
    caught_by="residual-dropout",
    change={
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "x = self.dropout(x)\n        return self.norm(x + sublayer(x))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "DropoutBeforeTheSublayer",
    did="You apply dropout to the input of the sub-layer.",
    causes="The paper drops features of its output, before the sum.",
    fix="Apply dropout after the sub-layer, not before it.",
    section="residuals.html#res-dropout",
    caught_by="residual-dropout",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "return x + sublayer(self.dropout(self.norm(x)))"
        ),
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "return self.norm(x + sublayer(self.dropout(x)))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "DropoutAfterTheNorm",
    did="You apply dropout to the finished output in the post-norm form, after the norm.",
    causes="The next layer never sees a complete x.",
    fix="Apply dropout to the sub-layer's output, before the sum and the norm.",
    section="residuals.html#res-dropout",
    caught_by="residual-dropout",
    change={
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "return self.dropout(self.norm(x + sublayer(x)))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "DropsInEvaluation",
    did="Your residual sub-layer drops features in evaluation mode too.",
    causes="F.dropout does so unless you pass training=self.training.",
    fix="Use the layer's own self.dropout, which knows the mode.",
    section="residuals.html#res-dropout",
    caught_by="residual-modes",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "return x + nn.functional.dropout(sublayer(self.norm(x)), self.dropout.p)"
        ),
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "return self.norm(x + nn.functional.dropout(sublayer(x), self.dropout.p))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "NeverDropsAFeature",
    did="Your layer never drops a feature.",
    causes="Training loses this regularization, whatever the probability is.",
    fix="Call self.dropout on the output of the sub-layer.",
    section="residuals.html#res-dropout",
    caught_by="residual-modes",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": "return x + sublayer(self.norm(x))",
        "return self.norm(x + self.dropout(sublayer(x)))": "return self.norm(x + sublayer(x))",
    },
)

misconception(
    ResidualSublayer,
    "SublayerCutOff",
    did="You cut the gradient on its way through the sub-layer, with detach().",
    causes="The output is right, but the layers below would learn as if this sub-layer did not "
    "exist.",
    fix="Pass x to the sub-layer without detach().",
    section="residuals.html#res-why",
    caught_by="residual-gradients",
    change={
        "sublayer(self.norm(x))": "sublayer(self.norm(x.detach()))",
        "sublayer(x)": "sublayer(x.detach())",
    },
)

misconception(
    ResidualSublayer,
    "ResidualCutOff",
    did="You detach x where you add it, so you cut the gradient of the residual.",
    causes="The output is right, but the gradient should come back unchanged along exactly this "
    "path.",
    fix="Add x itself, without detach().",
    section="residuals.html#res-why",
    caught_by="residual-gradients",
    change={
        "return x + ": "return x.detach() + ",
        "self.norm(x + ": "self.norm(x.detach() + ",
    },
)

misconception(
    ResidualSublayer,
    "AddedInPlace",
    did="You add in place (x += ...).",
    causes="This overwrites the caller's tensor, and autograd raises an error where it still "
    "needs the old x.",
    fix="Write x = x + ... instead, which makes a new tensor.",
    section="residuals.html#res-why",
    caught_by="residual-gradients",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "x += self.dropout(sublayer(self.norm(x)))\n            return x"
        ),
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "x += self.dropout(sublayer(x))\n        return self.norm(x)"
        ),
    },
)

misconception(
    ResidualSublayer,
    "BranchDroppedTwice",
    did="You apply dropout twice to the sub-layer's output.",
    causes="More features are dropped than asked for, and the others grow twice.",
    fix="Call self.dropout once.",
    section="residuals.html#res-dropout",
    caught_by="residual-dropout",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "return x + self.dropout(self.dropout(sublayer(self.norm(x))))"
        ),
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "return self.norm(x + self.dropout(self.dropout(sublayer(x))))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "SumDroppedToo",
    did="You apply dropout twice: to the sub-layer's output and to the sum.",
    causes="The second one drops features of x, so the identity path is no longer untouched.",
    fix="Keep the dropout of the sub-layer's output, and remove the other.",
    section="residuals.html#res-dropout",
    caught_by="residual-dropout",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "return self.dropout(x + self.dropout(sublayer(self.norm(x))))"
        ),
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "return self.norm(self.dropout(x + self.dropout(sublayer(x))))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "SurvivorsDoNotGrow",
    did="Your dropout does not divide the surviving features by 1 - p.",
    causes="The output of the sub-layer is then smaller in training than in evaluation.",
    fix="Use self.dropout, which divides, or divide by 1 - p yourself.",
    section="residuals.html#res-dropout",
    caught_by="residual-dropout",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "y = self.dropout(sublayer(self.norm(x)))\n"
            "            return x + (y * (1 - self.dropout.p) if self.training else y)"
        ),
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "y = self.dropout(sublayer(x))\n"
            "        return self.norm(x + (y * (1 - self.dropout.p) if self.training else "
            "y))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "DropsHalfOfTheFeatures",
    did="You do not pass the probability to F.dropout.",
    causes="Its default is 0.5, so half of the features are dropped, whatever your "
    "constructor receives.",
    fix="Use self.dropout, which knows the probability.",
    section="residuals.html#res-dropout",
    caught_by="residual-dropout",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "return x + nn.functional.dropout(sublayer(self.norm(x)), training=self.training)"
        ),
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "return self.norm(x + nn.functional.dropout(sublayer(x), training=self.training))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "WholeBranchDropped",
    did="You drop the sub-layer's output of a sentence as a whole, or keep all of it.",
    causes="This is stochastic depth, another method. Dropout decides for each feature by itself.",
    fix="Call self.dropout on the output of the sub-layer.",
    section="residuals.html#res-dropout",
    caught_by="residual-dropout",
    change={
        "return x + self.dropout(sublayer(self.norm(x)))": (
            "return x + self.dropout(torch.ones_like(x[:, :1, :1])) * sublayer(self.norm(x))"
        ),
        "return self.norm(x + self.dropout(sublayer(x)))": (
            "return self.norm(x + self.dropout(torch.ones_like(x[:, :1, :1])) * sublayer(x))"
        ),
    },
)

misconception(
    ResidualSublayer,
    "SeedInForward",
    did="You set the global seed in forward.",
    causes="Every call then drops the same features, and everything else that draws random "
    "numbers in this program is disturbed.",
    fix="Remove the seed from the layer; set it once, before the training.",
    section="residuals.html#res-dropout",
    caught_by="residual-modes",
    change={
        "if self.pre_norm:": ("torch.manual_seed(0)\n        if self.pre_norm:"),
    },
)
