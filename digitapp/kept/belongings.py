"""What belongs to a run besides its line: the networks that it has left, and how it was begun."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digitapp.kept.networks import FOLDER, is_whole, read_marks
from digitapp.kept.packing import PacketError
from digitapp.modelfile import Model, ModelDamagedError, load_model

if TYPE_CHECKING:
    from digitapp.kept.store import Store


@dataclass(frozen=True)
class Belongings:
    """What is kept of a run.

    Attributes
    ----------
    end, best : files of its network at its end and at its best epoch on validation; None where they are not kept
    is_by_hand : whether its steps were taken one by one by hand
    has_marks : whether it left units as they were that somebody had frozen, locked or switched off
    """

    end: Path | None = None
    best: Path | None = None
    is_by_hand: bool = False
    has_marks: bool = False


def read_belongings(store: Store, key: str) -> Belongings:
    """Return what is kept of a run; nothing of one that is not there. Raises KeptError."""
    rows = store.rows("SELECT network, best, facts FROM runs WHERE run = ?", key)
    if not rows:
        return Belongings()
    network, best, packet = rows[0]
    try:
        marks, _edits, facts = read_marks(packet)
        is_by_hand, has_marks = (
            bool(facts.get("facts", {}).get("by_hand")),
            bool(marks.frozen or marks.locked or marks.off),
        )
    except (PacketError, AttributeError):
        is_by_hand, has_marks = False, False
    return Belongings(_there(store, network), _there(store, best), is_by_hand, has_marks)


def _there(store: Store, name: object) -> Path | None:
    path = store.file(FOLDER, name)
    return path if path is not None and path.is_file() else None


def load_network(path: Path) -> Model:
    """Return the network in a file that a run has left. Raises ModelFileError for one that is not what was written."""
    model = load_model(path)
    if not is_whole(path):
        raise ModelDamagedError(path, "its checksum is another one than when it was written")
    return model
