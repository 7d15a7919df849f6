"""Known mistakes in the modules of `solutions.numpy_reference`.

- `backprop`
- `broadcasting`
- `one_batch`
"""
