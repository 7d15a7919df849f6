"""References for exercises that have no module in the model: what a student writes there.

- `fault_diagnosis`: the faults of the broken models of `experiments.diagnosis`.
- `lab_data`: from lines of text to pairs of token ids, without a library.
- `lab`: the last assignment, an epoch, a whole training, translation, scoring and saving.
"""
