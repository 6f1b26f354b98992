"""What the tiles of the Features page show, and why they may show nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Shown(Enum):
    """What the tiles show."""

    REGION = "region"
    PROJECTED = "projected"
    WEIGHTS = "weights"
    PATTERN = "pattern"
    CHANGE = "change"
    CLASS = "class"


class Lack(Enum):
    """Why there are no pictures."""

    NOT_YET = "not yet"
    NO_DATA = "no data"
    NO_START = "no start"
    BROKEN = "broken"
    NO_PICTURE = "no picture"


@dataclass(frozen=True)
class View:
    """What is wanted: of which layer, what, and for which class where it is about one."""

    layer: int
    shown: Shown
    label: int = 0

    @property
    def on_pixels(self) -> bool:
        """Whether the cells are the inputs' pixels."""
        return not self.on_plane and (self.layer == 0 or self.shown in (Shown.PROJECTED, Shown.PATTERN))

    @property
    def on_plane(self) -> bool:
        """Whether the cells are places in the plane."""
        return self.shown is Shown.REGION
