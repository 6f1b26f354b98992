"""What the gates are called, what they compute, and what they do with a gradient."""

from __future__ import annotations

import re

from digitapp.gui.translation import translate
from digitapp.lab.circuit.examples import Example
from digitapp.lab.circuit.graph import Graph
from digitapp.lab.circuit.operations import Operation, Role

LONGEST_NAME = 12  # of a part of the expression that is named in a formula


def role_word(role: Role) -> str:
    """Return the one word under a gate."""
    return {
        Role.HANDS_ON: translate("Circuit", "distributes"),
        Role.SUBTRACTS: translate("Circuit", "distributes"),
        Role.SWAPS: translate("Circuit", "swaps"),
        Role.DIVIDES: translate("Circuit", "divides"),
        Role.CHOOSES: translate("Circuit", "routes"),
        Role.SCALES: translate("Circuit", "scales"),
        Role.SLOPES: translate("Circuit", "× slope"),
        Role.SPREADS: translate("Circuit", "spreads"),
    }[role]


def forward_title(operation: Operation) -> str:
    """Return what a gate is called."""
    return {
        "add": translate("Circuit", "Add"),
        "subtract": translate("Circuit", "Subtract"),
        "multiply": translate("Circuit", "Multiply"),
        "divide": translate("Circuit", "Divide"),
        "power": translate("Circuit", "Power"),
        "max": translate("Circuit", "Max"),
        "min": translate("Circuit", "Min"),
        "negate": translate("Circuit", "Minus"),
        "reciprocal": translate("Circuit", "One divided by"),
        "exp": translate("Circuit", "Exponential"),
        "log": translate("Circuit", "Logarithm"),
        "sin": translate("Circuit", "Sine"),
        "cos": translate("Circuit", "Cosine"),
        "tanh": translate("Circuit", "Hyperbolic tangent"),
        "sqrt": translate("Circuit", "Square root"),
        "sigmoid": translate("Circuit", "Sigmoid"),
        "scale": translate("Circuit", "Scale"),
        "shift": translate("Circuit", "Add a number"),
        "raise": translate("Circuit", "Power"),
        "sum": translate("Circuit", "Sum"),
        "product": translate("Circuit", "Product"),
    }[operation.key]


def backward_title(operation: Operation) -> str:
    """Return what a gate does with a gradient, in two or three words."""
    return {
        "add": translate("Circuit", "Add distributes"),
        "subtract": translate("Circuit", "Subtract distributes"),
        "multiply": translate("Circuit", "Multiply swaps"),
        "divide": translate("Circuit", "Divide divides"),
        "power": translate("Circuit", "A power multiplies by its slope"),
        "max": translate("Circuit", "Max routes"),
        "min": translate("Circuit", "Min routes"),
        "negate": translate("Circuit", "A minus turns the sign"),
        "reciprocal": translate("Circuit", "1 ÷ multiplies by its slope"),
        "exp": translate("Circuit", "exp multiplies by itself"),
        "log": translate("Circuit", "log divides"),
        "sin": translate("Circuit", "sin multiplies by its slope"),
        "cos": translate("Circuit", "cos multiplies by its slope"),
        "tanh": translate("Circuit", "tanh multiplies by its slope"),
        "sqrt": translate("Circuit", "√ multiplies by its slope"),
        "sigmoid": translate("Circuit", "σ multiplies by its slope"),
        "scale": translate("Circuit", "Scale scales"),
        "shift": translate("Circuit", "Adding a number hands on"),
        "raise": translate("Circuit", "A power multiplies by its slope"),
        "sum": translate("Circuit", "Sum spreads"),
        "product": translate("Circuit", "A product swaps"),
    }[operation.key]


