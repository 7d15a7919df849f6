"""Linux system calls that Python does not offer, each as one function.

Each raises OSError when the kernel refuses.
"""

import ctypes
import os
import platform
import struct
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)

# ---- namespaces and mounts -----------------------------------------------------------------------

NEW_MOUNTS, NEW_NAMES, NEW_IPC = 0x00020000, 0x04000000, 0x08000000
NEW_USER, NEW_PIDS, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
NO_SUID, NO_DEVICES, NO_EXEC, BIND, RECURSIVE, PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
_DETACH = 2
_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE = 442, -100, 0x8000
_READ_ONLY_NO_SUID = 0x1 | 0x2


def unshare(flags: int) -> None:
    """Leave the namespaces named by the flags for new ones."""
    _check(LIBC.unshare(flags))


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Call mount(2)."""
    parts = (part.encode() or None for part in (source, target, kind))
    _check(LIBC.mount(*parts, ctypes.c_ulong(flags), options.encode() or None))


def make_read_only(target: str) -> None:
    """Make a mount and everything below it read-only, and ignore its set-user-id bits."""
    attributes = struct.pack("QQQQ", _READ_ONLY_NO_SUID, 0, 0, 0)
    _check(
        LIBC.syscall(
            ctypes.c_long(_MOUNT_SETATTR),
            ctypes.c_int(_AT_FDCWD),
            target.encode(),
            ctypes.c_uint(_AT_RECURSIVE),
            attributes,
            ctypes.c_size_t(len(attributes)),
        )
    )


def pivot_root(new: str) -> None:
    """Make `new` the root; nothing of the old root remains visible."""
    os.chdir(new)
    number = {"x86_64": 155, "aarch64": 41}[platform.machine()]
    _check(LIBC.syscall(ctypes.c_long(number), b".", b"."))
    _check(LIBC.umount2(b".", _DETACH))  # the old root lies on top of the new one
    os.chdir("/")


# ---- memory --------------------------------------------------------------------------------------

HUGE = 2 * 2**20  # bytes of a huge page
_COLLAPSE = 25


def collapse_memory() -> int:
    """Move this process's own memory to huge pages; returns their bytes.

    A fork copies one entry for a huge page instead of 512, so forking takes a fifth of the time.
    What a fork writes to is still copied in small pages. Older kernels refuse, and nothing changes.
    """
    done = 0
    for line in Path("/proc/self/maps").read_text().splitlines():
        places, mode, _, _, _, *name = line.split()
        if mode != "rw-p" or name not in ([], ["[heap]"]):
            continue
        begin, end = (int(place, 16) for place in places.split("-"))
        for place in range(-(-begin // HUGE) * HUGE, end // HUGE * HUGE, HUGE):
            call = ctypes.c_void_p(place), ctypes.c_size_t(HUGE), _COLLAPSE
            done += HUGE * (LIBC.madvise(*call) == 0)
    return done


# ---- privileges ----------------------------------------------------------------------------------

_SET_DEATH_SIGNAL, _SET_DUMPABLE, _SET_NO_NEW_PRIVILEGES, _SET_SUBREAPER = 1, 4, 38, 36
_SET_SECCOMP, _SECCOMP_FILTER = 22, 2


def die_with_parent(signal: int) -> None:
    """Receive this signal when the parent ends. A change of the user id undoes it."""
    _control(_SET_DEATH_SIGNAL, signal)


def no_new_privileges() -> None:
    """Ignore set-user-id bits of all programs that are started from now on."""
    _control(_SET_NO_NEW_PRIVILEGES, 1)


def set_subreaper() -> None:
    """Become the parent of all descendants whose own parent ends."""
    _control(_SET_SUBREAPER, 1)


def drop_capabilities() -> None:
    """Give up every privilege of root."""
    header = struct.pack("Ii", 0x20080522, 0)
    _check(LIBC.capset(header, bytes(24)))


def _control(option: int, value: int) -> None:
    _check(LIBC.prctl(option, ctypes.c_ulong(value), 0, 0, 0))


# ---- seccomp: system calls that fail from now on -------------------------------------------------

_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# socket, ptrace, unshare, setns, mount, umount2, pivot_root, chroot, bpf, perf_event_open, keyctl,
# add_key, request_key, userfaultfd, io_uring_setup, process_vm_readv, process_vm_writev, kcmp,
# open_by_handle_at, name_to_handle_at, move_mount, fsopen, open_tree, mount_setattr, init_module,
# finit_module, kexec_load, reboot, swapon, syslog; memory that no limit counts: memfd_create,
# memfd_secret, shmget, semget, msgget, mq_open; slots that all users share: io_setup; what others
# do with a file: inotify_init, inotify_init1, fanotify_init
_FORBIDDEN = {
    "x86_64": (
        *(41, 101, 272, 308, 165, 166, 155, 161, 321, 298, 250, 248, 249, 323, 425, 310, 311, 312),
        *(304, 303, 429, 430, 428, 442, 175, 313, 246, 169, 167, 103),
        *(319, 447, 29, 64, 68, 240, 206, 253, 294, 300),
    ),
    "aarch64": (
        *(198, 117, 97, 268, 40, 39, 41, 51, 280, 241, 219, 217, 218, 282, 425, 270, 271, 272),
        *(265, 264, 429, 430, 428, 442, 105, 273, 104, 142, 224, 116),
        *(279, 447, 194, 190, 186, 180, 0, 26, 262),
    ),
}
# Calls that are forbidden, or pretend to succeed, for some arguments only.
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = {"x86_64": 435, "aarch64": 435}
_MMAP = {"x86_64": 9, "aarch64": 222}
_FCNTL = {"x86_64": 72, "aarch64": 25}
_FLOCK = {"x86_64": 73, "aarch64": 32}
_NAMESPACES = 0x7E020000
_SHARED_ANONYMOUS = 0x21  # memory of a mapping that no process has to keep
_LOCKS, _WATCHES = (6, 7, 37, 38), (1024, 1026)  # F_SETLK, F_OFD_SETLK, ...; F_SETLEASE, F_NOTIFY

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _JUMP_IF_ANY = 0x15, 0x35, 0x45
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_REFUSE, _UNKNOWN, _PRETEND = _ERROR | 1, _ERROR | 38, _ERROR  # EPERM, ENOSYS, success
_X32 = 0x40000000
_Steps = list[tuple[int, int, int, int]]


def can_install_seccomp() -> bool:
    """Return True if `_FORBIDDEN` lists this machine's system calls."""
    return platform.machine() in _FORBIDDEN


