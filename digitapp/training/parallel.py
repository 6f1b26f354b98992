"""One step of a run shared by several threads, each with one-threaded products.

The samples of a batch are divided among the threads for the way forward and back: each computes the activations and
the deltas of its own. Then the units are: each thread adds up, over the whole batch, the gradient of the weights that
lead into its units, and updates them at once. So there is one gradient, nothing is added up twice, and in between the
threads meet once. At the end of the step they meet again, for whoever listens to the run reads the weights.

A thread that is early sleeps on a lock until the last one arrives. It could spin, that is, look again and again, and
would be awake about 20 µs sooner; so do the threads that OpenBLAS brings. But where another program keeps a core busy
one that spins keeps the core from the very thread that it waits for: a step of 784-256-128-10 then takes ten times as
long. A step must therefore be long enough for a few times 20 µs not to matter: see `WORK_PER_PART`. NumPy lets go of
the interpreter while it computes, but every call needs it for a microsecond at its beginning, which is the other
reason.

Where the batch and the units are cut depends on the number of parts alone, and so do the bytes of the result: sums are
the same whichever thread computes them, and on a machine with fewer cores than parts a thread takes several.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import pairwise

import numpy as np

from digitapp.cores import available_cores
from digitapp.nn import LOSSES, OPTIMIZERS, Backpropagation, Network
from digitapp.nn.backpropagation import gathering
from digitapp.training.config import TrainConfig
from digitapp.training.step import Material, Pass, Update, WholeUpdate

WORK_PER_PART = 150e6
"""Multiplications and additions of a step for which another part pays: about a millisecond's."""
UPDATE_WORK = 150
"""What an update costs for each parameter beside the products, in multiplications and additions of these."""


def parts_for(network: Network, config: TrainConfig, batch_size: int) -> int:
    """Return into how many parts a step is divided: `config.threads`, or where that is 0 what size and cores suggest.

    Nothing is measured, so the same machine always gives the same number. An optimiser that uses no gradient is not
    divided.
    """
    if not OPTIMIZERS[config.optimizer].uses_gradient:
        return 1
    if config.threads:
        return config.threads
    work = network.weight_count * (6 * batch_size + UPDATE_WORK)
    return max(1, min(available_cores(), int(work / WORK_PER_PART)))


