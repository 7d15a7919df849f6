"""Other right implementations of the last assignment: `solutions.assignments.lab_data`, `lab`, and
what they use of `solutions.data.batching` and `solutions.training.step`."""
