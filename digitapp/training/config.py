"""What a person chooses before a run: two frozen dataclasses that refuse wrong values by field.

A `ConfigError` says what would be allowed twice: as facts, which a form words in its reader's language, and as a short
English phrase that fits after "must be", which the command line shows after the option.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from digitapp.nn import ACTIVATIONS, INITIALIZERS, LOSSES, NORMALIZATIONS, OPTIMIZERS, SCHEDULES, Option
from digitapp.nn.options import Range
from digitapp.training.augmentation import AUGMENTATIONS

MAX_HIDDEN_LAYERS = 20
MAX_UNITS = 10_000
MAX_PARAMETERS = 25_000_000  # a run holds about ten vectors of this length: 1 GB
MAX_LEARNING_RATE = 1000.0
MAX_BATCH_SIZE = 1_000_000
MAX_EPOCHS = 1_000_000
MAX_PRETRAIN_EPOCHS = 1000
MAX_SEED = 2**63 - 1
MAX_THREADS = 256


@dataclass(frozen=True)
class LayerSizes:
    """Sizes of hidden layers are allowed: so many layers at most, of so many units at most."""

    layers: int = MAX_HIDDEN_LAYERS
    units: int = MAX_UNITS

    def __str__(self) -> str:
        return f"up to {self.layers} whole numbers from 1 to {self.units:,}, such as 128, 64"


@dataclass(frozen=True)
class ParameterCount:
    """Layers are allowed that have so many parameters at most."""

    most: int = MAX_PARAMETERS

    def __str__(self) -> str:
        return f"layers with at most {self.most:,} parameters in all"


@dataclass(frozen=True)
class OneOf:
    """One of these names is allowed."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"one of {', '.join(self.names)}"


@dataclass(frozen=True)
class OnePerLayer:
    """One name is allowed, or as many as there are hidden layers."""

    layers: int

    def __str__(self) -> str:
        return f"one name, or {self.layers} for {self.layers} hidden layers"


Allowed = Range | LayerSizes | ParameterCount | OneOf | OnePerLayer


class ConfigError(ValueError):
    """A setting that cannot be used.

    Attributes
    ----------
    field : name of the dataclass field at fault, such as ``"learning_rate"``
    value : what was given
    allowed : what would be allowed; None where only the phrase says it
    expected : the same as a phrase that fits after "must be"
    """

    def __init__(self, field: str, value: object, allowed: Allowed | str) -> None:
        self.field = field
        self.value = value
        self.allowed = None if isinstance(allowed, str) else allowed
        self.expected = str(allowed)
        super().__init__(f"{field} must be {self.expected}, got {value!r}")


def check_whole(field: str, value: object, minimum: int, maximum: int) -> None:
    """Raise ConfigError unless `value` is an int from `minimum` to `maximum`."""
    if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
        raise ConfigError(field, value, Range(minimum, maximum, is_whole=True))


def check_number(field: str, value: object, minimum: float, maximum: float, *, above: bool = False) -> None:
    """Raise ConfigError unless `value` is a number in the range; `above` leaves the minimum itself out."""
    number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan
    if not minimum <= number <= maximum or (above and number == minimum):
        raise ConfigError(field, value, Range(minimum, maximum, above=above))


def check_choice(field: str, value: object, registry: Mapping[str, object]) -> None:
    """Raise ConfigError unless `value` is a key of `registry`."""
    if value not in registry:
        raise ConfigError(field, value, OneOf(tuple(registry)))


def check_options(field: str, values: object, options: tuple[Option, ...]) -> None:
    """Raise ConfigError unless `values` maps names of `options` to what they allow."""
    if not isinstance(values, Mapping):
        raise ConfigError(field, values, "names with values")
    known = {option.name: option for option in options}
    for name, value in values.items():
        if name not in known:
            raise ConfigError(field, name, OneOf(tuple(known)) if known else "none, as there are no options")
        if not known[name].allows(value):
            raise ConfigError(f"{field}.{name}", value, known[name].allowed)


