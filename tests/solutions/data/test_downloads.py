"""Downloads from a server on this machine: whole, damaged, broken off, absent."""

import hashlib
import http.server
import threading
from collections import Counter
from dataclasses import replace

import pooch
import pytest

from solutions.data import downloads
from solutions.data.downloads import DataError, Remote, download

CONTENT = {f"{name}.gz": name.encode() * 3000 for name in ("first", "second", "third")}


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT; breaks off in the middle as often as `server.breaks` says."""

    def do_GET(self):
        name = self.path.rpartition("/")[2]
        self.server.asked[name] += 1
        if name in self.server.missing:
            self.send_error(404)
            return
        content = self.server.content[name]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.server.breaks[name] > 0:
            self.server.breaks[name] -= 1
            content = content[: len(content) // 2]
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server, and an empty cache; no waiting between attempts, no proxy on the way."""
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / project)
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    monkeypatch.setenv("no_proxy", "*")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.breaks, server.missing = Counter(), Counter(), set()
        server.content = dict(CONTENT)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.remote = Remote(
            "toy",
            f"http://127.0.0.1:{server.server_port}/folder/",
            {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()},
        )
        yield server
        server.shutdown()
        thread.join()


def test_every_file_arrives_once_and_nothing_is_printed(server, tmp_path, capfd, caplog):
    pooch.get_logger().addHandler(caplog.handler)
    for _ in range(2):
        folder = download(server.remote, "stop")
        assert folder == tmp_path / "graded-transformer" / "toy"
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == CONTENT
    assert server.asked == dict.fromkeys(CONTENT, 1)
    pooch.get_logger().removeHandler(caplog.handler)
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def test_a_connection_that_breaks_now_and_then_is_tried_again(server):
    server.breaks["second.gz"] = downloads.RETRIES
    folder = download(server.remote, "stop")
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == CONTENT
    assert server.asked["second.gz"] == downloads.RETRIES + 1


def test_after_an_interruption_it_goes_on_with_what_is_missing(server, tmp_path):
    server.breaks["second.gz"] = 99
    with pytest.raises(DataError, match=r"cannot download http://.*/folder/second\.gz \(") as info:
        download(server.remote, "name a folder")
    assert str(info.value).endswith("try again later, or name a folder")
    assert "\n" not in str(info.value)
    folder = tmp_path / "graded-transformer" / "toy"
    assert [file.name for file in folder.iterdir()] == ["first.gz"]
    server.breaks.clear()
    server.asked.clear()
    assert download(server.remote, "stop") == folder
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == CONTENT
    assert server.asked == {"second.gz": 1, "third.gz": 1}


def test_a_user_who_stops_it_leaves_no_half_file(server, tmp_path, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("pooch.core.hash_matches", stop)
    with pytest.raises(KeyboardInterrupt):
        download(server.remote, "stop")
    assert list((tmp_path / "graded-transformer" / "toy").iterdir()) == []


def test_other_bytes_than_known_are_refused(server, tmp_path):
    server.content["third.gz"] = b"something else"
    with pytest.raises(DataError, match=r"third\.gz \(it is damaged or was changed\)"):
        download(server.remote, "stop")
    names = {file.name for file in (tmp_path / "graded-transformer" / "toy").iterdir()}
    assert names == {"first.gz", "second.gz"}


def test_a_file_damaged_in_the_cache_is_fetched_again(server):
    folder = download(server.remote, "stop")
    (folder / "first.gz").write_bytes(b"")
    download(server.remote, "stop")
    assert (folder / "first.gz").read_bytes() == CONTENT["first.gz"]
    assert server.asked == {"first.gz": 2, "second.gz": 1, "third.gz": 1}


def test_a_file_that_the_server_does_not_have(server):
    server.missing.add("first.gz")
    with pytest.raises(DataError, match=r"first\.gz \(HTTPError\)"):
        download(server.remote, "stop")


def test_no_network(server):
    nobody = replace(server.remote, url="http://127.0.0.1:9/")
    with pytest.raises(DataError, match=r"first\.gz \(ConnectionError\)"):
        download(nobody, "stop")


def test_a_cache_that_cannot_be_written(server, tmp_path):
    (tmp_path / "graded-transformer").write_text("a file where the folder should be")
    with pytest.raises(DataError, match=r"first\.gz \(Not a directory\)"):
        download(server.remote, "stop")


@pytest.mark.parametrize("remote", [downloads.MULTI30K, downloads.TINY_SHAKESPEARE])
def test_what_is_known_of_the_real_files(remote):
    assert remote.url.startswith("https://")
    assert remote.url.endswith("/")
    assert all(len(bytes.fromhex(known)) == 32 for known in remote.sha256.values())
    assert len(set(remote.sha256.values())) == len(remote.sha256)
