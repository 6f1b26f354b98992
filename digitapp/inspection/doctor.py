"""Why a digit is read as it is read: what each step of its preparation does, what is unusual about it, what would help.

Everything here asks one question again and again: what would the network say if this one thing were different? A step
of the road from ink to input left out; the pen, the slant or the proportions as the training digits have them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import ALL_STEPS, Preprocessed, Steps, finished_otherwise, preprocess
from digitapp.inspection.digit_measures import ALL_DIGITS, Measure, distribution, measure_digits

Picture = NDArray[np.float32]
Source = Drawing | Picture
Classify = Callable[[NDArray[np.float32]], NDArray[np.floating]]
"""From inputs of shape (n, features) to probabilities of shape (n, classes)."""

STEP_NAMES: tuple[str, ...] = ("pen", "crop", "shrink", "centre", "grey")
NO_STEPS = Steps(False, False, False, False)  # the canvas merely shrunk to the input's size, with its greys

UNUSUAL = 5.0  # percent of the training digits at either end
SURE = 0.99  # an answer that nothing need strengthen
# How far a size or an offset, which the training digits share to a fraction of a pixel, may be from theirs.
_SLACK = {Measure.SIZE: 0.75, Measure.OFFSET: 0.75}
# Digits differ in their proportions and in what moments take for slant, such as the stroke on top of a 7.
_BY_CLASS = frozenset({Measure.SLANT, Measure.ASPECT})
# A remedy goes to the pen in the middle, but only to the outermost usual slant and proportions: from this percentage
# of the training digits on. Of 5,460 real pen drawings, read by the small shipped network with a pen of 0.06, the 520
# of unusual slant were read better so (11 mended, 6 spoilt), and worse when the most extreme of all digits were set
# upright (1 mended, 7 spoilt); of the 833 of unusual proportions 8 were mended and 6 spoilt.
_TARGETS = {Measure.STROKE_WIDTH: 50.0, Measure.SLANT: 25.0, Measure.ASPECT: 10.0}
_LYING = 75.0  # degrees: a line that lies has no slant to take away
_LARGEST_IMAGE = 400  # pixels of the longer side that an image is examined with


@dataclass(frozen=True, eq=False)
class Reading:
    """What the network says to one input.

    Attributes
    ----------
    input : float32 array, shape (28, 28)
    probabilities : float array, shape (classes,), None where there is no ink to read
    """

    input: Picture
    probabilities: NDArray[np.floating] | None

    @property
    def label(self) -> int | None:
        """The most probable class; None where nothing is read, or the numbers are not finite."""
        if self.probabilities is None or not np.isfinite(self.probabilities).all():
            return None
        return int(self.probabilities.argmax())

    @property
    def confidence(self) -> float:
        """The probability of `label`; 0 without one."""
        return 0.0 if self.label is None or self.probabilities is None else float(self.probabilities[self.label])


@dataclass(frozen=True)
class Comparison:
    """One measure of a digit beside those of the training digits.

    Attributes
    ----------
    measure : Measure
    drawn : float, the measure of the canvas merely shrunk to the input's size
    read : float, that of the input as the network reads it
    rank : float, what percentage of the training digits has a smaller value than `read`
    class_name : str, whose rank that is: `ALL_DIGITS`, or the name of a class
    """

    measure: Measure
    drawn: float
    read: float
    rank: float
    class_name: str

    @property
    def is_above(self) -> bool:
        return self.rank > 50

    @property
    def beyond(self) -> float:
        """What percentage of the training digits this one lies beyond, on its side of the middle."""
        return max(self.rank, 100 - self.rank)

    @property
    def is_unusual(self) -> bool:
        return self.beyond > 100 - UNUSUAL


@dataclass(frozen=True, eq=False)
class Remedy:
    """The same digit with one measure as the training digits have it.

    Attributes
    ----------
    measure : Measure
    source : Drawing or image, the digit with the remedy applied
    pen_width : float, the pen to read it with
    reading : Reading of it
    """

    measure: Measure
    source: Source
    pen_width: float
    reading: Reading


@dataclass(frozen=True, eq=False)
class Examination:
    """All that the doctor knows about a digit.

    Attributes
    ----------
    steps : Steps, those that were taken
    road : Preprocessed, the pictures of the road with these steps
    reading : Reading of its input
    unprepared : Reading of the canvas merely shrunk
    other : mapping from the name of a step to the Reading with that step left out, or taken where it was left out;
        a drawing has all of `STEP_NAMES`, an image has no "pen"
    comparisons : tuple of Comparison, one for each Measure; empty where there is no ink
    remedies : mapping from Measure to Remedy, for those that are unusual and can be changed
    finding : the Comparison that matters, None where nothing is unusual
    """

    steps: Steps
    road: Preprocessed
    reading: Reading
    unprepared: Reading
    other: Mapping[str, Reading]
    comparisons: tuple[Comparison, ...]
    remedies: Mapping[Measure, Remedy]
    finding: Comparison | None

    @property
    def deciding_steps(self) -> tuple[str, ...]:
        """The steps without which the answer would be another."""
        return tuple(
            name
            for name, reading in self.other.items()
            if getattr(self.steps, name) and reading.label != self.reading.label
        )


def examine(
    source: Source,
    pen_width: float,
    classify: Classify,
    class_names: tuple[str, ...],
    steps: Steps = ALL_STEPS,
    road: Preprocessed | None = None,
) -> Examination:
    """Examine a drawing or an image; an everyday drawing takes a few milliseconds.

    Parameters
    ----------
    source : Drawing in canvas units, or grey image with ink = 1, best one that `manageable` returned
    pen_width : float, the pen of a drawing in canvas units
    classify : the network
    class_names : the network's classes, by which the training digits are compared
    steps : Steps to take
    road : the road with these steps, where it is known already

    Returns
    -------
    Examination
    """
    if road is None:
        road = preprocess(source, pen_width, steps=steps)
    names = STEP_NAMES if isinstance(source, Drawing) else STEP_NAMES[1:]
    flipped = [replace(steps, **{name: not getattr(steps, name)}) for name in names]
    roads = [road, *(_road(source, pen_width, road, steps, chosen) for chosen in (NO_STEPS, *flipped))]
    reading, unprepared, *rest = _readings(roads, classify)
    other = dict(zip(names, rest, strict=True))
    if road.is_empty:
        return Examination(steps, road, reading, unprepared, other, (), {}, None)
    drawn, read = measure_digits(np.stack([unprepared.input, road.input]))
    label = "" if reading.label is None else class_names[reading.label]
    comparisons = tuple(compare(measure, float(drawn[i]), float(read[i]), label) for i, measure in enumerate(Measure))
    changes = [change for change in (_change(source, pen_width, road, each) for each in comparisons) if change]
    readings = _readings([preprocess(new, pen, steps=steps) for _, new, pen in changes], classify)
    remedies = {change[0]: Remedy(*change, result) for change, result in zip(changes, readings, strict=True)}
    finding = find(reading, comparisons, remedies)
    return Examination(steps, road, reading, unprepared, other, comparisons, remedies, finding)


def compare(measure: Measure, drawn: float, read: float, label: str) -> Comparison:
    """Compare a measure with the training digits: with all of them, or where classes differ with those of `label`."""
    class_name = label if measure in _BY_CLASS and label else ALL_DIGITS
    values = distribution(measure, class_name)
    slack = _SLACK.get(measure, 0.0)
    judged = np.clip(values.median, read - slack, read + slack)
    rank = values.rank(float(judged))
    if measure is Measure.OFFSET:
        rank = max(rank, 50.0)  # nothing can be too well in the middle
    return Comparison(measure, drawn, read, rank, class_name)


def find(
    reading: Reading, comparisons: tuple[Comparison, ...], remedies: Mapping[Measure, Remedy]
) -> Comparison | None:
    """Return the unusual measure that matters most, None where all are usual.

    First comes a wrong size or place, which only a step that was left out can mend; then one whose remedy changes the
    answer (the surest new answer first), then one whose remedy strengthens an answer that is not sure, then the one
    furthest out.
    """
    unusual = [comparison for comparison in comparisons if comparison.is_unusual]

    def weight(comparison: Comparison) -> tuple[bool, float, float, float]:
        remedy = remedies.get(comparison.measure)
        changes = gain = 0.0
        if remedy is not None and remedy.reading.label is not None:
            if remedy.reading.label != reading.label:
                changes = remedy.reading.confidence
            elif reading.confidence < SURE:
                gain = max(0.0, remedy.reading.confidence - reading.confidence)
        return comparison.measure in _SLACK, changes, gain, comparison.beyond

    return max(unusual, key=weight, default=None)


def straightened(source: Source, road: Preprocessed, slant: float, target: float = 0.0) -> Source:
    """Return a digit whose slant is `target` instead of `slant`, both in degrees: rows shift, heights stay.

    Shifting x by k (y − ȳ) changes −μ11 / μ02 by −k, so k = tan(slant) − tan(target).

    Source: LeCun, Bottou, Bengio, Haffner (1998), section III.A.
    """
    shift = np.tan(np.radians(slant)) - np.tan(np.radians(target))
    return transformed(source, road, [[1, shift], [0, 1]])


def stretched(source: Source, road: Preprocessed, factor: float) -> Source:
    """Return a digit that is `factor` times as wide for its height, its area as before."""
    root = factor**0.5
    return transformed(source, road, [[root, 0], [0, 1 / root]])


def transformed(source: Source, road: Preprocessed, matrix: ArrayLike) -> Source:
    """Return a digit mapped by a (2, 2) matrix around the middle of its ink; x to the right, y downwards.

    An image grows where its ink would leave it.
    """
    linear = np.asarray(matrix, dtype=np.float64)
    if not isinstance(source, Drawing):
        return _transformed_image(source, linear)
    middle = np.array(road.bounding_box.centre if road.bounding_box is not None else (0.5, 0.5))
    return source.transformed(np.column_stack([linear, middle - linear @ middle]))


def manageable(image: Picture) -> Picture:
    """Return an image with a longer side of 400 pixels at most, by means over areas."""
    longer = max(image.shape)
    if longer <= _LARGEST_IMAGE:
        return image
    rows, columns = (max(1, round(side * _LARGEST_IMAGE / longer)) for side in image.shape)
    picture = Image.fromarray(np.ascontiguousarray(image, dtype=np.float32))
    return np.asarray(picture.resize((columns, rows), Image.Resampling.BOX), dtype=np.float32)


def _road(source: Source, pen_width: float, road: Preprocessed, steps: Steps, chosen: Steps) -> Preprocessed:
    """Take the road with other steps than those of a known one, from where they part."""
    same_pen = chosen.pen == steps.pen or (steps.pen and road.pen_factor == 1)
    if same_pen and (chosen.crop, chosen.shrink) == (steps.crop, steps.shrink):
        return finished_otherwise(road, chosen)
    return preprocess(source, pen_width, steps=chosen)


def _readings(roads: list[Preprocessed], classify: Classify) -> list[Reading]:
    if not roads:
        return []
    inputs = np.stack([road.input for road in roads])
    probabilities = classify(inputs.reshape(len(inputs), -1))
    return [Reading(road.input, None if road.is_empty else row) for road, row in zip(roads, probabilities, strict=True)]


def _change(
    source: Source, pen_width: float, road: Preprocessed, comparison: Comparison
) -> tuple[Measure, Source, float] | None:
    """Return the digit and its pen with one unusual measure made usual, None where that cannot be done."""
    measure, read = comparison.measure, comparison.read
    if measure not in _TARGETS or not comparison.is_unusual:
        return None
    percentage = 100 - _TARGETS[measure] if comparison.is_above else _TARGETS[measure]
    target = distribution(measure, comparison.class_name).quantile(percentage)
    if measure is Measure.STROKE_WIDTH:
        strokes = isinstance(source, Drawing)
        return (measure, source, _pen_for(target / read, pen_width, road)) if strokes else None
    if measure is Measure.ASPECT:
        return measure, stretched(source, road, target / read), pen_width
    if abs(read) > _LYING:
        return None
    return measure, straightened(source, road, read, target), pen_width


def _pen_for(factor: float, pen_width: float, road: Preprocessed) -> float:
    """Return the pen whose strokes are `factor` times as wide in the input: a wider pen makes the whole ink larger."""
    pen = pen_width * road.pen_factor
    path = pen if road.bounding_box is None else max(road.bounding_box.longer_side - pen_width, pen)
    share = min(0.5, factor * pen / (path + pen))
    return path * share / (1 - share)


def _transformed_image(image: Picture, linear: NDArray[np.float64]) -> Picture:
    height, width = image.shape
    corners = np.array([[-width, width, width, -width], [-height, -height, height, height]]) / 2
    reach = np.abs(linear @ corners).max(axis=1) * 2
    size = max(width, int(np.ceil(reach[0]))), max(height, int(np.ceil(reach[1])))
    back = np.linalg.inv(linear)
    offset = np.array([width, height]) / 2 - back @ (np.array(size) / 2)
    data = (*back[0], offset[0], *back[1], offset[1])
    picture = Image.fromarray(np.ascontiguousarray(image, dtype=np.float32))
    turned = picture.transform(size, Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
    return np.clip(np.asarray(turned, dtype=np.float32), 0, 1)
