"""The assignments, and the commands that check them as a whole.

- `assignments`: load the assignments with their references and known mistakes.
- `promises`: which hidden test holds each sentence of a docstring.
- `record_kill_table`: every known mistake against every hidden test.
- `kill_table_class`: the same as notebooks of students, with all walls of the grader.
- `world_forms`, `world_report`: forms in which public code writes the exercises, graded.
- `world_class`: the same as notebooks of students, with all walls of the grader.
- `mutation_report`: mutation testing of the hidden tests.
- `synthetic_class`: the sample class, made from the reference.
- `grader_benchmark`: seconds per graded notebook, next to nbgrader's own.
"""
