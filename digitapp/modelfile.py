"""Save and load trained networks: safetensors with one JSON object in the header.

The tensors are `layers.0.weight` of shape (fan_in, fan_out), `layers.0.bias` of shape (fan_out,), and so on, where
fan_out is the layer's size, or k times as much for maxout with k pieces. Normalisation is folded into them. The file's
header holds, under `digitapp`, a JSON object with the format version, layer sizes, activations, loss, problem, class
names, preprocessing, the record of the training, and `calibration` where it was fitted: the temperature of the
probabilities and the threshold below which an answer is refused. Nothing in a file is executed, and everything is
checked before anything is used: a file may come from anywhere.

Source: the safetensors format, https://huggingface.co/docs/safetensors (section "Format").
"""

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from digitapp.atomic import atomic_write_bytes
from digitapp.calibration import UNCALIBRATED, Calibration
from digitapp.datasets.problems import PROBLEMS
from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.losses import LOSSES
from digitapp.nn.network import Network
from digitapp.plain import plain
from digitapp.regular import open_regular
from digitapp.resources import shipped_models_dir
from digitapp.training.config import MAX_HIDDEN_LAYERS, MAX_UNITS
from digitapp.training.record import sound_record

FORMAT_VERSION = 1
SUFFIX = ".safetensors"

_METADATA_KEY = "digitapp"
_BYTES_PER_VALUE = {"F32": 4, "F16": 2}
# Far more than a record of a long training takes, far less than would fill the memory.
_MOST_HEADER_BYTES = 16 << 20
_MOST_SIZE = 1 << 31  # of a dimension, before it is known what it should be
_MOST_LAYERS = MAX_HIDDEN_LAYERS + 2
_MOST_PARAMETERS = 50_000_000  # twice as many as can be trained here: 200 MB
_FEWEST_CLASSES = 2


class ModelFileError(Exception):
    """A model file that cannot be read, written or used.

    Attributes
    ----------
    path : Path
    reason : str, what is wrong and what was expected
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class ModelNotFoundError(ModelFileError):
    """Neither a file of this path nor a shipped model of this name; `shipped` holds the names there are."""

    def __init__(self, path: Path, shipped: tuple[str, ...]) -> None:
        names = ", ".join(shipped) or "none"
        super().__init__(path, f"there is no such model; expected a file, or the name of a shipped model ({names})")
        self.shipped = shipped


class ModelAccessError(ModelFileError):
    """The operating system refuses to read or write the file."""


class ModelDamagedError(ModelFileError):
    """Not a safetensors file, or one that is cut short or altered."""


class ForeignModelError(ModelFileError):
    """A sound safetensors file that another program wrote."""


class ModelVersionError(ModelFileError):
    """A file of a later format than this program knows; `version` is the file's."""

    def __init__(self, path: Path, version: int) -> None:
        found = f"format version {_shorten(version)} is newer than this program reads"
        reason = f"{found}; expected at most {FORMAT_VERSION}"
        super().__init__(path, reason)
        self.version = version


class ModelContentError(ModelFileError):
    """A model whose parts contradict each other, or with values no network can have."""


@dataclass(frozen=True, eq=False)
class Model:
    """A network with all that is needed to use it.

    Attributes
    ----------
    network : Network
    loss : str, key of the loss it was trained with; decides how its outputs become probabilities
    problem : str, key of the problem it solves
    class_names : tuple of str, one per output; perhaps fewer than the problem has
    preprocessing : str, the road from drawing to input that it expects
    training : mapping, how it was trained (config, seed, data set, results), JSON values; may be empty
    name : str, for people; a loaded model carries its file's name without the suffix
    calibration : what makes its probabilities honest and which answers count; by default neither is changed
    """

    network: Network
    loss: str
    problem: str
    class_names: tuple[str, ...]
    preprocessing: str
    training: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    calibration: Calibration = UNCALIBRATED

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """Return the probability of each class, shape (batch, classes), for inputs of shape (batch, features)."""
        return self.calibration.probabilities(self.loss, self.network.forward(x))


def shipped_models() -> list[tuple[str, Path]]:
    """Return name and path of each model that comes with the program, sorted by name."""
    return [(path.stem, path) for path in sorted(shipped_models_dir().glob(f"*{SUFFIX}"))]


