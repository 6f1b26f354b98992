"""How the shown network reads everybody's digits: MNIST's test images, or the built-in handwriting where it must do."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import MNIST
from digitapp.gui.pages.hand.tuning import Tally, Tuner
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.nn.network import Network
from digitapp.progress import Report
from digitapp.training.evaluate import Evaluation, evaluate


class OthersMeasured(QObject):
    """Measures the shown network once, unless it is in training: then nothing is measured.

    Signals: `measured`, when `score` or `name` is another.
    """

    measured = Signal()

    def __init__(self, session: Session, tuner: Tuner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.score: Tally | None = None
        self._session, self._tuner = session, tuner
        self._known: WeakKeyDictionary[Network, dict[str, Tally]] = WeakKeyDictionary()
        self._written: Dataset | None = None
        self._is_wanted = False
        self._reading, self._writing = Errand(session.start_job, self), Errand(session.start_job, self)
        self._reading.found.connect(self._on_read)
        self._writing.found.connect(self._on_written)
        session.data.changed.connect(self._on_data_changed)

    @property
    def name(self) -> str:
        """The data set that is measured on: the one at hand where MNIST is not on this computer."""
        usual = MNIST.usual_dataset
        missing = self._session.data.state(usual) in (DataState.MISSING, DataState.FETCHING, DataState.FAILED)
        return MNIST.dataset_at_hand if missing else usual

    def request(self) -> None:
        """Bring the digits into memory; they are measured as soon as they are there."""
        self._is_wanted = True
        self._session.data.request(MNIST.usual_dataset)
        self.measure()

    def release(self) -> None:
        """Measure nothing for the time being."""
        self._is_wanted = False

    def measure(self) -> None:
        """Measure the shown network, if that has not been done."""
        session, name = self._session, self.name
        written = name == MNIST.dataset_at_hand
        dataset = self._written if written else session.data.get(name)
        if written and dataset is None:
            self._write()
        if session.shows_run:
            self._known.pop(session.network, None)
            self._tell(None)
            return
        known = self._known.get(session.network, {}).get(name)
        self._tell(known)
        test = dataset.test if dataset is not None else None
        if known is None and test is not None and dataset is not None and session.problem.key == dataset.problem.key:
            network, loss = session.network, session.model.loss

            def read(_report: Report, _cancelled: threading.Event) -> Evaluation:
                return evaluate(network, loss, test)

            self._reading.ask(read, (network, session.network_version, name))

    def forget(self, network: Network) -> None:
        """Measure a network anew the next time: its weights have changed."""
        self._known.pop(network, None)

    def remember(self, network: Network, name: str, score: Tally) -> None:
        """Take over what somebody else has measured."""
        self._known.setdefault(network, {})[name] = score

    def _tell(self, score: Tally | None) -> None:
        self.score = score
        self.measured.emit()

    def _write(self) -> None:
        def write(_report: Report, cancelled: threading.Event) -> Dataset:
            return self._tuner.written(cancelled)

        self._writing.ask(write, MNIST.dataset_at_hand)

    @Slot(object, object)
    def _on_written(self, dataset: Dataset, _key: object) -> None:
        self._written = dataset
        if self._is_wanted:
            self.measure()

    @Slot(str)
    def _on_data_changed(self, name: str) -> None:
        if name == MNIST.usual_dataset and self._is_wanted:
            self.measure()

    @Slot(object, object)
    def _on_read(self, evaluation: Evaluation, key: tuple[Network, int, str]) -> None:
        network, version, name = key
        if version == self._session.network_version:
            self.remember(network, name, Tally.of(evaluation))
            if name == self.name:
                self._tell(Tally.of(evaluation))
