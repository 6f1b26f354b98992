"""How the learning rate changes during a run: a factor for the configured rate.

Every rule takes the part of the run that is done, 0 <= progress < 1, and its options by name.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from digitapp.nn.options import Option


@dataclass(frozen=True, slots=True)
class Schedule:
    """An entry of `SCHEDULES`; `factor(progress, **options)` returns the factor."""

    key: str
    title: str
    summary: str
    factor: Callable[..., float]
    options: tuple[Option, ...] = ()

    def at(self, progress: float, options: Mapping[str, float]) -> float:
        """Return the factor, with the defaults for options left out."""
        return self.factor(progress, **{option.name: option.default for option in self.options} | dict(options))


def constant(progress: float) -> float:  # noqa: ARG001
    """Return 1."""
    return 1.0


def step(progress: float, drop: float, stages: int) -> float:
    """Return drop ** k in the k-th of `stages` equal parts of the run, counted from 0.

    Source: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition" (CVPR 2016), section 3.4.
    """
    return drop ** math.floor(progress * stages)


def exponential(progress: float, final: float) -> float:
    """Return final ** progress: from 1 down to `final`, by the same ratio at every step.

    Source: Senior, Heigold, Ranzato, Yang, "An empirical study of learning rates in deep neural networks for speech
    recognition" (ICASSP 2013).
    """
    return final**progress


def cosine(progress: float) -> float:
    """Return ½ (1 + cos π progress): Loshchilov, Hutter, "SGDR" (ICLR 2017), equation 5, one period down to 0."""
    return 0.5 * (1 + math.cos(math.pi * progress))


def one_cycle(progress: float, rise: float, start: float) -> float:
    """Return a rise from `start` to 1 over the part `rise` of the run, then a fall to nearly 0, both along a cosine.

    Source: Smith, Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates" (2018),
    section 3, with the cosine of fastai.
    """
    if progress < rise:
        return start + (1 - start) * (1 - cosine(progress / rise))
    return start * 1e-4 + (1 - start * 1e-4) * cosine((progress - rise) / (1 - rise))


def warm_up(progress: float, rise: float) -> float:
    """Return a straight rise to 1 over the part `rise` of the run, and 1 from there.

    Source: Goyal et al., "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour" (2017), section 2.2.
    """
    return min(1.0, 0.001 + progress / rise) if rise > 0 else 1.0


SCHEDULES: dict[str, Schedule] = {
    schedule.key: schedule
    for schedule in (
        Schedule("constant", "Constant", "The same learning rate from first to last.", constant),
        Schedule(
            "step",
            "Steps",
            "Multiplies the learning rate by a factor a few times.",
            step,
            (
                Option("drop", "Factor", 0.1, 0.0, 1.0, "What the learning rate is multiplied by each time."),
                Option("stages", "Stages", 3, 1, 100, "Into how many equal parts the run is divided."),
            ),
        ),
        Schedule(
            "exponential",
            "Exponential",
            "Shrinks the learning rate by the same ratio at every step.",
            exponential,
            (Option("final", "Final factor", 0.01, 1e-9, 1.0, "The factor at the end of the run."),),
        ),
        Schedule("cosine", "Cosine", "Lets the learning rate glide down to zero along a cosine.", cosine),
        Schedule(
            "one_cycle",
            "One cycle",
            "Raises the learning rate to its peak and lets it fall to nearly zero: fast training.",
            one_cycle,
            (
                Option("rise", "Rise", 0.3, 0.0, 0.99, "The part of the run in which the learning rate rises."),
                Option("start", "Start", 0.04, 0.0, 1.0, "The factor at the start."),
            ),
        ),
        Schedule(
            "warm_up",
            "Warm-up",
            "Raises the learning rate from nearly zero at the start and keeps it there.",
            warm_up,
            (Option("rise", "Rise", 0.1, 0.0, 1.0, "The part of the run in which the learning rate rises."),),
        ),
    )
}
