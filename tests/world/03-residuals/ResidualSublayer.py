"""Forms in which public code writes the residual sub-layer."""


# form: two returns
# as in: fairseq, TransformerEncoderLayer: normalize_before
# verdict: right
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        residual = x
        if self.pre_norm:
            x = self.norm(x)
        x = sublayer(x)
        x = self.dropout(x)
        x = residual + x
        if not self.pre_norm:
            x = self.norm(x)
        return x


# form: one expression by nn.Identity
# as in: configurable code, norms chosen in the constructor's order
# verdict: right
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.pre_norm = pre_norm
        self.dropout = nn.Dropout(p=dropout)
        self.norm = LayerNorm(d_model)

    def forward(self, x, sublayer):
        identity = nn.Identity()
        before, after = (self.norm, identity) if self.pre_norm else (identity, self.norm)
        return after(x + self.dropout(sublayer(before(x))))


# form: two methods
# as in: PyTorch, nn.TransformerEncoderLayer: norm_first with _sa_block
# verdict: right
class ResidualSublayer(nn.Module):
    def __init__(self, d_model: int, dropout: float = 0.0, pre_norm: bool = False) -> None:
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def _block(self, x: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        return self.dropout(sublayer(x))

    def forward(self, x: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        if self.pre_norm:
            x = x + self._block(self.norm(x), sublayer)
        else:
            x = self.norm(x + self._block(x, sublayer))
        return x


# form: F.dropout with self.training
# as in: older fairseq, F.dropout(x, p=self.dropout, training=self.training)
# verdict: right
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = dropout
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        y = sublayer(self.norm(x)) if self.pre_norm else sublayer(x)
        y = F.dropout(y, p=self.dropout, training=self.training)
        return x + y if self.pre_norm else self.norm(x + y)


# form: composed functions
# as in: functional habits, a compose helper and partials
# verdict: right
from functools import partial, reduce


def compose(*functions):
    return lambda x: reduce(lambda y, f: f(y), functions, x)


class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        add = partial(torch.add, x)
        if self.pre_norm:
            return compose(self.norm, sublayer, self.dropout, add)(x)
        return compose(sublayer, self.dropout, add, self.norm)(x)


# form: a Bernoulli mask by hand
# as in: d2l.ai, dropout from scratch
# verdict: right
def dropout_layer(X, p, training):
    if not training or p == 0:
        return X
    if p == 1:
        return torch.zeros_like(X)
    mask = (torch.rand(X.shape, device=X.device) > p).to(X.dtype)
    return mask * X / (1.0 - p)


class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + dropout_layer(sublayer(self.norm(x)), self.dropout.p, self.training)
        return self.norm(x + dropout_layer(sublayer(x), self.dropout.p, self.training))


# form: pre-norm, whatever is asked for
# as in: The Annotated Transformer (Harvard NLP), SublayerConnection
# verdict: wrong
# loses: residual-forms, residual-post-norm
# named: AlwaysPreNorm
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, sublayer):
        "Apply residual connection to any sublayer with the same size."
        return x + self.dropout(sublayer(self.norm(x)))


# form: post-norm, whatever is asked for
# as in: d2l.ai, AddNorm
# verdict: wrong
# loses: residual-forms, residual-pre-norm
# named: AlwaysPostNorm
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, X, sublayer):
        Y = sublayer(X)
        return self.norm(self.dropout(Y) + X)


# form: x is the normalised one by then
# as in: a common slip, x = self.norm(x) and x + ...
# verdict: wrong
# loses: residual-pre-norm
# named: NormalisedInputAdded
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        if self.pre_norm:
            x = self.norm(x)
        x = x + self.dropout(sublayer(x))
        if not self.pre_norm:
            x = self.norm(x)
        return x


# form: normalised after the sum in both
# as in: a common slip, the else forgotten
# verdict: wrong
# loses: residual-pre-norm
# named: NormTwiceInPreNorm
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        y = self.norm(x) if self.pre_norm else x
        return self.norm(x + self.dropout(sublayer(y)))


# form: norm of the branch (res-post-norm)
# as in: Swin Transformer V2: x + norm(f(x))
# verdict: wrong
# loses: residual-post-norm
# named: NormInsideTheSum
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + self.dropout(sublayer(self.norm(x)))
        return x + self.norm(self.dropout(sublayer(x)))


# form: norm of the branch, then dropout
# as in: ChatGPT-like code: x + dropout(norm(sublayer(x)))
# verdict: wrong
# loses: residual-post-norm
# named: NormInsideTheSum
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + self.dropout(sublayer(self.norm(x)))
        return x + self.dropout(self.norm(sublayer(x)))


# form: dropout around everything
# as in: homework, the bracket in the wrong place: dropout(norm(...))
# verdict: wrong
# loses: residual-dropout
# named: DropoutAfterTheNorm
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + self.dropout(sublayer(self.norm(x)))
        return self.dropout(self.norm(x + sublayer(x)))


