"""How many threads the matrix products of a run use.

Matrices of a small network are multiplied many times faster by one thread than by two, and two threads that wait for
a core which other work keeps busy are slower by orders of magnitude. So a run uses one thread, and the machine's
other cores stay free for the window.
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
