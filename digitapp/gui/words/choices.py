"""What can be chosen for a training, in words: activations, losses, optimisers and the like, and their options.

The core describes each of them itself, in English; a new one is shown in those words until it stands here.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from digitapp.gui.translation import translate
from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.options import Option


class Choice(Protocol):
    """An entry of one of the core's registries."""

    @property
    def title(self) -> str: ...

    @property
    def summary(self) -> str: ...


class ChoiceWords(NamedTuple):
    """What something is called, and what it does in a sentence."""

    title: str
    summary: str


def choice_words(kind: str, key: str, entry: Choice) -> ChoiceWords:
    """Return the words for an entry of the registry of a kind of setting, such as "optimizer"."""
    known = {
        "activation": _activations,
        "initializer": _initializers,
        "normalization": _normalizations,
        "loss": _losss,
        "optimizer": _optimizers,
        "schedule": _schedules,
    }
    return known[kind]().get(key, ChoiceWords(entry.title, entry.summary))


def activation_words(key: str) -> ChoiceWords:
    """Return the words for an activation."""
    entry: Any = ACTIVATIONS[key]
    return choice_words("activation", key, entry)


def option_words(owner: str, option: Option) -> ChoiceWords:
    """Return the words for an option of the entry with a key, such as "adam"."""
    known = _options()
    own = ChoiceWords(option.title, option.summary)
    return known.get((owner, option.name), known.get(("", option.name), own))


def _activations() -> dict[str, ChoiceWords]:
    pieces = translate("Choices", "Maxout, {0} pieces")
    largest = translate(
        "Choices", "Gives each unit {0} weighted sums and passes the largest on, so that it learns its own bend."
    )
    maxout = {f"maxout{count}": ChoiceWords(pieces.format(count), largest.format(count)) for count in (2, 3, 5)}
    return {
        "sigmoid": ChoiceWords(
            translate("Choices", "Sigmoid"),
            translate("Choices", "Squeezes every value between 0 and 1; slow to learn where it is nearly flat."),
        ),
        "tanh": ChoiceWords(
            translate("Choices", "Tanh"),
            translate("Choices", "Squeezes every value between −1 and 1, centred on zero."),
        ),
        "relu": ChoiceWords(
            translate("Choices", "ReLU"),
            translate(
                "Choices", "Keeps positive values and sets negative ones to zero; quick to learn, the usual choice."
            ),
        ),
        "leaky_relu": ChoiceWords(
            translate("Choices", "Leaky ReLU"),
            translate("Choices", "Like ReLU, but lets a hundredth of negative values through, so that no unit dies."),
        ),
        "elu": ChoiceWords(
            translate("Choices", "ELU"),
            translate("Choices", "Like ReLU, but bends smoothly towards −1 for negative values."),
        ),
        "softplus": ChoiceWords(
            translate("Choices", "Softplus"),
            translate("Choices", "A ReLU with a rounded corner."),
        ),
        "gelu": ChoiceWords(
            translate("Choices", "GELU"),
            translate(
                "Choices",
                "Weighs a value by how likely a bell curve is to lie below it; a smooth ReLU with a small dip.",
            ),
        ),
        "scaled_tanh": ChoiceWords(
            translate("Choices", "Scaled tanh"),
            translate("Choices", "A tanh stretched so that inputs of spread 1 give outputs of spread 1."),
        ),
        "step": ChoiceWords(
            translate("Choices", "Step"),
            translate("Choices", "Fires or does not, as the first artificial neurons did; has no slope to learn from."),
        ),
        "identity": ChoiceWords(
            translate("Choices", "Identity"),
            translate("Choices", "Passes the weighted sum on unchanged, for the output layer in front of a softmax."),
        ),
        **maxout,
    }


def _initializers() -> dict[str, ChoiceWords]:
    return {
        "he": ChoiceWords(
            translate("Choices", "He"),
            translate("Choices", "Random, scaled to the number of inputs for ReLU layers."),
        ),
        "glorot": ChoiceWords(
            translate("Choices", "Glorot"),
            translate("Choices", "Random, scaled to inputs and outputs, for sigmoid and tanh layers."),
        ),
        "lecun": ChoiceWords(
            translate("Choices", "LeCun"),
            translate("Choices", "Random, scaled so that sums of inputs keep their size."),
        ),
        "normal": ChoiceWords(
            translate("Choices", "Normal"),
            translate("Choices", "Random from the bell curve with spread 1, whatever the layer's size."),
        ),
        "uniform": ChoiceWords(
            translate("Choices", "Uniform"),
            translate("Choices", "Random and even within a range that shrinks with the inputs."),
        ),
        "zeros": ChoiceWords(
            translate("Choices", "Zeros"),
            translate("Choices", "All weights zero, to see why that does not work: units stay alike."),
        ),
    }


