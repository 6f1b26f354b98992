"""How many threads the matrix products of a run use.

Two threads that wait for a core which other work keeps busy are slower by orders of magnitude: with the second core of
a two-core machine busy, a step of 784-256-128-10 took 3 ms with one thread and 27 ms with two. Small matrices are
slower with two threads even on an idle machine. So a run uses one unless asked for more, and the machine's other cores
stay free for the window. The number of threads also decides how sums are rounded: the same bytes need the same number.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

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


@contextmanager
def blas_threads(count: int) -> Iterator[None]:
    """Use `count` threads for matrix products inside the block, unless the environment chose already.

    The number belongs to the process, not to the calling thread; the former number is restored at the end.
    """
    if any(os.environ.get(name) for name in ENVIRONMENT):
        yield
        return
    with _controller().limit(limits=count, user_api="blas"):
        yield
