"""Say what is wrong with a shape, and how to mend it, before PyTorch says it in other words.

PyTorch does not always say it: an axis of length 1 is stretched to any length, without a word.
"""

from torch import Tensor


def require_width(x: Tensor, width: int) -> None:
    """Raise ValueError, with the fix, unless the last axis of x has `width` entries."""
    if x.dim() == 0 or x.size(-1) != width:
        raise ValueError(
            f"expected {width} features in the last axis, got shape {tuple(x.shape)}; "
            "build the layer with the width of its input, or check which axis is the last"
        )
