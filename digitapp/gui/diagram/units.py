"""How one unit of the network diagram is painted: a pixel's box, a hidden unit's card, an output's circle."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from digitapp.gui import theme
from digitapp.gui.diagram.fitting import CENTRE, LEFT, RIGHT, fonts, paint_fitted, ways_to_write
from digitapp.gui.diagram.layout import Column, Detail, Measures
from digitapp.gui.diagram.words import Computation, WalkStep
from digitapp.gui.images import weights_image
from digitapp.gui.translation import translate
from digitapp.gui.widgets.weight_text import text_on_weight

_UNKNOWN = "–"
_BAR_HEIGHT, _BAR_GAP = 6.0, 5.0
_LETTER = 28  # pixels of the class in its circle, in the design's font
_NAME_FONTS: tuple[theme.FontRole, ...] = ("section", "caption-strong", "tick", "micro")
_VALUE_FONTS: tuple[theme.FontRole, ...] = ("title", "section", "caption-strong", "tick", "micro")
_NOTE_FONTS: tuple[theme.FontRole, ...] = ("caption", "tick", "micro")


def measures_of(computation: Computation) -> Measures:
    """Return what the words and numbers about a network need in the present font."""
    sizes = computation.network.sizes

    def width(role: theme.FontRole, *texts: str) -> float:
        metrics = QFontMetricsF(theme.tabular(theme.font(role)))
        return max(metrics.horizontalAdvance(text) for text in texts)

    def height(role: theme.FontRole) -> float:
        return QFontMetricsF(theme.font(role)).height()

    # The last unit has the longest name: letters are alike, and numbers grow.
    last = [(column, size - 1) for column, size in enumerate(sizes)][1:-1] or [(1, 0)]
    names = [computation.name(*unit) for unit in last]
    short = [computation.short_name(*unit) for unit in last]
    words = translate("NetworkDiagram", "excited"), translate("NetworkDiagram", "quiet")
    figures = QFontMetricsF(theme.tabular(theme.font("micro")))
    card = max(width("section", *names, *words), width("title", "−0.00"), width("caption", _bias_words("−00.0")))
    return Measures(
        scale=theme.current().scale,
        heading=height("caption-strong") + theme.scaled(10),
        input_label=width("caption", *(computation.short_name(0, index) for index in range(sizes[0]))),
        weight=(max(map(figures.horizontalAdvance, ("+0.0", "+000", "+0e0"))), figures.capHeight() + 4),
        card=card + 2,
        line=height("section"),
        row=width("caption-strong", *short) + theme.scaled(12) + width("caption-strong", "−0.00", *words),
        caption=height("caption"),
    )


def _bias_words(value: str) -> str:
    return translate("NetworkDiagram", "bias {0}").format(value)


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

    def _bias(self, column: int, index: int) -> list[str]:
        bias = float(self._computation.network.unit_biases[column - 1][index])
        return [_bias_words(text) for text in ways_to_write(bias, 1, sign=True)]

    # Parts

    def paint_unit(self, column_number: int, index: int, column: Column, place: QRectF) -> None:
        """Paint one unit without the picture of its weights."""
        if column_number == 0:
            self._paint_pixel(index, place)
        elif column.detail is Detail.CIRCLE:
            self._paint_output(column_number, index, column, place)
        elif column.detail is Detail.BOX:
            self._paint_box(column_number, index, place)
        elif column.detail in (Detail.ROW, Detail.LINE):
            self._paint_row(column_number, index, column, place)
        else:
            self._paint_card(column_number, index, column, place)

    def _paint_pixel(self, index: int, place: QRectF) -> None:
        p, painter = self._colors, self._painter
        value = self._computation.value(0, index) or 0.0
        on = value >= 0.5
        radius = min(6.0, place.width() / 4)
        painter.setPen(QPen(p.ink if on else p.border_strong, 1))
        ground, tone = theme.input_tones(value)
        painter.setBrush(ground)
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        if place.left() > 0:
            tried = fonts("caption")
            room = QFontMetricsF(tried[0]).height()
            label = QRectF(0, place.center().y() - room / 2, place.left() - 7, room)
            name = self._computation.short_name(0, index)
            paint_fitted(painter, label, [name], tried, p.text2, RIGHT, elide=True)
        tried = fonts("tick")
        if self._numbers and self._computation.is_known and place.height() >= QFontMetricsF(tried[0]).height():
            # Where a number has no room for its decimal, it is left out: −0.2 is no 0.
            texts = ways_to_write(value, 0 if self._computation.names.has_pixels else 2)
            paint_fitted(painter, place.adjusted(1, 0, -1, 0), texts, tried, tone, CENTRE)

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
        ground = theme.blend(p.surface, p.accent, share)
        painter.setPen(QPen(p.accent if self._is_awake(column, index) else p.border_strong, 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), min(4, place.height() / 4), place.height() / 4)
        tried = [font for font in fonts(*_NAME_FONTS[1:]) if QFontMetricsF(font).height() <= place.height()]
        tone = max((p.text, p.on_accent), key=lambda ink: theme.contrast(ink, ground))
        name = self._computation.short_name(column, index)
        paint_fitted(painter, place.adjusted(2, 0, -2, 0), [name], tried, tone, CENTRE)

    def _paint_row(self, column: int, index: int, layout: Column, place: QRectF) -> None:
        self._frame(column, index, place, 6)
        margin = theme.scaled(10)
        left = place.left() + margin + (0 if layout.image.isEmpty() else layout.image.right())
        inside = QRectF(left, place.top(), place.right() - margin - left, place.height())
        texts, color = self._state(column, index)
        self._paint_name_and_value(inside, self._computation.short_name(column, index), texts, color)

    def _paint_name_and_value(self, place: QRectF, name: str, texts: Sequence[str], color: QColor) -> None:
        """Paint both in one line; the name gives way."""
        strong = fonts("caption-strong", "tick", "micro")
        advance = QFontMetricsF(strong[0]).horizontalAdvance(name)
        value = place.adjusted(min(advance + theme.scaled(4), place.width() / 2), 0, 0, 0)
        paint_fitted(self._painter, value, texts, strong, color, RIGHT)
        room = QRectF(place.left(), place.top(), value.left() - place.left(), place.height())
        paint_fitted(self._painter, room, [name], strong, self._colors.text, LEFT, elide=True)

    def _paint_card(self, column: int, index: int, layout: Column, place: QRectF) -> None:
        self._frame(column, index, place, 10)
        margin = theme.scaled(10)
        left = place.left() + layout.image.right() + margin
        inside = QRectF(left, place.top() + 3, place.right() - margin + 2 - left, place.height() - 6)
        texts, color = self._state(column, index)
        is_figure = self._numbers or self._sum_alone(column, index) is not None
        value_roles = _VALUE_FONTS if is_figure else _VALUE_FONTS[1:]
        p = self._colors
        lines: list[tuple[Sequence[str], list[QFont], QColor]] = [
            ([self._computation.name(column, index)], fonts(*_NAME_FONTS), p.text),
            (texts, fonts(*value_roles), color),
        ]
        if self._numbers:
            lines.append((self._bias(column, index), fonts(*_NOTE_FONTS), p.text2))
        shown, has_bar = _fitting_lines(lines, inside.height())
        if len(shown) < 2:
            self._paint_name_and_value(inside, self._computation.short_name(column, index), texts, color)
            return
        heights = [_line_height(tried) for _, tried, _ in shown]
        bar = _BAR_GAP + _BAR_HEIGHT if has_bar else 0.0
        y = inside.center().y() - (sum(heights) + bar) / 2
        for number_, ((words, tried, tone), height) in enumerate(zip(shown, heights, strict=True)):
            room = QRectF(inside.left(), y, inside.width(), height)
            paint_fitted(self._painter, room, words, tried, tone, LEFT, elide=number_ == 0)
            y += height
        if has_bar:
            self._paint_bar(QRectF(inside.left(), y + _BAR_GAP, inside.width() - 4, _BAR_HEIGHT), column, index)

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

    def _state(self, column: int, index: int) -> tuple[Sequence[str], QColor]:
        """Return what a hidden unit is doing, as a number in several lengths or a word, and its colour."""
        p = self._colors
        total = self._sum_alone(column, index)
        if total is not None:
            return ways_to_write(total, sign=True), p.text
        value = self._value(column, index)
        if value is None:
            return (_UNKNOWN,), p.text3
        if not np.isfinite(value):
            return ways_to_write(value), p.danger
        awake = self._is_awake(column, index)
        if self._numbers:
            texts = ways_to_write(value)
        else:
            texts = (translate("NetworkDiagram", "excited") if awake else translate("NetworkDiagram", "quiet"),)
        return texts, p.accent if awake else p.text2

    def _paint_output(self, column: int, index: int, layout: Column, place: QRectF) -> None:
        p, painter = self._colors, self._painter
        value, total = self._value(column, index), self._sum_alone(column, index)
        wins = value is not None and self._computation.answer.best == index
        painter.setPen(QPen(p.accent if wins else p.border_strong, 1.5))
        painter.setBrush(p.accent if wins else p.surface)
        painter.drawEllipse(place.adjusted(1, 1, -1, -1))
        tone = p.on_accent if wins else p.text
        large = theme.font("title", QFont.Weight.DemiBold)
        large.setPixelSize(theme.scaled(_LETTER))
        weight = QFont.Weight.DemiBold if wins else QFont.Weight.Normal
        figures = fonts("body", "caption", "tick", "micro", weight=weight)
        name_fonts = [large, *fonts("title", *_NAME_FONTS)]
        line, letter = _line_height(figures), QFontMetricsF(large).capHeight()
        has_number = (self._numbers or total is not None) and layout.caption > 0
        name = self._computation.class_names[index]
        if not has_number:
            # A square in the circle: words in its middle stay inside.
            inset = place.width() * 0.15
            inside = place.adjusted(inset, inset, -inset, -inset)
            low_enough = [font for font in name_fonts if QFontMetricsF(font).capHeight() <= inside.height() * 0.8]
            if low_enough:
                paint_fitted(painter, inside, [name], low_enough, tone, CENTRE, elide=True)
            return
        middle = place.center().y() - (letter + 6 + line) / 2
        inset = place.width() * 0.12
        above = QRectF(place.left() + inset, middle - letter / 2, place.width() - 2 * inset, 2 * letter)
        paint_fitted(painter, above, [name], name_fonts, tone, CENTRE, elide=True)
        texts = ways_to_write(total, sign=True) if total is not None else (_UNKNOWN,)
        if total is None and value is not None:
            texts = ways_to_write(value)
        below = QRectF(above.left(), middle + letter + 6, above.width(), line)
        paint_fitted(painter, below, texts, figures, tone if wins else p.text2, CENTRE)
        room = QRectF(place.left() - 8, place.bottom() + 4, place.width() + 16, layout.caption)
        paint_fitted(painter, room, self._bias(column, index), fonts(*_NOTE_FONTS), p.text2, CENTRE)

    def paint_weights(
        self, column: Column, place: QRectF, weights: NDArray[np.floating], cells: int, limit: float
    ) -> None:
        """Paint the picture of a unit's weights, with the numbers where they are meant to be read.

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
        if not self._numbers or column.detail is not Detail.NUMBERS:
            return
        tried = fonts("micro")
        width, height = column.cell
        for (row, cell), weight in np.ndenumerate(weights):
            if row * weights.shape[1] + cell < cells:
                box = QRectF(target.left() + cell * width, target.top() + row * height, width, height)
                texts = ways_to_write(float(weight), 1, sign=True)
                paint_fitted(painter, box, texts, tried, text_on_weight(float(weight), limit), CENTRE)


def _line_height(tried: Sequence[QFont]) -> float:
    return QFontMetricsF(tried[0]).height()


def _fitting_lines(
    lines: list[tuple[Sequence[str], list[QFont], QColor]], room: float
) -> tuple[list[tuple[Sequence[str], list[QFont], QColor]], bool]:
    """Return as many lines of a card as its height holds, and whether it holds a bar as well.

    The bias is left out before the value gets smaller, which is left out last.
    """
    name, value = lines[0], lines[1]
    smaller = (value[0], value[1][1:], value[2])
    bar = _BAR_GAP + _BAR_HEIGHT
    for chosen, extra in ((lines, bar), (lines, 0.0), ([name, smaller, *lines[2:]], 0.0), ([name, value], 0.0)):
        if sum(_line_height(tried) for _, tried, _ in chosen) + extra <= room:
            return chosen, extra > 0
    chosen = [name, smaller]
    fits = sum(_line_height(tried) for _, tried, _ in chosen) <= room
    return (chosen if fits else []), False
