"""Zip files for the tests: honest ones, and ones that lie about what is in them."""

import stat
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

Content = bytes | str
LINK, DEVICE, PIPE = stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO


def write_zip(
    path: Path,
    files: dict[str, Content] | Iterable[tuple[str, Content]],
    kinds: dict[str, int] | None = None,
    forge: Callable[[list[zipfile.ZipInfo]], None] = lambda infos: None,
    method: int = zipfile.ZIP_DEFLATED,
) -> Path:
    """A zip file at `path`.

    Args:
        kinds: what an entry is instead of a file, such as LINK.
        forge: changes what stands in the table of contents.
    """
    kinds = kinds or {}
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            info = zipfile.ZipInfo(name)
            info.external_attr = (kinds.get(name, stat.S_IFREG) | 0o644) << 16
            info.compress_type = method
            archive.writestr(info, content)
        forge(archive.filelist)
    return path


def zip_bytes(folder: Path, files: dict[str, Content], **more) -> bytes:
    """The bytes of a zip file, to lie in another one."""
    path = write_zip(folder / "inner.zip", files, **more)
    content = path.read_bytes()
    path.unlink()
    return content


def everything_below(folder: Path) -> set[str]:
    """Paths of all that lies in a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
