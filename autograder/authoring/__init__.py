"""Build the notebooks that are released, from written assignments and the reference.

Building the source notebook:

1. `assignment_markdown`: parse an assignment's Markdown into blocks.
2. `reference_source`: stubs, made from the reference by `ast`.
3. `instant_recorder`: record inputs, expected results and the results of known mistakes.
4. `instant_runtime`: the code of the instant checks; it is pasted into each notebook.
5. `builder`: put these together into the source notebook.
6. `release`: the students' version, made by nbgrader.

Checking them:

7. `synthetic_submissions`: notebooks as students would hand them in.
8. `trusted_runner`: run a trusted notebook in this process.
9. `instant_gate`: what the instant checks say of right and wrong answers.
10. `release_checks`: what must hold before a release.
11. `release_grading`: the reference and the untouched release, graded as a class is.
12. `kill_table_runner`: every known mistake against every hidden test.
13. `mutants`: mutation testing of the hidden tests.

Beginning:

14. `example_course`: a small course to begin with.

`commands` implements `autograder build` and `autograder release`.
"""
