"""The book's own tools and promises, without building the book."""

import ast
import importlib.util
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from book.pagelib import symptom_table
from solutions import misconceptions

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
PAGES = sorted(BOOK.glob("*.md"))
LABEL = re.compile(r"^\(([\w-]+)\)=$", re.MULTILINE)


def extension(name):
    spec = importlib.util.spec_from_file_location(name, BOOK / "_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- Outputs that are kept ---------------------------------------------------------------------


def test_outputs_depend_on_all_that_pages_import_and_read():
    pages = {str(path.relative_to(ROOT)) for path in extension("project_code").read_by_pages()}
    assert {
        *(
            "solutions/assignments/lab.py",
            "solutions/misconceptions/model/attention.py",
            "solutions/data/corpus/train.de",
        ),
        *(
            "book/pagelib/figures.py",
            "book/pagelib/symptom_cases/attention.py",
            "book/runs/explorers.json",
        ),
        *(
            "autograder/authoring/kill_table_runner.py",
            "exercises/kill-table.json",
            "requirements.lock",
        ),
    } <= pages
    assert not {path for path in pages if path.startswith(("book/_ext", "book/check_site"))}


def test_outputs_are_kept_for_one_state_of_the_code_only(tmp_path):
    root, numbers, style = (
        tmp_path / name
        for name in ("root", "root/book/runs/one/curves.csv", "root/book/_static/a.css")
    )
    for path in (numbers, style, root / "solutions" / "layer.py", root / "requirements.lock"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")
    app, config = SimpleNamespace(outdir=str(tmp_path / "_build" / "html")), SimpleNamespace()

    def states():
        extension("project_code").keep_outputs(app, config, root)
        folder = Path(config.nb_execution_cache_path)
        folder.mkdir(parents=True, exist_ok=True)
        assert [*folder.parent.iterdir()] == [folder]
        return folder, config.site_state

    code, site = states()
    assert states() == (code, site)
    numbers.write_text("2")  # as long as it was
    other, same = states()
    assert (other != code, same) == (True, site)
    numbers.write_text("1")
    style.write_text("2")
    same, other = states()
    assert (same, other != site) == (code, True)


# ---- Promises of the text ------------------------------------------------------------------------


def test_every_section_that_feedback_names_exists():
    for mistake in misconceptions.all_of_them():
        page, _, anchor = mistake.section.partition("#")
        text = (BOOK / page).with_suffix(".md").read_text(encoding="utf-8")
        assert anchor in LABEL.findall(text), f"{mistake.name}: no label {anchor} in {page}"


def test_no_label_is_given_twice():
    labels = [label for page in PAGES for label in LABEL.findall(page.read_text(encoding="utf-8"))]
    assert len(labels) == len(set(labels))


def test_every_mistake_shows_a_symptom():
    symptoms = {m.name: symptom_table.symptom(m) for m in misconceptions.all_of_them()}
    assert {name: text for name, text in symptoms.items() if "none" in text} == {}


def test_the_contents_name_pages_that_exist():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    assert {f"book/{page.stem}" for page in PAGES} == {toc["root"], *chapters}


def test_the_configuration_avoids_what_breaks_the_site():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    sphinx = config["sphinx"]["config"]
    assert config["execute"]["execute_notebooks"] == "cache"
    assert "project_code" in config["sphinx"]["local_extensions"]  # or outputs would grow old
    assert sphinx["nb_execution_raise_on_error"] is True
    assert "sphinx_thebe" not in sphinx["extensions"]
    assert set(config["sphinx"]["local_extensions"]) <= set(sphinx["extensions"])
    for name in ("exercises", "autograder", "solutions", "tests"):
        assert f"{name}/**" in config["exclude_patterns"]


def glossary():
    text = (BOOK / "glossary.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```\{glossary\}\n:sorted:\n\n(.*?)^```", text, re.S | re.M):
        for entry in block.strip().split("\n\n"):
            term, definition = entry.split("\n")
            yield term, definition.strip()


def test_the_glossary_has_each_word_once_with_a_link():
    entries = list(glossary())
    assert len(entries) >= 70
    assert len({term for term, _ in entries}) == len(entries)
    labels = {label for page in PAGES for label in LABEL.findall(page.read_text(encoding="utf-8"))}
    for term, definition in entries:
        links = re.findall(r"\]\(#([\w-]+)\)", definition)
        assert links, term
        assert set(links) <= labels, term


def test_the_api_lists_every_module_in_reading_order():
    """A module that only defines a command is left out."""
    text = (BOOK / "api.md").read_text(encoding="utf-8")
    listed = re.findall(r"automodule:: solutions\.([\w.]+)", text)
    rooms = list(dict.fromkeys(name.split(".")[0] for name in listed))
    support = {"misconceptions", "alternatives", "fallbacks", "notebook_support", "tooling"}
    packages = {place.parent.name for place in (ROOT / "solutions").glob("*/__init__.py")}
    assert packages - support == set(rooms) - support
    for room in set(rooms) - support:
        docstring = ast.get_docstring(
            ast.parse((ROOT / f"solutions/{room}/__init__.py").read_text())
        )
        entries = re.findall(r"^(?:\d+\.|-) (.*?):(?: |$)", docstring, re.MULTILINE)
        order = [f"{room}.{name}" for entry in entries for name in re.findall(r"`(\w+)`", entry)]
        on_page = [name for name in listed if name.startswith(f"{room}.")]
        assert on_page == [name for name in order if name in on_page]
        for name in set(order) - set(on_page):
            module = (ROOT / "solutions" / name.replace(".", "/")).with_suffix(".py")
            assert "click.command" in module.read_text(encoding="utf-8"), name


def test_of_mistakes_chosen_by_name_each_has_a_row():
    table = symptom_table.symptoms_of("CausalityForgotten", "step_stays")
    assert len(table.rows) == 2
    assert "future" in table.rows[0][0]
    with pytest.raises(KeyError):
        symptom_table.symptoms_of("NoSuch")
