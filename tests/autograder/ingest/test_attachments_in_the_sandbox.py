"""Files that were handed in, as cells and hidden tests find them."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from not_files import MB

from autograder.execution.notebook_runner import Grader
from autograder.execution.sandbox_client import best_level
from autograder.ingest.attachments import scan
from autograder.limits import Environment, Limits
from autograder.protocol.sandbox_spec import FULL, LEVELS
from autograder.reporting.results import read_checks

LIMITS = Limits(cell_seconds=10, submission_seconds=60)


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
