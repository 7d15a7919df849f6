"""Training in other styles (reference: `solutions.vocabulary`, `batching`, `loss`, `optimisation`,
`training`, `numpy_track`)."""
