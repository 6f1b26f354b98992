"""Studies worked on by several workers: each trial by exactly one, those of lost workers once more, all in the end."""

import json
import threading
import traceback
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from postgres_server import PASSWORD, QUOTED, find_tools, postgres

from digitapp.runs.search.errors import OtherStudy, SearchError, StorageError
from digitapp.runs.search.importance import importance_of
from digitapp.runs.search.learning import Control, Learned, Stopped, StudyData
from digitapp.runs.search.space import Between, Choice, Space
from digitapp.runs.search.spec import FRESH_FROM, Pruner, Sampler, Side, StudySpec, usual_spec
from digitapp.runs.search.state import StudyState, TrialFate, read_state
from digitapp.runs.search.storage import Storage, masked, storage_url
from digitapp.runs.search.studies import begin_study, find_study, put_back, read_study, study_names, take_up_again
from digitapp.runs.search.worker import Worker

pytest.importorskip("optuna", reason="the extra 'search' is not installed")
pytestmark = pytest.mark.filterwarnings("ignore:Heartbeat of storage is supposed:UserWarning")  # trials made by hand

SPACE = Space((("learning_rate", Between(0.3, 3.0, log=True)), ("units", Choice((2, 3)))))


_NUMBERS = count()


def toy(name: str = "", epochs: int = 3, **kinds: Any) -> StudySpec:
    """Return a study that takes no time, of a name that no other test has: making a storage takes longer than that."""
    spec = usual_spec(name or f"toys {next(_NUMBERS)}", "toy")
    base = spec.base[0], replace(spec.base[1], epochs=epochs)
    return replace(spec, **{"base": base, "space": SPACE, "fresh_seeds": 2, **kinds})


def worker(storage: Storage, spec: StudySpec, **more: Any) -> Worker:
    return Worker(storage, spec, StudyData(spec.dataset, spec.images, most=spec.seeds_per_trial), **more)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("search") / "studies.sqlite3")


def all_work(url: str, spec: StudySpec, trials: int, workers: int = 2) -> StudyState:
    """Let several workers make a study, each with a connection of its own."""
    learned: list[tuple[int, int]] = []
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with Storage(url, 1, take_up_again) as storage:
                begin_study(storage, spec, trials)
                one = worker(storage, spec, heartbeat=1)
                one.run()
                learned.append((number, one.made))
        except BaseException as error:  # noqa: BLE001 - the test's thread is told
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failures, failures
    with Storage(url) as storage:
        state = read_study(storage, spec.name)
    done = [trial for trial in state.trials if trial.is_over]
    assert sum(made for _, made in learned) == sum(trial.fate is TrialFate.DONE for trial in done)
    return state


def check_whole(state: StudyState, spec: StudySpec, trials: int) -> None:
    """Each side has exactly the trials that it was to have, with different settings, and the new seeds differ."""
    assert state.is_over and state.over == state.wanted == 2 * trials
    for side in spec.sides:
        lines = state.of(side)
        assert len(lines) == trials and all(line.is_over for line in lines)
        assert len({json.dumps(dict(line.drawn)) for line in lines}) == trials
    fresh = state.of(Side.FRESH)
    assert len(fresh) == spec.fresh_seeds and len({line.seed for line in fresh}) == spec.fresh_seeds
    assert all((line.seed or 0) >= spec.base[1].seed + FRESH_FROM for line in fresh)
    assert read_state(json.loads(json.dumps(state.as_json()))) == state


def test_several_workers_on_a_file_make_each_trial_once(tmp_path: Path) -> None:
    spec = toy()

    check_whole(all_work(str(tmp_path / "new.db"), spec, 2), spec, 2)  # which all of them are about to make


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    tools = find_tools()
    if tools is None:
        pytest.skip("there is no PostgreSQL here: the package 'postgresql' brings it")
    with postgres(tools) as url:
        yield url


@pytest.mark.long
def test_several_workers_on_postgresql_and_one_that_is_gone(server: str) -> None:
    """What a killed worker leaves behind is made here by hand: trials that are running and never end."""
    spec = toy()
    with Storage(server, 1, take_up_again) as storage:
        begin_study(storage, spec, 3)
        import optuna

        study = optuna.load_study(study_name=spec.name, storage=storage.backend)
        begun, unborn = study.ask(), study.ask()  # one with a sign of life and its settings, one gone before that
        storage.sign_of_life(begun._trial_id)
        begun.set_user_attr("worker", "gone")
        drawn = spec.space.draw(begun, spec.base)[1]

    state = all_work(server, spec, 3)

    check_whole(state, spec, 3)
    lost = {line.number for line in state.trials if line.side is Side.GUIDED and line.fate is TrialFate.FAILED}
    assert {begun.number, unborn.number} <= lost
    again = [line for line in state.of(Side.GUIDED) if begun.number in line.again]
    assert [dict(line.drawn) for line in again] == [drawn]


