"""The problems a network can be put to: an input grid, the classes, and the data sets to learn from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """What every page shares: the grid a network sees and the classes it tells apart.

    Attributes
    ----------
    key : str, the name in files, options and settings
    title : str, the name for people
    rows, columns : int, the input grid in pixels; a network has rows × columns inputs, row by row from the top
    class_names : tuple of str, one per class; label k means class_names[k]
    datasets : tuple of str, names for `load_dataset`, the usual one first
    preprocessing : str, the road from drawing to input: "binary_grid" (cells are set by hand) or "mnist"
    shipped_models : tuple of str, names of the trained models that come with the program, the one to begin with first
    """

    key: str
    title: str
    rows: int
    columns: int
    class_names: tuple[str, ...]
    datasets: tuple[str, ...]
    preprocessing: str
    shipped_models: tuple[str, ...]

    @property
    def features(self) -> int:
        """Return the number of inputs, rows × columns."""
        return self.rows * self.columns

    @property
    def shipped_model(self) -> str:
        """Return the name of the model to begin with."""
        return self.shipped_models[0]

    @property
    def classes(self) -> int:
        """Return the number of classes."""
        return len(self.class_names)


TOY = Problem(
    key="toy",
    title="0 or 1 on 4×3 pixels",
    rows=4,
    columns=3,
    class_names=("0", "1"),
    datasets=("toy",),
    preprocessing="binary_grid",
    shipped_models=("toy",),
)

MNIST = Problem(
    key="mnist",
    title="Digits on 28×28 pixels",
    rows=28,
    columns=28,
    class_names=tuple("0123456789"),
    datasets=("mnist", "handwriting"),
    preprocessing="mnist",
    shipped_models=("everyday", "record", "mnist"),
)

PROBLEMS: dict[str, Problem] = {problem.key: problem for problem in (TOY, MNIST)}

MY_HAND = "my-hand"
"""The name for `load_dataset` of the digits that the user has collected; they belong to `MNIST`'s problem."""
