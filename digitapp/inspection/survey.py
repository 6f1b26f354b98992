"""What data tells about all units of a layer in one pass: who wakes, what each looks for, who says the same as another.

Samples are added in chunks, so that a caller can keep what it wants of each, show progress and stop in between.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.inspection.dossier import up_to
from digitapp.nn.network import Network, Trace

COVARIANCE_SAMPLES = 10_000
_NEAR_THE_END = 0.02  # of the range
_NO_SPREAD = 1e-6  # of the largest value: what is less is rounding


@dataclass(frozen=True, eq=False)
class LayerSurvey:
    """What data tells about the units of a layer.

    Attributes
    ----------
    samples : number of samples
    awake : int array, shape (units,), how many samples wake each unit: its sum is above 0
    saturated : int array, shape (units,), at how many the activation is within 2 % of its range's ends, where it hardly
        answers to anything and hardly learns; 0 for activations without two ends
    class_means : float array, shape (classes, units), mean activation; nan for a class without samples
    source_class_means : float array, shape (classes, fan_in), mean of what the layer reads. With weights w and bias b
        of a unit, Σ w ⊙ mean + b is its mean sum over the class
    patterns : float array, shape (units, features): by how much each input is above its mean when the unit's sum is one
        standard deviation above its own; 0 for a unit whose sum never changes. The layers between play their part
    twins : int array, shape (units,), the other unit of the layer whose sums are most like the unit's; −1 without one
    twin_correlations : float array, shape (units,), the correlation of their sums; 1 says the same up to a scale

    `patterns` and twins come from `COVARIANCE_SAMPLES` samples at most, evenly spread.

    Source of patterns: Haufe et al., "On the interpretation of weight vectors of linear models in multivariate
    neuroimaging", NeuroImage 87 (2014), equation 6 for one unit: Cov(x) w / Var(z), which is Cov(x, z) / Var(z), times
    the standard deviation of z, so that it does not depend on the length of w.
    """

    samples: int
    awake: NDArray[np.int64]
    saturated: NDArray[np.int64]
    class_means: NDArray[np.floating]
    source_class_means: NDArray[np.floating]
    patterns: NDArray[np.floating]
    twins: NDArray[np.int64]
    twin_correlations: NDArray[np.floating]


def at_an_end(activations: NDArray[np.floating], ends: tuple[float, float]) -> NDArray[np.bool_]:
    """Return which activations are so near an end of their range that the unit hardly answers to anything there."""
    low, high = ends
    margin = (high - low) * _NEAR_THE_END
    return (activations < low + margin) | (activations > high - margin)


class Surveyor:
    """Takes in samples and adds up what `LayerSurvey` tells.

    Parameters
    ----------
    network : its parameters are copied
    layer : 0 for the first layer of weights
    classes : number of classes
    samples : how many samples will be added
    """

    def __init__(self, network: Network, layer: int, classes: int, samples: int) -> None:
        self._part = up_to(network, layer, slice(None))
        self._classes = classes
        units, features, fan_in = network.sizes[layer + 1], network.sizes[0], network.sizes[layer]
        self._ends = network.layers[layer].activation.saturation
        self._stride = max(1, -(-samples // COVARIANCE_SAMPLES))
        self._seen = self._covered = 0
        self._counts = np.zeros(classes, dtype=np.int64)
        self._awake, self._saturated = np.zeros(units, dtype=np.int64), np.zeros(units, dtype=np.int64)
        self._class_sums, self._source_sums = np.zeros((classes, units)), np.zeros((classes, fan_in))
        # Sums are taken around a first guess of the means, so that large means cost no digits.
        self._centres: tuple[NDArray[np.floating], NDArray[np.floating]] | None = None
        self._x_sum, self._z_sum = np.zeros(features), np.zeros(units)
        self._xz, self._zz = np.zeros((units, features)), np.zeros((units, units))

    def trace(self, inputs: NDArray[np.floating]) -> Trace:
        """Return what the network answers to samples, shape (n, features), up to the layer; for several threads."""
        return self._part.trace(inputs)

    def add(
        self, inputs: NDArray[np.floating], labels: NDArray[np.integer], trace: Trace | None = None
    ) -> NDArray[np.floating]:
        """Take in samples, shape (n, features), and return the layer's sums for them, shape (n, units).

        `trace` is theirs, where it is known already.
        """
        trace = trace or self.trace(inputs)
        sums, activations = trace.pre_activations[-1], trace.activations[-1]
        source = np.asarray(inputs) if len(trace.activations) == 1 else trace.activations[-2]
        self._awake += np.count_nonzero(sums > 0, axis=0)
        if self._ends is not None:
            self._saturated += np.count_nonzero(at_an_end(activations, self._ends), axis=0)
        one_hot = (labels == np.arange(self._classes)[:, np.newaxis]).astype(sums.dtype)
        self._counts += one_hot.sum(axis=1).astype(np.int64)
        self._class_sums += one_hot @ activations
        self._source_sums += one_hot @ source
        first = -self._seen % self._stride
        self._add_covariances(np.asarray(inputs[first :: self._stride], sums.dtype), sums[first :: self._stride])
        self._seen += len(inputs)
        return sums

    def _add_covariances(self, x: NDArray[np.floating], z: NDArray[np.floating]) -> None:
        if not len(x):
            return
        if self._centres is None:
            self._centres = x.mean(axis=0), z.mean(axis=0)
        x, z = x - self._centres[0], z - self._centres[1]
        self._x_sum += x.sum(axis=0)
        self._z_sum += z.sum(axis=0)
        self._xz += z.T @ x
        self._zz += z.T @ z
        self._covered += len(x)

    def result(self) -> LayerSurvey:
        """Return what was found. Raises ValueError before any sample was added."""
        if self._centres is None:
            raise ValueError("no sample was added")
        count = self._covered
        x_mean, z_mean = self._x_sum / count, self._z_sum / count
        covariance = self._zz / count - np.outer(z_mean, z_mean)
        deviations = np.sqrt(np.maximum(np.diagonal(covariance), 0))
        deviations[deviations <= _NO_SPREAD * np.abs(self._centres[1])] = 0
        with np.errstate(divide="ignore"):
            scales = np.where(deviations > 0, 1 / deviations, 0.0)
        patterns = (self._xz / count - np.outer(z_mean, x_mean)) * scales[:, np.newaxis]
        twins, correlations = _most_alike(covariance, scales)
        with np.errstate(invalid="ignore"):
            class_means = self._class_sums / self._counts[:, np.newaxis]
            source_means = self._source_sums / self._counts[:, np.newaxis]
        kind = self._part.dtype
        return LayerSurvey(
            samples=self._seen,
            awake=self._awake,
            saturated=self._saturated,
            class_means=class_means.astype(kind),
            source_class_means=source_means.astype(kind),
            patterns=patterns.astype(kind),
            twins=twins,
            twin_correlations=correlations,
        )


def survey_layer(
    network: Network, layer: int, inputs: NDArray[np.floating], labels: NDArray[np.integer], classes: int
) -> LayerSurvey:
    """Return the survey of a layer over samples that are all at hand; `Surveyor` says what the parameters are."""
    surveyor = Surveyor(network, layer, classes, len(labels))
    surveyor.add(inputs, labels)
    return surveyor.result()


def _most_alike(
    covariance: NDArray[np.floating], scales: NDArray[np.floating]
) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
    """Return for each unit the most correlated other one, and the correlation; −1 and 0 for one that never changes."""
    correlations = covariance * scales * scales[:, np.newaxis]
    correlations[:, scales == 0] = -np.inf
    np.fill_diagonal(correlations, -np.inf)
    twins = correlations.argmax(axis=1)
    best = correlations[np.arange(len(twins)), twins]
    alone = np.isneginf(best) | (scales == 0)
    return np.where(alone, -1, twins), np.where(alone, 0.0, np.clip(best, -1, 1))
