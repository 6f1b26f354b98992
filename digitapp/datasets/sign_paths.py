"""Helpers to write the paths of signs, in the box of 100 by 100 of `datasets.pen_paths`."""

from __future__ import annotations

from math import cos, pi, sin


def ring(x: float, y: float, width: float, height: float | None = None) -> str:
    """Return the path of an ellipse around (x, y)."""
    height = width if height is None else height
    turns = [2 * pi * step / 10 for step in range(11)]
    return " ".join(f"{x + width / 2 * sin(turn):.0f},{y - height / 2 * cos(turn):.0f}" for turn in turns)


def with_serifs(path: str, half: float = 13) -> str:
    """Return a path with a short bar across every end of a stroke that lies at the top or at the bottom."""
    strokes = [stroke.split() for stroke in path.split("/")]
    ends = [
        tuple(float(part) for part in stroke[index].strip("!").split(",")) for stroke in strokes for index in (0, -1)
    ]
    top, bottom = min(y for _, y in ends), max(y for _, y in ends)
    feet = dict.fromkeys((x, y) for x, y in ends if y < top + 10 or y > bottom - 10)
    bars = [f"{x - half:.0f},{y:.0f} {x + half:.0f},{y:.0f}" for x, y in feet]
    return " / ".join([path, *bars])
