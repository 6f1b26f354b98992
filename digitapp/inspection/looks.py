"""What is worked out beside the window for the Features page: one look at the data for a layer, one for a unit.

A look copies the network when it begins. While it runs only the window's own thread changes the weights, to those of
the next step of a run, so at worst it sees two steps mixed; then it is out of date anyway, and looked at anew.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.cores import side_by_side
from digitapp.datasets.dataset import Split
from digitapp.inspection.dossier import UnitFacts, facts_from_answers, layer_chunks
from digitapp.inspection.survey import LayerSurvey, Surveyor
from digitapp.inspection.unit_images import always_blank
from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.network import Network
from digitapp.progress import Report

EXAMPLES = 9
_CHUNK = 4096
_MOST_FULL = 64_000_000  # bytes: more sums are kept in half precision
_MOST_SUMS = 400_000_000  # bytes: 60,000 samples of 2,500 units take 300 MB


@dataclass(frozen=True, eq=False)
class Examples:
    """Some samples and what the unit says to them: images (count, features), labels and sums (count,)."""

    images: NDArray[np.floating]
    labels: NDArray[np.integer]
    sums: NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class UnitEvidence:
    """What data tells about one unit, with the samples that show it; `version` is the network's state it belongs to."""

    version: int
    layer: int
    unit: int
    split: Split
    facts: UnitFacts
    most: Examples
    threshold: Examples
    least: Examples


@dataclass(frozen=True, eq=False)
class LayerEvidence:
    """What data tells about a layer.

    Attributes
    ----------
    version : which state of the network it belongs to
    split : the samples
    survey : who wakes, what each unit looks for, who says the same
    sums : float array, shape (units, samples), every pre-activation, in half precision where there are many; None
        where that would be too much to keep
    blank : bool array, shape (features,), inputs that are 0 in all training samples
    """

    version: int
    layer: int
    split: Split
    survey: LayerSurvey
    sums: NDArray[np.floating] | None
    blank: NDArray[np.bool_]


class LayerLook:
    """Passes all samples through the layers up to one, and keeps what its units say.

    Parameters
    ----------
    training_inputs : in which blank pixels are looked for, unless `blank` says which they are
    """

    def __init__(
        self,
        network: Network,
        version: int,
        layer: int,
        split: Split,
        classes: int,
        training_inputs: NDArray[np.floating],
        blank: NDArray[np.bool_] | None,
    ) -> None:
        self._network, self._version, self._layer = network, version, layer
        self._split, self._classes = split, classes
        self._training_inputs, self._blank = training_inputs, blank

    def __call__(self, report: Report, cancelled: threading.Event) -> LayerEvidence | None:
        """Return the evidence, None when cancelled. Raises ValueError for sums that are not numbers."""
        inputs, labels = self._split.inputs, self._split.labels
        surveyor = Surveyor(self._network, self._layer, self._classes, len(inputs))
        sums = self._room(self._network.sizes[self._layer + 1], len(inputs))
        starts = range(0, len(inputs), _CHUNK)
        work = 2 * sum(fan_in * fan_out for fan_in, fan_out in self._network.shapes[: self._layer + 1]) * len(inputs)
        traces = side_by_side(lambda start: surveyor.trace(inputs[start : start + _CHUNK]), starts, work)
        for start, trace in zip(starts, traces, strict=True):
            if cancelled.is_set():
                return None
            rows = slice(start, start + _CHUNK)
            found = surveyor.add(inputs[rows], labels[rows], trace)
            if not np.isfinite(found).all():
                raise ValueError("the layer's sums are not all finite numbers")
            if sums is not None:
                sums[:, rows] = found.T
            report(min(start + _CHUNK, len(inputs)), len(inputs))
        blank = always_blank(self._training_inputs) if self._blank is None else self._blank
        return LayerEvidence(self._version, self._layer, self._split, surveyor.result(), sums, blank)

    def _room(self, units: int, samples: int) -> NDArray[np.floating] | None:
        full = self._network.dtype.itemsize * units * samples
        kind = self._network.dtype if full <= _MOST_FULL else np.dtype(np.float16)
        return np.empty((units, samples), kind) if kind.itemsize * units * samples <= _MOST_SUMS else None


class UnitLook:
    """Works out what all samples tell about one unit: from the layer's kept sums, or passing them through the network.

    In the first layer that takes a fraction of the whole layer's time.
    """

    def __init__(
        self,
        network: Network,
        version: int,
        layer: int,
        unit: int,
        split: Split,
        classes: int,
        known: LayerEvidence | None,
    ) -> None:
        self._network, self._version, self._layer, self._unit = network, version, layer, unit
        self._split, self._classes, self._known = split, classes, known

    def __call__(self, _report: Report, cancelled: threading.Event) -> UnitEvidence | None:
        """Return the evidence, None when cancelled. Raises ValueError for sums that are not numbers."""
        sums = self._sums(cancelled)
        if sums is None or cancelled.is_set():
            return None
        activations = np.empty_like(sums)
        activation = ACTIVATIONS[self._network.activations[self._layer]]
        if activation.pieces == 1:
            activation.value(sums, activations)
        else:
            activations = sums  # the largest piece is the activation itself
        labels = self._split.labels
        facts = facts_from_answers(sums, activations, labels, self._classes, examples=EXAMPLES)

        def examples(indices: NDArray[np.integer]) -> Examples:
            return Examples(self._split.inputs[indices], labels[indices], sums[indices])

        chosen = (examples(indices) for indices in (facts.most, facts.threshold, facts.least))
        return UnitEvidence(self._version, self._layer, self._unit, self._split, facts, *chosen)

    def _sums(self, cancelled: threading.Event) -> NDArray[np.floating] | None:
        if self._known is not None and self._known.sums is not None:
            return self._known.sums[self._unit].astype(self._network.dtype)
        parts = []
        for chunk in layer_chunks(self._network, self._layer, self._split.inputs, self._unit):
            if cancelled.is_set():
                return None
            parts.append(chunk.pre_activations[:, 0])
        return np.concatenate(parts)
