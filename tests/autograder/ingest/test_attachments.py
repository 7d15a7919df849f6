"""Files that are handed in beside a notebook: who sees them, and what is no such file."""

import csv
import json
import os
import socket
import subprocess
import sys
import tracemalloc
from pathlib import Path

import nbformat
import pytest
import toy_course as toy
import toy_files
from nbformat.v4 import new_code_cell, new_notebook
from zip_files import LINK, PIPE, write_zip, zip_bytes

from autograder.execution.job import job, job_id
from autograder.execution.local_pool import LocalPool
from autograder.execution.notebook_runner import Grader
from autograder.execution.sandbox_client import ForkServer, best_level
from autograder.grading.grade import grade
from autograder.ingest.attachments import scan
from autograder.ingest.ingest import open_submissions
from autograder.limits import ArchiveLimits, Environment, Limits
from autograder.protocol.sandbox_spec import FULL, LEVELS
from autograder.reporting.results import read_checks, read_results
from autograder.untrusted_files import Changed, contents, reopened

MB = 2**20
ROOT = Path(__file__).resolve().parents[3]
LIMITS = Limits(cell_seconds=10, submission_seconds=60)
MASTERS = {toy_files.ASSIGNMENT: {toy_files.NOTEBOOK: toy_files.master()}}

# ---- what a file is ------------------------------------------------------------------------------


def names_of(folder: Path, **most: int) -> list[str]:
    return [file.name for file in scan(folder, {f"{n}.bin": size for n, size in most.items()})[0]]


def test_files_of_the_right_names_and_sizes_are_found(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"12345")
    (tmp_path / "b.bin").write_bytes(b"")
    (tmp_path / "other").write_bytes(b"x")
    assert names_of(tmp_path, a=5, b=5, c=5) == ["a.bin", "b.bin"]
    found, skipped = scan(tmp_path, {"a.bin": 5})
    assert contents(found) == {"a.bin": b"12345"}
    assert (found[0].size, skipped) == (5, {})


def make_device(path: Path) -> None:
    try:
        os.mknod(path, 0o20666, os.makedev(1, 5))  # endless zeros
    except OSError:
        pytest.skip("only root can make a device")


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one, pytest.MonkeyPatch.context() as patch:
        patch.chdir(path.parent)  # a socket's path must be short
        one.bind(path.name)


def make_sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10 * 2**30)


NO_FILES = {
    "a link": (
        lambda p: p.symlink_to("/etc/passwd"),
        "is a symbolic link: hand in the file itself",
    ),
    "a link to nothing": (lambda p: p.symlink_to("nowhere"), "is a symbolic link"),
    "a pipe": (os.mkfifo, "this is not a file"),
    "a folder": (Path.mkdir, "this is not a file"),
    "a device": (make_device, "this is not a file"),
    "a socket": (make_socket, "this is not a file"),
    "ten gigabytes of nothing": (make_sparse, "is larger than 1 MB"),
    "a byte too much": (lambda p: p.write_bytes(bytes(MB + 1)), "is larger than 1 MB"),
}


@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_is_skipped_with_a_sentence_and_not_read(kind, tmp_path):
    make, said = NO_FILES[kind]
    make(tmp_path / "a.bin")
    (tmp_path / "b.bin").write_bytes(bytes(MB))
    tracemalloc.start()
    found, skipped = scan(tmp_path, {"a.bin": MB, "b.bin": MB})
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [file.name for file in found] == ["b.bin"]
    assert skipped["a.bin"].startswith("a.bin")
    assert said in skipped["a.bin"]
    assert most < 3 * MB


def test_a_file_that_changes_after_it_was_looked_at_is_noticed(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"first")
    found, _ = scan(tmp_path, {"a.bin": MB})
    with reopened(found) as (descriptor,):
        assert os.pread(descriptor, 9, 0) == b"first"
    for change in (
        lambda: path.write_bytes(b"other"),
        lambda: path.write_bytes(b"firstly"),
        path.unlink,
        lambda: path.symlink_to("/etc/passwd"),
    ):
        change()
        with pytest.raises(Changed, match=r"a\.bin"), reopened(found):
            pass


