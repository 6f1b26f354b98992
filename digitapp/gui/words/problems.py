"""What problems, their data sets, presets and models are called, by the keys that the core knows them by.

A key that has no words here, as that of images which the user brought along, is shown by the name it carries.
"""

from __future__ import annotations

from typing import NamedTuple

from digitapp.datasets.problems import Inputs, Preset, Problem, base_name
from digitapp.gui.translation import translate


def problem_title(problem: Problem) -> str:
    """Return a problem's name in a few words."""
    titles = {
        "toy": translate("Problems", "4×3 toy"),
        "plane": translate("Problems", "Points in a plane"),
        "mnist": translate("Problems", "28×28 digits"),
    }
    return titles.get(problem.key, problem.title)


def problem_short_title(problem: Problem) -> str:
    """Return a problem's name for a narrow column."""
    titles = {
        "toy": translate("Problems", "4×3"),
        "plane": translate("Problems", "Plane"),
        "mnist": translate("Problems", "28×28"),
    }
    return titles.get(problem.key, problem.title)


def dataset_title(name: str) -> str:
    """Return a data set's name for people, without what it was made with; a folder is its own name."""
    titles = {
        "plane:moons": translate("Problems", "Two moons"),
        "plane:circles": translate("Problems", "Two circles"),
        "plane:spirals-2": translate("Problems", "Spiral, two arms"),
        "plane:spirals-3": translate("Problems", "Spiral, three arms"),
        "plane:xor": translate("Problems", "XOR: opposite corners"),
        "plane:blobs-2": translate("Problems", "Two heaps"),
        "plane:blobs-3": translate("Problems", "Three heaps"),
        "plane:blobs-4": translate("Problems", "Four heaps"),
        "plane:line": translate("Problems", "Parted by a line"),
        "toy": translate("Problems", "64 zeros and ones"),
        "mnist": translate("Problems", "MNIST"),
        "handwriting": translate("Problems", "Built-in handwriting"),
        "my-images": translate("Problems", "My images"),
        "my-points": translate("Problems", "My points"),
    }
    return titles.get(base_name(name), name)


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
        "bend": (
            translate("Problems", "Two layers"),
            translate("Problems", "Six units, then two: the page Draw shows how they bend the plane"),
        ),
        "too-few": (
            translate("Problems", "Too few units"),
            translate("Problems", "Three units: the border has too few bends to follow the moons"),
        ),
        "just-right": (
            translate("Problems", "Enough units"),
            translate("Problems", "Six units: the border follows the moons and lets stray points be"),
        ),
        "too-many": (
            translate("Problems", "Too many units"),
            translate("Problems", "Twenty units: the border winds around single stray points"),
        ),
        "held-0.001": (
            translate("Problems", "Twenty, λ = 0.001"),
            translate("Problems", "Large weights are held back a little: most of the winding goes"),
        ),
        "held-0.01": (
            translate("Problems", "Twenty, λ = 0.01"),
            translate("Problems", "Held more firmly: the border is nearly straight"),
        ),
        "held-0.1": (
            translate("Problems", "Twenty, λ = 0.1"),
            translate("Problems", "Held so firmly that the border is straight and no answer is sure"),
        ),
        "xor-no-hidden": (
            translate("Problems", "XOR, no hidden layer"),
            translate("Problems", "One straight border cannot part opposite corners, however long it learns"),
        ),
        "xor-hidden": (
            translate("Problems", "XOR, hidden layer"),
            translate("Problems", "Four hidden units fold the plane, and the corners come apart"),
        ),
        "perceptron": (
            translate("Problems", "Perceptron rule"),
            translate("Problems", "One point at a time; only a misread one moves the border, until none is left"),
        ),
        "softmax": (
            translate("Problems", "Border by softmax"),
            translate("Problems", "Every point pulls at the border, near ones more than far ones"),
        ),
        "hinge": (
            translate("Problems", "Border by hinge loss"),
            translate("Problems", "Points beyond the margin let go: only the nearest hold the border"),
        ),
        "three-arms": (
            translate("Problems", "Three arms"),
            translate("Problems", "20 and 20 ReLU units: straight pieces that follow three spiral arms"),
        ),
    }
    return PresetWords(*words.get(preset.key, (preset.key, "")))
