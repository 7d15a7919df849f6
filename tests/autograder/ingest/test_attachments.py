"""Files that are handed in beside a notebook: what is one, and what is left out."""

import json
import os
import tracemalloc
from pathlib import Path

import pytest
import toy_course as toy
from not_files import MB, NO_FILES

from autograder.execution.job import job, job_id
from autograder.ingest.attachments import scan
from autograder.limits import Environment, Limits
from autograder.untrusted_files import Changed, contents, reopened

LIMITS = Limits(cell_seconds=10, submission_seconds=60)


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
