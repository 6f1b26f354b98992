"""Which pixels speak for an answer: three maps of the input, each by another way of asking.

All explain the same number, Σ_k c_k z_k(x) over the logits z: one logit, or the lead of one class over another. A map
has one value for each pixel, positive where the pixel speaks for the class.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.inspection.gradients import input_gradients
from digitapp.nn.network import Network

Map = NDArray[np.floating]
CHUNK = 256


@dataclass(frozen=True, eq=False)
class IntegratedGradients:
    """A map whose values add up to the score, and how well they do.

    Attributes
    ----------
    values : float array, shape (features,)
    expected : float, the score of the input minus that of the blank page: what the values should add up to
    steps : int, intervals that the way from the blank page to the input was cut into
    """

    values: Map
    expected: float
    steps: int

    @property
    def total(self) -> float:
        """What the values do add up to."""
        return float(self.values.sum(dtype=np.float64))

    @property
    def error(self) -> float:
        """By how much of the expected sum the values miss it; infinite for a sum of zero that they miss."""
        missed = abs(self.total - self.expected)
        return missed / abs(self.expected) if self.expected else np.inf if missed else 0.0


def scores(network: Network, x: NDArray[np.floating], coefficients: NDArray[np.floating]) -> Map:
    """Return Σ_k c_k z_k for each input, shape (batch,), for inputs (batch, features) and coefficients (classes,)."""
    return network.trace(x).pre_activations[-1] @ coefficients.astype(network.dtype)


def gradient_times_input(network: Network, x: NDArray[np.floating], coefficients: NDArray[np.floating]) -> Map:
    """Return x ⊙ ∂score/∂x, shape (features,): how the score changes as each pixel's ink grows a little.

    In a network that is linear between corners this is each pixel's exact part in the score, for as long as the same
    units stay awake.

    Sources: Simonyan, Vedaldi, Zisserman, "Deep Inside Convolutional Networks" (2013), section 3; Shrikumar et al.,
    "Not Just a Black Box" (2016), equation 2.
    """
    return x * input_gradients(network, x[np.newaxis], coefficients).gradients[0]


def integrated_gradients(
    network: Network,
    x: NDArray[np.floating],
    coefficients: NDArray[np.floating],
    *,
    tolerance: float = 0.005,
    most_steps: int = 4096,
) -> IntegratedGradients:
    """Return the gradients' mean on the straight way from the blank page to the input, times the input.

    The integral is a sum of trapezoids. As the score at both ends of every interval is known, so is what each trapezoid
    misses; those that miss most are halved until all errors together are within the tolerance.

    Parameters
    ----------
    x : float array, shape (features,)
    coefficients : float array, shape (classes,)
    tolerance : the errors of all intervals that are accepted, as a share of the expected sum
    most_steps : intervals after which the search ends in any case, as with activations that have no slope

    Source: Sundararajan, Taly, Yan, "Axiomatic Attribution for Deep Networks" (ICML 2017), equations 1 and 3 and
    proposition 1 (completeness).
    """
    exact = x.astype(np.float64)
    places = np.linspace(0, 1, 33)
    values, gradients = _along(network, exact, coefficients, places)
    while True:
        expected = float(values[-1] - values[0])
        widths = np.diff(places)
        slopes = gradients @ exact
        missed = np.abs(np.diff(values) - widths * (slopes[1:] + slopes[:-1]) / 2)
        if missed.sum() <= tolerance * abs(expected) or len(widths) >= most_steps or not np.isfinite(missed).all():
            break
        worst = missed > tolerance * abs(expected) / len(widths) / 2
        if widths[worst].min(initial=1) < 1e-9:
            break  # a jump, which no number of steps makes smooth
        halves = (places[:-1] + widths / 2)[worst]
        more_values, more_gradients = _along(network, exact, coefficients, halves)
        order = np.argsort(np.concatenate([places, halves]), kind="stable")
        places = np.concatenate([places, halves])[order]
        values = np.concatenate([values, more_values])[order]
        gradients = np.concatenate([gradients, more_gradients])[order]
    means = (widths[:, np.newaxis] * (gradients[1:] + gradients[:-1]) / 2).sum(axis=0)
    return IntegratedGradients((exact * means).astype(network.dtype), expected, len(widths))


def _along(
    network: Network, x: Map, coefficients: NDArray[np.floating], places: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return scores (n,) and gradients (n, features) at shares of the input."""
    parts = [
        input_gradients(network, places[start : start + CHUNK, np.newaxis] * x, coefficients)
        for start in range(0, len(places), CHUNK)
    ]
    values = np.concatenate([part.values for part in parts]).astype(np.float64)
    return values, np.concatenate([part.gradients for part in parts]).astype(np.float64)


def occlusion(
    network: Network,
    x: NDArray[np.floating],
    coefficients: NDArray[np.floating],
    shape: tuple[int, int],
    side: int = 3,
) -> Map:
    """Return by how much the score falls as a square of paper covers each pixel and its neighbours, (features,).

    Parameters
    ----------
    x : float array, shape (rows × columns,)
    shape : rows and columns
    side : pixels of the square each way, odd; it is centred on each pixel in turn, and cut at the frame

    Source: Zeiler, Fergus, "Visualizing and Understanding Convolutional Networks" (ECCV 2014), section 4.2.
    """
    rows, columns = shape
    reach = side // 2
    picture = x.reshape(shape)
    covered = np.repeat(x[np.newaxis], x.size, axis=0).reshape(rows, columns, rows, columns)
    changed = np.zeros(shape, dtype=bool)
    for row in range(rows):
        for column in range(columns):
            place = slice(max(0, row - reach), row + reach + 1), slice(max(0, column - reach), column + reach + 1)
            changed[row, column] = picture[place].any()
            covered[row, column][place] = 0
    asked = covered[changed].reshape(-1, x.size)
    falls = np.zeros(shape, dtype=network.dtype)
    falls[changed] = scores(network, x[np.newaxis], coefficients) - scores(network, asked, coefficients)
    return falls.ravel()


def attribution_map(
    key: str,
    network: Network,
    x: NDArray[np.floating],
    coefficients: NDArray[np.floating],
    shape: tuple[int, int],
) -> Map:
    """Return one of `MAPS` quickly, shape (features,): the integral is rough, the others are as always."""
    if key == "gradient":
        return gradient_times_input(network, x, coefficients)
    if key == "occlusion":
        return occlusion(network, x, coefficients, shape, patch_side(shape))
    return integrated_gradients(network, x, coefficients, tolerance=0.05, most_steps=32).values


MAPS = ("gradient", "integrated", "occlusion")
"""The maps' names, in the order in which they are shown."""


def patch_side(shape: tuple[int, int]) -> int:
    """Return how many pixels each way `occlusion` covers on a grid: 3 of 28, and 1 of a handful."""
    return 3 if min(shape) > 8 else 1
