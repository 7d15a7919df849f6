"""Build, release and grade notebooks. The grader knows nothing about Transformers.

For authors:

- `authoring`: an assignment's Markdown and the reference become notebooks; proofs of their tests.
- `checks`: what hidden tests call to compare a student's work with the reference.

From the submissions to the marks, in the order in which a submission passes through:

1. `ingest`: folders and zip files of submissions become files of students.
2. `grading`: merge each notebook with its source, run it once, record the result.
3. `execution`: the trusted process, which runs hidden tests and talks to a sandbox.
4. `protocol`: the messages between the two.
5. `sandbox`: the untrusted process, in which a student's cells run.
6. `reporting`: results, gradebook, feedback pages and the class report.

Around them:

- `nbgrader_plugin`: the same grading from nbgrader's own commands.
- `cli`: the command line.
- `console`: the output of `autograder grade` in the terminal.
- `doctor`: the isolation levels that this machine supports.
- `logs`: the log file of a run, and `--verbose`.
- `cells`: kinds of notebook cells, and notebooks that are the same byte for byte.
- `untrusted_files`: open files that students made.
- `harmless_text`: make text of students harmless where others read it.
- `quick_import`: import jsonschema in a tenth of the time.
- `atomic_write`: write a file whole or not at all.
- `limits`: time, memory and size limits.
- `errors`: the exception for users' errors.

The contracts in pyproject.toml say which of them may import which; `lint-imports` checks them.
"""

__version__ = "1.0.0"
