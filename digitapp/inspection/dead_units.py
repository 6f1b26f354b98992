"""Units that answer 0 to everything a network learns from, and since when: no error reaches them any more.

Source: Lu, Shin, Su, Karniadakis, "Dying ReLU and Initialization: Theory and Numerical Examples" (2020), section 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.inspection.dossier import up_to
from digitapp.nn.network import Network
from digitapp.training.moments import Moment

_CHUNK = 2000


@dataclass(frozen=True)
class DeadUnit:
    """A unit that is silent on all samples.

    Attributes
    ----------
    layer, unit : counted from 0
    since : the step of the first kept moment from which on it has been silent at every moment that was looked at
    from_start : whether that was the first moment there is
    """

    layer: int
    unit: int
    since: int
    from_start: bool


class Cancelled(Exception):
    """Nobody wants to know any more."""


def silent_units(
    network: Network,
    layer: int,
    units: NDArray[np.intp],
    inputs: NDArray[np.floating],
    is_cancelled: Callable[[], bool] = lambda: False,
) -> NDArray[np.intp]:
    """Return those of some units of a layer that answer 0 to every sample; units that wake are left out as they do.

    Parameters
    ----------
    inputs : float array, shape (samples, features)

    Raises
    ------
    Cancelled : when `is_cancelled` says so between two chunks of samples
    """
    part, left = up_to(network, layer, slice(None)), units
    below = up_to(network, layer - 1, slice(None)) if layer else None
    weights, biases = part.weights[layer], part.biases[layer]
    for start in range(0, len(inputs), _CHUNK):
        if not len(left):
            break
        if is_cancelled():
            raise Cancelled
        chunk = np.asarray(inputs[start : start + _CHUNK], network.dtype)
        with np.errstate(all="ignore"):
            read = chunk if below is None else below.forward(chunk)
            sums = read @ weights[:, left] + biases[left]
        left = left[~(sums > 0).any(axis=0)]
    return left


def find_dead(
    network: Network,
    moments: Sequence[Moment],
    inputs: NDArray[np.floating],
    sample: NDArray[np.floating],
    least_steps: int,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> tuple[DeadUnit, ...]:
    """Return the units that are dead at the last moment, and were so for a while, the first to die first.

    A unit that is silent at two moments is taken to be so in between: moments are halved until it is known when it
    fell silent.

    Parameters
    ----------
    network : of the shape of the moments; its parameters are not looked at
    moments : in the order of time
    inputs : float array, shape (samples, features), all that the network learns from
    sample : the same of a few of them, which say quickly who is awake
    least_steps : so long a unit has to be silent; the steps of an epoch

    Raises
    ------
    Cancelled : as `silent_units`
    """
    if not moments:
        return ()
    probe = Network(network.sizes, network.activations, network.dtype)

    def silent(at: int, layer: int, units: NDArray[np.intp]) -> NDArray[np.intp]:
        np.copyto(probe.parameters, moments[at].parameters)
        return silent_units(probe, layer, units, inputs, is_cancelled)

    end = len(moments) - 1
    np.copyto(probe.parameters, moments[end].parameters)
    with np.errstate(all="ignore"):
        trace = probe.trace(sample)
    found: list[DeadUnit] = []
    for layer in range(len(network.layers) - 1):
        if not network.layers[layer].activation.can_rest:
            continue
        dead = silent(end, layer, np.flatnonzero(~(trace.pre_activations[layer] > 0).any(axis=0)))
        # Of each group: the last moment at which its units were awake, as far as is known, and the first of silence.
        groups = [(-1, end, dead)]
        while groups:
            awake, asleep, units = groups.pop()
            if not len(units):
                continue
            if asleep - awake == 1:
                since = moments[asleep].step
                found += [DeadUnit(layer, int(unit), since, asleep == 0) for unit in units]
                continue
            middle = (awake + asleep) // 2
            early = silent(middle, layer, units)
            groups += [(awake, middle, early), (middle, asleep, np.setdiff1d(units, early))]
    last = moments[end].step
    return tuple(
        sorted(
            (unit for unit in found if last - unit.since >= least_steps),
            key=lambda unit: (unit.since, unit.layer, unit.unit),
        )
    )
