"""Two-dimensional maps of what a layer answers: inputs that the layer takes for alike lie side by side.

`principal_components` is a straight projection, quick and with a place for any further input. `tsne` bends the space
so that near neighbours stay together; it comes from scikit-learn where that is installed.
"""

from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating]

_SMALL = 96  # samples or units, up to which the whole decomposition takes no time
_OVERSAMPLING = 14
_POWER_STEPS = 8
_TSNE_INPUTS = 50  # van der Maaten and Hinton reduce the data to as many principal components first
_TSNE_PERPLEXITY = 30.0
TSNE_LEAST = 8  # samples, below which there are no neighbourhoods to keep


@dataclass(frozen=True, eq=False)
class Projection:
    """A straight projection onto the directions along which data vary most.

    Attributes
    ----------
    mean : float array, shape (units,)
    axes : float array, shape (units, components), orthonormal columns
    explained : float array, shape (components,), the share of all variance along each, 0 where there is none
    """

    mean: FloatArray
    axes: FloatArray
    explained: FloatArray

    def __call__(self, activations: FloatArray) -> FloatArray:
        """Return the places of activations (samples, units), shape (samples, components)."""
        return (activations - self.mean) @ self.axes


def principal_components(activations: FloatArray, components: int = 2) -> Projection:
    """Return the projection that keeps most of the variance.

    Parameters
    ----------
    activations : float array, shape (samples, units), finite
    components : how many directions; those beyond what the data have are zero

    Returns
    -------
    Projection; the sign of each direction is such that its largest entry is positive

    Raises
    ------
    ValueError : no samples, or values that are not finite

    Source: Pearson, "On Lines and Planes of Closest Fit to Systems of Points in Space" (1901); by the singular value
    decomposition of the centred data, Bishop, "Pattern Recognition and Machine Learning" (2006), section 12.1, of
    which `_leading_directions` computes the part that is asked for.
    """
    if activations.ndim != 2 or len(activations) == 0:
        raise ValueError(f"activations of shape (samples, units) expected, got {activations.shape}")
    if not np.isfinite(activations).all():
        raise ValueError("there are activations that are not finite numbers")
    mean = activations.mean(axis=0)
    centred = activations - mean
    singular, directions = _leading_directions(centred, components)
    total = float(np.square(centred, dtype=np.float64).sum())
    axes = np.zeros((activations.shape[1], components), activations.dtype)
    axes[:, : len(directions)] = directions.T
    explained = np.zeros(components)
    if total > 0:
        explained[: len(directions)] = np.square(singular.astype(np.float64)) / total
    axes[:, explained <= np.finfo(activations.dtype).eps ** 2] = 0  # directions of rounding alone
    largest = np.abs(axes).argmax(axis=0)
    axes *= np.where(axes[largest, np.arange(components)] < 0, -1, 1).astype(axes.dtype)
    return Projection(mean, axes, explained)


def _leading_directions(centred: FloatArray, components: int) -> tuple[FloatArray, FloatArray]:
    """Return the largest singular values (k,) and their right singular vectors (k, units), k at most `components`.

    Where the data are large, the decomposition is done in a subspace that products with the data have turned towards
    the leading directions: a hundredth of the time of the whole one, and the same to the eye.

    Source: Halko, Martinsson, Tropp, "Finding Structure with Randomness" (SIAM Review 2011), algorithm 4.4 with 5.1.
    """
    samples, units = centred.shape
    width = components + _OVERSAMPLING
    if min(samples, units) <= _SMALL:
        _, singular, directions = np.linalg.svd(centred, full_matrices=False)
        return singular[:components], directions[:components]
    basis = np.random.default_rng(0).standard_normal((units, width)).astype(centred.dtype)
    basis = np.linalg.qr(centred @ basis)[0]
    for _ in range(_POWER_STEPS):
        basis = np.linalg.qr(centred.T @ basis)[0]
        basis = np.linalg.qr(centred @ basis)[0]
    _, singular, directions = np.linalg.svd(basis.T @ centred, full_matrices=False)
    return singular[:components], directions[:components]


def aligned(places: FloatArray, previous: FloatArray) -> FloatArray:
    """Return the rotation or reflection, shape (2, 2), that brings places nearest to those of a moment ago.

    The directions of a map mean nothing: turned by ``places @ rotation``, it does not jump while a network learns.

    Parameters
    ----------
    places, previous : float arrays, shape (samples, 2), of the same samples, centred

    Source: Schönemann, "A Generalized Solution of the Orthogonal Procrustes Problem" (Psychometrika 1966).
    """
    left, _, right = np.linalg.svd(places.T @ previous)
    return left @ right


def tsne_is_available() -> bool:
    """Return whether scikit-learn is installed, which `tsne` needs."""
    return find_spec("sklearn") is not None


def tsne(activations: FloatArray, seed: int = 0) -> FloatArray:
    """Return places, shape (samples, 2), that keep near neighbours together.

    Distances between groups, and the sizes of groups, mean little in such a map.

    Parameters
    ----------
    activations : float array, shape (samples, units), finite, at least `TSNE_LEAST` samples
    seed : the same seed gives the same map

    Raises
    ------
    ImportError : scikit-learn is not installed
    ValueError : too few samples, or values that are not finite

    Source: van der Maaten, Hinton, "Visualizing Data using t-SNE" (JMLR 2008).
    """
    from sklearn.manifold import TSNE  # type: ignore[import-not-found]  # optional, and slow to import

    if len(activations) < TSNE_LEAST:
        raise ValueError(f"t-SNE needs at least {TSNE_LEAST} samples, got {len(activations)}")
    reduced = principal_components(activations, min(_TSNE_INPUTS, *activations.shape))(activations)
    perplexity = min(_TSNE_PERPLEXITY, (len(activations) - 1) / 3)
    return TSNE(n_components=2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(reduced)


def place_beside(
    activation: FloatArray, activations: FloatArray, places: FloatArray, neighbours: int = 5
) -> FloatArray:
    """Return a place, shape (2,), for one more input in a map that has no formula: among its nearest neighbours.

    The places of the nearest activations are averaged, nearer ones weighing more (inverse distance).

    Parameters
    ----------
    activation : float array, shape (units,)
    activations : float array, shape (samples, units), those in the map
    places : float array, shape (samples, 2), where they lie
    """
    distances = np.linalg.norm(activations - activation, axis=1)
    nearest = np.argsort(distances, kind="stable")[:neighbours]
    if distances[nearest[0]] == 0:
        return places[nearest[0]].copy()
    weights = 1 / distances[nearest]
    return weights @ places[nearest] / weights.sum()
