"""The check of the site finds what it looks for."""

import pytest
from click.testing import CliRunner

from book import check_site
from book.check_site import NO_BROWSER, browsing, find_browser, main, problems

PAGE = "<!doctype html><html lang='en'><title>t</title><body>{}</body></html>"
FAULTS = {
    "console": ("<script>console.error('oh')</script>", "console: oh"),
    "script": ("<script>nothing.here()</script>", "script error:"),
    "outside": ("<img alt='' src='https://example.org/x.png'>", "outside request: https://exam"),
    "missing": ("<img alt='' src='nowhere.png'>", "404: "),
    "wide": ("<div style='width: 3000px'>wide</div>", "px wider than the screen"),
    "unnamed": ("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", "without alternative"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    (folder / "book").mkdir()
    # A browser asks for it by itself.
    (folder / "favicon.ico").write_bytes(b"")
    for name, (body, _) in {"well": ("<p>All is well.</p>", ""), **FAULTS}.items():
        (folder / "book" / f"{name}.html").write_text(PAGE.format(body))
    return folder


@pytest.fixture(scope="module")
def opened(site):
    if find_browser() is None:
        pytest.skip(NO_BROWSER)
    with browsing(site) as (browser, home):
        yield browser, home


def test_a_page_that_is_well_has_no_problems(opened):
    assert problems(*opened, "book/well.html", 390, "dark") == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(opened, name):
    found = problems(*opened, f"book/{name}.html", 390, "light")
    assert any(FAULTS[name][1] in one for one in found), found


def test_without_a_book_it_says_what_to_do(tmp_path):
    done = CliRunner().invoke(main, ["--site", str(tmp_path)])
    assert done.exit_code == 2
    assert "run `make book` first" in done.output


def test_without_a_browser_it_names_the_command(site, monkeypatch):
    monkeypatch.setattr(check_site, "find_browser", lambda: None)
    done = CliRunner().invoke(main, ["--site", str(site)])
    assert done.exit_code == 2
    assert "apt-get install chromium" in done.output
