"""The `chapter` directive: what a chapter promises, how long it takes, and its notebook.

    :::{chapter} 01-attention/attention
    You will write the one layer in which words look at each other.
    :::

Without an argument there is no button. The minutes are counted from the page itself.
"""

from docutils import nodes
from notebook_links import BUTTON, colab_address
from sphinx.util.docutils import SphinxDirective

WORDS_A_MINUTE = 200  # of prose on a technical subject
MINUTES = {"formula": 0.3, "listing": 0.7, "output": 0.4}  # each one takes, beyond its words
ROUNDED_TO = 5
FOLDED = {"dropdown", "toggle"}  # the words of what a reader unfolds are counted apart: not at all


class chapter_minutes(nodes.Inline, nodes.Element):
    """The place of the minutes; they are known when the whole page has been read."""


class Chapter(SphinxDirective):
    """The head of a chapter; its content is the promise."""

    optional_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        box = nodes.container(classes=["chapter-head"])
        self.state.nested_parse(self.content, self.content_offset, box)
        line = nodes.paragraph(classes=["chapter-line"])
        line += chapter_minutes()
        if self.arguments:
            theme = self.config.html_theme_options
            address = colab_address(
                theme["repository_url"], theme["repository_branch"], self.arguments[0]
            )
            button = BUTTON.format(kind="", href=address, more="", text="Open the notebook")
            line += nodes.raw("", button, format="html")
        box += line
        return [box]


def minutes_to_read(document: nodes.Element) -> int:
    """Minutes that a page takes: its prose, and a while for each formula, listing and output."""
    words, minutes = 0, 0.0
    for node in document.findall():
        if isinstance(node, nodes.paragraph | nodes.title) and not _folded(node):
            words += len(node.astext().split())
        elif isinstance(node, nodes.math_block):
            minutes += MINUTES["formula"]
        elif isinstance(node, nodes.literal_block) and not _folded(node):
            minutes += MINUTES["listing"]
        elif "cell_output" in getattr(node, "attributes", {}).get("classes", ()):
            minutes += MINUTES["output"]
    minutes += words / WORDS_A_MINUTE
    return max(ROUNDED_TO, round(minutes / ROUNDED_TO) * ROUNDED_TO)


def _folded(node: nodes.Node) -> bool:
    while (node := node.parent) is not None:
        classes = set(getattr(node, "attributes", {}).get("classes", ()))
        if classes & FOLDED or any(name.startswith("tag_hide") for name in classes):
            return True
        if type(node).__name__ in ("quiz", "dropdown_main"):
            return True
    return False


def fill_in(app, document: nodes.document, docname: str) -> None:
    """Write the minutes into the head of a page."""
    for place in list(document.findall(chapter_minutes)):
        text = f"{minutes_to_read(document)} minutes to read"
        place.replace_self(nodes.inline("", text, classes=["chapter-minutes"]))


def setup(app):
    app.add_node(chapter_minutes)
    app.add_directive("chapter", Chapter)
    app.connect("doctree-resolved", fill_in)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
