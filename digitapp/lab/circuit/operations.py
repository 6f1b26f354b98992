"""What a gate computes, how steep it is, and what it does with a gradient that arrives.

Arrays hold many computations at once: (batch, *shape), where the shape of a single one is (), (n,) or (m, n). A number
beside a vector or a matrix counts for each of its entries.

Sources: LeCun, Bottou, Orr, Müller, "Efficient BackProp" (1998), section 2, for gradients module by module; Griewank,
Walther, "Evaluating Derivatives" (2nd ed. 2008), chapter 3, for the tangents of the forward mode.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from math import prod

import numpy as np
from numpy.typing import NDArray

from digitapp.lab.circuit.syntax import number_text

Array = NDArray[np.float64]
Shape = tuple[int, ...]


class Role(Enum):
    """What a gate does with the gradient that arrives at it."""

    HANDS_ON = "hands on"  # every input gets it as it is
    SUBTRACTS = "subtracts"  # the second input gets it with the other sign
    SWAPS = "swaps"  # each input gets it times the other one
    DIVIDES = "divides"
    CHOOSES = "chooses"  # one input gets all of it
    SCALES = "scales"  # times a number that is always the same
    SLOPES = "slopes"  # times the slope of a curve at this place
    SPREADS = "spreads"  # every entry gets it


class ShapeError(ValueError):
    """Two shapes that an operation cannot bring together."""


class Operation(ABC):
    """A kind of gate.

    Attributes
    ----------
    key : names the kind
    symbol : stands on the gate
    role : what it does with a gradient
    """

    key: str
    symbol: str
    role: Role

    @abstractmethod
    def shape(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape of the result. Raises ShapeError where the inputs do not fit each other."""

    @abstractmethod
    def value(self, operands: Sequence[Array]) -> Array:
        """Return the result."""

    @abstractmethod
    def back(self, gradient: Array, operands: Sequence[Array], value: Array) -> tuple[Array, ...]:
        """Return the gradient for each input from the one that arrives, each in the shape of its input."""

    @abstractmethod
    def ahead(self, tangents: Sequence[Array | None], operands: Sequence[Array], value: Array) -> Array:
        """Return how fast the result changes, from how fast the inputs do; None for one that does not."""

    @abstractmethod
    def products(self, shapes: Sequence[Shape]) -> int:
        """Return how many numbers are multiplied with a slope for one of the inputs, in a sweep of either direction."""

    @abstractmethod
    def line(self, names: Sequence[str]) -> str:
        """Return the result in Python, with NumPy as `np`."""

    @abstractmethod
    def back_lines(self, arriving: str, names: Sequence[str], name: str, shapes: Sequence[Shape]) -> tuple[str, ...]:
        """Return the gradient for each input in Python; `name` is the result, `arriving` its gradient."""


@dataclass(frozen=True)
class Elementwise(Operation):
    """A function of each entry by itself; its derivative is one slope for each input and entry.

    Attributes
    ----------
    function : the result from the inputs
    slopes : for each input the derivative from the inputs and the result
    code : the result in Python, {0} and {1} for the inputs
    slope_codes : the derivatives, {2} for the result; "1" where the gradient is handed on
    """

    key: str
    symbol: str
    role: Role
    function: Callable[..., Array]
    slopes: tuple[Callable[..., Array | float], ...]
    code: str
    slope_codes: tuple[str, ...]

    def shape(self, shapes: Sequence[Shape]) -> Shape:
        largest = max(shapes, key=len)
        if any(shape not in ((), largest) for shape in shapes):
            raise ShapeError
        return largest

    def value(self, operands: Sequence[Array]) -> Array:
        return self.function(*_aligned(operands))

    def slope(self, place: int, operands: Sequence[Array], value: Array) -> Array | float:
        """Return the derivative by one of the inputs."""
        return self.slopes[place](*_aligned(operands), value)

    def back(self, gradient: Array, operands: Sequence[Array], value: Array) -> tuple[Array, ...]:
        return tuple(
            _summed(gradient * self.slope(place, operands, value), operand) for place, operand in enumerate(operands)
        )

    def ahead(self, tangents: Sequence[Array | None], operands: Sequence[Array], value: Array) -> Array:
        result = np.zeros_like(value)
        for place, tangent in enumerate(tangents):
            if tangent is not None:
                result = result + _aligned([tangent, value])[0] * self.slope(place, operands, value)
        return result

    def products(self, shapes: Sequence[Shape]) -> int:
        return prod(self.shape(shapes))

    def line(self, names: Sequence[str]) -> str:
        return self.code.format(*names)

    def slope_texts(self, names: Sequence[str], name: str) -> tuple[str, ...]:
        """Return the derivative by each input in Python."""
        second = names[1] if len(names) > 1 else ""
        return tuple(code.format(names[0], second, name) for code in self.slope_codes)

    def back_lines(self, arriving: str, names: Sequence[str], name: str, shapes: Sequence[Shape]) -> tuple[str, ...]:
        whole = self.shape(shapes)
        lines = []
        for slope, shape in zip(self.slope_texts(names, name), shapes, strict=True):
            factor = f"({slope})" if " " in slope or slope.startswith("-") else slope
            text = {"1": arriving, "-1": f"-{arriving}"}.get(slope, f"{arriving} * {factor}")
            lines.append(f"np.sum({text})" if shape != whole else text)
        return tuple(lines)


