"""The trusted side of execution: run hidden tests here, and a student's code in a sandbox.

It imports `protocol`, and of `sandbox` nothing but `syscalls`; it starts the modules of the
untrusted side as processes. Only `checker_forkserver` imports one of them, to fork it.

One notebook:

1. `notebook_runner`: run a merged notebook cell by cell.
2. `hidden_test_dependencies`: definitions of the locked cells that hidden tests need.
3. `hidden_test_runner`: the namespace and the environment of a hidden test.
4. `proxies`: the objects that a hidden test holds in place of the student's own.
5. `rpc_client`, `checker_codec`: requests to the student's process, and their values as data.
6. `rpc_session`: the interface of `rpc_client` that proxies and codecs know.
7. `remote_errors`: exceptions that happened in the student's process.
8. `carry_forward`: run failed tests again over right parts in place of wrong ones.
9. `attribution`: choose the known mistake that is named.
10. `diagnosis_switch`: look for known mistakes, or for points only.
11. `settle`: both, when all tests of a notebook have run.
12. `cell_outputs`, `sanitize`: outputs of cells, made safe for feedback pages.
13. `sandbox_client`: start the sandbox's fork server, fork workers, end them.

Many notebooks:

14. `job`: one notebook to grade as JSON.
15. `job_worker`: run jobs one after the other.
16. `checker_forkserver`: a warm process from which checkers are forked.
17. `local_pool`: several checkers on this machine.
18. `dask_pool`: checkers on the workers of a Dask scheduler.
"""
