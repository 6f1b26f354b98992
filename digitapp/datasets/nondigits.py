"""Drawings that are no digits: letters, symbols, scribbles, several digits at once, pieces of digits.

A network that has only seen digits calls everything one. These drawings teach it to be unsure (outlier exposure) and
measure whether it refuses. They are written by the same hands and pens as the digits (`datasets.handwriting`), so that
nothing but their shape tells them apart. Some kinds and some signs are held out: no training ever uses them, so that
refusal is also measured on what a network has not met.

Source: Hendrycks, Mazeika, Dietterich, "Deep Anomaly Detection with Outlier Exposure" (2019).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets import scribbles
from digitapp.datasets.errors import GenerationCancelled
from digitapp.datasets.handwriting import USUAL_HAND, Hand, Handwritten, generate_drawings, write
from digitapp.datasets.pen_paths import strokes_of
from digitapp.datasets.scribbles import Points
from digitapp.datasets.signs import HELD_OUT_SIGNS, SIGNS, UNSEEN_SIGNS, Sign
from digitapp.drawing.ink import Drawing, Stroke
from digitapp.drawing.preprocess import preprocess_drawings

_CHUNK = 2560


class NonDigit(NamedTuple):
    """A drawing that is no digit, the pen's width in canvas units, and what it is."""

    drawing: Drawing
    pen_width: float
    kind: str
    name: str


def generate_nondigits(
    count: int, seed: int, kinds: Sequence[str] | None = None, cancelled: threading.Event | None = None
) -> list[NonDigit]:
    """Draw `count` things that are not digits, as many of each kind as of every other (to one), in random order.

    Parameters
    ----------
    count : int >= 0
    seed : int, the same seed gives the same drawings
    kinds : names from `KINDS`, a name as often as it shall weigh; by default `TRAINING_KINDS`
    cancelled : set from another thread to end early

    Raises
    ------
    GenerationCancelled : `cancelled` said so
    KeyError : a kind that there is not
    """
    chosen = TRAINING_KINDS if kinds is None else tuple(kinds)
    rng = np.random.default_rng((seed, 0x0D161))  # not the stream of the digits of the same seed
    drawings: list[NonDigit] = []
    for index, kind in enumerate(chosen):
        if cancelled is not None and cancelled.is_set():
            raise GenerationCancelled
        share = (count + len(chosen) - 1 - index) // len(chosen)
        drawings += KINDS[kind](kind, share, rng)
    return [drawings[index] for index in rng.permutation(count)]


def nondigit_inputs(
    count: int, seed: int, kinds: Sequence[str] | None = None, cancelled: threading.Event | None = None
) -> NDArray[np.float32]:
    """Return the network's inputs for `generate_nondigits(count, seed, kinds)`, float32, shape (count, 784)."""
    return inputs_of(generate_nondigits(count, seed, kinds, cancelled))


def inputs_of(drawings: Sequence[NonDigit | Handwritten]) -> NDArray[np.float32]:
    """Take drawings with their pens to the network's inputs, float32, shape (n, 784)."""
    parts = [
        preprocess_drawings([one.drawing for one in part], [one.pen_width for one in part]).reshape(len(part), -1)
        for part in (drawings[start : start + _CHUNK] for start in range(0, len(drawings), _CHUNK))
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 784), dtype=np.float32)


# Letters and symbols


_CAREFUL_HAND = Hand(
    miss=0.022, miss_at_ends=0.02, slant=0.12, mean_slant=0.03, turn=0.05, stretch=0.14, bow=0.03, balance=0.1
)
_WIDE_OR_NARROW_HAND = replace(USUAL_HAND, stretch=0.3, miss=0.03, pen_width=0.13, pen_spread=0.4)


def _of(group: str, hands: Sequence[Hand] = (USUAL_HAND, USUAL_HAND, _WIDE_OR_NARROW_HAND)) -> _Maker:
    """Write the signs of a group that training may use."""
    usable = [sign for sign in SIGNS if sign.group == group and not sign.ambiguous and sign.name not in HELD_OUT_SIGNS]
    return _written(usable, hands)


