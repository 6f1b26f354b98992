"""What training makes small: a number for how wrong the outputs are, and its gradient.

Labels are integers; inside training they become targets once per run: a matrix (classes, samples) with a one at each
label, of which every batch takes its columns. All values are means over the batch.
"""

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.constants import constant
from digitapp.nn.denormals import dust_of
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

    def prepare(self, outputs: np.ndarray, targets: np.ndarray, gradient: np.ndarray) -> Callable[[], float]:
        """Return a function that returns the mean loss and writes its gradient for the outputs into `gradient`.

        All three arrays are of shape (classes, batch); they are read anew at every call.
        """
        raise NotImplementedError

    def of_each(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample, (batch,); outputs and targets are (classes, batch).

        Their mean is what `prepare` gives. Slower, for where the samples are not all of one network.
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
        return self.prepare(outputs.T, targets, gradient)(), gradient.T


def one_hot(labels: np.ndarray, classes: int, dtype: np.dtype) -> np.ndarray:
    """Return a matrix (classes, samples) with a one at each label and zeros elsewhere.

    The label −1 stands for a sample that is none of the classes; its target is the same for each of them, so that a
    network learns to be unsure about it. Source: Hendrycks, Mazeika, Dietterich, "Deep Anomaly Detection with Outlier
    Exposure" (ICLR 2019), section 3.

    Raises
    ------
    ValueError : a label that is not a whole number from −1 to classes − 1
    """
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels must be whole numbers, got {labels.dtype}")
    if len(labels) and not -1 <= labels.min() <= labels.max() < classes:
        raise ValueError(f"labels from 0 to {classes - 1} expected, got {labels.min()} to {labels.max()}")
    targets = np.zeros((classes, len(labels)), dtype)
    targets[labels, np.arange(len(labels))] = 1
    targets[:, labels < 0] = 1 / classes
    return targets


def smooth(targets: np.ndarray, amount: float) -> np.ndarray:
    """Return (1 − ε) t + ε / classes for targets (classes, samples): label smoothing.

    Source: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (CVPR 2016), section 7.
    """
    return (targets * (1 - amount) + amount / len(targets)).astype(targets.dtype)


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
    options = (
        Option("label_smoothing", "Label smoothing", 0.0, 0.0, 0.9, "How much of the target is shared by all classes."),
    )

    def prepare(self, outputs: np.ndarray, targets: np.ndarray, gradient: np.ndarray) -> Callable[[], float]:
        (classes, batch), dtype = outputs.shape, outputs.dtype
        peaks, logarithms, scratch = np.empty(batch, dtype), np.empty(batch, dtype), np.empty_like(gradient)
        ones, add_up = np.ones((classes, classes), dtype), np.ones(batch, dtype).dot
        scale, dust = constant(1 / batch, dtype), dust_of(dtype)
        largest, row_of_sums = np.maximum.reduce, scratch[0]
        sum_right, flat_gradient = targets.reshape(-1, copy=False).dot, gradient.reshape(-1, copy=False)

        def evaluate() -> float:
            largest(outputs, 0, out=peaks)
            scratch[...] = peaks  # spread over all rows, as the sums are below: see `Layer.forward`
            shifted = np.subtract(outputs, scratch, gradient)
            right = sum_right(flat_gradient)  # Σ t z, which is faster flat than as vdot
            exponentials = np.exp(shifted, gradient)
            exponentials += dust  # no probability is to be denormal: see `nn.denormals`
            exponentials -= dust
            sums = ones.dot(exponentials, scratch)
            softmax = np.divide(exponentials, sums, gradient)
            error = np.subtract(softmax, targets, gradient)
            np.multiply(error, scale, gradient)
            return float(add_up(np.log(row_of_sums, logarithms)) - right) / batch

        return evaluate

    def of_each(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        shifted = outputs - outputs.max(axis=0)
        return np.log(np.exp(shifted).sum(axis=0)) - (targets * shifted).sum(axis=0)

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

    def prepare(self, outputs: np.ndarray, targets: np.ndarray, gradient: np.ndarray) -> Callable[[], float]:
        batch = outputs.shape[1]
        scale = constant(1 / batch, outputs.dtype)

        def evaluate() -> float:
            error = np.subtract(outputs, targets, gradient)
            value = 0.5 * float(np.vdot(error, error)) / batch
            np.multiply(error, scale, gradient)
            return value

        return evaluate

    def of_each(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return 0.5 * np.square(outputs - targets).sum(axis=0)

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Return a copy of the outputs: each sigmoid speaks for its own class, and a row need not sum to 1."""
        return np.array(outputs)


class BinaryCrossEntropy(Loss):
    """C = −Σ [t ln σ(z) + (1 − t) ln(1 − σ(z))] = Σ [ln(1 + exp(z)) − t z], with gradient σ(z) − t.

    Each output answers its own yes-or-no question. The second form needs no logarithm of a number near zero.

    Source: Bishop, "Pattern Recognition and Machine Learning" (2006), equations 4.90 and 4.91.
    """

    key = "binary_cross_entropy"
    title = "Binary cross-entropy"
    summary = "Asks every output its own yes-or-no question and adds up the surprise."
    output_activation = "identity"

    def prepare(self, outputs: np.ndarray, targets: np.ndarray, gradient: np.ndarray) -> Callable[[], float]:
        batch, dtype = outputs.shape[1], outputs.dtype
        zero, scale = constant(0.0, dtype), constant(1 / batch, dtype)

        def evaluate() -> float:
            value = float(np.logaddexp(outputs, zero).sum()) - float(np.vdot(targets, outputs))
            ACTIVATIONS["sigmoid"].value(outputs, gradient)
            error = np.subtract(gradient, targets, gradient)
            np.multiply(error, scale, gradient)
            return value / batch

        return evaluate

    def of_each(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return (np.logaddexp(outputs, 0) - targets * outputs).sum(axis=0)

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Return σ(outputs); each output speaks for its own class, and a row need not sum to 1."""
        out = np.empty_like(outputs)
        ACTIVATIONS["sigmoid"].value(outputs, out)
        return out


class Hinge(Loss):
    """C = Σ over wrong classes j of max(0, z_j − z_right + 1): the multi-class support vector machine.

    The gradient is 1 for each wrong class within the margin, and minus their number for the right class.

    Source: Weston, Watkins, "Support Vector Machines for Multi-Class Pattern Recognition" (ESANN 1999), as in the
    notes of Stanford's CS231n, "Linear classification".
    """

    key = "hinge"
    title = "Multi-class hinge (SVM)"
    summary = "Asks that the right class score at least 1 above every other, and then is content."
    output_activation = "identity"

    def prepare(self, outputs: np.ndarray, targets: np.ndarray, gradient: np.ndarray) -> Callable[[], float]:
        (classes, batch), dtype = outputs.shape, outputs.dtype
        sum_classes, scale = np.ones(classes, dtype).dot, constant(1 / batch, dtype)

        def evaluate() -> float:
            right = sum_classes(targets * outputs)
            margins = np.maximum(outputs - right + 1 - targets, 0)  # the right class itself comes out as 0
            wrong = (margins > 0).astype(dtype)
            np.multiply(wrong - targets * sum_classes(wrong), scale, gradient)
            return float(margins.sum()) / batch

        return evaluate

    def of_each(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        right = (targets * outputs).sum(axis=0)
        return np.maximum(outputs - right + 1 - targets, 0).sum(axis=0)

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Return softmax(outputs): a ranking from 0 to 1; this loss does not make them true probabilities."""
        return LOSSES["cross_entropy"].probabilities(outputs)


class Perceptron(Loss):
    """C = Σ (y − t) z, where y = 1 if z > 0 and 0 otherwise; with gradient y − t.

    Plain SGD with batches of one is then the perceptron rule, w ← w + α (t − y) x.

    Sources: Rosenblatt, "The Perceptron" (1958); Bishop, "Pattern Recognition and Machine Learning" (2006), equations
    4.54 and 4.55.
    """

    key = "perceptron"
    title = "Perceptron criterion"
    summary = "Changes weights only where an answer is wrong: with SGD, the perceptron rule of 1958."
    output_activation = "identity"

    def prepare(self, outputs: np.ndarray, targets: np.ndarray, gradient: np.ndarray) -> Callable[[], float]:
        batch = outputs.shape[1]
        scale = constant(1 / batch, outputs.dtype)

        def evaluate() -> float:
            error = np.subtract(outputs > 0, targets, gradient)
            value = float(np.vdot(error, outputs)) / batch
            np.multiply(error, scale, gradient)
            return value

        return evaluate

    def of_each(self, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return (((outputs > 0) - targets) * outputs).sum(axis=0)

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Return 1 for every unit that fires and 0 for the others."""
        return (outputs > 0).astype(outputs.dtype)


LOSSES: dict[str, Loss] = {
    loss.key: loss for loss in (CrossEntropy(), BinaryCrossEntropy(), SquaredError(), Hinge(), Perceptron())
}
