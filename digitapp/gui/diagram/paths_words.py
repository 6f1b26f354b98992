"""What the paths through the network say in words: names, headings, readouts, sentences."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np

from digitapp.gui.names import Names
from digitapp.gui.translation import Name, in_a_row, translate
from digitapp.gui.widgets.numbers import decimal, per_cent, signed, thousands
from digitapp.gui.widgets.numbers import probability as probability_text
from digitapp.gui.widgets.readout import ReadoutRow
from digitapp.inspection.paths import StrongestPaths
from digitapp.inspection.templates import is_piecewise_linear
from digitapp.nn.network import Network

_ENOUGH = 0.9  # of what a layer does: more is all of it to the eye


def not_a_number() -> str:
    """Return what stands where a value is none."""
    return translate("NetworkWords", "not a number")


class PathWords:
    """Names and sentences for the paths through one network.

    Parameters
    ----------
    network : the shown one
    class_names : of its outputs
    names : of its layers and units
    """

    def __init__(self, network: Network, class_names: Sequence[str], names: Names) -> None:
        self._sizes = network.sizes
        self._biases = network.unit_biases
        self._class_names = tuple(class_names)
        self._names = names
        self._is_exact = is_piecewise_linear(network)

    def class_name(self, output: int) -> str:
        """Return the name of an output's class."""
        return self._class_names[output]

    def name(self, layer: int, unit: int) -> str:
        """Return the short name of a unit: "66", "2.66", "A"; of an output its class."""
        return self._names.short(layer, unit)

    def title(self, layer: int, unit: int) -> str:
        """Return "Unit 66" or "Output 3"."""
        return self._names.unit(layer, unit)

    def number(self, value: float) -> str:
        """Return a value with two decimals, or words for what is none."""
        return decimal(value) if isfinite(value) else not_a_number()

    def signed(self, value: float) -> str:
        """Return a value with its sign, or words for what is none."""
        return signed(value) if isfinite(value) else not_a_number()

    def probability(self, value: float) -> str:
        """Return a probability in per cent, or words for what is none."""
        return probability_text(value) if isfinite(value) else "–"

    # Headings

    def input_heading(self) -> tuple[str, str]:
        """Return what stands above the drawing."""
        return translate("NetworkWords", "Your drawing"), translate("NetworkWords", "{0} pixels").format(
            thousands(self._sizes[0])
        )

    def layer_heading(self, paths: StrongestPaths, layer: int) -> tuple[str, str]:
        """Return what stands above a column: the layer, and how much of it is shown."""
        name, total = self._names.layer(layer), self._sizes[layer + 1]
        shown = len(paths.units[layer])
        if shown == total:
            return name, translate("NetworkWords", "all {0}").format(thousands(total))
        if layer == len(self._sizes) - 2:
            return name, translate("NetworkWords", "{0} likeliest of {1}").format(shown, thousands(total))
        return name, translate("NetworkWords", "{0} of {1} units").format(shown, thousands(total))

    # Readouts

    def spot(self, paths: StrongestPaths, layer: int, place: int) -> tuple[str, list[ReadoutRow]]:
        """Return title and rows for a shown unit; layer −1 is the drawing."""
        if layer < 0:
            ink = int(np.count_nonzero(paths.found.signals[0]))
            return translate("NetworkWords", "What the network sees"), [
                ReadoutRow(translate("NetworkWords", "pixels with ink"), thousands(ink))
            ]
        unit = paths.units[layer][place]
        title = self.title(layer, unit)
        if layer == len(self._sizes) - 2:
            rows = [ReadoutRow(translate("NetworkWords", "bias"), self.signed(float(self._biases[layer][unit])))]
            if unit == paths.found.output:
                rows.append(ReadoutRow(translate("NetworkWords", "its sum"), self.signed(paths.found.total)))
            else:
                rows.append(ReadoutRow(translate("NetworkWords", "click to follow it"), ""))
            return title, rows
        goal = self.class_name(paths.found.output)
        contribution = float(paths.found.contributions[layer][unit])
        adds = (
            translate("NetworkWords", "adds to {0}")
            if self._is_exact
            else translate("NetworkWords", "adds to {0}, about")
        )
        rows = [
            ReadoutRow(
                translate("NetworkWords", "activation"), self.number(float(paths.found.signals[layer + 1][unit]))
            ),
            ReadoutRow(translate("NetworkWords", "bias"), self.signed(float(self._biases[layer][unit]))),
            ReadoutRow(adds.format(goal), self.signed(contribution)),
        ]
        return title, rows

    def link(self, paths: StrongestPaths, layer: int, source: int, target: int) -> tuple[str, list[ReadoutRow]]:
        """Return title and rows for a shown connection into a layer."""
        goal = self._names.unit_inside(layer, paths.units[layer][target])
        if layer == 0:
            title = translate("NetworkWords", "Drawing → {0}").format(goal)
            return title, [
                ReadoutRow(translate("NetworkWords", "ink × weights adds"), self.signed(float(paths.drive[target])))
            ]
        unit = paths.units[layer - 1][source]
        weight = float(paths.weights[layer - 1][source, target])
        signal = float(paths.found.signals[layer][unit])
        rows = [
            ReadoutRow(translate("NetworkWords", "weight"), self.signed(weight)),
            ReadoutRow(translate("NetworkWords", "× activation"), self.number(signal)),
            ReadoutRow(translate("NetworkWords", "adds to its sum"), self.signed(weight * signal)),
        ]
        if layer < len(self._sizes) - 2:
            flow = float(paths.flows[layer - 1][source, target])
            rows.append(
                ReadoutRow(
                    translate("NetworkWords", "and to {0}").format(self.class_name(paths.found.output)),
                    self.signed(flow),
                )
            )
        return translate("NetworkWords", "{0} → {1}").format(self.title(layer - 1, unit), goal), rows

    # Sentences

    def sentence(self, paths: StrongestPaths) -> str:
        """Return what the picture shows, in plain words."""
        goal = Name(self.class_name(paths.found.output))
        if not isfinite(paths.found.total):
            return translate(
                "NetworkWords", "Some weights on the way to {0:a} are not numbers, so nothing adds up. They are red."
            ).format(goal)
        if not paths.covered:
            return translate(
                "NetworkWords",
                "Without hidden layers every class lays its own weights over the drawing and adds them up.",
            )
        silent = [layer for layer, share in enumerate(paths.covered) if not isfinite(share)]
        if silent:
            if len(self._sizes) == 3:
                return translate(
                    "NetworkWords", "In the hidden layer no unit speaks for this drawing: the answer is biases alone."
                )
            return translate(
                "NetworkWords", "In layer {0} no unit speaks for this drawing: the answer comes from biases alone."
            ).format(silent[0] + 1)
        text = translate("NetworkWords", "The units that do most for “{0}”, and their connections.")
        text = text.format(self.class_name(paths.found.output))
        least = min(paths.covered)
        if least >= _ENOUGH:
            return text
        carried = translate("NetworkWords", "In each layer they carry at least {0} of what counts.")
        return in_a_row(text, carried.format(per_cent(f"{100 * least:.0f}")))
