"""Ways to get layer norm and the residual sub-layer wrong (right: `solutions.model.residual`)."""

import torch
import torch.nn.functional as F
from torch import nn

from solutions.misconceptions import misconception
from solutions.model.residual import LayerNorm, ResidualSublayer

# ---- LayerNorm -----------------------------------------------------------------------------------


@misconception(
    "LayerNorm",
    caught_by="layer-norm-values",
    section="residuals.html#res-biased-variance",
    sentence="You use the unbiased variance, divided by d_model - 1, which is the default of var "
    "and std. Layer norm divides by d_model: these are all the features, not a sample of them.",
)
class UnbiasedVariance(LayerNorm):
    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        variance = x.var(dim=-1, keepdim=True)
        return self.gain * (x - mean) / torch.sqrt(variance + self.eps) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-values",
    section="residuals.html#res-layer-norm",
    sentence="You never subtract the mean from the numerator: your features are scaled but not "
    "centered.",
)
class NotCentred(LayerNorm):
    def forward(self, x):
        variance = x.var(dim=-1, keepdim=True, unbiased=False)
        return self.gain * x / torch.sqrt(variance + self.eps) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-values",
    section="residuals.html#res-layer-norm",
    sentence="You divide by the root of the mean square of x itself. The variance is the mean "
    "square of x - mean; yours is too large wherever the mean is not 0.",
)
class SpreadAroundZero(LayerNorm):
    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        spread = x.square().mean(dim=-1, keepdim=True)
        return self.gain * (x - mean) / torch.sqrt(spread + self.eps) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-values",
    section="residuals.html#res-layer-norm",
    sentence="Your layer is RMSNorm: neither the numerator nor the spread is centered. That is a "
    "later simplification; layer norm subtracts the mean first.",
)
class RootMeanSquare(LayerNorm):
    def forward(self, x):
        spread = x.square().mean(dim=-1, keepdim=True)
        return self.gain * x / torch.sqrt(spread + self.eps) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-values",
    section="residuals.html#res-layer-norm",
    sentence="You divide by the variance and forget the root: features that vary much come out "
    "too small, those that vary little too large.",
)
class DividedByVariance(LayerNorm):
    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        variance = (x - mean).square().mean(dim=-1, keepdim=True)
        return self.gain * (x - mean) / (variance + self.eps) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-values",
    section="residuals.html#res-layer-norm",
    sentence="You forget keepdim=True: mean and variance lose the feature axis and line up with "
    "the wrong axis of x, or with none. When both have the same length, nothing complains.",
)
class AxisLost(LayerNorm):
    def forward(self, x):
        mean = x.mean(dim=-1)
        variance = x.var(dim=-1, unbiased=False)
        return self.gain * (x - mean) / torch.sqrt(variance + self.eps) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-epsilon",
    section="residuals.html#res-epsilon",
    sentence="You add eps to the standard deviation; it belongs under the root, added to the "
    "variance. The difference shows where the features hardly vary.",
)
class EpsOutsideTheRoot(LayerNorm):
    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        deviation = x.var(dim=-1, keepdim=True, unbiased=False).sqrt()
        return self.gain * (x - mean) / (deviation + self.eps) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-epsilon",
    section="residuals.html#res-epsilon",
    sentence="You divide by x.std(...) + eps, as a much-read tutorial does. Two things differ "
    "from the definition: std is unbiased by default, and eps belongs to the variance, under the "
    "root.",
)
class UnbiasedDeviationPlusEps(LayerNorm):
    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        deviation = x.std(dim=-1, keepdim=True)
        return self.gain * (x - mean) / (deviation + self.eps) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-epsilon",
    section="residuals.html#res-epsilon",
    sentence="You write the number for eps into forward: the eps that your constructor was given "
    "has no effect.",
)
class FixedEps(LayerNorm):
    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        variance = (x - mean).square().mean(dim=-1, keepdim=True)
        return self.gain * (x - mean) / torch.sqrt(variance + 1e-5) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-epsilon",
    section="residuals.html#res-epsilon",
    sentence="You leave out eps: a position whose features are all equal gives 0/0, and your "
    "layer returns NaN for it.",
)
class NoEps(LayerNorm):
    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        variance = (x - mean).square().mean(dim=-1, keepdim=True)
        return self.gain * (x - mean) / torch.sqrt(variance) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-alone",
    section="residuals.html#res-batch-norm",
    sentence="Your mean and variance are taken over the batch: that is batch norm. A sentence's "
    "result then depends on which other sentences happen to be beside it.",
)
class OverTheBatch(LayerNorm):
    def forward(self, x):
        mean = x.mean(dim=0, keepdim=True)
        variance = x.var(dim=0, keepdim=True, unbiased=False)
        return self.gain * (x - mean) / torch.sqrt(variance + self.eps) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-alone",
    section="residuals.html#res-batch-norm",
    sentence="You take mean and variance of each feature over batch and positions together: batch "
    "norm as it is used on sequences. Other sentences, padding and the future leak in.",
)
class OverBatchAndPositions(LayerNorm):
    def forward(self, x):
        others = tuple(range(x.dim() - 1))
        mean = x.mean(dim=others, keepdim=True)
        variance = x.var(dim=others, keepdim=True, unbiased=False)
        return self.gain * (x - mean) / torch.sqrt(variance + self.eps) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-alone",
    section="residuals.html#res-batch-norm",
    sentence="Your mean and variance are taken over the positions (dim=-2). Each position then "
    "knows something of all the others, later ones and padding included.",
)
class OverThePositions(LayerNorm):
    def forward(self, x):
        mean = x.mean(dim=-2, keepdim=True)
        variance = x.var(dim=-2, keepdim=True, unbiased=False)
        return self.gain * (x - mean) / torch.sqrt(variance + self.eps) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-alone",
    section="residuals.html#res-batch-norm",
    sentence="You normalize each sentence as a whole, features and positions together. Layer norm "
    "in a Transformer treats every position by itself.",
)
class OverTheSentence(LayerNorm):
    def forward(self, x):
        mean = x.mean(dim=(-2, -1), keepdim=True)
        variance = x.var(dim=(-2, -1), keepdim=True, unbiased=False)
        return self.gain * (x - mean) / torch.sqrt(variance + self.eps) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-alone",
    section="residuals.html#res-batch-norm",
    sentence="You take one mean and one variance of the whole tensor: x.mean() without dim. Every "
    "number then depends on every other one in the batch.",
)
class OverEverything(LayerNorm):
    def forward(self, x):
        mean = x.mean()
        variance = x.var(unbiased=False)
        return self.gain * (x - mean) / torch.sqrt(variance + self.eps) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-gain-and-bias",
    section="residuals.html#res-layer-norm",
    sentence="Your gain is never used: at the start it is 1 and nothing shows, but it would never "
    "be trained.",
)
class NoGain(LayerNorm):
    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        variance = (x - mean).square().mean(dim=-1, keepdim=True)
        return (x - mean) / torch.sqrt(variance + self.eps) + self.bias


