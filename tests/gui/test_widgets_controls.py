"""Buttons, segments, lists, fields and notes behave as people expect of them."""

from __future__ import annotations

import operator
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from digitapp.gui import theme
from digitapp.gui.widgets import (
    Card,
    CheckBox,
    ComboBox,
    ElidedLabel,
    FieldRow,
    FocusRing,
    GhostButton,
    HoverReadout,
    LinkButton,
    NoteBar,
    NumberField,
    PlainButton,
    ProgressBar,
    Rail,
    ReadoutRow,
    SegmentedControl,
    Slider,
    TextField,
)
from digitapp.gui.widgets.numbers import decimal, percent, probability, signed, thousands
from digitapp.gui.words.settings import number_refusal
from digitapp.nn.options import Range
from digitapp.training.config import ConfigError, check_whole, parse_number, parse_whole

COUNT = Range(1, 1000, is_whole=True)


def _counted(value: int) -> NumberField:
    """A field for a count, 1 or more."""

    def read(text: str) -> int:
        number = parse_whole("count", text)
        check_whole("count", number, 1, 1000)
        return number

    return NumberField(read, value, step=operator.add, describe=lambda error: number_refusal(error, COUNT, "64"))


@pytest.fixture(autouse=True)
def _light(qapp: QApplication) -> None:  # noqa: ARG001
    theme.apply_theme("light")


