"""Back-propagation: the gradient of the loss for one batch, in memory that is prepared once."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from digitapp.nn.activations import Identity
from digitapp.nn.dropout import Dropout
from digitapp.nn.layer import Layer
from digitapp.nn.losses import Loss
from digitapp.nn.network import Network
from digitapp.nn.normalization import BatchNormalization, NormalizedLayer

Operation = Callable[[], object]

ALL = slice(None)


class Slopes(NamedTuple):
    """How the mean loss of a batch changes with each part of one layer, with one column per sample.

    Every array is the share of the batch's mean, so that sums over the columns are the gradient.

    Attributes
    ----------
    activations : ∂C/∂a, (units, batch), before dropout
    sums : δ = ∂C/∂z, (fan_out, batch); of a normalised layer for its weighted sums before they are normalised
    weights : ∂C/∂W, (fan_in, fan_out), summed over the batch
    biases : ∂C/∂b, (fan_out,), summed over the batch
    """

    activations: np.ndarray
    sums: np.ndarray
    weights: np.ndarray
    biases: np.ndarray


class LayerPass:
    """One layer's share in a batch: the arrays that it works in, and what is done in them for all units or for some.

    Where `rows` can be given, an operation does its work for these units alone, from all samples: the rows of all
    arrays. Such operations on different rows may run side by side.

    Parameters
    ----------
    layer : read at every call; of a normalised one the running mean and variance are changed
    read : what it reads, (fan_in, batch), silenced where there is dropout
    gradients : views of its weights (fan_in, fan_out), its biases (fan_out,), and its gains or None
    dropout : silences what it reads, where anything does
    below : where to write ∂C/∂a of the layer below, (fan_in, batch); None for the first layer

    Attributes
    ----------
    activations : (units, batch)
    slope : ∂C/∂a, (units, batch), to be written by the layer above or the loss
    delta : δ = ∂C/∂z, (fan_out, batch), after `chain`
    """

    def __init__(
        self,
        layer: Layer,
        read: np.ndarray,
        gradients: tuple[np.ndarray, np.ndarray, np.ndarray | None],
        dropout: Dropout | None,
        below: np.ndarray | None,
    ) -> None:
        self.layer, self.dropout = layer, dropout
        self._read, self._below = read, below
        self._weight_gradient, self._bias_gradient, gain_gradient = gradients
        (fan_out, batch), dtype = (layer.biases.size, read.shape[1]), read.dtype
        z = self._sums = np.empty((fan_out, batch), dtype)
        is_identity = isinstance(layer.activation, Identity)
        self.activations = z if is_identity else np.empty((layer.units, batch), dtype)
        self.slope = np.empty_like(self.activations)
        # With several pieces the chain rule leaves ∂C/∂z in z; see `Activation.chain`.
        in_place = layer.activation.pieces == 1
        self.delta, self._scratch = (self.slope, self.slope) if in_place else (z, np.empty_like(z))
        self._normalization = None
        if isinstance(layer, NormalizedLayer) and gain_gradient is not None:
            self._normalization = BatchNormalization(layer, batch, gain_gradient)
        self.is_divisible = in_place and self._normalization is None
        """Whether `finish` and `chain` can be asked for some units alone."""

    @property
    def work(self) -> int:
        """Multiplications and additions of each of its products: `add_up`, `pass_down` and `gather`."""
        return self.layer.weights.size * self._read.shape[1]

    def add_up(self, rows: slice = ALL) -> Operation:
        """Return what computes Wᵀ a."""
        sums = self._sums if self._normalization is None else self._normalization.sums
        return partial(self.layer.weights.T[rows].dot, self._read, sums[rows])

    def finish(self, rows: slice = ALL) -> Operation:
        """Return what computes the activations from that."""
        if rows == ALL:
            finish = (self._normalization or self.layer).finish
            return partial(finish, self._sums, self.activations, self._scratch)
        z = self._sums[rows]
        a = z if self.activations is self._sums else self.activations[rows]
        return partial(self.layer.cut(rows).finish, z, a, self._scratch[rows])

    def chain(self, rows: slice = ALL) -> list[Operation]:
        """Return what turns `slope` into `delta`, and the gradient of a normalised layer's biases."""
        operations: list[Operation] = []
        if self.activations is not self._sums:  # BP1: δ = ∂C/∂a ⊙ f'(z); for the identity, f' is 1
            arrays = (array[rows] for array in (self.slope, self._sums, self.activations))
            operations.append(partial(self.layer.activation.chain, *arrays))
        if self._normalization is not None:  # which turns δ from that of the normalised sums into that of the sums
            operations += [self._gather_biases(), partial(self._normalization.backward, self.delta)]
        return operations

    def pass_down(self, rows: slice = ALL) -> list[Operation]:
        """Return what writes ∂C/∂a of the layer below, or of some of its units; nothing for the first layer."""
        if self._below is None:  # nobody asks for the gradient of the network's input
            return []
        return [partial(self.layer.weights[rows].dot, self.delta, self._below[rows])]  # BP2: W δ

    def silence_below(self) -> list[Operation]:
        """Return what takes the share of silenced units out of what `pass_down` wrote."""
        return [] if self.dropout is None or self._below is None else [partial(self.dropout.backward, self._below)]

    def gather_biases(self) -> list[Operation]:
        """Return what writes the gradient of the biases, where `chain` has not."""
        return [] if self._normalization is not None else [self._gather_biases()]

    def gather(self, rows: slice = ALL) -> Operation:
        """Return what writes the gradient of the weights: a sum over the columns of δ and of what is read."""
        return partial(self.delta[rows].dot, self._read.T, self._weight_gradient.T[rows])  # BP4: ∂C/∂W = δ aᵀ

    def _gather_biases(self) -> Operation:
        ones = np.ones(self.delta.shape[1], self.delta.dtype)
        return partial(self.delta.dot, ones, self._bias_gradient)  # BP3: ∂C/∂b = δ, summed over the batch