def _always(slope: float) -> Callable[..., float]:
    """Return a derivative that is the same everywhere."""
    return lambda *_: slope


def _aligned(operands: Sequence[Array]) -> list[Array]:
    """Return the arrays with axes of length 1 where they have fewer than others."""
    most = max(operand.ndim for operand in operands)
    return [operand.reshape(operand.shape + (1,) * (most - operand.ndim)) for operand in operands]


def _summed(gradient: Array, operand: Array) -> Array:
    """Return a gradient in the shape of an input that counted for each entry."""
    return gradient.sum(axis=tuple(range(1, gradient.ndim))) if gradient.ndim > operand.ndim else gradient


# Two inputs

ADD = Elementwise("add", "+", Role.HANDS_ON, np.add, (_always(1.0), _always(1.0)), "{0} + {1}", ("1", "1"))
SUBTRACT = Elementwise(
    "subtract", "−", Role.SUBTRACTS, np.subtract, (_always(1.0), _always(-1.0)), "{0} - {1}", ("1", "-1")
)
MULTIPLY = Elementwise(
    "multiply", "×", Role.SWAPS, np.multiply, (lambda _a, b, _v: b, lambda a, _b, _v: a), "{0} * {1}", ("{1}", "{0}")
)
DIVIDE = Elementwise(
    "divide",
    "÷",
    Role.DIVIDES,
    np.divide,
    (lambda _a, b, _v: 1 / b, lambda a, b, _v: -a / b**2),
    "{0} / {1}",
    ("1 / {1}", "-{0} / {1}**2"),
)
POWER = Elementwise(
    "power",
    "^",
    Role.SLOPES,
    np.power,
    (lambda a, b, _v: b * np.power(a, b - 1), lambda a, _b, v: np.where(v == 0, 0.0, v * np.log(a))),
    "{0} ** {1}",
    ("{1} * {0} ** ({1} - 1)", "{2} * np.log({0})"),
)
# Where both are alike, the first one gets all of it.
MAX = Elementwise(
    "max",
    "max",
    Role.CHOOSES,
    np.maximum,
    (lambda a, b, _v: (a >= b) * 1.0, lambda a, b, _v: (a < b) * 1.0),
    "np.maximum({0}, {1})",
    ("{0} >= {1}", "{0} < {1}"),
)
MIN = Elementwise(
    "min",
    "min",
    Role.CHOOSES,
    np.minimum,
    (lambda a, b, _v: (a <= b) * 1.0, lambda a, b, _v: (a > b) * 1.0),
    "np.minimum({0}, {1})",
    ("{0} <= {1}", "{0} > {1}"),
)

# One input

