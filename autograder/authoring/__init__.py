"""From a written assignment and the reference to the notebooks that are released.

Building the source notebook:

1. `assignment_markdown`: parse an assignment's Markdown into blocks.
2. `reference_source`: stubs and misconception sources, made from the reference by `ast`.
3. `cells`: make notebook cells whose JSON is reproducible byte for byte.
4. `instant_recorder`: record inputs, expected results and the results of known mistakes.
5. `instant_runtime`: the code of the instant checks; it is pasted into each notebook.
6. `builder`: put these together into the source notebook.
7. `release`: the students' version, made by nbgrader.

Proving it:

8. `synthetic_submissions`: notebooks as students would hand them in.
9. `trusted_runner`: run a trusted notebook in this process.
10. `release_checks`: what must hold before a release.
11. `misconception_matrix`: every known mistake against every hidden test.
12. `mutation`: mutation testing of the hidden tests.

`commands` implements `autograder build` and `autograder release`.
"""
