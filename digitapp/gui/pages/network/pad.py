"""A small canvas beside the network: draw here, and everything on the page follows the pen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.datasets.problems import Inputs
from digitapp.gui import theme
from digitapp.gui.canvas.canvas import Canvas
from digitapp.gui.canvas.grid import GridSurface
from digitapp.gui.canvas.ink import InkSurface
from digitapp.gui.canvas.numbers import NumbersSurface
from digitapp.gui.canvas.surface import Surface
from digitapp.gui.plots.place_picker import PlacePicker
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import ElidedLabel, GhostButton
from digitapp.gui.widgets.refresher import Refresher
from digitapp.gui.words.answers import answer_words, forced_words

LARGEST = 232
_GRID_LARGEST = 200
_CANVAS_NAME = "networkCanvas"  # "canvas" is the one of the Draw page


class DrawingPad(QWidget):
    """The session's drawing, to look at and to draw on, with the answer to it below."""

    def __init__(self, session: Session, refresher: Refresher, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        ink = InkSurface(session, self)
        ink.guides = False
        self._surfaces: dict[Inputs, Surface] = {
            Inputs.STROKES: ink,
            Inputs.GRID: GridSurface(session, self),
            Inputs.POINTS: NumbersSurface(session, self),
        }
        self.canvas = Canvas(ink)
        self.canvas.setObjectName(_CANVAS_NAME)
        self.canvas.setAccessibleName(self.tr("Drawing"))
        self.canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        self._holder = _Holder(self.canvas)
        self.plane = PlacePicker(session)
        self.plane.hide()
        self.answer = ElidedLabel("", "section")
        self.certainty = ElidedLabel("", "caption", "text2")
        self.clear_button = GhostButton("", "trash", tip=self.tr("Clear the drawing"), key="Delete")
        self.clear_button.clicked.connect(self.clear)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.answer)
        words.addWidget(self.certainty)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addLayout(words, 1)
        below.addWidget(self.clear_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._holder)
        column.addWidget(self.plane)
        column.addLayout(below)
        session.problem_changed.connect(self._change_surface)
        refresher.add("pad's problem", self._show_problem, on=(session.problem_changed,))
        refresher.add("pad", self._show_answer, on=(session.drawing_changed, session.answer_changed))
        on = (session.dataset_changed, session.run_state_changed, session.network_changed, session.answer_changed)
        refresher.add("pad's plane", self._show_plane, on=on, in_turn=(session.weights_changed,), of=self.plane)
        self._change_surface()

    @Slot()
    def _change_surface(self) -> None:
        """Lay what the problem is drawn on, at once: no pen may be left on the sheet of the problem before."""
        self.canvas.end_gesture()
        self.canvas.lay(self._surfaces[self._session.problem.inputs])

    def _show_plane(self, shown: Snapshot) -> None:
        if shown.problem.is_plane:
            self.plane.show_snapshot(shown)

    def _show_problem(self, shown: Snapshot) -> None:
        self._holder.setVisible(not shown.problem.is_plane)
        self.plane.setVisible(shown.problem.is_plane)
        self._holder.set_shape(shown.problem.shape if shown.problem.inputs is Inputs.GRID else None)

    def _show_answer(self, shown: Snapshot) -> None:
        self.canvas.surface.show_session()
        answer, names = shown.answer, shown.model.class_names
        self.clear_button.setEnabled(answer.inputs is not None)
        if answer.probabilities is None:
            drawable = shown.problem.has_picture
            self.answer.setText(self.tr("Draw here") if drawable else self.tr("Nothing chosen yet"))
            follows = self.tr("Everything follows the ring") if shown.problem.is_plane else ""
            self.certainty.setText(self.tr("Everything follows the pen") if drawable else follows)
            return
        words = answer_words(answer, names, brief=True)
        self.answer.setText(words.sentence)
        if answer.label is None:
            self.certainty.setText(words.rest or forced_words(answer, names))
        else:
            self.certainty.setText(words.certainty)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.canvas.update()

    @Slot()
    def clear(self) -> None:
        """Empty the canvas, undoably."""
        self.canvas.end_gesture()
        self._session.artwork.clear(self.tr("Clear"))


class _Holder(QWidget):
    """Keeps the canvas square, or of the grid's shape."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas = canvas
        self._shape: tuple[int, int] | None = None
        canvas.setParent(self)
        self._corners = _Corners(self)
        self.set_shape(None)

    def set_shape(self, shape: tuple[int, int] | None) -> None:
        self._shape = shape
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        rows, columns = self._shape or (1, 1)
        largest = theme.scaled(LARGEST if self._shape is None else _GRID_LARGEST)
        height = min(largest, round(self.width() * rows / columns))
        width = round(height * columns / rows)
        self.setFixedHeight(height)
        self._canvas.setGeometry((self.width() - width) // 2, 0, width, height)
        self._corners.setGeometry(self._canvas.geometry())
        self._corners.setVisible(self._shape is None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._shape is not None:  # the canvas paints the stage's colour between the pixels
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.current().palette.window)
            painter.drawRoundedRect(self.rect(), theme.CARD_RADIUS, theme.CARD_RADIUS)


class _Corners(QWidget):
    """Rounds the sheet's corners off in the inspector's colour; the canvas itself lies on the stage's elsewhere."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        sheet, corners = QPainterPath(), QPainterPath()
        sheet.addRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), theme.CARD_RADIUS, theme.CARD_RADIUS)
        corners.addRect(whole)
        painter.fillPath(corners.subtracted(sheet), p.surface)
        painter.setPen(p.border_strong)
        painter.drawPath(sheet)
