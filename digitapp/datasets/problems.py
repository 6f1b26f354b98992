"""The problems a network can be put to: what goes in, the classes, the data sets to learn from, and where to begin.

Nothing else in the program asks which problem it has before it: what a problem cannot do, such as showing a picture of
an input that is none, it says of itself. Its words for people are found by the keys it carries.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.ink import Drawing
from digitapp.drawing.point import Point
from digitapp.drawing.samples import sample_three, sample_zero


class Inputs(StrEnum):
    """What the inputs of a network are made from."""

    STROKES = "strokes"
    """Ink or a picture of it, prepared on the road that `drawing.preprocess` describes."""
    GRID = "grid"
    """Pixels that are on or off, set one by one."""
    POINTS = "points"
    """Numbers that are no picture, such as a place in a plane."""


@dataclass(frozen=True)
class Preset:
    """Settings worth starting from: what of `NetworkConfig` and `TrainConfig` differs from the defaults there.

    Attributes
    ----------
    key : str, by which its words are found
    network, training : settings by name
    dataset : str, name for `load_dataset` of the data that it is about; empty where any will do
    pace : int or None, batches a second at which what it shows can be followed; None for the problem's
    """

    key: str
    network: Mapping[str, Any] = field(default_factory=dict, hash=False)
    training: Mapping[str, Any] = field(default_factory=dict, hash=False)
    dataset: str = ""
    pace: int | None = None


@dataclass(frozen=True)
class Problem:
    """What every page shares: what a network sees and the classes it tells apart.

    Attributes
    ----------
    key : str, the name in files, options and settings
    title : str, the name for people, where they are not told it in their language
    inputs : Inputs, what the inputs are made from
    rows, columns : int, how the inputs are laid out, row by row from the top: the pixels of a picture, or a row of
        numbers; a network has rows × columns inputs
    class_names : tuple of str, one per class; label k means class_names[k]
    fewest_classes : int, how many of them, the first ones, data and a network have at least; all of them by default
    datasets : tuple of str, names for `load_dataset`, the usual one first
    fetched : tuple of str, those of them that are MNIST's four files, which have to be brought onto the computer
        first; the others are always at hand
    is_made : bool, whether data sets are made to order: their names may go on with settings, such as ",noise=0.2"
    hand : str, name for `load_dataset` of the drawings that the user collects; empty where none are collected
    preprocessing : str, the name in model files of the road to the input: "binary_grid" or "mnist"
    shipped_models : tuple of str, names of the trained models that come with the program, the one to begin with first
    presets : tuple of Preset, the one to begin with first; where there is none, the defaults of the settings do
    pace : int, how many batches a second a run learns unless another pace was chosen; 0 for as many as it can
    input_names : tuple of str, one for each input that is a number; empty for pixels, which are called by their place
    samples : str, what the data consist of, as a key for words: "images", "digits" or "points"
    has_test : bool, whether its data sets keep samples aside that neither train nor validate, to be measured on last
    has_tale : bool, whether the tale of the demons is told of its networks, see `inspection.tale`
    sample : something to look at for who has not drawn anything yet, or None
    """

    key: str
    title: str
    inputs: Inputs
    rows: int
    columns: int
    class_names: tuple[str, ...]
    datasets: tuple[str, ...] = ()
    preprocessing: str = ""
    presets: tuple[Preset, ...] = ()
    shipped_models: tuple[str, ...] = ()
    fetched: tuple[str, ...] = ()
    hand: str = ""
    pace: int = 0
    input_names: tuple[str, ...] = ()
    samples: str = "images"
    has_tale: bool = False
    sample: Drawing | BinaryGrid | Point | None = None
    fewest_classes: int = 0
    is_made: bool = False
    has_test: bool = False

    @property
    def features(self) -> int:
        """Return the number of inputs, rows × columns."""
        return self.rows * self.columns

    @property
    def shape(self) -> tuple[int, int]:
        """Return rows and columns."""
        return self.rows, self.columns

    @property
    def classes(self) -> int:
        """Return the number of classes."""
        return len(self.class_names)

    def of_classes(self, count: int) -> "Problem":
        """Return the problem with its first classes alone, as many as data have or a network tells apart.

        Never fewer than `fewest_classes`. Raises ValueError for more than there are.
        """
        if count > self.classes:
            raise ValueError(f"the problem {self.key} has {self.classes} classes, not {count}")
        count = max(count, self.fewest_classes or self.classes)
        return self if count == self.classes else replace(self, class_names=self.class_names[:count])

    @property
    def is_drawn(self) -> bool:
        """Return whether there are strokes and a road from them to the input."""
        return self.inputs is Inputs.STROKES

    @property
    def has_picture(self) -> bool:
        """Return whether an input can be looked at as a picture, and varied and changed as one."""
        return self.inputs is not Inputs.POINTS

    @property
    def is_plane(self) -> bool:
        """Return whether an input is a place in a plane, so that what a network answers everywhere can be painted."""
        return self.inputs is Inputs.POINTS and self.features == 2

    @property
    def blank(self) -> Drawing | BinaryGrid | Point:
        """Return the drawing that nothing has been drawn on."""
        if self.inputs is Inputs.STROKES:
            return Drawing()
        return BinaryGrid.blank(*self.shape) if self.inputs is Inputs.GRID else Point()

    @property
    def usual_dataset(self) -> str:
        """Return the name of the data set to begin with."""
        return self.datasets[0]

    @property
    def dataset_at_hand(self) -> str:
        """Return the name of a data set that is there although nothing was fetched; empty where there is none."""
        return next((name for name in self.datasets if name not in self.fetched), "")


MY_HAND = "my-hand"
"""The name for `load_dataset` of the digits that the user has collected."""

MY_IMAGES = "my-images"
"""The name of the images that the user has drawn in the place of a problem's own, where pixels are set by hand."""

