"""Ways to get the feed-forward network wrong (right: `solutions.model.feed_forward`)."""

from solutions.misconceptions import misconception
from solutions.model.feed_forward import ConvolutionalFeedForward, FeedForward

# ---- FeedForward ---------------------------------------------------------------------------------

misconception(
    FeedForward,
    "NoRelu",
    did="You leave out the ReLU between the two maps.",
    causes="Two linear maps in a row are one linear map, so your d_ff inner features bring no "
    "advantage.",
    fix="Apply torch.relu to the result of W_1, before W_2.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-values",
    change={"torch.relu(self.W_1(x))": "self.W_1(x)"},
)

misconception(
    FeedForward,
    "ReluAtTheEnd",
    did="You apply the ReLU after the second map.",
    causes="The output can never be negative, and the two maps before the ReLU are only one "
    "linear map.",
    fix="Move the ReLU between the two maps.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-values",
    change={"self.W_2(torch.relu(self.W_1(x)))": "torch.relu(self.W_2(self.W_1(x)))"},
)

misconception(
    FeedForward,
    "ReluTwice",
    did="You apply a second ReLU to the output.",
    causes="The output can never be negative, so the network could only add to x and never "
    "subtract from it.",
    fix="Return the result of W_2 without a ReLU.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-values",
    change={"self.W_2(torch.relu(self.W_1(x)))": "torch.relu(self.W_2(torch.relu(self.W_1(x))))"},
)

misconception(
    FeedForward,
    "ReluOnTheInput",
    did="You apply the ReLU to the input.",
    causes="It throws away the negative half of x before any parameter has seen it.",
    fix="Apply the ReLU to the result of W_1.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-values",
    change={"self.W_2(torch.relu(self.W_1(x)))": "self.W_2(self.W_1(torch.relu(x)))"},
)

misconception(
    FeedForward,
    "Gelu",
    did="You use GELU instead of ReLU.",
    causes="Later models do so, but equation 2 of the paper has max(0, x), which is ReLU.",
    fix="Replace GELU with torch.relu.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-values",
    change={"torch.relu(self.W_1(x))": "nn.functional.gelu(self.W_1(x))"},
)

misconception(
    FeedForward,
    "WithItsOwnResidual",
    did="You add x to the result of the two maps.",
    causes="The residual sub-layer around this network adds x as well, so x would be counted "
    "twice.",
    fix="Return the result of W_2 alone.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-values",
    change={
        "return self.W_2(torch.relu(self.W_1(x)))": "return x + self.W_2(torch.relu(self.W_1(x)))",
    },
)

misconception(
    FeedForward,
    "NoBiases",
    did="Your maps have no biases: you pass bias=False.",
    causes="Equation 2 has b_1 and b_2, unlike the projections of attention.",
    fix="Keep the default bias=True of nn.Linear.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-parameters",
    change={
        "self.W_1 = nn.Linear(d_model, d_ff)": "self.W_1 = nn.Linear(d_model, d_ff, bias=False)",
        "self.W_2 = nn.Linear(d_ff, d_model)": "self.W_2 = nn.Linear(d_ff, d_model, bias=False)",
    },
)

misconception(
    FeedForward,
    "AlwaysFourTimes",
    did="You ignore d_ff: your inner width is always 4 * d_model.",
    causes="The paper chooses this number, but another model may choose another one.",
    fix="Use d_ff as the inner width.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-parameters",
    change={
        "self.W_1 = nn.Linear(d_model, d_ff)": "self.W_1 = nn.Linear(d_model, 4 * d_model)",
        "self.W_2 = nn.Linear(d_ff, d_model)": "self.W_2 = nn.Linear(4 * d_model, d_model)",
    },
)

misconception(
    FeedForward,
    "NeverWidened",
    did="You ignore d_ff: both of your maps are d_model by d_model.",
    causes="The network should widen to d_ff and come back to d_model.",
    fix="Use d_ff as the output width of W_1 and the input width of W_2.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-parameters",
    change={
        "self.W_1 = nn.Linear(d_model, d_ff)": "self.W_1 = nn.Linear(d_model, d_model)",
        "self.W_2 = nn.Linear(d_ff, d_model)": "self.W_2 = nn.Linear(d_model, d_model)",
    },
)

misconception(
    FeedForward,
    "WidthsSwapped",
    did="You have swapped the two widths.",
    causes="Your W_1 expects d_ff features, but x has d_model features.",
    fix="Let W_1 go from d_model to d_ff, and W_2 back.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-parameters",
    change={
        "self.W_1 = nn.Linear(d_model, d_ff)": "self.W_1 = nn.Linear(d_ff, d_model)",
        "self.W_2 = nn.Linear(d_ff, d_model)": "self.W_2 = nn.Linear(d_model, d_ff)",
    },
)

