"""How long work tells how far it has come, whoever listens: a window, a command line, or nobody."""

from __future__ import annotations

from collections.abc import Callable

# Called with how many parts are done, and of how many.
Report = Callable[[int, int], None]
