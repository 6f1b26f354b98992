"""How often random use ends the window or raises: an hour of clicks, keys, drags, files and switches, seed by seed.

Each seed is a process of its own, so that one that dies is counted and the others go on. It begins with an empty user
folder, on one of the problems, and opens files made on purpose to be odd (tests/gui/odd_files.py).

    python benchmarks/monkey.py [--seeds 50] [--first 0] [--actions 2000] [--minutes 60] [--processes 1]

Prints a line for each seed, then how many actions were done, and each kind of trouble with the actions before it.
Goal: no process that dies or hangs, no traceback, no broken invariant.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import random
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any

HERE = Path(__file__).resolve()
SECONDS_FOR_AN_ACTION = 1.0  # on average; a seed that takes longer hangs


@dataclass(frozen=True)
class Outcome:
    """What became of a seed: the actions done and the troubles met, each with what led to it."""

    seed: int
    actions: int
    troubles: list[dict[str, Any]]
    seconds: float


def run_seed(seed: int, actions: int) -> Outcome:
    """Run a seed in a process of its own, and say how it ended."""
    began = perf_counter()
    with tempfile.TemporaryDirectory(prefix="monkey-") as folder:
        result, log = Path(folder) / "result.json", Path(folder) / "log.txt"
        command = [sys.executable, str(HERE), "--one", str(seed), "--actions", str(actions), "--folder", folder]
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": folder, "XDG_DATA_HOME": folder}
        environment["PYTHONPATH"] = str(HERE.parents[1])
        with log.open("wb") as output:
            process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
            try:
                code = process.wait(60 + actions * SECONDS_FOR_AN_ACTION)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
        found = json.loads(result.read_text()) if result.exists() else {"actions": 0, "troubles": [], "trail": []}
        if code != 0:
            text = log.read_text(errors="replace")[-6000:]
            found["troubles"].append({"what": f"the process ended with {code}", "trail": found["trail"], "text": text})
    return Outcome(seed, found["actions"], found["troubles"], perf_counter() - began)


class Watch:
    """Writes down what has happened so far, so that it is known even of a process that dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.actions, self.troubles, self.trail = 0, [], []
        self._seen: Counter[str] = Counter()

    def write(self) -> None:
        """Put everything into the file."""
        self._path.write_text(json.dumps({"actions": self.actions, "troubles": self.troubles, "trail": self.trail}))

    def raised(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Take in an error that nobody has caught; each place counts once."""
        frames = traceback.extract_tb(trace)
        where = f"{kind.__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else kind.__name__
        self._seen[where] += 1
        if self._seen[where] == 1:
            text = "".join(traceback.format_exception(kind, error, trace))
            self.troubles.append({"what": where, "trail": list(self.trail), "text": text[-4000:]})


def play(seed: int, actions: int, folder: Path) -> None:
    """Open the window and let the monkey at it, in this process."""
    sys.path.insert(0, str(HERE.parents[1] / "tests" / "gui"))
    from odd_files import odd_files  # pyright: ignore[reportMissingImports]
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication
    from random_use import Monkey, check, nothing_outside, quick_data  # pyright: ignore[reportMissingImports]

    from digitapp.datasets.problems import PROBLEMS
    from digitapp.gui.app import create_window, leave
    from digitapp.gui.settings import Settings
    from digitapp.gui.state import data_source

    data_source.load_dataset = quick_data  # type: ignore[assignment]
    watch = Watch(folder / "result.json")
    application = QApplication([])
    rng = random.Random(seed)
    files = odd_files(folder / "odd")
    settings = Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat))
    window = create_window(settings, problem=rng.choice(list(PROBLEMS)), data_dir=folder / "data")
    window.open()
    sys.excepthook = watch.raised

    def after() -> None:
        watch.actions, watch.trail = sum(monkey.done.values()), monkey.trail
        if watch.actions % 10 == 0:
            try:
                check(window)
            except AssertionError:
                watch.raised(*sys.exc_info())  # type: ignore[arg-type]
        watch.write()

    monkey = Monkey(window, seed, files, after)
    with nothing_outside(files, rng, folder):
        monkey.play(actions)
        window.close()
        application.processEvents()
    watch.write()
    leave(0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--actions", type=int, default=2000, help="of each seed")
    parser.add_argument("--minutes", type=float, default=60, help="no seed begins afterwards")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        faulthandler.enable()
        play(options.one, options.actions, options.folder)
        return
    began = perf_counter()
    outcomes: list[Outcome] = []

    def one(seed: int) -> None:
        if perf_counter() - began < 60 * options.minutes:
            outcome = run_seed(seed, options.actions)
            outcomes.append(outcome)
            met = ", ".join(trouble["what"] for trouble in outcome.troubles) or "no trouble"
            print(f"seed {seed}: {outcome.actions} actions in {outcome.seconds:.0f} s, {met}", flush=True)

    with ThreadPoolExecutor(options.processes) as pool:
        list(pool.map(one, range(options.first, options.first + options.seeds)))
    report(outcomes)


def report(outcomes: list[Outcome]) -> None:
    """Print the sums, and each kind of trouble once."""
    print(f"\n{sum(outcome.actions for outcome in outcomes):,} actions over {len(outcomes)} seeds")
    kinds: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for outcome in outcomes:
        for trouble in outcome.troubles:
            kinds.setdefault(trouble["what"], []).append((outcome.seed, trouble))
    print(f"{sum(map(len, kinds.values()))} troubles of {len(kinds)} kinds")
    for what, met in kinds.items():
        seed, trouble = met[0]
        print(f"\n{what}, {len(met)} times, first of seed {seed}")
        print("    " + "\n    ".join(trouble["trail"][-8:]))
        print(trouble["text"])


if __name__ == "__main__":
    main()
