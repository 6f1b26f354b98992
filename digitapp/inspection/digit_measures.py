"""How a digit is written, in numbers, and how usual that is among the digits a network learns from.

Five measures of a picture of the network's input: how thick its strokes are, how far it leans, its width over its
height, its size and how far off the centre it stands. The table `digit_measures.csv` says for each of them how MNIST's
60,000 training images are distributed, all together and digit by digit; `scripts/measure_digits.py` makes it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitapp.drawing.preprocess import CENTRE, PAPER
from digitapp.resources import shipped_data_dir

TABLE_NAME = "digit_measures.csv"
ALL_DIGITS = "all"

# The percentages at which the distributions are kept: finer at the ends, where what is unusual lies.
PERCENTAGES = (0.1, 0.2, 0.5, *range(1, 10), *range(10, 90, 5), *range(90, 100), 99.5, 99.8, 99.9)


class Measure(StrEnum):
    """What is measured of a digit; the order is that of the columns of `measure_digits`."""

    STROKE_WIDTH = "stroke_width"
    SLANT = "slant"
    ASPECT = "aspect"
    SIZE = "size"
    OFFSET = "offset"


def measure_digits(pictures: ArrayLike) -> NDArray[np.float64]:
    """Measure pictures of one digit each.

    Parameters
    ----------
    pictures : float array, shape (n, rows, columns), 0 paper to 1 ink

    Returns
    -------
    measures : float64 array, shape (n, 5), one column for each `Measure`; NaN where there is no ink:
        stroke width in pixels, see `stroke_widths`;
        slant in degrees, positive to the right, see `slants`;
        aspect, the ink's width over its height;
        size in pixels, the ink's longer side;
        offset in pixels, the distance of the centre of mass from the centre that the digits are placed at

    Raises
    ------
    ValueError : not three dimensions
    """
    pictures = np.asarray(pictures, dtype=np.float64)
    if pictures.ndim != 3:
        raise ValueError(f"pictures of shape (n, rows, columns) are needed, got {pictures.shape}")
    width, height = _extents(pictures.max(axis=1)), _extents(pictures.max(axis=2))
    x, y = centres_of_mass(pictures)
    with np.errstate(invalid="ignore", divide="ignore"):
        aspect = width / height
    offset = np.hypot(x - CENTRE, y - CENTRE)
    measures = np.stack([stroke_widths(pictures), slants(pictures), aspect, np.maximum(width, height), offset], axis=1)
    measures[~(pictures.max(axis=(1, 2), initial=0) > PAPER)] = np.nan
    return measures


def stroke_widths(pictures: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return how wide the lines of pictures are, in pixels; NaN where there is no ink.

    A line of width w and length l covers the area w l and has two edges of length l, so w is twice the area over the
    length of the edges. Of a grey picture the area is the sum of its ink, and the edges' length times their height is
    its total variation, by the coarea formula.

    Parameters
    ----------
    pictures : float array, shape (n, rows, columns), 0 paper to 1 ink

    Returns
    -------
    widths : float64 array, shape (n,)

    Source: Santaló, "Integral Geometry and Geometric Probability" (1976), section I.1 (area and perimeter of a strip);
    Rudin, Osher, Fatemi, "Nonlinear total variation based noise removal algorithms" (1992), equation 2.1.
    """
    framed = np.pad(np.asarray(pictures, dtype=np.float64), ((0, 0), (1, 1), (1, 1)))  # ink at the border has an edge
    across, down = np.diff(framed, axis=2)[:, :-1], np.diff(framed, axis=1)[:, :, :-1]
    edges = np.hypot(across, down).sum(axis=(1, 2))
    return np.divide(2 * framed.sum(axis=(1, 2)), edges, out=np.full(len(framed), np.nan), where=edges > 0)


