"""Other right implementations of `solutions.model.masks` and `solutions.model.attention`."""
