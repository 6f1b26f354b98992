"""From a text to an expression, by recursive descent. Nothing of what is typed is ever run as a program.

    formula = sum ["where" name "=" value {"," name "=" value}]
    sum     = term {("+" | "-") term}
    term    = factor {("*" | "·" | "/") factor}
    factor  = ("-" | "+") factor | power
    power   = primary ["^" factor]
    primary = number | name | function "(" sum {"," sum} ")" | "(" sum ")" | "√" primary | array

Source: Aho, Lam, Sethi, Ullman, "Compilers" (2nd ed. 2006), section 4.4.1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

from digitapp.lab.circuit.faults import CircuitError, Fault
from digitapp.lab.circuit.syntax import (
    FUNCTIONS,
    Array,
    Binary,
    Call,
    Entries,
    Expression,
    Formula,
    Minus,
    Name,
    Number,
    Operator,
    Span,
)
from digitapp.lab.circuit.tokens import Token, tokens

MOST_GATES = 200
MOST_NESTED = 40
LARGEST_SIDE = 6

_CONSTANTS = {"pi": math.pi, "π": math.pi}
Entry = TypeVar("Entry")

_CLOSING = {"(": ")", "[": "]"}


def parse(text: str) -> Formula:
    """Return the formula that a text says.

    Raises
    ------
    CircuitError : with the place of what is wrong or missing
    """
    return _Parser(text).formula()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._at = 0
        self._nested = 0
        self._gates = 0

    # Words

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    @property
    def _before(self) -> Token | None:
        return self._tokens[self._at - 1] if self._at else None

    def _take(self) -> Token:
        token = self._next
        self._at += token.kind != "end"
        return token

    def _sees(self, *signs: str) -> bool:
        return self._next.kind == "sign" and self._next.text in signs

    def _sees_where(self) -> bool:
        return self._next.kind == "name" and self._next.text == "where"

    @contextmanager
    def _inside(self) -> Iterator[None]:
        """Go one level down, as long as there are not too many."""
        self._nested += 1
        if self._nested > MOST_NESTED:
            raise CircuitError(Fault.TOO_DEEP, self._next.span, MOST_NESTED)
        yield
        self._nested -= 1

    def _count_gate(self, span: Span) -> None:
        self._gates += 1
        if self._gates > MOST_GATES:
            raise CircuitError(Fault.TOO_MANY_GATES, span, MOST_GATES)

    # Grammar

    def formula(self) -> Formula:
        if self._next.kind == "end":
            raise CircuitError(Fault.EMPTY, self._next.span)
        expression = self._sum()
        given: dict[str, float | Entries] = {}
        spans: list[Span] = []
        if self._sees_where():
            self._take()
            self._given(given, spans)
            while self._sees(","):
                self._take()
                self._given(given, spans)
        self._expect_end()
        return Formula(expression, tuple(given.items()), tuple(spans))

    def _expect_end(self) -> None:
        token = self._next
        if token.kind == "end":
            return
        if token.text in (")", "]"):
            raise CircuitError(Fault.BRACKET_EXTRA, token.span, token.text)
        if token.text == ",":
            raise CircuitError(Fault.COMMA, token.span)
        if token.text == "=":
            raise CircuitError(Fault.GIVEN, token.span, "")
        raise self._operator_missing()

    def _operator_missing(self) -> CircuitError:
        before, token = self._before, self._next
        return CircuitError(Fault.OPERATOR_MISSING, token.span, before.typed if before else "", token.typed)

    def _sum(self) -> Expression:
        found = self._term()
        while self._sees("+", "-"):
            found = self._binary(found, self._term)
        return found

    def _term(self) -> Expression:
        found = self._factor()
        while self._sees("*", "·", "/"):
            found = self._binary(found, self._factor)
        return found

    def _binary(self, left: Expression, operand: Callable[[], Expression]) -> Binary:
        operator = self._take()
        self._count_gate(operator.span)
        right = operand()
        return Binary(cast(Operator, operator.text), left, right, (left.span[0], right.span[1]))

    def _factor(self) -> Expression:
        if not self._sees("-", "+"):
            return self._power()
        with self._inside():
            sign = self._take()
            operand = self._factor()
        if sign.text == "+":
            return operand
        self._count_gate(sign.span)
        return Minus(operand, (sign.span[0], operand.span[1]))

    def _power(self) -> Expression:
        base = self._primary()
        if not self._sees("^"):
            return base
        with self._inside():
            return self._binary(base, self._factor)

    def _primary(self) -> Expression:
        token = self._next
        if token.kind == "number":
            self._take()
            return Number(token.value, token.span)
        if token.kind == "name" and not self._sees_where():
            return self._named(self._take())
        if self._sees("√"):
            with self._inside():
                root = self._take()
                self._count_gate(root.span)
                operand = self._primary()
            return Call("sqrt", (operand,), (root.span[0], operand.span[1]))
        if self._sees("("):
            with self._inside():
                opened = self._take()
                found = self._sum()
                self._close(opened)
            return found
        if self._sees("["):
            return self._array()
        raise self._value_missing()

    def _value_missing(self) -> CircuitError:
        before, token = self._before, self._next
        if before is None and token.text in (")", "]"):
            return CircuitError(Fault.BRACKET_EXTRA, token.span, token.text)
        span = before.span if before is not None else token.span
        return CircuitError(Fault.VALUE_MISSING, span, before.typed if before else "", token.typed)

    def _close(self, opened: Token) -> int:
        """Take the bracket that closes another one, and return where it ends."""
        closing = _CLOSING[opened.text]
        if self._sees(closing):
            return self._take().span[1]
        if self._next.kind == "end" or self._sees_where() or self._sees("]", ")"):
            raise CircuitError(Fault.BRACKET_OPEN, opened.span, opened.text)
        if self._sees(","):
            raise CircuitError(Fault.COMMA, self._next.span)
        raise self._operator_missing()

    def _named(self, token: Token) -> Expression:
        name = token.text
        if self._sees("("):
            if name not in FUNCTIONS:
                raise CircuitError(Fault.UNKNOWN_FUNCTION, token.span, token.typed)
            return self._call(token)
        if name in _CONSTANTS:
            return Number(_CONSTANTS[name], token.span)
        if name in FUNCTIONS:
            raise CircuitError(Fault.NEEDS_BRACKETS, token.span, token.typed)
        return Name(name, token.span)

    def _call(self, token: Token) -> Call:
        with self._inside():
            opened = self._take()
            arguments = [self._sum()]
            while self._sees(","):
                self._take()
                arguments.append(self._sum())
            end = self._close(opened)
        fewest, most = FUNCTIONS[token.text]
        if len(arguments) < fewest or (most is not None and len(arguments) > most):
            raise CircuitError(Fault.ARGUMENTS, (token.span[0], end), token.typed, fewest, len(arguments))
        for _ in range(max(1, len(arguments) - 1)):
            self._count_gate(token.span)
        return Call(token.text, tuple(arguments), (token.span[0], end))

    # Vectors and matrices

    def _array(self) -> Array:
        opened = self._take()
        entries: Entries
        if self._sees("["):
            entries = self._list(opened, self._row)
            lengths = [len(row) for row in entries]
            odd = next((length for length in lengths if length != lengths[0]), lengths[0])
            if odd != lengths[0]:
                raise CircuitError(Fault.ARRAY_ROWS, opened.span, lengths[0], odd)
        else:
            entries = self._list(opened, self._signed)
        return Array(entries, (opened.span[0], self._tokens[self._at - 1].span[1]))

    def _row(self) -> tuple[float, ...]:
        if not self._sees("["):
            raise CircuitError(Fault.ARRAY_ENTRY, self._next.span)
        return self._list(self._take(), self._signed)

    def _list(self, opened: Token, entry: Callable[[], Entry]) -> tuple[Entry, ...]:
        """Take what stands in square brackets."""
        found = [entry()]
        while self._sees(","):
            self._take()
            found.append(entry())
            if len(found) > LARGEST_SIDE:
                raise CircuitError(Fault.ARRAY_SIZE, opened.span, LARGEST_SIDE)
        self._close(opened)
        return tuple(found)

    def _signed(self) -> float:
        sign = -1.0 if self._sees("-") else 1.0
        if self._sees("-", "+"):
            self._take()
        if self._next.kind == "number":
            return sign * self._take().value
        if self._next.kind == "end" or self._sees(",", "]"):
            raise self._value_missing()
        raise CircuitError(Fault.ARRAY_ENTRY, self._next.span)

    # Values that were given

    def _given(self, given: dict[str, float | Entries], spans: list[Span]) -> None:
        token = self._next
        if token.kind != "name":
            raise CircuitError(Fault.GIVEN, token.span, "")
        self._take()
        if not self._sees("="):
            raise CircuitError(Fault.GIVEN, token.span, token.typed)
        self._take()
        if token.text in given:
            raise CircuitError(Fault.GIVEN_TWICE, token.span, token.typed)
        if self._sees("["):
            given[token.text] = self._array().entries
        elif self._next.kind == "number" or self._sees("-", "+"):
            given[token.text] = self._signed()
        else:
            raise CircuitError(Fault.GIVEN, token.span, token.typed)
        spans.append(token.span)
