"""All samples in a strip, right and misread ones told apart: one of them is followed, or what is on the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.datasets.plane import REACH
from digitapp.gui import theme
from digitapp.gui.images import ink_image
from digitapp.gui.translation import Name
from digitapp.gui.widgets import FocusRing, HoverReadout, ReadoutRow
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.painted import painted
from digitapp.gui.widgets.series import paint_mark

_FEW = 100  # so many samples are all seen
_TILE, _LEAST_TILE, _LARGE_TILE = 17.0, 11.0, 28.0  # widths of a picture
_GAP, _LEAST_GAP, _ROW_GAP = 7.0, 5.0, 7.0
_BADGED = 14.0  # a picture this wide has room for the answer on it
_IN_A_ROW = 32  # so many of few samples stand in a row, where that leaves them large enough
_MOST_ROWS = 3
_MARK = 0.4  # the share of a box that the mark of a point takes
_MARGIN = 3.0  # for the ring


@dataclass(frozen=True, eq=False)
class Samples:
    """What the strip shows.

    Attributes
    ----------
    indices : of the samples, in their order, int array (n,)
    inputs : of all samples of the data, (samples, features), read at the indices that are seen
    labels : (samples,)
    answers : (samples,), the class of the largest output; None where they are not known
    chosen : index of the followed sample; None for none of them
    shape : rows and columns of a picture
    class_names : words for the labels
    is_plane : whether inputs are places in a plane: each is the mark of its class where it lies
    """

    indices: NDArray[np.int64]
    inputs: NDArray[np.floating]
    labels: NDArray[np.int64]
    answers: NDArray[np.int64] | None
    chosen: int | None
    shape: tuple[int, int]
    class_names: Sequence[str]
    is_plane: bool = False


class SampleStrip(QWidget):
    """Small pictures; of many samples those around the chosen one.

    Signals: `chosen(index)` of a sample; `moved(by)` places by the keys.
    """

    chosen = Signal(int)
    moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sampleStrip")
        self._samples: Samples | None = None
        self._hovered: int | None = None
        self._drawn: QPixmap | None = None
        self._readout = HoverReadout(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Samples"))
        FocusRing(self)
        theme.current().changed.connect(self._on_theme_changed)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._drawn = None
        self.update()

    # What it shows

    def show_samples(self, samples: Samples | None) -> None:
        """Show other samples, or the same with other answers; None for none."""
        before = None if self._samples is None else (len(self._samples.indices) <= _FEW, self._samples.shape)
        if not _is_same(self._samples, samples):
            self._drawn = None
        self._samples = samples
        after = None if samples is None else (len(samples.indices) <= _FEW, samples.shape)
        if before != after and samples is not None:
            self.setFixedHeight(self.sizeHint().height())
        self.setVisible(samples is not None)
        if samples is not None:
            self.setAccessibleDescription(self._words(self._place_of_chosen()))
        self.update()

    def _place_of_chosen(self) -> int:
        samples = self._samples
        if samples is None or samples.chosen is None:
            return 0
        found = np.flatnonzero(samples.indices == samples.chosen)
        return int(found[0]) if len(found) else 0

    def _words(self, place: int) -> str:
        samples = self._samples
        assert samples is not None
        index = int(samples.indices[place])
        label = samples.class_names[samples.labels[index]]
        if samples.answers is None or samples.answers[index] == samples.labels[index]:
            text = self.tr("Point {0}: {1}") if samples.is_plane else self.tr("Image {0}: {1}")
            return text.format(place + 1, label)
        answer = samples.class_names[samples.answers[index]]
        text = (
            self.tr("Point {0}: {1:a}, read as {2}") if samples.is_plane else self.tr("Image {0}: {1:a}, read as {2}")
        )
        return text.format(place + 1, Name(label), answer)

    # Geometry

    def _tile(self) -> QSize:
        assert self._samples is not None
        rows, columns = self._samples.shape
        width = theme.scaled(_LARGE_TILE)
        if rows * columns <= 64:
            room = (self.width() - 2 * _MARGIN) / _IN_A_ROW - _LEAST_GAP
            width = round(min(theme.scaled(_TILE), max(theme.scaled(_LEAST_TILE), room)))
        return QSize(width, round(width * rows / columns))

    def _across(self, width: int) -> int:
        tile = self._tile().width()
        gap = _GAP if tile == theme.scaled(_TILE) else _LEAST_GAP
        return max(1, int((width - 2 * _MARGIN + gap) / (tile + gap)))

    def _grid(self) -> tuple[int, int, int, float]:
        """Return the first place that is seen, how many are, how many stand in a row, and their pitch."""
        samples = self._samples
        assert samples is not None
        count, across = len(samples.indices), self._across(self.width())
        if count <= _FEW:
            rows = min(_MOST_ROWS, -(-count // across))
            across = -(-count // rows)
            seen = count
            first = 0
        else:
            seen = min(count, across)
            first = min(max(0, self._place_of_chosen() - seen // 2), count - seen)
        tile = self._tile().width()
        pitch = (self.width() - 2 * _MARGIN - tile) / max(1, min(seen, across) - 1)
        return first, seen, across, min(pitch, 2.2 * (tile + _GAP))

    def place_rect(self, place: int) -> QRectF | None:
        """Return where the sample at a place of the order is seen; None where it is not."""
        if self._samples is None:
            return None
        first, seen, across, pitch = self._grid()
        if not first <= place < first + seen:
            return None
        row, column = divmod(place - first, across)
        tile = self._tile()
        return QRectF(
            round(_MARGIN + column * pitch), _MARGIN + row * (tile.height() + _ROW_GAP), tile.width(), tile.height()
        )

    def place_at(self, x: float, y: float) -> int | None:
        """Return the place of the sample at a point."""
        if self._samples is None:
            return None
        first, seen, _, _ = self._grid()
        for place in range(first, first + seen):
            box = self.place_rect(place)
            if box is not None and box.adjusted(-3, -3, 3, 3).contains(x, y):
                return place
        return None

    def sizeHint(self) -> QSize:
        if self._samples is None:
            return QSize(theme.scaled(400), theme.scaled(60))
        width = self.width() or theme.scaled(700)
        count = len(self._samples.indices)
        rows = min(_MOST_ROWS, -(-count // self._across(width))) if count <= _FEW else 1
        height = rows * (self._tile().height() + _ROW_GAP) - _ROW_GAP + 2 * _MARGIN
        return QSize(theme.scaled(400), round(height) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(200), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._drawn = None
        if event.size().width() != event.oldSize().width():
            self.setFixedHeight(self.sizeHint().height())

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._samples is None:
            return
        if self._drawn is None:
            self._drawn = self._make_pixmap()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._drawn)
        self._paint_ring(painter, self._place_of_chosen() if self._samples.chosen is not None else None, 2.0)
        self._paint_ring(painter, self._hovered, 1.0)

    def _make_pixmap(self) -> QPixmap:
        """Paint all pictures once: they change only with the answers."""
        return painted(self.size(), self.devicePixelRatioF(), self._paint_all)

    def _paint_all(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        first, seen, _, _ = self._grid()
        for place in range(first, first + seen):
            self._paint_sample(painter, place)

    def _paint_ring(self, painter: QPainter, place: int | None, width: float) -> None:
        box = None if place is None else self.place_rect(place)
        if box is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.current().palette.accent, width))
            painter.drawRoundedRect(box.adjusted(-2.5, -2.5, 2.5, 2.5), 4, 4)

    def _paint_sample(self, painter: QPainter, place: int) -> None:
        samples, p, box = self._samples, theme.current().palette, self.place_rect(place)
        assert samples is not None and box is not None
        index = int(samples.indices[place])
        if samples.is_plane:
            self._paint_point(painter, box, index)
        else:
            painter.drawImage(box, ink_image(samples.inputs[index].reshape(samples.shape), theme.current().name))
        misread = samples.answers is not None and samples.answers[index] != samples.labels[index]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(p.danger if misread else p.border_strong, 1.5 if misread else 1))
        painter.drawRoundedRect(box.adjusted(-0.5, -0.5, 0.5, 0.5), 2, 2)
        if misread and samples.answers is not None and box.width() >= theme.scaled(_BADGED):
            badge = QRectF(box.right() - 7, box.top() - 3, 12, 13)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(p.danger)
            painter.drawRoundedRect(badge, 3, 3)
            painter.setPen(p.on_accent)
            painter.setFont(theme.font("micro"))
            painter.drawText(
                badge, int(Qt.AlignmentFlag.AlignCenter), str(samples.class_names[samples.answers[index]])[:2]
            )

    def _paint_point(self, painter: QPainter, box: QRectF, index: int) -> None:
        """Paint a point as it lies in the plane."""
        assert self._samples is not None
        painter.fillRect(box, theme.current().palette.paper)
        mark = box.width() * _MARK
        x, y = (min(max(float(value) / REACH, -1.0), 1.0) for value in self._samples.inputs[index])
        room = (box.width() - mark) / 2
        middle = box.center()
        center = QPointF(middle.x() + x * room, middle.y() - y * room)
        paint_mark(painter, int(self._samples.labels[index]), center, mark)

    # Pointer and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        place = self.place_at(event.position().x(), event.position().y())
        if place is not None and self._samples is not None:
            self.chosen.emit(int(self._samples.indices[place]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        place = self.place_at(event.position().x(), event.position().y())
        if place != self._hovered:
            self._hovered = place
            if place is None:
                self._readout.hide()
            else:
                rows: tuple[ReadoutRow, ...] = ()
                self._readout.show_at(event.position().toPoint(), self._words(place), rows, above=True)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = None
        self._readout.hide()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or self._samples is None:
            super().keyPressEvent(event)
            return
        across = self._grid()[2] if len(self._samples.indices) <= _FEW else 10
        self.moved.emit(step[0] + across * step[1])


def _is_same(old: Samples | None, new: Samples | None) -> bool:
    """Return whether the same pictures stand at the same places, with the same marks."""
    if old is None or new is None:
        return old is new
    if old.inputs is not new.inputs or old.indices is not new.indices or old.shape != new.shape:
        return False
    if len(new.indices) > _FEW and old.chosen != new.chosen:  # other ones are seen
        return False
    if old.answers is None or new.answers is None:
        return old.answers is new.answers
    return np.array_equal(old.answers, new.answers) and np.array_equal(old.labels, new.labels)
