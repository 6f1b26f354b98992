"""Matrix products on one thread each.

OpenBLAS's threads wait by spinning. With the second core of a two-core machine busy, a step of 784-256-128-10 took 3 ms
with one of them and 27 ms with two, and small products are slower with two even when all is quiet. So products use one,
and work is shared above them: `training.parallel`.
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
def one_blas_thread(*, always: bool = False) -> Iterator[None]:
    """Use one thread for each matrix product inside the block, unless the environment chose a number.

    With `always` also then: several threads that multiply at the same time must not bring their own. The number belongs
    to the process, not to the calling thread; the former number is restored at the end.
    """
    if not always and any(os.environ.get(name) for name in ENVIRONMENT):
        yield
        return
    with _controller().limit(limits=1, user_api="blas"):
        yield
