"""Was the tale true? Whether a network of the toy found the three demons that one would expect.

In the tale, demon A likes the left stroke of a 0 (pixels 4 and 7) and demon C its right stroke (6 and 9), and the
output "0" listens to both; demon B likes the stroke of a 1 (5 and 8), and the output "1" listens to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import permutations

import numpy as np

from digitapp.datasets.dataset import Split
from digitapp.nn import Network

LEAST_MATCH = 0.4
"""The correlation from which on a unit is taken for a demon."""
FRIENDSHIP = 3.0
"""The weight between friends when the tale begins: pixels and their demon, demons and the output that listens."""
DEAFNESS = -3.0, -1.0
"""The biases when the tale begins: of a demon or an output that has two friends, and of one with a single friend."""


@dataclass(frozen=True)
class Demon:
    """A unit of the tale: the pixels that it likes, counted from 1, and the class whose output listens to it."""

    name: str
    pixels: tuple[int, ...]
    label: int

    def pattern(self, features: int) -> np.ndarray:
        """Return 1 for each pixel that it likes and 0 for all others, (features,)."""
        return np.isin(np.arange(1, features + 1), self.pixels).astype(np.float64)


DEMONS = (Demon("A", (4, 7), 0), Demon("B", (5, 8), 1), Demon("C", (6, 9), 0))


class Outcome(Enum):
    """What became of the tale in a network; a solution reads every image right."""

    TALE = "tale"
    OTHER = "other"
    FAILED = "failed"


@dataclass(frozen=True)
class Match:
    """How far a hidden unit is a demon.

    Attributes
    ----------
    demon : Demon
    unit : int, the hidden unit that is most like it while the others have theirs; None where there are too few
    correlation : float from −1 to 1, of the unit's weights with the demon's pattern; −1 without a unit
    vote : float, how much more it speaks for the demon's class than for any other
    is_mirrored : whether it is the demon turned round: quiet where that is excited, and heard with the opposite sign
    rival : the name of the demon that the unit is more like; "" where it is this one
    """

    demon: Demon
    unit: int | None
    correlation: float = -1.0
    vote: float = 0.0
    is_mirrored: bool = False
    rival: str = ""

    @property
    def is_found(self) -> bool:
        """Whether the unit is the demon: alike, more so than it is like another, and with a vote for its class."""
        return self.correlation >= LEAST_MATCH and self.vote > 0 and not self.rival


@dataclass(frozen=True, eq=False)
class Verdict:
    """What a network found: the match of each demon, how many images it reads right, and what became of the tale."""

    matches: tuple[Match, ...]
    right: int
    outcome: Outcome

    @property
    def found(self) -> tuple[str, ...]:
        """The names of the demons that were found: the kind of a solution."""
        return tuple(match.demon.name for match in self.matches if match.is_found)


def is_told_by(sizes: Sequence[int], demons: Sequence[Demon] = DEMONS) -> bool:
    """Return whether a network of these sizes can have its weights set as in the tale: 12-3-2."""
    return tuple(sizes) == (12, len(demons), 2)


def told(network: Network, demons: Sequence[Demon] = DEMONS) -> np.ndarray:
    """Return the parameters with which the tale begins, laid out like the network's: all but friendships are 0.

    A demon wakes when both its pixels are on, and an output when a demon does that it listens to.

    Raises
    ------
    ValueError : a network of other sizes, see `is_told_by`, or with units of several pieces
    """
    if not is_told_by(network.sizes, demons) or network.layers[0].activation.pieces > 1:
        raise ValueError(f"the tale is told by a network of 12-{len(demons)}-2 units, not {network.sizes}")
    parameters = np.zeros_like(network.parameters)
    weights, biases = network.views(parameters)
    for unit, demon in enumerate(demons):
        weights[0][:, unit] = FRIENDSHIP * demon.pattern(len(weights[0]))
        weights[1][unit, demon.label] = FRIENDSHIP
        biases[0][unit] = DEAFNESS[len(demon.pixels) < 2]
    for label in range(2):
        biases[1][label] = DEAFNESS[sum(demon.label == label for demon in demons) < 2]
    return parameters


def judge(network: Network, images: Split, demons: Sequence[Demon] = DEMONS) -> Verdict:
    """Return what a network with one hidden layer found.

    Parameters
    ----------
    network : of the toy
    images : all that it should read

    Raises
    ------
    ValueError : not one hidden layer
    """
    with np.errstate(over="ignore", invalid="ignore"):
        right = int(np.count_nonzero(network.forward(images.inputs).argmax(axis=1) == images.labels))
    if not np.isfinite(network.parameters).all():
        return Verdict(tuple(Match(demon, None) for demon in demons), right, Outcome.FAILED)
    matches = match(network, demons)
    if right < len(images.labels):
        return Verdict(matches, right, Outcome.FAILED)
    outcome = Outcome.TALE if all(each.is_found for each in matches) else Outcome.OTHER
    return Verdict(matches, right, outcome)


def match(network: Network, demons: Sequence[Demon] = DEMONS) -> tuple[Match, ...]:
    """Return for each demon the unit that it is matched with: no unit twice, and the sum of the correlations greatest.

    A unit that flattens towards two values has a twin that says the same with all signs turned round; where it votes
    against the demon's class, the twin is what is compared.

    Raises
    ------
    ValueError : not one hidden layer
    """
    if len(network.layers) != 2:
        raise ValueError(f"one hidden layer is needed, not {len(network.layers) - 1}")
    weights, outgoing = (np.asarray(each, dtype=np.float64) for each in network.unit_weights)
    has_twins = network.layers[0].activation.saturation is not None
    units = outgoing.shape[0]
    correlations, votes = np.empty((len(demons), units)), np.empty((len(demons), units))
    for row, demon in enumerate(demons):
        correlations[row] = _correlations(weights, demon.pattern(len(weights)))
        others = np.delete(outgoing, demon.label, axis=1)
        votes[row] = outgoing[:, demon.label] - others.max(axis=1)
    mirrored = (votes < 0) & has_twins
    signs = np.where(mirrored, -1.0, 1.0)
    fits = np.where(signs * votes > 0, signs * correlations, -1.0)
    matches = []
    for row, (demon, unit) in enumerate(zip(demons, _assignment(fits), strict=True)):
        if unit is None:
            matches.append(Match(demon, None))
            continue
        sign = signs[row, unit]
        likeness = sign * correlations[:, unit]
        rival = "" if likeness[row] >= likeness.max() else demons[int(likeness.argmax())].name
        vote, is_mirrored = float(sign * votes[row, unit]), bool(mirrored[row, unit])
        matches.append(Match(demon, unit, float(likeness[row]), vote, is_mirrored, rival))
    return tuple(matches)


def as_demon(network: Network, found: Match) -> np.ndarray | None:
    """Return the weights of a demon's unit as the demon has them: with all signs turned round where it is its twin.

    Returns
    -------
    float array (features,); None where no unit is left for the demon
    """
    if found.unit is None:
        return None
    weights = network.unit_weights[0][:, found.unit].astype(np.float64)
    return -weights if found.is_mirrored else weights


def _correlations(weights: np.ndarray, pattern: np.ndarray) -> np.ndarray:
    """Return each column's correlation with a pattern; 0 for one that is constant."""
    centred, wanted = weights - weights.mean(axis=0), pattern - pattern.mean()
    lengths = np.linalg.norm(centred, axis=0) * np.linalg.norm(wanted)
    return np.divide(wanted @ centred, lengths, out=np.zeros(weights.shape[1]), where=lengths > 0)


def _assignment(fits: np.ndarray) -> list[int | None]:
    """Return a column for each row, none twice, with the greatest sum; None for the rows that get none.

    Of many columns only those are tried that are among the best of a row, as many as there are rows: the other rows
    cannot take all of them from it.
    """
    rows, columns = fits.shape
    tried = np.unique(np.argsort(-fits, axis=1, kind="stable")[:, :rows])
    places: list[int | None] = [*tried.tolist(), *[None] * max(0, rows - columns)]
    worth = np.hstack([fits[:, tried], np.full((rows, len(places) - len(tried)), -2.0)])
    choices = _choices(len(places), rows)
    best = choices[worth[np.arange(rows), choices].sum(axis=1).argmax()]
    return [places[place] for place in best]


@cache
def _choices(places: int, rows: int) -> np.ndarray:
    """Return every way to give each row a place of its own, int array (ways, rows)."""
    return np.array(list(permutations(range(places), rows)))
