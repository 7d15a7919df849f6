"""The check of the site finds what it looks for."""

import gzip
import os
import re
import urllib.error
import urllib.request

import pytest
from click.testing import CliRunner

from book.check_site import __main__ as command
from book.check_site import budgets, document, operation, rebuild_time
from book.check_site.browser import NO_BROWSER, browsing, find_browser
from book.check_site.page import COLORS, look, opened, reading, shut_out
from book.check_site.translator_checks import translators

PAGE = (
    "<!doctype html><html lang='en'><head><title>t</title><meta name='viewport' "
    "content='width=device-width'><link rel='icon' href='data:,'></head>"
    "<body><main><h1>t</h1>{}</main></body></html>"
)
FAULTS = {
    "console": ("<script>console.error('oh')</script>", "console: oh"),
    "script": ("<script>nothing.here()</script>", "script error:"),
    "outside": ("<img alt='' src='https://example.org/x.png'>", "outside request: https://exam"),
    "missing": ("<img alt='' src='nowhere.png'>", "404: "),
    "picture": ("<img alt='' src='data:image/png;base64,AAAA'>", "a picture that does not show"),
    "wide": ("<div style='width: 3000px'>wide</div>", "px wider than the screen"),
    "maths": ("<p>Let \\(x\\) be 1.</p>", "maths that stands as text: \\(x"),
    "paper": ("<div class='interactive' data-figure='f'><p>live</p></div>", "not still: f"),
    "contrast": ("<p style='color: #ccc; background: #fff'>faint</p>", "serious: color-contrast"),
    "label": ("<input type='text'>", "critical: label"),
}
FILES = {
    "unclosed": ("<p><b>bold</p>", "HTML, line 1"),
    "twice": ("<p id='a'></p><p id='a'></p>", "the id a is given twice"),
    "astray": ("<a href='no.html'>x</a>", "a link leads nowhere: no.html"),
    "adrift": ("<a href='well.html#no'>x</a>", "anchor that is not there: well.html#no"),
    "above": ("<a href='../../outside.html'>x</a>", "a link leads nowhere: ../../outside.html"),
    "failed": ("<div class='output traceback'>Oh</div>", "a cell shows a traceback"),
    "unnamed": ("<img src='data:,'>", "an image without alternative"),
    "drawing": ("<svg><g></g></svg>", "a drawing without alternative"),
}
QUIZ = """
<fieldset class="quiz"><legend>Question 1</legend>
<input type="radio" id="q-1" name="q" data-explanation="w-1"><label for="q-1">one</label>
<input type="radio" id="q-2" name="q" data-explanation="w-2"><label for="q-2">two</label>
<div class="quiz-feedback" role="status"></div>
<ul><li id="w-1"><strong class="quiz-verdict">Right.</strong><p>Because.</p></li>
<li id="w-2"><strong class="quiz-verdict">Not this one.</strong><p>Since.</p></li></ul>
</fieldset>
<script>document.addEventListener("change", e => {
  document.querySelector(".quiz-feedback").innerHTML =
    document.getElementById(e.target.dataset.explanation).innerHTML;
})</script>
"""
# A translator that knows one word; WRITE shows what it writes.
TRANSLATOR = """
<div class="translator" data-state="ready">
<div class="still"><table><tbody><tr><td>Ja</td><td>Yes</td></tr></tbody></table></div>
<script type="application/json">{"switches": {}, "views": []}</script>
<p class="examples"><button>Ja</button></p>
<textarea aria-label="German"></textarea><button class="go">Translate</button>
<p class="written" style="overflow-wrap: anywhere"></p><p class="note"></p></div>
<script>
const field = document.querySelector("textarea"), note = document.querySelector(".note");
const written = document.querySelector(".written");
function translate() {
  written.textContent = note.textContent = "";
  WRITE
}
document.querySelector(".go").onclick = translate;
field.onkeydown = ({ key }) => key === "Enter" && translate();
</script>
"""
TRUE_TRANSLATOR = """
  if (field.value.length > 500) note.textContent = "Try one sentence at a time.";
  else written.textContent = field.value === "Ja" ? "Yes" : field.value;
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    (folder / "book").mkdir()
    bodies = {"well": "<p id='here'>All is well.</p><a href='#here'>up</a>", "quiz": QUIZ}
    bodies |= {name: body for name, (body, _) in (FAULTS | FILES).items()}
    bodies["silent"] = QUIZ[: QUIZ.index("<script>")]
    for name, body in bodies.items():
        (folder / "book" / f"{name}.html").write_text(PAGE.format(body))
    (folder / "404.html").write_text(PAGE.format("lost"))
    (folder.parent / "outside.html").write_text("not of the site")
    return folder


@pytest.fixture(scope="module")
def site(folder):
    if find_browser() is None:
        pytest.skip(NO_BROWSER)
    with browsing(folder) as site:
        yield site


def problems(site, name):
    found = []
    with (
        reading(site, 390, "light") as context,
        opened(context, site.home, f"book/{name}.html", found) as tab,
    ):
        found += look(tab) + shut_out(tab)
    return found


def test_a_page_that_is_well_has_no_problems(site):
    assert problems(site, "well") == []
    assert document.faults(site.folder, ["book/well.html"]) == {}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(site, name):
    found = problems(site, name)
    assert any(FAULTS[name][1] in one for one in found), found


def test_without_the_articles_colors_all_other_faults_are_found(site, tmp_path):
    faint = FAULTS["contrast"][0]
    (site.folder / "book" / "faint.html").write_text(
        PAGE.format(f"{faint}<article>{faint}{FAULTS['label'][0]}</article>")
    )
    with (
        reading(site, 390, "light") as context,
        opened(context, site.home, "book/faint.html", []) as tab,
    ):
        contrast, label = shut_out(tab, article_colors=False)
        assert contrast == "serious: color-contrast: main > p"
        assert label.startswith("critical: label: ")
        assert shut_out(tab, COLORS, article_colors=False) == [contrast]
        assert "article > p" in shut_out(tab, COLORS)[0]


@pytest.mark.parametrize(
    ("ground", "ink"),
    [("#fff", "#ccc"), ("#333", "#000"), ("#fff; opacity: 0.2", "#000")],
)
def test_contrast_is_judged_in_each_ink_on_each_ground(site, ground, ink):
    """Words in an ink on a ground where they can be read hide no others."""
    well = "<p>well</p><p style='background: #fff'>well</p>" * 2
    unjudged = f"<p style='color: {ink}'>i</p><div hidden><p style='color: {ink}'>no</p></div>"
    well += f"<div style='background: {ground}'>{unjudged}</div>"
    faint = f"<div style='background: {ground}'><p id='faint' style='color: {ink}'>faint</p></div>"
    (site.folder / "book" / "inks.html").write_text(PAGE.format(well + faint + well))
    found = []
    with (
        reading(site, 390, "light") as context,
        opened(context, site.home, "book/inks.html", []) as tab,
    ):
        found += shut_out(tab)
        assert tab.locator("p", has_text="well").count() == 8  # and all words are there again
    assert found == ["serious: color-contrast: #faint"]


def test_of_words_in_the_same_ink_on_the_same_ground_the_first_is_named(site):
    faint = FAULTS["contrast"][0]
    (site.folder / "book" / "inks.html").write_text(PAGE.format(faint * 2))
    with (
        reading(site, 390, "light") as context,
        opened(context, site.home, "book/inks.html", []) as tab,
    ):
        assert shut_out(tab) == ["serious: color-contrast: p:nth-child(2)"]


@pytest.mark.parametrize("name", FILES)
def test_a_fault_of_the_file_is_found(folder, name):
    pages = [f"book/{name}.html", "book/well.html"]
    found = document.faults(folder, pages)
    assert any(FILES[name][1] in one for one in found[f"book/{name}.html"]), found


@pytest.mark.parametrize("by_mouse", [True, False], ids=["mouse", "keys"])
def test_quizzes_are_operated(site, by_mouse):
    # Without feedback, neither answer is explained and none is called right.
    for name, expected in (("quiz", 0), ("silent", 3)):
        with (
            reading(site, 390, "light") as context,
            opened(context, site.home, f"book/{name}.html", []) as tab,
        ):
            assert len(operation.operate(tab, by_mouse)) == expected


def test_it_measures_what_comes_over_the_wire(site):
    only = ["book/well.html"]
    (cost,) = budgets.measure(site, slower=1, widths=[390], only=only, tries=1)
    body = (site.folder / "book" / "well.html").read_bytes()
    assert len(gzip.compress(body, 6)) <= cost.size < len(body) + 500  # and the answer's head
    assert cost.shift == 0


def test_the_host_sends_the_page_for_the_lost(site):
    with pytest.raises(urllib.error.HTTPError, match="404") as lost:
        urllib.request.urlopen(f"{site.home}/book/no/such/page.html")
    with lost.value as answer:
        assert b"lost" in gzip.decompress(answer.read())


def test_what_is_over_its_budget_is_marked(folder):
    costs = [
        budgets.Cost("book/a.html", 390, 300_000, 900.0, 0.01),
        budgets.Cost("book/a.html", 1280, 500_000, 900.0, 0.01),
    ]
    cells = [list(column.cells) for column in budgets.table(costs, folder).columns]
    assert cells == [["book/a.html"], ["500  OVER"], ["900"], ["0.010"]]


def test_what_an_author_waits_for_leaves_the_chapter_as_it_was(tmp_path, monkeypatch):
    chapter, seen = tmp_path / "chapter.md", []
    chapter.write_text("text")
    os.utime(chapter, (1, 1))
    monkeypatch.setattr(rebuild_time, "build", lambda: seen.append(chapter.stat().st_mtime) or 3.0)
    assert rebuild_time.rebuild(chapter) == 3.0
    assert seen[0] == chapter.stat().st_mtime == 1
    assert seen[1] > 1


def test_a_book_that_does_not_build_is_one_line(folder, monkeypatch):
    monkeypatch.setattr(command, "SITE", folder.resolve())
    monkeypatch.setattr(rebuild_time, "BUILD", ("build", str(folder / "nothing here")))
    done = CliRunner().invoke(command.main, ["--site", str(folder)])
    assert (done.exit_code, done.output) == (2, "the book does not build: `make book` says why\n")


@pytest.mark.parametrize("by_mouse", [True, False])
@pytest.mark.parametrize(
    ("write", "faults"),
    [
        (TRUE_TRANSLATOR, []),
        (
            "written.innerHTML = field.value",
            [
                "writes 'Ja' where 'Yes' is recorded",
                "takes a reader's text for HTML",
                "does not say that a text is too long",
            ],
        ),
        (
            f"written.style.overflowWrap = 'normal'; {TRUE_TRANSLATOR}",
            ["with a long word, the page is WIDER"],
        ),
        (
            f"if (navigator.onLine) {{ {TRUE_TRANSLATOR} }}",
            [
                "neither translates an odd text nor says why",
                "does not say that a text is too long",
            ],
        ),
        (
            "if (field.value === 'Ja') written.textContent = 'Yes'",
            [
                "neither translates an odd text nor says why",
                "does not say that a text is too long",
            ],
        ),
    ],
)
def test_what_a_translator_does_wrong_is_found(site, tmp_path, write, faults, by_mouse):
    page = tmp_path / "translator.html"
    page.write_text(PAGE.format(TRANSLATOR.replace("WRITE", write)))
    with (
        reading(site, 390, "light") as context,
        opened(context, tmp_path.as_uri(), page.name, []) as tab,
    ):
        found = [re.sub(r"\d+ px wider.*", "WIDER", wrong) for wrong in translators(tab, by_mouse)]
    assert found == [f"translator: {fault}" for fault in faults]


@pytest.mark.parametrize(
    ("text", "leads_on"),
    [
        (None, False),
        ("<a href='book/index.html'>in</a>", False),
        ("<meta http-equiv='refresh' content='0; url=book/index.html'>", True),
    ],
)
def test_the_entrance_must_lead_to_the_first_page(site, tmp_path, text, leads_on):
    entrance, first = tmp_path / command.ENTRANCE, tmp_path / command.FIRST_PAGE
    first.parent.mkdir()
    first.write_text(PAGE.format("welcome"))
    if text is not None:
        entrance.write_text(PAGE.format(text))
    with reading(site, 1280, "light") as context:
        context.set_default_timeout(10_000 if leads_on else 1_000)
        found = command.enter(context, tmp_path.as_uri())
    assert (found == []) is leads_on, found
    assert command.pages_of(tmp_path) == [command.FIRST_PAGE]


def test_without_a_book_it_says_what_to_do(tmp_path):
    done = CliRunner().invoke(command.main, ["--site", str(tmp_path)])
    assert done.exit_code == 2
    assert "run `make book` first" in done.output


def test_without_a_browser_it_names_the_command(folder, monkeypatch):
    monkeypatch.setattr("book.check_site.browser.find_browser", lambda: None)
    done = CliRunner().invoke(command.main, ["--site", str(folder)])
    assert done.exit_code == 2
    assert "apt-get install chromium" in done.output


def test_a_page_that_is_not_there_is_one_line(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "index.html").write_text("<p>Hello")
    words = ["--site", str(tmp_path), "--page", "book/none.html"]
    done = CliRunner().invoke(command.main, words)
    assert done.exit_code == 2
    assert done.stderr.startswith("--page book/none.html: ")
    assert len(done.stderr.splitlines()) == 1
