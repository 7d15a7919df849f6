"""The whole book builds, every page executed, and warns of nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from book.check_site import NO_BROWSER, browsing, find_browser, problems

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def test_the_book_builds_without_a_warning(tmp_path):
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(ROOT)]
    built = subprocess.run(
        [*command, "--path-output", str(tmp_path), "--quiet", "-n", "-W", "--keep-going"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
    html = tmp_path / "_build" / "html"
    pages = {page.stem for page in (html / "book").glob("*.html")}
    assert {"index", "notation", "attention", "instructors", "references"} <= pages
    assert (html / "index.html").is_file()
    # What is shown was computed: the kill table, with every mistake killed.
    text = (html / "book" / "instructors.html").read_text(encoding="utf-8")
    assert "caught by the test named for them" in text
    if find_browser() is None:
        pytest.skip(NO_BROWSER)
    wrong = {}
    with browsing(html) as (browser, home):
        for page in sorted(pages):
            for width, theme in ((1280, "light"), (390, "dark")):
                found = problems(browser, home, f"book/{page}.html", width, theme)
                wrong |= {(page, width, theme): found} if found else {}
    assert wrong == {}
