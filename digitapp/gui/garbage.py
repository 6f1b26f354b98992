"""When Python looks for garbage: not while a start makes 100,000 objects that all stay.

Looking through them again and again took a twentieth of a start, and doing so once more the same share of its end.
"""

from __future__ import annotations

import gc

_MADE_AT_A_START = 500_000
_MADE_BETWEEN_COLLECTIONS = 20_000


def begin_a_start() -> None:
    """Look for no garbage while modules are imported and a window is made."""
    gc.set_threshold(_MADE_AT_A_START, *gc.get_threshold()[1:])


def modules_are_there() -> None:
    """Take it that what has been made so far stays, so that nobody looks through it any more."""
    gc.freeze()


def end_a_start() -> None:
    """Look for garbage now and then, less often than Python does of itself."""
    gc.set_threshold(_MADE_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])
