"""The workbook beside what the page Step shows: the same numbers, worked out on two ways."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest

from digitapp.datasets.load import load_dataset
from digitapp.exports.layout import FIRST_VALUE, Layout
from digitapp.exports.spreadsheet import write_spreadsheet
from digitapp.exports.unrolled import Rule, one_image
from digitapp.inspection.backward_steps import sample_numbers
from digitapp.modelfile import load_model
from digitapp.nn import Network
from digitapp.training import TrainConfig
from digitapp.training.stepwise import LearnFrom, Request, Stepwise


def in_double_precision(network: Network) -> Network:
    exact = Network(network.sizes, network.activations, np.float64)
    exact.parameters[:] = network.parameters
    return exact


@pytest.fixture
def layout() -> Layout:
    return Layout((12, 3, 2), (3, 2), 1, 1)


def values(path: Path) -> dict[str, np.ndarray]:
    """Return the values of each sheet, NaN for what is no number."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        sheet.title: np.array(
            [[value if isinstance(value, int | float) else np.nan for value in row] for row in sheet.values], float
        )
        for sheet in book.worksheets
    }


@pytest.mark.parametrize("number", [0, 32, 63])
def test_one_image_forward_and_back(tmp_path: Path, layout: Layout, number: int) -> None:
    model, images = load_model("toy"), load_dataset("toy").all_but_test
    inputs, label = images.inputs[number], int(images.labels[number])
    path = tmp_path / "one.xlsx"
    write_spreadsheet(path, model, one_image(model, inputs, label), Rule(0.2), 1)
    sheets, shown = values(path), sample_numbers(in_double_precision(model.network), model.loss, inputs, label)
    row = layout.sample(0, 0)
    assert sheets["Error"][row, layout.cost] == pytest.approx(shown.cost, rel=1e-12)
    for number_of, layer in enumerate(shown.layers):
        units = len(layer.activations)
        for sheet, first, expected in (
            ("Forward", layout.sums(number_of), layer.sums),
            ("Forward", layout.activations(number_of), layer.activations),
            ("Delta", layout.slopes(number_of), layer.slopes),
            ("Delta", layout.deltas(number_of), layer.blame),
        ):
            np.testing.assert_allclose(sheets[sheet][row, first : first + units], expected, rtol=1e-12)
        top, fan_in = layout.unit(0, number_of, 0), len(layer.reads)
        gradient = sheets["Gradient"][top : top + units, FIRST_VALUE : FIRST_VALUE + fan_in + 1]
        np.testing.assert_allclose(gradient[:, :fan_in].T, layer.weight_gradient, rtol=1e-12)
        np.testing.assert_allclose(gradient[:, fan_in], layer.blame, rtol=1e-12)


def test_steps_on_all_images(tmp_path: Path) -> None:
    model, dataset = load_model("toy"), load_dataset("toy")
    path = tmp_path / "all.xlsx"
    write_spreadsheet(path, model, dataset.all_but_test, Rule(0.2), 2)
    config = TrainConfig(loss=model.loss, optimizer="sgd", learning_rate=0.2)
    stepwise = Stepwise(in_double_precision(model.network), dataset, config)
    for _ in range(2):
        stepwise.advance(Request(LearnFrom.ALL, 0, 0.2))
    layout, weights = Layout((12, 3, 2), (3, 2), 64, 1), values(path)["Weights"]
    for number, (expected, biases) in enumerate(zip(stepwise.network.weights, stepwise.network.biases, strict=True)):
        fan_in, units = expected.shape
        top = layout.unit(2, number, 0)
        found = weights[top : top + units, FIRST_VALUE : FIRST_VALUE + fan_in + 1]
        np.testing.assert_allclose(found[:, :fan_in].T, expected, rtol=1e-12)
        np.testing.assert_allclose(found[:, fan_in], biases, rtol=1e-12)
