"""Recipes: everything about a training but the machine, under a name, so that anyone can repeat it.

The models that come with the program are made by these. A recipe trains on what it names, validates on people and
images that it does not train on, and looks at no test image and at no drawing of the writers that are set aside.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from digitapp.datasets.dataset import FOIL, Dataset, Split
from digitapp.datasets.handwriting import Hand, generate_drawings
from digitapp.datasets.load import load_dataset
from digitapp.datasets.nondigits import TRAINING_KINDS, nondigit_inputs
from digitapp.datasets.pens import Hands, read_pens
from digitapp.datasets.problems import MNIST
from digitapp.datasets.variation import vary
from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import preprocess_drawings
from digitapp.training.config import NetworkConfig, TrainConfig


@dataclass(frozen=True, eq=False)
class Ingredients:
    """What a recipe trains with.

    Attributes
    ----------
    dataset : Dataset
    validation_parts : what the dataset's validation part is made of, on which the probabilities are calibrated
    """

    dataset: Dataset
    validation_parts: tuple[Split, ...]


@dataclass(frozen=True)
class Recipe:
    """A named way to a model.

    Attributes
    ----------
    key, summary : the name, and one plain sentence
    network, training : the settings
    half_precision : whether the model is saved with 16 bits a number
    gather : from the data folder, the file of pen strokes or None, and the seed, to what is trained with
    """

    key: str
    summary: str
    network: NetworkConfig
    training: TrainConfig
    half_precision: bool
    gather: Callable[[Path | None, Path | None, int], Ingredients]

    @property
    def onward(self) -> tuple[NetworkConfig, TrainConfig]:
        """The settings to go on with a trained network, such as when the data of the recipe have become more.

        It is plain, as normalisation is folded into the weights of a model, so the steps are short from the start.
        """
        network = replace(self.network, normalization="none")
        return network, replace(self.training, learning_rate=3e-4, schedule="cosine", epochs=ONWARD_EPOCHS)


ONWARD_EPOCHS = 12
DIGITS_OF_A_WRITER = 1_500
"""Real pen strokes are varied until each writer has about so many, so that nobody's hand counts more than another's."""
FEWEST_COPIES, MOST_COPIES = 4, 40
PEN_WIDTHS = 0.05, 0.2
"""Of the varied strokes, in longer sides of the digit, evenly spread over the logarithm."""
HOW_FAR = 1.3
"""How far a writer's strokes are varied: hands that are not among the writers differ from all of them."""
MNIST_COPIES, GENERATED, FOILS = 3, 60_000, 28_000
"""What an epoch holds of each; a copy of MNIST is varied on its own."""
CAREFUL_HAND = Hand(miss=0.03, slant=0.16, turn=0.07, stretch=0.16, bow=0.045, balance=0.2)
"""Of the generated digits: beside real ones they are to show styles, and none that nobody reads."""
_SIGNS = "capital letters", "small letters", "other scripts", "symbols"
_LETTERLIKE = "made-up letters", "words"
_SEVERAL = "two digits beside", "two digits touching", "two digits above", "two digits across"
FOIL_KINDS = TRAINING_KINDS + 3 * _SIGNS + _LETTERLIKE + _SEVERAL
"""What is hardest to tell from a digit comes more often."""


_CHUNK = 2560  # pictures rendered at a time
VALIDATION_PENS = 0.06, 0.1, 0.16


def gather_record(data_dir: str | os.PathLike[str] | None, pens: Path | None, seed: int) -> Ingredients:
    """Return MNIST, real pen strokes varied, and generated handwriting to train on, and MNIST's validation part.

    Raises
    ------
    DataError, DrawingFileError : the files cannot be read
    """
    mnist = load_dataset(MNIST.usual_dataset, data_dir=data_dir, seed=seed)
    hands = None if pens is None else read_pens(pens)
    dataset = Dataset("record", MNIST, _joined(_digits(mnist, hands, seed)), mnist.validation, mnist.test)
    return Ingredients(dataset, () if mnist.validation is None else (mnist.validation,))


