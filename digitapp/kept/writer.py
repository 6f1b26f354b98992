"""One thread that writes, so that nobody who draws or trains waits for a disk.

Wishes have keys, and of several with one key only the newest is written: who changes a thing a hundred times while the
disk is slow has it written once. What could not be written stays wished for and is tried again by itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING

from digitapp import reasons
from digitapp.kept import FILE_NAME
from digitapp.kept.errors import KeptDamagedError, KeptError, KeptReadOnlyError

if TYPE_CHECKING:  # a start that finds nothing kept imports no SQLite
    from digitapp.kept.store import Store

Wish = Callable[["Store"], object]
Told = Callable[[Exception | None], object]

RETRY_S = 2.0
_LONGEST_RETRY_S = 10.0


class Writer:
    """Writes wishes into the store of a folder, many in one transaction.

    Parameters
    ----------
    folder : of the store, which is opened when the first wish comes
    told : called in the writing thread with the error when wishes cannot be written, once for each cause, and with
        None when all that was wished for is on the disk again
    spoilt : called in the writing thread with the error of a single wish that can never be written, which is dropped
    """

    def __init__(self, folder: Path, told: Told, spoilt: Callable[[Exception], object]) -> None:
        self._folder = folder
        self._told = told
        self._spoilt = spoilt
        self._wishes: dict[Hashable, Wish] = {}
        self._under_way: dict[Hashable, Wish] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_closing = False
        self._is_urgent = False
        self._trouble: str | None = None
        self._was_there = False  # whether there was a file that something was written into

    @property
    def waiting(self) -> tuple[Hashable, ...]:
        """The keys of what is not on the disk yet."""
        with self._changed:
            return tuple(self._under_way | self._wishes)

    @property
    def is_troubled(self) -> bool:
        """Whether the last attempt failed."""
        return self._trouble is not None

    def put(self, key: Hashable, wish: Wish) -> None:
        """Have something written soon, in the place of an earlier wish of this key that was not written yet.

        `wish(store)` is called in the writing thread, in a transaction, perhaps more than once.
        """
        with self._changed:
            if self._is_closing:
                return
            self._wishes.pop(key, None)  # its turn is that of the newest
            self._wishes[key] = wish
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="digitapp-writer", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self, patience: float) -> bool:
        """Try to write at once whatever is wished for; return whether all of it is on the disk in so many seconds."""
        until = time.monotonic() + patience
        with self._changed:
            self._is_urgent = True
            self._changed.notify_all()
            while self._wishes or self._under_way:
                left = until - time.monotonic()
                if left <= 0 or self._thread is None:
                    return False
                # Whoever has failed tries again by itself, but not while somebody waits.
                if self._trouble is not None and not self._is_urgent and not self._under_way:
                    return False
                self._changed.wait(left)
        return True

    def close(self, patience: float) -> bool:
        """Write what is wished for, as `flush`, and end the thread; afterwards nothing is taken any more."""
        done = self.flush(patience)
        with self._changed:
            self._is_closing = True
            self._wishes = {}
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(patience)
        return done

    # The thread

    def _write(self) -> None:
        store: Store | None = None
        pause = RETRY_S
        while self._next_batch():
            try:
                store = self._opened(store)
                self._write_batch(store)
            except KeptDamagedError as error:
                store = self._renewed(store, error)
                self._put_back(error)
            except (KeptError, OSError) as error:
                self._put_back(error)
                store = _closed(store)
                self._rest(pause)
                pause = min(2 * pause, _LONGEST_RETRY_S)
            else:
                pause = RETRY_S
                self._on_written()
        _closed(store)

    def _next_batch(self) -> bool:
        """Wait until something is wished for, and take it all; False at the end."""
        with self._changed:
            while not self._wishes and not self._is_closing:
                self._changed.wait()
            self._under_way, self._wishes = self._wishes, {}
            self._is_urgent = False
            return bool(self._under_way)

    def _opened(self, store: Store | None) -> Store:
        from digitapp.kept.store import Store

        if store is not None and not store.is_in_place:
            store = _closed(store)
        if store is None:
            path = self._folder / FILE_NAME
            if self._was_there and not path.exists():  # a new one would not have what this one knew
                raise KeptReadOnlyError(path, reasons.tr("its folder has gone"))
            store = Store(self._folder)
            self._was_there = True
        return store

    @staticmethod
    def _renewed(store: Store | None, error: KeptDamagedError) -> Store | None:
        """Have the damaged file set aside, and go on with another one; None where that is to be tried again."""
        try:
            if store is not None:
                store.renew()
                error.aside = store.aside
        except (KeptError, OSError):
            return _closed(store)
        return store

    def _write_batch(self, store: Store) -> None:
        with store.transaction():
            for key, wish in list(self._under_way.items()):
                try:
                    with store.part():
                        wish(store)
                except (KeptError, OSError):
                    raise
                except Exception as error:  # noqa: BLE001 - one thing that cannot be written must not hold up the rest
                    del self._under_way[key]
                    self._spoilt(error)

    def _put_back(self, error: Exception) -> None:
        """Keep what was not written, unless there is a newer wish for it."""
        with self._changed:
            self._wishes = {**self._under_way, **self._wishes}
            self._under_way = {}
            reason = f"{type(error).__name__}: {error}"
            is_new, self._trouble = reason != self._trouble, reason
            self._changed.notify_all()
        if is_new:
            self._told(error)

    def _on_written(self) -> None:
        with self._changed:
            self._under_way = {}
            was_troubled, self._trouble = self._trouble is not None, None
            self._changed.notify_all()
        if was_troubled:
            self._told(None)

    def _rest(self, pause: float) -> None:
        """Wait before trying again, unless somebody is in a hurry or it is the end."""
        until = time.monotonic() + pause
        with self._changed:
            while not self._is_closing and not self._is_urgent and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)


def _closed(store: Store | None) -> None:
    if store is not None:
        store.close()
