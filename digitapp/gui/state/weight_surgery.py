"""Changing single weights and biases of the shown network by hand: set, lock, swap units, begin the tale.

Every change is a step of the network's stack of undo, which `surgery` has; what a drag does is one step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Slot

from digitapp.gui.state.session import Session
from digitapp.gui.state.surgery import NO_GESTURE, Surgery
from digitapp.inspection.surgery import NetworkEdit, UnitEdit, UnitState, read_weight, swap_units
from digitapp.inspection.tale import is_told_by, told
from digitapp.inspection.typed_numbers import LARGEST
from digitapp.nn.gradient_check import index_of
from digitapp.nn.network import Network, UnitRef, WeightRef
from digitapp.runs.marks import Marks, edits_between

_MINUS = "\N{MINUS SIGN}"


class WeightSurgery(QObject):
    """Edits the shown network weight by weight; what `Surgery` says of copies and undo holds here too."""

    @staticmethod
    def of(session: Session) -> WeightSurgery:
        """Return a session's, the same for all who ask; it is made when it is wanted first."""
        return session.findChild(WeightSurgery) or WeightSurgery(session)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.surgery = Surgery.of(session)

    # What can be done

    def has(self, weight: WeightRef) -> bool:
        """Return whether the shown network has this weight."""
        try:
            index_of(self._session.network, weight)
        except IndexError:
            return False
        return True

    def reason(self, weight: WeightRef) -> str:
        """Return why a weight cannot be changed at the moment, empty where it can."""
        if not self.has(weight):
            return self.tr("The network that is shown now has no such weight.")
        if self.is_locked(weight):
            return self.tr("This weight is locked. Unlock it to change it.")
        if weight.source is not None and self.surgery.is_off(weight.layer - 1, weight.source):
            return self.tr("The unit that speaks here is switched off. Switch it on to change what it says.")
        return self.surgery.reason()

    def reason_not_swapped(self, layer: int, first: int, second: int) -> str:
        """Return why two units of a layer cannot take each other's place, empty where they can."""
        sizes = self._session.network.sizes
        if layer + 2 >= len(sizes):
            return self.tr("An output unit is its class: it cannot be swapped.")
        if first == second or max(first, second) >= sizes[layer + 1]:
            return self.tr("Two units of one layer are needed.")
        return self.surgery.reason()

    def reason_not_told(self) -> str:
        """Return why the weights cannot be set as in the tale, empty where they can."""
        network = self._session.network
        if not self._session.problem.has_tale or not is_told_by(network.sizes) or network.shapes[0][1] != 3:
            return self.tr("The tale has twelve pixels, three demons and two outputs: a network of 12-3-2 units.")
        return self.surgery.reason()

    # What the weights are

    def value(self, weight: WeightRef) -> float:
        """Return a weight or a bias. Raises IndexError where the shown network has none such."""
        return read_weight(self._session.network, weight)

    def is_locked(self, weight: WeightRef) -> bool:
        """Return whether a weight is locked, or its unit frozen."""
        marks = self._session.current_entry.marks
        return weight in marks.locked or (weight.layer, weight.unit) in marks.frozen

    # What is done

    def set(self, weight: WeightRef, value: float, gesture: int = NO_GESTURE) -> bool:
        """Give a weight or a bias another value; return whether that could be done.

        Changes of one gesture (`Surgery.begin_gesture`) are one step of undo: a drag, keys held down.
        """
        text = self.tr("{0} set to {1}").format(self._session.names.weight(weight), _written(value))
        return self.set_all({weight: value}, text, gesture)

    def set_all(self, values: Mapping[WeightRef, float], text: str, gesture: int = NO_GESTURE) -> bool:
        """Give several weights other values in one step, called `text`; return whether that could be done."""
        if not all(math.isfinite(value) and abs(value) <= LARGEST for value in values.values()):
            return False
        if any(self.reason(weight) for weight in values):
            return False
        states: dict[UnitRef, tuple[UnitState, UnitState]] = {}
        network, marks = self._session.network, self._session.current_entry.marks
        for weight, value in values.items():
            place = UnitRef(weight.layer, weight.unit)
            before, after = states.get(place) or (marks.state(network, place),) * 2
            states[place] = before, after.with_weight(weight.source, value)
        parts = tuple(UnitEdit(place, *pair) for place, pair in states.items())
        self.surgery.push(NetworkEdit(text, parts), gesture)
        return True

    def move(self, parameters: NDArray[np.floating], text: str, gesture: int = NO_GESTURE) -> bool:
        """Give the network other parameters, laid out like its own, in one step; return whether that could be done.

        What is locked, frozen or off stays as it is.
        """
        if self.surgery.reason() or not np.isfinite(parameters).all():
            return False
        network, marks = self._session.network, self._session.current_entry.marks
        moved = network.copy()
        np.copyto(moved.parameters, parameters, casting="same_kind", where=self.free())
        # All units in any case: the steps of one gesture must be about the same ones.
        parts = tuple(
            UnitEdit(place, marks.state(network, place), marks.state(moved, place))
            for layer, found in enumerate(network.layers)
            for place in (UnitRef(layer, unit) for unit in range(found.units))
        )
        self.surgery.push(NetworkEdit(text, parts), gesture)
        return True

    def free(self) -> NDArray[np.bool_]:
        """Return which of the network's parameters may be changed, (parameter_count,)."""
        network, marks = self._session.network, self._session.current_entry.marks
        free = np.ones(network.parameter_count, bool)
        weights, biases = network.views(free)
        for weight in marks.locked:
            free[index_of(network, weight)] = False
        for layer, unit in marks.frozen:
            weights[layer][:, unit :: network.layers[layer].units] = False
            biases[layer][unit :: network.layers[layer].units] = False
        for layer, unit in marks.off:
            weights[layer + 1][unit] = False
        return free

    def zero(self, weight: WeightRef) -> bool:
        """Set a weight to zero; return whether that could be done."""
        text = self.tr("{0} set to zero").format(self._session.names.weight(weight))
        return self.set_all({weight: 0.0}, text)

    def lock(self, weight: WeightRef) -> None:
        """Lock a weight, so that neither hand nor training changes it, or let it go again."""
        if self.surgery.reason() or not self.has(weight):
            return
        place, marks = UnitRef(weight.layer, weight.unit), self._session.current_entry.marks
        before = marks.state(self._session.network, place)
        is_locked = weight.source in before.locked
        text = self.tr("{0} unlocked") if is_locked else self.tr("{0} locked")
        locked = before.locked - {weight.source} if is_locked else before.locked | {weight.source}
        edit = UnitEdit(place, before, replace(before, locked=locked))
        self.surgery.push(NetworkEdit(text.format(self._session.names.weight(weight)), (edit,)))

    def swap(self, layer: int, first: int, second: int) -> None:
        """Let two hidden units take each other's place: the network stays the same function."""
        if self.reason_not_swapped(layer, first, second):
            return
        names = self._session.names
        marks = self._session.current_entry.marks.swapped(layer, first, second)
        network = self._session.network.copy()
        swap_units(network, layer, first, second)
        text = self.tr("{0} and {1} swapped").format(names.unit(layer, first), names.unit_inside(layer, second))
        self._replace(network, marks, text)

    @Slot()
    def begin_tale(self) -> None:
        """Set all weights as the tale has them; nothing is locked, frozen or off any more."""
        if not self.reason_not_told():
            network = self._session.network.copy()
            network.parameters[:] = told(network)
            self._replace(network, Marks(), self.tr("Weights set as in the tale"))

    def _replace(self, network: Network, marks: Marks, text: str) -> None:
        before = self._session.network, self._session.current_entry.marks
        parts = tuple(edits_between(before, (network, marks)))
        if parts:
            self.surgery.push(NetworkEdit(text, parts))


def _written(value: float) -> str:
    """Return a value for the name of a step."""
    return f"{value:.5g}".replace("-", _MINUS)
