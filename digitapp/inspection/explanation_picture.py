"""An explanation on one page: the drawing, the sum of the units, the maps with their tests, the smallest change."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.inspection.colors import (
    DIVERGING_STOPS,
    Theme,
    diverging_map,
    ink_map,
    scale_bar,
    signed_label,
    symmetric_limit,
)
from digitapp.inspection.contributions import Contributions, Ledger, Question, rounded
from digitapp.inspection.explanation import MapEvidence, Templates
from digitapp.inspection.figure import ACCENT, LINE, PAGE, SECOND_TEXT, TEXT, Anchor, Figure, Point
from digitapp.inspection.overlay import change_map, outline
from digitapp.inspection.sanity import Deletion
from digitapp.inspection.smallest_change import Change
from digitapp.inspection.unit_names import unit_text

MAP_TITLES = {
    "gradient": "Gradient × input",
    "integrated": "Integrated gradients",
    "occlusion": "Occlusion",
}
_WIDTH, _MARGIN, _GAP = 1080, 32, 24
_DRAWING, _MAP, _THUMB = 308, 168, 28
_ROW = 32


@dataclass(frozen=True, eq=False)
class Explanation:
    """Everything that the page shows.

    Attributes
    ----------
    title : what was explained, such as a file's name and the model's
    sizes : of the network's layers
    ink : float array, shape (rows, columns), what the network sees
    names : tuple of str, the classes
    question : Question
    found : Contributions
    column : Ledger
    templates : Templates of the units in `column`
    weight_limit : of the templates' colours where they are the weights of the first hidden layer; else None
    maps : list of MapEvidence
    change : Change or None
    """

    title: str
    sizes: tuple[int, ...]
    ink: NDArray[np.floating]
    names: tuple[str, ...]
    question: Question
    found: Contributions
    column: Ledger
    templates: Templates
    weight_limit: float | None
    maps: list[MapEvidence]
    change: Change | None


def explanation_picture(explained: Explanation, theme: Theme) -> Figure:
    """Return the page."""
    figure = Figure(_WIDTH, 2000, PAGE[theme])
    figure.text(question_text(explained), _MARGIN, 52, TEXT[theme], size=22, bold=True)
    figure.text(explained.title, _WIDTH - _MARGIN, 52, SECOND_TEXT[theme], size=12, anchor="end")
    _drawing(figure, explained, theme)
    bottom = max(_units(figure, explained, theme), 80 + _DRAWING + 18)
    bottom = _maps(figure, explained, bottom + 2 * _GAP, theme)
    if explained.change is not None:
        bottom = _change(figure, explained, explained.change, bottom + 2 * _GAP, theme)
    figure.crop(round(bottom + _MARGIN))
    return figure


def question_text(explained: Explanation) -> str:
    """Return the question in words."""
    label, against = explained.question
    if against is None:
        return f"Why {explained.names[label]}?"
    return f"Why {explained.names[label]} rather than {explained.names[against]}?"


def signed_text(value: float) -> str:
    """Return "+1.20" or "−0.30"."""
    text = f"{value:+.2f}"
    return "0.00" if float(text) == 0 else text.replace("-", "−")


def _place(
    figure: Figure, pixels: NDArray[np.uint8], x: float, y: float, side: float, color: str
) -> tuple[float, float]:
    """Put a picture into a square, its own proportions kept; returns the size of one pixel and its left edge."""
    rows, columns, _ = pixels.shape
    cell = side / max(rows, columns)
    left = x + (side - columns * cell) / 2
    figure.picture(pixels, left, y, columns * cell, rows * cell)
    right, low = left + columns * cell, y + rows * cell
    figure.path([(left, y), (right, y), (right, low), (left, low), (left, y)], color)
    return cell, left


def _overlaid(
    figure: Figure,
    values: NDArray[np.floating],
    ink: NDArray[np.floating],
    place: tuple[float, float, float],
    theme: Theme,
    limit: float | None = None,
) -> None:
    """Add a map of signed values under the outline of the ink; `place` is left, top and side."""
    x, y, side = place
    picture = values.reshape(ink.shape)
    colors = diverging_map(picture, limit or symmetric_limit(picture, 1.0), theme)
    cell, left = _place(figure, colors, x, y, side, LINE[theme])
    for edge in outline(ink):
        points = [(left + edge.x0 * cell, y + edge.y0 * cell), (left + edge.x1 * cell, y + edge.y1 * cell)]
        figure.path(points, TEXT[theme], width=1.0 if side > 2 * _THUMB else 0.5)


def _scale(figure: Figure, x: float, y: float, width: float, limit: float, theme: Theme) -> None:
    figure.picture(scale_bar(126, 1, theme), x, y, width, 6)
    marks: tuple[tuple[float, float, Anchor], ...] = (
        (-limit, x, "start"),
        (0.0, x + width / 2, "middle"),
        (limit, x + width, "end"),
    )
    for label, place, anchor in marks:
        figure.text(signed_label(label), place, y + 18, SECOND_TEXT[theme], size=10, anchor=anchor)


def _drawing(figure: Figure, explained: Explanation, theme: Theme) -> None:
    _place(figure, ink_map(explained.ink, theme), _MARGIN, 80, _DRAWING, LINE[theme])
    figure.text("as the network sees it", _MARGIN, 80 + _DRAWING + 18, SECOND_TEXT[theme], size=11)


def _units(figure: Figure, explained: Explanation, theme: Theme) -> float:
    """Add the column of contributions; returns where it ends."""
    left, right, top = _MARGIN + _DRAWING + 2 * _GAP, _WIDTH - _MARGIN, 80.0
    shown = rounded(explained.column)
    largest = max([abs(shown.bias), *(abs(line.part) for line in shown.lines)]) or 1.0
    middle, reach = right - 90 - 110, 110.0
    ink = explained.ink
    rows: list[tuple[str, str, float, int | None]] = [("bias", "", shown.bias, None)]
    for index, (line, exact) in enumerate(zip(shown.lines, explained.column.lines, strict=True)):
        name = unit_text(explained.sizes, explained.found.layer, line.unit, ink.shape[1])
        rows.append((name, f"{line.activation:.2f} × {signed_text(exact.weight)}", line.part, index))
    for name, detail, amount, index in rows:
        base = top + 20
        if index is not None:
            image = explained.templates.images[index]
            _overlaid(figure, image, ink, (left, top + 2, _THUMB), theme, explained.weight_limit)
        figure.text(name, left + 40, base, TEXT[theme])
        figure.text(detail, left + 160, base, SECOND_TEXT[theme], size=12)
        length = reach * abs(amount) / largest
        color = DIVERGING_STOPS[theme][5 if amount > 0 else 1]
        figure.box(middle if amount > 0 else middle - length, top + 11, max(length, 1), 9, color)
        figure.text(signed_text(amount), right, base, TEXT[theme], anchor="end")
        top += _ROW
    figure.path([(middle, 84), (middle, top - 4)], LINE[theme])
    sums = [(_total_text(explained), shown.total, True)]
    if shown.rest_units or shown.rest:
        others = "other pixels" if explained.found.layer < 0 else "other units"
        sums.insert(0, (f"{shown.rest_units} {others}", shown.rest, False))
    for name, amount, bold in sums:
        if bold:
            figure.path([(left, top + 2), (right, top + 2)], LINE[theme])
        figure.text(name, left + 40, top + 20, TEXT[theme], bold=bold)
        figure.text(signed_text(amount), right, top + 20, TEXT[theme], anchor="end", bold=bold)
        top += 28
    return top


def _total_text(explained: Explanation) -> str:
    label, against = explained.question
    if against is None:
        return f"score of {explained.names[label]}"
    return f"{explained.names[label]} ahead of {explained.names[against]}"


def _maps(figure: Figure, explained: Explanation, top: float, theme: Theme) -> float:
    """Add the maps side by side, each with its tests; returns where they end."""
    if not explained.maps:
        return top - 2 * _GAP
    pitch = (_WIDTH - 2 * _MARGIN + _GAP) / 3
    small = pitch - _GAP - _MAP - 12
    for index, evidence in enumerate(explained.maps):
        x = _MARGIN + index * pitch
        figure.text(MAP_TITLES[evidence.key], x, top + 12, TEXT[theme], size=14, bold=True)
        limit = symmetric_limit(evidence.values, 1.0)
        _overlaid(figure, evidence.values, explained.ink, (x, top + 24, _MAP), theme, limit)
        _scale(figure, x, top + 24 + _MAP + 8, _MAP, limit, theme)
        side = min(small, 76.0)
        beside = x + _MAP + 12
        _overlaid(figure, evidence.randomisation.example, explained.ink, (beside, top + 24, side), theme)
        figure.text("weights shuffled", beside, top + 24 + side + 14, SECOND_TEXT[theme], size=10)
        _curves(figure, evidence.deletion, (beside, top + 124, small, 52), theme)
        figure.text("ink removed; grey: random", beside, top + 24 + _MAP + 10, SECOND_TEXT[theme], size=10)
        for line, text in enumerate(tests_in_words(evidence)):
            figure.text(text, x, top + 24 + _MAP + 48 + 17 * line, SECOND_TEXT[theme], size=11)
    return top + 24 + _MAP + 48 + 34


def tests_in_words(evidence: MapEvidence) -> list[str]:
    """Return in words what a map adds up to and what its tests say."""
    lines = []
    if evidence.expected is not None:
        lines.append(f"adds up to {evidence.total:.2f} of {evidence.expected:.2f}".replace("-", "−"))
    lines.append(f"rank correlation with shuffled weights {signed_text(evidence.randomisation.mean)}")
    found = evidence.deletion
    by_map, random = (
        "never" if place is None else f"after {place} of {found.pixels} pixels"
        for place in (found.lost_after, found.lost_at_random_after)
    )
    lines.append(f"lead lost {by_map}; at random {random}")
    return lines


def _curves(figure: Figure, found: Deletion, place: tuple[float, float, float, float], theme: Theme) -> None:
    x, y, width, height = place
    both = np.concatenate([found.by_map, found.at_random, [0.0]]).astype(np.float64)
    if not np.isfinite(both).all():
        return
    high, span = float(both.max()), float(np.ptp(both)) or 1.0

    def points(curve: NDArray[np.floating]) -> list[Point]:
        down = (high - curve.astype(np.float64)) / span
        return [(x + width * share, y + height * value) for share, value in zip(found.shares, down, strict=True)]

    zero = y + height * high / span
    figure.path([(x, zero), (x + width, zero)], LINE[theme], dashed=True)
    figure.path(points(found.at_random), SECOND_TEXT[theme])
    figure.path(points(found.by_map), ACCENT[theme], width=1.6)


def change_text(change: Change, names: tuple[str, ...]) -> str:
    """Return in words what the smallest change is."""
    name = names[change.target]
    if not change.reached:
        return f"no change to a {name} was found" if not change.is_smallest else f"no picture is a {name}"
    thing = "pixel" if change.is_smallest else "place"
    draws, erases = ("switch on", "switch off") if change.is_smallest else ("draw at", "erase at")
    steps = [
        f"{verb} {count} {thing}{'s' * (count != 1)}"
        for verb, count in ((draws, change.drawn), (erases, change.erased))
        if count
    ]
    return f"to make it a {name}: {', '.join(steps) or 'nothing'}"


def _change(figure: Figure, explained: Explanation, change: Change, top: float, theme: Theme) -> float:
    """Add the smallest change; returns where it ends."""
    words = change_text(change, explained.names)
    figure.text(f"The smallest change: {words}", _MARGIN, top + 12, TEXT[theme], size=14, bold=True)
    pictures = (
        (ink_map(explained.ink, theme), "now"),
        (change_map(change.before, change.after, theme), "orange comes, blue goes"),
        (ink_map(change.inputs.reshape(explained.ink.shape), theme), "as the network sees it then"),
    )
    for index, (pixels, text) in enumerate(pictures):
        x = _MARGIN + index * (_MAP + _GAP)
        _place(figure, pixels, x, top + 24, _MAP, LINE[theme])
        figure.text(text, x, top + 24 + _MAP + 16, SECOND_TEXT[theme], size=11)
    return top + 24 + _MAP + 20
