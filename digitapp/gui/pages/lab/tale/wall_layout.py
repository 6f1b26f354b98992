"""Where everything stands on the wall of networks. Knows no painter."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, QSizeF

from digitapp.gui.pages.lab.tale.groups import Group
from digitapp.inspection.tale_trial import Judged


@dataclass(frozen=True)
class Sizes:
    """The sizes of what stands on the wall, in device-independent pixels.

    Attributes
    ----------
    tile : of a network's picture with its frame
    gap : between two of them
    heading, caption : heights of the two kinds of lines of words
    between : above a heading, but the first
    """

    tile: QSizeF
    gap: float
    heading: float
    caption: float
    between: float


@dataclass(eq=False)
class WallLayout:
    """The places on a wall of a width.

    Attributes
    ----------
    headings, captions : places of lines of words with the group or the words
    tiles : places of the networks, in the order in which they are read
    lines : the number of the first tile of every line of tiles
    height : of all of it
    """

    headings: list[tuple[QRectF, Group]] = field(default_factory=list)
    captions: list[tuple[QRectF, str]] = field(default_factory=list)
    tiles: list[tuple[QRectF, Judged]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    height: float = 0.0

    def at(self, point: QPointF) -> int | None:
        """Return the number of the tile at a point."""
        return next((number for number, (place, _) in enumerate(self.tiles) if place.contains(point)), None)

    def beside(self, number: int, across: int, down: int) -> int:
        """Return the number of the tile so many steps to the right and lines down; where there is none, the same.

        In a shorter line the nearest tile is taken.
        """
        if not down:
            target = number + across
            return target if 0 <= target < len(self.tiles) else number
        line = bisect_right(self.lines, number) - 1
        target = line + down
        if not 0 <= target < len(self.lines):
            return number
        first = self.lines[target]
        end = self.lines[target + 1] if target + 1 < len(self.lines) else len(self.tiles)
        return min(first + number - self.lines[line], end - 1)


def lay_out(groups: Sequence[Group], width: float, sizes: Sizes) -> WallLayout:
    """Return where groups stand on a wall: each heading, below it its kinds, and so many tiles a line as fit."""
    result = WallLayout()
    pitch = sizes.tile.width() + sizes.gap
    across = max(1, int((width + sizes.gap) // pitch))
    y = 0.0
    for group in groups:
        y += sizes.between if result.headings else 0
        result.headings.append((QRectF(0, y, width, sizes.heading), group))
        y += sizes.heading
        for kind in group.kinds:
            if kind.text:
                result.captions.append((QRectF(0, y, width, sizes.caption), kind.text))
                y += sizes.caption
            for start in range(0, len(kind.networks), across):
                result.lines.append(len(result.tiles))
                for place, judged in enumerate(kind.networks[start : start + across]):
                    result.tiles.append((QRectF(QPointF(place * pitch, y), sizes.tile), judged))
                y += sizes.tile.height() + sizes.gap
    result.height = y
    return result
