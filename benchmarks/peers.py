"""Compare a training step of this engine with PyTorch, scikit-learn and JAX, side by side.

    python benchmarks/peers.py [--data-dir DIR] [--quick] [--networks 784-30-10 ...] [--optimizers adam sgd]

The peers are in the dependency group `bench`; those that are not installed are left out. Every contender lives in
processes of its own, one for each number of threads and each choice of flags, because threads belong to a process.
All are asked in turn, in short slices, so that a change in the machine's speed or load meets all alike, and a slice is
compared with the slices of the same round. A setting that is clearly slower than another of the same contender leaves
after three rounds. Rounds go on until the ratios stand still, or the time is up.

They learn the training images of MNIST where these are found, else noise, and so does 12-3-2. Before it is measured,
every contender trains for three epochs, or for the time that --limit gives a network: speed does depend on what is
learned. A pixel that is rarely inked leaves numbers in an optimiser's state that decay until they are denormal, which
slows processors down, those of some makers by a multiple.

A step takes a batch of a random permutation out of the data, computes loss and gradient, and updates the parameters.
"digitapp" is `train()`, which also reads the loss, counts what was right, looks for divergence and yields an event;
"step" is the same without these, as the peers work; "products" are the matrix products of the step and nothing else,
into memory that is already there. Variables such as OPENBLAS_* are removed for all, and nothing is pinned to a core.

On a machine that others use, --cpu-time compares one thread of each by the time the processor worked for it, which does
not depend on who else was waiting; JAX then pays for its helper thread, and nobody gains by a second core.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from peers_contenders import Learner, Setting, Task, data_for, settings_of

from digitapp.system import blas_facts, cpu_facts

NETWORKS = {
    "12-3-2": 8,
    "784-30-10": 10,
    "784-128-10": 32,
    "784-128-10, 128": 128,
    "784-256-128-10": 128,
    "784-800-10": 128,
    "784-1000-500-10": 256,
    "784-2500-2000-1500-1000-500-10": 256,
}
RATES = {"adam": 1e-3, "sgd": 0.1}
MODULES = {"PyTorch": "torch", "scikit-learn": "sklearn", "JAX step": "jax", "JAX scan": "jax"}
OURS = Setting("digitapp", "1 thread")
STEP = Setting("step", "1 thread")
PRODUCTS = Setting("products", "1 thread")
THREAD_VARIABLES = ("OPENBLAS_", "GOTO_", "OMP_", "MKL_", "BLIS_", "VECLIB_", "GOMP_", "KMP_", "XLA_FLAGS", "NPROC")
EPOCHS_BEFORE = 3
"""Epochs that every contender trains before it is measured."""
SETTLE_SECONDS = 0.03
"""Threads of OpenBLAS and OpenMP spin for a while after the last work; the next contender shall not meet them."""


def serve(connection: Connection, setting: Setting, cpu_time: bool, data_dir: Path | None, limit: float) -> None:
    """Be a contender: build learners for tasks and take as many steps as asked, until None comes."""
    clock = time.process_time if cpu_time else time.perf_counter
    learner = None
    while (request := connection.recv()) is not None:
        if isinstance(request, Task):
            learner = None
            split = data_for(request, data_dir)
            learner = setting.learner(request, split)
            learner.run(3)
            connection.send(
                EPOCHS_BEFORE
                if setting == PRODUCTS
                else train_before(learner, len(split.labels) / request.batch, limit)
            )
        elif learner is not None:
            learner.run(1)  # brings the caches back to this contender's data
            started = clock()
            steps = learner.run(request)
            connection.send((clock() - started) / steps)


def train_before(learner: Learner, steps_per_epoch: float, limit: float) -> float:
    """Train for `EPOCHS_BEFORE` epochs or `limit` seconds, whichever is shorter; return the epochs done."""
    steps, done, started = round(EPOCHS_BEFORE * steps_per_epoch), 0, time.perf_counter()
    while done < steps and time.perf_counter() - started < limit:
        done += learner.run(min(20, steps - done))
    return done / steps_per_epoch


def start_process(setting: Setting, target: Callable[..., None], *arguments: object) -> tuple[Connection, BaseProcess]:
    """Start `target(connection, setting, *arguments)` in a process with the setting's environment."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=target, args=(theirs, setting, *arguments), daemon=True
    )
    before = dict(os.environ)
    os.environ.update(setting.environment())
    try:
        process.start()
    finally:
        os.environ.clear()
        os.environ.update(before)
    theirs.close()
    return ours, process


