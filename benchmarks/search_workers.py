"""Four processes work on one study in a PostgreSQL, one of them is killed: who has made which trial?

    python benchmarks/search_workers.py [--workers 4] [--trials 20] [--kills 1]

Runs a real server in a folder of its own, and `digitapp search` as often as there are workers, with the very same
command. Once some trials are made, workers are killed with signal 9 in the middle of one. Prints how many trials there
are, that each was made by exactly one worker, which were left behind by the killed ones and which take them up again,
and whether these have the settings that were drawn for them. Exits with 1 where anything of it is not so.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from postgres_server import find_tools, postgres  # pyright: ignore[reportMissingImports]

from digitapp.runs.search.spec import Side
from digitapp.runs.search.state import StudyState, TrialFate, TrialLine
from digitapp.runs.search.storage import Storage
from digitapp.runs.search.studies import read_study

_STUDY = "workers"


def work(url: str, trials: int, home: str) -> subprocess.Popen[str]:
    """Begin a worker: the command that any machine would be given."""
    command = [sys.executable, "-m", "digitapp", "search", "--study", _STUDY, "--storage", url, "--json"]
    study = ["--dataset", "toy", "--epochs", "3000", "--trials", str(trials), "--pruner", "none", "--heartbeat", "2"]
    return subprocess.Popen(
        [*command, *study],
        env={**os.environ, "XDG_DATA_HOME": home},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def look(storage: Storage) -> StudyState | None:
    """Return how the study stands, None while it is only being begun."""
    try:
        return read_study(storage, _STUDY, with_importance=False)
    except ValueError:
        return None


def kill_in_a_trial(storage: Storage, workers: list[subprocess.Popen[str]], made: int) -> set[tuple[Side, int]]:
    """Kill the first worker once so many trials are over and it is in one; return which trials it was in."""
    victim = workers[0]
    while True:
        state = look(storage)
        running = [] if state is None else [each for each in state.trials if each.fate is TrialFate.RUNNING]
        own = {(each.side, each.number) for each in running if each.worker.endswith(f" {victim.pid}") and each.drawn}
        if state is not None and state.over >= made and own:
            os.kill(victim.pid, signal.SIGKILL)
            victim.wait()
            workers.remove(victim)
            return own
        if victim.poll() is not None:
            raise RuntimeError("the worker was done before it could be killed; more trials are needed")
        time.sleep(0.02)


def check(state: StudyState, trials: int, lost: set[tuple[Side, int]]) -> list[str]:
    """Return what is not as it should be."""
    wrong = [] if state.is_over else ["the study is not over"]
    for side in state.spec.sides:
        over = [trial for trial in state.of(side) if trial.is_over]
        if len(over) != trials:
            wrong.append(f"{side}: {len(over)} trials, not {trials}")
        wrong += [f"{side}: trial {each.number} has no worker" for each in over if not each.worker]
    for side, number in sorted(lost):
        again = [trial for trial in state.of(side) if number in trial.again]
        left = next(trial for trial in state.trials if (trial.side, trial.number) == (side, number))
        print(f"  {side}, trial {number}: {left.fate}, taken up again by {[_who(trial) for trial in again]}")
        if left.fate is TrialFate.DONE:
            continue  # it was told before the signal came
        if len(again) != 1 or not again[0].is_over:
            wrong.append(f"{side}: trial {number} was taken up {len(again)} times")
        elif dict(again[0].drawn) != dict(left.drawn):
            wrong.append(f"{side}: trial {number} was taken up with other settings")
    return wrong


def _who(trial: TrialLine) -> str:
    return f"trial {trial.number} of worker {trial.worker}"


def main() -> int:
    """Run the workers, kill some, and count."""
    parser = argparse.ArgumentParser(description="Several workers on one study, some of them killed.")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--kills", type=int, default=1)
    arguments = parser.parse_args()
    tools = find_tools()
    if tools is None:
        print("There is no PostgreSQL here: the package 'postgresql' brings it.")
        return 1
    with postgres(tools) as url, tempfile.TemporaryDirectory() as home, Storage(url) as storage:
        workers = [work(url, arguments.trials, home) for _ in range(arguments.workers)]
        lost: set[tuple[Side, int]] = set()
        for kill in range(arguments.kills):
            lost |= kill_in_a_trial(storage, workers, 4 * (kill + 1))
        ends = [worker.communicate()[0] for worker in workers]
        codes = [worker.returncode for worker in workers]
        state = read_study(storage, _STUDY, with_importance=False)
        kept = _kept(home)
    by_worker = Counter(trial.worker for trial in state.trials if trial.is_over)
    print(f"{len(workers) + arguments.kills} workers, {arguments.kills} killed; exit codes of the others: {codes}")
    print(f"trials over: {dict(Counter(trial.side for trial in state.trials if trial.is_over))}")
    print(f"made by each worker: {dict(by_worker)}")
    print(f"trials that failed: {dict(Counter(t.side for t in state.trials if t.fate is TrialFate.FAILED))}")
    wrong = check(state, arguments.trials, lost)
    made = sum(json.loads(end)["trials"]["made_here"] for end in ends if end)
    print(f"made by the workers that were left, as they say: {made}; runs kept here: {kept}")
    if any(codes):
        wrong.append("a worker has ended with an error")
    print("All is as it should be." if not wrong else "\n".join(wrong))
    return 1 if wrong else 0


def _kept(home: str) -> int:
    result = subprocess.run(
        [sys.executable, "-m", "digitapp", "runs", "list", "--json"],
        env={**os.environ, "XDG_DATA_HOME": home},
        capture_output=True,
        text=True,
        check=True,
    )
    return len(json.loads(result.stdout)["runs"])


if __name__ == "__main__":
    sys.exit(main())
