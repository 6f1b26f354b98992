"""Colour maps: the stops of the design, symmetry, and what happens at the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.inspection import colors
from digitapp.inspection.colors import Theme

THEMES: tuple[Theme, ...] = ("light", "dark")


def as_hex(rgb: np.ndarray) -> str:
    return "#" + "".join(f"{int(part):02X}" for part in rgb)


@pytest.mark.parametrize("theme", THEMES)
def test_every_stop_is_met_exactly(theme: Theme) -> None:
    stops = np.array([-3, -2, -1, 0, 1, 2, 3], dtype=np.float32) / 10
    assert tuple(as_hex(rgb) for rgb in colors.diverging_map(stops, 0.3, theme)) == colors.DIVERGING_STOPS[theme]


def test_between_stops_the_colour_is_their_mean() -> None:
    half_way = colors.diverging_map(np.array([1 / 6]), 1.0, "light")[0]
    assert half_way == pytest.approx(np.mean([[0xF7, 0xF7, 0xF7], [0xF3, 0xBE, 0x88]], axis=0), abs=1)


@given(st.floats(1e-6, 1e6), st.floats(-2, 2, width=32))
def test_the_scale_is_symmetric(limit: float, share: float) -> None:
    both = colors.diverging_indices(np.array([share * limit, -share * limit]), limit).astype(int) - colors.ZERO_INDEX
    assert abs(both[0] + both[1]) <= 1  # a value half way between two colours goes up in either sign
    assert abs(both[0] - np.clip(share, -1, 1) * colors.ZERO_INDEX) <= 0.51


def test_beyond_the_limit_the_end_colour_stays_and_nan_is_shown_as_an_error() -> None:
    values = np.array([-np.inf, -5.0, 5.0, np.inf, np.nan])
    rgb = [as_hex(color) for color in colors.diverging_map(values, 1.0, "dark")]
    assert rgb == ["#B4D8FF", "#B4D8FF", "#FFD09A", "#FFD09A", colors.NOT_A_NUMBER_COLOR["dark"]]


def test_whole_numbers_and_any_shape_are_coloured() -> None:
    assert colors.diverging_map(np.zeros((2, 3, 4), dtype=int), 1.0, "light").shape == (2, 3, 4, 3)
    assert as_hex(colors.diverging_map(np.array([-1]), 1, "light")[0]) == "#123A80"


def test_the_values_are_not_changed() -> None:
    values = np.array([0.5, -0.5], dtype=np.float32)
    colors.diverging_map(values, 1.0, "light")
    assert values.tolist() == [0.5, -0.5]


@pytest.mark.parametrize("limit", [0.0, -1.0, np.nan, np.inf])
def test_a_limit_that_is_no_positive_number_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match="positive number"):
        colors.diverging_map(np.zeros(1), limit, "light")


@pytest.mark.parametrize("theme", THEMES)
def test_ink_goes_from_the_page_to_full_ink(theme: Theme) -> None:
    rgb = colors.ink_map(np.array([0.0, 1.0, -1.0, 2.0, np.nan]), theme)
    page, ink = colors.INK_STOPS[theme]
    assert [as_hex(color) for color in rgb] == [page, ink, page, ink, page]


@pytest.mark.parametrize(
    ("value", "limit"),
    [(0.3, 0.3), (0.31, 0.4), (0.11, 0.15), (1.0, 1.0), (6.5, 8.0), (9.9, 10.0), (250, 300), (0.0, 1.0), (np.nan, 1.0)],
)
def test_limits_are_round(value: float, limit: float) -> None:
    assert colors.nice_limit(value) == limit


@given(st.floats(1e-12, 1e12))
def test_a_round_limit_holds_the_value_and_wastes_less_than_half(value: float) -> None:
    assert value * (1 - 1e-6) <= colors.nice_limit(value) <= 1.51 * value


def test_the_limit_leaves_out_a_few_extremes_but_not_the_only_values_there_are() -> None:
    many = np.full(10_000, 0.1)
    many[:10] = -7
    assert colors.symmetric_limit(many) == 0.1
    assert colors.symmetric_limit(many, quantile=1) == 8
    sparse = np.zeros(1000)
    sparse[0] = -0.3
    assert colors.symmetric_limit(sparse) == 0.3
    assert colors.symmetric_limit(np.array([np.nan, np.inf, 0.2])) == 0.2
    assert colors.symmetric_limit(np.zeros(3)) == 1


def test_the_previous_limit_stays_while_it_fits() -> None:
    values = np.array([0.21])
    assert colors.symmetric_limit(values) == 0.3
    assert colors.symmetric_limit(values, previous=0.4) == 0.4
    assert colors.symmetric_limit(values, previous=0.2) == 0.3
    assert colors.symmetric_limit(values, previous=0.5) == 0.3


def test_the_scale_bar_runs_from_end_to_end_through_neutral() -> None:
    bar = colors.scale_bar(101, 3, "light")
    assert bar.shape == (3, 101, 3)
    assert [as_hex(bar[1, x]) for x in (0, 50, 100)] == ["#123A80", "#F7F7F7", "#8E3B06"]


def test_labels_carry_their_sign() -> None:
    assert [colors.signed_label(x) for x in (-0.3, 0.0, 0.3, 15.0)] == ["−0.3", "0", "+0.3", "+15"]


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 36))
def test_cells_that_stand_for_nothing_show_the_ground(rows: int, columns: int, cells: int) -> None:
    values = np.linspace(-1, 1, 2 * rows * columns).reshape(2, rows, columns)
    ground = (1, 2, 3)
    shown = colors.diverging_map(values, 1.0, "light", cells, ground).reshape(2, -1, 3)
    plain = colors.diverging_map(values, 1.0, "light").reshape(2, -1, 3)
    np.testing.assert_array_equal(shown[:, :cells], plain[:, :cells])
    assert (shown[:, cells:] == ground).all()


@pytest.mark.parametrize("name", ["light", "dark"])
def test_heights_go_from_end_to_end_and_what_is_no_number_stands_out(name: colors.Theme) -> None:
    table = colors.height_table(name)
    indices = colors.height_indices([0.0, 1.0, -5.0, 7.0, np.nan, np.inf])
    assert table[indices[0]].tolist() == table[indices[2]].tolist() == list(colors._rgb(colors.HEIGHT_STOPS[name][0]))
    assert table[indices[1]].tolist() == table[indices[3]].tolist() == list(colors._rgb(colors.HEIGHT_STOPS[name][-1]))
    assert (
        table[indices[4]].tolist() == table[indices[5]].tolist() == list(colors._rgb(colors.NOT_A_NUMBER_COLOR[name]))
    )
    lightness = table[:-1].astype(int).sum(axis=1)
    assert (np.diff(lightness) * (1 if name == "dark" else -1) >= 0).all()
