"""How quickly the feature inspector answers: its grid, a dossier over all images, a layer silenced unit by unit.

    python benchmarks/inspection.py --data-dir FOLDER_WITH_MNIST [--model FILE] [--training]

Goals: the grid of 1,000 units redraws in less than 16 ms; a unit's dossier over 60,000 images opens in less than 0.5 s;
all 1,000 units of a layer are silenced on 10,000 images in less than 20 s; a run shown by the grid loses at most a
tenth of its speed (--training: 784-1000-10, with the page shown and hidden in turns). Run it with a screen, or with
QT_QPA_PLATFORM=offscreen, on a machine at rest. --model is a model to measure instead of a fresh one: in a trained
network fewer units are awake, which is what makes silencing cheap.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from threading import Event
from time import perf_counter

import numpy as np
from event_loop import open_window, wait
from PySide6.QtWidgets import QApplication

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.load import load_dataset
from digitapp.gui import theme
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.widgets import ZoomableGrid
from digitapp.inspection.ablation import Ablation
from digitapp.inspection.looks import LayerLook, UnitLook
from digitapp.inspection.ordering import order_by_similarity
from digitapp.modelfile import load_model
from digitapp.nn.initializers import initialize
from digitapp.nn.network import Network


def milliseconds(seconds: list[float]) -> str:
    """Return median, 95th percentile and maximum."""
    values = 1000 * np.percentile(seconds, [50, 95, 100])
    return "  ".join(f"{name} {value:7.2f} ms" for name, value in zip(("p50", "p95", "max"), values, strict=True))


def print_grid(application: QApplication) -> None:
    """Print how long the grid takes from new weights to the painted picture."""
    theme.apply_theme("light")
    rng = np.random.default_rng(0)
    print("grid, 784×606: new weights until they are painted")
    for units in (1000, 2500):
        grid = ZoomableGrid()
        grid.resize(784, 606)
        images = rng.normal(size=(units, 28, 28)).astype(np.float32)
        grid.set_images(images, 2.0)
        grid.show()
        application.processEvents()
        for name, prepare in (("tiles of 56", grid.reset_zoom), ("all in sight", grid.zoom_to_whole)):
            prepare()
            application.processEvents()
            times = []
            for _ in range(60):
                began = perf_counter()
                grid.set_images(images, 2.0)
                grid.viewport().repaint()
                times.append(perf_counter() - began)
            print(f"  {units:5,} units, {name:12}  {milliseconds(times)}")
        grid.close()


def all_images(dataset: Dataset) -> Split:
    """Return training and validation images together: MNIST's 60,000."""
    parts = [part for part in (dataset.train, dataset.validation) if part is not None]
    return Split(np.concatenate([part.inputs for part in parts]), np.concatenate([part.labels for part in parts]))


def print_dossier(network: Network, split: Split) -> None:
    """Print how long the data's part of a dossier takes, first for the layer and then for each further unit."""
    print(f"dossier, {'-'.join(map(str, network.sizes))}, {len(split.labels):,} images")
    not_cancelled = Event()
    for layer in range(len(network.weights)):
        classes = network.sizes[-1]
        began = perf_counter()
        look = LayerLook(network, 0, layer, split, classes, split.inputs, None)
        known = look(lambda _done, _total: None, not_cancelled)
        took = perf_counter() - began
        assert known is not None
        size = 0 if known.sums is None else known.sums.nbytes
        alone = ""
        if layer == 0:
            began = perf_counter()
            UnitLook(network, 0, 0, 1, split, classes, None)(lambda _done, _total: None, not_cancelled)
            alone = f"   its first unit {perf_counter() - began:.3f} s"
        times = []
        for unit in range(min(10, network.sizes[layer + 1])):
            began = perf_counter()
            UnitLook(network, 0, layer, unit, split, classes, known)(lambda _done, _total: None, not_cancelled)
            times.append(perf_counter() - began)
        text = f"   each unit {np.median(times):.3f} s (max {max(times):.3f})"
        print(f"  layer {layer + 1}: once {took:5.2f} s, keeps {size / 1e6:4.0f} MB{alone}{text}")


def print_ablation(network: Network, split: Split, units: int) -> None:
    """Print how long it takes to silence the units of each hidden layer, one after the other."""
    print(f"silencing, {'-'.join(map(str, network.sizes))}, {len(split.labels):,} images")
    for layer in range(len(network.weights) - 1):
        began = perf_counter()
        ablation = Ablation(network, "cross_entropy", layer, split.inputs, split.labels)
        prepared = perf_counter() - began
        count = min(units, ablation.units)
        began = perf_counter()
        scores = [score for _, score in ablation.without_each(range(count))]
        took = perf_counter() - began
        lost = ablation.baseline.accuracy - min(score.accuracy for score in scores)
        print(
            f"  layer {layer + 1}: prepared in {prepared:.2f} s, {count:,} units in {took:.2f} s; worst loss {lost:.2%}"
        )


def print_orders(network: Network) -> None:
    """Print how long the order by likeness takes."""
    vectors = np.ascontiguousarray(network.unit_weights[0].T)
    began = perf_counter()
    order_by_similarity(vectors)
    print(f"order by likeness, {len(vectors):,} units: {perf_counter() - began:.2f} s")


def print_training(application: QApplication, data_dir: Path, rounds: int) -> None:
    """Print how much of its speed a run of 784-1000-10 keeps while the grid follows it."""
    window = open_window(application, data_dir)
    rows = window.page(TrainPage).setup.settings
    for key, value in (("hidden", (1000,)), ("epochs", 1)):
        rows.set_value(key, value)
    rows.remember()
    speeds: dict[str, list[float]] = {"hidden": [], "shown": []}
    dataset = window.session.dataset
    assert dataset is not None
    for round_ in range(rounds + 1):
        for name, page in (("hidden", window.page(DrawPage)), ("shown", window.page(FeaturesPage))):
            window.show_page(page.NAME)
            began = perf_counter()
            window.page(TrainPage).start()
            wait(application, lambda: not window.session.run.is_active, every_ms=2)
            if round_:
                speeds[name].append(len(dataset.train) / (perf_counter() - began))
    hidden, shown = (float(np.median(speeds[name])) for name in ("hidden", "shown"))
    print(f"training 784-1000-10: page hidden {hidden:,.0f}, shown {shown:,.0f} images/s: {shown / hidden:.1%}")
    window.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=os.environ.get("DIGITAPP_DATA_DIR"))
    parser.add_argument("--model", help="a model file, or the name of a shipped model")
    parser.add_argument("--units", type=int, default=1000, help="how many units of a layer to silence")
    parser.add_argument("--training", action="store_true", help="measure a run that the grid follows, too")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    if arguments.model:
        network = load_model(arguments.model).network
    else:
        network = Network((784, 1000, 10), ("relu", "identity"))
        initialize(network, "he", np.random.default_rng(0))
    print_grid(application)
    split = all_images(load_dataset("mnist", data_dir=arguments.data_dir))
    print_dossier(network, split)
    print_ablation(network, Split(split.inputs[:10_000], split.labels[:10_000]), arguments.units)
    print_orders(network)
    if arguments.training:
        print_training(application, arguments.data_dir, arguments.rounds)


if __name__ == "__main__":
    main()
