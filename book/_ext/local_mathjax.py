"""Serve MathJax from the site itself, so that the book shows its maths without a network.

The package `sphinx-mathjax-offline` ships all of MathJax 3.2.2 (about 40 MB); a page needs one
script, the fonts, and the small TeX extensions that MathJax loads when a formula asks for them.
"""

import hashlib
import shutil
from importlib.util import find_spec
from pathlib import Path

from sphinx.errors import ExtensionError

NEEDED = ["tex-chtml.js", "input/tex/extensions", "output/chtml/fonts/woff-v2"]


# Of all files that are served: what runs in readers' browsers is what was looked at.
SHA256 = "115be10441f0fd04d73b8cb4a870c3984d0fde911cbab9ce258217b1f5d115b0"


def files(source: Path) -> list[Path]:
    """The files of MathJax that the site serves, in a fixed order."""
    found = [path for name in NEEDED for path in [source / name, *(source / name).rglob("*")]]
    return sorted(path for path in found if path.is_file())


def digest(source: Path) -> str:
    """One SHA-256 for all files that are served."""
    whole = hashlib.sha256()
    for path in files(source):
        body = path.read_bytes()
        whole.update(f"{path.relative_to(source).as_posix()} {len(body)}\n".encode() + body)
    return whole.hexdigest()


def copy_mathjax(app):
    if app.builder.format != "html":
        return
    package = find_spec("sphinx-mathjax-offline")
    if package is None:
        raise ImportError("pip install sphinx-mathjax-offline: the book's maths comes from it")
    source = Path(package.origin).parent / "static" / "mathjax"
    if digest(source) != SHA256:
        raise ExtensionError(
            "sphinx-mathjax-offline holds another MathJax than the one that was looked at: install "
            "the version of requirements.lock, or look at the new one and put its hash into "
            "book/_ext/local_mathjax.py"
        )
    target = Path(app.outdir) / "_static" / "mathjax"
    for path in files(source):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)


def setup(app):
    app.config.mathjax_path = "mathjax/tex-chtml.js"
    app.connect("builder-inited", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
