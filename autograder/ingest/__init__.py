"""Turn a folder or zip file of submissions into files by student, assignment and notebook.

1. `ingest`: recognize what was handed in, and open it.
2. `submission_tree`: find assignments and submissions in nbgrader's folder layout.
3. `lms_filenames`: the file names that Canvas, Moodle and nbgrader use.
4. `pattern_option`: the option `--pattern`.
5. `file_entry`: names, kinds and sizes of untrusted files, and byte budgets.
6. `zip_archive`: extract untrusted zip files.
7. `selection`: choose which of a student's files is graded.
8. `stage_lms_export`, `stage_nbgrader_zip`: copy the chosen files into nbgrader's layout.
9. `notebook_reader`: read a submitted notebook, even a damaged one.
10. `attachments`: files that are handed in next to a notebook.
11. `timestamp`: the time of a submission.
"""
