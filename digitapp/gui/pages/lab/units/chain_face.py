"""The second question: how far does a gradient get through many layers?"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui.pages.lab import remembered
from digitapp.gui.pages.lab.face import Face
from digitapp.gui.pages.lab.facts import FactRows, add_section, inspector_column
from digitapp.gui.pages.lab.number_fields import whole_field
from digitapp.gui.plots.line_plot import Line, LinePlot, line_up
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.translation import in_a_row, translate
from digitapp.gui.widgets import Card, ComboBox, FieldRow, GhostButton, Label, SegmentedControl, Slider
from digitapp.gui.widgets.numbers import figure
from digitapp.gui.widgets.series import SeriesMark
from digitapp.gui.words.choices import activation_words, choice_words
from digitapp.lab.units.gradient_chain import MOST_LAYERS, MOST_WIDTH, Chain, Reach, measure
from digitapp.nn import ACTIVATIONS, INITIALIZERS
from digitapp.progress import Report
from digitapp.training.config import ConfigError

_FIRST = Chain(layers=20)
_PAIRS = (("sigmoid", "glorot"), ("tanh", "glorot"), ("relu", "he"), ("relu", "uniform"))
_NONE = ""
_STARTS = ("he", "glorot", "normal", "uniform")
_COMPARISONS = (_PAIRS, *(tuple((key, start) for start in _STARTS) for key in ("sigmoid", "tanh", "relu")))


class ChainFace(Face):
    """Gradients and activations by layer, of up to four kinds of layer."""

    def __init__(self, start_job: StartJob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.seed = _FIRST.seed
        self.layer = 1
        """The hidden layer that the cursor is at, from 1."""
        self.reaches: list[tuple[int, Reach]] = []
        self._is_quiet = False
        self._errand = Errand(start_job, self)
        self._errand.found.connect(self._on_found)
        self._errand.failed.connect(self._on_failed)
        self._build_stage()
        self._build_details()
        self.take_up({})

    def _build_stage(self) -> None:
        layers = self.tr("hidden layer")
        self.gradients = LinePlot(self.tr("Gradient by layer"), log=True, whole=True, x_title=layers)
        self.spreads = LinePlot(self.tr("Spread of the activations by layer"), log=True, whole=True, x_title=layers)
        self.measure = Label("", "caption", "text2")
        self.what = SegmentedControl(
            [self.tr("what travels back"), self.tr("what the weights get")], name=self.tr("Gradient")
        )
        self.what.currentChanged.connect(self._on_what)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for title, plot in (
            (self.tr("Gradient by layer"), self.gradients),
            (self.tr("Spread of the activations by layer"), self.spreads),
        ):
            card = Card(title)
            if plot is self.gradients:
                card.slot.addWidget(self.what)
                card.body.addWidget(self.measure)
            else:
                card.body.addWidget(Label(self.tr("standard deviation over units and samples"), "caption", "text2"))
            card.body.addWidget(plot, 1)
            column.addWidget(card, 3 if plot is self.gradients else 2)
            plot.moved.connect(self._on_layer)

    def _build_details(self) -> None:
        column = inspector_column(self.details)
        column.addWidget(Label(self.tr("How far does a gradient get?"), "title", wrap=True))
        lead = self.tr(
            "Hidden layers of one kind stand behind each other, with the weights as they were drawn, and a gradient is "
            "sent back through them: real networks, real back-propagation."
        )
        column.addWidget(Label(lead, "body", "text2", wrap=True))
        self.layers = whole_field(_FIRST.layers, 1, MOST_LAYERS)
        self.slider = Slider(1, MOST_LAYERS, name=self.tr("Hidden layers"))
        self.width_field = whole_field(_FIRST.width, 1, MOST_WIDTH, 8)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.slider, 1)
        row.addWidget(self.layers)
        layers = FieldRow(self.tr("Hidden layers"), both)
        self.layers.setAccessibleName(self.tr("Hidden layers"))
        self.layers.error_changed.connect(layers.set_error)
        column.addWidget(layers)
        column.addWidget(FieldRow(self.tr("Units of each"), self.width_field))
        header = add_section(column, self.tr("Kinds of layer"))
        self.dice = GhostButton(icon="dice", tip=self.tr("Draw other weights and inputs"))
        header.add(self.dice)
        self.comparison = ComboBox()
        self.comparison.setAccessibleName(self.tr("What is compared"))
        for title in (
            self.tr("Sigmoid, tanh and ReLU"),
            self.tr("Sigmoid from four starts"),
            self.tr("Tanh from four starts"),
            self.tr("ReLU from four starts"),
            self.tr("Own choice"),
        ):
            self.comparison.addItem(title)
        column.addWidget(self.comparison)
        column.addLayout(self._make_rows())
        self._at_layer = add_section(column, " ")
        self.arrives = FactRows()
        column.addWidget(self.arrives)
        self.meaning = Label("", "body", "text2", wrap=True)
        column.addWidget(self.meaning)
        column.addStretch(1)
        self.layers.value_changed.connect(self._on_layers)
        self.slider.valueChanged.connect(self._on_layers)
        self.width_field.value_changed.connect(self._on_changed)
        self.comparison.currentIndexChanged.connect(self._on_comparison)
        self.dice.clicked.connect(self._on_dice)

    def _make_rows(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        self.boxes: list[tuple[ComboBox, ComboBox]] = []
        for index in range(len(_PAIRS)):
            activation, start = ComboBox(), ComboBox()
            activation.addItem(self.tr("none"), _NONE)
            for key in ACTIVATIONS:
                activation.addItem(activation_words(key).title, key)
            for key, entry in INITIALIZERS.items():
                start.addItem(choice_words("initializer", key, entry).title, key)
            activation.setAccessibleName(self.tr("Activation of series {0}").format(index + 1))
            start.setAccessibleName(self.tr("Start of the weights of series {0}").format(index + 1))
            grid.addWidget(SeriesMark(index, line=True), index, 0)
            for place, box in enumerate((activation, start), 1):
                grid.addWidget(box, index, place)
                grid.setColumnStretch(place, 3 if place == 1 else 2)
                box.currentIndexChanged.connect(self._on_changed)
            self.boxes.append((activation, start))
        return grid

    # What is measured

    def chains(self) -> list[tuple[int, Chain]]:
        """Return what is to be measured, with the series of each."""
        layers, width = self.layers.value(), self.width_field.value()
        return [
            (index, Chain(activation.currentData(), start.currentData(), layers, width, self.seed))
            for index, (activation, start) in enumerate(self.boxes)
            if activation.currentData() != _NONE
        ]

    def _ask(self) -> None:
        chains = self.chains()

        def work(_report: Report, cancelled: threading.Event) -> list[tuple[int, Reach]]:
            return [(index, measure(chain)) for index, chain in chains if not cancelled.is_set()]

        self._errand.ask(work, tuple(chains))

    @Slot(object, object)
    def _on_found(self, reaches: list[tuple[int, Reach]], _key: object) -> None:
        self.reaches = reaches
        self._show()
        self.changed.emit()

    @Slot(object, object)
    def _on_failed(self, error: Exception, _key: object) -> None:
        self.failed.emit(error)

    # What is shown

    def _show(self) -> None:
        travels = self.what.currentIndex() == 0
        layers = self.layers.value()
        ends = 1.0, float(max(2, layers))
        self.measure.setText(
            self.tr("mean |∂C/∂z| of a sample, over the units of a layer")
            if travels
            else self.tr("mean |∂C/∂w|, over the weights of a layer")
        )
        self.gradients.show_lines(self._lines(lambda reach: reach.deltas if travels else reach.gradients), x_range=ends)
        self.spreads.show_lines(self._lines(lambda reach: reach.spreads), x_range=ends)
        for plot in (self.gradients, self.spreads):
            plot.set_cursor(float(min(self.layer, layers)))
        line_up(self.gradients, self.spreads)
        self._at_layer.title.setText(self.tr("What arrives at layer {0}").format(min(self.layer, layers)))
        self.arrives.set_rows(
            [(_name(reach.chain), self._share_text(reach)) for _, reach in self.reaches],
            [index for index, _ in self.reaches],
        )
        self.meaning.setText(self._meaning())
        self.said.emit(self.tr("%n hidden layer(s)", "", layers))

    def _lines(self, of: Callable[[Reach], NDArray[np.float64]]) -> list[Line]:
        return [
            Line(_name(reach.chain), np.arange(1.0, reach.chain.layers + 1), of(reach), index, marks=True)
            for index, reach in self.reaches
        ]

    def _share_text(self, reach: Reach) -> str:
        share = reach.share_at(min(self.layer, reach.chain.layers) - 1)
        if not math.isfinite(share):
            return self.tr("nothing")
        if share == 1:
            return self.tr("all of it")
        return self.tr("{0} of the last").format(figure(share, 2))

    def _meaning(self) -> str:
        shares = [reach.share for _, reach in self.reaches if math.isfinite(reach.share)]
        if not shares:
            return ""
        vanishes = self.tr(
            "Every layer multiplies the gradient by the slopes of its units and by its weights. Where that is less "
            "than 1 each time, the first layers hear almost nothing: the gradient vanishes."
        )
        explodes = self.tr(
            "Where every layer multiplies the gradient by more than 1 it explodes, and a step of any size is too large "
            "for the first layers."
        )
        keeps = self.tr(
            "These starts keep the gradient about as large as it was, layer after layer: that is what they were made "
            "for."
        )
        does_vanish, does_explode = min(shares) < 1e-3, max(shares) > 1e3
        if not (does_vanish or does_explode):
            return keeps
        return in_a_row(vanishes if does_vanish else "", explodes if does_explode else "")

    # What is done

    @Slot(object)
    def _on_layers(self, count: int) -> None:
        if not self._is_quiet:
            self._is_quiet = True
            self.layers.set_value(int(count))
            self.slider.setValue(int(count))
            self._is_quiet = False
            self._on_changed()

    @Slot(float)
    def _on_layer(self, layer: float) -> None:
        self.layer = round(layer)
        self._show()
        self.changed.emit()

    @Slot(int)
    def _on_comparison(self, index: int) -> None:
        if not self._is_quiet and index < len(_COMPARISONS):
            self._set_pairs(_COMPARISONS[index])
            self._on_changed()

    def _set_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._is_quiet = True
        for boxes, pair in zip(self.boxes, pairs, strict=True):
            for box, key in zip(boxes, pair, strict=True):
                box.setCurrentIndex(box.findData(key))
        self._is_quiet = False

    def _show_comparison(self) -> None:
        """Say which comparison it is that the boxes make."""
        pairs = tuple((activation.currentData(), start.currentData()) for activation, start in self.boxes)
        self._is_quiet = True
        self.comparison.setCurrentIndex(_COMPARISONS.index(pairs) if pairs in _COMPARISONS else len(_COMPARISONS))
        self._is_quiet = False

    @Slot()
    def _on_changed(self) -> None:
        if not self._is_quiet:
            self._show_comparison()
            self._ask()
            self.changed.emit()

    @Slot()
    def _on_what(self) -> None:
        if not self._is_quiet:
            self._show()
            self.changed.emit()

    @Slot()
    def _on_dice(self) -> None:
        self.seed += 1
        self._on_changed()

    # State

    def state(self) -> dict[str, Any]:
        return {
            "layers": self.layers.value(),
            "width": self.width_field.value(),
            "seed": self.seed,
            "pairs": [[activation.currentData(), start.currentData()] for activation, start in self.boxes],
            "layer": self.layer,
            "weights": self.what.currentIndex() == 1,
        }

    def take_up(self, state: Mapping[str, Any]) -> None:
        chain = _FIRST
        for name in ("layers", "width", "seed"):
            try:
                chain = replace(chain, **{name: state[name]})
            except (KeyError, ConfigError):
                continue
        self._is_quiet = True
        self.layers.set_value(chain.layers)
        self.slider.setValue(chain.layers)
        self.width_field.set_value(chain.width)
        self.seed = chain.seed
        self.layer = round(remembered.number(state, "layer", 1, 1, chain.layers))
        self._set_pairs(_pairs(state.get("pairs")))
        self._is_quiet = True
        self.what.setCurrentIndex(1 if state.get("weights") is True else 0)
        self._is_quiet = False
        self._on_changed()

    def numbers(self) -> str:
        if not self.reaches:
            return ""
        lines = ["series\tlayer\tmean |dC/dz|\tmean |dC/dw|\tmean activation\tspread"]
        for _, reach in self.reaches:
            rows = zip(reach.deltas, reach.gradients, reach.means, reach.spreads, strict=True)
            for layer, values in enumerate(rows, 1):
                lines.append("\t".join([_name(reach.chain), str(layer), *(f"{value:.6g}" for value in values)]))
        return "\n".join(lines)


def _pairs(stored: object) -> Sequence[tuple[str, str]]:
    """Return the kinds of layer that were stored, the first ones where they are none."""
    found = []
    for index, usual in enumerate(_PAIRS):
        pair = stored[index] if isinstance(stored, list) and index < len(stored) else None
        fits = isinstance(pair, (list, tuple)) and len(pair) == 2 and all(isinstance(key, str) for key in pair)
        fits = fits and pair[0] in {*ACTIVATIONS, _NONE} and pair[1] in INITIALIZERS  # type: ignore[index]
        found.append(tuple(pair) if fits and pair is not None else usual)
    return found


def _name(chain: Chain) -> str:
    activation = activation_words(chain.activation).title
    start = choice_words("initializer", chain.initializer, INITIALIZERS[chain.initializer]).title
    return translate("Units", "{0}, {1}").format(activation, start)
