"""Enter a sandbox: a fork gives up everything that a student's code must not have.

`protocol.sandbox_spec` describes the isolation levels. There is no way back: a process that has
entered a sandbox stays inside.
"""

import bisect
import os
import platform
import resource
import select
import signal
import socket
import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from autograder.protocol.sandbox_spec import (
    FILES,
    FULL,
    NONE,
    SandboxSpec,
    inside_readable_places,
    readable_places,
)

from . import syscalls

POLL_SECONDS = 0.5
NAMESPACES = (
    syscalls.NEW_MOUNTS
    | syscalls.NEW_NAMES
    | syscalls.NEW_IPC
    | syscalls.NEW_PIDS
    | syscalls.NEW_NETWORK
)
DEVICES = ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom")  # zero: shared memory
WORK = "work"  # in a worker's folder: the working directory of a student's code
FILES_FOLDER = "/handed-in"
HOST = "student"  # the name of the host, instead of the real one
PROGRAMS = f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin"
CHUNK = 2**20  # bytes that are copied at a time
MOST_PROCESSES = 2**22  # that Linux can have
SHARED = 4  # times as many processes where the limit counts all workers of a user together
FIRST_USER = 10**9  # unused ids: each worker of a grader that runs as root gets a user of its own


def enter_sandbox(
    spec: SandboxSpec, status_fd: int, death_pipe: int, files: Sequence[int] = ()
) -> Path:
    """Isolate this process; returns, in a descendant, the working directory.

    Args:
        status_fd: a pipe; the id of the process whose end ends everything is written to it.
        death_pipe: a pipe that stays silent, and is closed when everything must end.
        files: descriptors of the files that `spec` names, in the same order.

    Raises:
        OSError: the machine does not allow this level.
    """
    with suppress(OSError):  # if memory runs out, the kernel ends students' code first
        Path("/proc/self/oom_score_adj").write_text("1000")
    os.setsid()  # a signal to its own group must not reach ours
    if spec.level == FULL:
        folder = _enter_namespaces(spec, status_fd, death_pipe, files)
    else:
        if sys.platform == "linux":
            syscalls.die_with_parent(signal.SIGKILL)
        os.write(status_fd, f"{os.getpid()}\n".encode())
        folder = Path(spec.folder)
        _copy_files(spec, files, folder / WORK)
    if spec.level != NONE:
        _set_rlimits(spec)
    if spec.level in (FULL, FILES):
        syscalls.no_new_privileges()
        if syscalls.landlock_version():
            _restrict_files(folder, spec.hidden if spec.level == FILES else ())
        elif spec.level == FILES:
            raise OSError("no Landlock")
        if syscalls.can_install_seccomp():
            syscalls.install_seccomp()
        elif spec.level == FILES:
            raise OSError("no seccomp")
    work = folder / WORK
    work.mkdir(exist_ok=True)
    os.chdir(work)
    os.environ |= {"HOME": str(folder), "PATH": PROGRAMS}
    return work


