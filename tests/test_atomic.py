"""Files are written whole or not at all."""

import os

import pytest

from digitapp.atomic import atomic_file, atomic_files, atomic_write_bytes, atomic_write_text, sweep


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


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_the_permissions_of_a_replaced_file_stay(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o640)
    atomic_write_bytes(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o640


def test_files_that_belong_together_are_replaced_together(tmp_path):
    paths = [tmp_path / name for name in "abc"]
    paths[0].write_bytes(b"old")
    with atomic_files(paths) as files:
        for file in files:
            file.write(b"new")
        assert [path.exists() for path in paths] == [True, False, False]
    assert [path.read_bytes() for path in paths] == [b"new"] * 3
    assert len(list(tmp_path.iterdir())) == 3


def test_where_one_cannot_be_replaced_none_is(tmp_path):
    paths = [tmp_path / name for name in "abc"]
    paths[0].write_bytes(b"old")
    paths[2].mkdir()
    with pytest.raises(OSError), atomic_files(paths) as files:
        for file in files:
            file.write(b"new")
    assert paths[0].read_bytes() == b"old" and not paths[1].exists()
    assert sorted(tmp_path.iterdir()) == [paths[0], paths[2]]


def test_what_killed_processes_left_is_swept(tmp_path):
    old, fresh, own = (tmp_path / name for name in (".a.0123.tmp", ".b.0123.tmp", "c.tmp"))
    for path in (old, fresh, own):
        path.write_bytes(b"half")
    for path in (old, own):
        os.utime(path, (0, 0))
    assert sweep(tmp_path) == 1
    assert sorted(tmp_path.iterdir()) == [fresh, own]
