"""Circuits: any expression is read or refused, and three ways to its gradients find the same."""

from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from digitapp.lab.circuit import operations
from digitapp.lab.circuit.arrange import arrange
from digitapp.lab.circuit.counting import count, growing
from digitapp.lab.circuit.evaluation import agree, backward, forward_mode, nudges, values, wire_nudge
from digitapp.lab.circuit.faults import CircuitError, Fault
from digitapp.lab.circuit.graph import Graph, build, has_sigmoid
from digitapp.lab.circuit.operations import Array
from digitapp.lab.circuit.parser import MOST_GATES, parse
from digitapp.lab.circuit.staged import staged
from digitapp.lab.circuit.syntax import (
    FUNCTIONS,
    Binary,
    Call,
    Expression,
    Formula,
    Minus,
    Name,
    Number,
    value_text,
    written,
)
from digitapp.lab.circuit.syntax import Array as ArrayLiteral
from digitapp.lab.circuit.walk import Direction, Walk

pytestmark = pytest.mark.filterwarnings("error")

NAMES = "x", "y", "z", "w0", "größe"
UNARY = sorted(name for name, (fewest, _) in FUNCTIONS.items() if fewest == 1)

numbers = st.sampled_from([0.5, 1.0, 2.0, 3.0, 0.1]) | st.floats(0, 50, allow_subnormal=False)
leaves = st.sampled_from(NAMES).map(Name) | numbers.map(Number)


def grown(children: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pairs = st.tuples(children, children)
    return st.one_of(
        st.builds(Binary, st.sampled_from(["+", "-", "*", "·", "/", "^"]), children, children),
        st.builds(Minus, children),
        st.builds(lambda name, child: Call(name, (child,)), st.sampled_from(UNARY), children),
        st.builds(Call, st.sampled_from(["max", "min"]), st.tuples(children, children, children) | pairs),
        st.builds(lambda pair: Call("dot", pair), pairs),
    )


expressions = st.recursive(leaves, grown, max_leaves=12)
tame = st.recursive(  # whose values stay within reach of a difference quotient
    leaves,
    lambda children: st.one_of(
        st.builds(Binary, st.sampled_from(["+", "-", "*"]), children, children),
        st.builds(lambda name, child: Call(name, (child,)), st.sampled_from(["sin", "cos", "tanh", "σ"]), children),
        st.builds(Call, st.sampled_from(["max", "min"]), st.tuples(children, children)),
        st.builds(lambda child: Call("log", (Binary("+", Number(1.5), Call("square", (child,))),)), children),
    ),
    max_leaves=10,
)
entries = st.lists(st.floats(-50, 50).map(lambda value: value + 0.0), min_size=1, max_size=6).map(tuple)
seeds = st.integers(0, 2**32 - 1)


def made(expression: Expression | str) -> Graph:
    """Return the graph of an expression; one that is none is another case."""
    formula = parse(expression) if isinstance(expression, str) else Formula(expression)
    try:
        return build(formula)
    except CircuitError:
        assume(False)
        raise


def some_inputs(graph: Graph, seed: int = 0) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=graph.nodes[index].shape) * 2 for name, index in graph.inputs.items()}


def computed(graph: Graph, inputs: dict[str, Array]) -> list[Array]:
    return values(graph, {name: np.asarray(value)[np.newaxis] for name, value in inputs.items()})


# Texts


@given(expressions, st.dictionaries(st.sampled_from(NAMES), st.floats(-9, 9).map(lambda value: value + 0.0) | entries))
@settings(max_examples=60)
def test_what_is_written_is_read_as_the_same(expression: Expression, given_values: dict) -> None:
    formula = Formula(expression, tuple(given_values.items()))
    assert parse(written(formula)) == formula


@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from([*"xyzσ+-*/·^(),[]=²√ 12.", "exp(", "max(", " where "])).map("".join)
)
@settings(max_examples=150)
def test_any_text_is_a_graph_or_a_typed_error(text: str) -> None:
    try:
        graph = build(parse(text))
    except CircuitError as error:
        first, last = error.span
        assert 0 <= first <= last <= len(text)
    else:
        assert graph.inputs
        assert not graph.nodes[graph.result].shape