@misconception(
    "LayerNorm",
    caught_by="layer-norm-gain-and-bias",
    section="residuals.html#res-layer-norm",
    sentence="Your bias is never used: at the start it is 0 and nothing shows, but it would never "
    "be trained.",
)
class NoBias(LayerNorm):
    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        variance = (x - mean).square().mean(dim=-1, keepdim=True)
        return self.gain * (x - mean) / torch.sqrt(variance + self.eps)


@misconception(
    "LayerNorm",
    caught_by="layer-norm-gain-and-bias",
    section="residuals.html#res-layer-norm",
    sentence="You multiply the bias by the gain as well. First scale by the gain, then add the "
    "bias: a pair of brackets is in the wrong place.",
)
class GainTimesBias(LayerNorm):
    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        variance = (x - mean).square().mean(dim=-1, keepdim=True)
        return self.gain * ((x - mean) / torch.sqrt(variance + self.eps) + self.bias)


@misconception(
    "LayerNorm",
    caught_by="layer-norm-parameters",
    section="residuals.html#res-layer-norm",
    sentence="Your gain and bias are plain tensors: no optimizer sees them, and the state_dict "
    "does not hold them. Wrap them in nn.Parameter.",
)
class PlainTensors(LayerNorm):
    def __init__(self, d_model, eps=1e-5):
        nn.Module.__init__(self)
        self.eps = eps
        self.gain = torch.ones(d_model)  # type: ignore[assignment]  # the mistake
        self.bias = torch.zeros(d_model)  # type: ignore[assignment]  # the mistake


@misconception(
    "LayerNorm",
    caught_by="layer-norm-parameters",
    section="residuals.html#res-layer-norm",
    sentence="You have a single number each for gain and bias. There is one per feature, of shape "
    "(d_model,), so that features may differ again.",
)
class OneGainForAll(LayerNorm):
    def __init__(self, d_model, eps=1e-5):
        nn.Module.__init__(self)
        self.eps = eps
        self.gain = nn.Parameter(torch.ones(1))
        self.bias = nn.Parameter(torch.zeros(1))


