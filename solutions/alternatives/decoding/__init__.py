"""Decoding in other styles.

Reference: `solutions.decoding.predictors`, `decoding`, `ranking`, `beam`, `cache` and `bleu`.
"""