def _written(signs: Sequence[Sign], hands: Sequence[Hand] = (USUAL_HAND,)) -> _Maker:
    """Write signs, each as often as every other, in one of its ways by one of the hands."""

    def make(kind: str, count: int, rng: np.random.Generator) -> list[NonDigit]:
        ways = [(style, hand) for sign in signs for style in sign.styles for hand in hands]
        weights = np.array([1 / len(sign.styles) for sign in signs for _ in range(len(sign.styles) * len(hands))])
        counts = rng.multinomial(count, weights / weights.sum())
        return [
            NonDigit(one.drawing, one.pen_width, kind, style.name)
            for (style, hand), own in zip(ways, counts, strict=True)
            if own
            for one in write(style, int(own), hand, rng)
        ]

    return make


def _words(kind: str, count: int, rng: np.random.Generator) -> list[NonDigit]:
    """Two to four letters side by side, most of them joined, now and then with a capital at the beginning."""
    small = [style for sign in SIGNS if sign.group == "small letter" for style in sign.styles]
    capital = [style for sign in SIGNS if sign.group == "capital letter" for style in sign.styles]
    made: list[NonDigit] = []
    for _ in range(count):
        letters = int(rng.integers(2, 5))
        chosen = [small[index] for index in rng.integers(0, len(small), letters)]
        if rng.random() < 0.25:
            chosen[0] = capital[rng.integers(len(capital))]
        joined = rng.random() < 0.6
        strokes: list[Points] = []
        edge = 0.0
        for style in chosen:
            parts = strokes_of(style)
            path = parts.spline @ (parts.points + rng.normal(0, 0.03, parts.points.shape))
            path[:, 0] += edge - path[:, 0].min()
            edge = float(path[:, 0].max()) + (rng.uniform(-0.05, 0.15) if joined else rng.uniform(0.08, 0.3))
            own = np.split(path, np.cumsum(parts.lengths)[:-1])
            if joined and strokes:
                strokes.append(np.stack([strokes[-1][-1], own[0][0]]))
            strokes += own
        drawing = _inked(strokes, kind, rng)
        made.append(drawing._replace(name="".join(style.name for style in chosen)))
    return made


# Scribbles


def _drawn(draw: Callable[[np.random.Generator], list[Points]]) -> _Maker:
    def make(kind: str, count: int, rng: np.random.Generator) -> list[NonDigit]:
        return [_inked(draw(rng), kind, rng) for _ in range(count)]

    return make


def _inked(strokes: list[Points], kind: str, rng: np.random.Generator) -> NonDigit:
    """Put paths on the canvas: some size, place, pen and pressure."""
    points = np.concatenate(strokes)
    points[:, 0] -= points[:, 1] * rng.normal(0.05, 0.12)
    share = float(np.clip(0.11 * np.exp(rng.normal(0, 0.45)), 0.025, 0.26))
    points, pen_width = _placed(points, share, rng)
    position = np.linspace(0, 1, len(points))
    swing = rng.normal(0, 0.25) * np.sin(2 * np.pi * rng.integers(1, 4) * position + rng.uniform(0, 2 * np.pi))
    inked = np.column_stack([points, np.clip(0.8 * (1 + swing), 0.3, 1)]).astype(np.float32)
    starts = np.cumsum((0, *map(len, strokes)))
    drawing = Drawing(tuple(Stroke(inked[a:b]) for a, b in pairwise(starts)))
    return NonDigit(drawing, pen_width, kind, kind)


def _placed(points: Points, share: float, rng: np.random.Generator) -> tuple[Points, float]:
    """Scale points to some place on the canvas, for a pen whose width is `share` of their longer side."""
    size = rng.uniform(0.25, 0.9)
    pen_width = share * size / (1 + share)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (size - pen_width) / max(float((high - low).max()), 1e-6)
    room = 1 - (high - low) * scale - pen_width
    return (points - low) * scale + pen_width / 2 + room * rng.uniform(0, 1, 2), pen_width


# Digits: several at once, or less than one


