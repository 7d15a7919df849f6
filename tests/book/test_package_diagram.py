"""The diagrams of the packages show what the code imports."""

import pytest

from book.pagelib import package_diagram
from book.pagelib.grader_processes import grader_processes
from book.pagelib.package_diagram import (
    PAGE,
    grader_packages,
    package_graph,
    page_with_diagram,
    ranks,
    reduced,
)


def test_the_diagram_in_contributing_is_up_to_date():
    text = PAGE.read_text(encoding="utf-8")
    assert text == page_with_diagram(text), "run `python -m book.pagelib.package_diagram`"


def test_a_diagram_that_is_out_of_date_is_one_line(tmp_path, monkeypatch):
    old = PAGE.read_text(encoding="utf-8").replace("flowchart TB", "flowchart LR")
    page = tmp_path / "CONTRIBUTING.md"
    page.write_text(old, encoding="utf-8")
    monkeypatch.setattr(package_diagram, "PAGE", page)
    monkeypatch.setattr("sys.argv", ["package_diagram", "--check"])
    with pytest.raises(SystemExit, match=r"^CONTRIBUTING.md: .* out of date; run `python -m"):
        package_diagram.main()
    monkeypatch.setattr("sys.argv", ["package_diagram"])
    package_diagram.main()
    assert page.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")


def test_the_graph_holds_what_the_files_import():
    graph = package_graph()
    assert "autograder.protocol" in graph["autograder.sandbox"]
    assert graph["autograder.protocol"] == set()
    assert "solutions.model" in graph["solutions.training"]
    assert {"autograder", "autograder.authoring"} & graph["exercises"]


def test_arrows_that_follow_from_others_are_left_out():
    graph = {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert reduced(graph) == {"a": {"b"}, "b": {"c"}, "c": set()}
    assert ranks(graph) == {"a": 2, "b": 1, "c": 0}


def test_packages_that_import_each_other_keep_both_arrows():
    graph = {"a": {"b"}, "b": {"a", "c"}, "c": set()}
    assert reduced(graph) == graph
    assert ranks(graph)["b"] > ranks(graph)["c"]


def test_the_drawings_follow_the_readers_colors_and_have_a_description():
    for picture in (grader_packages(), grader_processes()):
        shown = picture._repr_html_()
        assert "currentColor" in shown
        assert "#0102" not in shown
        assert 'aria-label="' in shown
    assert "sandbox imports protocol" in grader_packages().panels[0][1]
