"""The untrusted side of grading: the process in which a student's cells run.

`zygote` (a warm process that forks workers), `lock_in` (how a fork gives up what it could do),
`kernel_calls` (the system calls for that), `try_level` (does this machine allow it?), `cells` (runs
a notebook's cells), `objects` (serves hidden tests). Of the project it imports `autograder.border`
alone: what it has imported, students can find.
"""
