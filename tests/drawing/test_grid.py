"""The toy's grid: pixels that are switched, and the network's input row by row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.drawing.grid import BinaryGrid


def test_a_grid_starts_blank_with_four_rows_of_three():
    assert BinaryGrid().shape == (4, 3)
    assert BinaryGrid().is_empty


def test_changes_return_a_new_grid():
    blank = BinaryGrid()
    drawn = blank.toggle(1, 2).set(3, 0, True)
    assert blank.is_empty
    assert drawn[1, 2]
    assert drawn.to_vector().tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0]
    assert drawn.to_vector().dtype == np.float32
    assert drawn.toggle(1, 2).set(3, 0, False) == blank
    assert drawn.clear() == blank


@given(st.lists(st.booleans(), min_size=12, max_size=12))
def test_a_vector_comes_back(pixels):
    assert BinaryGrid.from_vector(pixels).to_vector().tolist() == pixels


@pytest.mark.parametrize("position", [(-1, 0), (0, -1), (4, 0), (0, 3)])
def test_pixels_outside_the_grid_are_refused(position):
    with pytest.raises(IndexError, match="outside the 4×3 grid"):
        BinaryGrid().toggle(*position)


def test_what_is_no_grid_is_refused():
    with pytest.raises(ValueError, match="12 numbers, got 11"):
        BinaryGrid.from_vector([0] * 11)
    with pytest.raises(ValueError, match="one length"):
        BinaryGrid(((True,), (True, False)))
    with pytest.raises(ValueError, match="one length"):
        BinaryGrid(())
