"""Known mistakes in the modules of `solutions.assignments`.

- `fault_diagnosis`
- `lab`
- `lab_data`
"""
