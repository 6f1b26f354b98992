"""``digitapp train`` goes on from a checkpoint as if it had never been interrupted."""

import errno
import signal
from pathlib import Path

import pytest
from cli_helpers import refused, run, run_json

from digitapp.cli.watching import RunWatch
from digitapp.training import BatchDone, Event
from digitapp.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint


def test_an_interrupted_run_goes_on_to_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ("--dataset", "toy", "--hidden", "5,4", "--activation", "relu,tanh", "--epochs", 6, "--patience", 5)
    settings += ("--optimizer", "adam", "--hidden-dropout", 0.2, "--pretrain-epochs", 1, "--normalization", "batch")
    whole, again, saved = (tmp_path / name for name in ("whole", "again", "run.ckpt"))
    run_json("train", *settings, "--out", whole)

    after = RunWatch.after

    def press_ctrl_c(watch: RunWatch, event: Event) -> None:
        if isinstance(event, BatchDone) and event.step == 15:
            signal.raise_signal(signal.SIGINT)
        after(watch, event)

    monkeypatch.setattr(RunWatch, "after", press_ctrl_c)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore Ctrl-C
    stopped = run("train", *settings, "--out", again, "--checkpoint", saved)
    signal.signal(signal.SIGINT, before)
    assert stopped.exit_code == 130 and not again.exists()
    assert "go on with: digitapp train --resume" in stopped.stderr
    monkeypatch.undo()
    run_json("train", "--resume", saved, "--out", again)
    assert again.read_bytes() == whole.read_bytes()


def test_a_checkpoint_is_written_every_few_epochs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    epochs: list[int] = []

    def remember(checkpoint: Checkpoint, path: Path) -> None:
        epochs.append(checkpoint.facts["epoch"])
        save_checkpoint(checkpoint, path)

    monkeypatch.setattr("digitapp.cli.checkpoints.save_checkpoint", remember)
    saved, out = tmp_path / "run.ckpt", tmp_path / "model"
    result = run("train", "--dataset", "toy", "--epochs", 8, "--out", out, "--checkpoint", saved, "--every", 3)
    assert result.exit_code == 0 and epochs == [3, 6]
    first = out.read_bytes()
    assert run("train", "--resume", saved, "--out", out).exit_code == 0
    assert out.read_bytes() == first


def test_what_cannot_be_resumed_is_refused(tmp_path: Path) -> None:
    saved, out = tmp_path / "run.ckpt", tmp_path / "model"
    assert str(saved) in refused("train", "--resume", saved, "--out", out)
    run("train", "--dataset", "toy", "--epochs", 3, "--out", out, "--checkpoint", saved)
    assert "no --epochs" in refused("train", "--resume", saved, "--epochs", 9, "--out", out)
    content = load_checkpoint(saved)
    save_checkpoint(Checkpoint(content.arrays, {**content.facts, "about": {}}), saved)
    assert "not written by digitapp train" in refused("train", "--resume", saved, "--out", out)
    assert "--checkpoint" in refused("train", "--checkpoint", tmp_path / "no" / "x", "--out", out)


def test_a_checkpoint_that_cannot_be_written_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("digitapp.cli.checkpoints.save_checkpoint", full)
    saved, out = tmp_path / "run.ckpt", tmp_path / "model"
    result = run("train", "--dataset", "toy", "--epochs", 3, "--out", out, "--checkpoint", saved)
    assert result.exit_code == 0 and out.exists() and "No space left" in result.stderr
