"""The arrow keys as steps, over things and of numbers."""

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


def step_of(modifiers: Qt.KeyboardModifier) -> float:
    """Return by how much an arrow key or a notch of the wheel changes a weight: 0.1, with Shift 1, with Alt 0.01."""
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return 1.0
    return 0.01 if modifiers & Qt.KeyboardModifier.AltModifier else 0.1
