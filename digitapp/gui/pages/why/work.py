"""What the Why page computes: the case that it explains, and the work that is done for it beside the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitapp.drawing.ink import Box
from digitapp.gui.names import Names
from digitapp.inspection.contributions import Contributions, Question, usual_question
from digitapp.inspection.explanation import MapEvidence, Templates, map_evidence, pushers_templates
from digitapp.inspection.smallest_change import Change, smallest_change, smallest_flip
from digitapp.nn.network import Network

if TYPE_CHECKING:
    from digitapp.gui.state.jobs import Work
    from digitapp.gui.state.snapshot import Snapshot


@dataclass(frozen=True, eq=False)
class Case:
    """A drawing, the network's answer to it, and what is asked about it.

    Attributes
    ----------
    network : the shown network itself, which may be learning: background work takes a copy
    inputs : float array, shape (features,)
    logits : float array, shape (classes,)
    question : which classes
    ink : the inputs as a picture, shape (rows, columns); without ink where they are no pixels
    crop : the ink's bounding square, None where pixels are set by hand
    box : where the ink stands on the canvas, None where pixels are set by hand
    names : tuple of str, the classes
    weight_limit : of the colours of the first layer's weights
    input_names : tuple of str, what the inputs are called where they are no pixels; then there is no picture
    """

    network: Network
    inputs: NDArray[np.floating]
    logits: NDArray[np.floating]
    question: Question
    ink: NDArray[np.floating]
    crop: NDArray[np.floating] | None
    box: Box | None
    names: tuple[str, ...]
    weight_limit: float
    input_names: tuple[str, ...] = ()

    @classmethod
    def of(cls, shown: Snapshot, asked: Question | None) -> Case | None:
        """Return the drawing with a question, the usual one if none is given; None without a drawing."""
        answer, problem = shown.answer, shown.problem
        if answer.inputs is None or answer.trace is None:
            return None
        logits = answer.trace.pre_activations[-1][0]
        ink = (answer.inputs if problem.has_picture else np.zeros_like(answer.inputs)).reshape(problem.shape)
        road = answer.preprocessed
        crop, box = (None, None) if road is None else (road.crop, road.bounding_box)
        question = asked or usual_question(logits)
        names = shown.model.class_names, shown.weight_limit(0), problem.input_names
        return cls(shown.network, answer.inputs, logits, question, ink, crop, box, *names)

    @property
    def part_names(self) -> Names:
        """What the network's units and pixels are called."""
        return Names(self.network.sizes, self.names, self.shape[1], self.input_names)

    @property
    def has_picture(self) -> bool:
        """Whether the inputs are pixels, which can be looked at, examined and changed."""
        return not self.input_names

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


def examine_pixels(case: Case) -> Work:
    """Return the work that makes the maps, on a copy of the network."""
    network = case.network.copy()
    return lambda _report, cancelled: PixelFindings(
        case, map_evidence(network, case.inputs, case.question, case.shape, cancelled.is_set)
    )


def make_templates(case: Case, found: Contributions, units: list[int]) -> Work:
    """Return the work that makes the pictures of units, on a copy of the network."""
    network = case.network.copy()
    return lambda _report, _cancelled: TemplateFindings(
        case, units, pushers_templates(network, case.inputs, found, case.question, units)
    )


def search_change(case: Case, target: int) -> Work:
    """Return the work that searches for the smallest change, on a copy of the network."""
    network = case.network.copy()
    return lambda _report, cancelled: ChangeFindings(case, change_of(case, network, target, cancelled.is_set))


def change_of(case: Case, network: Network, target: int, cancelled: Callable[[], bool]) -> Change:
    """Return the smallest change of a case's drawing that a network reads as the target; less when cancelled."""
    if case.crop is None:
        return smallest_flip(network, case.inputs, target, case.shape)
    return smallest_change(network, case.crop, target, cancelled=cancelled)
