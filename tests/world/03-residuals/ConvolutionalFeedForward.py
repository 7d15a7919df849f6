"""Forms in which public code writes the feed-forward network as convolutions."""


# form: transpose, two convolutions, transpose
# as in: jadore801120/attention-is-all-you-need-pytorch (earlier version), PositionwiseFeedForward with nn.Conv1d
# verdict: right
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, 1)  # position-wise
        self.W_2 = nn.Conv1d(d_ff, d_model, 1)  # position-wise

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        output = x.transpose(1, 2)
        output = self.W_2(F.relu(self.W_1(output)))
        return output.transpose(1, 2)


# form: nn.Sequential with an OrderedDict, permute around it
# as in: PyTorch's documentation, nn.Sequential(OrderedDict([...]))
# verdict: right
from collections import OrderedDict


class ConvolutionalFeedForward(nn.Sequential):
    def __init__(self, d_model, d_ff):
        super().__init__(
            OrderedDict(W_1=nn.Conv1d(d_model, d_ff, (1,)), relu=nn.ReLU(), W_2=nn.Conv1d(d_ff, d_model, (1,)))
        )

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        return super().forward(x.permute(0, 2, 1)).permute(0, 2, 1).contiguous()


# form: W_2 first, padding="same", swapaxes
# as in: a habit from Keras, padding="same"
# verdict: right
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model: int, d_ff: int) -> None:
        super().__init__()
        self.W_2 = nn.Conv1d(in_channels=d_ff, out_channels=d_model, kernel_size=1, padding="same")
        self.W_1 = nn.Conv1d(in_channels=d_model, out_channels=d_ff, kernel_size=1, padding="same")

    def forward(self, x: Tensor) -> Tensor:
        require_width(x, self.W_1.in_channels)
        y: Tensor = torch.swapaxes(x, 1, 2)
        y = torch.nn.functional.relu(self.W_1(y), inplace=True)
        y = self.W_2(y)
        return torch.swapaxes(y, 1, 2)


# form: every position a batch entry of length one
# as in: homework that avoids the transpose
# verdict: right
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        flat = x.reshape(-1, x.size(-1), 1)
        return self.W_2(torch.relu(self.W_1(flat))).reshape(x.shape)


# form: as two linear maps with the kernel's axis squeezed
# as in: HF transformers, remarks on OpenAI GPT's Conv1D, which is a linear map
# verdict: right
def as_linear(conv, x):
    return F.linear(x, conv.weight.squeeze(-1), conv.bias)


class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        return as_linear(self.W_2, as_linear(self.W_1, x).clamp(min=0))


# form: a loop over sentences, unbatched convolution
# as in: homework, one sentence at a time
# verdict: right
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        run = lambda sentence: self.W_2(torch.relu(self.W_1(sentence.t()))).t()
        return torch.stack([run(sentence) for sentence in x])


# form: no transpose at all
# as in: Stack Overflow, a common question: Conv1d "expected input to have d_model channels, but got T channels"
# verdict: wrong
# loses: convolution-values
# named: PositionsAsChannels
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        return self.W_2(F.relu(self.W_1(x)))


# form: never back
# as in: homework, permute once
# verdict: wrong
# loses: convolution-values
# named: FeaturesLeftInFront
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        x = x.permute(0, 2, 1)
        return self.W_2(F.relu(self.W_1(x)))


# form: view in place of transpose
# as in: Stack Overflow, a common question: view against permute
# verdict: wrong
# loses: convolution-values
# named: ReshapedNotTransposed
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        b, t, d = x.size()
        y = x.contiguous().view(b, d, t)
        y = self.W_2(F.relu(self.W_1(y)))
        return y.contiguous().view(b, t, d)


# form: transposed there, reshaped back
# as in: homework, the shape fits, so it must be right
# verdict: wrong
# loses: convolution-values
# named: ReshapedBack
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        return self.W_2(F.relu(self.W_1(x.transpose(1, 2)))).reshape(x.shape)


