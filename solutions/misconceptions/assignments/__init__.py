"""Known mistakes in the modules of `solutions.assignments`.

- `diagnosis`
- `lab`
- `lab_data`
"""
