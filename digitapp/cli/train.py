"""``digitapp train``: train a network without the window."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from digitapp.cli.errors import BadInput
from digitapp.cli.output import DataDirOption, JsonOption, check_can_write, percent, print_json, print_table
from digitapp.cli.progress import loading, training_progress
from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import MNIST, PROBLEMS
from digitapp.modelfile import Model, save_model
from digitapp.nn import ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES
from digitapp.training import (
    DEFAULTS,
    Evaluation,
    NetworkConfig,
    RunFinished,
    TrainConfig,
    build_network,
    evaluate,
    parse_hidden,
    parse_number,
    parse_whole,
    train,
)
from digitapp.training.history import History
from digitapp.training.record import training_record

app = typer.Typer(add_completion=False, rich_markup_mode=None)


def _option(text: str, field: str, choices: Iterable[str] = (), metavar: str = "NAME") -> Any:
    """Return an option whose help lists its choices and its default, for each problem where they differ."""
    defaults = {key: _shown({**asdict(network), **asdict(run)}[field]) for key, (network, run) in DEFAULTS.items()}
    same = len(set(defaults.values())) == 1
    default = next(iter(defaults.values())) if same else "; ".join(f"{key}: {value}" for key, value in defaults.items())
    listed = f" {', '.join(choices)}." if choices else ""
    return typer.Option(help=f"{text}{listed} [{default}]", show_default=False, metavar=metavar)


def _shown(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


# Numbers come as text: the settings parse themselves, and say in the same words as the window what they expect.
@app.command("train", epilog="Example: digitapp train --dataset mnist --hidden 128,64 --out mine.safetensors")
def train_command(
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the model.", show_default=False)],
    dataset: Annotated[
        str, typer.Option(metavar="NAME", help="toy, mnist, handwriting, or a folder with four IDX files.")
    ] = "mnist",
    hidden: Annotated[str | None, _option("Units of the hidden layers; '' for none.", "hidden", (), "N,N,...")] = None,
    activation: Annotated[str | None, _option("Of the hidden units:", "activation", ACTIVATIONS)] = None,
    initializer: Annotated[str | None, _option("The random start:", "initializer", INITIALIZERS)] = None,
    loss: Annotated[str | None, _option("What is made small:", "loss", LOSSES)] = None,
    optimizer: Annotated[str | None, _option("How a step is chosen:", "optimizer", OPTIMIZERS)] = None,
    optimizer_option: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=X", help="Of the optimizer, as beta1=0.8; may be repeated.", show_default=False),
    ] = None,
    learning_rate: Annotated[str | None, _option("The step size.", "learning_rate", (), "X")] = None,
    schedule: Annotated[str | None, _option("Of the learning rate:", "schedule", SCHEDULES)] = None,
    momentum: Annotated[str | None, _option("For optimizers that have it.", "momentum", (), "X")] = None,
    weight_decay: Annotated[str | None, _option("Decoupled decay of the weights.", "weight_decay", (), "X")] = None,
    l1: Annotated[str | None, _option("Strength of the L1 penalty.", "l1", (), "X")] = None,
    l2: Annotated[str | None, _option("Strength of the L2 penalty.", "l2", (), "X")] = None,
    batch_size: Annotated[str | None, _option("Images in a step.", "batch_size", (), "N")] = None,
    epochs: Annotated[str | None, _option("Passes over the data.", "epochs", (), "N")] = None,
    seed: Annotated[str | None, _option("The same seed gives the same model.", "seed", (), "N")] = None,
    data_dir: DataDirOption = None,
    json: JsonOption = False,
) -> None:
    """Train a network and save it as a model.

    What is not given is taken from settings that work for the data set; each option names them in brackets.
    """
    problem = next((problem for problem in PROBLEMS.values() if dataset in problem.datasets), MNIST)
    network_defaults, train_defaults = DEFAULTS[problem.key]
    network_config = replace(
        network_defaults,
        **_given(
            {"activation": activation, "initializer": initializer},
            {} if hidden is None else {"hidden": parse_hidden(hidden)},
        ),
    )
    numbers = {
        "learning_rate": learning_rate,
        "momentum": momentum,
        "weight_decay": weight_decay,
        "l1": l1,
        "l2": l2,
    }
    whole = {"batch_size": batch_size, "epochs": epochs, "seed": seed}
    train_config = replace(
        train_defaults,
        **_given(
            {"loss": loss, "optimizer": optimizer, "schedule": schedule},
            {field: parse_number(field, text) for field, text in numbers.items() if text is not None},
            {field: parse_whole(field, text) for field, text in whole.items() if text is not None},
        ),
    )
    if optimizer_option:
        train_config = replace(
            train_config, optimizer_options=_optimizer_options(train_config.optimizer, optimizer_option)
        )
    check_can_write(out)
    with loading(dataset):
        data = load_dataset(dataset, data_dir=data_dir, seed=train_config.seed)
    _train(network_config, train_config, data, out, json)


def _given(*groups: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that were given on the command line."""
    return {name: value for group in groups for name, value in group.items() if value is not None}


def _optimizer_options(optimizer: str, pairs: list[str]) -> Mapping[str, float]:
    """Return the options of an optimiser from "name=value" texts; whether it knows them, its config decides."""
    whole = {option.name for option in OPTIMIZERS[optimizer].options if option.is_whole}
    options: dict[str, float] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadInput(f"--optimizer-option {pair}: expected NAME=X, such as beta1=0.8")
        parse = parse_whole if name in whole else parse_number
        options[name] = parse(f"optimizer_options.{name}", value)
    return options


def _train(network_config: NetworkConfig, config: TrainConfig, data: Dataset, out: Path, as_json: bool) -> None:
    """Train, save, and print what came out."""
    problem = data.problem
    rng = np.random.default_rng(config.seed)
    network = build_network(problem.features, problem.classes, network_config, config.loss, rng)
    history = History()
    seconds = 0.0
    with training_progress(config.epochs) as watch:
        for event in train(network, data, config, rng):
            history.add(event)
            watch(event)
            if isinstance(event, RunFinished):
                seconds = event.seconds

    parts = {"train": data.train, "validation": data.validation, "test": data.test}
    results = {name: part and evaluate(network, config.loss, part) for name, part in parts.items()}
    record = training_record(network_config, config, data, history, test=results["test"])
    record["results"] |= _measured(results)
    model = Model(network, config.loss, problem.key, problem.class_names, problem.preprocessing, record)
    save_model(model, out)

    if as_json:
        accuracies = {f"{name}_accuracy": result and result.accuracy for name, result in results.items()}
        print_json({"epochs": config.epochs, "seconds": round(seconds, 3), **accuracies, "model": str(out)})
        return
    sizes = "-".join(map(str, network.sizes))
    typer.echo(f"Trained {sizes} on {data.name}: {_count(config.epochs, 'epoch')} in {seconds:.1f} s")
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
