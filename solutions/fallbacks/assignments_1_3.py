"""Fallbacks for the parts of assignments 1 to 3, built on PyTorch's own layers.

Students who solved the earlier assignments continue with their own parts in assignment 4, and all
others with these. Contracts and parameter names are those of `masks`, `attention`, `positional`,
`embeddings`, `feed_forward` and `residual`, but the code does not reveal their solutions. A
notebook gets this whole file, so it imports nothing but PyTorch.

Legend: B batch, T target (query) length, S source (key) length, h heads, V size of the vocabulary.
"""

from collections import OrderedDict
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def padding_mask(tokens: Tensor, pad_id: int) -> Tensor:
    """Map (B, S) token ids to (B, 1, S), True where the token is not padding."""
    return tokens.ne(pad_id)[:, None]


def causal_mask(length: int, device: torch.device | str | None = None) -> Tensor:
    """Return (length, length), True where the key (column) is not later than the query (row)."""
    place = torch.arange(length, device=device)
    return place[:, None] >= place


def target_mask(tokens: Tensor, pad_id: int) -> Tensor:
    """Map (B, T) token ids to (B, T, T), True where the key is no padding and not in the future."""
    place = torch.arange(tokens.size(1), device=tokens.device)
    return tokens.ne(pad_id)[:, None] & place.ge(place[:, None]).mT


class MultiHeadAttention(nn.Module):
    """Section 3.2.2. Parameters: W_q, W_k, W_v, W_o, without biases."""

    def __init__(self, d_model: int, h: int, dropout: float = 0.0):
        super().__init__()
        self.h, self.p = h, dropout
        self.W_q, self.W_k, self.W_v, self.W_o = (
            nn.Linear(d_model, d_model, bias=False) for _ in range(4)
        )

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """Map query (B, T, d_model), key and value (B, S, d_model) to (B, T, d_model).

        The mask is (T, S), (B, 1, S) or (B, T, S), True = may attend. A query that may attend to
        nothing gives zeros.
        """
        B, T, d_model = query.shape
        every = torch.ones(1, 1, dtype=torch.bool, device=query.device)
        allowed = (every if mask is None else mask).expand(B, T, key.size(1))
        # PyTorch returns NaN for a query without keys: unmask its keys, then zero its output.
        blind = ~allowed.any(dim=-1, keepdim=True)  # (B, T, 1)
        hidden = ~(allowed | blind).repeat_interleave(self.h, dim=0)  # (B * h, T, S)
        output, _ = F.multi_head_attention_forward(
            query.transpose(0, 1),  # positions first
            key.transpose(0, 1),
            value.transpose(0, 1),
            embed_dim_to_check=d_model,
            num_heads=self.h,
            in_proj_weight=None,  # no joint projection, and no biases
            in_proj_bias=None,
            bias_k=None,
            bias_v=None,
            add_zero_attn=False,
            dropout_p=self.p,
            out_proj_weight=self.W_o.weight,
            out_proj_bias=None,
            training=self.training,
            need_weights=False,
            attn_mask=hidden,
            use_separate_proj_weight=True,
            q_proj_weight=self.W_q.weight,
            k_proj_weight=self.W_k.weight,
            v_proj_weight=self.W_v.weight,
        )
        return output.transpose(0, 1).masked_fill(blind, 0.0)  # (T, B, d_model) -> (B, T, d_model)


