"""Other right implementations of `residual`, `feed_forward` and `ablation` in `solutions.model`."""
