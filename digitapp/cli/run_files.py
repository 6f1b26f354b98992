"""What ``digitapp runs export`` writes for TensorBoard: event files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from digitapp.cli.errors import BadInput
from digitapp.cli.output import note

if TYPE_CHECKING:
    from digitapp.kept.register import RunLine
    from digitapp.kept.store import Store


def write_tensorboard(store: Store, lines: Sequence[RunLine], folder: Path) -> None:
    """Write the event file of each run into a folder. Raises BadInput where that is impossible, ExportError."""
    from digitapp.exports.tensorboard import EventRun, write_events
    from digitapp.kept.packing import PacketError
    from digitapp.kept.register import read_history_of

    runs = []
    for line in lines:
        try:
            history = read_history_of(store, line.key)
        except PacketError:
            note(f"{line.short}: its curves are damaged and left out")
            continue
        settings = {**line.settings(), "seed": line.seed}
        name = f"{line.name}-{line.short}" if line.name != line.short else line.short
        runs.append(EventRun(name, history, line.began, line.seconds, settings, line.results))
    try:
        write_events(folder, runs)
    except OSError as error:
        raise BadInput(f"--tensorboard {folder}: cannot be written: {error.strerror or error}") from error
