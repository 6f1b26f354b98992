"""How many threads the matrix products of a run use.

Two threads that wait for a core which other work keeps busy are slower by orders of magnitude: with the second core of
a two-core machine busy, a step of 784-256-128-10 took 3 ms with one thread and 27 ms with two. Small matrices are
slower with two threads even on an idle machine. So a run uses one unless asked for more, and the machine's other cores
stay free for the window. The number of threads also decides how sums are rounded: the same bytes need the same number,
so choosing it by measurement has to be asked for.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

ENVIRONMENT = (
    "OPENBLAS_NUM_THREADS",
    "GOTO_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "OMP_NUM_THREADS",
)
"""Variables by which a user chooses the number of threads; where one is set, that choice stands."""


@cache
def _controller() -> ThreadpoolController:
    """Return the controller of the libraries in this process; looking for them takes milliseconds, so once."""
    return ThreadpoolController()


def _use(count: int) -> None:
    for library in _controller().select(user_api="blas").lib_controllers:
        library.set_num_threads(count)


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def blas_threads(count: int) -> Iterator[Callable[[float], None]]:
    """Use `count` threads for matrix products inside the block, unless the environment chose already.

    Gives a function that wants to be told the seconds of every step; with a `count` of 0 it chooses the number by
    them (see `ThreadChoice`), otherwise it does nothing. The number belongs to the process, not to the calling thread;
    the former number is restored at the end.
    """
    if any(os.environ.get(name) for name in ENVIRONMENT):
        yield _ignore
        return
    with _controller().limit(limits=count or 1, user_api="blas"):
        yield _ignore if count else ThreadChoice(_cores(), _use).observe


def _ignore(seconds: float) -> None:
    pass


class ThreadChoice:
    """Chooses the number of threads by the time that steps take.

    Starts with one thread. Twice as many are tried, in turn with the present number so that a change of the machine's
    load meets both; where they gain, twice as many again. Once chosen, more than one thread goes back to one for good
    when steps become slow, because then other work wants the cores.

    Parameters
    ----------
    most : threads to use at most
    use : is called with a number of threads, which are to be used from then on
    """

    TURNS, STEPS = 3, 4
    """How often each number has its turn in a trial, and for how many steps; the first of them does not count."""
    GAIN = 0.9
    """More threads are used if a step takes at most this part of the time, compared turn by turn."""
    SLOW, MEMORY = 1.5, 16
    """Steps are slow when their running mean, over so many, is so many times what one thread took at the end of its
    trial."""

    def __init__(self, most: int, use: Callable[[int], None]) -> None:
        self.count = 1
        self._most = most
        self._use = use
        self._alone = self._mean = 0.0  # seconds of a step with one thread; recent mean
        self._plan: list[int] = []
        self._times: list[float] = []
        self._plan_trial()

    def observe(self, seconds: float) -> None:
        """Take note of the time of a step, and change the number of threads where that is due."""
        if self._plan:
            self._go_on_with_trial(seconds)
        elif self.count > 1:
            self._mean += (seconds - self._mean) / self.MEMORY
            if self._mean > self.SLOW * self._alone:
                self._change_to(1)

    def _plan_trial(self) -> None:
        """Plan the steps of a trial of more threads against the present number, if there are more."""
        more = min(2 * self.count, self._most)
        if more > self.count:
            self._times = []
            self._plan = [count for _ in range(self.TURNS) for count in (self.count, more) for _ in range(self.STEPS)]

    def _go_on_with_trial(self, seconds: float) -> None:
        tried = self._plan.pop(0)
        self._times.append(seconds)
        if self._plan:
            if self._plan[0] != tried:
                self._use(self._plan[0])
            return
        turns = np.reshape(self._times, (self.TURNS, 2, self.STEPS))[:, :, 1:]
        before, after = np.median(turns, axis=2).T
        if np.median(after / before) <= self.GAIN:
            self._alone = self._alone or float(before[-1])
            self.count, self._mean = tried, float(after[-1])
            self._plan_trial()
        else:
            self._change_to(self.count)

    def _change_to(self, count: int) -> None:
        self.count = count
        self._use(count)
