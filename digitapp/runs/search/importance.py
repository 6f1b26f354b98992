"""How much each parameter decided: the variance of what was measured, parted among them.

Trials that were given up have no value at their end, but all have one after the first epochs; so they are compared
after the last epoch that every one of them has reached.

Source: Watanabe, Bansal, Hutter, "PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in Arbitrary Subspaces"
(IJCAI 2023), as Optuna has it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from digitapp.runs.search.space import Space
from digitapp.runs.search.state import Importance

LEAST_TRIALS = 8
"""Of fewer trials nothing is said."""
_BEST_SHARE = 0.25  # that the others are compared with; of a tenth, forty trials would leave four


def importance_of(space: Space, trials: Sequence[object]) -> Importance | None:
    """Return how much each parameter decided among trials of Optuna that are over, None where there are too few."""
    import optuna
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
    from optuna.trial import FrozenTrial, TrialState, create_trial

    over = [
        trial
        for trial in trials
        if isinstance(trial, FrozenTrial)
        and trial.state in (TrialState.COMPLETE, TrialState.PRUNED)
        and (trial.intermediate_values or trial.user_attrs.get("diverged"))
        and trial.params
    ]
    reached = [max(trial.intermediate_values) for trial in over if not trial.user_attrs.get("diverged")]
    if len(over) < LEAST_TRIALS or not reached:
        return None
    epoch = min(reached)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        measured = optuna.create_study(direction="maximize")
        measured.add_trials(
            [
                create_trial(
                    value=trial.intermediate_values.get(epoch, 0.0),  # what has overflowed reads nothing right
                    params=trial.params,
                    distributions=trial.distributions,
                )
                for trial in over
            ]
        )
        shares = get_param_importances(measured, evaluator=PedAnovaImportanceEvaluator(target_quantile=_BEST_SHARE))
    return Importance({name: float(shares.get(name, 0.0)) for name in space.drawn_names}, len(over), epoch)
