"""Own networks: each a model file that any window opens, named by its checksum, and a row with its marks and edits.

The files of earlier states stay beside the newest for a while, so that a damaged one costs the last changes and not the
network.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digitapp.inspection.surgery import NetworkEdit, UnitEdit, UnitParameters, UnitState
from digitapp.kept.packing import PacketError, pack, unpack
from digitapp.modelfile import (
    SUFFIX,
    Model,
    ModelAccessError,
    ModelDamagedError,
    ModelFileError,
    load_model,
    save_model,
)
from digitapp.nn.network import UnitRef, WeightRef
from digitapp.runs.marks import Marks
from digitapp.training.held import in_order

if TYPE_CHECKING:  # a start that finds nothing kept imports no SQLite
    from digitapp.kept.store import Store

FOLDER = "networks"
EARLIER, EARLIER_DAYS = 3, 3
"""How many earlier states of a network stay on the disk, and of how many days the last one does besides."""
KEPT_AFTER_REMOVAL_S = 30 * 24 * 3600.0
_DIGEST_DIGITS = 32


@dataclass(frozen=True, eq=False)
class Edits:
    """What was changed in a network by hand.

    Attributes
    ----------
    steps : the undo stack, the oldest first
    done : how many of the steps are done
    record : the network's record before the first of them
    """

    steps: tuple[NetworkEdit, ...] = ()
    done: int = 0
    record: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class KeptNetwork:
    """A network as it is kept.

    Attributes
    ----------
    key, origin : of the entry that it is chosen by
    name : for people
    path : its model file
    marks, edits : what was done to it by hand
    """

    key: str
    origin: str
    name: str
    path: Path
    marks: Marks
    edits: Edits

    def load(self) -> Model:
        """Return the network; where its file was damaged, its newest earlier state that was not.

        Raises ModelFileError where there is none.
        """
        try:
            return replace(_load_whole(self.path), name=self.name)
        except ModelFileError:
            for path in earlier_states(self.path):
                with suppress(ModelFileError):
                    return replace(_load_whole(path), name=self.name)
            raise


def write_network(
    store: Store, seat: int, problem: str, place: int, entry: tuple[str, str], model: Model, marks: Marks, edits: Edits
) -> None:
    """Write a network in the place of its earlier state.

    Parameters
    ----------
    seat, problem : whose it is
    place : among the networks of the problem
    entry : its key and its origin
    """
    key, origin = entry
    folder = store.folder / FOLDER
    path = write_model(model, folder, _stem(seat, problem, key))
    packet = write_marks(marks, edits, {"origin": origin})
    digest = path.name.removesuffix(SUFFIX).rpartition(".")[2]
    store.run(
        "INSERT OR REPLACE INTO networks (seat, problem, key, place, name, file, digest, packet, written, removed) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        *(seat, problem, key, place, model.name, path.name, digest, packet, time.time()),
    )
    store.afterwards(lambda: _drop_older(path))


def remove_network(store: Store, seat: int, problem: str, key: str) -> None:
    """Mark a network as removed; its file stays for a month."""
    store.run(
        "UPDATE networks SET removed = ? WHERE seat = ? AND problem = ? AND key = ?", time.time(), seat, problem, key
    )


def read_networks(store: Store, seat: int, problem: str) -> list[KeptNetwork]:
    """Return the networks of a problem, in their places; marks that were damaged are none."""
    found = []
    for key, name, file, packet in store.rows(
        "SELECT key, name, file, packet FROM networks "
        "WHERE seat = ? AND problem = ? AND removed IS NULL ORDER BY place, written",
        *(seat, problem),
    ):
        path = store.file(FOLDER, file)
        if path is None or not isinstance(key, str) or not isinstance(name, str):
            continue  # in a damaged file anything may stand
        try:
            marks, edits, facts = read_marks(packet)
        except PacketError:
            marks, edits, facts = Marks(), Edits(), {}
        found.append(KeptNetwork(key, str(facts.get("origin", "made")), name, path, marks, edits))
    return found


# Files named by what is in them


def write_model(model: Model, folder: Path, stem: str) -> Path:
    """Write a model file whose name ends with its checksum, and return its path; the same model has the same name.

    Raises
    ------
    ModelContentError : as `save_model`
    OSError : it cannot be written
    """
    folder.mkdir(exist_ok=True)
    fresh = folder / f".{secrets.token_hex(8)}{SUFFIX}.tmp"
    try:
        try:
            save_model(model, fresh)
        except ModelAccessError as error:
            raise error.__cause__ or error from None  # the disk's, to be tried again
        path = folder / f"{stem}.{_digest(fresh)}{SUFFIX}"
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return path


def is_whole(path: Path) -> bool:
    """Whether a file whose name ends with its checksum is what was written. Raises OSError."""
    return path.name.removesuffix(SUFFIX).rpartition(".")[2] == _digest(path)


def earlier_states(path: Path) -> list[Path]:
    """Return the files of a network's other states, the newest first."""
    stem = path.name.removesuffix(SUFFIX).rpartition(".")[0]
    others = [other for other in path.parent.glob(f"{stem}.*{SUFFIX}") if other != path]
    return sorted(others, key=lambda other: other.stat().st_mtime, reverse=True)


