"""The logits as exact sums: what each unit of the last hidden layer gives to each class.

The last step of every network is linear: a logit is a bias plus, for each unit, its activation times the weight between
the two. Nothing is estimated here, so the parts add up to the logit to float32 rounding.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.nn.network import Network


class Question(NamedTuple):
    """Why this class, and if `against` is given, why rather than that one."""

    label: int
    against: int | None = None

    def coefficients(self, classes: int) -> NDArray[np.float64]:
        """Return what each logit counts: +1 for the class, −1 for the one that it is compared with, (classes,)."""
        counts = np.zeros(classes)
        counts[self.label] = 1
        if self.against is not None:
            counts[self.against] -= 1
        return counts


def usual_question(logits: NDArray[np.floating]) -> Question:
    """Return the question that is asked first: why the best class rather than the second best, for logits (classes,).

    Of a network with one output: why so much of it.
    """
    order = np.argsort(-np.nan_to_num(logits, nan=-np.inf), kind="stable")
    return Question(int(order[0]), int(order[1]) if len(order) > 1 else None)


@dataclass(frozen=True, eq=False)
class Contributions:
    """What goes into each logit for one input.

    Attributes
    ----------
    layer : the hidden layer that the units belong to; −1 where there is none and the units are the input's pixels
    activations : float array, shape (units,)
    parts : float array, shape (units, classes), activation × weight
    biases : float array, shape (classes,)
    logits : float array, shape (classes,), as the network itself computes them
    """

    layer: int
    activations: NDArray[np.floating]
    parts: NDArray[np.floating]
    biases: NDArray[np.floating]
    logits: NDArray[np.floating]


def contributions(network: Network, x: NDArray[np.floating]) -> Contributions:
    """Return what each unit of the last hidden layer gives to each logit, for one input of shape (features,).

    Of an output layer of maxout units, those weights and biases count that belong to the piece that won.

    Raises
    ------
    ValueError : an input that does not fit the network
    """
    if any(network.normalized):
        network = network.folded()
    trace = network.trace(np.asarray(x)[np.newaxis])
    activations = trace.activations[-2][0] if len(network.weights) > 1 else np.asarray(x, network.dtype)
    output = network.layers[-1]
    weights, biases = output.weights, output.biases
    if output.activation.pieces > 1:
        by_piece = weights.reshape(len(weights), -1, output.units)
        sums = (activations @ weights + biases).reshape(-1, output.units)
        winners, units = sums.argmax(axis=0), np.arange(output.units)
        weights, biases = by_piece[:, winners, units], biases.reshape(-1, output.units)[winners, units]
    parts = activations[:, np.newaxis] * weights
    logits = trace.pre_activations[-1][0]
    return Contributions(len(network.weights) - 2, activations.copy(), parts, biases.copy(), logits.copy())


class LedgerLine(NamedTuple):
    """One unit's part in the answer."""

    unit: int
    activation: float
    part: float

    @property
    def weight(self) -> float:
        """What the activation is multiplied by; 0 for a silent unit, of which the part does not tell it."""
        return self.part / self.activation if self.activation else 0.0


@dataclass(frozen=True, eq=False)
class Ledger:
    """The answer to a question as a column of numbers that add up.

    Attributes
    ----------
    bias : float
    lines : the strongest units, from the most in favour to the most against
    rest : float, the sum over the units that are not listed
    rest_units : how many of those are not zero
    total : float, what the network itself computes: the logit, or the difference of two
    """

    bias: float
    lines: tuple[LedgerLine, ...]
    rest: float
    rest_units: int
    total: float

    @property
    def error(self) -> float:
        """How far the column is from the total: the rounding of float32."""
        return self.bias + sum(line.part for line in self.lines) + self.rest - self.total


def ledger(found: Contributions, question: Question, strongest: int = 5) -> Ledger:
    """Return so many of the strongest contributions in favour and as many against, the others in one sum, the total."""
    counts = question.coefficients(len(found.logits))
    parts = found.parts.astype(np.float64) @ counts
    order = np.argsort(-parts, kind="stable")
    in_favour = [int(unit) for unit in order[:strongest] if parts[unit] > 0]
    against = [int(unit) for unit in order[::-1][:strongest] if parts[unit] < 0]
    listed = in_favour + against[::-1]
    rest = np.delete(parts, listed)
    return Ledger(
        bias=float(found.biases.astype(np.float64) @ counts),
        lines=tuple(LedgerLine(unit, float(found.activations[unit]), float(parts[unit])) for unit in listed),
        rest=float(rest.sum()),
        rest_units=int(np.count_nonzero(rest)),
        total=float(found.logits.astype(np.float64) @ counts),
    )


def rounded(column: Ledger, places: int = 2) -> Ledger:
    """Return the column with numbers of so many places that still add up exactly: the rest takes up the rounding."""
    bias, total = round(column.bias, places), round(column.total, places)
    lines = tuple(line._replace(part=round(line.part, places)) for line in column.lines)
    rest = round(total - bias - sum(line.part for line in lines), places)
    return Ledger(bias, lines, rest, column.rest_units, total)
