"""A search that another process steers, such as the window: commands come on stdin, the study's state goes to stdout.

The commands are the lines "pause", "go" and "stop"; the end of stdin is a stop: no worker outlives who began it. Each
line on stdout is a JSON object that `runs.search.state.read_state` reads.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from digitapp.runs.search.learning import Control, Keep, Stopped, StudyData
from digitapp.runs.search.spec import StudySpec
from digitapp.runs.search.storage import Storage
from digitapp.runs.search.studies import read_study
from digitapp.runs.search.worker import Worker

_LEAST_PAUSE_S = 0.5  # between two lines
_MOST_WHOLE = 400  # trials that are told with all their settings


def work_steered(storage: Storage, spec: StudySpec, data_dir: Path | None, heartbeat: int, keep: Keep) -> None:
    """Make trials, whose runs are kept, as long as the study is not over and nobody says stop."""
    if hasattr(os, "nice"):
        os.nice(5)  # whoever steers it comes first
    control = Control()
    threading.Thread(target=_obey, args=(control,), daemon=True).start()
    told = [-_LEAST_PAUSE_S]

    def tell(*, at_once: bool = False) -> None:
        if at_once or time.monotonic() - told[0] >= _LEAST_PAUSE_S:
            print_state(storage, spec.name)
            told[0] = time.monotonic()

    data = StudyData(spec.dataset, spec.images, data_dir, spec.seeds_per_trial)
    worker = Worker(storage, spec, data, keep, control, changed=tell, waits=lambda _: tell(), heartbeat=heartbeat)
    with suppress(Stopped):
        worker.run()
    tell(at_once=True)


def print_state(storage: Storage, name: str) -> None:
    """Print how a study stands, as one line; of many trials only the best is told with all its settings."""
    state = read_study(storage, name)
    values, winner = state.as_json(), state.winner
    for trial in values["trials"] if len(state.trials) > _MOST_WHOLE else ():
        if winner is None or (trial["side"], trial["number"]) != (winner.side, winner.number):
            trial["configs"] = {}
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def _obey(control: Control) -> None:
    commands = {"pause": control.pause, "go": control.go}
    for line in sys.stdin:
        commands.get(line.strip(), control.stop)()
    control.stop()
