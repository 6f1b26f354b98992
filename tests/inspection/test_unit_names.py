"""What parts of a network are called: every unit has a name of its own, and the window and the files say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.gui.names import Names
from digitapp.inspection.unit_names import layer_text, unit_labels, unit_name, unit_text

SIZES = st.builds(
    lambda inputs, hidden, outputs: (inputs, *hidden, outputs),
    st.sampled_from([2, 12, 64, 65, 784]),
    st.lists(st.integers(1, 30), max_size=3),
    st.integers(2, 10),
)


@given(SIZES)
def test_every_hidden_unit_has_a_name_of_its_own(sizes: tuple[int, ...]) -> None:
    hidden = [(layer, unit) for layer in range(len(sizes) - 2) for unit in range(sizes[layer + 1])]
    names = [unit_name(sizes, layer, unit) for layer, unit in hidden]
    assert len(set(names)) == len(names)


@given(SIZES, st.integers(1, 28))
def test_the_window_and_the_command_line_say_the_same(sizes: tuple[int, ...], columns: int) -> None:
    classes = [f"class {k}" for k in range(sizes[-1])]
    names = Names(sizes, classes, columns)
    for layer in range(len(sizes) - 1):
        labels = unit_labels(sizes, layer, classes)
        assert labels == [names.short(layer, unit) for unit in range(sizes[layer + 1])]
        if not names.is_output(layer):
            inside = [names.unit_inside(layer, unit) for unit in range(sizes[layer + 1])]
            assert inside == [unit_text(sizes, layer, unit, columns) for unit in range(sizes[layer + 1])]
            assert names.layer(layer).lower() == layer_text(sizes, layer)
    for pixel in range(sizes[0]):
        assert names.unit_inside(-1, pixel) == unit_text(sizes, -1, pixel, columns)
        assert names.unit(-1, pixel).lower() == names.unit_inside(-1, pixel)


@pytest.mark.parametrize(
    ("sizes", "layers", "units"),
    [
        ((12, 3, 2), ["Hidden layer", "Output"], ["Unit C", "Output 1"]),
        ((12, 5, 4, 2), ["Layer 1", "Layer 2", "Output"], ["Unit E", "Unit I", "Output 1"]),
        ((784, 30, 10), ["Hidden layer", "Output"], ["Unit 30", "Output 9"]),
        ((784, 30, 20, 10), ["Layer 1", "Layer 2", "Output"], ["Unit 1.30", "Unit 2.20", "Output 9"]),
        ((12, 30, 2), ["Hidden layer", "Output"], ["Unit 30", "Output 1"]),
        ((12, 2), ["Output"], ["Output 1"]),
    ],
)
def test_small_networks_have_letters_and_one_layer_no_number(
    sizes: tuple[int, ...], layers: list[str], units: list[str]
) -> None:
    names = Names(sizes, [str(k) for k in range(sizes[-1])], 3)
    assert [names.layer(layer) for layer in range(len(sizes) - 1)] == layers
    assert [names.unit(layer, sizes[layer + 1] - 1) for layer in range(len(sizes) - 1)] == units
    assert names.layer(-1) == "Pixels"


def test_few_pixels_are_numbered_and_many_have_a_place() -> None:
    assert Names((12, 3, 2), "01", 3).unit(-1, 9) == "Pixel 10"
    assert Names((784, 3, 2), "01", 28).unit(-1, 2 * 28 + 4) == "Row 3, column 5"
