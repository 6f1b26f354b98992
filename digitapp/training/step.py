"""One step of a run: a batch is read, its gradient computed, and the parameters change."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digitapp.nn import LOSSES, REGULARIZERS, Backpropagation
from digitapp.nn.regularizers import Regularizer, clip_norm
from digitapp.training.config import TrainConfig
from digitapp.training.held import Holder
from digitapp.training.run_state import RunState


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What every step of a run works on.

    Attributes
    ----------
    state, config : of the run
    inputs : (samples, n_in), of the whole training part
    targets : (n_out, samples)
    labels : (samples,)
    gradient : (parameter_count,), where the gradient of a batch is written
    holder : puts back what is held, where anything is
    """

    state: RunState
    config: TrainConfig
    inputs: np.ndarray
    targets: np.ndarray
    labels: np.ndarray
    gradient: np.ndarray
    holder: Holder | None

    @property
    def regularizers(self) -> list[tuple[Regularizer, float]]:
        """Those that are in use, with their strengths."""
        strengths = {key: getattr(self.config, key) for key in REGULARIZERS}
        return [(regularizer, strengths[key]) for key, regularizer in REGULARIZERS.items() if strengths[key] > 0]

    def batch(self, size: int) -> Backpropagation:
        """Return what batches of a size are computed with."""
        state, config = self.state, self.config
        return Backpropagation(
            state.network,
            LOSSES[config.loss],
            size,
            self.gradient,
            input_dropout=config.input_dropout,
            hidden_dropout=config.hidden_dropout,
            rng=state.silencing,
        )


class Pass:
    """The way of a batch through the network: it is read, computed and judged.

    Parameters
    ----------
    material : the run's
    batch : what is filled in and read
    compute : goes through `batch` and returns the loss
    """

    def __init__(self, material: Material, batch: Backpropagation, compute: Callable[[], float]) -> None:
        self._take_inputs, self._take_targets = material.inputs.take, material.targets.take
        self._take_labels = material.labels.take
        self._inputs, self._targets, self._outputs = batch.inputs, batch.targets, batch.outputs
        self._compute = compute

    def __call__(self, indices: np.ndarray, varied: np.ndarray | None) -> tuple[float, int]:
        """Return the loss and how many samples were classified right.

        Parameters
        ----------
        indices : of the samples, (batch,)
        varied : the samples varied, (batch, n_in), where they are not to be learned as they are
        """
        if varied is None:
            self._take_inputs(indices, 0, self._inputs, "clip")
        else:
            np.copyto(self._inputs, varied)
        self._take_targets(indices, 1, self._targets, "clip")
        loss = self._compute()
        right = self._outputs.argmax(0) == self._take_labels(indices, 0, None, "clip")
        return loss, int(np.count_nonzero(right))


class Step:
    """Learns a batch from one end to the other, in the calling thread.

    Parameters
    ----------
    material : the run's
    batch_size : samples of every batch it is called with
    """

    def __init__(self, material: Material, batch_size: int) -> None:
        batch = material.batch(batch_size)
        self._pass = Pass(material, batch, batch if material.state.optimizer.uses_gradient else batch.cost)
        self._update = WholeUpdate(material, batch)

    def __call__(self, indices: np.ndarray, learning_rate: float, varied: np.ndarray | None) -> tuple[float, int]:
        """Learn a batch; return its mean loss and how many samples were classified right, both before the step.

        Indices and `varied` are as in `Pass`. The parameters stay as they are where the loss is not finite.
        """
        loss, right = self._pass(indices, varied)
        if math.isfinite(loss):
            self._update(learning_rate)
        return loss, right


class Update:
    """What a step does to each parameter by itself, once the gradient is known; for all of them or a slice.

    Parameters
    ----------
    material : the run's
    where : the slice, all if not given; the statistics behind the parameters belong to the one that goes to their end
    """

    def __init__(self, material: Material, where: slice | None = None) -> None:
        state = material.state
        self._state = state
        self._optimizer = state.optimizer if where is None else state.optimizer.part(where)
        where = where or slice(None)
        self._parameters, self._gradient = state.network.parameters[where], material.gradient[where]
        self._weights = state.network.weight_vector[where]
        self._weight_gradient = self._gradient[: len(self._weights)]
        self._regularizers = material.regularizers
        self._averaging = material.config.averaging
        self._averaged = state.network.state[where]
        self._average = state.kept["average"][where] if self._averaging > 0 else None

    def __call__(self, learning_rate: float) -> None:
        """Do all of it; the run's optimiser has advanced already."""
        self.regularize(learning_rate)
        self._optimizer.steps = self._state.optimizer.steps
        self._optimizer.update(self._parameters, self._gradient, learning_rate)
        if self._average is not None:
            self.average()

    def regularize(self, learning_rate: float) -> None:
        """Add the penalties to the gradient, and shrink the weights."""
        for regularizer, strength in self._regularizers:
            regularizer.add_gradient(self._weights, strength, self._weight_gradient)
            regularizer.shrink(self._weights, strength, learning_rate)

    def average(self) -> None:
        """Move the average towards the parameters; at first it is the plain mean, so that the start is forgotten."""
        assert self._average is not None
        decay = min(self._averaging, self._state.step / (self._state.step + 1))
        self._average += (1 - decay) * (self._averaged - self._average)


class WholeUpdate(Update):
    """What a step does to all parameters, with what looks at more of them than one: held units, norms, and losses.

    Parameters
    ----------
    material : the run's
    batch : tells optimisers that use no gradient what parameters cost
    """

    def __init__(self, material: Material, batch: Backpropagation | None = None) -> None:
        super().__init__(material)
        self._batch = batch
        self._network = material.state.network
        self._holder, self._clip_norm = material.holder, material.config.clip_norm

    @staticmethod
    def is_needed(material: Material) -> bool:
        """Return whether slices cannot be updated one by one with the same result."""
        config = material.config
        return material.holder is not None or config.clip_norm > 0 or config.max_norm > 0

    def __call__(self, learning_rate: float) -> None:
        """Do all of it."""
        holder = self._holder
        if self._regularizers:
            self.regularize(learning_rate)
        if holder is not None:
            holder.blank()
        if self._clip_norm > 0:
            clip_norm(self._gradient, self._clip_norm)
        self._optimizer.step(self._parameters, self._gradient, learning_rate, self._cost)
        for regularizer, strength in self._regularizers:
            regularizer.project(self._network.weights, strength)
        if holder is not None:
            holder.restore()
        if self._average is not None:
            self.average()

    def _cost(self) -> float:
        """Return the loss of the batch with the penalties, for optimisers that use no gradient."""
        assert self._batch is not None
        if self._holder is not None:
            self._holder.restore()  # chance has changed what is held, too
        penalties = sum(regularizer.penalty(self._weights, strength) for regularizer, strength in self._regularizers)
        return self._batch.cost() + penalties
