"""Fetch MNIST from its mirrors: with progress, cancelling, resuming, and every byte checked before it counts.

What has arrived of a file waits beside its place as `<name>.gz.<mirror>.part`, where `<mirror>` tells the addresses
apart: the gzip wrappers differ between mirrors, so a part may only be continued from the address that it began with.
"""

import hashlib
import math
import os
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import BinaryIO
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from digitapp import reasons
from digitapp.datasets.errors import (
    ChecksumError,
    DataError,
    DataFileError,
    DownloadCancelled,
    DownloadError,
    IdxError,
    NotEnoughSpaceError,
)
from digitapp.datasets.mnist import CHECKSUMS, FILES, find_file, mnist_target, place_file, verify_file
from digitapp.locks import FileLock, LockBusyError

MIRRORS: tuple[str, ...] = (
    "https://ossci-datasets.s3.amazonaws.com/mnist",
    "https://storage.googleapis.com/cvdf-datasets/mnist",
)
TIMEOUT = 10.0  # seconds without a single byte, after which a connection counts as broken

Progress = Callable[[int, int | None, str], object]
Cancelled = threading.Event | Callable[[], bool]

_CHUNK = 1 << 16
_LOCK = ".download.lock"
# The largest file has 9.9 MB.
_MOST_BYTES = 32 << 20
# A broken connection is taken up again as often as this, as long as each attempt brings something.
_ATTEMPTS = 5


def download_mnist(
    target: str | os.PathLike[str] | None = None,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    mirrors: Sequence[str] = MIRRORS,
    checksums: Mapping[str, str] = CHECKSUMS,
    timeout: float = TIMEOUT,
) -> Path:
    """Fetch the four MNIST files into a folder; those already there and good are kept.

    Each file appears under its name whole and verified, or not at all. After a failure or a cancellation only `.part`
    files remain, and the next call goes on from them.

    Parameters
    ----------
    target : path of the folder to fill; `mnist_target()` by default
    progress : called as progress(bytes done, bytes of the file or None where unknown, file name) while bytes arrive
    cancelled : an event, or a function that returns whether to stop; asked between chunks
    mirrors : addresses of folders with the files, tried in this order for each file
    checksums : SHA-256 of each decompressed file, by the file's name
    timeout : seconds without a byte, after which a connection counts as broken

    Returns
    -------
    target : Path

    Raises
    ------
    DownloadError : no mirror delivers (the last mirror's address and reason; the others' are its notes)
    ChecksumError : every mirror that answers delivers other data than MNIST
    DownloadCancelled : `cancelled` said so
    NotEnoughSpaceError, DataFileError : the folder has no room or cannot be written
    """
    target = mnist_target() if target is None else Path(target)
    fetcher = _Fetcher(target, progress or _ignore, _as_function(cancelled), checksums, timeout)
    try:
        target.mkdir(parents=True, exist_ok=True)
        # Another process that fetches the same files is waited for: what it has brought is there then.
        with FileLock(target / _LOCK, passing=True).held(math.inf, fetcher.cancelled):
            for name in FILES:
                if not fetcher.is_there(name):
                    fetcher.fetch(name, mirrors)
    except LockBusyError:
        raise DownloadCancelled(FILES[0]) from None
    except OSError as error:
        found = error.strerror or str(error)
        raise DataFileError(target, found, reasons.tr("a folder with room that can be written to")) from error
    return target


