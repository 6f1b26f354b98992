"""Drawings that are no digits: letters, symbols, scribbles, several digits at once, pieces of digits.

A network that has only seen digits calls everything one. These drawings teach it to be unsure (outlier exposure) and
measure whether it refuses. They are written by the same hands and pens as the digits (`datasets.handwriting`), so that
nothing but their shape tells them apart. Some kinds and some signs are held out: no training ever uses them, so that
refusal is also measured on what a network has not met.

Source: Hendrycks, Mazeika, Dietterich, "Deep Anomaly Detection with Outlier Exposure" (2019).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.handwriting import USUAL_HAND, Handwritten, generate_drawings, write
from digitapp.datasets.signs import HELD_OUT_SIGNS, SIGNS, Sign
from digitapp.drawing.ink import Drawing, Stroke
from digitapp.drawing.preprocess import preprocess_drawings

Points = NDArray[np.float64]  # the points of one stroke, shape (n, 2), in any unit

_CHUNK = 2560


class NonDigit(NamedTuple):
    """A drawing that is no digit, the pen's width in canvas units, and what it is."""

    drawing: Drawing
    pen_width: float
    kind: str
    name: str


def generate_nondigits(count: int, seed: int, kinds: Sequence[str] | None = None) -> list[NonDigit]:
    """Draw `count` things that are not digits, as many of each kind as of every other (to one), in random order.

    Parameters
    ----------
    count : int >= 0
    seed : int, the same seed gives the same drawings
    kinds : names from `KINDS`, a name as often as it shall weigh; by default `TRAINING_KINDS`

    Raises
    ------
    KeyError : a kind that there is not
    """
    chosen = TRAINING_KINDS if kinds is None else tuple(kinds)
    rng = np.random.default_rng((seed, 0x0D161))  # not the stream of the digits of the same seed
    drawings: list[NonDigit] = []
    for index, kind in enumerate(chosen):
        share = (count + len(chosen) - 1 - index) // len(chosen)
        drawings += KINDS[kind](kind, share, rng)
    return [drawings[index] for index in rng.permutation(count)]


def nondigit_inputs(count: int, seed: int, kinds: Sequence[str] | None = None) -> NDArray[np.float32]:
    """Return the network's inputs for `generate_nondigits(count, seed, kinds)`, float32, shape (count, 784)."""
    return inputs_of(generate_nondigits(count, seed, kinds))


def inputs_of(drawings: Sequence[NonDigit | Handwritten]) -> NDArray[np.float32]:
    """Take drawings with their pens to the network's inputs, float32, shape (n, 784)."""
    parts = [
        preprocess_drawings([one.drawing for one in part], [one.pen_width for one in part]).reshape(len(part), -1)
        for part in (drawings[start : start + _CHUNK] for start in range(0, len(drawings), _CHUNK))
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 784), dtype=np.float32)


# Letters and symbols


def _signs(group: str, held_out: bool = False, ambiguous: bool = False) -> _Maker:
    return _written(
        [
            sign
            for sign in SIGNS
            if sign.ambiguous == ambiguous
            and (ambiguous or (sign.name in HELD_OUT_SIGNS) == held_out)
            and (group in ("", sign.group))
        ]
    )


def _written(signs: Sequence[Sign]) -> _Maker:
    def make(kind: str, count: int, rng: np.random.Generator) -> list[NonDigit]:
        styles = [style for sign in signs for style in sign.styles]
        counts = np.bincount(rng.integers(0, len(styles), count), minlength=len(styles))
        return [
            NonDigit(one.drawing, one.pen_width, kind, style.name)
            for style, own in zip(styles, counts, strict=True)
            for one in write(style, int(own), USUAL_HAND, rng)
        ]

    return make


# Scribbles: each function draws one, in any unit and at any place


def _drawn(draw: Callable[[np.random.Generator], list[Points]]) -> _Maker:
    def make(kind: str, count: int, rng: np.random.Generator) -> list[NonDigit]:
        return [_inked(draw(rng), kind, rng) for _ in range(count)]

    return make


