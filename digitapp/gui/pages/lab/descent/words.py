"""What the bench of the descent says of surfaces, rules and races."""

from __future__ import annotations

import math
from collections.abc import Sequence

from digitapp.gui.pages.lab.circuit.mistakes import mistake_text
from digitapp.gui.translation import in_a_row, listed, translate
from digitapp.gui.widgets.numbers import figure
from digitapp.gui.words.choices import choice_words, option_words
from digitapp.lab.circuit.faults import CircuitError, Fault
from digitapp.lab.contest import OWN, Contest, Outcome, Rates
from digitapp.lab.descent import WHOLE_SET, Runner
from digitapp.lab.own_surface import OwnSurfaceError
from digitapp.nn.optimizers import OPTIMIZERS

ETA = "η"

_RULES = {
    "sgd": "w ← w − η g",
    "gradient_descent": "w ← w − η g",
    "momentum": "v ← μ v − η g,  w ← w + v",
    "averaged_momentum": "v ← μ v + (1 − μ) g,  w ← w − η v",
    "nesterov": "v ← μ v + g,  w ← w − η (g + μ v)",
    "adagrad": "s ← s + g²,  w ← w − η g/√s",
    "adagrad_da": "s ← s + g²,  u ← u + η g,  w ← w₀ − u/√s",
    "rprop": "w ← w − η Δ · sign(g)",
    "rmsprop": "s ← ρ s + (1 − ρ) g²,  w ← w − η g/√s",
    "adadelta": "w ← w − η g · √d/√s",
    "adam": "w ← w − η m̂/√v̂",
    "amsgrad": "w ← w − η m̂/√(largest v)",
    "adamw": "w ← (1 − η λ) w − η m̂/√v̂",
    "nadam": "w ← w − η (m̂ ahead)/√v̂",
}


def rule_text(optimizer: str) -> str:
    """Return a rule as a formula: w the weight, g its gradient, η the learning rate; "" for one without gradients."""
    return _RULES.get(optimizer, "")


def surface_title(key: str) -> str:
    """Return the name of a surface."""
    return {
        "bowl": translate("Descent", "Bowl"),
        "ravine": translate("Descent", "Ravine"),
        "saddle": translate("Descent", "Saddle"),
        "two_minima": translate("Descent", "Two minima"),
        "rosenbrock": translate("Descent", "Rosenbrock's valley"),
        "least_squares": translate("Descent", "Line through 64 points"),
        OWN: translate("Descent", "Your own f(x, y)"),
    }[key]


def preset_title(name: str) -> str:
    """Return the name of something to compare."""
    return {
        "rules": translate("Descent", "Four rules"),
        "rates": translate("Descent", "Four learning rates"),
        "momenta": translate("Descent", "Four momenta"),
        "adaptive": translate("Descent", "Rules that adapt"),
        "batches": translate("Descent", "Whole set, batch, one sample"),
    }[name]


def optimizer_title(key: str) -> str:
    """Return the name of a rule."""
    return choice_words("optimizer", key, OPTIMIZERS[key]).title


def batch_title(batch: int) -> str:
    """Return how many samples a step looks at."""
    if batch == WHOLE_SET:
        return translate("Descent", "Whole set")
    if batch == 1:
        return translate("Descent", "1 sample")
    return translate("Descent", "{0} samples").format(batch)


def runner_titles(runners: Sequence[Runner]) -> list[str]:
    """Return the names of runners; those with the same rule are told apart by what differs between them."""
    titles = []
    for runner in runners:
        alike = [other for other in runners if other.optimizer == runner.optimizer]
        titles.append(_title(runner, alike))
    return titles


def _title(runner: Runner, alike: Sequence[Runner]) -> str:
    title = optimizer_title(runner.optimizer)
    if len({other.batch for other in alike}) > 1:
        return translate("Descent", "{0}, {1}").format(title, batch_title(runner.batch))
    for option in OPTIMIZERS[runner.optimizer].options:
        if len({other.option(option.name) for other in alike}) > 1:
            name = option_words(runner.optimizer, option).title
            return translate("Descent", "{0}, {1} {2}").format(title, name, figure(runner.option(option.name), 2))
    if len({other.learning_rate for other in alike}) > 1:
        return translate("Descent", "{0} at {1}").format(title, rate_text(runner.learning_rate))
    return title


