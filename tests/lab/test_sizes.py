"""The bench of sizes: counts equal what a network really holds, and typed sizes are read or refused."""

import threading
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.lab.sizes import Flaw, NetworkSize, SizesError, measure_step, parse_sizes
from digitapp.nn.backpropagation import Backpropagation
from digitapp.nn.losses import LOSSES
from digitapp.nn.network import Network
from digitapp.nn.optimizers import OPTIMIZERS

SIZES = st.lists(st.integers(1, 9), min_size=2, max_size=5).map(tuple)


@given(SIZES, st.integers(1, 5), st.sampled_from(sorted(OPTIMIZERS)))
def test_counts_are_those_of_a_real_network(sizes: tuple[int, ...], batch_size: int, optimizer: str) -> None:
    size = NetworkSize(sizes)
    network = Network(sizes, ("relu",) * (len(sizes) - 2) + ("identity",))
    assert size.weights == sum(weights.size for weights in network.weights)
    assert size.biases == sum(biases.size for biases in network.biases) == size.neurons
    assert size.parameters == network.parameters.size
    batch = Backpropagation(network, LOSSES["cross_entropy"], batch_size)
    assert size.forward_products(batch_size) == sum(each.work for each in batch.passes)
    passed = sum(each.work for each in batch.passes if each.pass_down())
    assert size.step_products(batch_size) == 2 * size.forward_products(batch_size) + passed
    rule = OPTIMIZERS[optimizer](network.parameters)
    vectors = [vector for vector in rule.state.values() if vector.shape == network.parameters.shape]
    held = [network.parameters, batch.gradient, rule._scratch, *vectors, batch.inputs, batch.targets]
    held += [array for each in batch.passes for array in (each._sums, each.activations, each.slope)]
    assert size.step_bytes(batch_size, optimizer) == sum({id(array): array.nbytes for array in held}.values())


def test_the_textbooks_examples() -> None:
    """Two of CS231n's: 4 + 2 neurons, 20 weights, 6 biases; and 4 + 4 + 1, 32 weights, 9 biases."""
    small, deep = NetworkSize((3, 4, 2)), NetworkSize((3, 4, 4, 1))
    assert (small.neurons, small.weights, small.biases, small.parameters) == (6, 20, 6, 26)
    assert (deep.neurons, deep.weights, deep.biases, deep.parameters) == (9, 32, 9, 41)


@given(SIZES, st.sampled_from(["-", ", ", " ", "×", " – ", "; "]))
def test_what_is_typed_is_read(sizes: tuple[int, ...], parting: str) -> None:
    assert parse_sizes(f" {parting.join(map(str, sizes))} ").sizes == sizes


@pytest.mark.parametrize(
    ("text", "flaw", "part"),
    [
        ("", Flaw.TOO_FEW, ""),
        ("12", Flaw.TOO_FEW, ""),
        ("12-a-2", Flaw.NOT_WHOLE, "a"),
        ("12-3.5-2", Flaw.NOT_WHOLE, "3.5"),
        ("12-²-2", Flaw.NOT_WHOLE, "²"),
        ("12-0-2", Flaw.OUT_OF_RANGE, "0"),
        ("2-10001-2", Flaw.OUT_OF_RANGE, "10001"),
        (f"2-{'9' * 5000}-2", Flaw.OUT_OF_RANGE, "9" * 5000),
        ("-".join("2" * 30), Flaw.TOO_MANY, ""),
        ("10000-10000-10", Flaw.TOO_LARGE, ""),
    ],
)
def test_what_is_no_network_is_refused(text: str, flaw: Flaw, part: str) -> None:
    with pytest.raises(SizesError) as refused:
        parse_sizes(text)
    assert (refused.value.flaw, refused.value.part) == (flaw, part)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(SizesError):
        assert parse_sizes(text).parameters > 0


def test_a_step_is_measured_or_cancelled() -> None:
    size = parse_sizes("12-3-2")
    found = measure_step(size, 8, "adam")
    assert found is not None and 0 < found.seconds < 1 and found.steps >= 3
    cancelled = threading.Event()
    cancelled.set()
    assert measure_step(size, 8, "adam", cancelled) is None
    with pytest.raises(ValueError, match="batch"):
        measure_step(size, 0, "adam")
    with pytest.raises(ValueError, match="memory"):
        measure_step(parse_sizes("784-2500-10"), 1_000_000, "adam")
