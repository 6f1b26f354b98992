"""How a circuit is painted: gates, boxes, wires, values above them and gradients below."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from digitapp.gui import theme
from digitapp.gui.diagram.backward import paint_beads_along
from digitapp.gui.diagram.fitting import CENTRE, LEFT, RIGHT, fitted, fonts, paint_fitted
from digitapp.gui.diagram.wires import Floats
from digitapp.gui.pages.lab.circuit.layout import Layout
from digitapp.gui.pages.lab.circuit.machine import Scene
from digitapp.gui.pages.lab.circuit.number_rooms import LINE
from digitapp.gui.pages.lab.circuit.numbers import array_ways, shape_text, size_text, unknown
from digitapp.gui.pages.lab.circuit.words import role_word
from digitapp.gui.translation import translate
from digitapp.lab.circuit.evaluation import Wire
from digitapp.lab.circuit.operations import Array
from digitapp.lab.circuit.syntax import value_text
from digitapp.lab.circuit.walk import Direction

_CHIP_RADIUS = 5.0
_MOST_LINES = 2  # of a matrix in its box
_AROUND = 24.0  # what belongs to a node and stands outside of it: its word and its rings


class CircuitPainter:
    """Paints a scene in its layout."""

    def __init__(self, painter: QPainter, scene: Scene, layout: Layout, seen: QRectF) -> None:
        self._painter, self._scene, self._layout, self._seen = painter, scene, layout, seen
        self._goes_back = scene.position > len(scene.walk.forward)
        step = scene.step
        self._is_back_step = step is not None and step[0] is Direction.BACKWARD
        self._limit = self._largest_gradient()
        self._left, self._right = 0.0, layout.size.width()
        self._line = LINE * theme.current().scale

    def _largest_gradient(self) -> float:
        sizes = [float(np.abs(part).max()) for part in self._scene.circuit.sweep.wires.values()]
        return max([size for size in sizes if np.isfinite(size)], default=1.0)

    def paint_all(self) -> None:
        """Paint everything of which a part may be seen."""
        for wire, path in self._layout.paths.items():
            if self._seen.intersects(path.controlPointRect().adjusted(-5, -5, 5, 5)):
                points = self._layout.wires[wire]
                self._paint_wire(path, points, self._scene.wire_value(wire), self._scene.wire_gradient(wire))
        value, gradient = self._scene.value(self._last), self._scene.gradient(self._last)
        self._paint_wire(self._layout.path_out, self._layout.way_out, value, gradient)
        for index, place in enumerate(self._layout.nodes):
            if self._seen.intersects(place.adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND)):
                self._paint_node(index)
        self._paint_result()
        for wire, room in self._layout.labels.items():
            if self._seen.intersects(room) and self._scene.graph.nodes[self._source(wire)].constant is None:
                self._keep_between(self._layout.wires[wire])
                self._paint_numbers(room, self._scene.wire_value(wire), self._scene.wire_gradient(wire), wire)
        self._keep_between(self._layout.way_out)
        self._paint_numbers(self._layout.label_out, value, gradient, None)

    def _keep_between(self, points: Floats) -> None:
        """Keep the numbers that come next off the nodes at both ends of a wire."""
        self._left, self._right = float(points[0, 0]) + 1, float(points[-1, 0]) - 1

    @property
    def _last(self) -> int:
        return self._scene.graph.result

    def _source(self, wire: Wire) -> int:
        return self._scene.graph.nodes[wire[0]].sources[wire[1]]

    # Wires

    def _paint_wire(self, path: QPainterPath, points: Floats, value: Array | None, gradient: Array | None) -> None:
        p, painter = theme.current().palette, self._painter
        broken = [part for part in (value, gradient) if part is not None and not is_sound(part)]
        beads = gradient is not None and not broken and bool(np.any(gradient))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if beads:  # a thin line is painted in a fifth of the time of a thicker one
            painter.setPen(QPen(theme.blend(p.window, p.border_strong, 0.7), 1))
        else:
            painter.setPen(QPen(p.danger if broken else p.border_strong, 2.0 if broken else 1.4))
        painter.drawPath(path)
        if beads and gradient is not None:
            paint_beads_along(painter, points[::-1], _strength(gradient), self._limit, seen=self._seen)

    def _paint_numbers(self, room: QRectF, value: Array | None, gradient: Array | None, wire: Wire | None) -> None:
        p = theme.current().palette
        above = QRectF(room.left(), room.top(), room.width(), self._line)
        is_tight = room.height() < 1.5 * self._line
        if value is not None and not (is_tight and self._goes_back):
            color = p.text if is_sound(value) else p.danger
            self._paint_number(above, value, color)
        if not self._goes_back and not (wire is None and gradient is not None):
            return
        below = QRectF(room.left(), room.bottom() - self._line, room.width(), self._line)
        has_gradient = wire is None or self._scene.graph.learns[self._source(wire)]
        if gradient is None:
            if has_gradient:
                self._paint_text(below, *_widest(unknown()), p.text3)
            return
        color = p.gradient if is_sound(gradient) else p.danger
        self._paint_number(below, gradient, color, is_gradient=True)

    def _paint_number(self, place: QRectF, value: Array, color: QColor, *, is_gradient: bool = False) -> None:
        """Paint a value: with fewer digits rather than in a smaller font, and where all is too long its shape."""
        room = place.width() - 2
        if not value.ndim:
            found = _fitting_number(float(value), is_gradient, room, theme.font_key())
        else:
            ways = array_ways(value, sign=is_gradient)
            found = _fitting(ways, room) or _fitting((size_text(value.shape),), room)
        if found is not None:
            self._paint_text(place, *found, color, is_chip=is_gradient)

    def _paint_text(
        self, place: QRectF, text: str, font: QFont, width: float, color: QColor, *, is_chip: bool = False
    ) -> None:
        """Paint a number on a ground of its own, so that it can be read where a wire goes through it."""
        p, painter = theme.current().palette, self._painter
        ground = QColor(p.gradient_tint if is_chip else p.window)
        if not is_chip:
            ground.setAlphaF(0.75)
        width += 10 if is_chip else 4
        left = max(self._left, min(place.center().x() - width / 2, self._right - width))
        box = QRectF(left, place.top(), width, place.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, _CHIP_RADIUS, _CHIP_RADIUS)
        paint_fitted(painter, box.adjusted(-1, 0, 1, 0), [text], [font], color, CENTRE, elide=True)

    # Nodes

    def _paint_node(self, index: int) -> None:
        node = self._scene.graph.nodes[index]
        if node.operation is not None:
            self._paint_gate(index)
        elif node.constant is not None:
            p = theme.current().palette
            text = value_text(node.constant.item()) if not node.shape else shape_text(node.shape)
            place = self._layout.nodes[index]
            paint_fitted(self._painter, place, [text], fonts("section", "caption"), p.text2, RIGHT, elide=True)
        else:
            self._paint_input(index)

    def _paint_input(self, index: int) -> None:
        p, painter, place = theme.current().palette, self._painter, self._layout.nodes[index]
        node = self._scene.graph.nodes[index]
        is_chosen = index == self._scene.focus
        painter.setPen(QPen(p.accent if is_chosen else p.border_strong, 1.8 if is_chosen else 1))
        painter.setBrush(p.accent_tint if is_chosen else p.surface)
        painter.drawRoundedRect(place, theme.CONTROL_RADIUS, theme.CONTROL_RADIUS)
        inner = place.adjusted(10, 0, -10, 0)
        named = QRectF(inner)
        named.setWidth(inner.width() * 0.45)
        paint_fitted(painter, named, [node.text], fonts("section", "caption", "micro"), p.text, LEFT, elide=True)
        if node.shape:
            self._paint_entries(place.adjusted(0.34 * place.width(), 3, -6, -3), self._scene.circuit.values[index])
            return
        texts = array_ways(self._scene.circuit.values[index])
        tried = fonts("card-title", "section", "caption-strong", "micro")
        paint_fitted(painter, inner.adjusted(inner.width() * 0.35, 0, 0, 0), texts, tried, p.text, RIGHT, elide=True)

    def _paint_entries(self, room: QRectF, value: Array) -> None:
        """Paint a vector, or a matrix row by row; where they do not fit, the shape."""
        p, painter = theme.current().palette, self._painter
        rows = value if value.ndim == 2 else value[np.newaxis]
        height = room.height() / len(rows)
        tried = fonts("tick", "micro")
        ways = [array_ways(row) for row in rows]
        if len(rows) > _MOST_LINES or any(fitted(way, tried, room.width()) is None for way in ways):
            paint_fitted(painter, room, [size_text(value.shape)], fonts("section", "caption"), p.text, RIGHT)
            return
        for line, way in enumerate(ways):
            part = QRectF(room.left(), room.top() + line * height, room.width(), height)
            paint_fitted(painter, part, way, tried, p.text, RIGHT)

    def _paint_gate(self, index: int) -> None:
        p, painter, place = theme.current().palette, self._painter, self._layout.nodes[index]
        operation = self._scene.graph.operation(index)
        is_chosen, is_broken = index == self._scene.focus, self._scene.is_broken(index)
        is_known = self._scene.value(index) is not None
        painter.setPen(QPen(p.danger if is_broken else p.accent if is_chosen else p.border_strong, 1.4))
        painter.setBrush(p.danger_tint if is_broken else p.accent_tint if is_chosen else p.surface)
        painter.drawEllipse(place)
        if is_chosen:  # a second ring: never colour alone
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(p.danger if is_broken else p.accent, 1.6))
            painter.drawEllipse(place.adjusted(-3, -3, 3, 3))
        inner = place.adjusted(2, 0, -2, 0)
        color = p.danger if is_broken else p.text if is_known else p.text3
        tried = fonts("title", "card-title", "section", "tick", "micro")
        tried = tried if len(operation.symbol) == 1 else tried[1:]
        paint_fitted(painter, inner, [operation.symbol], tried, color, CENTRE, elide=True)
        self._paint_word(index, place, is_chosen=is_chosen, is_broken=is_broken)

    def _paint_word(self, index: int, place: QRectF, *, is_chosen: bool, is_broken: bool) -> None:
        """Write below a gate what it does with a gradient, or that its value is no number."""
        p = theme.current().palette
        if is_broken:
            text, color = translate("Circuit", "not a number"), p.danger
        elif self._goes_back:
            text, color = role_word(self._scene.graph.operation(index).role), p.accent if is_chosen else p.text2
        else:
            return
        room = QRectF(place.center().x() - 48, place.bottom() + (5 if is_chosen else 2), 96, self._line)
        tried = fonts("caption-strong" if is_chosen or is_broken else "caption", "tick", "micro")
        paint_fitted(self._painter, room, [text], tried, color, CENTRE)

    def _paint_result(self) -> None:
        """Paint the circle of f: full as soon as its value is known."""
        p, painter, place = theme.current().palette, self._painter, self._layout.result
        value = self._scene.value(self._last)
        if value is None:
            border, ground, color = p.border_strong, p.surface, p.text3
        elif is_sound(value):
            border, ground, color = p.accent, p.accent, p.on_accent
        else:
            border, ground, color = p.danger, p.danger_tint, p.danger
        painter.setPen(QPen(border, 1.4))
        painter.setBrush(ground)
        painter.drawEllipse(place)
        half = place.height() / 2
        inner = place.adjusted(5, 0, -5, 0)
        name = QRectF(inner.left(), place.top() + 0.1 * half, inner.width(), 0.9 * half)
        below = QRectF(inner.left(), place.top() + 0.9 * half, inner.width(), 0.7 * half)
        paint_fitted(painter, name, [translate("Circuit", "f")], fonts("section", "caption"), color, CENTRE)
        texts = ("?",) if value is None else array_ways(value)
        tried = fonts("card-title", "section", "caption-strong", "micro")
        paint_fitted(painter, below, texts, tried, color, CENTRE, elide=True)


def is_sound(value: Array) -> bool:
    """Return whether all of a value is numbers."""
    return bool(np.isfinite(value).all()) if value.ndim else math.isfinite(value)


_Fitted = tuple[str, QFont, float]
"""A text, the font that it has room in, and its width."""


@lru_cache(maxsize=2048)
def _fitting_number(value: float, sign: bool, room: float, key: object) -> _Fitted | None:  # noqa: ARG001
    """Return how a number is written in a room; `key` is what fonts depend on."""
    return _fitting(array_ways(np.array(value), sign=sign), room)


def _fitting(ways: Sequence[str], room: float) -> _Fitted | None:
    """Return the first of the texts that has room in the largest font in which one has; None where none has."""
    for font in fonts("caption-strong", "tick", "micro"):
        found = fitted(ways, [font], room)
        if found is not None:
            return found[0], font, QFontMetricsF(font).horizontalAdvance(found[0])
    return None


def _widest(text: str) -> _Fitted:
    """Return a text in the largest font."""
    (font,) = fonts("caption-strong")
    return text, font, QFontMetricsF(font).horizontalAdvance(text)


def _strength(gradient: Array) -> float:
    """Return what the beads of a wire show: the gradient, of vectors and matrices its largest entry by size."""
    flat = gradient.ravel()
    return float(flat[np.abs(flat).argmax()])
