"""The plane as the last hidden layer bends it: its grid, the points and the border, with words about it."""

from __future__ import annotations

import threading
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitapp.drawing.point import Point
from digitapp.gui import theme
from digitapp.gui.pages.draw.plane.scene import PlaneScene
from digitapp.gui.pictures import offer_picture
from digitapp.gui.plots.plane_picture import Frame, PlanePicture, PlanePoints, paint_rings
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import HairLine, Label, SectionHeader, SegmentedControl
from digitapp.gui.widgets.numbers import percent, signed
from digitapp.inspection.bent_plane import Axes, BentPlane, Seen, bent_plane
from digitapp.progress import Report

_SIDE = 236
_MARK = 7.0
_RADIUS = 6.0
_COARSE, _FINE = 48, 128
_MOST_BENT = 1000  # points; more would cover the grid


class BentSection(QWidget):
    """The picture, what is seen of the layer, what it means, and what the units say at the test point.

    Signals: `seen_changed`, the other side of the activation is to be seen; `described`, the words are others.
    """

    seen_changed = Signal()
    described = Signal()

    def __init__(self, start_job: StartJob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._compact = False
        self._asked: Snapshot | None = None  # whose test point is shown
        self._errand = Errand(start_job, self)
        self._errand.found.connect(self._on_found)
        self.picture = BentPicture(self)
        self.seen = SegmentedControl(name=self.tr("What is seen of the last hidden layer"), parent=self)
        self.seen.add_segment(self.tr("Activations"), data=Seen.ACTIVATIONS, tip=self.tr("What its units say"))
        self.seen.add_segment(self.tr("Sums"), data=Seen.SUMS, tip=self.tr("What goes into their activation"))
        self.seen.currentChanged.connect(self.seen_changed)
        self._x_axis = Label("", "tick", "text2", parent=self)
        self._y_axis = Label("", "tick", "text2", parent=self)
        self._what = Label("", "caption", "text2", wrap=True, parent=self)
        self._why = Label("", "caption", "text2", wrap=True, parent=self)
        self._values_title = Label(self.tr("At the ring"), "caption", "text2", parent=self)
        self._values = [(Label("", "caption", "text2"), Label("", "caption-strong", tabular=True)) for _ in range(2)]
        self._lay_out()

    def _lay_out(self) -> None:
        self._header = SectionHeader(self.tr("As the last hidden layer bends it"), parent=self)
        self._header.add(self.seen)
        axes = QHBoxLayout()
        axes.addWidget(self._x_axis)
        axes.addStretch(1)
        axes.addWidget(self._y_axis)
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(self.picture)
        left.addLayout(axes)
        left.addStretch(1)
        self._value_rows = QWidget(self)
        values = QGridLayout(self._value_rows)
        values.setContentsMargins(0, 0, 0, 0)
        values.setHorizontalSpacing(theme.SPACE)
        values.setVerticalSpacing(4)
        for row, (name, value) in enumerate(self._values):
            values.addWidget(name, 2 * row, 0)
            values.addWidget(value, 2 * row, 1, Qt.AlignmentFlag.AlignRight)
            if not row:
                values.addWidget(HairLine(), 1, 0, 1, 2)
        right = QVBoxLayout()
        right.setSpacing(theme.SPACE)
        right.addWidget(self._what)
        right.addWidget(self._why)
        right.addStretch(1)
        right.addWidget(self._values_title)
        right.addWidget(self._value_rows)
        right.addSpacing(20)
        body = QHBoxLayout()
        body.setSpacing(theme.scaled(24))
        body.addLayout(left)
        body.addLayout(right, 1)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._header)
        column.addLayout(body)

    def set_side(self, side: int) -> None:
        """Make the picture so large; what is asked next is the height that this takes."""
        self.picture.setFixedSize(side, side)
        self._column.invalidate()
        self._column.activate()
        self.updateGeometry()

    def set_compact(self, compact: bool) -> None:
        """Have a shorter title in a narrow window."""
        self._compact = compact
        self._what.setVisible(not compact)
        title = self.tr("The bent plane") if compact else self.tr("As the last hidden layer bends it")
        self._header.title.setText(title)

    def show_scene(self, scene: PlaneScene) -> None:
        """Bend the plane anew; the picture follows when it is known."""
        shown, points = scene.shown, scene.drawn
        key = shown.model, shown.version, scene.points, self.seen.currentIndex(), scene.bounds
        model, seen = shown.model, self.seen.currentData()
        network = model.network.copy()  # what is learned meanwhile is not to be seen in half of it
        probabilities = partial(model.calibration.probabilities, model.loss)
        places, resolution = points.places[:_MOST_BENT], _COARSE if shown.shows_run else _FINE

        def work(_report: Report, _cancelled: threading.Event) -> BentPlane | None:
            return bent_plane(network, probabilities, scene.bounds, places, seen, resolution)

        self._errand.ask(work, (key, scene), patient=shown.shows_run)

    @Slot(object, object)
    def _on_found(self, bent: BentPlane | None, key: tuple[object, PlaneScene]) -> None:
        scene = key[1]
        self.picture.show_bent(bent, scene)
        before = self._what.text(), self._why.text()
        self._describe(bent, scene.shown)
        if before != (self._what.text(), self._why.text()):
            self.described.emit()
        if self._asked is not None:
            self.show_test_point(self._asked)

    def show_test_point(self, shown: Snapshot) -> None:
        """Show where the place that the network is asked about lies, and what the layer says there."""
        self._asked = shown
        bent, trace, ink = self.picture.bent, shown.answer.trace, shown.ink
        found = bent is not None and trace is not None and isinstance(ink, Point) and len(trace.activations) > 1
        for widget in (self._values_title, self._value_rows):
            widget.setVisible(found)
        if bent is None or trace is None or not isinstance(ink, Point) or not found:
            self.picture.show_place(None)
            return
        layers = trace.activations if self.seen.currentData() is Seen.ACTIVATIONS else trace.pre_activations
        states = list(layers)[-2][0]
        if len(states) != len(bent.projection.mean) or not np.isfinite(states).all():
            self.picture.show_place(None)
            return
        x, y = bent.place(states, ink.numbers[1]).tolist()
        self.picture.show_place((x, y))
        for (name, value), text, number in zip(self._values, self._axis_names(bent, shown), (x, y), strict=True):
            name.setText(text)
            value.setText(signed(number))

    def _axis_names(self, bent: BentPlane, shown: Snapshot) -> tuple[str, str]:
        names = shown.names
        if bent.axes is Axes.UNITS:
            return names.unit_inside(bent.layer, 0), names.unit_inside(bent.layer, 1)
        if bent.axes is Axes.UNIT_AND_HEIGHT:
            return names.unit_inside(bent.layer, 0), names.unit_inside(-1, 1)
        return self.tr("first direction"), self.tr("second direction")

    def _describe(self, bent: BentPlane | None, shown: Snapshot) -> None:
        layers = len(shown.network.layers)
        self.seen.setEnabled(layers > 1)
        if bent is None:
            self._x_axis.setText("")
            self._y_axis.setText("")
            if layers > 1:
                self._what.setText(self.tr("The network's numbers are no longer finite: nothing can be drawn."))
                self._why.setText(self._what.text() if self._compact else "")
            else:
                self._what.setText(self.tr("This network has no hidden layer: it weighs x and y as they are."))
                self._why.setText(self.tr("So its border is a straight line. Hidden units would bend the plane first."))
            return
        across, up = self._axis_names(bent, shown)
        self._x_axis.setText(self.tr("{0} →").format(across))
        self._y_axis.setText(self.tr("{0} ↑").format(up))
        self._what.setText(self._what_is_drawn(bent, shown))
        self.picture.setToolTip(self._what.text())
        self._why.setText(self._what_it_means(bent, shown))

    def _what_is_drawn(self, bent: BentPlane, shown: Snapshot) -> str:
        units = shown.network.sizes[-2]
        if bent.axes is Axes.UNITS:
            return self.tr("The last hidden layer has two units, so it can be drawn: the grid of the plane, bent.")
        if bent.axes is Axes.UNIT_AND_HEIGHT:
            return self.tr("The last hidden layer has one unit. It grows to the right; upwards is the plane's own y.")
        text = self.tr(
            "The last hidden layer has {0} units. Drawn are the two directions in which they differ most (PCA): {1} of "
            "all their difference."
        )
        return text.format(units, percent(bent.share))

    def _what_it_means(self, bent: BentPlane, shown: Snapshot) -> str:
        if self.seen.currentData() is Seen.SUMS:
            if len(shown.network.layers) == 2:
                return self.tr("Sums only turn and stretch the plane. It is the activation that bends it.")
            return self.tr("These are the sums of the last layer. Its activation has still to bend them.")
        if bent.axes is Axes.UNIT_AND_HEIGHT:
            return self.tr("The output sees the unit alone, so its border stands upright here.")
        if bent.axes is Axes.COMPONENTS:
            return self.tr("The output only weighs and adds: among all units its border is straight.")
        if shown.network.sizes[-1] > 2:
            return self.tr(
                "In the plane the borders are curves. Here they are straight, because the output only weighs and adds."
            )
        return self.tr(
            "In the plane the border is a curve. Here it is a straight line, because the output only weighs and adds."
        )


