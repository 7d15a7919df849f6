"""Positional encoding and embeddings in other styles (reference: `solutions.model.positional` and
`solutions.model.embeddings`)."""
