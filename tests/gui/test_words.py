"""The words of the window for what the core names by keys: all of them, and the same as the core's own English."""

from __future__ import annotations

import pytest

from digitapp.gui.pages.train import fields
from digitapp.gui.words.choices import ChoiceWords, choice_words, option_words
from digitapp.gui.words.settings import refusal
from digitapp.nn import ACTIVATIONS, INITIALIZERS, LOSSES, NORMALIZATIONS, OPTIMIZERS, SCHEDULES
from digitapp.nn.options import Option
from digitapp.training.config import ConfigError, NetworkConfig

REGISTRIES = {
    "activation": ACTIVATIONS,
    "initializer": INITIALIZERS,
    "normalization": NORMALIZATIONS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}
NAMELESS = ChoiceWords("?", "?")


@pytest.mark.parametrize("kind", REGISTRIES)
def test_every_choice_and_its_options_have_words(kind: str) -> None:
    for key, entry in REGISTRIES[kind].items():
        assert choice_words(kind, key, NAMELESS) == (entry.title, entry.summary)
        for option in getattr(entry, "options", ()):
            if option.name in fields.NUMBERS:
                assert fields.title(option.name)
            else:
                nameless = Option(option.name, "?", 0.0, 0.0, 1.0, "?")
                assert option_words(key, nameless) == (option.title, option.summary)


def test_a_choice_that_is_new_is_shown_in_its_own_words() -> None:
    assert choice_words("optimizer", "new", NAMELESS) == ("?", "?")
    assert option_words("adam", Option("new", "New", 0.0, 0.0, 1.0, "Does.")) == ("New", "Does.")


def test_every_number_of_a_training_has_a_label_and_a_tip() -> None:
    for name in fields.NUMBERS:
        assert fields.title(name) and fields.summary(name).endswith(".")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"hidden": (0,)}, "Not possible. Use up to 20 whole numbers from 1 to 10,000, such as 128, 64."),
        ({"initializer": "?"}, "Not possible. Use one of these: he, glorot, lecun, normal, uniform and zeros."),
        ({"hidden": (3, 3, 3), "activation": "relu,tanh"}, "Not possible. Use one name, or 3 for 3 hidden layers."),
    ],
)
def test_a_refused_network_says_what_would_do(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        NetworkConfig(**settings)  # type: ignore[arg-type]
    assert refusal(caught.value) == words


def test_a_network_that_is_too_large_says_how_large_it_may_be() -> None:
    with pytest.raises(ConfigError) as caught:
        NetworkConfig((10_000, 10_000)).check_size(784, 10)
    assert refusal(caught.value) == "Not possible. Use layers with at most 25,000,000 parameters in all."