misconception(
    FeedForward,
    "FirstMapCutOff",
    did="You cut the gradient on its way to W_1, with detach(), .data or torch.no_grad().",
    causes="The output is right, but W_1 cannot learn.",
    fix="Use self.W_1(x) as it is, with its gradient.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-gradients",
    change={"self.W_1(x)": "self.W_1(x).detach()"},
)

misconception(
    FeedForward,
    "Silu",
    did="You use SiLU (swish) instead of ReLU.",
    causes="Later models do so, but equation 2 of the paper has max(0, x), which is ReLU.",
    fix="Replace SiLU with torch.relu.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-values",
    change={
        "torch.relu(self.W_1(x))": "nn.functional.silu(self.W_1(x))",
    },
)

misconception(
    FeedForward,
    "DropoutBetweenTheMaps",
    did="You apply dropout inside the feed-forward network, as a popular tutorial does.",
    causes="Equation 2 has none: in this model the residual sub-layer applies dropout to the "
    "network's output, so yours would drop features twice.",
    fix="Remove the dropout from this layer.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-values",
    change={
        "self.W_2(torch.relu(self.W_1(x)))": (
            "self.W_2(nn.functional.dropout(torch.relu(self.W_1(x)), 0.1, self.training))"
        ),
    },
)

misconception(
    FeedForward,
    "PositionsFlattened",
    did="You flatten batch and positions, and you never restore the shape.",
    causes="Your result has the shape (B * T, d_model).",
    fix="Leave x as it is: nn.Linear works on the last axis.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-values",
    change={
        "(self.W_1(x))": "(self.W_1(x.reshape(-1, x.size(-1))))",
    },
)

misconception(
    FeedForward,
    "PositionsViewed",
    did="You flatten batch and positions with view.",
    causes="view raises an error for a tensor that is not contiguous, such as a transposed one.",
    fix="Leave x as it is: nn.Linear works on the last axis.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-float64",
    change={
        "return self.W_2(torch.relu(self.W_1(x)))": (
            "y = self.W_2(torch.relu(self.W_1(x.view(-1, x.size(-1)))))\n"
            "        return y.view(x.shape)"
        ),
    },
)

misconception(
    FeedForward,
    "FeedForwardAnyWidth",
    did="You do not check the width of x.",
    causes="For a wrong width nn.Linear raises a RuntimeError about two matrices. The "
    "docstring promises a ValueError that names the cause.",
    fix="Call require_width(x, self.W_1.in_features) first.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-values",
    change={
        ("        require_width(x, self.W_1.in_features)\n"): "",
    },
)

misconception(
    FeedForward,
    "FeedForwardOtherNames",
    did="Your two maps have other names than W_1 and W_2.",
    causes="The tests and the later notebooks load parameters by their names, so they find "
    "none here.",
    fix="Call the maps self.W_1 and self.W_2, as the docstring does.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-parameters",
    change={
        "self.W_1 = nn": "self.w_1 = nn",
        "self.W_2 = nn": "self.w_2 = nn",
        "self.W_1.in_features": "self.w_1.in_features",
        "self.W_2(torch.relu(self.W_1(x)))": "self.w_2(torch.relu(self.w_1(x)))",
    },
)

misconception(
    FeedForward,
    "NormInTheNetwork",
    did="Your network has a layer norm besides the two maps.",
    causes="Equation 2 has only the maps. In this model the residual sub-layer adds x and "
    "normalizes, so yours would do it twice.",
    fix="Remove the norm from FeedForward, and the sum with x too.",
    section="residuals.html#res-feed-forward",
    caught_by="feed-forward-parameters",
    change={
        "self.W_2 = nn.Linear(d_ff, d_model)": (
            "self.W_2 = nn.Linear(d_ff, d_model)\n        self.layer_norm = nn.LayerNorm(d_model)"
        ),
        "return self.W_2(torch.relu(self.W_1(x)))": (
            "return self.layer_norm(x + self.W_2(torch.relu(self.W_1(x))))"
        ),
    },
)

# ---- ConvolutionalFeedForward --------------------------------------------------------------------

misconception(
    ConvolutionalFeedForward,
    "PositionsAsChannels",
    did="You pass x to the convolution as it is, with the shape (B, T, d_model).",
    causes="The convolution takes the positions for channels. This fails, or goes unnoticed if T "
    "equals d_model.",
    fix="Swap the last two axes first, and swap them back at the end.",
    section="residuals.html#res-convolution",
    caught_by="convolution-values",
    change={
        "        x = x.transpose(1, 2)\n": "",
        "self.W_2(torch.relu(self.W_1(x))).transpose(1, 2)": "self.W_2(torch.relu(self.W_1(x)))",
    },
)

