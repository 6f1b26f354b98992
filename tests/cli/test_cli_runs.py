"""`digitapp runs`: every training is kept, listed, compared honestly, and deleted so that it can come back."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import refused, run, run_json

from digitapp import __version__
from digitapp.cli import INTERRUPTED
from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.load import LOADERS, load_dataset
from digitapp.datasets.problems import MNIST
from digitapp.kept import FILE_NAME
from digitapp.kept.final import times_asked
from digitapp.kept.presence import run_lock
from digitapp.kept.register import RunLine, read_curves, read_lines
from digitapp.kept.runs import RunFate
from digitapp.kept.store import Store
from digitapp.kept.sweeping import sweep_kept
from digitapp.modelfile import load_model
from digitapp.runs.comparison import compare_pairs, mcnemar
from digitapp.training.evaluate import evaluate
from digitapp.training.events import EpochDone, Event

TOY = ("--dataset", "toy", "--epochs", "4")


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a user who has trained nothing yet."""
    folder = tmp_path / "user"
    monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: folder)
    return folder


def train(tmp_path: Path, *arguments: object) -> dict:
    return run_json("train", *TOY, "--out", tmp_path / "model.safetensors", *arguments)


def test_seeds_are_trained_one_after_the_other_and_the_best_on_validation_is_saved(tmp_path: Path) -> None:
    found = train(tmp_path, "--repeat", 3, "--seed", 5, "--name", "three")
    assert [each["seed"] for each in found["runs"]] == [5, 6, 7]
    accuracies = [each["validation_accuracy"] for each in found["runs"]]
    assert found["validation_accuracy"] == max(accuracies)
    saved = load_model(tmp_path / "model.safetensors")
    best = next(each for each in found["runs"] if each["run"] == found["run"])
    assert saved.training["config"]["seed"] == best["seed"]
    for each in found["runs"]:  # each is what a run of its own with that seed is
        alone = train(tmp_path, "--seed", each["seed"])
        assert alone["validation_accuracy"] == each["validation_accuracy"]
        assert "runs" not in alone


def test_all_runs_are_listed_shown_and_exported(tmp_path: Path) -> None:
    assert run_json("runs", "list") == {"runs": [], "disk": {"bytes": 0, "limit": 5_000_000_000}}
    assert "no runs yet" in run("runs", "list").stdout
    train(tmp_path, "--repeat", 2, "--name", "pair")
    train(tmp_path, "--learning-rate", 0.1)
    lines = run_json("runs", "list")["runs"]
    assert [line["name"] for line in lines[1:]] == ["pair", "pair"] and lines[0]["name"] == lines[0]["run"]
    assert {line["state"] for line in lines} == {"ended"} and {line["epochs"] for line in lines} == {4}
    assert all(line["run"] in run("runs", "list").stdout for line in lines)
    shown = run_json("runs", "show", lines[0]["run"])["runs"]
    assert shown[0]["config"]["learning_rate"] == 0.1 and shown[0]["layers"] == [12, 3, 2]
    assert shown[0]["version"] == __version__ and shown[0]["machine"] and shown[0]["processor"]
    assert shown[0]["seconds"] > 0 and shown[0]["fingerprint"] == load_dataset("toy", seed=0).train.fingerprint
    table, curves = tmp_path / "runs.csv", tmp_path / "curves.csv"
    assert run("runs", "export", "pair", "--out", table).exit_code == 0
    assert run("runs", "export", "pair", "--out", curves, "--curves").exit_code == 0
    rows = list(csv.DictReader(table.open()))
    assert [float(row["validation_accuracy"]) for row in rows] == [line["validation_accuracy"] for line in lines[1:]]
    epochs = list(csv.DictReader(curves.open()))
    assert len(epochs) == 8 and [float(row["epoch"]) for row in epochs[:4]] == [1, 2, 3, 4]
    assert float(epochs[3]["validation_loss"]) == pytest.approx(lines[1]["validation_loss"], rel=1e-5)


