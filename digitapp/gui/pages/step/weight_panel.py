"""The weight in hand: its value to type or drag, the cost along it, and what a change does."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from digitapp.datasets.dataset import Split
from digitapp.gui import theme
from digitapp.gui.pages.step.weight_field import WeightField
from digitapp.gui.pages.step.weight_measures import WeightMeasures, differ_at_most_at
from digitapp.gui.plots.weight_curve import WeightCurve
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.state.weight_surgery import WeightSurgery
from digitapp.gui.widgets import (
    Button,
    ElidedLabel,
    FieldRow,
    GhostButton,
    Label,
    LinkButton,
    Panel,
    PlainButton,
)
from digitapp.gui.widgets.numbers import figure, thousands
from digitapp.gui.widgets.refresher import Refresher
from digitapp.inspection.colors import nice_limit
from digitapp.inspection.landscape import LARGE, along
from digitapp.inspection.standing import Standing
from digitapp.nn.gradient_check import index_of
from digitapp.nn.network import Network, WeightRef
from digitapp.progress import Report
from digitapp.runs.branches import has_shape_of

_POINTS, _FEW_POINTS = 97, 61
_MOST_UNITS_TO_SWAP = 12


@dataclass(frozen=True, eq=False)
class _Curve:
    """What a curve was asked for; the value of the weight itself makes no difference."""

    weight: WeightRef
    limits: tuple[float, float]
    network: Network
    loss: str
    images: Split

    def is_as(self, other: _Curve) -> bool:
        """Return whether another one would be the same."""
        return (
            (self.weight, self.limits, self.loss, self.images) == (other.weight, other.limits, other.loss, other.images)
            and has_shape_of(self.network, other.network)
            and differ_at_most_at(
                self.network.parameters, other.network.parameters, index_of(self.network, self.weight)
            )
        )


class WeightPanel(Panel):
    """One weight or bias of the shown network, to be changed by hand."""

    def __init__(self, session: Session, refresher: Refresher, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self.setObjectName("weightPanel")
        self._session = session
        self._weights = WeightSurgery.of(session)
        self._weight: WeightRef | None = None
        self._measures = WeightMeasures(session, self)
        self._limits = (0.0, 0.0)
        self._gesture: int | None = None
        self._stepper: QWidget | None = None  # whose keys the gesture is, if it is one of keys
        self._curve: _Curve | None = None
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_curve)
        self._make_parts()
        self._lay_out()
        self._connect()
        signals = (session.network_changed, session.weights_changed, session.dataset_changed, session.answer_changed)
        on = (*signals, self._weights.surgery.changed, session.run_state_changed)
        self._part = refresher.add("weight in hand", self._show, on=(*on, self._measures.counted), of=self)

    # What it is about

    def show_weight(self, layer: int, source: int | None, unit: int) -> None:
        """Take another weight in hand; without a source the bias of the unit."""
        weight = WeightRef(layer, source, unit)
        if weight != self._weight:
            self._end_gesture()
            self._weight, self._curve, self._limits = weight, None, (0.0, 0.0)
            self._part.mark()

    def show_sample(self, inputs: NDArray[np.floating] | None, label: int | None) -> None:
        """Say what a change does to this sample, of this class; without inputs, to the drawing."""
        if self._measures.take_sample(inputs, label):
            self._part.mark()

    # Parts

    def _make_parts(self) -> None:
        keys = QKeySequence.StandardKey
        self.title = Label("", "section", wrap=True)
        self.field = WeightField()
        self.undo = GhostButton("", "undo", tip=self.tr("Undo"), key=keys.Undo)
        self.redo = GhostButton("", "redo", tip=self.tr("Redo"), key=keys.Redo)
        self.zero = PlainButton(self.tr("Set to zero"))
        self.lock = PlainButton(self.tr("Lock"), "lock")
        self.lock.reserve(self.tr("Unlock"))
        self.swap = PlainButton(self.tr("Swap…"))
        self.surface = LinkButton(self.tr("Error surface…"))
        self.curve = WeightCurve()
        self.reason = Label("", "caption", "text2", wrap=True)
        self.curve_title = ElidedLabel("", "caption", "text2")
        names = ("undoWeight", "redoWeight", "zeroWeight", "lockWeight", "swapUnits", "openSurface")
        buttons = (self.undo, self.redo, self.zero, self.lock, self.swap, self.surface)
        for button, name in zip(buttons, names, strict=True):
            button.setObjectName(name)
        for button in (self.zero, self.lock, self.swap):
            button.setFont(theme.font("caption-strong"))
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        titles = (self.tr("Answer"), self.tr("C, this sample"), self.tr("C_T, total"), self.tr("Read right"))
        self._titles = [Label(title, "caption", "text2") for title in titles]
        self._lines = [ElidedLabel("", "caption-strong", "text", tabular=True) for _ in titles]

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.addWidget(self.title, 1)
        header.addWidget(self.undo)
        header.addWidget(self.redo)
        self.row = FieldRow(self.tr("Value"), self.field, helper=self.tr("↑ ↓ 0.1, Shift 1, Alt 0.01"), label_column=64)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE)
        for button in (self.zero, self.lock, self.swap):
            buttons.addWidget(button, 1)
        lines = QGridLayout()
        lines.setVerticalSpacing(5)
        lines.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(zip(self._titles, self._lines, strict=True)):
            lines.addWidget(name, row, 0)
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            lines.addWidget(value, row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(6)
        column.addLayout(header)
        column.addWidget(self.row)
        column.addLayout(buttons)
        for part in (self.reason, self.curve_title, self.curve):
            column.addWidget(part)
        column.addLayout(lines)
        column.addWidget(self.surface, 0, Qt.AlignmentFlag.AlignLeft)

    def _connect(self) -> None:
        surgery = self._weights.surgery
        self.undo.clicked.connect(surgery.undo)
        self.redo.clicked.connect(surgery.redo)
        self.zero.clicked.connect(self._on_zero)
        self.lock.clicked.connect(self._on_lock)
        self.swap.clicked.connect(self._on_swap)
        self.surface.clicked.connect(self.open_surface)
        self.field.value_changed.connect(self._on_typed)
        self.field.stepped.connect(partial(self._on_stepped, self.field))
        self.field.left.connect(self._end_gesture)
        self.curve.stepped.connect(partial(self._on_stepped, self.curve))
        self.curve.left.connect(self._end_gesture)
        self.curve.grabbed.connect(self._on_grabbed)
        self.curve.moved.connect(self._on_dragged)
        self.curve.released.connect(self._end_gesture)

    # What the user does

    def _begin_gesture(self, by: QWidget | None = None) -> None:
        self._gesture, self._stepper = self._weights.surgery.begin_gesture(), by

    @Slot()
    def _on_grabbed(self) -> None:
        self._begin_gesture()

    @Slot()
    def _end_gesture(self) -> None:
        if self._gesture is not None:
            self._gesture = None
            self._weights.surgery.end_gesture()

    @Slot(object)
    def _on_typed(self, value: float) -> None:
        self._end_gesture()
        if self._weight is not None and not self._weights.set(self._weight, value):
            self._part.mark()  # the field shows what is

    def _on_stepped(self, by: QWidget, change: float) -> None:
        """Change the weight by keys or wheel; what is done at one control, until one leaves it, is one step of undo."""
        if self._weight is None or not self._weights.has(self._weight):
            return
        if self._gesture is None or self._stepper is not by:
            self._begin_gesture(by)
        value = self._weights.value(self._weight)
        value = round(value + change, 6) if math.isfinite(value) else 0.0
        self._on_dragged(value)

    @Slot(float)
    def _on_dragged(self, value: float) -> None:
        if self._weight is not None and self._gesture is not None:
            self._weights.set(self._weight, value, self._gesture)

    @Slot()
    def _on_zero(self) -> None:
        self._end_gesture()
        if self._weight is not None:
            self._weights.zero(self._weight)

    @Slot()
    def _on_lock(self) -> None:
        self._end_gesture()
        if self._weight is not None:
            self._weights.lock(self._weight)

    @Slot()
    def _on_swap(self) -> None:
        """Offer the other units of the layer."""
        self._end_gesture()
        menu = self.swap_menu()
        if menu is not None:
            menu.popup(self.swap.mapToGlobal(QPoint(0, self.swap.height())))

    def swap_menu(self) -> QMenu | None:
        """Return a menu of the units that the unit of this weight can be swapped with; None where there are none."""
        if self._weight is None:
            return None
        layer, _, unit = self._weight
        menu, names = QMenu(self), self._session.names
        menu.aboutToHide.connect(menu.deleteLater)
        for other in range(self._session.network.sizes[layer + 1]):
            if not self._weights.reason_not_swapped(layer, unit, other):
                text = self.tr("Swap with {0}").format(names.unit_inside(layer, other))
                menu.addAction(text, partial(self._weights.swap, layer, unit, other))
        return menu

    @Slot()
    def open_surface(self) -> None:
        """Open the error surface over this weight and another one, beside the window; one that is open goes."""
        # Deferred: a page that shows a weight is there sooner without it.
        from digitapp.gui.pages.step.surface_dialog import SurfaceDialog

        if self._weight is not None and self._weights.has(self._weight):
            for dialog in self.window().findChildren(SurfaceDialog):
                dialog.close()
            SurfaceDialog(self._session, self._weight, self.window()).show()

    # What is shown

    def _show(self, shown: Snapshot) -> None:
        weight = self._weight
        known = weight is not None and self._weights.has(weight)
        reason = self._reason()
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        for part in (self.row, self.curve, self.curve_title, self.surface, *self._titles, *self._lines):
            part.setVisible(known)
        self._show_buttons(reason)
        if not known or weight is None:
            self.title.setText(self.tr("A weight in hand"))
            return
        name = shown.names.weight(weight)
        self.title.setText(name)
        self.field.setAccessibleName(name)
        value = self._weights.value(weight)
        self.field.setReadOnly(bool(reason))
        if not self.field.hasFocus() or self.field.value() != value:
            self.field.show_weight(value)
        before, now = self._measures.standings(shown, index_of(shown.network, weight))
        self._show_curve(shown, weight, value, now)
        self._show_effect(shown, before, now)

    def _reason(self) -> str:
        if self._weight is None:
            return self.tr("Choose a weight in the diagram to take it in hand.")
        return self._weights.reason(self._weight)

    def _show_buttons(self, reason: str) -> None:
        surgery, weight = self._weights.surgery, self._weight
        busy = surgery.reason()
        known = weight is not None and self._weights.has(weight)
        locked = known and weight is not None and self._weights.is_locked(weight)
        self.lock.setText(self.tr("Unlock") if locked else self.tr("Lock"))
        tip = self.tr("Let it change again") if locked else self.tr("Neither hand nor training changes it")
        frozen = ""
        if known and weight is not None and surgery.is_frozen(weight.layer, weight.unit):
            frozen = self.tr("Its unit is frozen: let that learn again on Features.")
        self._offer(self.lock, tip, busy or frozen if known else reason)
        self._offer(self.zero, self.tr("Nothing passes along a weight of zero"), reason)
        self._offer(self.swap, self.tr("Let two units take each other's place"), self._reason_not_swapped(reason))
        self.undo.setEnabled(not busy and surgery.undo_stack.canUndo())
        self.redo.setEnabled(not busy and surgery.undo_stack.canRedo())

    def _reason_not_swapped(self, reason: str) -> str:
        weight, sizes = self._weight, self._session.network.sizes
        if weight is None or not self._weights.has(weight):
            return reason
        others = [unit for unit in range(min(2, sizes[weight.layer + 1])) if unit != weight.unit] or [weight.unit]
        if sizes[weight.layer + 1] > _MOST_UNITS_TO_SWAP:
            return self.tr("The layer has too many units to choose from.")
        return self._weights.reason_not_swapped(weight.layer, weight.unit, others[0])

    @staticmethod
    def _offer(button: Button, tip: str, reason: str) -> None:
        button.setEnabled(not reason)
        button.set_tip(reason or tip)

    # The curve

    def _show_curve(self, shown: Snapshot, weight: WeightRef, value: float, now: Standing) -> None:
        is_still, images = bool(self._weights.reason(weight)), self._measures.images(shown)
        if images is None:
            self.curve_title.setText(self.tr("No data set to count the cost on"))
            self.curve.clear()
            return
        self.curve_title.setText(self.tr("C_T along this weight, %n sample(s)", "", len(images)))
        self._widen(shown, weight, value)
        wanted = _Curve(weight, self._limits, shown.network, shown.model.loss, images)
        if self._curve is None or not self._curve.is_as(wanted):
            self._curve = replace(wanted, network=shown.network.copy())
            self._ask_for_curve(self._curve)
        self.curve.set_place(value, now.total, is_locked=is_still)

    def _widen(self, shown: Snapshot, weight: WeightRef, value: float) -> None:
        """Choose which values are shown, wider than all weights of the layer; while one drags, they stay."""
        low, high = self._limits
        if low < high and (low <= value <= high or self._gesture is not None):
            return
        size = abs(value) if math.isfinite(value) else 1.0
        limit = nice_limit(1.6 * max(size, shown.weight_limit(weight.layer)))
        self._limits = -limit, limit

    def _ask_for_curve(self, curve: _Curve) -> None:
        is_large = curve.network.weight_count > LARGE
        values = np.linspace(*curve.limits, _FEW_POINTS if is_large else _POINTS)
        index = index_of(curve.network, curve.weight)

        def work(_report: Report, _cancelled: object) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
            return values, along(curve.network, curve.loss, curve.images, index, values)

        if is_large:
            self._errand.ask(work, curve)
        else:
            self.curve.show_curve(values, along(curve.network, curve.loss, curve.images, index, values))

    @Slot(object, object)
    def _on_curve(self, found: tuple[NDArray[np.float64], NDArray[np.float64]], curve: object) -> None:
        if curve is self._curve:
            self.curve.show_curve(*found)

    # What a change does

    def _show_effect(self, shown: Snapshot, before: Standing, now: Standing) -> None:
        names = shown.model.class_names
        answers = [None if each.answer is None else names[each.answer] for each in (before, now)]
        texts = (
            self._change(*answers),
            self._change(*(None if each.cost is None else figure(each.cost) for each in (before, now))),
            self._change(*(None if each.total is None else figure(each.total) for each in (before, now))),
            self._right(before, now),
        )
        values = now.answer, now.cost, now.total, now.right
        for label, text, value in zip(self._lines, texts, values, strict=True):
            is_broken = isinstance(value, float) and not math.isfinite(value)
            label.setText(text)
            label.set_tone("danger" if is_broken else "text")
        if now.answer is None and self._measures.has_inputs(shown):
            self._lines[0].setText(figure(math.nan))
            self._lines[0].set_tone("danger")

    def _change(self, before: str | None, now: str | None) -> str:
        if now is None:
            return self.tr("–")
        return now if before is None or before == now else self.tr("{0} → {1}").format(before, now)

    def _right(self, before: Standing, now: Standing) -> str:
        if now.right is None:
            return self.tr("–")
        if before.right is None or before.right == now.right:
            return self.tr("{0} of {1}").format(thousands(now.right), thousands(now.images))
        counts = before.right, now.right, now.images
        return self.tr("{0} → {1} of {2}").format(*map(thousands, counts))

    def text(self) -> str:
        """Return what is said about the last change, line by line."""
        return "\n".join(f"{name.text()}: {line.text()}" for name, line in zip(self._titles, self._lines, strict=True))
