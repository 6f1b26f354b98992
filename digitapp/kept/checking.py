"""Look whether everything that was kept is still what was written, and repair what can be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from digitapp import reasons
from digitapp.datasets.collection import FILE_NAME as DIGITS
from digitapp.datasets.collection import Collection, TooManyDigitsError, read_collection
from digitapp.datasets.collection_file import CollectionFile, backups, is_sound
from digitapp.drawing.files import DrawingFileError
from digitapp.kept import FILE_NAME
from digitapp.kept.errors import KeptError
from digitapp.kept.networks import FOLDER as NETWORKS
from digitapp.kept.networks import earlier_states, is_whole
from digitapp.kept.runs import FOLDER as CHECKPOINTS
from digitapp.kept.store import Store
from digitapp.training.checkpoint import CheckpointError, load_checkpoint


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    path : its file
    wrong : what is wrong with it, empty where all is well
    repaired : what was done about it, empty where nothing was
    """

    path: Path
    wrong: str = ""
    repaired: str = ""


def check(folder: Path, *, repair: bool = False) -> list[Finding]:
    """Return what was found about each thing that is kept in a folder; nothing there is nothing wrong.

    Repairing never deletes what is damaged: it is set aside under another name.
    """
    return [*_check_digits(folder / DIGITS, repair), *_check_store(folder, repair)]


def _check_digits(path: Path, repair: bool) -> Iterator[Finding]:
    if not path.exists() and not backups(path):
        return
    sound = [backup for backup in backups(path) if is_sound(backup)]
    for backup in backups(path):
        if backup not in sound:
            yield Finding(backup, reasons.tr("its checksum is another one than when it was written"))
    file = CollectionFile(path)
    found, wrong = file.examine()
    if not wrong:
        yield Finding(path)
    elif not repair:
        yield Finding(path, wrong)
    else:
        before = len(found)
        back = _lost_digits(found, sound)
        whole = file.add(lambda theirs: theirs.extended(back.samples))
        yield Finding(
            path, wrong, reasons.tr("{0} digits are in it, {1} of them from a backup", len(whole), len(whole) - before)
        )


def _lost_digits(found: Collection, sound: list[Path]) -> Collection:
    """Return the digits of the newest sound backup that are not among those that were found."""
    for backup in sound:
        with suppress(DrawingFileError, TooManyDigitsError):
            known = {sample.identity for sample in found.samples}
            return Collection(tuple(s for s in read_collection(backup).samples if s.identity not in known))
    return Collection()


def _check_store(folder: Path, repair: bool) -> Iterator[Finding]:
    path = folder / FILE_NAME
    if not path.exists():
        return
    try:
        store = Store(folder)
    except KeptError as error:
        yield Finding(path, error.reason)
        return
    try:
        if store.aside is not None:
            yield Finding(path, store.reason, reasons.tr("it was set aside as {0}", store.aside.name))
        else:
            wrong = "".join(store.check()[:1])
            if wrong and repair:
                store.renew()
                assert store.aside is not None
                done = reasons.tr("what can be read of it was taken over; it was set aside as {0}", store.aside.name)
                yield Finding(path, wrong, done)
            else:
                yield Finding(path, wrong)
        yield from _check_networks(store, repair)
        yield from _check_checkpoints(store)
    except KeptError as error:
        yield Finding(path, error.reason)
    finally:
        store.close()


def _check_networks(store: Store, repair: bool) -> Iterator[Finding]:
    rows = store.rows("SELECT seat, problem, key, file FROM networks WHERE removed IS NULL")
    for seat, problem, key, file in rows:
        path = store.file(NETWORKS, file)
        if path is None:
            continue
        if _whole(path):
            yield Finding(path)
            continue
        wrong = reasons.tr("it is damaged or gone")
        other = next((state for state in earlier_states(path) if _whole(state)), None)
        if not repair or other is None:
            yield Finding(path, wrong)
            continue
        with store.transaction():
            store.run(
                "UPDATE networks SET file = ? WHERE seat = ? AND problem = ? AND key = ?",
                *(other.name, seat, problem, key),
            )
        yield Finding(path, wrong, reasons.tr("its last state that is whole takes its place: {0}", other.name))


def _check_checkpoints(store: Store) -> Iterator[Finding]:
    for (name,) in store.rows("SELECT checkpoint FROM runs WHERE checkpoint IS NOT NULL"):
        path = store.file(CHECKPOINTS, name)
        if path is None:
            continue
        try:
            load_checkpoint(path)
        except CheckpointError as error:
            yield Finding(path, error.reason)
        else:
            yield Finding(path)


def _whole(path: Path) -> bool:
    try:
        return is_whole(path)
    except OSError:
        return False
