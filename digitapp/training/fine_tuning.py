"""Going on with a trained network on one person's digits, in seconds, without forgetting everybody else's.

Some seventy digits are few: each is shown in many variations (`digitapp.datasets.variation`) and mixed with digits of
other people, or of the built-in handwriting, that the network should go on reading; a small learning rate and the mean
of the weights along the way do the rest. A network that knows what is no digit is shown such drawings as well, or it
would forget. How much of each was chosen on people whose digits judge nothing afterwards.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.collection import Sample
from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.problems import MNIST, MY_HAND
from digitapp.datasets.variation import vary
from digitapp.drawing.preprocess import preprocess_drawings
from digitapp.nn.network import Network
from digitapp.progress import Report
from digitapp.training import foils
from digitapp.training.augmentation import STANDARD, Augmenter
from digitapp.training.config import TrainConfig
from digitapp.training.events import BatchDone
from digitapp.training.loop import train

_PEN_SPREAD = 0.25  # standard deviation of the logarithm of the pen's width


@dataclass(frozen=True)
class Tuning:
    """How to fine-tune.

    Attributes
    ----------
    own : int, pictures made from the person's own digits, all variations together
    others : int, pictures of other hands that are mixed in
    foils : int, drawings that are no digits, for a network that is to go on refusing them
    strength : float, how far variations stray, see `vary`
    config : TrainConfig; its loss is replaced by the model's
    """

    own: int = 2000
    others: int = 12_000
    foils: int = 1_200
    strength: float = 1.0
    config: TrainConfig = field(
        default_factory=lambda: TrainConfig(learning_rate=3e-4, batch_size=100, epochs=4, averaging=0.99)
    )


# Chosen with thirteen people, none of whom `scripts/measure_hands.py` measures; twice or half of any of these makes
# little difference.
TUNING = Tuning()


class TuningCancelled(Exception):
    """A fine-tuning that was asked to stop; the network it began with is as it was."""


def fine_tune(
    network: Network,
    loss: str,
    samples: Sequence[Sample],
    others: Sequence[Split],
    tuning: Tuning = TUNING,
    *,
    with_foils: bool = False,
    report: Report | None = None,
    cancelled: threading.Event | None = None,
) -> Network:
    """Return a copy of `network` that went on learning from a person's digits, mixed with those of others.

    Parameters
    ----------
    network : of 784 inputs and ten classes; it is not changed
    loss : key of the loss it was trained with
    samples : the person's digits that may be trained on, at least one
    others : data sets to mix in, each as much as the others as far as it has the digits
    with_foils : whether drawings that are no digits are mixed in
    report : is told the batches done and to do
    cancelled : set from another thread to stop

    Raises
    ------
    TuningCancelled, GenerationCancelled : `cancelled` said so
    ValueError : no samples
    TrainingDiverged : a network whose numbers run away, such as one that was never trained
    """
    rng = np.random.default_rng(tuning.config.seed)
    config = replace(tuning.config, loss=loss)
    data = fine_tuning_data(samples, others, tuning, rng)
    if with_foils:
        data = foils.with_foils(data, tuning.foils, config.seed, cancelled)
    tuned = network.copy()
    total = config.epochs * -(-len(data.train) // config.batch_size)
    events = train(tuned, data, config, rng)
    for event in events:
        if cancelled is not None and cancelled.is_set():
            events.close()
            raise TuningCancelled
        if isinstance(event, BatchDone) and report is not None:
            report(event.step, total)
    return tuned.folded()


def fine_tuning_data(
    samples: Sequence[Sample], others: Sequence[Split], tuning: Tuning, rng: np.random.Generator
) -> Dataset:
    """Return what `fine_tune` trains on: varied copies of the samples and a random choice of other people's digits."""
    inputs, labels = varied(samples, tuning.own, tuning.strength, rng)
    parts = [Split(inputs, labels)]
    for number, other in enumerate(others):
        wanted = tuning.others // len(others) + (number < tuning.others % len(others))
        chosen = rng.choice(len(other), min(wanted, len(other)), replace=False)
        parts.append(Split(other.inputs[chosen], other.labels[chosen]))
    joined = Split(np.concatenate([part.inputs for part in parts]), np.concatenate([part.labels for part in parts]))
    return Dataset(MY_HAND, MNIST, joined)


def varied(
    samples: Sequence[Sample], count: int, strength: float, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return `count` pictures of samples, shape (count, 784), and their labels; each sample about as often.

    The first picture of each sample is the digit as it was drawn. Drawings are varied as strokes, pictures that came
    without them as pictures.
    """
    chosen = [samples[index % len(samples)] for index in range(count)]
    pictures = np.empty((count, MNIST.features), np.float32)
    drawn = np.array([sample.drawing is not None for sample in chosen], dtype=bool)
    if drawn.any():
        pictures[drawn] = _varied_drawings([sample for sample in chosen if sample.drawing is not None], strength, rng)
    if not drawn.all():
        originals = np.stack([sample.picture.reshape(-1) for sample in chosen if sample.drawing is None])
        pictures[~drawn] = Augmenter(MNIST.rows, MNIST.columns, STANDARD)(originals, rng)
    for picture, sample in zip(pictures, samples, strict=False):
        picture[:] = sample.picture.reshape(-1)
    return pictures, np.array([sample.label for sample in chosen], np.int64)


def _varied_drawings(samples: Sequence[Sample], strength: float, rng: np.random.Generator) -> NDArray[np.float32]:
    drawings = [sample.drawing for sample in samples if sample.drawing is not None]
    boxes = [drawing.bounding_box() for drawing in drawings]
    sides = np.array([box.longer_side if box is not None else 0.0 for box in boxes])
    # `vary` gives drawings with a longer side of 1; a dot keeps its pen.
    pens = np.array([sample.pen_width for sample in samples]) / np.where(sides > 0, sides, 1.0)
    pens *= np.exp(np.clip(rng.normal(0, _PEN_SPREAD * strength, len(pens)), -0.5, 0.5))
    return preprocess_drawings(vary(drawings, rng, strength), pens).reshape(len(drawings), -1)