@dataclass(frozen=True)
class NetworkConfig:
    """The network to build.

    Attributes
    ----------
    hidden : units of each hidden layer, from input to output; empty for none
    activation : key of `ACTIVATIONS` for every hidden layer, or one per hidden layer with commas between: "relu,tanh"
    initializer : key of `INITIALIZERS`
    normalization : key of `NORMALIZATIONS` for every hidden layer, or one per hidden layer as with `activation`

    Raises
    ------
    ConfigError : a value that cannot be used
    """

    hidden: tuple[int, ...] = (128,)
    activation: str = "relu"
    initializer: str = "he"
    normalization: str = "none"

    def __post_init__(self) -> None:
        if not isinstance(self.hidden, (tuple, list)) or len(self.hidden) > MAX_HIDDEN_LAYERS:
            raise ConfigError("hidden", self.hidden, LayerSizes())
        object.__setattr__(self, "hidden", tuple(self.hidden))
        for units in self.hidden:
            if isinstance(units, bool) or not isinstance(units, int) or not 1 <= units <= MAX_UNITS:
                raise ConfigError("hidden", self.hidden, LayerSizes())
        self._check_per_layer("activation", ACTIVATIONS)
        self._check_per_layer("normalization", NORMALIZATIONS)
        check_choice("initializer", self.initializer, INITIALIZERS)

    def _check_per_layer(self, field: str, registry: Mapping[str, object]) -> None:
        value = getattr(self, field)
        if not isinstance(value, str) or "," not in value:
            check_choice(field, value, registry)
            return
        keys = value.split(",")
        if len(keys) != len(self.hidden):
            raise ConfigError(field, value, OnePerLayer(len(self.hidden)))
        for key in keys:
            check_choice(field, key.strip(), registry)

    def _per_layer(self, value: str) -> tuple[str, ...]:
        keys = [key.strip() for key in value.split(",")]
        return tuple(keys * len(self.hidden) if len(keys) == 1 else keys)

    def parameter_count(self, inputs: int, classes: int) -> int:
        """Return how many weights, biases and gains the network has between so many inputs and classes."""
        pieces = [ACTIVATIONS[key].pieces for key in self.hidden_activations]
        outputs = [units * count for units, count in zip(self.hidden, pieces, strict=True)] + [classes]
        gains = sum(out for out, flag in zip(outputs[:-1], self.hidden_normalized, strict=True) if flag)
        return gains + sum((fan_in + 1) * out for fan_in, out in zip((inputs, *self.hidden), outputs, strict=True))

    def check_size(self, inputs: int, classes: int) -> None:
        """Raise ConfigError, field "hidden", where the network would not fit into a usual computer's memory."""
        if self.parameter_count(inputs, classes) > MAX_PARAMETERS:
            raise ConfigError("hidden", self.hidden, ParameterCount())

    @property
    def hidden_activations(self) -> tuple[str, ...]:
        """The key of each hidden layer's activation."""
        return self._per_layer(self.activation)

    @property
    def hidden_normalized(self) -> tuple[bool, ...]:
        """Whether each hidden layer is normalised over the batch."""
        return tuple(key == "batch" for key in self._per_layer(self.normalization))


