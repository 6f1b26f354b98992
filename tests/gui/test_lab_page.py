"""The Lab, and its bench "Was the tale true?", in the real window: by mouse, by keys, and at bad moments."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from drawn import drawn
from page_helpers import settle
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from digitapp.datasets.toy import load_toy
from digitapp.gui import settings as remembered
from digitapp.gui.pages.lab.page import LabPage
from digitapp.gui.pages.lab.tale.bench import TaleBench
from digitapp.gui.pages.lab.tale.wall_layout import lay_out
from digitapp.gui.settings import Settings
from digitapp.gui.state.tale_lab import OWN
from digitapp.gui.widgets.containers import ScrollPanel
from digitapp.gui.widgets.flow import Flow
from digitapp.gui.window.main_window import MainWindow
from digitapp.inspection.tale import Outcome, judge
from digitapp.inspection.tale_trial import Judged, Trial, TrialResult, examine, run_trial
from digitapp.nn.network import Network

OpenWindow = Callable[..., MainWindow]

QUICK = Trial(seeds=12, epochs=60)
SEEDS = 12


@pytest.fixture(scope="module")
def trained() -> dict[Trial, TrialResult]:
    """Trials that were made, so that not every test makes them anew."""
    found = {}
    for trial in (QUICK, replace(QUICK, hidden=8)):
        result = run_trial(trial)
        assert result is not None
        found[trial] = result
    return found


@pytest.fixture
def bench(open_window: OpenWindow) -> TaleBench:
    return opened(open_window("toy", page=LabPage.NAME))


@pytest.fixture
def full(bench: TaleBench, trained: dict[Trial, TrialResult]) -> TaleBench:
    """A bench that shows networks."""
    return filled(bench, trained[QUICK])


def filled(bench: TaleBench, result: TrialResult) -> TaleBench:
    bench.setup.show_trial(result.trial)
    bench.lab._keep(result)
    bench.lab.show(result)
    QApplication.processEvents()
    return bench


def opened(window: MainWindow) -> TaleBench:
    bench = window.show_page(LabPage).bench()
    assert isinstance(bench, TaleBench)
    settle()
    return bench


def window_of(bench: TaleBench) -> MainWindow:
    window = bench.window()
    assert isinstance(window, MainWindow)
    return window


def kinds_of(bench: TaleBench) -> dict[Outcome | None, list[Judged]]:
    """Return what stands on the wall below which heading."""
    return {group.outcome: [judged for kind in group.kinds for judged in kind.networks] for group in bench.wall._groups}


# Training


def test_a_newcomer_trains_networks_and_sees_what_became_of_them(bench: TaleBench, qtbot: QtBot) -> None:
    bench.setup.show_trial(QUICK)
    assert bench.train.text() == "Train 12 networks"
    assert not bench.wall.isVisible()
    qtbot.mouseClick(bench.train, Qt.MouseButton.LeftButton)
    assert bench.cancel.isVisible() and bench.progress.isVisible() and not bench.train.isVisible()
    qtbot.waitUntil(lambda: bench.lab.shown is not None)
    settle()
    result = bench.lab.shown
    assert result is not None and result.trial == QUICK
    assert bench.train.isVisible() and not bench.cancel.isVisible() and not bench.progress.isVisible()
    assert bench.wall.isVisible() and bench.shares.isVisible()
    shown = kinds_of(bench)
    assert {outcome: shown[outcome] for outcome in Outcome} == {
        outcome: list(some) if outcome is not Outcome.OTHER else shown[Outcome.OTHER]
        for outcome, some in result.by_outcome.items()
    }
    assert set(shown[Outcome.OTHER]) == set(result.by_outcome[Outcome.OTHER])
    assert "12 networks 12-3-2, Sigmoid, 60 epochs at 3" in window_of(bench).shown_page.status_text


def test_what_the_window_trains_is_what_the_core_trains(
    bench: TaleBench, qtbot: QtBot, trained: dict[Trial, TrialResult]
) -> None:
    bench.lab.train(QUICK)
    qtbot.waitUntil(lambda: bench.lab.shown is not None)
    assert bench.lab.shown is not None
    for own, theirs in zip(bench.lab.shown.networks, trained[QUICK].networks, strict=True):
        np.testing.assert_array_equal(own.network.parameters, theirs.network.parameters)


def test_cancelling_keeps_what_is_shown(full: TaleBench, qtbot: QtBot) -> None:
    before = full.lab.shown
    full.setup.show_trial(Trial(seeds=100, epochs=100_000))
    qtbot.mouseClick(full.train, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: full.progress.value() > 0)
    qtbot.mouseClick(full.cancel, Qt.MouseButton.LeftButton)
    assert full.lab.training is None and full.lab.shown is before
    assert full.train.isVisible() and full.shares.isVisible() and not full.progress.isVisible()
    assert "Shown: 12 networks" in full.sentence.text()


def test_a_trial_that_was_made_is_shown_at_once(full: TaleBench, trained: dict[Trial, TrialResult]) -> None:
    larger = trained[replace(QUICK, hidden=8)]
    full.lab._keep(larger)
    full.setup.hidden.setCurrentIndex(7)
    full.train.click()
    assert full.lab.training is None and full.lab.shown is larger


def test_too_many_networks_let_the_oldest_trials_go(full: TaleBench, trained: dict[Trial, TrialResult]) -> None:
    shown, lab = trained[QUICK], full.lab
    trials = [replace(QUICK, seeds=4000, epochs=epochs) for epochs in (1, 2, 3)]
    for trial in trials:
        lab._keep(TrialResult(trial, shown.networks))
    assert lab.kept(QUICK) is shown, "it is shown"
    assert [lab.kept(trial) is not None for trial in trials] == [False, True, True]


def test_it_is_kept_while_other_pages_and_problems_are_shown(full: TaleBench, qtbot: QtBot) -> None:
    window, result = window_of(full), full.lab.shown
    full.lab.choose(3)
    window.show_page("drawPage")
    window.session.choose_problem("mnist")
    page = window.show_page(LabPage)
    QApplication.processEvents()
    assert not full.isVisible() and not full.details.isVisible() and not full.tools.isVisible()
    assert "belongs to the 4×3 toy" in page._elsewhere._title.text()
    qtbot.mouseClick(page._switch, Qt.MouseButton.LeftButton)
    assert window.session.problem.key == "toy" and full.isVisible() and full.details.isVisible()
    assert full.lab.shown is result and full.lab.chosen == 3
    assert full.inspector.title.text() == "Network 3"


def test_a_larger_text_makes_the_window_anew_and_loses_nothing(full: TaleBench) -> None:
    window, result = window_of(full), full.lab.shown
    full.lab.choose(4)
    window.rebuild()
    again = opened(window)
    assert again is not full and again.lab.shown is result and again.inspector.title.text() == "Network 4"
    assert again.setup.trial() == QUICK


def test_another_problem_may_be_chosen_while_it_trains(bench: TaleBench, qtbot: QtBot) -> None:
    bench.lab.train(QUICK)
    session = window_of(bench).session
    session.choose_problem("mnist")
    qtbot.waitUntil(lambda: bench.lab.shown is not None)
    QApplication.processEvents()
    session.choose_problem("toy")
    QApplication.processEvents()
    assert bench.wall.isVisible() and len(bench.wall.order) == SEEDS + 1


def test_a_window_that_is_closed_ends_the_training(bench: TaleBench, monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[threading.Event] = []

    def endless(_trial: Trial, _report: object, cancelled: threading.Event) -> None:
        ends.append(cancelled)
        cancelled.wait(60)

    monkeypatch.setattr("digitapp.gui.state.tale_lab.run_trial", endless)
    bench.lab.train(QUICK)
    window_of(bench).close()
    assert all(cancelled.is_set() for cancelled in ends)


def test_what_goes_wrong_is_said_and_the_page_goes_on(
    bench: TaleBench, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def fails(*_: object) -> None:
        raise MemoryError

    page = window_of(bench).page(LabPage)
    with monkeypatch.context() as patch:
        patch.setattr("digitapp.gui.state.tale_lab.run_trial", fails)
        bench.lab.train(QUICK)
        qtbot.waitUntil(page.note.isVisible)
    assert "there is not enough memory" in page.note.text() and bench.train.isVisible()
    bench.lab.train(QUICK)
    qtbot.waitUntil(lambda: bench.lab.shown is not None)


# The settings


def test_settings_are_remembered(open_window: OpenWindow, settings: Settings) -> None:
    trial = Trial(seeds=30, hidden=5, activation="tanh", initializer="glorot", learning_rate=0.5, epochs=40, noise=0.05)
    opened(open_window("toy", page=LabPage.NAME)).setup.show_trial(trial)
    assert opened(open_window("toy", page=LabPage.NAME)).setup.trial() == trial
    key = remembered.bench_key("tale")
    settings.set(key, settings.get(key).replace("tanh", "maxout2"))
    assert opened(open_window("toy", page=LabPage.NAME)).setup.trial() == Trial()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "null", '{"seeds": 0}', '{"seeds": 5000}', '{"other": 1}', '{"activation": []}']
)
def test_nonsense_that_was_remembered_stands_for_the_usual_settings(
    open_window: OpenWindow, settings: Settings, text: str
) -> None:
    settings.set(remembered.bench_key("tale"), text)
    assert opened(open_window("toy", page=LabPage.NAME)).setup.trial() == Trial()


def test_a_bench_is_opened_in_a_state_and_reset(bench: TaleBench, qtbot: QtBot) -> None:
    window = window_of(bench)
    window.show_page("drawPage")
    page = window.page(LabPage)
    page.take_up(("tale", {"hidden": 5, "seeds": 20}))
    assert bench.setup.trial() == Trial(hidden=5, seeds=20)
    page.take_up(("no such bench", {"hidden": 2}))
    page.take_up("tale")
    assert bench.setup.trial() == Trial(hidden=5, seeds=20)
    window.show_page(LabPage)
    settle()
    qtbot.mouseClick(page.reset, Qt.MouseButton.LeftButton)
    assert bench.setup.trial() == Trial()


REFUSED = [
    ("epochs", "abc", "Epochs: Not a number. Use a whole number from 1 to 1,000,000, such as 500."),
    ("epochs", "0", "Epochs: Not possible."),
    ("seeds", "1001", "Networks: Not possible. Use a whole number from 1 to 1,000, such as 100."),
    ("seeds", "", "Networks: Nothing entered."),
    ("learning_rate", "∞", "Learning rate: Not a number."),
    ("learning_rate", "1/0", "Learning rate: Not a number."),
    ("learning_rate", "0", "Learning rate: Not possible. Use a number above 0"),
    ("noise", "51", "Flipped pixels: Not possible. Use a number from 0 to 50, such as 10."),
    ("noise", "-1", "Flipped pixels: Not possible."),
]


def test_a_field_that_refuses_says_why_and_nothing_is_trained(bench: TaleBench, qtbot: QtBot) -> None:
    for name, text, said in REFUSED:
        field = getattr(bench.setup, name)
        field.setText(text)
        qtbot.mouseClick(bench.train, Qt.MouseButton.LeftButton)
        assert bench.lab.training is None
        assert bench.setup.error.isVisible() and bench.setup.error.text().startswith(said)
        field.setText("7")
        field.commit()
        assert not bench.setup.error.isVisible()


def test_noise_is_written_in_per_cent(bench: TaleBench) -> None:
    for text, share in (("10", 0.1), ("10 %", 0.1), ("2,5%", 0.025), ("0", 0.0)):
        bench.setup.noise.setText(text)
        assert bench.setup.commit() and bench.setup.trial().noise == share
        assert ("flipped" in bench.sentence.text()) == (share > 0)


def test_arrow_keys_step_the_fields(bench: TaleBench, qtbot: QtBot) -> None:
    setup = bench.setup
    for field, up, down in (
        (setup.epochs, 550, 500),
        (setup.seeds, 110, 100),
        (setup.learning_rate, 3.8, 3.0),
        (setup.noise, 0.01, 0.0),
    ):
        qtbot.keyClick(field, Qt.Key.Key_Up)
        assert field.value() == up
        qtbot.keyClick(field, Qt.Key.Key_Down)
        qtbot.keyClick(field, Qt.Key.Key_Down)
        assert field.value() <= down
    assert setup.reset.isVisible()
    setup.reset.click()
    assert setup.trial() == Trial() and not setup.reset.isVisible()


# The wall and the inspector


def test_a_click_shows_a_network_with_its_demons(full: TaleBench, qtbot: QtBot) -> None:
    judged = full.wall.order[7]
    place = full.wall.place_of(judged)
    assert place is not None
    qtbot.mouseClick(full.wall, Qt.MouseButton.LeftButton, pos=place.center().toPoint())
    inspector = full.inspector
    assert full.current is judged and inspector.title.text() == f"Network {judged.seed}"
    assert inspector.right.text() == f"{judged.verdict.right} of 64 right"
    for view, match in zip(inspector.demons, judged.verdict.matches, strict=True):
        texts = [text for text, _ in drawn(view).texts]
        assert texts[0] == f"Demon {match.demon.name}" and len(texts) == 1 + 12 + 2
        assert texts[-2].startswith("match ") and not drawn(view).outside(QRectF(view.rect()))
    assert judged.seed is not None and str(judged.seed) in full.wall.accessibleDescription()


def test_the_arrow_keys_walk_over_the_wall(full: TaleBench, qtbot: QtBot) -> None:
    order = full.wall.order
    qtbot.keyClick(full.wall, Qt.Key.Key_Home)
    assert full.current is order[0]
    for judged in order[1:]:
        qtbot.keyClick(full.wall, Qt.Key.Key_Right)
        assert full.current is judged
    qtbot.keyClick(full.wall, Qt.Key.Key_Right)
    assert full.current is order[-1]
    seen = [order[-1]]
    for _ in range(40):
        qtbot.keyClick(full.wall, Qt.Key.Key_Up)
        seen.append(full.current or order[-1])
    heights = [full.wall.place_of(judged) for judged in seen]
    assert full.current is order[0]
    assert all(one is not None and other is not None and one.y() >= other.y() for one, other in pairwise(heights))
    qtbot.keyClick(full.wall, Qt.Key.Key_End)
    assert full.current is order[-1]


def test_next_and_previous_go_round(full: TaleBench) -> None:
    order = full.wall.order
    full.lab.choose(OWN)
    for judged in (*order[1:], order[0]):
        full.inspector.next.click()
        assert full.current is judged
    full.inspector.previous.click()
    assert full.current is order[-1]


def test_nothing_on_the_wall_lies_on_something_else(full: TaleBench) -> None:
    for width in (240, 500, 584, 790, 1300):
        layout = lay_out(full.wall._groups, width, full.wall._sizes())
        places = [place for part in (layout.headings, layout.captions, layout.tiles) for place, _ in part]
        room = QRectF(0, 0, width, layout.height)
        assert all(room.contains(place) for place in places)
        assert not any(one.intersects(other) for k, one in enumerate(places) for other in places[:k])


def test_pictures_show_the_matched_units(full: TaleBench) -> None:
    """The darkest orange of a picture is where a weight is greatest, in the order A, B, C."""
    image = full.wall.grab().toImage()
    judged = max(full.wall.order, key=lambda each: each.verdict.matches[0].correlation)
    match, place = judged.verdict.matches[0], full.wall.place_of(judged)
    assert place is not None and match.unit is not None
    weights = judged.network.weights[0][:, match.unit] * (-1 if match.is_mirrored else 1)
    row, column = divmod(int(weights.argmax()), 3)
    pixel = place.topLeft() + QPoint(4 + 5 * column + 2, 4 + 5 * row + 2)
    color = image.pixelColor(round(pixel.x()), round(pixel.y()))
    assert color.red() > color.blue() + 40


def test_a_network_becomes_that_of_all_pages(full: TaleBench, qtbot: QtBot) -> None:
    window, session = window_of(full), window_of(full).session
    full.lab.choose(5)
    judged = full.current
    assert judged is not None
    qtbot.mouseClick(full.inspector.open, Qt.MouseButton.LeftButton)
    assert window.shown_page.NAME == "stepPage"
    assert session.model.name == "Network 5" and session.model.training["config"]["seed"] == 5
    np.testing.assert_array_equal(session.network.parameters, judged.network.parameters)
    assert window.header.network_selector.currentText() == "Network 5"
    entries = len(session.model_entries)
    window.show_page(LabPage)
    settle()
    assert full.current is judged and full._own is not None and full._own.verdict.right == judged.verdict.right
    full.wall.setFocus()
    qtbot.keyClick(full.wall, Qt.Key.Key_Return)
    assert window.shown_page.NAME == "stepPage" and len(session.model_entries) == entries


def test_the_network_of_all_pages_is_judged_too(full: TaleBench, qtbot: QtBot) -> None:
    session = window_of(full).session
    full.lab.choose(OWN)
    assert full.inspector.title.text() == "Your network" and not full.inspector.open.isVisible()
    assert full._own is not None
    verdict = judge(session.network, load_toy().all_but_test)
    assert full._own.verdict.found == verdict.found
    session.network.parameters[:] = 0
    session.tell_of_edit()
    qtbot.waitUntil(lambda: "It misreads 32 of the 64 images" in full.inspector.sentence.text())


def test_the_wall_keeps_still_while_the_network_of_all_pages_learns(full: TaleBench, qtbot: QtBot) -> None:
    window = window_of(full)
    full.lab.choose(OWN)
    area = full.wall.parentWidget()
    assert area is not None
    bar = next(area for area in full.findChildren(QScrollArea)).verticalScrollBar()
    window.resize(1280, 620)
    qtbot.waitUntil(lambda: bar.maximum() > 100)
    bar.setValue(bar.maximum())
    qtbot.mouseMove(full.wall, QPoint(20, full.wall.height() - 20))
    qtbot.waitUntil(lambda: full.wall._hovered is not None)
    before, hovered = full._own, full.wall._hovered
    window.session.tell_of_edit()
    qtbot.waitUntil(lambda: full._own is not before)
    assert bar.value() == bar.maximum() and full.wall._hovered == hovered
    assert full.current is full._own
    full.inspector.next.click()
    assert bar.value() < bar.maximum(), "who goes to another sees it"


def test_a_network_that_cannot_be_judged_is_left_out(full: TaleBench) -> None:
    session = window_of(full).session
    deep = Network((12, 3, 3, 2), ("sigmoid", "sigmoid", "sigmoid"))
    session.add_network("deep", replace(session.model, network=deep, name="deep", training={}))
    settle()
    assert None not in kinds_of(full) and len(full.wall.order) == SEEDS
    full.lab.choose(OWN)
    assert full.inspector.title.text() == "The tale" and not full.inspector.open.isVisible()


@pytest.mark.parametrize("hidden", [1, 2])
def test_too_few_units_leave_a_demon_without(bench: TaleBench, hidden: int) -> None:
    result = run_trial(Trial(seeds=2, hidden=hidden, epochs=5))
    assert result is not None
    filled(bench, result)
    texts = [view.lines()[0] for view in bench.inspector.demons]
    assert texts.count("no unit left") == 3 - hidden
    assert not bench.grab().isNull() and not bench.details.grab().isNull()


def test_numbers_that_are_none_are_shown(bench: TaleBench) -> None:
    network = Network((12, 3, 2), ("sigmoid", "sigmoid"))
    network.parameters[:] = np.nan
    judged = examine(network, "squared_error", load_toy().all_but_test, seed=0)
    filled(bench, TrialResult(Trial(seeds=1), (judged,)))
    assert "overflowed" in bench.inspector.sentence.text() and bench.inspector.error.text() == "error –"
    assert not bench.grab().isNull() and not bench.details.grab().isNull()


def test_dots_lead_to_their_networks(full: TaleBench, qtbot: QtBot) -> None:
    dots = list(full.inspector.dots.dots())
    assert len(dots) == 3 * SEEDS
    for place, _ in dots:
        assert QRectF(full.inspector.dots.rect()).contains(place)
    place, judged = dots[0]
    qtbot.mouseClick(full.inspector.dots, Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert full.current is judged


def test_a_second_trial_says_what_it_has_changed(full: TaleBench, trained: dict[Trial, TrialResult]) -> None:
    assert "start from random weights" in full.sentence.text()
    larger = trained[replace(QUICK, hidden=8)]
    filled(full, larger)
    shares = [f"{100 * len(result.by_outcome[Outcome.TALE]) / SEEDS:.0f} %" for result in (larger, trained[QUICK])]
    text = full.sentence.text()
    assert f"came true in {shares[0]}, before in {shares[1]} (12 networks 12-3-2" in text
    assert ("more than chance" in text) != ("chance alone" in text)
    filled(full, larger)
    assert full.lab.before is trained[QUICK], "the same again changes nothing"
    filled(full, trained[QUICK])
    assert f"came true in {shares[1]}, before in {shares[0]}" in full.sentence.text()


# Other numbers of hidden units


def test_other_numbers_of_hidden_units_are_trained_when_asked(full: TaleBench, qtbot: QtBot) -> None:
    base = replace(QUICK, seeds=3, epochs=5)
    result = run_trial(base)
    assert result is not None
    filled(full, result)
    assert full.inspector.compare.text() == "Train 7 more sizes"
    qtbot.mouseClick(full.inspector.compare, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: full.lab.training is None)
    settle()
    assert full.lab.shown is result, "what is shown stays"
    sizes = full.inspector.sizes
    for hidden, made in enumerate(full.lab.sizes(base), 1):
        assert made is not None and made.trial == replace(base, hidden=hidden)
        tale = len(made.by_outcome[Outcome.TALE])
        assert sizes.counts(hidden) == (tale + len(made.by_outcome[Outcome.OTHER]), tale)
    assert not full.inspector.compare.isVisible()
    sizes.setFocus()
    qtbot.keyClick(sizes, Qt.Key.Key_Right)
    qtbot.keyClick(sizes, Qt.Key.Key_Return)
    assert full.lab.shown is full.lab.kept(replace(base, hidden=4)) and full.setup.trial().hidden == 4


def test_the_comparison_can_be_cancelled_and_what_was_made_stays(
    full: TaleBench, qtbot: QtBot, trained: dict[Trial, TrialResult]
) -> None:
    full.lab._keep(trained[replace(QUICK, hidden=8)])
    full.lab.compare(replace(QUICK, epochs=100_000))
    assert full.lab.compares and full.inspector.compare.text() == "Cancel"
    assert full.train.isVisible() and not full.progress.isVisible()
    qtbot.mouseClick(full.inspector.compare, Qt.MouseButton.LeftButton)
    assert full.lab.training is None and full.inspector.compare.text() == "Train 6 more sizes"
    assert full.inspector.sizes.counts(8) is not None


def test_training_goes_before_a_comparison(full: TaleBench, qtbot: QtBot) -> None:
    full.lab.compare(replace(QUICK, epochs=100_000))
    wanted = replace(QUICK, epochs=61)
    full.setup.show_trial(wanted)
    qtbot.mouseClick(full.train, Qt.MouseButton.LeftButton)
    assert full.lab.training == wanted and not full.lab.compares and full.cancel.isVisible()
    qtbot.waitUntil(lambda: full.lab.training is None)
    settle()
    assert full.lab.shown is full.lab.kept(wanted) is not None
    assert full.lab.kept(replace(QUICK, epochs=100_000, hidden=1)) is None


# Sizes of windows, themes, files


@pytest.mark.parametrize("size", [(1024, 600), (1024, 700), (1280, 800), (1920, 1080)])
def test_everything_has_room(open_window: OpenWindow, trained: dict[Trial, TrialResult], size: tuple[int, int]) -> None:
    window = open_window("toy", size=size)
    bench = filled(opened(window), trained[QUICK])
    assert (window.width(), window.height()) == size
    page = window.page(LabPage)
    for panel in page.findChildren(ScrollPanel):
        area = panel.findChild(QScrollArea)
        assert area is not None and not area.horizontalScrollBar().isVisible()
    stage, area = bench.parentWidget(), bench.wall.parentWidget()
    assert stage is not None and area is not None and area.height() > 60
    for part in (bench.train, bench.setup, bench.shares, bench.scale):
        corner = part.mapTo(stage, QPoint(0, 0))
        assert stage.rect().contains(corner) and corner.x() + part.width() <= stage.width()
    flow = bench.setup.findChild(Flow)
    assert flow is not None
    places = [part.geometry() for part in flow.children() if isinstance(part, QWidget)]
    assert len(places) == 7 and all(flow.rect().contains(place) for place in places)
    assert not any(one.intersects(other) for k, one in enumerate(places) for other in places[:k])


def test_the_outcomes_are_saved_and_copied(
    full: TaleBench, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, window = full.lab.shown, window_of(full)
    assert result is not None
    window_of(full).page(LabPage).copy.click()
    assert QApplication.clipboard().text() == result.table("\t")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "outcomes"), ""))
    full.save.click()
    qtbot.waitUntil(lambda: window.shown_page.status_text == "Saved outcomes.csv")
    assert (tmp_path / "outcomes.csv").read_text(encoding="utf-8") == result.table()
    (tmp_path / "x.csv").mkdir()
    full.save_to(tmp_path / "x.csv")
    page = window.page(LabPage)
    qtbot.waitUntil(page.note.isVisible)
    assert "The table was not saved" in page.note.text()


def test_the_keyboard_alone_does_all_of_it(bench: TaleBench, qtbot: QtBot) -> None:
    window = window_of(bench)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    bench.setup.show_trial(QUICK)
    bench.train.setFocus()
    qtbot.keyClick(bench.train, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bench.lab.shown is not None)
    settle()
    assert bench.train.hasFocus(), "who pressed it can press it again"
    reached: list[QWidget] = []
    widget = bench.train.nextInFocusChain()
    while widget is not None and widget is not bench.train:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            reached.append(widget)
        widget = widget.nextInFocusChain()
    inspector = bench.inspector
    for part in (bench.wall, inspector.next, inspector.open, inspector.sizes, inspector.compare, bench.save):
        assert part in reached
    assert reached.index(bench.wall) < reached.index(inspector.next) < reached.index(inspector.open)
