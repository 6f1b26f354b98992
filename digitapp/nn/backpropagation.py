"""Back-propagation: the gradient of the loss for one batch, in memory that is prepared once."""

import numpy as np

from digitapp.nn.dropout import Dropout
from digitapp.nn.losses import Loss
from digitapp.nn.network import Network
from digitapp.nn.normalization import BatchNormalization, NormalizedLayer


class Backpropagation:
    """Computes the loss of a batch and its gradient for all parameters.

    Fill `inputs` and `targets`, call, read `gradient`. Activations are kept with one row per unit and one column per
    sample: sums over the units of a sample, as in softmax, then run along the memory.

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
        pre_activations = [np.empty((layer.biases.size, batch_size), dtype) for layer in network.layers]
        activations = [
            z if layer.activation.key == "identity" else np.empty((layer.units, batch_size), dtype)
            for layer, z in zip(network.layers, pre_activations, strict=True)
        ]
        sources = [self.inputs, *activations[:-1]]
        rates = [input_dropout] + [hidden_dropout] * (len(network.layers) - 1)
        dropouts = [
            Dropout(source, rate, rng) if rate > 0 and rng is not None else None
            for source, rate in zip(sources, rates, strict=True)
        ]
        layer_inputs = [
            dropout.outputs if dropout else source for dropout, source in zip(dropouts, sources, strict=True)
        ]
        layer_inputs[0] = layer_inputs[0].T
        deltas = [np.empty_like(a) for a in activations]
        sum_deltas = [  # where the activation turns the gradient for a into the gradient for z, see `Activation.chain`
            z if layer.activation.pieces > 1 else delta
            for layer, z, delta in zip(network.layers, pre_activations, deltas, strict=True)
        ]
        weight_gradients, bias_gradients = network.views(self.gradient)
        normalizations = [
            BatchNormalization(layer, batch_size, gradient)
            if isinstance(layer, NormalizedLayer) and gradient is not None
            else None
            for layer, gradient in zip(network.layers, network.gain_views(self.gradient), strict=True)
        ]
        forward_layers = [
            normalization or layer for normalization, layer in zip(normalizations, network.layers, strict=True)
        ]

        self.outputs = activations[-1]
        self._output_delta = deltas[-1]
        self._forward = list(zip(forward_layers, dropouts, layer_inputs, pre_activations, activations, strict=True))
        self._backward = list(
            zip(
                network.layers,
                [inputs.T for inputs in layer_inputs],
                pre_activations,
                activations,
                deltas,
                sum_deltas,
                normalizations,
                [gradient.T for gradient in weight_gradients],
                bias_gradients,
                [None, *deltas[:-1]],  # nobody asks for the gradient of the network's input
                dropouts,
                strict=True,
            )
        )[::-1]
        self._ones = np.ones(batch_size, dtype)

    def __call__(self) -> float:
        """Return the mean loss of the batch, and leave its gradient in `gradient`."""
        value = self.cost()
        for (
            layer,
            inputs,
            z,
            a,
            slope,
            delta,
            normalization,
            weight_gradient,
            bias_gradient,
            delta_below,
            dropout,
        ) in self._backward:
            layer.activation.chain(slope, z, a)  # BP1: δ = ∂C/∂a ⊙ f'(z)
            delta.dot(self._ones, bias_gradient)  # BP3: ∂C/∂b = δ, summed over the batch
            if normalization is not None:
                normalization.backward(delta)
            delta.dot(inputs, weight_gradient)  # BP4: ∂C/∂W = δ aᵀ
            if delta_below is not None:
                layer.weights.dot(delta, delta_below)  # BP2: ∂C/∂a of the layer below = W δ
                if dropout is not None:
                    dropout.backward(delta_below)
        return value

    def cost(self) -> float:
        """Return the mean loss of the batch alone, and leave its gradient for the outputs ready to be passed back."""
        for layer, dropout, inputs, z, a in self._forward:
            if dropout is not None:
                dropout.forward()
            layer.forward(inputs, z, a)
        return self.loss.evaluate(self.outputs, self.targets, self._output_delta)  # ∂C/∂a of the last layer