@pytest.mark.parametrize("by", ["accuracy", "loss"])
def test_a_comparison_is_that_of_the_statistics_and_its_sentence_claims_no_more(
    tmp_path: Path, user: Path, by: str
) -> None:
    slow = train(tmp_path, "--repeat", 4, "--name", "slow", "--learning-rate", 0.01)["runs"]
    fast = train(tmp_path, "--repeat", 4, "--name", "fast", "--learning-rate", 4, "--epochs", 40)["runs"]
    told = run_json("runs", "compare", "slow", "fast", "--by", by)
    (pair,) = told["pairs"]
    ended = {line["run"]: line[f"best_validation_{by}"] for line in run_json("runs", "list")["runs"]}
    first, second = ([ended[each["run"]] for each in runs] for runs in (slow, fast))
    expected = compare_pairs(first, second)
    assert pair["difference"] == pytest.approx(expected.mean, rel=1e-4)
    assert pair["interval"] == pytest.approx([expected.low, expected.high], rel=1e-4)
    assert pair["p"] == pytest.approx(expected.p) and pair["paired"] and pair["runs"] == [4, 4]
    assert set(told["settings"]) == {"learning_rate", "epochs"}
    is_told = expected.low > 0 or expected.high < 0
    assert (pair["better"] is not None) == is_told
    assert ("is better than" in pair["verdict"]) == is_told and ("cannot tell" in pair["verdict"]) != is_told
    assert [(each["seed"], each["images"]) for each in pair["mcnemar"]] == [(each["seed"], 16) for each in slow]
    for each in pair["mcnemar"]:  # as what the kept networks read the same images as says
        data = load_dataset("toy", seed=each["seed"]).validation
        assert data is not None
        right = [_kept_network(user, name, each["seed"], data) == data.labels for name in ("slow", "fast")]
        only = [int(np.count_nonzero(a & ~b)) for a, b in (right, right[::-1])]
        assert [each["only_a"], each["only_b"]] == only and each["p"] == mcnemar(*only)
    said = run("runs", "compare", "slow", "fast", "--by", by).stdout
    assert pair["verdict"] in said and "learning_rate: slow 0.01, fast 4.0" in said


def _kept_network(user: Path, name: str, seed: int, data: Split) -> np.ndarray:
    """Return what the network of a kept run reads images as."""
    lines = run_json("runs", "list")["runs"]
    key = next(line["key"] for line in lines if line["name"] == name and line["config"]["seed"] == seed)
    (path,) = user.joinpath("networks").glob(f"run-{key}.*")
    return load_model(path).network.forward(data.inputs).argmax(axis=1)


def test_the_test_figure_is_measured_when_it_is_asked_for_kept_and_counted(
    tmp_path: Path, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    part = [Split(rng.random((40, 784), np.float32), rng.integers(0, 10, 40)) for _ in range(3)]
    monkeypatch.setitem(LOADERS, "handwriting", lambda _wish: Dataset("handwriting", MNIST, *part))
    for name, rate in (("slow", 0.001), ("fast", 0.01)):
        arguments = "--dataset", "handwriting", "--hidden", 8, "--epochs", 3, "--repeat", 2, "--learning-rate", rate
        run_json("train", *arguments, "--name", name, "--out", tmp_path / "model.safetensors")
    assert "test" not in run_json("runs", "compare", "slow", "fast")
    told = run_json("runs", "compare", "slow", "fast", "--test")["test"]
    store = Store(user)
    kept = {(line.name, str(line.seed)): line.test for line in read_lines(store)}
    assert kept == {(name, seed): share for name, each in told.items() for seed, share in each["by_seed"].items()}
    for best, network, share in store.rows("SELECT best, network, test FROM runs"):
        model = load_model(user / "networks" / (best or network))
        assert share == evaluate(model.network, model.loss, part[2]).accuracy
    assert times_asked(store, "mnist") == 2 and times_asked(store, "toy") == 0
    for path in user.joinpath("networks").iterdir():
        path.unlink()
    said = run("runs", "compare", "slow", "fast", "--test").stdout  # nothing is measured again
    assert "2 experiments" in said and "choose nothing" in said
    with store.transaction():
        store.run("UPDATE runs SET test = NULL WHERE name = 'fast'")
    assert "not kept any more" in refused("runs", "compare", "slow", "fast", "--test")
    key = read_lines(store)[0].key
    with store.transaction():
        store.run("UPDATE runs SET state = 'under way' WHERE run = ?", key)
    lock = run_lock(user, key)
    assert lock.take()
    assert "under way" in refused("runs", "compare", "slow", "fast", "--test")
    lock.release()
    store.close()


def test_one_seed_each_never_tells_and_many_are_warned_of_luck(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        train(tmp_path, "--name", name)
    told = run_json("runs", "compare", "a", "b", "c")["pairs"]
    assert [(pair["a"], pair["b"]) for pair in told] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert all(pair["better"] is None and pair["interval"] is None for pair in told)
    said = run("runs", "compare", "a", "b", "c").stdout
    assert said.count("One seed each cannot tell") == 3 and "by luck alone" in said
    assert "trained alike" in said


def test_deleted_runs_come_back(tmp_path: Path) -> None:
    train(tmp_path, "--repeat", 2, "--name", "pair")
    train(tmp_path)
    other = run_json("runs", "list")["runs"][0]["run"]
    assert len(run_json("runs", "delete", "pair")["deleted"]) == 2
    assert [line["run"] for line in run_json("runs", "list")["runs"]] == [other]
    assert "no such run" in refused("runs", "delete", "pair")
    assert len(run_json("runs", "restore", "pair")["restored"]) == 2
    assert len(run_json("runs", "list")["runs"]) == 3


def test_a_month_after_it_was_deleted_a_run_is_gone_with_its_files(tmp_path: Path, user: Path) -> None:
    train(tmp_path, "--name", "old")
    train(tmp_path, "--name", "new")
    for name in ("old", "new"):
        run_json("runs", "delete", name)
    files = user / "networks"
    assert len(list(files.iterdir())) == 2
    store = Store(user)
    with store.transaction():
        store.run("UPDATE runs SET removed = removed - ? WHERE name = 'old'", 31 * 24 * 3600)
    with store.transaction():
        sweep_kept(store)
    store.close()
    assert len(list(files.iterdir())) == 1
    assert "no such run" in refused("runs", "restore", "old")
    assert len(run_json("runs", "restore", "new")["restored"]) == 1


def test_what_is_not_there_or_not_clear_is_refused_in_a_sentence(tmp_path: Path, user: Path) -> None:
    train(tmp_path, "--name", "a")
    assert "no such run" in refused("runs", "show", "nobody")
    assert "two different" in refused("runs", "compare", "a")
    assert "two different" in refused("runs", "compare", "a", "a")
    assert "accuracy or loss" in refused("runs", "compare", "a", "b", "--by", "luck")
    out = tmp_path / "model.safetensors"
    assert "--repeat" in refused("train", *TOY, "--repeat", "2", "--checkpoint", tmp_path / "c", "--out", out)
    assert "does not exist" in refused("runs", "export", "a", "--out", tmp_path / "no" / "x.csv")
    (user / FILE_NAME).write_bytes(b"no database" * 1000)
    damaged = run("runs", "list")
    assert damaged.exit_code == 0 and "lies now in" in damaged.stderr
    assert any("damaged" in path.name for path in user.iterdir())


def test_a_folder_that_cannot_be_written_costs_no_training(tmp_path: Path, user: Path) -> None:
    user.write_text("a file where the folder should be")
    found = run("train", *TOY, "--out", tmp_path / "model.safetensors")
    assert found.exit_code == 0 and "not kept" in found.stderr
    assert load_model(tmp_path / "model.safetensors").network.sizes == (12, 3, 2)


def test_runs_of_many_processes_are_all_there_once(tmp_path: Path, user: Path) -> None:
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "home")}

    def train_in_a_process(number: int) -> int:
        out = tmp_path / f"{number}.safetensors"
        command = [
            sys.executable,
            "-m",
            "digitapp",
            "train",
            *TOY,
            "--name",
            "all",
            "--seed",
            str(number),
            "--out",
            out,
        ]
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(train_in_a_process, range(4))) == [0] * 4
    user.parent.joinpath("home", "digitapp").rename(user)
    lines = run_json("runs", "list")["runs"]
    assert sorted(line["config"]["seed"] for line in lines) == [0, 1, 2, 3]
    assert len({line["key"] for line in lines}) == 4


