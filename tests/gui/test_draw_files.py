"""Opening, saving, copying and pasting on the Draw page; files that are not what they say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from page_helpers import settle
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from digitapp.drawing.files import read_drawings, write_drawings
from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.ink import Drawing
from digitapp.drawing.render import render
from digitapp.drawing.samples import sample_three
from digitapp.gui.pages.draw.files import GridTextError, grid_text, on_canvas, parse_grid, thinned_for_canvas
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.window.main_window import MainWindow
from digitapp.resources import shipped_models_dir

ONE = Drawing.from_points([[(0.5, 0.2), (0.5, 0.8)]], label=1)


@pytest.fixture
def page(open_window: Callable[..., MainWindow]) -> DrawPage:
    return open_window("mnist").page(DrawPage)


@pytest.fixture
def toy_page(open_window: Callable[..., MainWindow]) -> DrawPage:
    return open_window("toy").page(DrawPage)


def shown(page: DrawPage) -> str:
    settle()
    return page.inspector.header.digit.text()


def note(page: DrawPage) -> str:
    settle()
    return page.inspector.note.text()


def opens(qtbot: QtBot, page: DrawPage, path: Path) -> None:
    with qtbot.waitSignal(page.session.drawing_changed):
        page.files.open_path(path)


def refused(qtbot: QtBot, page: DrawPage, path: Path) -> str:
    """Open a file that cannot be opened and return what the user reads."""
    with qtbot.waitSignal(page.files.failed):
        page.files.open_path(path)
    settle()
    assert page.inspector.note.isVisible()
    assert page.inspector.note.kind == "error"
    return page.inspector.note.text()


def test_a_saved_drawing_comes_back_as_it_was(page: DrawPage, qtbot: QtBot, tmp_path: Path) -> None:
    page.show_sample()
    drawn = page.session.drawing
    page.files.save_path(tmp_path / "three.json")
    page.clear()
    opens(qtbot, page, tmp_path / "three.json")
    assert page.session.drawing == drawn
    assert shown(page) == "3"
    page.undo()
    assert page.session.drawing.is_empty


def test_a_file_of_several_drawings_can_be_walked_through(page: DrawPage, qtbot: QtBot, tmp_path: Path) -> None:
    write_drawings(tmp_path / "two.json", [ONE, sample_three()])
    opens(qtbot, page, tmp_path / "two.json")
    qtbot.waitUntil(page.inspector.browser.isVisible)
    assert "1 of 2" in page.inspector.browser.label.text()
    assert shown(page) == "1"
    page.inspector.browser.forth.click()
    assert shown(page) == "3"
    assert not page.inspector.browser.forth.isEnabled()
    page.inspector.browser.step_back()
    assert shown(page) == "1"
    page.clear()
    assert not page.inspector.browser.isVisible()


def test_a_picture_lies_on_the_canvas_until_something_is_drawn(page: DrawPage, qtbot: QtBot, tmp_path: Path) -> None:
    grey = 255 - render(sample_three(), 0.08, 200) * 255
    Image.fromarray(grey.astype(np.uint8)).save(tmp_path / "three.png")
    opens(qtbot, page, tmp_path / "three.png")
    assert shown(page) == "3"
    assert page.session.picture is not None
    assert page.session.drawing.is_empty
    dark = page.canvas.grab().toImage().scaled(100, 100)
    assert min(dark.pixelColor(x, 50).lightness() for x in range(20, 80)) < 100
    page.files.save_path(tmp_path / "again.png")
    assert (tmp_path / "again.png").exists()
    page.show_sample()
    assert page.session.picture is None
    page.undo()
    assert page.session.picture is not None


def test_a_saved_picture_is_read_as_the_same_digit(page: DrawPage, qtbot: QtBot, tmp_path: Path) -> None:
    page.show_sample()
    page.files.save_path(tmp_path / "three.png")
    page.clear()
    opens(qtbot, page, tmp_path / "three.png")
    assert shown(page) == "3"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("broken.json", b'{"drawings": [', "stops being JSON"),
        ("empty.json", b"", "the file is empty"),
        ("points.json", b'{"drawings": [{"strokes": [[[0, "a"]]]}]}', "drawing 1: stroke 1"),
        ("text.png", b"I am a text", "not an image"),
        ("missing.json", None, "No such file"),
    ],
)
def test_a_bad_file_gives_one_sentence_and_keeps_the_drawing(
    page: DrawPage, qtbot: QtBot, tmp_path: Path, name: str, content: bytes | None, expected: str
) -> None:
    page.show_sample()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    sentence = refused(qtbot, page, tmp_path / name)
    assert name in sentence
    assert expected in sentence
    assert str(tmp_path) not in sentence
    assert "\n" not in sentence
    assert shown(page) == "3"
    assert page.session.artwork.undo_stack.count() == 1
    page.clear()
    assert not page.inspector.note.isVisible()


def test_a_folder_that_cannot_be_written_to(page: DrawPage, tmp_path: Path) -> None:
    page.show_sample()
    (tmp_path / "file").touch()
    for name in ("three.json", "three.png"):
        page.files.save_path(tmp_path / "file" / name)
        assert f"{name} cannot be saved" in note(page)
    assert not list(tmp_path.glob(".*"))  # no temporary file stays behind


def test_the_clipboard_carries_strokes_and_a_picture(page: DrawPage, qtbot: QtBot) -> None:
    page.show_sample()
    drawn = page.session.drawing
    page.copy()
    page.clear()
    page.paste()
    assert page.session.drawing == drawn
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage()
    only_picture = QMimeData()
    only_picture.setImageData(data.imageData())
    with qtbot.waitSignal(page.session.drawing_changed):
        page.files.take(only_picture)
    assert page.session.picture is not None
    assert shown(page) == "3"


def test_a_clipboard_without_a_drawing_is_refused(page: DrawPage) -> None:
    page.show_sample()
    data = QMimeData()
    data.setText("hello")
    page.files.take(data)
    assert "The clipboard holds no drawing" in note(page)
    assert shown(page) == "3"


def test_a_file_can_be_dropped(page: DrawPage, qtbot: QtBot, tmp_path: Path) -> None:
    write_drawings(tmp_path / "one.json", [ONE])
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "one.json"))])
    copy = Qt.DropAction.CopyAction
    event = QDropEvent(QPointF(100, 100), copy, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(page.session.drawing_changed):
        page.dropEvent(event)
    assert shown(page) == "1"


@pytest.mark.parametrize(("width", "height", "flaw"), [(1, 1, "too few"), (30_000, 3_000, "too many")])
def test_a_pasted_picture_of_no_use_is_refused(page: DrawPage, width: int, height: int, flaw: str) -> None:
    data = QMimeData()
    data.setImageData(QImage(width, height, QImage.Format.Format_Mono))
    page.show_sample()
    page.files.take(data)
    assert flaw in note(page)
    assert shown(page) == "3"


def test_several_files_at_once_are_refused(page: DrawPage, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("a.png", "b.png")])
    page.files.take(data)
    assert "2 files at once" in note(page)


def test_a_large_pasted_text_is_read_in_the_background(page: DrawPage, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setText('{"drawings": [{"strokes": [[[0, 0], [1, 1]]]}' + 5000 * ', {"strokes": [[[0, 0], [1, 1]]]}' + "]}")
    with qtbot.waitSignal(page.files.opened):
        page.files.take(data)
    assert len(page.session.drawing.strokes) == 1


def test_nothing_to_save_or_copy_on_an_empty_canvas(page: DrawPage, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*_arguments: object) -> tuple[str, str]:
        raise AssertionError("an empty canvas asks for no name")

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    assert not page.save_button.isEnabled()
    assert not page.copy_button.isEnabled()
    page.save()
    page.show_sample()
    settle()
    assert page.save_button.isEnabled()


def test_the_dialogs_lead_to_the_file(
    page: DrawPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = tmp_path / "chosen"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(chosen), "Drawing (*.json)"))
    page.show_sample()
    page.save()
    (saved,) = read_drawings(tmp_path / "chosen.json")
    assert saved == page.session.drawing
    page.clear()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "chosen.json"), ""))
    with qtbot.waitSignal(page.session.drawing_changed):
        page.open()
    assert shown(page) == "3"


def test_the_toys_pixels_travel_as_text(toy_page: DrawPage, qtbot: QtBot, tmp_path: Path) -> None:
    page = toy_page
    zero = parse_grid("111\n101\n101\n111", 4, 3)
    page.session.artwork.commit(zero, "Pixels")
    page.files.save_path(tmp_path / "zero.txt")
    page.copy()
    page.clear()
    opens(qtbot, page, tmp_path / "zero.txt")
    assert page.session.grid == zero
    page.clear()
    page.paste()
    assert page.session.grid == zero
    (tmp_path / "long.txt").write_text("1" * 100_000)
    assert "4 lines of 3" in refused(qtbot, page, tmp_path / "long.txt")
    assert page.session.grid == zero


def test_text_of_pixels() -> None:
    grid = BinaryGrid.blank(4, 3).set(0, 0, True).set(3, 2, True)
    assert parse_grid(grid_text(grid), 4, 3) == grid
    assert parse_grid("1,0,0\n\n0 0 0\r\n000\n001", 4, 3) == grid
    for wrong in ("", "100\n000\n000", "100\n000\n000\n002", "1000\n000\n000\n001"):
        with pytest.raises(GridTextError, match="4 lines of 3 digits"):
            parse_grid(wrong, 4, 3)


def test_drawings_of_other_units_come_to_the_middle() -> None:
    assert on_canvas(ONE) is ONE
    for other in (
        Drawing.from_points([[(100, 200), (300, 900)]]),
        Drawing.from_points([[(0.0, 0.0), (1.0, 1.0)]]),
        Drawing.from_points([[(0.01, 0.01), (0.02, 0.03)]]),
    ):
        box = on_canvas(other).bounding_box()
        assert box is not None
        assert box.longer_side == pytest.approx(0.7, abs=1e-4)
        assert box.centre == pytest.approx((0.5, 0.5), abs=1e-4)


def test_a_drawing_without_end_keeps_what_the_canvas_can_show() -> None:
    rng = np.random.default_rng(0)
    criss_cross = Drawing.from_points([rng.random((20_000, 2))])
    assert thinned_for_canvas(criss_cross).point_count < 1000
    winding = Drawing.from_points([np.cumsum(rng.normal(0, 1e-3, (20_000, 2)), axis=0)])
    assert 3000 < thinned_for_canvas(winding).point_count <= 6000
    assert thinned_for_canvas(ONE) is ONE


def test_the_window_can_be_closed_while_a_file_is_read(page: DrawPage, tmp_path: Path) -> None:
    write_drawings(tmp_path / "many.json.gz", [sample_three()] * 500)
    page.files.open_path(tmp_path / "many.json.gz")
    assert "many.json.gz" in page.status_text
    page.window().close()  # the check for threads left behind comes after every test


def dropped(path: Path, offered: Qt.DropAction) -> tuple[QDropEvent, QMimeData]:
    """Return the drop of a file, and its data, which must be kept as long as the event."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    button, key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(100, 100), offered, data, button, key)
    if offered & Qt.DropAction.MoveAction:
        event.setDropAction(Qt.DropAction.MoveAction)  # what a file manager proposes on the same disk
    return event, data