def cut(length: int, parts: int) -> list[slice]:
    """Return as many slices of nearly equal length, in order; some are empty where there are more than items."""
    return [slice(start, end) for start, end in pairwise(length * part // parts for part in range(parts + 1))]


class Crew:
    """Threads that go through the phases of a piece of work together, with the calling thread as one of them.

    To be used as a context; the threads end with it.

    Parameters
    ----------
    size : how many, the calling thread counted
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._starts = [threading.Lock() for _ in range(size)]
        self._gates = [threading.Lock() for _ in range(size)]
        for lock in (*self._starts, *self._gates):
            lock.acquire()  # from now on to be released by others, to be waited for by its owner
        self._counting = threading.Lock()
        self._arrived = 0
        self._phases: Sequence[Callable[[int], object]] = ()
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
        for lock in (*self._starts, *self._gates):
            _open(lock)
        for thread in self._threads:
            thread.join()

    def run(self, *phases: Callable[[int], object]) -> None:
        """Call each phase with the number of every member, 0 for the calling thread; none begins before the last ended.

        Raises what a phase raised, after the last.
        """
        self._phases = phases
        for start in self._starts[1:]:
            _open(start)
        self._go_through(0)
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _serve(self, member: int) -> None:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # as in the run: see `Run`
            while True:
                self._starts[member].acquire()
                if self._is_over:
                    return
                self._go_through(member)

    def _go_through(self, member: int) -> None:
        for phase in self._phases:
            if self._is_over:  # the calling thread was interrupted, and will not arrive any more
                return
            try:
                phase(member)
            except BaseException as error:  # noqa: BLE001 - raised by `run`; whoever waits is not left waiting
                self._error = error
            self._meet(member)

    def _meet(self, member: int) -> None:
        """Sleep until all have arrived; the last one wakes the others, and goes on without having slept."""
        with self._counting:
            self._arrived = (self._arrived + 1) % self.size
            is_last = self._arrived == 0
        if not is_last:
            self._gates[member].acquire()
        else:
            for other, gate in enumerate(self._gates):
                if other != member:
                    _open(gate)


def _open(lock: threading.Lock) -> None:
    """Let whoever waits for `lock`, or will, go on once."""
    with suppress(RuntimeError):  # it is open already
        lock.release()


def there_and_back(batch: Backpropagation) -> float:
    """Return the part's share of the mean loss, and leave the deltas."""
    loss = batch.cost()
    batch.pass_back()
    return loss


class ParallelStep:
    """Learns a batch as `Step` does, divided among the members of a crew.

    A batch is divided into fewer parts where it has fewer samples, and not at all where layers are normalised, because
    mean and variance are those of all samples. The units are divided in any case.

    Parameters
    ----------
    material : the run's, with a generator for each part
    batch_size : samples of every batch it is called with
    crew : shares the work
    """

    def __init__(self, material: Material, batch_size: int, crew: Crew) -> None:
        state, parts = material.state, material.state.parts
        self._material, self._crew = material, crew
        columns = cut(batch_size, 1 if any(state.network.normalized) else parts)
        self._columns = [those for those in columns if those.stop > those.start]
        self._inputs = np.empty((batch_size, state.network.sizes[0]), state.network.dtype)
        self._batches = [self._part_of_batch(*part) for part in enumerate(self._columns)]
        self._passes = [Pass(material, batch, partial(there_and_back, batch)) for batch in self._batches]
        self._copies: list[list[tuple[np.ndarray, np.ndarray]]] = [[] for _ in self._columns]
        self._results = [(0.0, 0)] * len(self._columns)
        self._whole_update = WholeUpdate(material) if WholeUpdate.is_needed(material) else None
        self._last_update = Update(material, slice(state.network.weight_count, None))  # biases and what follows them
        self._units = self._parts_of_units(parts)
        self._indices, self._varied, self._learning_rate = np.empty(0, np.int64), None, 0.0

    def _part_of_batch(self, number: int, columns: slice) -> Backpropagation:
        material = self._material
        config = material.config
        return Backpropagation(
            material.state.network,
            LOSSES[config.loss],
            columns.stop - columns.start,
            material.gradient,
            inputs=self._inputs[columns],
            samples=len(self._inputs),
            input_dropout=config.input_dropout,
            hidden_dropout=config.hidden_dropout,
            rng=material.state.silencing[number],
        )

    def _parts_of_units(self, parts: int) -> list[list[Callable[[], object]]]:
        """Return for each part what it does once all deltas are there, the upper layers first."""
        network, gradient = self._material.state.network, self._material.gradient
        units: list[list[Callable[[], object]]] = [[] for _ in range(parts)]
        end = network.weight_count
        for layer in reversed(range(len(network.layers))):
            fan_in, fan_out = network.shapes[layer]
            start = end - fan_in * fan_out
            delta, read = self._whole("deltas", layer), self._whole("reads", layer)
            weights, biases = (views[layer] for views in network.views(gradient))
            for own, rows in zip(units, cut(fan_out, parts), strict=True):
                if rows.stop == rows.start:
                    continue
                operations = gathering(delta[rows], read, weights[:, rows], biases[rows])
                own += operations[1:] if network.normalized[layer] else operations
                if self._whole_update is None:
                    where = slice(start + rows.start * fan_in, start + rows.stop * fan_in)
                    own.append(partial(self._update, Update(self._material, where)))
            end = start
        return units

    def _whole(self, name: str, layer: int) -> np.ndarray:
        """Return what all parts have under a name, (units, batch), and see to it that they copy theirs into it."""
        arrays = [getattr(batch, name)[layer] for batch in self._batches]
        if len(arrays) == 1:
            return arrays[0]
        if all(np.may_share_memory(array, self._inputs) for array in arrays):
            return self._inputs.T
        whole = np.empty((len(arrays[0]), len(self._inputs)), arrays[0].dtype)
        for copies, columns, array in zip(self._copies, self._columns, arrays, strict=True):
            copies.append((whole[:, columns], array))
        return whole

    def __call__(self, indices: np.ndarray, learning_rate: float, varied: np.ndarray | None) -> tuple[float, int]:
        """Learn a batch as `Step` does, but also where the loss is not finite."""
        self._indices, self._varied, self._learning_rate = indices, varied, learning_rate
        if self._whole_update is None:
            self._material.state.optimizer.advance()
        self._crew.run(self._pass, self._gather)
        (self._whole_update or self._last_update)(learning_rate)
        losses, right = zip(*self._results, strict=True)
        return sum(losses), sum(right)

    def _pass(self, member: int) -> None:
        """Go forward and back with the samples that fall to a member."""
        for part in range(member, len(self._passes), self._crew.size):
            columns = self._columns[part]
            varied = None if self._varied is None else self._varied[columns]
            self._results[part] = self._passes[part](self._indices[columns], varied)
            for whole, own in self._copies[part]:
                np.copyto(whole, own)

    def _gather(self, member: int) -> None:
        """Add up the gradient for the units that fall to a member, and update their weights."""
        for part in range(member, len(self._units), self._crew.size):
            for operation in self._units[part]:
                operation()

    def _update(self, update: Update) -> None:
        update(self._learning_rate)