def test_no_password_is_ever_said(server: str, capfd: pytest.CaptureFixture[str]) -> None:
    wrong = server.replace(QUOTED, "s3cr3t%7Bx%7D")
    gone = server.replace("127.0.0.1", "127.0.0.1:1@localhost")
    for url, said in (
        (wrong, "refuses the password of digit"),
        (server.replace("/studies", "/nothing"), "there is no database nothing"),
        (gone, "cannot be|no address"),
        ("postgresql://digit:s3cr3t@127.0.0.1:1/studies", "cannot be reached"),
        ("postgresql://digit:s3cr3t@[::1", "no address"),
        ("mysql://digit:s3cr3t@127.0.0.1/studies", "expected the path"),
    ):
        with pytest.raises(StorageError, match=said) as caught:
            Storage(url)
        shown = str(caught.value) + repr(caught.value.__cause__) + masked(url)
        assert "s3cr3t" not in shown and PASSWORD not in shown and QUOTED not in shown
        trace = "".join(traceback.format_exception(caught.value))
        assert "s3cr3t" not in trace and PASSWORD not in trace and QUOTED not in trace
    assert "s3cr3t" not in "".join(capfd.readouterr())


def test_a_stopped_trial_is_taken_up_with_its_settings(path: str) -> None:
    spec, control = toy(epochs=10_000), Control()
    with Storage(path, 1, take_up_again) as storage:
        begin_study(storage, spec, 1)
        stopped = worker(storage, spec, control=control, changed=control.stop)  # with its first trial begun
        with pytest.raises(Stopped):
            stopped.run()
        first, second = read_study(storage, spec.name).trials[:2]

    assert (first.fate, second.fate) == (TrialFate.FAILED, TrialFate.WAITING)
    assert second.again == (first.number,) and first.side is second.side
    with Storage(path) as storage:
        import optuna

        ours = optuna.load_study(study_name=spec.name, storage=storage.backend).trials
    assert ours[0].params == ours[1].params and ours[0].params


def test_a_pause_rests_and_a_stop_ends_it() -> None:
    control = Control()
    control.pause()
    ended: list[BaseException] = []

    def wait() -> None:
        try:
            control.check()
        except Stopped as error:
            ended.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    assert control.is_paused and thread.is_alive()
    control.stop()
    thread.join(10)
    assert len(ended) == 1


def test_a_trial_taken_up_twice_is_made_once(path: str) -> None:
    """Two workers may see at the same moment that a third one is gone."""
    spec = toy(sampler=Sampler.RANDOM, fresh_seeds=0)
    with Storage(path) as storage:
        begin_study(storage, spec, 2)
        import optuna

        study = optuna.load_study(study_name=spec.name, storage=storage.backend)
        trial = study.ask()
        drawn = spec.space.draw(trial, spec.base)[1]
        lost = study.tell(trial, state=optuna.trial.TrialState.FAIL)
        put_back(study, lost)
        put_back(study, lost)
        state = worker(storage, spec).run()

    assert [dict(line.drawn) for line in state.of(Side.GUIDED)].count(drawn) == 1
    assert len(state.of(Side.GUIDED)) == 2