class LayerNorm(nn.Module):
    """Section 3.1. Parameters: gain, bias, one number per feature."""

    def __init__(self, d_model: int, eps: float = 1e-5):
        super().__init__()
        start = nn.LayerNorm(d_model, eps)
        self.gain, self.bias, self.epsilon = start.weight, start.bias, eps

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., d_model) to (..., d_model)."""
        return F.layer_norm(x, x.shape[-1:], self.gain, self.bias, self.epsilon)


class FeedForward(nn.Sequential):
    """Section 3.3. Parameters: W_1, W_2, with biases."""

    def __init__(self, d_model: int, d_ff: int):
        maps = {"W_1": nn.Linear(d_model, d_ff), "relu": nn.ReLU(), "W_2": nn.Linear(d_ff, d_model)}
        super().__init__(OrderedDict(maps))


class ResidualSublayer(nn.Module):
    """Sections 3.1 and 5.4, post-norm or pre-norm. Parameters: norm."""

    def __init__(self, d_model: int, dropout: float = 0.0, pre_norm: bool = False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.p, self.pre_norm = dropout, pre_norm

    def forward(self, x: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        """Map (B, T, d_model) to (B, T, d_model): x plus the output of the sub-layer."""
        made = sublayer(self.norm(x) if self.pre_norm else x)
        total = torch.add(x, F.dropout(made, self.p, self.training))
        return total if self.pre_norm else self.norm(total)


class TokenEmbedding(nn.Module):
    """Section 3.4, and back to logits with the same matrix. Parameters: embedding.weight."""

    def __init__(self, vocabulary_size: int, d_model: int):
        super().__init__()
        rows = torch.randn(vocabulary_size, d_model) / d_model**0.5
        self.embedding = nn.Embedding(vocabulary_size, d_model, _weight=rows)

    def forward(self, tokens: Tensor) -> Tensor:
        """Map (B, T) token ids to (B, T, d_model), multiplied by sqrt(d_model)."""
        V, d_model = self.embedding.weight.shape
        if not set(tokens.unique().tolist()) <= set(range(V)):
            raise ValueError(f"there are ids in {tokens.tolist()} that are not from 0 to {V - 1}")
        return d_model**0.5 * self.embedding(tokens)

    def to_logits(self, x: Tensor) -> Tensor:
        """Map (B, T, d_model) to (B, T, V), before the softmax."""
        return torch.matmul(x, self.embedding.weight.mT)


class PositionalEncoding(nn.Module):
    """Section 3.5, sines and cosines, with the dropout of section 5.4. Nothing is trained."""

    table: Tensor

    def __init__(self, d_model: int, dropout: float = 0.0, max_length: int = 5000):
        super().__init__()
        exponents = torch.linspace(0, -4, d_model // 2 + 1, dtype=torch.float64)[:-1]
        angle = torch.outer(torch.arange(max_length).double(), 10**exponents)
        pairs = torch.view_as_real(torch.polar(torch.ones_like(angle), angle))  # cosine, sine
        self.p = dropout
        self.register_buffer("table", pairs.flip(-1).flatten(-2).float(), persistent=False)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """Map (B, T, d_model) to (B, T, d_model); the first token has position start."""
        if start + x.size(1) > len(self.table):
            raise ValueError(f"longer than max_length = {len(self.table)}: {tuple(x.shape)}")
        table = self.table.narrow(0, start, x.size(1))
        return F.dropout(torch.add(x, table.to(x)), self.p, self.training)


class LearnedPositionalEncoding(PositionalEncoding):
    """A positional encoding with a trained table (table 3, row E). Parameters: table."""

    def __init__(self, d_model: int, dropout: float = 0.0, max_length: int = 5000):
        nn.Module.__init__(self)
        self.p = dropout
        self.table = nn.Parameter(torch.normal(0.0, d_model**-0.5, (max_length, d_model)))


# ---- your own parts instead of these -------------------------------------------------------------

_IDS = torch.tensor([[5, 0, 3], [1, 1, 1], [4, 1, 1]])  # 1 is padding
_TRIALS: dict[str, Callable] = {  # what each part is asked to do with x (3, 3, 4) and m (3, 2, 4)
    "padding_mask": lambda mask, x, m: [mask(_IDS, 1), mask(_IDS[1:], 1)],
    "causal_mask": lambda mask, x, m: [mask(1), mask(3)],
    "target_mask": lambda mask, x, m: [mask(_IDS, 1), mask(_IDS[1:], 1)],
    "MultiHeadAttention": lambda layer, x, m: [
        layer(x, x, x, target_mask(_IDS, 1)),
        layer(x, m, m, padding_mask(_IDS[:, :2], 1)),
        layer(x, x, m.repeat(1, 2, 1)[:, :3], causal_mask(3)),
    ],
    # With a usual variance, with little, and with none.
    "LayerNorm": lambda layer, x, m: [layer(x), layer(x / 50), layer(0 * m)],
    "FeedForward": lambda layer, x, m: [layer(x)],
    "ResidualSublayer": lambda layer, x, m: [layer(x, torch.sin)],
    "TokenEmbedding": lambda layer, x, m: [layer(_IDS), layer.to_logits(x)],
    "PositionalEncoding": lambda layer, x, m: [layer(x)],
    "LearnedPositionalEncoding": lambda layer, x, m: [layer(x)],
}
_RATE = 0.25  # of dropout
_SIZES: dict[str, list[tuple]] = {  # what it is built with
    "MultiHeadAttention": [(4, 1, _RATE), (4, 2, _RATE)],
    "LayerNorm": [(4,)],
    "FeedForward": [(4, 6)],
    "ResidualSublayer": [(4, _RATE), (4, _RATE, True)],
    "TokenEmbedding": [(6, 4)],
    "PositionalEncoding": [(4, _RATE, 60)],
    "LearnedPositionalEncoding": [(4, _RATE, 60)],
}
STAND_INS = {name: globals()[name] for name in _TRIALS}


def select_own_parts_1_3(notebook: dict[str, object]) -> None:
    """Report which parts are the student's own; replace faulty ones by their fallbacks.

    So no mistake costs points in two assignments.

    Args:
        notebook: values by name, usually `globals()`.
    """
    own = [name for name in STAND_INS if notebook.get(name) is not STAND_INS[name]]
    for name in own:
        if fault := _fault(name, notebook.get(name)):
            notebook[name] = STAND_INS[name]
            print(f"\N{BALLOT X} {name}: the stand-in. Yours {fault}")
        else:
            print(f"\N{CHECK MARK} {name}: your own, and it agrees with the stand-in")
    if not own:
        print("All parts are stand-ins.")


def _fault(name: str, own) -> str:
    """Describe the fault of a student's part; empty if it agrees with the fallback."""
    try:
        for sizes in _SIZES.get(name, [None]):
            right, mine = STAND_INS[name], own
            if sizes is not None:
                right, mine = right(*sizes).eval(), own(*sizes).eval()
                if fault := _give_same_parameters(right, mine):
                    return fault
            for dtype in (torch.float32, torch.float64):
                found, kept = _outcome(name, mine, dtype)
                if not _same(found, _outcome(name, right, dtype)[0]):
                    return f"gives other results, or other gradients, in {dtype}."
                if not kept:
                    return "changes its input."
            if sizes is not None and (fault := _fault_in_training(name, mine.float())):
                return fault
    except Exception as error:  # a student's code may raise anything
        return f"raises {type(error).__name__}: {str(error)[:200]}"
    return ""


