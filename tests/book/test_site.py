"""What the build leaves out of the site, and what it adds to it."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXTENSIONS = ROOT / "book" / "_ext"

HEAD = """
<script src="_static/documentation_options.js?v=1"></script>
<script src="_static/doctools.js?v=1"></script>
<script defer src="../_static/scripts/fontawesome.js?digest=5"></script>
<script>inline()</script>
<script defer="defer" src="_static/mathjax/tex-chtml.js"></script>
<script src="_static/searchtools.js"></script>
<script src="searchindex.js"></script>
"""


def extension(name):
    spec = importlib.util.spec_from_file_location(name, EXTENSIONS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def lean():
    return extension("lean_site")


def test_scripts_that_nobody_needs_are_skipped_and_others_wait(lean):
    head = lean.lean(HEAD, "book/attention")
    for gone in ("fontawesome", "searchtools", "searchindex"):
        assert gone not in head
    assert '<script src="_static/documentation_options.js' in head, "inline scripts use it"
    assert '<script defer src="_static/doctools.js' in head
    assert "<script>inline()</script>" in head
    assert head.count("defer") == 3, "none is told twice"


def test_the_search_page_keeps_what_it_searches_with(lean):
    head = lean.lean(HEAD, "search")
    assert "fontawesome" not in head
    assert '<script src="searchindex.js"></script>' in head


STYLE = {
    '.fa-sun:before{content:"\\f185"}': "",
    '.fa-a:before, .fa-moon:before{content:"x"}': '.fa-moon:before{content:"x"}',
    ".card .gone{color:red}": "",
    ".card > a.here{color:red}": ".card > a.here{color:red}",
    ".card:not(.gone) b{color:red}": ".card:not(.gone) b{color:red}",
    "a,p{color:red}": "a,p{color:red}",
    ".w-1\\/2{width:50%}": ".w-1\\/2{width:50%}",
    "@media print{.card{a:b}.gone{a:b}}": "@media print{.card{a:b}}",
    "@media print{.gone{a:b}}": "",
    "@font-face{font-family:x}": "@font-face{font-family:x}",
    "/*! by X, MIT *//* why */ ": "/*! by X, MIT */",
}


@pytest.mark.parametrize("css", STYLE)
def test_style_for_classes_that_nothing_has_is_skipped(lean, css):
    assert lean.only_used(css, {"fa-moon", "card", "here"}) == STYLE[css]


def test_a_style_sheet_takes_in_the_one_that_it_asks_for(lean):
    assert lean.joined('/* a */@import "../basic.css";b{}', "c{\\d}") == "/* a */c{\\d}b{}"
    assert lean.joined("b{}", "c{}") == "b{}"


def test_a_card_is_named_by_its_title_and_is_a_picture(tmp_path):
    site = extension("published_site")
    assert site.card_name("Attention") != site.card_name("Training")
    site.draw_card(tmp_path / "cards" / "x.png", "One batch&#8217;s journey, at $2", "The course")
    picture = (tmp_path / "cards" / "x.png").read_bytes()
    assert picture[16:24] == (1200).to_bytes(4) + (630).to_bytes(4)
    assert len(picture) < 60_000


def test_the_footer_names_version_and_commit():
    assert re.fullmatch(
        r"Version \d+\.\d+\.\d+(, commit <code>[0-9a-f]{10,}</code>)?\.",
        extension("published_site").origin(),
    )


def test_the_page_for_the_lost_needs_no_other_file():
    page = extension("published_site").LOST.format(title="T", home="/course/")
    assert set(re.findall(r'(?:href|src)="([^"]+)"', page)) == {
        "data:,",
        "/course/book/index.html",
        "/course/search.html",
    }


def test_chapters_to_tick_are_those_that_are_read_in_turn():
    progress = extension("progress")
    chapters = progress.chapters()
    assert "book/attention" in chapters
    assert not {"book/instructors", "book/references", "book/index"} & set(chapters)
    assert progress.name_of("book/attention") == "attention"


def test_each_notebook_belongs_to_a_chapter_that_can_be_ticked():
    progress = extension("progress")
    pages = {progress.name_of(chapter) for chapter in progress.chapters()}
    folders = {path.parent.name for path in (ROOT / "exercises").glob("*/*.md")}
    assert set(progress.assignments()) <= pages
    assert set(progress.assignments().values()) == folders


def test_scripts_of_figures_come_with_figures_only():
    class App:
        loaded = ()

        def add_js_file(self, name):
            self.loaded += (name,)

    app = App()
    add = extension("interactive_scripts").add_scripts
    add(app, "a", "", {"body": "<p>no figure</p>"}, None)
    assert app.loaded == ()
    add(app, "a", "", {"body": '<div data-figure="search"><i data-figure="search">'}, None)
    assert app.loaded == ("figures/kit.js", "figures/search.js")


def test_the_maths_engine_is_the_one_that_was_looked_at(tmp_path):
    mathjax = extension("local_mathjax")
    package = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent
    source = package / "static" / "mathjax"
    assert mathjax.digest(source) == mathjax.SHA256
    for name in mathjax.NEEDED[:1]:
        (tmp_path / name).write_bytes((source / name).read_bytes())
    alone = mathjax.digest(tmp_path)
    (tmp_path / mathjax.NEEDED[0]).write_text("something else")
    assert mathjax.digest(tmp_path) not in (alone, mathjax.SHA256)
