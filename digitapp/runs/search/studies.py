"""Studies in a storage: begun, found again, and read as plain values."""

from __future__ import annotations

import json
import time
import warnings
from typing import TYPE_CHECKING, Any

from digitapp.plain import plain
from digitapp.runs.search.errors import SearchError
from digitapp.runs.search.importance import importance_of
from digitapp.runs.search.spec import MOST_TRIALS, Side, StudySpec, read_spec
from digitapp.runs.search.state import StudyState, TrialFate, TrialLine, placed
from digitapp.runs.search.storage import Storage

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

_SPEC, _TARGET, _PRINT, _SIDE, _OF = "digitapp spec", "digitapp trials", "digitapp data", "digitapp side", "digitapp of"
_TOLD_WITHIN_S = 10.0  # of a study that another process is just beginning
MOST_LOST = 3
"""A trial whose worker was lost so often is not tried again: it may be what kills them."""


def take_up_again(study: Study, trial: FrozenTrial) -> None:
    """Let another worker take up a trial whose own is gone, with the settings that were drawn; not for ever."""
    lost = trial.user_attrs.get("lost", 0) + 1
    if lost <= MOST_LOST:
        _add_again(study, trial, lost)


def put_back(study: Study, trial: FrozenTrial) -> None:
    """Let another worker take up a trial whose own was stopped."""
    _add_again(study, trial, trial.user_attrs.get("lost", 0))


def _add_again(study: Study, trial: FrozenTrial, lost: int) -> None:
    from optuna.trial import TrialState, create_trial

    kept = {name: trial.user_attrs[name] for name in ("seed",) if name in trial.user_attrs}
    again = [*trial.user_attrs.get("again", ()), trial.number]
    study.add_trial(
        create_trial(
            state=TrialState.WAITING,
            params=trial.params,
            distributions=trial.distributions,
            user_attrs={**kept, "again": again, "lost": lost},
        )
    )


def begin_study(storage: Storage, wanted: StudySpec, trials: int) -> StudySpec:
    """Return a study that is there, or begin it.

    Parameters
    ----------
    trials : so many each side is to have; a study that is there may get more by it, never fewer

    Raises
    ------
    OtherStudy : there is one of this name, of other settings
    SearchError : it is another program's
    StorageError : the storage cannot be used
    """
    import optuna

    if not 1 <= trials <= MOST_TRIALS:
        raise SearchError(f"--trials {trials}: expected a whole number from 1 to {MOST_TRIALS:,}")
    with storage.told():
        try:
            study = optuna.create_study(storage=storage.backend, study_name=wanted.name, direction="maximize")
        except optuna.exceptions.DuplicatedStudyError:
            found = find_study(storage, wanted.name)
            assert found is not None
            found.check_same(wanted)
            extend_study(storage, wanted.name, trials)
            return found
        study.set_user_attr(_TARGET, trials)
        study.set_user_attr(_SPEC, json.dumps(wanted.as_json()))
    return wanted


def extend_study(storage: Storage, name: str, trials: int) -> None:
    """Let each side of a study have so many trials, where it was to have fewer. Raises StorageError."""
    if not 1 <= trials <= MOST_TRIALS:
        raise SearchError(f"--trials {trials}: expected a whole number from 1 to {MOST_TRIALS:,}")
    with storage.told():
        study = _load(storage, name)
        if study.user_attrs.get(_TARGET, 0) < trials:
            study.set_user_attr(_TARGET, trials)


def find_study(storage: Storage, name: str) -> StudySpec | None:
    """Return what a study is, None where there is none of this name.

    Raises
    ------
    SearchError : another program has begun it, or a newer version
    StorageError : the storage cannot be used
    """
    until = time.monotonic() + _TOLD_WITHIN_S
    while True:
        with storage.told():
            try:
                study = _load(storage, name)
            except KeyError:
                return None
            text = study.user_attrs.get(_SPEC)
            is_foreign = text is None and (study.trials or time.monotonic() > until or _SIDE in study.user_attrs)
        if text is not None:
            try:
                return read_spec(json.loads(text))
            except (ValueError, TypeError) as error:
                raise SearchError(f"the study {plain(name)}: {error}") from None
        if is_foreign:
            raise SearchError(f"the study {plain(name)} was not begun by digitapp; expected another --study")
        time.sleep(0.1)  # another process is just beginning it


