"""Known mistakes in the modules of `solutions.data`.

- `batching`
- `vocabulary`
"""