@dataclass(frozen=True)
class TrainConfig:
    """How to train it.

    Attributes
    ----------
    loss, optimizer, schedule : keys of `LOSSES`, `OPTIMIZERS`, `SCHEDULES`
    learning_rate : the step size; a schedule multiplies it
    momentum : for optimisers that have it as an option; others ignore it
    batch_size : samples per step; a batch larger than the training part is the whole part, and so is every batch of an
        optimiser that asks for the whole set
    epochs : passes over the training part
    weight_decay : decoupled decay of the weights, see `nn.regularizers.WeightDecay`
    l1, l2 : strengths of the penalties on the weights
    max_norm : longest vector of incoming weights that a unit may have; 0 for any
    input_dropout, hidden_dropout : probabilities that an input or a hidden unit is silent in a batch
    label_smoothing : for losses that have it as an option; others ignore it
    clip_norm : longest gradient that is used as it is; longer ones are scaled to it; 0 for any
    averaging : decay of an exponential moving average of the parameters; it is what is validated, and what the network
        holds when the run is finished; 0 for none. Source: Polyak, Juditsky, "Acceleration of Stochastic
        Approximation by Averaging" (1992)
    pretrain_epochs : passes over the training part in which each hidden layer first learns, without labels, to keep
        what is needed to restore its input, see `training.pretraining`; 0 for none
    patience : epochs without a better validation loss (training loss where there is no validation part) after which the
        run ends, with the best parameters; 0 to go on to the end. Source: "Deep Learning" (2016), algorithm 7.1
    seed : of everything random in the run
    threads : that share a step; 0 decides by the sizes and the processor's cores, see `training.parallel`. How sums are
        rounded depends on their number; on fewer cores each has more to do, and the result is the same to the byte
    optimizer_options, schedule_options : values for options of the registry entries, such as ``{"beta1": 0.8}``
    augmentation : how the training pictures are varied, strengths by the names in `AUGMENTATIONS`; empty for not at all

    Raises
    ------
    ConfigError : a value that cannot be used
    """

    loss: str = "cross_entropy"
    optimizer: str = "adam"
    learning_rate: float = 0.001
    momentum: float = 0.9
    batch_size: int = 64
    epochs: int = 5
    weight_decay: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    max_norm: float = 0.0
    input_dropout: float = 0.0
    hidden_dropout: float = 0.0
    label_smoothing: float = 0.0
    clip_norm: float = 0.0
    averaging: float = 0.0
    patience: int = 0
    pretrain_epochs: int = 0
    seed: int = 0
    threads: int = 0
    schedule: str = "constant"
    optimizer_options: Mapping[str, float] = field(default_factory=dict, hash=False)
    schedule_options: Mapping[str, float] = field(default_factory=dict, hash=False)
    augmentation: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        check_choice("loss", self.loss, LOSSES)
        check_choice("optimizer", self.optimizer, OPTIMIZERS)
        check_choice("schedule", self.schedule, SCHEDULES)
        check_number("learning_rate", self.learning_rate, 0, MAX_LEARNING_RATE, above=True)
        for name, maximum in _NUMBERS_FROM_ZERO.items():
            check_number(name, getattr(self, name), 0, maximum)
        check_whole("batch_size", self.batch_size, 1, MAX_BATCH_SIZE)
        check_whole("epochs", self.epochs, 1, MAX_EPOCHS)
        check_whole("patience", self.patience, 0, MAX_EPOCHS)
        check_whole("pretrain_epochs", self.pretrain_epochs, 0, MAX_PRETRAIN_EPOCHS)
        check_whole("seed", self.seed, 0, MAX_SEED)
        check_whole("threads", self.threads, 0, MAX_THREADS)
        check_options("optimizer_options", self.optimizer_options, OPTIMIZERS[self.optimizer].options)
        check_options("schedule_options", self.schedule_options, SCHEDULES[self.schedule].options)
        check_options("augmentation", self.augmentation, AUGMENTATIONS)

    def optimizer_arguments(self) -> dict[str, float]:
        """Return the keyword arguments for the optimiser's class."""
        names = {option.name for option in OPTIMIZERS[self.optimizer].options}
        return ({"momentum": self.momentum} if "momentum" in names else {}) | dict(self.optimizer_options)


_NUMBERS_FROM_ZERO = {
    "momentum": 0.9999,
    "weight_decay": 10,
    "l1": 10,
    "l2": 10,
    "max_norm": 1000,
    "input_dropout": 0.95,
    "hidden_dropout": 0.95,
    "label_smoothing": 0.9,
    "clip_norm": 1e6,
    "averaging": 0.99999,
}


def parse_hidden(text: str) -> tuple[int, ...]:
    """Return hidden layer sizes from text such as "128, 64"; full-width commas and spaces are fine, empty is none.

    Raises
    ------
    ConfigError : not a list of whole numbers in range
    """
    parts = _plain(text).replace(",", " ").split()
    try:
        sizes = tuple(int(part) for part in parts)
    except ValueError:
        raise ConfigError("hidden", text, LayerSizes()) from None
    if len(sizes) > MAX_HIDDEN_LAYERS or any(not 1 <= size <= MAX_UNITS for size in sizes):
        raise ConfigError("hidden", text, LayerSizes())
    return sizes


def parse_whole(field: str, text: str) -> int:
    """Return the whole number in `text`; the range is checked by the config itself.

    Raises
    ------
    ConfigError : not a whole number
    """
    try:
        return int(_plain(text).strip())
    except ValueError:
        raise ConfigError(field, text, "a whole number") from None


def parse_number(field: str, text: str) -> float:
    """Return the number in `text`; a decimal comma is a decimal point. The range is checked by the config itself.

    Raises
    ------
    ConfigError : not a finite number
    """
    try:
        value = float(_plain(text).strip().replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ConfigError(field, text, "a number")
    return value


def _plain(text: str) -> str:
    """Return `text` with the full-width comma, stop and ideographic comma of East Asian keyboards made plain."""
    return text.translate({ord("，"): ",", ord("、"): ",", ord("．"): ".", ord("−"): "-"})
