"""What a widget has drawn, read from the picture that it saves: words with their places, and curved lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme
from digitapp.gui.pictures import MARGIN, svg


class DrawnText(NamedTuple):
    """Words, and the rectangle of their ink in the widget's pixels."""

    text: str
    place: QRectF


class DrawnCurve(NamedTuple):
    """A curved line: its ends, its colour as "#rrggbb", its width and its opacity."""

    start: QPointF
    end: QPointF
    color: str
    width: float
    opacity: float


class Drawn(NamedTuple):
    """All words and all curved lines of a picture, in the order in which they were drawn."""

    texts: list[DrawnText]
    curves: list[DrawnCurve]

    def overlapping(self) -> list[tuple[str, str]]:
        """Return the pairs of words that lie on each other."""
        return [
            (one.text, other.text)
            for one, other in combinations(self.texts, 2)
            if one.place.adjusted(0.25, 0.25, -0.25, -0.25).intersects(other.place)
        ]

    def outside(self, room: QRectF) -> list[str]:
        """Return the words of which a part lies outside of a rectangle."""
        return [text.text for text in self.texts if not room.adjusted(-0.5, -0.5, 0.5, 0.5).contains(text.place)]

    def within(self, room: QRectF) -> list[str]:
        """Return the words whose middle lies in a rectangle."""
        return [text.text for text in self.texts if room.contains(text.place.center())]


def drawn(widget: QWidget) -> Drawn:
    """Let a widget draw itself, and return what it has drawn."""
    texts: list[DrawnText] = []
    curves: list[DrawnCurve] = []
    root = ElementTree.fromstring(svg(widget))
    for group, item in _items(root):
        kind = item.tag.rpartition("}")[2]
        if kind == "text" and (item.text or "").strip():
            texts.append(_text(item, _offset(group)))
        elif kind == "path" and "C" in item.get("d", "") and group.get("fill") == "none":
            curves.append(_curve(group, item, _offset(group)))
    return Drawn(texts, curves)


def _items(root: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, ElementTree.Element]]:
    for group in root.iter():
        if group.tag.endswith("}g"):
            for item in group:
                yield group, item


def _offset(group: ElementTree.Element) -> QPointF:
    parts = [float(part) for part in re.findall(r"-?[\d.]+(?:e-?\d+)?", group.get("transform", ""))]
    assert parts[:4] == [1, 0, 0, 1], "nothing is turned or scaled"
    return QPointF(parts[4] - MARGIN, parts[5] - MARGIN)


def _text(item: ElementTree.Element, offset: QPointF) -> DrawnText:
    font = QFont(theme.font("body"))
    font.setPixelSize(round(float(item.get("font-size", "0"))))
    font.setWeight(QFont.Weight(int(item.get("font-weight", "400"))))
    text = item.text or ""
    ink = QFontMetricsF(theme.tabular(font)).tightBoundingRect(text)
    corner = QPointF(float(item.get("x", "0")), float(item.get("y", "0"))) + offset
    return DrawnText(text.strip(), ink.translated(corner))


def _curve(group: ElementTree.Element, item: ElementTree.Element, offset: QPointF) -> DrawnCurve:
    numbers = [float(part) for part in re.findall(r"-?[\d.]+(?:e-?\d+)?", item.get("d", ""))]
    start, end = QPointF(*numbers[:2]) + offset, QPointF(*numbers[-2:]) + offset
    width, opacity = float(group.get("stroke-width", "0")), float(group.get("stroke-opacity", "1"))
    return DrawnCurve(start, end, group.get("stroke", ""), width, opacity)
