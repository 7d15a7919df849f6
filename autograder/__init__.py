"""Builds, releases and grades notebooks. It knows nothing about Transformers.

Building, in reading order: `text` (an exercise's Markdown), `hollow` (a reference becomes a stub),
`notebook` (cells and stable files), `recording` and `instant` (checks that answer in the student's
own notebook), `build` (text and reference become the source notebook), `gates` (its proofs).

Checking: `checks` (what hidden tests call), `diagnosis` (which known mistake is it?).

Grading one notebook: `submission` (read whatever was handed in), `rebuild` (put it on the master's
frame), `limits`, `checker` (runs the hidden tests), `worker` (runs the student's code), `border`
(what crosses between the two), `verdict` (what a student may read of it).
Grading a class: `classroom` (who handed in what), `runs` (what need not be run again),
`preprocessors` and `course` (our places in nbgrader), `gradebook`, `results`, `grade`, and the
pages, `feedback` and `report`.

The command line: `cli`, `authoring`, `console`, `doctor`.
"""
