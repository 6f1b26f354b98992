"""A small plane beside what is said about one place in it, which is chosen here with the pointer or the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from digitapp.datasets.dataset import Dataset
from digitapp.drawing.point import Point
from digitapp.gui import theme
from digitapp.gui.plots.plane_map import PlaneMap
from digitapp.gui.plots.plane_picture import NO_POINTS, PlanePoints, bounds_around, points_of
from digitapp.gui.state.mapping import Mapper
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import FocusRing
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.numbers import signed

_RING, _MIDDLE = 7.0, 1.5  # radii
_KEY_STEP = 0.02  # of the plane's width; with Shift five times as far


class PlacePicker(PlaneMap):
    """The map of the shown network and the points of the data, with a ring at the place that it is asked about."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._dataset: Dataset | None = None
        self._known: PlanePoints = NO_POINTS
        self._place: tuple[float, float] | None = None
        self._mapper = Mapper(session.start_job, self)
        self._mapper.mapped.connect(self.show_map)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(self.tr("The plane"))
        self.setToolTip(self.tr("Click, drag or use the arrow keys: the network is asked about another place"))
        FocusRing(self)

    def show_snapshot(self, shown: Snapshot) -> None:
        """Show what a network answers, the points, and the place that is asked about."""
        if shown.dataset is not self._dataset:
            self._dataset, self._known = shown.dataset, points_of(shown.dataset)
            self.show_points(self._known)
        self._mapper.ask(shown, bounds_around(self._known))
        inputs = shown.answer.inputs
        self._place = None if inputs is None else (float(inputs.flat[0]), float(inputs.flat[1]))
        said = self.tr("No place is chosen.")
        if self._place is not None:
            said = self.tr("x {0}, y {1}").format(*(signed(value) for value in self._place))
        self.setAccessibleDescription(said)
        self.update()

    @Slot(object)
    def show_map(self, found: object) -> None:
        super().show_map(found)  # type: ignore[arg-type]  # a signal of objects

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        frame = self.frame
        if self._place is None or not frame.bounds.contains(*self._place):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at, p = frame.at(*self._place), theme.current().palette
        for color, width in ((p.paper, 5), (p.accent, 2.5)):
            painter.setPen(QPen(color, width))
            painter.drawEllipse(at, _RING, _RING)
        painter.setBrush(p.accent)
        painter.drawEllipse(at, _MIDDLE, _MIDDLE)

    # Choosing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.frame.area.contains(event.position()):
            self._go_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        artwork = self._session.artwork
        if event.button() == Qt.MouseButton.LeftButton and not artwork.is_settled:
            artwork.adopt(artwork.value)

    def _go_to(self, point: QPointF) -> None:
        self._session.artwork.show_live(Point(self._within(*self.frame.back(point))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        bounds = self.frame.bounds
        x, y = self._place or ((bounds.left + bounds.right) / 2, (bounds.bottom + bounds.top) / 2)
        far = _KEY_STEP * bounds.width * (5 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        self._session.artwork.adopt(Point(self._within(x + step.across * far, y - step.down * far)))

    def _within(self, x: float, y: float) -> tuple[float, float]:
        b = self.frame.bounds
        return min(max(x, b.left), b.right), min(max(y, b.bottom), b.top)
