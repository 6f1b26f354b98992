"""Measures of digits against figures that are known, and the shipped table."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.datasets.mnist import load_mnist
from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import preprocess
from digitapp.drawing.render import render
from digitapp.inspection.digit_measures import (
    ALL_DIGITS,
    PERCENTAGES,
    Distribution,
    Measure,
    distribution,
    measure_digits,
    read_table,
    slants,
    stroke_widths,
    table_rows,
    training_digits,
)


def bar(width: int, height: int, size: int = 28) -> np.ndarray:
    picture = np.zeros((size, size), dtype=np.float32)
    top, left = (size - height) // 2, (size - width) // 2
    picture[top : top + height, left : left + width] = 1
    return picture


def measured(picture: np.ndarray) -> dict[Measure, float]:
    return dict(zip(Measure, measure_digits(picture[None])[0], strict=True))


def test_a_bar_measures_what_it_measures():
    found = measured(bar(4, 20))
    # Twice the area over the perimeter; at one corner of a pixel picture two edges count as one of length √2.
    assert found[Measure.STROKE_WIDTH] == pytest.approx(2 * 80 / (2 * 24 - 2 + np.sqrt(2)), rel=1e-6)
    assert found[Measure.SLANT] == pytest.approx(0, abs=1e-9)
    assert found[Measure.ASPECT] == pytest.approx(4 / 20)
    assert found[Measure.SIZE] == 20
    assert found[Measure.OFFSET] == pytest.approx(np.hypot(0.5, 0.5))  # its middle is at 13.5, that of a digit at 14


def test_grey_edges_count_by_their_grey():
    picture = bar(4, 20)
    picture[:, 16] = picture[:, 12] * 0.25
    found = measured(picture)
    assert found[Measure.ASPECT] == pytest.approx(4.25 / 20)


@pytest.mark.parametrize("pen", [0.05, 0.08, 0.12])
def test_a_rendered_line_has_the_width_of_its_pen(pen):
    line = Drawing.from_points([[(0.5, 0.1), (0.5, 0.9)]])
    (width,) = stroke_widths(render(line, pen, 112)[None])
    assert width == pytest.approx(pen * 112, rel=0.12)  # its round ends are narrower


@pytest.mark.parametrize("degrees", [-40, -10, 0, 25, 50])
def test_a_line_leans_as_it_was_drawn(degrees):
    shift = np.tan(np.radians(degrees)) * 0.3
    line = Drawing.from_points([[(0.5 + shift, 0.2), (0.5 - shift, 0.8)]])
    (slant,) = slants(render(line, 0.03, 112)[None])
    assert slant == pytest.approx(degrees, abs=0.5)


def test_a_lying_line_has_a_finite_slant():
    lying = measure_digits(bar(20, 1)[None])
    assert np.isfinite(lying).all()


def test_blank_paper_measures_nothing():
    assert np.isnan(measure_digits(np.zeros((2, 28, 28)))).all()


def test_what_is_no_batch_of_pictures_is_refused():
    with pytest.raises(ValueError, match=r"\(n, rows, columns\)"):
        measure_digits(np.zeros((28, 28)))


@given(st.floats(-1e6, 1e6))
def test_ranks_are_percentages_and_ascend(value):
    values = Distribution(np.linspace(-3.0, 3.0, len(PERCENTAGES)))
    assert PERCENTAGES[0] <= values.rank(value) <= PERCENTAGES[-1]
    assert values.rank(value) <= values.rank(value + 0.1)


def test_rank_and_quantile_are_each_others_inverse():
    values = distribution(Measure.SLANT, "3")
    for percentage in (1, 12.5, 50, 97):
        assert values.rank(values.quantile(percentage)) == pytest.approx(percentage, abs=1e-6)
    assert values.median == values.quantile(50)


def test_of_equal_values_half_lie_below():
    values = Distribution(np.full(len(PERCENTAGES), 20.0))
    assert values.rank(20.0) == pytest.approx(50, abs=0.1)
    assert (values.rank(19.0), values.rank(21.0)) == (PERCENTAGES[0], PERCENTAGES[-1])


def test_the_table_has_every_measure_of_every_digit():
    table = training_digits()
    assert set(table) == {(measure, name) for measure in Measure for name in (ALL_DIGITS, *"0123456789")}
    assert all((np.diff(values.values) >= 0).all() for values in table.values())
    assert distribution(Measure.ASPECT, "A") is distribution(Measure.ASPECT)  # a class of another problem


def test_ones_are_narrow_and_typical_digits_typical():
    assert distribution(Measure.ASPECT, "1").median < 0.5 < distribution(Measure.ASPECT, "0").median
    three = preprocess(Drawing.from_points([[(0.3, 0.2), (0.7, 0.3), (0.4, 0.5), (0.7, 0.7), (0.3, 0.8)]]), 0.08)
    found = measured(three.input)
    assert 20 < distribution(Measure.STROKE_WIDTH).rank(found[Measure.STROKE_WIDTH]) < 80


def test_the_table_is_that_of_the_training_images(mnist_dir):
    dataset = load_mnist(mnist_dir)
    assert dataset.validation is not None
    inputs = np.concatenate([dataset.train.inputs[:6000], dataset.validation.inputs])
    labels = np.concatenate([dataset.train.labels[:6000], dataset.validation.labels])
    rows = table_rows(inputs.reshape(-1, 28, 28), labels)
    middle = rows[0].index("p50")
    for row in rows[1:]:
        shipped = distribution(Measure(row[0]), row[1])
        spread = shipped.quantile(90) - shipped.quantile(10)
        assert float(row[middle]) == pytest.approx(shipped.median, abs=0.1 * spread), row[:2]


def test_rows_of_a_table_are_read_back(tmp_path):
    rows = table_rows(np.stack([bar(2, 20), bar(4, 20), bar(8, 20)]), np.array([1, 1, 0]))
    path = tmp_path / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    table = read_table(path)
    assert table[Measure.ASPECT, "1"].median == pytest.approx(0.15)
    assert table[Measure.ASPECT, "0"].median == pytest.approx(0.4)
    assert table[Measure.ASPECT, ALL_DIGITS].median == pytest.approx(0.2)