def test_a_job_is_another_when_a_file_is_another_wherever_it_lies(tmp_path):
    def name(folder: str, **files: bytes) -> str:
        place = tmp_path / folder
        place.mkdir()
        for one, data in files.items():
            (place / one).write_bytes(data)
        found, _ = scan(place, {"a": MB, "b": MB})
        about = Environment((tmp_path,), "ada", found)
        return job_id(json.loads(json.dumps(job(toy.master(), LIMITS, about, "", "tests"))))

    same = name("1", a=b"x"), name("2", a=b"x")
    assert len(set(same)) == 1
    assert len({*same, name("3"), name("4", a=b"y"), name("5", b=b"x")}) == 4


# ---- in the worker -------------------------------------------------------------------------------

SPOIL = """
import os
def tries(name):
    told = []
    for action in (
        lambda: open(name, "w"), lambda: open(name, "ab"), lambda: os.truncate(name, 0),
        lambda: os.remove(name), lambda: os.rename(name, "other"), lambda: os.chmod(name, 0o777),
        lambda: os.replace("mine", name), lambda: os.link("mine", name),
    ):
        open("mine", "w").write("mine")
        try:
            action()
            told.append("done")
        except OSError as error:
            told.append(type(error).__name__)
    return told
def read(name):
    return open(name, "rb").read(4), os.path.getsize(name), int(os.stat(name).st_mtime)
def there():
    return sorted(os.listdir())
"""


@pytest.fixture(scope="module")
def fork_server():
    with ForkServer() as one:
        yield one


@pytest.fixture
def ran(fork_server, tmp_path):
    """Run cells beside files; those that begin with "#T" are hidden tests, of a point each."""

    def run(*cells: str, level: str = "", limits: Limits = LIMITS, **files: bytes):
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        found, _ = scan(tmp_path, dict.fromkeys(files, 100 * MB))
        notebook = new_notebook()
        for number, source in enumerate(cells):
            about = {"grade": True, "solution": False, "grade_id": f"t{number}", "points": 1}
            metadata = {"nbgrader": about} if source.startswith("#T") else {}
            notebook.cells.append(new_code_cell(source, metadata=metadata, id=f"cell-{number}"))
        grader = Grader(fork_server, level or best_level(), limits)
        done = grader.run(notebook, Environment(files=found))
        assert {name: (tmp_path / name).read_bytes() for name in files} == files
        return done, [check.message for check in read_checks(done)]

    return run


@pytest.mark.parametrize("level", LEVELS)
def test_every_cell_and_test_finds_the_files(ran, level):
    if LEVELS.index(level) < LEVELS.index(best_level()):
        pytest.skip(f"this machine does not allow level {level}")
    look_twice = "#T\nassert read('a') == (b'abcd', 5, 0) and read('b') == (b'', 0, 0)"
    done, told = ran(
        f"first = open('a').read()\n{SPOIL}",
        "#T\nassert there() == ['a', 'b'], there()",
        look_twice,
        "import os; os._exit(1)",  # a new worker goes on
        look_twice,
        "print(first, open('a').read())",
        level=level,
        a=b"abcde",
        b=b"",
    )
    assert told == ["", "", ""]
    assert done.cells[-1].outputs[0].text == "abcde abcde\n"


def test_nobody_can_write_to_them_or_take_their_place(ran):
    if best_level() != FULL:
        pytest.skip("needs the level full")
    _, told = ran(
        SPOIL,
        "#T\nfound = tries('a'); assert 'done' not in found, found",
        "#T\nassert read('a') == (b'abcd', 5, 0)",
        "before = tries('a')",
        "#T\nassert read('a') == (b'abcd', 5, 0)",
        a=b"abcde",
    )
    assert told == ["", "", ""]


