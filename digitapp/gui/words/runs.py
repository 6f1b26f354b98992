"""A run in words: where it set out from, and what it learned with."""

from __future__ import annotations

from collections.abc import Sequence

from digitapp.gui.translation import translate
from digitapp.gui.widgets.numbers import epoch_text, thousands
from digitapp.gui.words.choices import choice_words
from digitapp.nn import OPTIMIZERS
from digitapp.runs.branches import Branch
from digitapp.training.config import TrainConfig


def run_title(branch: Branch) -> str:
    """Return "Run 2"."""
    return translate("Runs", "Run {0}").format(branch.number)


def run_words(branch: Branch) -> str:
    """Return what tells a run from others: its layers, the settings that people change, and where it set out from."""
    config = branch.configs[1]
    optimizer = choice_words("optimizer", config.optimizer, OPTIMIZERS[config.optimizer]).title
    layers = "-".join(map(str, branch.model.network.sizes))
    settings = translate("Runs", "{0}, {1} at {2}, batches of {3}, seed {4}").format(
        layers, optimizer, f"{config.learning_rate:g}", thousands(config.batch_size), config.seed
    )
    if branch.parent is None:
        return settings
    return translate("Runs", "{0}; from run {1}, epoch {2}").format(
        settings, branch.parent.number, epoch_text(branch.start)
    )


def experiment_name(layers: Sequence[int], config: TrainConfig) -> str:
    """Return what the runs of an experiment are called where nobody gives them a name, "12-3-2 Adam 0.01"."""
    optimizer = choice_words("optimizer", config.optimizer, OPTIMIZERS[config.optimizer]).title
    shape = "-".join(map(str, layers))
    return translate("Runs", "{0} {1} {2}").format(shape, optimizer, f"{config.learning_rate:g}")
