"""Position-wise feed-forward network (paper, section 3.3).

Legend: B batch, T length, d_model width, d_ff inner width.
"""

import torch
from torch import Tensor, nn

from .shapes import require_width


class FeedForward(nn.Module):
    """FFN(x) = max(0, x W_1 + b_1) W_2 + b_2  (equation 2), the same at every position.

    Attention mixes positions and is linear in the values; this layer mixes features and is not.

    Args:
        d_model: width of input and output.
        d_ff: inner width; the paper takes 4 * d_model.

    Parameters: W_1 `nn.Linear(d_model, d_ff)`, W_2 `nn.Linear(d_ff, d_model)`.
    """

    def __init__(self, d_model: int, d_ff: int):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the network to every position separately.

        Args:
            x: (B, T, d_model) float.

        Returns:
            (B, T, d_model).

        Raises:
            ValueError: if the last axis is not d_model long.
        """
        require_width(x, self.W_1.in_features)
        return self.W_2(torch.relu(self.W_1(x)))  # (B, T, d_ff) in between


class ConvolutionalFeedForward(nn.Module):
    """The same network as two convolutions with kernel size 1, as section 3.3 remarks.

    A kernel of one position sees one position: the convolution's weight (d_ff, d_model, 1) is the
    matrix W_1 with an axis for the kernel's single place.

    Args, parameters: as `FeedForward`, with `nn.Conv1d` for `nn.Linear`.
    """

    def __init__(self, d_model: int, d_ff: int):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        """See `FeedForward.forward`.

        Args:
            x: (B, T, d_model) float.

        Returns:
            (B, T, d_model).

        Raises:
            ValueError: if the last axis is not d_model long.
        """
        require_width(x, self.W_1.in_channels)
        x = x.transpose(1, 2)  # convolutions want the features first: (B, d_model, T)
        return self.W_2(torch.relu(self.W_1(x))).transpose(1, 2)  # (B, T, d_model)
