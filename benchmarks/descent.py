"""How long a race of optimisers takes, how long a search of their best rates, and a frame of the map while it plays.

    python benchmarks/descent.py [--steps 2000] [--rounds 5]

By the processor's time, which a machine in use falsifies less; the least of all rounds counts. Goal: six optimisers,
2,000 steps, in less than 0.2 s. Run it with a screen, or with QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from time import thread_time

import numpy as np
from PySide6.QtWidgets import QApplication

from digitapp.gui.pages.lab.descent.map import RaceMap
from digitapp.lab.contest import USUAL, Contest, KnownRates, run_contest, run_from_many_starts, usual_runner
from digitapp.lab.descent import run_race

SIX = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")


def least(work: Callable[[], object], rounds: int) -> float:
    """Return the least processor time of some rounds in s."""
    times = []
    for _ in range(rounds):
        began = thread_time()
        work()
        times.append(thread_time() - began)
    return min(times)


def painting(contest: Contest) -> Callable[[], object]:
    """Return what paints the map of a contest at its last step."""
    outcome = run_contest(contest, KnownRates())
    assert outcome is not None
    shown = RaceMap()
    shown.resize(776, 424)
    shown.show_surface(outcome.race.surface)
    shown.show_race(outcome.race, contest.steps, 0)
    shown.show()
    QApplication.processEvents()  # a window is painted when it has been exposed
    return shown.repaint


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    application = QApplication([])
    surface, steps = USUAL.made_surface(), arguments.steps
    six = replace(USUAL, runners=tuple(usual_runner(key, surface) for key in SIX), steps=steps)
    starts = np.array([six.start])
    usual = run_contest(USUAL, KnownRates())
    assert usual is not None
    work: dict[str, Callable[[], object]] = {
        f"six optimisers, {steps:,} steps": lambda: run_race(surface, six.runners, starts, steps),
        "the usual four, 60 steps": lambda: run_contest(USUAL, KnownRates()),
        "the same from 20 starts": lambda: run_from_many_starts(usual),
        "their best rates": lambda: run_contest(replace(USUAL, rates="best"), KnownRates()),
        "a frame of four, 60 steps": painting(USUAL),
        f"a frame of six, {steps:,} steps": painting(six),
        f"a frame of six with noise, {steps:,} steps": painting(replace(six, noise=0.5)),
    }
    for name, each in work.items():
        print(f"{name}: {1000 * least(each, arguments.rounds):.1f} ms")
    application.quit()


if __name__ == "__main__":
    main()