def _several(
    arrange: Callable[[list[Points], list[int], np.random.Generator], list[Points] | None], many: int
) -> _Maker:
    """Make drawings of `many` digits; `arrange` places their points, each one unit high, or declines."""

    def make(kind: str, count: int, rng: np.random.Generator) -> list[NonDigit]:
        made: list[NonDigit] = []
        while len(made) < count:
            # All ten digits come along even when few drawings are missing: some pairs are declined.
            digits = generate_drawings(many * max(count - len(made), 10), rng)
            for start in range(0, len(digits), many):
                group = digits[start : start + many]
                labels = [digit.style.label for digit in group]
                placed = arrange([_one_high(digit.drawing) for digit in group], labels, rng)
                if placed is not None:
                    made.append(_together(group, placed, kind, rng))
        return made[:count]

    return make


def _one_high(drawing: Drawing) -> Points:
    points = np.concatenate([stroke.points[:, :2] for stroke in drawing.strokes]).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    return (points - low) / max(float(high[1] - low[1]), 0.3 * float(high[0] - low[0]))


def _together(digits: Sequence[Handwritten], placed: list[Points], kind: str, rng: np.random.Generator) -> NonDigit:
    """Write the digits at their places with one pen, as wide as pens are for the height of one digit."""
    points = np.concatenate(placed)
    share = float(np.clip(0.13 * np.exp(rng.normal(0, 0.35)), 0.04, 0.26))
    points, pen_width = _placed(points, share / float(np.ptp(points, axis=0).max()), rng)
    strokes: list[Stroke] = []
    start = 0
    for digit in digits:
        for stroke in digit.drawing.strokes:
            own = stroke.points.copy()
            own[:, :2] = points[start : start + len(own)]
            strokes.append(Stroke(own))
            start += len(own)
    return NonDigit(Drawing(tuple(strokes)), pen_width, kind, "".join(str(digit.style.label) for digit in digits))


def _beside(paths: list[Points], labels: list[int], rng: np.random.Generator) -> list[Points]:
    """Next to each other: apart, or about to touch, heights and lines a little different."""
    placed: list[Points] = []
    edge = 0.0
    for path, label, before in zip(paths, labels, [0, *labels], strict=False):
        height = np.exp(rng.normal(0, 0.16))
        own = path * height
        own[:, 1] += rng.normal(0, 0.12) - height / 2
        least = 0.3 if label == before == 1 else 0.0  # two ones that touch are one
        gap = rng.uniform(0, 0.12) if rng.random() < 0.3 else rng.uniform(0.12, 0.7)
        own[:, 0] += edge + max(gap, least)
        edge = float(own[:, 0].max())
        placed.append(own)
    return placed


def _above(paths: list[Points], labels: list[int], rng: np.random.Generator) -> list[Points] | None:
    """One above the other; not those that make a digit together: a one continues, and 0 above 0 is an 8."""
    if 1 in labels or labels == [0, 0]:
        return None
    upper, lower = paths[0] * np.exp(rng.normal(0, 0.15)), paths[1] * np.exp(rng.normal(0, 0.15))
    middles = [(path.max(axis=0) + path.min(axis=0))[0] / 2 for path in (upper, lower)]
    upper[:, 0] -= middles[0] + rng.normal(0, 0.15)
    lower[:, 0] -= middles[1]
    lower[:, 1] += upper[:, 1].max() + rng.uniform(0.1, 0.6)
    return [upper, lower]


def _across(paths: list[Points], labels: list[int], rng: np.random.Generator) -> list[Points] | None:
    """One written over the other, shifted; a one over a digit, two of a kind, or 0 and 7 can make a digit."""
    if 1 in labels or labels[0] == labels[1] or set(labels) == {0, 7}:
        return None
    shift = np.array([rng.choice([-1, 1]) * rng.uniform(0.36, 0.66), rng.normal(0, 0.2)])
    return [paths[0], paths[1] * np.exp(rng.normal(0, 0.15)) + shift]


def _touching(paths: list[Points], labels: list[int], rng: np.random.Generator) -> list[Points] | None:
    """Side by side and into each other, of unlike sizes; a one at another digit can make a letter or a digit."""
    if 1 in labels:
        return None
    left, right = paths[0] * np.exp(rng.normal(0, 0.25)), paths[1] * np.exp(rng.normal(0, 0.25))
    right[:, 0] += left[:, 0].max() - rng.uniform(0, 0.22)
    right[:, 1] += (np.ptp(left, axis=0)[1] - np.ptp(right, axis=0)[1]) * rng.uniform(0.2, 0.8)
    return [left, right]


