"""How long a hundred networks of the toy take together, beside one by itself, and how late the window is meanwhile.

Both are measured in turns in this process, by wall time and by the processor's time, which a machine in use falsifies
less. Then the Lab trains them in the real window, while a timer of 5 ms tells what a click would wait.

    python benchmarks/tale.py [--networks 100] [--rounds 5]

Goal: a hundred networks, 500 epochs each, in less than 3 s on two cores; p99 of the lateness below 8 ms. Run it with a
screen, or with QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from event_loop import Probe, rest, wait
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from digitapp.datasets.toy import load_toy
from digitapp.gui.app import SWITCH_SECONDS, create_window
from digitapp.gui.pages.lab.page import LabPage
from digitapp.gui.pages.lab.tale.bench import TaleBench
from digitapp.gui.settings import Settings
from digitapp.inspection.tale_trial import Trial, run_trial
from digitapp.training.loop import train
from digitapp.training.presets import build_network

TOY = load_toy()


def alone(trial: Trial) -> None:
    """Train one network as a run of its own, without anybody who listens."""
    config = replace(trial.config, threads=1)
    rng = np.random.default_rng(config.seed)
    network = build_network(TOY.problem.features, TOY.problem.classes, trial.shape, config.loss, rng)
    for _ in train(network, TOY, config, rng):
        pass


def seconds(trial: Trial, *, together: bool) -> tuple[float, float]:
    """Return the wall's and the processor's time of all networks together, or of one by itself."""
    began = perf_counter(), process_time()
    if together:
        run_trial(trial)
    else:
        alone(trial)
    return perf_counter() - began[0], process_time() - began[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    for hidden in (3, 8):
        trial = Trial(seeds=arguments.networks, hidden=hidden)
        figures = np.array(
            [
                [seconds(trial, together=True), seconds(trial, together=False)]
                for _ in range(arguments.rounds + 1)  # the first round warms up
            ][1:]
        )
        (wall, cpu), (_, one) = np.median(figures, axis=0)
        print(
            f"12-{hidden}-2: {trial.seeds} together {wall:.2f} s ({cpu:.2f} s of the processor), one alone {one:.3f} s "
            f"of the processor: together in the time of {cpu / one:.1f}"
        )
    sys.setswitchinterval(SWITCH_SECONDS)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    store = QSettings(str(Path(tempfile.mkdtemp()) / "settings.ini"), QSettings.Format.IniFormat)
    window = create_window(Settings(store), problem="toy")
    window.resize(1280, 800)
    window.show()
    bench = window.show_page(LabPage).bench("tale")
    assert isinstance(bench, TaleBench)
    bench.setup.show_trial(Trial(seeds=arguments.networks))
    rest(application, 2.0)
    probe, idle = Probe(), []
    for round_ in range(arguments.rounds):
        probe.start()
        rest(application, 1.0)
        idle.append(probe.stop())
        bench.setup.show_trial(Trial(seeds=arguments.networks, epochs=500 - round_))  # what was made is not made again
        rest(application, 0.5)
        probe.start()
        bench.train.click()
        wait(application, lambda: bench.lab.training is None, every_ms=2)
        late = probe.stop()
        rest(application, 0.5)
        for name, figures in (("idle", idle[-1]), ("training", late)):
            p50, p99 = np.percentile(figures, 50), np.percentile(figures, 99)
            print(f"{name:<10} lateness p50 {p50:5.2f} ms  p99 {p99:6.2f} ms  longest {figures.max():7.2f} ms")
    window.close()


if __name__ == "__main__":
    main()
