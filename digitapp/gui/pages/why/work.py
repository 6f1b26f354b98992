"""What the Why page computes: the case that it explains, and errands in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitapp.drawing.ink import Box
from digitapp.inspection.contributions import Contributions, Question, usual_question
from digitapp.inspection.explanation import MapEvidence, Templates, map_evidence, pushers_templates
from digitapp.inspection.smallest_change import Change, smallest_change, smallest_flip
from digitapp.nn.network import Network
from digitapp.progress import Report

if TYPE_CHECKING:
    from digitapp.gui.state.jobs import Job
    from digitapp.gui.state.session import Session

PAUSE_MS = 600  # between two errands while the network learns


@dataclass(frozen=True, eq=False)
class Case:
    """A drawing, the network's answer to it, and what is asked about it.

    Attributes
    ----------
    network : the shown network itself, which may be learning: background work takes a copy
    inputs : float array, shape (features,)
    logits : float array, shape (classes,)
    question : which classes
    ink : the inputs as a picture, shape (rows, columns)
    crop : the ink's bounding square, None where pixels are set by hand
    box : where the ink stands on the canvas, None where pixels are set by hand
    names : tuple of str, the classes
    """

    network: Network
    inputs: NDArray[np.floating]
    logits: NDArray[np.floating]
    question: Question
    ink: NDArray[np.floating]
    crop: NDArray[np.floating] | None
    box: Box | None
    names: tuple[str, ...]

    @classmethod
    def of(cls, session: Session, asked: Question | None) -> Case | None:
        """Return the session's drawing with a question, the usual one if none is given; None without a drawing."""
        answer, problem = session.answer, session.problem
        if answer.inputs is None or answer.trace is None:
            return None
        logits = answer.trace.pre_activations[-1][0]
        ink = answer.inputs.reshape(problem.rows, problem.columns)
        road = answer.preprocessed
        crop, box = (None, None) if road is None else (road.crop, road.bounding_box)
        question = asked or usual_question(logits)
        return cls(session.network, answer.inputs, logits, question, ink, crop, box, problem.class_names)

    @property
    def is_finite(self) -> bool:
        """Whether the answer is made of numbers, as that of a network that diverged is not."""
        return bool(np.isfinite(self.logits).all())

    @property
    def first(self) -> int:
        """The class with the highest score."""
        return int(np.argmax(self.logits))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the pixels."""
        return self.ink.shape[0], self.ink.shape[1]

    def is_like(self, other: Case) -> bool:
        """Whether both are about the same drawing and the same network, which may have learned in between."""
        return self.network is other.network and np.array_equal(self.inputs, other.inputs)

    def on_canvas(self, changed: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return a changed crop with paper around it, so that it stands on the canvas where the ink stood.

        Paper around the ink changes nothing on the road to the network's input.
        """
        side = len(changed)
        box = self.box or Box(0.15, 0.15, 0.85, 0.85)
        canvas = round(side / min(max(box.longer_side, 0.2), 1.0))
        left, top = (min(max(round(middle * canvas - side / 2), 0), canvas - side) for middle in box.centre)
        page = np.zeros((canvas, canvas), dtype=np.float32)
        page[top : top + side, left : left + side] = changed
        return page


@dataclass(frozen=True, eq=False)
class PixelFindings:
    """The maps of a case."""

    case: Case
    maps: list[MapEvidence]


@dataclass(frozen=True, eq=False)
class ChangeFindings:
    """The change of a case."""

    case: Case
    change: Change


@dataclass(frozen=True, eq=False)
class TemplateFindings:
    """What some units of a case look for."""

    case: Case
    units: list[int]
    templates: Templates


Work = Callable[[Callable[[], bool]], Any]


def examine_pixels(case: Case) -> Work:
    """Return the work that makes the maps, on a copy of the network."""
    network = case.network.copy()
    return lambda cancelled: PixelFindings(
        case, map_evidence(network, case.inputs, case.question, case.shape, cancelled)
    )


def make_templates(case: Case, found: Contributions, units: list[int]) -> Work:
    """Return the work that makes the pictures of units, on a copy of the network."""
    network = case.network.copy()
    return lambda _cancelled: TemplateFindings(
        case, units, pushers_templates(network, case.inputs, found, case.question, units)
    )


def search_change(case: Case, target: int) -> Work:
    """Return the work that searches for the smallest change, on a copy of the network."""
    network = case.network.copy()
    if case.crop is None:
        return lambda _cancelled: ChangeFindings(case, smallest_flip(network, case.inputs, target, case.shape))
    crop = case.crop
    return lambda cancelled: ChangeFindings(case, smallest_change(network, crop, target, cancelled=cancelled))


class Errand(QObject):
    """One thing at a time to be found out in the background; the newest wish counts.

    Signals: `found(result)` and `failed(error)`, unless a newer wish has come meanwhile.
    """

    found = Signal(object)
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._waiting: Callable[[], Work] | None = None
        self._patient = False
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._begin)

    @property
    def is_busy(self) -> bool:
        """Whether something is being found out, or will be."""
        return self._job is not None or self._waiting is not None

    def ask(self, prepare: Callable[[], Work], *, patient: bool = False) -> None:
        """Find out something; `prepare` is called when its turn comes.

        With `patient`, as while the network learns, what is under way is finished and shown first.
        """
        self._waiting, self._patient = prepare, patient
        if self._job is not None and not patient:
            self._job.cancel()
        elif self._job is None and not self._pause.isActive():
            self._begin()

    def cancel(self) -> None:
        """Forget all wishes."""
        self._waiting = None
        self._pause.stop()
        if self._job is not None:
            self._job.cancel()

    @Slot()
    def _begin(self) -> None:
        if self._waiting is None or self._job is not None:
            return
        work, self._waiting = self._waiting(), None

        def run(_report: Report, cancelled: threading.Event) -> Any:
            return work(cancelled.is_set)

        self._job = self._session.start_job(run, succeeded=self._on_succeeded, failed=self._on_failed)

    def _end(self) -> bool:
        """Begin with what is waiting, and return whether the result that has just come still counts."""
        counts = self._job is not None and not self._job.cancelled.is_set()
        self._job = None
        if self._waiting is not None:
            if self._patient:
                self._pause.start(PAUSE_MS)
            else:
                self._begin()
        return counts

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        if self._end():
            self.found.emit(result)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if self._end():
            self.failed.emit(error)