def _give_same_parameters(right: nn.Module, mine: nn.Module) -> str:
    """Set the parameters of both to the same numbers; return what does not fit, or nothing."""
    theirs, ours = dict(mine.named_parameters()), dict(right.named_parameters())
    if set(theirs) != set(ours):
        return f"has the parameters {sorted(theirs)}, not {sorted(ours)}."
    with torch.no_grad():
        for key, p in ours.items():
            p.copy_(torch.linspace(1, 9, p.numel()).sin().reshape(p.shape))
            theirs[key].copy_(p)
    return ""


def _outcome(name: str, part: Callable, dtype: torch.dtype) -> tuple[list[Tensor], bool]:
    """Return results, of a layer also gradients by name, and whether the inputs are as before."""
    numbers = torch.arange(60, dtype=dtype).mul(5).sin().requires_grad_()
    # Views of transposed numbers, as a layer may get them from the layer before it.
    x, m = (part.reshape(4, -1, 3).permute(2, 1, 0) for part in (numbers[:36], numbers[36:]))
    part = part.to(dtype) if isinstance(part, nn.Module) else part
    given = x.clone(), m.clone()
    results = _TRIALS[name](part, *given)
    kept = all(torch.equal(a, b) for a, b in zip(given, (x, m), strict=True))
    if not isinstance(part, nn.Module):
        return results, kept
    wanted = [numbers, *(p for _, p in sorted(part.named_parameters()))]
    total = sum((torch.linspace(-1, 1, y.numel()) * y.flatten()).sum() for y in results)
    gradients = torch.autograd.grad(total, wanted, allow_unused=True, materialize_grads=True)
    return results + list(gradients), kept


def _fault_in_training(name: str, layer: nn.Module) -> str:
    """Describe what is wrong with the dropout of a layer; empty if it is right."""
    x = torch.linspace(1, 3, 480).reshape(3, 40, 4)
    others = {"MultiHeadAttention": (x, x), "ResidualSublayer": (torch.ones_like,)}.get(name, ())
    if name == "TokenEmbedding":
        x = _IDS
    kept = layer.eval()(x.clone(), *others)
    moved, again = (layer.train()(x.clone(), *others) for _ in range(2))
    if name in ("LayerNorm", "FeedForward", "TokenEmbedding"):
        return "" if torch.equal(kept, moved) else "does something else in training."
    if torch.equal(moved, again):
        return "drops nothing in training, or always the same."
    if name == "MultiHeadAttention":  # no feature is lost where some of forty weights are left
        return "" if bool(moved.ne(0).all()) else "does not drop the attention weights alone."
    # Every way to drop some of the four features of a position, the others grown.
    ways = torch.cartesian_prod(*[torch.tensor([0.0, 1 / (1 - _RATE)])] * 4)[:, None, None]
    if name == "ResidualSublayer":
        layer.eval()
        possible = [layer(x.clone(), lambda y, way=way: way.expand_as(y)) for way in ways]
    else:
        possible = list(kept * ways)
    close = torch.stack([(moved - each).abs().amax(-1) < 1e-4 for each in possible])
    seen = close.flatten(1).any(dim=1)  # the first way drops all four features, the last one none
    if not bool(close.any(dim=0).all()) or not bool(seen[1:-1].any()):
        return "does not drop what it should in training."
    return ""


def _same(found: list[Tensor], expected: list[Tensor]) -> bool:
    pairs = list(zip(found, expected, strict=True))
    return all(
        a.shape == b.shape and a.dtype == b.dtype and torch.allclose(a, b, atol=1e-4)
        for a, b in pairs
    )
