"""A worker: takes the trials of a study, one after the other, until all of them are made.

Any number of workers do so at once, on any machines; the storage is all that they have in common. Each trial is made by
exactly one of them: the storage hands it out once, and whoever finds that there were enough before it leaves it alone.
The trial of a worker that gives no more signs of life is taken up again by another one, with the settings drawn for it.
"""

from __future__ import annotations

import os
import platform
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import mean
from typing import TYPE_CHECKING, Any

import numpy as np

from digitapp.runs.search.errors import StorageError
from digitapp.runs.search.learning import Control, Keep, Stopped, StudyData, learn
from digitapp.runs.search.space import Configs
from digitapp.runs.search.spec import FRESH_FROM, Pruner, Sampler, Side, StudySpec, configured
from digitapp.runs.search.state import StudyState, TrialFate, TrialLine, rank
from digitapp.runs.search.storage import HEARTBEAT_S, SILENCES, Storage
from digitapp.runs.search.studies import check_data, open_side, put_back, read_study, read_trial, take_up_again
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.errors import TrainingDiverged

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

STARTUP_TRIALS = 5
"""So many trials come to their end before one is given up."""
_FIRST_AT_RANDOM = 10  # trials, before there is anything to be guided by
_OUTAGE_S = 30.0  # that a storage may be away
_LOOK_EVERY_S = 1.0  # while other workers have the last trials
_MOST_REPORTS = 10  # of a trial to the storage; hundreds would take longer than a toy's training
_TOLD_BY_ANOTHER = "Cannot tell a"  # Optuna's words for a trial that is over already


class _TooMany(Exception):
    """There were enough trials before this one."""


