"""Every number and every line of the diagram is one of the network's, and no word lies on another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from drawn import Drawn, drawn
from page_helpers import RING, OpenSession
from PySide6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from digitapp.gui import theme
from digitapp.gui.diagram.fitting import ways_to_write
from digitapp.gui.diagram.layout import Column, Detail
from digitapp.gui.diagram.view import MOST_LINES, DiagramView
from digitapp.gui.diagram.wires import WIDEST, Wire
from digitapp.gui.diagram.words import Computation, walk_of
from digitapp.gui.state.session import Session
from digitapp.gui.widgets.numbers import MINUS
from digitapp.nn.activations import ACTIVATIONS
from digitapp.training.config import NetworkConfig
from digitapp.training.presets import usual_configs

SHAPES = [*((units,) for units in range(1, 9)), (), (5, 4), (8, 8, 8), (3, 3, 3, 3), (26,), (40,)]
# The room of the diagram in windows of 1024×700, 1280×800 with and without the time machine, and 1920×1080.
ROOMS = {"1024": (496, 270), "1280 with its past": (636, 370), "1280": (636, 410), "1920": (809, 640)}


@pytest.fixture
def session(open_session: OpenSession) -> Session:
    session = open_session("toy")
    session.artwork.commit(RING, "Draw")
    return session


@pytest.fixture
def view(qtbot: QtBot) -> DiagramView:
    theme.apply_theme("light")
    view = DiagramView()
    qtbot.addWidget(view)
    view.resize(*ROOMS["1280"])
    view.show()
    return view


@pytest.fixture(params=[1.0, 20 / 13], ids=["13 px", "20 px"])
def text_size(request: pytest.FixtureRequest) -> Iterator[float]:
    theme.apply_theme("light").set_text_size(request.param)
    yield request.param
    theme.current().set_text_size(1.0)


def make(session: Session, hidden: tuple[int, ...], activation: str, seed: int, spread: float) -> Computation:
    """Give the session a network with weights and biases of some spread, and return what it computes."""
    session.renew_weights(NetworkConfig(hidden, activation, "glorot"), usual_configs(session.problem)[1])
    parameters = session.network.parameters
    parameters[:] = np.random.default_rng(seed).normal(0, spread, parameters.size)
    session.tell_of_edit()
    return Computation.of(session.snapshot())


def show(view: DiagramView, computation: Computation) -> list[Column]:
    view.show_network(computation, (4, 3))
    columns = view.columns
    assert columns is not None
    return columns


def value_of(text: str) -> float:
    return float(text.replace(MINUS, "-"))


def agrees(text: str, value: float) -> bool:
    """Return whether a number that was drawn is a value, as exactly as it is written."""
    if not np.isfinite(value):
        return text in ("not a number", "NaN")
    mantissa, _, exponent = text.replace(MINUS, "-").partition("e")
    places = len(mantissa.partition(".")[2])
    return abs(value_of(text) - value) <= 0.5001 * 10 ** (int(exponent or 0) - places) + 1e-6 * abs(value)


def cells_of(column: Column, place: QRectF) -> list[QRectF]:
    image, (width, height) = column.image.translated(place.topLeft()), column.cell
    rows, across = round(image.height() / height), round(image.width() / width)
    return [
        QRectF(image.left() + cell * width, image.top() + row * height, width, height)
        for row in range(rows)
        for cell in range(across)
    ]


def check_numbers(picture: Drawn, columns: list[Column], computation: Computation) -> int:
    """Compare every number in the picture with the network; return how many weights were printed."""
    network, printed = computation.network, 0
    seen: list[str] = []
    for number, column in enumerate(columns):
        for unit, place in enumerate(column.places):
            found = picture.within(place)
            if number == 0:
                assert all(agrees(text, computation.value(0, unit) or 0.0) for text in found)
                seen += found
                continue
            weights = network.unit_weights[number - 1][:, unit]
            if column.detail is Detail.NUMBERS:
                cells = cells_of(column, place)
                for cell, room in enumerate(cells):
                    (*texts,) = picture.within(room)
                    if cell < len(weights):
                        assert len(texts) == 1 and agrees(texts[0], float(weights[cell])), (texts, weights[cell])
                        printed += 1
                    else:
                        assert not texts, "there is no such weight"
                    for text in texts:
                        found.remove(text)
                    seen += texts
            bias = float(network.unit_biases[number - 1][unit])
            below = QRectF(place.left() - 20, place.bottom(), place.width() + 40, column.caption + 6)
            notes = picture.within(below) if column.caption else [text for text in found if text.startswith("bias ")]
            assert all(agrees(text.removeprefix("bias "), bias) for text in notes)
            seen += notes
            found = [text for text in found if not text.startswith("bias ")]
            names = {computation.name(number, unit), computation.short_name(number, unit)}
            if column.detail is not Detail.BOX or found:
                assert (found and found[0] in names) or found[-1] in names, found
            values = [text for text in found if text not in names]
            assert all(agrees(text, computation.value(number, unit) or 0.0) for text in values), (values, number, unit)
            seen += found
    # Nothing but the headings is left over: no number stands where none belongs.
    rest = [text.text for text in picture.texts if text.place.bottom() > 24 * theme.current().scale]
    pixels = {str(pixel + 1) for pixel in range(12)}
    assert sorted(text for text in rest if text not in pixels) == sorted(text for text in seen if text not in pixels)
    return printed


def check_lines(picture: Drawn, view: DiagramView, computation: Computation) -> None:
    """Compare every line in the picture with the network: its ends, its colour, its width."""
    columns, network = view.columns, computation.network
    assert columns is not None
    wires, p = view.wires(), theme.current().palette
    count = sum(len(a.places) * len(b.places) for a, b in pairwise(columns))
    assert len(picture.curves) == len(wires) == min(count, MOST_LINES)
    widest = max(computation.limits)
    for index, line in enumerate(picture.curves):
        wire = wires.wire(index)
        weight = float(network.unit_weights[wire.layer][wire.source, wire.target])
        start, end = (view.node_rect(node).adjusted(-1, -1, 1, 1) for node in (wire.start, wire.end))
        assert start.contains(line.start) and end.contains(line.end)
        if not np.isfinite(weight):
            assert line.color == p.danger.name()
        elif weight:
            assert line.color == (p.positive if weight > 0 else p.negative).name()
            assert line.width <= max(0.61, WIDEST * abs(weight) / widest * 1.001)
    drawn_wires = {wires.wire(index) for index in range(len(wires))}
    assert len(drawn_wires) == len(wires)
    if count <= MOST_LINES:
        assert drawn_wires == {
            Wire(layer, source, target)
            for layer, (a, b) in enumerate(pairwise(columns))
            for source in range(len(a.places))
            for target in range(len(b.places))
        }


@pytest.mark.parametrize("hidden", SHAPES, ids=str)
def test_every_number_and_every_line_is_the_networks(
    session: Session, view: DiagramView, hidden: tuple[int, ...]
) -> None:
    printed = 0
    for seed, activation in enumerate(ACTIVATIONS):
        computation = make(session, hidden, activation, seed, (0.3, 3.0, 40.0, 5000.0)[seed % 4])
        if seed % 5 == 0:
            session.network.weights[0][seed % 12, 0] = (np.nan, np.inf)[seed % 2]
            session.tell_of_edit()
            computation = Computation.of(session.snapshot())
        columns = show(view, computation)
        picture = drawn(view)
        printed += check_numbers(picture, columns, computation)
        check_lines(picture, view, computation)
    if hidden and max(hidden) <= 5 and len(hidden) < 3:
        weights = sum(a * b for a, b in pairwise((12, *hidden)))  # those of the outputs are lines alone
        assert printed == len(ACTIVATIONS) * weights, "all weights of hidden units can be read"


@pytest.mark.parametrize("room", ["1024", "1280", "1920"])
@pytest.mark.parametrize("hidden", [(1,), (3,), (5,), (8,), (5, 4), (8, 8, 8), (3, 3, 3, 3), (40,)], ids=str)
def test_no_word_lies_on_another_or_is_cut_off(
    session: Session, view: DiagramView, text_size: float, hidden: tuple[int, ...], room: str
) -> None:
    view.resize(*ROOMS[room])
    for spread in (0.5, 900.0):
        computation = make(session, hidden, "relu", len(hidden), spread)
        columns = show(view, computation)
        for step, numbers in ((None, True), (None, False), (walk_of(session.network)[1], True)):
            view.show_step(step)
            view.show_numbers(numbers)
            picture = drawn(view)
            assert not picture.overlapping(), (text_size, numbers, step)
            assert not picture.outside(QRectF(view.rect())), (text_size, numbers, step)
            for column in columns[1:]:
                for place in column.places:
                    inside = [text for text in picture.texts if place.contains(text.place.center())]
                    assert not Drawn(inside, []).outside(place)


@pytest.mark.parametrize("room", ["1024", "1280 with its past", "1280", "1920"])
def test_the_toys_weights_can_be_read_in_every_window(session: Session, view: DiagramView, room: str) -> None:
    view.resize(*ROOMS[room])
    columns = show(view, Computation.of(session.snapshot()))
    assert columns[1].detail is Detail.NUMBERS
    assert check_numbers(drawn(view), columns, Computation.of(session.snapshot())) == 36


@pytest.mark.parametrize("value", [0.0, 0.004, -0.05, 0.97, 9.996, -9.94, 12.34, 99.96, 123.4, -1234.0, 6.5e7, -3e-9])
@pytest.mark.parametrize("places", [1, 2])
def test_a_number_gets_shorter_and_stays_true(value: float, places: int) -> None:
    ways = ways_to_write(value, places, sign=True)
    assert all(len(one) > len(other) for one, other in pairwise(ways))
    assert all(agrees(way, value) for way in ways)
    assert len(ways[-1]) <= 5
