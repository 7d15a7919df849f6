"""Ways to get the feed-forward network wrong (right: `solutions.model.feed_forward`)."""

import torch
import torch.nn.functional as F
from torch import nn

from solutions.misconceptions import misconception
from solutions.model.feed_forward import ConvolutionalFeedForward, FeedForward

# ---- FeedForward ---------------------------------------------------------------------------------


@misconception(
    "FeedForward",
    caught_by="feed-forward-values",
    section="residuals.html#res-feed-forward",
    sentence="Your ReLU is missing: two linear maps in a row are one linear map, and all your "
    "d_ff inner features buy nothing.",
)
class NoRelu(FeedForward):
    def forward(self, x):
        return self.W_2(self.W_1(x))


@misconception(
    "FeedForward",
    caught_by="feed-forward-values",
    section="residuals.html#res-feed-forward",
    sentence="Your ReLU comes after the second map. It belongs between the two; at the end it "
    "forbids negative outputs, and the two maps before it are one.",
)
class ReluAtTheEnd(FeedForward):
    def forward(self, x):
        return torch.relu(self.W_2(self.W_1(x)))


@misconception(
    "FeedForward",
    caught_by="feed-forward-values",
    section="residuals.html#res-feed-forward",
    sentence="You apply a second ReLU to the output: the network could only ever add to x, never "
    "take away from it.",
)
class ReluTwice(FeedForward):
    def forward(self, x):
        return torch.relu(self.W_2(torch.relu(self.W_1(x))))


@misconception(
    "FeedForward",
    caught_by="feed-forward-values",
    section="residuals.html#res-feed-forward",
    sentence="Your ReLU acts on the input: it throws away the negative half of x before any "
    "parameter has seen it. It belongs between the two maps.",
)
class ReluOnTheInput(FeedForward):
    def forward(self, x):
        return self.W_2(self.W_1(torch.relu(x)))


@misconception(
    "FeedForward",
    caught_by="feed-forward-values",
    section="residuals.html#res-feed-forward",
    sentence="You use GELU. Later models do; the paper's equation 2 has max(0, x), that is ReLU.",
)
class Gelu(FeedForward):
    def forward(self, x):
        return self.W_2(F.gelu(self.W_1(x)))


@misconception(
    "FeedForward",
    caught_by="feed-forward-values",
    section="residuals.html#res-feed-forward",
    sentence="You add x to the result. The sum belongs to the residual sub-layer around this "
    "network; with both, x is counted twice.",
)
class WithItsOwnResidual(FeedForward):
    def forward(self, x):
        return x + self.W_2(torch.relu(self.W_1(x)))


@misconception(
    "FeedForward",
    caught_by="feed-forward-parameters",
    section="residuals.html#res-feed-forward",
    sentence="Your maps have no biases: you pass bias=False. Equation 2 has b_1 and b_2 (unlike "
    "the projections of attention).",
)
class NoBiases(FeedForward):
    def __init__(self, d_model, d_ff):
        nn.Module.__init__(self)
        self.W_1 = nn.Linear(d_model, d_ff, bias=False)
        self.W_2 = nn.Linear(d_ff, d_model, bias=False)


@misconception(
    "FeedForward",
    caught_by="feed-forward-parameters",
    section="residuals.html#res-feed-forward",
    sentence="You ignore d_ff: the inner width is always 4 * d_model. That is the paper's choice "
    "of a number, not a law.",
)
class AlwaysFourTimes(FeedForward):
    def __init__(self, d_model, d_ff):
        nn.Module.__init__(self)
        self.W_1 = nn.Linear(d_model, 4 * d_model)
        self.W_2 = nn.Linear(4 * d_model, d_model)


@misconception(
    "FeedForward",
    caught_by="feed-forward-parameters",
    section="residuals.html#res-feed-forward",
    sentence="You ignore d_ff: both of your maps are d_model by d_model. The network should widen "
    "to d_ff and come back.",
)
class NeverWidened(FeedForward):
    def __init__(self, d_model, d_ff):
        nn.Module.__init__(self)
        self.W_1 = nn.Linear(d_model, d_model)
        self.W_2 = nn.Linear(d_model, d_model)


@misconception(
    "FeedForward",
    caught_by="feed-forward-parameters",
    section="residuals.html#res-feed-forward",
    sentence="You have the two widths the wrong way round: W_1 must go from d_model to d_ff, and "
    "W_2 back.",
)
class WidthsSwapped(FeedForward):
    def __init__(self, d_model, d_ff):
        nn.Module.__init__(self)
        self.W_1 = nn.Linear(d_ff, d_model)
        self.W_2 = nn.Linear(d_model, d_ff)