class Backpropagation:
    """Computes the loss of a batch and its gradient for all parameters.

    Fill `inputs` and `targets`, call, read `gradient`, or layer by layer `slopes`. The operations, and the memory they
    work in, are put together once and then only called: on a small network, looking them up would take as long as doing
    them. Activations are kept with one row per unit and one column per sample: sums over the units of a sample, as in
    softmax, then run along the memory.

    Parameters
    ----------
    network : read at every call, never changed but for the running means and variances of normalised layers
    loss : an entry of `LOSSES`
    batch_size : samples per call
    gradient : where to write the gradient, shape (parameter_count,); a new vector if not given
    input_dropout, hidden_dropout : probabilities that an input or a hidden unit is silent in a batch
    rng : draws who is silent; needed for dropout only

    Attributes
    ----------
    inputs : (batch, n_in), to be filled before a call
    targets : (n_out, batch), to be filled before a call
    outputs : (n_out, batch), the network's outputs after a call
    gradient : (parameter_count,), laid out like the network's parameters
    passes : the share of each layer, for who puts the operations together in another way
    evaluate : computes the loss of `outputs`, and the slope of the last layer

    Source: Nielsen, "Neural Networks and Deep Learning" (2015), equations BP1 to BP4.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        batch_size: int,
        gradient: np.ndarray | None = None,
        *,
        input_dropout: float = 0.0,
        hidden_dropout: float = 0.0,
        rng: np.random.Generator | None = None,
    ) -> None:
        dtype = network.dtype
        self.network = network
        self.loss = loss
        self.gradient = np.zeros_like(network.parameters) if gradient is None else gradient
        self.inputs = np.zeros((batch_size, network.sizes[0]), dtype)
        self.targets = np.zeros((network.sizes[-1], batch_size), dtype)
        self.passes: list[LayerPass] = []
        values, below = self.inputs, None
        gradients = zip(*network.views(self.gradient), network.gain_views(self.gradient), strict=True)
        for layer, own_gradients in zip(network.layers, gradients, strict=True):
            rate = hidden_dropout if self.passes else input_dropout
            dropout = Dropout(values, rate, rng) if rate > 0 and rng is not None else None
            read = values if dropout is None else dropout.outputs
            self.passes.append(LayerPass(layer, read if self.passes else read.T, own_gradients, dropout, below))
            values, below = self.passes[-1].activations, self.passes[-1].slope
        self.outputs = values
        self.evaluate = loss.prepare(self.outputs, self.targets, self.passes[-1].slope)
        self._forward: list[Operation] = []
        for each in self.passes:
            silence = [] if each.dropout is None else [each.dropout.forward]
            self._forward += [*silence, each.add_up(), each.finish()]
        self._back: list[Operation] = []
        for each in reversed(self.passes):
            self._back += [*each.chain(), *each.pass_down(), *each.silence_below()]
        for each in reversed(self.passes):
            self._back += [*each.gather_biases(), each.gather()]

    def __call__(self) -> float:
        """Return the mean loss of the batch, and leave its gradient in `gradient`."""
        value = self.cost()
        for operation in self._back:
            operation()
        return value

    def cost(self) -> float:
        """Return the mean loss of the batch alone, and leave its gradient for the outputs ready to be passed back."""
        for operation in self._forward:
            operation()
        return self.evaluate()

    def slopes(self, layer: int) -> Slopes:
        """Return how the loss of the last call changes with each part of a layer, 0 for the first.

        To be read before the network's weights are changed. The arrays but `activations` are those that the next call
        writes into.

        Raises
        ------
        IndexError : no such layer
        """
        if not 0 <= layer < len(self.passes):
            raise IndexError(f"layer {layer} does not exist: the network has layers 0 to {len(self.passes) - 1}")
        weights, biases = self.network.views(self.gradient)
        return Slopes(self._slope_of_activations(layer), self.passes[layer].delta, weights[layer], biases[layer])

    def _slope_of_activations(self, layer: int) -> np.ndarray:
        """Return ∂C/∂a, worked out anew: in a call, the chain rule turns it into δ where it lies."""
        if layer == len(self.passes) - 1:
            slope = np.empty_like(self.outputs)
            self.loss.prepare(self.outputs, self.targets, slope)()
            return slope
        above = self.passes[layer + 1]
        slope = above.layer.weights @ above.delta
        if above.dropout is not None:
            above.dropout.backward(slope)
        return slope
