"""Zip files made to lead out of the workplace, and a class of attackers."""

import json
import zipfile
from pathlib import Path

import pytest
import toy_course as toy
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_notebook
from zip_files import DEVICE, LINK, everything_below, write_zip, zip_bytes

from autograder.grading.grade import grade
from autograder.ingest.ingest import open_submissions
from autograder.limits import Limits

COURSE = {"01-sums": {"sums": new_notebook()}}


PARTS = st.one_of(
    st.sampled_from(["..", ".", "", "01-sums", "sums.ipynb", "timestamp.txt", "ada", "Ada", "C:"]),
    st.sampled_from(["..\\x", "~", "-rf", "con", "a" * 300, "sums (1).ipynb", "x.zip", "\x1b"]),
    st.text(max_size=6),
)
NAMES = st.lists(PARTS, min_size=1, max_size=5).map("/".join)
WAYS = [  # an honest student's file, and where others' names stand
    (
        "honest/01-sums/sums.ipynb",
        ["{}", "ada/01-sums/{}", "ada/{}", "{}/01-sums/sums.ipynb"],
        None,
    ),
    ("honest_7_8_sums.ipynb", ["ada_1_2_{}", "{}_1_2_sums.ipynb"], None),
    (
        "honest_7_assignsubmission_file/sums.ipynb",
        ["{}", "Ada_1_assignsubmission_file/{}", "Ada_1_assignsubmission_file_{}"],
        None,
    ),
    ("x/honest/sums.ipynb", ["{}", "x/{}/sums.ipynb", "x/ada/{}"], "*/{student}/{notebook}.ipynb"),
]


@settings(max_examples=120)
@given(st.sampled_from(WAYS), st.lists(NAMES, min_size=1, max_size=6), st.booleans(), st.data())
def test_no_name_leads_out_of_the_workplace(tmp_path_factory, way, names, nested, data):
    honest, frames, pattern = way
    cage = tmp_path_factory.mktemp("cage")
    (cage / "workplace").mkdir()
    frame = data.draw(st.sampled_from(frames))
    if honest.startswith("honest_7_8"):  # Canvas leaves no slash in a name
        names = [name.replace("/", "_") for name in names]
    bad = {frame.format(name).encode("utf-8", "replace").decode() for name in names}
    files = dict.fromkeys(sorted({zipfile.ZipInfo(n).filename for n in bad}), "bad")
    if nested:
        files = {frames[-1].format("ada/x.zip"): zip_bytes(cage, files)}
    # More honest files than others: what most files look like decides how they are named.
    honest = [honest.replace("honest", f"honest{letter}") for letter in "abcdefg"]
    path = write_zip(cage / "x.zip", files | dict.fromkeys(honest, "honest"))
    before = everything_below(cage)
    with open_submissions(path, COURSE, cage / "workplace", pattern=pattern) as intake:
        assert all(n.startswith("workplace/handed-in") for n in everything_below(cage) - before)
        assert all(line.isprintable() for line in intake.ignored)
        contents = {}
        for one in intake.submissions:
            inside = one.path.resolve().relative_to((cage / "workplace").resolve())
            assert len(inside.parts) == 5
            if not one.status and one.path.is_file():
                contents[one.student] = one.path.read_text()
        students = [name for name in contents if name.startswith("honest")]
        assert [contents.pop(student) for student in students] == ["honest"] * len(honest)
        assert set(contents.values()) <= {"bad"}
    assert everything_below(cage) == before


LIMITS = Limits(cell_seconds=5, submission_seconds=20)
MOODLE = "{}_{}_assignsubmission_file/{}"