def test_large_files_take_nothing_of_what_students_may_write(ran):
    limits = Limits(file_bytes=2 * MB, disk_bytes=4 * MB)
    write = "open('mine', 'wb').write(bytes(2 * 2**20))\nimport os"
    _, told = ran(
        write,
        "def size(name):\n    return os.path.getsize(name), open(name, 'rb').read()[-1]",
        f"#T\nassert size('a') == ({40 * MB}, 7)",
        "#T\nassert size('mine')[0] == 2 * 2**20",
        limits=limits,
        a=bytes(40 * MB - 1) + b"\x07",
    )
    assert told == ["", ""]


# ---- a class -------------------------------------------------------------------------------------


def write_class(class_: Path) -> dict[str, tuple[float, str]]:
    """Hand in for everybody; what each must get, and a part of what each is told."""
    toy_files.hand_in(class_, "ada")
    expected: dict[str, tuple[float, str]] = {"ada": (4, "")}
    for kind, (make, said) in NO_FILES.items():
        if kind != "a device":
            place = toy_files.hand_in(class_, kind, {"log.txt": toy_files.RIGHT["log.txt"]})
            make(place / "weights.bin")
            expected[kind] = (2, said)
    place = toy_files.hand_in(class_, "a peer's", {"log.txt": b"3, 2, 1"})
    (place / "weights.bin").symlink_to(class_ / "ada" / toy_files.ASSIGNMENT / "weights.bin")
    toy_files.hand_in(class_, "none", {})
    toy_files.hand_in(class_, "wrong", toy_files.RIGHT | {"weights.bin": b"bad", "more": b"!"})
    (toy_files.hand_in(class_, "no notebook") / "weights.ipynb").unlink()
    expected |= {"a peer's": (2, "symbolic link"), "none": (1, ""), "wrong": (2, "")}
    return expected | {"no notebook": (0, "weights.ipynb is missing; found log.txt")}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, warm_pool):
    folder = tmp_path_factory.mktemp("files")
    toy_files.write_course(folder)
    expected = write_class(folder / "class")
    where = folder / "class", folder / "exercises", folder / "out"
    grade(*where, limits=LIMITS, cluster=warm_pool)
    return folder, expected


def page(folder: Path, student: str) -> str:
    place = folder / "out" / "feedback" / student / toy_files.ASSIGNMENT
    return (place / "weights.html").read_text()


@pytest.mark.slow
def test_the_rest_is_graded_as_if_the_file_was_not_there(graded):
    folder, expected = graded
    rows = {row.student: row for row in read_results(folder / "out").submissions}
    assert {student: row.score for student, row in rows.items()} == {
        student: score for student, (score, _) in expected.items()
    }
    for student, (_, said) in expected.items():
        assert rows[student].status == ("missing" if student == "no notebook" else "graded")
        assert said in rows[student].reason if said else rows[student].reason == ""
    assert "No such file" in next(c for c in rows["none"].checks if c.check == "the-log").message
    listing = (folder / "out" / "autograded" / "wrong" / toy_files.ASSIGNMENT).glob("*.ipynb")
    assert "['log.txt', 'weights.bin']" in next(listing).read_text()  # not the one more


@pytest.mark.slow
def test_the_student_and_the_instructor_are_told(graded):
    folder, expected = graded
    report = (folder / "out" / "report.html").read_text()
    for student, (score, said) in expected.items():
        told = "graded without a file of yours" in page(folder, student)
        assert told == (bool(said) and score > 0), student
        assert said[1:] in page(folder, student)  # it may begin a sentence
        assert said in report
    assert "weights.bin is larger than 1 MB." in page(folder, "a byte too much")


