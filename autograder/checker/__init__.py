"""The trusted side of grading: runs the hidden tests, and looks at a student's code from afar.

`zygotes` (where workers come from), `stand_ins` (what a test has in hand instead of the student's
own objects), `conversation` (how they talk with a worker), `errors` (what a worker does instead of
answering), `prelude` (what tests need of the notebook's locked cells), `isolated` (a whole
notebook), `jobs` (what a notebook to grade is as data), `doing` (takes jobs), `host` (the process
that checkers are forked from), `pool` (several at a time on this machine), `cluster` (on others).
"""
