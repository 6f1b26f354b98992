"""The toy's drawing surface: a small grid of pixels that are on or off."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitapp import reasons
from digitapp.regular import open_regular

TOY_ROWS, TOY_COLUMNS = 4, 3


class GridTextError(ValueError):
    """A text that does not hold the pixels of a grid; `reason` says what was expected."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class BinaryGrid:
    """Rows of pixels, each on or off; every change returns a new grid, so undo keeps the old one.

    Raises
    ------
    ValueError : no rows, or rows of different length or of none
    """

    rows: tuple[tuple[bool, ...], ...] = ((False,) * TOY_COLUMNS,) * TOY_ROWS

    def __post_init__(self) -> None:
        widths = {len(row) for row in self.rows}
        if len(widths) != 1 or 0 in widths:
            raise ValueError("a grid needs one or more rows of one length")

    @classmethod
    def blank(cls, rows: int = TOY_ROWS, columns: int = TOY_COLUMNS) -> BinaryGrid:
        """Return a grid without ink."""
        return cls(((False,) * columns,) * rows)

    @classmethod
    def from_vector(cls, vector: ArrayLike, rows: int = TOY_ROWS, columns: int = TOY_COLUMNS) -> BinaryGrid:
        """Read a grid from rows * columns numbers, row by row; a pixel is on from 0.5. Raises ValueError."""
        numbers = np.asarray(vector, dtype=np.float64).reshape(-1)
        if numbers.size != rows * columns:
            raise ValueError(f"a {rows}×{columns} grid needs {rows * columns} numbers, got {numbers.size}")
        return cls(tuple(tuple(bool(on) for on in row) for row in numbers.reshape(rows, columns) >= 0.5))

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), len(self.rows[0])

    @property
    def is_empty(self) -> bool:
        return not any(map(any, self.rows))

    def __getitem__(self, position: tuple[int, int]) -> bool:
        row, column = self._checked(*position)
        return self.rows[row][column]

    def set(self, row: int, column: int, on: bool) -> BinaryGrid:
        """Return the grid with one pixel on or off. Raises IndexError outside the grid."""
        row, column = self._checked(row, column)
        changed = list(self.rows)
        changed[row] = (*changed[row][:column], on, *changed[row][column + 1 :])
        return BinaryGrid(tuple(changed))

    def toggle(self, row: int, column: int) -> BinaryGrid:
        """Return the grid with one pixel switched. Raises IndexError outside the grid."""
        return self.set(row, column, not self[row, column])

    def clear(self) -> BinaryGrid:
        """Return a grid of this shape with every pixel off."""
        return BinaryGrid.blank(*self.shape)

    def to_vector(self) -> NDArray[np.float32]:
        """Return the network's input, shape (rows * columns,), row by row, 1 where a pixel is on."""
        return np.array(self.rows, dtype=np.float32).reshape(-1)

    def _checked(self, row: int, column: int) -> tuple[int, int]:
        rows, columns = self.shape
        if not (
            0 <= row < rows and 0 <= column < columns
        ):  # no negative indices: a pointer beside the grid is no pixel
            raise IndexError(f"pixel ({row}, {column}) lies outside the {rows}×{columns} grid")
        return row, column


def grid_text(grid: BinaryGrid) -> str:
    """Return a grid as text: a line for each row, 1 for a pixel that is on and 0 for the others."""
    return "".join("".join("1" if on else "0" for on in row) + "\n" for row in grid.rows)


def parse_grid(text: str, rows: int, columns: int) -> BinaryGrid:
    """Read what `grid_text` writes; spaces, commas and empty lines do not matter. Raises GridTextError."""
    lines = ["".join(line.replace(",", " ").split()) for line in text[:10_000].splitlines()]
    lines = [line for line in lines if line]
    if len(lines) != rows or any(len(line) != columns or set(line) - {"0", "1"} for line in lines):
        raise GridTextError(reasons.tr("expected {0} lines of {1} digits, each 0 or 1", rows, columns))
    return BinaryGrid(tuple(tuple(digit == "1" for digit in line) for line in lines))


def read_grid(path: Path, rows: int, columns: int) -> BinaryGrid:
    """Read a text file of pixels. Raises GridTextError or OSError."""
    with open_regular(path) as file:
        return parse_grid(file.read(10_000).decode("utf-8-sig", errors="replace"), rows, columns)
