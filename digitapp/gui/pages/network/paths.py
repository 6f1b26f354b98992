"""The network as units and connections: all of a small one, the strongest paths of a large one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.network_diagram import NetworkDiagram
from digitapp.gui.diagram.paths_layout import unit_counts
from digitapp.gui.diagram.paths_picture import PathPicture
from digitapp.gui.diagram.paths_view import PathsDiagram
from digitapp.gui.diagram.paths_words import PathWords
from digitapp.gui.diagram.view import MOST_LINES
from digitapp.gui.pages.network.view import NetworkView
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import itemised
from digitapp.gui.widgets import EmptyState, Label, LinkButton, PlainButton
from digitapp.gui.widgets.refresher import Refresher
from digitapp.inspection.paths import strongest_paths
from digitapp.inspection.unit_images import layer_images
from digitapp.nn.network import Network

_SMALL_INPUT = 64
_SMALL_UNITS = 24  # in one layer


def is_small(network: Network) -> bool:
    """Return whether every unit and every connection of a network can be drawn and told apart."""
    sizes = network.sizes
    lines = sum(before * after for before, after in pairwise(sizes))
    return sizes[0] <= _SMALL_INPUT and max(sizes[1:]) <= _SMALL_UNITS and lines <= MOST_LINES


class PathsView(NetworkView):
    """Units and connections, live for the present drawing."""

    def __init__(self, session: Session, refresher: Refresher, parent: QWidget | None = None) -> None:
        super().__init__(session, refresher, parent)
        self.whole = NetworkDiagram(session)
        self.whole.follow(session, refresher)
        self.whole.setObjectName("wholeNetwork")
        self.paths = PathsDiagram()
        sample = PlainButton(self.tr("Show me a 3"), "pen", tip=self.tr("Draw a sample that can be undone"))
        sample.clicked.connect(self._show_sample)
        self.empty = EmptyState(
            "pen",
            self.tr("Draw a digit on the right"),
            self.tr("Then the units that do most for the answer appear here, layer by layer, and follow the pen."),
            [sample],
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.whole, 1)
        column.addWidget(self.paths, 1)
        column.addWidget(self.empty, 0, Qt.AlignmentFlag.AlignTop)
        self.details = self.reading = PathDetails()
        self._folded: Network | None = None
        self._output: int | None = None  # that is followed; None is the answer
        self._previous: tuple[tuple[int, ...], ...] = ()
        self.paths.unit_chosen.connect(session.select_unit)
        self.paths.unit_opened.connect(self._open_unit)
        self.paths.output_chosen.connect(self.follow)
        self.paths.resized.connect(self._on_resized)
        self.reading.answer_wanted.clicked.connect(self.follow_answer)
        self.reading.features_wanted.clicked.connect(self._show_features)
        refresher.add("selected unit", self._show_selected, on=(session.selection_changed,), of=self)
        session.problem_changed.connect(self.follow_answer)
        session.network_changed.connect(self._forget)

    # What is followed

    @Slot(int)
    def follow(self, output: int) -> None:
        """Follow the paths to an output, whatever the answer is."""
        self._output = output
        self.part.mark_in_turn()

    @Slot()
    def follow_answer(self) -> None:
        """Follow the paths to the answer again."""
        self._output = None
        self.part.mark_in_turn()

    @Slot()
    def _forget(self) -> None:
        self._previous = ()
        if self._output is not None and self._output >= self.session.network.sizes[-1]:
            self._output = None

    # What is shown

    def refresh_network(self, shown: Snapshot) -> None:
        network = shown.network
        small = is_small(network)
        self._folded = network.folded() if any(network.normalized) else network
        self.whole.setVisible(small)
        self.details.setVisible(not small)
        if small:
            self.paths.hide()
            self.empty.hide()

    def refresh_answer(self, shown: Snapshot) -> None:
        answer, network = shown.answer, self._folded
        if network is None:
            return
        if is_small(network):
            self.say(self.tr("The whole network: every line is a weight, every box a unit. Hover one for its sum."))
            return
        known = answer.inputs is not None and answer.probabilities is not None
        self.empty.setVisible(not known)
        self.paths.setVisible(known)
        if not known:
            self._previous = ()
            self.paths.show_picture(None)
            self.reading.show_nothing()
            self.say(self.tr("The network as units and connections: the paths on which it comes to its answer."))
            return
        self._show_paths(network, shown)

    def _show_paths(self, network: Network, shown: Snapshot) -> None:
        answer, problem = shown.answer, shown.problem
        assert answer.inputs is not None and answer.probabilities is not None
        grid = (problem.rows, problem.columns)
        output = self._output if self._output is not None else answer.best or 0
        counts = unit_counts(network.sizes, grid, self.paths.height(), max(1.0, theme.scaled(100) / 100))
        outputs = likeliest(answer.probabilities, counts[-1], output)
        with np.errstate(all="ignore"):
            paths = strongest_paths(network, answer.inputs, output, counts[:-1], outputs, self._previous)
        self._previous = paths.units[:-1]
        images = chosen_images(network, paths.units[0], grid)
        limit = shown.weight_limit(0)
        words = PathWords(network, shown.model.class_names, shown.names)
        probabilities = answer.probabilities[list(outputs)]
        ink = answer.inputs.reshape(grid)
        self.paths.show_picture(PathPicture(paths, images, limit, ink, probabilities, answer.best, words))
        self.say(words.sentence(paths))
        pinned = "" if self._output is None else words.class_name(self._output)
        self.reading.show_followed(pinned, has_hidden=len(network.sizes) > 2)
        self._show_selected(shown)

    def _show_selected(self, shown: Snapshot) -> None:
        if self._folded is None or is_small(self._folded):
            return
        selected = shown.selected
        self.paths.show_selected(selected.layer, selected.unit)
        words = PathWords(self._folded, shown.model.class_names, shown.names)
        self.reading.show_selected(words.title(selected.layer, selected.unit))

    @Slot()
    def _on_resized(self) -> None:
        self.part.mark_in_turn()

    @Slot(int, int)
    def _open_unit(self, layer: int, unit: int) -> None:
        self.session.select_unit(layer, unit)
        self._show_features()

    @Slot()
    def _show_features(self) -> None:
        self.page_wanted.emit("featuresPage", None)

    @Slot()
    def _show_sample(self) -> None:
        if self.session.problem.sample is not None:
            self.session.artwork.commit(self.session.problem.sample, self.tr("Sample"))


def likeliest(probabilities: np.ndarray, count: int, followed: int) -> tuple[int, ...]:
    """Return the outputs to show in their own order: all, or the likeliest ones and the followed one."""
    order = np.argsort(-np.nan_to_num(probabilities, nan=-1.0), kind="stable")
    chosen = [followed, *(int(output) for output in order if output != followed)][:count]
    return tuple(sorted(chosen))


def chosen_images(network: Network, units: Sequence[int], grid: tuple[int, int]) -> np.ndarray:
    """Return the weights of some units of the first layer as pictures, shape (units, rows, columns)."""
    if network.layers[0].activation.pieces > 1:
        return layer_images(network, 0, *grid)[list(units)]
    # The weights alone: of a large layer the pictures of all units would be copied at every stroke.
    return np.ascontiguousarray(network.weights[0][:, list(units)].T).reshape(-1, *grid)


class PathDetails(QWidget):
    """How to read the paths, what is followed, and which unit is selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Label(self.tr("How to read it"), "section")
        self.answer_wanted = LinkButton(self.tr("Follow the answer again"))
        self.features_wanted = LinkButton(self.tr("Open in Features ›"))
        self._followed = Label("", "body", "text2", wrap=True)
        self._selected = Label("", "section")
        self._keys = _Keys()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._keys)
        column.addSpacing(8)
        column.addWidget(self._followed)
        column.addWidget(self.answer_wanted, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout()
        row.addWidget(self._selected, 1)
        row.addWidget(self.features_wanted)
        column.addLayout(row)
        column.addStretch(1)
        self.show_nothing()

    def show_nothing(self) -> None:
        """There is no drawing."""
        for widget in (
            self._title,
            self._keys,
            self._followed,
            self.answer_wanted,
            self._selected,
            self.features_wanted,
        ):
            widget.hide()

    def show_followed(self, pinned: str, *, has_hidden: bool) -> None:
        """Say which class is followed: the answer, or the one that was clicked, by its name."""
        self._title.show()
        self._keys.show()
        self._followed.show()
        if pinned:
            text = self.tr("You follow the paths to “{0}”, whatever the answer is.").format(pinned)
        elif has_hidden:
            text = self.tr("Click another output to see what speaks for it, a unit to select it.")
        else:
            text = self.tr("Click an output to follow it.")
        self._followed.setText(text)
        self.answer_wanted.setVisible(bool(pinned))
        self._selected.setVisible(has_hidden)
        self.features_wanted.setVisible(has_hidden)

    def show_selected(self, title: str) -> None:
        """Name the selected unit."""
        self._selected.setText(title)


class _Keys(QWidget):
    """The marks of the picture and what they mean."""

    _ROW = 24

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = (
            self.tr("positive weight"),
            self.tr("negative weight"),
            self.tr("faint: little flows now"),
            self.tr("the unit is awake"),
            self.tr("what it adds or takes"),
        )
        self.setFixedHeight(theme.scaled(self._ROW) * len(self._texts))
        self.setAccessibleName(itemised(self._texts))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("caption"))
        height, mark = theme.scaled(self._ROW), theme.scaled(36)
        for index, text in enumerate(self._texts):
            middle = round(index * height + height / 2)
            if index < 3:
                color = theme.blend(p.surface, p.negative if index == 1 else p.positive, 0.25 if index == 2 else 1.0)
                painter.setPen(QPen(color, 4 if index == 0 else 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
                painter.drawLine(0, middle, mark, middle)
            elif index == 3:
                painter.setPen(QPen(p.accent, 1.5))
                painter.setBrush(p.surface)
                painter.drawRoundedRect(1, middle - 7, mark - 2, 14, 4, 4)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(p.positive)
                painter.drawRoundedRect(mark // 2, middle - 2, mark // 2, 4, 2, 2)
                painter.setBrush(p.negative)
                painter.drawRoundedRect(mark // 5, middle - 2, mark // 2 - mark // 5, 4, 2, 2)
            painter.setPen(p.text2)
            place = self.rect().adjusted(mark + 12, 0, 0, 0)
            place.setTop(index * height)
            place.setHeight(height)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
