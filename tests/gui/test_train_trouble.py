"""Learning that goes nowhere is noticed in the window, with its cause and what to do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from train_helpers import FOREVER, click, enter, start, wait_for_data, wait_for_end

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.problems import MNIST, PLANE
from digitapp.gui.pages.train.page import TrainPage
from digitapp.training.course import Overfits

OpenPage = Callable[..., TrainPage]


def train(page: TrainPage, qtbot: QtBot, rate: str, epochs: str) -> None:
    enter(qtbot, page, "learning_rate", rate)
    enter(qtbot, page, "epochs", epochs)
    page.session.run.set_pace(None)
    with qtbot.waitSignal(page.session.model_described):
        click(qtbot, page.transport.start)


def test_a_rate_of_a_thousand_is_not_simply_finished(open_train_page: OpenPage, qtbot: QtBot) -> None:
    page = open_train_page("toy")
    wait_for_data(qtbot, page)
    train(page, qtbot, "1000", "100")
    qtbot.waitUntil(page.note.isVisible)
    said = page.note.text()
    assert "no better than guessing" in said or "cannot learn any more" in said or "ran away" in said
    page.note.dismissed.emit()
    assert not page.note.isVisible()
    train(page, qtbot, "0.5", "300")
    qtbot.waitUntil(lambda: page.trouble.watch._known is not None and page.trouble.watch._known[0].number == 2)
    assert not page.note.isVisible()


@pytest.mark.parametrize("reverse", [False, True])
def test_pictures_that_are_dark_on_light_are_noticed(
    open_train_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, reverse: bool
) -> None:
    rng = np.random.default_rng(0)
    ink = np.zeros((300, 28, 28), np.float32)
    ink[:, 6:22, 8:20] = rng.random((300, 16, 12), dtype=np.float32)
    pictures = 1 - ink if reverse else ink
    split = Split(pictures.reshape(300, -1), rng.integers(0, 10, 300))
    digits = Dataset("handwriting", MNIST, split, split, None)
    monkeypatch.setattr("digitapp.gui.state.data_source.load_dataset", lambda *_, **__: digits)
    page = open_train_page("mnist")
    page.session.choose_dataset("handwriting")
    wait_for_data(qtbot, page)
    assert page.note.isVisible() == reverse
    assert ("dark on light" in page.note.text()) == reverse


def test_a_run_that_learns_by_heart_is_noticed_on_its_way(open_train_page: OpenPage, qtbot: QtBot) -> None:
    page = open_train_page("plane")
    wait_for_data(qtbot, page)
    preset = next(preset for preset in PLANE.presets if preset.key == "too-many")
    page.setup.apply_preset(preset)
    enter(qtbot, page, "epochs", str(FOREVER))
    page.session.run.set_pace(None)
    start(qtbot, page)
    qtbot.waitUntil(page.note.isVisible)
    assert page.session.run.is_active and page.note.kind == "warning"
    assert "overfitting since epoch" in page.note.text()
    back, patience = page.note.remedy_buttons
    assert back.text().startswith("Go to epoch") and patience.text() == "Patience 3"
    click(qtbot, patience)
    assert page.setup.settings.value("patience") == 3
    assert page.setup.settings.rows["patience"].isVisible() and not page.note.isVisible()
    batches = len(page.session.run.history.loss)
    qtbot.waitUntil(lambda: len(page.session.run.history.loss) > batches + 500)
    assert not page.note.isVisible()  # it was read
    click(qtbot, page.transport.stop)
    wait_for_end(qtbot, page)


def test_the_best_epoch_of_a_run_that_learned_by_heart_is_a_click_away(open_train_page: OpenPage, qtbot: QtBot) -> None:
    page = open_train_page("plane")
    wait_for_data(qtbot, page)
    page.setup.apply_preset(next(preset for preset in PLANE.presets if preset.key == "too-many"))
    train(page, qtbot, "0.03", "500")
    qtbot.waitUntil(page.note.isVisible)
    click(qtbot, page.note.remedy_buttons[0])
    place = page.session.time_machine.place
    assert place is not None
    found = page.trouble.watch.findings()[0]
    assert isinstance(found, Overfits)
    assert place.branch.epochs_at(place.moment.step) == pytest.approx(found.since, abs=8)
