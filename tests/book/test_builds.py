"""The whole book builds, every page executed, warns of nothing, and is well in a browser."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import autograder
from book.check_site import budgets
from book.check_site.__main__ import ALTERNATELY, check
from book.check_site.browser import NO_BROWSER, browsing, find_browser

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow(seconds=400)


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(ROOT)]
    built = subprocess.run(
        [*command, "--path-output", str(folder), "--quiet", "-n", "-W", "--keep-going"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
    html = folder / "_build" / "html"
    # What `make book` lays beside the pages: here, each notebook and file that a page links to.
    for written in [*ROOT.glob("exercises/*/*.ipynb"), *ROOT.glob("exercises/*.[mt][dx]*")]:
        target = html / "release" / written.relative_to(ROOT / "exercises")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(written, target)
    return html


def test_the_book_builds_without_a_warning(html):
    pages = {page.stem for page in (html / "book").glob("*.html")}
    assert {"index", "notation", "attention", "instructors", "references"} <= pages
    # What is shown was computed: the kill table, with every mistake killed.
    text = (html / "book" / "instructors.html").read_text(encoding="utf-8")
    assert "caught by the test named for them" in text


def test_the_site_says_what_it_is(html):
    pages = {f"book/{page.name}" for page in (html / "book").glob("*.html")}
    sitemap = (html / "sitemap.xml").read_text()
    assert {page for page in pages if f"{page}</loc>" in sitemap} == pages
    text = (html / "book" / "attention.html").read_text(encoding="utf-8")
    assert f"Version {autograder.__version__}" in text
    assert '<meta property="og:title" content="Attention">' in text
    card = text.split('og:image" content="')[1].split('"')[0].split("graded-transformer/")[-1]
    assert (html / card).read_bytes().startswith(b"\x89PNG")


def test_nothing_is_sent_that_nobody_needs(html):
    assert not list(html.rglob("*.map"))
    assert not list(html.rglob("fontawesome.js"))
    assert "fontawesome.js" not in (html / "book" / "index.html").read_text(encoding="utf-8")
    assert budgets.site_bytes(html) < budgets.SITE_BYTES


def test_every_page_is_well_in_a_browser(html):
    if find_browser() is None:
        pytest.skip(NO_BROWSER)
    with browsing(html) as site:
        assert check(site, visits=ALTERNATELY) == {}
        # All pages load the same scripts and styles: the longest send most.
        longest = sorted(budgets.chapters(html), key=lambda page: (html / page).stat().st_size)[-3:]
        costs = budgets.measure(site, slower=1, widths=[1280], only=longest, tries=1)
    assert len(costs) == 3
    assert {c.page: c.size for c in costs if c.size >= budgets.PAGE_BYTES} == {}
