"""The same ideas in NumPy, with every shape and every gradient written out.

1. `broadcasting`: shapes and broadcasting, the operations that every layer is made of.
2. `one_batch`: the stages of one batch in a Transformer.
3. `backprop`: attention, cross-entropy and Adam with their backward passes.
"""
