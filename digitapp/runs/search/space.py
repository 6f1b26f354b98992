"""What a search may change: settings by their names, each with its limits.

A parameter that means nothing under the others is not drawn: the units of a layer that is not there, the momentum of
an optimiser without one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Protocol

from digitapp.datasets.problems import Problem
from digitapp.nn import LOSSES, OPTIMIZERS
from digitapp.plain import plain
from digitapp.runs.search.errors import SearchError
from digitapp.training.config import MAX_HIDDEN_LAYERS, ConfigError, NetworkConfig, TrainConfig
from digitapp.training.presets import usual_configs

Configs = tuple[NetworkConfig, TrainConfig]
Value = str | int | float

LAYERS, UNITS = "layers", "units"
OF_NETWORK = ("activation", "initializer", "normalization")
OF_TRAINING = (
    "loss",
    "optimizer",
    "learning_rate",
    "momentum",
    "batch_size",
    "weight_decay",
    "l1",
    "l2",
    "max_norm",
    "input_dropout",
    "hidden_dropout",
    "label_smoothing",
    "clip_norm",
    "averaging",
    "schedule",
)
NAMES = (LAYERS, UNITS, *OF_NETWORK, *OF_TRAINING)
"""Every setting that can be searched."""

_OF_HIDDEN = ("activation", "normalization", "hidden_dropout")  # mean nothing without a hidden layer
_SPREAD_OUT = ("learning_rate", "weight_decay", "l1", "l2")  # searched by their orders of magnitude
_WHOLE = (LAYERS, UNITS, "batch_size")
_MANY_INPUTS = 100
_MOST_VALUES = 100
_MOST_FACTOR = 1000.0


class Draws(Protocol):
    """What draws a parameter, such as a trial of Optuna."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float: ...
    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int: ...
    def suggest_categorical(self, name: str, choices: Any) -> Any: ...


@dataclass(frozen=True)
class Choice:
    """One of some values is drawn."""

    values: tuple[Value, ...]

    @property
    def ends(self) -> tuple[Value, ...]:
        """The values that have to be possible."""
        return self.values

    def draw(self, draws: Draws, name: str) -> Value:
        """Return one of the values."""
        return draws.suggest_categorical(name, list(self.values))

    def as_json(self) -> dict[str, Any]:
        """Return it as `read_entry` reads it."""
        return {"values": list(self.values)}

    def __str__(self) -> str:
        return ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in self.values)


@dataclass(frozen=True)
class Between:
    """A number from `low` to `high` is drawn, both included; with `log`, each order of magnitude as often."""

    low: float
    high: float
    log: bool = False
    is_whole: bool = False

    @property
    def ends(self) -> tuple[Value, ...]:
        """The values that have to be possible: where both ends are, all between them are."""
        return self.low, self.high

    def draw(self, draws: Draws, name: str) -> Value:
        """Return a number of the range."""
        if self.is_whole:
            return draws.suggest_int(name, int(self.low), int(self.high), log=self.log)
        return draws.suggest_float(name, self.low, self.high, log=self.log)

    def as_json(self) -> dict[str, Any]:
        """Return it as `read_entry` reads it."""
        return {"low": self.low, "high": self.high, "log": self.log}

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"


Entry = Choice | Between


