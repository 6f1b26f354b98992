"""The trials of a study as a table (CSV), a line each."""

from __future__ import annotations

import csv
import io

from digitapp.runs.search.state import StudyState

_FIRST = ("trial", "study", "state", "validation_accuracy", "epochs_validated", "seed", "worker", "runs")


def trials_table(state: StudyState) -> str:
    """Return the trials as CSV: what became of each, what it came to, and what was drawn for it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = state.spec.space.drawn_names
    writer.writerow([*_FIRST, *names])
    for trial in state.trials:
        if not trial.counts:
            continue
        reached = "" if trial.reached is None else trial.reached
        seed = trial.seed if trial.seed is not None else state.spec.seeds[0]
        about = trial.ordinal, str(trial.side), str(trial.fate), reached, len(trial.curve), seed, trial.worker
        writer.writerow([*about, " ".join(trial.runs), *(trial.drawn.get(name, "") for name in names)])
    return text.getvalue()
