"""Paint a detector: the weights of a first-layer unit drawn by hand."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.features.brush import PaintSurface
from digitapp.gui.state.session import Session
from digitapp.gui.state.surgery import Surgery
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import (
    CheckBox,
    FieldRow,
    GhostButton,
    Label,
    NoteBar,
    NumberField,
    PlainButton,
    PrimaryButton,
    ScaleBar,
    SegmentedControl,
    Slider,
)
from digitapp.gui.widgets.numbers import decimal, signed
from digitapp.gui.words.settings import number_refusal
from digitapp.inspection.brush import template
from digitapp.inspection.colors import symmetric_limit
from digitapp.inspection.surgery import read_unit
from digitapp.nn.options import Range
from digitapp.training.config import check_number, parse_number

_TOOLS_WIDTH = 300
_LEAST_LIMIT = 0.05
_PARTS = 20  # of the limit, in which the strength is set
_BIAS = Range(-1000.0, 1000.0)


class PaintDialog(QDialog):
    """Edits the weights and the bias of the unit that is selected when it opens; the network gets them at the end."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paintDialog")
        self.setProperty("panel", "surface")
        self.setWindowTitle(self.tr("Paint a detector"))
        self._session = session
        self._shown = session.snapshot()
        self._unit = self._shown.selected
        problem, network = self._shown.problem, self._shown.network
        unit = read_unit(network, self._unit.layer, self._unit.unit)
        # Of a maxout unit the piece that counts most.
        piece = int(np.argmax(np.square(np.nan_to_num(unit.weights)).sum(axis=1)))
        weights = np.nan_to_num(unit.weights[piece]).astype(np.float32).reshape(problem.rows, problem.columns)
        limit = max(self._shown.weight_limit(0), symmetric_limit(weights, 1.0), _LEAST_LIMIT)
        self.surface = PaintSurface(weights, limit)
        self.surface.setObjectName("paintSurface")
        self._make_tools(float(np.nan_to_num(unit.biases[piece])))
        self._lay_out()
        self._connect()
        self._set_brush()
        self._show_state()

    # Building

    def _make_tools(self, bias: float) -> None:
        rows = self._shown.problem.rows
        self.brush = SegmentedControl([self.tr("Excites"), self.tr("Quiets"), self.tr("Eraser")], name=self.tr("Brush"))
        self.size_slider = Slider(1, max(2, rows // 4), name=self.tr("Size of the brush"))
        self.size_slider.setValue(1 if rows < 10 else 2)
        self.strength = Slider(1, _PARTS, name=self.tr("Strength of the brush"))
        self.strength.setValue(_PARTS * 3 // 4)
        self.size_text, self.strength_text = Label("", "caption", tabular=True), Label("", "caption", tabular=True)
        self.mirror = CheckBox(self.tr("Mirror left and right"))
        self.see_ink = CheckBox(self.tr("Dots where your drawing has ink"))
        has_ink = self._shown.answer.inputs is not None
        self.see_ink.setEnabled(has_ink)
        keys = QKeySequence.StandardKey
        self.undo = GhostButton("", "undo", tip=self.tr("Undo"), key=keys.Undo)
        self.redo = GhostButton("", "redo", tip=self.tr("Redo"), key=keys.Redo)
        self.clear = GhostButton(self.tr("Clear"), "trash", tip=self.tr("Set all weights to zero"))
        self.from_drawing = GhostButton(
            self.tr("My drawing"), "pen", tip=self.tr("Weights that answer to your drawing")
        )
        self.from_drawing.setEnabled(has_ink)
        self.bias = NumberField(
            _bias,
            bias,
            step=_bias_step,
            show=lambda value: decimal(value, 3),
            describe=lambda error: number_refusal(error, _BIAS, "0.1"),
            name=self.tr("Bias"),
        )
        self.freeze = CheckBox(self.tr("Freeze it: training leaves it as it is"))
        self.freeze.setChecked(True)
        self._sum = NoteBar("info", " ")
        self.use = PrimaryButton(self.tr("Use this detector"))
        self.use.setObjectName("useDetector")
        self.cancel = PlainButton(self.tr("Cancel"))

    def _lay_out(self) -> None:
        name = self._shown.names.unit_inside(self._unit.layer, self._unit.unit)
        scale = ScaleBar()
        scale.set_limit(self.surface.limit)
        scale.setFixedWidth(theme.scaled(200))
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self.surface)
        left.addWidget(scale)
        left.addStretch(1)
        tools = QVBoxLayout()
        tools.setSpacing(10)
        tools.addWidget(Label(self.tr("Paint {0}").format(name), "title"))
        words = self.tr("Orange pixels excite the unit when they have ink, blue ones quiet it.")
        tools.addWidget(Label(words, "body", "text2", wrap=True))
        tools.addWidget(self.brush)
        tools.addWidget(FieldRow(self.tr("Size"), _with_value(self.size_slider, self.size_text), label_column=72))
        tools.addWidget(FieldRow(self.tr("Strength"), _with_value(self.strength, self.strength_text), label_column=72))
        tools.addWidget(self.mirror)
        tools.addWidget(self.see_ink)
        edits = QHBoxLayout()
        edits.setSpacing(4)
        for button in (self.undo, self.redo, self.clear, self.from_drawing):
            edits.addWidget(button)
        edits.addStretch(1)
        tools.addLayout(edits)
        tools.addWidget(FieldRow(self.tr("Bias"), self.bias, label_column=72))
        tools.addWidget(self._sum)
        tools.addWidget(self.freeze)
        tools.addStretch(1)
        ends = QHBoxLayout()
        ends.setSpacing(theme.SPACE)
        ends.addStretch(1)
        ends.addWidget(self.cancel)
        ends.addWidget(self.use)
        tools.addLayout(ends)
        side = QWidget()
        side.setLayout(tools)
        tools.setContentsMargins(0, 0, 0, 0)
        side.setFixedWidth(theme.scaled(_TOOLS_WIDTH))
        row = QHBoxLayout(self)
        row.setContentsMargins(28, 24, 28, 24)
        row.setSpacing(28)
        row.addLayout(left)
        row.addWidget(side)

    def _connect(self) -> None:
        surface, stack = self.surface, self.surface.undo_stack
        surface.changed.connect(self._show_state)
        stack.indexChanged.connect(self._show_state)
        self.brush.currentChanged.connect(self._set_brush)
        self.size_slider.valueChanged.connect(self._set_brush)
        self.strength.valueChanged.connect(self._set_brush)
        self.mirror.toggled.connect(self._set_brush)
        self.see_ink.toggled.connect(self._show_ink)
        self.undo.clicked.connect(stack.undo)
        self.redo.clicked.connect(stack.redo)
        self.clear.clicked.connect(self._clear)
        self.from_drawing.clicked.connect(self._take_drawing)
        self.bias.value_changed.connect(self._show_state)
        self.use.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)
        for key, slot in (
            (QKeySequence.StandardKey.Undo, stack.undo),
            (QKeySequence.StandardKey.Redo, stack.redo),
            ("[", self._smaller),
            ("]", self._larger),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(slot)

    # The brush

    @Slot()
    def _set_brush(self) -> None:
        strength = self.strength.value() / _PARTS * self.surface.limit
        sign = (1.0, -1.0, 0.0)[self.brush.currentIndex()]
        self.surface.value = sign * strength
        self.surface.size_in_pixels = float(self.size_slider.value())
        self.surface.is_mirrored = self.mirror.isChecked()
        self.strength.setEnabled(sign != 0)
        self.size_text.setText(self.tr("{0} px").format(self.size_slider.value()))
        self.strength_text.setText(signed(sign * strength) if sign else "0")
        self.surface.update()

    @Slot()
    def _smaller(self) -> None:
        self.size_slider.setValue(self.size_slider.value() - 1)

    @Slot()
    def _larger(self) -> None:
        self.size_slider.setValue(self.size_slider.value() + 1)

    @Slot()
    def _show_ink(self) -> None:
        self.surface.show_ink(self._ink() if self.see_ink.isChecked() else None)

    def _ink(self) -> np.ndarray | None:
        inputs = self._shown.answer.inputs
        return None if inputs is None else inputs.reshape(self.surface.values.shape)

    @Slot()
    def _clear(self) -> None:
        self.surface.set_values(np.zeros_like(self.surface.values), self.tr("Clear"))

    @Slot()
    def _take_drawing(self) -> None:
        ink = self._ink()
        if ink is not None:
            strength = self.strength.value() / _PARTS * self.surface.limit
            self.surface.set_values(template(ink, strength), self.tr("My drawing"))

    # What it would do

    @Slot()
    def _show_state(self) -> None:
        stack = self.surface.undo_stack
        self.undo.setEnabled(stack.canUndo())
        self.redo.setEnabled(stack.canRedo())
        self._sum.set_note("info", self._sum_text())

    def _sum_text(self) -> str:
        ink = self._ink()
        if ink is None:
            return self.tr("Draw a digit first to see here what the unit would say to it.")
        total = float((self.surface.values * ink).sum()) + float(self.bias.value())
        text = self.tr("Its sum for your drawing: {0}.").format(signed(total))
        if self._shown.network.activations[0] != "relu" or len(self._shown.network.sizes) == 2:
            return text
        return in_a_row(text, self.tr("It wakes.") if total > 0 else self.tr("It stays silent."))

    def sum_text(self) -> str:
        """Return what is said about the unit's sum."""
        return self._sum.text()

    def accept(self) -> None:
        """Give the unit what was painted; nothing happens while the bias is no number.

        A network that has taken the place of the painted one meanwhile is left as it is.
        """
        if not self.bias.commit():
            self.bias.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        surgery, place = Surgery.of(self._session), self._unit
        if not surgery.reason() and self._session.network is self._shown.network:
            weights, bias = self.surface.values, float(self.bias.value())
            surgery.paint(place.layer, place.unit, weights, bias, is_frozen=self.freeze.isChecked())
        super().accept()


def _bias(text: str) -> float:
    value = parse_number("bias", text)
    check_number("bias", value, _BIAS.minimum, _BIAS.maximum)
    return value


def _bias_step(value: float, direction: int) -> float:
    return round(value + direction * 0.1, 6)


def _with_value(slider: Slider, text: Label) -> QWidget:
    """Return a slider with its value at its right."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(12)
    row.addWidget(slider, 1)
    text.setMinimumWidth(theme.scaled(44))
    text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    row.addWidget(text)
    return holder
