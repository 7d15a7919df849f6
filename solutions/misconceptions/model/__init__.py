"""Known mistakes in the modules of `solutions.model`.

- `ablation`
- `attention`
- `decoder`
- `embeddings`
- `encoder`
- `feed_forward`
- `masks`
- `positional`
- `residual`
- `transformer`
"""
