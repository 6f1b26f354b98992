"""One step of a run shared by several threads, each with one-threaded products.

What is divided is the units of a layer, never the samples: each thread computes some rows of the layer's sums and
activations on the way forward, some rows of the slopes on the way back, then the gradient of the weights that lead into
some units, and updates these at once. So every number is computed once and lies in one place, and nothing is copied or
added up afterwards. Only large products are worth it; all that is small the calling thread does alone while the others
sleep. For NumPy lets go of the interpreter while it computes, but every call needs it for a moment, and a thread that
finds it taken is asleep for longer than a small call lasts: two threads that each go through a softmax hinder one
another more than they gain.

A thread that has nothing to do sleeps on a lock. It could spin, that is, look again and again, and would be awake about
20 µs sooner; so do the threads that OpenBLAS brings. But where another program keeps a core busy one that spins keeps
the core from the very thread that it waits for: a step of 784-256-128-10 then takes ten times as long.

Where the units are cut depends on the number of parts alone, and so do the bytes of the result: sums are the same
whichever thread computes them, and on a machine with fewer cores than parts a thread takes several.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import pairwise

import numpy as np

from digitapp.cores import available_cores
from digitapp.nn import OPTIMIZERS, Network
from digitapp.nn.backpropagation import LayerPass, Operation
from digitapp.training.config import TrainConfig
from digitapp.training.step import Material, Pass, Update, WholeUpdate

WORK_PER_PART = 100e6
"""Multiplications and additions of a step for which another part pays: about two milliseconds'."""
UPDATE_WORK = 150
"""What an update costs for each parameter beside the products, in multiplications and additions of these."""
LEAST_WORK = 5e6
"""Multiplications and additions of a product that is worth waking a thread for: about 60 µs."""

LEAST_SIZE = 30_000
"""Numbers that a thread should at least have in an operation on each of many: about 10 µs."""

Work = Callable[[int], object]


def parts_for(network: Network, config: TrainConfig, batch_size: int) -> int:
    """Return into how many parts a step is divided: `config.threads`, or where that is 0 what size and cores suggest.

    Nothing is measured, so the same machine always gives the same number. An optimiser that uses no gradient is not
    divided.
    """
    if not OPTIMIZERS[config.optimizer].uses_gradient:
        return 1
    if config.threads:
        return config.threads
    work = network.weight_count * (3 * batch_size + UPDATE_WORK)
    return max(1, min(available_cores(), int(work / WORK_PER_PART)))


