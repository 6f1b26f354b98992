"""Error surfaces over two weights, and how steep they are: what a race of optimisers runs on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FAR = 3.0
"""How many times beyond what the map must show a point counts as lost: no window shows so much."""


class NowhereToStartError(ValueError):
    """C is hardly anywhere a number."""


@dataclass(frozen=True, eq=False)
class Surface:
    """A height C over each place (x, y) of the plane, to be made as small as possible.

    Attributes
    ----------
    key : its name
    formula : C, as a textbook writes it
    height : places (..., 2) → C (...)
    gradient : places (..., 2) → (∂C/∂x, ∂C/∂y), (..., 2)
    middle, reach : of the part that a map must show, and how far it goes from there to each side
    start : where a race begins, if nobody says otherwise
    lowest : the smallest C that there is; what lies above it is the error
    minima : where C is smallest or locally so, (n, 2)
    plain_rate : a learning rate at which plain gradient descent gets far
    stride : how long the steps should be of a rule that measures its own, such as Adam
    steps : after how many much of the race is decided
    samples : what C is the mean over, where it is one
    """

    key: str
    formula: str
    height: Callable[[Floats], Floats]
    gradient: Callable[[Floats], Floats]
    middle: tuple[float, float]
    reach: tuple[float, float]
    start: tuple[float, float]
    lowest: float
    minima: Floats
    plain_rate: float
    stride: float
    steps: int = 60
    samples: Samples | None = None

    def is_lost(self, places: Floats) -> NDArray[np.bool_]:
        """Return which places (..., 2) are no numbers, or so far from the map that nothing comes back, (...)."""
        with np.errstate(over="ignore", invalid="ignore"):
            away = np.abs(places - np.array(self.middle)) / np.array(self.reach)
        return ~(away.max(axis=-1) <= FAR)

    def starts(self, count: int, seed: int) -> Floats:
        """Return places to start from, drawn evenly from the map's part, (count, 2); C is a number at each of them.

        Raises
        ------
        NowhereToStartError : C is hardly anywhere a number
        """
        rng = np.random.default_rng(seed)
        found: list[Floats] = []
        for _ in range(100):
            places = np.array(self.middle) + rng.uniform(-0.95, 0.95, (count, 2)) * np.array(self.reach)
            with np.errstate(all="ignore"):
                is_good = np.isfinite(self.height(places)) & np.isfinite(self.gradient(places)).all(axis=-1)
            found += list(places[is_good])
            if len(found) >= count:
                return np.array(found[:count])
        raise NowhereToStartError("C is hardly anywhere a number")


@dataclass(frozen=True, eq=False)
class Samples:
    """Points that a straight line b + w·u is to be drawn through: C(b, w) is half the mean squared distance.

    So the gradient of a few of them is an honest guess at that of all: its noise is that of mini-batches.

    Attributes
    ----------
    inputs : (samples, 2), a 1 for b and the u of each point
    targets : (samples,)

    Source: "Deep Learning" (2016), section 5.9; Bishop, "Pattern Recognition and Machine Learning" (2006), section 3.1.
    """

    inputs: Floats
    targets: Floats

    def __len__(self) -> int:
        return len(self.targets)

    def height(self, places: Floats, chosen: NDArray[np.int64] | None = None) -> Floats:
        """Return half the mean squared distance at places (..., 2), over all samples or the chosen ones."""
        inputs, targets = self._some(chosen)
        distances = places @ inputs.T - targets
        return 0.5 * np.square(distances).mean(axis=-1)

    def gradient(self, places: Floats, chosen: NDArray[np.int64] | None = None) -> Floats:
        """Return the gradient of `height`, (..., 2)."""
        inputs, targets = self._some(chosen)
        return (places @ inputs.T - targets) @ inputs / len(targets)

    def _some(self, chosen: NDArray[np.int64] | None) -> tuple[Floats, Floats]:
        return (self.inputs, self.targets) if chosen is None else (self.inputs[chosen], self.targets[chosen])


def _bowl() -> Surface:
    return Surface(
        "bowl",
        "C = x² + y²",
        lambda p: np.square(p).sum(axis=-1),
        lambda p: 2 * p,
        middle=(0, 0),
        reach=(4, 2.5),
        start=(-3, 2),
        lowest=0.0,
        minima=np.zeros((1, 2)),
        plain_rate=0.2,
        stride=0.15,
    )


def _ravine() -> Surface:
    factors = np.array([1 / 50, 1.0])
    return Surface(
        "ravine",
        "C = x²/50 + y²",
        lambda p: np.square(p) @ factors,
        lambda p: 2 * factors * p,
        middle=(0, 0),
        reach=(8, 3),
        start=(-7, 2),
        lowest=0.0,
        minima=np.zeros((1, 2)),
        plain_rate=0.95,
        stride=0.3,
    )


def _saddle() -> Surface:
    def height(p: Floats) -> Floats:
        x, y = p[..., 0], p[..., 1]
        return x * x / 4 + np.square(y * y / 2 - 1)

    def gradient(p: Floats) -> Floats:
        x, y = p[..., 0], p[..., 1]
        return np.stack([x / 2, y * (y * y - 2)], axis=-1)

    return Surface(
        "saddle",
        "C = x²/4 + (y²/2 − 1)²",
        height,
        gradient,
        middle=(0, 0),
        reach=(3.6, 2.1),
        start=(-3, 0.01),
        lowest=0.0,
        minima=np.array([[0.0, np.sqrt(2)], [0.0, -np.sqrt(2)]]),
        plain_rate=0.1,
        stride=0.1,
    )


def _two_minima() -> Surface:
    def height(p: Floats) -> Floats:
        x, y = p[..., 0], p[..., 1]
        return np.square(x * x - 4) / 16 + x / 4 + y * y / 2

    def gradient(p: Floats) -> Floats:
        x, y = p[..., 0], p[..., 1]
        return np.stack([x * (x * x - 4) / 4 + 0.25, y], axis=-1)

    roots = np.sort(np.roots([1, 0, -4, 1]).real)  # of ∂C/∂x: the deeper minimum, the pass, the other minimum
    minima = np.array([[roots[0], 0.0], [roots[2], 0.0]])
    return Surface(
        "two_minima",
        "C = (x² − 4)²/16 + x/4 + y²/2",
        height,
        gradient,
        middle=(0, 0),
        reach=(3.4, 2),
        start=(3.2, 1.5),
        lowest=float(height(minima[0])),
        minima=minima,
        plain_rate=0.2,
        stride=0.1,
    )


def _rosenbrock() -> Surface:
    """Source: Rosenbrock, "An automatic method for finding the greatest or least value of a function" (1960)."""

    def height(p: Floats) -> Floats:
        x, y = p[..., 0], p[..., 1]
        return np.square(1 - x) + 100 * np.square(y - x * x)

    def gradient(p: Floats) -> Floats:
        x, y = p[..., 0], p[..., 1]
        above = 200 * (y - x * x)
        return np.stack([-2 * (1 - x) - 2 * x * above, above], axis=-1)

    return Surface(
        "rosenbrock",
        "C = (1 − x)² + 100 (y − x²)²",
        height,
        gradient,
        middle=(0, 1),
        reach=(2, 1.5),
        start=(-1.2, 1),
        lowest=0.0,
        minima=np.ones((1, 2)),
        plain_rate=0.0015,
        stride=0.05,
        steps=400,
    )


def _least_squares() -> Surface:
    """Return the surface of 64 points about the line 1 + 2u, which have noise of their own."""
    rng = np.random.default_rng(5)
    u = rng.uniform(-0.4, 1.6, 64)
    samples = Samples(np.stack([np.ones_like(u), u], axis=-1), 1 + 2 * u + rng.normal(0, 0.4, u.size))
    best: Floats = np.linalg.lstsq(samples.inputs, samples.targets)[0].astype(np.float64)
    return Surface(
        "least_squares",
        "C = ½ · mean of (b + w·u − y)² over 64 points",
        samples.height,
        samples.gradient,
        middle=(1, 2),
        reach=(4, 2.4),
        start=(-2.5, 3.8),
        lowest=float(samples.height(best)),
        minima=best[np.newaxis],
        plain_rate=0.3,
        stride=0.15,
        samples=samples,
    )


SURFACES: dict[str, Surface] = {
    surface.key: surface for surface in (_bowl(), _ravine(), _saddle(), _two_minima(), _rosenbrock(), _least_squares())
}
"""The surfaces that come with the program, by key."""
