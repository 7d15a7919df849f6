"""Fallback layers and parts for students who continue without their own.

The notebooks show these modules, so they give no answer away: they are built on PyTorch's own
layers, or explain nothing of how their references are written.

- `assignments_1_3`: masks, attention, layers, embeddings and positions.
- `assignments_4_6`: the model, the training step and the search that a translator needs.
"""
