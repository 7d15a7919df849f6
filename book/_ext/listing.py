"""The `listing` directive: a function or class of the reference, by its name.

    ```{listing} solutions.model.attention.scaled_dot_product_attention
    ```

Its docstring is folded: the chapter says the same in more words. Where an exercise asks for this
very function, the whole listing is folded behind "Write it first, then compare", with a link to the
notebook. With `hide_graded_listings = True` in the configuration, a reader does not get it at all;
an instructor builds the book like this for a class that must not see solutions.
"""

import ast
import html
import re
from functools import cache
from pathlib import Path

from docutils import nodes
from notebook_links import download_address
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = re.compile(r"^reference: *(\S+)", re.MULTILINE)


@cache
def graded() -> dict[str, str]:
    """What exercises ask for -> the assignment and notebook that do, such as "01-x/x"."""
    return {
        name: f"{path.parent.name}/{path.stem}"
        for path in sorted(ROOT.glob("exercises/*/*.md"))
        for name in REFERENCE.findall(path.read_text("utf-8"))
    }


def source_of(name: str) -> tuple[str, str, Path]:
    """The source of a function or class, its docstring cut out, the docstring, and its file.

    Raises:
        ValueError: there is no such definition.
    """
    module, _, symbol = name.rpartition(".")
    path = ROOT / (module.replace(".", "/") + ".py")
    if not path.is_file():
        raise ValueError(f"{name}: there is no file {path.relative_to(ROOT)}")
    text = path.read_text("utf-8")
    kinds = (ast.FunctionDef, ast.ClassDef)
    for node in ast.parse(text).body:
        if isinstance(node, kinds) and node.name == symbol:
            break
    else:
        raise ValueError(f"{name}: {path.relative_to(ROOT)} defines no {symbol}")
    lines = text.splitlines()
    begin = min(one.lineno for one in (node, *node.decorator_list)) - 1
    docstring = ast.get_docstring(node)
    cut: set[int] = set()
    if docstring is not None and len(node.body) > 1:
        first = node.body[0]
        cut = set(range(first.lineno - 1, first.end_lineno))
        if not lines[first.end_lineno].strip():  # the empty line behind it
            cut.add(first.end_lineno)
    kept = [lines[number] for number in range(begin, node.end_lineno) if number not in cut]
    return "\n".join(kept), docstring if cut else "", path


def _details(summary: str, kind: str) -> tuple[nodes.Node, nodes.Node]:
    opened = f'<details class="{kind}"><summary>{summary}</summary>'
    return nodes.raw("", opened, format="html"), nodes.raw("", "</details>", format="html")


class Listing(SphinxDirective):
    """A listing, folded as far as a reader should write it first."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        try:
            source, docstring, path = source_of(name)
        except ValueError as error:
            raise self.error(str(error)) from None
        self.env.note_dependency(str(path))
        symbol = name.rpartition(".")[2]
        code = nodes.literal_block(source, source, language="python")
        shown: list[nodes.Node] = [code]
        if docstring:
            begin, end = _details("Docstring", "docstring")
            text = nodes.literal_block(docstring, docstring, language="none")
            shown += [begin, text, end]
        notebook = graded().get(name)
        if notebook is None:
            return shown
        address = download_address(self.env.docname, notebook)
        exercise = f'<a href="{html.escape(address)}" download>notebook {notebook[:2]}</a>'
        if self.config.hide_graded_listings:
            text = f'<p class="not-listed">You write <code>{symbol}</code> in {exercise}.</p>'
            return [nodes.raw("", text, format="html"), *shown[1:]]
        begin, end = _details(f"Write <code>{symbol}</code> first, then compare", "write-first")
        link = f'<p class="write-first-link">The exercise is in {exercise}.</p>'
        return [begin, nodes.raw("", link, format="html"), *shown, end]


def setup(app):
    app.add_config_value("hide_graded_listings", False, "env", types=[bool])
    app.add_directive("listing", Listing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