def _normalizations() -> dict[str, ChoiceWords]:
    return {
        "none": ChoiceWords(
            translate("Choices", "None"),
            translate("Choices", "Uses the weighted sums as they are."),
        ),
        "batch": ChoiceWords(
            translate("Choices", "Batch"),
            translate("Choices", "Brings every unit's sums to the same mean and spread over each batch."),
        ),
    }


def _losss() -> dict[str, ChoiceWords]:
    return {
        "cross_entropy": ChoiceWords(
            translate("Choices", "Softmax cross-entropy"),
            translate(
                "Choices",
                "How surprised the network is by the right answer; the usual choice for telling classes apart.",
            ),
        ),
        "binary_cross_entropy": ChoiceWords(
            translate("Choices", "Binary cross-entropy"),
            translate("Choices", "Asks every output its own yes-or-no question and adds up the surprise."),
        ),
        "squared_error": ChoiceWords(
            translate("Choices", "Squared error"),
            translate(
                "Choices",
                "Half the squared distance between outputs and targets; simple, but slow once a sigmoid is stuck.",
            ),
        ),
        "hinge": ChoiceWords(
            translate("Choices", "Multi-class hinge (SVM)"),
            translate("Choices", "Asks that the right class score at least 1 above every other, and then is content."),
        ),
        "perceptron": ChoiceWords(
            translate("Choices", "Perceptron criterion"),
            translate(
                "Choices", "Changes weights only where an answer is wrong: with SGD, the perceptron rule of 1958."
            ),
        ),
    }


def _optimizers() -> dict[str, ChoiceWords]:
    return {
        "sgd": ChoiceWords(
            translate("Choices", "SGD"),
            translate("Choices", "Goes a small step downhill after every batch."),
        ),
        "gradient_descent": ChoiceWords(
            translate("Choices", "Gradient descent (whole set)"),
            translate("Choices", "Looks at all the data before each step: straight downhill, but one step an epoch."),
        ),
        "momentum": ChoiceWords(
            translate("Choices", "Momentum"),
            translate(
                "Choices", "Gathers speed in directions that many batches agree on, like a ball rolling downhill."
            ),
        ),
        "averaged_momentum": ChoiceWords(
            translate("Choices", "Momentum (averaged)"),
            translate("Choices", "Follows a running mean of the gradients; the other published form of momentum."),
        ),
        "nesterov": ChoiceWords(
            translate("Choices", "Nesterov momentum"),
            translate("Choices", "Momentum that looks ahead and so brakes earlier."),
        ),
        "adagrad": ChoiceWords(
            translate("Choices", "Adagrad"),
            translate("Choices", "Gives each weight a step that shrinks with all the gradients it has seen."),
        ),
        "adagrad_da": ChoiceWords(
            translate("Choices", "Adagrad (dual averaging)"),
            translate(
                "Choices",
                "Adagrad that adds up all gradients and goes from the starting point to where their sum leads.",
            ),
        ),
        "rprop": ChoiceWords(
            translate("Choices", "Rprop"),
            translate(
                "Choices",
                "Asks each gradient for its sign alone, and finds a step size for every weight; made for the whole "
                "set.",
            ),
        ),
        "rmsprop": ChoiceWords(
            translate("Choices", "RMSprop"),
            translate("Choices", "Divides each gradient by the recent size of its kind."),
        ),
        "adadelta": ChoiceWords(
            translate("Choices", "Adadelta"),
            translate(
                "Choices", "Finds its own step size from its past steps; a learning rate of 1 is its paper's choice."
            ),
        ),
        "adam": ChoiceWords(
            translate("Choices", "Adam"),
            translate(
                "Choices",
                "Gives every weight its own step size from its recent gradients; works well with little tuning.",
            ),
        ),
        "amsgrad": ChoiceWords(
            translate("Choices", "AMSGrad"),
            translate("Choices", "Adam that never forgets how large a weight's gradients once were."),
        ),
        "adamw": ChoiceWords(
            translate("Choices", "AdamW"),
            translate("Choices", "Adam that also shrinks every parameter a little at each step."),
        ),
        "nadam": ChoiceWords(
            translate("Choices", "Nadam"),
            translate("Choices", "Adam that looks ahead as Nesterov's momentum does."),
        ),
        "genetic": ChoiceWords(
            translate("Choices", "Genetic algorithm"),
            translate("Choices", "Breeds networks by chance and keeps the better ones; uses no gradient at all."),
        ),
    }


