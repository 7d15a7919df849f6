"""The reference implementation of "Attention Is All You Need" (Vaswani et al., 2017).

Read the modules in this order:

1. `solutions.masks`         who may attend to whom (sections 3.2.1 and 3.2.3)
2. `solutions.attention`     scaled dot-product and multi-head attention (section 3.2)
3. `solutions.positional`    positional encoding and its linear shift (section 3.5)
4. `solutions.embeddings`    tokens to vectors, and back to logits (section 3.4)
5. `solutions.feed_forward`  the position-wise network (section 3.3)
6. `solutions.residual`      layer norm and residual sub-layers (section 3.1)
7. `solutions.config`        the sizes of the models (table 3)
8. `solutions.encoder`, `solutions.decoder`, `solutions.transformer`  the model (figure 1)
9. `solutions.loss`          label smoothing (section 5.4)
10. `solutions.optimisation` Adam, the learning rate, clipping, averaging (sections 5.3 and 6.1)
11. `solutions.numpy_track`  attention, cross-entropy and Adam once more, in NumPy alone

`solutions.misconceptions` holds, beside each right module, the ways we know to get it wrong;
`solutions.alternatives` holds other right ways. This package imports nothing else of the project.
"""
