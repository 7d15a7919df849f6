"""The last assignment in other styles (reference: `solutions.lab_data`, `batching`, `training` and
`lab`)."""