MY_POINTS = "my-points"
"""The name of the points that the user has set in a plane, or read from a table."""

TOY = Problem(
    key="toy",
    title="0 or 1 on 4×3 pixels",
    inputs=Inputs.GRID,
    rows=4,
    columns=3,
    class_names=("0", "1"),
    datasets=("toy",),
    preprocessing="binary_grid",
    shipped_models=("toy",),
    pace=1000,  # at full speed it is done before the eye has found it
    presets=(
        Preset(
            "classic",
            {"hidden": (3,), "activation": "sigmoid", "initializer": "normal"},
            # Almost every seed learns the toy whole. With this one each unit also says something of its own: A wakes
            # for every 0, B for the 0s and some 1s, C for the 1s.
            {
                "loss": "squared_error",
                "optimizer": "sgd",
                "learning_rate": 3.0,
                "batch_size": 8,
                "epochs": 500,
                "seed": 44,
            },
        ),
        Preset(
            "blink",
            {"hidden": (6,), "activation": "relu", "initializer": "he"},
            {"optimizer": "adam", "learning_rate": 0.02, "batch_size": 8, "epochs": 100},
        ),
        Preset(
            "one-unit",
            {"hidden": (1,), "activation": "sigmoid", "initializer": "normal"},
            {"loss": "squared_error", "optimizer": "sgd", "learning_rate": 3.0, "batch_size": 8, "epochs": 300},
        ),
        Preset(
            "alike",
            {"hidden": (3,), "activation": "sigmoid", "initializer": "zeros"},
            {"loss": "squared_error", "optimizer": "sgd", "learning_rate": 3.0, "batch_size": 8, "epochs": 300},
        ),
    ),
    has_tale=True,
    sample=sample_zero(),
)

MNIST = Problem(
    key="mnist",
    title="Digits on 28×28 pixels",
    inputs=Inputs.STROKES,
    rows=28,
    columns=28,
    class_names=tuple("0123456789"),
    datasets=("mnist", "handwriting"),
    fetched=("mnist",),
    hand=MY_HAND,
    preprocessing="mnist",
    has_test=True,
    shipped_models=("everyday", "record", "mnist"),
    presets=(
        Preset(
            "quick",
            {"hidden": (128,), "activation": "relu", "initializer": "he"},
            {"optimizer": "adam", "learning_rate": 0.001, "batch_size": 64, "epochs": 5},
        ),
        Preset(
            "longer",
            {"hidden": (256, 128), "activation": "relu", "initializer": "he"},
            {"optimizer": "adam", "learning_rate": 0.001, "batch_size": 128, "epochs": 12, "weight_decay": 0.01},
        ),
        Preset(
            "textbook",
            {"hidden": (30,), "activation": "sigmoid", "initializer": "normal"},
            {"loss": "squared_error", "optimizer": "sgd", "learning_rate": 3.0, "batch_size": 10, "epochs": 10},
        ),
        Preset(
            "no-hidden",
            {"hidden": (), "initializer": "glorot"},
            {"optimizer": "adam", "learning_rate": 0.001, "batch_size": 64, "epochs": 5},
        ),
        Preset(
            "too-fast",
            {"hidden": (128,), "activation": "leaky_relu", "initializer": "he"},
            {"optimizer": "momentum", "learning_rate": 2.0, "batch_size": 64, "epochs": 5},
        ),
    ),
    samples="digits",
    sample=sample_three(),
)