NEGATE = Elementwise("negate", "× −1", Role.SCALES, np.negative, (_always(-1.0),), "-{0}", ("-1",))
RECIPROCAL = Elementwise(
    "reciprocal", "1 ÷", Role.SLOPES, np.reciprocal, (lambda _x, v: -(v**2),), "1 / {0}", ("-{2}**2",)
)
EXP = Elementwise("exp", "exp", Role.SLOPES, np.exp, (lambda _x, v: v,), "np.exp({0})", ("{2}",))
LOG = Elementwise("log", "log", Role.SLOPES, np.log, (lambda x, _v: 1 / x,), "np.log({0})", ("1 / {0}",))
SIN = Elementwise("sin", "sin", Role.SLOPES, np.sin, (lambda x, _v: np.cos(x),), "np.sin({0})", ("np.cos({0})",))
COS = Elementwise("cos", "cos", Role.SLOPES, np.cos, (lambda x, _v: -np.sin(x),), "np.cos({0})", ("-np.sin({0})",))
TANH = Elementwise("tanh", "tanh", Role.SLOPES, np.tanh, (lambda _x, v: 1 - v**2,), "np.tanh({0})", ("1 - {2}**2",))
SQRT = Elementwise("sqrt", "√", Role.SLOPES, np.sqrt, (lambda _x, v: 0.5 / v,), "np.sqrt({0})", ("0.5 / {2}",))
SIGMOID = Elementwise(
    "sigmoid",
    "σ",
    Role.SLOPES,
    lambda x: 0.5 * (1 + np.tanh(0.5 * x)),  # the same function, and nothing in it overflows
    (lambda _x, v: v * (1 - v),),
    "1 / (1 + np.exp(-{0}))",
    ("{2} * (1 - {2})",),
)


def scale(factor: float) -> Elementwise:
    """Return a gate that multiplies with a number."""
    text = number_text(factor)
    shown = _shown(factor)
    return Elementwise(
        "scale", f"× {shown}", Role.SCALES, lambda x: factor * x, (_always(factor),), f"{text} * {{0}}", (text,)
    )


def divide_by(divisor: float) -> Elementwise:
    """Return a gate that divides by a number other than 0."""
    text = number_text(divisor)
    shown = f"÷ {_shown(divisor)}"
    return Elementwise(
        "scale", shown, Role.SCALES, lambda x: x / divisor, (_always(1 / divisor),), f"{{0}} / {text}", (f"1 / {text}",)
    )


def shift(amount: float) -> Elementwise:
    """Return a gate that adds a number."""
    symbol = f"+ {_shown(amount)}" if amount >= 0 else f"− {_shown(-amount)}"
    code = f"{{0}} + {number_text(amount)}" if amount >= 0 else f"{{0}} - {number_text(-amount)}"
    return Elementwise("shift", symbol, Role.HANDS_ON, lambda x: x + amount, (_always(1.0),), code, ("1",))


def raised(exponent: float) -> Elementwise:
    """Return a gate that raises to a power that is always the same."""
    text = number_text(exponent)
    exponent_text = f"({text})" if exponent < 0 else text
    slope = f"{text} * {{0}} ** {number_text(exponent - 1)}"
    slope = {0.0: "0", 1.0: "1", 2.0: "2 * {0}"}.get(exponent, slope)
    return Elementwise(
        "raise",
        f"^ {_shown(exponent)}",
        Role.SLOPES,
        lambda x: np.power(x, exponent),
        (lambda x, _v: exponent * np.power(x, exponent - 1) if exponent else 0.0 * x,),
        f"{{0}} ** {exponent_text}",
        (slope,),
    )