misconception(
    ConvolutionalFeedForward,
    "FeaturesLeftInFront",
    did="You do not swap the axes back at the end.",
    causes="Your result has the shape (B, d_model, T), as convolutions have it.",
    fix="Transpose the result to (B, T, d_model).",
    section="residuals.html#res-convolution",
    caught_by="convolution-values",
    change={")).transpose(1, 2)": "))"},
)

misconception(
    ConvolutionalFeedForward,
    "ReshapedNotTransposed",
    did="You use reshape where you should use transpose.",
    causes="The shape is right, but each column that the convolution sees mixes features of "
    "several positions.",
    fix="Swap the axes with transpose.",
    section="residuals.html#res-convolution",
    caught_by="convolution-values",
    change={
        "        x = x.transpose(1, 2)\n": (
            "        B, T, d_model = x.shape\n        x = x.reshape(B, d_model, T)\n"
        ),
        "self.W_2(torch.relu(self.W_1(x))).transpose(1, 2)": (
            "self.W_2(torch.relu(self.W_1(x))).reshape(B, T, d_model)"
        ),
    },
)

misconception(
    ConvolutionalFeedForward,
    "NoReluBetweenConvolutions",
    did="You leave out the ReLU between the two convolutions.",
    causes="Without it your layer is only one linear map.",
    fix="Apply torch.relu to the result of the first convolution.",
    section="residuals.html#res-convolution",
    caught_by="convolution-is-linear",
    change={"torch.relu(self.W_1(x))": "self.W_1(x)"},
)

misconception(
    ConvolutionalFeedForward,
    "ReluAfterBothConvolutions",
    did="You apply the ReLU after the second convolution.",
    causes="The two convolutions before it are then one linear map, and the output can never be "
    "negative.",
    fix="Move the ReLU between the two convolutions.",
    section="residuals.html#res-convolution",
    caught_by="convolution-is-linear",
    change={"self.W_2(torch.relu(self.W_1(x)))": "torch.relu(self.W_2(self.W_1(x)))"},
)

misconception(
    ConvolutionalFeedForward,
    "KernelOfThree",
    did="Your kernels have size 3, not 1.",
    causes="Each position then sees its neighbors, and after two convolutions it sees five "
    "positions.",
    fix="Use kernel_size=1, as the paper's remark says.",
    section="residuals.html#res-convolution",
    caught_by="convolution-parameters",
    change={
        "nn.Conv1d(d_model, d_ff, kernel_size=1)": (
            "nn.Conv1d(d_model, d_ff, kernel_size=3, padding=1)"
        ),
        "nn.Conv1d(d_ff, d_model, kernel_size=1)": (
            "nn.Conv1d(d_ff, d_model, kernel_size=3, padding=1)"
        ),
    },
)

misconception(
    ConvolutionalFeedForward,
    "NoConvolutionAtAll",
    did="You build the layer from nn.Linear again.",
    causes="Its weights do not have the shape of a convolution's weights, (out, in, 1).",
    fix="Build the two maps from nn.Conv1d.",
    section="residuals.html#res-convolution",
    caught_by="convolution-parameters",
    change={
        "nn.Conv1d(d_model, d_ff, kernel_size=1)": "nn.Linear(d_model, d_ff)",
        "nn.Conv1d(d_ff, d_model, kernel_size=1)": "nn.Linear(d_ff, d_model)",
        "self.W_1.in_channels": "self.W_1.in_features",
        "        x = x.transpose(1, 2)\n": "",
        "self.W_2(torch.relu(self.W_1(x))).transpose(1, 2)": "self.W_2(torch.relu(self.W_1(x)))",
    },
)

misconception(
    ConvolutionalFeedForward,
    "ConvolutionsWithoutBias",
    did="Your convolutions have no biases: you pass bias=False.",
    causes="Equation 2 has b_1 and b_2, so your layer has too few parameters.",
    fix="Keep the default bias=True of nn.Conv1d.",
    section="residuals.html#res-convolution",
    caught_by="convolution-parameters",
    change={
        "nn.Conv1d(d_model, d_ff, kernel_size=1)": (
            "nn.Conv1d(d_model, d_ff, kernel_size=1, bias=False)"
        ),
        "nn.Conv1d(d_ff, d_model, kernel_size=1)": (
            "nn.Conv1d(d_ff, d_model, kernel_size=1, bias=False)"
        ),
    },
)

