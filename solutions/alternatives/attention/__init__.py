"""Masks and attention in other styles (reference: `solutions.masks`, `solutions.attention`)."""
