"""A canvas and its undo stack are kept as they are, each stroke once."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.ink import Drawing, Stroke
from digitapp.drawing.inks import Ink, Picture
from digitapp.drawing.point import Point
from digitapp.kept.packing import PacketError
from digitapp.kept.sheets import Sheet, Step, read_sheet, write_sheet


def strokes(count: int) -> list[Stroke]:
    rng = np.random.default_rng(count)
    return [Stroke(rng.random((20, 3), dtype=np.float32)) for _ in range(count)]


def steps_of(inks: list[Ink]) -> tuple[Step, ...]:
    return tuple(
        Step(before, after, f"Step {number}", number % 2 == 0) for number, (before, after) in enumerate(pairwise(inks))
    )


def drawn(count: int) -> list[Ink]:
    """Strokes one after the other, then one rubbed out, all cleared, and a picture laid down."""
    inks: list[Ink] = [Drawing()]
    for stroke in strokes(count):
        last = inks[-1]
        assert isinstance(last, Drawing)
        inks.append(last.with_stroke(stroke))
    last = inks[-1]
    assert isinstance(last, Drawing)
    rubbed = last.without_stroke(0) if count else last
    picture = Picture(np.random.default_rng(0).random((28, 28), dtype=np.float32), "seven.png")
    return [*inks, rubbed, Drawing(), picture, rubbed.with_label(3)]


def same(a: Ink, b: Ink) -> bool:
    if isinstance(a, Picture) and isinstance(b, Picture):
        return a.name == b.name and np.array_equal(a.grey, b.grey)
    return a == b


@pytest.mark.parametrize("count", [0, 1, 7])
def test_a_drawing_with_its_undo_comes_back(count: int) -> None:
    inks = drawn(count)
    sheet = Sheet(inks[-2], steps_of(inks), len(inks) - 2)
    found = read_sheet(write_sheet(sheet), Drawing())
    assert found.done == sheet.done and same(found.ink, sheet.ink)
    for ours, theirs in zip(sheet.steps, found.steps, strict=True):
        assert (ours.text, ours.goes_on) == (theirs.text, theirs.goes_on)
        assert same(ours.before, theirs.before) and same(ours.after, theirs.after)
    for first, second in pairwise(found.steps):
        assert first.after is second.before  # as in the stack that was written


def test_other_canvases_come_back() -> None:
    grids = [BinaryGrid.blank(), BinaryGrid.blank().toggle(1, 2)]
    found = read_sheet(write_sheet(Sheet(grids[1], steps_of(list(grids)), 1)), BinaryGrid.blank())
    assert found.ink == grids[1] and found.steps[0].before == grids[0]
    assert read_sheet(write_sheet(Sheet(Point((0.25, -1.5)))), Point()).ink == Point((0.25, -1.5))


def test_a_stroke_stands_in_a_packet_once() -> None:
    few, many = (write_sheet(Sheet(inks[-1], steps_of(inks))) for inks in (drawn(20), drawn(40)))
    assert len(many) < 2.2 * len(few)


def test_a_canvas_of_another_kind_is_refused() -> None:
    grid = write_sheet(Sheet(BinaryGrid.blank()))
    drawing = write_sheet(Sheet(Drawing()))
    for packet, blank in ((grid, Drawing()), (drawing, BinaryGrid.blank()), (grid, BinaryGrid.blank(2, 2))):
        with pytest.raises(PacketError):
            read_sheet(packet, blank)