def attackers(folder: Path) -> tuple[dict[str, bytes | str], dict[str, int], dict[str, tuple]]:
    """What each hands in, which entries are no files, and marks, status and reason for each."""
    right, half = json.dumps(toy.answered()), json.dumps(toy.answered(twice="return 1"))
    bomb, large = bytes(60 * 2**20), bytes(65 * 2**20)
    honest = {"Honest Half": (3, "graded", ""), "Honest Solved": (6, "graded", "")}
    verdicts = {
        "Ratio": (0, "unreadable", "600 times"),
        "Large": (0, "unreadable", "larger than 64 MB"),
        "Link": (0, "unreadable", "symbolic link"),
        "Device": (0, "unreadable", "not a file"),
        "Nested Bomb": (0, "unreadable", "600 times"),
        "Nested Twice": (0, "unreadable", "a zip file in a zip file"),
        "Nested Link": (0, "unreadable", "symbolic link"),
        "Nested Out": (0, "unreadable", "leads out"),
        "Nested Absolute": (0, "unreadable", "leads out"),
        "Nested Many": (0, "unreadable", "more than 5000 files"),
        "Nested Junk": (0, "unreadable", "damaged"),
        "Nested Solved": (6, "graded", ""),
        "Twice": (0, "unreadable", "several files of this name"),
        "Bomb Beside": (6, "graded", ""),
        "Other": (0, "missing", "found evil.so"),
    }
    outside = folder / "canary.txt"
    outside.write_text("canary")
    nested = {
        "Nested Bomb": {"sums.ipynb": bomb},
        "Nested Twice": {"x.zip": zip_bytes(folder, {"sums.ipynb": right})},
        "Nested Link": {"sums.ipynb": f"{MOODLE.format('Honest Solved', 0, 'sums.ipynb')}"},
        "Nested Out": {"../../../../Honest Half/01-sums/sums.ipynb": right},
        "Nested Absolute": {str(outside): "", f"{folder}/sums.ipynb": right},
        "Nested Many": {f"{i}.py": "" for i in range(5001)},
        "Nested Solved": {"my work/sums.ipynb": right, "../../evil.py": "", "bomb": bomb},
    }
    names = sorted([*honest, *verdicts])
    files: dict[str, bytes | str] = {}
    for number, name in enumerate(names):
        place = MOODLE.format(name, number, "{}")
        if name in nested:
            kinds = {"sums.ipynb": LINK} if name == "Nested Link" else {}
            files[place.format("w.zip")] = zip_bytes(folder, nested[name], kinds=kinds)
        else:
            content = {"Ratio": bomb, "Large": large, "Honest Half": half}.get(name, right)
            files[place.format("sums.ipynb")] = content
    at = {name: MOODLE.format(name, number, "{}") for number, name in enumerate(names)}
    files[at["Twice"].format("SUMS.ipynb")] = right
    files[at["Bomb Beside"].format("bomb.zip")] = zip_bytes(folder, {"sums.ipynb": bomb})[:500]
    files[at["Nested Junk"].format("w.zip")] = files.pop(at["Nested Junk"].format("sums.ipynb"))
    files[at["Other"].format("evil.so")] = files.pop(at["Other"].format("sums.ipynb"))
    files["../../../canary.txt"] = "out"
    files[str(outside)] = "out"
    kinds = {at["Link"].format("sums.ipynb"): LINK, at["Device"].format("sums.ipynb"): DEVICE}
    return files, kinds, honest | verdicts


@pytest.mark.slow
def test_a_class_of_attackers_costs_nobody_else_anything(tmp_path, warm_pool):
    toy.write_course(tmp_path)
    files, kinds, verdicts = attackers(tmp_path)
    export = write_zip(tmp_path / "moodle.zip", files, kinds)
    before = everything_below(tmp_path)
    where = export, tmp_path / "exercises", tmp_path / "out"
    results = grade(*where, limits=LIMITS, cluster=warm_pool)
    for row in results.submissions:
        marks, status, reason = verdicts.pop(row.student.rpartition("-")[0])
        assert (row.score, row.status) == (marks, status), row
        assert reason in row.reason
    assert verdicts == {}
    assert (tmp_path / "canary.txt").read_text() == "canary"
    new = everything_below(tmp_path) - before
    assert all(name == "out" or name.startswith("out/") for name in new)
    assert len([line for line in results.ignored if "leads out" in line]) == 2