Show = Callable[..., QWidget]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Return a function that shows widgets in a window, one below the other."""
    windows = []

    def show_them(*widgets: QWidget) -> QWidget:
        window = QWidget()
        windows.append(window)
        column = QVBoxLayout(window)
        for widget in widgets:
            column.addWidget(widget)
        qtbot.addWidget(window)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        return window

    return show_them


def _ring(widget: QWidget) -> FocusRing:
    return next(child for child in widget.children() if isinstance(child, FocusRing))


# Buttons and their focus ring


def test_icon_button_says_what_it_does_and_its_key(qtbot: QtBot) -> None:
    button = GhostButton(icon="undo", tip="Undo", key="Ctrl+Z")
    qtbot.addWidget(button)
    assert button.accessibleName() == "Undo"
    assert button.toolTip().startswith("Undo")
    assert "Z" in button.toolTip()
    assert button.sizeHint().width() == button.sizeHint().height()


def test_button_keeps_room_for_its_other_texts(qtbot: QtBot) -> None:
    button = PlainButton("Go", "play")
    qtbot.addWidget(button)
    narrow = button.sizeHint().width()
    button.reserve("Resume the training")
    wide = button.sizeHint().width()
    assert wide > narrow
    button.setText("Resume the training")
    assert button.sizeHint().width() == wide


def test_focus_ring_comes_with_the_keyboard_and_not_with_the_pointer(qtbot: QtBot, show: Show) -> None:
    first, second = PlainButton("First"), PlainButton("Second")
    window = show(first, second)
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    assert not _ring(first).is_shown
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert second.hasFocus()
    assert _ring(second).is_shown
    # The ring is painted 2 px off the button, 2 px wide.
    image = window.grab().toImage()
    corner = second.mapTo(window, QPoint(0, 0))
    middle = corner.y() + second.height() // 2
    assert image.pixelColor(corner.x() - 3, middle) == theme.LIGHT.accent
    assert image.pixelColor(corner.x() - 1, middle) == theme.LIGHT.window
    qtbot.keyClick(second, Qt.Key.Key_Backtab)
    assert not _ring(second).is_shown
    assert _ring(first).is_shown


def test_a_focus_ring_that_python_has_emptied_lets_events_pass(show: Show) -> None:
    button = PlainButton("Here")
    window = show(button)
    _ring(button).__dict__.clear()  # as the collector leaves it when a whole page goes
    button.hide()
    assert not button.isVisible()
    button.show()
    window.resize(300, 200)
    assert button.isVisible()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert button.hasFocus()


def test_focus_ring_follows_its_control(show: Show) -> None:
    other, button = PlainButton("Other"), PlainButton("Here")
    window = show(other, button)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    window.resize(window.width() + 200, window.height() + 100)
    QApplication.processEvents()
    ring = _ring(button)._ring
    assert ring is not None
    assert ring.geometry().adjusted(4, 4, -4, -4) == button.geometry()


def test_focus_ring_stays_whole_in_a_scrolled_column(qtbot: QtBot) -> None:
    column = QWidget()
    rows = QVBoxLayout(column)
    buttons = [PlainButton(str(i)) for i in range(30)]
    for button in buttons:
        rows.addWidget(button)
    area = QScrollArea()
    area.setWidget(column)
    qtbot.addWidget(area)
    with qtbot.waitActive(area):
        area.show()
        area.activateWindow()
    buttons[1].setFocus(Qt.FocusReason.TabFocusReason)
    ring = _ring(buttons[1])._ring
    assert ring is not None
    # Inside what scrolls, so that the ring moves along and is cut off where its button is.
    assert ring.parentWidget() is column


def test_a_ring_may_go_before_its_control(show: Show) -> None:
    first, second = PlainButton("First"), PlainButton("Second")
    window = show(first, second)
    second.setFocus(Qt.FocusReason.TabFocusReason)
    ring = _ring(second)._ring
    assert ring is not None
    # The ring is a child of the window, whose children die in an order of Qt's own.
    delete(ring)
    window.resize(window.width() + 10, window.height())
    QApplication.processEvents()
    first.setFocus(Qt.FocusReason.TabFocusReason)
    assert not _ring(second).is_shown


def test_check_box_toggles_by_click_on_its_words(qtbot: QtBot, show: Show) -> None:
    box = CheckBox("Follow the desktop")
    show(box)
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(box.width() - 4, box.height() // 2))
    assert box.isChecked()


# Segments


def test_segments_are_chosen_by_arrow_keys(qtbot: QtBot, show: Show) -> None:
    control = SegmentedControl(["Tale", "Numbers", "Both"], name="Detail")
    show(control)
    assert control.currentIndex() == 0
    segments = control.findChildren(QAbstractButton)
    segments[0].setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(control.currentChanged, timeout=1000) as changed:
        qtbot.keyClick(segments[0], Qt.Key.Key_Right)
    assert changed.args == [1]
    assert segments[1].hasFocus()
    assert control.currentIndex() == 1
    with qtbot.assertNotEmitted(control.currentChanged):
        control.setCurrentIndex(1)


def test_replaced_segments_start_over_silently(qtbot: QtBot) -> None:
    control = SegmentedControl(["Hidden layer", "Output"])
    qtbot.addWidget(control)
    control.setCurrentIndex(1)
    with qtbot.assertNotEmitted(control.currentChanged):
        control.set_segments(["Layer 1", "Layer 2", "Output"])
    assert control.count() == 3
    assert control.currentIndex() == 0
    control.setCurrentIndex(2)
    assert control.currentIndex() == 2


# Lists


def test_combo_box_is_not_changed_by_a_passing_wheel(show: Show) -> None:
    combo, other = ComboBox(), PlainButton("Other")
    combo.add_entry("Shipped model", "784-128-10", data="shipped")
    combo.add_entry("My network", "784-64-10", data="mine", dot=True)
    show(combo, other)
    other.setFocus()
    _turn_wheel(combo, -120)
    assert combo.currentData() == "shipped"
    combo.setFocus()
    _turn_wheel(combo, -120)
    assert combo.currentData() == "mine"
    accessible = combo.itemData(1, int(Qt.ItemDataRole.AccessibleTextRole))
    assert accessible == "My network, 784-64-10"


def test_combo_box_has_room_for_name_and_detail(qtbot: QtBot) -> None:
    plain, detailed = ComboBox(), ComboBox()
    qtbot.addWidget(plain)
    qtbot.addWidget(detailed)
    plain.add_entry("My network")
    detailed.add_entry("My network", "784-128-10", dot=True)
    assert detailed.sizeHint().width() > plain.sizeHint().width() + 60


def _turn_wheel(widget: QWidget, turn: int) -> None:
    place = QPointF(widget.rect().center())
    event = QWheelEvent(
        place,
        widget.mapToGlobal(place),
        QPoint(),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


# Fields


def test_error_appears_on_leaving_and_goes_while_typing(show: Show) -> None:
    field, other = _counted(64), PlainButton("Other")
    row = FieldRow("Batch size", field, helper="samples a step")
    show(row, other)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0")
    assert not field.is_valid()
    assert row.note() == "samples a step"
    other.setFocus()
    assert "a whole number from 1 to 1,000" in row.note()
    assert field.error() == row.note()
    assert field.accessibleDescription() == row.note()
    assert field.value() == 64
    field.setFocus()
    field.setCursorPosition(0)
    QTest.keyClicks(field, "3")
    assert field.error() == ""
    assert row.note() == "samples a step"


def test_enter_commits_and_reports_a_value_once(qtbot: QtBot, show: Show) -> None:
    field = _counted(64)
    show(field)
    values: list[object] = []
    field.value_changed.connect(values.append)
    field.selectAll()
    QTest.keyClicks(field, "32")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert values == [32]
    assert field.value() == 32


def test_wrong_text_is_told_from_a_wrong_value(qtbot: QtBot) -> None:
    field = _counted(64)
    qtbot.addWidget(field)
    field.setText("lots")
    assert not field.commit()
    assert field.error() == "Not a number. Use a whole number from 1 to 1,000, such as 64."
    field.setText("-3")
    assert not field.commit()
    assert field.error() == "Not possible. Use a whole number from 1 to 1,000, such as 64."


def test_a_menu_over_the_field_does_not_count_as_leaving(qtbot: QtBot) -> None:
    field = _counted(64)
    qtbot.addWidget(field)
    field.setText("0")
    QApplication.sendEvent(field, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.PopupFocusReason))
    assert field.error() == ""
    QApplication.sendEvent(field, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason))
    assert field.error() != ""


def test_arrows_step_and_stop_at_what_is_allowed(qtbot: QtBot, show: Show) -> None:
    field = _counted(2)
    show(field)
    field.setFocus()
    for _ in range(3):
        qtbot.keyClick(field, Qt.Key.Key_Down)
    assert field.value() == 1
    assert field.text() == "1"
    assert field.error() == ""
    _turn_wheel(field, 60)
    assert field.value() == 1
    _turn_wheel(field, 60)
    assert field.value() == 2


def test_wheel_steps_only_a_focused_field(show: Show) -> None:
    field, other = _counted(2), PlainButton("Other")
    show(field, other)
    other.setFocus()
    _turn_wheel(field, 120)
    assert field.value() == 2


def test_locked_row_keeps_its_value_readable(qtbot: QtBot) -> None:
    row = FieldRow("Seed", _counted(3))
    qtbot.addWidget(row)
    row.set_locked(True)
    assert not row.control.isEnabled()
    assert row.control.text() == "3"  # type: ignore[attr-defined]
    row.set_locked(False)
    assert row.control.isEnabled()


def test_row_names_its_control_for_screen_readers(qtbot: QtBot) -> None:
    row = FieldRow("Hidden layers", TextField(str, "128"))
    qtbot.addWidget(row)
    assert row.control.accessibleName() == "Hidden layers"


def test_an_error_may_come_from_elsewhere(qtbot: QtBot) -> None:
    field = _counted(3)
    row = FieldRow("Epochs", field)
    qtbot.addWidget(row)
    field.show_error("Fewer than are done already.")
    assert row.note() == "Fewer than are done already."
    field.set_value(12)
    assert row.note() == ""


@pytest.mark.parametrize("text", ["", "lots", "0,o01", "nan", "inf", "1e999"])
def test_texts_that_are_no_numbers(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_number("rate", text)
    cause = "Not a number." if text else "Nothing entered."
    assert number_refusal(caught.value, Range(-10, 0.5), "0.1") == f"{cause} Use a number from −10 to 0.5, such as 0.1."


def test_a_real_minus_is_read(qtbot: QtBot) -> None:  # noqa: ARG001
    assert parse_whole("seed", " −3 ") == -3
    assert parse_number("bias", "−0.5") == -0.5


# Words and numbers


def test_elided_label_gives_way_and_keeps_its_words_in_the_tooltip(qtbot: QtBot) -> None:
    label = ElidedLabel("<b>a very long file name</b> that nobody has room for.safetensors")
    qtbot.addWidget(label)
    assert label.minimumSizeHint().width() < label.sizeHint().width() / 3
    label.resize(80, 20)
    label.show()
    assert "&lt;b&gt;a very long file name" in label.toolTip()
    label.resize(label.sizeHint().width() + 4, 20)
    assert label.toolTip() == ""


def test_card_titles_stand_on_one_line_whatever_is_beside_them(show: Show) -> None:
    plain, linked = Card("Confusion"), Card("Hidden units, live")
    linked.slot.addWidget(LinkButton("Open in Features ›"))
    show(plain, linked)
    for card in (plain, linked):
        card.resize(400, 200)
    QApplication.processEvents()
    tops = [card.header.title.mapTo(card, card.header.title.rect().center()).y() for card in (plain, linked)]
    assert tops[0] == tops[1]


def test_note_says_all_of_it(qtbot: QtBot) -> None:
    note = NoteBar("error", "The steps grew too large.", title="Training stopped", remedy="Try 0.01 instead of 1.")
    qtbot.addWidget(note)
    assert note.text() == "Training stopped The steps grew too large. Try 0.01 instead of 1."
    assert note.accessibleName() == note.text()
    note.set_note("info", "Pen thinner than usual.")
    assert note.text() == "Pen thinner than usual."
    assert note.kind == "info"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.7709, "77.1 %"), (0.0, "0.0 %"), (0.0002, "<0.1 %"), (1.0, "100.0 %"), (0.9999, ">99.9 %"), (0.001, "0.1 %")],
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


def test_no_probability_is_certain() -> None:
    assert [probability(p) for p in (0.0, 0.5, 1.0)] == ["<0.1 %", "50.0 %", ">99.9 %"]


def test_signs_of_numbers() -> None:
    assert signed(0.041) == "+0.04"
    assert signed(-0.05) == "−0.05"
    assert signed(-0.001) == "0.00"
    assert decimal(-1.5, 1) == "−1.5"
    assert thousands(101770) == "101,770"


# Readout, progress, slider, rail


@pytest.mark.parametrize("corner", [(0, 0), (299, 0), (0, 199), (299, 199), (150, 100)])
def test_readout_stays_inside_and_clear_of_the_pointer(qtbot: QtBot, corner: tuple[int, int]) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(300, 200)
    readout = HoverReadout(window)
    readout.show_at(QPoint(*corner), "Unit 59", [ReadoutRow("row 12, column 16", "−0.05")])
    assert window.rect().contains(readout.geometry())
    assert not readout.geometry().contains(QPoint(*corner))
    assert readout.text() == "Unit 59\nrow 12, column 16 −0.05"


def test_progress_shows_epochs_and_how_far_it_is(qtbot: QtBot) -> None:
    bar = ProgressBar()
    qtbot.addWidget(bar)
    bar.resize(500, 8)
    assert bar.fraction() == 0
    bar.setRange(0, 1000)
    bar.setValue(500)
    bar.set_segments(10)
    image = bar.grab().toImage()
    assert image.pixelColor(225, 4) == theme.LIGHT.accent
    assert image.pixelColor(249, 4) == theme.LIGHT.window
    assert image.pixelColor(275, 4) == theme.LIGHT.sunken
    bar.set_segments(400)
    assert bar.grab().toImage().pixelColor(249, 4) == theme.LIGHT.accent


def test_slider_goes_where_it_is_clicked(qtbot: QtBot, show: Show) -> None:
    slider = Slider(4, 44, name="Width")
    show(slider)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, slider.height() // 2))
    assert slider.value() == 24
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 1, slider.height() // 2))
    assert slider.value() == 44
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert slider.value() == 43


def test_rail_chooses_pages_by_keys_and_wears_a_dot(qtbot: QtBot, show: Show) -> None:
    rail = Rail()
    for icon, text in (("pen", "Draw"), ("train", "Train"), ("features", "Features")):
        rail.add_page(icon, text)
    rail.add_tool("help", "Help")
    show(rail)
    assert rail.pages.objectName() == "pageList"
    assert rail.currentIndex() == 0
    with qtbot.waitSignal(rail.currentChanged, timeout=1000) as changed:
        qtbot.keyClick(rail.pages, Qt.Key.Key_Down)
    assert changed.args == [1]
    rail.set_dot(1, True)
    assert rail.has_dot(1)
    assert not rail.has_dot(0)
    assert rail.width() >= theme.RAIL_WIDTH
