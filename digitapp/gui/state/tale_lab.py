"""The trials of the tale that were made in this window: trained beside it, and kept while other pages are shown."""

from __future__ import annotations

import threading
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.inspection.tale_trial import MOST_HIDDEN, Judged, Trial, TrialResult, run_trial
from digitapp.progress import Report

_MOST_KEPT = 10_000  # networks of all trials together: 20 MB

OWN = -1
"""Stands for the network of all pages where one of the trial's networks is chosen by its seed."""


class TaleLab(QObject):
    """Trains the networks of trials, one trial after the other.

    Signals
    -------
    changed : another trial is shown, more of them are there, or training began or ended
    progressed(done, total) : of the trial that is being trained, in epochs
    chosen_changed : another network is looked at
    failed(error) : a trial could not be made
    """

    changed = Signal()
    progressed = Signal(object, object)
    chosen_changed = Signal()
    failed = Signal(object)

    @staticmethod
    def of(session: Session) -> TaleLab:
        """Return a session's trials, the same for all who ask; they are made when they are wanted first."""
        return session.findChild(TaleLab) or TaleLab(session)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.shown: TrialResult | None = None
        self.before: TrialResult | None = None  # that was shown before it
        self.chosen = OWN
        self._kept: dict[Trial, TrialResult] = {}  # the newest last
        self._wanted: list[Trial] = []  # to be trained after the present one, for comparison
        self._training: Trial | None = None
        self._is_comparing = False
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_found)
        self._errand.failed.connect(self._on_failed)
        self._errand.progressed.connect(self.progressed)

    # What there is

    def kept(self, trial: Trial) -> TrialResult | None:
        """Return the result of a trial that was made, None for any other."""
        return self._kept.get(trial)

    def sizes(self, trial: Trial) -> list[TrialResult | None]:
        """Return the results of a trial with 1, 2 and so on hidden units, None for those that were not made."""
        return [self.kept(replace(trial, hidden=hidden)) for hidden in range(1, MOST_HIDDEN + 1)]

    @property
    def training(self) -> Trial | None:
        """The trial that is being trained."""
        return self._training

    @property
    def compares(self) -> bool:
        """Whether what is being trained is for the comparison of sizes."""
        return self._training is not None and self._is_comparing

    @property
    def network(self) -> Judged | None:
        """The network of the trial that is looked at; None for that of all pages."""
        if self.shown is None or not 0 <= self.chosen < len(self.shown.networks):
            return None
        return self.shown.networks[self.chosen]

    # What can be done

    def train(self, trial: Trial) -> None:
        """Train a trial and show it; one that was made is shown at once."""
        self._wanted.clear()
        self._is_comparing = False
        made = self.kept(trial)
        if made is not None:
            self._errand.cancel()
            self._training = None
            self.show(made)
        else:
            self._begin(trial)

    def compare(self, trial: Trial) -> None:
        """Train a trial with every number of hidden units that it was not made with yet; what is shown stays."""
        missing = [replace(trial, hidden=size + 1) for size, made in enumerate(self.sizes(trial)) if made is None]
        if missing and self._training is None:
            self._is_comparing = True
            self._wanted = missing[1:]
            self._begin(missing[0])

    @Slot()
    def cancel(self) -> None:
        """Train nothing more; what is shown, and every trial that was made, stays."""
        self._wanted.clear()
        self._errand.cancel()
        self._training = None
        self.changed.emit()

    def show(self, result: TrialResult) -> None:
        """Show a trial, and its first network that the tale came true in, or else its first of all."""
        if self.shown is not None and self.shown is not result:
            self.before = self.shown
        self.shown = result
        best = next((some for some in result.by_outcome.values() if some), result.networks)
        self.chosen = best[0].seed or 0
        self.changed.emit()
        self.chosen_changed.emit()

    def choose(self, seed: int) -> None:
        """Look at another network of the shown trial, by its seed; `OWN` is that of all pages."""
        if seed != self.chosen:
            self.chosen = seed
            self.chosen_changed.emit()

    # How it comes about

    def _begin(self, trial: Trial) -> None:
        self._training = trial

        def work(report: Report, cancelled: threading.Event) -> TrialResult | None:
            return run_trial(trial, report, cancelled)

        self._errand.ask(work, trial)
        self.changed.emit()

    @Slot(object, object)
    def _on_found(self, result: TrialResult, _trial: Trial) -> None:
        self._training = None
        self._keep(result)
        if not self._is_comparing:
            self.show(result)
        elif self._wanted:
            self._begin(self._wanted.pop(0))
        else:
            self.changed.emit()

    @Slot(object, object)
    def _on_failed(self, error: Exception, _trial: Trial) -> None:
        self._training = None
        self._wanted.clear()
        self.changed.emit()
        self.failed.emit(error)

    def _keep(self, result: TrialResult) -> None:
        """Keep a result, and let the oldest go where there are too many networks; what is shown stays."""
        self._kept[result.trial] = result
        count = sum(kept.trial.seeds for kept in self._kept.values())
        for trial, kept in list(self._kept.items()):
            if count <= _MOST_KEPT:
                break
            if kept not in (self.shown, self.before, result):
                count -= trial.seeds
                del self._kept[trial]
