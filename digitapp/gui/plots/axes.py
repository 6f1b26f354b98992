"""Axes with few and round ticks: a loss on a logarithmic scale, an accuracy up to 100 %, epochs to the planned end."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF

from digitapp.gui.widgets.numbers import MINUS, per_cent

LOSS_FLOOR = 1e-8  # what a loss of exactly zero is drawn as
_ACCURACY_FLOORS = (0.0, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99)
_ACCURACY_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25)
_DECADE_STEPS = ((1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0))
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_OVERHANG = 60  # pixels
_START_SHARE = 0.3  # of the run so far: the steep beginning may leave the picture of the accuracy


def loss_range(training: np.ndarray, validation: np.ndarray) -> tuple[float, float]:
    """Return round limits, log10, that hold the smoothed training loss and the validation loss; −1 to 0.5 for none."""
    values = np.concatenate([training, validation])
    values = np.maximum(values[np.isfinite(values)], LOSS_FLOOR)
    if values.size == 0:
        return -1.0, 0.5
    low, high = _level_below(float(values.min()) * 0.95), _level_above(float(values.max()) * 1.05)
    return math.log10(low), math.log10(high)


def _levels_near(value: float) -> list[float]:
    exponent = math.floor(math.log10(value))
    return [m * 10.0**e for e in range(exponent - 1, exponent + 2) for m in (1.0, 3.0)]


def _level_below(value: float) -> float:
    return max(level for level in _levels_near(value) if level <= value)


def _level_above(value: float) -> float:
    return min(level for level in _levels_near(value) if level >= value)


def accuracy_range(training: np.ndarray, validation: np.ndarray) -> tuple[float, float]:
    """Return round limits that hold the accuracies after the beginning of the run; 0 to 1 for none.

    A good network spends most of its training above 90 %, where differences matter: the steep start is left to the
    lower edge.
    """
    later = np.concatenate([training[int(len(training) * _START_SHARE) :], validation])
    later = later[np.isfinite(later)]
    if later.size == 0:
        return 0.0, 1.0
    lowest = float(later.min())
    floor = max((f for f in _ACCURACY_FLOORS if f <= lowest - 0.2 * (1 - lowest)), default=0.0)
    return floor, 1.0


def round_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round values between two limits, evenly spaced, at most so many; none where the limits are no range."""
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        return []
    rough = (high - low) / most
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(m * magnitude for m in (1, 2, 5, 10, 20) if (high - low) / (m * magnitude) < most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") for k in range(first, last + 1)]


def tick_text(tick: float) -> str:
    """Return a round value with a real minus, "−2.5"."""
    return f"{tick:g}".replace("-", MINUS)


def power_text(exponent: int) -> str:
    """Return a power of ten, "10⁻⁷"; those that are read faster as a number are one, "0.01"."""
    return tick_text(10.0**exponent) if -3 <= exponent <= 4 else f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def loss_ticks(low: float, high: float) -> list[float]:
    """Return where ticks stand between two limits, all log10: three to six round values where there are that many."""
    decades = range(math.floor(low) - 1, math.ceil(high) + 1)
    ticks: list[float] = []
    for steps in _DECADE_STEPS:
        ticks = [math.log10(step * 10.0**decade) for decade in decades for step in steps]
        ticks = [tick for tick in ticks if low - 1e-9 <= tick <= high + 1e-9]
        if len(ticks) >= 3:
            break
    if len(ticks) > 6:
        whole = [float(d) for d in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)]
        ticks = whole[:: max(1, math.ceil(len(whole) / 5))]
    return ticks


def accuracy_ticks(low: float, high: float) -> list[float]:
    """Return where ticks stand between two shares of 1."""
    step = next((s for s in _ACCURACY_STEPS if (high - low) / s <= 5.5), _ACCURACY_STEPS[-1])
    first = math.ceil(low / step - 1e-6)
    return [k * step for k in range(first, math.floor(high / step + 1e-6) + 1)]


def epoch_ticks(epochs: int) -> list[float]:
    """Return where ticks stand from 0 to the planned end, which is always one of them."""
    rough = epochs / 5
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(m * magnitude for m in (1, 2, 5, 10) if m * magnitude >= rough * (1 - 1e-9))
    if epochs > 1:
        step = max(1.0, step)
    return [k * step for k in range(math.ceil(epochs / step - 0.6))] + [float(epochs)]


class EpochAxis(pg.AxisItem):
    """The axis below: epochs, with the unit after the last number."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self._epochs = 1
        self.setStyle(tickLength=0, tickTextOffset=8, hideOverlappingLabels=False, autoExpandTextSpace=False)

    def set_epochs(self, epochs: int) -> None:
        """Let the axis end after so many epochs."""
        if epochs != self._epochs:
            self._epochs = epochs
            self.picture = None
            self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: ARG002, N803
        ticks = epoch_ticks(self._epochs)
        return [(ticks[1] - ticks[0], ticks)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002
        texts = [f"{value:g}" for value in values]
        if texts:
            texts[-1] = self.tr("%n epoch(s)", "", self._epochs)
        return texts

    def boundingRect(self) -> QRectF:
        # pyqtgraph leaves out a text that hangs over this rectangle, such as the last one before it is moved.
        return super().boundingRect().adjusted(-_OVERHANG, 0, _OVERHANG, 0)

    def generateDrawSpecs(self, p: Any) -> Any:
        specs = super().generateDrawSpecs(p)
        if specs is None:
            return None
        line, ticks, texts = specs
        if len(texts) > 1:
            # The last text ends with the axis instead of hanging over. Where it would run into the one before it goes
            # without its unit: a number that steps aside would be missed in the row.
            rect, flags, text = texts[-1]
            end = self._at_the_end(rect)
            if texts[-2][0].right() >= end.left() - 6:
                text = f"{self._epochs:g}"
                end = self._at_the_end(QRectF(p.boundingRect(QRectF(0, 0, 100, 100), int(flags), text)), rect)
            texts = [spec for spec in texts[:-1] if spec[0].right() < end.left() - 6] + [(end, flags, text)]
        return line, ticks, texts

    def _at_the_end(self, rect: QRectF, beside: QRectF | None = None) -> QRectF:
        """Return a rectangle moved so that it ends with the axis, on the line of another one."""
        moved = QRectF(rect)
        moved.moveRight(self.mapRectFromParent(self.geometry()).right())
        if beside is not None:
            moved.moveTop(beside.top())
        return moved


class ValueAxis(pg.AxisItem):
    """The axis on the left, of a loss (log10) or an accuracy; its ticks are the horizontal grid lines."""

    def __init__(self, *, is_loss: bool) -> None:
        super().__init__("left")
        self._is_loss = is_loss
        self._is_blank = False
        self.setStyle(tickLength=0, tickTextOffset=8, hideOverlappingLabels=False, autoExpandTextSpace=False)
        self.setGrid(255)

    def set_blank(self, blank: bool) -> None:
        """Leave out lines and numbers while there is nothing to measure."""
        if blank != self._is_blank:
            self._is_blank = blank
            self.picture = None
            self.update()

    def boundingRect(self) -> QRectF:
        # The texts at both ends stand half outside the axis.
        return super().boundingRect().adjusted(-_OVERHANG, -_OVERHANG, 0, _OVERHANG)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: ARG002, N803
        if self._is_blank:
            return []
        return [(1.0, loss_ticks(minVal, maxVal) if self._is_loss else accuracy_ticks(minVal, maxVal))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002
        if self._is_loss:
            return [f"{10**value:.3g}".replace("e+", "e").replace("e-0", "e-") for value in values]
        return [per_cent(f"{value * 100:.4g}") for value in values]
