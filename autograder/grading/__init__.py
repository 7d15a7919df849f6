"""Grade a class: merge, run, record.

1. `grade`: the whole run, from the submissions to the results folder.
2. `merge`: insert a student's code into the source notebook.
3. `class_run`: run every notebook of a class once, several at a time.
4. `run_cache`: executed notebooks on disk, so that nothing unchanged runs again.
5. `rounds`: the seed of a round, and when the next one begins.
6. `course_limits`: limits of the notebooks, from `autograder.toml` and the command line.
7. `autotests`: tests of other nbgrader courses that are written at the release.
8. `containment`: which tests of other nbgrader courses must run beside the student's code.
9. `shortcut_detection`: find library calls that do an exercise's work.
"""
