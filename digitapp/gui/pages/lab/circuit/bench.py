"""The bench "Circuit": an expression as a graph of gates, gone through forward and backward."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from digitapp.gui import theme
from digitapp.gui.pages.lab import remembered
from digitapp.gui.pages.lab.bench import Bench
from digitapp.gui.pages.lab.circuit.counting import count_growing
from digitapp.gui.pages.lab.circuit.expression import ExpressionLine
from digitapp.gui.pages.lab.circuit.inputs import InputsCard
from digitapp.gui.pages.lab.circuit.inspector import CircuitInspector
from digitapp.gui.pages.lab.circuit.legend import CircuitLegend
from digitapp.gui.pages.lab.circuit.machine import Machine, Scene
from digitapp.gui.pages.lab.circuit.table import table
from digitapp.gui.pages.lab.circuit.view import CircuitView
from digitapp.gui.settings import Settings
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets.refresher import Refresher
from digitapp.gui.widgets.track import Track
from digitapp.gui.widgets.transport import Transport
from digitapp.lab.circuit.examples import EXAMPLES, Example
from digitapp.lab.circuit.operations import Array
from digitapp.lab.circuit.tokens import MOST_CHARACTERS
from digitapp.lab.circuit.walk import Direction

_HEIGHTS = (440, 580, 680)  # of the bench, from each of which on a further input is in sight
_SIGMOIDS = ("written", "one", "four")
_WITH_ARROWS = (QComboBox, QAbstractSlider)


class CircuitBench(Bench):
    """Type, step, drag."""

    def __init__(
        self, session: Session, settings: Settings, refresher: Refresher, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, settings, refresher, parent)
        self.machine = Machine(self)
        self._errand = Errand(session.start_job, self)
        self._counted: object = None
        self._shown_scene: Scene | None = None
        self._build()
        self._connect()

    # Building

    def _build(self) -> None:
        self.expression = ExpressionLine(self)
        self.track = Track(
            (
                (Direction.FORWARD, self.tr("Forward"), self.tr("Go to where all values are known")),
                (Direction.BACKWARD, self.tr("Backward"), self.tr("Go to where all gradients are known")),
            ),
            name=self.tr("How far the computation is"),
        )
        self.transport = Transport("circuit", self.track)
        self.legend = CircuitLegend()
        self.view = CircuitView()
        self.inputs = InputsCard()
        self.inspector = self.details = CircuitInspector()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.expression)
        column.addWidget(self.transport)
        column.addWidget(self.legend)
        column.addWidget(self.view.in_scroll_area(), 1)
        column.addWidget(self.inputs)
        _no_room(self.tools)
        _no_room(self.for_header)

    def _connect(self) -> None:
        machine = self.machine
        self.expression.edited.connect(machine.set_text)
        self.expression.example_chosen.connect(self._on_example)
        self.expression.sigmoids_toggled.connect(self._on_sigmoids)
        self.transport.next_wanted.connect(self.go_on)
        self.transport.back_wanted.connect(self.go_back)
        self.track.wanted.connect(self._on_stage)
        self.view.chosen.connect(machine.look_at)
        self.view.nudged.connect(self._on_nudged)
        self.view.typing_wanted.connect(self.inputs.type_into)
        self.inputs.moved.connect(machine.set_value)
        self.inputs.looked_at.connect(self._on_input_looked_at)
        self.inspector.line_chosen.connect(machine.look_at)
        self.inspector.faces.currentChanged.connect(self._on_face)
        self._errand.found.connect(self._on_counted)
        self._part = self.refresher.add("CircuitBench", self._show, on=(machine.changed,), of=self)
        machine.changed.connect(self.state_changed)
        for key, slot in (("Right", self.go_on), ("Left", self.go_back), ("Home", machine.go_home)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.transport.stop)
            shortcut.activated.connect(slot)

    # What is shown

    def _show(self, shown: Snapshot) -> None:  # noqa: ARG002 - it is about no network
        machine, scene = self.machine, self.machine.scene
        self.expression.show_machine(machine)
        is_faded = machine.error is not None
        self.view.show_scene(scene, is_faded=is_faded)
        if scene is not self._shown_scene:
            self._shown_scene = scene
            self.inputs.show_scene(scene)
            self._show_progress()
        self.inspector.show_scene(scene)
        self._count()
        gates, inputs = len(scene.graph.gates), len(scene.graph.inputs)
        self.say(self.tr("{0}, {1}").format(self.tr("%n gate(s)", "", gates), self.tr("%n input(s)", "", inputs)))

    def _show_progress(self) -> None:
        scene, walk = self.machine.scene, self.machine.scene.walk
        forward, position = len(walk.forward), scene.position
        back = position - forward
        if back > 0 or not forward:
            key, share = Direction.BACKWARD, back / max(1, len(walk.backward))
        else:
            key, share = Direction.FORWARD, position / forward
        self.track.show_progress(key, share)
        self.track.set_note(self.tr("step {0} of {1}").format(position, walk.steps))
        self.transport.back.setEnabled(position > 0)
        self.transport.next.setEnabled(not scene.is_stopped and walk.steps > 0)
        self.legend.show_scene(scene)

    def _count(self) -> None:
        """Have the products counted where that is looked at; how many there are depends on the graph alone."""
        circuit = self.machine.scene.circuit
        if self.inspector.is_counting and self._counted is not circuit.graph:
            self._errand.ask(count_growing(circuit), circuit.graph)

    @Slot(object, object)
    def _on_counted(self, counts: Any, graph: object) -> None:
        self._counted = graph
        self.inspector.counting.show_counts(counts)

    @Slot()
    def _on_face(self) -> None:
        self._part.mark()
        self.state_changed.emit()

    # What is done

    @Slot()
    def go_on(self) -> None:
        """Take a step; playing ends where there is none, and at the end."""
        if not self.machine.go_on() or self.machine.scene.is_at_end:
            self.transport.stop()

    @Slot()
    def go_back(self) -> None:
        """Take a step back."""
        self.machine.go_back()

    @Slot(object)
    def _on_stage(self, direction: Direction) -> None:
        self.transport.stop()
        self.machine.go_to_end(direction)

    @Slot(object)
    def _on_example(self, example: Example) -> None:
        self.transport.stop()
        self.machine.show_example(example)

    @Slot()
    def _on_sigmoids(self) -> None:
        self.machine.set_sigmoids("four" if self.machine.draws_sigmoids else "one")

    @Slot(str, float)
    def _on_nudged(self, name: str, change: float) -> None:
        value = float(self.machine.scene.circuit.inputs[name])
        self.machine.set_value(name, (), round(value + change, 10))

    @Slot(str)
    def _on_input_looked_at(self, name: str) -> None:
        self.machine.look_at(self.machine.scene.graph.inputs.get(name))

    # State

    def state(self) -> dict[str, Any]:
        machine, scene = self.machine, self.machine.scene
        return {
            "expression": machine.text,
            "values": {name: value.tolist() for name, value in scene.circuit.inputs.items()},
            "sigmoids": machine.sigmoids,
            "position": scene.position,
            "focus": -1 if scene.focus is None else scene.focus,
            "face": self.inspector.faces.currentIndex(),
        }

    def take_up(self, state: Mapping[str, Any]) -> None:
        self.transport.stop()
        machine = self.machine
        text = remembered.text(state, "expression", EXAMPLES[0].text, MOST_CHARACTERS)
        machine.set_sigmoids(_SIGMOIDS[_SIGMOIDS.index(found) if (found := state.get("sigmoids")) in _SIGMOIDS else 0])  # type: ignore[arg-type]
        example = next((example for example in EXAMPLES if example.text == text), None)
        if example is not None:
            machine.show_example(example)
        else:
            machine.set_text(text)
        machine.set_values(_values(state.get("values")))
        steps = machine.scene.walk.steps
        if isinstance(state.get("position"), int):
            machine.place(remembered.place(state, "position", steps + 1), None)
        else:
            machine.go_to_end()
        focus = state.get("focus")
        if isinstance(focus, int) and focus >= 0:
            machine.look_at(remembered.place(state, "focus", len(machine.scene.graph.nodes)))
        self.inspector.faces.setCurrentIndex(remembered.place(state, "face", self.inspector.faces.count()))

    def numbers(self) -> str:
        """Return every node with its value, its gradient and, for inputs, the central difference."""
        return table(self.machine.scene.circuit)

    # Size and keyboard

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        height = self.height()
        rows = 2 + sum(height >= theme.scaled(step) for step in _HEIGHTS)
        self.inputs.set_most_rows(rows)
        self.legend.setVisible(rows > 2)

    def event(self, event: QEvent) -> bool:
        """Leave the arrow keys to what needs them itself, such as a slider or a choice."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_needed(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.transport.toggle()
        else:
            super().keyPressEvent(event)


def _no_room(widget: QWidget) -> None:
    """Let a widget without content take no room."""
    QHBoxLayout(widget).setContentsMargins(0, 0, 0, 0)


def _is_needed(event: QKeyEvent) -> bool:
    widget = QApplication.focusWidget()
    if widget is None or event.key() not in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home):
        return False
    return isinstance(widget, _WITH_ARROWS) or (isinstance(widget, QAbstractButton) and widget.group() is not None)


def _values(values: object) -> dict[str, Array]:
    """Return the values of inputs that a state says; what is no finite number, vector or matrix is left out."""
    found: dict[str, Array] = {}
    for name, value in values.items() if isinstance(values, dict) else ():
        try:
            array = np.array(value, dtype=np.float64)
        except (ValueError, TypeError, OverflowError):
            continue
        if array.ndim <= 2 and np.isfinite(array).all():
            found[str(name)] = array
    return found
