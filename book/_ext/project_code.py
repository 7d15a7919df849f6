"""Let the pages run the project's code: import it, and run again when it changes.

- A kernel starts in the folder of its page and inherits the environment of the build, so the
  project's root goes on PYTHONPATH.
- Outputs are kept, so that a page whose text alone has changed does not run again. jupyter-cache
  knows a page's cells, but not the code that they import: so there is one cache for each state of
  that code, and only the latest stays.
- Sphinx sees by itself when a page changes, but not when what it is made with does. Both states,
  that of the code in pages and that of the site's own files, are values of its configuration: with
  another value it reads every page again.
"""

import hashlib
import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ".jupyter_cache"
CODE = ("solutions", "autograder", "exercises", "book")
OF_THE_SITE = {"_ext", "check_site"}  # no page runs these
MAKES_PAGES = ("book/_ext/*.py", "book/_static/**/*.*", "book/_templates/*.*")
DATA = (
    "solutions/data/corpus/*.??",
    "solutions/translator/model/*.transformer",
    "book/runs/**/*.json",
    "book/runs/**/*.csv",
    "exercises/*.json",
    "exercises/*/promises.yml",
    "exercises/*/*.ipynb",
)
INSTALLED = "requirements.lock"


def read_by_pages(root: Path = ROOT) -> list[Path]:
    """What code cells may import or read, and so what their outputs depend on."""
    code = [path for folder in CODE for path in (root / folder).rglob("*.py")]
    data = [path for pattern in DATA for path in root.glob(pattern)]
    own = [path for path in code if not OF_THE_SITE & set(path.relative_to(root).parts)]
    return sorted([*own, *data, root / INSTALLED])


def state(paths: list[Path], root: Path = ROOT) -> str:
    """A name for what files hold: another one when a single byte has changed."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(root)} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def keep_outputs(app, config, root: Path = ROOT):
    """Name the cache of outputs, and remove those of other states."""
    caches = Path(app.outdir).parent / CACHE
    latest = caches / state(read_by_pages(root), root)
    for other in caches.glob("*"):
        if other.is_dir() and other != latest:
            shutil.rmtree(other, ignore_errors=True)
    config.nb_execution_cache_path = str(latest)
    config.site_state = state(sorted(p for one in MAKES_PAGES for p in root.glob(one)), root)


def setup(app):
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, others)])
    app.add_config_value("site_state", "", "env", str)
    app.connect("config-inited", keep_outputs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
