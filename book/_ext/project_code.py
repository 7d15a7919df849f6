"""Let the pages run the project's code: import it, and run again when it changes.

- A kernel starts in the folder of its page and inherits the environment of the build, so the
  project's root goes on PYTHONPATH.
- Sphinx reads a page again only when a file changed that the page depends on. Pages with code
  cells depend on everything that their cells may import or read.
- Outputs are kept, so that a page whose text alone has changed does not run again. jupyter-cache
  knows a page's cells, but not the code that they import: so there is one cache for each state of
  that code, and only the latest stays.
"""

import hashlib
import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ".jupyter_cache"
CODE = ("solutions", "autograder", "exercises", "book")
OF_THE_SITE = {"_ext", "check_site"}  # no page runs these
DATA = ("solutions/corpus/*.??", "book/runs/**/*.json", "book/runs/**/*.csv", "exercises/*.json")
INSTALLED = "requirements.lock"


def read_by_pages(root: Path = ROOT) -> list[Path]:
    """What code cells may import or read, and so what their outputs depend on."""
    code = [path for folder in CODE for path in (root / folder).rglob("*.py")]
    data = [path for pattern in DATA for path in root.glob(pattern)]
    own = [path for path in code if not OF_THE_SITE & set(path.relative_to(root).parts)]
    return sorted([*own, *data, root / INSTALLED])


def state(root: Path = ROOT) -> str:
    """A name for everything in `read_by_pages`: another one when a single byte has changed."""
    digest = hashlib.sha256()
    for path in read_by_pages(root):
        digest.update(f"{path.relative_to(root)} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def keep_outputs(app, config):
    """Name the cache of outputs, and remove those of other states."""
    caches = Path(app.outdir).parent / CACHE
    latest = caches / state()
    for other in caches.glob("*"):
        if other.is_dir() and other != latest:
            shutil.rmtree(other, ignore_errors=True)
    config.nb_execution_cache_path = str(latest)


def note_dependencies(app, docname, source):
    if "{code-cell}" in source[0]:
        for path in read_by_pages():
            app.env.note_dependency(str(path))


def setup(app):
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, others)])
    app.connect("config-inited", keep_outputs)
    app.connect("source-read", note_dependencies)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
