"""Known mistakes in the modules of `solutions.training`.

- `loss`
- `optim`
- `step`
"""
