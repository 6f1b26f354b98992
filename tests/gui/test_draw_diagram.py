"""The network diagram of the toy, with a real pointer and real keys."""

from __future__ import annotations

import numpy as np
import pytest
from page_helpers import OpenSession, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from digitapp.datasets.problems import TOY
from digitapp.drawing.grid import BinaryGrid
from digitapp.gui import theme
from digitapp.gui.diagram.layout import Detail, Measures, lay_out, line_ends
from digitapp.gui.diagram.network_diagram import NUMBERS, TALE, NetworkDiagram
from digitapp.gui.diagram.wires import Node, Wire, curve, nearest_line
from digitapp.gui.diagram.words import Computation, number, tale, unit_readout, with_sign
from digitapp.gui.state.session import Session
from digitapp.gui.widgets.refresher import Refresher
from digitapp.training.config import NetworkConfig
from digitapp.training.presets import usual_configs

ONE = BinaryGrid.from_vector([0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0])
ZERO = BinaryGrid.from_vector([1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1])


@pytest.fixture
def session(open_session: OpenSession) -> Session:
    return open_session("toy")


@pytest.fixture
def diagram(qtbot: QtBot, session: Session) -> NetworkDiagram:
    theme.apply_theme("light")
    session.artwork.commit(ZERO, "draw")
    diagram = NetworkDiagram(session)
    diagram.follow(session, Refresher(diagram, session.snapshot))
    qtbot.addWidget(diagram)
    diagram.resize(636, 500)
    diagram.show()
    qtbot.waitExposed(diagram)
    return diagram


MEASURES = Measures(1.0, 27.0, 15.0, (26.0, 11.0), 63.0, 16.0, 80.0, 14.0)


def middle_of(diagram: NetworkDiagram, node: Node) -> QPoint:
    return diagram.view.node_rect(node).center().toPoint()


def free_point_of(diagram: NetworkDiagram, wire: Wire) -> QPoint:
    """Return a point at which this wire is the nearest thing."""
    wires = diagram.view.wires()
    index = wires.index(wire)
    assert index is not None
    for x, y in curve(wires.ends[index], np.linspace(0.05, 0.95, 181)):
        point = QPoint(round(x), round(y))
        if diagram.view.thing_at(point.toPointF()) == wire:
            return point
    raise AssertionError(f"{wire} is nowhere on top")


def train_new(session: Session, *hidden: int) -> None:
    session.renew_weights(NetworkConfig(hidden, "sigmoid", "glorot"), usual_configs(TOY)[1])
    settle()


def test_a_hovered_line_shows_what_it_adds_and_marks_its_pixel(
    qtbot: QtBot, session: Session, diagram: NetworkDiagram
) -> None:
    spy = QSignalSpy(diagram.pixel_hovered)
    weight = float(session.network.weights[0][6, 0])
    qtbot.mouseMove(diagram.view, free_point_of(diagram, Wire(0, 6, 0)))
    assert diagram.view.readout_text().splitlines() == [
        "Pixel 7 → unit A",
        f"weight {with_sign(weight)}",
        "× pixel 1",
        f"adds {with_sign(weight)}",
    ]
    assert spy.at(spy.count() - 1) == [6]
    qtbot.mouseMove(diagram.view, QPoint(2, diagram.view.height() - 2))
    assert diagram.view.readout_text() == ""
    assert spy.at(spy.count() - 1) == [None]


def test_a_line_from_a_blank_pixel_adds_nothing(qtbot: QtBot, diagram: NetworkDiagram) -> None:
    qtbot.mouseMove(diagram.view, free_point_of(diagram, Wire(0, 4, 2)))
    assert diagram.view.readout_text().splitlines()[2:] == ["× pixel 0", "adds 0.00"]


def test_a_hovered_unit_shows_its_sum_term_by_term(qtbot: QtBot, session: Session, diagram: NetworkDiagram) -> None:
    qtbot.mouseMove(diagram.view, middle_of(diagram, Node(1, 1)))
    lines = diagram.view.readout_text().splitlines()
    trace = session.answer.trace
    assert trace is not None
    assert lines[0] == "Unit B"
    assert len([line for line in lines if line.startswith("pixel ")]) == 10
    assert "2 blank pixels 0" in lines
    assert lines[-2] == f"sum + bias = z {with_sign(float(trace.pre_activations[0][0, 1]))}"
    assert lines[-1] == f"sigmoid(z) = a {number(float(trace.activations[0][0, 1]))}"


