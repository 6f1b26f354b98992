"""Histograms over time as pictures: one column for each moment, strong where many values are."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from digitapp.gui.images import indexed_image
from digitapp.gui.widgets.numbers import MINUS, decimal, signed
from digitapp.inspection.layer_report import BINS, LayerMoment, Layers, Spread

_ALMOST_ALL = 0.995  # of the values have to be in sight
_FAINT = 0.12  # of the colour, for the fewest values that can be seen
_BRIGHT = 1.1  # times the most of a usual column has the whole colour
_LEVELS = 64
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

Column = tuple[int, Layers]
Bounds = tuple[float, float]


def ten_to(exponent: int) -> str:
    """Return "10⁻⁸" for −8, "1" for 0."""
    return "1" if exponent == 0 else "10" + str(exponent).translate(_SUPERSCRIPTS)


def of_weights(layer: LayerMoment) -> Spread | None:
    """Return the histogram of the weights."""
    return layer.weights


def of_gradients(layer: LayerMoment) -> Spread | None:
    """Return the histogram of the gradients, as powers of ten; None where there are none."""
    return layer.gradients


def of_activations(layer: LayerMoment) -> Spread | None:
    """Return the histogram of the answers."""
    return layer.activations


@dataclass(eq=False)
class HeatStrip:
    """One histogram of one layer over time.

    Parameters
    ----------
    layer : counted from 0
    spread_of : which of its histograms
    kind : "weights", "gradients" or "activations"

    Attributes
    ----------
    bounds : between which values are in sight
    shares : float array, shape (bins, columns), the largest values on top
    """

    layer: int
    kind: str
    spread_of: Callable[[LayerMoment], Spread | None]
    bounds: Bounds = (0.0, 1.0)
    shares: NDArray[np.floating] = field(default_factory=lambda: np.zeros((BINS, 0)))
    _columns: dict[int, NDArray[np.floating]] = field(default_factory=dict)
    _reaches: dict[int, Bounds] = field(default_factory=dict)

    def show(self, columns: Sequence[Column]) -> None:
        """Take in the columns of a story; those that are known are not worked out again."""
        spreads = {step: self.spread_of(layers[self.layer]) for step, layers in columns}
        there = {step: spread for step, spread in spreads.items() if spread is not None}
        self._reaches = {step: self._reaches.get(step) or _reach(spread) for step, spread in there.items()}
        bounds = self._rounded(list(self._reaches.values()))
        if bounds != self.bounds:
            self.bounds = bounds
            self._columns = {}
        edges = np.linspace(*self.bounds, BINS + 1)
        known = self._columns
        self._columns = {step: known[step] if step in known else spread.on(edges) for step, spread in there.items()}
        empty = np.zeros(BINS)
        self.shares = np.array([self._columns.get(step, empty) for step, _ in columns]).reshape(-1, BINS).T[::-1]

    def _rounded(self, reaches: list[Bounds]) -> Bounds:
        """Return bounds that hold almost everything, at round numbers, so that they seldom change."""
        if not reaches:
            return self.bounds
        low, high = min(low for low, _ in reaches), max(high for _, high in reaches)
        if self.kind == "gradients":
            low, high = math.floor(low), math.ceil(high)
            return float(min(low, high - 3)), float(high)
        limit = _round_up(max(abs(low), abs(high)))
        if self.kind == "activations" and low >= 0:
            return 0.0, limit
        return -limit, limit

    def image(self, places: NDArray[np.intp], ground: QColor, colors: Sequence[QColor]) -> QImage:
        """Return the picture, BINS pixels high.

        Parameters
        ----------
        places : int array, shape (pixels,), which column each pixel shows; −1 for none
        ground, colors : of nothing, and of what is below and above the middle, or one colour for all
        """
        strong = np.sqrt(self.shares)
        # So many rest at 0 that they would outshine the others.
        counting = strong[:-1] if self.kind == "activations" and self.bounds[0] == 0.0 else strong
        most = float(counting.max(axis=0, initial=0.0).mean()) * _BRIGHT or 1.0
        levels = np.ceil(np.minimum(strong / most, 1.0) * (_LEVELS - 1)).astype(np.uint8)
        if len(colors) > 1:
            levels[: BINS // 2] += _LEVELS
        shown = levels[:, np.maximum(places, 0)]
        shown[:, places < 0] = 0
        return indexed_image(shown, _table(ground, colors))

    def value_at(self, share: float) -> float:
        """Return the value that stands at a height, 0 the bottom and 1 the top; of gradients a power of ten."""
        low, high = self.bounds
        return low + share * (high - low)

    def text_of(self, value: float) -> str:
        """Return a value as words."""
        if self.kind == "gradients":
            return ten_to(round(value))
        return signed(value, _places(self.bounds[1])) if self.bounds[0] < 0 else decimal(value, _places(self.bounds[1]))

    @property
    def ends(self) -> tuple[str, str]:
        """The lowest and the highest value in sight, as words."""
        low, high = self.bounds
        if self.kind == "gradients":
            return ten_to(round(low)), ten_to(round(high))
        return _short(low), f"+{_short(high)}" if low < 0 else _short(high)


def _table(ground: QColor, colors: Sequence[QColor]) -> NDArray[np.uint8]:
    """Return the colours of all levels: of what is below the middle, then of what is above; the first is the ground."""
    base = np.array(ground.getRgb()[:3], np.float64)  # type: ignore[arg-type]
    amounts = np.concatenate([[0.0], np.linspace(_FAINT, 1.0, _LEVELS - 1)])[:, np.newaxis]
    parts = [base + (np.array(color.getRgb()[:3], np.float64) - base) * amounts for color in colors]  # type: ignore[arg-type]
    return np.rint(np.concatenate(parts)).astype(np.uint8)


def _short(value: float) -> str:
    return f"{value:.2g}".replace("-", MINUS)


def _places(limit: float) -> int:
    return max(0, min(6, 2 - math.floor(math.log10(limit)))) if limit > 0 else 2


def _reach(spread: Spread) -> Bounds:
    """Return between which edges of bins almost all values are."""
    total = np.cumsum(spread.shares, dtype=np.float64)
    if not total[-1] > 0:
        return spread.low, spread.high
    edges = np.linspace(spread.low, spread.high, BINS + 1)
    low = int(np.searchsorted(total, (1 - _ALMOST_ALL) * total[-1]))
    high = int(np.searchsorted(total, _ALMOST_ALL * total[-1]))
    return float(edges[low]), float(edges[min(high + 1, BINS)])


def _round_up(value: float) -> float:
    """Return the next of 1, 1.5, 2, 3, 4, 6, 8 times a power of ten."""
    if not value > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.5, 2, 3, 4, 6, 8, 10) if step * power >= value * 0.999)