def _smooth(points: Points, density: int = 6) -> Points:
    """Return a smooth path through points (Catmull and Rom's spline)."""
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    before, start, end, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = (np.arange(density) / density)[:, None, None]
    path = 0.5 * (
        2 * start
        + t * (end - before)
        + t**2 * (2 * before - 5 * start + 4 * end - after)
        + t**3 * (3 * start - before - 3 * end + after)
    )
    return np.concatenate([path.transpose(1, 0, 2).reshape(-1, 2), points[-1:]])


def _scribble(rng: np.random.Generator) -> list[Points]:
    """A pen that wanders over the paper, once or several times."""
    strokes = rng.choice([1, 1, 1, 2, 3])
    return [_smooth(rng.uniform(0, 1, (rng.integers(8, 26), 2)) * (1, rng.uniform(0.5, 1.4))) for _ in range(strokes)]


def _walk(rng: np.random.Generator) -> list[Points]:
    """A pen that keeps its direction for a while: a long curve without a plan."""
    steps = int(rng.integers(180, 400))
    turning = np.cumsum(rng.normal(0, 0.12, steps)) * 0.6 + rng.normal(0, 0.12, steps)
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(turning)
    pace = np.exp(rng.normal(0, 0.2, steps))
    return [np.cumsum(np.stack([np.cos(heading) * pace, np.sin(heading) * pace], axis=1), axis=0)]


def _zigzag(rng: np.random.Generator) -> list[Points]:
    """To and fro along a line, with at least five turns; pointed or rounded."""
    turns = int(rng.integers(6, 18))
    along = np.linspace(0, rng.uniform(0.3, 2.5), turns) + rng.normal(0, 0.03, turns)
    across = np.where(np.arange(turns) % 2, 1, 0) * rng.uniform(0.5, 1.1, turns) + rng.normal(0, 0.06, turns)
    points = _turned(np.stack([along, across], axis=1), rng.uniform(0, np.pi))
    return [_smooth(points) if rng.random() < 0.5 else points]


def _hatching(rng: np.random.Generator) -> list[Points]:
    """Parallel lines, now and then with others across them."""
    strokes: list[Points] = []
    angle = rng.uniform(0, np.pi)
    for layer in range(rng.choice([1, 1, 2])):
        for place in np.linspace(0, 1, rng.integers(4, 9)):
            line = np.array([[place, 0], [place, 1]]) + rng.normal(0, 0.05, (2, 2))
            strokes.append(_turned(line - 0.5, angle + layer * rng.uniform(1.1, 1.9)))
    return strokes


def _scratching(rng: np.random.Generator) -> list[Points]:
    """Something crossed out by a dense zigzag or by rings upon rings."""
    if rng.random() < 0.6:
        turns = int(rng.integers(10, 30))
        along = np.cumsum(np.abs(rng.normal(0.08, 0.06, turns)))
        across = np.where(np.arange(turns) % 2, 1, 0) + rng.normal(0, 0.12, turns)
        path = _smooth(np.stack([along, across], axis=1), 4)
    else:
        turn = np.linspace(0, rng.uniform(5, 12) * 2 * np.pi, 120)
        radius = 0.7 + 0.5 * np.sin(turn * rng.uniform(0.15, 0.9) + rng.uniform(0, 6)) + rng.normal(0, 0.04, 120)
        drift = np.outer(turn / turn[-1], rng.normal(0, 0.8, 2))
        path = np.stack([np.cos(turn) * radius, np.sin(turn) * radius], axis=1) + drift
    return [_turned(path * (1, rng.uniform(0.4, 1)), rng.uniform(0, np.pi))]