def install_seccomp() -> None:
    """Forbid new sockets, namespaces, mounts and tracing in this process and its descendants.

    Pairs of connected sockets remain possible: asyncio needs one, and they lead nowhere. A lock on
    a file pretends to succeed: databases need them, but a lock on a file that all students can
    read would be a channel between them. `clone3` does not exist, because a filter cannot see its
    flags; the C library then uses `clone`.
    """
    machine = platform.machine()
    steps: _Steps = [
        (_LOAD, 0, 0, 4),  # the architecture that the call is made for
        (_JUMP_IF_EQUAL, 1, 0, _ARCHITECTURE[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # its number
        (_JUMP_IF_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _REFUSE),
        *_answer(_CLONE3[machine], _UNKNOWN),
        *_answer(_FLOCK[machine], _PRETEND),
        *_answer_if(_CLONE[machine], 0, [(_JUMP_IF_ANY, 0, 1, _NAMESPACES)], _REFUSE),
        *_answer_if(
            _MMAP[machine],
            3,
            [(_AND, 0, 0, _SHARED_ANONYMOUS), (_JUMP_IF_EQUAL, 0, 1, _SHARED_ANONYMOUS)],
            _REFUSE,
        ),
    ]
    for command in (*_LOCKS, *_WATCHES):
        answer = _PRETEND if command in _LOCKS else _REFUSE
        steps += _answer_if(_FCNTL[machine], 1, [(_JUMP_IF_EQUAL, 0, 1, command)], answer)
    for number in _FORBIDDEN[machine]:
        steps += _answer(number, _REFUSE)
    steps.append((_RETURN, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    _check(LIBC.prctl(_SET_SECCOMP, _SECCOMP_FILTER, program, 0, 0))


def _answer(number: int, answer: int) -> _Steps:
    """Answer a system call."""
    return [(_JUMP_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, answer)]


def _answer_if(number: int, argument: int, test: _Steps, answer: int) -> _Steps:
    """Answer a system call if the lower half of an argument passes a test."""
    inner = [(_LOAD, 0, 0, 16 + 8 * argument), *test, (_RETURN, 0, 0, answer), (_LOAD, 0, 0, 0)]
    return [(_JUMP_IF_EQUAL, 0, len(inner), number), *inner]


# ---- Landlock: files that can be opened from now on ----------------------------------------------

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_READ = 0b1101  # execute, read a file, list a folder
_LIST = 0b1000
_FILE = 0b111 | 0b11 << 14  # what can be allowed for a single file
_TCP, _SCOPES = 0b11, 0b11


def landlock_version() -> int:
    """Return the Landlock version of this kernel, 0 if it has none."""
    return max(0, LIBC.syscall(ctypes.c_long(_CREATE), None, ctypes.c_size_t(0), 1))


def restrict_paths(read: list[Path], write: list[Path], listed: list[Path]) -> None:
    """Allow only these paths to be read, read and written, or listed, from now on."""
    version = landlock_version()
    bits = {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)
    every = (1 << bits) - 1
    rules = struct.pack("QQQ", every, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _check(LIBC.syscall(ctypes.c_long(_CREATE), rules, ctypes.c_size_t(size), 0))
    try:
        rules_of_paths = ((read, _READ), (write, every), (listed, _LIST))
        for path, rights in ((p, rights) for paths, rights in rules_of_paths for p in paths):
            if not path.exists():
                continue
            if not path.is_dir():
                rights &= _FILE & every
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                rule = struct.pack("=Qi", rights, place)
                _check(LIBC.syscall(ctypes.c_long(_ADD), ruleset, 1, rule, 0))
            finally:
                os.close(place)
        _check(LIBC.syscall(ctypes.c_long(_RESTRICT), ruleset, 0))
    finally:
        os.close(ruleset)


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
