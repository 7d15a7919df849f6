"""One stack of layers with residual connections and without them (paper, section 3.1).

In reading order: the four kinds of stack, two functions that measure how the gradient changes on
its way back through one, and a training run that takes seconds on a text of a few lines.

Legend: B batch, d_model width, N layers of a stack, V different characters.
"""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .feed_forward import FeedForward
from .residual import LayerNorm, ResidualSublayer

KINDS = ("plain", "norm only", "post-norm", "pre-norm")
TEXT = (
    "A deep stack is a long chain of small changes. Each layer reads what the one below it wrote, "
    "and writes something new. If nothing is kept, the last layer hears of the first only through "
    "all the others, as in a game of whispers. If each layer adds its word to what was there, the "
    "first can still be heard."
)


class StackLayer(nn.Module):
    """One layer of a stack around a feed-forward network, in one of four kinds.

    plain: FFN(x). norm only: LayerNorm(FFN(x)). post-norm, the paper: LayerNorm(x + FFN(x)).
    pre-norm: x + FFN(LayerNorm(x)).

    Args:
        kind: one of `KINDS`.
        d_model: width; the inner width is four times that.
    """

    def __init__(self, kind: str, d_model: int):
        super().__init__()
        if kind not in KINDS:
            raise ValueError(f"unknown kind {kind!r}; choose one of {', '.join(KINDS)}")
        self.kind = kind
        self.feed_forward = FeedForward(d_model, 4 * d_model)
        self.norm = LayerNorm(d_model) if kind == "norm only" else nn.Identity()
        self.residual = ResidualSublayer(d_model, pre_norm=kind == "pre-norm")

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer.

        Args:
            x: (..., d_model) float.

        Returns:
            (..., d_model).
        """
        if self.kind in ("plain", "norm only"):
            return self.norm(self.feed_forward(x))
        return self.residual(x, self.feed_forward)


def backward_norms(
    layers: Sequence[Callable[[Tensor], Tensor]], x: Tensor, upstream: Tensor
) -> Tensor:
    """Return the norm of the gradient at each place of a stack, during the backward pass.

    The stack computes x_0 = x, then x_1 = layers[0](x_0), and so on up to its output x_N. The
    gradient `upstream` arrives at x_N and flows back through all layers to x_0.

    Args:
        layers: N >= 1 functions or modules, from the first to the last.
        x: float, what the first layer takes. Nothing is written into its `grad`, nor into that of
            any parameter.
        upstream: the gradient at the output, of the output's shape.

    Returns:
        (N + 1,): entry l is the Euclidean norm of the whole gradient at x_l. So the first entry
        belongs to the input x, and the last one is the norm of `upstream`.
    """
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    gradients = torch.autograd.grad(states[-1], states, upstream)
    return torch.stack([gradient.norm() for gradient in gradients])


def factor_per_layer(norms: Tensor) -> Tensor:
    """Return the mean factor f by which one layer scales a gradient in the backward pass.

    With the same factor at each of N layers, norms[0] = f ** N * norms[N]. Below 1 the gradient
    vanishes with depth, above 1 it explodes. Both effects are exponential in the depth, so a factor
    that looks harmless for one layer is not harmless for thirty.

    Args:
        norms: (N + 1,) positive, as `backward_norms` returns them; N >= 1.

    Returns:
        f, a scalar tensor.
    """
    N = norms.numel() - 1
    return (norms[0] / norms[-1]) ** (1 / N)


class NextCharacter(nn.Module):
    """Predict a character from the ones before it: embed them side by side, then apply a stack.

    Args:
        V: number of different characters.
        kind: of the stack's layers, one of `KINDS`.
        N: number of layers.
        d_model: width of the stack.
        context: characters that are read; divides d_model.
    """

    def __init__(self, V: int, kind: str, N: int, d_model: int = 32, context: int = 8):
        super().__init__()
        self.embedding = nn.Embedding(V, d_model // context)
        self.layers = nn.Sequential(*(StackLayer(kind, d_model) for _ in range(N)))
        # No layer of a pre-norm stack normalizes its own output: one norm on top does.
        self.norm = LayerNorm(d_model) if kind == "pre-norm" else nn.Identity()
        self.to_logits = nn.Linear(d_model, V)

    def forward(self, characters: Tensor) -> Tensor:
        """Return the logits of the next character.

        Args:
            characters: (B, context) integers.

        Returns:
            (B, V).
        """
        x = self.embedding(characters).flatten(1)  # (B, context, d_model / context) -> (B, d_model)
        return self.to_logits(self.norm(self.layers(x)))


def train_on_text(
    text: str,
    kind: str,
    N: int,
    steps: int,
    learning_rate: float = 1e-3,
    seed: int = 0,
    context: int = 8,
) -> list[float]:
    """Train `NextCharacter` on every window of a short text at once, with Adam.

    Args:
        text: longer than `context`.
        kind: of the stack's layers, one of `KINDS`.
        N: number of layers.
        steps: number of updates, each on the whole text.
        learning_rate: of Adam, from the first step to the last.
        seed: of the first parameters. The global random state stays as it is.
        context: characters that are read for one guess.

    Returns:
        The loss in nats before each update.
    """
    alphabet = sorted(set(text))
    numbers = torch.tensor([alphabet.index(character) for character in text])
    windows = numbers.unfold(0, context + 1, 1)  # (B, context + 1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = NextCharacter(len(alphabet), kind, N, context=context)
    # Fused: one pass over all parameters; there are many small ones.
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, fused=True)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(windows[:, :-1]), windows[:, -1])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
