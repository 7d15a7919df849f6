"""The warm-up in other styles (reference: `solutions.broadcasting`, `pipeline`, `numpy_track`)."""
