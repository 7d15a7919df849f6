"""The model (paper, section 3 and figure 1), from one attention call to the whole Transformer.

1. `masks`: which positions may attend to which (sections 3.2.1 and 3.2.3).
2. `attention`: scaled dot-product and multi-head attention (section 3.2).
3. `positional`: positional encoding and its linear shift (section 3.5).
4. `embeddings`: token ids to vectors, and vectors back to logits (section 3.4).
5. `feed_forward`: the position-wise network (section 3.3).
6. `residual`: layer normalization and residual sub-layers (section 3.1).
7. `ablation`: the same stack with and without residual connections.
8. `config`: the sizes of a model (table 3).
9. `encoder`, `decoder`: stacks of N layers (section 3.1).
10. `transformer`: embeddings, encoder, decoder and output projection (figure 1).

`shapes` raises the error messages about wrong shapes that these modules share.
"""
