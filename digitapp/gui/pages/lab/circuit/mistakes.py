"""What is wrong with an expression, in a sentence with what would do."""

from __future__ import annotations

from digitapp.gui.pages.lab.circuit.numbers import shape_text
from digitapp.gui.translation import listed, translate
from digitapp.gui.widgets.numbers import thousands
from digitapp.lab.circuit.faults import CircuitError, Fault
from digitapp.lab.circuit.operations import Shape
from digitapp.lab.circuit.syntax import FUNCTIONS
from digitapp.plain import plain

_LONGEST = 24


def mistake_text(error: CircuitError) -> str:
    """Return one sentence or two about what is wrong, for under the field."""
    return (_of_the_text(error) or _of_values_and_shapes(error)).format(*_facts(error))


def _facts(error: CircuitError) -> list[str]:
    """Return the facts of an error as they are printed."""
    found = []
    for fact in error.facts:
        if isinstance(fact, int):
            found.append(thousands(fact))
        elif isinstance(fact, tuple):
            found.append(_kind(fact))
        else:
            text = plain(str(fact))
            found.append(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")
    return found


def _kind(shape: Shape) -> str:
    """Return what has a shape."""
    if not shape:
        return translate("Circuit", "a number")
    if len(shape) == 1:
        return translate("Circuit", "a vector of {0}").format(shape_text(shape))
    return translate("Circuit", "a matrix of {0}").format(shape_text(shape))


def _of_the_text(error: CircuitError) -> str:
    """Return the sentence about how the expression is written, "" where it is something else."""
    facts = error.facts
    if error.fault is Fault.VALUE_MISSING:
        return _value_missing(str(facts[0]), str(facts[1]))
    return {
        Fault.EMPTY: translate("Circuit", "Type an expression, such as (x + y)*z."),
        Fault.TOO_LONG: translate("Circuit", "This text has {0} characters, {1} at most can be read."),
        Fault.TOO_DEEP: translate("Circuit", "There are more than {0} brackets inside each other. Leave some out."),
        Fault.TOO_MANY_GATES: translate(
            "Circuit", "This has more than {0} gates, which nobody could follow. Shorten it."
        ),
        Fault.BAD_CHARACTER: translate("Circuit", "“{0}” has no meaning here. There are + - * / ^ · and brackets."),
        Fault.NUMBER_TOO_LARGE: translate("Circuit", "“{0}” is more than a number can be. Type a smaller one."),
        Fault.OPERATOR_MISSING: translate("Circuit", "Between “{0}” and “{1}” something is missing, such as * in 2*x."),
        Fault.BRACKET_OPEN: (
            translate("Circuit", "The bracket “{0}” is never closed: a ] is missing.")
            if facts and facts[0] == "["
            else translate("Circuit", "The bracket “{0}” is never closed: a ) is missing.")
        ),
        Fault.BRACKET_EXTRA: translate(
            "Circuit", "The bracket “{0}” was never opened. Take it away, or open it before."
        ),
        Fault.COMMA: translate(
            "Circuit", "A comma parts the values of a function, as in max(x, y). Numbers have a point: 0.5."
        ),
        Fault.UNKNOWN_FUNCTION: translate("Circuit", "There is no function “{0}”. There are {1}.").format(
            "{0}", listed(FUNCTIONS)
        ),
        Fault.NEEDS_BRACKETS: translate("Circuit", "“{0}” is a function. Write what it is of in brackets: {0}(x)."),
        Fault.ARGUMENTS: translate("Circuit", "“{0}” takes a different number of values: {1} and not {2}."),
    }.get(error.fault, "")


def _value_missing(before: str, after: str) -> str:
    if before in {"+", "-", "−"}:
        return translate("Circuit", "After “{0}” a value is missing, such as 2 + x.")
    if before in {"^", "**"}:
        return translate("Circuit", "After “{0}” a value is missing, such as x^2.")
    if before in {"(", "["} and after in {")", "]"}:
        return translate("Circuit", "Between “{0}” and “{1}” a value is missing, such as (x + y).")
    if before:
        return translate("Circuit", "After “{0}” a value is missing, such as 2*(x + y).")
    return translate("Circuit", "Before “{1}” a value is missing, such as x{1}2.")


def _of_values_and_shapes(error: CircuitError) -> str:
    facts = error.facts
    return {
        Fault.ARRAY_ENTRY: translate("Circuit", "In square brackets stand numbers alone: [1, 2], or [[1, 2], [3, 4]]."),
        Fault.ARRAY_ROWS: translate(
            "Circuit", "The rows of a matrix are equally long; here are rows of {0} and of {1}."
        ),
        Fault.ARRAY_SIZE: translate("Circuit", "Vectors and matrices have at most {0} entries a side here."),
        Fault.GIVEN: (
            translate("Circuit", "After “where” stands a value for a name: “{0} = 3”, or “{0} = [1, 2]”.")
            if facts and facts[0]
            else translate("Circuit", "Values stand at the end, after “where”: x*y where x = 3, y = 4.")
        ),
        Fault.GIVEN_UNKNOWN: translate("Circuit", "“{0}” has a value after “where”, but the expression has no “{0}”."),
        Fault.GIVEN_TWICE: translate("Circuit", "“{0}” has two values after “where”. Leave one."),
        Fault.NO_INPUT: translate("Circuit", "Nothing here can change. Use a name, such as x."),
        Fault.SHAPES: (
            translate(
                "Circuit", "“{1}” is {2} and “{3}” is {4}: entry by entry they do not fit. Their product is {1}·{3}."
            )
            if _have_product(facts)
            else translate("Circuit", "“{1}” is {2} and “{3}” is {4}: they do not fit each other under “{0}”.")
        ),
        Fault.RESULT: translate("Circuit", "The result is {0}, and f is one number. Take the sum of it: sum(…)."),
        Fault.EXPONENT: translate("Circuit", "An exponent is one number, and this is {0}."),
    }[error.fault]


def _have_product(facts: tuple[object, ...]) -> bool:
    """Return whether two that do not fit entry by entry can be multiplied as matrices."""
    symbol, _, left, _, right = facts if len(facts) == 5 else ("", "", (), "", ())
    return symbol == "×" and isinstance(left, tuple) and isinstance(right, tuple) and left[-1:] == right[:1] != ()
