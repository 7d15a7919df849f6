"""Let the pages run the project's code: import it, and run again when it changes.

- A kernel starts in the folder of its page and inherits the environment of the build, so the
  project's root goes on PYTHONPATH.
- Sphinx reads a page again only when a file changed that the page depends on. Pages with code
  cells depend on all of `solutions/`, on the modules in `book/` and on what is recorded there.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def modules():
    book = ROOT / "book"
    recorded = [*book.glob("runs/**/*.json"), *book.glob("runs/**/*.csv")]
    return sorted([*(ROOT / "solutions").rglob("*.py"), *book.glob("*.py"), *recorded])


def note_dependencies(app, docname, source):
    if "{code-cell}" in source[0]:
        for module in modules():
            app.env.note_dependency(str(module))


def setup(app):
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, others)])
    app.connect("source-read", note_dependencies)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