# form: dropout of the sum
# as in: a common slip of brackets
# verdict: wrong
# loses: residual-dropout
# named: DropoutAfterTheSum
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        if self.pre_norm:
            return self.dropout(x + sublayer(self.norm(x)))
        return self.norm(self.dropout(x + sublayer(x)))


# form: dropout twice, on the branch and on the sum
# as in: code put together from two places
# verdict: wrong
# loses: residual-dropout
# named: DropoutAfterTheSum, SumDroppedToo
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        if self.pre_norm:
            return self.dropout(x + self.dropout(sublayer(self.norm(x))))
        return self.norm(self.dropout(x + self.dropout(sublayer(x))))


# form: dropout twice on the branch
# as in: sub-layers with a dropout of their own, and once more here
# verdict: wrong
# loses: residual-dropout
# named: BranchDroppedTwice
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        y = sublayer(self.norm(x) if self.pre_norm else x)
        y = self.dropout(self.dropout(y))
        return x + y if self.pre_norm else self.norm(x + y)


# form: the branch is dropped as a whole
# as in: timm, DropPath (stochastic depth)
# verdict: wrong
# loses: residual-dropout
# named: WholeBranchDropped
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def drop_path(self, y):
        keep = 1 - self.dropout.p
        if keep == 1 or not self.training:
            return y
        shape = (y.shape[0],) + (1,) * (y.ndim - 1)
        return y * y.new_empty(shape).bernoulli_(keep) / keep

    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + self.drop_path(sublayer(self.norm(x)))
        return self.norm(x + self.drop_path(sublayer(x)))


# form: F.dropout without self.training
# as in: Stack Overflow, a common question: F.dropout stays active in eval
# verdict: wrong
# loses: residual-modes
# named: DropsInEvaluation
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.p = dropout
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + F.dropout(sublayer(self.norm(x)), self.p)
        return self.norm(x + F.dropout(sublayer(x), self.p))


# form: F.dropout in training, p = 0.5 by default
# as in: a common slip, the probability is not handed over
# verdict: wrong
# loses: residual-dropout
# named: DropsHalfOfTheFeatures
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = dropout
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + F.dropout(sublayer(self.norm(x)), training=self.training)
        return self.norm(x + F.dropout(sublayer(x), training=self.training))


# form: dropout without the growth of the survivors
# as in: homework, a mask by hand and no 1 / (1 - p)
# verdict: wrong
# loses: residual-dropout
# named: SurvivorsDoNotGrow
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        y = sublayer(self.norm(x) if self.pre_norm else x)
        if self.training:
            y = y * (torch.rand_like(y) >= self.dropout.p)
        return x + y if self.pre_norm else self.norm(x + y)


# form: x += branch
# as in: jadore801120/attention-is-all-you-need-pytorch, q += residual, the other way round
# verdict: wrong
# loses: residual-gradients
# named: AddedInPlace
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        y = self.norm(x) if self.pre_norm else x
        x += self.dropout(sublayer(y))
        return x if self.pre_norm else self.norm(x)


# form: no residual, norm only
# as in: homework, a plain stack
# verdict: wrong
# loses: residual-identity
# named: NothingAdded
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        if self.pre_norm:
            return self.dropout(sublayer(self.norm(x)))
        return self.norm(self.dropout(sublayer(x)))


# form: the condition the wrong way round, and dropout of the sum
# as in: two slips of homework
# verdict: wrong
# loses: residual-forms, residual-dropout
# named: PreAndPostSwapped, DropoutAfterTheSum
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        if not self.pre_norm:
            return self.dropout(x + sublayer(self.norm(x)))
        return self.norm(self.dropout(x + sublayer(x)))


# form: a second norm on top
# as in: sandwich norms (CogView), one norm before and one after the sub-layer
# verdict: wrong
# loses: residual-pre-norm
# named: -
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + self.dropout(self.norm(sublayer(self.norm(x))))
        return self.norm(x + self.dropout(sublayer(x)))


# form: the branch scaled by a learned number from 0
# as in: ReZero, resweight = nn.Parameter(torch.zeros(1))
# verdict: wrong
# loses: residual-post-norm, residual-pre-norm
# named: -
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm
        self.resweight = nn.Parameter(torch.zeros(1))

    def forward(self, x, sublayer):
        if self.pre_norm:
            return x + self.resweight * self.dropout(sublayer(self.norm(x)))
        return self.norm(x + self.resweight * self.dropout(sublayer(x)))


# form: a global seed in forward
# as in: homework, torch.manual_seed "for reproducible dropout"
# verdict: wrong
# loses: residual-modes
# named: SeedInForward
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        torch.manual_seed(0)
        if self.pre_norm:
            return x + self.dropout(sublayer(self.norm(x)))
        return self.norm(x + self.dropout(sublayer(x)))


# form: the sum by stack, and a check of the shape
# as in: defensive homework
# verdict: right
class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        y = self.norm(x) if self.pre_norm else x
        branch = sublayer(y)
        if branch.shape != x.shape:
            raise ValueError("the sub-layer must keep the shape")
        out = torch.stack([x, self.dropout(branch)]).sum(dim=0)
        return out if self.pre_norm else self.norm(out)