@pytest.mark.parametrize(
    ("text", "fault", "place"),
    [
        ("", Fault.EMPTY, ""),
        ("2 *", Fault.VALUE_MISSING, "*"),
        ("2 * )", Fault.VALUE_MISSING, "*"),
        ("max(x, )", Fault.VALUE_MISSING, ","),
        ("2x", Fault.OPERATOR_MISSING, "x"),
        ("(x + y", Fault.BRACKET_OPEN, "("),
        ("x + y)", Fault.BRACKET_EXTRA, ")"),
        (")", Fault.BRACKET_EXTRA, ")"),
        ("x, y", Fault.COMMA, ","),
        ("foo(x)", Fault.UNKNOWN_FUNCTION, "foo"),
        ("exp + x", Fault.NEEDS_BRACKETS, "exp"),
        ("max(x)", Fault.ARGUMENTS, "max(x)"),
        ("x ? y", Fault.BAD_CHARACTER, "?"),
        ("x + 1e999", Fault.NUMBER_TOO_LARGE, "1e999"),
        ("2 + 3", Fault.NO_INPUT, "2 + 3"),
        ("W·x where W = [[1, 2], [3, 4]], x = [1, 2, 3]", Fault.SHAPES, "W·x"),
        ("x + [1, 2]", Fault.RESULT, "x + [1, 2]"),
        ("x^[1, 2]", Fault.EXPONENT, "x^[1, 2]"),
        ("x where q = 3", Fault.GIVEN_UNKNOWN, "q"),
        ("x where x = 3, x = 4", Fault.GIVEN_TWICE, "x"),
        ("x where x", Fault.GIVEN, "x"),
        ("x where", Fault.GIVEN, ""),
        ("sum([[1, 2], [3]] * x)", Fault.ARRAY_ROWS, "["),
        ("sum([1, x])", Fault.ARRAY_ENTRY, "x"),
        ("sum([1,2,3,4,5,6,7] * x)", Fault.ARRAY_SIZE, "["),
        ("(" * 50 + "x" + ")" * 50, Fault.TOO_DEEP, "("),
        ("-" * 50 + "x", Fault.TOO_DEEP, "-"),
        ("^".join("x" * 50), Fault.TOO_DEEP, "^"),
        ("+".join("x" * (MOST_GATES + 2)), Fault.TOO_MANY_GATES, "+"),
        ("+".join("x" * 10_001), Fault.TOO_LONG, "+".join("x" * 10_001)),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, fault: Fault, place: str) -> None:
    with pytest.raises(CircuitError) as caught:
        build(parse(text))
    assert caught.value.fault is fault
    assert text[slice(*caught.value.span)] == place


def test_other_signs_mean_the_same() -> None:
    assert parse("−x² × √y ÷ (w₀⋅sigmoid(z))") == parse("-x^2 * sqrt(y) / (w₀·σ(z))")
    assert parse("ln(x)**2") == parse("log(x)^2")
    assert parse("-x^2") == Formula(Minus(Binary("^", Name("x"), Number(2.0))))
    assert parse("a - b - c") == parse("(a - b) - c")
    assert parse("a^b^c") == parse("a^(b^c)")


# Gradients


@given(expressions, seeds)
@settings(max_examples=60)
def test_the_sweeps_in_both_directions_find_the_same(expression: Expression, seed: int) -> None:
    graph = made(expression)
    found = computed(graph, some_inputs(graph, seed))
    assume(all(np.isfinite(value).all() and (abs(value) < 1e100).all() for value in found))
    sweep = backward(graph, found)
    for name, index in graph.inputs.items():
        ahead, _ = forward_mode(graph, found, name)
        gradient = sweep.nodes[index]
        assert gradient is not None
        if np.isfinite(ahead).all() and np.isfinite(gradient).all():
            size = max(float(np.abs(part).max()) for part in sweep.wires.values()) if sweep.wires else 1.0
            np.testing.assert_allclose(ahead, gradient, rtol=1e-9, atol=1e-11 * min(size, 1e100))


@given(tame, seeds)
@settings(max_examples=60)
def test_gradients_are_what_a_small_change_does(expression: Expression, seed: int) -> None:
    graph = made(expression)
    inputs = some_inputs(graph, seed)
    found = computed(graph, inputs)
    assume(all((abs(value) < 1e3).all() for value in found))
    apart = [
        abs(found[first] - found[second]).min()
        for gate in graph.gates
        if graph.operation(gate).role is operations.Role.CHOOSES
        for first, second in [graph.nodes[gate].sources]
    ]
    assume(min(apart, default=1.0) > 1e-2)  # at a corner there is no gradient
    sweep, small = backward(graph, found), nudges(graph, inputs)
    for name, index in graph.inputs.items():
        gradient = sweep.nodes[index]
        assert gradient is not None
        assert np.allclose(gradient[0], small.differences[name], rtol=1e-4, atol=1e-5)
        again = computed(graph, inputs | {name: inputs[name] + 0.1})[graph.result][0]
        assert small.grown[name] == pytest.approx(again, nan_ok=True)


VECTORS = (
    "sum((W·x)²) where W = [[0.1, 0.5], [-0.3, 0.8]], x = [0.2, 0.4]",
    "dot(a·M, M·a)/sum(σ(M·N)) where a = [1, -2], M = [[1, 2], [3, -4]], N = [[0.5], [0.25]]",
    "sum(max(k*v, v - k)) + k where v = [1, -2, 3, 0.5], k = 1.5",
    "sum([[1, 2], [3, 4]]·v) - sum(v^3/k) where v = [0.3, -0.7], k = 2",
    "dot(u, v)*sum(tanh(u)) where u = [1, 2, 3], v = [0.2, 0.4, -0.1]",
)


@pytest.mark.parametrize("text", [*VECTORS, "x*x/(x + 2) where x = 3", "(x*x + 1)*(x*x) where x = 0.5"])
def test_the_gradient_on_a_wire_is_what_a_change_on_this_wire_alone_does(text: str) -> None:
    graph = build(parse(text))
    found = computed(graph, graph.given)
    sweep, single = backward(graph, found), [value[0] for value in found]
    for wire, gradient in sweep.wires.items():
        assert agree(gradient[0], *wire_nudge(graph, single, wire)), wire


@pytest.mark.parametrize("text", VECTORS)
def test_vectors_and_matrices_have_the_same_gradients_in_every_way(text: str) -> None:
    graph = build(parse(text))
    inputs = graph.given
    found = computed(graph, inputs)
    sweep, small = backward(graph, found), nudges(graph, inputs)
    for name, index in graph.inputs.items():
        gradient = sweep.nodes[index]
        assert gradient is not None
        assert agree(gradient[0], small.differences[name], small.noise[name])
        for entry in np.ndindex(inputs[name].shape):
            ahead, _ = forward_mode(graph, found, name, entry)
            assert ahead[0] == pytest.approx(gradient[(0, *entry)], rel=1e-12)


def test_the_textbooks_examples() -> None:
    def gradients(text: str) -> tuple[float, dict[str, list]]:
        graph = build(parse(text))
        found = computed(graph, graph.given)
        nodes = backward(graph, found).nodes
        return float(found[graph.result][0]), {name: nodes[index] for name, index in graph.inputs.items()}  # type: ignore[misc]

    value, found = gradients("(x + y)·z where x = -2, y = 5, z = -4")
    assert (value, found["x"], found["y"], found["z"]) == (-12, -4, -4, 3)
    value, found = gradients("1/(1+exp(−(w0·x0 + w1·x1 + w2))) where w0 = 2, x0 = -1, w1 = -3, x1 = -2, w2 = -3")
    assert value == pytest.approx(0.731, abs=1e-3)
    assert [float(found[name][0]) for name in ("w0", "x0", "w1", "x1", "w2")] == pytest.approx(
        [-0.197, 0.393, -0.393, -0.590, 0.197], abs=1e-3
    )
    value, found = gradients(VECTORS[0])
    assert value == pytest.approx(0.116)
    np.testing.assert_allclose(found["W"][0], [[0.088, 0.176], [0.104, 0.208]])
    np.testing.assert_allclose(found["x"][0], [-0.112, 0.636])


@given(tame, seeds)
@settings(max_examples=25)
def test_a_sigmoid_is_the_same_as_one_gate_and_as_four(summand: Expression, seed: int) -> None:
    inner = Binary("+", Name("x"), summand)
    as_one, as_four = (
        Call("σ", (inner,)),
        Binary("/", Number(1.0), Binary("+", Number(1.0), Call("exp", (Minus(inner),)))),
    )
    for expression in (as_one, as_four):
        assert has_sigmoid(expression)
        one, four = (build(Formula(expression), sigmoids) for sigmoids in ("one", "four"))
        found = [computed(graph, some_inputs(graph, seed)) for graph in (one, four)]
        assert found[0][-1] == pytest.approx(found[1][-1])
        assert len(four.gates) >= len(one.gates) + 3
        for name in one.inputs:
            assert forward_mode(one, found[0], name)[0] == pytest.approx(
                forward_mode(four, found[1], name)[0], rel=1e-6, abs=1e-9
            )


@pytest.mark.parametrize(
    ("text", "broken"),
    [("x/(y - y)", 2), ("log(-1*x*x)", 3), ("exp(exp(10*x*x))*0", 4), ("1/0 + x", 1), ("sqrt(x - x)", 3)],
)
def test_what_is_no_number_stops_the_walk_where_it_happens(text: str, broken: int) -> None:
    graph = build(parse(text))
    inputs = dict.fromkeys(graph.inputs, np.array(3.0))
    found = computed(graph, inputs)
    walk = Walk(graph, arrange(graph), [value[0] for value in found], backward(graph, found))
    assert walk.is_broken
    assert walk.end == broken


# The program in lines


@given(expressions, seeds)
@settings(max_examples=60)
def test_the_staged_lines_compute_the_same(expression: Expression, seed: int) -> None:
    graph = made(expression)
    inputs = some_inputs(graph, seed)
    assume(all(np.isfinite(value).all() and (abs(value) < 1e100).all() for value in computed(graph, inputs)))
    check_program(graph, inputs)


@pytest.mark.parametrize("text", [*VECTORS, "x", "f*np + q1*w₀*w0 + lambda", "x*x*x + x", "dx*x"])
def test_the_staged_lines_of_vectors_and_odd_names(text: str) -> None:
    graph = build(parse(text))
    check_program(graph, some_inputs(graph) | graph.given)


def check_program(graph: Graph, inputs: dict[str, Array]) -> None:
    found = computed(graph, inputs)
    sweep = backward(graph, found)
    lines = staged(graph, inputs)
    room: dict = {"np": np}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = "\n".join(line.code for line in lines)
        exec(code, room)
    names = {line.node: line.code.split()[0] for line in reversed(lines) if line.part in ("input", "forward")}
    for index, name in names.items():
        np.testing.assert_allclose(room[name], found[index][0], rtol=1e-9, atol=1e-12)
        gradient = sweep.nodes[index]
        if gradient is not None and np.isfinite(gradient).all():
            np.testing.assert_allclose(room[f"d{name}"], gradient[0], rtol=1e-6, atol=1e-9)


# Counting


@given(expressions, seeds)
@settings(max_examples=25)
def test_products_are_counted_wire_by_wire(expression: Expression, seed: int) -> None:
    graph = made(expression)
    counted = count(graph, some_inputs(graph, seed))
    wires = [(source, gate) for gate in graph.gates for source in graph.nodes[gate].sources]
    assert counted.backward == sum(graph.learns[source] for source, _ in wires)
    ahead = 0
    for index in graph.inputs.values():
        reached = {index}
        for source, gate in wires:
            if source in reached:
                reached.add(gate)
                ahead += 1
    assert counted.forward == ahead
    assert counted.inputs == len(graph.inputs)


def test_forward_mode_grows_faster_than_the_way_back() -> None:
    formula = parse("2*(x*y + max(z, w))")
    graph = build(formula)
    steps = list(growing(formula, graph, some_inputs(graph), 20_000))
    assert [copies for copies, _ in steps] == [1, 2, 4, 8, 16, 32]
    for (_, before), (_, after) in pairwise(steps):
        assert after.inputs == 2 * before.inputs
        assert after.backward <= 2 * before.backward + 2
        assert after.forward > 2 * before.forward


# Places


@given(expressions)
@settings(max_examples=30)
def test_everything_has_a_place_of_its_own(expression: Expression) -> None:
    graph = made(expression)
    found = arrange(graph)
    assert max(place.layer for place in found.places) == found.layers - 1
    points = [*found.places, *(bend for bends in found.bends.values() for bend in bends)]
    assert min(point.row for point in points) == 0
    for layer in range(found.layers):
        rows = sorted(place.row for place in found.places if place.layer == layer)
        assert all(below - above > 1 - 1e-9 for above, below in pairwise(rows))
        every = sorted(point.row for point in points if point.layer == layer)
        assert all(below - above > 0.5 for above, below in pairwise(every))
    for gate in graph.gates:
        for place, source in enumerate(graph.nodes[gate].sources):
            bends = found.bends[gate, place]
            layers = [found.places[source].layer, *(bend.layer for bend in bends), found.places[gate].layer]
            assert all(after == before + 1 for before, after in pairwise(layers))


def test_the_largest_graphs_have_places_too() -> None:
    for text in ("+".join("x" * MOST_GATES), "+".join(f"a{number}*b{number}" for number in range(MOST_GATES // 2))):
        graph = build(parse(text))
        assert len(arrange(graph).places) == len(graph.nodes)


# Steps


@given(expressions)
@settings(max_examples=25)
def test_a_step_needs_only_what_is_known(expression: Expression) -> None:
    graph = made(expression)
    found = computed(graph, some_inputs(graph))
    walk = Walk(graph, arrange(graph), [value[0] for value in found], backward(graph, found))
    for position in range(1, walk.steps + 1):
        direction, gate = walk.step(position)
        if direction is Direction.FORWARD:
            assert all(walk.is_computed(source, position - 1) for source in graph.nodes[gate].sources)
            assert not walk.is_computed(gate, position - 1)
        else:
            assert gate == graph.result or walk.has_gradient(gate, position - 1)
            assert not walk.has_passed_back(gate, position - 1)
    assert all(walk.has_gradient(node, walk.steps) for node in range(len(graph.nodes)) if graph.learns[node])


def test_values_are_written_as_they_are_typed() -> None:
    assert value_text(((0.1, 0.5), (-0.3, 8.0))) == "[[0.1, 0.5], [-0.3, 8]]"
    assert parse("sum([[1, 2], [3, 4]]*x)").expression == Call(
        "sum", (Binary("*", ArrayLiteral(((1.0, 2.0), (3.0, 4.0))), Name("x")),)
    )
