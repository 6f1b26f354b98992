"""Fine-tuning on a person's digits."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from digitapp.datasets.collection import Collection, Sample, split_of
from digitapp.datasets.handwriting import generate, generate_drawings
from digitapp.drawing.ink import Drawing
from digitapp.modelfile import load_model
from digitapp.training.evaluate import evaluate
from digitapp.training.fine_tuning import TUNING, Tuning, TuningCancelled, fine_tune, fine_tuning_data, varied

QUICK = Tuning(own=600, others=600, config=replace(TUNING.config, epochs=3, learning_rate=3e-3))


@pytest.fixture(scope="module")
def mirrored() -> Collection:
    """A hand that no network has seen: it writes every digit mirrored, top to bottom."""
    digits = generate_drawings(120, np.random.default_rng(5))
    flip = [[1, 0, 0], [0, -1, 1]]
    return Collection().extended(
        Sample(digit.drawing.transformed(flip), digit.style.label, digit.pen_width) for digit in digits
    )


@pytest.fixture(scope="module")
def others():
    return generate(1200, seed=3)


def test_the_first_picture_of_each_digit_is_as_it_was_drawn(mirrored):
    samples = mirrored.samples[:7]
    inputs, labels = varied(samples, 20, 1.0, np.random.default_rng(0))
    assert np.array_equal(inputs[:7], split_of(samples).inputs)
    assert labels.tolist() == [sample.label for sample in samples] * 2 + [sample.label for sample in samples[:6]]
    assert all(not np.array_equal(inputs[i], inputs[i + 7]) for i in range(7))
    assert inputs.min() >= 0
    assert inputs.max() <= 1


def test_fewer_pictures_than_digits(mirrored):
    inputs, labels = varied(mirrored.samples, 5, 1.0, np.random.default_rng(0))
    assert np.array_equal(inputs, split_of(mirrored.samples[:5]).inputs)
    assert len(labels) == 5


def test_pictures_without_strokes_and_dots_are_varied_too():
    image = np.zeros((28, 28), np.uint8)
    image[8:20, 12:16] = 255
    dot = Sample(Drawing.from_points([[(0.5, 0.5)]], 0), 0)
    inputs, labels = varied([Sample(image, 1), dot], 8, 1.0, np.random.default_rng(0))
    assert labels.tolist() == [1, 0] * 4
    assert np.isfinite(inputs).all()
    assert not np.array_equal(inputs[0], inputs[2])
    assert inputs[2].sum() > 1


def test_others_are_mixed_in_equal_shares(mirrored, others):
    data = fine_tuning_data(mirrored.training, [others.train, others.test], QUICK, np.random.default_rng(0))
    assert len(data.train) == 600 + 300 + 100  # the test part has no more


def test_a_strange_hand_is_learned_and_the_network_it_began_with_stays(mirrored, others):
    model = load_model("mnist")
    before = model.network.parameters.copy()
    steps: list[tuple[int, int]] = []
    tuned = fine_tune(
        model.network,
        model.loss,
        mirrored.training,
        [others.train],
        QUICK,
        report=lambda done, total: steps.append((done, total)),
    )
    assert np.array_equal(model.network.parameters, before)
    assert steps == [(step, 36) for step in range(1, 37)]
    held_out = split_of(mirrored.held_out)
    gain = evaluate(tuned, model.loss, held_out).accuracy - evaluate(model.network, model.loss, held_out).accuracy
    assert gain > 0.2  # of the forty digits that are held out


def test_the_same_digits_give_the_same_network(mirrored, others):
    model = load_model("mnist")
    one, two = (
        fine_tune(model.network, model.loss, mirrored.training, [others.train], QUICK).parameters for _ in range(2)
    )
    assert np.array_equal(one, two)


def test_it_stops_when_asked(mirrored, others):
    model = load_model("mnist")
    cancelled = threading.Event()
    with pytest.raises(TuningCancelled):
        fine_tune(
            model.network,
            model.loss,
            mirrored.training,
            [others.train],
            QUICK,
            report=lambda _done, _total: cancelled.set(),
            cancelled=cancelled,
        )
