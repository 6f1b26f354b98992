"""The input that excites a unit most, among those with as much ink as a digit.

Without a bound more ink always excites more, so the question is put as: no pixel below 0 or above 1, and a length ‖x‖
of at most that of typical data. For a unit of the first layer the answer is known in closed form; for deeper ones it is
climbed to from several starts, and may be one hill of several.

Source: Erhan, Bengio, Courville, Vincent, "Visualizing Higher-Layer Features of a Deep Network" (2009), section 3.1;
the penalty on uneven neighbours after Mahendran, Vedaldi, "Understanding Deep Image Representations by Inverting Them"
(CVPR 2015), section 2.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitapp.inspection.gradients import input_gradients
from digitapp.nn.network import Network

STEPS = 120
STARTS = 6
_FIRST_STEP, _LAST_STEP = 0.3, 0.02  # of the length, from the first step to the last
_SMOOTHNESS = 0.1  # of the gradient's length, per unit of unevenness
_BISECTIONS = 60
_LEAST_SHARE = 1e-9  # of the largest weight: what is less could not be told from 0


@dataclass(frozen=True, eq=False)
class Summit:
    """An input that excites a unit.

    Attributes
    ----------
    image : float array, shape (features,), 0 to 1
    value : the unit's sum for it
    is_exact : whether no other input within the bounds excites the unit more
    """

    image: NDArray[np.floating]
    value: float
    is_exact: bool


def typical_length(inputs: NDArray[np.floating]) -> float:
    """Return the median length ‖x‖ of inputs (samples, features)."""
    return float(np.median(np.sqrt(np.einsum("sf,sf->s", inputs, inputs))))


def within_bounds(x: ArrayLike, length: float) -> NDArray[np.floating]:
    """Return the nearest inputs with 0 ≤ x ≤ 1 and ‖x‖ ≤ length.

    Parameters
    ----------
    x : float array, shape (features,) or (batch, features)
    length : > 0

    The nearest point is clip(x / (1 + λ), 0, 1), with the smallest λ ≥ 0 for which it is short enough. The length falls
    with λ, so λ is found by bisection.

    Source: the conditions of Karush, Kuhn and Tucker; Boyd, Vandenberghe, "Convex Optimization" (2004), section 5.5.3.
    """
    x = np.asarray(x)
    clipped = np.clip(x, 0, 1)
    too_long = np.linalg.norm(clipped, axis=-1, keepdims=True) > length
    # At 1 / (1 + λ) = low every clipped value is short enough.
    low, high = np.zeros_like(clipped[..., :1]), np.ones_like(clipped[..., :1])
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        fits = np.linalg.norm(np.clip(x * middle, 0, 1), axis=-1, keepdims=True) <= length
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return np.where(too_long, np.clip(x * low, 0, 1), clipped)


def strongest_input(weights: ArrayLike, length: float) -> NDArray[np.floating]:
    """Return the input that maximises w · x with 0 ≤ x ≤ 1 and ‖x‖ ≤ length: the answer for a unit of the first layer.

    It is clip(w / λ, 0, 1): ink in proportion to the positive weights, but nowhere more than full, and none on the
    negative ones. With λ → 0 all positive pixels are full; where that is short enough it is the answer.

    Parameters
    ----------
    weights : float array, shape (features,)
    length : > 0
    """
    weights = np.asarray(weights)
    full = (weights > 0).astype(weights.dtype)
    if np.linalg.norm(full) <= length:
        return full
    # Scaled up until every positive pixel would be full, the nearest point within the bounds lies on the same ray.
    least = max(weights[weights > 0].min(), weights.max() * _LEAST_SHARE)
    return within_bounds(weights / least, length)


def climb(
    network: Network,
    layer: int,
    unit: int,
    starts: NDArray[np.floating],
    length: float,
    grid: tuple[int, int] | None = None,
    steps: int = STEPS,
) -> Iterator[tuple[int, Summit]]:
    """Climb to inputs that excite a unit of any layer; yield the number of steps and the best summit so far.

    Every start takes the same number of steps along its gradient, shorter and shorter, and is brought back within the
    bounds after each. A caller that has seen enough, or was cancelled, stops in between.

    Parameters
    ----------
    network, layer, unit : which unit; layer 0 is the first, for which `strongest_input` is exact
    starts : float array, shape (starts, features)
    length : the largest length of an input, > 0
    grid : (rows, columns) of the inputs: then every step also evens out neighbouring pixels a little, without which
        the picture is noise that no eye can read; None for no such wish
    steps : how many steps

    Raises
    ------
    ValueError : starts of another shape than the network's inputs
    IndexError : no such unit
    """
    x = within_bounds(np.asarray(starts, dtype=network.dtype), length)
    question = np.zeros(network.sizes[layer + 1], network.dtype)
    question[unit] = 1
    network = network.folded() if any(network.normalized) else network
    best = Summit(np.zeros_like(x[0]), -np.inf, is_exact=False)
    sizes = length * np.geomspace(_FIRST_STEP, _LAST_STEP, steps).astype(network.dtype)
    for step in range(steps + 1):
        values, slopes = input_gradients(network, x, question, layer)
        highest = int(values.argmax())
        if values[highest] > best.value:
            best = Summit(x[highest].copy(), float(values[highest]), is_exact=False)
        yield step, best
        if step < steps:
            x = within_bounds(x + sizes[step] * _direction(slopes, x, grid), length)


def starting_points(
    inputs: NDArray[np.floating], sums: NDArray[np.floating] | None, rng: np.random.Generator, count: int = STARTS
) -> NDArray[np.floating]:
    """Return inputs to climb from, shape (count, features): the samples that excite most, the mean, and noise.

    Parameters
    ----------
    inputs : float array, shape (samples, features), samples ≥ 1
    sums : float array, shape (samples,), the unit's sums for them; None where they are not known
    """
    mean = inputs.mean(axis=0, keepdims=True)
    best = inputs[np.argsort(-sums, kind="stable")[: (count - 1) // 2]] if sums is not None else inputs[:0]
    noise = rng.random((count - 1 - len(best), inputs.shape[1])) * 2 * mean
    return np.concatenate([best, mean, noise]).astype(inputs.dtype)


def _direction(slopes: NDArray[np.floating], x: NDArray[np.floating], grid: tuple[int, int] | None) -> np.ndarray:
    """Return steps of length 1 up the slopes, with the wish for even neighbours; 0 where there is no slope."""
    lengths = np.linalg.norm(slopes, axis=1, keepdims=True)
    directions = slopes / np.maximum(lengths, np.finfo(slopes.dtype).tiny)
    if grid is None:
        return directions
    pictures = x.reshape(len(x), *grid)
    padded = np.pad(pictures, ((0, 0), (1, 1), (1, 1)), mode="edge")
    neighbours = padded[:, :-2, 1:-1] + padded[:, 2:, 1:-1] + padded[:, 1:-1, :-2] + padded[:, 1:-1, 2:]
    # Minus the gradient of half the sum of squared differences between neighbours.
    return directions + _SMOOTHNESS * (neighbours - 4 * pictures).reshape(x.shape) * (lengths > 0)
