"""The same training with several seeds: together in one array where the network is small, else one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from digitapp.nn.network import Network
from digitapp.runs.plan import Plan, Start
from digitapp.training.errors import TrainingDiverged
from digitapp.training.events import Command
from digitapp.training.loop import Run
from digitapp.training.together import SeedEvent, SeedEvents, SeedFailed, Together, can_be_together, is_for_stack


class Repetition:
    """Runs that differ in nothing but their seeds.

    Parameters
    ----------
    begin : returns the run of one of the seeds, by its index
    seeds : how many there are
    missing : indices of those that are to be trained, all where it is not given
    first : the run of the first missing one, where it is there already: perhaps one that goes on in its middle

    Attributes
    ----------
    is_together : whether what is learned at the moment is learned in one array
    current : the index of the seed that is learned at the moment; of several together, the first
    """

    def __init__(
        self,
        begin: Callable[[int], Run],
        seeds: int,
        missing: Iterable[int] | None = None,
        first: Run | None = None,
    ) -> None:
        self._begin = begin
        self._missing = list(range(seeds) if missing is None else missing)
        self._first = first
        self._together: Together | None = None
        self._run: Run | None = None
        self._group: list[int] = []
        self.current = self._missing[0] if self._missing else 0

    @property
    def is_together(self) -> bool:
        return self._together is not None

    @property
    def run(self) -> Run | None:
        """The run of the current seed, as far as it is; of several together, as they last were brought up to date."""
        return self._run

    def events(self) -> SeedEvents:
        """Train all that is missing; a seed that fails ends with `SeedFailed`, and the next one begins."""
        waiting = list(self._missing)
        while waiting:
            self.current = index = waiting.pop(0)
            self._run = run = self._first or self._begin(index)
            self._first = None
            if waiting and run.state.step == 0 and is_for_stack(run):
                runs = [run, *map(self._begin, waiting)]
                if can_be_together(runs):
                    yield from self._train_together([index, *waiting], runs)
                    return
            yield from _train_alone(index, run)

    def _train_together(self, indices: list[int], runs: Sequence[Run]) -> SeedEvents:
        self._together, self._group = Together(runs), indices
        events: SeedEvents = self._together.events()
        command: Command | None = None
        try:
            while True:
                place, event = events.send(command)
                command = yield SeedEvent(indices[place], event)
        except StopIteration:
            return
        finally:
            events.close()

    def is_last_of_round(self, index: int) -> bool:
        """Return whether all that are learned at the moment are as far as this one when its event comes.

        The others of a group that have not failed come before it, in their order.
        """
        return self._together is None or self._group[self._together.last_alive] == index

    def bring_up_to_date(self) -> None:
        """Let `run` be where it is in the array."""
        if self._together is not None:
            self._together.write_back()

    def result(self, index: int) -> Network:
        """Return an independent network of a seed that is learned at the moment, or has just ended, as it is used."""
        if self._together is not None:
            return self._together.result(self._group.index(index))
        assert self._run is not None
        return self._run.result()

    def measured_state(self, index: int) -> np.ndarray:
        """Return the state of a seed's network that counts at the moment, see `Run.measured_state`."""
        if self._together is not None:
            return self._together.parameters(self._group.index(index))
        assert self._run is not None
        return self._run.measured_state


def _train_alone(index: int, run: Run) -> SeedEvents:
    events = run.events()
    command: Command | None = None
    try:
        while True:
            command = yield SeedEvent(index, events.send(command))
    except StopIteration:
        return
    except TrainingDiverged as error:
        yield SeedEvent(index, SeedFailed(error))
    finally:
        events.close()


def repetition_of(start: Start, network: Network) -> Repetition:
    """Return the runs that a plan with `repeat` asks for; the first changes `network`, a copy of the start's own."""
    plan = start.plan
    assert plan.repeat is not None
    return Repetition(beginning(plan), len(plan.repeat.seeds), first=start.begin(network))


def beginning(plan: Plan) -> Callable[[int], Run]:
    """Return what begins the run of one of a plan's seeds, by its index."""
    assert plan.repeat is not None
    seeds = plan.repeat.seeds

    def begin(index: int) -> Run:
        return replace(plan, config=replace(plan.config, seed=seeds[index]), repeat=None).make().begin()

    return begin