class Contender:
    """The process of one setting, as seen from here."""

    def __init__(self, setting: Setting, cpu_time: bool, data_dir: Path | None, limit: float) -> None:
        self.setting = setting
        self.connection, self.process = start_process(setting, serve, cpu_time, data_dir, limit)

    def prepare(self, task: Task) -> float:
        """Build the learner and train it; return for how many epochs."""
        self.connection.send(task)
        return self.connection.recv()

    def seconds_per_step(self, steps: int) -> float:
        """Take `steps` steps, wait for it, and let the threads come to rest."""
        self.connection.send(steps)
        seconds = self.connection.recv()
        time.sleep(SETTLE_SECONDS)
        return seconds

    def stop(self) -> None:
        """End the process."""
        self.connection.send(None)
        self.process.join()


@dataclass
class Result:
    """What was measured for one task: seconds per step by setting, one value for each round."""

    task: Task
    times: dict[Setting, list[float]] = field(default_factory=lambda: defaultdict(list))
    loads: list[float] = field(default_factory=list)
    epochs_before: float = EPOCHS_BEFORE

    def median(self, setting: Setting) -> float:
        """Return the median of seconds per step."""
        return statistics.median(self.times[setting])

    def best(self, contender: str) -> Setting | None:
        """Return the contender's fastest setting among those measured to the end."""
        rounds = max(map(len, self.times.values()))
        own = [s for s, values in self.times.items() if s.contender == contender and len(values) == rounds]
        return min(own, key=self.median, default=None)

    def ratios(self, setting: Setting) -> list[float]:
        """Return how many times as long as this engine's step each round of `setting` took."""
        return [theirs / ours for theirs, ours in zip(self.times[setting], self.times[OURS], strict=False)]


def measure(
    contenders: list[Contender], task: Task, slice_seconds: float, least_rounds: int, limit_seconds: float
) -> Result:
    """Measure all contenders in turn until the ratios stand still or the time is up."""
    result = Result(task)
    steps = {}
    for contender in contenders:
        result.epochs_before = min(result.epochs_before, contender.prepare(task))
        first = contender.seconds_per_step(1)
        steps[contender] = max(2, round(slice_seconds / contender.seconds_per_step(max(1, round(0.02 / first)))))
    active = list(contenders)
    started = time.perf_counter()
    while True:
        for contender in active:
            result.times[contender.setting].append(contender.seconds_per_step(steps[contender]))
        result.loads.append(os.getloadavg()[0])
        rounds = len(result.loads)
        if rounds == 3:
            active = [c for c in active if not is_hopeless(result, c.setting)]
        enough = rounds >= least_rounds and all(is_still(result.ratios(c.setting)) for c in active)
        if enough or (rounds > 3 and time.perf_counter() - started > limit_seconds):
            return result


def is_hopeless(result: Result, setting: Setting) -> bool:
    """Return whether another setting of the same contender is faster by a fifth."""
    best = result.best(setting.contender)
    return (
        setting not in (OURS, STEP, PRODUCTS)
        and best is not None
        and result.median(setting) > 1.2 * result.median(best)
    )


def is_still(ratios: list[float]) -> bool:
    """Return whether the median's standard error is within 2 %, estimated from the quartiles."""
    low, middle, high = statistics.quantiles(ratios, n=4)
    return 0.93 * (high - low) / len(ratios) ** 0.5 < 0.02 * middle


