"""Expressions that textbooks explain with, each with the values that they explain it at."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Example:
    """An expression to begin with.

    Attributes
    ----------
    key : names it
    text : as it is typed
    values : of its inputs; those of vectors stand in the text
    """

    key: str
    text: str
    values: dict[str, float] = field(default_factory=dict)


# Source: Stanford's course CS231n, notes "Backpropagation, Intuitions", whose circuits these are, but for the branch.
EXAMPLES = (
    Example("gates", "2*(x*y + max(z, w))", {"x": 3, "y": -4, "z": 2, "w": -1}),
    Example("product", "(x + y)·z", {"x": -2, "y": 5, "z": -4}),
    Example("neuron", "1/(1 + exp(−(w0·x0 + w1·x1 + w2)))", {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}),
    Example("staged", "(x + σ(y))/(σ(x) + (x + y)²)", {"x": 3, "y": -4}),
    Example("branch", "x·y + x²", {"x": 2, "y": -3}),
    Example("vectors", "sum((W·x)²) where W = [[0.1, 0.5], [−0.3, 0.8]], x = [0.2, 0.4]"),
)

DEFAULTS = (3.0, -4.0, 2.0, -1.0, 0.5, -2.0, 1.0, -0.5)
"""The values of inputs that nobody has chosen one for, in turn."""
