"""An experiment of several seeds: each is kept, and one that is cut off goes on with what is missing."""

import pytest

from digitapp.datasets.load import load_dataset
from digitapp.gui.state.keeper import Keeper
from digitapp.gui.state.restoring import Restorer
from digitapp.gui.state.session import Session
from digitapp.kept.experiments import experiments_of
from digitapp.kept.register import read_lines
from digitapp.kept.store import Store
from digitapp.runs.plan import Plan
from digitapp.training import NetworkConfig, TrainConfig


def opened(folder, qtbot, *, anew=True):
    session = Session("toy")
    restorer = Restorer(session, folder)
    keeper = Keeper(session, folder, restorer.seat)
    restorer.restored.connect(keeper.know_past)
    if anew:
        restorer.restore_runs()
    else:
        with qtbot.waitSignal(restorer.restored, timeout=10_000):
            restorer.restore_runs()
    return session, keeper


def left(session, keeper, folder):
    """Close the session, and return the experiments that are kept."""
    session.close()
    assert keeper.close()
    store = Store(folder)
    try:
        return {each.name: each for each in experiments_of(read_lines(store))}
    finally:
        store.close()


def plan_of(session, **settings):
    config = TrainConfig(**{"epochs": 8, "batch_size": 16, **settings})
    return Plan(session.problem, NetworkConfig((3,), "tanh"), config, dataset=load_dataset("toy"))


@pytest.mark.parametrize("dropout", [0.0, 0.2], ids=["together", "one after the other"])
def test_every_seed_is_a_kept_run_of_one_name(dropout, qtbot, tmp_path):
    session, keeper = opened(tmp_path, qtbot)
    session.begin_experiment(plan_of(session, hidden_dropout=dropout), (4, 9, 2), "mine")
    qtbot.waitUntil(lambda: not session.run.is_active, timeout=10_000)
    experiment = session.run.experiment
    assert experiment is not None
    assert experiment.is_together == (dropout == 0)
    assert experiment.progress == 1
    assert [len(history.epochs) for history in experiment.histories] == [8, 8, 8]
    found = left(session, keeper, tmp_path)["mine"]
    assert found.seeds == (2, 4, 9)
    assert found.is_of_one_kind


def test_one_that_is_cut_off_goes_on_with_the_missing_seeds(qtbot, tmp_path):
    session, keeper = opened(tmp_path, qtbot)
    plan = plan_of(session, epochs=150, batch_size=2, hidden_dropout=0.2)
    session.begin_experiment(plan, (5, 6, 7), "cut")
    run = session.run
    qtbot.waitUntil(
        lambda: run.experiment is not None and len(run.experiment.runs[1].history.epochs) > 3, timeout=10_000
    )
    assert not session.shows_run  # the first network is at its end, and looked at in peace
    assert left(session, keeper, tmp_path)["cut"].seeds == (5,)

    session, keeper = opened(tmp_path, qtbot, anew=False)
    kept = session.interrupted
    assert kept is not None
    assert kept.pending is not None
    assert kept.pending.missing == [1, 2]
    session.data.request(kept.dataset_name)
    session.resumer.resume(kept.desk)
    run = session.run
    qtbot.waitUntil(lambda: run.experiment is not None and not run.is_active, timeout=20_000)
    assert run.error is None
    assert left(session, keeper, tmp_path)["cut"].seeds == (5, 6, 7)