@pytest.mark.parametrize("others", [Qt.DropAction.CopyAction, Qt.DropAction.MoveAction])
def test_whoever_drops_a_file_never_hears_that_it_was_moved(
    page: DrawPage, qtbot: QtBot, tmp_path: Path, others: Qt.DropAction
) -> None:
    write_drawings(tmp_path / "one.json", [ONE])
    event, _data = dropped(tmp_path / "one.json", Qt.DropAction.MoveAction | others)
    with qtbot.waitSignal(page.session.drawing_changed):
        page.dropEvent(event)
    assert event.dropAction() in (Qt.DropAction.CopyAction, Qt.DropAction.IgnoreAction)
    assert event.isAccepted()


@pytest.mark.parametrize("problem", ["mnist", "toy"])
def test_a_dropped_model_is_opened(open_window: Callable[..., MainWindow], qtbot: QtBot, problem: str) -> None:
    page = open_window(problem).page(DrawPage)
    model = shipped_models_dir() / ("record.safetensors" if problem == "mnist" else "toy.safetensors")
    event, _data = dropped(model, Qt.DropAction.CopyAction)
    with qtbot.waitSignal(page.files.model_found):
        page.dropEvent(event)
    settle()
    qtbot.waitUntil(lambda: page.session.model.name == model.stem)
    assert not page.inspector.note.isVisible() or page.inspector.note.kind != "error"


