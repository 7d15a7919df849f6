"""Error messages about wrong shapes that say what to do.

PyTorch does not always raise one: it broadcasts an axis of length 1 to any length.
"""

from torch import Tensor


def require_width(x: Tensor, width: int) -> None:
    """Raise ValueError, with the fix, unless the last axis of x has `width` entries."""
    if x.dim() == 0 or x.size(-1) != width:
        raise ValueError(
            f"expected {width} features in the last axis, got shape {tuple(x.shape)}; "
            "build the layer with the width of its input, or check which axis is the last"
        )
