"""Positional encoding and embeddings in other styles (reference: `solutions.positional` and
`solutions.embeddings`)."""