def cut(length: int, parts: int) -> list[slice]:
    """Return as many slices of nearly equal length, in order; some are empty where there are more than items."""
    return [slice(start, end) for start, end in pairwise(length * part // parts for part in range(parts + 1))]


class Crew:
    """Threads that do a piece of work together, with the calling thread as one of them.

    To be used as a context; the threads end with it.

    Parameters
    ----------
    size : how many, the calling thread counted
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._starts = [threading.Lock() for _ in range(size)]
        self._end = threading.Lock()
        for lock in (*self._starts, self._end):
            lock.acquire()  # from now on to be released by others, to be waited for by its owner
        self._counting = threading.Lock()
        self._at_work = 0
        self._work: Work = _nothing
        self._error: BaseException | None = None
        self._is_over = False
        self._threads = [
            threading.Thread(target=self._serve, args=(member,), name=f"training {member}", daemon=True)
            for member in range(1, size)
        ]

    def __enter__(self) -> Crew:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        for start in self._starts:
            _open(start)
        for thread in self._threads:
            thread.join()

    def run(self, work: Work) -> None:
        """Call `work` with the number of every member, 0 for the calling thread, and return when all have ended.

        Raises what the work raised, after the last has ended.
        """
        self._work, self._at_work = work, self.size
        for start in self._starts[1:]:
            _open(start)
        self._do_own(0)
        if self.size > 1:
            self._end.acquire()
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _serve(self, member: int) -> None:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # as in the run: see `Run`
            while True:
                self._starts[member].acquire()
                if self._is_over:
                    return
                self._do_own(member)

    def _do_own(self, member: int) -> None:
        try:
            self._work(member)
        except BaseException as error:  # noqa: BLE001 - raised by `run`; whoever waits is not left waiting
            self._error = error
        with self._counting:
            self._at_work -= 1
            is_last = self._at_work == 0
        if is_last:
            _open(self._end)


def _open(lock: threading.Lock) -> None:
    """Let whoever waits for `lock`, or will, go on once."""
    with suppress(RuntimeError):  # it is open already
        lock.release()


def _nothing(_member: int) -> None:
    """Do no work."""


class ParallelStep:
    """Learns a batch as `Step` does, divided among the members of a crew.

    Layers that are normalised, and those whose units have several pieces, are computed whole; their gradients are
    divided like all.

    Parameters
    ----------
    material : the run's
    batch_size : samples of every batch it is called with
    crew : shares the work
    """

    def __init__(self, material: Material, batch_size: int, crew: Crew) -> None:
        self._material, self._crew = material, crew
        batch = material.batch(batch_size)
        self._parts = material.state.parts
        self._evaluate = batch.evaluate
        self._forward = [stage for each in batch.passes for stage in self._stages_forward(each)]
        self._back = self._stages_back(batch.passes[::-1])
        self._pass = Pass(material, batch, self._compute)
        self._whole_update = WholeUpdate(material) if WholeUpdate.is_needed(material) else None
        self._last_update = Update(material, slice(material.state.network.weight_count, None))  # biases and the like
        self._learn = self._stages_of_gradient(batch.passes)
        self._learning_rate = 0.0

    def __call__(self, indices: np.ndarray, learning_rate: float, varied: np.ndarray | None) -> tuple[float, int]:
        """Learn a batch as `Step` does."""
        loss, right = self._pass(indices, varied)
        if math.isfinite(loss):
            self._learning_rate = learning_rate
            if self._whole_update is None:
                self._material.state.optimizer.advance()
            for stage in self._learn:
                stage()
            (self._whole_update or self._last_update)(learning_rate)
        return loss, right

    def _compute(self) -> float:
        """Return the loss of the batch, and leave the deltas."""
        for stage in self._forward:
            stage()
        loss = self._evaluate()
        for stage in self._back:
            stage()
        return loss

    def _stages_forward(self, each: LayerPass) -> list[Operation]:
        silence: list[Operation] = [] if each.dropout is None else [each.dropout.forward]
        if each.work < LEAST_WORK:
            return [*silence, each.add_up(), each.finish()]
        parts = cut(each.delta.shape[0], self._parts)
        if self._is_long(each):
            return [*silence, self._shared([[each.add_up(rows), each.finish(rows)] for rows in parts])]
        return [*silence, self._shared([[each.add_up(rows)] for rows in parts]), each.finish()]

    def _stages_back(self, upwards: Sequence[LayerPass]) -> list[Operation]:
        """Return what leaves the deltas and the gradient of the biases, the last layer first."""
        stages = [*upwards[0].chain(), *upwards[0].gather_biases()]
        for above, each in pairwise(upwards):
            parts = cut(each.layer.units, self._parts)
            if above.work < LEAST_WORK:
                stages += [*above.pass_down(), *above.silence_below(), *each.chain()]
            elif self._is_long(each) and above.dropout is None:
                stages.append(self._shared([[*above.pass_down(rows), *each.chain(rows)] for rows in parts]))
            else:
                stages.append(self._shared([above.pass_down(rows) for rows in parts]))
                stages += [*above.silence_below(), *each.chain()]
            stages += each.gather_biases()
        return stages

    def _is_long(self, each: LayerPass) -> bool:
        """Return whether what is done with each activation of a layer is worth dividing."""
        return each.is_divisible and each.activations.size >= LEAST_SIZE * self._parts

    def _stages_of_gradient(self, passes: Sequence[LayerPass]) -> list[Operation]:
        """Return what writes the gradient of the weights and updates them, once all deltas are there."""
        alone: list[Operation] = []
        parts: list[list[Operation]] = [[] for _ in range(self._parts)]
        start = 0
        for each in passes:
            fan_in, fan_out = each.layer.weights.shape
            is_small = each.work < LEAST_WORK
            for number, rows in enumerate(cut(fan_out, 1 if is_small else self._parts)):
                own = alone if is_small else parts[number]
                own.append(each.gather(rows))
                if self._whole_update is None:
                    where = slice(start + rows.start * fan_in, start + rows.stop * fan_in)
                    own.append(partial(self._update, Update(self._material, where)))
            start += fan_in * fan_out
        return [*alone, self._shared(parts)] if any(parts) else alone

    def _update(self, update: Update) -> None:
        update(self._learning_rate)

    def _shared(self, parts: Sequence[Sequence[Operation]]) -> Operation:
        """Return what has the crew do all operations of all parts, those of each part in order."""
        size = self._crew.size

        def work(member: int) -> None:
            for part in parts[member::size]:
                for operation in part:
                    operation()

        return partial(self._crew.run, work)
