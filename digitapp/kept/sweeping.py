"""What nobody needs any more goes: files that killed processes have left, and what was removed a month ago."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from digitapp.atomic import sweep
from digitapp.datasets.collection_file import BACKUPS
from digitapp.kept.networks import FOLDER as NETWORKS
from digitapp.kept.networks import KEPT_AFTER_REMOVAL_S, earlier_states
from digitapp.kept.runs import FOLDER as CHECKPOINTS

if TYPE_CHECKING:
    from digitapp.kept.store import Store

_OLD_S = 24 * 3600.0


def sweep_kept(store: Store) -> None:
    """Delete temporary files and checkpoints that no run names, a day old, and what was removed a month ago."""
    for folder in (store.folder, *(store.folder / name for name in (NETWORKS, CHECKPOINTS, BACKUPS))):
        sweep(folder, _OLD_S)
    named = {name for (name,) in store.rows("SELECT checkpoint FROM runs WHERE checkpoint IS NOT NULL")}
    now = time.time()
    with suppress(OSError):
        for path in (store.folder / CHECKPOINTS).iterdir():
            if path.name not in named and now - path.stat().st_mtime > _OLD_S:
                path.unlink(missing_ok=True)
    before = now - KEPT_AFTER_REMOVAL_S
    for (file,) in store.rows("SELECT file FROM networks WHERE removed < ?", before):
        path = store.file(NETWORKS, file)
        with suppress(OSError):
            for state in (path, *earlier_states(path)) if path is not None else ():
                state.unlink(missing_ok=True)
    store.run("DELETE FROM networks WHERE removed < ?", before)
    for run, *files in store.rows("SELECT run, checkpoint, network FROM runs WHERE removed < ?", before):
        for folder, file in zip((CHECKPOINTS, NETWORKS), files, strict=True):
            store.delete_afterwards(folder, file)
        store.run("DELETE FROM moments WHERE run = ?", run)
        store.run("DELETE FROM runs WHERE run = ?", run)