def _enter_namespaces(
    spec: SandboxSpec, status_fd: int, death_pipe: int, files: Sequence[int]
) -> Path:
    """Enter new namespaces: an init process that only waits, a new root, no privileges."""
    user = os.geteuid()
    if user == 0:
        syscalls.unshare(NAMESPACES)
        user = group = FIRST_USER + os.getpid()
    else:
        group = os.getegid()
        syscalls.unshare(NAMESPACES | syscalls.NEW_USER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    socket.sethostname(HOST)
    platform._uname_cache = None  # type: ignore[attr-defined]  # a library may have asked before
    init = os.fork()
    if init:
        os.write(status_fd, f"{init}\n".encode())
        os._exit(0)
    _mount_root(spec, user, files)
    worker = os.fork()
    if worker:
        _drop_privileges(user, group)
        _run_as_init(worker, death_pipe, spec.all_memory)
    _drop_privileges(user, group)
    return Path("/tmp")


def _run_as_init(worker: int, death_pipe: int, all_memory: int) -> None:
    """Be the init process: reap the others, and end them all by ending."""
    for number in range(1024):
        if number != death_pipe:
            with suppress(OSError):
                os.close(number)
    inherited = _own_memory("self")
    while not select.select([death_pipe], [], [], POLL_SECONDS)[0]:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                if ended == worker:
                    os._exit(0)
        # Inherited memory exists once, although each fork counts it.
        processes = filter(str.isdigit, os.listdir("/proc"))
        if sum(max(0, _own_memory(process) - inherited) for process in processes) > all_memory:
            break
    os._exit(0)


def _own_memory(process: str) -> int:
    """Bytes of a process's anonymous memory; 0 if it cannot be read."""
    try:
        with open(f"/proc/{process}/statm") as file:
            _, resident, shared, *_ = map(int, file.read().split())
    except (OSError, ValueError):
        return 0
    return (resident - shared) * resource.getpagesize()


def _drop_privileges(user: int, group: int) -> None:
    """Become an ordinary user without any privilege."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
    syscalls.drop_capabilities()


def _mount_root(spec: SandboxSpec, user: int, files: Sequence[int]) -> None:
    """Enter a root with the system, Python and empty folders, and nothing else."""
    syscalls.mount("none", "/", flags=syscalls.RECURSIVE | syscalls.PRIVATE)
    root = spec.folder
    quiet = syscalls.NO_SUID | syscalls.NO_DEVICES
    syscalls.mount("tmpfs", root, "tmpfs", quiet, "size=4m,mode=755")
    # Before the rest: Python itself may have been installed below one of them.
    for place, size in (("/tmp", spec.disk), ("/dev/shm", spec.disk // 4)):
        Path(root + place).mkdir(parents=True, exist_ok=True)
        syscalls.mount(
            "tmpfs", root + place, "tmpfs", quiet, f"size={size},mode=1777,nr_inodes=10k"
        )
    for place in readable_places():
        _bind_readonly(place, root)
    for place in DEVICES:
        if os.path.exists(place):
            Path(root + place).parent.mkdir(parents=True, exist_ok=True)
            Path(root + place).touch()
            syscalls.mount(place, root + place, flags=syscalls.BIND)
    _hide(spec.hidden, root)
    Path(root, "etc").mkdir(exist_ok=True)
    Path(root, "etc/passwd").write_text(f"student:x:{user}:{user}::/tmp:/bin/sh\n")
    Path(root, "proc").mkdir()
    with suppress(OSError):  # some containers forbid it; nothing of a course needs it
        syscalls.mount("proc", root + "/proc", "proc", quiet | syscalls.NO_EXEC)
    if spec.files:
        _mount_files(spec, files, root)
    syscalls.pivot_root(root)


def _mount_files(spec: SandboxSpec, files: Sequence[int], root: str) -> None:
    """Copy files into a tmpfs of their own, and bind them into the working directory.

    Each is a mount, so that it can neither be written to nor removed nor replaced.
    """
    copies, work = Path(root + FILES_FOLDER), Path(root, "tmp", WORK)
    copies.mkdir()
    work.mkdir()
    work.chmod(0o777)
    size = sum(size for _, size in spec.files) + 2**20
    quiet = syscalls.NO_SUID | syscalls.NO_DEVICES | syscalls.NO_EXEC
    syscalls.mount("tmpfs", str(copies), "tmpfs", quiet, f"size={size},mode=755")
    _copy_files(spec, files, copies)
    for name, _ in spec.files:
        for folder in reversed(Path(name).parents[:-1]):
            (work / folder).mkdir(exist_ok=True)
            (work / folder).chmod(0o777)
        (work / name).touch()
        syscalls.mount(str(copies / name), str(work / name), flags=syscalls.BIND)
        syscalls.make_read_only(str(work / name))
    syscalls.make_read_only(str(copies))


def _copy_files(spec: SandboxSpec, files: Sequence[int], folder: Path) -> None:
    """Make read-only copies; by `pread`, because forks share a descriptor's position."""
    folder.mkdir(exist_ok=True)
    for (name, size), descriptor in zip(spec.files, files, strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("xb") as copy:
            offset = 0
            while chunk := os.pread(descriptor, min(CHUNK, size - offset), offset):
                offset += copy.write(chunk)
        (folder / name).chmod(0o444)
        os.utime(folder / name, (0, 0))  # when it was submitted or is graded stays hidden


def _bind_readonly(place: str, root: str) -> None:
    """Bind a file or folder read-only at the same path below `root`; links stay links."""
    path = Path(place)
    if path.is_symlink():
        Path(root + place).parent.mkdir(parents=True, exist_ok=True)
        if not os.path.lexists(root + place):
            os.symlink(os.readlink(place), root + place)
        return
    if not path.exists():
        return
    target = Path(root + place)
    if path.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    syscalls.mount(place, str(target), flags=syscalls.BIND | syscalls.RECURSIVE)
    syscalls.make_read_only(str(target))


def _hide(places: Iterable[str], root: str) -> None:
    """Cover places below `root`, but not what Python needs in them, such as an environment."""
    for place in inside_readable_places(places):
        target = root + str(place)
        if os.path.isdir(target):
            syscalls.mount("tmpfs", target, "tmpfs", syscalls.NO_SUID, "size=1m,mode=755")
            for needed in readable_places():
                if place in Path(needed).parents:
                    _bind_readonly(needed, root)
            syscalls.make_read_only(target)
        elif os.path.exists(target):
            syscalls.mount(os.devnull, target, flags=syscalls.BIND)


def _restrict_files(folder: Path, hidden: Iterable[str]) -> None:
    read = [Path(place) for place in ("/proc", *DEVICES)]
    listed: list[Path] = []
    covered = inside_readable_places(hidden)
    for path, whole in _visible(map(Path, readable_places()), covered):
        (read if whole else listed).append(path)
    write = [folder, Path("/dev/null"), Path("/dev/shm")]
    syscalls.restrict_paths(read, write[:2] if folder != Path("/tmp") else write, listed)


def _visible(places: Iterable[Path], hidden: Collection[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield what is left of places: paths, and whether all below them is readable, too.

    Landlock cannot take back what it allows for a folder, so the folders around a hidden one can
    only be listed, and each of their other entries is allowed by itself.
    """
    for place in places:
        real = Path(os.path.realpath(place))
        if real in hidden:
            continue
        whole = not any(real in covered.parents for covered in hidden)
        yield place, whole
        if not whole:
            with suppress(OSError):
                yield from _visible(sorted(real.iterdir()), hidden)


def _set_rlimits(spec: SandboxSpec) -> None:
    """Set the limits of this process and its descendants."""
    room = spec.processes if spec.level == FULL else SHARED * spec.processes
    limits = {
        resource.RLIMIT_NPROC: _processes_now() + room,
        resource.RLIMIT_AS: _memory_now() + spec.memory,
        resource.RLIMIT_FSIZE: spec.file_size,
        resource.RLIMIT_CPU: spec.processor_seconds,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        with suppress(ValueError, OSError):  # a lower limit may be set already
            resource.setrlimit(kind, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # too large a file: an OSError in its place


def _processes_now() -> int:
    """Processes and threads that count towards this user's limit; 0 for root, who has none.

    The kernel counts all that the user runs, in other containers, too, and does not say how many.
    But a thread starts only below the limit, so trying limits tells.
    """
    before = resource.getrlimit(resource.RLIMIT_NPROC)
    most = MOST_PROCESSES if before[1] == resource.RLIM_INFINITY else before[1]

    def is_enough(limit: int) -> bool:
        resource.setrlimit(resource.RLIMIT_NPROC, (limit, before[1]))
        thread = threading.Thread(target=int)
        try:
            thread.start()
        except RuntimeError:
            return False
        thread.join()
        return True

    try:
        return bisect.bisect_left(range(most), True, lo=1, key=is_enough) - 1
    finally:
        resource.setrlimit(resource.RLIMIT_NPROC, before)


def _memory_now() -> int:
    """Address space of this process in bytes; a usual size where it cannot be read."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):
        return 4 * 2**30
    return pages * resource.getpagesize()