@dataclass
class Worker:
    """Makes trials.

    Attributes
    ----------
    storage, spec : where the study is, and what it is
    data : what its trials learn from
    keep : begins to keep a run, None where runs are not kept
    control : what others ask of it
    changed : is told when something has happened in the study, such as an epoch
    over : is told when a trial is over
    waits : is told how many trials of others it is waiting for
    heartbeat : seconds between its signs of life
    made : how many trials it has made itself
    """

    storage: Storage
    spec: StudySpec
    data: StudyData
    keep: Keep | None = None
    control: Control = field(default_factory=Control)
    changed: Callable[[], object] = lambda: None
    over: Callable[[], object] = lambda: None
    waits: Callable[[int], object] = lambda _: None
    heartbeat: int = HEARTBEAT_S
    made: int = 0
    _unborn: dict[tuple[str, int], float] = field(default_factory=dict)

    def run(self) -> StudyState:
        """Work until the study is over, and return how it stands.

        Raises
        ------
        Stopped : `control` said so
        SearchError : the images are others than the study's, there are none that validate
        StorageError : the storage cannot be used any more
        DataError, DrawingFileError : the images cannot be loaded
        """
        check_data(self.storage, self.spec.name, self.data.of(self.spec.seeds[0]).train.fingerprint)
        lost_since: float | None = None
        while True:
            self.control.check()
            try:
                with self.storage.told():
                    if not self._has_more():
                        return read_study(self.storage, self.spec.name)
                lost_since = None
            except StorageError:  # a server that is begun anew is no reason to send all workers home
                now = time.monotonic()
                lost_since = lost_since or now
                if now - lost_since > _OUTAGE_S:
                    raise
                self.control.rest(_LOOK_EVERY_S)

    def _has_more(self) -> bool:
        """Make one trial, or wait for those of others; return whether there may be more to do."""
        storage, spec = self.storage, self.spec
        state = read_study(storage, spec.name, with_importance=False)
        if self._work_off({side: open_side(storage, spec, side) for side in spec.sides}, state.target):
            return True
        state = read_study(storage, spec.name, with_importance=False)
        if state.over < state.wanted:  # it was extended meanwhile
            return True
        if state.winner is None or not spec.fresh_seeds:
            return False
        fresh = open_side(storage, spec, Side.FRESH, state.winner)
        return self._work_off({Side.FRESH: fresh}, spec.fresh_seeds, state.winner)

    # Whose turn it is

    def _work_off(self, studies: Mapping[Side, Study], target: int, winner: TrialLine | None = None) -> bool:
        """Make one trial, or wait for those of others; return whether there may be more to do."""
        lines = {side: self._lines(study, side) for side, study in studies.items()}
        wanted = [side for side, found in lines.items() if _is_wanted(found, target)]
        if wanted:
            side = min(wanted, key=lambda each: _begun(lines[each]))
            self._make(studies[side], side, target, winner)
            return True
        others = sum(line.counts and not line.is_over for found in lines.values() for line in found)
        if not others:
            return False
        self.waits(others)
        self.control.rest(min(_LOOK_EVERY_S, self.heartbeat))
        for study in studies.values():
            self._take_back(study)
        return True

    def _lines(self, study: Study, side: Side) -> list[TrialLine]:
        return [read_trial(trial, side) for trial in study.get_trials(deepcopy=False)]

    def _take_back(self, study: Study) -> None:
        """Let trials whose workers are gone be taken up again."""
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.storages import fail_stale_trials
        from optuna.trial import TrialState

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fail_stale_trials(study)
        # A worker that is gone before its first sign of life is missed by that: nobody has put a name to the trial.
        now = time.monotonic()
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            key = study.study_name, trial.number
            if "worker" in trial.user_attrs:
                self._unborn.pop(key, None)
            elif now - self._unborn.setdefault(key, now) > SILENCES * self.heartbeat:
                del self._unborn[key]
                try:
                    study.tell(trial.number, state=TrialState.FAIL)
                except (ValueError, UpdateFinishedTrialError):  # another worker has seen it too
                    continue
                take_up_again(study, trial)

    # A trial

    def _make(self, study: Study, side: Side, target: int, winner: TrialLine | None) -> None:
        """Make the next trial of a side; where it turns out that there is none, nothing comes of it."""
        from optuna.exceptions import UpdateFinishedTrialError

        current: list[Trial] = []

        def objective(trial: Trial) -> float:
            current.append(trial)
            return self._objective(trial, side, target, winner)

        study.pruner = _pruner(self.spec.pruner if winner is None else Pruner.NONE, self.spec.epochs)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                study.optimize(objective, n_trials=1, catch=(_TooMany,))
        except (Stopped, KeyboardInterrupt):
            for trial in current:
                put_back(study, study.get_trials(deepcopy=False)[trial.number])
            self.changed()
            raise
        except UpdateFinishedTrialError:
            pass  # this worker was silent for so long that another one has taken it up
        except ValueError as error:
            if _TOLD_BY_ANOTHER not in str(error):
                raise
        self.changed()
        self.over()

    def _objective(self, trial: Trial, side: Side, target: int, winner: TrialLine | None) -> float:
        from optuna.exceptions import TrialPruned

        study = trial.study
        self.storage.sign_of_life(trial._trial_id)  # before its name: see `_take_back`
        trial.set_user_attr("worker", _worker_name())
        lines = self._lines(study, side)
        if rank(lines, trial.number) >= target or _is_a_double(lines, trial.number):
            raise _TooMany
        study.sampler = _sampler(self.spec, side, trial.number)
        seeds: Sequence[int] = self.spec.seeds
        if winner is None:
            configs = self._draw(trial)
        else:
            configs = _read_configs(winner)
            seeds = (self._fresh_seed(trial),)
        self.changed()

        every = max(1, self.spec.epochs // _MOST_REPORTS)

        def after_epoch(epoch: int, value: float) -> None:
            if epoch % every and epoch < self.spec.epochs:
                return
            trial.report(value, epoch)
            self.changed()
            if epoch < self.spec.epochs and trial.should_prune():
                raise TrialPruned

        runs: list[str] = []
        try:
            learned = learn(
                configs,
                seeds,
                self.data,
                self.spec.dataset,
                self.spec.run_name(side),
                self.control,
                after_epoch,
                self._keeping(trial, runs),
            )
        except TrainingDiverged:
            trial.set_user_attr("diverged", True)
            raise TrialPruned from None
        self.made += 1
        return mean(learned.values)

    def _draw(self, trial: Trial) -> Configs:
        configs, drawn = self.spec.space.draw(trial, self.spec.base)
        network, training = configs
        described = {"network": {**asdict(network), "hidden": list(network.hidden)}, "training": configured(training)}
        trial.set_user_attr("drawn", drawn)
        trial.set_user_attr("configs", described)
        return configs

    def _fresh_seed(self, trial: Trial) -> int:
        """Return a seed that chose nothing: that of a trial that is taken up again stays as it was."""
        seed = trial.user_attrs.get("seed")
        if seed is None:
            seed = self.spec.base[1].seed + FRESH_FROM + trial.number
            trial.set_user_attr("seed", seed)
        return seed

    def _keeping(self, trial: Trial, runs: list[str]) -> Keep | None:
        """Return what keeps this trial's runs, and notes their ids with it at once."""
        keep = self.keep
        if keep is None:
            return None

        def kept(*what: Any) -> Any:
            found = keep(*what)
            runs.append(found.short)
            trial.set_user_attr("runs", runs)
            return found

        return kept


def _is_wanted(lines: Sequence[TrialLine], target: int) -> bool:
    """Return whether a side has a trial to be made: one that waits to be taken up, or one that nobody has begun."""
    return any(line.fate is TrialFate.WAITING for line in lines) or sum(line.counts for line in lines) < target


def _begun(lines: Sequence[TrialLine]) -> int:
    return sum(line.counts and line.fate is not TrialFate.WAITING for line in lines)


def _is_a_double(lines: Sequence[TrialLine], number: int) -> bool:
    """Return whether a trial before this one already takes up the same one again."""
    own = next((line for line in lines if line.number == number), None)
    if own is None or not own.again:
        return False
    return any(line.counts and line.number < number and line.again == own.again for line in lines)


def _read_configs(winner: TrialLine) -> Configs:
    network, training = winner.configs["network"], winner.configs["training"]
    return NetworkConfig(**{**network, "hidden": tuple(network["hidden"])}), TrainConfig(**training)


def _sampler(spec: StudySpec, side: Side, number: int) -> BaseSampler:
    """Return what draws a trial's settings: from the study's seed and the trial's number, whoever makes it."""
    from optuna.samplers import RandomSampler, TPESampler

    mixed = np.random.SeedSequence((spec.base[1].seed, list(Side).index(side), number))
    seed = int(mixed.generate_state(1)[0])
    if spec.sampler is Sampler.RANDOM or side is not Side.GUIDED:
        return RandomSampler(seed=seed)
    # `group`: layers that are there only sometimes; `constant_liar`: other workers are busy with something else.
    return TPESampler(seed=seed, n_startup_trials=_FIRST_AT_RANDOM, multivariate=True, group=True, constant_liar=True)


def _pruner(kind: Pruner, epochs: int) -> BasePruner:
    from optuna.pruners import HyperbandPruner, MedianPruner, NopPruner

    if kind is Pruner.MEDIAN:
        return MedianPruner(n_startup_trials=STARTUP_TRIALS)
    if kind is Pruner.HYPERBAND:
        return HyperbandPruner(min_resource=1, max_resource=epochs, reduction_factor=3)
    return NopPruner()


def _worker_name() -> str:
    return f"{platform.node() or 'here'} {os.getpid()}"
