"""What was collected so far: a row for each digit, held-out ones underlined, misread ones marked with the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.datasets.collection import EACH, Collection, Sample
from digitapp.datasets.problems import MNIST
from digitapp.gui import theme
from digitapp.gui.canvas.strokes import rounded
from digitapp.gui.images import ink_image
from digitapp.gui.translation import Name
from digitapp.gui.widgets import HoverReadout
from digitapp.gui.widgets.keys import ARROWS

_LABEL = 24  # the width of the digits at the left
_GAP = 5
_LEAST_TILE, _LARGEST_TILE = 22, 72
_TOP = 4  # room for the ring around a selected digit of the first row
_RADIUS = 5.0
_BUDGET_S = 0.006  # of one repaint may go into pictures that were never shown before


class _Tile(NamedTuple):
    sample: Sample
    rect: QRect


class HandGrid(QWidget):
    """Shows a collection; digits can be selected and deleted, and a row's digit chosen to be drawn next.

    Signals: `selection_changed`, `delete_requested`, `label_chosen(int)`.
    """

    selection_changed = Signal()
    delete_requested = Signal()
    label_chosen = Signal(int)

    def __init__(self, readout: HoverReadout, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("handGrid")
        self.setAccessibleName(self.tr("Digits drawn so far"))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._readout = readout
        self._collection = Collection()
        self._answers: Mapping[int, int] = {}
        self._current: int | None = None
        self._places: list[_Tile] = []
        self._rows: list[QRect] = []
        self._tile = _LEAST_TILE
        self._room = 0
        self._selected: dict[int, Sample] = {}
        self._images: dict[int, tuple[Sample, QImage]] = {}
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.update)
        theme.current().changed.connect(self._forget_images)

    # What is shown

    def show_collection(self, collection: Collection) -> None:
        """Show these digits; what was selected and is gone is selected no more."""
        self._collection = collection
        known = {id(sample) for sample in collection.samples}
        self._images = {key: value for key, value in self._images.items() if key in known}
        gone = [key for key in self._selected if key not in known]
        for key in gone:
            del self._selected[key]
        self._arrange()
        self.setAccessibleDescription(self.tr("%Ln digit(s)", "", len(collection)))
        if gone:
            self.selection_changed.emit()

    def show_answers(self, answers: Mapping[int, int]) -> None:
        """Mark what a network misreads: its answers by the `id` of the sample."""
        self._answers = answers
        self.update()

    def set_current(self, label: int | None) -> None:
        """Mark the row of the digit that is being drawn."""
        self._current = label
        self.update()

    def set_room(self, height: int) -> None:
        """Say how much height is in sight: ten rows use it, where their tiles then are not too large."""
        self._room = height
        self._arrange()

    @property
    def selected(self) -> tuple[Sample, ...]:
        """The selected digits."""
        return tuple(self._selected.values())

    def rect_of(self, sample: Sample) -> QRect:
        """Return where a digit is shown."""
        return next(place.rect for place in self._places if place.sample is sample)

    def select(self, samples: Sequence[Sample]) -> None:
        """Select these digits alone."""
        self._selected = {id(sample): sample for sample in samples}
        self.selection_changed.emit()
        self.update()

    # Where everything stands

    def _arrange(self) -> None:
        label, gap = theme.scaled(_LABEL), _GAP
        room = max(self.width() - label, _LEAST_TILE)
        by_width = (room + gap) // EACH - gap
        by_height = (self._room - _TOP) // MNIST.classes - gap
        self._tile = max(_LEAST_TILE, min(by_width, by_height, theme.scaled(_LARGEST_TILE)))
        pitch = self._tile + gap
        columns = max(EACH, (room + gap) // pitch) if by_width >= self._tile else max(1, (room + gap) // pitch)
        self._places, self._rows = [], []
        top = _TOP
        for digit in range(MNIST.classes):
            samples = self._collection.of_label(digit)
            for index, sample in enumerate(samples):
                row, column = divmod(index, columns)
                rect = QRect(label + column * pitch, top + row * pitch, self._tile, self._tile)
                self._places.append(_Tile(sample, rect))
            lines = max(1, -(-len(samples) // columns))
            self._rows.append(QRect(0, top, self.width(), lines * pitch))
            top += lines * pitch
        if self.minimumHeight() != top:
            self.setFixedHeight(top)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(_LABEL) + EACH * (_LEAST_TILE + _GAP), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._arrange()

    # Painting

    def _forget_images(self) -> None:
        self._images.clear()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for digit, row in enumerate(self._rows):
            if row.intersects(event.rect()):
                self._paint_row(painter, digit, row)
        deadline = perf_counter() + _BUDGET_S
        for place in self._places:
            if place.rect.adjusted(-3, -3, 3, 3).intersects(event.rect()):
                image = self._image(place.sample, deadline)
                self._paint_tile(painter, place, image)
                if image is None:
                    self._later.start()

    def _paint_row(self, painter: QPainter, digit: int, row: QRect) -> None:
        palette = theme.current().palette
        chosen = digit == self._current
        painter.setFont(theme.tabular(theme.font("section" if chosen else "body")))
        painter.setPen(palette.accent if chosen else palette.text2)
        label = QRect(0, row.top(), theme.scaled(_LABEL) - 8, self._tile)
        painter.drawText(label, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignHCenter), str(digit))
        painter.setPen(QPen(palette.border, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pitch = self._tile + _GAP
        for column in range(len(self._collection.of_label(digit)), EACH):
            place = QRectF(theme.scaled(_LABEL) + column * pitch, row.top(), self._tile, self._tile)
            if place.right() <= self.width() + 1:
                painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)

    def _paint_tile(self, painter: QPainter, place: _Tile, image: QImage | None) -> None:
        palette = theme.current().palette
        sample, rect = place.sample, QRectF(place.rect)
        path = rounded(rect, _RADIUS)
        painter.fillPath(path, palette.paper)
        if image is not None:
            painter.save()
            painter.setClipPath(path)
            painter.drawImage(rect, image)
            painter.restore()
        answer = self._answers.get(id(sample), sample.label)
        wrong = answer != sample.label
        if id(sample) in self._selected:
            pen = QPen(palette.accent, 2.5)
            outline = rect.adjusted(-1.5, -1.5, 1.5, 1.5)
        else:
            pen = QPen(palette.danger if wrong else palette.border, 1.5 if wrong else 1)
            outline = rect.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        painter.drawRoundedRect(outline, _RADIUS, _RADIUS)
        if wrong:
            self._paint_answer(painter, rect, str(answer))
        if sample.held_out:
            underline = QRectF(rect.left() + 3, rect.bottom() + 1.5, rect.width() - 6, 2.5)
            painter.fillRect(underline, palette.accent)

    def _paint_answer(self, painter: QPainter, rect: QRectF, text: str) -> None:
        palette = theme.current().palette
        side = min(theme.scaled(14), rect.width() / 2)
        badge = QRectF(rect.right() - side + 1, rect.top() - 1, side, side)
        painter.fillPath(rounded(badge, 3), palette.danger)
        painter.setPen(palette.surface)
        painter.setFont(theme.font("micro"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)

    def _image(self, sample: Sample, deadline: float) -> QImage | None:
        known = self._images.get(id(sample))
        if known is not None:
            return known[1]
        if perf_counter() > deadline:
            return None
        image = ink_image(sample.picture, theme.current().name)
        self._images[id(sample)] = sample, image
        return image

    # The pointer and the keys

    def _sample_at(self, point: QPoint) -> Sample | None:
        return next((place.sample for place in self._places if place.rect.contains(point)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        point = event.position().toPoint()
        sample = self._sample_at(point)
        adds = bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier))
        if sample is not None:
            others = {key: value for key, value in self._selected.items() if adds and key != id(sample)}
            was_selected = id(sample) in self._selected and (adds or len(self._selected) == 1)
            self.select([*others.values(), *([] if was_selected else [sample])])
        elif point.x() < theme.scaled(_LABEL):
            digit = next((digit for digit, row in enumerate(self._rows) if row.contains(point)), None)
            if digit is not None:
                self.label_chosen.emit(digit)
        elif self._selected:
            self.select([])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        sample = self._sample_at(event.position().toPoint())
        parent = self._readout.parentWidget()
        if sample is None or parent is None:
            self._readout.hide()
            return
        self._readout.show_at(self.mapTo(parent, event.position().toPoint()), self.describe(sample))

    def describe(self, sample: Sample) -> str:
        """Return in words what a digit is for, and how it is read."""
        answer = self._answers.get(id(sample), sample.label)
        if answer == sample.label:
            if sample.held_out:
                text = self.tr("{0:A}, held out: it only measures")
            elif sample.correction:
                text = self.tr("{0:A} that was misread: trained on")
            else:
                text = self.tr("{0:A} to train on")
        elif sample.held_out:
            text = self.tr("{0:A}, read as {1:a}; held out: it only measures")
        elif sample.correction:
            text = self.tr("{0:A} that was misread, and is still read as {1:a}: trained on")
        else:
            text = self.tr("{0:A} to train on, read as {1:a}")
        return text.format(Name(sample.label), Name(answer))

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Leave, QEvent.Type.Hide):
            self._readout.hide()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._selected:
            self.delete_requested.emit()
        elif key == Qt.Key.Key_Escape and self._selected:
            self.select([])
        elif key in ARROWS and self._places:
            self._step(Qt.Key(key))
        else:
            super().keyPressEvent(event)

    def _step(self, key: Qt.Key) -> None:
        """Select the nearest digit in the direction of an arrow key."""
        if not self._selected:
            self.select([self._places[0].sample])
            return
        here = self.rect_of(next(reversed(self._selected.values()))).center()
        dx, dy = ARROWS[key]

        def distance(place: _Tile) -> float:
            away = place.rect.center() - here
            ahead, aside = away.x() * dx + away.y() * dy, abs(away.x() * dy) + abs(away.y() * dx)
            return ahead + 3 * aside if ahead > 0 else float("inf")

        nearest = min(self._places, key=distance)
        if distance(nearest) < float("inf"):
            self.select([nearest.sample])
