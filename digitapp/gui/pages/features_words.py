"""What the Features page says about units, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from digitapp.gui.data_source import DataState
from digitapp.gui.pages.features_evidence import LayerEvidence, UnitEvidence
from digitapp.gui.pages.features_grid import StripEntry
from digitapp.gui.unit_names import unit_name
from digitapp.gui.widgets.numbers import decimal, signed, thousands
from digitapp.inspection.dossier import votes

if TYPE_CHECKING:
    from digitapp.gui.session import Session, UnitRef

translate = QCoreApplication.translate


class UnitWords:
    """Sentences and names for the session's network and problem as they are when asked."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # Names

    def title(self, unit: UnitRef) -> str:
        """Return "Unit 66", or "Output 3" for a unit of the last layer."""
        network = self._session.network
        if unit.layer == len(network.weights) - 1:
            return translate("FeaturesPage", "Output {0}").format(self._session.problem.class_names[unit.unit])
        return translate("FeaturesPage", "Unit {0}").format(unit_name(network.sizes, unit.layer, unit.unit))

    def layer(self, layer: int, *, short: bool = False) -> str:
        """Return "Hidden layer · 128", "Layer 2 · 64" or "Output · 10"; short "2 · 64" or "Output"."""
        sizes = self._session.network.sizes
        if short:
            is_output = layer == len(sizes) - 2
            text = translate("FeaturesPage", "Output") if is_output else translate("FeaturesPage", "{0} · {1}")
            return text.format(layer + 1, thousands(sizes[layer + 1]))
        units = thousands(sizes[layer + 1])
        if layer == len(sizes) - 2:
            return translate("FeaturesPage", "Output · {0}").format(units)
        if len(sizes) == 3:
            return translate("FeaturesPage", "Hidden layer · {0}").format(units)
        return translate("FeaturesPage", "Layer {0} · {1}").format(layer + 1, units)

    def drawing(self) -> str:
        """Return "your 3" for the present drawing by what it was read as."""
        label = self._session.answer.label
        if label is None:
            return translate("FeaturesPage", "your drawing")
        return translate("FeaturesPage", "your {0}").format(self._session.problem.class_names[label])

    def all_of_them(self) -> str:
        """Return what the data set's samples are called, as a legend."""
        if self._session.problem.key == "toy":
            return translate("FeaturesPage", "all images")
        return translate("FeaturesPage", "all digits")

    def cell(self, row: int, column: int) -> str:
        """Return what a cell of a unit's picture is called when it is a pixel; rows and columns count from 1."""
        return translate("FeaturesPage", "row {0}, column {1}").format(row + 1, column + 1)

    def source_unit(self, layer: int, unit: int) -> str:
        """Return what a cell is called when it is a unit of the layer before."""
        name = unit_name(self._session.network.sizes, layer - 1, unit)
        return translate("FeaturesPage", "from unit {0}").format(name)

    # Sentences

    def sentence(self, unit: UnitRef, votes: NDArray[np.floating] | None, evidence: UnitEvidence | None) -> str:
        """Return what the unit does, in one or two plain sentences."""
        network = self._session.network
        incoming = network.unit_weights[unit.layer][:, unit.unit]
        if not np.isfinite(incoming).all():
            return translate("FeaturesPage", "Some of its weights are not numbers any more, so it has no answer.")
        if not incoming.any():
            return translate("FeaturesPage", "All its weights are zero: it says the same to every image.")
        parts = [self._wakes(unit, evidence)] if evidence is not None else []
        if votes is not None and np.isfinite(votes).all():
            parts.append(self._votes(votes))
        elif votes is None and not parts:
            parts.append(translate("FeaturesPage", "Its sum is the network's case for this class."))
        return " ".join(parts)

    def _wakes(self, unit: UnitRef, evidence: UnitEvidence) -> str:
        facts, names = evidence.facts, self._session.problem.class_names
        toy = self._session.problem.key == "toy"
        is_output = unit.layer == len(self._session.network.weights) - 1
        if facts.awake_share == 0 and not is_output:
            if self._session.network.activations[unit.layer] == "relu":
                return translate("FeaturesPage", "Dead: none of these images wakes it.")
            return translate("FeaturesPage", "None of these images wakes it.")
        share = f"{facts.awake_share * 100:.0f} %" if facts.awake_share >= 0.005 else "<1 %"
        loudest = [names[int(label)] for label in facts.loudest_classes[:2]]
        if is_output:
            text = translate("FeaturesPage", "Its sum is above zero for {0} of {1}, highest for {2}.")
        else:
            text = translate("FeaturesPage", "Wakes for {0} of {1}, loudest for {2}.")
        things = translate("FeaturesPage", "images") if toy else translate("FeaturesPage", "digits")
        one = toy or is_output or len(loudest) < 2
        pair = loudest[0] if one else translate("FeaturesPage", "{0} and {1}").format(*loudest)
        return text.format(share, things, pair)

    def _votes(self, votes: NDArray[np.floating]) -> str:
        names = self._session.problem.class_names
        best, worst = int(np.argmax(votes)), int(np.argmin(votes))
        if votes[best] > 0 > votes[worst]:
            return translate("FeaturesPage", "Votes for {0}, against {1}.").format(names[best], names[worst])
        if votes[best] > 0:
            return translate("FeaturesPage", "Votes for {0} most, against none.").format(names[best])
        if votes[worst] < 0:
            return translate("FeaturesPage", "Votes against {0} most, for none.").format(names[worst])
        return translate("FeaturesPage", "Has no votes: its outgoing weights are zero.")

    def strip_entry(self, unit: UnitRef, known: LayerEvidence | None) -> StripEntry:
        """Return what the strip says about a unit; `known` is what the data tell about its layer."""
        session = self._session
        network, trace = session.network, session.answer.trace
        is_output = unit.layer == len(network.weights) - 1
        cast = None if is_output else votes(network, unit.layer)[unit.unit]
        state, is_awake = translate("FeaturesPage", "Nothing is drawn yet."), False
        if trace is not None:
            is_awake = bool(trace.pre_activations[unit.layer][0, unit.unit] > 0)
            activation = decimal(float(trace.activations[unit.layer][0, unit.unit]))
            excited = translate("FeaturesPage", "On {0}: {1}, excited.")
            quiet = translate("FeaturesPage", "On {0}: {1}, quiet.")
            state = (excited if is_awake else quiet).format(self.drawing(), activation)
        images, awake, caption = None, 0, ""
        if known is not None and known.sums is not None:
            order = np.argsort(-known.sums[unit.unit], kind="stable")
            problem = session.problem
            images = known.split.inputs[order].reshape(-1, problem.rows, problem.columns)
            awake = int(known.awake[unit.unit])
            caption = translate("FeaturesPage", "Wakes for {0} of {1} images").format(awake, len(images))
        bias = translate("FeaturesPage", "bias {0}").format(signed(float(network.unit_biases[unit.layer][unit.unit])))
        sentence = self.sentence(unit, cast, None)
        return StripEntry(self.title(unit), bias, sentence, state, is_awake, images, awake, caption)

    def source(self, samples: int, validation: bool) -> str:
        """Return which samples the data-driven parts were computed from."""
        count = thousands(samples)
        if validation:
            return translate("FeaturesPage", "From {0} validation images, while training.").format(count)
        return translate("FeaturesPage", "From {0} training images.").format(count)

    def missing(self, state: DataState) -> str:
        """Return why there are no pictures that wake a unit."""
        error = self._session.data.error(self._session.dataset_name)
        if state is DataState.FETCHING:
            return translate("FeaturesPage", "What wakes this unit is shown as soon as MNIST has arrived.")
        if state is DataState.FAILED and error is not None:
            return translate("FeaturesPage", "What wakes this unit is not known: {0}").format(error)
        return translate(
            "FeaturesPage",
            "MNIST is not on this computer, so nothing is known about the digits that wake this unit. "
            "The Train page can fetch it.",
        )
