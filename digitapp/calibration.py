"""Honest probabilities, and the line below which a network's answer is no answer.

A network is often surer than it is right. Dividing its logits by one number, the temperature, before the softmax makes
the probabilities mean what they say, and changes no answer. What is then still less probable than a threshold is
refused. Both are fitted on validation data and stand in the model file.

Sources: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks" (ICML 2017), sections 2 and 4.2;
Hendrycks and Gimpel, "A Baseline for Detecting Misclassified and Out-of-Distribution Examples" (ICLR 2017).

What was fitted to a network does not hold for the one it becomes in further training, so every way of training ends
with `calibrate`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.cores import side_by_side
from digitapp.datasets.dataset import Split
from digitapp.nn.losses import LOSSES
from digitapp.nn.network import Network

BINS = 15
MOST_REFUSED = 0.005
"""Of the digits of each validation part: half of what may be refused of others, for a digit refused is one misread."""
LEAST_SAMPLES = 200
"""Of a validation part that something is fitted on: of fewer, one refused would be too many."""

_COLDEST, _HOTTEST = 0.05, 20.0
_BATCH = 1000


def _is_between(value: object, low: float, high: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


@dataclass(frozen=True)
class Calibration:
    """How a network's outputs become probabilities, and which answers count.

    Attributes
    ----------
    temperature : float from 0.05 to 20; the logits are divided by it
    threshold : float from 0 to 1, or None where nothing is refused: what the most probable class has to reach

    Raises
    ------
    ValueError : a number out of its range
    """

    temperature: float = 1.0
    threshold: float | None = None

    def __post_init__(self) -> None:
        if not _is_between(self.temperature, _COLDEST, _HOTTEST):
            raise ValueError(f"the temperature must be from {_COLDEST:g} to {_HOTTEST:g}, got {self.temperature!r}")
        if self.threshold is not None and not _is_between(self.threshold, 0, 1):
            raise ValueError(f"the threshold must be from 0 to 1, got {self.threshold!r}")

    def probabilities(self, loss: str, outputs: NDArray) -> NDArray:
        """Return the probabilities, shape (batch, classes), that outputs of a network trained with `loss` stand for.

        Only logits have a temperature; outputs that are probabilities already stay as they are.
        """
        if self.temperature != 1 and has_logits(loss):
            outputs = outputs / np.asarray(self.temperature, outputs.dtype)
        return LOSSES[loss].probabilities(outputs)

    def accepts(self, probabilities: NDArray) -> NDArray[np.bool_]:
        """Return which rows of probabilities (batch, classes) are an answer, shape (batch,)."""
        return probabilities.max(axis=1) >= (0 if self.threshold is None else self.threshold)


UNCALIBRATED = Calibration()


def has_logits(loss: str) -> bool:
    """Return whether networks trained with this loss put out logits."""
    return LOSSES[loss].output_activation == "identity"


def fit_temperature(logits: NDArray, labels: NDArray[np.integer]) -> float:
    """Return the temperature T that makes −Σ ln softmax(z / T)[label] + (ln T)² / 2 least, by golden section over ln T.

    The second term, a normal distribution of ln T before anything is known, does not count beside hundreds of samples.
    Only where all of them are read rightly it keeps the temperature from falling as far as it can.

    Parameters
    ----------
    logits : shape (n, classes), of validation data that the network has not learned
    labels : int array, shape (n,)

    Raises
    ------
    ValueError : no samples, shapes that do not match

    Source: Guo et al. (2017), section 4.2. The loss is convex in 1 / T, so it has one minimum.
    """
    if len(logits) == 0 or labels.shape != logits.shape[:1]:
        raise ValueError(f"logits (n, classes) and labels (n,) expected, got {logits.shape}, {labels.shape}")
    centred = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    right = centred[np.arange(len(labels)), labels]

    def surprise(temperature: float) -> float:
        surprises = np.log(np.exp(centred / temperature).sum(axis=1)) - right / temperature
        return float(surprises.mean()) + math.log(temperature) ** 2 / (2 * len(labels))

    golden = (math.sqrt(5) - 1) / 2
    low, high = math.log(_COLDEST), math.log(_HOTTEST)
    while high - low > 1e-4:
        one, other = high - golden * (high - low), low + golden * (high - low)
        if surprise(math.exp(one)) < surprise(math.exp(other)):
            high = other
        else:
            low = one
    return math.exp((low + high) / 2)


def expected_calibration_error(probabilities: NDArray, labels: NDArray[np.integer], bins: int = BINS) -> float:
    """Return by how much confidence and accuracy differ, on average over the samples: Σ |B| / n |acc(B) − conf(B)|.

    The samples are sorted into bins of equal width by the probability of their most probable class.

    Parameters
    ----------
    probabilities : shape (n, classes)
    labels : int array, shape (n,)

    Source: Guo et al. (2017), equation 3.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    index = np.minimum((confidence * bins).astype(np.intp), bins - 1)
    surplus = np.bincount(index, right - confidence, bins)
    return float(np.abs(surplus).sum() / len(labels))