def _schedules() -> dict[str, ChoiceWords]:
    return {
        "constant": ChoiceWords(
            translate("Choices", "Constant"),
            translate("Choices", "The same learning rate from first to last."),
        ),
        "step": ChoiceWords(
            translate("Choices", "Steps"),
            translate("Choices", "Multiplies the learning rate by a factor a few times."),
        ),
        "exponential": ChoiceWords(
            translate("Choices", "Exponential"),
            translate("Choices", "Shrinks the learning rate by the same ratio at every step."),
        ),
        "cosine": ChoiceWords(
            translate("Choices", "Cosine"),
            translate("Choices", "Lets the learning rate glide down to zero along a cosine."),
        ),
        "one_cycle": ChoiceWords(
            translate("Choices", "One cycle"),
            translate(
                "Choices", "Raises the learning rate to its peak and lets it fall to nearly zero: fast training."
            ),
        ),
        "warm_up": ChoiceWords(
            translate("Choices", "Warm-up"),
            translate("Choices", "Raises the learning rate from nearly zero at the start and keeps it there."),
        ),
    }


def _options() -> dict[tuple[str, str], ChoiceWords]:
    return {
        ("", "epsilon"): ChoiceWords(
            "ε",
            translate("Choices", "Keeps the division safe where gradients are tiny."),
        ),
        ("adadelta", "epsilon"): ChoiceWords(
            "ε",
            translate("Choices", "Where the first steps come from."),
        ),
        ("", "grow"): ChoiceWords(
            translate("Choices", "Growth η⁺"),
            translate("Choices", "What a step size is multiplied by while the sign stays."),
        ),
        ("", "shrink"): ChoiceWords(
            translate("Choices", "Shrinkage η⁻"),
            translate("Choices", "What a step size is multiplied by when the sign changes."),
        ),
        ("", "rho"): ChoiceWords(
            "ρ",
            translate("Choices", "How slowly the mean of the squares changes."),
        ),
        ("adadelta", "rho"): ChoiceWords(
            "ρ",
            translate("Choices", "How slowly the means of the squares change."),
        ),
        ("", "beta1"): ChoiceWords(
            "β₁",
            translate("Choices", "How slowly the mean of the gradients changes."),
        ),
        ("", "beta2"): ChoiceWords(
            "β₂",
            translate("Choices", "How slowly the mean of their squares changes."),
        ),
        ("", "decay"): ChoiceWords(
            translate("Choices", "Decay λ"),
            translate("Choices", "How strongly parameters shrink."),
        ),
        ("", "population"): ChoiceWords(
            translate("Choices", "Population"),
            translate("Choices", "How many networks compete."),
        ),
        ("", "mutated"): ChoiceWords(
            translate("Choices", "Mutated share"),
            translate("Choices", "How many of a child's weights change by chance."),
        ),
        ("", "drop"): ChoiceWords(
            translate("Choices", "Factor"),
            translate("Choices", "What the learning rate is multiplied by each time."),
        ),
        ("", "stages"): ChoiceWords(
            translate("Choices", "Stages"),
            translate("Choices", "Into how many equal parts the run is divided."),
        ),
        ("", "final"): ChoiceWords(
            translate("Choices", "Final factor"),
            translate("Choices", "The factor at the end of the run."),
        ),
        ("", "rise"): ChoiceWords(
            translate("Choices", "Rise"),
            translate("Choices", "The part of the run in which the learning rate rises."),
        ),
        ("", "start"): ChoiceWords(
            translate("Choices", "Start"),
            translate("Choices", "The factor at the start."),
        ),
    }