@misconception(
    "FeedForward",
    caught_by="feed-forward-gradients",
    section="residuals.html#res-feed-forward",
    sentence="Your output is right, but W_1 cannot learn: detach(), .data or torch.no_grad() cuts "
    "the gradient on its way to it.",
)
class FirstMapCutOff(FeedForward):
    def forward(self, x):
        return self.W_2(torch.relu(F.linear(x, self.W_1.weight.data, self.W_1.bias.data)))


# ---- ConvolutionalFeedForward --------------------------------------------------------------------


@misconception(
    "ConvolutionalFeedForward",
    caught_by="convolution-values",
    section="residuals.html#res-convolution",
    sentence="You hand x to the convolution as it is, (B, T, d_model), and it takes the positions "
    "for channels. It fails, or goes wrong unseen when T equals d_model: swap the axes first.",
)
class PositionsAsChannels(ConvolutionalFeedForward):
    def forward(self, x):
        return self.W_2(torch.relu(self.W_1(x)))


@misconception(
    "ConvolutionalFeedForward",
    caught_by="convolution-values",
    section="residuals.html#res-convolution",
    sentence="You never swap the axes back: your result is (B, d_model, T), as convolutions have "
    "it.",
)
class FeaturesLeftInFront(ConvolutionalFeedForward):
    def forward(self, x):
        return self.W_2(torch.relu(self.W_1(x.transpose(1, 2))))


@misconception(
    "ConvolutionalFeedForward",
    caught_by="convolution-values",
    section="residuals.html#res-convolution",
    sentence="You reshape where you should transpose: the shape is right, but each column of what "
    "the convolution sees mixes features of several positions.",
)
class ReshapedNotTransposed(ConvolutionalFeedForward):
    def forward(self, x):
        B, T, d_model = x.shape
        inner = torch.relu(self.W_1(x.reshape(B, d_model, T)))
        return self.W_2(inner).reshape(B, T, d_model)


@misconception(
    "ConvolutionalFeedForward",
    caught_by="convolution-is-linear",
    section="residuals.html#res-convolution",
    sentence="Your ReLU between the two convolutions is missing: what is left is one linear map.",
)
class NoReluBetweenConvolutions(ConvolutionalFeedForward):
    def forward(self, x):
        return self.W_2(self.W_1(x.transpose(1, 2))).transpose(1, 2)


@misconception(
    "ConvolutionalFeedForward",
    caught_by="convolution-is-linear",
    section="residuals.html#res-convolution",
    sentence="Your ReLU comes after the second convolution; it belongs between the two.",
)
class ReluAfterBothConvolutions(ConvolutionalFeedForward):
    def forward(self, x):
        return torch.relu(self.W_2(self.W_1(x.transpose(1, 2)))).transpose(1, 2)


@misconception(
    "ConvolutionalFeedForward",
    caught_by="convolution-parameters",
    section="residuals.html#res-convolution",
    sentence="Your kernels have size 3: each position then sees its neighbors, and two such "
    "layers see five. The paper's remark is about kernels of size 1.",
)
class KernelOfThree(ConvolutionalFeedForward):
    def __init__(self, d_model, d_ff):
        nn.Module.__init__(self)
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=3, padding=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=3, padding=1)


@misconception(
    "ConvolutionalFeedForward",
    caught_by="convolution-parameters",
    section="residuals.html#res-convolution",
    sentence="Your layer is the linear one again. Build it from nn.Conv1d: the weights must have "
    "the shape (out, in, 1).",
)
class NoConvolutionAtAll(ConvolutionalFeedForward):
    def __init__(self, d_model, d_ff):
        nn.Module.__init__(self)
        self.W_1 = nn.Linear(d_model, d_ff)  # type: ignore[assignment]  # the mistake
        self.W_2 = nn.Linear(d_ff, d_model)  # type: ignore[assignment]  # the mistake

    def forward(self, x):
        return self.W_2(torch.relu(self.W_1(x)))


@misconception(
    "ConvolutionalFeedForward",
    caught_by="convolution-parameters",
    section="residuals.html#res-convolution",
    sentence="Your convolutions have no biases: you pass bias=False. Equation 2 has b_1 and b_2.",
)
class ConvolutionsWithoutBias(ConvolutionalFeedForward):
    def __init__(self, d_model, d_ff):
        nn.Module.__init__(self)
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1, bias=False)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1, bias=False)


@misconception(
    "ConvolutionalFeedForward",
    caught_by="convolution-parameters",
    section="residuals.html#res-convolution",
    sentence="You use depthwise convolutions (groups=d_model): each feature is then treated by "
    "itself, and nothing mixes features any more. Leave groups at 1.",
)
class FeaturesKeptApart(ConvolutionalFeedForward):
    def __init__(self, d_model, d_ff):
        nn.Module.__init__(self)
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1, groups=d_model)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1, groups=d_model)
