"""Small pictures of what the gates do with a gradient, each with a sentence; the one that it is about is marked."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.fitting import CENTRE, LEFT, RIGHT, fonts, paint_fitted
from digitapp.gui.translation import translate
from digitapp.gui.widgets import Label

_SIZE = (112.0, 68.0)
_CIRCLE = 32.0


@dataclass(frozen=True)
class GatePicture:
    """A gate with what comes in, and what goes back.

    Attributes
    ----------
    key : names it
    symbol : on the gate, "" for a branch, which is none
    title, text : beside it
    inputs : for each wire on the left its value and its gradient
    arriving : the gradients on the right, of a branch two
    """

    key: str
    symbol: str
    title: str
    text: str
    inputs: tuple[tuple[str, str], ...]
    arriving: tuple[str, ...]


def gate_pictures() -> tuple[GatePicture, ...]:
    """Return the pictures in the order in which they stand."""
    a, b, g = translate("Circuit", "a"), translate("Circuit", "b"), translate("Circuit", "g")
    return (
        GatePicture(
            "add",
            "+",
            translate("Circuit", "Add distributes"),
            translate("Circuit", "Every input gets the same gradient, whatever its value."),
            ((a, g), (b, g)),
            (g,),
        ),
        GatePicture(
            "multiply",
            "×",
            translate("Circuit", "Multiply swaps"),
            translate("Circuit", "Each gets it times the other one’s value."),
            ((a, translate("Circuit", "g · b")), (b, translate("Circuit", "g · a"))),
            (g,),
        ),
        GatePicture(
            "max",
            "max",
            translate("Circuit", "Max routes"),
            translate("Circuit", "The larger input gets all of it, the other one nothing."),
            ((translate("Circuit", "a, larger"), g), (b, "0")),
            (g,),
        ),
        GatePicture(
            "branch",
            "",
            translate("Circuit", "A branch adds"),
            translate("Circuit", "What is used twice gets the sum of what comes back."),
            ((a, translate("Circuit", "g₁ + g₂")),),
            (translate("Circuit", "g₁"), translate("Circuit", "g₂")),
        ),
        GatePicture(
            "curve",
            "∿",
            translate("Circuit", "A curve multiplies by its slope"),
            translate("Circuit", "exp, log, σ, a power, a factor: the gradient times the slope at this place."),
            ((a, translate("Circuit", "g · slope")),),
            (g,),
        ),
    )


class GatePictures(QWidget):
    """All pictures below each other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts = {picture.key: _Part(picture, self) for picture in gate_pictures()}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for part in self.parts.values():
            column.addWidget(part)

    def show_current(self, key: str) -> None:
        """Mark a picture, "" for none."""
        for name, part in self.parts.items():
            part.set_current(name == key)


class _Part(QWidget):
    def __init__(self, picture: GatePicture, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_current = False
        self.setAccessibleName(picture.title)
        self.setAccessibleDescription(picture.text)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(Label(picture.title, "section", wrap=True))
        words.addWidget(Label(picture.text, "caption", "text2", wrap=True))
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(14)
        row.addWidget(_Drawing(picture, self))
        row.addLayout(words, 1)

    @property
    def is_current(self) -> bool:
        """Whether it is marked."""
        return self._is_current

    def set_current(self, is_current: bool) -> None:
        if is_current != self._is_current:
            self._is_current = is_current
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if not self._is_current:
            return
        p, painter = theme.current().palette, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(p.accent, 1))
        painter.setBrush(p.accent_tint)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


class _Drawing(QWidget):
    """The gate, its wires, the values above them and the gradients below."""

    def __init__(self, picture: GatePicture, parent: QWidget) -> None:
        super().__init__(parent)
        self._picture = picture
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(_SIZE[0]), theme.scaled(_SIZE[1]))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = self.width() / _SIZE[0]
        middle, radius = QPointF(66 * scale, self.height() / 2), _CIRCLE / 2 * scale
        if self._picture.symbol:
            self._paint_ways(painter, 0.0, middle.x() - radius, self._picture.inputs)
            self._paint_line(painter, QPointF(middle.x() + radius, middle.y()), QPointF(self.width(), middle.y()))
            room = QRectF(middle.x() + radius + 2, middle.y() + 2, self.width() - middle.x() - radius - 2, 14 * scale)
            self._paint_gradient(painter, room, self._picture.arriving[0], CENTRE)
            self._paint_circle(painter, QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius))
        else:
            self._paint_branch(painter, middle)

    def _paint_circle(self, painter: QPainter, place: QRectF) -> None:
        p = theme.current().palette
        painter.setPen(QPen(p.border_strong, 1.2))
        painter.setBrush(p.surface)
        painter.drawEllipse(place)
        inner = place.adjusted(4, 0, -4, 0)
        paint_fitted(painter, inner, [self._picture.symbol], fonts("section", "caption", "micro"), p.text, CENTRE)

    def _paint_ways(self, painter: QPainter, left: float, right: float, ways: tuple[tuple[str, str], ...]) -> None:
        height = self.height() / len(ways)
        for index, (value, gradient) in enumerate(ways):
            y = (index + 0.5) * height
            end = self.height() / 2 + (y - self.height() / 2) * 0.3
            self._paint_line(painter, QPointF(left, y), QPointF(right + 2, end))
            self._paint_words(painter, left, y, value, gradient)

    def _paint_branch(self, painter: QPainter, middle: QPointF) -> None:
        self._paint_line(painter, QPointF(0, middle.y()), middle)
        (value, gradient), *_ = self._picture.inputs
        self._paint_words(painter, 0, middle.y(), value, gradient)
        for share, text in zip((0.25, 0.75), self._picture.arriving, strict=True):
            y = share * self.height()
            self._paint_line(painter, middle, QPointF(self.width(), y))
            room = QRectF(self.width() - 26, y + 2, 26, 14 * self.width() / _SIZE[0])
            self._paint_gradient(painter, room, text, RIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.current().palette.text2)
        painter.drawEllipse(middle, 3, 3)

    def _paint_words(self, painter: QPainter, left: float, y: float, value: str, gradient: str) -> None:
        p, line = theme.current().palette, 14 * self.width() / _SIZE[0]
        room = QRectF(left, y - line - 1, 48 * self.width() / _SIZE[0], line)
        paint_fitted(painter, room, [value], fonts("tick", "micro"), p.text2, LEFT, elide=True)
        self._paint_gradient(painter, QRectF(left, y + 1, room.width(), line), gradient, LEFT)

    def _paint_gradient(self, painter: QPainter, room: QRectF, text: str, where: Qt.AlignmentFlag) -> None:
        p = theme.current().palette
        paint_fitted(painter, room, [text], fonts("caption-strong", "micro"), p.gradient, where, elide=True)

    @staticmethod
    def _paint_line(painter: QPainter, start: QPointF, end: QPointF) -> None:
        path = QPainterPath(start)
        middle = (start.x() + end.x()) / 2
        path.cubicTo(middle, start.y(), middle, end.y(), end.x(), end.y())
        painter.setPen(QPen(theme.current().palette.border_strong, 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
