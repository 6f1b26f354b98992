"""How one unit of the network diagram is painted: a pixel's box, a hidden unit's card, an output's circle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from digitapp.gui import theme
from digitapp.gui.diagram.layout import HEADING, Column, Detail
from digitapp.gui.diagram.words import Computation, TaleWords, WalkStep, number, with_sign
from digitapp.gui.images import weights_image
from digitapp.gui.translation import translate
from digitapp.gui.widgets.weight_text import text_on_weight

_CENTRE = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_UNKNOWN = "–"
_BAR_HEIGHT = 6.0


class UnitPainter:
    """Paints units with one painter, in the present theme.

    Parameters
    ----------
    step : the step of the walk that is shown, None for the whole computation
    numbers : print values; otherwise words
    activation_limit : the activation that fills a bar
    """

    def __init__(
        self,
        painter: QPainter,
        computation: Computation,
        step: WalkStep | None,
        numbers: bool,
        activation_limit: float,
    ) -> None:
        self._painter = painter
        self._computation = computation
        self._step = step
        self._numbers = numbers
        self._activation_limit = activation_limit
        self._colors = theme.current().palette

    # What is known at this step

    def _value(self, column: int, index: int) -> float | None:
        step = self._step
        if step is not None and (column - 1 > step.layer or (column - 1 == step.layer and not step.activated)):
            return None
        return self._computation.value(column, index)

    def _sum_alone(self, column: int, index: int) -> float | None:
        """Return the weighted sum at the step that shows sums and nothing more."""
        step = self._step
        if step is None or step.activated or column - 1 != step.layer:
            return None
        return self._computation.total(column, index)

    def _is_awake(self, column: int, index: int) -> bool:
        return self._value(column, index) is not None and self._computation.is_awake(column, index)

    # Parts

    def paint_heading(self, number_: int, column: Column, width: float) -> None:
        """Paint the words above a column, as long as they fit."""
        last = len(self._computation.network.sizes) - 1
        font = theme.font("caption-strong")
        metrics = QFontMetricsF(font)
        if number_ == 0:
            words = translate("NetworkDiagram", "{0} inputs").format(column.total)
        elif number_ == last:
            words = translate("NetworkDiagram", "{0} outputs").format(column.total)
        else:
            words = TaleWords().hidden_units(column.total)
            if metrics.horizontalAdvance(words) > column.right - column.left + 40:
                words = translate("NetworkDiagram", "{0} hidden").format(column.total)
        advance = metrics.horizontalAdvance(words)
        # Cards begin flush with their heading, narrow things stand under the middle of it.
        narrow = column.right - column.left < advance
        x = (
            0.0
            if number_ == 0
            else (column.left + column.right - advance) / 2
            if narrow or number_ == last
            else column.left
        )
        x = max(0.0, min(x, width - advance)) if number_ else 0.0
        self._text(QRectF(x, 0, advance + 2, HEADING - 8), words, font, self._colors.text2, _LEFT)

    def paint_unit(self, column_number: int, index: int, column: Column, place: QRectF) -> None:
        """Paint one unit without the picture of its weights."""
        if column_number == 0:
            self._paint_pixel(index, place)
        elif column.detail is Detail.CIRCLE:
            self._paint_output(column_number, index, place)
        elif column.detail is Detail.BOX:
            self._paint_box(column_number, index, place)
        elif column.detail is Detail.ROW:
            self._paint_row(column_number, index, place)
        else:
            self._paint_card(column_number, index, column, place)

    def _paint_pixel(self, index: int, place: QRectF) -> None:
        p, painter = self._colors, self._painter
        value = self._computation.value(0, index) or 0.0
        on = value >= 0.5
        radius = min(6.0, place.width() / 4)
        painter.setPen(QPen(p.ink if on else p.border_strong, 1))
        painter.setBrush(theme.blend(p.paper, p.ink, float(np.clip(value, 0, 1))))
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        if place.height() < 14:
            return
        label = QRectF(0, place.top() - 4, place.left() - 8, place.height() + 8)
        self._text(label, self._computation.short_name(0, index), theme.tabular(theme.font("caption")), p.text2, _RIGHT)
        if self._numbers and self._computation.is_known and place.height() >= 18:
            color = p.paper if on else p.text3
            text = number(value, 0 if self._computation.names.has_pixels else 1)
            self._text(place, text, theme.tabular(theme.font("tick")), color, _CENTRE)

    def _frame(self, column: int, index: int, place: QRectF, radius: float) -> None:
        p, painter = self._colors, self._painter
        awake = self._is_awake(column, index)
        painter.setPen(QPen(p.accent if awake else p.border_strong, 1.5 if awake else 1))
        painter.setBrush(p.accent_tint if awake else p.surface)
        painter.drawRoundedRect(place.adjusted(0.75, 0.75, -0.75, -0.75), radius, radius)

    def _paint_box(self, column: int, index: int, place: QRectF) -> None:
        p, painter = self._colors, self._painter
        value = self._value(column, index)
        share = 0.0 if value is None or not np.isfinite(value) else min(1.0, abs(value) / self._activation_limit)
        painter.setPen(QPen(p.accent if self._is_awake(column, index) else p.border_strong, 1))
        painter.setBrush(theme.blend(p.surface, p.accent, share))
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), min(4, place.height() / 4), place.height() / 4)

    def _paint_row(self, column: int, index: int, place: QRectF) -> None:
        self._frame(column, index, place, 6)
        inside = place.adjusted(10, 0, -10, 0)
        name = self._computation.short_name(column, index)
        self._text(inside, name, theme.font("caption-strong"), self._colors.text, _LEFT)
        text, color = self._state(column, index)
        self._text(inside, text, theme.tabular(theme.font("caption-strong")), color, _RIGHT)

    def _paint_card(self, column: int, index: int, layout: Column, place: QRectF) -> None:
        self._frame(column, index, place, 10)
        left = place.left() + layout.image.right() + 12
        inside = QRectF(left, place.top(), place.right() - left - 8, place.height())
        name = self._computation.name(column, index)
        text, color = self._state(column, index)
        is_figure = self._numbers or self._sum_alone(column, index) is not None
        value_font = theme.font("title" if is_figure else "section")
        if QFontMetricsF(value_font).horizontalAdvance(text) > inside.width():
            value_font = theme.font("section")
        lines = [(name, theme.font("section"), self._colors.text, 18.0), (text, value_font, color, 28.0)]
        if self._numbers and place.height() >= 72:
            bias = float(self._computation.network.unit_biases[column - 1][index])
            words = translate("NetworkDiagram", "bias {0}").format(with_sign(bias, 1))
            lines.append((words, theme.font("caption"), self._colors.text2, 20.0))
        has_bar = place.height() >= 96
        y = place.top() + (place.height() - sum(line[3] for line in lines) - (12 if has_bar else 0)) / 2
        for words, font, tone, height in lines:
            self._text(QRectF(inside.left(), y, inside.width(), height), words, theme.tabular(font), tone, _LEFT)
            y += height
        if has_bar:
            self._paint_bar(QRectF(inside.left(), y + 4, inside.width() - 4, _BAR_HEIGHT), column, index)

    def _paint_bar(self, place: QRectF, column: int, index: int) -> None:
        p, painter = self._colors, self._painter
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.blend(p.surface, p.text3, 0.18))
        painter.drawRoundedRect(place, _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)
        value = self._value(column, index)
        if value is None or not np.isfinite(value):
            return
        share = min(1.0, abs(value) / self._activation_limit)
        painter.setBrush(p.accent if self._is_awake(column, index) else p.bar_strong)
        filled = QRectF(place)
        filled.setWidth(max(_BAR_HEIGHT, share * place.width()))
        painter.drawRoundedRect(filled, _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)

    def _state(self, column: int, index: int) -> tuple[str, QColor]:
        """Return what a hidden unit is doing, as a number or a word, and its colour."""
        p = self._colors
        total = self._sum_alone(column, index)
        if total is not None:
            return with_sign(total), p.text
        value = self._value(column, index)
        if value is None:
            return _UNKNOWN, p.text3
        if not np.isfinite(value):
            return translate("NetworkDiagram", "not a number"), p.danger
        awake = self._is_awake(column, index)
        if self._numbers:
            text = number(value)
        else:
            text = translate("NetworkDiagram", "excited") if awake else translate("NetworkDiagram", "quiet")
        return text, p.accent if awake else p.text2

    def _paint_output(self, column: int, index: int, place: QRectF) -> None:
        p, painter = self._colors, self._painter
        value, total = self._value(column, index), self._sum_alone(column, index)
        wins = value is not None and self._computation.answer.best == index
        painter.setPen(QPen(p.accent if wins else p.border_strong, 1.5))
        painter.setBrush(p.accent if wins else p.surface)
        painter.drawEllipse(place.adjusted(1, 1, -1, -1))
        if place.height() < 20:
            return
        name = self._computation.class_names[index]
        tone = p.on_accent if wins else p.text
        if place.height() < 60:
            self._text(place, name, theme.font("section"), tone, _CENTRE)
            return
        font = theme.font("title", QFont.Weight.DemiBold)
        font.setPixelSize(theme.scaled(28))
        inside, breadth = place.width() - 12, QFontMetricsF(font).horizontalAdvance(name)
        if breadth > inside:  # a class may be called by a word
            font.setPixelSize(max(1, int(font.pixelSize() * inside / breadth)))
        shown = with_sign(total) if total is not None else _UNKNOWN if value is None else number(value)
        has_number = self._numbers or total is not None
        middle = place.center().y()
        top = QRectF(place.left(), middle - (30 if has_number else 20), place.width(), 38)
        self._text(top, name, font, tone, _CENTRE)
        if has_number:
            below = QRectF(place.left(), middle + 5, place.width(), 20)
            weight = QFont.Weight.DemiBold if wins else QFont.Weight.Normal
            color = tone if wins else p.text2
            self._text(below, shown, theme.tabular(theme.font("body", weight)), color, _CENTRE)
            bias = float(self._computation.network.unit_biases[column - 1][index])
            words = translate("NetworkDiagram", "bias {0}").format(with_sign(bias, 1))
            room = QRectF(place.left() - 20, place.bottom() + 4, place.width() + 28, 18)
            self._text(room, words, theme.tabular(theme.font("caption")), p.text2, _CENTRE)

    def paint_weights(
        self, column: Column, place: QRectF, weights: NDArray[np.floating], cells: int, limit: float
    ) -> None:
        """Paint the picture of a unit's weights on its card, with the numbers where they fit.

        The cells of `weights` after the first `cells` stand for nothing.
        """
        painter = self._painter
        target = column.image.translated(place.topLeft())
        shape = QPainterPath()
        shape.addRoundedRect(target, 4, 4)
        painter.save()
        painter.setClipPath(shape)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(target, weights_image(weights, limit, theme.current().name, cells))
        painter.restore()
        font = theme.tabular(theme.font("micro"))
        if not self._numbers or column.cell < QFontMetricsF(font).horizontalAdvance("+0.0"):
            return
        for (row, cell), weight in np.ndenumerate(weights):
            if row * weights.shape[1] + cell >= cells:
                continue
            box = QRectF(target.left() + cell * column.cell, target.top() + row * column.cell, column.cell, column.cell)
            self._text(box, with_sign(float(weight), 1), font, text_on_weight(float(weight), limit), _CENTRE)

    def _text(self, place: QRectF, text: str, font: QFont, color: QColor, alignment: Qt.AlignmentFlag) -> None:
        self._painter.setFont(font)
        self._painter.setPen(color)
        self._painter.drawText(place, int(alignment), text)