# form: all axes turned round
# as in: a NumPy habit, x.T of three axes
# verdict: wrong
# loses: convolution-values
# named: AllAxesReversed
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        return self.W_2(F.relu(self.W_1(x.permute(2, 1, 0)))).permute(2, 1, 0)


# form: kernels of 9 and 1
# as in: ming024/FastSpeech2, PositionwiseFeedForward with kernel sizes [9, 1]
# verdict: wrong
# loses: convolution-parameters
# named: -
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff, kernel_size=(9, 1)):
        super().__init__()
        k1, k2 = kernel_size
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=k1, padding=(k1 - 1) // 2)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=k2, padding=(k2 - 1) // 2)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        return self.W_2(F.relu(self.W_1(x.transpose(1, 2)))).transpose(1, 2)


# form: kernels of 3
# as in: a habit from vision, kernel_size=3, padding=1
# verdict: wrong
# loses: convolution-parameters
# named: KernelOfThree
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=3, padding=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=3, padding=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        return self.W_2(F.relu(self.W_1(x.transpose(1, 2)))).transpose(1, 2)


# form: padding that kernels of 1 do not need
# as in: a habit from vision, padding=1
# verdict: wrong
# loses: convolution-values
# named: PaddedConvolutions
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1, padding=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1, padding=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        return self.W_2(F.relu(self.W_1(x.transpose(1, 2)))).transpose(1, 2)


# form: two-dimensional convolutions
# as in: a habit from vision, 1 x 1 convolutions
# verdict: wrong
# loses: convolution-parameters
# named: -
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv2d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv2d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        x = x.transpose(1, 2).unsqueeze(-1)
        return self.W_2(F.relu(self.W_1(x))).squeeze(-1).transpose(1, 2)


# form: squeezed at the end
# as in: a habit, .squeeze() without an axis
# verdict: wrong
# loses: convolution-values
# named: SqueezedAtTheEnd
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        return self.W_2(F.relu(self.W_1(x.transpose(1, 2)))).transpose(1, 2).squeeze()


# form: names of the source, norm and residual inside
# as in: jadore801120/attention-is-all-you-need-pytorch (earlier version), w_1, w_2 and layer_norm
# verdict: wrong
# loses: convolution-parameters, convolution-values
# named: ConvolutionOtherNames
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_in, d_hid, dropout=0.1):
        super().__init__()
        self.w_1 = nn.Conv1d(d_in, d_hid, 1)
        self.w_2 = nn.Conv1d(d_hid, d_in, 1)
        self.layer_norm = LayerNorm(d_in)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        residual = x
        output = self.w_2(F.relu(self.w_1(x.transpose(1, 2)))).transpose(1, 2)
        return self.layer_norm(self.dropout(output) + residual)


# form: linear maps under another name
# as in: homework, "a kernel of size 1 is a linear map anyway"
# verdict: wrong
# loses: convolution-parameters
# named: NoConvolutionAtAll
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        return self.W_2(F.relu(self.W_1(x)))


# form: no ReLU, and no way back
# as in: homework, two mistakes at once
# verdict: wrong
# loses: convolution-values, convolution-is-linear
# named: NoReluBetweenConvolutions, FeaturesLeftInFront
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        return self.W_2(self.W_1(x.transpose(1, 2)))


# form: GELU between
# as in: a habit from newer models
# verdict: wrong
# loses: convolution-is-linear
# named: GeluBetweenConvolutions
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        return self.W_2(F.gelu(self.W_1(x.transpose(1, 2)))).transpose(1, 2)


# form: without biases
# as in: a habit from vision, bias=False
# verdict: wrong
# loses: convolution-parameters
# named: ConvolutionsWithoutBias
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, 1, bias=False)
        self.W_2 = nn.Conv1d(d_ff, d_model, 1, bias=False)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        return self.W_2(F.relu(self.W_1(x.transpose(1, 2)))).transpose(1, 2)


# form: the RuntimeError of nn.Conv1d
# as in: nearly all public code, which checks no width
# verdict: wrong
# loses: convolution-values
# named: ConvolutionAnyWidth
class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        return self.W_2(F.relu(self.W_1(x.transpose(1, 2)))).transpose(1, 2)
