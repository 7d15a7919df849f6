"""References for exercises that have no module in the model: what a student writes there.

- `lab_data`: from lines of text to pairs of token ids, without a library.
- `lab`: the last assignment, an epoch, a whole training, translation, scoring and saving.
"""
