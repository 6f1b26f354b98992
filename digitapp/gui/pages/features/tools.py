"""The tools around the units: which layer, what of it, in which order, on which scale, and how large."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.features.shown import Shown
from digitapp.gui.widgets import CheckBox, ComboBox, GhostButton, Label, ScaleBar, SegmentedControl

_LEAST_SCALE = 120


class Order(Enum):
    """How the tiles are sorted."""

    INDEX = "index"
    SIMILARITY = "similarity"
    CLASS = "class"
    IMPORTANCE = "importance"
    ASLEEP = "asleep"
    STRENGTH = "strength"


class FeatureTools(QWidget):
    """One row of tools, or two where one is too narrow.

    Signals: `layer_chosen(layer)`, `shown_chosen` and `order_chosen`, by the user alone; `width_changed`.
    """

    layer_chosen = Signal(int)
    shown_chosen = Signal()
    order_chosen = Signal()
    width_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._arranged_for = QSize()
        self.layers = SegmentedControl(name=self.tr("Layer"))
        self.shown_box = ComboBox()
        self.shown_box.setAccessibleName(self.tr("What the tiles show"))
        self.class_box = ComboBox()
        self.class_box.setAccessibleName(self.tr("For which class"))
        self.order_box = ComboBox()
        self.order_box.setAccessibleName(self.tr("Order of the units"))
        self.order_box.setToolTip(self.tr("Order of the units. It keeps still while the network learns"))
        for box in self._boxes:
            box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.scale_bar = ScaleBar()
        # By whether the inputs are places in a plane, and whether it is the first layer.
        self._chosen = {
            (False, True): Shown.WEIGHTS,
            (False, False): Shown.PROJECTED,
            (True, True): Shown.REGION,
            (True, False): Shown.REGION,
        }
        self._kind = False, True
        self._texts: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._rows = 0
        self._first, self._second = QHBoxLayout(), QHBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 16, 0)
        column.setSpacing(theme.SPACE)
        for row in (self._first, self._second):
            row.setSpacing(theme.SPACE)
            column.addLayout(row)
        self.arrange(10_000)
        self.layers.currentChanged.connect(self.layer_chosen)
        self.shown_box.activated.connect(self._on_shown_chosen)
        self.class_box.activated.connect(self.shown_chosen)
        self.order_box.activated.connect(self.order_chosen)

    def minimumSizeHint(self) -> QSize:
        # Never so wide that the window has to grow: where one row is too narrow, `arrange` makes two.
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.width_changed.emit()

    def event(self, event: QEvent) -> bool:
        # New segments know how wide they are only when they have been polished, some time after they were set.
        if event.type() == QEvent.Type.LayoutRequest and self.layers.sizeHint() != self._arranged_for:
            self.width_changed.emit()
        return super().event(event)

    @property
    def _boxes(self) -> tuple[ComboBox, ...]:
        return self.shown_box, self.class_box, self.order_box

    @property
    def shown(self) -> Shown:
        """What the tiles show."""
        return self.shown_box.currentData()

    @property
    def label(self) -> int:
        """For which class, where that makes a difference."""
        return max(0, self.class_box.currentIndex())

    @property
    def order(self) -> Order:
        """How the tiles are sorted."""
        return self.order_box.currentData()

    def set_layers(self, texts: Sequence[str], short_texts: Sequence[str], current: int) -> None:
        """Offer the layers of another network; the short texts are for where the others do not fit."""
        self._texts = tuple(texts), tuple(short_texts)
        self.layers.set_segments(list(texts))
        self.set_layer(current)

    def set_layer(self, layer: int) -> None:
        """Show which layer is chosen."""
        blocked = self.layers.blockSignals(True)
        self.layers.setCurrentIndex(layer)
        self.layers.blockSignals(blocked)

    def set_classes(self, names: Sequence[str]) -> None:
        """Offer the classes that a picture can be about."""
        chosen = self.label
        self.class_box.clear()
        for name in names:
            self.class_box.add_entry(self.tr("Class {0}").format(name))
        self.class_box.setCurrentIndex(min(chosen, len(names) - 1))

    def offer(self, *, is_plane: bool, is_first: bool, is_output: bool) -> None:
        """Offer what makes sense for a layer; what was chosen before stays chosen where it does."""
        order = self.order_box.currentData()
        self._kind = is_plane, is_first
        self.shown_box.clear()
        if is_plane:
            tip = self.tr("The unit's sum at every place in the plane: where it wakes, and where it is quiet")
            self._add(self.shown_box, self.tr("Region"), Shown.REGION, tip)
        if not is_first:
            tip = self.tr("The weights of all layers below, multiplied: a linear sketch")
            self._add(self.shown_box, self.tr("Projected"), Shown.PROJECTED, tip)
        tip = self.tr("The filter itself: what the unit multiplies its inputs by")
        self._add(self.shown_box, self.tr("Weights"), Shown.WEIGHTS, tip)
        if not is_plane:
            tip = self.tr("How the ink differs from the average when the unit is excited, which a filter does not tell")
            self._add(self.shown_box, self.tr("Pattern"), Shown.PATTERN, tip)
        tip = self.tr("What training has added to the weights that the network began with")
        self._add(self.shown_box, self.tr("Change"), Shown.CHANGE, tip)
        tip = self.tr("Weights times the average input of one class: what each cell adds to the unit's sum there")
        self._add(self.shown_box, self.tr("By class"), Shown.CLASS, tip)
        self.shown_box.setCurrentIndex(max(0, self.shown_box.findData(self._chosen[self._kind])))
        self._show_chosen()
        self.order_box.clear()
        for text, data, tip in self._orders():
            if not is_output or data not in (Order.CLASS, Order.IMPORTANCE, Order.ASLEEP):
                self._add(self.order_box, text, data, tip)
        self.order_box.setCurrentIndex(max(0, self.order_box.findData(order)))

    def _orders(self) -> tuple[tuple[str, Order, str], ...]:
        return (
            (self.tr("Order: index"), Order.INDEX, self.tr("As they stand in the network")),
            (self.tr("Order: likeness"), Order.SIMILARITY, self.tr("Neighbours look alike")),
            (self.tr("Order: class"), Order.CLASS, self.tr("By the class that they vote for most")),
            (
                self.tr("Order: importance"),
                Order.IMPORTANCE,
                self.tr("Each is switched off in turn: first those without which the answers are worst"),
            ),
            (self.tr("Order: asleep"), Order.ASLEEP, self.tr("First those that the fewest images wake")),
            (self.tr("Order: strength"), Order.STRENGTH, self.tr("The longest weights first")),
        )

    def _add(self, box: ComboBox, text: str, data: object, tip: str) -> None:
        box.add_entry(text, data=data)
        box.setItemData(box.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)

    def choose_order(self, order: Order) -> None:
        """Show another order as chosen, without `order_chosen`."""
        self.order_box.setCurrentIndex(max(0, self.order_box.findData(order)))

    def arrange(self, width: int) -> None:
        """Put all tools into one row of this width, or choices and scale into a second."""
        for texts in self._texts:
            for index, text in enumerate(texts):
                self.layers.set_text(index, text)
            if self.layers.sizeHint().width() <= width - 20:
                break
        self._arranged_for = self.layers.sizeHint()
        shown = [box for box in self._boxes if not box.isHidden()]
        needed = self.layers.sizeHint().width() + sum(box.sizeHint().width() + theme.SPACE for box in shown)
        rows = 1 if needed + theme.scaled(_LEAST_SCALE) + 40 <= width - 20 else 2
        if rows == self._rows:
            return
        self._rows = rows
        for row in (self._first, self._second):
            while row.takeAt(0):
                pass
        self._first.addWidget(self.layers)
        if rows == 2:
            self._first.addStretch(1)
        target = self._first if rows == 1 else self._second
        for box in self._boxes:
            target.addWidget(box)
        target.addStretch(1)
        target.addWidget(self.scale_bar)

    def _show_chosen(self) -> None:
        self.class_box.setVisible(self.shown is Shown.CLASS)
        index = self.shown_box.currentIndex()
        self.shown_box.setToolTip(self.shown_box.itemData(index, Qt.ItemDataRole.ToolTipRole))

    def _on_shown_chosen(self) -> None:
        self._chosen[self._kind] = self.shown
        self._show_chosen()
        self.shown_chosen.emit()


class SizeTools(QWidget):
    """The line below the units: what to do here, one scale for all or each its own, and how large the tiles are.

    Signals: `own_scale_chosen`; `zoom_wanted(factor)`, `whole_wanted` and `suiting_wanted` for sizes of the tiles.
    """

    own_scale_chosen = Signal()
    zoom_wanted = Signal(float)
    whole_wanted = Signal()
    suiting_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hint = Label("", "caption", "text2", wrap=True)
        self.own_scale = CheckBox(self.tr("Own scale"))
        self.own_scale.setToolTip(
            self.tr(
                "Each unit's colours reach to its own largest weight: faint units show their form, but not how faint"
            )
        )
        self.own_scale.toggled.connect(self.own_scale_chosen)
        self.smaller = GhostButton("", "minus", tip=self.tr("Smaller tiles"), key="Ctrl+Wheel, −")
        self.larger = GhostButton("", "plus", tip=self.tr("Larger tiles"), key="Ctrl+Wheel, +")
        self.fit = GhostButton(self.tr("All"), tip=self.tr("All units at once, or the usual size again"), key="0")
        self.fit.setCheckable(True)
        self.smaller.clicked.connect(lambda: self.zoom_wanted.emit(1 / 1.5))
        self.larger.clicked.connect(lambda: self.zoom_wanted.emit(1.5))
        self.fit.clicked.connect(self._on_fit)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 16, 0)
        row.setSpacing(4)
        row.addWidget(self.hint, 1)
        row.addWidget(self.own_scale)
        row.addSpacing(8)
        for button in (self.smaller, self.fit, self.larger):
            row.addWidget(button)

    def show_zoom(self, *, is_whole: bool) -> None:
        """Show whether all units are in sight because the user wanted that."""
        self.fit.setChecked(is_whole)

    def _on_fit(self, checked: bool) -> None:
        (self.whole_wanted if checked else self.suiting_wanted).emit()
