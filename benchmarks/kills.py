"""Kill the window and the command line at random moments, and look whether anything is missing.

    python benchmarks/kills.py [--window 100] [--command 100] [--seed 0]

A window draws, says of each stroke that it is on the disk, and trains the toy's network; it is killed with SIGKILL at a
random moment, started again, goes on with the run, and so on. After some kills it may end, and its network must be
that of a run that nobody has killed, to the byte. ``digitapp train`` is treated likewise: what is left of it must be
listed as one run that was interrupted, which goes on by its id.

Prints how many strokes and networks were lost, which must be none, and how many seconds of training at most.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitapp.datasets.problems import MNIST
from digitapp.kept import FILE_NAME
from digitapp.kept.networks import read_networks
from digitapp.kept.register import RunLine, read_lines
from digitapp.kept.runs import RunFate, read_runs
from digitapp.kept.seats import read_part
from digitapp.kept.sheets import read_sheet
from digitapp.kept.store import Store
from digitapp.locks import FileLock

KILLS_IN_A_LIFE = 5
PACE = 500  # batches a second in the window, as in kills_window.py
LONGEST_S = 3.0  # that a process lives after its first line
LONGEST_LIFE_S = 9.0  # that a process of the command line trains before it is killed

HERE = Path(__file__).parent
TRAIN = ["train", "--dataset", "toy", "--epochs", "8000", "--optimizer", "adam", "--learning-rate", "0.01"]


@dataclass
class Tally:
    """What was seen."""

    kills: int = 0
    acknowledged: int = 0
    lost_strokes: int = 0
    lost_seconds: float = 0.0
    broken_files: int = 0
    lives: int = 0
    other_bytes: int = 0
    other_lists: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether nothing is missing."""
        return not (self.lost_strokes or self.broken_files or self.other_bytes or self.other_lists)


# The window


