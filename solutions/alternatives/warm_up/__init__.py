"""Other right implementations of `broadcasting`, `one_batch` and `backprop` in
`solutions.numpy_reference`."""
