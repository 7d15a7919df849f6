"""The `notebook` directive: a box that opens or downloads a released exercise notebook.

    :::{notebook} 01-attention/attention
    Five exercises, about two hours.
    :::

The download lies beside the book (`release/` in the site's root). Colab opens the same file from
the published branch; its address is made from `repository:` in `_config.yml`.
"""

from urllib.parse import urlsplit

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

BUTTON = '<a class="notebook-button{kind}" href="{href}"{more}>{text}</a>'


def colab_address(repository_url: str, branch: str, name: str) -> str:
    """Where Colab finds the notebook: it reads GitHub's `owner/name/blob/branch/path`."""
    repository = urlsplit(repository_url).path.strip("/")
    return (
        f"https://colab.research.google.com/github/{repository}/blob/{branch}/release/{name}.ipynb"
    )


def download_address(docname: str, name: str) -> str:
    """The notebook's address relative to the page that links to it."""
    return "../" * docname.count("/") + f"release/{name}.ipynb"


class Notebook(SphinxDirective):
    required_arguments = 1
    has_content = True

    def run(self):
        name = self.arguments[0]
        theme = self.config.html_theme_options
        colab = colab_address(theme["repository_url"], theme["repository_branch"], name)
        download = download_address(self.env.docname, name)
        box = nodes.container(classes=["notebook-box"])
        self.state.nested_parse(self.content, self.content_offset, box)
        buttons = (
            '<p class="notebook-buttons">'
            + BUTTON.format(kind=" primary", href=colab, more="", text="Open in Colab")
            + BUTTON.format(kind="", href=download, more=" download", text="Download the notebook")
            + "</p>"
        )
        box += nodes.raw("", buttons, format="html")
        return [box]


def setup(app):
    app.add_directive("notebook", Notebook)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