def fit_calibration(
    loss: str, parts: Sequence[tuple[NDArray, NDArray[np.integer]]], most_refused: float = MOST_REFUSED
) -> Calibration:
    """Fit temperature and threshold on validation parts that the network has not learned.

    The temperature is that of all parts together, each weighing the same however large it is. The threshold is the
    highest at which at most `most_refused` of the digits of each part are refused.

    Parameters
    ----------
    loss : key of the loss the network was trained with
    parts : (outputs (n, classes), labels (n,)) of each part, such as MNIST's validation part and pens of other writers
    most_refused : share of the digits, from 0 to 1

    Raises
    ------
    ValueError : no parts, an empty part, shapes that do not match
    """
    if not parts or min(len(labels) for _, labels in parts) == 0:
        raise ValueError("every validation part needs at least one sample, and there must be one")
    temperature = 1.0
    if has_logits(loss):
        size = max(len(labels) for _, labels in parts)
        shares = [np.resize(np.arange(len(labels)), size) for _, labels in parts]
        logits = np.concatenate([outputs[share] for (outputs, _), share in zip(parts, shares, strict=True)])
        labels = np.concatenate([labels[share] for (_, labels), share in zip(parts, shares, strict=True)])
        temperature = fit_temperature(logits, labels)
    honest = Calibration(temperature)
    sureness = [honest.probabilities(loss, outputs).max(axis=1) for outputs, _ in parts]
    # "lower": at most the share lies below, however few samples there are.
    threshold = min(float(np.quantile(part, most_refused, method="lower")) for part in sureness)
    return Calibration(temperature, threshold)


def calibrate(
    network: Network, loss: str, parts: Sequence[Split | None], otherwise: Calibration = UNCALIBRATED
) -> Calibration:
    """Return the calibration of a network, fitted on the validation parts that are large enough for it.

    Parameters
    ----------
    network : as it is used; it is not changed
    loss : key of the loss it was trained with
    parts : validation parts that it has not learned from; None stands for one that a data set does not have
    otherwise : what is returned where none has `LEAST_SAMPLES`, or the network's answers are not finite
    """
    outputs: list[tuple[NDArray, NDArray[np.integer]]] = []
    for part in fit_to_calibrate(parts):
        batches = [part.inputs[start : start + _BATCH] for start in range(0, len(part), _BATCH)]
        work = 2 * network.weight_count * len(part)
        outputs.append((np.concatenate([*side_by_side(network.forward, batches, work)]), part.labels))
    if not outputs or not all(np.isfinite(found).all() for found, _ in outputs):
        return otherwise
    return fit_calibration(loss, outputs)


def fit_to_calibrate(parts: Sequence[Split | None]) -> list[Split]:
    """Return the validation parts that are large enough to fit a calibration on."""
    return [part for part in parts if part is not None and len(part) >= LEAST_SAMPLES]
