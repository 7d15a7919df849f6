"""What the commands share.

- `atomic_file`: files that are replaced in one move.
- `cli_tools`: options, one-line errors and the progress bar.
- `run_log`: the files `run.json` and `curves.csv` of a recorded run.
- `source_change`: small changes of a function's or class's own source.
- `platform_info`: the machine on which a run was measured.
"""
