"""Known mistakes in the modules of `solutions.assignments`.

- `lab`
- `lab_data`
"""
