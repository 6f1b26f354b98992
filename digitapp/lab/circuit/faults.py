"""What can be wrong with an expression: a kind, a place, and the facts that a sentence needs."""

from __future__ import annotations

from enum import Enum, auto


class Fault(Enum):
    """A kind of mistake. Behind each stands what `CircuitError.facts` holds, in this order."""

    EMPTY = auto()  # nothing
    TOO_LONG = auto()  # characters, most allowed
    TOO_DEEP = auto()  # most brackets in each other
    TOO_MANY_GATES = auto()  # most gates
    BAD_CHARACTER = auto()  # the character
    NUMBER_TOO_LARGE = auto()  # the number as typed
    VALUE_MISSING = auto()  # what stands before the gap, what stands after it; "" for an end of the text
    OPERATOR_MISSING = auto()  # what stands on its left, and on its right
    BRACKET_OPEN = auto()  # the bracket that is never closed
    BRACKET_EXTRA = auto()  # the bracket that was never opened
    COMMA = auto()  # nothing: a comma outside of a function
    UNKNOWN_FUNCTION = auto()  # its name
    NEEDS_BRACKETS = auto()  # a function's name without brackets behind it
    ARGUMENTS = auto()  # the function, how many values it takes, how many there are
    ARRAY_ENTRY = auto()  # nothing: something else than a number in square brackets
    ARRAY_ROWS = auto()  # lengths of two rows that differ
    ARRAY_SIZE = auto()  # most entries of a row or column
    GIVEN = auto()  # the name, if there is one: what stands after "where" is no "name = number"
    GIVEN_UNKNOWN = auto()  # a name after "where" that the expression does not have
    GIVEN_TWICE = auto()  # a name that gets two values
    NO_INPUT = auto()  # nothing: there is no name in the expression
    SHAPES = auto()  # the operation's symbol, what is on its left, its shape, what is on its right, its shape
    RESULT = auto()  # the shape of the result, which should be one number
    EXPONENT = auto()  # the shape of an exponent, which should be one number


class CircuitError(ValueError):
    """An expression that is none.

    Attributes
    ----------
    fault : the kind of mistake
    span : first character and the one after the last that it is about, counted from 0
    facts : what a sentence about it needs, see `Fault`
    """

    def __init__(self, fault: Fault, span: tuple[int, int], *facts: object) -> None:
        super().__init__(f"{fault.name} at {span[0]}: {', '.join(map(str, facts))}")
        self.fault, self.span, self.facts = fault, span, facts
