"""No line begins with the comma that follows a formula, or with the sign of per cent.

A browser may break a line before and after everything that is no text, a formula among them. So a
formula and the punctuation right behind it are put into a box that is not broken.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

BEHIND = re.compile(r"[-.,;:!?)\]”’…]+")


def keep_together(document: nodes.document) -> None:
    """Put every inline formula into one box with the punctuation behind it."""
    for formula in list(document.findall(nodes.math)):
        parent = formula.parent
        place = parent.index(formula)
        following = parent[place + 1] if place + 1 < len(parent) else None
        if not isinstance(following, nodes.Text):
            continue
        text = following.astext()
        punctuation = BEHIND.match(text)
        if punctuation:
            mark = punctuation[0]
            box = nodes.inline("", "", formula.deepcopy(), nodes.Text(mark), classes=["nobreak"])
            parent[place : place + 2] = [box, nodes.Text(text[len(mark) :])]


class KeepTogether(SphinxPostTransform):
    """`keep_together` for pages; print has rules of its own."""

    default_priority = 900
    formats = ("html",)

    def run(self, **options: object) -> None:
        """Change the document in place."""
        keep_together(self.document)


def keep_per_cent(app, docname: str, source: list[str]) -> None:
    """Hold a number that a run has given, and the sign behind it, together."""
    source[0] = source[0].replace("` %", "`\N{NO-BREAK SPACE}%")


def setup(app):
    app.connect("source-read", keep_per_cent)
    app.add_post_transform(KeepTogether)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
