"""The reference implementation of "Attention Is All You Need" (Vaswani et al., 2017).

Read the modules in this order:

1. `solutions.masks`       who may attend to whom (sections 3.2.1 and 3.2.3)
2. `solutions.attention`   scaled dot-product and multi-head attention (section 3.2)

`solutions.misconceptions` holds, beside each right module, the ways we know to get it wrong.
This package imports nothing else of the project.
"""
