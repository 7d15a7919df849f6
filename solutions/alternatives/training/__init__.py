"""Other right implementations of the modules of assignment 5.

These are `vocabulary` and `batching` in `solutions.data`, `loss`, `optim` and `step` in
`solutions.training`, and `solutions.numpy_reference.backprop`.
"""
