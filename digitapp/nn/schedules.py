"""How the learning rate changes during a run: a factor for the configured rate, from 0 to 1."""

from collections.abc import Callable
from dataclasses import dataclass

from digitapp.nn.options import Option


@dataclass(frozen=True, slots=True)
class Schedule:
    """An entry of `SCHEDULES`; `factor(progress)` takes the part of the run that is done, 0 <= progress < 1."""

    key: str
    title: str
    summary: str
    factor: Callable[[float], float]
    options: tuple[Option, ...] = ()


def constant(progress: float) -> float:  # noqa: ARG001
    """Return 1."""
    return 1.0


SCHEDULES: dict[str, Schedule] = {
    schedule.key: schedule
    for schedule in (Schedule("constant", "Constant", "The same learning rate from first to last.", constant),)
}