def _loops(rng: np.random.Generator) -> list[Points]:
    """Loops in a row, as when a pen is tried: eeee, or llll, three or more."""
    loops = int(rng.integers(3, 8))
    turn = np.linspace(0, loops * 2 * np.pi, loops * 14)
    pace, height = rng.uniform(0.12, 0.3), rng.uniform(0.6, 1.8)
    path = np.stack([pace * turn - np.sin(turn), -height * np.cos(turn)], axis=1)
    return [_turned(path + rng.normal(0, 0.05, path.shape), rng.normal(0, 0.35))]


def _spiral(rng: np.random.Generator) -> list[Points]:
    turns = rng.uniform(2, 5)
    turn = np.linspace(0, turns * 2 * np.pi, int(turns * 20))
    radius = (turn / turn[-1]) ** rng.uniform(0.6, 1.2) * np.where(rng.random() < 0.5, 1, -1)
    start = rng.uniform(0, 2 * np.pi)
    return [np.stack([np.cos(turn + start) * np.abs(radius), np.sin(turn + start) * radius], axis=1)]


def _line(rng: np.random.Generator) -> list[Points]:
    """One line that lies or leans too far for a one."""
    angle = rng.uniform(-0.6, 0.6) if rng.random() < 0.75 else rng.uniform(0.6, 0.8)  # y grows downwards: a backslash
    path = np.linspace((0.0, 0.0), (1.0, 0.0), 12)
    path[:, 1] += rng.normal(0, 0.06) * np.sin(np.pi * path[:, 0]) + rng.normal(0, 0.006, 12)
    return [_turned(path, angle)]


def _wave(rng: np.random.Generator) -> list[Points]:
    """A wave of at least one and a half periods that lies, or three that stand."""
    lies = rng.random() < 0.8
    along = np.linspace(0, 1, 60)
    periods = rng.uniform(1.5, 5) if lies else rng.uniform(3, 6)
    swing = rng.uniform(0.08, 0.3) * np.sin(2 * np.pi * periods * along + rng.uniform(0, 2 * np.pi))
    return [_turned(np.stack([along, swing], axis=1), rng.normal(0, 0.2) + (0 if lies else np.pi / 2))]


def _dots(rng: np.random.Generator) -> list[Points]:
    """Two or more dots, each a touch of the pen or a short dash."""
    dots = int(rng.integers(2, 9))
    dashes = rng.normal(0, 0.04, (dots, 3, 2)) * rng.integers(0, 2)
    return list(rng.uniform(0, 1, (dots, 1, 2)) + np.cumsum(dashes, axis=1))


def _blob(rng: np.random.Generator) -> list[Points]:
    """An area filled with ink: round, or long and lying."""
    height = rng.uniform(0.5, 1.1)
    rows = int(rng.integers(12, 26))
    side = np.linspace(-1, 1, rows)
    edge = np.sqrt(1 - side**2) ** rng.uniform(0.3, 1.2) + rng.normal(0, 0.05, rows)
    across = edge * np.where(np.arange(rows) % 2, 1, -1)
    return [np.stack([across, side * height], axis=1)]


def _rings(rng: np.random.Generator) -> list[Points]:
    """Circles within circles, or circles that lie beside or across each other."""
    count = int(rng.integers(2, 5))
    nested = rng.random() < 0.6
    strokes: list[Points] = []
    for index in range(count):
        turn = rng.uniform(0, 2 * np.pi) + np.linspace(0, 2 * np.pi + rng.normal(0, 0.2), 28)
        radius = (1 - index / count) if nested else rng.uniform(0.7, 1)
        ring = np.stack([np.cos(turn), np.sin(turn)], axis=1) * radius * np.exp(rng.normal(0, 0.08, 2))
        shift = rng.normal(0, 0.06, 2) if nested else (index * rng.uniform(1, 2.2), rng.normal(0, 0.15))
        strokes.append(ring + rng.normal(0, 0.012, ring.shape) + shift)
    return strokes


