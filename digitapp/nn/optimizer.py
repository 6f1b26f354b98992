"""What all optimisers have in common: typed options, state that carries over from step to step, and the step itself.

The odd one out, the genetic algorithm, asks for losses instead of a gradient: a step is given `cost()` besides, the
loss of the batch for what the parameters hold at the moment, and one that uses no gradient calls it as often as it
likes.
"""

from collections.abc import Callable
from copy import copy
from typing import ClassVar, Self

import numpy as np

from digitapp.nn.constants import constant
from digitapp.nn.denormals import FLUSH_STEPS, flush
from digitapp.nn.options import Option


class Optimizer:
    """The base of every entry of `OPTIMIZERS`.

    Parameters
    ----------
    parameters : a vector like the one to be optimised; decides length and dtype of the state
    **options : values for the entries of `options`; defaults are used for those left out

    Attributes
    ----------
    steps : number of steps taken
    state : the vectors that carry over from step to step, by name; attributes of the same names hold them too
    uses_gradient : whether a step needs the gradient; if not, it needs `cost`, and the gradient may hold anything
    whole_set : whether a batch is to be the whole training part, whatever batch size is set
    finds_own_steps : whether the learning rate is no more than where it begins to look for the length of its steps

    Raises
    ------
    ValueError : an unknown option, or a value out of its range
    """

    key: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    options: ClassVar[tuple[Option, ...]] = ()
    state_names: ClassVar[tuple[str, ...]] = ()
    uses_gradient: ClassVar[bool] = True
    whole_set: ClassVar[bool] = False
    finds_own_steps: ClassVar[bool] = False

    def __init__(self, parameters: np.ndarray, **options: float) -> None:
        if unknown := set(options) - {option.name for option in self.options}:
            raise ValueError(f"{self.title} has no option {min(unknown)!r}")
        for option in self.options:
            value = options.get(option.name, option.default)
            if not option.allows(value):
                raise ValueError(f"{option.name} must be {option.allowed}, got {value!r}")
            setattr(self, option.name, value)
        self.steps = 0
        self.state = {name: np.zeros_like(parameters) for name in self.state_names}
        for name, vector in self.state.items():
            setattr(self, name, vector)
        self._scratch = np.empty_like(parameters)
        self._dtype = parameters.dtype
        # Factors that change from step to step are written into these: see `nn.constants`.
        self._factor, self._shift = np.empty((), self._dtype), np.empty((), self._dtype)

    def step(
        self,
        parameters: np.ndarray,
        gradient: np.ndarray,
        learning_rate: float,
        cost: Callable[[], float] | None = None,  # noqa: ARG002 - for those that use no gradient
    ) -> None:
        """Change `parameters` in place; `gradient` is used up as working memory, which spares the cache a vector."""
        self.advance()
        self._update(parameters, gradient, learning_rate)
        if self.steps % FLUSH_STEPS == 0:
            self._flush()

    def advance(self) -> None:
        """Count a step, with what else is the same for all parameters."""
        self.steps += 1

    def update(self, parameters: np.ndarray, gradient: np.ndarray, learning_rate: float) -> None:
        """Do what is left of a step once it is counted: change `parameters` and the state that belongs to them."""
        self._update(parameters, gradient, learning_rate)
        if self.steps % FLUSH_STEPS == 0:
            self._flush()

    def _flush(self) -> None:
        for name in self.state_names:
            flush(self.state[name])

    def part(self, where: slice) -> Self:
        """Return the optimiser of a slice of the parameters: its state is that slice of this one's.

        Only its `update` is to be called, with `steps` set to those of the whole, which alone advances. So the slices
        can be updated side by side.
        """
        part = copy(self)
        part.state = self.state | {name: self.state[name][where] for name in self.state_names}
        for name in self.state_names:
            setattr(part, name, part.state[name])
        part._scratch = self._scratch[where]
        part._factor, part._shift = np.empty_like(self._factor), np.empty_like(self._shift)
        return part

    def _constant(self, value: float) -> np.ndarray:
        return constant(value, self._dtype)

    def _update(self, theta: np.ndarray, g: np.ndarray, alpha: float) -> None:
        raise NotImplementedError