def _shown(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")


# Vectors and matrices


@dataclass(frozen=True)
class Sum(Operation):
    """All entries of a vector or a matrix added up; of a number, the number."""

    key: str = "sum"
    symbol: str = "sum"
    role: Role = Role.SPREADS

    def shape(self, shapes: Sequence[Shape]) -> Shape:  # noqa: ARG002
        return ()

    def value(self, operands: Sequence[Array]) -> Array:
        (entries,) = operands
        return entries.sum(axis=tuple(range(1, entries.ndim)))

    def back(self, gradient: Array, operands: Sequence[Array], value: Array) -> tuple[Array, ...]:  # noqa: ARG002
        (entries,) = operands
        return (np.broadcast_to(_aligned([gradient, entries])[0], entries.shape),)

    def ahead(self, tangents: Sequence[Array | None], operands: Sequence[Array], value: Array) -> Array:  # noqa: ARG002
        (tangent,) = tangents
        return np.zeros_like(value) if tangent is None else self.value([tangent])

    def products(self, shapes: Sequence[Shape]) -> int:
        return prod(shapes[0])

    def line(self, names: Sequence[str]) -> str:
        return f"np.sum({names[0]})"

    def back_lines(self, arriving: str, names: Sequence[str], name: str, shapes: Sequence[Shape]) -> tuple[str, ...]:  # noqa: ARG002
        return (f"{arriving} * np.ones_like({names[0]})" if shapes[0] else arriving,)


_AXES: dict[tuple[int, int], tuple[str, str, str]] = {
    (1, 1): ("j", "j", ""),
    (2, 1): ("ij", "j", "i"),
    (1, 2): ("i", "ij", "j"),
    (2, 2): ("ij", "jk", "ik"),
}
"""The axes of two factors and of their product, in the notation of Einstein, by how many axes the factors have."""

_BACK_CODES: dict[tuple[int, int], tuple[str, str]] = {
    (1, 1): ("{g} * {b}", "{g} * {a}"),
    (2, 1): ("np.outer({g}, {b})", "{a}.T @ {g}"),
    (1, 2): ("{b} @ {g}", "np.outer({a}, {g})"),
    (2, 2): ("{g} @ {b}.T", "{a}.T @ {g}"),
}


@dataclass(frozen=True)
class Product(Operation):
    """The product of two vectors, a matrix and a vector, or two matrices: W·x."""

    key: str = "product"
    symbol: str = "·"
    role: Role = Role.SWAPS

    def shape(self, shapes: Sequence[Shape]) -> Shape:
        first, second = shapes
        if first[-1] != second[0]:
            raise ShapeError
        return first[:-1] + second[1:]

    @staticmethod
    def _axes(operands: Sequence[Array]) -> tuple[str, str, str]:
        a, b, out = _AXES[operands[0].ndim - 1, operands[1].ndim - 1]
        return f"z{a}", f"z{b}", f"z{out}"  # z is the batch

    def value(self, operands: Sequence[Array]) -> Array:
        a, b, out = self._axes(operands)
        return np.einsum(f"{a},{b}->{out}", *operands)

    def back(self, gradient: Array, operands: Sequence[Array], value: Array) -> tuple[Array, ...]:  # noqa: ARG002
        a, b, out = self._axes(operands)
        first, second = operands
        return np.einsum(f"{out},{b}->{a}", gradient, second), np.einsum(f"{out},{a}->{b}", gradient, first)

    def ahead(self, tangents: Sequence[Array | None], operands: Sequence[Array], value: Array) -> Array:
        result = np.zeros_like(value)
        if tangents[0] is not None:
            result = result + self.value([tangents[0], operands[1]])
        if tangents[1] is not None:
            result = result + self.value([operands[0], tangents[1]])
        return result

    def products(self, shapes: Sequence[Shape]) -> int:
        first, second = shapes
        return prod(first) * prod(second[1:])

    def line(self, names: Sequence[str]) -> str:
        return f"{names[0]} @ {names[1]}"

    def back_lines(self, arriving: str, names: Sequence[str], name: str, shapes: Sequence[Shape]) -> tuple[str, ...]:  # noqa: ARG002
        codes = _BACK_CODES[len(shapes[0]), len(shapes[1])]
        first, second = (code.format(g=arriving, a=names[0], b=names[1]) for code in codes)
        return first, second


SUM, PRODUCT = Sum(), Product()

FUNCTIONS: dict[str, Operation] = {
    "exp": EXP,
    "log": LOG,
    "sin": SIN,
    "cos": COS,
    "tanh": TANH,
    "σ": SIGMOID,
    "sqrt": SQRT,
    "square": raised(2),
    "sum": SUM,
    "dot": PRODUCT,
    "max": MAX,
    "min": MIN,
}
"""The gate of each function of an expression."""
