"""Words and numbers that keep to their room: the smaller font first, then the shorter way to write them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from math import isfinite

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QStaticText

from digitapp.gui import theme
from digitapp.gui.translation import translate
from digitapp.gui.widgets.numbers import MINUS, decimal, signed

NOT_A_NUMBER = "NaN"  # where there is no room for words

CENTRE = Qt.AlignmentFlag.AlignCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_SHARES = {LEFT: 0.0, CENTRE: 0.5, RIGHT: 1.0}  # of the spare room that is left of a text


def ways_to_write(value: float, places: int = 2, *, sign: bool = False) -> tuple[str, ...]:
    """Return a number in words of falling length, the first with so many decimals, or fewer where it is large.

    "0.97", "1.0"; "+1234", "+1.2e3", "+1e3"; for what is none "not a number", "NaN".
    """
    if not isfinite(value):
        return translate("NetworkDiagram", "not a number"), NOT_A_NUMBER
    return _ways(value, places, sign)


@lru_cache(maxsize=8192)
def _ways(value: float, places: int, sign: bool) -> tuple[str, ...]:
    """Return the ways to write a number that is one; the same weights are written in every step."""
    write = signed if sign else decimal
    before_point = len(f"{abs(value):.0f}")
    most = max(0, min(places, places + 2 - before_point))
    least = 1 if before_point == 1 and places > 1 else 0
    ways = [write(value, kept) for kept in range(most, min(most, least) - 1, -1)]
    if before_point > 3:
        ways += [_scientific(value, kept, sign) for kept in (1, 0)]
    return tuple(way for index, way in enumerate(ways) if all(len(way) < len(longer) for longer in ways[:index]))


def _scientific(value: float, places: int, sign: bool) -> str:
    mantissa, exponent = f"{value:+.{places}e}".split("e")
    return f"{mantissa if sign else mantissa.lstrip('+')}e{int(exponent)}".replace("-", MINUS)


def fonts(*roles: theme.FontRole, weight: QFont.Weight | None = None) -> list[QFont]:
    """Return fonts with figures of equal width, to be tried one after the other."""
    return list(_fonts(roles, weight, theme.font_key()))


@cache
def _fonts(
    roles: tuple[theme.FontRole, ...],
    weight: QFont.Weight | None,
    key: object,  # noqa: ARG001 - what they depend on besides
) -> tuple[QFont, ...]:
    made = tuple(theme.tabular(theme.font(role, weight)) for role in roles)
    _known.update((id(font), font) for font in made)
    return made


_Text = tuple[QStaticText, float, float]
"""A text laid out, and its width and height: laying it out takes six times as long as painting it."""

_known: dict[int, QFont] = {}  # the fonts of `fonts`, which live as long as the program, by their identity
_texts: dict[tuple[str, int], _Text] = {}
_MOST_TEXTS = 8192


def _laid_out(text: str, font: QFont) -> _Text:
    """Return a text laid out; in the fonts of `fonts` it is kept."""
    if _known.get(id(font)) is not font:
        return _lay_out(text, font)
    found = _texts.get((text, id(font)))
    if found is None:
        if len(_texts) >= _MOST_TEXTS:
            _texts.clear()
        found = _texts[text, id(font)] = _lay_out(text, font)
    return found


def _lay_out(text: str, font: QFont) -> _Text:
    prepared = QStaticText(text)
    prepared.setTextFormat(Qt.TextFormat.PlainText)
    prepared.prepare(font=font)
    size = prepared.size()
    return prepared, size.width(), size.height()


def fitted(texts: Sequence[str], tried: Sequence[QFont], width: float) -> tuple[str, QFont] | None:
    """Return the first of the texts that fits the width, in the first of the fonts in which it does; None for none."""
    for text in texts:
        for font in tried:
            if _laid_out(text, font)[1] <= width:
                return text, font
    return None


def paint_fitted(
    painter: QPainter,
    place: QRectF,
    texts: Sequence[str],
    tried: Sequence[QFont],
    color: QColor,
    alignment: Qt.AlignmentFlag,
    *,
    elide: bool = False,
) -> None:
    """Paint what fits; where nothing does, words are cut off with a mark and numbers left out."""
    chosen = fitted(texts, tried, place.width())
    if chosen is None:
        if not elide:
            return
        shortened = QFontMetricsF(tried[-1]).elidedText(texts[-1], Qt.TextElideMode.ElideRight, place.width())
        chosen = shortened, tried[-1]
    text, font = chosen
    painter.setFont(font)
    painter.setPen(color)
    prepared, width, height = _laid_out(text, font)
    x = place.x() + _SHARES[alignment] * (place.width() - width)
    painter.drawStaticText(QPointF(x, place.y() + (place.height() - height) / 2), prepared)
