"""The wires that both diagrams are made of: where they run, which is nearest, and what belongs together."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from digitapp.gui import theme
from digitapp.gui.diagram.wires import NO_WIRES, Node, Wire, Wires, curve, ends_between, wire_path, wire_pen

SIZES = (4, 3, 2)


def column(number: int, count: int) -> list[QRectF]:
    return [QRectF(200 * number, 90 * row + 20 * number, 60, 50) for row in range(count)]


@pytest.fixture
def wires() -> Wires:
    columns = [column(number, count) for number, count in enumerate(SIZES)]
    ends, where = [], []
    for layer in range(len(SIZES) - 1):
        ends.append(ends_between(columns[layer], columns[layer + 1], steps=(16.0, 12.0)).reshape(-1, 4))
        where += [(layer, *pair) for pair in product(range(SIZES[layer]), range(SIZES[layer + 1]))]
    values = np.random.default_rng(0).normal(size=len(where))
    return Wires(np.concatenate(ends), np.array(where), values, np.full(len(where), 2.0), np.ones(len(where)))


def test_a_point_on_a_wire_finds_it_and_its_ends_are_its_nodes(wires: Wires) -> None:
    for index in range(len(wires)):
        wire = wires.wire(index)
        assert wires.index(wire) == index
        assert (wire.start, wire.end) == (Node(wire.layer, wire.source), Node(wire.layer + 1, wire.target))
        x, y = curve(wires.ends[index], [0.0])[0]
        assert wires.nearest(QPointF(x, y), 0.5) == wire, "its beginning is its own"
    assert wires.nearest(QPointF(-100, 500), 6.0) is None
    assert NO_WIRES.nearest(QPointF(0, 0), 6.0) is None


def test_the_painted_path_is_the_curve_that_the_pointer_meets(wires: Wires) -> None:
    for ends in wires.ends:
        path = wire_path(ends)
        for t in (0.0, 0.1, 0.5, 0.9, 1.0):
            x, y = curve(ends, [t])[0]
            assert (path.pointAtPercent(t) - QPointF(x, y)).manhattanLength() < 0.5 * path.length()
            along = [path.pointAtPercent(k / 400) for k in range(401)]
            assert min((point - QPointF(x, y)).manhattanLength() for point in along) < 1.5


def test_a_node_touches_what_comes_to_it_and_what_leaves_it(wires: Wires) -> None:
    for number, count in enumerate(SIZES):
        for row in range(count):
            node = Node(number, row)
            found = {wires.wire(index) for index in wires.touching(node).tolist()}
            every = {wires.wire(index) for index in range(len(wires))}
            assert found == {wire for wire in every if node in (wire.start, wire.end)}
    assert wires.touching(Wire(0, 1, 2)).tolist() == [wires.index(Wire(0, 1, 2))]
    assert wires.index(Wire(0, 9, 9)) is None and not wires.touching(Wire(0, 9, 9)).size


@pytest.mark.parametrize("round_targets", [False, True])
def test_ends_meet_their_nodes_side_by_side_in_order(round_targets: bool) -> None:
    sources, targets = column(0, 7), column(1, 5)
    ends = ends_between(sources, targets, steps=(16.0, 12.0), round_targets=round_targets)
    assert (np.diff(ends[:, :, 1], axis=1) > 0).all() and (np.diff(ends[:, :, 3], axis=0) > 0).all()
    for index, place in enumerate(sources):
        assert (ends[index, :, 0] == place.right()).all()
        assert place.top() < ends[index, :, 1].min() and ends[index, :, 1].max() < place.bottom()
    for index, place in enumerate(targets):
        assert (ends[:, index, 2] >= place.left()).all() and (ends[:, index, 2] < place.center().x()).all()
    one_point = ends_between(sources, targets, steps=(0.0, 12.0))
    assert (np.ptp(one_point[:, :, 1], axis=1) == 0).all()


def test_colour_and_strength_say_sign_and_size(qapp: QApplication) -> None:  # noqa: ARG001
    theme.current().prepare("light")
    p = theme.current().palette
    for value, color in ((1.0, p.positive), (-0.1, p.negative), (np.nan, p.danger), (np.inf, p.danger)):
        pen = wire_pen(value, 3.0, 0.5)
        assert QColor(pen.color().rgb()) == color and pen.color().alphaF() == pytest.approx(0.5, abs=0.01)
        assert pen.widthF() == 3.0


def test_chosen_wires_are_painted_alone(wires: Wires) -> None:
    image = QImage(480, 400, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    wires.paint(painter, wires.touching(Wire(0, 0, 0)), wider=2.0, opacity=1.0)
    painter.end()
    on = wires.ends[0]
    x, y = (round(float(value)) for value in curve(on, [0.5])[0])
    assert image.pixelColor(x, y) != QColor("white")
    x, y = (round(float(value)) for value in curve(wires.ends[-1], [0.5])[0])
    assert image.pixelColor(x, y) == QColor("white")
