"""Back-propagation: the gradient of the loss for one batch, in memory that is prepared once."""

import numpy as np

from digitapp.nn.losses import Loss
from digitapp.nn.network import Network


class Backpropagation:
    """Computes the loss of a batch and its gradient for all parameters.

    Fill `inputs` and `targets`, call, read `gradient`. Activations are kept with one row per unit and one column per
    sample: sums over the units of a sample, as in softmax, then run along the memory.

    Parameters
    ----------
    network : read at every call, never changed
    loss : an entry of `LOSSES`
    batch_size : samples per call
    gradient : where to write the gradient, shape (parameter_count,); a new vector if not given

    Attributes
    ----------
    inputs : (batch, n_in), to be filled before a call
    targets : (n_out, batch), to be filled before a call
    outputs : (n_out, batch), the network's outputs after a call
    gradient : (parameter_count,), laid out like the network's parameters

    Source: Nielsen, "Neural Networks and Deep Learning" (2015), equations BP1 to BP4.
    """

    def __init__(self, network: Network, loss: Loss, batch_size: int, gradient: np.ndarray | None = None) -> None:
        dtype = network.dtype
        self.network = network
        self.loss = loss
        self.gradient = np.zeros_like(network.parameters) if gradient is None else gradient
        self.inputs = np.zeros((batch_size, network.sizes[0]), dtype)
        self.targets = np.zeros((network.sizes[-1], batch_size), dtype)
        self._layer_shapes = [(units, batch_size) for units in network.sizes[1:]]
        self._pre_activations = [np.empty(shape, dtype) for shape in self._layer_shapes]
        self._activations = [
            z if layer.activation.key == "identity" else np.empty_like(z)
            for layer, z in zip(network.layers, self._pre_activations, strict=True)
        ]
        self._deltas = [np.empty(shape, dtype) for shape in self._layer_shapes]
        weight_gradients, self._bias_gradients = network.views(self.gradient)
        self._weight_gradients = [gradient.T for gradient in weight_gradients]
        self._layer_inputs = [self.inputs.T, *self._activations[:-1]]
        self._ones = np.ones(batch_size, dtype)
        self.outputs = self._activations[-1]

    def __call__(self) -> float:
        """Return the mean loss of the batch, and leave its gradient in `gradient`."""
        layers = self.network.layers
        for layer, inputs, z, a in zip(
            layers, self._layer_inputs, self._pre_activations, self._activations, strict=True
        ):
            layer.forward(inputs, z, a)

        value = self.loss.evaluate(self.outputs, self.targets, self._deltas[-1])  # ∂C/∂a of the last layer
        for index in range(len(layers) - 1, -1, -1):
            layer, delta = layers[index], self._deltas[index]
            layer.activation.chain(delta, self._pre_activations[index], self._activations[index])  # BP1, BP2
            delta.dot(self._layer_inputs[index].T, self._weight_gradients[index])  # BP4
            delta.dot(self._ones, self._bias_gradients[index])  # BP3: the sum over the batch
            if index > 0:  # nobody asks for the gradient of the network's input
                layer.weights.dot(delta, self._deltas[index - 1])  # BP2
        return value
