"""What training makes small: a number for how wrong the outputs are, and its gradient.

Labels are integers; inside training they become targets once per run: a matrix (classes, samples) with a one at each
label, of which every batch takes its columns. All values are means over the batch.
"""

from typing import ClassVar

import numpy as np

from digitapp.nn.constants import constant
from digitapp.nn.options import Option


class Loss:
    """The base of every entry of `LOSSES`.

    Attributes
    ----------
    output_activation : the activation that the output layer must have for this loss
    """

    key: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    output_activation: ClassVar[str]
    options: ClassVar[tuple[Option, ...]] = ()

    def evaluate(self, outputs: np.ndarray, targets: np.ndarray, gradient: np.ndarray) -> float:
        """Return the mean loss and write its gradient for the outputs into `gradient`.

        All three arrays are of shape (classes, batch).
        """
        raise NotImplementedError

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Return what the outputs (batch, classes) say about each class, as numbers from 0 to 1."""
        raise NotImplementedError

    def value_and_gradient(self, outputs: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean loss and its gradient with respect to the outputs.

        Parameters
        ----------
        outputs : float array, shape (batch, classes)
        labels : int array, shape (batch,), 0 <= label < classes

        Returns
        -------
        loss : float, mean over the batch
        gradient : float array, shape (batch, classes)

        Raises
        ------
        ValueError : empty batch, shapes that do not match, a label out of range
        """
        outputs = np.asarray(outputs)
        labels = np.asarray(labels)
        if outputs.ndim != 2 or len(outputs) == 0 or labels.shape != (len(outputs),):
            raise ValueError(
                f"outputs (batch, classes) and labels (batch,) expected, got {outputs.shape}, {labels.shape}"
            )
        gradient = np.empty(outputs.shape[::-1], outputs.dtype)
        targets = one_hot(labels, outputs.shape[1], outputs.dtype)
        return self.evaluate(outputs.T, targets, gradient), gradient.T


def one_hot(labels: np.ndarray, classes: int, dtype: np.dtype) -> np.ndarray:
    """Return a matrix (classes, samples) with a one at each label and zeros elsewhere.

    Raises
    ------
    ValueError : a label that is not a whole number from 0 to classes − 1
    """
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels must be whole numbers, got {labels.dtype}")
    if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(f"labels from 0 to {classes - 1} expected, got {labels.min()} to {labels.max()}")
    targets = np.zeros((classes, len(labels)), dtype)
    targets[labels, np.arange(len(labels))] = 1
    return targets


class CrossEntropy(Loss):
    """C = −Σ t ln softmax(z), with gradient softmax(z) − t.

    Softmax is fused with the loss and the largest logit of each sample subtracted, so large logits do not overflow
    and nothing is clipped. The loss is ln(classes) for equal logits.

    Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), section 6.2.2.3.
    """

    key = "cross_entropy"
    title = "Softmax cross-entropy"
    summary = "How surprised the network is by the right answer; the usual choice for telling classes apart."
    output_activation = "identity"

    def evaluate(self, outputs: np.ndarray, targets: np.ndarray, gradient: np.ndarray) -> float:
        (classes, batch), dtype = outputs.shape, outputs.dtype
        shifted = np.subtract(outputs, np.maximum.reduce(outputs, 0), out=gradient)
        right = float(np.vdot(targets, shifted))
        exponentials = np.exp(shifted, out=gradient)
        sums = constant(1.0, dtype, (classes,)).dot(exponentials)
        softmax = np.divide(exponentials, sums, out=gradient)
        np.subtract(softmax, targets, out=gradient)
        np.multiply(gradient, constant(1 / batch, dtype), out=gradient)
        return (float(np.add.reduce(np.log(sums))) - right) / batch

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Return softmax(outputs), (batch, classes); every row sums to 1."""
        exponentials = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        return exponentials / exponentials.sum(axis=1, keepdims=True)


class SquaredError(Loss):
    """C = ½ Σ (t − a)², with gradient a − t.

    Source: Nielsen, "Neural Networks and Deep Learning" (2015), equations 26 and 30.
    """

    key = "squared_error"
    title = "Squared error"
    summary = "Half the squared distance between outputs and targets; simple, but slow once a sigmoid is stuck."
    output_activation = "sigmoid"

    def evaluate(self, outputs: np.ndarray, targets: np.ndarray, gradient: np.ndarray) -> float:
        batch = outputs.shape[1]
        error = np.subtract(outputs, targets, out=gradient)
        value = 0.5 * float(np.vdot(error, error)) / batch
        np.multiply(error, constant(1 / batch, error.dtype), out=gradient)
        return value

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Return a copy of the outputs: each sigmoid speaks for its own class, and a row need not sum to 1."""
        return np.array(outputs)


LOSSES: dict[str, Loss] = {loss.key: loss for loss in (CrossEntropy(), SquaredError())}
