"""Data sets that are downloaded once, verified, and kept in the user's cache."""

import logging
from dataclasses import dataclass
from pathlib import Path

import pooch  # type: ignore[import-untyped]  # it comes without types
from rich.console import Console
from rich.progress import track

RETRIES = 2  # after one and two seconds


class DataError(ValueError):
    """Data that is missing or damaged: one line that names the file and the fix."""


@dataclass(frozen=True)
class Remote:
    """A remote folder whose files have known hashes.

    Attributes:
        name: of the folder in the cache.
        url: of the folder, with a slash at its end.
        sha256: file -> hash.
    """

    name: str
    url: str
    sha256: dict[str, str]


MULTI30K_SHA256 = {
    "train.de.gz": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
    "train.en.gz": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
    "val.de.gz": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
    "val.en.gz": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
    "test_2016_flickr.de.gz": "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
    "test_2016_flickr.en.gz": "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
    "test_2017_flickr.de.gz": "a2c89666db00c495cd8513b9d708d5a3acc205d7de312ef2bf5fb7ebc1540aee",
    "test_2017_flickr.en.gz": "76a444ee25172e72695cddb13ae4a3bda59430617be88e0bb46b60504f054074",
    "test_2017_mscoco.de.gz": "799e4854c25d601cb6cb6be29eabe5667734c61ace2f495e03e429031a0bc338",
    "test_2017_mscoco.en.gz": "aab300bfb4427697987e02cd0aacd44bfe8aa50456231b6474c08038bbed2b58",
    "test_2018_flickr.de.gz": "ddd0130c7d97482dc5197a02141dae8dd79f20f03586c480d675c09a32daf608",
    "test_2018_flickr.en.gz": "ef4f4844037d4c5dea75c9a8ed5fd78905967a26f67c255e230cc9780032654d",
}
MULTI30K = Remote(
    "multi30k",
    "https://raw.githubusercontent.com/multi30k/dataset/"
    "a3d2e0d26b56f3846f66a952536ffed4e401d05a/data/task1/raw/",
    MULTI30K_SHA256,
)
TINY_SHAKESPEARE = Remote(
    "tiny-shakespeare",
    "https://raw.githubusercontent.com/karpathy/char-rnn/"
    "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/",
    {"input.txt": "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"},
)


def download(remote: Remote, instead: str) -> Path:
    """Download the files that are not in the user's cache yet.

    A file gets its name only when it is whole and its hash is right: after an interruption the next
    call goes on with the files that are missing. A file of the cache that was damaged is fetched
    again.

    Args:
        remote: what to fetch.
        instead: ends the message of an error: what to do where there is no network.

    Returns:
        the folder in the cache that holds every file of the remote one.

    Raises:
        DataError: if a file does not arrive, after two more attempts, or is not what it should be.
    """
    folder = Path(pooch.os_cache("graded-transformer")) / remote.name
    pooch.get_logger().setLevel(logging.WARNING)  # the bar says enough
    source = pooch.create(folder, remote.url, registry=remote.sha256, retry_if_failed=RETRIES)
    screen = Console(stderr=True)
    quiet = not screen.is_terminal
    for file in track(remote.sha256, remote.name, console=screen, transient=True, disable=quiet):
        try:
            source.fetch(file)
        except ValueError as error:  # pooch: another hash
            raise _failure(remote, file, "it is damaged or was changed", instead) from error
        except OSError as error:  # no network, no such file, no room; requests raises these too
            why = error.strerror or type(error).__name__
            raise _failure(remote, file, why, instead) from error
    return folder


def _failure(remote: Remote, file: str, why: str, instead: str) -> DataError:
    return DataError(f"cannot download {remote.url}{file} ({why}): try again later, or {instead}")
