"""Known mistakes in the modules of `solutions.decoding`.

- `beam_search`
- `bleu`
- `greedy`
- `kv_cache`
- `length_penalty`
- `predictors`
"""
