"""What a search is about in words: its parameters, their values and limits, its trials."""

from __future__ import annotations

from digitapp.gui.translation import listed, translate
from digitapp.gui.widgets.numbers import percent
from digitapp.gui.words.run_settings import setting_title, setting_value
from digitapp.runs.search.space import LAYERS, UNITS, Between, Entry, Space
from digitapp.runs.search.spec import Pruner, Sampler, Side
from digitapp.runs.search.state import StudyState, TrialFate, TrialLine


def parameter_title(name: str) -> str:
    """Return what a parameter is called: a name of `space.NAMES`, or one of `Space.drawn_names`."""
    titles = {LAYERS: translate("Search", "Hidden layers"), UNITS: translate("Search", "Hidden units")}
    base, _, layer = name.rpartition("_")
    if base == UNITS and layer.isdecimal():
        return translate("Search", "Units, layer {0}").format(layer)
    return titles.get(name) or setting_title(name)


def drawn_title(space: Space, name: str) -> str:
    """Return what one of `drawn_names` is called: the units of the only layer need no number."""
    return parameter_title(UNITS if name == "units_1" and space.most_layers <= 1 else name)


def short_title(space: Space, name: str) -> str:
    """Return the same in a word, for where there is little room."""
    titles = {
        LAYERS: translate("Search", "Layers"),
        "learning_rate": translate("Search", "Rate"),
        "batch_size": translate("Search", "Batch"),
        "weight_decay": translate("Search", "Decay"),
        "input_dropout": translate("Search", "Inputs"),
    }
    base, _, layer = name.rpartition("_")
    if base == UNITS and layer.isdecimal():
        if space.most_layers <= 1:
            return translate("Search", "Units")
        return translate("Search", "Units {0}").format(layer)
    return titles.get(name, parameter_title(name))


def value_text(name: str, value: object) -> str:
    """Return a drawn value for people."""
    return f"{value:.3g}" if isinstance(value, float) else setting_value(name, value)


def limits_text(space: Space, name: str) -> str:
    """Return between which limits a parameter is searched."""
    entry = space.get(name)
    if entry is None:
        return ""
    if isinstance(entry, Between):
        text = translate("Search", "{0} to {1}").format(f"{entry.low:g}", f"{entry.high:g}")
        factors = [
            translate("Search", "{0} × {1}").format(value_text("optimizer", optimizer), f"{factor:g}")
            for optimizer, factor in space.factors
            if _is_searched(space, optimizer)
        ]
        if name == "learning_rate" and factors:
            return translate("Search", "{0}, {1}").format(text, listed(factors))
        return text
    return listed(value_text(name, value) for value in entry.values)


def _is_searched(space: Space, optimizer: str) -> bool:
    entry = space.get("optimizer")
    return entry is not None and optimizer in entry.ends


def entry_text(entry: Entry) -> str:
    """Return limits as they are typed: "16, 32, 64" or "0.001..0.1"."""
    return f"{entry.low:g}..{entry.high:g}" if isinstance(entry, Between) else str(entry)


def sampler_title(sampler: Sampler) -> str:
    """Return where settings come from."""
    return {
        Sampler.TPE: translate("Search", "By what did well"),
        Sampler.RANDOM: translate("Search", "At random"),
    }[sampler]


def pruner_title(pruner: Pruner) -> str:
    """Return which trials are given up."""
    return {
        Pruner.MEDIAN: translate("Search", "Below the median"),
        Pruner.HYPERBAND: translate("Search", "By Hyperband"),
        Pruner.NONE: translate("Search", "Never"),
    }[pruner]


def trial_title(trial: TrialLine) -> str:
    """Return what a trial is called."""
    if trial.side is Side.RANDOM:
        return translate("Search", "Trial {0} at random").format(trial.ordinal)
    return translate("Search", "Trial {0}").format(trial.ordinal)


def trial_rows(state: StudyState, trial: TrialLine) -> list[tuple[str, str]]:
    """Return what a trial came to and what was drawn for it, as pairs of words."""
    space = state.spec.space
    rows = [(drawn_title(space, name), value_text(name, value)) for name, value in trial.drawn.items()]
    return [(fate_text(trial), accuracy(trial.reached)), *rows]


def fate_text(trial: TrialLine) -> str:
    """Return what has become of a trial."""
    if trial.diverged:
        return translate("Search", "Overflowed")
    return {
        TrialFate.RUNNING: translate("Search", "Under way"),
        TrialFate.WAITING: translate("Search", "To be made anew"),
        TrialFate.DONE: translate("Search", "Run to the end"),
        TrialFate.GIVEN_UP: translate("Search", "Given up early"),
        TrialFate.FAILED: translate("Search", "Failed"),
    }[trial.fate]


def accuracy(value: float | None) -> str:
    """Return a share of the validation images as "95.48 %"."""
    return "–" if value is None else percent(value, 2)
