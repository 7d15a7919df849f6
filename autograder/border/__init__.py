"""What crosses the border between the checker and a student's worker, and in what form.

`frames`: bytes on a socket, with caps. `values`: Python values as JSON and tensors. Nothing is ever
unpickled, and no code travels towards the checker. Both sides import this package; it imports
nothing else of the project.
"""