def save_model(model: Model, path: str | os.PathLike[str], *, half_precision: bool = False) -> None:
    """Write a model file, whole or not at all; parameters are stored as float32, normalisation is folded into them.

    With `half_precision` they are rounded to float16, which halves the file; loading turns them into float32 again.

    Raises
    ------
    ModelContentError : weights that are not finite, a training record that is not JSON, parts that do not match
    ModelAccessError : the folder cannot be written, the disk is full
    """
    path = Path(path)
    header: dict[str, Any] = {
        "format": FORMAT_VERSION,
        "sizes": list(model.network.sizes),
        "activations": list(model.network.activations),
        "loss": model.loss,
        "problem": model.problem,
        "class_names": list(model.class_names),
        "preprocessing": model.preprocessing,
        "training": dict(model.training),
    }
    if model.calibration != UNCALIBRATED:
        header["calibration"] = asdict(model.calibration)
    try:
        text = json.dumps(header, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise ModelContentError(path, f"the training record cannot be written as JSON ({error})") from error
    description = _Description.from_json(path, text)
    tensors: dict[str, np.ndarray] = {}
    network = model.network.folded()
    stored = np.float16 if half_precision else np.float32
    for layer, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        # safetensors stores memory as it lies: a view in another order would be written scrambled.
        tensors[f"layers.{layer}.weight"] = np.ascontiguousarray(weight, dtype=stored)
        tensors[f"layers.{layer}.bias"] = np.ascontiguousarray(bias, dtype=stored)
    description.check_shapes(path, {name: tensor.shape for name, tensor in tensors.items()})
    _check_finite(path, tensors)
    data = safetensors.numpy.save(tensors, metadata={_METADATA_KEY: text})
    try:
        atomic_write_bytes(path, data)
    except OSError as error:
        raise ModelAccessError(path, f"cannot be written: {error.strerror or error}") from error


def load_model(path_or_name: str | os.PathLike[str]) -> Model:
    """Load a model from a file, or a shipped model by its name.

    What is a name of a shipped model means that one, whatever lies in the folder that the program was started in; a
    file of the same name is meant by a path with a slash, such as ./mnist. Names come back as they may be shown, and
    of the training record what is as this program writes it.

    Raises
    ------
    ModelFileError : one of its subclasses, whatever the file holds
    """
    path = path_of_model(path_or_name)
    try:
        return _loaded(path)
    except MemoryError as error:
        raise ModelAccessError(path, "there is not enough memory for it") from error


def _loaded(path: Path) -> Model:
    description, tensors = _read(path)
    network = Network(description.sizes, description.activations)
    for layer, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        weight[...] = tensors[f"layers.{layer}.weight"]
        bias[...] = tensors[f"layers.{layer}.bias"]
    if not _is_finite(network.parameters):
        _check_finite(path, tensors)
        raise ModelContentError(path, "there are values that are too large for single precision")
    return Model(
        network=network,
        loss=description.loss,
        problem=description.problem,
        class_names=tuple(map(plain, description.class_names)),
        preprocessing=description.preprocessing,
        training=sound_record(description.training),
        name=plain(path.stem),
        calibration=description.calibration,
    )


@dataclass(frozen=True)
class _Description:
    """The JSON object of the header, checked: what the tensors must look like and what they mean."""

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str
    problem: str
    class_names: tuple[str, ...]
    preprocessing: str
    training: Mapping[str, Any]
    calibration: Calibration

    @classmethod
    def from_json(cls, path: Path, text: str) -> "_Description":
        """Parse and check; raise `ModelContentError` or `ModelVersionError`."""
        fields = _parse_json(path, text)
        version = fields.get("format")
        if type(version) is not int or version < 1:
            raise ModelContentError(path, f"the format version is {_shorten(version)}; expected a whole number from 1")
        if version > FORMAT_VERSION:
            raise ModelVersionError(path, version)
        training = fields.get("training", {})
        if not isinstance(training, dict):
            raise ModelContentError(path, "the training record is not a JSON object")
        description = cls(
            sizes=_sequence(path, fields, "sizes", int),
            activations=_sequence(path, fields, "activations", str),
            loss=_one_of(path, "loss", fields.get("loss"), LOSSES),
            problem=_one_of(path, "problem", fields.get("problem"), PROBLEMS),
            class_names=_sequence(path, fields, "class_names", str),
            preprocessing=fields.get("preprocessing", ""),
            training=training,
            calibration=_calibration(path, fields.get("calibration", {})),
        )
        description._check(path)
        return description

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each tensor by its name."""
        shapes: dict[str, tuple[int, ...]] = {}
        for layer, ((fan_in, units), key) in enumerate(zip(pairwise(self.sizes), self.activations, strict=True)):
            fan_out = units * ACTIVATIONS[key].pieces
            shapes[f"layers.{layer}.weight"] = (fan_in, fan_out)
            shapes[f"layers.{layer}.bias"] = (fan_out,)
        return shapes

    def check_shapes(self, path: Path, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Check that a file has just the tensors of this network; raise `ModelContentError`."""
        expected = self.shapes
        missing, surplus = expected.keys() - shapes.keys(), shapes.keys() - expected.keys()
        if missing or surplus:
            found = f"it lacks the tensor {min(missing)}" if missing else f"it has a tensor {_shorten(min(surplus))}"
            raise ModelContentError(path, f"{found}; expected weight and bias of {len(self.activations)} layers")
        for name, shape in expected.items():
            if shapes[name] != shape:
                raise ModelContentError(path, f"the shape of {name} is {shapes[name]}; expected {shape}")

    def _check(self, path: Path) -> None:
        """Check that the parts fit each other."""
        if not 2 <= len(self.sizes) <= _MOST_LAYERS or not 1 <= min(self.sizes) <= max(self.sizes) <= MAX_UNITS:
            found = f"the layer sizes are {_shorten(self.sizes)}"
            raise ModelContentError(path, f"{found}; expected 2 to {_MOST_LAYERS}, each from 1 to {MAX_UNITS:,}")
        if len(self.activations) != len(self.sizes) - 1:
            found = f"{len(self.activations)} activations for {len(self.sizes)} layer sizes"
            raise ModelContentError(path, f"there are {found}; expected one fewer than sizes")
        for activation in self.activations:
            _one_of(path, "activation", activation, ACTIVATIONS)
        wanted = LOSSES[self.loss].output_activation
        if self.activations[-1] != wanted:
            found = f"the output activation is {self.activations[-1]!r}"
            raise ModelContentError(path, f"{found}; the loss {self.loss!r} expects {wanted!r}")
        if len(self.class_names) != self.sizes[-1]:
            raise ModelContentError(path, f"there are {len(self.class_names)} class names for {self.sizes[-1]} outputs")
        shown = {plain(name).strip() for name in self.class_names}
        if len(shown) < len(self.class_names) or "" in shown:
            raise ModelContentError(
                path, f"the class names are {_shorten(self.class_names)}; expected each to be distinct"
            )
        problem = PROBLEMS[self.problem]
        if not _FEWEST_CLASSES <= len(self.class_names) <= problem.classes:
            found = f"the network tells {len(self.class_names)} classes apart"
            raise ModelContentError(path, f"{found}; expected {_FEWEST_CLASSES} to {problem.classes}")
        if sum(map(prod, self.shapes.values())) > _MOST_PARAMETERS:
            found = f"the network has more than {_MOST_PARAMETERS:,} parameters"
            raise ModelContentError(path, f"{found}, the most that is read")
        if self.sizes[0] != problem.features:
            found = f"the network has {self.sizes[0]} inputs"
            raise ModelContentError(path, f"{found}; the problem {self.problem!r} expects {problem.features}")
        if self.preprocessing != problem.preprocessing:
            found = f"the preprocessing is {_shorten(self.preprocessing)}"
            raise ModelContentError(path, f"{found}; the problem {self.problem!r} expects {problem.preprocessing!r}")


def path_of_model(path_or_name: str | os.PathLike[str]) -> Path:
    """Return the path of the shipped model of this name, or of any other file that is there.

    Raises ModelNotFoundError, or ModelAccessError for a folder and for what cannot be looked at.
    """
    path, shipped = Path(path_or_name), dict(shipped_models())
    if os.fspath(path_or_name) in shipped:
        return shipped[path.name]
    try:
        is_there, is_folder = path.exists(), path.is_dir()
    except (OSError, ValueError) as error:
        raise ModelAccessError(path, f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if is_folder:
        raise ModelAccessError(path, "this is a folder; expected a model file")
    if not is_there:
        raise ModelNotFoundError(path, tuple(shipped))
    return path


def _read(path: Path) -> tuple[_Description, dict[str, np.ndarray]]:
    """Read and check a file.

    The values come last: only once the header is sound, describes a network of just these tensors, and the file has
    just the size that they take, so that nothing larger than a model is ever read into memory.
    """
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or not 2 <= length <= min(size - 8, _MOST_HEADER_BYTES):
                raise ModelDamagedError(path, f"this is not a safetensors file, or it is cut short ({size:,} bytes)")
            text, shapes, data_bytes = _parse_header(path, file.read(length))
            if size != 8 + length + data_bytes:
                found = f"the file has {size:,} bytes; expected the {8 + length + data_bytes:,} its header announces"
                raise ModelDamagedError(path, found)
            description = _Description.from_json(path, text)
            description.check_shapes(path, shapes)
            file.seek(0)
            data = file.read(size)
    except OSError as error:
        raise ModelAccessError(path, f"cannot be read: {error.strerror or error}") from error
    try:
        tensors = safetensors.numpy.load(data)
    except safetensors.SafetensorError as error:
        raise ModelDamagedError(path, f"this is not a sound safetensors file ({_shorten(str(error))})") from error
    return description, tensors


def _parse_header(path: Path, raw: bytes) -> tuple[str, dict[str, tuple[int, ...]], int]:
    """Return this program's JSON text in a header, the shape of each tensor and the bytes that all take."""
    try:
        entries = _parse_json(path, raw.decode())
    except (UnicodeDecodeError, ModelContentError) as error:
        raise ModelDamagedError(path, "the header is not the JSON of a safetensors file") from error
    metadata = entries.pop("__metadata__", None)
    if not isinstance(metadata, dict) or not isinstance(metadata.get(_METADATA_KEY), str):
        raise ForeignModelError(path, "this safetensors file was not written by digitapp")
    shapes: dict[str, tuple[int, ...]] = {}
    data_bytes = 0
    for name, entry in entries.items():
        dtype, shape = (entry.get("dtype"), entry.get("shape")) if isinstance(entry, dict) else (None, None)
        if not isinstance(shape, list) or not all(type(size) is int and 0 < size < _MOST_SIZE for size in shape[:3]):
            raise ModelDamagedError(path, f"the header does not say what {_shorten(name)} is")
        if not isinstance(dtype, str) or dtype not in _BYTES_PER_VALUE or len(shape) > 2:
            found = f"{_shorten(name)} is an array of {_shorten(dtype)} with {len(shape)} dimensions"
            raise ModelContentError(path, f"{found}; expected {' or '.join(_BYTES_PER_VALUE)} with 1 or 2")
        shapes[name] = tuple(shape)
        data_bytes += prod(shape) * _BYTES_PER_VALUE[dtype]
    return metadata[_METADATA_KEY], shapes, data_bytes


def _check_finite(path: Path, tensors: Mapping[str, np.ndarray]) -> None:
    for name, values in tensors.items():
        if not _is_finite(values):
            raise ModelContentError(path, f"there are values in {name} that are not finite numbers")


def _is_finite(values: np.ndarray) -> bool:
    """Return whether all values are finite numbers, without room for an answer about each."""
    return bool(np.isfinite(values.min()) and np.isfinite(values.max()))


def _parse_json(path: Path, text: str) -> dict[str, Any]:
    """Parse a JSON object, refusing what readers of JSON differ over: NaN, infinities and keys that occur twice."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise ModelContentError(path, f"the description of the model is not JSON ({error})") from error
    if not isinstance(value, dict):
        raise ModelContentError(path, "the description of the model is not a JSON object")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key occurs twice")
    return value


def _calibration(path: Path, fields: object) -> Calibration:
    if not isinstance(fields, dict) or not fields.keys() <= {"temperature", "threshold"}:
        raise ModelContentError(path, "the calibration is not an object with a temperature and a threshold")
    try:
        return Calibration(**fields)
    except ValueError as error:
        raise ModelContentError(path, str(error)) from error


def _sequence(path: Path, fields: Mapping[str, Any], name: str, kind: type) -> tuple[Any, ...]:
    value = fields.get(name)
    if not isinstance(value, list) or not all(type(item) is kind for item in value):
        wanted = {int: "whole numbers", str: "texts"}[kind]
        raise ModelContentError(path, f"the field {name} is {_shorten(value)}; expected a list of {wanted}")
    return tuple(value)


def _one_of(path: Path, name: str, value: object, known: Collection[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise ModelContentError(path, f"the {name} is {_shorten(value)}; expected {' or '.join(known)}")
    return value


def _shorten(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
