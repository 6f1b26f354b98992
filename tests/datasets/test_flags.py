"""1 or 7: what is measured, and that what is written lies on its side of the border, in many proportions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.datasets.bars import BarredZero, is_barred
from digitapp.datasets.flags import Flag, FlagAndStem, is_clear, measure
from digitapp.datasets.handwriting import Hand, generate_drawings, write
from digitapp.datasets.pen_paths import Style, strokes_of
from digitapp.datasets.styles import STYLES
from digitapp.drawing.ink import Drawing
from digitapp.training.recipes import CAREFUL_HAND

SHAPED = [style for style in STYLES if style.shape is not None]
FLAGGED = [style for style in SHAPED if isinstance(style.shape, FlagAndStem)]
BARRED = [style for style in SHAPED if isinstance(style.shape, BarredZero)]


def named(style: Style) -> str:
    return f"{style.label} {style.name}"


def flag_and_stem(angle: float, share: float, lean: float, *, apart: bool = False) -> Drawing:
    top, foot = np.array([lean, 0.0]), np.array([0.0, 1.0])
    turn = np.radians(angle)
    start = top + share * np.hypot(lean, 1) * np.array([-np.cos(turn), np.sin(turn)])
    flag, stem = np.linspace(start, top, 7), np.linspace(top, foot, 20)
    return Drawing.from_points([flag, stem] if apart else [np.concatenate([flag, stem])], label=1)


@given(st.floats(-30, 50), st.floats(0.25, 0.95), st.floats(-0.1, 0.5), st.booleans(), st.floats(0.01, 500))
def test_angle_and_share_of_straight_lines_are_found(angle, share, lean, apart, scale):
    drawing = flag_and_stem(angle, share, lean, apart=apart)
    flag = measure(drawing.transformed([[scale, 0, 3], [0, scale, -2]]))
    assert flag is not None
    assert flag.angle == pytest.approx(angle, abs=0.1)
    assert flag.share == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize(
    "points",
    [
        [(0.5, 0), (0.5, 0.5), (0.5, 1)],
        [(0.5, 1), (0.5, 0.5), (0.52, 0)],
        [(0.5, 0), (0.5, 0.9), (0.55, 1), (0.65, 0.95)],
        [(0.3, 0.2)],
    ],
)
def test_a_stem_alone_has_no_flag(points):
    assert measure(Drawing.from_points([points])) is None


@pytest.mark.parametrize(
    ("angle", "share", "digit"),
    [
        (45, 0.4, 1),
        (34, 0.62, 1),
        (30, 0.62, None),
        (68, 0.7, 1),
        (12, 0.15, 1),
        (0, 0.9, 7),
        (-25, 0.4, 7),
        (5, 0.3, 7),
        (18, 0.9, 7),
        (18, 0.5, None),
        (40, 0.9, None),
        (26, 0.68, None),
        (5, 0.15, None),
    ],
)
def test_steep_and_short_makes_a_one_and_level_a_seven(angle, share, digit):
    assert Flag(angle, share).digit == digit


@pytest.mark.parametrize("style", [style for style in STYLES if style.label in (1, 7)], ids=named)
@pytest.mark.parametrize("hand", [Hand(), CAREFUL_HAND], ids=["usual", "careful"])
def test_what_a_hand_has_written_is_still_a_one_or_a_seven(style, hand):
    for digit in write(style, 60, hand, np.random.default_rng(7)):
        flag = measure(digit.drawing)
        if flag is None:
            assert style.label == 1
        else:
            assert flag.digit == style.label, flag


def test_both_sides_of_the_border_are_written_in_many_proportions_and_nothing_in_between():
    digits = [one.drawing for one in generate_drawings(12_000, np.random.default_rng(1)) if one.style.label in (1, 7)]
    flags = {label: [measure(drawing) for drawing in digits if drawing.label == label] for label in (1, 7)}
    ones, sevens = (np.array([flag for flag in flags[label] if flag is not None]) for label in (1, 7))
    assert len(ones) > 0.4 * len(flags[1])
    assert len(sevens) == len(flags[7])
    for low in range(26, 66, 10):
        for short in (0.2, 0.3, 0.4, 0.5):
            here = (ones[:, 0] >= low) & (ones[:, 0] < low + 10) & (ones[:, 1] >= short) & (ones[:, 1] < short + 0.1)
            assert here.sum() >= 4, (low, short)
    for low in (-20, -10, 0):
        for short in (0.35, 0.5, 0.65, 0.8):
            here = (sevens[:, 0] >= low) & (sevens[:, 0] < low + 10) & (np.abs(sevens[:, 1] - short) < 0.1)
            assert here.sum() >= 4, (low, short)
    both = np.concatenate([ones, sevens])
    between = (both[:, 0] > 13) & (both[:, 0] < 23) & (both[:, 1] > 0.25) & (both[:, 1] < 0.6)
    assert not between.any()


def test_what_is_neither_one_nor_seven_is_clear_whatever_its_corners():
    seven_like = flag_and_stem(40, 0.9, 0.2)
    assert not is_clear(seven_like)
    assert is_clear(Drawing(seven_like.strokes, 4)) and is_clear(Drawing(seven_like.strokes))


@pytest.mark.parametrize("style", SHAPED, ids=named)
def test_the_path_of_a_shape_lies_among_its_proportions(style):
    strokes = strokes_of(style)
    assert style.shape is not None
    points = style.shape.points(500, np.random.default_rng(0))
    assert points.shape == (500, *strokes.points.shape)
    low, high = points.min(axis=0), points.max(axis=0)
    assert (strokes.points > low - 0.02).all() and (strokes.points < high + 0.02).all()
    assert np.ptp(points, axis=0).max() > 0.1


@pytest.mark.parametrize("style", BARRED, ids=named)
def test_a_barred_zero_keeps_its_bar(style):
    digits = write(style, 100, Hand(), np.random.default_rng(3))
    assert np.mean([is_barred(one.drawing) for one in digits]) > 0.9


def test_other_zeros_have_none():
    plain = [style for style in STYLES if style.label == 0 and style not in BARRED]
    digits = [one for style in plain for one in write(style, 30, Hand(), np.random.default_rng(3))]
    assert np.mean([is_barred(one.drawing) for one in digits]) < 0.01
