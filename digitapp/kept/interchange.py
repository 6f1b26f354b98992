"""Runs as one JSON file, to be listed and compared on another computer: settings, curves and results, no weights.

What tells a run whole are its two packets, as they lie in the file of runs, in Base64; a digest in each of them shows
damage. Beside them stands in words what people look for: name, problem, settings, results.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitapp import __version__, reasons
from digitapp.kept.histories import read_history
from digitapp.kept.networks import read_marks
from digitapp.kept.packing import PacketError
from digitapp.kept.register import read_lines
from digitapp.kept.runs import COMMAND_SEAT, RunFate
from digitapp.plain import plain
from digitapp.regular import open_regular

if TYPE_CHECKING:
    from digitapp.kept.store import Store

FORMAT = 1
MOST_BYTES = 2_000_000_000
_KEY = re.compile(r"[0-9a-f]{8,64}")
_LONGEST_NAME, _LONGEST_NOTE, _LONGEST_SUMMARY = 200, 4000, 200_000
_ENDED = (RunFate.ENDED, RunFate.FAILED, RunFate.GIVEN_UP)


class RunsFileError(Exception):
    """A file that holds no runs; `reason` says why not."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True)
class Imported:
    """How many runs of a file are listed now that were not before, were there already, or could not be used."""

    new: int
    known: int
    damaged: int


def runs_as_json(store: Store, keys: Iterable[str]) -> str:
    """Return runs as the text of a file; those that are not there are left out. Raises KeptError."""
    runs = [run for key in keys if (run := _run_as_json(store, key)) is not None]
    return json.dumps({"digitapp_runs": FORMAT, "version": __version__, "runs": runs}, indent=1)


def _run_as_json(store: Store, key: str) -> dict[str, Any] | None:
    columns = "problem, state, began, ended, step, name, note, summary, facts, history"
    rows = store.rows(f"SELECT {columns} FROM runs WHERE run = ?", key)
    if not rows:
        return None
    problem, state, began, ended, step, name, note, summary, facts, history = rows[0]
    return {
        "run": key,
        "name": name,
        "problem": problem,
        "state": state,
        "began": began,
        "ended": ended,
        "step": step,
        "note": note,
        "told": json.loads(summary) if summary else {},
        "facts": base64.b64encode(facts).decode(),
        "history": base64.b64encode(history).decode() if history is not None else None,
    }


def read_runs_file(path: Path) -> list[Any]:
    """Return the runs in a file, not looked at yet.

    Raises
    ------
    RunsFileError : there are none in it
    OSError : it cannot be read
    """
    with open_regular(path) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise RunsFileError(path, reasons.tr("it is too large"))
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RunsFileError(path, reasons.tr("it is no JSON file, or it is damaged")) from error
    if not isinstance(whole, dict) or not isinstance(whole.get("runs"), list):
        raise RunsFileError(path, reasons.tr("it holds no runs that digitapp has exported"))
    if whole.get("digitapp_runs") != FORMAT:
        raise RunsFileError(path, reasons.tr("a newer digitapp has written it"))
    return whole["runs"]


def import_runs(store: Store, runs: Iterable[Any]) -> Imported:
    """Take runs of a file in, in one transaction; what is damaged is left out. Raises KeptError."""
    before = {str(key) for (key,) in store.rows("SELECT run FROM runs")}
    wanted: list[str] = []
    known = damaged = 0
    with store.transaction():
        for run in runs:
            try:
                row = _row_of(run)
            except (KeyError, TypeError, ValueError, PacketError, AttributeError, OverflowError):
                damaged += 1
                continue
            if row[0] in before:
                known += 1
                continue
            before.add(row[0])
            wanted.append(row[0])
            columns = (
                "run, seat, problem, number, state, began, ended, step, name, note, summary, facts, history, listed"
            )
            store.run(f"INSERT INTO runs ({columns}) VALUES ({', '.join('?' * 14)})", *row)
        listed = {line.key for line in read_lines(store)} if wanted else set()
        for key in wanted:  # what a list cannot say anything of is nothing
            if key not in listed:
                store.run("DELETE FROM runs WHERE run = ?", key)
    new = sum(key in listed for key in wanted)
    return Imported(new, known, damaged + len(wanted) - new)


def _row_of(run: Any) -> tuple[Any, ...]:
    """Return a row for a run of a file. Raises what shows that it is none."""
    key, began, ended, step = run["run"], float(run["began"]), run["ended"], int(run["step"])
    facts, history = _bytes(run["facts"]), run["history"]
    packet = None if history is None else _bytes(history)
    read_marks(facts)
    if packet is not None:
        read_history(packet)
    summary = json.dumps(dict(run["told"]))
    if not _KEY.fullmatch(key) or not 0 <= began <= time.time() + 1e6 or step < 0 or len(summary) > _LONGEST_SUMMARY:
        raise ValueError("this is no run")
    ended = None if ended is None else float(ended)
    if ended is not None and not math.isfinite(ended):
        raise ValueError("this is no run")
    fate = RunFate(run["state"])
    fate = fate if fate in _ENDED else RunFate.GIVEN_UP  # its checkpoint is elsewhere
    name, note = plain(str(run["name"]), _LONGEST_NAME), str(run["note"])[:_LONGEST_NOTE]
    problem = plain(str(run["problem"]))
    return (key, COMMAND_SEAT, problem, 0, fate, began, ended, step, name, note, summary, facts, packet, 0)


def _bytes(text: Any) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        raise ValueError("this is no Base64") from error