misconception(
    ConvolutionalFeedForward,
    "FeaturesKeptApart",
    did="You use depthwise convolutions (groups=d_model).",
    causes="Each feature is then processed by itself, and nothing mixes the features.",
    fix="Leave groups at its default of 1.",
    section="residuals.html#res-convolution",
    caught_by="convolution-parameters",
    change={
        "nn.Conv1d(d_model, d_ff, kernel_size=1)": (
            "nn.Conv1d(d_model, d_ff, kernel_size=1, groups=d_model)"
        ),
        "nn.Conv1d(d_ff, d_model, kernel_size=1)": (
            "nn.Conv1d(d_ff, d_model, kernel_size=1, groups=d_model)"
        ),
    },
)

misconception(
    ConvolutionalFeedForward,
    "ReshapedBack",
    did="You swap the axes back with reshape.",
    causes="The shape is right, but features and positions are mixed.",
    fix="Use .transpose(1, 2) at the end, as at the beginning.",
    section="residuals.html#res-convolution",
    caught_by="convolution-values",
    change={
        "return self.W_2(torch.relu(self.W_1(x))).transpose(1, 2)": (
            "y = self.W_2(torch.relu(self.W_1(x)))\n"
            "        return y.reshape(y.size(0), y.size(2), y.size(1))"
        ),
    },
)

misconception(
    ConvolutionalFeedForward,
    "AllAxesReversed",
    did="You reverse all three axes, the batch included.",
    causes="The sentences of the batch then become the positions of the convolution. This "
    "fails, or goes unnoticed if T equals d_model.",
    fix="Swap the axes 1 and 2 only.",
    section="residuals.html#res-convolution",
    caught_by="convolution-values",
    change={
        "x = x.transpose(1, 2)": "x = x.permute(2, 1, 0)",
        "return self.W_2(torch.relu(self.W_1(x))).transpose(1, 2)": (
            "return self.W_2(torch.relu(self.W_1(x))).permute(2, 1, 0)"
        ),
    },
)

misconception(
    ConvolutionalFeedForward,
    "SqueezedAtTheEnd",
    did="You call squeeze() on the result.",
    causes="It removes every axis of length 1: a batch of one sentence loses its batch axis.",
    fix="Remove squeeze(): the transposed result has the right shape.",
    section="residuals.html#res-convolution",
    caught_by="convolution-values",
    change={
        "return self.W_2(torch.relu(self.W_1(x))).transpose(1, 2)": (
            "return self.W_2(torch.relu(self.W_1(x))).transpose(1, 2).squeeze()"
        ),
    },
)

misconception(
    ConvolutionalFeedForward,
    "PaddedConvolutions",
    did="You pad the sentence (padding=1).",
    causes="A kernel of size 1 needs no padding: each convolution makes the sentence two "
    "positions longer.",
    fix="Leave padding at its default of 0.",
    section="residuals.html#res-convolution",
    caught_by="convolution-values",
    change={
        "nn.Conv1d(d_model, d_ff, kernel_size=1)": (
            "nn.Conv1d(d_model, d_ff, kernel_size=1, padding=1)"
        ),
        "nn.Conv1d(d_ff, d_model, kernel_size=1)": (
            "nn.Conv1d(d_ff, d_model, kernel_size=1, padding=1)"
        ),
    },
)

misconception(
    ConvolutionalFeedForward,
    "GeluBetweenConvolutions",
    did="You use GELU instead of ReLU.",
    causes="Later models do so, but equation 2 of the paper has max(0, x), which is ReLU.",
    fix="Replace GELU with torch.relu.",
    section="residuals.html#res-convolution",
    caught_by="convolution-is-linear",
    change={
        "torch.relu(self.W_1(x))": "nn.functional.gelu(self.W_1(x))",
    },
)

misconception(
    ConvolutionalFeedForward,
    "ConvolutionAnyWidth",
    did="You do not check the width of x.",
    causes="For a wrong width nn.Conv1d raises a RuntimeError about channels. The docstring "
    "promises a ValueError that names the cause.",
    fix="Call require_width(x, self.W_1.in_channels) first.",
    section="residuals.html#res-convolution",
    caught_by="convolution-values",
    change={
        ("        require_width(x, self.W_1.in_channels)\n"): "",
    },
)

misconception(
    ConvolutionalFeedForward,
    "ConvolutionOtherNames",
    did="Your two convolutions have other names than W_1 and W_2.",
    causes="The tests load parameters by their names, so they find none here.",
    fix="Call the convolutions self.W_1 and self.W_2, as the docstring does.",
    section="residuals.html#res-convolution",
    caught_by="convolution-parameters",
    change={
        "self.W_1 = nn": "self.w_1 = nn",
        "self.W_2 = nn": "self.w_2 = nn",
        "self.W_1.in_channels": "self.w_1.in_channels",
        "self.W_2(torch.relu(self.W_1(x)))": "self.w_2(torch.relu(self.w_1(x)))",
    },
)
