"""What a network can still do without a unit: the unit is silenced, its activation 0 for every sample.

Silencing a unit takes a ⊗ w from the sums of the layer above, with a its activations and w its outgoing weights: a
change of rank one. So the layers up to there are computed once for all units, and only the layers above again. Where a
unit is silent already nothing changes, so of a ReLU layer only the samples that wake the unit are computed at all.

Source: Meyes, Lu, de Puiseau, Meisen, "Ablation Studies in Artificial Neural Networks" (2019), for the method;
Morcos, Barrett, Rabinowitz, Botvinick, "On the Importance of Single Directions for Generalization" (ICLR 2018),
section 2.2, for silencing by zero.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.calibration import UNCALIBRATED, Calibration
from digitapp.cores import side_by_side
from digitapp.inspection.dossier import CHUNK, layer_chunks
from digitapp.nn.network import Network

BATCH = 512
GROUP = 16
"""Units that a core silences one after the other before the next are given out."""
_LEAST_PROBABILITY = 1e-12


@dataclass(frozen=True, eq=False)
class Score:
    """How well a network does on some samples.

    Attributes
    ----------
    samples, correct : int arrays, shape (classes,), how many there are of each class and how many were read rightly
    surprise : float, the mean of −ln p(label) in nats
    """

    samples: NDArray[np.int64]
    correct: NDArray[np.int64]
    surprise: float

    @property
    def accuracy(self) -> float:
        """Share of all samples that were read rightly."""
        return float(self.correct.sum() / self.samples.sum())

    @property
    def class_accuracy(self) -> NDArray[np.float64]:
        """The same for each class, shape (classes,); nan for a class without samples."""
        with np.errstate(invalid="ignore"):
            return self.correct / self.samples


class Ablation:
    """Silences units of one hidden layer, one at a time or together.

    The network and the samples are read once, here: about as much work as evaluating the network. What is kept are the
    activations of the layer and the sums of the one above.

    Parameters
    ----------
    network : without changes to it; normalised layers are used with their running means
    loss : a key of `LOSSES`; with `calibration` it makes the outputs the probabilities that the model states
    layer : a hidden layer, 0 for the first
    inputs : float array, shape (samples, features), samples ≥ 1
    labels : int array, shape (samples,), 0 ≤ label < classes
    calibration : the model's

    Attributes
    ----------
    baseline : the Score of the whole network
    units : how many units the layer has

    Raises
    ------
    ValueError : no such hidden layer, no samples, labels that do not belong to the inputs or the outputs, or a network
        whose answers are not all finite numbers
    """

    def __init__(
        self,
        network: Network,
        loss: str,
        layer: int,
        inputs: NDArray[np.floating],
        labels: NDArray[np.integer],
        calibration: Calibration = UNCALIBRATED,
    ) -> None:
        if not 0 <= layer < len(network.layers) - 1:
            raise ValueError(f"layer {layer} is not a hidden layer: the network has {len(network.layers) - 1} of them")
        classes = network.sizes[-1]
        if len(labels) == 0 or len(labels) != len(inputs):
            raise ValueError(f"each input needs a label, and there is at least one; not {len(inputs)}, {len(labels)}")
        if labels.min() < 0 or labels.max() >= classes:
            raise ValueError(f"labels lie between 0 and {classes - 1}, not between {labels.min()} and {labels.max()}")
        network = network.folded() if any(network.normalized) else network.copy()
        self._loss, self._calibration = loss, calibration
        self._layers = network.layers[layer + 1 :]
        self._labels = labels.astype(np.int64)
        self._classes = classes
        self.units = network.sizes[layer + 1]
        above = self._layers[0]
        self._activations = np.empty((self.units, len(inputs)), network.dtype)
        self._sums = np.empty((len(inputs), above.biases.size), network.dtype)
        outputs = np.empty((len(inputs), classes), network.dtype)
        for part in layer_chunks(network, layer, inputs, chunk=CHUNK):
            rows = slice(part.start, part.start + len(part.activations))
            self._activations[:, rows] = part.activations.T
            self._sums[rows] = part.activations @ above.weights + above.biases
            outputs[rows] = self._answers(self._sums[rows])
        if not np.isfinite(outputs).all():
            raise ValueError("the network's answers are not all finite numbers")
        self._right, self._surprise = self._judge(outputs, self._labels)
        self._samples = np.bincount(self._labels, minlength=classes)
        self.baseline = self._score(self._right, self._surprise)

    def without(self, units: Sequence[int]) -> Score:
        """Return the score while some units are silent together.

        Raises
        ------
        ValueError : no such unit
        """
        chosen = self._checked(units)
        right, surprise = self._right.copy(), self._surprise.copy()
        awake = np.flatnonzero(self._activations[chosen].any(axis=0))
        weights = self._layers[0].weights[chosen]
        for start in range(0, len(awake), BATCH):
            rows = awake[start : start + BATCH]
            sums = self._sums[rows] - self._activations[np.ix_(chosen, rows)].T @ weights
            right[rows], surprise[rows] = self._judge(self._answers(sums), self._labels[rows])
        return self._score(right, surprise)

    def without_each(self, units: Sequence[int] | None = None) -> Iterator[tuple[int, Score]]:
        """Yield each unit with the score while it alone is silent, in the order given; all of them by default.

        A caller that has seen enough, or was cancelled, stops in between.

        Raises
        ------
        ValueError : no such unit
        """
        chosen = self._checked(range(self.units) if units is None else units)
        groups = [chosen[start : start + GROUP] for start in range(0, len(chosen), GROUP)]
        above = sum(layer.weights.size for layer in self._layers[1:])
        for scores in side_by_side(self._without_each_of, groups, 2 * above * len(self._labels) * len(chosen)):
            yield from scores

    def _without_each_of(self, chosen: NDArray[np.int64]) -> list[tuple[int, Score]]:
        gains = np.zeros((len(chosen), self._classes), dtype=np.int64)
        surprises = np.zeros(len(chosen))
        for place, rows, outputs in self._changed_answers(chosen):
            right, surprise = self._judge(outputs, self._labels[rows])
            change = right.astype(np.int64) - self._right[rows]
            np.add.at(gains, (place, self._labels[rows]), change)
            np.add.at(surprises, place, surprise - self._surprise[rows])
        correct, before = self.baseline.correct, self.baseline.surprise
        return [
            (unit, Score(self._samples, correct + gain, before + float(surprise) / len(self._labels)))
            for unit, gain, surprise in zip(chosen.tolist(), gains, surprises, strict=True)
        ]

    def _changed_answers(
        self, chosen: NDArray[np.int64]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.floating]]]:
        """Yield in batches the index into `chosen`, the sample and the outputs of all pairs where something changes.

        Batches are of one size, whatever the units: matrix products want many rows.
        """
        weights = self._layers[0].weights
        sums = np.empty((BATCH, self._sums.shape[1]), self._sums.dtype)
        places, samples = np.zeros(BATCH, dtype=np.int64), np.zeros(BATCH, dtype=np.int64)
        filled = 0
        for place, unit in enumerate(chosen.tolist()):
            activations = self._activations[unit]
            awake = np.flatnonzero(activations)
            while len(awake):
                rows, awake = awake[: BATCH - filled], awake[BATCH - filled :]
                part = slice(filled, filled + len(rows))
                np.take(self._sums, rows, axis=0, out=sums[part])
                sums[part] -= activations[rows, np.newaxis] * weights[unit]
                places[part], samples[part] = place, rows
                filled = part.stop
                if filled == BATCH:
                    yield places, samples, self._answers(sums)
                    filled = 0
        if filled:
            yield places[:filled], samples[:filled], self._answers(sums)[:filled]

    def _answers(self, sums: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the network's outputs (batch, classes) for sums (batch, fan_out) of the layer above."""
        outputs = sums
        for layer in self._layers:
            if layer is not self._layers[0]:
                sums = outputs @ layer.weights
                sums += layer.biases
            outputs = np.empty((len(sums), layer.units), sums.dtype)
            layer.activation.value(sums.T, outputs.T)
        return outputs

    def _judge(
        self, outputs: NDArray[np.floating], labels: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Return for each sample whether it was read rightly and −ln p(label)."""
        right = outputs.argmax(axis=1) == labels
        stated = self._calibration.probabilities(self._loss, outputs)[np.arange(len(labels)), labels]
        return right, -np.log(np.maximum(stated.astype(np.float64), _LEAST_PROBABILITY))

    def _score(self, right: NDArray[np.bool_], surprise: NDArray[np.float64]) -> Score:
        correct = np.bincount(self._labels[right], minlength=self._classes)
        return Score(self._samples, correct, float(surprise.mean()))

    def _checked(self, units: Sequence[int]) -> NDArray[np.int64]:
        chosen = np.asarray(list(units), dtype=np.int64)
        if len(chosen) and not 0 <= chosen.min() <= chosen.max() < self.units:
            raise ValueError(f"the layer has units 0 to {self.units - 1}, not {chosen.min()} to {chosen.max()}")
        return chosen
