import pytest

from solutions.tooling.atomic_file import atomic_path, atomic_write_text


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "file.json"
    atomic_write_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        atomic_write_text(path, "new, but \ud800")
    assert path.read_text() == "old"
    atomic_write_text(path, "new")
    assert [p.name for p in tmp_path.iterdir() if p.read_text() == "new"] == ["file.json"]


def test_bytes_are_replaced_whole_or_not_at_all_and_the_ending_stays(tmp_path):
    path = tmp_path / "picture.png"
    with atomic_path(path) as unfinished:
        assert (unfinished.parent, unfinished.suffix) == (tmp_path, ".png")
        unfinished.write_bytes(b"old")

    def stopped() -> None:
        with atomic_path(path) as unfinished:
            unfinished.write_bytes(b"half of the n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stopped()
    assert path.read_bytes() == b"old"