def _power(paths: list[Points], labels: list[int], rng: np.random.Generator) -> list[Points] | None:
    """A digit and a small one at its upper or lower right."""
    if labels[1] in (0, 1):
        return None
    large, small = paths[0], paths[1] * rng.uniform(0.38, 0.65)
    small[:, 0] += large[:, 0].max() + rng.uniform(0.04, 0.3)
    small[:, 1] += rng.uniform(-0.3, 0.05) if rng.random() < 0.7 else rng.uniform(0.5, 0.9)
    return [large, small]


def _digits_of(labels: str, count: int, rng: np.random.Generator) -> list[Handwritten]:
    """Write `count` digits, each one of the labels."""
    wanted = [int(label) for label in labels]
    found: list[Handwritten] = []
    while len(found) < count:
        found += [one for one in generate_drawings(max(4 * count, 40), rng) if one.style.label in wanted]
    return found[:count]


def _paths_of(digit: Handwritten) -> list[Points]:
    """Return a digit's strokes about the origin, one unit high."""
    whole = _one_high(digit.drawing)
    whole -= (whole.max(axis=0) + whole.min(axis=0)) / 2
    return np.split(whole, np.cumsum([len(stroke) for stroke in digit.drawing.strokes])[:-1])


def _spoilt(labels: str, spoil: Callable[[list[Points], np.random.Generator], list[Points]]) -> _Maker:
    """Make drawings of what `spoil` leaves of digits, about the origin and one unit high, of some labels."""

    def make(kind: str, count: int, rng: np.random.Generator) -> list[NonDigit]:
        return [
            _inked(spoil(_paths_of(digit), rng), kind, rng)._replace(name=str(digit.style.label))
            for digit in _digits_of(labels, count, rng)
        ]

    return make


def _crossed_out(paths: list[Points], rng: np.random.Generator) -> list[Points]:
    """A digit under a dense zigzag, under a large X, or under three lines and more."""
    low, high = np.concatenate(paths).min(axis=0) - 0.12, np.concatenate(paths).max(axis=0) + 0.12
    size, way = high - low, rng.random()
    if way < 0.5:
        turns = int(rng.integers(7, 16))
        across = np.where(np.arange(turns) % 2, 1, 0) + rng.normal(0, 0.08, turns)
        line = np.stack([np.linspace(0, 1, turns), across], axis=1)
        line = line[:, ::-1] if rng.random() < 0.5 else line
        path = low + line * size
        return [*paths, scribbles.smooth(path) if rng.random() < 0.6 else path]
    if way < 0.75:
        corners = np.array([[[0, 0], [1, 1]], [[1, 0], [0, 1]]]) * 1.3 - 0.15
        return [*paths, *(low + (corners + rng.normal(0, 0.06, corners.shape)) * size)]
    lines = np.linspace(0.1, 0.9, rng.integers(3, 6))
    slope = rng.normal(0, 0.25)
    return [*paths, *(low + np.array([[-0.15, y - slope], [1.15, y + slope]]) * size for y in lines)]


def _quarter_turn(paths: list[Points], rng: np.random.Generator) -> list[Points]:
    """A digit that lies on its side: of 2, 4, 5 and 7, another digit often comes of it."""
    angle = rng.choice([-1, 1]) * np.pi / 2 + rng.normal(0, 0.1)
    return [scribbles.turned(path, angle) for path in paths]


def _mirrored(paths: list[Points], _rng: np.random.Generator) -> list[Points]:
    return [path * (-1, 1) for path in paths]


def _framed(paths: list[Points], rng: np.random.Generator) -> list[Points]:
    """A digit in a ring or in a box."""
    points = np.concatenate(paths)
    half = np.ptp(points, axis=0) / 2 + rng.uniform(0.18, 0.4, 2)
    half = np.maximum(half, 0.7 * half.max())
    if rng.random() < 0.6:
        turn = np.linspace(0, 2 * np.pi + rng.normal(0, 0.15), 32) + rng.uniform(0, 2 * np.pi)
        frame = np.stack([np.cos(turn), np.sin(turn)], axis=1) * half * 1.2 + rng.normal(0, 0.01, (32, 2))
    else:
        corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
        frame = corners * half + rng.normal(0, 0.05, corners.shape)
    return [*paths, frame]


