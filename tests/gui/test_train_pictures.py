"""The pictures of a run: plots with a shared cursor, round axes, the confusion matrix, and every window size."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot
from train_helpers import click, enter, wait_for_data, wait_for_end

from digitapp.gui import theme
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.pages.train.transport import duration
from digitapp.gui.plots.axes import accuracy_range, accuracy_ticks, epoch_ticks, loss_range, loss_ticks
from digitapp.gui.plots.curve_plot import CurvePlot, accuracy_text, loss_text
from digitapp.gui.settings import tab_key

OpenPage = Callable[..., TrainPage]
NONE = np.empty(0)


@pytest.fixture
def trained(open_train_page: OpenPage, qtbot: QtBot) -> TrainPage:
    """The toy after ten epochs of six batches."""
    page = open_train_page("toy")
    wait_for_data(qtbot, page)
    enter(qtbot, page, "epochs", "10")
    enter(qtbot, page, "learning_rate", "0.1")
    click(qtbot, page.transport.start)
    wait_for_end(qtbot, page)
    return page


def viewport_point(plot: CurvePlot, x: float) -> QPoint:
    view = plot.getPlotItem().getViewBox()  # type: ignore[union-attr]
    low, high = view.viewRange()[1]
    return plot.mapFromScene(view.mapViewToScene(QPointF(x, (low + high) / 2)))


def test_pointing_at_one_plot_marks_the_moment_in_both(trained: TrainPage, qtbot: QtBot) -> None:
    loss, accuracy = trained.curves.loss, trained.curves.accuracy
    qtbot.mouseMove(loss.viewport(), viewport_point(loss, 5.0))
    qtbot.waitUntil(lambda: loss.readout_text() != "")
    history = trained.session.run.history
    assert "Epoch 5, batch 6" in loss.readout_text()
    assert loss_text(history.loss.value(29)) in loss.readout_text()
    validation = history.epochs.column("validation_loss")[4]
    assert f"validation {loss_text(validation)}" in loss.readout_text()
    assert accuracy._cursor.isVisible()
    assert accuracy._cursor.value() == pytest.approx(5.0)
    assert accuracy.readout_text() == ""


def test_arrow_keys_move_the_cursor(trained: TrainPage, qtbot: QtBot) -> None:
    accuracy = trained.curves.accuracy
    accuracy.setFocus()
    qtbot.keyClick(accuracy, Qt.Key.Key_Home)
    assert "Epoch 1, batch 1" in accuracy.readout_text()
    qtbot.keyClick(accuracy, Qt.Key.Key_Right)
    assert "Epoch 1, batch 2" in accuracy.readout_text()
    qtbot.keyClick(accuracy, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert "Epoch 2, batch 2" in accuracy.readout_text()
    qtbot.keyClick(accuracy, Qt.Key.Key_End)
    assert "Epoch 10, batch 6" in accuracy.readout_text()
    assert accuracy_text(trained.session.run.history.accuracy.value(59)) in accuracy.readout_text()
    qtbot.keyClick(accuracy, Qt.Key.Key_Escape)
    assert accuracy.readout_text() == ""
    assert not trained.curves.loss._cursor.isVisible()


def test_a_new_run_that_has_not_come_to_the_cursor_hides_it(trained: TrainPage, qtbot: QtBot) -> None:
    accuracy = trained.curves.accuracy
    accuracy.setFocus()
    qtbot.keyClick(accuracy, Qt.Key.Key_End)
    assert "Epoch 10" in accuracy.readout_text()
    click(qtbot, trained.transport.step)
    qtbot.waitUntil(lambda: len(trained.session.run.history.loss) == 1)
    qtbot.waitUntil(lambda: not accuracy._cursor.isVisible())
    assert accuracy.readout_text() == ""
    trained.stop()
    wait_for_end(qtbot, trained)


def test_the_plots_end_with_the_planned_epochs(open_train_page: OpenPage, qtbot: QtBot) -> None:
    page = open_train_page("toy")
    enter(qtbot, page, "epochs", "40")
    for plot in (page.curves.loss, page.curves.accuracy):
        view = plot.getPlotItem().getViewBox()  # type: ignore[union-attr]
        assert view.viewRange()[0] == pytest.approx([0, 40])


def test_a_theme_change_repaints_the_curves(trained: TrainPage) -> None:
    before = trained.curves.loss._line.opts["pen"].color()
    theme.current().set_mode("dark")
    try:
        assert trained.curves.loss._line.opts["pen"].color() != before
    finally:
        theme.current().set_mode("light")


def test_the_matrix_names_a_cell_and_shows_its_images(trained: TrainPage, qtbot: QtBot) -> None:
    matrix, epoch = trained.confusion.matrix, trained.session.run.history.last_epoch
    assert epoch is not None
    mistakes = [(i, j) for i in range(2) for j in range(2) if i != j and epoch.confusion[i, j]]
    assert mistakes, "at this learning rate ten epochs leave mistakes"
    cell = mistakes[0]
    qtbot.mouseMove(matrix, matrix.cell_rect(*cell).center().toPoint())
    qtbot.waitUntil(lambda: trained.confusion.images.text().startswith("In this cell"))
    assert f"{cell[0]} read as {cell[1]} {epoch.confusion[cell]}×" in trained.confusion.images.text()
    _, _, images = trained.confusion.images._pairs[0]
    assert len(images) == min(9, epoch.confusion[cell])
    assert images[0].shape == (4, 3)
    matrix.setFocus()
    qtbot.keyClick(matrix, Qt.Key.Key_Left)
    assert matrix._readout.isVisible()


def test_units_lead_to_the_features_page(trained: TrainPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(trained.page_wanted):
        trained.units.grid.unit_activated.emit(2)
    assert trained.session.selected.unit == 2


@pytest.mark.parametrize("size", [(952, 614), (1208, 714), (1848, 994)])
@pytest.mark.parametrize("problem", ["toy", "mnist"])
def test_the_page_fits_every_window(open_train_page: OpenPage, size: tuple[int, int], problem: str) -> None:
    page = open_train_page(problem, size=size)
    assert (page.width(), page.height()) == size
    least = page.minimumSizeHint()
    assert least.width() <= size[0]
    assert least.height() <= size[1]


@pytest.mark.parametrize("size", [(952, 614), (1208, 714), (1848, 994)])
def test_the_lower_views_take_turns_and_the_choice_is_remembered(
    open_train_page: OpenPage, size: tuple[int, int]
) -> None:
    page = open_train_page("toy", size=size)
    room = page.stage.room
    assert page.confusion.isVisible() and "map" not in room.keys
    room.choose("units")
    assert page.units.isVisible() and page.units.head.isVisible()
    assert not page.confusion.isVisible() and not page.confusion.head.isVisible()
    page.session.choose_problem("plane")
    assert room.key == "map" and page.plane.isVisible()
    room.choose("confusion")
    page.session.choose_problem("toy")
    assert room.key == "units"
    page.session.choose_problem("plane")
    assert room.key == "confusion"
    page.settings.set(tab_key("toy"), "a view that there is no more")
    page.session.choose_problem("toy")
    assert room.key == "confusion" and [view.isVisible() for view in (page.plane, page.units)] == [False, False]


def test_in_little_room_the_curves_can_be_read(open_train_page: OpenPage) -> None:
    page = open_train_page("toy", size=(952, 614))
    assert page.curves.loss.height() >= 180


# Arithmetic behind the pictures


@given(epochs=st.integers(1, 1_000_000))
def test_epoch_ticks_are_few_and_span_the_run(epochs: int) -> None:
    ticks = epoch_ticks(epochs)
    assert ticks[0] == 0
    assert ticks[-1] == epochs
    assert 2 <= len(ticks) <= 8
    assert all(b > a for a, b in pairwise(ticks))


@given(values=st.lists(st.floats(0, 1e6), max_size=20), validation=st.lists(st.floats(1e-6, 1e3) | st.just(math.nan)))
def test_the_loss_axis_holds_every_value_and_has_ticks(values: list[float], validation: list[float]) -> None:
    low, high = loss_range(np.array(values), np.array(validation))
    assert low < high
    for value in [*values, *validation]:
        if not math.isnan(value):
            assert low <= math.log10(max(value, 1e-8)) <= high
    assert 1 <= len(loss_ticks(low, high)) <= 8


@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_the_accuracy_axis_holds_the_later_part(values: list[float]) -> None:
    low, high = accuracy_range(np.array(values), NONE)
    assert high == 1
    assert low <= min(values[int(len(values) * 0.3) :])
    ticks = accuracy_ticks(low, high)
    assert 3 <= len(ticks) <= 7
    assert ticks[-1] == pytest.approx(1)


def test_axes_without_values_have_a_plain_range() -> None:
    assert loss_range(NONE, NONE) == (-1.0, 0.5)
    assert accuracy_range(NONE, np.array([math.nan])) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("loss", "text"),
    [(0.0714, "0.071"), (0.00421, "0.0042"), (3e-6, "<0.0001"), (57.77, "57.8"), (3.2e14, "3e14")],
)
def test_losses_of_any_size_stay_short(loss: float, text: str) -> None:
    assert loss_text(loss) == text
