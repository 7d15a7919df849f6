"""Decoding in other styles.

Reference: `predictors`, `greedy`, `length_penalty`, `beam_search`, `kv_cache` and `bleu` in
`solutions.decoding`.
"""
