"""Forms in which public code writes layer normalisation."""


# form: var with unbiased=False
# as in: hyunwoongko/transformer, LayerNorm: var(-1, unbiased=False, keepdim=True)
# verdict: right
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super(LayerNorm, self).__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, self.gain.numel())
        mean = x.mean(-1, keepdim=True)
        var = x.var(-1, unbiased=False, keepdim=True)
        out = (x - mean) / torch.sqrt(var + self.eps)
        out = self.gain * out + self.bias
        return out


# form: bias first, register_parameter, var_mean and rsqrt
# as in: PyTorch's own decomposition of layer_norm: var_mean, then rsqrt
# verdict: right
class LayerNorm(nn.Module):
    def __init__(self, d_model: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.register_parameter("bias", nn.Parameter(torch.zeros(d_model)))
        self.register_parameter("gain", nn.Parameter(torch.ones(d_model)))
        self.eps: float = eps

    def forward(self, x: Tensor) -> Tensor:
        require_width(x, self.bias.size(0))
        var, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
        return torch.addcmul(self.bias, (x - mean) * torch.rsqrt(var + self.eps), self.gain)


# form: E[x^2] - E[x]^2, in float64
# as in: labml.ai annotated implementations, LayerNorm: mean_x2 - mean ** 2
# verdict: right
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        require_width(x, self.gain.shape[0])
        y = x.double()
        mean = y.mean(dim=[-1], keepdim=True)
        mean_x2 = (y**2).mean(dim=[-1], keepdim=True)
        var = (mean_x2 - mean**2).clamp_min(0.0)
        x_norm = (y - mean) / torch.sqrt(var + self.eps)
        return self.gain * x_norm.to(x.dtype) + self.bias


# form: Welford, feature by feature
# as in: textbooks on numerics, Welford's running variance
# verdict: right
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        require_width(x, len(self.gain))
        mean, M2 = torch.zeros_like(x[..., 0]), torch.zeros_like(x[..., 0])
        for n, feature in enumerate(x.unbind(-1), start=1):
            delta = feature - mean
            mean = mean + delta / n
            M2 = M2 + delta * (feature - mean)
        var = M2 / x.size(-1)
        return self.gain * ((x - mean[..., None]) / (var[..., None] + self.eps).sqrt()) + self.bias


# form: a scripted helper, 0-dim tensors
# as in: NVIDIA Apex and Megatron-like code, small functions under torch.jit.script
# verdict: right
@torch.jit.script
def normalised(x: torch.Tensor, eps: float) -> torch.Tensor:
    d = torch.tensor(x.size(-1), dtype=x.dtype)
    centered = x - x.sum(dim=-1, keepdim=True) / d
    variance = (centered * centered).sum(dim=-1, keepdim=True) / d
    return centered * torch.pow(variance + eps, -0.5)


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = float(eps)
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        require_width(x, self.gain.numel())
        return normalised(x, self.eps) * self.gain + self.bias


# form: the functional one
# as in: nanoGPT, LayerNorm.forward: F.layer_norm(input, self.weight.shape, ...)
# verdict: right
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, input):
        require_width(input, self.gain.size(0))
        return F.layer_norm(input, self.gain.shape, self.gain, self.bias, self.eps)


# form: the squared deviation, by std with correction=0
# as in: tutorials that begin with x.std and put eps right afterwards
# verdict: right
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        require_width(x, len(self.gain))
        mean, std = x.mean(-1, keepdim=True), x.std(-1, keepdim=True, correction=0)
        return self.gain * (x - mean) / torch.sqrt(std**2 + self.eps) + self.bias


# form: std + eps, unbiased
# as in: The Annotated Transformer (Harvard NLP), LayerNorm, with our names
# verdict: wrong
# loses: layer-norm-values, layer-norm-epsilon
# named: UnbiasedDeviationPlusEps, UnbiasedVariance, EpsOutsideTheRoot
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        mean = x.mean(-1, keepdim=True)
        std = x.std(-1, keepdim=True)
        return self.gain * (x - mean) / (std + self.eps) + self.bias


