"""Files are written whole or not at all."""

import os

import pytest

from digitapp.atomic import atomic_file, atomic_write_bytes, atomic_write_text


def test_what_is_written_is_there_and_nothing_else(tmp_path):
    atomic_write_bytes(tmp_path / "new folder" / "file", b"abc")
    atomic_write_text(tmp_path / "new folder" / "text", "größer\r\n")
    assert (tmp_path / "new folder" / "file").read_bytes() == b"abc"
    assert (tmp_path / "new folder" / "text").read_bytes() == "größer\r\n".encode()
    assert len(list((tmp_path / "new folder").iterdir())) == 2


def test_an_error_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def interrupted() -> None:
        with atomic_file(path) as file:
            file.write(b"half of the n")
            assert path.read_bytes() == b"old"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        atomic_write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_not_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        atomic_write_bytes(tmp_path / "folder", b"new")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_or_device_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        atomic_write_bytes(pipe, b"abc")
        assert os.read(reader, 10) == b"abc"
    finally:
        os.close(reader)
    assert pipe.is_fifo() and list(tmp_path.iterdir()) == [pipe]


def test_a_link_is_followed(tmp_path):
    target, link = tmp_path / "elsewhere" / "file", tmp_path / "link"
    atomic_write_bytes(target, b"old")
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("this system does not let its users make links")
    atomic_write_bytes(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_name_as_long_as_file_systems_allow(tmp_path):
    path = tmp_path / ("ä" * 127)
    atomic_write_bytes(path, b"abc")
    assert list(tmp_path.iterdir()) == [path]
