"""The generator of what is no digit: every kind, the same for the same seed, on the canvas, parts that stay apart."""

import numpy as np
import pytest

from digitapp.datasets.nondigits import (
    AMBIGUOUS_KINDS,
    HELD_OUT_KINDS,
    KINDS,
    TRAINING_KINDS,
    generate_nondigits,
    inputs_of,
    nondigit_inputs,
)
from digitapp.datasets.pen_paths import strokes_of
from digitapp.datasets.signs import HELD_OUT_SIGNS, SIGNS


@pytest.mark.parametrize("kind", KINDS)
def test_drawings_of_a_kind_lie_on_the_canvas_and_have_no_label(kind):
    drawings = generate_nondigits(15, 0, [kind])
    assert len(drawings) == 15
    for one in drawings:
        assert one.kind == kind
        assert one.drawing.label is None
        box = one.drawing.bounding_box(one.pen_width)
        assert box is not None
        assert min(box) > -1e-3
        assert max(box) < 1 + 1e-3
    inputs = inputs_of(drawings)
    assert inputs.dtype == np.float32
    assert inputs.shape == (15, 784)
    assert inputs.sum(axis=1).min() > 1


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name)
def test_every_sign_can_be_written(sign):
    for style in sign.styles:
        strokes = strokes_of(style)
        path = strokes.spline @ strokes.points
        assert path.min() > -0.3
        assert path.max() < 1.5


def test_kinds_come_in_equal_shares_and_random_order():
    kinds = [one.kind for one in generate_nondigits(4 * len(TRAINING_KINDS) + 1, 0)]
    counts = [kinds.count(kind) for kind in TRAINING_KINDS]
    assert max(counts) - min(counts) <= 1
    assert kinds != sorted(kinds)
    assert generate_nondigits(0, 0) == []


def test_the_seed_decides():
    first, again, other = (nondigit_inputs(40, seed) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_what_is_held_out_and_what_is_ambiguous_is_never_trained_on():
    assert len({sign.name for sign in SIGNS}) == len(SIGNS)
    assert {sign.name for sign in SIGNS if not sign.ambiguous} > HELD_OUT_SIGNS
    assert not set(TRAINING_KINDS) & {*HELD_OUT_KINDS, *AMBIGUOUS_KINDS}
    assert {*TRAINING_KINDS, *HELD_OUT_KINDS, *AMBIGUOUS_KINDS} == KINDS.keys()
    trained = {one.name for one in generate_nondigits(1500, 0)}
    assert not trained & HELD_OUT_SIGNS
    assert not trained & {sign.name for sign in SIGNS if sign.ambiguous}
    unseen = {one.name for one in generate_nondigits(1500, 0, ["held-out signs", "unseen ways of letters"])}
    assert unseen == HELD_OUT_SIGNS


def test_an_unknown_kind_is_named():
    with pytest.raises(KeyError, match="sonnets"):
        generate_nondigits(3, 0, ["sonnets"])


def test_digits_one_above_the_other_never_make_another_digit():
    for one in generate_nondigits(300, 0, ["two digits above"]):
        assert len(one.name) == 2
        assert "1" not in one.name
        assert one.name != "00"
