"""Decoding in other styles.

Reference: `solutions.prediction`, `decoding`, `ranking`, `beam`, `cache` and `bleu`.
"""