class _Fetcher:
    """One download: where to, whom to tell, and what must come out."""

    def __init__(
        self,
        target: Path,
        progress: Progress,
        cancelled: Callable[[], bool],
        checksums: Mapping[str, str],
        timeout: float,
    ) -> None:
        self.target = target
        self.progress = progress
        self.cancelled = cancelled
        self.checksums = checksums
        self.timeout = timeout

    def is_there(self, name: str) -> bool:
        """Return whether a good copy of the file stands in its place."""
        path = find_file(self.target, name)
        if path is None:
            return False
        try:
            verify_file(path, name, self.checksums)
        except DataError:
            return False
        return True

    def fetch(self, name: str, mirrors: Sequence[str]) -> None:
        """Fetch one file from the first mirror that delivers it."""
        failures: list[DownloadError | ChecksumError] = []
        for mirror in mirrors:
            url = f"{mirror.rstrip('/')}/{name}.gz"
            part = self.target / f"{name}.gz.{hashlib.sha256(url.encode()).hexdigest()[:8]}.part"
            try:
                self._fetch_from(url, part, name)
            except (DownloadError, ChecksumError) as error:
                failures.append(error)
                continue
            for rest in self.target.glob(f"{name}.gz.*.part"):
                rest.unlink(missing_ok=True)
            return
        if not failures:
            raise ValueError("at least one mirror is needed")
        *others, last = failures
        for other in others:
            last.add_note(str(other))
        raise last

    def _fetch_from(self, url: str, part: Path, name: str) -> None:
        """Fetch one file from one address, check it, put it in place."""
        resumed = part.exists()
        self._transfer(url, part, name)
        try:
            verify_file(part, name, self.checksums)
        except (IdxError, ChecksumError) as error:
            part.unlink()
            if resumed:  # the beginning may have been of another version of the file: once more from the start
                return self._fetch_from(url, part, name)
            if isinstance(error, ChecksumError):
                raise ChecksumError(url, error.actual, error.expected) from error
            raise DownloadError(url, reasons.tr("delivered something else than {0}: {1}", name, error.found)) from error
        place_file(part, self.target, name, move=True)
        return None

    def _transfer(self, url: str, part: Path, name: str) -> None:
        """Bring a part to its full length, taking a connection that breaks up again while that leads anywhere."""
        for attempt in range(1, _ATTEMPTS + 1):
            before = _size(part)
            try:
                self._request(url, part, name)
            except _ConnectionBroken as error:
                if _size(part) <= before or attempt == _ATTEMPTS:
                    raise DownloadError(url, error.reason) from error
            else:
                return

    def _request(self, url: str, part: Path, name: str) -> None:
        """Ask once for what the part lacks, and append whatever arrives."""
        if self.cancelled():
            raise DownloadCancelled(name)
        start = _size(part)
        try:
            response = _open(url, start, self.timeout)
        except _NothingFurther as error:
            if error.total == start:
                return
            part.unlink()  # it does not belong to this file: from the start
            start, response = 0, _open(url, 0, self.timeout)
        with response:
            if self.cancelled():  # while the server kept silent; another attempt may be at the part by now
                raise DownloadCancelled(name)
            resuming = response.status == HTTPStatus.PARTIAL_CONTENT
            start = start if resuming else 0
            length = response.length  # of the body; None where the server does not say
            total = None if length is None else start + length
            if total is not None and total > _MOST_BYTES:
                raise DownloadError(
                    url, reasons.tr("announces {0:,} bytes; expected at most {1:,}", total, _MOST_BYTES)
                )
            free = shutil.disk_usage(self.target).free
            if length is not None and free < length:
                raise NotEnoughSpaceError(self.target, length, free)
            with _open_part(part, resuming) as file:
                done = self._receive(response, file, start, total, name)
                os.fsync(file.fileno())
        if total is not None and done < total:
            raise _ConnectionBroken(reasons.tr("the connection broke off after {0:,} of {1:,} bytes", done, total))
        if done > _MOST_BYTES:
            part.unlink()
            raise DownloadError(url, reasons.tr("delivers more than {0:,} bytes", _MOST_BYTES))

    def _receive(self, response: HTTPResponse, file: BinaryIO, done: int, total: int | None, name: str) -> int:
        """Append the body to the file and return how many bytes of the whole file are there."""
        self.progress(done, total, name)
        while done <= _MOST_BYTES:
            try:
                chunk = response.read1(_CHUNK)
            except (OSError, HTTPException) as error:
                raise _ConnectionBroken(_describe(error)) from error
            if self.cancelled():
                raise DownloadCancelled(name)
            if not chunk:
                break
            file.write(chunk)
            done += len(chunk)
            self.progress(done, total, name)
        return done


class _ConnectionBroken(Exception):
    """A connection that could not be made or did not last, and the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _NothingFurther(Exception):
    """The server has nothing from the asked position on; `total` is the size of its file, -1 where it does not say."""

    def __init__(self, total: int) -> None:
        super().__init__()
        self.total = total


def _open(url: str, start: int, timeout: float) -> HTTPResponse:
    """Ask for a file from byte `start` on; the answer's status says whether the server does so or sends all of it."""
    headers = {"User-Agent": "digitapp", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        response = urlopen(Request(url, headers=headers), timeout=timeout)
    except HTTPError as error:
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and start:
            total = error.headers.get("Content-Range", "").rpartition("/")[2]
            raise _NothingFurther(int(total) if total.isdecimal() else -1) from error
        raise DownloadError(url, reasons.tr("the server answers {0} {1}", error.code, error.reason)) from error
    except (OSError, HTTPException) as error:
        raise _ConnectionBroken(_describe(error)) from error
    partial = response.status == HTTPStatus.PARTIAL_CONTENT
    if partial and not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
        response.close()
        raise DownloadError(url, reasons.tr("the server sends another part of the file than it was asked for"))
    return response


def _open_part(part: Path, resuming: bool) -> BinaryIO:
    """Open a part to be appended to, or anew; never a link, which may lead to what somebody wants overwritten."""
    if part.is_symlink() or not resuming:
        part.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(part, flags, 0o644), "ab")


def _describe(error: BaseException) -> str:
    if isinstance(error, URLError) and isinstance(error.reason, BaseException):
        error = error.reason
    if isinstance(error, TimeoutError):
        return reasons.tr("the server does not answer")
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _as_function(cancelled: Cancelled | None) -> Callable[[], bool]:
    if cancelled is None:
        return lambda: False
    return cancelled.is_set if isinstance(cancelled, threading.Event) else cancelled


def _ignore(_done: int, _total: int | None, _file: str) -> None:
    """The progress of a download that nobody watches."""
