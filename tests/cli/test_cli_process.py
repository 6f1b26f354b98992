"""The program as a process: streams, exit codes and signals that an in-process runner cannot show."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from digitapp.training.checkpoint import load_checkpoint

COMMAND = [sys.executable, "-m", "digitapp"]
POSIX_ONLY = pytest.mark.skipif(os.name != "posix", reason="signals and devices of POSIX")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, **environment}
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=60, env=variables, check=False
    )


def test_results_and_everything_else_take_different_streams(tmp_path: Path) -> None:
    out = tmp_path / "toy.safetensors"
    result = run("train", "--dataset", "toy", "--epochs", "30", "--out", str(out), "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout)["model"] == str(out)
    assert "epoch 30 of 30" in result.stderr and "{" not in result.stderr


def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    result = run("evaluate", str(tmp_path / "missing.safetensors"))
    assert result.returncode == 2 and result.stdout == ""
    assert result.stderr.count("\n") == 1 and "missing.safetensors" in result.stderr


def test_a_terminal_without_unicode_is_no_reason_to_fail(tmp_path: Path) -> None:
    out = tmp_path / "toy.safetensors"
    assert run("train", "--dataset", "toy", "--epochs", "1", "--out", str(out)).returncode == 0
    result = run("info", str(out), PYTHONIOENCODING="ascii")
    assert result.returncode == 0 and "Traceback" not in result.stderr


@POSIX_ONLY
@pytest.mark.parametrize(
    "display",
    [
        {},
        {"DISPLAY": ":4711"},
        {"WAYLAND_DISPLAY": "wayland-4711"},
        {"WAYLAND_DISPLAY": "wayland-4711", "DISPLAY": ":4711"},
        {"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":4711"},
        {"QT_QPA_PLATFORM": "no-such-platform"},
    ],
    ids=lambda display: " ".join(f"{name}={value}" for name, value in display.items()) or "none",
)
def test_a_display_that_does_not_answer_is_one_line_and_exit_code_2(display: dict[str, str]) -> None:
    names = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")
    result = run("gui", **{name: display.get(name, "") for name in names})
    assert result.returncode == 2 and result.stdout == ""
    assert result.stderr.count("\n") == 1 and result.stderr.startswith("digitapp: ")
    assert not display or any(value in result.stderr for value in display.values())


@POSIX_ONLY
def test_ctrl_c_ends_with_130_and_without_a_traceback(tmp_path: Path) -> None:
    out = tmp_path / "toy.safetensors"
    arguments = ("train", "--dataset", "toy", "--epochs", "15000", "--out", str(out))
    # A shell that runs its jobs in the background lets them ignore Ctrl-C, and children inherit that.
    code = "import signal, sys, runpy; signal.signal(signal.SIGINT, signal.default_int_handler);"
    code += "sys.argv = ['digitapp', *sys.argv[1:]]; runpy.run_module('digitapp', run_name='__main__')"
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        process.stderr.readline()  # the first line of progress: it is training
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr.splitlines()[-1] == "digitapp: stopped" and "Traceback" not in stderr
    assert list(tmp_path.iterdir()) == []


@POSIX_ONLY
def test_sigterm_writes_the_checkpoint(tmp_path: Path) -> None:
    out, kept = tmp_path / "toy.safetensors", tmp_path / "run.safetensors"
    arguments = ("train", "--dataset", "toy", "--epochs", "15000", "--out", str(out), "--checkpoint", str(kept))
    with subprocess.Popen([*COMMAND, *arguments, "--every", "14999"], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        process.stderr.readline()  # the first line of progress: it is training
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130 and f"--resume {kept}" in stderr
    assert load_checkpoint(kept).facts["step"] > 0 and not out.exists()


@POSIX_ONLY
def test_a_reader_that_goes_away_is_met_with_silence() -> None:
    with subprocess.Popen([*COMMAND, "data", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode != 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_results_that_cannot_be_written_are_an_error() -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*COMMAND, "data", "list"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert result.returncode == 2
    assert "No space left on device" in result.stderr and "Traceback" not in result.stderr


@POSIX_ONLY
def test_on_a_terminal_a_bar_moves_on_stderr_and_stdout_stays_clean(tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    try:
        terminal, stderr = pty.openpty()
    except OSError:
        pytest.skip("this system has no terminals to offer")
    arguments = ("train", "--dataset", "toy", "--epochs", "5", "--out", str(tmp_path / "toy.safetensors"), "--json")
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=stderr) as process:
        os.close(stderr)
        shown = b""
        while True:
            try:
                piece = os.read(terminal, 4096)
            except OSError:  # Linux's way to say that the other end was closed
                break
            if not piece:
                break
            shown += piece
        assert process.stdout is not None
        assert json.loads(process.stdout.read())["epochs"] == 5
    os.close(terminal)
    assert process.returncode == 0
    assert b"epoch 5 of 5, loss" in shown and b"\x1b[" in shown


@pytest.mark.skipif(sys.platform != "linux", reason="displays of Linux")
@pytest.mark.parametrize("arguments", [(), ("gui", "--problem", "toy")], ids=["no command", "gui"])
def test_without_a_display_the_window_says_so(arguments: tuple[str, ...]) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    kept.pop("QT_QPA_PLATFORM", None)
    result = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60, env=kept, check=False)
    assert result.returncode == 2 and result.stdout == ""
    assert result.stderr.startswith("digitapp: ") and result.stderr.count("\n") == 1


def test_a_model_that_cannot_be_used_opens_no_window(tmp_path: Path) -> None:
    result = run("gui", "--model", str(tmp_path / "missing.safetensors"), QT_QPA_PLATFORM="offscreen")
    assert result.returncode == 2 and result.stderr.count("\n") == 1 and "missing.safetensors" in result.stderr
