"""Scribbles: each function draws one with a random generator, as strokes in any unit and at any place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # the points of one stroke, shape (n, 2), in any unit


def smooth(points: Points, density: int = 6) -> Points:
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


def scribble(rng: np.random.Generator) -> list[Points]:
    """A pen that wanders over the paper, once or several times."""
    strokes = rng.choice([1, 1, 1, 2, 3])
    return [smooth(rng.uniform(0, 1, (rng.integers(8, 26), 2)) * (1, rng.uniform(0.5, 1.4))) for _ in range(strokes)]


def walk(rng: np.random.Generator) -> list[Points]:
    """A pen that keeps its direction for a while: a long curve without a plan, longer than that of any digit."""
    while True:
        steps = int(rng.integers(180, 400))
        turning = np.cumsum(rng.normal(0, 0.12, steps)) * 0.6 + rng.normal(0, 0.12, steps)
        heading = rng.uniform(0, 2 * np.pi) + np.cumsum(turning)
        pace = np.exp(rng.normal(0, 0.2, steps))
        path = np.cumsum(np.stack([np.cos(heading) * pace, np.sin(heading) * pace], axis=1), axis=0)
        if pace.sum() > 5 * np.ptp(path, axis=0).max():
            return [path]


def zigzag(rng: np.random.Generator) -> list[Points]:
    """To and fro along a line, with at least five turns; pointed or rounded."""
    turns = int(rng.integers(6, 18))
    along = np.linspace(0, rng.uniform(0.3, 2.5), turns) + rng.normal(0, 0.03, turns)
    across = np.where(np.arange(turns) % 2, 1, 0) * rng.uniform(0.5, 1.1, turns) + rng.normal(0, 0.06, turns)
    points = turned(np.stack([along, across], axis=1), rng.uniform(0, np.pi))
    return [smooth(points) if rng.random() < 0.5 else points]


def hatching(rng: np.random.Generator) -> list[Points]:
    """Parallel lines, now and then with others across them."""
    strokes: list[Points] = []
    angle = rng.uniform(0, np.pi)
    for layer in range(rng.choice([1, 1, 2])):
        for place in np.linspace(0, 1, rng.integers(4, 9)):
            line = np.array([[place, 0], [place, 1]]) + rng.normal(0, 0.05, (2, 2))
            strokes.append(turned(line - 0.5, angle + layer * rng.uniform(1.1, 1.9)))
    return strokes


def scratching(rng: np.random.Generator) -> list[Points]:
    """Something crossed out by a dense zigzag or by rings upon rings."""
    if rng.random() < 0.6:
        turns = int(rng.integers(10, 30))
        along = np.cumsum(np.abs(rng.normal(0.08, 0.06, turns)))
        across = np.where(np.arange(turns) % 2, 1, 0) + rng.normal(0, 0.12, turns)
        path = smooth(np.stack([along, across], axis=1), 4)
    else:
        turn = np.linspace(0, rng.uniform(5, 12) * 2 * np.pi, 120)
        radius = 0.7 + 0.5 * np.sin(turn * rng.uniform(0.15, 0.9) + rng.uniform(0, 6)) + rng.normal(0, 0.04, 120)
        drift = np.outer(turn / turn[-1], rng.normal(0, 0.8, 2))
        path = np.stack([np.cos(turn) * radius, np.sin(turn) * radius], axis=1) + drift
    return [turned(path * (1, rng.uniform(0.4, 1)), rng.uniform(0, np.pi))]


def loops(rng: np.random.Generator) -> list[Points]:
    """Loops in a row, as when a pen is tried: eeee, or llll, three or more."""
    loops = int(rng.integers(3, 8))
    turn = np.linspace(0, loops * 2 * np.pi, loops * 14)
    pace, height = rng.uniform(0.12, 0.3), rng.uniform(0.6, 1.8)
    path = np.stack([pace * turn - np.sin(turn), -height * np.cos(turn)], axis=1)
    return [turned(path + rng.normal(0, 0.05, path.shape), rng.normal(0, 0.35))]


def spiral(rng: np.random.Generator) -> list[Points]:
    turns = rng.uniform(2, 5)
    turn = np.linspace(0, turns * 2 * np.pi, int(turns * 20))
    radius = (turn / turn[-1]) ** rng.uniform(0.6, 1.2) * np.where(rng.random() < 0.5, 1, -1)
    start = rng.uniform(0, 2 * np.pi)
    return [np.stack([np.cos(turn + start) * np.abs(radius), np.sin(turn + start) * radius], axis=1)]


def line(rng: np.random.Generator) -> list[Points]:
    """One line that lies or leans too far for a one."""
    angle = rng.uniform(-0.6, 0.6) if rng.random() < 0.75 else rng.uniform(0.6, 0.8)  # y grows downwards: a backslash
    path = np.linspace((0.0, 0.0), (1.0, 0.0), 12)
    path[:, 1] += rng.normal(0, 0.06) * np.sin(np.pi * path[:, 0]) + rng.normal(0, 0.006, 12)
    return [turned(path, angle)]


def wave(rng: np.random.Generator) -> list[Points]:
    """A wave of at least one and a half periods that lies, or three that stand."""
    lies = rng.random() < 0.8
    along = np.linspace(0, 1, 60)
    periods = rng.uniform(1.5, 5) if lies else rng.uniform(3, 6)
    swing = rng.uniform(0.08, 0.3) * np.sin(2 * np.pi * periods * along + rng.uniform(0, 2 * np.pi))
    return [turned(np.stack([along, swing], axis=1), rng.normal(0, 0.2) + (0 if lies else np.pi / 2))]


def dots(rng: np.random.Generator) -> list[Points]:
    """Two or more dots, each a touch of the pen or a short dash."""
    dots = int(rng.integers(2, 9))
    dashes = rng.normal(0, 0.04, (dots, 3, 2)) * rng.integers(0, 2)
    return list(rng.uniform(0, 1, (dots, 1, 2)) + np.cumsum(dashes, axis=1))


def blob(rng: np.random.Generator) -> list[Points]:
    """An area filled with ink: round, or long and lying."""
    height = rng.uniform(0.5, 1.1)
    rows = int(rng.integers(12, 26))
    side = np.linspace(-1, 1, rows)
    edge = np.sqrt(1 - side**2) ** rng.uniform(0.3, 1.2) + rng.normal(0, 0.05, rows)
    across = edge * np.where(np.arange(rows) % 2, 1, -1)
    return [np.stack([across, side * height], axis=1)]


def rings(rng: np.random.Generator) -> list[Points]:
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


def crosses(rng: np.random.Generator) -> list[Points]:
    """Lines that cross each other anyhow: three to six of them."""
    strokes: list[Points] = []
    for angle in rng.uniform(0, np.pi) + np.linspace(0, np.pi, rng.integers(4, 8))[:-1]:
        line = np.linspace((-1.0, 0.0), (1.0, 0.0), 4) * rng.uniform(0.6, 1) + rng.normal(0, 0.12, (1, 2))
        strokes.append(turned(line, angle + rng.normal(0, 0.15)))
    return strokes


def polygon(rng: np.random.Generator) -> list[Points]:
    """A triangle, a quadrangle on its point, or a star; boxes and outlines with more corners are drawn like a 0."""
    corners = int(rng.choice([3, 3, 4, 4, 5, 7]))
    first = rng.uniform(-0.4, 0.4) if corners == 4 else rng.uniform(0, 2 * np.pi)
    turn = first + 2 * np.pi * (np.arange(corners) + rng.normal(0, 0.12, corners)) / corners
    points = np.stack([np.cos(turn), np.sin(turn)], axis=1) * rng.uniform(0.75, 1, (corners, 1))
    if corners > 4:
        points = points[(np.arange(corners) * 2) % corners]
    return [np.concatenate([points, points[:1]])]


def letter(rng: np.random.Generator) -> list[Points]:
    """A letter of no alphabet: lines and arcs between the places of a lattice."""
    while True:
        strokes = [
            np.stack([rng.integers(0, 3, places) / 2, rng.integers(0, 4, places) / 3], axis=1)
            for places in rng.choice([2, 2, 3, 4], rng.integers(3, 6))
        ]
        points = np.concatenate(strokes)
        moves = all(np.abs(np.diff(stroke, axis=0)).sum(axis=1).min() > 0 for stroke in strokes)
        if moves and len(np.unique(points, axis=0)) >= 7:
            break
    drawn: list[Points] = []
    for stroke in strokes:
        missed = stroke * (0.75, 1) + rng.normal(0, 0.04, stroke.shape)
        drawn.append(smooth(missed) if len(missed) > 2 and rng.random() < 0.5 else missed)
    return drawn


def tangle(rng: np.random.Generator) -> list[Points]:
    """A line that closes upon itself after many turns, as a ball of wool."""
    turn = np.linspace(0, 2 * np.pi, 240)
    waves = np.arange(1, rng.integers(5, 10))
    path = np.zeros((len(turn), 2))
    for axis in range(2):
        swings = rng.normal(0, 1, (2, len(waves), 1)) * np.minimum(1, waves / 3)[:, None]
        path[:, axis] = (swings[0] * np.cos(np.outer(waves, turn)) + swings[1] * np.sin(np.outer(waves, turn))).sum(0)
    path, _ = np.linalg.qr(path - path.mean(axis=0))  # as wide as high: a slim one is a 1 or a 0
    return [path * (1, rng.uniform(0.7, 1.4))]


def scrawl(rng: np.random.Generator) -> list[Points]:
    """Writing that nobody reads: one or two lines of bumps, loops and points of changing height."""
    strokes: list[Points] = []
    for line in range(rng.choice([1, 1, 2])):
        turns = int(rng.integers(8, 18))
        x = np.cumsum(rng.uniform(-0.1, 0.5, turns))
        y = np.where(np.arange(turns) % 2, 1, 0) * rng.uniform(0.3, 1.6, turns) + rng.normal(0, 0.1, turns)
        path = np.stack([x, y + 2.2 * line], axis=1)
        strokes.append(smooth(path) if rng.random() < 0.8 else path)
    return strokes


def signature(rng: np.random.Generator) -> list[Points]:
    """A large beginning, bumps and loops that become smaller, often with a line below or through it."""
    loops = int(rng.integers(4, 10))
    turn = np.linspace(0, loops * 2 * np.pi, loops * 12)
    height = np.exp(-turn / turn[-1] * rng.uniform(0.3, 2)) * (1 + 0.6 * np.sin(turn * rng.uniform(0.1, 0.4)))
    pace, width, tall = rng.uniform(0.2, 0.5), rng.uniform(0.2, 1.2), rng.uniform(1.5, 5)
    strokes = [np.stack([pace * turn - width * height * np.sin(turn), -tall * height * np.cos(turn)], axis=1)]
    if rng.random() < 0.6:
        end = float(strokes[0][:, 0].max())
        y = rng.uniform(0, 2)
        strokes.append(smooth(np.array([[0, y], [end / 3, y + 0.2], [end, y - 0.3]]) + rng.normal(0, 0.1, (3, 2))))
    return [turned(stroke, rng_angle) for rng_angle in [rng.normal(0, 0.15)] for stroke in strokes]


def looped_zigzag(rng: np.random.Generator) -> list[Points]:
    """To and fro along a line with loops where the pen turns."""
    turns = int(rng.integers(4, 8))
    turn = np.linspace(0, turns * 2 * np.pi, turns * 16)
    along, across = rng.uniform(0.15, 0.3), rng.uniform(1.5, 3)
    bend = rng.choice([2, 3])
    path = np.stack([along * turn + 0.5 * np.sin(bend * turn), across * np.cos(turn)], axis=1)
    return [turned(path + rng.normal(0, 0.03, path.shape), rng.uniform(0, np.pi))]


def bezier_strokes(rng: np.random.Generator) -> list[Points]:
    """Four to seven strokes, each a cubic Bézier curve anywhere."""
    t = np.linspace(0, 1, 20)[:, None]
    return [
        (1 - t) ** 3 * p[0] + 3 * t * (1 - t) ** 2 * p[1] + 3 * t**2 * (1 - t) * p[2] + t**3 * p[3]
        for p in rng.uniform(0, 1, (rng.integers(4, 8), 4, 2))
    ]


def polyline(rng: np.random.Generator) -> list[Points]:
    """Straight lines from place to place without lifting the pen: six or more, anyhow."""
    return [rng.uniform(0, 1, (rng.integers(7, 15), 2)) * (1, rng.uniform(0.6, 1.4))]


def grid(rng: np.random.Generator) -> list[Points]:
    """A grid or a ladder: at least three lines across two or more."""
    wide, high = rng.uniform(0.4, 1.2), 1.0
    columns, rows = int(rng.integers(2, 5)), int(rng.integers(3, 6))
    strokes = [np.array([[x, -0.12], [x, high + 0.12]]) for x in np.linspace(0, wide, columns)]
    strokes += [np.array([[-0.12, y], [wide + 0.12, y]]) for y in np.linspace(0.05, high - 0.05, rows)]
    angle = rng.normal(0, 0.1) + rng.choice([0, np.pi / 2])
    return [turned(stroke + rng.normal(0, 0.025, stroke.shape), angle) for stroke in strokes]


def spring(rng: np.random.Generator) -> list[Points]:
    """Rings that climb: a spring or a whirl seen from the side."""
    turns = rng.uniform(3, 8)
    turn = np.linspace(0, turns * 2 * np.pi, int(turns * 18))
    width = np.linspace(1, rng.uniform(0.15, 1), len(turn))
    path = np.stack([np.cos(turn) * width, 0.35 * np.sin(turn) * width + turn * rng.uniform(0.06, 0.16)], axis=1)
    return [turned(path, rng.uniform(0, 2 * np.pi))]


def turned(path: Points, angle: float) -> Points:
    c, s = np.cos(angle), np.sin(angle)
    return path @ np.array([[c, s], [-s, c]])
