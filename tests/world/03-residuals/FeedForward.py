"""Forms in which public code writes the feed-forward network."""


# form: F.relu between two maps
# as in: bentrevett/pytorch-seq2seq, PositionwiseFeedforwardLayer, without its dropout
# verdict: right
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        x = F.relu(self.W_1(x))
        return self.W_2(x)


# form: nn.Sequential with an OrderedDict
# as in: PyTorch's documentation, nn.Sequential(OrderedDict([...]))
# verdict: right
from collections import OrderedDict


class FeedForward(nn.Sequential):
    def __init__(self, d_model: int, d_ff: int):
        super().__init__(
            OrderedDict([("W_1", nn.Linear(d_model, d_ff)), ("act", nn.ReLU(inplace=True)), ("W_2", nn.Linear(d_ff, d_model))])
        )

    def forward(self, x: Tensor) -> Tensor:
        require_width(x, self[0].in_features)
        return super().forward(x)


# form: W_2 built first, the maximum by torch.maximum
# as in: homework that writes the formula as it stands
# verdict: right
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super(FeedForward, self).__init__()
        self.W_2 = nn.Linear(d_ff, d_model)
        self.W_1 = nn.Linear(d_model, d_ff)

    def forward(self, x):
        require_width(x, self.W_1.weight.shape[1])
        zero = torch.tensor(0.0, dtype=x.dtype)
        return self.W_2(torch.maximum(zero, self.W_1(x)))


# form: torch.compile
# as in: nanoGPT, torch.compile(model), here of the function inside
# verdict: right
@torch.compile(backend="eager")
def ffn(x, W_1, b_1, W_2, b_2):
    return torch.relu(x @ W_1.mT + b_1) @ W_2.mT + b_2


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1, self.W_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        return ffn(x, self.W_1.weight, self.W_1.bias, self.W_2.weight, self.W_2.bias)


# form: flattened, addmm, shaped back
# as in: HF transformers, Conv1D of GPT-2: torch.addmm on view(-1, size)
# verdict: right
def linear(x, layer):
    size_out = x.size()[:-1] + (layer.out_features,)
    return torch.addmm(layer.bias, x.reshape(-1, x.size(-1)), layer.weight.t()).view(size_out)


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff, bias=True)
        self.W_2 = nn.Linear(d_ff, d_model, bias=True)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        h = linear(x, self.W_1)
        h[h < 0] = 0  # its own tensor
        return linear(h, self.W_2)


# form: a closure for the activation, a list of layers
# as in: configurable code, activation_fn as in fairseq
# verdict: right
def get_activation_fn(name):
    return {"relu": lambda t: t.clamp(min=0), "gelu": F.gelu}[name]


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, activation="relu"):
        super().__init__()
        for name, sizes in {"W_1": (d_model, d_ff), "W_2": (d_ff, d_model)}.items():
            self.add_module(name, nn.Linear(*sizes))
        self.activation_fn = get_activation_fn(activation)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        return self.W_2(self.activation_fn(self.W_1(x)))


# form: other names
# as in: fairseq, fc1 and fc2
# verdict: wrong
# loses: feed-forward-parameters
# named: FeedForwardOtherNames
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.fc1 = nn.Linear(d_model, d_ff)
        self.fc2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.fc1.in_features)
        return self.fc2(F.relu(self.fc1(x)))


# form: small letters
# as in: The Annotated Transformer (Harvard NLP), PositionwiseFeedForward: w_1, w_2
# verdict: wrong
# loses: feed-forward-parameters
# named: FeedForwardOtherNames, DropoutBetweenTheMaps
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super(FeedForward, self).__init__()
        self.w_1 = nn.Linear(d_model, d_ff)
        self.w_2 = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.w_2(self.dropout(self.w_1(x).relu()))


# form: in one nn.Sequential
# as in: Karpathy's ng-video-lecture, FeedFoward: self.net = nn.Sequential(...)
# verdict: wrong
# loses: feed-forward-parameters
# named: FeedForwardOtherNames
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Linear(d_ff, d_model))

    def forward(self, x):
        require_width(x, self.net[0].in_features)
        return self.net(x)


# form: dropout between the two maps
# as in: The Annotated Transformer (Harvard NLP), PositionwiseFeedForward(dropout=0.1)
# verdict: wrong
# loses: feed-forward-values
# named: DropoutBetweenTheMaps
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        return self.W_2(self.dropout(F.relu(self.W_1(x))))