def _pieces(kind: str, count: int, rng: np.random.Generator) -> list[NonDigit]:
    """Beginnings and ends of digits; many are digits themselves, so they measure little and teach nothing."""
    made: list[NonDigit] = []
    for digit in generate_drawings(count, rng):
        points = np.concatenate([stroke.points for stroke in digit.drawing.strokes])
        ends = np.cumsum([len(stroke) for stroke in digit.drawing.strokes])
        kept = max(3, int(len(points) * rng.uniform(0.25, 0.55)))
        first = 0 if rng.random() < 0.5 else len(points) - kept
        owner = np.searchsorted(ends, np.arange(first, first + kept), side="right")
        part = points[first : first + kept]
        strokes = tuple(Stroke(part[owner == index]) for index in np.unique(owner))
        made.append(NonDigit(Drawing(strokes), digit.pen_width, kind, str(digit.style.label)))
    return made


_Maker = Callable[[str, int, np.random.Generator], list[NonDigit]]

KINDS: dict[str, _Maker] = {
    "capital letters": _of("capital letter"),
    "small letters": _of("small letter"),
    "clear letters": _of("clear letter", (_CAREFUL_HAND,)),
    "other scripts": _of("other script"),
    "symbols": _of("symbol"),
    "made-up letters": _drawn(scribbles.letter),
    "words": _words,
    "scribbles": _drawn(scribbles.scribble),
    "tangles": _drawn(scribbles.tangle),
    "scrawls": _drawn(scribbles.scrawl),
    "signatures": _drawn(scribbles.signature),
    "walks": _drawn(scribbles.walk),
    "zigzags": _drawn(scribbles.zigzag),
    "looped zigzags": _drawn(scribbles.looped_zigzag),
    "Bézier strokes": _drawn(scribbles.bezier_strokes),
    "scratching out": _drawn(scribbles.scratching),
    "loops": _drawn(scribbles.loops),
    "lines": _drawn(scribbles.line),
    "waves": _drawn(scribbles.wave),
    "dots": _drawn(scribbles.dots),
    "blobs": _drawn(scribbles.blob),
    "rings": _drawn(scribbles.rings),
    "outlines": _drawn(scribbles.polygon),
    "grids": _drawn(scribbles.grid),
    "two digits beside": _several(_beside, 2),
    "two digits touching": _several(_touching, 2),
    "two digits above": _several(_above, 2),
    "two digits across": _several(_across, 2),
    "digits to a power": _several(_power, 2),
    "crossed out digits": _spoilt("023456789", _crossed_out),
    "lying threes": _spoilt("3", _quarter_turn),
    "mirrored threes and sevens": _spoilt("37", _mirrored),
    "framed digits": _spoilt("2345689", _framed),
    # Held out
    "unseen ways of letters": _written([sign for sign in SIGNS if sign.group == "unseen way"]),
    "held-out signs": _written([sign for sign in SIGNS if sign.name in UNSEEN_SIGNS]),
    "spirals": _drawn(scribbles.spiral),
    "springs": _drawn(scribbles.spring),
    "polylines": _drawn(scribbles.polyline),
    "hatching": _drawn(scribbles.hatching),
    "crossed lines": _drawn(scribbles.crosses),
    "three digits": _several(_beside, 3),
    # What a person may take for a digit too
    "ambiguous signs": _written([sign for sign in SIGNS if sign.ambiguous]),
    "pieces of digits": _pieces,
}

# No training ever uses these, so that refusal is also measured on kinds that a network has not met.
HELD_OUT_KINDS = (
    *("unseen ways of letters", "held-out signs", "spirals", "springs", "polylines", "hatching", "crossed lines"),
    "three digits",
)
AMBIGUOUS_KINDS = ("ambiguous signs", "pieces of digits")
TRAINING_KINDS = tuple(kind for kind in KINDS if kind not in HELD_OUT_KINDS + AMBIGUOUS_KINDS)
