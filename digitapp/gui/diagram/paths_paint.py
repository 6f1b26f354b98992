"""How the strongest paths are painted: the drawing, the units with their pictures and numbers, the outputs."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from digitapp.gui import theme
from digitapp.gui.diagram.paths_layout import HEADING, Kind, PathColumn, PathLayout
from digitapp.gui.diagram.paths_picture import PathPicture
from digitapp.gui.images import ink_image, weights_image

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_RADIUS = 7.0
_BAR = 4.0


class PathPainter:
    """Paints one picture with one painter, in the present theme."""

    def __init__(self, painter: QPainter, picture: PathPicture) -> None:
        self._painter = painter
        self._picture = picture
        self._colors = theme.current().palette
        self._last = len(picture.paths.units) - 1

    def paint(self, layout: PathLayout, width: float) -> None:
        """Paint everything but the lines."""
        self._paint_headings(layout, width)
        self._paint_drawing(layout.drawing)
        self.paint_units(layout)

    def paint_units(self, layout: PathLayout) -> None:
        """Paint the units of every layer."""
        for layer, column in enumerate(layout.columns):
            for place in range(len(column.places)):
                if layer == self._last:
                    self._paint_output(layer, place, column)
                else:
                    self._paint_unit(layer, place, column)

    # Headings

    def _paint_headings(self, layout: PathLayout, width: float) -> None:
        words = self._picture.words
        room_right = [column.left for column in layout.columns[1:]] + [width + 12]
        self._heading(*words.input_heading(), 0, layout.columns[0].left - 8)
        for layer, (column, right) in enumerate(zip(layout.columns, room_right, strict=True)):
            self._heading(*words.layer_heading(self._picture.paths, layer), column.left, right - column.left - 12)

    def _heading(self, title: str, detail: str, x: float, room: float) -> None:
        height = HEADING / 2 - 4
        for index, (text, role, color) in enumerate(
            ((title, "caption-strong", self._colors.text2), (detail, "tick", self._colors.text3))
        ):
            font = theme.tabular(theme.font(role))  # type: ignore[arg-type]
            text = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room)
            self._text(
                QRectF(x, index * theme.scaled(height), room + 2, theme.scaled(height)), text, font, color, _LEFT
            )

    # Parts

    def _paint_drawing(self, place: QRectF) -> None:
        self._image(place, ink_image(self._picture.ink, theme.current().name))
        self._painter.setPen(QPen(self._colors.border_strong, 1))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRoundedRect(place.adjusted(-0.5, -0.5, 0.5, 0.5), _RADIUS, _RADIUS)

    def _image(self, place: QRectF, image: object) -> None:
        painter = self._painter
        shape = QPainterPath()
        shape.addRoundedRect(place, 5, 5)
        painter.save()
        painter.setClipPath(shape)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(place, image)  # type: ignore[arg-type]
        painter.restore()

    def _frame(self, place: QRectF, *, awake: bool) -> None:
        p, painter = self._colors, self._painter
        painter.setPen(QPen(p.accent if awake else p.border_strong, 1.25 if awake else 1))
        painter.setBrush(p.surface)
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)

    def _paint_unit(self, layer: int, place: int, column: PathColumn) -> None:
        p = self._colors
        paths = self._picture.paths
        unit = paths.units[layer][place]
        activation = float(paths.found.signals[layer + 1][unit])
        contribution = float(paths.found.contributions[layer][unit])
        box = column.places[place]
        awake = activation > 0
        self._frame(box, awake=awake)
        inside = box.adjusted(8, 3, -8, -3)
        if column.kind is Kind.IMAGE:
            target = column.image.translated(box.topLeft())
            self._image(target, weights_image(self._picture.images[place], self._picture.limit, theme.current().name))
            inside.setLeft(target.right() + 7)
            inside = inside.adjusted(0, 2, 2, -2)
        words = self._picture.words
        name = words.name(layer, unit)
        if column.kind is Kind.NARROW:
            self._text(
                inside.adjusted(-4, 0, 4, -5),
                name,
                self._fit(name, inside.width() + 8),
                p.text,
                Qt.AlignmentFlag.AlignCenter,
            )
            self._bar(layer, contribution, QRectF(inside.left(), box.bottom() - 8, inside.width(), _BAR))
            return
        tone = p.danger if not np.isfinite(activation) else p.accent if awake else p.text3
        lines = [
            (name, theme.font("caption-strong"), p.text),
            (words.number(activation), theme.tabular(theme.font("caption")), tone),
        ]
        if column.kind is Kind.ROW:
            top = QRectF(inside.left(), inside.top() + 2, inside.width(), inside.height() - _BAR - 5)
            self._text(top, lines[0][0], lines[0][1], lines[0][2], _LEFT)
            self._text(top, lines[1][0], lines[1][1], lines[1][2], _RIGHT)
        else:
            height = (inside.height() - _BAR - 4) / 2
            for index, (text, font, color) in enumerate(lines):
                line = QRectF(inside.left(), inside.top() + index * height, inside.width(), height)
                self._text(line, text, font, color, _LEFT)
        self._bar(layer, contribution, QRectF(inside.left(), inside.bottom() - _BAR, inside.width(), _BAR))

    def _bar(self, layer: int, contribution: float, place: QRectF) -> None:
        """Paint how much a unit adds to the answer, from the middle: orange for it, blue against it."""
        p, painter = self._colors, self._painter
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.blend(p.surface, p.text3, 0.16))
        painter.drawRoundedRect(place, 2, 2)
        shown = self._picture.paths.found.contributions[layer][list(self._picture.paths.units[layer])]
        largest = float(np.nanmax(np.abs(shown), initial=0.0))
        if not np.isfinite(contribution) or not largest:
            return
        length = place.width() / 2 * min(1.0, abs(contribution) / largest)
        left = place.center().x() if contribution > 0 else place.center().x() - length
        painter.setBrush(p.positive if contribution > 0 else p.negative)
        painter.drawRoundedRect(QRectF(left, place.top(), length, place.height()), 1.5, 1.5)

    def _paint_output(self, layer: int, place: int, column: PathColumn) -> None:
        p, painter, picture = self._colors, self._painter, self._picture
        unit = picture.paths.units[layer][place]
        box = column.places[place]
        wins, followed = picture.answer == unit, picture.paths.found.output == unit
        painter.setPen(QPen(p.accent if wins or followed else p.border_strong, 2 if followed else 1))
        painter.setBrush(p.accent if wins else p.surface)
        painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), _RADIUS, _RADIUS)
        inside = box.adjusted(9, 0, -8, 0)
        if column.kind is Kind.IMAGE:
            target = column.image.translated(box.topLeft())
            self._image(target, weights_image(picture.images[place], picture.limit, theme.current().name))
            inside.setLeft(target.right() + 6)
        probability = float(picture.probabilities[place])
        tone, number_tone = (p.on_accent, p.on_accent) if wins else (p.text, p.text2)
        name_font = theme.font("section" if box.height() < 34 else "card-title", QFont.Weight.DemiBold)
        number_font = theme.tabular(theme.font("caption"))
        if column.kind is Kind.IMAGE:
            half = box.height() / 2
            self._text(
                QRectF(inside.left(), box.top() + 6, inside.width(), half - 6),
                picture.words.class_name(unit),
                name_font,
                tone,
                _LEFT,
            )
            self._text(
                QRectF(inside.left(), box.top() + half, inside.width() + 6, half - 6),
                picture.words.probability(probability),
                number_font,
                number_tone,
                _LEFT,
            )
            return
        self._text(inside, picture.words.class_name(unit), name_font, tone, _LEFT)
        self._text(inside, picture.words.probability(probability), number_font, number_tone, _RIGHT)

    def _fit(self, text: str, room: float) -> QFont:
        for role in ("caption-strong", "tick"):
            font = theme.font(role)
            if QFontMetricsF(font).horizontalAdvance(text) <= room:
                return font
        return theme.font("micro")

    def _text(self, place: QRectF, text: str, font: QFont, color: QColor, alignment: Qt.AlignmentFlag) -> None:
        self._painter.setFont(font)
        self._painter.setPen(color)
        self._painter.drawText(place, int(alignment), text)
