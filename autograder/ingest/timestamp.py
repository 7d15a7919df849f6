"""The time of a submission, which nbgrader's exchange writes to `timestamp.txt`."""

import os
import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder.untrusted_files import RejectedFile, opened

FILE = "timestamp.txt"
LONGEST = 100  # bytes
EXAMPLE = "2026-11-30 14:00:00 UTC"
# A date, perhaps with a time and its zone: an offset, or a name that leads to no other file.
TIMES = re.compile(
    r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z| ?[+-]\d\d:?\d\d| [\w+/-]+)?)?", re.ASCII
)
# Before an offset: nbgrader would take "+0100" for the name of a zone, 100 seconds from UTC.
SPACE = re.compile(r" (?=[+-]\d\d:?\d\d$)")


def read_timestamp(folder: Path) -> tuple[datetime | None, str]:
    """Return the time of the submission in a folder in UTC, and why it cannot be read.

    A folder without the file gives neither.
    """
    path = folder / FILE
    if not os.path.lexists(path):
        return None, ""
    try:
        with opened(path, LONGEST) as file:
            text = os.read(file, LONGEST).decode("utf-8", "replace").strip()
    except RejectedFile as reason:
        return None, str(reason)
    if TIMES.fullmatch(text):
        # nbgrader looks names of zones up in files, so any kind of error may come of it.
        with suppress(Exception):
            return parse_utc(SPACE.sub("", text)), ""
    return None, f"it does not hold a time such as {EXAMPLE}"
