"""A browser without a network, and a server that gives it the site as a static host would.

Like the published site, it lies below the path of `html.baseurl`, text is sent compressed, and
whoever asks for a page that is not there gets `404.html`.
"""

import functools
import gzip
import mimetypes
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
PREFIX = urlsplit(yaml.safe_load((ROOT / "_config.yml").read_text())["html"]["baseurl"]).path
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = (
    "No Chromium found: install one (Debian: apt-get install chromium; elsewhere: "
    "playwright install chromium) or name it in the variable CHROMIUM."
)
OPTIONS = [
    # The sandbox needs what containers and root often lack; only our own pages are opened.
    "--no-sandbox",
    "--disable-background-networking",
    # No name is looked up: what a page asks for outside the site fails, and is seen.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
COMPRESSED = (".html", ".css", ".js", ".json", ".svg", ".xml", ".ipynb")


@dataclass(frozen=True)
class Site:
    """The built book, open in a browser.

    Attributes:
        folder: where it lies.
        browser: finds nothing but the site.
        home: the address of the folder.
    """

    folder: Path
    browser: Browser
    home: str


def find_browser() -> str | None:
    """The path of a Chromium: $CHROMIUM, one on the PATH, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        return str(own) if own.exists() else None


@contextmanager
def browsing(folder: Path) -> Iterator[Site]:
    """Serve a folder on the loopback interface, and start a browser.

    Raises:
        FileNotFoundError: if there is no browser.
    """
    browser_path = find_browser()
    if browser_path is None:
        raise FileNotFoundError(NO_BROWSER)
    folder = folder.resolve()  # pages are opened from the disk, too
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Host, folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=OPTIONS)
            yield Site(
                folder, browser, f"http://127.0.0.1:{server.server_port}{PREFIX.rstrip('/')}"
            )
            browser.close()
    finally:
        server.shutdown()
        server.server_close()


@functools.cache
def sent(path: Path, changed: float) -> bytes:
    """What goes over the wire for a file; `changed` is when it was, so that a new one is read."""
    body = path.read_bytes()
    return gzip.compress(body, 6, mtime=0) if path.suffix in COMPRESSED else body


class _Host(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, folder: Path, *others: object):
        self.folder = folder
        super().__init__(*others)

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        address = unquote(urlsplit(self.path).path)
        path = self.folder / address.removeprefix(PREFIX)
        path = path / "index.html" if path.is_dir() else path
        there = address.startswith(PREFIX) and path.is_file()
        with suppress(BrokenPipeError, ConnectionResetError):  # the tab was closed
            self._send(200 if there else 404, path if there else self.folder / "404.html")

    def _send(self, status: int, path: Path) -> None:
        body = sent(path, path.stat().st_mtime) if path.is_file() else b""
        self.send_response(status)
        self.send_header("Content-Type", mimetypes.guess_type(path)[0] or "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        if path.suffix in COMPRESSED and body:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)