def gather_everyday(data_dir: str | os.PathLike[str] | None, pens: Path | None, seed: int) -> Ingredients:
    """Return what `gather_record` returns, with foils to train on.

    The validation part is MNIST's together with the strokes of the validation writers with three pens.

    Raises
    ------
    DataError, DrawingFileError : the files cannot be read
    """
    mnist = load_dataset(MNIST.usual_dataset, data_dir=data_dir, seed=seed)
    hands = None if pens is None else read_pens(pens)
    parts = _digits(mnist, hands, seed)
    parts.append(Split(nondigit_inputs(FOILS, seed, FOIL_KINDS), np.full(FOILS, FOIL, dtype=np.int64)))
    validation = [part for part in (mnist.validation,) if part is not None]
    if hands is not None:
        held_out = hands.part("validation")
        inputs = np.concatenate([held_out.inputs(width) for width in VALIDATION_PENS])
        validation.append(Split(inputs, np.tile(held_out.labels, len(VALIDATION_PENS))))
    return Ingredients(Dataset("everyday", MNIST, _joined(parts), _joined(validation), mnist.test), tuple(validation))


def _digits(mnist: Dataset, hands: Hands | None, seed: int) -> list[Split]:
    parts = [*[mnist.train] * MNIST_COPIES, written_digits(np.random.default_rng((seed, 2)))]
    if hands is not None:
        parts.append(varied_hands(hands.part("train"), np.random.default_rng((seed, 1))))
    return parts


STRONG = {"turn": 15.0, "scale": 0.15, "shear": 0.2, "shift": 1.0, "elastic": 1.3, "thickness": 0.3}
"""Variations for networks that are large and trained long."""

RECIPES: dict[str, Recipe] = {
    recipe.key: recipe
    for recipe in (
        Recipe(
            "everyday",
            "Reads everybody's digits, and knows what is none: the model the program begins with.",
            NetworkConfig((1800, 1300, 500), "relu", "he", "batch"),
            TrainConfig(
                optimizer="adam",
                learning_rate=0.002,
                batch_size=256,
                epochs=38,
                averaging=0.999,
                schedule="one_cycle",
                hidden_dropout=0.1,
                augmentation=STRONG,
            ),
            half_precision=True,
            gather=gather_everyday,
        ),
        Recipe(
            "record",
            "As few errors on MNIST as a plain network makes.",
            NetworkConfig((2000, 1500, 1000, 500), "relu", "he", "batch"),
            TrainConfig(
                optimizer="adam",
                learning_rate=0.002,
                batch_size=256,
                epochs=42,
                averaging=0.9995,
                schedule="one_cycle",
                augmentation=STRONG,
            ),
            half_precision=True,
            gather=gather_record,
        ),
    )
}


def written_digits(rng: np.random.Generator) -> Split:
    """Return generated digits of a careful hand, with pens of many widths."""
    digits = generate_drawings(GENERATED, rng, CAREFUL_HAND)
    inputs = np.empty((len(digits), MNIST.features), np.float32)
    for start in range(0, len(digits), _CHUNK):
        chunk = digits[start : start + _CHUNK]
        drawings, widths = [digit.drawing for digit in chunk], [digit.pen_width for digit in chunk]
        pictures = preprocess_drawings(drawings, widths, fit_pen=False)
        inputs[start : start + _CHUNK] = pictures.reshape(len(chunk), -1)
    return Split(inputs, np.array([digit.style.label for digit in digits], dtype=np.int64))


def varied_hands(hands: Hands, rng: np.random.Generator) -> Split:
    """Return each writer's drawings varied, about equally many of every writer, with pens of many widths."""
    _, writer, counts = np.unique(hands.writers, return_inverse=True, return_counts=True)
    copies = np.clip(np.round(DIGITS_OF_A_WRITER / counts), FEWEST_COPIES, MOST_COPIES).astype(int)[writer]
    drawings: Sequence[Drawing] = [
        drawing for drawing, number in zip(hands.drawings, copies, strict=True) for _ in range(number)
    ]
    inputs = np.empty((len(drawings), MNIST.features), np.float32)
    for start in range(0, len(drawings), _CHUNK):
        varied = vary(drawings[start : start + _CHUNK], rng, HOW_FAR)
        narrow, wide = np.log(PEN_WIDTHS)
        widths = np.exp(rng.uniform(narrow, wide, len(varied)))
        pictures = preprocess_drawings(varied, widths, fit_pen=False)
        inputs[start : start + _CHUNK] = pictures.reshape(len(varied), -1)
    return Split(inputs, np.repeat(hands.labels, copies))


def _joined(parts: Sequence[Split]) -> Split:
    return Split(np.concatenate([part.inputs for part in parts]), np.concatenate([part.labels for part in parts]))