def centres_of_mass(pictures: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y of the centres of mass in pixel indices, each of shape (n,); NaN where there is no ink."""
    columns, rows = pictures.sum(axis=1), pictures.sum(axis=2)
    mass = columns.sum(axis=1)
    mass = np.where(mass > 0, mass, np.nan)
    return columns @ np.arange(columns.shape[1]) / mass, rows @ np.arange(rows.shape[1]) / mass


def slants(pictures: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return how far pictures lean to the right, in degrees from upright; NaN where there is no ink.

    It is the slope of the line that predicts a pixel's x from its y: −μ11 / μ02 with the central second moments, y
    downwards. Shifting each row by the opposite makes the picture upright: the deslanting of one version of MNIST.

    Parameters
    ----------
    pictures : float array, shape (n, rows, columns), 0 paper to 1 ink

    Returns
    -------
    slants : float64 array, shape (n,), from −90 to 90

    Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition" (1998), section
    III.A (deslanting by second moments); Hu, "Visual pattern recognition by moment invariants" (1962), equation 3.
    """
    x, y = centres_of_mass(pictures)
    _, rows, columns = pictures.shape
    from_x, from_y = np.arange(columns) - x[:, None], np.arange(rows) - y[:, None]
    mixed = np.einsum("nij,ni,nj->n", pictures, from_y, from_x, optimize=True)
    upright = np.einsum("ni,ni->n", pictures.sum(axis=2), from_y**2)
    return np.degrees(np.arctan2(-mixed, np.maximum(upright, np.finfo(np.float64).tiny))) + 0 * x


def _extents(profiles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how long the ink of profiles is, shape (n,): pixels from the first to the last, these two by their ink."""
    inked = profiles > PAPER
    first = inked.argmax(axis=1)
    last = profiles.shape[1] - 1 - inked[:, ::-1].argmax(axis=1)
    ends = np.take_along_axis(profiles, np.stack([first, last], axis=1), axis=1)
    length = np.where(last > first, last - first - 1 + ends.sum(axis=1), ends[:, 0])
    return np.where(inked.any(axis=1), length, np.nan)


@dataclass(frozen=True, eq=False)
class Distribution:
    """How one measure is distributed over the training digits, or over those of one class.

    Attributes
    ----------
    values : float64 array, shape (percentages,), ascending: the measure at each of `PERCENTAGES`
    """

    values: NDArray[np.float64]

    def quantile(self, percentage: float) -> float:
        """Return the value that this percentage of the digits stays below."""
        return float(np.interp(percentage, PERCENTAGES, self.values))

    def rank(self, value: float) -> float:
        """Return what percentage of the digits has a smaller value, 0.1 to 99.9; of equal ones half of them counts."""
        below, above = np.nextafter(value, -np.inf), np.nextafter(value, np.inf)
        return float(np.interp([below, above], self.values, PERCENTAGES).mean())

    @property
    def median(self) -> float:
        return self.quantile(50)


@cache
def training_digits() -> dict[tuple[Measure, str], Distribution]:
    """Return the shipped table: the distribution of each measure over `ALL_DIGITS` and over each class by its name."""
    return read_table(shipped_data_dir() / TABLE_NAME)


def distribution(measure: Measure, class_name: str = ALL_DIGITS) -> Distribution:
    """Return how a measure is distributed over the training digits of a class; over all for a class unknown to it."""
    table = training_digits()
    return table.get((measure, class_name), table[measure, ALL_DIGITS])


def read_table(path: Path) -> dict[tuple[Measure, str], Distribution]:
    """Read a table that `table_rows` made."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return {(Measure(row[0]), row[1]): Distribution(np.array(row[2:], dtype=np.float64)) for row in rows}


def table_rows(pictures: NDArray[np.floating], labels: NDArray[np.integer]) -> list[list[str]]:
    """Return the rows of a table of distributions, its head first.

    Parameters
    ----------
    pictures : float array, shape (n, rows, columns), 0 paper to 1 ink
    labels : int array, shape (n,)
    """
    measures = measure_digits(pictures)
    groups = {ALL_DIGITS: np.ones(len(labels), dtype=bool)}
    groups |= {str(label): labels == label for label in np.unique(labels)}
    rows = [["measure", "digit", *(f"p{percentage:g}" for percentage in PERCENTAGES)]]
    for column, measure in enumerate(Measure):
        for name, chosen in groups.items():
            values = np.nanpercentile(measures[chosen, column], PERCENTAGES)
            rows.append([str(measure), name, *(f"{value:.4g}" for value in values)])
    return rows
