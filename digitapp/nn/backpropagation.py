"""Back-propagation: the gradient of the loss for one batch, in memory that is prepared once."""

from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np

from digitapp.nn.activations import Identity
from digitapp.nn.dropout import Dropout
from digitapp.nn.losses import Loss
from digitapp.nn.network import Network
from digitapp.nn.normalization import BatchNormalization, NormalizedLayer

Operation = Callable[[], object]


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


def gathering(
    delta: np.ndarray, read: np.ndarray, weight_gradient: np.ndarray, bias_gradient: np.ndarray
) -> list[Operation]:
    """Return the operations that write a layer's gradient: for its biases (BP3), then for its weights (BP4).

    Both are sums over the columns of δ (fan_out, batch) and of what the layer reads (fan_in, batch). Rows of δ with the
    columns of (fan_in, fan_out) that belong to them give that part of the gradient.
    """
    ones = np.ones(delta.shape[1], delta.dtype)
    return [
        partial(delta.dot, ones, bias_gradient),  # BP3: ∂C/∂b = δ, summed over the batch
        partial(delta.dot, read.T, weight_gradient.T),  # BP4: ∂C/∂W = δ aᵀ
    ]


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
    inputs : where to read the inputs, shape (batch, n_in); a new array if not given
    samples : those that the mean is over, of which the batch may be a part; its own if not given
    input_dropout, hidden_dropout : probabilities that an input or a hidden unit is silent in a batch
    rng : draws who is silent; needed for dropout only

    Attributes
    ----------
    inputs : (batch, n_in), to be filled before a call
    targets : (n_out, batch), to be filled before a call
    outputs : (n_out, batch), the network's outputs after a call
    gradient : (parameter_count,), laid out like the network's parameters
    reads : per layer what it reads, (fan_in, batch), silenced where there is dropout
    deltas : per layer δ = ∂C/∂z, (fan_out, batch), after `pass_back`

    Source: Nielsen, "Neural Networks and Deep Learning" (2015), equations BP1 to BP4.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        batch_size: int,
        gradient: np.ndarray | None = None,
        *,
        inputs: np.ndarray | None = None,
        samples: int | None = None,
        input_dropout: float = 0.0,
        hidden_dropout: float = 0.0,
        rng: np.random.Generator | None = None,
    ) -> None:
        dtype = network.dtype
        self.network = network
        self.loss = loss
        self.gradient = np.zeros_like(network.parameters) if gradient is None else gradient
        self.inputs = np.zeros((batch_size, network.sizes[0]), dtype) if inputs is None else inputs
        self.targets = np.zeros((network.sizes[-1], batch_size), dtype)
        self._forward: list[Operation] = []
        backward: list[list[Operation]] = []
        gather: list[list[Operation]] = []
        gradients = (*network.views(self.gradient), network.gain_views(self.gradient))

        a, slopes = self.inputs, list[np.ndarray]()  # ∂C/∂a of each layer
        self.reads: list[np.ndarray] = []
        self.deltas: list[np.ndarray] = []
        self._dropouts: list[Dropout | None] = []  # of what each layer reads
        for index, (layer, weight_gradient, bias_gradient, gain_gradient) in enumerate(
            zip(network.layers, *gradients, strict=True)
        ):
            source = a
            rate = hidden_dropout if index else input_dropout
            dropout = Dropout(source, rate, rng) if rate > 0 and rng is not None else None
            if dropout is not None:
                self._forward.append(dropout.forward)
                source = dropout.outputs
            read = source if index else source.T
            z = np.empty((layer.biases.size, batch_size), dtype)
            a = z if isinstance(layer.activation, Identity) else np.empty((layer.units, batch_size), dtype)
            slope = np.empty_like(a)
            # With several pieces the chain rule leaves ∂C/∂z in z; see `Activation.chain`.
            delta, scratch = (slope, slope) if layer.activation.pieces == 1 else (z, np.empty_like(z))
            normalization = None
            if isinstance(layer, NormalizedLayer) and gain_gradient is not None:
                normalization = BatchNormalization(layer, batch_size, gain_gradient)
            self._forward.append(partial((normalization or layer).forward, read, z, a, scratch))

            operations: list[Operation] = []
            if a is not z:  # for the identity, f' is 1
                operations.append(partial(layer.activation.chain, slope, z, a))  # BP1: δ = ∂C/∂a ⊙ f'(z)
            own = gathering(delta, read, weight_gradient, bias_gradient)
            if normalization is not None:  # which turns δ from that of the normalised sums into that of the sums
                operations += [own.pop(0), partial(normalization.backward, delta)]
            if slopes:  # nobody asks for the gradient of the network's input
                operations.append(partial(layer.weights.dot, delta, slopes[-1]))  # BP2: ∂C/∂a of the layer below = W δ
                if dropout is not None:
                    operations.append(partial(dropout.backward, slopes[-1]))
            backward.append(operations)
            gather.append(own)
            slopes.append(slope)
            self.reads.append(read)
            self.deltas.append(delta)
            self._dropouts.append(dropout)

        self.outputs = a
        self._evaluate = loss.prepare(a, self.targets, slopes[-1], samples)
        self._pass_back = list(chain.from_iterable(reversed(backward)))
        self._gather = list(chain.from_iterable(reversed(gather)))

    def __call__(self) -> float:
        """Return the mean loss of the batch, and leave its gradient in `gradient`."""
        value = self.cost()
        for operation in self._pass_back:
            operation()
        for operation in self._gather:
            operation()
        return value

    def cost(self) -> float:
        """Return the mean loss of the batch alone, and leave its gradient for the outputs ready to be passed back."""
        for operation in self._forward:
            operation()
        return self._evaluate()

    def pass_back(self) -> None:
        """After `cost`, leave each layer's δ in `deltas`; in `gradient` only normalised layers leave something."""
        for operation in self._pass_back:
            operation()

    def slopes(self, layer: int) -> Slopes:
        """Return how the loss of the last call changes with each part of a layer, 0 for the first.

        To be read before the network's weights are changed. The arrays but `activations` are those that the next call
        writes into.

        Raises
        ------
        IndexError : no such layer
        """
        if not 0 <= layer < len(self.deltas):
            raise IndexError(f"layer {layer} does not exist: the network has layers 0 to {len(self.deltas) - 1}")
        weights, biases = self.network.views(self.gradient)
        return Slopes(self._slope_of_activations(layer), self.deltas[layer], weights[layer], biases[layer])

    def _slope_of_activations(self, layer: int) -> np.ndarray:
        """Return ∂C/∂a, worked out anew: in a call, the chain rule turns it into δ where it lies."""
        if layer == len(self.deltas) - 1:
            slope = np.empty_like(self.outputs)
            self.loss.prepare(self.outputs, self.targets, slope)()
            return slope
        slope = self.network.layers[layer + 1].weights @ self.deltas[layer + 1]
        dropout = self._dropouts[layer + 1]
        if dropout is not None:
            dropout.backward(slope)
        return slope
