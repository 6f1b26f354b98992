"""``digitapp train``: train a network without the window."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from digitapp.cli.output import DataDirOption, JsonOption, check_can_write, percent, print_json, print_table
from digitapp.cli.progress import loading, training_progress
from digitapp.cli.settings import parse_settings, with_settings
from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import MNIST, PROBLEMS
from digitapp.modelfile import Model, load_model, save_model
from digitapp.training import (
    Evaluation,
    NetworkConfig,
    RunFinished,
    TrainConfig,
    build_network,
    evaluate,
    start_from,
    train,
)
from digitapp.training.history import History
from digitapp.training.record import training_record

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command("train", epilog="Example: digitapp train --dataset mnist --hidden 128,64 --out mine.safetensors")
@with_settings
def train_command(
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the model.", show_default=False)],
    dataset: Annotated[
        str, typer.Option(metavar="NAME", help="toy, mnist, handwriting, or a folder with four IDX files.")
    ] = "mnist",
    start_from: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Start with the weights of a model, and its layers and loss if not given."),
    ] = None,
    data_dir: DataDirOption = None,
    json: JsonOption = False,
    **settings: str | list[str] | None,
) -> None:
    """Train a network and save it as a model.

    What is not given is taken from settings that work for the data set; each option names them in brackets.
    """
    problem = next((problem for problem in PROBLEMS.values() if dataset in problem.datasets), MNIST)
    source = None if start_from is None else load_model(start_from)
    network_config, train_config = parse_settings(problem.key, settings)
    if source is not None:
        network_config, train_config = _shaped_like(source, network_config, train_config, settings)
    check_can_write(out)
    with loading(dataset):
        data = load_dataset(dataset, data_dir=data_dir, seed=train_config.seed)
    _train(network_config, train_config, data, out, json, source)


def _shaped_like(
    source: Model, network: NetworkConfig, training: TrainConfig, given: Mapping[str, object]
) -> tuple[NetworkConfig, TrainConfig]:
    """Return the settings with layers and loss of a model where they were not given."""
    shape: dict[str, Any] = {"hidden": source.network.sizes[1:-1]}
    if shape["hidden"] and (given.get("hidden") is None or network.hidden == shape["hidden"]):
        shape["activation"] = ",".join(source.network.activations[:-1])
    shape = {name: value for name, value in shape.items() if given.get(name) is None}
    loss = training.loss if given.get("loss") is not None else source.loss
    return replace(network, **shape), replace(training, loss=loss)


def _train(
    network_config: NetworkConfig,
    config: TrainConfig,
    data: Dataset,
    out: Path,
    as_json: bool,
    source: Model | None,
) -> None:
    """Train, save, and print what came out."""
    problem = data.problem
    rng = np.random.default_rng(config.seed)
    network = build_network(problem.features, problem.classes, network_config, config.loss, rng)
    if source is not None:
        start_from(network, source.network)
    history = History()
    finished = RunFinished(0, 0, 0.0)
    with training_progress(config.epochs) as watch:
        for event in train(network, data, config, rng):
            history.add(event)
            watch(event)
            if isinstance(event, RunFinished):
                finished = event

    network = network.folded()
    parts = {"train": data.train, "validation": data.validation, "test": data.test}
    results = {name: part and evaluate(network, config.loss, part) for name, part in parts.items()}
    record = training_record(network_config, config, data, history, test=results["test"])
    record["results"] |= _measured(results)
    if source is not None:
        record["start_from"] = source.name
    model = Model(network, config.loss, problem.key, problem.class_names, problem.preprocessing, record)
    save_model(model, out)

    if as_json:
        accuracies = {f"{name}_accuracy": result and result.accuracy for name, result in results.items()}
        print_json({"epochs": finished.epochs, "seconds": round(finished.seconds, 3), **accuracies, "model": str(out)})
        return
    sizes = "-".join(map(str, network.sizes))
    typer.echo(f"Trained {sizes} on {data.name}: {_count(finished.epochs, 'epoch')} in {finished.seconds:.1f} s")
    print_table([_row(name, part, results[name]) for name, part in parts.items() if part], right=frozenset({1, 2}))
    typer.echo(f"Wrote {out} ({network.parameter_count:,} parameters)")


def _measured(results: Mapping[str, Evaluation | None]) -> dict[str, float]:
    """Return loss and accuracy of the finished network on the training part, for its record.

    A run itself reports the mean over its last epoch, while the network was still changing.
    """
    result = results["train"]
    return {} if result is None else {"train_loss": result.loss, "train_accuracy": result.accuracy}


def _row(name: str, part: Split, result: Evaluation | None) -> tuple[str, str, str]:
    title = {"train": "training"}.get(name, name)
    return f"  {title}", percent(result and result.accuracy), f"of {len(part):,}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
