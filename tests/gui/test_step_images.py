"""The toy's images as one's own: drawn, labelled, added, deleted, from a table, kept, and learned from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from page_helpers import settle
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog
from pytestqt.qtbot import QtBot
from third_problem import register

from digitapp.datasets.problems import MY_IMAGES, TOY
from digitapp.datasets.toy import MOST_IMAGES, GridImage, read_grid_csv
from digitapp.drawing.grid import BinaryGrid
from digitapp.gui import theme
from digitapp.gui.canvas.grid import GridSurface
from digitapp.gui.pages.step.images import ImagesDialog
from digitapp.gui.pages.step.page import StepPage
from digitapp.gui.settings import Settings
from digitapp.kept.image_sets import read_images, write_images
from digitapp.kept.packing import PacketError, pack
from digitapp.training.presets import usual_configs

if TYPE_CHECKING:
    from digitapp.gui.state.session import Session
    from digitapp.gui.window.main_window import MainWindow


@pytest.fixture
def dialog(toy_session: Session, settings: Settings, qtbot: QtBot) -> ImagesDialog:
    dialog = ImagesDialog(toy_session, settings)
    qtbot.addWidget(dialog)
    dialog.show()
    settle()
    return dialog


def click_pixel(dialog: ImagesDialog, qtbot: QtBot, row: int, column: int) -> None:
    surface = dialog.canvas.surface
    assert isinstance(surface, GridSurface)
    place = surface.cell_rect((row, column)).center().toPoint()
    qtbot.mouseClick(dialog.canvas, Qt.MouseButton.LeftButton, pos=place)


def test_it_begins_with_the_books_images(dialog: ImagesDialog, toy_session: Session) -> None:
    assert len(toy_session.images.images) == 64
    assert not dialog.book.isEnabled() and not dialog.undo.isEnabled()
    assert "48 images to learn from" in dialog.count.text() and "16 to check" in dialog.count.text()
    assert toy_session.dataset_name == "toy"


def test_a_pixel_that_is_clicked_makes_a_data_set_of_ones_own(
    dialog: ImagesDialog, toy_session: Session, qtbot: QtBot
) -> None:
    index = next(number for number, image in enumerate(toy_session.images.images) if not image.validates) + 5
    qtbot.mouseClick(dialog.wall, Qt.MouseButton.LeftButton, pos=dialog.wall.rect_of(index).center())
    before = dialog.image
    drawing = toy_session.artwork.value
    click_pixel(dialog, qtbot, 1, 1)
    assert dialog.image.grid == before.grid.toggle(1, 1)
    assert toy_session.dataset_name == MY_IMAGES and toy_session.dataset is not None
    assert any((dialog.image.grid.to_vector() == row).all() for row in toy_session.dataset.train.inputs)
    assert toy_session.artwork.value == drawing  # the canvas of Draw is another
    dialog.undo.click()
    settle()
    assert dialog.image == before and toy_session.dataset_name == "toy"
    dialog.redo.click()
    settle()
    assert dialog.image.grid == before.grid.toggle(1, 1) and toy_session.dataset_name == MY_IMAGES


def test_the_keyboard_does_all_of_it(dialog: ImagesDialog, toy_session: Session, qtbot: QtBot) -> None:
    dialog.wall.setFocus()
    for key in (Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Right):
        qtbot.keyClick(dialog.wall, key)
    assert dialog.image is toy_session.images.images[1]
    before = dialog.image
    dialog.canvas.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Space):
        qtbot.keyClick(dialog.canvas, key)
    assert dialog.image.grid == before.grid.toggle(1, 1)
    QTest.keyClick(dialog, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert dialog.image == before
    qtbot.keyClick(dialog.wall, Qt.Key.Key_Delete)
    assert len(toy_session.images.images) == 63 and before not in toy_session.images.images[:2]


def test_labels_and_parts(dialog: ImagesDialog, toy_session: Session, qtbot: QtBot) -> None:
    before = dialog.image
    dialog.label.setCurrentIndex(1 - before.label)
    assert dialog.image.label == 1 - before.label
    dialog.checks.setChecked(not before.validates)
    assert dialog.image.validates is not before.validates
    dataset = toy_session.dataset
    assert dataset is not None and dataset.validation is not None
    assert len(dataset.train) + len(dataset.validation) == 64
    dialog.book.click()
    settle()
    assert dialog.image == before and toy_session.dataset_name == "toy" and dialog.undo.isEnabled()
    assert dialog.wall.describe(0).startswith("Image 1 of 64: labelled 0")
    qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    assert len(toy_session.images.images) == 65


def test_the_last_image_stays_and_one_is_learned_from(dialog: ImagesDialog, toy_session: Session) -> None:
    toy_session.images.commit(toy_session.images.images[:1])
    settle()
    assert not dialog.delete.isEnabled()
    dialog.checks.setChecked(True)
    assert "At least one image" in dialog.note.accessibleName() or dialog.note.isVisible()
    assert not dialog.image.validates and not dialog.checks.isChecked()


def test_there_is_room_for_so_many_and_no_more(dialog: ImagesDialog, toy_session: Session) -> None:
    own = toy_session.images
    own.commit([own.images[0]] * (MOST_IMAGES - 1))
    dialog.add.click()
    settle()
    assert own.is_full and not dialog.add.isEnabled()
    for images in ([], [own.images[0]] * (MOST_IMAGES + 1)):
        with pytest.raises(ValueError, match="images are possible"):
            own.commit(images)


def test_a_table_goes_out_and_comes_in(
    dialog: ImagesDialog, toy_session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.csv"
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_: (str(path), ""))
    told: list[str] = []
    dialog.files.done.connect(told.append)
    dialog.files.failed.connect(told.append)
    dialog.export_button.click()
    qtbot.waitUntil(lambda: len(told) == 1)
    assert read_grid_csv(path, TOY) == list(toy_session.images.images)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line.rpartition(",")[0] for line in lines[1:11]), encoding="utf-8")
    dialog.import_button.click()
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == ["64 images were written to mine.csv.", "10 images were read from mine.csv."]
    assert len(toy_session.images.images) == 10 and toy_session.dataset is not None
    assert toy_session.dataset.validation is None and len(toy_session.dataset.train) == 10
    path.write_text("1,0\n", encoding="utf-8")
    dialog.import_button.click()
    qtbot.waitUntil(lambda: len(told) == 3)
    assert told[2] == "mine.csv: line 1: 2 fields; expected a label and 12 pixels"
    assert len(toy_session.images.images) == 10 and dialog.note.isVisible()


def test_a_run_learns_from_them_and_says_so(dialog: ImagesDialog, toy_session: Session, qtbot: QtBot) -> None:
    dialog.label.setCurrentIndex(1 - dialog.image.label)
    network, config = usual_configs(TOY)
    toy_session.start_training(network, replace(config, epochs=2))
    qtbot.waitUntil(lambda: not toy_session.run.is_active)
    record = toy_session.model.training
    dataset = toy_session.dataset
    assert dataset is not None
    assert (record["dataset"], record["fingerprint"]) == (MY_IMAGES, dataset.train.fingerprint)


@pytest.mark.parametrize("pixels", [13, 16, 23])
def test_it_fits_on_a_small_screen_with_large_text(
    toy_session: Session, settings: Settings, qtbot: QtBot, qapp: QApplication, pixels: int
) -> None:
    before = qapp.font()
    font = QFont(before)
    font.setPixelSize(pixels)
    qapp.setFont(font)
    theme.apply_theme("light")
    try:
        dialog = ImagesDialog(toy_session, settings)
        qtbot.addWidget(dialog)
        least = dialog.minimumSizeHint()
        assert least.width() <= 1024 and least.height() <= 700
        dialog.resize(least)
        dialog.show()
        settle()
        click_pixel(dialog, qtbot, 3, 2)
        assert dialog.image.grid == toy_session.images.book[0].grid.toggle(3, 2)
    finally:
        qapp.setFont(before)
        theme.apply_theme("light")


def test_only_images_that_are_set_by_hand_are_offered_to_be_drawn_anew(
    open_window: Callable[..., MainWindow], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch)
    window = open_window("toy")
    page = window.show_page(StepPage)
    for problem, offered in (("toy", True), ("heaps", False), ("toy", True)):
        window.session.choose_problem(problem)
        qtbot.waitUntil(lambda: page.shown.dataset is not None and page.shown.problem is window.session.problem)
        settle()
        assert page.stage.samples.images.isVisible() is offered
    qtbot.mouseClick(page.stage.samples.images, Qt.MouseButton.LeftButton)
    dialog = page.images_dialog
    assert dialog is not None and dialog.isVisible()
    dialog.label.setCurrentIndex(1)
    qtbot.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    assert page.shown.dataset_name == MY_IMAGES


# Kept


def some_images(seed: int) -> tuple[GridImage, ...]:
    rng = np.random.default_rng(seed)
    return tuple(
        GridImage(BinaryGrid.from_vector(rng.integers(0, 2, 12)), int(rng.integers(2)), bool(rng.integers(2)))
        for _ in range(1 + seed)
    )


def test_what_is_kept_is_what_was_there() -> None:
    for seed in range(20):
        images = some_images(seed)
        assert read_images(write_images(images), TOY) == images


@pytest.mark.parametrize(
    "images", [[["1" * 11, 0, False]], [["1" * 12, 2, False]], [["2" * 12, 0, False]], [["1" * 12]], "x", [[1, 0, 0]]]
)
def test_what_is_no_image_is_told(images: object) -> None:
    with pytest.raises(PacketError):
        read_images(pack({"images": images}), TOY)


def test_the_next_start_has_them_on_every_page(
    open_window: Callable[..., MainWindow], settings: Settings, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("toy", kept=tmp_path / "kept")
    session = window.session
    page = window.show_page("stepPage")
    qtbot.waitUntil(lambda: page.shown.dataset is not None)
    dialog = ImagesDialog(session, settings, page)
    dialog.open()
    dialog.label.setCurrentIndex(1)
    qtbot.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    changed = session.images.images
    assert changed[0].label == 1
    for name in ("stepPage", "trainPage", "featuresPage"):
        shown = window.show_page(name)
        settle()
        assert shown.shown.dataset is session.dataset and shown.shown.dataset_name == MY_IMAGES
    field = window.findChild(QComboBox, "datasetField")
    assert field is not None and "My images" in field.currentText()
    # Train offers both, and either can be learned from.
    entry = field.findData("toy")
    field.setCurrentIndex(entry)
    field.activated.emit(entry)
    settle()
    assert session.dataset_name == "toy" and field.findData(MY_IMAGES) >= 0
    field.activated.emit(field.findData(MY_IMAGES))
    settle()
    assert session.dataset_name == MY_IMAGES
    window.close()

    window = open_window("toy", kept=tmp_path / "kept")
    assert window.session.images.images == changed
    assert window.session.dataset_name == MY_IMAGES and window.session.dataset is not None
    window.session.images.back_to_book()
    window.session.choose_dataset(window.session.images.dataset_name)
    window.show_page("trainPage")
    settle()
    field = window.findChild(QComboBox, "datasetField")
    assert field is not None and field.findData(MY_IMAGES) < 0
    window.close()

    window = open_window("toy", kept=tmp_path / "kept")
    assert window.session.dataset_name == "toy" and not window.session.images.own
