"""The untrusted side of execution: the process in which a student's cells run.

It imports nothing of the project but `protocol`, because a student's code can find in memory what
this process has imported.

1. `worker_forkserver`: a warm process from which workers are forked.
2. `isolation`: namespaces, mounts, limits and system-call filters of a worker.
3. `syscalls`: Linux system calls that Python does not offer. The fork server of the trusted side
   uses them, too; it forks the first module, and nothing else of this room is imported elsewhere.
4. `cell_runner`: run the cells of a notebook as Jupyter would.
5. `rpc_server`: serve the requests of a hidden test on the student's objects.
6. `exception_data`: an exception of a student's code as data.
7. `probe`: test whether this machine supports an isolation level.
"""
