"""Write a file whole or not at all."""

from pathlib import Path


def atomic_write_text(path: Path, text: str) -> None:
    """Write a text file so that no reader, and no later run, ever finds half of it.

    Raises:
        OSError: it cannot be written; a file that was there is unchanged.
    """
    half = path.with_name(f"{path.name}.half")
    try:
        half.write_text(text, encoding="utf-8", newline="\n")
        half.replace(path)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