def _crosses(rng: np.random.Generator) -> list[Points]:
    """Lines that cross each other anyhow: three to six of them."""
    strokes: list[Points] = []
    for angle in rng.uniform(0, np.pi) + np.linspace(0, np.pi, rng.integers(4, 8))[:-1]:
        line = np.linspace((-1.0, 0.0), (1.0, 0.0), 4) * rng.uniform(0.6, 1) + rng.normal(0, 0.12, (1, 2))
        strokes.append(_turned(line, angle + rng.normal(0, 0.15)))
    return strokes


def _polygon(rng: np.random.Generator) -> list[Points]:
    """A triangle, a quadrangle or a star; outlines with more corners are drawn like a 0."""
    corners = int(rng.choice([3, 3, 4, 4, 5, 7]))
    turn = rng.uniform(0, 2 * np.pi) + 2 * np.pi * (np.arange(corners) + rng.normal(0, 0.12, corners)) / corners
    points = np.stack([np.cos(turn), np.sin(turn)], axis=1) * rng.uniform(0.75, 1, (corners, 1))
    if corners > 4:
        points = points[(np.arange(corners) * 2) % corners]
    return [np.concatenate([points, points[:1]])]


def _letter(rng: np.random.Generator) -> list[Points]:
    """A letter of no alphabet: lines and arcs between the places of a lattice."""
    while True:
        strokes = [
            np.stack([rng.integers(0, 3, places) / 2, rng.integers(0, 4, places) / 3], axis=1)
            for places in rng.choice([2, 2, 3, 4], rng.integers(3, 6))
        ]
        points = np.concatenate(strokes)
        moves = all(np.abs(np.diff(stroke, axis=0)).sum(axis=1).min() > 0 for stroke in strokes)
        if moves and len(np.unique(points, axis=0)) >= 6:
            break
    drawn: list[Points] = []
    for stroke in strokes:
        missed = stroke * (0.75, 1) + rng.normal(0, 0.04, stroke.shape)
        drawn.append(_smooth(missed) if len(missed) > 2 and rng.random() < 0.5 else missed)
    return drawn


def _turned(path: Points, angle: float) -> Points:
    c, s = np.cos(angle), np.sin(angle)
    return path @ np.array([[c, s], [-s, c]])


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
    """One written over the other, shifted; a one over another digit can make a digit, as can two of a kind."""
    if 1 in labels or labels[0] == labels[1]:
        return None
    shift = np.array([rng.choice([-1, 1]) * rng.uniform(0.3, 0.6), rng.normal(0, 0.2)])
    return [paths[0], paths[1] * np.exp(rng.normal(0, 0.15)) + shift]


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
    "capital letters": _signs("capital letter"),
    "small letters": _signs("small letter"),
    "other scripts": _signs("other script"),
    "symbols": _signs("symbol"),
    "made-up letters": _drawn(_letter),
    "scribbles": _drawn(_scribble),
    "walks": _drawn(_walk),
    "zigzags": _drawn(_zigzag),
    "scratching out": _drawn(_scratching),
    "loops": _drawn(_loops),
    "lines": _drawn(_line),
    "waves": _drawn(_wave),
    "dots": _drawn(_dots),
    "blobs": _drawn(_blob),
    "rings": _drawn(_rings),
    "outlines": _drawn(_polygon),
    "two digits beside": _several(_beside, 2),
    "two digits above": _several(_above, 2),
    "two digits across": _several(_across, 2),
    # Held out
    "held-out signs": _signs("", held_out=True),
    "spirals": _drawn(_spiral),
    "hatching": _drawn(_hatching),
    "crossed lines": _drawn(_crosses),
    "three digits": _several(_beside, 3),
    # What a person may take for a digit too
    "ambiguous signs": _signs("", ambiguous=True),
    "pieces of digits": _pieces,
}

# No training ever uses these, so that refusal is also measured on kinds that a network has not met.
HELD_OUT_KINDS = ("held-out signs", "spirals", "hatching", "crossed lines", "three digits")
AMBIGUOUS_KINDS = ("ambiguous signs", "pieces of digits")
TRAINING_KINDS = tuple(kind for kind in KINDS if kind not in HELD_OUT_KINDS + AMBIGUOUS_KINDS)