def _load_whole(path: Path) -> Model:
    model = load_model(path)
    if not is_whole(path):
        raise ModelDamagedError(path, "its checksum is another one than when it was written")
    return model


def _drop_older(path: Path) -> None:
    days: set[str] = set()
    for old in earlier_states(path)[EARLIER:]:
        day = time.strftime("%Y-%m-%d", time.localtime(old.stat().st_mtime))
        if day in days or len(days) == EARLIER_DAYS:
            old.unlink(missing_ok=True)
        else:
            days.add(day)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:_DIGEST_DIGITS]


def _stem(seat: int, problem: str, key: str) -> str:
    """Return the beginning of a network's file names: words for people, and what no other network has."""
    words = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")[:40]
    return f"{problem}-{words}-{hashlib.sha256(f'{seat} {key}'.encode()).hexdigest()[:8]}"


# Marks and edits


def write_marks(marks: Marks, edits: Edits, facts: Mapping[str, Any]) -> bytes:
    """Return marks, edits and further facts as a packet."""
    arrays: dict[str, np.ndarray] = {}
    off = []
    for number, (place, weights) in enumerate(marks.off.items()):
        arrays[f"off.{number}"] = weights
        off.append([*place, number])
    steps = [{"text": step.text, "parts": _put_parts(arrays, str(n), step)} for n, step in enumerate(edits.steps)]
    of_edits = {"steps": steps, "done": edits.done, "record": dict(edits.record)}
    of_marks = {"frozen": sorted(map(list, marks.frozen)), "off": off, "edits": of_edits}
    if marks.locked:
        of_marks["locked"] = [list(weight) for weight in sorted(marks.locked, key=in_order)]
    return pack({**facts, "marks": of_marks}, arrays)


def read_marks(packet: bytes) -> tuple[Marks, Edits, dict[str, Any]]:
    """Return marks, edits and the further facts of a packet. Raises PacketError."""
    facts, arrays = unpack(packet)
    try:
        of_marks = facts.pop("marks")
        frozen = frozenset(UnitRef(*place) for place in of_marks["frozen"])
        off = {UnitRef(layer, unit): arrays[f"off.{number}"] for layer, unit, number in of_marks["off"]}
        locked = frozenset(WeightRef(*weight) for weight in of_marks.get("locked", ()))
        found = of_marks["edits"]
        steps = tuple(_read_step(step, str(number), arrays) for number, step in enumerate(found["steps"]))
        return Marks(frozen, off, locked), Edits(steps, int(found["done"]), found["record"]), facts
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PacketError(f"these are no marks ({error})") from error


def _put_parts(arrays: dict[str, np.ndarray], number: str, step: NetworkEdit) -> list[list[Any]]:
    """Add the arrays of a step; return the rest of it, unit by unit."""
    parts = []
    for index, part in enumerate(step.parts):
        states = [_put_state(arrays, f"{number}.{index}.{when}", getattr(part, when)) for when in ("before", "after")]
        parts.append([*part.place, *states])
    return parts


def _read_step(step: Any, number: str, arrays: Mapping[str, np.ndarray]) -> NetworkEdit:
    if isinstance(step, list):  # as it was written when each step was of one unit
        layer, unit, text, before, after = step
        states = [_state(arrays, f"{number}.before", before), _state(arrays, f"{number}.after", after)]
        return NetworkEdit(str(text), (UnitEdit(UnitRef(layer, unit), *states),))
    parts = []
    for index, (layer, unit, before, after) in enumerate(step["parts"]):
        name = f"{number}.{index}"
        states = [_state(arrays, f"{name}.before", *before), _state(arrays, f"{name}.after", *after)]
        parts.append(UnitEdit(UnitRef(layer, unit), *states))
    return NetworkEdit(str(step["text"]), tuple(parts))


def _put_state(arrays: dict[str, np.ndarray], name: str, state: UnitState) -> list[Any]:
    """Add the arrays of a unit's state; return the rest of it: whether the unit is frozen, and what is locked."""
    parameters = state.parameters
    parts = {"weights": parameters.weights, "biases": parameters.biases, "outgoing": parameters.outgoing}
    for part, array in {**parts, "off": state.off}.items():
        if array is not None:
            arrays[f"{name}.{part}"] = array
    return [state.is_frozen, sorted(state.locked, key=lambda source: -1 if source is None else source)]


def _state(
    arrays: Mapping[str, np.ndarray], name: str, is_frozen: bool, locked: Sequence[int | None] = ()
) -> UnitState:
    weights, biases = arrays[f"{name}.weights"], arrays[f"{name}.biases"]
    parameters = UnitParameters(weights, biases, arrays.get(f"{name}.outgoing"))
    return UnitState(parameters, bool(is_frozen), arrays.get(f"{name}.off"), frozenset(locked))
