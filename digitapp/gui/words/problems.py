"""What problems, their data sets, presets and models are called, by the keys that the core knows them by.

A key that has no words here, as that of images which the user brought along, is shown by the name it carries.
"""

from __future__ import annotations

from typing import NamedTuple

from digitapp.datasets.problems import Inputs, Preset, Problem
from digitapp.gui.translation import translate


def problem_title(problem: Problem) -> str:
    """Return a problem's name in a few words."""
    titles = {
        "toy": translate("Problems", "4×3 toy"),
        "mnist": translate("Problems", "28×28 digits"),
    }
    return titles.get(problem.key, problem.title)


def dataset_title(name: str) -> str:
    """Return a data set's name for people; a folder is its own name."""
    titles = {
        "toy": translate("Problems", "64 zeros and ones"),
        "mnist": translate("Problems", "MNIST"),
        "handwriting": translate("Problems", "Built-in handwriting"),
        "my-images": translate("Problems", "My images"),
    }
    return titles.get(name, name)


def dataset_offer(name: str) -> str:
    """Return what a button says that uses this data set instead of one that is missing."""
    offers = {"handwriting": translate("Problems", "Use the built-in handwriting")}
    return offers.get(name, translate("Problems", "Use “{0}”").format(dataset_title(name)))


def dataset_remark(name: str) -> str:
    """Return what a data set is that may be used instead of one that is missing; empty where its name says it."""
    remarks = {"handwriting": translate("Problems", "digits that this program writes itself")}
    return remarks.get(name, "")


def test_images_title(name: str) -> str:
    """Return what the images are called that measure a network trained on anything."""
    titles = {
        "mnist": translate("Problems", "MNIST's test images"),
        "handwriting": translate("Problems", "Built-in handwriting"),
    }
    return titles.get(name, name)


def model_title(name: str) -> str:
    """Return what a model that comes with the program is called."""
    titles = {
        "everyday": translate("Problems", "Everyday model"),
        "record": translate("Problems", "Record model"),
        "mnist": translate("Problems", "MNIST alone"),
        "toy": translate("Problems", "Shipped model"),
    }
    return titles.get(name, name)


def model_remark(name: str) -> str:
    """Return what tells a model that comes with the program from the others, "" where it is the only one."""
    remarks = {
        "everyday": translate("Problems", "reads most hands, refuses what is no digit"),
        "record": translate("Problems", "the fewest errors on MNIST"),
        "mnist": translate("Problems", "has seen nothing but MNIST"),
    }
    return remarks.get(name, "")


def no_hand(problem: Problem) -> tuple[str, str]:
    """Return title and text of why no handwriting is collected for a problem."""
    if problem.inputs is Inputs.GRID:
        return (
            translate("Problems", "There is no handwriting in the {0}").format(problem_title(problem)),
            translate("Problems", "Its pixels are set one by one. Your hand is collected for the 28×28 digits."),
        )
    return (
        translate("Problems", "There is no handwriting in this problem"),
        translate("Problems", "Your hand is collected for the 28×28 digits."),
    )


def sample_offer(problem: Problem) -> str:
    """Return what a button says that shows the problem's sample."""
    offers = {"mnist": translate("Problems", "Show me a 3")}
    return offers.get(problem.key, translate("Problems", "Show me an example"))


class PresetWords(NamedTuple):
    """A preset's name, and what it shows in a sentence; empty where there is nothing to say."""

    title: str
    summary: str


def preset_words(preset: Preset) -> PresetWords:
    """Return the words for a preset."""
    words = {
        "classic": (
            translate("Problems", "Classic"),
            translate("Problems", "Three sigmoid units, as on the blackboard"),
        ),
        "blink": (
            translate("Problems", "Quick"),
            translate("Problems", "Six ReLU units with Adam: done in a blink"),
        ),
        "one-unit": (
            translate("Problems", "One unit"),
            translate("Problems", "How far does a single hidden unit get?"),
        ),
        "alike": (
            translate("Problems", "All weights alike"),
            translate("Problems", "Starting from zeros, the units never become different"),
        ),
        "quick": (
            translate("Problems", "Quick"),
            translate("Problems", "128 units with Adam: about 97.5 % within a minute"),
        ),
        "longer": (
            translate("Problems", "98 %"),
            translate("Problems", "Two hidden layers, longer, with weight decay"),
        ),
        "textbook": (
            translate("Problems", "Textbook"),
            translate("Problems", "30 sigmoid units, squared error and plain SGD"),
        ),
        "no-hidden": (
            translate("Problems", "No hidden layer"),
            translate("Problems", "Ten units that look at the pixels alone"),
        ),
        "too-fast": (
            translate("Problems", "Too large a learning rate"),
            translate("Problems", "See what it looks like when training falls apart"),
        ),
    }
    return PresetWords(*words.get(preset.key, (preset.key, "")))