def test_a_run_that_was_stopped_is_listed_as_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def stopping(_epochs: int) -> Iterator[Callable[[Event], None]]:
        def watch(event: Event) -> None:
            if isinstance(event, EpochDone) and event.epoch == 2:
                raise KeyboardInterrupt

        yield watch

    monkeypatch.setattr("digitapp.cli.train.training_progress", stopping)
    out = tmp_path / "model.safetensors"
    assert run("train", *TOY, "--out", out).exit_code == INTERRUPTED
    (line,) = run_json("runs", "list")["runs"]
    assert line["state"] == "given up" and not out.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_whose_process_is_gone_is_interrupted_and_goes_on_as_the_same_run(
    how: signal.Signals, tmp_path: Path, user: Path
) -> None:
    """Its process ends without or with a last word; the run ends with the bytes of one that nobody has ended."""
    out, whole = tmp_path / "model.safetensors", tmp_path / "whole.safetensors"
    settings = "--dataset", "toy", "--epochs", "1000", "--optimizer", "adam", "--learning-rate", "0.01"
    code = "import sys, digitapp.cli.watching as w; w.FIRST_S = w.EVERY_S = 0.02; from digitapp.cli import app;"
    code += "sys.argv = ['digitapp', *sys.argv[1:]]; app()"
    environment = os.environ | {"XDG_DATA_HOME": str(user.parent / "home")}
    kept = user.parent / "home" / "digitapp"
    command = [sys.executable, "-c", code, "train", *settings, "--name", "mine", "--out", str(out)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while not (found := read_here(kept) if (kept / FILE_NAME).exists() else []) or not found[0].has_checkpoint:
            assert process.poll() is None
        (here,) = found
        assert here.fate is RunFate.UNDER_WAY
        process.send_signal(how)
        told = process.communicate()[1]
    kept.rename(user)
    (line,) = run_json("runs", "list")["runs"]
    assert line["state"] == "interrupted" and line["key"] == here.key and line["steps"] > 0
    command_told = f"digitapp train --resume {line['run']} --out"
    assert command_told in run("runs", "list").stdout and command_told in run("runs", "show", line["run"]).stdout
    assert how is signal.SIGKILL or command_told in told
    assert run("train", "--resume", line["run"], "--out", out).exit_code == 0
    assert run("train", *settings, "--out", whole).exit_code == 0
    assert out.read_bytes() == whole.read_bytes()
    other, again = run_json("runs", "list")["runs"]
    assert again["key"] == line["key"] and again["state"] == "ended" and again["name"] == "mine"
    same = ("epochs", "steps", "train_loss", "best_validation_accuracy", "validation_loss", "fingerprint")
    assert [again[name] for name in same] == [other[name] for name in same]
    left = list((user / "checkpoints").iterdir())  # of a process that was killed while it wrote one; swept after a day
    assert len(left) <= (how is signal.SIGKILL) and not list((user / "locks").glob("run-*"))
    assert "not interrupted" in refused("train", "--resume", line["run"], "--out", out)


def read_here(folder: Path) -> list[RunLine]:
    store = Store(folder)
    lines = read_lines(store)
    store.close()
    return lines


def test_nobody_goes_on_with_a_run_that_another_trains(tmp_path: Path, user: Path) -> None:
    saved, out = tmp_path / "run.ckpt", tmp_path / "model.safetensors"
    assert run("train", *TOY, "--out", out, "--checkpoint", saved).exit_code == 0
    (line,) = run_json("runs", "list")["runs"]
    lock = run_lock(user, line["key"])
    assert lock.take()
    assert "another process trains it" in refused("train", "--resume", saved, "--out", out)
    lock.release()
    assert run("train", "--resume", saved, "--out", out).exit_code == 0
    assert len(run_json("runs", "list")["runs"]) == 1


def test_the_weights_of_the_best_epoch_and_of_the_end_are_kept(tmp_path: Path, user: Path) -> None:
    """Measured anew, each is what the curves say of its epoch."""
    train(tmp_path, "--epochs", 60, "--learning-rate", 3, "--optimizer", "sgd")
    (line,) = read_here(user)
    store = Store(user)
    ((best, end),) = store.rows("SELECT best, network FROM runs")
    curves = read_curves(store, line.key)
    store.close()
    validation = load_dataset("toy", seed=0).validation
    assert validation is not None
    merits = list(zip(curves["validation_accuracy"], (-loss for loss in curves["validation_loss"]), strict=True))
    for name, epoch in ((best, merits.index(max(merits))), (end, -1)):
        model = load_model(user / "networks" / name)
        measured = evaluate(model.network, model.loss, validation)
        assert measured.accuracy == curves["validation_accuracy"][epoch]
        assert measured.loss == pytest.approx(curves["validation_loss"][epoch], rel=1e-5)
    assert {path.name for path in (user / "networks").iterdir()} == {best, end}


def test_a_run_that_began_with_a_model_is_of_another_experiment(tmp_path: Path, user: Path) -> None:
    train(tmp_path, "--name", "a")
    (tmp_path / "model.safetensors").rename(tmp_path / "first.safetensors")
    train(tmp_path, "--name", "a", "--start-from", tmp_path / "first.safetensors")
    onward, first = read_here(user)
    assert onward.begun_from == "first" and first.begun_from == "" and onward.settings() != first.settings()


def test_the_room_that_runs_take_is_told_and_limited(tmp_path: Path) -> None:
    train(tmp_path, "--repeat", 2, "--name", "pair")
    use = run_json("runs", "list")["disk"]
    assert 1000 < use["bytes"] < 100_000
    assert run("runs", "list").stdout.splitlines()[-1].endswith("kB of at most 5.0 GB")
    told = run_json("runs", "limit", "2.5 gb")
    assert told == {"bytes": use["bytes"], "limit": 2_500_000_000, "without_weights": []}
    assert "of at most 2.5 GB" in run("runs", "limit").stdout
    for wrong in ("0", "-1", "two", "1kB", "1e99", "5PB"):
        assert "expected a size" in refused("runs", "limit", "--", wrong)
    assert run_json("runs", "limit")["limit"] == 2_500_000_000


def test_a_run_that_diverged_is_listed_as_failed(tmp_path: Path) -> None:
    out = tmp_path / "model.safetensors"
    network = "--hidden", "4,4,4,4,4,4", "--activation", "identity", "--loss", "cross_entropy"
    speed = "--optimizer", "sgd", "--learning-rate", 1000, "--batch-size", 4
    assert "diverged" in run("train", "--dataset", "toy", "--epochs", 50, *network, *speed, "--out", out).stderr
    (line,) = run_json("runs", "list")["runs"]
    assert line["state"] == "failed" and line["ended"] is not None and not out.exists()
