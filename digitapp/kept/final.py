"""The test figure of experiments: how many test images their networks read right, asked for once and last.

Whoever chooses by the test images measures luck: what is chosen is chosen on validation, and the test images then say
what to expect. So nothing is measured on them until somebody asks, it is kept when it was, and it is counted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

from digitapp import reasons
from digitapp.datasets.dataset import Dataset, Split
from digitapp.kept.experiments import Experiment
from digitapp.kept.networks import FOLDER
from digitapp.kept.register import RunLine
from digitapp.kept.runs import RunFate
from digitapp.kept.store import Store
from digitapp.modelfile import load_model
from digitapp.progress import Report
from digitapp.training.evaluate import evaluate

LoadData = Callable[[RunLine], Dataset]


class NoFinalError(Exception):
    """The test figure of a run cannot be had; `reason` says why."""

    def __init__(self, line: RunLine, reason: str) -> None:
        super().__init__(f"{line.name or line.short}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Final:
    """The test figure of an experiment, in shares of 1.

    Attributes
    ----------
    spread : the standard deviation over its seeds; None of one
    """

    mean: float
    spread: float | None
    by_seed: dict[int, float]


def final_of(experiment: Experiment) -> Final | None:
    """Return the test figure of an experiment, None where it was not measured for every run that counts."""
    found = {seed: line.test for seed, line in experiment.by_seed.items()}
    known = {seed: share for seed, share in found.items() if share is not None}
    if not known or len(known) < len(found):
        return None
    values = list(known.values())
    return Final(fmean(values), stdev(values) if len(values) > 1 else None, known)


def is_finished(experiment: Experiment) -> bool:
    """Return whether it may be asked for the test figure: something has ended, and nothing else may still do so."""
    unfinished = RunFate.UNDER_WAY, RunFate.INTERRUPTED
    return bool(experiment.by_seed) and all(line.fate not in unfinished for line in experiment.lines)


def times_asked(store: Store, problem: str) -> int:
    """Return for how many experiments of a problem the test images have been looked at. Raises KeptError."""
    query = "SELECT count(DISTINCT CASE name WHEN '' THEN run ELSE name END) FROM runs WHERE problem = ?"
    return int(store.rows(f"{query} AND test IS NOT NULL", problem)[0][0])


def measure_final(
    folder: Path,
    experiments: Sequence[Experiment],
    load: LoadData,
    report: Report = lambda _done, _total: None,
    cancelled: threading.Event | None = None,
) -> None:
    """Measure what runs that count have not been measured on yet, and write it, run by run.

    The network is that of the best epoch on validation where that is kept, else that of the run's end.

    Raises
    ------
    KeptError : the file cannot be read or written
    NoFinalError : a run whose network or whose data are gone, or whose data have no test images
    DataError, ModelFileError : as `load` and `load_model` do
    """
    wanted = [line for each in experiments for line in each.by_seed.values() if line.test is None]
    store = Store(folder)
    try:
        for done, line in enumerate(wanted):
            if cancelled is not None and cancelled.is_set():
                return
            share = _measured(store, line, load(line))
            with store.transaction():
                store.run("UPDATE runs SET test = ? WHERE run = ?", share, line.key)
            report(done + 1, len(wanted))
    finally:
        store.close()


def _measured(store: Store, line: RunLine, data: Dataset) -> float:
    model = load_model(_network_of(store, line))
    return evaluate(model.network, model.loss, _test_part(line, data)).accuracy


def _test_part(line: RunLine, data: Dataset) -> Split:
    if data.test is None:
        raise NoFinalError(line, reasons.tr("its data have no test images"))
    if data.problem.features != line.sizes[0]:
        raise NoFinalError(line, reasons.tr("its data are others now"))
    return data.test


def _network_of(store: Store, line: RunLine) -> Path:
    rows = store.rows("SELECT best, network FROM runs WHERE run = ?", line.key)
    names: Iterable[object] = rows[0] if rows else ()
    paths = (store.file(FOLDER, name) for name in names if name is not None)
    for path in paths:
        if path is not None and path.is_file():
            return path
    raise NoFinalError(line, reasons.tr("its network is not kept any more"))


def keeper_of_data(load: Callable[[str, int], Dataset]) -> LoadData:
    """Return a function that loads the data of runs, those of the same name and seed once.

    The command line parts data by the seed of each run, the window once for all.
    """
    known: dict[tuple[str, int], Dataset] = {}

    def load_once(line: RunLine) -> Dataset:
        key = line.dataset, line.seed if line.is_command else 0
        if key not in known:
            known.clear()  # of large data one at a time
            known[key] = load(*key)
        return known[key]

    return load_once
