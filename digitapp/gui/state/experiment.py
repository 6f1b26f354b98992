"""An experiment as the window sees it: the runs of its seeds, how far each of them is, and which one is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from digitapp.datasets.dataset import Dataset
from digitapp.gui.state.experiment_worker import SeedLeft
from digitapp.kept.runs import RunFate
from digitapp.kept.summaries import SHORT
from digitapp.modelfile import Model
from digitapp.runs.branches import Branch, new_key
from digitapp.runs.plan import Repeat
from digitapp.training.best import BestNetwork
from digitapp.training.events import Event, RunStarted
from digitapp.training.history import History
from digitapp.training.moments import Moments


@dataclass(eq=False)
class SeedRun:
    """The run of one of an experiment's seeds.

    Attributes
    ----------
    index : of the seed, counted from 0
    seed : that all that is random in it was drawn with
    history : how it went so far
    branch : what it learned with; None before it has begun
    fate : what has become of it; None before it has begun
    model : its network at its end; None before, and of one that was cut off. That of the first is the desk's own
    best : its network at its best epoch so far, where that is a better one than is kept
    """

    index: int
    seed: int
    history: History = field(default_factory=History)
    branch: Branch | None = None
    fate: RunFate | None = None
    model: Model | None = None
    best: BestNetwork | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.fate not in (None, RunFate.UNDER_WAY)


class Experiment:
    """The runs of one name that differ in nothing but their seeds.

    Parameters
    ----------
    repeat : its name and its seeds
    first : the run of the first seed, which the time machine has
    number : counts the runs of the problem

    Attributes
    ----------
    name : of all its runs
    first : as given
    runs : of its seeds, in their order
    current : the index of the one under way; of several together, the first of them
    is_together : whether the seeds are learned in one array at the moment
    is_over : whether no more is trained
    """

    def __init__(self, repeat: Repeat, first: Branch, number: Callable[[], int]) -> None:
        self.name = repeat.name or first.key[:SHORT]
        self.runs = [SeedRun(index, seed) for index, seed in enumerate(repeat.seeds)]
        self.runs[0].history, self.runs[0].branch = first.history, first
        self.runs[0].fate = RunFate.UNDER_WAY
        self.current = 0
        self.is_together = False
        self.is_over = False
        self.first = first
        self._number = number
        self._done_before = 0.0  # seeds that were done when it was taken up again

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds in their order."""
        return tuple(run.seed for run in self.runs)

    @property
    def is_several(self) -> bool:
        """Whether there is more than one seed."""
        return len(self.runs) > 1

    @property
    def done(self) -> int:
        """How many of the seeds have ended."""
        return sum(run.is_over for run in self.runs)

    @property
    def histories(self) -> list[History]:
        """How those went that have begun and not failed, in the order of their seeds."""
        unsound = (None, RunFate.FAILED, RunFate.GIVEN_UP)
        return [run.history for run in self.runs if run.fate not in unsound]

    @property
    def results(self) -> list[History]:
        """How those went that have come to their end, in the order of their seeds."""
        return [run.history for run in self.runs if run.fate is RunFate.ENDED]

    @property
    def progress(self) -> float:
        """The share of all planned batches that is done, 0 to 1."""
        return sum(1.0 if run.is_over else run.history.progress for run in self.runs) / len(self.runs)

    @property
    def progress_here(self) -> float:
        """The share of what was left when it was begun, or taken up again, that is done."""
        before = self._done_before / len(self.runs)
        return 0.0 if before >= 1 else (self.progress - before) / (1 - before)

    def know(self, runs: Iterable[SeedRun]) -> None:
        """Take over runs of seeds that were trained at an earlier start."""
        for run in runs:
            self.runs[run.index] = run
        self._done_before = sum(1.0 if run.is_over else run.history.progress for run in self.runs)

    def missing(self) -> list[int]:
        """Return the indices of the seeds that have not ended."""
        return [run.index for run in self.runs if not run.is_over]

    def take_in(self, index: int, event: Event | SeedLeft) -> SeedRun:
        """Take in what has happened in the run of a seed other than the first, and return it."""
        run = self.runs[index]
        if isinstance(event, SeedLeft):
            run.model, run.best = event.model, event.best
            if event.error is not None:
                run.fate = RunFate.FAILED
            else:
                run.fate = RunFate.GIVEN_UP if event.model is None else RunFate.ENDED
            return run
        if isinstance(event, RunStarted):
            run.fate = RunFate.UNDER_WAY
            if not self.is_together:
                self.current = index
            if run.branch is None:
                run.branch = self._branch(run)
        run.history.add(event)
        return run

    def _branch(self, run: SeedRun) -> Branch:
        """Return the run as one that the time machine might have; nothing is kept of it on the way."""
        first, (network, config) = self.first, self.first.configs
        config = replace(config, seed=run.seed)
        before = {**first.before, "config": {**first.before.get("config", {}), "seed": run.seed}}
        return replace(
            first,
            number=self._number(),
            moments=Moments(0),
            history=run.history,
            configs=(network, config),
            key=new_key(),
            before=before,
        )


@dataclass(frozen=True, eq=False)
class PendingExperiment:
    """An experiment that was cut off: what of it is there, and what is missing.

    Attributes
    ----------
    repeat : its name and its seeds
    known : the runs of its seeds that have begun, as far as they were written
    under_way : the index of the seed whose run was under way
    """

    repeat: Repeat
    known: tuple[SeedRun, ...]
    under_way: int

    @property
    def is_first_over(self) -> bool:
        """Whether the run of the first seed, which the time machine has, has ended."""
        return self.under_way != 0

    @property
    def seed_under_way(self) -> int:
        """The seed whose run was under way."""
        return self.repeat.seeds[self.under_way]

    @property
    def missing(self) -> list[int]:
        """The indices of the seeds that have not ended, that under way first."""
        over = {run.index for run in self.known if run.is_over}
        left = [index for index in range(len(self.repeat.seeds)) if index not in over]
        return [self.under_way, *(index for index in left if index != self.under_way)]

    def experiment(self, first: Branch, number: Callable[[], int], dataset: Dataset) -> Experiment:
        """Return the experiment as it goes on, with the data that it learned from."""
        for run in self.known:
            if run.branch is not None:
                run.branch.dataset = dataset
        found = Experiment(self.repeat, first, number)
        found.know(self.known)
        found.current = self.under_way
        return found