_NOISY = "plane:moons,count=120,noise=0.2,seed=2"  # few points, and one in eight on the wrong side
_TWO_HEAPS = "plane:blobs-2,count=80,noise=0.25"


def _in_the_plane(
    key: str, dataset: str, hidden: tuple[int, ...], activation: str = "relu", pace: int | None = None, **training: Any
) -> Preset:
    usual = {"optimizer": "adam", "learning_rate": 0.03, "batch_size": 32, "epochs": 400}
    network = {"hidden": hidden, "activation": activation, "initializer": "he" if activation == "relu" else "glorot"}
    return Preset(key, network, usual | training, dataset, pace)


PLANE = Problem(
    key="plane",
    title="Points in a plane",
    inputs=Inputs.POINTS,
    rows=1,
    columns=2,
    input_names=("x", "y"),
    class_names=tuple("ABCD"),
    fewest_classes=2,
    datasets=(
        "plane:moons",
        "plane:circles",
        "plane:spirals-2",
        "plane:spirals-3",
        "plane:xor",
        "plane:blobs-2",
        "plane:blobs-3",
        "plane:blobs-4",
        "plane:line",
    ),
    is_made=True,
    preprocessing="coordinates",
    pace=300,  # fast enough not to wait, and slow enough to see the border move
    presets=(
        _in_the_plane("bend", "plane:moons", (6, 2), "tanh"),
        _in_the_plane("too-few", _NOISY, (3,), epochs=1200),
        _in_the_plane("just-right", _NOISY, (6,), epochs=1200),
        _in_the_plane("too-many", _NOISY, (20,), epochs=1200, seed=2),
        _in_the_plane("held-0.001", _NOISY, (20,), epochs=1200, seed=2, l2=0.001),
        _in_the_plane("held-0.01", _NOISY, (20,), epochs=1200, seed=2, l2=0.01),
        _in_the_plane("held-0.1", _NOISY, (20,), epochs=1200, seed=2, l2=0.1),
        _in_the_plane("xor-no-hidden", "plane:xor", (), "tanh"),
        _in_the_plane("xor-hidden", "plane:xor", (4,), "tanh"),
        _in_the_plane(
            "perceptron",
            "plane:line,count=60,noise=0",
            (),
            "tanh",
            pace=5,
            loss="perceptron",
            optimizer="sgd",
            learning_rate=0.1,
            batch_size=1,
            epochs=20,
        ),
        _in_the_plane("softmax", _TWO_HEAPS, (), "tanh", optimizer="sgd", learning_rate=0.3, l2=0.03),
        _in_the_plane("hinge", _TWO_HEAPS, (), "tanh", loss="hinge", optimizer="sgd", learning_rate=0.3, l2=0.03),
        _in_the_plane("three-arms", "plane:spirals-3", (20, 20), learning_rate=0.01),
    ),
    samples="points",
    sample=Point((0.4, 0.2)),
)

PROBLEMS: dict[str, Problem] = {problem.key: problem for problem in (TOY, PLANE, MNIST)}
"""Every problem by its key; `datasets.load.LOADERS` says how the data sets are loaded."""

FIRST = MNIST
"""The problem that the window begins with, and that images in a folder belong to."""


def problem_of(dataset: str) -> Problem | None:
    """Return the problem that offers a data set of this name; None for a folder."""
    base = base_name(dataset)
    return next((problem for problem in PROBLEMS.values() if _offers(problem, base)), None) if base else None


def base_name(dataset: str) -> str:
    """Return the name of a data set without the settings that one made to order is called with."""
    base = dataset.partition(",")[0]
    return base if any(problem.is_made and _offers(problem, base) for problem in PROBLEMS.values()) else dataset


def _offers(problem: Problem, name: str) -> bool:
    return name in (*problem.datasets, problem.hand)
