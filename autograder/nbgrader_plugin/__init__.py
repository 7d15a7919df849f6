"""Plug the grader into nbgrader, so that `nbgrader autograde` runs it.

1. `course_config`: nbgrader's configuration for a course.
2. `preprocessors`: the steps that replace nbgrader's own.
"""