def rates_words(rates: Rates) -> tuple[str, str]:
    """Return how the learning rates are chosen, in a word and in a sentence."""
    return {
        "own": (translate("Descent", "Own"), translate("Descent", "Each runs at the learning rate that it is given.")),
        "same": (translate("Descent", "The same"), translate("Descent", "All run at one learning rate.")),
        "best": (
            translate("Descent", "Best"),
            translate("Descent", "Each runs at the learning rate that is found to be best for it."),
        ),
    }[rates]


def expression_refusal(error: ValueError) -> str:
    """Return why an expression is no error surface, and what would do."""
    if isinstance(error, OwnSurfaceError):
        if error.kind == "names":
            return translate("Descent", "There are only x and y here, and no {0}.").format(listed(error.names))
        return translate("Descent", "This is nowhere a number on the map. Try another, such as x^2/20 + y^2.")
    if isinstance(error, CircuitError) and error.fault is not Fault.EMPTY:
        return mistake_text(error)
    return translate("Descent", "Type an expression in x and y, such as x^2/20 + y^2.")


def error_text(error: float) -> str:
    """Return an error as it stands in lists and legends; what is lost has none."""
    if math.isnan(error):
        return translate("Descent", "diverged")
    return figure(error, 3) if error < 1e-4 or error >= 1000 else f"{error:.4f}"


def rate_text(rate: float) -> str:
    """Return a learning rate with as many digits as it needs."""
    return f"{rate:.4g}"


def lost_text(step: int) -> str:
    """Return what is said of a runner that was lost."""
    return translate("Descent", "diverged at step {0}").format(step)


def step_text(step: int) -> str:
    """Return at which step something happened first, where −1 stands for not yet."""
    return translate("Descent", "not yet") if step < 0 else translate("Descent", "step {0}").format(step)


def story(contest: Contest, outcome: Outcome | None, titles: Sequence[str], step: int) -> str:
    """Return what happens on a surface, and to whom it happened until a step."""
    return in_a_row(_surface_story(contest), _rates_story(contest), _lost_story(outcome, titles, step))


def _surface_story(contest: Contest) -> str:
    if contest.has_samples and any(runner.batch for runner in contest.runners):
        return translate(
            "Descent",
            "The gradient of a few samples is a guess at that of all: the fewer, the more the path trembles, and it "
            "never comes to rest. But a step on one sample costs a 64th of a step on the whole set.",
        )
    return {
        "bowl": translate(
            "Descent",
            "The slope points straight at the minimum from everywhere. Plain gradient descent is enough here: at η = "
            "0.5 it is there in a single step.",
        ),
        "ravine": translate(
            "Descent",
            "Across the ravine the gradient is steep, along its floor almost flat. SGD bounces between the walls; "
            "momentum adds up what agrees and cancels what swings. Rules that measure each direction see no ravine.",
        ),
        "saddle": translate(
            "Descent",
            "On the ridge the slope leads to the middle of the saddle, where it is flat. Only a trace of height to the "
            "side leads out: rules that enlarge small gradients feel it first.",
        ),
        "two_minima": translate(
            "Descent",
            "The nearer minimum is not the deeper one. Who follows the slope ends in the one it leads to; momentum may "
            "roll on over the pass. Drag the start to the other side.",
        ),
        "rosenbrock": translate(
            "Descent",
            "A bent valley with a nearly flat floor: everybody is down in it soon, and then the way along it is long. "
            "A rate that suits the walls is far too small for the floor.",
        ),
        "least_squares": translate(
            "Descent",
            "C is the error of the line b + w·u through 64 points: a real training with two weights. Let a runner look "
            "at a few samples instead of all to see what mini-batches do.",
        ),
        OWN: translate("Descent", "Your own surface. Drag the start, and see where the slope leads from there."),
    }[contest.surface]


def _rates_story(contest: Contest) -> str:
    if contest.rates == "best":
        return translate(
            "Descent",
            "Each rule runs at the rate that was best for it from 20 other starts: so the rules are compared, and not "
            "how well their rates were guessed.",
        )
    if contest.rates == "same":
        return translate(
            "Descent",
            "All run at the same rate. It means something else to each rule: what suits one is far too small or too "
            "large for another.",
        )
    return ""


def _lost_story(outcome: Outcome | None, titles: Sequence[str], step: int) -> str:
    if outcome is None:
        return ""
    lost = [title for title, at in zip(titles, outcome.race.lost_at[:, 0].tolist(), strict=True) if 0 <= at <= step]
    if not lost:
        return ""
    return translate("Descent", "Left the map for good: {0}. A smaller rate keeps it in.").format(listed(lost))