def test_a_trial_is_the_mean_of_its_seeds_and_given_up_by_it(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves made here, so that it is known who is below the median."""
    spec = toy(sampler=Sampler.RANDOM, fresh_seeds=0, seeds_per_trial=2, epochs=4)
    curves = iter([(0.5, 0.6, 0.7, 0.8)] * 5 + [(0.4, 0.9, 0.9, 0.9), (0.6, 0.6, 0.6, 0.9)])

    def learn(_configs: Any, seeds: Any, *arguments: Any) -> Learned:
        assert list(seeds) == [44, 45]
        after_epoch, curve = arguments[4], next(curves)
        for epoch, value in enumerate(curve, start=1):
            after_epoch(epoch, value)
        return Learned((curve[-1] - 0.05, curve[-1] + 0.05), ())

    monkeypatch.setattr("digitapp.runs.search.worker.learn", learn)
    with Storage(path) as storage:
        begin_study(storage, spec, 7)
        state = worker(storage, spec).run()

    fates = [line.fate for line in state.of(Side.GUIDED)]
    assert fates == [TrialFate.DONE] * 5 + [TrialFate.GIVEN_UP, TrialFate.GIVEN_UP]
    assert [line.curve for line in state.of(Side.GUIDED)][-2:] == [(0.4,), (0.6, 0.6, 0.6)]
    assert state.winner is not None and (state.winner.number, state.winner.value) == (0, pytest.approx(0.8))


def test_what_overflows_is_a_trial_that_was_given_up(path: str) -> None:
    rates = Space((("learning_rate", Between(900.0, 1000.0)),))
    spec = toy(sampler=Sampler.RANDOM, space=rates, fresh_seeds=1, pruner=Pruner.NONE)
    network, training = spec.base
    wild = replace(network, hidden=(8,), activation="relu"), replace(training, epochs=50, l2=10.0)
    with Storage(path) as storage:
        begin_study(storage, replace(spec, base=wild), 1)
        state = worker(storage, replace(spec, base=wild)).run()

    (only,) = state.trials
    assert (only.fate, only.diverged, only.value) == (TrialFate.GIVEN_UP, True, None)
    assert state.is_over and state.winner is None


def test_what_matters_is_found() -> None:
    """Of two parameters one decides all; the trials that were given up count too."""
    import optuna

    spec = toy()
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    for _ in range(40):
        trial = study.ask()
        spec.space.draw(trial, spec.base)
        rate = trial.params["learning_rate"]
        trial.report(-abs(rate - 1.0), 1)
        if rate < 1:
            trial.report(-abs(rate - 1.0), 2)
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)

    found = importance_of(spec.space, study.trials)

    assert found is not None and (found.trials, found.epoch) == (40, 1)
    assert found.shares["learning_rate"] > 0.8 and sum(found.shares.values()) == pytest.approx(1)
    assert importance_of(spec.space, study.trials[:5]) is None


def test_a_study_of_this_name_that_is_another(path: str) -> None:
    with Storage(path) as storage:
        begin_study(storage, toy("one"), 2)
        begin_study(storage, toy("two"), 2)
        import optuna

        foreign = optuna.create_study(study_name="foreign", storage=storage.backend)
        foreign.tell(foreign.ask(), 1.0)

        with pytest.raises(OtherStudy, match="training epochs 3, not 9"):
            begin_study(storage, toy("one", epochs=9), 2)
        with pytest.raises(SearchError, match="not begun by digitapp"):
            find_study(storage, "foreign")
        with pytest.raises(SearchError, match="there is no study three"):
            read_study(storage, "three")
        assert study_names(storage)[:2] == ["two", "one"]
        begin_study(storage, toy("one"), 5)  # more trials are no other study
        assert read_study(storage, "one").target == 5


def test_other_images_than_the_studys(path: str) -> None:
    spec = toy(sampler=Sampler.RANDOM, fresh_seeds=0)
    with Storage(path) as storage:
        begin_study(storage, spec, 1)
        worker(storage, spec).run()
        other = Worker(storage, spec, StudyData(spec.dataset, 20))
        with pytest.raises(SearchError, match="images here are others"):
            other.run()


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"this is no database " * 20, "no SQLite file"), (None, "a folder"), ("other", "another program")],
)
def test_a_file_of_something_else_is_left_as_it_is(tmp_path: Path, content: Any, said: str) -> None:
    import sqlite3

    path = tmp_path / "kept.db"
    if content is None:
        path.mkdir()
    elif content == "other":
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE things (thing)")
        connection.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes() if path.is_file() else b""

    with pytest.raises(StorageError, match=said):
        Storage(str(path))
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_addresses() -> None:
    assert storage_url("postgres://a:b@h/d") == "postgresql+psycopg://a:b@h/d"
    assert storage_url("/tmp/x.db") == "sqlite:////tmp/x.db"
    assert masked("postgresql://a:b@c@h:5/d?password=x") == "postgresql://a:***@h:5/d"
    for wrong in ("", "sqlite:///", "postgresql://h", "file.txt", "postgresql://h:port/d"):
        with pytest.raises(StorageError):
            storage_url(wrong)
