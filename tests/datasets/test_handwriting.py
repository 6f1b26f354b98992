"""The generator: every style, every digit, the same digits for the same seed, on the canvas, and readable."""

import threading

import numpy as np
import pytest

from digitapp.datasets.errors import GenerationCancelled
from digitapp.datasets.handwriting import Hand, generate, generate_drawings, write
from digitapp.datasets.pen_paths import strokes_of
from digitapp.datasets.styles import STYLES


def test_every_digit_is_described_in_several_ways():
    for label in range(10):
        names = [style.name for style in STYLES if style.label == label]
        assert len(names) >= 8
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("style", STYLES, ids=lambda style: f"{style.label} {style.name}")
def test_the_pen_moves_smoothly_through_the_points_of_a_style(style):
    strokes = strokes_of(style)
    path = strokes.spline @ strokes.points
    assert len(strokes.lengths) == style.path.count("/") + 1
    assert sum(strokes.lengths) == len(path)
    nearest = np.hypot(*(strokes.points[:, None] - path[None]).transpose(2, 0, 1)).min(axis=1)
    assert nearest.max() < 1e-9
    assert path.min() > -0.15
    assert path.max() < 1.15
    for start, length in zip(np.cumsum((0, *strokes.lengths)), strokes.lengths, strict=False):
        steps = np.hypot(*np.diff(path[start : start + length], axis=0).T)
        assert steps.max() < 0.25  # no jumps


def test_points_stray_with_their_neighbours_on_the_same_stroke_only():
    slashed = next(style for style in STYLES if (style.label, style.name) == (0, "slashed across"))
    strokes = strokes_of(slashed)
    together = strokes.kinship @ strokes.kinship.T  # what two points' misses have in common
    assert np.allclose(np.diag(together), 1)
    first = slashed.path.split("/")[0].split()
    assert not together[: len(first), len(first) :].any()
    along = np.arange(1, len(first) - 1)
    assert together[along, along + 1].min() > 0.2
    assert together[0, len(first) // 2] < 0.05


def test_less_freedom_means_less_variation():
    bound = STYLES[0]._replace(freedom=0.3)
    free = STYLES[0]._replace(freedom=1.0)
    widths = []
    for style in (bound, free):
        boxes = [digit.drawing.bounding_box(0.0) for digit in write(style, 200, Hand(), np.random.default_rng(0))]
        widths.append(np.std([box.width / box.height for box in boxes if box is not None]))
    assert widths[0] < 0.6 * widths[1]


def test_drawings_are_balanced_labelled_and_on_the_canvas():
    digits = generate_drawings(1000, np.random.default_rng(0))
    assert np.bincount([digit.style.label for digit in digits]).tolist() == [100] * 10
    assert len({digit.style for digit in digits}) > 60
    for digit in digits:
        assert digit.drawing.label == digit.style.label
        box = digit.drawing.bounding_box(digit.pen_width)
        assert box is not None
        assert min(box) > -1e-3
        assert max(box) < 1 + 1e-3
        assert 0.2 < box.longer_side < 0.86


def test_labels_come_in_random_order():
    labels = [digit.style.label for digit in generate_drawings(200, np.random.default_rng(0))]
    assert labels != sorted(labels)
    assert labels != [index % 10 for index in range(200)]


def test_the_seed_decides():
    first, again, other = generate(120, 3), generate(120, 3), generate(120, 4)
    assert np.array_equal(first.train.inputs, again.train.inputs)
    assert np.array_equal(first.train.labels, again.train.labels)
    assert not np.array_equal(first.train.inputs, other.train.inputs)


def test_the_data_set_has_three_parts_of_inked_images():
    dataset = generate(240, 0)
    assert dataset.validation is not None
    assert dataset.test is not None
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (200, 20, 20)
    assert dataset.name == "handwriting"
    assert dataset.problem.key == "mnist"
    assert dataset.train.inputs.sum(axis=1).min() > 10
    with pytest.raises(ValueError, match="at least 12"):
        generate(11, 0)


def test_digits_of_one_label_resemble_each_other_more_than_others():
    dataset = generate(2400, 0)
    assert dataset.validation is not None
    means = np.stack([dataset.train.inputs[dataset.train.labels == label].mean(axis=0) for label in range(10)])
    distances = ((dataset.validation.inputs[:, None] - means) ** 2).sum(axis=2)
    assert (distances.argmin(axis=1) == dataset.validation.labels).mean() > 0.5


def test_the_making_ends_when_nobody_wants_it_any_more():
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(GenerationCancelled):
        generate(120, cancelled=cancelled)