# form: std + eps, with eps = 1e-6
# as in: The Annotated Transformer (Harvard NLP), LayerNorm(features, eps=1e-6)
# verdict: wrong
# loses: layer-norm-values, layer-norm-epsilon
# named: UnbiasedDeviationPlusEps, UnbiasedVariance, OtherEps
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-6):
        super(LayerNorm, self).__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        mean = x.mean(-1, keepdim=True)
        std = x.std(-1, keepdim=True)
        return self.gain * (x - mean) / (std + self.eps) + self.bias


# form: a_2 and b_2
# as in: The Annotated Transformer (Harvard NLP), LayerNorm: a_2, b_2
# verdict: wrong
# loses: layer-norm-parameters, layer-norm-gain-and-bias
# named: LayerNormOtherNames
class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-6):
        super(LayerNorm, self).__init__()
        self.a_2 = nn.Parameter(torch.ones(features))
        self.b_2 = nn.Parameter(torch.zeros(features))
        self.eps = eps

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        std = x.std(-1, keepdim=True)
        return self.a_2 * (x - mean) / (std + self.eps) + self.b_2


# form: nn.LayerNorm itself
# as in: PyTorch's documentation, nn.LayerNorm
# verdict: wrong
# loses: layer-norm-parameters, layer-norm-gain-and-bias
# named: LayerNormOtherNames
class LayerNorm(nn.LayerNorm):
    def __init__(self, d_model, eps=1e-5):
        super().__init__(d_model, eps=eps)


# form: eps = 1e-12 by default
# as in: hyunwoongko/transformer, LayerNorm(d_model, eps=1e-12)
# verdict: wrong
# loses: layer-norm-epsilon
# named: OtherEps
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-12):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        mean = x.mean(-1, keepdim=True)
        var = x.var(-1, unbiased=False, keepdim=True)
        return self.gain * ((x - mean) / torch.sqrt(var + self.eps)) + self.bias


# form: eps = 1e-6 by default
# as in: tensor2tensor, layer_norm(epsilon=1e-6)
# verdict: wrong
# loses: layer-norm-epsilon
# named: OtherEps
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-6):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        mean = x.mean(-1, keepdim=True)
        variance = torch.mean(torch.square(x - mean), -1, keepdim=True)
        return (x - mean) * torch.rsqrt(variance + self.eps) * self.gain + self.bias


# form: Bessel's correction by default
# as in: Stack Overflow, a common question: "why does my layer norm differ from nn.LayerNorm?"
# verdict: wrong
# loses: layer-norm-values
# named: UnbiasedVariance
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        mean = torch.mean(x, dim=-1, keepdim=True)
        var = torch.var(x, dim=-1, keepdim=True)
        return self.gain * ((x - mean) / torch.sqrt(var + self.eps)) + self.bias


# form: eps beside the biased deviation
# as in: a common mixture of two tutorials, std(unbiased=False) + eps
# verdict: wrong
# loses: layer-norm-epsilon
# named: EpsOutsideTheRoot
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        mean = x.mean(-1, keepdim=True)
        std = x.std(-1, keepdim=True, unbiased=False)
        return self.gain * (x - mean) / (std + self.eps) + self.bias


# form: the deviation clamped at eps
# as in: F.normalize's max(norm, eps)
# verdict: wrong
# loses: layer-norm-epsilon
# named: NoEps
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        centered = x - x.mean(-1, keepdim=True)
        x_hat = F.normalize(centered, dim=-1, eps=self.eps) * math.sqrt(x.size(-1))
        return self.gain * x_hat + self.bias


# form: the root of a variance, squared again
# as in: homework, sigma first, then sqrt(sigma ** 2 + eps): NaN gradients where sigma is 0
# verdict: wrong
# loses: layer-norm-epsilon
# named: RootSquaredAgain
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        mu = x.mean(-1, keepdim=True)
        sigma = torch.sqrt(((x - mu) ** 2).mean(-1, keepdim=True))
        return self.gain * (x - mu) / torch.sqrt(sigma**2 + self.eps) + self.bias