@pytest.mark.slow
def test_only_what_has_another_file_runs_again(graded, monkeypatch, warm_pool):
    folder, _ = graded
    ran: list[dict] = []
    real = LocalPool.do
    monkeypatch.setattr(LocalPool, "do", lambda self, jobs: real(self, map(noted, jobs)))

    def noted(job: tuple[str, dict]) -> tuple[str, dict]:
        ran.append(job[1])
        return job

    def again() -> list[str]:
        ran.clear()
        where = folder / "class", folder / "exercises", folder / "out"
        grade(*where, limits=LIMITS, cluster=warm_pool)
        return [one["seed"] for one in ran]

    assert again() == []
    path = folder / "class" / "wrong" / toy_files.ASSIGNMENT / "weights.bin"
    path.write_bytes(b"good weights")
    assert again() == ["wrong"]
    rows = {row.student: row for row in read_results(folder / "out").submissions}
    assert rows["wrong"].score == 4
    path.write_bytes(b"bad")
    assert again() == ["wrong"]  # what nobody handed in any more is not kept


@pytest.mark.slow
def test_nbgraders_own_commands_find_them_too(tmp_path):
    toy_files.write_course(tmp_path)
    (tmp_path / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text())
    toy_files.hand_in(tmp_path / "submitted", "ada")
    place = toy_files.hand_in(tmp_path / "submitted", "link", {"log.txt": b"3, 2, 1"})
    (place / "weights.bin").symlink_to(tmp_path / "submitted/ada/02-weights/weights.bin")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for verb in ("generate_assignment", "autograde", "generate_feedback", "export"):
        words = [verb] if verb == "export" else [verb, toy_files.ASSIGNMENT]
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=tmp_path,
            env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    with (tmp_path / "grades.csv").open(newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == {"ada": 4, "link": 2}
    text = (tmp_path / "feedback" / "link" / toy_files.ASSIGNMENT / "weights.html").read_text()
    assert "weights.bin is a symbolic link" in text


# ---- as learning platforms have them -------------------------------------------------------------


def take(path: Path, **more) -> dict[str, tuple[dict[str, bytes], dict[str, str]]]:
    """Student -> what lies beside the notebook, and what was left out."""
    workplace = path.parent / "workplace"
    workplace.mkdir(exist_ok=True)
    found = {}
    with open_submissions(path, MASTERS, workplace, **more) as intake:
        for one in intake.submissions:
            files, skipped = scan(one.path.parent, {n: s * MB for n, s in toy_files.FILES.items()})
            found[one.student] = (contents(files), skipped | dict(one.skipped))
    return found


NOTEBOOK = nbformat.writes(toy_files.answered())
BOTH = {"log.txt": b"3, 2, 1", "weights.bin": b"good weights"}


def unpacked(archive: Path) -> Path:
    import zipfile

    folder = archive.with_suffix("")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder


def both_ways(path: Path, files: dict[str, str | bytes], **more) -> list[Path]:
    archive = write_zip(path, files)
    return [archive, unpacked(archive)]


def test_files_of_a_canvas_export(tmp_path):
    own = zip_bytes(tmp_path, {"work/weights.ipynb": NOTEBOOK, "work/weights.bin": b"packed"})
    files = {
        "ada_1_10_weights.ipynb": NOTEBOOK,
        "ada_1_11_weights.bin": b"good weights",
        "ada_1_12_log.txt": b"3, 2, 1",
        "bob_LATE_2_20_weights-1.ipynb": NOTEBOOK,
        "bob_LATE_2_21_weights-1.bin": b"later",
        "bob_LATE_2_19_weights.bin": b"earlier",
        "bob_LATE_2_22_log (1).txt": b"renamed",
        "eve_3_30_weights.ipynb": NOTEBOOK,
        "eve_3_31_weights.bin": bytes(MB + 1),
        "eve_3_32_weights.bin.txt": b"",
        "max_4_40_work.zip": own,
    }
    for path in both_ways(tmp_path / "canvas.zip", files):
        assert take(path) == {
            "ada-1": (BOTH, {}),
            "bob-2": ({"log.txt": b"renamed", "weights.bin": b"later"}, {}),
            "eve-3": ({}, {"weights.bin": "weights.bin is larger than 1 MB"}),
            "max-4": ({"weights.bin": b"packed"}, {}),
        }


def test_files_of_a_moodle_export(tmp_path):
    inside = "_assignsubmission_file"
    files = {
        f"Ada_1{inside}/weights.ipynb": NOTEBOOK,
        f"Ada_1{inside}/weights.bin": b"good weights",
        f"Ada_1{inside}/log.txt": b"3, 2, 1",
        f"Bob_2{inside}_weights.ipynb": NOTEBOOK,
        f"Bob_2{inside}_weights.bin": b"flat",
        f"Eve_3{inside}/weights.ipynb": NOTEBOOK,
        f"Eve_3{inside}/weights.bin": b"one",
        f"Eve_3{inside}/weights (1).bin": b"other",
        f"Max_4{inside}/weights.bin": b"no notebook",
    }
    for path in both_ways(tmp_path / "moodle.zip", files):
        which = "weights (1).bin, weights.bin could be weights.bin: hand in one"
        assert take(path) == {
            "Ada-1": (BOTH, {}),
            "Bob-2": ({"weights.bin": b"flat"}, {}),
            "Eve-3": ({}, {"weights.bin": which}),
            "Max-4": ({"weights.bin": b"no notebook"}, {}),
        }


def test_files_named_by_a_pattern(tmp_path):
    files = {
        "ada_weights.ipynb": NOTEBOOK,
        "ada_weights.bin": b"good weights",
        "ada_log.txt": b"3, 2, 1",
        "ada_king_weights.ipynb": NOTEBOOK,
        "ada_king_weights (2).bin": b"copy",
        "nobodyslog.txt": b"",
    }
    for path in both_ways(tmp_path / "named.zip", files):
        assert take(path, pattern="{student}_{notebook}.ipynb") == {
            "ada": (BOTH, {}),
            "ada_king": ({"weights.bin": b"copy"}, {}),
        }
    files = {f"w/ada/{name}": data for name, data in [("mine.ipynb", NOTEBOOK), *BOTH.items()]}
    files |= {"w/ada/not my log.txt": b""}
    for path in both_ways(tmp_path / "free.zip", files):
        assert take(path, pattern="w/{student}/*.ipynb") == {"ada": (BOTH, {})}
    for path in both_ways(tmp_path / "by-student.zip", {"ada.ipynb": NOTEBOOK, "log.txt": b""}):
        assert take(path, pattern="{student}.ipynb") == {"ada": ({}, {})}


def test_files_of_a_zip_with_nbgraders_layout(tmp_path):
    place = toy_files.ASSIGNMENT
    files = {
        **{f"ada/{place}/{name}": data for name, data in BOTH.items()},
        f"ada/{place}/weights.ipynb": NOTEBOOK,
        f"ada/{place}/deep/weights.bin": b"elsewhere",
        f"eve/{place}/weights.ipynb": NOTEBOOK,
        f"eve/{place}/weights.bin": b"/etc/passwd",
        f"eve/{place}/log.txt": b"",
        f"max/{place}/weights.ipynb": NOTEBOOK,
        f"max/{place}/weights.bin": bytes(20 * MB),
    }
    kinds = {f"eve/{place}/weights.bin": LINK, f"eve/{place}/log.txt": PIPE}
    assert take(write_zip(tmp_path / "class.zip", files, kinds)) == {
        "ada": (BOTH, {}),
        "eve": (
            {},
            {
                "weights.bin": "weights.bin is a symbolic link: hand in the file itself",
                "log.txt": "log.txt: this is not a file",
            },
        ),
        "max": ({}, {"weights.bin": "weights.bin is larger than 1 MB"}),
    }


def test_own_zip_files_may_be_as_large_as_what_belongs_in_them(tmp_path):
    big = os.urandom(MB)
    own = zip_bytes(tmp_path, {"weights.ipynb": NOTEBOOK, "weights.bin": big, "log.txt": big})
    limits = ArchiveLimits(file_bytes=100_000)
    path = write_zip(tmp_path / "class.zip", {"ada_1_1_work.zip": own})
    assert take(path, limits=limits) == {"ada-1": ({"weights.bin": big, "log.txt": big}, {})}
