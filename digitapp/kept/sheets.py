"""A canvas with its undo stack as one packet: every stroke stands in it once, however many steps it lives through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.ink import Drawing, Stroke
from digitapp.drawing.inks import Ink, Picture
from digitapp.drawing.point import Point
from digitapp.kept.packing import PacketError, pack, unpack


@dataclass(frozen=True, eq=False)
class Step:
    """One step of undo.

    Attributes
    ----------
    before, after : what was on the canvas
    text : what was done, in words
    goes_on : whether it may become one with the next step of its name
    """

    before: Ink
    after: Ink
    text: str
    goes_on: bool = False


@dataclass(frozen=True, eq=False)
class Sheet:
    """A canvas.

    Attributes
    ----------
    ink : what is on it
    steps : the undo stack, the oldest first
    done : how many of the steps are done; the others can be done again
    """

    ink: Ink
    steps: tuple[Step, ...] = ()
    done: int = 0


def write_sheet(sheet: Sheet) -> bytes:
    """Return a canvas as a packet."""
    inks = _Inks()
    facts = {
        "ink": inks.number_of(sheet.ink),
        "done": sheet.done,
        "steps": [[inks.number_of(s.before), inks.number_of(s.after), s.text, s.goes_on] for s in sheet.steps],
    }
    return pack({**facts, "inks": inks.described}, inks.arrays())


def read_sheet(packet: bytes, blank: Ink) -> Sheet:
    """Return the canvas in a packet, for a problem whose empty canvas is `blank`.

    Raises
    ------
    PacketError : it is damaged, or of another kind of canvas
    """
    facts, arrays = unpack(packet)
    try:
        inks = _read_inks(facts["inks"], arrays, blank)
        steps = tuple(
            Step(inks[before], inks[after], str(text), bool(goes_on)) for before, after, text, goes_on in facts["steps"]
        )
        ink, done = inks[facts["ink"]], int(facts["done"])
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise PacketError(f"this is no canvas ({error})") from error
    if not 0 <= done <= len(steps):
        raise PacketError(f"{done} of {len(steps)} steps cannot be done")
    return Sheet(ink, steps, done)


class _Inks:
    """Numbers inks and strokes as they come; a drawing says how much of the one before it begins with."""

    def __init__(self) -> None:
        self.described: list[list[Any]] = []
        self._numbers: dict[int, int] = {}
        self._held: list[Ink] = []  # while their identities are used as keys
        self._strokes: list[Stroke] = []
        self._stroke_numbers: dict[int, int] = {}
        self._last: tuple[int, ...] = ()
        self._pictures: list[np.ndarray] = []

    def number_of(self, ink: Ink) -> int:
        """Return an ink's number."""
        number = self._numbers.get(id(ink))
        if number is None:
            number = self._numbers[id(ink)] = len(self.described)
            self._held.append(ink)
            self.described.append(self._describe(ink))
        return number

    def _describe(self, ink: Ink) -> list[Any]:
        if isinstance(ink, Drawing):
            strokes = tuple(map(self._number_of_stroke, ink.strokes))
            same = 0
            while same < min(len(strokes), len(self._last)) and strokes[same] == self._last[same]:
                same += 1
            self._last = strokes
            return ["drawing", same, list(strokes[same:]), ink.label]
        if isinstance(ink, BinaryGrid):
            return ["grid", ["".join("1" if on else "0" for on in row) for row in ink.rows]]
        if isinstance(ink, Point):
            return ["point", list(ink.numbers)]
        self._pictures.append(ink.grey)
        return ["picture", len(self._pictures) - 1, ink.name]

    def _number_of_stroke(self, stroke: Stroke) -> int:
        number = self._stroke_numbers.get(id(stroke))
        if number is None:
            number = self._stroke_numbers[id(stroke)] = len(self._strokes)
            self._strokes.append(stroke)
        return number

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the strokes' points in one array, their lengths, and the pictures."""
        points = [stroke.points for stroke in self._strokes]
        found = {
            "points": np.concatenate(points) if points else np.empty((0, 3), np.float32),
            "lengths": np.array([len(stroke) for stroke in self._strokes], np.int64),
        }
        return found | {f"picture.{number}": grey for number, grey in enumerate(self._pictures)}


def _read_inks(described: Sequence[Any], arrays: dict[str, np.ndarray], blank: Ink) -> list[Ink]:
    ends = np.cumsum(arrays["lengths"])
    strokes = [Stroke(points) for points in np.split(arrays["points"], ends[:-1])] if len(ends) else []
    inks: list[Ink] = []
    last: tuple[Stroke, ...] = ()
    for kind, *rest in described:
        if kind == "drawing" and isinstance(blank, Drawing):
            same, others, label = rest
            last = (*last[:same], *(strokes[number] for number in others))
            inks.append(Drawing(last, label))
        elif kind == "grid" and isinstance(blank, BinaryGrid):
            grid = BinaryGrid(tuple(tuple(on == "1" for on in row) for row in rest[0]))
            if grid.shape != blank.shape:
                raise PacketError(f"a grid of {grid.shape} does not belong on this canvas")
            inks.append(grid)
        elif kind == "point" and isinstance(blank, Point):
            inks.append(Point(tuple(map(float, rest[0]))))
        elif kind == "picture" and not isinstance(blank, BinaryGrid | Point):
            inks.append(Picture(arrays[f"picture.{rest[0]}"], str(rest[1])))
        else:
            raise PacketError(f"{kind!r} does not belong on this canvas")
    return inks