# form: eps hard-coded
# as in: nanoGPT, F.layer_norm(..., 1e-5)
# verdict: wrong
# loses: layer-norm-epsilon
# named: FixedEps
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, input):
        require_width(input, len(self.gain))
        return F.layer_norm(input, self.gain.shape, self.gain, self.bias, 1e-5)


# form: RMSNorm
# as in: HF transformers, LlamaRMSNorm
# verdict: wrong
# loses: layer-norm-values
# named: RootMeanSquare
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.variance_epsilon = eps

    def forward(self, hidden_states):
        require_width(hidden_states, len(self.gain))
        variance = hidden_states.pow(2).mean(-1, keepdim=True)
        hidden_states = hidden_states * torch.rsqrt(variance + self.variance_epsilon)
        return self.gain * hidden_states + self.bias


# form: batch norm of the features
# as in: homework, nn.BatchNorm1d over (B * T, d_model)
# verdict: wrong
# loses: layer-norm-values, layer-norm-alone
# named: OverBatchAndPositions
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.bn = nn.BatchNorm1d(d_model, eps=eps, affine=False, track_running_stats=False)

    def forward(self, x):
        require_width(x, len(self.gain))
        flat = x.reshape(-1, x.size(-1))
        return self.gain * self.bn(flat).view_as(x) + self.bias


# form: the whole sentence at once
# as in: a habit from vision, normalised_shape = x.shape[1:]
# verdict: wrong
# loses: layer-norm-alone
# named: OverTheSentence
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        mean = x.mean(dim=(-2, -1), keepdim=True)
        var = x.var(dim=(-2, -1), keepdim=True, unbiased=False)
        return self.gain * (x - mean) / torch.sqrt(var + self.eps) + self.bias


# form: dim=1
# as in: a habit from tensors with two axes
# verdict: wrong
# loses: layer-norm-values, layer-norm-alone
# named: OverThePositions
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        mean = x.mean(dim=1, keepdim=True)
        var = ((x - mean) ** 2).mean(dim=1, keepdim=True)
        return (x - mean) / torch.sqrt(var + self.eps) * self.gain + self.bias


# form: keepdim forgotten
# as in: Stack Overflow, a common question: "size of tensor a must match the size of tensor b"
# verdict: wrong
# loses: layer-norm-values
# named: AxisLost
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        mean = x.mean(-1)
        std = torch.sqrt(x.var(-1, unbiased=False) + self.eps)
        return self.gain * (x - mean) / std + self.bias


# form: no more than three axes
# as in: homework, B, T, D = x.shape
# verdict: wrong
# loses: layer-norm-values
# named: -
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        B, T, D = x.shape
        mean = x.mean(dim=2).view(B, T, 1)
        var = x.var(dim=2, unbiased=False).view(B, T, 1)
        return self.gain * (x - mean) / torch.sqrt(var + self.eps) + self.bias


# form: x -= mean
# as in: homework, in-place to save memory
# verdict: wrong
# loses: layer-norm-gradients
# named: ChangesItsInput
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        x -= x.mean(-1, keepdim=True)
        return self.gain * x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) + self.bias


# form: always float32
# as in: HF transformers, norms that compute in float32, without the way back
# verdict: wrong
# loses: layer-norm-float64
# named: -
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        x = x.to(torch.float32)
        var, mean = torch.var_mean(x, -1, unbiased=False, keepdim=True)
        return self.gain * (x - mean) / torch.sqrt(var + self.eps) + self.bias


# form: gain and bias in the wrong order of brackets, Bessel's correction
# as in: ChatGPT-like code, two mistakes
# verdict: wrong
# loses: layer-norm-values, layer-norm-gain-and-bias
# named: GainTimesBias, UnbiasedVariance
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        require_width(x, len(self.gain))
        x_hat = (x - x.mean(-1, keepdim=True)) / (x.var(-1, keepdim=True) + self.eps).sqrt()
        return self.gain * (x_hat + self.bias)


# form: no check of the width
# as in: many public versions, where one feature is broadcast to d_model
# verdict: wrong
# loses: layer-norm-values
# named: LayerNormAnyWidth
class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        var = x.var(-1, unbiased=False, keepdim=True)
        return self.gain * (x - mean) / torch.sqrt(var + self.eps) + self.bias
