"""How large a network is: its neurons and parameters as textbooks count them, and what a step of learning costs."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass
from enum import Enum

import numpy as np

from digitapp.nn.backpropagation import Backpropagation
from digitapp.nn.initializers import initialize
from digitapp.nn.losses import LOSSES
from digitapp.nn.network import Network
from digitapp.nn.optimizers import OPTIMIZERS
from digitapp.training.config import MAX_BATCH_SIZE, MAX_HIDDEN_LAYERS, MAX_PARAMETERS, MAX_UNITS

MOST_LAYERS = MAX_HIDDEN_LAYERS + 1  # with weights: the hidden ones and the output
BYTES = 4
"""What a number takes in a network that learns: float32."""
MOST_BYTES = 2_000_000_000
"""What a step that is measured may take of the memory."""

_PARTING = re.compile(r"[\s,;×xX*·–—−-]+")
_PATIENCE = 0.4  # seconds of measuring
_FEWEST_STEPS, _MOST_STEPS = 3, 2000


class Flaw(Enum):
    """What can be wrong with typed sizes."""

    NOT_WHOLE = "a part is no whole number"
    TOO_FEW = "inputs and outputs are needed"
    TOO_MANY = "more layers than a network here may have"
    OUT_OF_RANGE = "a layer has no unit, or more than it may have"
    TOO_LARGE = "more parameters than a network here may have"


class SizesError(ValueError):
    """Typed sizes that are those of no network; `flaw` says why, and `part` is what is at fault, "" for the whole."""

    def __init__(self, flaw: Flaw, part: str = "") -> None:
        super().__init__(f"{flaw.value}: {part}" if part else flaw.value)
        self.flaw, self.part = flaw, part


@dataclass(frozen=True)
class LayerSize:
    """A layer with weights: each of its units has one from each of its inputs, and a bias."""

    inputs: int
    units: int

    @property
    def weights(self) -> int:
        """How many weights lead into it."""
        return self.inputs * self.units

    @property
    def parameters(self) -> int:
        """Its weights and biases."""
        return self.weights + self.units


@dataclass(frozen=True)
class NetworkSize:
    """The sizes of a network from its inputs to its outputs.

    Counted as in the notes of Stanford's CS231n, "Neural Networks Part 1", section "Layer-wise organization": the
    inputs are no neurons, and do not count as a layer.
    """

    sizes: tuple[int, ...]

    @property
    def layers(self) -> tuple[LayerSize, ...]:
        """The hidden layers and the output layer."""
        return tuple(LayerSize(below, units) for below, units in zip(self.sizes[:-1], self.sizes[1:], strict=True))

    @property
    def neurons(self) -> int:
        """Hidden and output units."""
        return sum(self.sizes[1:])

    @property
    def weights(self) -> int:
        """The weights of all layers."""
        return sum(layer.weights for layer in self.layers)

    @property
    def biases(self) -> int:
        """One for each neuron."""
        return self.neurons

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return self.weights + self.biases

    def forward_products(self, batch_size: int = 1) -> int:
        """Return the multiplications of an answer: one for each weight and sample."""
        return batch_size * self.weights

    def step_products(self, batch_size: int) -> int:
        """Return the multiplications of a step: forward, for the gradient, and to pass it to the layer below.

        Nothing is passed below the first hidden layer, whose inputs do not learn.
        """
        return batch_size * (3 * self.weights - self.layers[0].weights)

    def step_bytes(self, batch_size: int, optimizer: str) -> int:
        """Return what a step holds in memory, the samples of the batch included.

        Parameters, their gradient and what the optimiser carries over from step to step (`nn.Optimizer.state`), and its
        working memory; for each sample its inputs and targets, and for each unit z, a and ∂C/∂a.
        """
        vectors = 3 + len(OPTIMIZERS[optimizer].state_names)
        samples = self.sizes[0] + self.sizes[-1] + 3 * sum(self.sizes[1:-1]) + 2 * self.sizes[-1]
        return BYTES * (vectors * self.parameters + batch_size * samples)


def parse_sizes(text: str) -> NetworkSize:
    """Return the network that is typed as "784-30-10"; commas, spaces and × part the sizes as well.

    Raises
    ------
    SizesError : no sizes of a network, or of one that is too large
    """
    parts = [part for part in _PARTING.split(text.strip()) if part]
    sizes = []
    for part in parts:
        if not part.isdecimal():
            raise SizesError(Flaw.NOT_WHOLE, part)
        if len(part) > len(str(MAX_UNITS)) or not 1 <= int(part) <= MAX_UNITS:
            raise SizesError(Flaw.OUT_OF_RANGE, part)
        sizes.append(int(part))
    if len(sizes) < 2:
        raise SizesError(Flaw.TOO_FEW)
    if len(sizes) - 1 > MOST_LAYERS:
        raise SizesError(Flaw.TOO_MANY)
    size = NetworkSize(tuple(sizes))
    if size.parameters > MAX_PARAMETERS:
        raise SizesError(Flaw.TOO_LARGE)
    return size


@dataclass(frozen=True)
class StepTime:
    """How long steps of learning took on this computer, on one core and beside whatever else it did.

    Attributes
    ----------
    seconds : of one step, the median
    steps : how many were measured
    """

    seconds: float
    steps: int


def measure_step(
    size: NetworkSize, batch_size: int, optimizer: str, cancelled: threading.Event | None = None
) -> StepTime | None:
    """Measure steps of learning: forward, backward, and the optimiser's update, on made-up samples.

    Returns None once cancelled.

    Raises
    ------
    ValueError : a batch size out of range, or a step that would take more than `MOST_BYTES`
    """
    if not 1 <= batch_size <= MAX_BATCH_SIZE:
        raise ValueError(f"a batch of 1 to {MAX_BATCH_SIZE} samples is needed, not of {batch_size}")
    if size.step_bytes(batch_size, optimizer) > MOST_BYTES:
        raise ValueError("such a step takes more memory than may be measured")
    rng = np.random.default_rng(0)
    network = Network(size.sizes, ("relu",) * (len(size.sizes) - 2) + ("identity",))
    initialize(network, "he", rng)
    batch = Backpropagation(network, LOSSES["cross_entropy"], batch_size)
    batch.inputs[:] = rng.random(batch.inputs.shape, np.float32)
    batch.targets[rng.integers(size.sizes[-1], size=batch_size), np.arange(batch_size)] = 1
    rule = OPTIMIZERS[optimizer](network.parameters)
    took: list[float] = []
    began = time.perf_counter()
    while len(took) < _FEWEST_STEPS or (time.perf_counter() - began < _PATIENCE and len(took) < _MOST_STEPS):
        if cancelled is not None and cancelled.is_set():
            return None
        start = time.perf_counter()
        batch()
        rule.step(network.parameters, batch.gradient, 1e-4, batch.cost)
        took.append(time.perf_counter() - start)
    return StepTime(float(np.median(took)), len(took))
