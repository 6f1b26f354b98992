"""The bench "Circuit" in the real window: typed, stepped, dragged, and at bad moments."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import numpy as np
import pytest
from drawn import drawn
from page_helpers import settle
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from digitapp.gui import theme
from digitapp.gui.pages.lab.circuit.bench import CircuitBench
from digitapp.gui.pages.lab.circuit.explain import explain
from digitapp.gui.pages.lab.circuit.layout import lay_out, least_size
from digitapp.gui.pages.lab.circuit.machine import Machine
from digitapp.gui.pages.lab.circuit.mistakes import mistake_text
from digitapp.gui.pages.lab.page import LabPage
from digitapp.gui.window.main_window import MainWindow
from digitapp.lab.circuit.arrange import arrange
from digitapp.lab.circuit.examples import EXAMPLES, Example
from digitapp.lab.circuit.faults import CircuitError, Fault
from digitapp.lab.circuit.graph import Sigmoids, build
from digitapp.lab.circuit.parser import parse
from digitapp.lab.circuit.walk import Direction

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def bench(open_lab: Callable[[str], LabPage]) -> CircuitBench:
    bench = open_lab("circuit").bench()
    assert isinstance(bench, CircuitBench)
    return bench


def field_of(bench: CircuitBench) -> QLineEdit:
    field = bench.window().findChild(QLineEdit, "circuitExpression")
    assert field is not None
    return field


def typed(bench: CircuitBench, qtbot: QtBot, text: str) -> None:
    """Type an expression in the place of the one that is there."""
    field = field_of(bench)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    settle()


def place_of(bench: CircuitBench, node: int) -> QPoint:
    layout = bench.view.layout_of_nodes
    assert layout is not None
    return layout.nodes[node].center().toPoint()


def press(bench: CircuitBench, qtbot: QtBot, key: Qt.Key, widget: QWidget | None = None) -> None:
    qtbot.keyClick(widget or bench.view, key)
    settle()


# Stepping


def test_a_newcomer_goes_through_the_textbooks_circuit(bench: CircuitBench, qtbot: QtBot) -> None:
    assert field_of(bench).text() == "2*(x*y + max(z, w))"
    bench.track.parts[0].click()
    bench.machine.go_home()
    settle()
    assert "−20" not in {text.text for text in drawn(bench.view).texts}
    seen = []
    for _ in range(8):
        qtbot.mouseClick(bench.transport.next, Qt.MouseButton.LeftButton)
        settle()
        seen.append(bench.inspector.title.text())
    assert {"Multiply", "Max", "Scale"} <= set(seen[:4])
    assert seen[4:6] == ["Scale scales", "Add distributes"]
    assert set(seen[6:]) == {"Multiply swaps", "Max routes"}
    words = {text.text for text in drawn(bench.view).texts}
    assert {"−20", "−12", "−8", "+6", "swaps", "routes", "distributes"} <= words
    press(bench, qtbot, Qt.Key.Key_Left)
    assert bench.machine.scene.position == 7
    assert "step 7 of 8" in bench.track.parts[-1].note
    press(bench, qtbot, Qt.Key.Key_Home)
    assert bench.machine.scene.position == 0
    press(bench, qtbot, Qt.Key.Key_Right)
    assert bench.machine.scene.position == 1
    bench.transport.pace.setCurrentIndex(bench.transport.pace.count() - 1)
    press(bench, qtbot, Qt.Key.Key_Space)
    assert bench.transport.is_playing
    qtbot.waitUntil(lambda: not bench.transport.is_playing)
    assert bench.machine.scene.is_at_end


def test_a_gate_says_what_it_does_with_a_gradient_and_that_it_is_right(bench: CircuitBench, qtbot: QtBot) -> None:
    scene = bench.machine.scene
    gate = next(gate for gate in scene.graph.gates if scene.graph.operation(gate).key == "multiply")
    qtbot.mouseClick(bench.view, Qt.MouseButton.LeftButton, pos=place_of(bench, gate))
    settle()
    inspector = bench.inspector
    assert inspector.title.text() == "Multiply swaps"
    assert inspector.head.texts() == [("What arrives", "+2")]
    assert inspector.rows.texts() == [("to x: 2 × y = 2 × (−4)", "−8"), ("to y: 2 × x = 2 × 3", "+6")]
    assert [value for _, value in inspector.checks.texts()] == ["−8.000000", "+6.000000"]
    assert inspector.verdict.text() == "They agree"
    assert inspector.gates.parts["multiply"].is_current


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.key)
@pytest.mark.parametrize("sigmoids", ["one", "four"])
def test_every_step_and_node_of_every_example_is_explained(example: Example, sigmoids: Sigmoids) -> None:
    machine = Machine()
    machine.set_sigmoids(sigmoids)
    machine.show_example(example)
    for position in range(machine.scene.walk.steps + 1):
        for focus in (None, *range(len(machine.scene.graph.nodes))):
            machine.place(position, focus)
            found = explain(machine.scene)
            assert found.title and found.caption
            assert found.agrees is not False, found
            assert "{" not in found.sentence and "np." not in found.sentence
            for row in (*found.rows, *found.checks):
                assert row.name and row.value


# Typing


def test_what_is_typed_is_drawn_and_a_mistake_leaves_the_last_circuit(bench: CircuitBench, qtbot: QtBot) -> None:
    typed(bench, qtbot, "a*b + 1")
    assert [row.name.text() for row in bench.inputs.rows] == ["a", "b"]
    kept = bench.machine.scene.circuit.graph
    qtbot.keyClicks(field_of(bench), "*")
    settle()
    assert bench.expression.note.text() == "After “*” a value is missing, such as 2*(x + y)."
    assert bench.machine.scene.circuit.graph is kept
    qtbot.keyClick(field_of(bench), Qt.Key.Key_Return)
    assert field_of(bench).selectedText() == "*"
    qtbot.keyClick(field_of(bench), Qt.Key.Key_Backspace)
    settle()
    assert bench.expression.note.text().startswith("Names become inputs")
    position = bench.machine.scene.position
    qtbot.keyClick(field_of(bench), Qt.Key.Key_Left)
    qtbot.keyClick(field_of(bench), Qt.Key.Key_Home)
    assert field_of(bench).cursorPosition() == 0
    slider = bench.inputs.rows[0].slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    settle()
    assert bench.machine.scene.position == position


def test_every_kind_of_mistake_is_a_sentence() -> None:
    texts = (
        *("", "2 *", "* 2", "2x", "(x", "[1", "x)", "x,y", "f(x)", "exp", "max(x)", "x ? y", "1e999", "2+3", "(", "()"),
        *("W*x where W = [[1, 2], [3, 4]], x = [1, 2]", "a*b where a = [1, 2], b = [1, 2, 3]"),
        *("W·x where W = [[1, 2], [3, 4]], x = [1, 2, 3]", "x + [1, 2]", "x^[1, 2]", "x where q = 3", "x where"),
        *("x where x = 1, x = 2", "sum([[1, 2], [3]]*x)", "sum([x])", "sum([1,2,3,4,5,6,7]*x)", "-" * 60 + "x"),
        *("+".join("x" * 400), "+".join("x" * 10_000), "x^", "x + ", "x = 3"),
    )
    seen = set()
    for text in texts:
        with pytest.raises(CircuitError) as caught:
            build(parse(text))
        sentence = mistake_text(caught.value)
        assert len(sentence) > 20 and "{" not in sentence, text
        assert sentence.endswith((".", "?")), sentence
        seen.add(caught.value.fault)
    assert seen == set(Fault)


def test_a_division_by_zero_marks_its_gate_and_the_way_ends_there(bench: CircuitBench, qtbot: QtBot) -> None:
    typed(bench, qtbot, "x/(y - y) + z")
    bench.machine.go_home()
    for _ in range(6):
        bench.go_on()
    settle()
    assert bench.machine.scene.position == 2
    assert not bench.transport.next.isEnabled()
    assert "Nothing can be divided by zero." in bench.inspector.sentence.text()
    assert "not a number" in {text.text for text in drawn(bench.view).texts}
    bench.machine.look_at(bench.machine.scene.graph.result)
    settle()
    assert "has no value" in bench.inspector.sentence.text()


# Inputs


def test_an_input_is_dragged_turned_stepped_slid_and_typed(bench: CircuitBench, qtbot: QtBot) -> None:
    def value() -> float:
        return float(bench.machine.scene.circuit.inputs["x"])

    index = bench.machine.scene.graph.inputs["x"]
    start = place_of(bench, index)
    qtbot.mousePress(bench.view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(bench.view, start + QPoint(20, 0))
    qtbot.mouseRelease(bench.view, Qt.MouseButton.LeftButton, pos=start + QPoint(20, 0))
    assert value() == pytest.approx(4)
    settle()
    bench.view.setFocus()
    press(bench, qtbot, Qt.Key.Key_Up)
    assert value() == 4.1
    row = bench.inputs.rows[0]
    row.slider.setValue(-25)
    assert value() == -2.5
    row.field.setFocus()
    row.field.selectAll()
    qtbot.keyClicks(row.field, "1/4")
    qtbot.keyClick(row.field, Qt.Key.Key_Return)
    settle()
    assert value() == 0.25
    assert row.grown.text() == "2 → 1.2"
    qtbot.keyClicks(row.field, "x")
    qtbot.keyClick(row.field, Qt.Key.Key_Return)
    assert "not a number" in bench.inputs.error.text()
    assert value() == 0.25


def test_keys_alone_reach_every_node(bench: CircuitBench, qtbot: QtBot) -> None:
    bench.machine.look_at(None)
    bench.view.setFocus()
    seen = []
    for _ in range(len(bench.machine.scene.graph.nodes)):
        press(bench, qtbot, Qt.Key.Key_Tab)
        seen.append(bench.machine.scene.focus)
    assert sorted(seen, key=str) == sorted(range(len(bench.machine.scene.graph.nodes)), key=str)
    press(bench, qtbot, Qt.Key.Key_Tab)
    assert not bench.view.hasFocus()


# The frame


def test_a_state_comes_back_and_nonsense_counts_as_unsaid(bench: CircuitBench) -> None:
    bench.machine.set_text("sum((W·x)²) + σ(q) where W = [[1, 2], [3, 4]], x = [1, 2]")
    bench.machine.set_sigmoids("four")
    bench.machine.set_value("W", (0, 1), 7.5)
    bench.machine.place(3, 2)
    bench.inspector.faces.setCurrentIndex(1)
    state = json.loads(json.dumps(bench.state()))
    bench.take_up({})
    settle()
    assert field_of(bench).text() == EXAMPLES[0].text
    bench.take_up(state)
    assert bench.state() == state
    for nonsense in (
        {"expression": 3, "values": 3, "position": "x", "focus": [], "face": 99, "sigmoids": 2},
        {"expression": "x +", "values": {"x": "y", "z": [[1], [1, 2]], "W": 1e999}},
        {"values": {"x": [1, 2]}, "position": -5, "focus": 10**9, "sigmoids": []},
    ):
        bench.take_up(nonsense)
        settle()
    bench.take_up({})
    assert bench.state()["values"] == {"x": 3, "y": -4, "z": 2, "w": -1}
    lines = [line.split("\t") for line in bench.numbers().splitlines()]
    assert {len(line) for line in lines} == {4}
    assert lines[1][:3] == ["x", "3.0", "-8.0"]


def test_the_program_is_copied_its_lines_choose_gates_and_products_are_counted(
    bench: CircuitBench, qtbot: QtBot
) -> None:
    bench.inspector.faces.setCurrentIndex(1)
    settle()
    bench.inspector.program.copy.click()
    room: dict = {}
    exec(QGuiApplication.clipboard().text(), room)
    assert (room["f"], room["dx"], room["dw"]) == (-20, -8, 0)
    lines = bench.inspector.program.lines
    lines.setFocus()
    press(bench, qtbot, Qt.Key.Key_Down, lines)
    assert bench.machine.scene.focus == bench.machine.scene.graph.inputs["y"]
    bench.inspector.faces.setCurrentIndex(2)
    settle()
    qtbot.waitUntil(lambda: bench.inspector.counting.forward.text() == "12")
    assert bench.inspector.counting.backward.text() == "7"
    assert "times as many" in bench.inspector.counting.sentence.text()


# The picture


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_lies_on_a_gate_in_any_example(qtbot: QtBot, scale: float) -> None:  # noqa: ARG001 - an application
    theme.apply_theme("light").set_text_size(scale)
    try:
        for example in EXAMPLES:
            graph = build(parse(example.text))
            arrangement = arrange(graph)
            for room in (least_size(arrangement), least_size(arrangement) * 1.4):
                layout = lay_out(graph, arrangement, room)
                for index, place in enumerate(layout.nodes):
                    assert place.left() >= 0 and place.right() <= room.width()
                    assert place.top() >= 0 and place.bottom() <= room.height()
                    for other in layout.nodes[:index]:
                        assert not place.intersects(other)
                assert layout.result.right() <= room.width() + 0.5
                for wire, points in layout.wires.items():
                    source = graph.nodes[wire[0]].sources[wire[1]]
                    assert QPointF(*points[0]) == QPointF(
                        layout.nodes[source].right(), layout.nodes[source].center().y()
                    )
                    assert layout.node_at(QPointF(*(points[-1] + [1.0, 0.0]))) == wire[0]
                    assert (np.diff(points[:, 0]) >= -1e-9).all()
    finally:
        theme.current().set_text_size(1.0)


def test_random_use_never_fails(bench: CircuitBench, qtbot: QtBot) -> None:
    rng = random.Random(3)
    letters = "xyzσ+-*/^(),.12 "
    machine = bench.machine
    acts: list[Callable[[], object]] = [
        lambda: machine.set_text("".join(rng.choices(letters, k=rng.randrange(12)))),
        lambda: machine.set_text(machine.text + rng.choice(letters)),
        lambda: machine.show_example(rng.choice(EXAMPLES)),
        bench.go_on,
        bench.go_back,
        machine.go_home,
        bench.transport.toggle,
        lambda: machine.go_to_end(rng.choice(list(Direction))),
        lambda: machine.look_at(rng.randrange(len(machine.scene.graph.nodes))),
        lambda: machine.set_sigmoids(rng.choice(("one", "four", "written"))),
        lambda: bench.inputs.rows[0].slider.setValue(rng.randrange(-50, 51)),
        lambda: bench.inspector.faces.setCurrentIndex(rng.randrange(3)),
        lambda: qtbot.mouseMove(bench.view, QPoint(rng.randrange(800), rng.randrange(300))),
        lambda: bench.take_up({"expression": rng.choice(EXAMPLES).text, "position": rng.randrange(9)}),
    ]
    for _ in range(150):
        rng.choice(acts)()
        settle()
        if rng.random() < 0.3:
            bench.view.grab()
    bench.transport.stop()
    bench.inspector.faces.setCurrentIndex(0)
