"""Serve MathJax from the site itself, so that the book shows its maths without a network.

The package `sphinx-mathjax-offline` ships all of MathJax 3.2.2 (about 40 MB); a page needs one
script, the fonts, and the small TeX extensions that MathJax loads when a formula asks for them.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

NEEDED = ["tex-chtml.js", "input/tex/extensions", "output/chtml/fonts/woff-v2"]


def copy_mathjax(app):
    if app.builder.format != "html":
        return
    package = find_spec("sphinx-mathjax-offline")
    if package is None:
        raise ImportError("pip install sphinx-mathjax-offline: the book's maths comes from it")
    source = Path(package.origin).parent / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    for name in NEEDED:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, dirs_exist_ok=True)
        else:
            shutil.copy2(source / name, target / name)


def setup(app):
    app.config.mathjax_path = "mathjax/tex-chtml.js"
    app.connect("builder-inited", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
