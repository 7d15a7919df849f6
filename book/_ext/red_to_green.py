"""The `red-to-green` directive: a check that names a mistake, and turns green when it is mended.

    ```{red-to-green} attention_without_scale
    ```

Code, names and sentences are those of the list of mistakes: what the directive shows is what the
notebook says. Both states change places in a short loop (`interactive.css`); for those who prefer
less motion they stand one below the other, and so they do for screen readers and on paper.
"""

import html

from docutils import nodes
from sphinx.util.docutils import SphinxDirective


def states(name: str) -> tuple[str, str]:
    """The wrong and the right state of a mistake that changes one line, as HTML."""
    from solutions.misconceptions import by_name
    from solutions.tooling.source_change import code_of

    known = by_name(name)
    ((right, wrong),) = known.change.items()
    (line,) = [one for one in code_of(known.reference).splitlines() if right in one]
    before, after = line.strip().split(right)
    escape = html.escape
    return (
        f'<div class="state"><pre>{escape(before + wrong + after)}</pre>'
        f'<p class="is-red"><code>check("{known.replaces}")</code> '
        f"{escape(known.did)} {escape(known.causes)}</p></div>",
        f'<div class="state"><pre>{escape(before)}<mark>{escape(right)}</mark>{escape(after)}</pre>'
        f'<p class="is-green"><code>check("{known.replaces}")</code> All checks passed.</p></div>',
    )


class RedToGreen(SphinxDirective):
    required_arguments = 1

    def run(self):
        wrong, right = states(self.arguments[0])
        return [nodes.raw("", f'<div class="red-to-green">{wrong}{right}</div>', format="html")]


def setup(app):
    app.add_directive("red-to-green", RedToGreen)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
