"""What can be said of a page without opening it: valid HTML, and links that lead somewhere.

The parser is `tinyhtml5`, which is kept up to date and follows the parsing rules that browsers
follow, reporting every breach of them. (`html5lib`, where it comes from, rests since 2020; the
W3C's own checker needs Java.) It does not know ids, so those are compared here.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from tinyhtml5.parser import HTMLParser

HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
ADDRESSES = ("href", "src", "poster", "data")
# The names by which a drawing tells screen readers what it shows, or that it is an ornament.
ALTERNATIVES = ("aria-label", "aria-labelledby", "aria-hidden")


class Document:
    """A page of the site.

    Attributes:
        path: of the file.
        errors: where the text is not valid HTML.
        ids: all anchors.
        links: all addresses that the page names, with what names them.
    """

    def __init__(self, path: Path):
        self.path = path
        parser = HTMLParser()
        self._tree = parser.parse(path.read_text(encoding="utf-8"))
        self.errors = [
            f"HTML, line {position[0]}: {code} {values or ''}".rstrip()
            for position, code, values in parser.errors
        ]
        named = Counter(e.get("id") for e in self._tree.iter() if e.get("id") is not None)
        self.errors += [f"HTML: the id {name} is given twice" for name, n in named.items() if n > 1]
        self.ids = set(named) | {e.get("name") for e in self._tree.iter(f"{HTML}a")}
        self.links = list(self._addresses())

    def _addresses(self) -> Iterator[str]:
        for element in self._tree.iter():
            for name in ADDRESSES:
                address = element.get(name)
                # Drawings refer to parts of themselves; those ids are theirs to keep.
                own = str(element.tag).startswith(SVG) and (address or "").startswith("#")
                if address is not None and not own:
                    yield address

    def failures(self) -> list[str]:
        """Cells that show a traceback: an error in how a result is shown stops no build."""
        return [
            "a cell shows a traceback"
            for element in self._tree.iter(f"{HTML}div")
            if "traceback" in element.get("class", "").split()
        ]

    def unnamed(self) -> list[str]:
        """Images and drawings without an alternative."""
        found = [
            f"an image without alternative: {image.get('src', '')[:80]}"
            for image in self._tree.iter(f"{HTML}img")
            if image.get("alt") is None
        ]
        return found + [
            "a drawing without alternative"
            for drawing in _outermost(self._tree, f"{SVG}svg")
            if not any(drawing.get(name) for name in ALTERNATIVES)
        ]


def faults(site: Path, pages: list[str]) -> dict[str, list[str]]:
    """What is wrong with the pages of a site, as far as their files tell.

    Args:
        site: the built book.
        pages: paths in it.

    Returns:
        page -> what is wrong with it; pages that are well are left out.
    """
    documents = {page: Document(site / page) for page in pages}
    ids = {document.path.resolve(): document.ids for document in documents.values()}
    found = {}
    for page, document in documents.items():
        wrong = document.errors + document.failures() + document.unnamed()
        wrong += [
            problem for link in document.links if (problem := _leads_nowhere(site, page, link, ids))
        ]
        if wrong:
            found[page] = wrong
    return found


def _leads_nowhere(site: Path, page: str, link: str, ids: dict[Path, set[str]]) -> str:
    from .browser import PREFIX

    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return ""
    address = unquote(parts.path)
    if address.startswith("/"):
        target = site / address.removeprefix(PREFIX) if address.startswith(PREFIX) else Path("/")
    else:
        target = (site / page).parent / address if address else site / page
    target = target.resolve()
    if target.is_dir():
        target /= "index.html"
    if not target.is_relative_to(site.resolve()) or not target.is_file():
        return f"a link leads nowhere: {link}"
    anchor = unquote(parts.fragment)
    if anchor and target in ids and anchor not in ids[target]:
        return f"a link to an anchor that is not there: {link}"
    return ""


def _outermost(tree: Element, tag: str) -> Iterator[Element]:
    for child in tree:
        if child.tag == tag:
            yield child
        else:
            yield from _outermost(child, tag)
