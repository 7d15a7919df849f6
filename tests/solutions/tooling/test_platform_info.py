"""What a record says of its machine: enough to compare, nothing that names it."""

import getpass
import json
import socket
from pathlib import Path

from solutions.tooling.platform_info import platform_metadata


def test_it_says_what_a_time_depends_on():
    about = platform_metadata()
    assert about["cores"] >= 1
    assert all(about[what] for what in ("processor", "instructions", "system", "python"))


def test_it_names_neither_the_machine_nor_a_place_on_it():
    text = json.dumps(platform_metadata())
    for secret in (socket.gethostname(), getpass.getuser(), str(Path.home()), "/"):
        assert secret not in text