def microseconds(seconds: float) -> str:
    """Return µs with three digits."""
    value = seconds * 1e6
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def row(result: Result, names: list[str]) -> str:
    """Return one line of the table."""
    low, middle, high = statistics.quantiles(result.times[OURS], n=4)
    cells = [result.task.name, f"{microseconds(middle)} ({microseconds(low)}–{microseconds(high)})"]
    for name in names:
        best = result.best(name)
        assert best is not None
        low, middle, high = statistics.quantiles(result.ratios(best), n=4)
        cells.append(f"{microseconds(result.median(best))} · **{middle:.2f}** ({low:.2f}–{high:.2f}) · {best.label}")
    cells.append(f"{statistics.median(result.ratios(STEP)):.2f}")
    two = [s for s in result.times if s.contender == "digitapp" and s != OURS]
    cells.append(" ".join(f"{statistics.median(result.ratios(setting)):.2f}" for setting in two) or "–")
    share = statistics.median(result.ratios(PRODUCTS))
    cells.append(f"{microseconds(result.median(PRODUCTS))} · {share:.0%}")
    cells.append(f"{min(result.loads):.1f}–{max(result.loads):.1f}, {len(result.loads)}, {result.epochs_before:.1f}")
    return "| " + " | ".join(cells) + " |"


def header(names: list[str], optimizer: str) -> str:
    """Return the two lines above the table."""
    titles = [f"{optimizer}: network, batch", "digitapp, µs (quartiles)", *[f"{n}, µs · **ratio**" for n in names]]
    titles += ["step", "digitapp, 2 threads", "products, µs · share", "load, rounds, epochs before"]
    return "| " + " | ".join(titles) + " |\n" + "|---" * len(titles) + "|"


def as_json(results: list[Result]) -> str:
    """Return every single measurement."""
    return json.dumps(
        [
            {
                "network": result.task.name,
                "optimizer": result.task.optimizer,
                "loads": result.loads,
                "epochs_before": result.epochs_before,
                "seconds_per_step": {f"{s.contender}, {s.label}": values for s, values in result.times.items()},
            }
            for result in results
        ]
    )


def remove_thread_variables() -> list[str]:
    """Remove from the environment what chooses kernels or threads of libraries; return the names."""
    removed = sorted(name for name in os.environ if name.startswith(THREAD_VARIABLES))
    for name in removed:
        del os.environ[name]
    return removed


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, help="where the files of MNIST are")
    parser.add_argument(
        "--quick", action="store_true", help="shorter slices, 8 seconds a network and as many before it"
    )
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS), metavar="SIZES")
    parser.add_argument("--optimizers", nargs="+", choices=("adam", "sgd"), default=["adam", "sgd"])
    parser.add_argument("--peers", nargs="+", choices=MODULES, default=list(MODULES))
    parser.add_argument("--limit", type=float, default=60, help="seconds for each network and optimiser")
    parser.add_argument("--cpu-time", action="store_true", help="one thread for all, and the time of the processor")
    parser.add_argument("--json", type=Path, help="also write every measurement to this file")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    options = arguments()
    removed = remove_thread_variables()
    names = [name for name in options.peers if find_spec(MODULES[name])]
    missing = sorted({MODULES[name] for name in options.peers} - {MODULES[name] for name in names})
    print(f"removed: {', '.join(removed) or 'nothing'}; not installed: {', '.join(missing) or 'none'}", file=sys.stderr)
    cpu, blas = cpu_facts(), blas_facts()
    print(f"{cpu.name}, {cpu.cores} cores; {blas.library} {blas.version} with {blas.kernels} kernels\n")
    threads = (1,) if options.cpu_time else (1, 2)
    settings = [PRODUCTS, STEP, *[s for name in ("digitapp", *names) for s in settings_of(name, threads)]]
    slice_seconds, rounds, limit = (0.05, 5, min(8, options.limit)) if options.quick else (0.1, 9, options.limit)
    contenders = [Contender(setting, options.cpu_time, options.data_dir, limit) for setting in settings]
    results = []
    for optimizer in options.optimizers:
        print(header(names, optimizer))
        for network in options.networks:
            sizes = tuple(map(int, network.partition(",")[0].split("-")))
            task = Task(sizes, NETWORKS[network], optimizer, RATES[optimizer])
            results.append(measure(contenders, task, slice_seconds, rounds, limit))
            print(row(results[-1], names), flush=True)
            if options.json:
                options.json.write_text(as_json(results), encoding="utf-8")
        print()
    for contender in contenders:
        contender.stop()


if __name__ == "__main__":
    main()
