"""What nobody needs any more goes: files that killed processes have left, and what was removed a month ago."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from digitapp.atomic import sweep
from digitapp.datasets.collection_file import BACKUPS
from digitapp.kept.limits import make_room
from digitapp.kept.networks import FOLDER as NETWORKS
from digitapp.kept.networks import KEPT_AFTER_REMOVAL_S, earlier_states
from digitapp.kept.runs import FOLDER as CHECKPOINTS

if TYPE_CHECKING:
    from digitapp.kept.store import Store

_OLD_S = 24 * 3600.0


def sweep_kept(store: Store) -> None:
    """Delete temporary files and those that no run names, a day old, and what was removed a month ago.

    What the runs take above their limit goes as well.
    """
    for folder in (store.folder, *(store.folder / name for name in (NETWORKS, CHECKPOINTS, BACKUPS))):
        sweep(folder, _OLD_S)
    now = time.time()
    _sweep_unnamed(store, now)
    before = now - KEPT_AFTER_REMOVAL_S
    for (file,) in store.rows("SELECT file FROM networks WHERE removed < ?", before):
        path = store.file(NETWORKS, file)
        with suppress(OSError):
            for state in (path, *earlier_states(path)) if path is not None else ():
                state.unlink(missing_ok=True)
    store.run("DELETE FROM networks WHERE removed < ?", before)
    for run, *files in store.rows("SELECT run, checkpoint, network, best FROM runs WHERE removed < ?", before):
        for folder, file in zip((CHECKPOINTS, NETWORKS, NETWORKS), files, strict=True):
            store.delete_afterwards(folder, file)
        store.run("DELETE FROM moments WHERE run = ?", run)
        store.run("DELETE FROM runs WHERE run = ?", run)
    make_room(store)


def _sweep_unnamed(store: Store, now: float) -> None:
    """Delete files of runs that no row names: their process died before it could write the row, or after.

    A file of runs that was set aside may still name them.
    """
    if any(store.folder.glob(f"{store.path.stem}.*-*{store.path.suffix}")):
        return
    for folder, columns, pattern in ((CHECKPOINTS, ("checkpoint",), "*"), (NETWORKS, ("network", "best"), "run-*")):
        named = {name for column in columns for (name,) in store.rows(f"SELECT {column} FROM runs")}
        with suppress(OSError):
            for path in (store.folder / folder).glob(pattern):
                if path.name not in named and now - path.stat().st_mtime > _OLD_S:
                    path.unlink(missing_ok=True)
