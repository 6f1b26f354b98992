"""The arrow keys as steps."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt


class Step(NamedTuple):
    """One step to the right (across) and down; negative to the left and up."""

    across: int
    down: int


ARROWS = {
    Qt.Key.Key_Left: Step(-1, 0),
    Qt.Key.Key_Right: Step(1, 0),
    Qt.Key.Key_Up: Step(0, -1),
    Qt.Key.Key_Down: Step(0, 1),
}