@pytest.mark.parametrize("name", ["picture", "picture.jfif", "picture.json"])
def test_a_picture_is_known_by_what_it_holds(page: DrawPage, qtbot: QtBot, tmp_path: Path, name: str) -> None:
    ink = render(sample_three(), 0.08, 120)
    Image.fromarray(np.uint8(255 - 255 * ink)).save(tmp_path / name, "JPEG")
    opens(qtbot, page, tmp_path / name)
    assert shown(page) == "3"


def test_a_picture_saved_with_the_widest_pen_is_read_as_the_same_digit(
    page: DrawPage, qtbot: QtBot, tmp_path: Path
) -> None:
    page.session.set_pen_width(0.15)
    page.show_sample()
    assert shown(page) == "3"
    page.files.save_path(tmp_path / "three.png")
    page.clear()
    opens(qtbot, page, tmp_path / "three.png")
    assert shown(page) == "3"


@pytest.mark.parametrize("name", ["one.json", "record.safetensors"])
def test_what_is_dropped_on_another_page_is_opened_on_draw(
    open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    window = open_window("mnist")
    window.show_page("trainPage")
    write_drawings(tmp_path / "one.json", [ONE])
    folder = tmp_path if name == "one.json" else shipped_models_dir()
    event, _data = dropped(folder / name, Qt.DropAction.CopyAction)
    page = window.page(DrawPage)
    opened = page.files.opened if name == "one.json" else page.files.model_found
    with qtbot.waitSignal(opened):
        window.dropEvent(event)
    settle()
    assert window.shown_page is page
    assert event.dropAction() is Qt.DropAction.CopyAction
    if name != "one.json":
        qtbot.waitUntil(lambda: window.session.model.name == "record")