@pytest.mark.parametrize("hidden", [(3,), (8, 4), ()])
def test_the_terms_add_up(session: Session, hidden: tuple[int, ...]) -> None:
    session.artwork.commit(ZERO, "draw")
    train_new(session, *hidden)
    computation = Computation.of(session.snapshot())
    for column in range(1, len(session.network.sizes)):
        _, rows = unit_readout(computation, column, 0)
        *terms, total, _ = (float(row.value.replace("−", "-")) for row in rows)
        assert sum(terms) == pytest.approx(total, abs=0.005 * len(terms) + 0.006)


def test_arrow_keys_walk_over_units_and_tell_about_them(qtbot: QtBot, diagram: NetworkDiagram) -> None:
    diagram.view.setFocus(Qt.FocusReason.TabFocusReason)
    assert diagram.view.readout_text().startswith("Unit A")
    qtbot.keyClick(diagram.view, Qt.Key.Key_Down)
    assert diagram.view.readout_text().startswith("Unit B")
    assert diagram.view.accessibleDescription().startswith("Unit B")
    qtbot.keyClick(diagram.view, Qt.Key.Key_Right)
    assert diagram.view.readout_text().startswith("Output ")
    for _ in range(3):
        qtbot.keyClick(diagram.view, Qt.Key.Key_Left)
    assert diagram.view.readout_text().startswith("Pixel ")


def test_step_walks_from_the_inputs_to_the_answer(qtbot: QtBot, session: Session, diagram: NetworkDiagram) -> None:
    trace, label = session.answer.trace, session.answer.best
    assert trace is not None
    assert label is not None
    said = []
    for _ in range(5):
        qtbot.mouseClick(diagram.step_button, Qt.MouseButton.LeftButton)
        said.append(diagram.words)
    assert said[0].startswith("1 of 5 · Inputs. 10 of 12 pixels")
    assert f"A {with_sign(float(trace.pre_activations[0][0, 0]))}" in said[1]
    assert f"A {number(float(trace.activations[0][0, 0]))}" in said[2]
    assert f"0 {with_sign(float(trace.pre_activations[1][0, 0]))}" in said[3]
    assert said[4].endswith(f"The largest says {session.problem.class_names[label]}.")
    qtbot.mouseClick(diagram.step_button, Qt.MouseButton.LeftButton)
    assert diagram.step_number is None
    assert diagram.words == ""


