"""Runs as event files: read back with TensorBoard's own messages, they are what was kept of the runs."""

from __future__ import annotations

import builtins
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_helpers import refused, run, run_json

from digitapp.exports import tensorboard
from digitapp.kept.register import read_history_of, read_lines
from digitapp.kept.store import Store

pytest.importorskip("tensorboardX", reason="the extra tensorboard is not installed")

# The type checker does not see what Google's compiler makes.
from tensorboardX.proto.event_pb2 import Event  # pyright: ignore[reportAttributeAccessIssue]
from tensorboardX.proto.plugin_hparams_pb2 import HParamsPluginData  # pyright: ignore[reportAttributeAccessIssue]


def events(folder: Path) -> Iterator[Event]:
    """Yield the events of the one file in a folder: records of length, checksum, message and checksum."""
    (path,) = folder.iterdir()
    content, place = path.read_bytes(), 0
    while place < len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        yield Event.FromString(content[place + 12 : place + 12 + length])
        place += length + 16


def scalars(folder: Path) -> dict[str, list[tuple[int, float, float]]]:
    """Return step, value and wall time of what is in a folder's file, by tag."""
    found: dict[str, list[tuple[int, float, float]]] = {}
    for event in events(folder):
        for value in event.summary.value:
            if value.WhichOneof("value") == "simple_value":
                found.setdefault(value.tag, []).append((event.step, value.simple_value, event.wall_time))
    return found


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a user who has trained the toy with two seeds."""
    monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: tmp_path / "user")
    options = "--dataset", "toy", "--epochs", 5, "--repeat", 2, "--name", "a/b …"
    run_json("train", *options, "--out", tmp_path / "model.safetensors")
    return tmp_path / "user"


def test_what_is_read_back_is_what_was_kept(trained: Path, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    for _ in range(2):  # the second takes the place of the first
        assert "tensorboard --logdir" in run("runs", "export", "a/b …", "--tensorboard", logs).stdout
    store = Store(trained)
    lines = read_lines(store)
    assert {path.name for path in logs.iterdir()} == {f"a-b-{line.short}" for line in lines}
    for line in lines:
        history, found = read_history_of(store, line.key), scalars(logs / f"a-b-{line.short}")
        assert [step for step, *_ in found["batch/loss"]] == [*range(1, len(history.loss) + 1)]
        assert [value for _, value, _ in found["batch/loss"]] == history.loss.values.tolist()
        assert [value for _, value, _ in found["batch/accuracy"]] == history.accuracy.values.tolist()
        assert history.started is not None
        for tag, column in tensorboard._EPOCH_SCALARS.items():
            steps = [history.started.batches_per_epoch * epoch for epoch in range(1, 6)]
            assert [step for step, *_ in found[tag]] == steps
            assert [value for _, value, _ in found[tag]] == history.epochs.column(column).astype(np.float32).tolist()
        times = [time for _, _, time in found["batch/loss"]]
        assert times == sorted(times) and times[0] >= line.began
        assert times[-1] == pytest.approx(line.began + line.seconds)
        best = line.results["best_validation_accuracy"]
        assert found["result/best_validation_accuracy"][0][1] == pytest.approx(best)
        said = hyperparameters(logs / f"a-b-{line.short}")
        assert said["seed"] == line.seed and said["dataset"] == "toy" and said["optimizer"] == line.config["optimizer"]
        assert said["learning_rate"] == pytest.approx(line.config["learning_rate"])
    store.close()


def hyperparameters(folder: Path) -> dict[str, Any]:
    for event in events(folder):
        for value in event.summary.value:
            if value.tag == "_hparams_/session_start_info":
                info = HParamsPluginData.FromString(value.metadata.plugin_data.content).session_start_info
                return {name: getattr(each, each.WhichOneof("kind")) for name, each in info.hparams.items()}
    raise AssertionError("no hyperparameters")


def test_a_long_run_is_thinned_but_not_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensorboard, "MOST_BATCHES", 10)
    from digitapp.training.history import History

    history = History()
    history.loss.extend(np.arange(37, dtype=np.float32))
    made = tensorboard.EventRun("long", history, 100.0, 37.0, {"hidden": (4, 3), "none": None}, {"x": float("nan")})
    (folder,) = tensorboard.write_events(tmp_path, [made])
    found = scalars(folder)
    assert [step for step, *_ in found["batch/loss"]] == [1, 5, 9, 13, 17, 21, 25, 29, 33, 37]
    assert all(time == pytest.approx(100.0 + step) for step, _, time in found["batch/loss"]) and set(found) == {
        "batch/loss"
    }


def test_what_is_missing_is_said(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert trained.exists() and "--tensorboard DIR" in refused("runs", "export", "a/b …")
    (tmp_path / "file").write_text("no folder")
    assert "--tensorboard" in refused("runs", "export", "a/b …", "--tensorboard", tmp_path / "file")
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("tensorboardX"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    told = refused("runs", "export", "a/b …", "--tensorboard", tmp_path / "logs")
    assert "pip install digitapp[tensorboard]" in told and not (tmp_path / "logs").exists()
