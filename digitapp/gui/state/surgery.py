"""Changing the shown network by hand, every change one step of undo, and what it does: here unit by unit.

`weight_surgery` does it weight by weight, by the same stack of undo.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.effect import Before, Effect
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.models import OWN_NETWORK, ModelEntry
from digitapp.gui.state.session import Session
from digitapp.gui.translation import translate
from digitapp.inspection.surgery import (
    NetworkEdit,
    UnitEdit,
    UnitParameters,
    UnitState,
    differing,
    read_unit,
    write_unit,
)
from digitapp.kept.networks import Edits
from digitapp.nn.network import UnitRef
from digitapp.progress import Report
from digitapp.training.evaluate import Evaluation, evaluate

_KEY = "edited:"
NO_GESTURE = -1


class _Edit(QUndoCommand):
    """Some units, before and after. Those of one gesture become one."""

    def __init__(self, surgery: Surgery, edit: NetworkEdit, gesture: int = NO_GESTURE) -> None:
        super().__init__(edit.text)
        self._surgery = surgery
        self._gesture = gesture
        self.edit = edit

    def id(self) -> int:
        return self._gesture

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Edit) or [p.place for p in self.edit.parts] != [p.place for p in other.edit.parts]:
            return False
        pairs = zip(self.edit.parts, other.edit.parts, strict=True)
        parts = tuple(UnitEdit(first.place, first.before, last.after) for first, last in pairs)
        self.edit = NetworkEdit(other.edit.text, parts)
        self.setText(self.edit.text)
        return True

    def redo(self) -> None:
        changes = [(part.place, part.before, part.after) for part in self.edit.parts]
        self._surgery.put(changes, self.text(), self._gesture)

    def undo(self) -> None:
        text = translate("Surgery", "Undone: {0}").format(self.text())
        self._surgery.put([(part.place, part.after, part.before) for part in self.edit.parts], text)


class Surgery(QObject):
    """Edits the shown network; a shipped or opened one, or one of the past, is copied first and stays as it was.

    Signals: `changed`, when what can be done or the marks are different; `effect_changed`.
    """

    changed = Signal()
    effect_changed = Signal()

    @staticmethod
    def of(session: Session) -> Surgery:
        """Return a session's surgery, the same for all who ask; it is made when it is wanted first."""
        return session.findChild(Surgery) or Surgery(session)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._stacks: dict[tuple[str, str], tuple[ModelEntry, QUndoStack, dict[str, object]]] = {}
        self._copied: UnitParameters | None = None
        self._is_filling = False  # an undo stack, with steps that were done at an earlier start
        self._gestures = 0
        self._gesture: tuple[int, Before] | None = None  # that is under way, and what it began with
        self._scores: tuple[object, Evaluation] | None = None  # of the network as it is now
        self.effect: Effect | None = None
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_measured)
        self._errand.failed.connect(self._on_failed)
        session.network_changed.connect(self._on_network_changed)
        session.run_state_changed.connect(self.changed)
        session.moment_changed.connect(self._on_network_changed)
        session.selection_changed.connect(self.changed)

    # What can be done

    def reason(self) -> str:
        """Return why nothing can be changed at the moment, empty where it can."""
        if self._session.shows_run:
            return self.tr("This network is learning. Stop the run to change it by hand.")
        return ""

    def reason_not_off(self, layer: int) -> str:
        """Return why a unit of a layer cannot be switched off, empty where it can."""
        if layer + 1 == len(self._session.network.weights):
            return self.tr("An output unit is its class: it cannot be switched off.")
        return self.reason()

    def reason_not_pasted(self, layer: int) -> str:
        """Return why the copied detector does not fit into a layer, empty where it does."""
        if self._copied is None:
            return self.tr("Copy a unit first")
        network = self._session.network
        pieces = network.layers[layer].activation.pieces
        if self._copied.weights.shape != (pieces, network.sizes[layer]):
            return self.tr("The copied unit belongs to a layer of another shape")
        return self.reason()

    def reason_not_painted(self, layer: int) -> str:
        """Return why a unit of a layer cannot be painted, empty where it can."""
        if layer:
            return self.tr("Only units of the first layer see pixels")
        if not self._session.problem.has_picture:
            return self.tr("The inputs of this problem are numbers, not pixels that could be painted")
        return self.reason()

    @property
    def undo_stack(self) -> QUndoStack:
        """The steps of undo of the shown network."""
        return self._stack_of(self._session.current_entry)

    def undo(self) -> None:
        """Take the last change back, where nothing stands against it."""
        if not self.reason():
            self.undo_stack.undo()

    def redo(self) -> None:
        """Do the change again that was taken back last."""
        if not self.reason():
            self.undo_stack.redo()

    # What the units are

    def is_off(self, layer: int, unit: int) -> bool:
        """Return whether a unit is switched off."""
        return (layer, unit) in self._session.current_entry.marks.off

    def is_frozen(self, layer: int, unit: int) -> bool:
        """Return whether a unit is frozen."""
        return (layer, unit) in self._session.current_entry.marks.frozen

    def marked(self, layer: int) -> tuple[list[int], list[int]]:
        """Return which units of a layer are off, and which are frozen."""
        marks = self._session.current_entry.marks
        return tuple(sorted(unit for at, unit in units if at == layer) for units in (marks.off, marks.frozen))  # type: ignore[return-value]

    # What is done

    def toggle(self, layer: int, unit: int) -> None:
        """Switch a unit off, or on again with the votes that it had."""
        if self.reason_not_off(layer):
            return
        name = self._name(layer, unit)
        if self.is_off(layer, unit):
            text = self.tr("{0} switched on").format(name)
            self._edit(layer, unit, text, lambda now: replace(now, parameters=_heard(now), off=None))
        else:
            text = self.tr("{0} switched off").format(name)

            def switch_off(now: UnitState) -> UnitState:
                return replace(now, parameters=now.parameters.silenced(), off=now.parameters.outgoing)

            self._edit(layer, unit, text, switch_off)

    def freeze(self, layer: int, unit: int) -> None:
        """Freeze a unit, or let it learn again."""
        name, is_frozen = self._name(layer, unit), self.is_frozen(layer, unit)
        text = self.tr("{0} learns again").format(name) if is_frozen else self.tr("{0} frozen").format(name)
        self._edit(layer, unit, text, lambda now: replace(now, is_frozen=not is_frozen))

    def zero(self, layer: int, unit: int) -> None:
        """Set a unit's incoming weights and bias to zero."""
        text = self.tr("{0} set to zero").format(self._name(layer, unit))
        self._edit(layer, unit, text, lambda now: replace(now, parameters=now.parameters.zeroed()))

    def revive(self, units: Sequence[UnitRef], sample: NDArray[np.floating]) -> None:
        """Give units new detectors, which wake for half of a sample, (samples, features), as one step of undo."""
        session = self._session
        if self.reason() or not units:
            return
        network, rng = session.network, np.random.default_rng()
        with np.errstate(over="ignore", invalid="ignore"):
            reads = (np.asarray(sample, network.dtype), *network.trace(sample).activations)
        parts = []
        for place in units:
            before = session.current_entry.marks.state(network, place)
            after = replace(before, parameters=before.parameters.revived(reads[place.layer], rng), off=None)
            parts.append(UnitEdit(place, before, after.keeping(before)))
        text = self.tr("%n unit(s) revived", "", len(units))
        if len(units) == 1:
            text = self.tr("{0} revived").format(self._name(*units[0]))
        self.push(NetworkEdit(text, tuple(parts)))

    def copy(self, layer: int, unit: int) -> None:
        """Remember a unit's detector."""
        self._copied = read_unit(self._session.network, layer, unit)
        self.changed.emit()

    def paste(self, layer: int, unit: int) -> None:
        """Give a unit the detector that was copied; its votes stay."""
        copied = self._copied
        if copied is None or self.reason_not_pasted(layer):
            return
        text = self.tr("{0} became a copy").format(self._name(layer, unit))
        self._edit(layer, unit, text, lambda now: replace(now, parameters=now.parameters.with_detector_of(copied)))

    def paint(self, layer: int, unit: int, weights: NDArray[np.floating], bias: float, *, is_frozen: bool) -> None:
        """Give a unit weights (fan_in,) and a bias, freeze it or not, and switch it on if it was off."""
        text = self.tr("{0} painted").format(self._name(layer, unit))
        self._edit(
            layer,
            unit,
            text,
            lambda now: UnitState(_heard(now).detecting(weights, bias), is_frozen, None, now.locked),
        )

    def _name(self, layer: int, unit: int) -> str:
        return self._session.names.unit(layer, unit)

    def _edit(self, layer: int, unit: int, text: str, change: Callable[[UnitState], UnitState]) -> None:
        if self.reason():
            return
        place, session = UnitRef(layer, unit), self._session
        before = session.current_entry.marks.state(session.network, place)
        after = change(before)
        self.push(NetworkEdit(text, (UnitEdit(place, before, after.keeping(before) if after.locked else after),)))

    def push(self, edit: NetworkEdit, gesture: int = NO_GESTURE) -> None:
        """Do an edit of the shown network, or of a copy where others rely on it, as one step of undo.

        What has the same `begin_gesture` becomes one step. Nothing must stand against it, see `reason`.
        """
        self._make_editable()
        stack = self.undo_stack
        if stack.index() == 0:
            entry = self._session.current_entry
            self._stacks[self._session.problem.key, entry.key] = entry, stack, dict(entry.model.training)
        stack.push(_Edit(self, edit, gesture))

    def begin_gesture(self) -> int:
        """Return what tells that the changes to come are one: a weight that is dragged. `end_gesture` ends it."""
        self.end_gesture()
        self._gestures += 1
        return self._gestures

    def end_gesture(self) -> None:
        """Measure what the gesture under way has done, if there is one."""
        if self._gesture is not None:
            (_, before), self._gesture = self._gesture, None
            self._measure(before)
            self.effect_changed.emit()

    def _make_editable(self) -> None:
        """Show a copy instead of a network that others rely on: a shipped or opened one, or a moment of a run."""
        session = self._session
        entry, is_past = session.current_entry, session.time_machine.past is not None
        if not is_past and (entry.key == OWN_NETWORK or entry.key.startswith(_KEY)):
            return
        model, marks, effect = session.model, entry.marks, self.effect
        numbers = (other.key.removeprefix(_KEY) for other in session.model_entries if other.key.startswith(_KEY))
        count = 1 + max(map(int, numbers), default=0)
        names = {"shipped": self.tr("Shipped model"), "own": self.tr("My network")}
        text = self.tr("{0}, changed {1}") if count > 1 else self.tr("{0}, changed")
        name = text.format(names.get(entry.origin, model.name), count)
        session.add_network(f"{_KEY}{count}", replace(model, network=model.network.copy(), name=name))
        session.current_entry.marks = marks
        self.effect = effect

    def put(
        self, changes: Sequence[tuple[UnitRef, UnitState, UnitState]], text: str, gesture: int = NO_GESTURE
    ) -> None:
        """Make units what they are in the last state of each change, of which the first is what they were.

        Called by the steps of undo. A parameter that is the same in both stays as it is: a step gives back nothing but
        what it has taken, whatever has happened to the rest of the network since.
        """
        if self._is_filling:
            return
        session = self._session
        entry, network = session.current_entry, session.network
        before = self._before([place for place, _, _ in changes], gesture)
        for place, old, new in changes:
            now = read_unit(network, *place)
            write_unit(network, *place, differing(now, old.parameters, new.parameters))
            entry.marks = entry.marks.with_unit(place, new)
        session.tell_of_edit()
        self.effect = Effect(text, (before.answer, session.answer))
        if gesture == NO_GESTURE:
            self._measure(before)
        else:
            self._gesture = gesture, before
            self.effect = replace(self.effect, is_pending=session.dataset is not None)
        self.effect_changed.emit()
        self.changed.emit()

    def _before(self, places: Sequence[UnitRef], gesture: int) -> Before:
        """Return what is to be known of the network before a change; of a gesture, before the first of its changes."""
        session = self._session
        if self._gesture is not None and gesture == self._gesture[0]:
            return self._gesture[1]
        self.end_gesture()
        network = session.network
        known = self._scores[1] if self._scores is not None and self._scores[0] is network else None
        return Before(tuple((place, read_unit(network, *place)) for place in places), session.answer, known)

    # What it does

    def _measure(self, before: Before) -> None:
        session, effect = self._session, self.effect
        assert effect is not None
        self._scores = None
        dataset = session.dataset
        if dataset is None:
            if session.data.state(session.dataset_name) is DataState.UNASKED:
                session.data.request(session.dataset_name)
            return
        split = dataset.validation if dataset.validation is not None else dataset.train
        network, loss = session.network.copy(), session.model.loss
        self.effect = replace(effect, samples=len(split), is_pending=True)

        def work(_report: Report, _cancelled: threading.Event) -> tuple[Evaluation, Evaluation]:
            after = evaluate(network, loss, split)
            if before.score is not None:
                return before.score, after
            for place, parameters in before.units:
                write_unit(network, *place, parameters)
            return evaluate(network, loss, split), after

        self._errand.ask(work, (session.network, self.effect))

    @Slot(object, object)
    def _on_measured(self, scores: tuple[Evaluation, Evaluation], key: tuple[object, Effect]) -> None:
        network, effect = key
        if effect is self.effect:
            self._scores = network, scores[1]
            self.effect = replace(effect, scores=scores, is_pending=False)
            self.effect_changed.emit()

    @Slot(object, object)
    def _on_failed(self, _error: Exception, key: tuple[object, Effect]) -> None:
        if key[1] is self.effect:
            self.effect = replace(key[1], is_pending=False)
            self.effect_changed.emit()

    @Slot()
    def _on_network_changed(self) -> None:
        """Another network: what was done to the last one says nothing about it."""
        self.effect, self._scores, self._gesture = None, None, None
        self.effect_changed.emit()
        self.changed.emit()

    # Steps of undo

    def _stack_of(self, entry: ModelEntry) -> QUndoStack:
        key = (self._session.problem.key, entry.key)
        found = self._stacks.get(key)
        if found is None or found[0] is not entry:
            stack, edits = QUndoStack(self), entry.edits
            self._fill(stack, edits)
            stack.indexChanged.connect(self._on_index_changed)
            self._stacks[key] = found = (entry, stack, dict(edits.record or entry.model.training))
        return found[1]

    def _fill(self, stack: QUndoStack, edits: Edits) -> None:
        """Give an undo stack the steps that were done at an earlier start, without doing them again."""
        self._is_filling = True
        for edit in edits.steps:
            stack.push(_Edit(self, edit))
        stack.setIndex(edits.done)
        self._is_filling = False

    @Slot(int)
    def _on_index_changed(self, index: int) -> None:
        """Keep the model's record true: the results of a changed network are not those it was trained to."""
        session = self._session
        entry, stack, record = self._stacks[session.problem.key, session.current_entry.key]
        if stack is self.sender():
            commands = (stack.command(step) for step in range(stack.count()))
            steps = tuple(command.edit for command in commands if isinstance(command, _Edit))
            entry.edits = Edits(steps, index, record)
            if index:
                record = {name: value for name, value in record.items() if name != "results"}
                record["edits"] = [stack.text(step) for step in range(index)]
            entry.loaded = replace(entry.model, training=record)
            session.model_described.emit()
            self.changed.emit()


def _heard(state: UnitState) -> UnitParameters:
    """Return the unit's parameters as they are when it is switched on."""
    return state.parameters if state.off is None else state.parameters.heard(state.off)
