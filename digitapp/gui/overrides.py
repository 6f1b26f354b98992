"""What Qt calls may fail without ending the process: every override of one of Qt's methods is guarded.

On Python 3.11 an exception that C code raises (an index out of range, `int("x")`, shapes that NumPy cannot add) and
that leaves a method which Qt has called ends the process with a segmentation fault; one that a Python frame has caught
and raised again does not. And on every version a traceback keeps what a method had in hand: a painter that outlives
what it paints on ends the process too. The guard catches, lets go of all that, and raises again.

It is put around every override when its class is made, by `__init_subclass__` of the class that all of Qt's descend
from, so that nobody has to think of it. Classes of pyqtgraph are guarded alike.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from functools import cache, wraps
from inspect import CO_VARARGS
from types import FunctionType
from typing import Any

from shiboken6 import Shiboken

_QT = ("PySide6", "shiboken6", "Shiboken")
_MARK = "guards_an_override"


def guard_all_overrides() -> None:
    """Guard the overrides of every class that is made from now on; doing it again changes nothing."""

    def guard_subclass(kind: type, **options: Any) -> None:
        super(Shiboken.Object, kind).__init_subclass__(**options)  # pyright: ignore[reportArgumentType]
        guard_class(kind)

    Shiboken.Object.__init_subclass__ = classmethod(guard_subclass)  # pyright: ignore[reportAttributeAccessIssue]


def guard_class(kind: type) -> None:
    """Guard the overrides of a class, and those of plain classes that it is mixed from."""
    for owner, name, method in overrides(kind):
        if not is_guarded(method):
            setattr(owner, name, _guarded(method))


def is_guarded(method: Callable[..., object]) -> bool:
    """Return whether a method is guarded already."""
    return hasattr(method, _MARK)


def overrides(kind: type) -> Iterator[tuple[type, str, FunctionType]]:
    """Yield the methods that a class, or a plain class that it is mixed from, puts in the place of one of Qt's.

    Not all of them are virtual, and a few are never called by Qt; the rest cannot be told apart.
    """
    of_qt = [base for base in kind.__mro__ if base.__module__.partition(".")[0] in _QT]
    for owner in kind.__mro__:
        if owner is kind or not (owner is object or issubclass(owner, Shiboken.Object)):
            for name, method in list(vars(owner).items()):
                is_method = isinstance(method, FunctionType) and not name.startswith("__")
                if is_method and any(name in _names_in(base) for base in of_qt):
                    yield owner, name, method


@cache
def _names_in(base: type) -> frozenset[str]:
    """Return what a class of Qt has; asking it anew each time would take a twentieth of a start."""
    return frozenset(vars(base))


def _guarded(method: FunctionType) -> Callable[..., Any]:
    # Of a signal's arguments PySide passes on as many as a slot takes; of a guard it cannot see how many these are.
    most = None if method.__code__.co_flags & CO_VARARGS else method.__code__.co_argcount

    @wraps(method)
    def guard(*arguments: Any, **options: Any) -> Any:
        try:
            return method(*arguments[:most], **options)
        except BaseException as error:
            trace = error.__traceback__
            # This frame still runs and cannot be cleared; those below it have ended.
            traceback.clear_frames(trace.tb_next if trace is not None else None)
            raise

    setattr(guard, _MARK, True)
    return guard
