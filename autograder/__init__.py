"""Builds, releases and grades notebooks. It knows nothing about Transformers.

Building, in reading order: `text` (an exercise's Markdown), `hollow` (a reference becomes a stub),
`notebook` (cells and stable files), `recording` and `instant` (checks that answer in the student's
own notebook), `build` (text and reference become the source notebook), `gates` (its proofs).

Checking: `checks` (what hidden tests call), `diagnosis` (which known mistake is it?).

Grading: `rebuild` (the submission on the master's frame), `kernel` (run it), `preprocessors`
(the place in nbgrader), `grade` (a class), `results` and `report` (what comes out), `cli`.
"""