@misconception(
    "LayerNorm",
    caught_by="layer-norm-parameters",
    section="residuals.html#res-layer-norm",
    sentence="Your gain starts from 0 (or from random numbers). From 0 the layer's output is 0, "
    "and no gradient passes through it: start the gain from 1.",
)
class GainFromZero(LayerNorm):
    def __init__(self, d_model, eps=1e-5):
        nn.Module.__init__(self)
        self.eps = eps
        self.gain = nn.Parameter(torch.zeros(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))


@misconception(
    "LayerNorm",
    caught_by="layer-norm-gradients",
    section="residuals.html#res-layer-norm",
    sentence="You treat mean and variance as constants: a detach() or torch.no_grad() around "
    "them. The output is right, but the gradient lacks the part that flows through them.",
)
class ConstantStatistics(LayerNorm):
    def forward(self, x):
        with torch.no_grad():
            mean = x.mean(dim=-1, keepdim=True)
            variance = (x - mean).square().mean(dim=-1, keepdim=True)
        return self.gain * (x - mean) / torch.sqrt(variance + self.eps) + self.bias


# ---- ResidualSublayer ----------------------------------------------------------------------------


@misconception(
    "ResidualSublayer",
    caught_by="residual-identity",
    section="residuals.html#res-why",
    sentence="Your residual is missing: you return what the sub-layer makes of x and never add x. "
    "A sub-layer that returns zeros must let x through; yours loses it.",
)
class NothingAdded(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            return self.dropout(sublayer(self.norm(x)))
        return self.norm(self.dropout(sublayer(x)))


@misconception(
    "ResidualSublayer",
    caught_by="residual-identity",
    section="residuals.html#res-why",
    sentence="You add x twice, or add the output to itself: a sub-layer that returns zeros must "
    "give back x with pre-norm, and yours gives 2x.",
)
class AddedTwice(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + (x + self.dropout(sublayer(self.norm(x))))
        return self.norm(x + (x + self.dropout(sublayer(x))))


@misconception(
    "ResidualSublayer",
    caught_by="residual-forms",
    section="residuals.html#res-pre-post",
    sentence="Your pre and post are swapped: with pre_norm=False, the paper's form, you normalize "
    "before the sub-layer.",
)
class PreAndPostSwapped(ResidualSublayer):
    def forward(self, x, sublayer):
        if not self.pre_norm:
            return x + self.dropout(sublayer(self.norm(x)))
        return self.norm(x + self.dropout(sublayer(x)))


@misconception(
    "ResidualSublayer",
    caught_by="residual-forms",
    section="residuals.html#res-pre-post",
    sentence="You always normalize before the sub-layer, whatever pre_norm says. The paper's form "
    "is the other one: the norm comes after the sum.",
)
class AlwaysPreNorm(ResidualSublayer):
    def forward(self, x, sublayer):
        return x + self.dropout(sublayer(self.norm(x)))


@misconception(
    "ResidualSublayer",
    caught_by="residual-post-norm",
    section="residuals.html#res-pre-post",
    sentence="With post-norm you normalize the sub-layer's output and then add x. The norm "
    "belongs after the sum: LayerNorm(x + Sublayer(x)).",
)
class NormInsideTheSum(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + self.dropout(sublayer(self.norm(x)))
        return x + self.norm(self.dropout(sublayer(x)))


@misconception(
    "ResidualSublayer",
    caught_by="residual-post-norm",
    section="residuals.html#res-pre-post",
    sentence="With post-norm your norm is applied twice: to the input of the sub-layer and after "
    "the sum. The sub-layer gets x as it is.",
)
class NormTwiceInPostNorm(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + self.dropout(sublayer(self.norm(x)))
        return self.norm(x + self.dropout(sublayer(self.norm(x))))


@misconception(
    "ResidualSublayer",
    caught_by="residual-post-norm",
    section="residuals.html#res-pre-post",
    sentence="With post-norm you add the norm's result to the sum once more: x + Sublayer(x) + "
    "LayerNorm(...). The norm replaces the sum, you do not add it.",
)
class NormAddedToTheSum(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + self.dropout(sublayer(self.norm(x)))
        x = x + self.dropout(sublayer(x))
        return x + self.norm(x)


@misconception(
    "ResidualSublayer",
    caught_by="residual-forms",
    section="residuals.html#res-pre-post",
    sentence="You always normalize after the sum, whatever pre_norm says: with pre_norm=True the "
    "norm goes before the sub-layer, and the sum stays as it is.",
)
class AlwaysPostNorm(ResidualSublayer):
    def forward(self, x, sublayer):
        return self.norm(x + self.dropout(sublayer(x)))


@misconception(
    "ResidualSublayer",
    caught_by="residual-pre-norm",
    section="residuals.html#res-pre-post",
    sentence="With pre-norm you overwrite x by norm(x) and add that. The sum must take x itself: "
    "it is the way on which nothing changes it.",
)
class NormalisedInputAdded(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            x = self.norm(x)
            return x + self.dropout(sublayer(x))
        return self.norm(x + self.dropout(sublayer(x)))


@misconception(
    "ResidualSublayer",
    caught_by="residual-pre-norm",
    section="residuals.html#res-pre-post",
    sentence="With pre-norm your norm is applied twice: before the sub-layer and again after the "
    "sum. The sum of pre-norm stays as it is.",
)
class NormTwiceInPreNorm(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            return self.norm(x + self.dropout(sublayer(self.norm(x))))
        return self.norm(x + self.dropout(sublayer(x)))


@misconception(
    "ResidualSublayer",
    caught_by="residual-dropout",
    section="residuals.html#res-dropout",
    sentence="You apply dropout after the sum: it tears holes into x as well. The paper drops the "
    "sub-layer's output, before it is added.",
)
class DropoutAfterTheSum(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            return self.dropout(x + sublayer(self.norm(x)))
        return self.norm(self.dropout(x + sublayer(x)))


@misconception(
    "ResidualSublayer",
    caught_by="residual-dropout",
    section="residuals.html#res-dropout",
    sentence="You drop x instead of what the sub-layer made of it: the one way that should stay "
    "untouched loses features in every layer.",
)
class DropoutOnX(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            return self.dropout(x) + sublayer(self.norm(x))
        return self.norm(self.dropout(x) + sublayer(x))


@misconception(
    "ResidualSublayer",
    caught_by="residual-dropout",
    section="residuals.html#res-dropout",
    sentence="You apply dropout before the sub-layer, to its input. The paper drops its output, "
    "before the sum.",
)
class DropoutBeforeTheSublayer(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + sublayer(self.dropout(self.norm(x)))
        return self.norm(x + sublayer(self.dropout(x)))


@misconception(
    "ResidualSublayer",
    caught_by="residual-dropout",
    section="residuals.html#res-dropout",
    sentence="With post-norm you apply dropout to the finished output, after the norm: the next "
    "layer never sees a whole x. It belongs to the sub-layer's output, before the sum.",
)
class DropoutAfterTheNorm(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + self.dropout(sublayer(self.norm(x)))
        return self.dropout(self.norm(x + sublayer(x)))


@misconception(
    "ResidualSublayer",
    caught_by="residual-modes",
    section="residuals.html#res-dropout",
    sentence="Your layer drops features in evaluation mode too: F.dropout does so unless you pass "
    "training=self.training. Use the layer's own self.dropout.",
)
class DropsInEvaluation(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + F.dropout(sublayer(self.norm(x)), self.dropout.p)
        return self.norm(x + F.dropout(sublayer(x), self.dropout.p))


@misconception(
    "ResidualSublayer",
    caught_by="residual-modes",
    section="residuals.html#res-dropout",
    sentence="Your layer never drops anything: self.dropout is built and never called.",
)
class NeverDropsAFeature(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + sublayer(self.norm(x))
        return self.norm(x + sublayer(x))


@misconception(
    "ResidualSublayer",
    caught_by="residual-gradients",
    section="residuals.html#res-why",
    sentence="Your output is right, but you cut the gradient: a detach() on the way through the "
    "sub-layer. Layers below would learn as if it were not there.",
)
class SublayerCutOff(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + self.dropout(sublayer(self.norm(x.detach())))
        return self.norm(x + self.dropout(sublayer(x.detach())))


@misconception(
    "ResidualSublayer",
    caught_by="residual-gradients",
    section="residuals.html#res-why",
    sentence="Your output is right, but you cut the gradient of the residual: x is detached where "
    "it is added. It is just this way on which the gradient should come back unchanged.",
)
class ResidualCutOff(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            return x.detach() + self.dropout(sublayer(self.norm(x)))
        return self.norm(x.detach() + self.dropout(sublayer(x)))


@misconception(
    "ResidualSublayer",
    caught_by="residual-gradients",
    section="residuals.html#res-why",
    sentence="You add in place (x += ...): that overwrites the tensor of whoever called you, and "
    "autograd refuses it where it still needs the old x. Write x = x + ...",
)
class AddedInPlace(ResidualSublayer):
    def forward(self, x, sublayer):
        if self.pre_norm:
            x += self.dropout(sublayer(self.norm(x)))
            return x
        x += self.dropout(sublayer(x))
        return self.norm(x)