@dataclass(frozen=True)
class Space:
    """What is searched.

    Attributes
    ----------
    entries : pairs of a name of `NAMES` and its limits, in the order in which they are drawn and shown
    factors : pairs of an optimiser and by how much a drawn learning rate is multiplied for it: the plain rule needs
        larger steps than those that gather speed or rescale the gradient

    Raises
    ------
    SearchError : nothing to search, an unknown or doubled name, a factor that is none
    """

    entries: tuple[tuple[str, Entry], ...]
    factors: tuple[tuple[str, float], ...] = ()
    _by_name: Mapping[str, Entry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.entries:
            raise SearchError(f"nothing is searched; expected at least one of {', '.join(NAMES)}")
        for name, _ in self.entries:
            if name not in NAMES:
                raise SearchError(f"{plain(name)}: this cannot be searched; expected one of {', '.join(NAMES)}")
        object.__setattr__(self, "_by_name", dict(self.entries))
        if len(self._by_name) < len(self.entries):
            raise SearchError("a parameter stands twice in the space; expected each once")
        for optimizer, factor in self.factors:
            if optimizer not in OPTIMIZERS:
                raise SearchError(f"{plain(optimizer)}: no such optimizer; expected one of {', '.join(OPTIMIZERS)}")
            if not isinstance(factor, (int, float)) or not 1 / _MOST_FACTOR <= factor <= _MOST_FACTOR:
                raise SearchError(f"the learning rate's factor for {optimizer}: expected a number from 0.001 to 1,000")

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def get(self, name: str) -> Entry | None:
        """Return the limits of a parameter, None where it is not searched."""
        return self._by_name.get(name)

    @property
    def most_layers(self) -> int:
        """How many hidden layers there may be at most, where that is searched."""
        entry = self.get(LAYERS)
        return 0 if entry is None else max(int(end) for end in entry.ends)

    @property
    def drawn_names(self) -> tuple[str, ...]:
        """What a trial's values are called: the names, with one for the units of each layer."""
        names: list[str] = []
        for name, _ in self.entries:
            layers = range(1, 1 + max(1, self.most_layers)) if name == UNITS else ()
            names += [units_of(layer) for layer in layers] or [name]
        return tuple(names)

    def with_entry(self, name: str, entry: Entry | None) -> Space:
        """Return the space with other limits for a parameter, or without it (None)."""
        entries = dict(self.entries)
        if entry is None:
            entries.pop(name, None)
        else:
            entries[name] = entry
        return replace(self, entries=tuple(entries.items()))

    # Drawing

    def draw(self, draws: Draws, base: Configs) -> tuple[Configs, dict[str, Value]]:
        """Return settings that are drawn, all others as in `base`, and what was drawn, by the names of `drawn_names`.

        Raises ConfigError where they cannot be used together.
        """
        network, training = base
        drawn: dict[str, Value] = {}
        hidden = self._draw_hidden(draws, network, drawn)
        optimizer, loss = (
            str(self._drawn(draws, name, getattr(training, name), drawn)) for name in ("optimizer", "loss")
        )
        schedule = str(self._drawn(draws, "schedule", training.schedule, drawn))
        training = replace(
            training,
            loss=loss,
            optimizer=optimizer,
            schedule=schedule,
            optimizer_options=training.optimizer_options if optimizer == training.optimizer else {},
            schedule_options=training.schedule_options if schedule == training.schedule else {},
        )
        settings: dict[str, Any] = {}
        for name, entry in self.entries:
            if name in (LAYERS, UNITS, *drawn) or not _has_meaning(name, optimizer, loss, hidden):
                continue
            value = entry.draw(draws, name)
            if name == "learning_rate":
                value = float(value) * dict(self.factors).get(optimizer, 1.0)
            settings[name] = drawn[name] = value
        of_network = {name: settings.pop(name) for name in OF_NETWORK if name in settings}
        ordered = {name: drawn[name] for name in self.drawn_names if name in drawn}
        return (replace(network, hidden=hidden, **of_network), replace(training, **settings)), ordered

    def _drawn(self, draws: Draws, name: str, otherwise: Value, drawn: dict[str, Value]) -> Value:
        entry = self.get(name)
        if entry is None:
            return otherwise
        drawn[name] = entry.draw(draws, name)
        return drawn[name]

    def _draw_hidden(self, draws: Draws, network: NetworkConfig, drawn: dict[str, Value]) -> tuple[int, ...]:
        layers = int(self._drawn(draws, LAYERS, len(network.hidden), drawn))
        entry = self.get(UNITS)
        usual = network.hidden or (16,)
        units = []
        for layer in range(layers):
            if entry is None:
                units.append(usual[min(layer, len(usual) - 1)])
                continue
            name = units_of(layer + 1)
            drawn[name] = entry.draw(draws, name)
            units.append(int(drawn[name]))
        return tuple(units)

    # Checking

    def check(self, base: Configs, problem: Problem) -> None:
        """Raise SearchError where a value that might be drawn cannot be used for the problem."""
        for name, entry in self.entries:
            for end in entry.ends:
                try:
                    self._check_end(name, end, base)
                except ConfigError as error:
                    raise SearchError(f"{name}: {end} cannot be searched; expected {error.expected}") from None
        for name in ("activation", "normalization"):
            if "," in getattr(base[0], name) and LAYERS in self and name not in self:
                raise SearchError(f"{name}: one for each layer does not go with searching how many there are")
        layers = self.most_layers or len(base[0].hidden)
        units = self.get(UNITS)
        largest = max((int(end) for end in units.ends), default=1) if units is not None else max(base[0].hidden or (1,))
        try:
            replace(base[0], hidden=(largest,) * layers, activation="relu", normalization="none").check_size(
                problem.features, problem.classes
            )
        except ConfigError as error:
            raise SearchError(f"units: the largest network would be too large; expected {error.expected}") from None

    def _check_end(self, name: str, end: Value, base: Configs) -> None:
        network, training = base
        if name == LAYERS:
            if not 0 <= int(end) <= MAX_HIDDEN_LAYERS:
                raise ConfigError(name, end, f"whole numbers from 0 to {MAX_HIDDEN_LAYERS}")
        elif name == UNITS:
            replace(network, hidden=(int(end),), activation="relu", normalization="none")
        elif name in OF_NETWORK:
            replace(network, **{name: end})
        elif name == "learning_rate":
            for factor in (1.0, *(factor for _, factor in self.factors)):
                replace(training, learning_rate=float(end) * factor)
        else:
            replace(training, **{name: end}, optimizer_options={}, schedule_options={})

    # As text

    def as_json(self) -> dict[str, Any]:
        """Return the space as JSON values, which `read_space` reads."""
        values: dict[str, Any] = {name: entry.as_json() for name, entry in self.entries}
        if self.factors:
            values["learning_rate_factors"] = dict(self.factors)
        return values


def units_of(layer: int) -> str:
    """Return what the units of a hidden layer, counted from 1, are called among what is drawn."""
    return f"{UNITS}_{layer}"


def _has_meaning(name: str, optimizer: str, loss: str, hidden: tuple[int, ...]) -> bool:
    if name == "momentum":
        return any(option.name == name for option in OPTIMIZERS[optimizer].options)
    if name == "label_smoothing":
        return any(option.name == name for option in LOSSES[loss].options)
    if name == "batch_size":
        return not OPTIMIZERS[optimizer].whole_set
    return bool(hidden) or name not in _OF_HIDDEN


# Reading


def read_space(values: object) -> Space:
    """Return the space that JSON values or a TOML file describe.

    Each key is a name of `NAMES` with a table: ``values``, or ``low`` and ``high`` and perhaps ``log``. The key
    ``learning_rate_factors`` has a table of optimisers.

    Raises
    ------
    SearchError : anything else
    """
    if not isinstance(values, Mapping):
        raise SearchError("a space is a table of parameters")
    entries = {str(name): value for name, value in values.items()}
    factors = entries.pop("learning_rate_factors", {})
    if not isinstance(factors, Mapping):
        raise SearchError('learning_rate_factors: expected a table such as "sgd = 10"')
    return Space(
        tuple((name, read_entry(name, value)) for name, value in entries.items()),
        tuple((str(optimizer), factor) for optimizer, factor in factors.items()),
    )


def read_entry(name: str, value: object) -> Entry:
    """Return the limits of a parameter from JSON values. Raises SearchError."""
    if name not in NAMES:
        raise SearchError(f"{plain(name)}: this cannot be searched; expected one of {', '.join(NAMES)}")
    if not isinstance(value, Mapping) or not (value.keys() == {"values"} or {"low", "high"} <= value.keys()):
        raise SearchError(f"{name}: expected values = [...], or low and high")
    if "values" in value:
        return _choice(name, value["values"])
    unknown = value.keys() - {"low", "high", "log"}
    if unknown:
        raise SearchError(f"{name}: there is no {plain(str(min(unknown)))}; expected low, high and log")
    return _between(name, value["low"], value["high"], value.get("log"))


def parse_entry(text: str) -> tuple[str, Entry]:
    """Return a name and its limits from text such as "batch_size=16,32,64" or "learning_rate=0.0001..0.1".

    Raises SearchError.
    """
    name, equals, limits = (part.strip() for part in text.partition("="))
    name = name.replace("-", "_")
    if not equals or not limits:
        raise SearchError(f"{plain(text)}: expected NAME=A,B,... or NAME=LOW..HIGH")
    if name not in NAMES:
        raise SearchError(f"{plain(name)}: this cannot be searched; expected one of {', '.join(NAMES)}")
    low, dots, high = limits.partition("..")
    if dots:
        return name, _between(name, _number(name, low), _number(name, high), None)
    parts = [part.strip() for part in limits.split(",")]
    return name, _choice(name, parts if name in _named() else [_number(name, part) for part in parts])


def load_space(path: Path) -> Space:
    """Return the space in a TOML file. Raises SearchError."""
    import tomllib

    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SearchError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SearchError(f"{path}: this is no TOML file: {plain(str(error), 120)}") from None
    try:
        return read_space(values)
    except SearchError as error:
        raise SearchError(f"{path}: {error}") from None


def _named() -> frozenset[str]:
    """Return which parameters have names as values."""
    every = {each.name: each.default for each in (*fields(NetworkConfig), *fields(TrainConfig))}
    return frozenset(name for name in NAMES if isinstance(every.get(name), str))


def _choice(name: str, values: object) -> Choice:
    if not isinstance(values, (list, tuple)) or not 1 <= len(values) <= _MOST_VALUES or len(set(values)) < len(values):
        raise SearchError(f"{name}: expected a list of different values")
    if name in _named():
        if not all(isinstance(value, str) for value in values):
            raise SearchError(f"{name}: expected a list of names")
        return Choice(tuple(values))
    return Choice(tuple(_of_kind(name, value) for value in values))


def _between(name: str, low: object, high: object, log: object) -> Between:
    if name in _named():
        raise SearchError(f"{name}: it has no low and high; expected values")
    first, last = _of_kind(name, low), _of_kind(name, high)
    if not first < last:
        raise SearchError(f"{name}: low is {first:g} and high is {last:g}; expected low below high")
    if log is None:
        log = first > 0 and (name in _SPREAD_OUT or name == UNITS or last / first >= 100)
    if not isinstance(log, bool):
        raise SearchError(f"{name}: expected log = true or false")
    if log and first <= 0:
        raise SearchError(f"{name}: orders of magnitude have no 0; expected low above 0, or log = false")
    return Between(first, last, log, name in _WHOLE)


def _of_kind(name: str, value: object) -> float:
    """Return a number, whole where the parameter is."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or (name in _WHOLE and value != int(value)):  # type: ignore[arg-type,operator]
        kind = "whole numbers" if name in _WHOLE else "numbers"
        raise SearchError(f"{name}: {plain(str(value))} cannot be searched; expected {kind}")
    return int(value) if name in _WHOLE else float(value)  # type: ignore[arg-type]


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise SearchError(f"{name}: {plain(text) or 'nothing'} is no number") from None
    return int(value) if math.isfinite(value) and value == int(value) else value


# What is searched where nothing else is said


def usual_space(problem: Problem) -> Space:
    """Return what is worth searching for a problem, with limits that suit its size."""
    if problem.features >= _MANY_INPUTS:
        rates, batches, units = (1e-4, 0.05), (16, 32, 64, 128, 256), (16, 32, 64, 128, 256)
    else:
        rates, batches, units = (1e-3, 0.3), (4, 8, 16, 32), (2, 3, 4, 6, 8, 12, 16)
    return Space(
        (
            ("optimizer", Choice(("sgd", "momentum", "adam"))),
            ("learning_rate", Between(*rates, log=True)),
            ("batch_size", Choice(batches)),
            (LAYERS, Between(1, 2, is_whole=True)),
            (UNITS, Choice(units)),
            ("hidden_dropout", Between(0.0, 0.5)),
        ),
        (("sgd", 10.0),),
    )


def more_to_search() -> Mapping[str, Entry]:
    """Return limits for parameters that the usual spaces leave alone, for who wants to search them too."""
    return {
        "activation": Choice(("relu", "tanh", "sigmoid")),
        "weight_decay": Between(1e-5, 0.1, log=True),
        "input_dropout": Between(0.0, 0.3),
        "momentum": Choice((0.8, 0.9, 0.95, 0.99)),
        "label_smoothing": Between(0.0, 0.2),
        "normalization": Choice(("none", "batch")),
    }


def usual_base(problem: Problem, epochs: int | None = None) -> Configs:
    """Return the settings that a search leaves as they are where it is told nothing else."""
    network, training = usual_configs(problem)
    # One thread each: how sums are rounded then depends on no machine, and several processes share the cores.
    training = replace(training, threads=1)
    return network, training if epochs is None else replace(training, epochs=epochs)


def without(space: Space, names: Iterable[str]) -> Space:
    """Return the space without what is fixed. Raises SearchError where nothing is left."""
    for name in names:
        space = space.with_entry(name, None)
    return space