def backward_text(operation: Operation) -> str:
    """Return what a gate does with the gradient that arrives, in a sentence or two."""
    own = {
        "shift": translate("Circuit", "A number that is always the same changes nothing about how f grows."),
        "negate": translate("Circuit", "The gradient gets the other sign: what grows on one side falls on the other."),
        "exp": translate("Circuit", "The slope of exp is its own value. Where the value is large, so is the gradient."),
        "log": translate("Circuit", "The slope of log is one divided by its input: small inputs get large gradients."),
        "tanh": translate(
            "Circuit", "Its slope is 1 minus the square of its value: 1 at zero, and next to nothing far from it."
        ),
        "sigmoid": translate(
            "Circuit", "Its slope is σ·(1 − σ): a quarter at most, and next to nothing where σ is near 0 or 1."
        ),
        "min": translate("Circuit", "The smaller input gets all of it, the other one nothing."),
        "product": translate(
            "Circuit",
            "Each factor gets the gradient that arrives, times the other factor, turned so that its own shape comes "
            "out.",
        ),
        "sqrt": translate("Circuit", "Its slope is 1/(2√x): without end where the input is 0."),
    }
    by_role = {
        Role.HANDS_ON: translate("Circuit", "Every input gets the same gradient, whatever its value."),
        Role.SUBTRACTS: translate(
            "Circuit", "The first input gets the gradient as it is, the second one with the other sign."
        ),
        Role.SWAPS: translate(
            "Circuit",
            "Each input gets the gradient that arrives, times the other input. A small input beside a large one gets "
            "the large gradient.",
        ),
        Role.DIVIDES: translate(
            "Circuit", "What is divided gets the gradient divided by the other; the divisor gets it times −a/b²."
        ),
        Role.CHOOSES: translate("Circuit", "The larger input gets all of it, the other one nothing."),
        Role.SCALES: translate("Circuit", "The gradient is multiplied by the number that the value is multiplied by."),
        Role.SLOPES: translate("Circuit", "The gradient is multiplied by the slope of its curve at this place."),
        Role.SPREADS: translate("Circuit", "Every entry gets the gradient as it is."),
    }
    return own.get(operation.key, by_role[operation.role])


def picture_of(operation: Operation) -> str:
    """Return which of the pictures of gates shows what a gate does."""
    by_role = {
        Role.HANDS_ON: "add",
        Role.SUBTRACTS: "add",
        Role.SWAPS: "multiply",
        Role.DIVIDES: "multiply",
        Role.CHOOSES: "max",
        Role.SCALES: "curve",
        Role.SLOPES: "curve",
        Role.SPREADS: "add",
    }
    return by_role[operation.role]


def example_title(example: Example) -> str:
    """Return what an example is called."""
    return {
        "gates": translate("Circuit", "Three gates"),
        "product": translate("Circuit", "A sum times z"),
        "neuron": translate("Circuit", "A neuron"),
        "staged": translate("Circuit", "In stages"),
        "branch": translate("Circuit", "A branch"),
        "vectors": translate("Circuit", "Vectors"),
    }[example.key]


def shown(text: str) -> str:
    """Return a part of an expression, or of a line of Python, as formulas are printed."""
    for typed, printed in (
        ("np.", ""),
        (" @ ", "·"),
        (".T", "ᵀ"),
        ("maximum", "max"),
        ("minimum", "min"),
        (" ** 2", "²"),
        ("**2", "²"),
        (" ** ", "^"),
        ("**", "^"),
        ("^2", "²"),
        (">=", "≥"),
        ("<=", "≤"),
        ("*", " × "),
        ("-", "−"),
    ):
        text = text.replace(typed, printed)
    return re.sub(r"\s+", " ", text).strip()


def names_of_inputs(graph: Graph, gate: int) -> list[str]:
    """Return what a gate's inputs are called in its formulas: what they stand for, a and b where that is long."""
    texts = [shown(graph.nodes[source].text) for source in graph.nodes[gate].sources]
    if max(map(len, texts)) <= LONGEST_NAME:
        return texts
    letters = translate("Circuit", "a"), translate("Circuit", "b")
    return [text if len(text) <= 3 else letter for text, letter in zip(texts, letters, strict=False)]
