"""A disk without room at every single write: nothing that was acknowledged is lost, and it is said once.

One session of the window and some verbs of the command line are played again and again; each time another one of their
writes, syncs, renames and new files fails (`no_room.c`, which needs a C compiler), alone or with those that follow it.

    python benchmarks/full_disk.py [--every 1] [--lasting 1 12] [--minutes 60] [--only window cli]
"""

from __future__ import annotations

import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
FOREVER = 1 << 40
_COUNTS = struct.Struct("<QQ")
Play = Callable[[Path, int, int], tuple[int, list[str], int]]


class Disk:
    """A folder whose disk may be full for a process."""

    def __init__(self, place: Path) -> None:
        self.folder, self._counts = place / "digitapp", place / "counts"
        self._library = place.parent / "no_room.so"
        if not self._library.exists():
            source = str(HERE.with_name("no_room.c"))
            subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", self._library, source, "-ldl"], check=True)
        self._counts.write_bytes(_COUNTS.pack(0, 0))

    def run(self, command: list[str], first: int, lasting: int) -> subprocess.CompletedProcess[str]:
        """Run a command for which `lasting` writes fail, from the `first` on."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE.parents[1]),
            "OPENBLAS_NUM_THREADS": "1",
            "XDG_DATA_HOME": str(self.folder.parent),
            "NO_ROOM_FOLDER": str(self.folder),
            "NO_ROOM_COUNT": str(self._counts),
            "NO_ROOM_FROM": str(first),
            "NO_ROOM_FOR": str(lasting),
            "LD_PRELOAD": str(self._library),
        }
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    @property
    def counts(self) -> tuple[int, int]:
        """How many writes there were, and how many of them failed."""
        calls, failed = _COUNTS.unpack(self._counts.read_bytes())
        return calls, failed


def window(place: Path, first: int, lasting: int) -> tuple[int, list[str], int]:
    """Play a session of the window; return its writes, what was wrong, and how often trouble was told."""
    disk = Disk(place)
    script = [sys.executable, str(HERE.with_name("full_disk_window.py")), str(disk.folder)]
    played = disk.run(script, first, lasting)
    calls, failed = disk.counts
    lines = [json.loads(line) for line in played.stdout.splitlines()]
    wrong = [] if played.returncode == 0 and "Traceback" not in played.stderr else [played.stderr[-1500:]]
    told: list[str] = lines[-1].get("told", []) if lines else []
    acknowledged = next((line for line in reversed(lines) if "strokes" in line), None)
    looked = Disk(place).run([*script, "--look"], FOREVER, 0)
    if looked.returncode != 0:
        return calls, [*wrong, f"the next start: {looked.stderr[-1500:]}"], len(told)
    there = json.loads(looked.stdout.splitlines()[-1])
    if acknowledged is not None:
        wrong += [
            f"{key}: {value} kept, {there[key]} there"
            for key, value in acknowledged.items()
            if is_lost(value, there[key])
        ]
    if failed and len(told) > 2:
        wrong.append(f"told {len(told)} times: {told}")
    wrong += [f"left behind: {path.name}" for path in disk.folder.rglob("*.tmp")]
    return calls, wrong, len(told)


def is_lost(kept: Any, there: Any) -> bool:
    """Return whether less is there than was kept."""
    return kept > there if isinstance(kept, int) else bool(kept) and kept != there


VERBS = (
    ("train", "--dataset", "toy", "--epochs", "4", "--out", "{0}/m.safetensors", "--checkpoint", "{0}/c.safetensors"),
    ("data", "import", "{1}/digits.json"),
    ("features", "toy", "--out", "{0}/units.png"),
)


def verb(arguments: tuple[str, ...], place: Path, first: int, lasting: int) -> tuple[int, list[str], int]:
    """Run a verb beside what it wrote before; return its writes, what was wrong, and how many lines it said."""
    disk = Disk(place)
    digits = {"drawings": [{"label": 3, "strokes": [[[0, 0], [1, 2], [3, 1]]]}]}
    (place / "digits.json").write_text(json.dumps(digits))
    disk.folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "digitapp", *(word.format(disk.folder, place) for word in arguments)]
    done = disk.run(command, first, lasting)
    calls, _ = disk.counts
    said = [line for line in done.stderr.splitlines() if "No space" in line or "no room" in line.lower()]
    wrong = ["a traceback"] if "Traceback" in done.stderr else []
    if done.returncode not in (0, 2):
        wrong.append(f"exit code {done.returncode}: {done.stderr[-500:]}")
    if done.returncode == 2 and not said:
        wrong.append(f"refused, and not for want of room: {done.stderr[-500:]}")
    wrong += [f"left behind: {path.name}" for path in disk.folder.rglob("*.tmp")]
    again = disk.run(command, FOREVER, 0)  # with room
    if again.returncode != 0:
        wrong.append(f"the next one: {again.stderr[-500:]}")
    return calls, wrong, len(said)


def main() -> None:
    """Let every write fail in turn, and print what was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="only every so many writes")
    parser.add_argument("--lasting", type=int, nargs="+", default=[1, 12], help="how many writes in a row fail")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--only", nargs="+", choices=("window", "cli"), default=["window", "cli"])
    options = parser.parse_args()
    until = time.monotonic() + 60 * options.minutes
    with tempfile.TemporaryDirectory(prefix="full-disk-") as folder:
        plays: dict[str, Play] = {"window": window} if "window" in options.only else {}
        if "cli" in options.only:
            for arguments in VERBS:
                plays[" ".join(arguments[:2])] = partial(verb, arguments)
        for name, play in plays.items():
            play_all(name, play, Path(folder), options.lasting, options.every, until)


def play_all(name: str, play: Play, folder: Path, lastings: list[int], every: int, until: float) -> None:
    """Play one session for every place of the failure, and print a line and what was wrong."""
    calls, wrong, _ = play(_fresh(folder), FOREVER, 0)
    if wrong:
        print(f"{name}: with room enough: {wrong}")
        return
    plays, told, bad = 0, Counter[int](), []
    for lasting in lastings:
        for first in range(0, calls, every):
            if time.monotonic() > until:
                break
            _, wrong, times = play(_fresh(folder), first, lasting)
            plays += 1
            told[times] += 1
            bad += [(first, lasting, reason) for reason in wrong]
    print(f"{name}: {calls} writes, {plays} plays with a failure, told {dict(told)}, {len(bad)} wrong", flush=True)
    for first, lasting, reason in bad[:40]:
        print(f"  write {first} and {lasting - 1} more: {reason}")


def _fresh(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))


if __name__ == "__main__":
    main()
