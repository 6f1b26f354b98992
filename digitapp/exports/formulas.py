"""Activations and losses as a spreadsheet's formulas, in the form that is followed by hand.

A formula is a template whose placeholders stand for cells: {z} and {a} are a unit's weighted sum and its activation,
{t} its target; {A} and {T} are those of all outputs. Each loss has working columns of its own, one cell for each
output, and what stands in a column "e" is {e}, in the columns of all outputs {E}. The formulas are those of
`digitapp.nn`, where their sources are named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from digitapp import reasons
from digitapp.exports.errors import ExportError
from digitapp.nn.activations import ACTIVATIONS, GELU, LeakyReLU, ScaledTanh

Numbers = Mapping[str, np.ndarray]

LARGEST_EXPONENT = 700.0
"""A spreadsheet's EXP gives an error from 709.8 on."""


@dataclass(frozen=True)
class ActivationFormula:
    """An activation and its slope.

    Attributes
    ----------
    value : template of f(z); {Z} are the sums of all pieces of a unit, for a unit that has several
    slope : template of f'(z), of a piece
    raises_e : whether it has e^(−z), which has no value for very negative sums
    """

    value: str
    slope: str
    raises_e: bool = False


_TANH_OF_GELU = f"TANH({GELU.scale!r}*({{z}}+{GELU.cubic}*{{z}}^3))"
_SLOPE_IN_GELU = f"{GELU.scale!r}*(1+3*{GELU.cubic}*{{z}}^2)"

_MAXOUT = ActivationFormula("MAX({Z})", "IF({z}={a},1,0)")

_ACTIVATIONS: dict[str, ActivationFormula] = {
    "sigmoid": ActivationFormula("1/(1+EXP(-{z}))", "{a}*(1-{a})", raises_e=True),
    "tanh": ActivationFormula("TANH({z})", "1-{a}*{a}"),
    "relu": ActivationFormula("MAX({z},0)", "IF({z}>0,1,0)"),
    "leaky_relu": ActivationFormula(f"IF({{z}}>0,{{z}},{LeakyReLU.slope}*{{z}})", f"IF({{z}}>0,1,{LeakyReLU.slope})"),
    "elu": ActivationFormula("IF({z}>0,{z},EXP({z})-1)", "IF({z}>0,1,{a}+1)"),
    "softplus": ActivationFormula("MAX({z},0)+LN(1+EXP(-ABS({z})))", "1-EXP(-{a})"),
    "gelu": ActivationFormula(
        f"{{z}}/2*(1+{_TANH_OF_GELU})",
        f"(1+{_TANH_OF_GELU})/2+{{z}}/2*(1-{_TANH_OF_GELU}^2)*{_SLOPE_IN_GELU}",
    ),
    "scaled_tanh": ActivationFormula(
        f"{ScaledTanh.amplitude}*TANH({{z}}*2/3)",
        f"({ScaledTanh.amplitude}^2-{{a}}^2)*2/3/{ScaledTanh.amplitude}",
    ),
    "step": ActivationFormula("IF({z}>0,1,0)", "0"),
    "identity": ActivationFormula("{z}", "1"),
}


@dataclass(frozen=True)
class LossColumn:
    """A working column of a loss, one cell for each output.

    Attributes
    ----------
    key : the name by which later formulas know it
    title : what stands above it
    formula : template
    value : what the formula gives, from arrays (images, outputs) of the same names
    """

    key: str
    title: str
    formula: str
    value: Callable[[Numbers], np.ndarray]


@dataclass(frozen=True)
class LossFormula:
    """A loss of one image.

    Attributes
    ----------
    columns : what is worked out for each output
    cost : template of C
    slope : template of ∂C/∂a, of an output
    in_words : C as a line of mathematics
    raises_e : whether it has e^(−z), which has no value for very negative sums
    """

    columns: tuple[LossColumn, ...]
    cost: str
    slope: str
    in_words: str
    raises_e: bool = False


def _shifted(numbers: Numbers) -> np.ndarray:
    return numbers["a"] - numbers["a"].max(axis=1, keepdims=True)


def _sigmoid(numbers: Numbers) -> np.ndarray:
    return 0.5 + 0.5 * np.tanh(0.5 * numbers["a"])


def _surprise(numbers: Numbers) -> np.ndarray:
    return np.logaddexp(numbers["a"], 0) - numbers["t"] * numbers["a"]


def _margins(numbers: Numbers) -> np.ndarray:
    right = (numbers["t"] * numbers["a"]).sum(axis=1, keepdims=True)
    return np.maximum(numbers["a"] - right + 1 - numbers["t"], 0)


_LOSSES: dict[str, LossFormula] = {
    "squared_error": LossFormula(
        (LossColumn("e", "t − a", "{t}-{a}", lambda numbers: numbers["t"] - numbers["a"]),),
        "SUMSQ({E})/2",
        "-{e}",
        "C = ½ Σ (t − a)²",
    ),
    "cross_entropy": LossFormula(
        (
            LossColumn("d", "z − max", "{a}-MAX({A})", _shifted),
            LossColumn("q", "e^(z − max)", "EXP({d})", lambda numbers: np.exp(numbers["d"])),
            LossColumn("p", "p", "{q}/SUM({Q})", lambda numbers: numbers["q"] / numbers["q"].sum(1, keepdims=True)),
        ),
        "LN(SUM({Q}))-SUMPRODUCT({T},{D})",
        "{p}-{t}",
        "C = −Σ t ln p, p = softmax(z)",
    ),
    "binary_cross_entropy": LossFormula(
        (
            LossColumn("p", "p", "1/(1+EXP(-{a}))", _sigmoid),
            LossColumn("c", "ln(1 + e^z) − t z", "MAX({a},0)+LN(1+EXP(-ABS({a})))-{t}*{a}", _surprise),
        ),
        "SUM({C})",
        "{p}-{t}",
        "C = −Σ [t ln p + (1 − t) ln(1 − p)], p = sigmoid(z)",
        raises_e=True,
    ),
    "hinge": LossFormula(
        (LossColumn("m", "margin", "MAX({a}-SUMPRODUCT({T},{A})+1-{t},0)", _margins),),
        "SUM({M})",
        'IF({m}>0,1,0)-{t}*COUNTIF({M},">0")',
        "C = Σ max(0, z − z of the right class + 1) over the wrong classes",
    ),
    "perceptron": LossFormula(
        (
            LossColumn("y", "y", "IF({a}>0,1,0)", lambda numbers: (numbers["a"] > 0).astype(np.float64)),
            LossColumn("e", "y − t", "{y}-{t}", lambda numbers: numbers["y"] - numbers["t"]),
        ),
        "SUMPRODUCT({E},{A})",
        "{e}",
        "C = Σ (y − t) z, y = 1 where z > 0",
    ),
}


def activation_formula(key: str) -> ActivationFormula:
    """Return an activation's formulas. Raises ExportError for one that has none."""
    if key in _ACTIVATIONS:
        return _ACTIVATIONS[key]
    if key in ACTIVATIONS and ACTIVATIONS[key].pieces > 1:
        return _MAXOUT
    raise ExportError(reasons.tr("the activation {0} cannot be written as a formula of a spreadsheet", key))


def loss_formula(key: str) -> LossFormula:
    """Return a loss's formulas. Raises ExportError for one that has none."""
    if key not in _LOSSES:
        raise ExportError(reasons.tr("the loss {0} cannot be written as a formula of a spreadsheet", key))
    return _LOSSES[key]
