"""The two captions of one picture: what a network does, and the tale of the demons who listen to each other.

In the tale minions stand on the pixels and wake when theirs has ink; demons in the hidden layers like some of those
below and grow excited; those at the top listen to them, and the loudest is the answer. Liking is weight, and the
heart's bias makes a demon deaf to small noise. Backwards, the demons are told by how much they misled.
"""

from __future__ import annotations

from digitapp.gui.pages.step.formulas import exact, plain
from digitapp.gui.state.scene import Scene
from digitapp.gui.translation import Name, translate
from digitapp.inspection.walk import Kind


class StepWords:
    """Titles and sentences about one scene, in the mathematics or in the tale."""

    def __init__(self, scene: Scene, *, tale: bool) -> None:
        self._scene = scene
        self._tale = tale
        layer, focus = scene.stop.layer, scene.focus
        self._unit = focus.unit if focus.layer == layer else 0

    @property
    def _is_output(self) -> bool:
        return self._scene.stop.layer == len(self._scene.numbers.layers) - 1

    @property
    def _name(self) -> str:
        """The unit that is told about, inside a sentence: "unit A", "demon A", "output 0"."""
        scene, layer = self._scene, self._scene.stop.layer
        if not self._tale:
            return scene.shown.names.unit_inside(layer, self._unit)
        return translate("StepPage", "demon {0}").format(scene.shown.names.short(layer, self._unit))

    def title(self) -> str:
        """Return what the stop asks."""
        scene, kind = self._scene, self._scene.stop.kind
        if kind is Kind.INPUTS:
            return (
                translate("StepPage", "Who is awake?")
                if self._tale
                else translate("StepPage", "What does the network see?")
            )
        if kind is Kind.SUMS:
            text = (
                translate("StepPage", "What does {0} hear?")
                if self._tale
                else translate("StepPage", "What does {0} add up?")
            )
            return text.format(self._name)
        if kind is Kind.ACTIVATIONS:
            return translate("StepPage", "How excited is {0}?").format(self._name)
        if kind is Kind.ERROR:
            return translate("StepPage", "How wrong is the answer?")
        if kind is Kind.BLAME:
            text = (
                translate("StepPage", "How much did {0} mislead?")
                if self._tale
                else translate("StepPage", "How much is {0} to blame?")
            )
            return text.format(self._name)
        if kind is Kind.GRADIENTS:
            if self._tale:
                return translate("StepPage", "Whom should {0} like less?").format(self._name)
            return translate("StepPage", "Which weights of {0} matter?").format(self._name)
        if scene.is_done and self._tale:
            return translate("StepPage", "All of them have changed a little")
        return translate("StepPage", "All {0} weights and biases have changed").format(scene.network.parameter_count)

    def text(self) -> str:
        """Return what happens, in two sentences at most."""
        kind = self._scene.stop.kind
        return {
            Kind.INPUTS: self._inputs,
            Kind.SUMS: self._sums,
            Kind.ACTIVATIONS: self._activations,
            Kind.ERROR: self._error,
            Kind.BLAME: self._blame,
            Kind.GRADIENTS: self._gradients,
            Kind.UPDATE: self._update,
        }[kind]()

    @property
    def _has_pixels(self) -> bool:
        return self._scene.shown.problem.has_picture

    def _inputs(self) -> str:
        if not self._has_pixels:
            return translate("StepPage", "What is given are numbers, one for each input.")
        if self._tale:
            return translate("StepPage", "On each pixel stands a minion. It wakes where there is ink, and calls.")
        return translate(
            "StepPage", "Each pixel is a number: 1 where there is ink, 0 where there is none, and grey between."
        )

    def _sums(self) -> str:
        first = self._scene.stop.layer == 0
        if self._tale:
            if first:
                return translate(
                    "StepPage",
                    "{0} hears every minion that is awake, the ones it likes louder; those it dislikes count against. "
                    "Its heart's bias keeps small noise away.",
                ).format(_upper(self._name))
            return translate(
                "StepPage", "{0} listens to the demons below, by how excited they are and how much it likes them."
            ).format(_upper(self._name))
        text = (
            translate("StepPage", "{0} adds up weight × pixel over all its inputs and puts its bias on top.")
            if first and self._has_pixels
            else translate("StepPage", "{0} adds up weight × input and puts its bias on top.")
            if first
            else translate("StepPage", "{0} adds up weight × activation of the layer below and puts its bias on top.")
        )
        return text.format(_upper(self._name))

    def _activations(self) -> str:
        scene, layer = self._scene, self._scene.stop.layer
        loss, activation = scene.shown.model.loss, scene.network.activations[layer]
        if self._is_output and loss == "cross_entropy":
            if self._tale:
                return translate(
                    "StepPage", "The demons at the top shout; the share of each in all the noise is how sure it is."
                )
            return translate(
                "StepPage", "Softmax turns the sums into shares of 1: e to the power of each, over all of them."
            )
        if self._tale:
            return translate("StepPage", "What it hears makes it more or less excited: {0}.").format(
                exact(float(scene.numbers.layers[layer].activations[self._unit]))
            )
        if activation == "identity":
            return translate("StepPage", "The output is the sum itself.")
        title = scene.network.layers[layer].activation.title
        if activation in ("sigmoid", "tanh"):
            text = translate("StepPage", "{0} turns the sum into a number from {1} to 1.")
            return text.format(title, 0 if activation == "sigmoid" else "−1")
        return translate("StepPage", "{0} turns the sum into the unit's activation.").format(title)

    def _error(self) -> str:
        scene, names = self._scene, self._scene.shown.model.class_names
        right, read = names[scene.numbers.label], names[scene.numbers.answer]
        if right == read:
            text = translate(
                "StepPage", "This is {0:a}, and it is read as one. What is missing to certainty is still an error."
            )
            return text.format(Name(right))
        return translate("StepPage", "This is {0:a}, but it is read as {1}.").format(Name(right), read)

    def _blame(self) -> str:
        scene, layer = self._scene, self._scene.stop.layer
        numbers = scene.numbers.layers[layer]
        delta, local = float(numbers.blame[self._unit]), float(numbers.locals[self._unit])
        if self._tale:
            if self._is_output:
                text = (
                    translate("StepPage", "It was louder than it should have been.")
                    if delta > 0
                    else translate("StepPage", "It was not as loud as it should have been.")
                    if delta < 0
                    else translate("StepPage", "It was just right.")
                )
                return text
            return translate(
                "StepPage",
                "It is told by how much it misled those above: in proportion to how much they like it, and to how "
                "easily it is moved.",
            )
        if self._is_output:
            return translate(
                "StepPage",
                "δ says how the error grows with the sum of this output: more sum, more error where it is above 0.",
            )
        if abs(local) < 0.1:
            text = translate(
                "StepPage",
                "The blame of those above comes back along the wires. This unit hardly moves any more (f′ = {0}), so "
                "little of it gets through.",
            )
            return text.format(plain(local))
        return translate(
            "StepPage",
            "The blame of those above comes back along the wires, each share times its weight; the shares add up.",
        )

    def _gradients(self) -> str:
        if self._tale:
            return translate(
                "StepPage",
                "Those who were awake when it went wrong are liked a little less, or more; who slept had no part in "
                "it.",
            )
        return translate(
            "StepPage",
            "The slope for a weight is the blame of the unit times what the wire carried. A wire that carried 0 "
            "does not matter now.",
        )

    def _update(self) -> str:
        update = self._scene.update
        if update is None:
            return ""
        if self._tale:
            return translate(
                "StepPage", "Each demon has changed its likings a little, so that next time it misleads less."
            )
        return translate(
            "StepPage",
            "Every weight has gone a small step against its slope. Computed in float64, as all numbers here; the "
            "step is that of the training.",
        )

    def next(self) -> str:
        """Return what comes next."""
        scene = self._scene
        if scene.is_done:
            return translate("StepPage", "Next: the same again, with the new weights.")
        index = scene.place.stop + 1
        if index >= len(scene.stops):
            return ""
        stop, layers = scene.stops[index], len(scene.numbers.layers)
        if stop.kind is Kind.SUMS:
            if stop.layer == layers - 1 and layers > 1:
                return translate("StepPage", "Next: the outputs add up what the layer below says.")
            return translate("StepPage", "Next: the units add up.")
        return {
            Kind.ACTIVATIONS: translate("StepPage", "Next: the sums become activations."),
            Kind.ERROR: translate("StepPage", "Next: the answer is compared with the target."),
            Kind.BLAME: translate("StepPage", "Next: the blame comes back."),
            Kind.GRADIENTS: translate("StepPage", "Next: what that means for each weight."),
            Kind.UPDATE: translate("StepPage", "Next: the weights change."),
        }.get(stop.kind, "")


def _upper(text: str) -> str:
    """Return a name at the beginning of a sentence."""
    return text[:1].upper() + text[1:]