def test_escape_ends_the_walk_and_an_empty_grid_has_none(
    qtbot: QtBot, session: Session, diagram: NetworkDiagram
) -> None:
    qtbot.mouseClick(diagram.step_button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(diagram, Qt.Key.Key_Escape)
    assert diagram.step_number is None
    qtbot.mouseClick(diagram.step_button, Qt.MouseButton.LeftButton)
    session.artwork.clear("clear")
    settle()
    assert diagram.step_number is None
    assert not diagram.step_button.isEnabled()


def test_the_tale_names_units_likes_and_votes(session: Session, diagram: NetworkDiagram) -> None:
    weights, biases = session.network.weights, session.network.biases
    weights[0][:] = 0
    weights[0][[0, 6], 0] = 4, 3
    weights[0][4, 0] = -5
    biases[0][:] = -2
    weights[1][:] = [[3, -2], [0, 0], [0, 0]]
    biases[1][:] = 0
    session.tell_of_edit()
    settle()
    diagram.mode.setCurrentIndex(TALE)
    story = diagram.words.splitlines()
    assert story[0] == (
        "Unit A is excited (0.99). It likes ink on pixels 1 and 7; it dislikes ink on pixel 5. "
        "It votes for 0 (+2.98) and against 1 (−1.99)."
    )
    assert story[1].startswith("Unit B is quiet (0.12).")
    assert story[-1] == "With the biases, 0 has +2.98 and 1 has −1.99: it says 0 (0.95)."
    diagram.mode.setCurrentIndex(NUMBERS)
    assert diagram.words == ""


def test_the_tale_survives_another_shape(session: Session, diagram: NetworkDiagram) -> None:
    diagram.mode.setCurrentIndex(TALE)
    train_new(session, 9, 5)
    assert "unit" in diagram.words.lower()
    train_new(session)
    assert diagram.words.startswith("Pixel ")


def test_it_says_so_when_weights_are_not_numbers(session: Session, diagram: NetworkDiagram) -> None:
    session.network.parameters[3] = np.nan
    session.tell_of_edit()
    settle()
    diagram.mode.setCurrentIndex(TALE)
    assert "not numbers" in diagram.words
    diagram.grab()


def test_it_follows_the_weights_while_a_network_learns(session: Session, diagram: NetworkDiagram) -> None:
    before = diagram.view.grab().toImage()
    session.network.parameters[:] *= -1
    session.tell_of_edit()
    settle()
    assert diagram.view.grab().toImage() != before


def test_a_hidden_diagram_waits_until_it_is_seen(session: Session, diagram: NetworkDiagram) -> None:
    diagram.mode.setCurrentIndex(TALE)
    told = diagram.words
    diagram.hide()
    session.artwork.commit(ONE, "draw")
    settle()
    assert diagram._words.text() == told
    diagram.show()
    assert diagram.words != told


@pytest.mark.parametrize("hidden", [(), (3,), (8, 4), (26,), (64,), (200, 100), (8, 8, 8, 8)])
def test_every_network_of_the_toy_can_be_drawn(
    qtbot: QtBot, session: Session, diagram: NetworkDiagram, hidden: tuple[int, ...]
) -> None:
    train_new(session, *hidden)
    columns = diagram.view.columns
    assert columns is not None
    assert [column.total for column in columns] == list(session.network.sizes)
    inside = diagram.view.rect()
    for column in columns:
        assert all(inside.contains(place.toAlignedRect()) for place in column.places)
        assert all(a.bottom() <= b.top() for a, b in zip(column.places, column.places[1:], strict=False))
    shown_whole = all(len(column.places) == column.total for column in columns)
    assert shown_whole or "first" in diagram.view.shortfall()
    qtbot.mouseMove(diagram.view, middle_of(diagram, Node(1, 0)))
    assert diagram.view.readout_text()


def test_too_many_layers_are_refused_in_words(session: Session, diagram: NetworkDiagram) -> None:
    train_new(session, *[2] * 20)
    diagram.resize(380, 400)
    assert diagram.view.columns is None
    assert "too many layers" in diagram.view.shortfall()
    diagram.grab()


def test_small_windows_leave_out_details_first() -> None:
    """Pictures get smaller, then the numbers on them go, then the pictures, then the words."""
    details, cells = [], []
    for height in range(420, 60, -4):
        columns = lay_out((12, 3, 2), (4, 3), 636, height, MEASURES)
        if columns is None:
            break
        details.append(list(Detail).index(columns[1].detail))
        cells.append(columns[1].cell[1])
    assert details == sorted(details)
    numbers = details.count(0)
    assert numbers > 40 and cells[:numbers] == sorted(cells[:numbers], reverse=True)
    assert details[0] == 0 and details[-1] >= list(Detail).index(Detail.LINE)
    narrow = [lay_out((12, 3, 2), (4, 3), width, 420, MEASURES) for width in range(636, 200, -4)]
    widths = [list(Detail).index(columns[1].detail) for columns in narrow if columns is not None]
    assert widths == sorted(widths)


def test_the_nearest_line_is_the_one_under_the_point() -> None:
    columns = lay_out((12, 3, 2), (4, 3), 636, 420, MEASURES)
    assert columns is not None
    ends = line_ends(columns, 0).reshape(-1, 4)
    for index in (0, 17, 35):
        x, y = curve(ends[index], [0.02])[0]
        nearest, distance = nearest_line(curve(ends, np.linspace(0, 1, 33)), QPoint(round(x), round(y)).toPointF())
        assert nearest // 3 == index // 3  # near their beginning the three lines of a pixel run together
        assert distance < 1.5


def test_the_tale_of_an_empty_grid_asks_for_pixels(session: Session) -> None:
    session.artwork.clear("clear")
    story = tale(Computation.of(session.snapshot()))
    assert story == ["Nothing is drawn yet. Switch on some pixels and read here what happens."]


@pytest.mark.parametrize("sizes", [(12, 3, 2), (12, 2), (784, 128, 10), (784, 1500, 1000, 500, 10)])
def test_any_room_is_laid_out_or_refused(sizes: tuple[int, ...]) -> None:
    for width in (0, 10, 100, 400, 900):
        for height in range(-5, 300):
            columns = lay_out(sizes, (4, 3), width, height, MEASURES)
            assert columns is None or len(columns) == len(sizes)
