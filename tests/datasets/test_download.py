"""Downloads, against servers on this machine that behave as badly as real ones do."""

import gzip
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from digitapp.datasets import download
from digitapp.datasets.download import MIRRORS, download_mnist
from digitapp.datasets.errors import (
    ChecksumError,
    DataFileError,
    DownloadCancelled,
    DownloadError,
    NotEnoughSpaceError,
)
from digitapp.datasets.mnist import FILES, load_mnist

IMAGES = "train-images-idx3-ubyte"


class Mirror:
    """A server of the four files, with switches for what can go wrong."""

    def __init__(self, contents: dict[str, bytes]) -> None:
        self.contents = contents
        self.requests: list[tuple[str, str | None]] = []  # file and Range header
        self.status = 200
        self.knows_ranges = True
        self.announces_length = True
        self.breaks_off_after: int | None = None
        self.range_lie = 0
        self.before_body: Callable[[], object] = lambda: None
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.answer(self)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base class
                """Keep the tests' output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        name = handler.path.strip("/")
        asked = handler.headers.get("Range")
        self.requests.append((name, asked))
        if self.status != 200 or name not in self.contents:
            handler.send_error(self.status if self.status != 200 else 404)
            return
        content = self.contents[name]
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.knows_ranges else 0
        if start and start >= len(content):
            handler.send_response(416)
            handler.send_header("Content-Range", f"bytes */{len(content)}")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        body = content[start:]
        handler.send_response(206 if start else 200)
        if start:
            first = start + self.range_lie
            handler.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        if self.announces_length:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        self.before_body()
        handler.wfile.write(body if self.breaks_off_after is None else body[: self.breaks_off_after])

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def contents(fake_mnist) -> dict[str, bytes]:
    return {f"{name}.gz": fake_mnist.gzipped(name) for name in FILES}


@pytest.fixture
def mirrors(contents) -> Iterator[tuple[Mirror, Mirror]]:
    pair = Mirror(contents), Mirror(dict(contents))
    yield pair
    for mirror in pair:
        mirror.close()


@pytest.fixture
def mirror(mirrors) -> Mirror:
    return mirrors[0]


@pytest.fixture
def fetch(fake_mnist, tmp_path):
    """Download from these mirrors into a fresh folder, in the way of every test."""

    def run(*servers: Mirror, **options: Any) -> Path:
        urls = [server.url for server in servers]
        settings: dict[str, Any] = {"mirrors": urls, "checksums": fake_mnist.checksums, "timeout": 5.0}
        return download_mnist(tmp_path / "mnist", **(settings | options))

    return run


def finished(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*") if path.suffix != ".part"}


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.part"))


ALL = {f"{name}.gz" for name in FILES}


def test_the_mirrors_are_the_well_known_ones():
    assert [url.split("/")[2] for url in MIRRORS] == ["ossci-datasets.s3.amazonaws.com", "storage.googleapis.com"]


def test_everything_arrives_and_is_reported(mirror, fetch, contents):
    seen: dict[str, list[tuple[int, int | None]]] = {}
    folder = fetch(mirror, progress=lambda done, total, name: seen.setdefault(name, []).append((done, total)))
    assert finished(folder) == ALL
    assert not parts(folder)
    assert len(load_mnist(folder).train) == 110
    for name in FILES:
        size = len(contents[f"{name}.gz"])
        assert (folder / f"{name}.gz").read_bytes() == contents[f"{name}.gz"]
        assert seen[name][0] == (0, size)
        assert seen[name][-1] == (size, size)
        assert seen[name] == sorted(seen[name])


def test_good_files_are_not_fetched_again_and_bad_ones_are(mirror, fetch, fake_mnist, tmp_path):
    folder = fake_mnist.write(tmp_path / "mnist", compressed=False)
    (folder / IMAGES).write_bytes(b"damaged")
    fetch(mirror)
    assert mirror.requests == [(f"{IMAGES}.gz", None)]
    assert finished(folder) == {f"{IMAGES}.gz", *FILES} - {IMAGES}


def test_a_file_missing_on_one_mirror_comes_from_the_next(mirrors, fetch):
    first, second = mirrors
    del first.contents[f"{IMAGES}.gz"]
    assert finished(fetch(first, second)) == ALL
    assert [name for name, _ in second.requests] == [f"{IMAGES}.gz"]


@pytest.mark.parametrize("wrong", [b"<html>Please log in</html>", gzip.compress(b"something", mtime=0), b""])
def test_wrong_bytes_on_one_mirror_come_right_from_the_next(mirrors, fetch, wrong):
    first, second = mirrors
    first.contents[f"{IMAGES}.gz"] = wrong
    folder = fetch(first, second)
    assert finished(folder) == ALL
    assert not parts(folder)


def test_other_data_everywhere_are_a_checksum_error_and_leave_nothing(mirror, fetch, fake_mnist, tmp_path):
    fake_mnist.arrays[IMAGES] = fake_mnist.arrays[IMAGES].copy()
    fake_mnist.arrays[IMAGES][3, 3, 3] ^= 1
    with pytest.raises(ChecksumError) as caught:
        fetch(mirror, checksums=fake_mnist.checksums)
    assert caught.value.source == f"{mirror.url}/{IMAGES}.gz"
    assert caught.value.expected == fake_mnist.checksums[IMAGES]
    assert list((tmp_path / "mnist").iterdir()) == []


def test_when_no_mirror_delivers_each_is_accounted_for(mirrors, fetch, tmp_path):
    first, second = mirrors
    first.status = 503
    second.contents.clear()
    with pytest.raises(DownloadError, match="404") as caught:
        fetch(first, second)
    assert caught.value.url == f"{second.url}/{IMAGES}.gz"
    assert "503" in caught.value.__notes__[0]
    assert list((tmp_path / "mnist").iterdir()) == []


def test_nobody_listening(fetch, mirror):
    mirror.close()
    with pytest.raises(DownloadError, match="refused"):
        fetch(mirror)


def test_a_server_that_says_nothing(fetch, mirror):
    let_go = threading.Event()
    mirror.before_body = lambda: let_go.wait(5)
    try:
        with pytest.raises(DownloadError, match="does not answer"):
            fetch(mirror, timeout=0.05)
    finally:
        let_go.set()


def test_a_connection_that_breaks_off_is_taken_up_where_it_broke(mirror, fetch, contents):
    size = len(contents[f"{IMAGES}.gz"])
    mirror.breaks_off_after = size // 2 + 1
    assert finished(fetch(mirror)) == ALL
    assert mirror.requests[:2] == [(f"{IMAGES}.gz", None), (f"{IMAGES}.gz", f"bytes={size // 2 + 1}-")]


def test_a_connection_that_never_gets_anywhere_ends(mirror, fetch, tmp_path):
    mirror.breaks_off_after = 0
    with pytest.raises(DownloadError, match="broke off after 0 of"):
        fetch(mirror)
    assert len(mirror.requests) == 1
    assert finished(tmp_path / "mnist") == set()


def test_cancelling_keeps_what_arrived_for_the_next_time(mirror, fetch, contents, tmp_path):
    cancelled = threading.Event()

    def progress(done: int, _total: int | None, _file: str) -> None:
        if done:
            cancelled.set()

    with pytest.raises(DownloadCancelled) as caught:
        fetch(mirror, progress=progress, cancelled=cancelled)
    assert caught.value.file == IMAGES
    assert finished(tmp_path / "mnist") == set()
    (part,) = parts(tmp_path / "mnist")
    arrived = part.stat().st_size
    assert 0 < arrived < len(contents[f"{IMAGES}.gz"])

    starts = []
    folder = fetch(mirror, progress=lambda done, _total, _file: starts.append(done), cancelled=lambda: False)
    assert finished(folder) == ALL
    assert not parts(folder)
    assert starts[0] == arrived
    assert mirror.requests[1] == (f"{IMAGES}.gz", f"bytes={arrived}-")


def begin(mirror: Mirror, fetch: Callable[..., Path], tmp_path: Path) -> Path:
    """Cancel a download in the middle of its first file and return the part that remains."""
    arrived: list[int] = []
    with pytest.raises(DownloadCancelled):
        fetch(mirror, progress=lambda done, _t, _f: arrived.append(done), cancelled=lambda: any(arrived))
    (part,) = parts(tmp_path / "mnist")
    mirror.requests.clear()
    return part


def test_a_server_that_ignores_ranges_sends_all_of_it_again(mirror, fetch, tmp_path):
    begin(mirror, fetch, tmp_path)
    mirror.knows_ranges = False
    starts = []
    assert finished(fetch(mirror, progress=lambda done, _t, _f: starts.append(done))) == ALL
    assert starts[0] == 0


def test_a_part_of_another_version_is_given_up(mirror, fetch, tmp_path):
    part = begin(mirror, fetch, tmp_path)
    part.write_bytes(bytes(len(part.read_bytes())))
    assert finished(fetch(mirror)) == ALL
    assert [asked is None for _, asked in mirror.requests[:2]] == [False, True]


@pytest.mark.parametrize("surplus", [0, 7], ids=["whole", "too long"])
def test_a_part_with_nothing_left_to_fetch(mirror, fetch, tmp_path, contents, surplus):
    part = begin(mirror, fetch, tmp_path)
    part.write_bytes(contents[f"{IMAGES}.gz"] + bytes(surplus))
    folder = fetch(mirror)
    assert finished(folder) == ALL
    assert (folder / f"{IMAGES}.gz").read_bytes() == contents[f"{IMAGES}.gz"]
    assert [name for name, _ in mirror.requests].count(f"{IMAGES}.gz") == (2 if surplus else 1)


def test_a_part_is_only_continued_from_the_address_it_came_from(mirrors, fetch, tmp_path, fake_mnist):
    first, second = mirrors
    second.contents = {f"{name}.gz": gzip.compress(fake_mnist.payload(name), 1) for name in FILES}
    begin(first, fetch, tmp_path)
    folder = fetch(second)
    assert second.requests[0] == (f"{IMAGES}.gz", None)
    assert finished(folder) == ALL
    assert not parts(folder)


def test_a_server_that_sends_another_range_is_not_believed(mirror, fetch, tmp_path):
    begin(mirror, fetch, tmp_path)
    mirror.range_lie = 1
    with pytest.raises(DownloadError, match="another part"):
        fetch(mirror)


def test_without_a_length_the_total_is_unknown_and_the_file_still_checked(mirror, fetch):
    mirror.announces_length = False
    totals = set()
    assert finished(fetch(mirror, progress=lambda _d, total, _f: totals.add(total))) == ALL
    assert totals == {None}


@pytest.mark.parametrize("announces", [True, False])
def test_a_server_that_never_stops_does_not_fill_the_disk(mirror, fetch, tmp_path, monkeypatch, announces):
    monkeypatch.setattr(download, "_MOST_BYTES", 50_000)
    mirror.contents[f"{IMAGES}.gz"] = bytes(200_000)
    mirror.announces_length = announces
    with pytest.raises(DownloadError, match=r"(at most|more than) 50,000"):
        fetch(mirror)
    assert list((tmp_path / "mnist").iterdir()) == []


def test_a_disk_without_room_is_noticed_before_it_is_full(mirror, fetch, monkeypatch, tmp_path):
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(NotEnoughSpaceError) as caught:
        fetch(mirror)
    assert caught.value.free == 1000
    assert caught.value.needed > 1000
    assert list((tmp_path / "mnist").iterdir()) == []


def test_a_target_that_cannot_be_a_folder(mirror, fetch, tmp_path):
    (tmp_path / "mnist").write_text("in the way")
    with pytest.raises(DataFileError, match="can be written"):
        fetch(mirror)
