"""The options of ``digitapp train``, made from the settings themselves: one for each field of the two configs.

A new field, activation or optimiser is an option as soon as the engine knows it. Values are taken as text and parsed by
the engine, which says in the same words as the window what it expects.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, fields, replace
from typing import Annotated, Any

import typer

from digitapp.cli.errors import BadInput
from digitapp.cli.output import note
from digitapp.datasets.problems import PROBLEMS
from digitapp.modelfile import Model
from digitapp.nn import ACTIVATIONS, INITIALIZERS, LOSSES, NORMALIZATIONS, OPTIMIZERS, SCHEDULES
from digitapp.training import NetworkConfig, TrainConfig, parse_hidden, parse_number, parse_whole, usual_configs
from digitapp.training.config import MAX_SEED

CHOICES: Mapping[str, Iterable[str]] = {
    "activation": ACTIVATIONS,
    "initializer": INITIALIZERS,
    "normalization": NORMALIZATIONS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}
HELP = {
    "hidden": "Units of each hidden layer; '' for no hidden layer.",
    "activation": "Of the hidden units:",
    "initializer": "The weights to start from:",
    "normalization": "Of the hidden layers' sums:",
    "loss": "What is made small:",
    "optimizer": "How a step is chosen:",
    "learning_rate": "The step size.",
    "momentum": "For optimizers that have it.",
    "batch_size": "Images in a step.",
    "epochs": "Passes over the data.",
    "weight_decay": "Decoupled decay of the weights.",
    "l1": "Strength of the L1 penalty.",
    "l2": "Strength of the L2 penalty.",
    "max_norm": "Longest vector of weights into a unit; 0 for any.",
    "input_dropout": "Share of inputs silenced in a step.",
    "hidden_dropout": "Share of hidden units silenced in a step.",
    "label_smoothing": "For losses that have it.",
    "clip_norm": "Longest gradient; 0 for any.",
    "averaging": "Decay of the weights' moving average; 0 for none.",
    "patience": "Epochs without progress after which to stop; 0 for never.",
    "pretrain_epochs": "Passes in which layers learn without labels first; 0 for none.",
    "seed": "The same seed gives the same model.",
    "threads": "That share a step, and decide how sums are rounded; 0 chooses by sizes and cores.",
    "schedule": "Of the learning rate:",
    "optimizer_options": "Of the optimizer, such as beta1=0.8; may be repeated.",
    "schedule_options": "Of the schedule; may be repeated.",
    "augmentation": "Vary the pictures, such as turn=12 or elastic=1.2; may be repeated.",
}


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option for each setting in the place of its ``**settings``."""
    signature = inspect.signature(command)
    own = [item for item in signature.parameters.values() if item.kind is inspect.Parameter.KEYWORD_ONLY]
    settings = [_option(field) for field in (*fields(NetworkConfig), *fields(TrainConfig))]
    command.__signature__ = signature.replace(parameters=[*own[:2], *settings, *own[2:]])  # type: ignore[attr-defined]
    return command


def parse_settings(
    usual: tuple[NetworkConfig, TrainConfig], texts: Mapping[str, Any]
) -> tuple[NetworkConfig, TrainConfig]:
    """Return the usual settings with those replaced that were given on the command line.

    Raises
    ------
    ConfigError : a value that cannot be used
    BadInput : an option of an optimiser or schedule that is not NAME=X
    """
    network, training = usual
    given = {name: text for name, text in texts.items() if text is not None and text != []}
    parsed = {name: _parse(name, _default(name, network, training), text) for name, text in given.items()}
    names = {field.name for field in fields(NetworkConfig)}
    return (
        replace(network, **{name: value for name, value in parsed.items() if name in names}),
        replace(training, **{name: value for name, value in parsed.items() if name not in names}),
    )


def shaped_like(
    source: Model, network: NetworkConfig, training: TrainConfig, given: Mapping[str, object]
) -> tuple[NetworkConfig, TrainConfig]:
    """Return the settings with layers and loss of a model where they were not given."""
    shape: dict[str, Any] = {"hidden": source.network.sizes[1:-1]}
    if shape["hidden"] and (given.get("hidden") is None or network.hidden == shape["hidden"]):
        shape["activation"] = ",".join(source.network.activations[:-1])
    shape = {name: value for name, value in shape.items() if given.get(name) is None}
    loss = training.loss if given.get("loss") is not None else source.loss
    return replace(network, **shape), replace(training, loss=loss)


def seeded_like(source: Model, training: TrainConfig, given: Mapping[str, object]) -> TrainConfig:
    """Return the settings with the seed of a model where none was given: it decides which images validate.

    Of another one that was given it is said that the model has learned from some of the images that validate then.
    """
    record = source.training
    seed, validated = record.get("config", {}).get("seed"), record.get("results", {}).get("validation_accuracy")
    if type(seed) is not int or validated is None or seed == training.seed or not 0 <= seed <= MAX_SEED:
        return training
    if given.get("seed") is None:
        return replace(training, seed=seed)
    note(f"{source.name} was trained with seed {seed}: of what validates with seed {training.seed} it knows a part")
    return training


def _option(field: Field[Any]) -> inspect.Parameter:
    """Return the parameter that Typer turns into the option of one setting."""
    name = field.name
    default = _default(name, *usual_configs(next(iter(PROBLEMS.values()))))
    repeated = isinstance(default, Mapping)
    option = f"--{name.replace('_', '-').removesuffix('s' if repeated else '')}"
    kind = list[str] if repeated else str
    info = typer.Option(option, metavar=_metavar(default), help=_help(name, repeated), show_default=False)
    annotation = Annotated[kind | None, info]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _metavar(default: object) -> str:
    if isinstance(default, Mapping):
        return "NAME=X"
    if isinstance(default, tuple):
        return "N,N,..."
    return {int: "N", float: "X"}.get(type(default), "NAME")


def _help(name: str, repeated: bool) -> str:
    """Return what a setting does, its choices, and its default, for each problem where they differ."""
    text = HELP.get(name, f"{name.replace('_', ' ').capitalize()}.")
    if name in CHOICES:
        text += f" {', '.join(CHOICES[name])}."
    if repeated:
        return text
    defaults = {key: _shown(_default(name, *usual_configs(problem))) for key, problem in PROBLEMS.items()}
    if len(set(defaults.values())) == 1:
        return f"{text} [{next(iter(defaults.values()))}]"
    return f"{text} [{'; '.join(f'{key}: {value}' for key, value in defaults.items())}]"


def _default(name: str, network: NetworkConfig, training: TrainConfig) -> Any:
    return getattr(network, name) if hasattr(network, name) else getattr(training, name)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _parse(name: str, default: object, text: Any) -> Any:
    """Return the value that a setting is given as text, by the type of its default."""
    if isinstance(default, Mapping):
        return dict(_parse_pair(name, pair) for pair in text)
    if isinstance(default, tuple):
        return parse_hidden(text)
    if isinstance(default, int):
        return parse_whole(name, text)
    return parse_number(name, text) if isinstance(default, float) else text


def _parse_pair(name: str, pair: str) -> tuple[str, float]:
    key, equals, text = pair.partition("=")
    if not equals:
        raise BadInput(f"--{name.removesuffix('s').replace('_', '-')} {pair}: expected NAME=X, such as beta1=0.8")
    field = f"{name}.{key}"
    return key, parse_whole(field, text) if text.strip().isdigit() else parse_number(field, text)