class BentPicture(QWidget):
    """A `BentPlane`, painted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bent: BentPlane | None = None
        self._points: PlanePoints | None = None
        self._misread = np.empty(0, np.bool_)
        self._place: tuple[float, float] | None = None
        self._painter = PlanePicture()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(theme.scaled(_SIDE), theme.scaled(_SIDE))
        self.setAccessibleName(self.tr("The plane as the last hidden layer bends it"))
        offer_picture(self, self.tr("The bent plane"), "bent-plane")
        theme.current().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return self.size()

    def show_bent(self, bent: BentPlane | None, scene: PlaneScene) -> None:
        """Show the plane of a scene, bent; None for what cannot be drawn."""
        self.bent = bent
        if bent is not None:
            drawn, count = scene.drawn, len(bent.points)
            places = bent.points.astype(np.float32)
            self._points = PlanePoints(places, drawn.labels[:count], drawn.validates[:count])
            self._misread = scene.misread[:count]
        self.update()

    def show_place(self, place: tuple[float, float] | None) -> None:
        """Show where the test point lies; None for nowhere."""
        if place != self._place:
            self._place = place
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette, area = theme.current().palette, QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QPainterPath()
        edge.addRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        painter.save()
        painter.setClipPath(edge)
        painter.fillPath(edge, palette.paper)
        if self.bent is not None and self._points is not None:
            self._paint_plane(painter, self.bent, self._points, Frame(self.bent.map.bounds, area))
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(palette.border_strong, 1))
        painter.drawPath(edge)

    def _paint_plane(self, painter: QPainter, bent: BentPlane, points: PlanePoints, frame: Frame) -> None:
        palette, ratio = theme.current().palette, self.devicePixelRatioF()
        self._painter.paint_map(painter, frame, bent.map, ratio)
        painter.setPen(QPen(theme.blend(palette.paper, palette.text, 0.45), 0.8))
        for line in frame.all_at(bent.grid):
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in line.tolist()]))
        self._painter.paint_points(painter, frame, points, _MARK, ratio)
        if self._misread.any():
            paint_rings(painter, frame, points.places[self._misread], _MARK)
        if self._place is not None:
            at = frame.at(*self._place)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for color, width in ((palette.surface, 4), (palette.accent, 2)):
                painter.setPen(QPen(color, width))
                painter.drawEllipse(at, 6, 6)
