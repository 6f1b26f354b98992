"""How good a network is whose file does not say so: measured beside the window, once its problem's data are there."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.modelfile import Model
from digitapp.progress import Report
from digitapp.training.evaluate import Evaluation, evaluate


class AccuracyMeter(QObject):
    """Measures the shown model on the part of the data that validates, or where there is none, on that which trains.

    Signals: `measured`, when `of` has something new to tell.
    """

    measured = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._found: tuple[Model, Dataset, Evaluation] | None = None
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_found)

    def of(self, model: Model) -> tuple[Evaluation, bool] | None:
        """Return what was measured of a model, and whether on images that validate; what is not known is asked for.

        None while it is being measured, and where there is nothing to measure it on.
        """
        dataset = self._session.dataset
        if dataset is None or model.network.sizes[-1] != dataset.problem.classes:
            return None
        if self._found is not None and self._found[0] is model and self._found[1] is dataset:
            return self._found[2], dataset.validation is not None
        network = model.network.copy()

        def work(_report: Report, _cancelled: threading.Event) -> Evaluation:
            return evaluate(network, model.loss, dataset.validation or dataset.train)

        self._errand.ask(work, (model, dataset))
        return None

    @Slot(object, object)
    def _on_found(self, evaluation: Evaluation, key: tuple[Model, Dataset]) -> None:
        self._found = (*key, evaluation)
        self.measured.emit()