def study_names(storage: Storage) -> list[str]:
    """Return the names of the studies that this program has begun in a storage, the newest first."""
    import optuna

    with storage.told():
        found = optuna.get_all_study_names(storage.backend)
        return [name for name in reversed(found) if _SPEC in _load(storage, name).user_attrs]


def open_side(storage: Storage, spec: StudySpec, side: Side, winner: TrialLine | None = None) -> Study:
    """Return the study of a side; that of the new seeds belongs to a winner, for a later one needs them anew."""
    import optuna

    if side is Side.GUIDED:
        return _load(storage, spec.name)
    name = f"{spec.name} {side}"
    if side is Side.FRESH:
        assert winner is not None
        name += f", trial {winner.number}" + (f" {winner.side}" if winner.side is Side.RANDOM else "")
    study = optuna.create_study(storage=storage.backend, study_name=name, direction="maximize", load_if_exists=True)
    if _SIDE not in study.user_attrs:
        study.set_user_attr(_SIDE, str(side))
        study.set_user_attr(_OF, spec.name)
    return study


def check_data(storage: Storage, name: str, fingerprint: str) -> None:
    """Note what images a study learns from. Raises SearchError where this machine has others."""
    with storage.told():
        study = _load(storage, name)
        known = study.user_attrs.get(_PRINT)
        if known is None:
            study.set_user_attr(_PRINT, fingerprint)
    if known is not None and known != fingerprint:
        raise SearchError(f"the images here are others than those the study {plain(name)} learns from")


def read_study(storage: Storage, name: str, *, with_importance: bool = True) -> StudyState:
    """Return how a study stands.

    Raises
    ------
    SearchError : there is none of this name, or another program has begun it
    StorageError : the storage cannot be used
    """
    spec = find_study(storage, name)
    if spec is None:
        raise SearchError(f"there is no study {plain(name)} in {storage.shown}")
    with storage.told():
        guided = _load(storage, name)
        target = int(guided.user_attrs.get(_TARGET, 1))
        drawn: list[FrozenTrial] = []
        trials: list[TrialLine] = []
        for side in spec.sides:
            found = _trials_of(storage, spec, side, None)
            drawn += found
            trials += placed([read_trial(trial, side) for trial in found])
        state = StudyState(spec, target, tuple(trials))
        if state.winner is not None and state.over >= state.wanted:
            again = _trials_of(storage, spec, Side.FRESH, state.winner)
            fresh = placed([read_trial(trial, Side.FRESH) for trial in again])
            state = StudyState(spec, target, (*trials, *fresh))
    importance = importance_of(spec.space, drawn) if with_importance else None
    return StudyState(spec, target, state.trials, importance)


def _trials_of(storage: Storage, spec: StudySpec, side: Side, winner: TrialLine | None) -> list[FrozenTrial]:
    return open_side(storage, spec, side, winner).get_trials(deepcopy=False)


def read_trial(trial: FrozenTrial, side: Side) -> TrialLine:
    """Return a trial as plain values."""
    from optuna.trial import TrialState

    fates = {
        TrialState.RUNNING: TrialFate.RUNNING,
        TrialState.WAITING: TrialFate.WAITING,
        TrialState.COMPLETE: TrialFate.DONE,
        TrialState.PRUNED: TrialFate.GIVEN_UP,
        TrialState.FAIL: TrialFate.FAILED,
    }
    told: dict[str, Any] = trial.user_attrs
    seed = told.get("seed")
    return TrialLine(
        trial.number,
        side,
        fates[trial.state],
        trial.value if trial.state is TrialState.COMPLETE else None,
        tuple(value for _, value in sorted(trial.intermediate_values.items())),
        dict(told.get("drawn", {})),
        dict(told.get("configs", {})),
        tuple(map(str, told.get("runs", ()))),
        str(told.get("worker", "")),
        bool(told.get("diverged", False)),
        seed if isinstance(seed, int) else None,
        tuple(told.get("again", ())),
    )


def _load(storage: Storage, name: str) -> Study:
    """Return a study of the library. Raises KeyError where there is none."""
    import optuna

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return optuna.load_study(study_name=name, storage=storage.backend)