# form: F.dropout that never sleeps
# as in: Stack Overflow, a common question: F.dropout stays active in eval
# verdict: wrong
# loses: feed-forward-values
# named: DropoutBetweenTheMaps
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        return self.W_2(F.dropout(torch.relu(self.W_1(x)), 0.1))


# form: GELU
# as in: nanoGPT, MLP
# verdict: wrong
# loses: feed-forward-values
# named: Gelu
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.gelu = nn.GELU()
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        return self.W_2(self.gelu(self.W_1(x)))


# form: GELU by tanh
# as in: minGPT, NewGELU
# verdict: wrong
# loses: feed-forward-values
# named: Gelu
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        h = self.W_1(x)
        h = 0.5 * h * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (h + 0.044715 * torch.pow(h, 3.0))))
        return self.W_2(h)


# form: SiLU
# as in: Llama's MLP, without its gate
# verdict: wrong
# loses: feed-forward-values
# named: Silu
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        return self.W_2(F.silu(self.W_1(x)))


# form: residual and norm inside
# as in: jadore801120/attention-is-all-you-need-pytorch, PositionwiseFeedForward
# verdict: wrong
# loses: feed-forward-values, feed-forward-parameters
# named: WithItsOwnResidual, NormInTheNetwork
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)
        self.layer_norm = LayerNorm(d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        residual = x
        x = self.W_2(F.relu(self.W_1(x)))
        x += residual
        return self.layer_norm(x)


# form: residual inside
# as in: jadore801120/attention-is-all-you-need-pytorch, x += residual, the norm left out
# verdict: wrong
# loses: feed-forward-values
# named: WithItsOwnResidual
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        residual = x
        x = self.W_2(F.relu(self.W_1(x)))
        x += residual
        return x


# form: no biases
# as in: HF transformers, T5DenseActDense: bias=False
# verdict: wrong
# loses: feed-forward-parameters
# named: NoBiases
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff, bias=False)
        self.W_2 = nn.Linear(d_ff, d_model, bias=False)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        return self.W_2(F.relu(self.W_1(x)))


# form: four times, whatever d_ff is, and GELU
# as in: nanoGPT, MLP: 4 * n_embd
# verdict: wrong
# loses: feed-forward-parameters, feed-forward-values
# named: AlwaysFourTimes, Gelu
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff=None):
        super().__init__()
        self.W_1 = nn.Linear(d_model, 4 * d_model)
        self.W_2 = nn.Linear(4 * d_model, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        return self.W_2(F.gelu(self.W_1(x)))


# form: Dense knows its input by itself
# as in: a habit from Keras, nn.LazyLinear
# verdict: wrong
# loses: feed-forward-parameters
# named: -
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.d_model = d_model
        self.W_1 = nn.LazyLinear(d_ff)
        self.W_2 = nn.LazyLinear(d_model)

    def forward(self, x):
        require_width(x, self.d_model)
        return self.W_2(torch.relu(self.W_1(x)))


# form: matrices as the formula has them
# as in: homework, x @ W_1 + b_1 with nn.Parameter of shape (d_model, d_ff)
# verdict: wrong
# loses: feed-forward-parameters
# named: -
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Parameter(torch.randn(d_model, d_ff) / math.sqrt(d_model))
        self.b_1 = nn.Parameter(torch.zeros(d_ff))
        self.W_2 = nn.Parameter(torch.randn(d_ff, d_model) / math.sqrt(d_ff))
        self.b_2 = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        require_width(x, self.W_1.size(0))
        return torch.clamp(x @ self.W_1 + self.b_1, min=0) @ self.W_2 + self.b_2


# form: flattened and never shaped back
# as in: homework, x.view(-1, d_model)
# verdict: wrong
# loses: feed-forward-values
# named: PositionsFlattened
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        x = x.reshape(-1, x.size(-1))
        return self.W_2(F.relu(self.W_1(x)))


# form: view of what is not contiguous
# as in: Stack Overflow, a common question: "view size is not compatible with input tensor's size and stride"
# verdict: wrong
# loses: feed-forward-float64
# named: PositionsViewed
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        B, T, D = x.shape
        h = F.relu(self.W_1(x.view(B * T, D)))
        return self.W_2(h).view(B, T, D)


# form: the return is forgotten
# as in: homework
# verdict: wrong
# loses: feed-forward-values, feed-forward-gradients, feed-forward-float64
# named: -
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        x = torch.relu(self.W_1(x))
        x = self.W_2(x)


# form: the RuntimeError of nn.Linear
# as in: nearly all public code, which checks no width
# verdict: wrong
# loses: feed-forward-values
# named: FeedForwardAnyWidth
class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.W_2(torch.relu(self.W_1(x)))
