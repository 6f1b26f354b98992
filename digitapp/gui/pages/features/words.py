"""What the Features page says about units, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from digitapp.gui.pages.features.grid import StripEntry
from digitapp.gui.pages.features.shown import Lack, Shown
from digitapp.gui.pages.features.tools import Order
from digitapp.gui.state.data_source import DataState
from digitapp.gui.translation import in_a_row, listed, translate
from digitapp.gui.widgets.numbers import decimal, per_cent, percent, signed, thousands
from digitapp.gui.words.messages import data_message
from digitapp.inspection.dossier import unit_votes
from digitapp.inspection.half_planes import half_plane, has_lines
from digitapp.inspection.looks import LayerEvidence, UnitEvidence

if TYPE_CHECKING:
    from digitapp.gui.pages.features.trials import Trials
    from digitapp.gui.state.session import Session
    from digitapp.gui.state.snapshot import Snapshot
    from digitapp.gui.widgets.refresher import Refresher
    from digitapp.nn.network import UnitRef

TWIN = 0.98  # correlation of two units' sums from which on one is called the other's double
SATURATED = 0.95  # share of samples


class UnitWords:
    """Sentences and names for the network and the problem that the page shows when asked."""

    def __init__(self, session: Session, refresher: Refresher) -> None:
        self._session, self._refresher = session, refresher

    @property
    def _shown(self) -> Snapshot:
        return self._refresher.shown

    # Names

    def title(self, unit: UnitRef) -> str:
        """Return "Unit 66", or "Output 3" for a unit of the last layer."""
        return self._shown.names.unit(unit.layer, unit.unit)

    def layer(self, layer: int, *, short: bool = False) -> str:
        """Return "Hidden layer · 128", "Layer 2 · 64" or "Output · 10"; short without the number of units."""
        name = self._shown.names.layer(layer)
        if short:
            return name
        units = thousands(self._shown.network.sizes[layer + 1])
        return translate("FeaturesPage", "{0} · {1}").format(name, units)

    def drawing(self) -> str:
        """Return "your 3" for the present drawing by what it was read as."""
        label = self._shown.answer.best
        if label is None:
            return translate("FeaturesPage", "your drawing")
        return translate("FeaturesPage", "your {0}").format(self._shown.model.class_names[label])

    def cell(self, row: int, column: int) -> str:
        """Return what a cell of a unit's picture is called when it is a pixel."""
        return self._shown.names.unit_inside(-1, row * self._shown.problem.columns + column)

    def place(self, x: float, y: float) -> str:
        """Return what a cell is called when it is a place in the plane."""
        return translate("FeaturesPage", "x {0}, y {1}").format(signed(x), signed(y))

    def source_unit(self, layer: int, unit: int) -> str:
        """Return what a cell is called when it is a unit of the layer before."""
        return translate("FeaturesPage", "from {0}").format(self._shown.names.unit_inside(layer - 1, unit))

    # Sentences

    def sentence(self, unit: UnitRef, votes: NDArray[np.floating] | None, evidence: UnitEvidence | None) -> str:
        """Return what the unit does, in one or two plain sentences."""
        network = self._shown.network
        incoming = network.unit_weights[unit.layer][:, unit.unit]
        if not np.isfinite(incoming).all():
            return translate("FeaturesPage", "Some of its weights are not numbers any more, so it has no answer.")
        if not incoming.any():
            return translate("FeaturesPage", "All its weights are zero: it says the same to every image.")
        wakes = self._wakes(unit, evidence) if evidence is not None else ""
        if votes is not None and np.isfinite(votes).all():
            return in_a_row(wakes, self._votes(votes))
        if votes is None and not wakes:
            return translate("FeaturesPage", "Its sum is the network's case for this class.")
        return wakes

    def _wakes(self, unit: UnitRef, evidence: UnitEvidence) -> str:
        facts, names = evidence.facts, self._shown.model.class_names
        samples = self._shown.problem.samples
        is_output = unit.layer == len(self._shown.network.weights) - 1
        if facts.awake_share == 0 and not is_output:
            if self._shown.network.activations[unit.layer] == "relu":
                return translate("FeaturesPage", "Dead: none of these images wakes it.")
            return translate("FeaturesPage", "None of these images wakes it.")
        share = per_cent(f"{facts.awake_share * 100:.0f}" if facts.awake_share >= 0.005 else "<1")
        loudest = [names[int(label)] for label in facts.loudest_classes[: 1 if len(names) == 2 or is_output else 2]]
        if is_output:
            texts = {
                "images": translate("FeaturesPage", "Its sum is above zero for {0} of images, highest for {1}."),
                "digits": translate("FeaturesPage", "Its sum is above zero for {0} of digits, highest for {1}."),
                "points": translate("FeaturesPage", "Its sum is above zero for {0} of points, highest for {1}."),
            }
        else:
            texts = {
                "images": translate("FeaturesPage", "Wakes for {0} of images, loudest for {1}."),
                "digits": translate("FeaturesPage", "Wakes for {0} of digits, loudest for {1}."),
                "points": translate("FeaturesPage", "Wakes for {0} of points, loudest for {1}."),
            }
        return texts[samples].format(share, listed(loudest))

    def _votes(self, votes: NDArray[np.floating]) -> str:
        names = self._shown.model.class_names
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
        shown = self._shown
        network, trace = shown.network, shown.answer.trace
        is_output = unit.layer == len(network.weights) - 1
        cast = None if is_output else unit_votes(network, unit.layer, unit.unit)
        state, is_awake = translate("FeaturesPage", "Nothing is drawn yet."), False
        if trace is not None:
            is_awake = bool(trace.pre_activations[unit.layer][0, unit.unit] > 0)
            activation = decimal(float(trace.activations[unit.layer][0, unit.unit]))
            state = self._state(activation, is_awake)
        images, awake, caption = None, 0, ""
        if known is not None and known.sums is not None and known.layer == unit.layer:
            order = np.argsort(-known.sums[unit.unit], kind="stable")
            problem = shown.problem
            images = known.split.inputs[order].reshape(-1, problem.rows, problem.columns)
            awake = int(known.survey.awake[unit.unit])
            caption = translate("FeaturesPage", "Wakes for {0} of {1} images").format(awake, len(images))
        bias = translate("FeaturesPage", "bias {0}").format(signed(float(network.unit_biases[unit.layer][unit.unit])))
        sentence = self.sentence(unit, cast, None)
        return StripEntry(self.title(unit), bias, sentence, state, is_awake, images, awake, caption)

    def _state(self, activation: str, is_awake: bool) -> str:
        label = self._shown.answer.best
        if label is None:
            excited = translate("FeaturesPage", "On your drawing: {0}, excited.")
            quiet = translate("FeaturesPage", "On your drawing: {0}, quiet.")
            return (excited if is_awake else quiet).format(activation)
        excited = translate("FeaturesPage", "On your {1}: {0}, excited.")
        quiet = translate("FeaturesPage", "On your {1}: {0}, quiet.")
        return (excited if is_awake else quiet).format(activation, self._shown.model.class_names[label])

    def source(self, samples: int, validation: bool) -> str:
        """Return which samples the data-driven parts were computed from."""
        count = thousands(samples)
        if self._shown.problem.has_picture:
            part = translate("FeaturesPage", "From {0} validation images, while training.")
            whole = translate("FeaturesPage", "From {0} training images.")
        else:
            part = translate("FeaturesPage", "From {0} validation points, while training.")
            whole = translate("FeaturesPage", "From {0} training points.")
        return (part if validation else whole).format(count)

    def missing(self, state: DataState) -> str:
        """Return why there are no pictures that wake a unit."""
        error = self._session.data.error(self._shown.dataset_name)
        if state is DataState.FETCHING:
            return translate("FeaturesPage", "What wakes this unit is shown as soon as MNIST has arrived.")
        if state is DataState.FAILED and error is not None:
            return in_a_row(translate("FeaturesPage", "What wakes this unit is not known."), data_message(error))
        return translate(
            "FeaturesPage",
            "MNIST is not on this computer, so nothing is known about the digits that wake this unit. "
            "The Train page can fetch it.",
        )

    # What the tiles and the pictures show

    def shown(self, shown: Shown, layer: int, label: int) -> str:
        """Return one plain sentence about what the tiles show."""
        if shown is Shown.REGION:
            return translate("FeaturesPage", "Sums in the plane: orange above zero, blue below.")
        if shown is Shown.PROJECTED:
            return translate("FeaturesPage", "A linear sketch: all weights below, multiplied.")
        if shown is Shown.PATTERN:
            return translate("FeaturesPage", "How the ink differs from the average when the unit is excited.")
        if shown is Shown.CHANGE:
            return translate("FeaturesPage", "What training has added to the weights it began with.")
        if shown is Shown.CLASS:
            name = self._shown.model.class_names[label]
            text = translate("FeaturesPage", "What each cell adds to the unit's mean sum over all images of {0}.")
            return text.format(name)
        if layer:
            return translate("FeaturesPage", "Each cell is the weight from one unit of the layer before.")
        return ""

    def lack(self, lack: Lack, shown: Shown) -> str:
        """Return why there are no pictures to show."""
        if lack is Lack.NOT_YET:
            return translate("FeaturesPage", "Looking at the images of the data set…")
        if lack is Lack.BROKEN:
            return translate("FeaturesPage", "Some weights are not numbers any more, so there is nothing to work out.")
        if lack is Lack.NO_PICTURE:
            return translate("FeaturesPage", "The inputs of this problem are numbers: they have no ink to show.")
        if lack is Lack.NO_DATA:
            if shown is Shown.PATTERN:
                return translate("FeaturesPage", "A pattern needs a data set, and none is at hand. Weights need none.")
            return translate("FeaturesPage", "This view needs a data set, and none is at hand. Weights need none.")
        return translate(
            "FeaturesPage",
            "What this network began with is not in its file. It is known of networks trained since the start of the "
            "program.",
        )

    def filter(self, layer: int) -> str:
        """Return what the picture of the weights is."""
        if layer == 0 and not self._shown.problem.has_picture:
            return translate("FeaturesPage", "Its weights: an orange input excites it, a blue one quiets it.")
        if layer == 0:
            return translate("FeaturesPage", "Its filter: orange ink excites it, blue ink quiets it.")
        return translate("FeaturesPage", "Its filter: one weight for each unit of the layer before.")

    def region(self, unit: UnitRef) -> str:
        """Return what a unit's region in the plane is."""
        network = self._shown.network
        if unit.layer == len(network.layers) - 1:
            return translate("FeaturesPage", "Its score: orange where it speaks for the class, blue where against.")
        if unit.layer or not has_lines(network):
            return translate(
                "FeaturesPage", "Its region: orange where its sum is above zero. The units before it bend the border."
            )
        found = half_plane(network, unit.unit)
        line = translate("FeaturesPage", "{0} x {1} y {2} = 0").format(
            decimal(found.x), _added(found.y), _added(found.bias)
        )
        return translate(
            "FeaturesPage", "Its half-plane: it wakes on the orange side, and switches along the line {0}."
        ).format(line)

    def pattern(self, evidence: LayerEvidence | None, lack: str) -> str:
        """Return what the pattern is, or why there is none."""
        if evidence is None:
            return lack
        return translate(
            "FeaturesPage",
            "The ink at hand when it is excited: above average where orange, below where blue. A filter also holds "
            "what only cancels disturbances; a pattern does not.",
        )

    def trouble(
        self, layer: int, lack: Lack | None, shown: Shown
    ) -> tuple[Literal["info", "warning", "error"], str] | None:
        """Return the kind and words of a note on what a layer's pictures cannot show, None where all is well."""
        weights = self._shown.network.unit_weights[layer]
        # A sum is not finite as soon as one of its terms is not, and takes a fraction of the time.
        missing = 0 if np.isfinite(weights.sum()) else int(np.count_nonzero(~np.isfinite(weights)))
        if missing:
            text = translate("FeaturesPage", "Weights of this layer that are not numbers: {0}. They are shown in red.")
            return "error", text.format(thousands(missing))
        if lack is not None:
            return "info", self.lack(lack, shown)
        if not weights.any():
            return "warning", translate(
                "FeaturesPage", "All weights of this layer are zero: nothing has been learned yet."
            )
        return None

    def unsettled(self, order: Order, trials: Trials) -> str:
        """Return why the units do not stand in the order that was asked for."""
        if self._shown.dataset is None and order in (Order.IMPORTANCE, Order.ASLEEP):
            return translate("FeaturesPage", "This order needs a data set; until there is one they stand by number.")
        if order is Order.IMPORTANCE and not trials.is_possible:
            return translate("FeaturesPage", "Importance is worked out when the run rests.")
        return translate("FeaturesPage", "The order is being worked out…")

    # What a unit is worth

    def worth(self, unit: UnitRef, samples: tuple[int, bool] | None, *, is_possible: bool, has_failed: bool) -> str:
        """Return one sentence about the table of what is lost without the unit."""
        if unit.layer == len(self._shown.network.weights) - 1:
            return translate("FeaturesPage", "An output is a class itself: it cannot be taken away.")
        if has_failed:
            return translate("FeaturesPage", "Some answers are not numbers, so nothing can be counted.")
        if not is_possible:
            return translate("FeaturesPage", "The unit is silenced and all images are read again when the run rests.")
        if samples is None:
            return translate("FeaturesPage", "Without a data set only the present drawing tells what it is worth.")
        return translate("FeaturesPage", "The unit is silenced, all others stay as they are: what is lost?")

    def worth_source(self, samples: tuple[int, bool] | None) -> str:
        """Return on which images the accuracies were counted."""
        if samples is None:
            return ""
        if self._shown.problem.has_picture:
            part = translate("FeaturesPage", "On {0} validation images, which the network has not learned from.")
            whole = translate("FeaturesPage", "On {0} training images.")
        else:
            part = translate("FeaturesPage", "On {0} validation points, which the network has not learned from.")
            whole = translate("FeaturesPage", "On {0} training points.")
        text = part if samples[1] else whole
        return text.format(thousands(samples[0]))

    def condition(self, unit: UnitRef, known: LayerEvidence | None) -> str:
        """Return what condition the unit is in, in plain sentences."""
        if known is None or known.layer != unit.layer:
            if self._shown.data_state is not DataState.READY:
                return translate("FeaturesPage", "Not known without a data set.")
            return self.lack(Lack.NOT_YET, Shown.PATTERN)
        survey, k = known.survey, unit.unit
        awake, saturated = int(survey.awake[k]) / survey.samples, int(survey.saturated[k]) / survey.samples
        is_relu = self._shown.network.activations[unit.layer] == "relu"
        if awake == 0 and is_relu:
            wakes = translate("FeaturesPage", "Dead: no image wakes it, so it neither says nor learns anything.")
        elif awake == 0:
            wakes = translate("FeaturesPage", "No image wakes it.")
        elif awake == 1 and is_relu:
            wakes = translate("FeaturesPage", "Always awake: every image wakes it, so it acts like a plain sum.")
        elif awake == 1:
            wakes = translate("FeaturesPage", "Every image wakes it.")
        else:
            wakes = translate("FeaturesPage", "Awake for {0} of the images.").format(percent(awake))
        end = ""
        if saturated >= SATURATED:
            text = translate(
                "FeaturesPage", "Saturated: for {0} of them it is at the end of its range and hardly learns."
            )
            end = text.format(percent(saturated))
        twin = self.twin(unit, known)
        if twin < 0:
            return in_a_row(wakes, end, translate("FeaturesPage", "No other unit of the layer says the same."))
        text = translate("FeaturesPage", "A double of {0}: their sums rise and fall together, correlation {1}.")
        name = self._shown.names.unit_inside(unit.layer, twin)
        return in_a_row(wakes, end, text.format(name, decimal(float(survey.twin_correlations[k]), 3)))

    def twin(self, unit: UnitRef, known: LayerEvidence | None) -> int:
        """Return the unit that says nearly the same, −1 where there is none."""
        if known is None or known.layer != unit.layer or known.survey.twin_correlations[unit.unit] < TWIN:
            return -1
        return int(known.survey.twins[unit.unit])

    def alert(self, unit: UnitRef, known: LayerEvidence | None) -> str:
        """Return what is odd about the unit in a few words, empty for a sound one."""
        if known is None or known.layer != unit.layer:
            return ""
        twin = self.twin(unit, known)
        if twin >= 0:
            name = self._shown.names.unit_inside(unit.layer, twin)
            return translate("FeaturesPage", "Nearly the same as {0}.").format(name)
        if int(known.survey.saturated[unit.unit]) >= SATURATED * known.survey.samples:
            return translate("FeaturesPage", "Saturated nearly always.")
        return ""

    def working(self, done: int, total: int) -> str:
        """Return what is being tried out, unit by unit."""
        text = translate("FeaturesPage", "Switching off each unit in turn: {0} of {1}")
        return text.format(thousands(done), thousands(total))

    def looking(self, done: int, total: int) -> str:
        """Return how far the look at the data is."""
        text = translate("FeaturesPage", "Looking at {1} images: {0} seen")
        return text.format(thousands(done), thousands(total))


def _added(value: float) -> str:
    """Return a number as it goes on in a sum, "+ 0.91" or "− 0.49"."""
    text = translate("FeaturesPage", "− {0}") if value < 0 else translate("FeaturesPage", "+ {0}")
    return text.format(decimal(abs(value)))
