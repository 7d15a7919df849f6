"""Known mistakes in the modules of `solutions.experiments`.

- `diagnosis`
"""
