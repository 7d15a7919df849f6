"""The trusted side of execution: run hidden tests here, and a student's code in a sandbox.

One notebook:

1. `notebook_runner`: run a merged notebook cell by cell.
2. `test_dependencies`: what hidden tests need from the locked cells.
3. `test_runner`: the namespace, seeds and time limit of a hidden test.
4. `proxies`: the objects that a hidden test holds instead of the student's own.
5. `rpc_client`, `rpc_codec`: calls to the student's process, and their values as data.
6. `remote_errors`: exceptions that happened in the student's process.
7. `cell_outputs`, `sanitize`: outputs of cells, made safe for feedback pages.
8. `sandbox_client`: start the sandbox's fork server, fork workers, end them.

Many notebooks:

9. `job`: one notebook to grade as JSON.
10. `job_worker`: run jobs one after the other.
11. `checker_forkserver`: a warm process from which checkers are forked.
12. `local_pool`: several checkers on this machine.
13. `dask_pool`: checkers on the workers of a Dask scheduler.
"""
