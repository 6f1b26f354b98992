"""The tools above the units: which layer, what of it, in which order, and what the colours mean."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.widgets import ComboBox, ScaleBar, SegmentedControl

_LEAST_SCALE = 120


class Shown(Enum):
    """What the tiles show."""

    WEIGHTS = "weights"
    PROJECTED = "projected"


class Order(Enum):
    """How the tiles are sorted."""

    INDEX = "index"
    CLASS = "class"
    STRENGTH = "strength"


class FeatureTools(QWidget):
    """One row of tools, or two where one is too narrow.

    Signals: `layer_chosen(layer)`, `shown_chosen` and `order_chosen`, by the user alone.
    """

    layer_chosen = Signal(int)
    shown_chosen = Signal()
    order_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers = SegmentedControl(name=self.tr("Layer"))
        self.shown_box = ComboBox()
        self.shown_box.setAccessibleName(self.tr("What the tiles show"))
        self.shown_box.setToolTip(
            self.tr("Projected: the weights of all layers below, multiplied. Weights: one from each unit below")
        )
        self.order_box = ComboBox()
        self.order_box.setAccessibleName(self.tr("Order of the units"))
        self.order_box.setToolTip(self.tr("Order of the units. It keeps still while the network learns"))
        for box in (self.shown_box, self.order_box):
            box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.scale_bar = ScaleBar()
        self._deep = Shown.PROJECTED
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
        self.order_box.activated.connect(self.order_chosen)

    @property
    def shown(self) -> Shown:
        """What the tiles show."""
        return self.shown_box.currentData()

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

    def offer(self, *, is_first: bool, is_output: bool) -> None:
        """Offer what makes sense for a layer; what was chosen before stays chosen where it does."""
        order = self.order_box.currentData()
        self.shown_box.clear()
        if not is_first:
            self.shown_box.add_entry(self.tr("Projected"), data=Shown.PROJECTED)
        self.shown_box.add_entry(self.tr("Weights"), data=Shown.WEIGHTS)
        if not is_first:
            self.shown_box.setCurrentIndex(self.shown_box.findData(self._deep))
        # One choice is no choice.
        self.shown_box.setVisible(not is_first)
        self.order_box.clear()
        self.order_box.add_entry(self.tr("Order: index"), data=Order.INDEX)
        if not is_output:
            self.order_box.add_entry(self.tr("Order: class"), data=Order.CLASS)
        self.order_box.add_entry(self.tr("Order: strength"), data=Order.STRENGTH)
        self.order_box.setCurrentIndex(max(0, self.order_box.findData(order)))

    def arrange(self, width: int) -> None:
        """Put all tools into one row of this width, or choices and scale into a second."""
        boxes = (self.shown_box, self.order_box)
        for texts in self._texts:
            for index, text in enumerate(texts):
                self.layers.set_text(index, text)
            if self.layers.sizeHint().width() <= width - 20:
                break
        shown = [box for box in boxes if not box.isHidden()]
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
        for box in boxes:
            target.addWidget(box)
        target.addStretch(1)
        target.addWidget(self.scale_bar)

    def _on_shown_chosen(self) -> None:
        self._deep = self.shown
        self.shown_chosen.emit()
