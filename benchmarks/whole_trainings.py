"""Compare whole trainings on MNIST: `digitapp train` as it comes with PyTorch at its better number of threads.

    python benchmarks/whole_trainings.py --data-dir DIR [--rounds 5] [--networks 784-30-10 ...] [--busy]

The command line trains 55,000 images with its own settings but for the network, the batch and the optimiser, and says
how long it took, with validation after every epoch. PyTorch takes as many steps on the same images, with the learning
rate and the initial weights of the same network, fused and "foreach", with one thread and with every core, and does not
validate. Each training is a process of its own, they take turns, and a ratio is the median over the rounds, with the
least and the greatest in brackets. With --busy another program keeps a core busy meanwhile, and the command line is
also told to use one thread.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from peers import remove_thread_variables, start_process
from peers_contenders import Setting, Task, settings_of

from digitapp.datasets.mnist import find_mnist, load_mnist
from digitapp.system import blas_facts, cpu_facts


@dataclass(frozen=True)
class Training:
    """One line of the table: what is learned, and for how many epochs."""

    task: Task
    epochs: int


TRAININGS = (
    Training(Task((784, 30, 10), 10, "adam", 1e-3), 3),
    Training(Task((784, 128, 10), 32, "sgd", 0.1), 3),
    Training(Task((784, 128, 10), 128, "adam", 1e-3), 5),
    Training(Task((784, 256, 128, 10), 128, "adam", 1e-3), 3),
    Training(Task((784, 1000, 500, 10), 256, "adam", 1e-3), 2),
)


def digitapp_seconds(training: Training, data_dir: Path, *options: str) -> float:
    """Run the command line and return what it says about its time."""
    task = training.task
    with TemporaryDirectory() as folder:
        words = ["train", "--dataset", "mnist", "--data-dir", str(data_dir), "--out", f"{folder}/model.safetensors"]
        words += ["--hidden", ",".join(map(str, task.sizes[1:-1])), "--batch-size", str(task.batch)]
        words += ["--optimizer", task.optimizer, "--learning-rate", str(task.learning_rate)]
        words += ["--epochs", str(training.epochs), "--json", *options]
        command = [sys.executable, "-m", "digitapp", *words]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["seconds"]


def serve(connection: Connection, setting: Setting, training: Training, data_dir: Path) -> None:
    """Train once and send the seconds."""
    split = load_mnist(find_mnist(data_dir)).train
    learner = setting.learner(training.task, split)
    steps = training.epochs * -(-len(split.labels) // training.task.batch)
    started = time.perf_counter()
    learner.run(steps)
    connection.send(time.perf_counter() - started)


def peer_seconds(training: Training, setting: Setting, data_dir: Path) -> float:
    """Train once in a process of its own."""
    connection, process = start_process(setting, serve, training, data_dir)
    seconds = connection.recv()
    process.join()
    return seconds


@contextmanager
def busy_core() -> Iterator[None]:
    """Keep a core busy as long as the block lasts."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def spread(values: list[float]) -> str:
    """Return the median with the least and the greatest."""
    return f"**{statistics.median(values):.2f}** ({min(values):.2f}–{max(values):.2f})"


def row(training: Training, data_dir: Path, settings: list[Setting], rounds: int, busy: bool) -> str:
    """Measure and return one line of the table."""
    ours: list[float] = []
    alone: list[float] = []
    theirs: dict[Setting, list[float]] = {setting: [] for setting in settings}
    for _ in range(rounds):
        ours.append(digitapp_seconds(training, data_dir))
        if busy:
            alone.append(digitapp_seconds(training, data_dir, "--threads", "1"))
        for setting in settings:
            theirs[setting].append(peer_seconds(training, setting, data_dir))
    cells = [f"{training.task.name}, {training.task.optimizer}, {training.epochs} epochs"]
    cells.append(f"{statistics.median(ours):.2f}")
    if settings:
        best = min(settings, key=lambda setting: statistics.median(theirs[setting]))
        ratios = [their / our for their, our in zip(theirs[best], ours, strict=True)]
        cells.append(f"{statistics.median(theirs[best]):.2f} · {spread(ratios)} · {best.label}")
    if busy:
        cells.append(spread([one / own for one, own in zip(alone, ours, strict=True)]))
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True, help="where the files of MNIST are")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--networks", nargs="+", metavar="SIZES", help="those of the table that begin so")
    parser.add_argument("--busy", action="store_true", help="while another program keeps a core busy")
    parser.add_argument("--no-peers", action="store_true", help="leave PyTorch out")
    options = parser.parse_args()
    remove_thread_variables()
    cpu, blas = cpu_facts(), blas_facts()
    settings = [] if options.no_peers else settings_of("PyTorch", (1, cpu.cores))
    print(f"{cpu.name}, {cpu.cores} cores; {blas.library} {blas.version} with {blas.kernels} kernels\n")
    titles = ["network, batch, optimiser", "digitapp, s"]
    titles += ["PyTorch, s · **ratio**"] * bool(settings) + ["speed against one thread"] * options.busy
    print("| " + " | ".join(titles) + " |\n" + "|---" * len(titles) + "|")
    with ExitStack() as stack:
        if options.busy:
            stack.enter_context(busy_core())
        for training in TRAININGS:
            name = training.task.name
            if not options.networks or any(name.startswith(start) for start in options.networks):
                print(row(training, options.data_dir, settings, options.rounds, options.busy), flush=True)


if __name__ == "__main__":
    main()