def start_window(folder: Path, strokes: int = 0) -> subprocess.Popen[str]:
    """Start a window on a folder."""
    command = [sys.executable, str(HERE / "kills_window.py"), str(folder), *([str(strokes)] if strokes else [])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def kill_window(folder: Path, rng: np.random.Generator) -> tuple[int, int]:
    """Let a window live for a random while; return the steps of undo that it said are kept, and its batches."""
    window = start_window(folder)
    assert window.stdout is not None
    if rng.random() < 0.2:  # while it starts
        time.sleep(rng.uniform(0, 2))
    else:
        window.stdout.readline()
        time.sleep(rng.uniform(0, LONGEST_S))
    window.kill()
    lines = window.communicate()[0].split("\n")[:-1]  # the last one may be cut off
    steps, batches = map(int, lines[-1].split()) if lines else (0, 0)
    return steps, batches


def kept_in(folder: Path) -> tuple[int, int, bool]:
    """Return how many steps of undo are kept, at which batch the run can be taken up, and whether the file is sound."""
    store = Store(folder)
    packet = read_part(store, 0, f"{MNIST.key}/sheet")
    steps = len(read_sheet(packet, MNIST.blank).steps) if packet is not None else 0
    runs = read_runs(store, 0, "toy")
    sound = store.aside is None and not store.check()
    store.close()
    return steps, runs[-1].step if runs else 0, sound


def own_network(folder: Path) -> bytes:
    """Return the parameters of the toy's own network."""
    store = Store(folder)
    own = next(kept for kept in read_networks(store, 0, "toy") if kept.key == "own")
    store.close()
    return own.load().network.parameters.tobytes()


def live_to_the_end(folder: Path) -> bytes:
    """Let a window end by itself; return its network."""
    output = start_window(folder, strokes=1).communicate()[0]
    assert output.split()[-1] == "done"
    return own_network(folder)


def kill_windows(kills: int, rng: np.random.Generator) -> Tally:
    """Kill windows so many times."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as scratch:
        reference = live_to_the_end(made(Path(scratch) / "reference"))
        while tally.kills < kills:
            folder = made(Path(scratch) / f"life-{tally.lives}")
            steps = 0
            for _ in range(min(KILLS_IN_A_LIFE, kills - tally.kills)):
                said, batches = kill_window(folder, rng)
                steps = max(steps, said)
                tally.kills += 1
                kept, step, is_sound = kept_in(folder)
                tally.lost_strokes += max(0, steps - kept)
                tally.lost_seconds = max(tally.lost_seconds, (batches - step) / PACE)
                tally.broken_files += not is_sound
            tally.acknowledged += steps
            tally.other_bytes += live_to_the_end(folder) != reference
            tally.lives += 1
            print(f"so far: {tally}", file=sys.stderr)
    return tally


# The command line


def train(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start ``digitapp train`` for a user whose data folder is in `folder`."""
    command = [sys.executable, "-m", "digitapp", *arguments, "--out", str(folder / "model.safetensors")]
    environment = os.environ | {"XDG_DATA_HOME": str(folder)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def begin_or_resume(folder: Path) -> subprocess.Popen[bytes]:
    """Begin a run, or go on with the one that was interrupted."""
    open_ones = [line for line in lines_in(folder) if line.has_checkpoint]
    return train(folder, "train", "--resume", open_ones[0].key) if open_ones else train(folder, *TRAIN)


def wait_until_it_trains(folder: Path, process: subprocess.Popen[bytes]) -> float:
    """Wait until a process says that it trains a run; return when that was."""
    locks = folder / "digitapp" / "locks"
    while process.poll() is None and all(FileLock(path).is_free() for path in locks.glob("run-*")):
        time.sleep(0.05)
    return time.time()


def lines_in(folder: Path) -> list[RunLine]:
    """Return the runs of a user."""
    if not (folder / "digitapp" / FILE_NAME).exists():
        return []
    store = Store(folder / "digitapp")
    lines = read_lines(store)
    assert store.aside is None and not store.check()
    store.close()
    return lines


def look_after_kill(folder: Path, began: float, tally: Tally) -> None:
    """Look what a killed process has left: its run is interrupted, and not far behind the moment of the kill."""
    killed, lines = time.time(), lines_in(folder)
    tally.other_lists += any(line.fate is not RunFate.INTERRUPTED for line in lines)
    tally.other_lists += sum(line.has_checkpoint for line in lines) > 1
    written = [path.stat().st_mtime for path in (folder / "digitapp" / "checkpoints").glob("*.safetensors")]
    since = max(began, *written) if written else max((line.began for line in lines), default=killed)
    tally.lost_seconds = max(tally.lost_seconds, killed - since)


def kill_commands(kills: int, rng: np.random.Generator) -> Tally:
    """Kill the command line so many times."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as scratch:
        folder = made(Path(scratch) / "reference")
        assert train(folder, *TRAIN).wait() == 0
        reference = (folder / "model.safetensors").read_bytes()
        while tally.kills < kills:
            folder = made(Path(scratch) / f"life-{tally.lives}")
            for _ in range(min(KILLS_IN_A_LIFE, kills - tally.kills)):
                began, process = time.time(), begin_or_resume(folder)
                if rng.random() < 0.2:  # while it starts
                    time.sleep(rng.uniform(0, 2))
                else:
                    began = wait_until_it_trains(folder, process)
                    time.sleep(rng.uniform(0, LONGEST_LIFE_S))
                is_killed = process.poll() is None
                process.kill()
                process.wait()
                if (folder / "model.safetensors").exists():
                    break
                tally.kills += is_killed
                look_after_kill(folder, began, tally)
            if not (folder / "model.safetensors").exists():
                tally.broken_files += begin_or_resume(folder).wait() != 0
            tally.other_bytes += (folder / "model.safetensors").read_bytes() != reference
            ended = [line for line in lines_in(folder) if line.fate is RunFate.ENDED]
            tally.other_lists += len(ended) != 1
            tally.lives += 1
            print(f"so far: {tally}", file=sys.stderr)
    return tally


def made(folder: Path) -> Path:
    """Return a folder, which is made."""
    folder.mkdir(parents=True)
    return folder


def main() -> None:
    """Kill, and print what is missing."""
    parser = argparse.ArgumentParser(description="Kill the window and the command line at random moments.")
    parser.add_argument("--window", type=int, default=100)
    parser.add_argument("--command", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    rng = np.random.default_rng(arguments.seed)
    tallies = []
    if arguments.window:
        tally = kill_windows(arguments.window, rng)
        tallies.append(tally)
        print(f"window: {tally.kills} kills; {tally.acknowledged:,} strokes acknowledged, {tally.lost_strokes} lost;")
        print(f"  {tally.broken_files} broken files; at most {tally.lost_seconds:.1f} s of training lost;")
        print(f"  {tally.lives} runs taken up to their end, {tally.other_bytes} of them with other bytes")
    if arguments.command:
        tally = kill_commands(arguments.command, rng)
        tallies.append(tally)
        print(f"command line: {tally.kills} kills; {tally.broken_files} runs could not be taken up;")
        print(
            f"  at most {tally.lost_seconds:.1f} s of training lost; {tally.other_lists} lists that say something else;"
        )
        print(f"  {tally.lives} models, {tally.other_bytes} of them with other bytes")
    sys.exit(not all(tally.is_sound for tally in tallies))


if __name__ == "__main__":
    main()
