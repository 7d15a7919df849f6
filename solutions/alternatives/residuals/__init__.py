"""Layer norm, feed-forward networks and residuals in other styles (reference: `solutions.residual`,
`solutions.feed_forward`, `solutions.ablation`)."""
