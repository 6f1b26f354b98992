"""The bench "Sizes": a network counted as textbooks count it, and what width and depth change on the plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from digitapp.datasets.problems import PLANE
from digitapp.gui.pages.lab import remembered
from digitapp.gui.pages.lab.bench import Bench
from digitapp.gui.pages.lab.sizes.facts import OneFacts, ShapesFacts
from digitapp.gui.pages.lab.sizes.one import USUAL, USUAL_BATCH, USUAL_OPTIMIZER, OneNetworkView
from digitapp.gui.pages.lab.sizes.shapes import ShapesView
from digitapp.gui.pages.lab.sizes.words import layer_title, shape_text
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import ScrollPanel, SegmentedControl
from digitapp.gui.widgets.numbers import thousands
from digitapp.gui.widgets.refresher import Refresher
from digitapp.lab.plane_shapes import SEEDS, SHAPES
from digitapp.lab.sizes import NetworkSize, SizesError, parse_sizes
from digitapp.training.config import MAX_BATCH_SIZE

_MARGIN = 24


class SizesBench(Bench):
    """One network to be typed, and nine that learn the same points."""

    def __init__(
        self, session: Session, settings: Settings, refresher: Refresher, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, settings, refresher, parent)
        self.view = SegmentedControl([self.tr("One network"), self.tr("On the plane")], name=self.tr("What is shown"))
        self.one = OneNetworkView(session.start_job)
        self.shapes = ShapesView(session.start_job)
        self.one_facts, self.shapes_facts = OneFacts(), ShapesFacts()
        self._build()
        self.view.currentChanged.connect(self._on_view_chosen)
        self.one.changed.connect(self._on_changed)
        self.shapes.changed.connect(self._on_changed)
        self.one.measured.connect(self._on_told_more)
        self.shapes.told_more.connect(self._on_told_more)
        self.take_up({})

    def _build(self) -> None:
        tools = QHBoxLayout(self.tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.addWidget(self.view)
        self._views = QStackedLayout(self)
        self._views.setContentsMargins(0, 0, 0, 0)
        self.details = ScrollPanel("surface")
        column = QVBoxLayout(self.details.content)
        column.setContentsMargins(_MARGIN, 20, _MARGIN, 20)
        for view, facts in ((self.one, self.one_facts), (self.shapes, self.shapes_facts)):
            self._views.addWidget(view)
            column.addWidget(facts)
        column.addStretch(1)

    # State

    def state(self) -> dict[str, Any]:
        return {
            "view": self.view.currentIndex(),
            "layers": shape_text(self.one.network.sizes),
            "batch": self.one.batch_size,
            "optimizer": self.one.optimizer_key,
            "points": self.shapes.data.currentIndex(),
            "shape": SHAPES.index(self.shapes.current),
        }

    def take_up(self, state: Mapping[str, Any]) -> None:
        batch = remembered.number(state, "batch", USUAL_BATCH, 1, MAX_BATCH_SIZE)
        optimizer = remembered.text(state, "optimizer", USUAL_OPTIMIZER)
        if self.one.optimizer.findData(optimizer) < 0:
            optimizer = USUAL_OPTIMIZER
        self.one.show_values(_size(remembered.text(state, "layers", "")), int(batch), optimizer)
        self.shapes.show_values(
            remembered.place(state, "points", len(PLANE.datasets)),
            SHAPES[remembered.place(state, "shape", len(SHAPES))],
        )
        self.view.setCurrentIndex(remembered.place(state, "view", self.view.count()))
        self._show()

    def numbers(self) -> str:
        """Return the layers counted, or the losses of every network on the plane."""
        lines = self._shapes_numbers() if self.view.currentIndex() else self._layer_numbers()
        return "\n".join("\t".join(line) for line in lines)

    def _layer_numbers(self) -> Sequence[Sequence[str]]:
        size = self.one.network
        lines = [["layer", "inputs", "units", "weights", "biases", "parameters"]]
        for place, layer in enumerate(size.layers):
            counts = layer.inputs, layer.units, layer.weights, layer.units, layer.parameters
            lines.append([layer_title(size, place), *map(str, counts)])
        return [*lines, ["", "", str(size.neurons), str(size.weights), str(size.biases), str(size.parameters)]]

    def _shapes_numbers(self) -> Sequence[Sequence[str]]:
        if not self.shapes.tried:
            return []
        lines = [["hidden", "parameters", "seed", "loss", "loss held back", "right", "right held back"]]
        for hidden, tried in self.shapes.tried.items():
            for place, seed in enumerate(SEEDS):
                measured = (*tried.losses[:, place], *tried.accuracies[:, place])
                lines.append(
                    [shape_text(hidden), str(tried.parameters), str(seed), *(f"{value:.6g}" for value in measured)]
                )
        return lines

    # What is shown

    def _show(self) -> None:
        """Show what is known, and have found out what is not, as long as somebody sees it."""
        is_one = self.view.currentIndex() == 0
        self.one_facts.setVisible(is_one)
        self.shapes_facts.setVisible(not is_one)
        if is_one:
            self.one_facts.show_size(self.one.network, self.one.batch_size, self.one.step_time)
            self.say(self.tr("{0} parameters").format(thousands(self.one.network.parameters)))
        else:
            self.shapes_facts.show_tried(self.shapes.tried, self.shapes.current)
            self.say(
                self.tr("{0} of {1} shapes have learned, {2} networks each").format(
                    len(self.shapes.tried), len(SHAPES), len(SEEDS)
                )
            )
        if self.isVisible():
            self._find_out()

    def _find_out(self) -> None:
        if self.view.currentIndex() == 0:
            self.one.measure()
        elif not self.shapes.is_known:
            self.shapes.find_out()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._find_out()

    # What is done

    @Slot()
    def _on_view_chosen(self) -> None:
        self._views.setCurrentIndex(self.view.currentIndex())
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        self._show()
        self.state_changed.emit()
        self.numbers_changed.emit()

    @Slot()
    def _on_told_more(self) -> None:
        self._show()
        self.numbers_changed.emit()


def _size(text: str) -> NetworkSize:
    """Return a size that is remembered as text, the usual one where it is none."""
    try:
        return parse_sizes(text)
    except SizesError:
        return USUAL
