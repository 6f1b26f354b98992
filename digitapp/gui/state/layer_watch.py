"""Reads the layers of a run's moments beside the window, and finds its dead units."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.inspection.dead_units import Cancelled, DeadUnit, find_dead
from digitapp.inspection.layer_report import LayerReader, sample_of
from digitapp.inspection.layer_story import LayerStory, updates_of
from digitapp.nn import OPTIMIZERS
from digitapp.nn.network import Network
from digitapp.progress import Report
from digitapp.runs.branches import Branch
from digitapp.training.moments import Moment

_MOST_STORIES = 4  # of the runs that were looked at last
_AT_A_TIME_S, _BESIDE_A_RUN_S = 0.1, 0.02  # of reading, after which what is known is shown
_REST, _LONG_REST = 20, 25  # times as long as a reading took, beside a run, which needs the processor


@dataclass(eq=False)
class LayerStories:
    """What is known of one run.

    Attributes
    ----------
    branch, dataset : the run and what it learns from
    story : of its layers
    dead : its dead units, those that died first first; None while nobody has looked
    dead_at : the step after which that was so
    """

    branch: Branch
    dataset: Dataset
    story: LayerStory = field(default_factory=LayerStory)
    dead: tuple[DeadUnit, ...] | None = None
    dead_at: int = -1
    _reader: LayerReader | None = None
    _kept: tuple[Moment, ...] = ()  # of a run of steps by hand, which may be taken back

    def read_more(self, seconds: float, cancelled: threading.Event) -> bool:
        """Read some moments, for about so long; return whether more are to be read. Called in a job, one at a time."""
        config = self.branch.configs[1]
        network = _network_of(self.branch)
        if self._reader is None:
            by_gradient = OPTIMIZERS[config.optimizer].uses_gradient
            self._reader = LayerReader(network, config.loss, self.dataset.train, has_gradient=by_gradient)
        end = time.perf_counter() + seconds
        while True:
            kept = self.branch.moments.kept
            steps = [moment.step for moment in kept]
            index = self.story.wanted(steps)
            if index is None or cancelled.is_set() or time.perf_counter() > end:
                return index is not None
            moment = kept[index]
            layers = self._reader.read(moment.parameters, updates_of(kept, index, network))
            self.story.add(moment.step, layers, steps)

    def forget_taken_back(self) -> None:
        """Begin anew where steps were taken by hand since, or taken back: others may bear their numbers."""
        kept = self.branch.moments.kept
        if self.branch.facts.get("by_hand") and kept is not self._kept:
            self._kept, self.story, self.dead, self.dead_at = kept, LayerStory(), None, -1

    def find_dead(self, cancelled: threading.Event) -> tuple[DeadUnit, ...]:
        """Return the dead units at the last kept moment."""
        started = self.branch.history.started
        epoch = started.batches_per_epoch if started is not None else 1
        train = self.dataset.train
        return find_dead(
            _network_of(self.branch),
            self.branch.moments.kept,
            train.inputs,
            sample_of(train)[0],
            epoch,
            cancelled.is_set,
        )


class LayerWatch(QObject):
    """Follows one run at a time, for as long as somebody asks.

    Signals: `changed` when more is known of the run that is followed.
    """

    changed = Signal()

    def __init__(self, start_job: StartJob, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: list[LayerStories] = []
        self.followed: LayerStories | None = None
        self._reading, self._burying = Errand(start_job, self), Errand(start_job, self)
        self._reading.found.connect(self._on_read)
        self._reading.failed.connect(self._on_failed)
        self._burying.found.connect(self._on_dead_found)

    @property
    def is_reading(self) -> bool:
        """Whether more will be known soon."""
        return self._reading.is_busy or self._burying.is_busy

    def follow(self, branch: Branch | None, dataset: Dataset | None, *, is_learning: bool) -> None:
        """Read what is not known yet of a run; with None of none. `is_learning` while it is under way."""
        fits = (
            branch is not None
            and dataset is not None
            and dataset.problem.features == branch.model.network.sizes[0]
            and int(dataset.train.labels.max(initial=0)) < branch.model.network.sizes[-1]
        )
        if branch is None or dataset is None or not fits or not branch.moments.kept:
            self.followed = None
            self.rest()
            return
        followed = next((one for one in self._known if one.branch is branch and one.dataset is dataset), None)
        if followed is None:
            followed = LayerStories(branch, dataset)
            self._known = [*self._known, followed][-_MOST_STORIES:]
        self.followed = followed
        followed.forget_taken_back()
        self._read(followed, is_learning)
        self._find_dead(followed, is_learning)

    def rest(self) -> None:
        """Stop reading: nobody looks."""
        self._reading.cancel()
        self._burying.cancel()

    def _read(self, followed: LayerStories, is_learning: bool) -> None:
        steps = [moment.step for moment in followed.branch.moments.kept]
        if followed.story.wanted(steps) is None:
            return
        seconds = _BESIDE_A_RUN_S if is_learning else _AT_A_TIME_S

        def work(_report: Report, cancelled: threading.Event) -> bool:
            return followed.read_more(seconds, cancelled)

        self._reading.ask(work, followed, rest=_REST if is_learning else 0.0)

    def _find_dead(self, followed: LayerStories, is_learning: bool) -> None:
        started, last = followed.branch.history.started, followed.branch.moments.kept[-1].step
        if started is None or last == followed.dead_at:
            return
        epochs = last // started.batches_per_epoch
        if is_learning and followed.dead is not None and epochs <= followed.dead_at // started.batches_per_epoch:
            return
        if epochs < 1:
            return

        def work(_report: Report, cancelled: threading.Event) -> tuple[DeadUnit, ...] | None:
            try:
                return followed.find_dead(cancelled)
            except Cancelled:
                return None

        self._burying.ask(work, (followed, last), patient=True, rest=_LONG_REST if is_learning else 0.0)

    @Slot(object, object)
    def _on_read(self, _more: bool, followed: LayerStories) -> None:
        if followed is self.followed:
            self.changed.emit()  # who shows it follows on

    @Slot(object, object)
    def _on_failed(self, _error: Exception, followed: LayerStories) -> None:
        if followed is self.followed:
            self.followed = None
            self.changed.emit()

    @Slot(object, object)
    def _on_dead_found(self, dead: tuple[DeadUnit, ...] | None, key: tuple[LayerStories, int]) -> None:
        followed, step = key
        if dead is not None:
            followed.dead, followed.dead_at = dead, step
            if followed is self.followed:
                self.changed.emit()


def _network_of(branch: Branch) -> Network:
    network = branch.model.network
    return Network(network.sizes, network.activations, network.dtype)
