"""The error surface: the total cost over two weights or two random directions, with the network as a point on it."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.datasets.dataset import Split
from digitapp.gui import theme
from digitapp.gui.causes import cause
from digitapp.gui.plots.relief import Surface
from digitapp.gui.plots.surface_map import SurfaceMap
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.state.weight_surgery import WeightSurgery
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import (
    ComboBox,
    FieldRow,
    GhostButton,
    Label,
    PlainButton,
    PrimaryButton,
    SegmentedControl,
)
from digitapp.gui.widgets.numbers import figure, thousands
from digitapp.gui.widgets.refresher import Refresher
from digitapp.inspection.colors import nice_limit
from digitapp.inspection.landscape import LARGE, Direction, project, random_directions, surface
from digitapp.inspection.standing import images_for, standing
from digitapp.nn.gradient_check import index_of
from digitapp.nn.network import Network, WeightRef
from digitapp.progress import Report
from digitapp.runs.branches import has_shape_of

POINTS, FEW_POINTS = 60, 32
_MOST_OFFERED = 300  # of a network with more parameters only those around the weight in hand are offered
_STRONGEST = 12
_RANDOM = 1  # the second of the kinds


@dataclass(frozen=True, eq=False)
class _Frame:
    """What a map is of: directions from a network, and how far it reaches along them."""

    origin: Network
    directions: tuple[Direction, Direction]
    limits: tuple[tuple[float, float], tuple[float, float]]

    def place(self, network: Network) -> tuple[float, float]:
        """Return where a network is on the map, or nearest to it."""
        u, v = project(self.origin, self.directions, [network.parameters])[0]
        return float(u), float(v)

    def holds(self, network: Network) -> bool:
        """Return whether a network lies on the map: nothing but the directions tells it from the origin."""
        if not has_shape_of(self.origin, network):
            return False
        rest = np.asarray(network.parameters, np.float64) - self.parameters(*self.place(network))
        scale = np.abs(network.parameters).max(initial=1.0)
        return bool(np.abs(rest).max(initial=0.0) <= 1e-5 * scale)

    def parameters(self, u: float, v: float) -> NDArray[np.float64]:
        """Return the parameters of the network at a place."""
        vector = np.asarray(self.origin.parameters, np.float64).copy()
        for direction, value in zip(self.directions, (u, v), strict=True):
            if isinstance(direction, int):
                vector[direction] = value
            else:
                vector += value * direction
        return vector


class SurfaceDialog(QDialog):
    """Shows the total cost around the shown network; dragging the point changes the network, as one step of undo.

    It stands beside the window and follows what is done there: a step, a training, another network.
    """

    def __init__(self, session: Session, weight: WeightRef, parent: QWidget | None = None) -> None:
        """Show the surface over a weight, which the shown network has, and another one of the same unit."""
        super().__init__(parent)
        self.setObjectName("surfaceDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Error surface"))
        self.setProperty("panel", "surface")
        self._session = session
        self._weights = WeightSurgery.of(session)
        self._first = weight
        self._seed = 0
        self._gesture: int | None = None
        self._frame: _Frame | None = None
        self._asked: tuple[object, ...] = ()
        self._images: tuple[object, Split] | None = None
        self._sizes: tuple[int, ...] = ()
        self._offered: list[WeightRef] = []
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_found)
        self._errand.failed.connect(self._on_failed)
        self.finished.connect(self._on_finished)
        self._make_parts()
        self._lay_out()
        self._offer_weights()
        self._connect()
        self.refresher = Refresher(self, session.snapshot)
        signals = (session.network_changed, session.weights_changed, session.dataset_changed, session.branches_changed)
        on = (*signals, session.run_state_changed, self._weights.surgery.changed)
        self._part = self.refresher.add("surface", self._show, on=on)

    # Parts

    def _make_parts(self) -> None:
        keys = QKeySequence.StandardKey
        kinds = self.tr("Two weights"), self.tr("Random directions")
        self.kind = SegmentedControl(kinds, name=self.tr("What the surface is over"))
        self.kind.setObjectName("surfaceKind")
        self.across, self.up = ComboBox(), ComboBox()
        self.across.setObjectName("surfaceAcross")
        self.up.setObjectName("surfaceUp")
        self.others = PlainButton(self.tr("Other directions"), "dice")
        self.others.setObjectName("otherDirections")
        self.undo = GhostButton("", "undo", tip=self.tr("Undo"), key=keys.Undo)
        self.redo = GhostButton("", "redo", tip=self.tr("Redo"), key=keys.Redo)
        self.map = SurfaceMap()
        self.readout = Label("", "section", tabular=True)
        self.note = Label("", "caption", "text2", wrap=True)
        self.close_button = PrimaryButton(self.tr("Close"))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(theme.SPACE)
        top.addWidget(self.kind)
        top.addStretch(1)
        for button in (self.others, self.undo, self.redo):
            top.addWidget(button)
        self.rows = [
            FieldRow(self.tr("Across"), self.across, label_column=56),
            FieldRow(self.tr("Up"), self.up, label_column=56),
        ]
        choices = QHBoxLayout()
        choices.setSpacing(20)
        for row in self.rows:
            choices.addWidget(row, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.note, 1)
        foot.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(12)
        column.addLayout(top)
        column.addLayout(choices)
        column.addWidget(self.map, 1)
        column.addWidget(self.readout)
        column.addLayout(foot)

    def _connect(self) -> None:
        surgery = self._weights.surgery
        self.kind.currentChanged.connect(self._on_chosen)
        self.across.currentIndexChanged.connect(self._on_chosen)
        self.up.currentIndexChanged.connect(self._on_chosen)
        self.others.clicked.connect(self._on_others)
        self.undo.clicked.connect(surgery.undo)
        self.redo.clicked.connect(surgery.redo)
        self.close_button.clicked.connect(self.accept)
        self.map.grabbed.connect(self._begin_gesture)
        self.map.moved.connect(self._on_moved)
        self.map.released.connect(self._end_gesture)
        self.map.stepped.connect(self._on_stepped)
        self.map.left.connect(self._end_gesture)

    def _offer_weights(self) -> None:
        """Offer the weights of the shown network; of a large one those around the weight in hand."""
        network, names = self._session.network, self._session.names
        self._sizes = network.sizes
        is_small = network.parameter_count <= _MOST_OFFERED
        offered = self._offered = _all_weights(network) if is_small else _weights_around(network, self._first)
        second = next(weight for weight in offered if weight != self._first)
        near = [weight for weight in offered if weight[::2] == self._first[::2] and weight != self._first]
        for box, chosen in ((self.across, self._first), (self.up, near[0] if near else second)):
            box.blockSignals(True)
            box.clear()
            for weight in offered:
                box.add_entry(names.weight(weight))
            box.setCurrentIndex(offered.index(chosen) if chosen in offered else 0)
            box.blockSignals(False)

    # What the user does

    @Slot()
    def _on_chosen(self) -> None:
        self._end_gesture()
        self._frame = None
        self._part.mark()

    @Slot()
    def _on_others(self) -> None:
        self._seed += 1
        self._on_chosen()

    @Slot()
    def _begin_gesture(self) -> None:
        self._gesture = self._weights.surgery.begin_gesture()

    @Slot()
    def _end_gesture(self) -> None:
        if self._gesture is not None:
            self._gesture = None
            self._weights.surgery.end_gesture()

    @Slot(float, float)
    def _on_stepped(self, across: float, up: float) -> None:
        if self._frame is None:
            return
        if self._gesture is None:
            self._begin_gesture()
        u, v = self._frame.place(self._session.network)
        self._on_moved(round(u + across, 6), round(v + up, 6))

    @Slot(float, float)
    def _on_moved(self, u: float, v: float) -> None:
        frame, gesture = self._frame, self._gesture
        if frame is None or gesture is None or not has_shape_of(frame.origin, self._session.network):
            return
        text = self.tr("Moved on the error surface")
        if self._is_random:
            self._weights.move(frame.parameters(u, v), text, gesture)
        else:
            first, second = self._chosen
            self._weights.set_all({first: u, second: v}, text, gesture)

    # What is shown

    @property
    def _chosen(self) -> tuple[WeightRef, WeightRef]:
        return self._offered[self.across.currentIndex()], self._offered[self.up.currentIndex()]

    @property
    def _is_random(self) -> bool:
        return self.kind.currentIndex() == _RANDOM

    def _show(self, shown: Snapshot) -> None:
        network = shown.network
        if network.sizes != self._sizes:
            if not self._weights.has(self._first):
                self._first = WeightRef(0, 0, 0)
            self._offer_weights()
            self._frame = None
        for row in self.rows:
            row.setVisible(not self._is_random)
        self.others.setVisible(self._is_random)
        surgery = self._weights.surgery
        self.undo.setEnabled(not surgery.reason() and surgery.undo_stack.canUndo())
        self.redo.setEnabled(not surgery.reason() and surgery.undo_stack.canRedo())
        lack = self._lack(shown)
        if lack:
            self.readout.setText("")
            self.note.setText(lack)
            self._errand.cancel()
            self._asked = ()
            self.map.set_stale()
            return
        self._show_map(shown)

    def _lack(self, shown: Snapshot) -> str:
        if shown.dataset is None:
            return self.tr("There is no data set to count the cost on.")
        if not np.isfinite(shown.network.parameters).all():
            return self.tr("Some weights are not numbers: there is no surface around them.")
        if not self._is_random and self._chosen[0] == self._chosen[1]:
            return self.tr("Choose two different weights.")
        return ""

    def _show_map(self, shown: Snapshot) -> None:
        assert shown.dataset is not None
        network = shown.network
        images = self._images_of(shown)
        path = self._path_of(shown)
        frame = self._frame
        # While a network learns, a map that is being made is waited for.
        is_late = shown.shows_run and self._errand.is_busy and frame is not None
        if frame is None or not (is_late or (frame.holds(network) and self._is_in_sight(frame, network))):
            frame = self._frame = self._framed(shown, path)
            self.map.set_names(*self._axis_names())
        key = frame, shown.model.loss, images
        if key != self._asked:
            self._asked = key
            self.map.set_stale()
            self._ask(frame, shown.model.loss, images)
        self.map.set_path(project(frame.origin, frame.directions, path))
        u, v = frame.place(network)
        reason = self._reason()
        self.map.set_place(u, v, is_locked=bool(reason))
        found = standing(network, shown.model.loss, images, None, None)
        counts = thousands(found.right or 0), thousands(found.images)
        self.readout.setText(
            self.tr("At {0} and {1}: C_T {2}, {3} of {4} right").format(
                figure(u), figure(v), figure(math.nan if found.total is None else found.total), *counts
            )
        )
        self.note.setText(in_a_row(reason, self._path_text(path), self._images_text(shown, images)))

    def _reason(self) -> str:
        if self._is_random:
            return self._weights.surgery.reason()
        return next(filter(None, map(self._weights.reason, self._chosen)), "")

    def _images_of(self, shown: Snapshot) -> Split:
        assert shown.dataset is not None
        key = shown.dataset, shown.network.sizes
        if self._images is None or self._images[0] != key:
            self._images = key, images_for(shown.network, shown.dataset)
        return self._images[1]

    def _is_in_sight(self, frame: _Frame, network: Network) -> bool:
        """Return whether the network is where the map reaches; while one drags, the map stays as it is."""
        if self._gesture is not None:
            return True
        return all(low <= at <= high for at, (low, high) in zip(frame.place(network), frame.limits, strict=True))

    def _framed(self, shown: Snapshot, path: list[NDArray[np.floating]]) -> _Frame:
        origin = shown.network.copy()
        frame = _Frame(origin, self._directions(origin), ((-1.0, 1.0), (-1.0, 1.0)))
        places = project(origin, frame.directions, [*path, origin.parameters])
        limits = []
        for axis, weight in enumerate(self._chosen):
            least = 1.0 if self._is_random else shown.weight_limit(weight.layer)
            limit = nice_limit(1.1 * max(least, float(np.abs(places[:, axis]).max())))
            limits.append((-limit, limit))
        return replace(frame, limits=(limits[0], limits[1]))

    def _directions(self, network: Network) -> tuple[Direction, Direction]:
        if not self._is_random:
            return index_of(network, self._chosen[0]), index_of(network, self._chosen[1])
        first, second = random_directions(network, np.random.default_rng(self._seed))
        free = self._weights.free()
        return first * free, second * free

    def _axis_names(self) -> tuple[str, str]:
        if self._is_random:
            return self.tr("First direction"), self.tr("Second direction")
        names = self._session.names
        return names.weight(self._chosen[0]), names.weight(self._chosen[1])

    def _path_of(self, shown: Snapshot) -> list[NDArray[np.floating]]:
        branch = self._session.time_machine.branch
        if branch is None or not has_shape_of(branch.model.network, shown.network):
            return []
        return [moment.parameters for moment in branch.moments.kept]

    def _path_text(self, path: list[NDArray[np.floating]]) -> str:
        branch = self._session.time_machine.branch
        if branch is None or len(path) < 2:
            return ""
        text = self.tr("The line is the path of run {0}, seen from above: its other weights moved, too.")
        return text.format(thousands(branch.number))

    def _images_text(self, shown: Snapshot, images: Split) -> str:
        if shown.network.weight_count > LARGE:
            return self.tr("C_T is counted on %n sample(s), a part of all.", "", len(images))
        return self.tr("C_T is counted on %n sample(s).", "", len(images))

    # The costs

    def _ask(self, frame: _Frame, loss: str, images: Split) -> None:
        points = FEW_POINTS if frame.origin.weight_count > LARGE else POINTS
        us, vs = (np.linspace(*limits, points) for limits in frame.limits)

        def work(_report: Report, cancelled: threading.Event) -> Surface:
            return Surface(us, vs, surface(frame.origin, loss, images, frame.directions, us, vs, cancelled))

        self._errand.ask(work, self._asked)

    @Slot(object, object)
    def _on_found(self, found: Surface, key: object) -> None:
        if key == self._asked:
            self.map.show_surface(found)

    @Slot(object, object)
    def _on_failed(self, error: Exception, key: object) -> None:
        if key == self._asked:
            self.note.setText(cause(error))

    @Slot()
    def _on_finished(self) -> None:
        self._end_gesture()
        self._errand.cancel()


def _all_weights(network: Network) -> list[WeightRef]:
    return [
        WeightRef(layer, source, unit)
        for layer in range(len(network.layers))
        for unit in range(network.sizes[layer + 1])
        for source in (*range(network.sizes[layer]), None)
    ]


def _weights_around(network: Network, weight: WeightRef) -> list[WeightRef]:
    """Return a weight, the bias and the strongest weights of its unit, and the strongest of what the unit says."""
    layer, source, unit = weight
    incoming = np.abs(network.weights[layer][:, unit])
    sources = np.argsort(-incoming, kind="stable")[:_STRONGEST].tolist()
    found = [weight, *(WeightRef(layer, other, unit) for other in (*sources, None) if other != source)]
    if layer + 1 < len(network.weights):
        outgoing = np.abs(network.weights[layer + 1][unit, : network.sizes[layer + 2]])
        found += [
            WeightRef(layer + 1, unit, other) for other in np.argsort(-outgoing, kind="stable")[:_STRONGEST].tolist()
        ]
    return found
