"""A training that cannot be written waits for whoever looks on, and ends with a checkpoint where nobody does."""

from __future__ import annotations

import errno
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from cli_helpers import run, run_json

from digitapp.cli import INTERRUPTED, watching
from digitapp.cli.watching import RunWatch
from digitapp.kept import writer
from digitapp.training.events import BatchDone, Event

SETTINGS = "--dataset", "toy", "--epochs", 40, "--optimizer", "adam", "--learning-rate", 0.02
STEP = 30


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a user, whose trainings are written all the time."""
    folder = tmp_path / "user"
    monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: folder)
    monkeypatch.setattr(watching, "FIRST_S", 0.0)
    monkeypatch.setattr(watching, "EVERY_S", 0.0)
    monkeypatch.setattr(watching, "_LOOK_S", 0.01)
    monkeypatch.setattr(watching, "ALONE_S", 0.05)
    monkeypatch.setattr(writer, "RETRY_S", 0.01)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return folder


def at_step(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> None:
    """Have something done after a step; the batches after it wait until the writer has noticed."""
    after = RunWatch.after

    def watched(watch: RunWatch, event: Event) -> None:
        if isinstance(event, BatchDone) and event.step == STEP:
            watch._kept.flush()
            work()
            watch._write()
            while watch._kept.trouble is None:
                time.sleep(0.005)
        after(watch, event)

    monkeypatch.setattr(RunWatch, "after", watched)


def full(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what lets the disk have no room from then on."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    return lambda: monkeypatch.setattr("digitapp.kept.runs.save_checkpoint", refuse)


@pytest.mark.parametrize("why", ["No space left", "its folder has gone"])
def test_where_nobody_looks_on_it_ends_with_a_checkpoint(
    why: str, user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, whole = tmp_path / "model.safetensors", tmp_path / "whole.safetensors"
    pulled = tmp_path / "pulled"
    with monkeypatch.context() as patch:
        at_step(patch, full(patch) if why == "No space left" else lambda: user.rename(pulled))
        ended = run("train", *SETTINGS, "--out", out)
    assert ended.exit_code == 2 and not out.exists()
    told = ended.stderr.splitlines()[-1]
    assert why in told and "go on with: digitapp train --resume" in told
    if pulled.exists():
        assert not user.exists()  # nothing is made in its place
        pulled.rename(user)
    (line,) = run_json("runs", "list")["runs"]
    assert line["state"] == "interrupted"
    found = re.search(r"--resume (\S+) --out", told)
    assert found is not None
    run_json("train", "--resume", found[1], "--out", out)
    run_json("train", *SETTINGS, "--out", whole)
    assert out.read_bytes() == whole.read_bytes()
    lines = run_json("runs", "list")["runs"]
    assert [each["state"] for each in lines] == ["ended"] * 2 and line["key"] in {each["key"] for each in lines}


def test_where_somebody_looks_on_it_waits_and_goes_on(
    user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, pulled = tmp_path / "model.safetensors", tmp_path / "pulled"
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            pulled.rename(user)
        time.sleep(seconds)

    at_step(monkeypatch, lambda: user.rename(pulled))
    monkeypatch.setattr(watching, "is_attended", lambda: True)
    monkeypatch.setattr(watching, "time", SimpleNamespace(sleep=sleep, perf_counter=time.perf_counter))
    ended = run("train", *SETTINGS, "--out", out)
    assert ended.exit_code == 0 and out.exists() and len(looks) >= 3
    assert "it waits until there is room again" in ended.stderr and "is written again, and goes on" in ended.stderr
    (line,) = run_json("runs", "list")["runs"]
    assert line["state"] == "ended" and line["epochs"] == 40


def test_ctrl_c_ends_the_waiting(user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_step(monkeypatch, lambda: user.rename(tmp_path / "pulled"))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore Ctrl-C

    def attended() -> bool:
        signal.raise_signal(signal.SIGINT)
        return True

    monkeypatch.setattr(watching, "is_attended", attended)
    monkeypatch.setattr("digitapp.cli.keeping._PATIENCE_S", 0.05)
    ended = run("train", *SETTINGS, "--out", tmp_path / "model.safetensors")
    signal.signal(signal.SIGINT, before)
    assert ended.exit_code == INTERRUPTED and "go on with: digitapp train --resume" in ended.stderr
