"""How work uses the processor's cores: each matrix product one of them, so that others can work beside it.

OpenBLAS has threads of its own, but they wait by spinning. With the second core of a two-core machine busy, a step of
784-256-128-10 took 3 ms with one of them and 27 ms with two, and small products are slower with two even when all is
quiet. So a product gets one thread, and work is shared above it: independent pieces here, one training step in
`training.parallel`.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import cache
from typing import TypeVar

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

LEAST_WORK = 4e9
"""Below about 50 ms on one core, making threads and taking turns at the interpreter cost more than they gain."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _controller() -> ThreadpoolController:
    """Return the controller of the libraries in this process; looking for them takes milliseconds, so once."""
    return ThreadpoolController()


@contextmanager
def one_blas_thread(*, always: bool = False) -> Iterator[None]:
    """Use one thread for each matrix product inside the block, unless the environment chose a number.

    With `always` also then: several threads that multiply at the same time must not bring their own. The number belongs
    to the process, not to the calling thread; the former number returns at the end.
    """
    if not always and any(os.environ.get(name) for name in ENVIRONMENT):
        yield
        return
    with _controller().limit(limits=1, user_api="blas"):
        yield


def side_by_side(function: Callable[[Item], Result], items: Sequence[Item], work: float) -> Iterator[Result]:
    """Yield `function` of every item, in their order, computed by as many threads as there are cores.

    Few are computed before they are asked for. Who has seen enough closes the iterator, which waits for those that are
    under way. What an item raises is raised in its turn.

    Parameters
    ----------
    function, items : what is to be computed
    work : multiplications and additions of all items together; threads pay only from `LEAST_WORK` on
    """
    workers = min(available_cores(), len(items)) if work >= LEAST_WORK else 1
    if workers < 2:
        yield from map(function, items)
        return
    pending: deque[Future[Result]] = deque()
    with one_blas_thread(always=True), ThreadPoolExecutor(workers, "side by side") as pool:
        try:
            for item in items:
                pending.append(pool.submit(copy_context().run, function, item))
                if len(pending) > workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
