"""Bars, scale bars, pixel pictures and the unit grid show what they were given, where they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_helpers import image_to_rgb
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from digitapp.gui import images, theme
from digitapp.gui.widgets import PixelImage, ProbabilityBars, ScaleBar, UnitGrid
from digitapp.gui.widgets.tile_layout import lay_out
from digitapp.inspection import colors

DIGITS = tuple("0123456789")


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:  # noqa: ARG001
    theme.apply_theme("light")


# Arrays and images


def test_rgb_images_survive_the_round_trip_at_widths_that_need_padding() -> None:
    rng = np.random.default_rng(0)
    for shape in ((5, 7, 3), (1, 1, 3), (28, 29, 3)):
        pixels = rng.integers(0, 256, shape).astype(np.uint8)
        np.testing.assert_array_equal(image_to_rgb(images.rgb_image(pixels)), pixels)
        # A picture that is a slice of a larger array is not contiguous.
        np.testing.assert_array_equal(image_to_rgb(images.rgb_image(pixels[:, ::-1])), pixels[:, ::-1])


def test_images_own_their_memory() -> None:
    pixels = np.full((4, 4, 3), 200, dtype=np.uint8)
    image = images.rgb_image(pixels)
    pixels[:] = 0
    assert image.pixelColor(1, 1) == QColor(200, 200, 200)


def test_transparent_images_stand_on_white() -> None:
    image = QImage(3, 2, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 0, 0, 0))
    image.setPixelColor(1, 1, QColor(0, 0, 0, 255))
    image.setDevicePixelRatio(2)
    pixels = image_to_rgb(image)
    assert pixels.shape == (2, 3, 3)
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[1, 1].tolist() == [0, 0, 0]


def test_weights_have_the_colours_of_the_map() -> None:
    values = np.array([[-1.0, 0.0, 1.0, 0.37]])
    pixels = image_to_rgb(images.weights_image(values, 1.0, "dark"))
    np.testing.assert_array_equal(pixels, colors.diverging_map(values, 1.0, "dark"))


# Probability bars


def _bars(qtbot: QtBot, values: list[float] | None) -> ProbabilityBars:
    bars = ProbabilityBars(DIGITS)
    qtbot.addWidget(bars)
    bars.resize(476, 240)
    bars.set_values(values)
    return bars


VALUES = [0.004, 0.0001, 0.189, 0.771, 0.0, 0.0, 0.0, 0.0, 0.035, 0.0009]


def test_bars_write_the_probabilities(qtbot: QtBot) -> None:
    bars = _bars(qtbot, VALUES)
    assert [bars.text(i) for i in (0, 1, 2, 3, 4)] == ["0.4 %", "<0.1 %", "18.9 %", "77.1 %", "<0.1 %"]
    assert bars.answer == 3
    assert "3: 77.1 %" in bars.accessibleDescription()


def test_answer_is_painted_in_accent_and_as_long_as_its_value(qtbot: QtBot) -> None:
    bars = _bars(qtbot, VALUES)
    image = bars.grab().toImage()

    def painted(row: int, color: QColor) -> int:
        y = int(bars.row_rect(row).center().y())
        return sum(image.pixelColor(x, y) == color for x in range(image.width()))

    groove = painted(7, theme.LIGHT.bar_groove)
    assert painted(3, theme.LIGHT.accent) == pytest.approx(0.771 * groove, abs=4)
    assert painted(2, theme.LIGHT.bar_strong) == pytest.approx(0.189 * groove, abs=4)
    assert painted(8, theme.LIGHT.accent) == 0
    assert painted(0, theme.LIGHT.bar) > 0


def test_unknown_is_empty_and_not_zero(qtbot: QtBot) -> None:
    bars = _bars(qtbot, None)
    assert bars.answer is None
    assert bars.text(3) == ""
    assert bars.accessibleDescription() == "unknown"
    bars.set_values(VALUES)
    bars.set_values(None)
    assert bars.text(3) == ""


def test_bars_refuse_another_number_of_classes(qtbot: QtBot) -> None:
    bars = _bars(qtbot, VALUES)
    with pytest.raises(ValueError, match="10 classes"):
        bars.set_values([0.5, 0.5])
    bars.set_labels(("0", "1"))
    assert bars.values() is None
    bars.set_values([0.25, 0.75])
    assert bars.answer == 1


def test_toy_bars_write_decimals(qtbot: QtBot) -> None:
    bars = ProbabilityBars(("0", "1"), numbers="decimal")
    qtbot.addWidget(bars)
    bars.set_values([0.991, 0.009])
    assert bars.text(0) == "0.99"


def test_exact_value_by_pointer_and_by_keys(qtbot: QtBot) -> None:
    bars = _bars(qtbot, VALUES)
    bars.show()
    qtbot.waitExposed(bars)
    place = bars.row_rect(3).center().toPoint()
    QApplication.sendEvent(bars, QHelpEvent(QEvent.Type.ToolTip, place, bars.mapToGlobal(place)))
    assert QToolTip.text() == "3: 77.1 %"
    bars.setFocus()
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    assert QToolTip.text() == "1: 0.01 %"
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible(), timeout=2000)


# Scale bar and pixel pictures


def test_scale_bar_says_its_ends(qtbot: QtBot) -> None:
    weights, activation = ScaleBar(), ScaleBar("activation")
    qtbot.addWidget(weights)
    qtbot.addWidget(activation)
    weights.set_limit(0.3)
    assert weights.labels() == ("−0.3", "0", "+0.3")
    assert activation.labels() == ("0", "1")
    assert "−0.3" in weights.accessibleName()


def test_pixel_picture_is_sharp_and_hovered_by_pixel(qtbot: QtBot) -> None:
    picture = PixelImage()
    qtbot.addWidget(picture)
    picture.resize(76, 76)
    picture.show()
    qtbot.waitExposed(picture)
    grey = np.zeros((28, 28))
    grey[10, 20] = 1
    picture.set_ink(grey)
    rect = picture.picture_rect()
    assert rect.width() == 56
    x, y = int(rect.left()) + 40, int(rect.top()) + 20
    image = picture.grab().toImage()
    block = [image.pixelColor(x + i, y + j) for i in (0, 1) for j in (0, 1)]
    assert block == [theme.LIGHT.ink] * 4
    assert image.pixelColor(x - 1, y) == theme.LIGHT.paper
    assert picture.pixel_at(QPointF(x + 1, y + 1)) == (10, 20)
    assert picture.pixel_at(QPointF(1, 1)) is None
    with qtbot.waitSignal(picture.pixel_hovered, timeout=1000) as hovered:
        QTest.mouseMove(picture, QPoint(x, y))
    assert hovered.args == [10, 20]


@pytest.mark.parametrize(("edge", "scale"), [(168, 6), (108, 3), (56, 2), (40, 1)])
def test_pixels_are_as_large_as_whole_screen_pixels_allow(qtbot: QtBot, edge: int, scale: int) -> None:
    picture = PixelImage()
    qtbot.addWidget(picture)
    picture.resize(edge, edge)
    picture.set_weights(np.zeros((28, 28)), 0.3)
    assert picture.picture_rect().width() == 28 * scale
    assert picture.picture_rect().center() == QPointF(edge / 2, edge / 2)


def test_pixel_picture_may_be_empty(qtbot: QtBot) -> None:
    picture = PixelImage()
    qtbot.addWidget(picture)
    picture.set_ink(None)
    picture.set_marked((3, 3))
    assert picture.pixel_at(QPointF(20, 20)) is None
    assert picture.grab().toImage().pixelColor(38, 38) == theme.LIGHT.paper


# Unit grid


@pytest.mark.parametrize(
    ("size", "ratio", "across", "scale"),
    [((784, 604), 1.0, 13, 2), ((784, 604), 2.0, 13, 4), ((784, 604), 1.5, 13, 3), ((1304, 904), 1.0, 14, 3)],
)
def test_128_digits_fit_as_designed(size: tuple[int, int], ratio: float, across: int, scale: int) -> None:
    layout = lay_out(128, 28, 28, *size, ratio=ratio)
    assert (layout.tiles.across, layout.tiles.scale) == (across, scale)
    assert layout.height <= size[1]


sizes = st.integers(100, 2000)


@given(st.integers(1, 1000), st.integers(1, 40), st.integers(1, 40), sizes, sizes, st.sampled_from([1, 1.25, 1.5, 2]))
def test_every_cell_is_found_where_it_stands(
    units: int, rows: int, columns: int, width: int, height: int, ratio: float
) -> None:
    for whole in (False, True):
        layout = lay_out(units, rows, columns, width, height, ratio=ratio, whole=whole)
        unit, row, column = units - 1, rows // 2, columns - 1
        x, y, tile_width, tile_height = layout.rectangle(unit)
        hit = layout.tile_at(x + (column + 0.5) / columns * tile_width, y + (row + 0.5) / rows * tile_height)
        assert hit == (unit, row, column)
        assert layout.tile_at(x - 1.0, y + 1) is None or layout.zoom < 1 or layout.tiles.gap == 0
        if whole:
            assert layout.height <= height + 1 or layout.zoom == 0.05


def _grid(qtbot: QtBot, units: int = 128, size: tuple[int, int] = (784, 604)) -> UnitGrid:
    grid = UnitGrid()
    qtbot.addWidget(grid)
    grid.resize(*size)
    weights = np.random.default_rng(0).normal(0, 0.1, (units, 28, 28)).astype(np.float32)
    grid.set_images(weights, 0.3)
    grid.show()
    qtbot.waitExposed(grid)
    return grid


def test_grid_paints_each_weight_at_its_place(qtbot: QtBot) -> None:
    grid = _grid(qtbot)
    image = grid.grab().toImage()
    weights = np.zeros((128, 28, 28), dtype=np.float32)
    weights[59, 12, 16] = 0.3
    grid.set_images(weights, 0.3)
    image = grid.grab().toImage()
    rect = grid.tile_rect(59)
    strongest = QColor(*colors.diverging_map([0.3], 0.3, "light")[0].tolist())
    places = [(x, y) for x in range(image.width()) for y in range(image.height())]
    painted = [place for place in places if image.pixelColor(*place) == strongest]
    left, top = int(rect.left()) + 32, int(rect.top()) + 24
    assert sorted(painted) == [(left, top), (left, top + 1), (left + 1, top), (left + 1, top + 1)]


def test_hover_tells_unit_and_pixel_and_leaving(qtbot: QtBot) -> None:
    grid = _grid(qtbot)
    rect = grid.tile_rect(59)
    point = QPoint(int(rect.left()) + 33, int(rect.top()) + 25)
    with qtbot.waitSignal(grid.unit_hovered, timeout=1000) as hovered:
        QTest.mouseMove(grid.viewport(), point)
    assert hovered.args == [59, 12, 16]
    with qtbot.waitSignal(grid.unit_hovered, timeout=1000) as left:
        QApplication.sendEvent(grid.viewport(), QEvent(QEvent.Type.Leave))
    assert left.args == [-1, -1, -1]


def test_click_selects_and_rings_the_tile(qtbot: QtBot) -> None:
    grid = _grid(qtbot)
    rect = grid.tile_rect(66).toRect()
    with qtbot.waitSignal(grid.unit_selected, timeout=1000) as selected:
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert selected.args == [66]
    image = grid.grab().toImage()
    assert image.pixelColor(rect.left() - 3, rect.center().y()) == theme.LIGHT.accent
    # A click into the gap between tiles selects nothing else.
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.right() + 3, rect.center().y()))
    assert grid.selected() == 66


def test_arrow_keys_move_the_selection_and_scroll_to_it(qtbot: QtBot) -> None:
    grid = _grid(qtbot, units=300, size=(784, 300))
    layout = grid.layout_of_tiles()
    assert layout is not None
    across = layout.tiles.across
    chosen: list[int] = []
    grid.unit_selected.connect(chosen.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(grid, key)
    assert chosen == [0, 1, 1 + across, across, 0]
    qtbot.keyClick(grid, Qt.Key.Key_End)
    assert grid.selected() == 299
    assert grid.verticalScrollBar().value() > 0
    assert grid.viewport().rect().contains(grid.tile_rect(299).toRect())
    with qtbot.waitSignal(grid.unit_toggled, timeout=1000) as toggled:
        qtbot.keyClick(grid, Qt.Key.Key_Space)
    assert toggled.args == [299]


def test_hover_is_right_after_scrolling(qtbot: QtBot) -> None:
    grid = _grid(qtbot, units=300, size=(784, 300))
    QTest.mouseMove(grid.viewport(), QPoint(30, 30))
    qtbot.waitUntil(lambda: grid.hovered() is not None, timeout=1000)
    layout = grid.layout_of_tiles()
    assert layout is not None
    grid.verticalScrollBar().setValue(round(2 * layout.row_pitch))
    hit = grid.hovered()
    assert hit is not None
    assert hit.unit == 2 * layout.tiles.across


def test_selecting_from_outside_is_silent(qtbot: QtBot) -> None:
    grid = _grid(qtbot)
    with qtbot.assertNotEmitted(grid.unit_selected):
        grid.set_selected(5)
    assert grid.selected() == 5


def test_fewer_units_forget_what_no_longer_exists(qtbot: QtBot) -> None:
    grid = _grid(qtbot)
    grid.set_selected(100)
    grid.set_dead(np.ones(128, dtype=bool))
    grid.set_images(np.zeros((10, 8, 16), dtype=np.float32), 1.0)
    assert grid.selected() is None
    grid.grab()
    grid.set_images(None)
    assert grid.count() == 0
    assert grid.unit_at(QPoint(20, 20)) is None
    assert grid.grab().toImage().pixelColor(50, 50) == theme.LIGHT.window


def test_dead_units_fade_and_wear_a_dot(qtbot: QtBot) -> None:
    grid = _grid(qtbot)
    grid.set_images(np.full((128, 28, 28), 0.3, dtype=np.float32), 0.3)
    dead = np.zeros(128, dtype=bool)
    dead[40] = True
    grid.set_dead(dead)
    image = grid.grab().toImage()
    alive, faded = grid.tile_rect(41).center().toPoint(), grid.tile_rect(40).center().toPoint()
    assert image.pixelColor(faded).lightness() > image.pixelColor(alive).lightness() + 40
    corner = grid.tile_rect(40).topRight() + QPointF(-5.5, 5.5)
    assert image.pixelColor(corner.toPoint()) == theme.LIGHT.warning


def test_masked_pixels_fade(qtbot: QtBot) -> None:
    grid = _grid(qtbot)
    grid.set_images(np.full((128, 28, 28), 0.3, dtype=np.float32), 0.3)
    mask = np.zeros((28, 28), dtype=bool)
    mask[14:] = True
    grid.set_fade_mask(mask)
    image = grid.grab().toImage()
    rect = grid.tile_rect(3).toRect()
    above, below = rect.center() - QPoint(0, 10), rect.center() + QPoint(0, 10)
    assert image.pixelColor(below).lightness() > image.pixelColor(above).lightness() + 40


def test_whole_grid_never_scrolls(qtbot: QtBot) -> None:
    grid = _grid(qtbot, units=1000, size=(376, 230))
    assert grid.verticalScrollBar().maximum() > 0
    grid.set_whole(True)
    assert grid.verticalScrollBar().maximum() == 0
    assert grid.tile_rect(999).bottom() <= grid.viewport().height()
    QTest.mouseMove(grid.viewport(), grid.tile_rect(999).center().toPoint())
    qtbot.waitUntil(lambda: grid.hovered() is not None, timeout=1000)
    hit = grid.hovered()
    assert hit is not None
    assert hit.unit == 999


def test_grid_repaints_in_a_new_theme(qtbot: QtBot) -> None:
    grid = _grid(qtbot)
    grid.set_images(np.zeros((128, 28, 28), dtype=np.float32), 0.3)
    point = grid.tile_rect(0).center().toPoint()
    before = grid.grab().toImage().pixelColor(point)
    theme.current().set_mode("dark")
    after = grid.grab().toImage().pixelColor(point)
    assert before == QColor(colors.DIVERGING_STOPS["light"][3])
    assert after == QColor(colors.DIVERGING_STOPS["dark"][3])
