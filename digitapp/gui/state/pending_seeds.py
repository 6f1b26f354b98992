"""What was read of an experiment that was cut off becomes the experiment that can go on."""

from __future__ import annotations

from digitapp.gui.state.experiment import PendingExperiment, SeedRun
from digitapp.kept.histories import KeptHistory
from digitapp.kept.packing import PacketError
from digitapp.kept.pending import KeptExperiment
from digitapp.kept.runs import KeptRun, RunFate, branch_of, history_of
from digitapp.runs.branches import Branch
from digitapp.runs.plan import Repeat
from digitapp.training.history import History


def pending_of(kept: KeptExperiment, first: Branch, fate: RunFate) -> PendingExperiment | None:
    """Return what is there of an experiment and what is missing; None where nothing is missing.

    Parameters
    ----------
    first, fate : the run of its first seed, and what has become of it
    """
    try:
        repeat = Repeat(kept.name, kept.seeds)
    except ValueError:
        return None  # in a damaged file anything may stand
    known = [SeedRun(0, kept.seeds[0], first.history, first, fate)]
    for index, seed in enumerate(kept.seeds[1:], start=1):
        if seed in kept.runs:
            known.append(_seed_run(index, seed, kept.runs[seed]))
    over = {run.index for run in known if run.is_over}
    cut = [run.index for run in known if not run.is_over]
    missing = [index for index in range(len(kept.seeds)) if index not in over]
    if not missing:
        return None
    return PendingExperiment(repeat, tuple(known), (cut or missing)[0])


def _seed_run(index: int, seed: int, kept: KeptRun) -> SeedRun:
    """Return the run of a seed as far as it was written; what is damaged is as if it had not begun."""
    begins_anew = kept.fate is RunFate.UNDER_WAY and kept.checkpoint is None
    try:
        history = KeptHistory(History()) if begins_anew else history_of(kept)
        branch = branch_of(kept, history, {})
    except PacketError:
        return SeedRun(index, seed)
    return SeedRun(index, seed, history.history, branch, kept.fate)
