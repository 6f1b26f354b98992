"""The steps from ink to input side by side: what each one makes, and what the network would say without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import ALL_STEPS, CENTRE, INK_SIZE, INPUT_SIZE, Preprocessed, Steps
from digitapp.drawing.render import render
from digitapp.gui import theme
from digitapp.gui.pages.draw.doctor_words import no_pen_words, said, step_name
from digitapp.gui.pages.draw.road import canvas_picture, resampled
from digitapp.gui.widgets import CheckBox, Label, PixelImage
from digitapp.gui.widgets.numbers import probability
from digitapp.inspection.doctor import STEP_NAMES, Examination, Reading

_FRAME = 2
_LARGEST, _SMALLEST = 86, 44
_LEAST_GAP = 8
_BOX_ROOM = 30  # of a box beside its name, with the distance to the next one

Picture = NDArray[np.float32]


class StepsView(QWidget):
    """Six columns: the ink, and the five steps, each with a box to switch it off.

    Signals: `steps_chosen(Steps)`.
    """

    steps_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._examination: Examination | None = None
        self._class_names: tuple[str, ...] = ()
        self._steps = ALL_STEPS
        self._ink = Label(self.tr("Ink"), "caption", "text", parent=self)
        self.boxes: dict[str, CheckBox] = {}
        for name in STEP_NAMES:
            box = CheckBox(step_name(name), self)
            box.setObjectName(f"doctorStep_{name}")
            box.setAccessibleName(step_name(name))
            box.setFont(theme.font("caption"))
            box.setChecked(True)
            box.toggled.connect(self._on_toggled)
            self.boxes[name] = box
        self.after = [PixelImage(self) for _ in range(6)]
        self.without = [PixelImage(self) for _ in range(6)]
        self.after[-1].set_outlined(True)
        self._describe()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _describe(self) -> None:
        tips = (
            self.tr("What you drew"),
            self.tr("Pen: one that is too thin or too thick for the size of the digit is exchanged"),
            self.tr("Crop: cut to the ink, so that where you draw does not matter"),
            self.tr("Shrink: the longer side becomes 20 pixels, so that how large you draw does not matter"),
            self.tr("Centre: the ink's centre of mass goes to the middle of 28×28 pixels"),
            self.tr("Greys: a pixel half under ink is grey; these are the 784 numbers that the network sees"),
        )
        for picture, box, tip in zip(self.after, (self._ink, *self.boxes.values()), tips, strict=True):
            box.setToolTip(tip)
            picture.setToolTip(tip)
            picture.setAccessibleName(tip)

    @property
    def steps(self) -> Steps:
        """The steps that are switched on."""
        return self._steps

    def set_steps(self, steps: Steps) -> None:
        """Switch steps on and off."""
        if steps != self._steps:
            self._steps = steps
            for name, box in self.boxes.items():
                box.blockSignals(True)
                box.setChecked(getattr(steps, name))
                box.blockSignals(False)
            self.steps_chosen.emit(steps)

    @Slot()
    def _on_toggled(self) -> None:
        chosen = replace(ALL_STEPS, **{name: box.isChecked() for name, box in self.boxes.items()})
        if chosen != self._steps:
            self._steps = chosen
            self.steps_chosen.emit(chosen)

    def show_examination(self, examination: Examination | None, class_names: tuple[str, ...]) -> None:
        """Show what the steps make of a digit; None for blank sheets."""
        self._examination, self._class_names = examination, class_names
        self.boxes["pen"].setEnabled(examination is None or "pen" in examination.other)
        self._show()

    def readings(self) -> list[Reading | None]:
        """Return what stands in the lower row: without any step, and with each step the other way round."""
        found = self._examination
        if found is None or found.road.is_empty:
            return [None] * 6
        return [found.unprepared, *(found.other.get(name) for name in STEP_NAMES)]

    def _show(self) -> None:
        found = self._examination
        side = round((self._picture_side() - _FRAME) * self.devicePixelRatioF())
        pictures = [None] * 6 if found is None or found.road.is_empty else _after(found.road, found.steps, side)
        for widget, picture in zip(self.after, pictures, strict=True):
            widget.set_ink(picture, smooth=True)
        middle = (CENTRE + 0.5) * side / INPUT_SIZE
        self.after[4].set_crosshair((middle, middle) if pictures[4] is not None and self._steps.centre else None)
        for column, (widget, reading) in enumerate(zip(self.without, self.readings(), strict=True)):
            widget.set_ink(None if reading is None else resampled(reading.input, side), smooth=True)
            widget.setAccessibleName(self._words(column, reading))
            widget.setToolTip(self._words(column, reading))
        self.update()

    def _words(self, column: int, reading: Reading | None) -> str:
        """Return what a picture of the lower row says."""
        if column == 1 and not self.boxes["pen"].isEnabled():
            return no_pen_words()
        if reading is None:
            return ""
        answer = said(reading, self._class_names)
        if column == 0:
            return self.tr("Merely shrunk to 28×28, without any step: {0}").format(answer)
        name = STEP_NAMES[column - 1]
        if getattr(self._steps, name):
            return self.tr("Without {0}: {1}").format(step_name(name), answer)
        return self.tr("With {0}: {1}").format(step_name(name), answer)

    # Layout

    def _picture_side(self) -> int:
        room = (self.width() - 5 * _LEAST_GAP) // 6
        side = max(_SMALLEST, min(_LARGEST, room))
        return 58 if 58 <= side < _LARGEST else side  # twice or three times 28 pixels and the frame, where they fit

    @property
    def _is_compact(self) -> bool:
        """Whether the boxes stand below their names, for want of room beside them."""
        metrics = QFontMetrics(theme.font("caption"))
        names = max(metrics.horizontalAdvance(step_name(name)) for name in STEP_NAMES)
        return self.width() < 6 * (names + theme.scaled(_BOX_ROOM))

    def _line(self) -> int:
        return QFontMetrics(theme.font("caption")).height()

    def _rows(self) -> tuple[int, int, int, int]:
        """Return the tops of the upper pictures, of the word between, of the lower pictures and of the answers."""
        after = theme.scaled(20) + 4 + (self._line() if self._is_compact else 0)
        word = after + self._picture_side() + 3
        without = word + self._line() + 2
        return after, word, without, without + self._picture_side() + 2

    def sizeHint(self) -> QSize:
        return QSize(344, self._rows()[3] + self._line() * 2 - 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _column(self, index: int) -> QRect:
        side = self._picture_side()
        gap = (self.width() - 6 * side) / 5
        return QRect(round(index * (side + gap)), 0, side, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        after, _, without, _ = self._rows()
        for index, box in enumerate((self._ink, *self.boxes.values())):
            column = self._column(index)
            self._place_head(box, column)
            self.after[index].setGeometry(column.x(), after, column.width(), column.width())
            self.without[index].setGeometry(column.x(), without, column.width(), column.width())
        self.updateGeometry()
        self._show()

    def _place_head(self, head: QWidget, column: QRect) -> None:
        """Put a box, or the ink's name, above its column; without room for it the box's name is painted above it."""
        compact = self._is_compact
        if isinstance(head, CheckBox):
            head.setText("" if compact else head.accessibleName())
        else:
            head.setVisible(not compact)
        size = QSize(theme.scaled(18), theme.scaled(20)) if compact else head.sizeHint()
        left = min(max(0, column.center().x() + 1 - size.width() // 2), self.width() - size.width())
        top = self._line() + 1 if compact else (theme.scaled(20) - size.height()) // 2
        head.setGeometry(left, top, size.width(), size.height())

    def _paint_names(self, painter: QPainter) -> None:
        """Name the columns where their boxes have no room for it."""
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.current().palette.text)
        for index, name in enumerate((self._ink.text(), *(box.accessibleName() for box in self.boxes.values()))):
            place = self._column(index).adjusted(-_LEAST_GAP, 0, _LEAST_GAP, 0)
            place.setHeight(self._line())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, name)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        palette = theme.current().palette
        _, word, _, answer = self._rows()
        line = self._line()
        if self._is_compact:
            self._paint_names(painter)
        own = None if self._examination is None else self._examination.reading.label
        small, body, strong = theme.tabular(theme.font("tick")), theme.font("body"), theme.font("section")
        centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        for index, reading in enumerate(self.readings()):
            column = self._column(index).adjusted(-_LEAST_GAP // 2, 0, _LEAST_GAP // 2, 0)
            if index == 1 and not self.boxes["pen"].isEnabled():
                text = self.tr("no pen")
            elif index == 0:
                text = self.tr("no step")
            else:
                text = self.tr("without") if getattr(self._steps, STEP_NAMES[index - 1]) else self.tr("with it")
            painter.setFont(small)
            painter.setPen(palette.text3)
            painter.drawText(QRect(column.x(), word, column.width(), line), centre, text)
            if reading is None:
                continue
            same = reading.label == own
            painter.setPen(palette.text2 if same else palette.warning)
            painter.setFont(body if same else strong)
            name = self._class_names[reading.label] if reading.label is not None else "?"
            top = QRect(column.x(), answer, column.width(), line)
            painter.drawText(top, centre, name if same else self.tr("{0} !").format(name))
            painter.setFont(small)
            shown = "" if reading.label is None else probability(reading.confidence)
            painter.drawText(top.translated(0, line - 2), centre, shown)


def _after(road: Preprocessed, steps: Steps, side: int) -> list[Picture]:
    """Return the six pictures of the upper row, each `side` pixels wide."""
    # A crop of the ink can be put back into the canvas, a crop that is the canvas cannot.
    drawn = canvas_picture(road, side) if steps.crop else resampled(road.ink, side)
    as_read = drawn
    if isinstance(road.source, Drawing) and road.pen_factor != 1:
        as_read = resampled(render(road.source, road.pen_width * road.pen_factor, INK_SIZE), side)
    crop = resampled(road.crop, side, margin=side / 20)
    return [drawn, as_read, crop, *(resampled(picture, side) for picture in (road.shrunk, road.centred, road.input))]
