"""The points that a user has set in a plane, as bytes and back."""

from __future__ import annotations

import math
from collections.abc import Sequence

from digitapp.datasets.plane import MOST_POINTS, LabelledPoint
from digitapp.datasets.problems import Problem
from digitapp.kept.packing import PacketError, pack, unpack


def write_points(points: Sequence[LabelledPoint] | None) -> bytes:
    """Return points as a packet; None where there never were any, which is not the same as none any more."""
    facts = None if points is None else [[point.x, point.y, point.label, point.validates] for point in points]
    return pack({"points": facts})


def read_points(packet: bytes, problem: Problem) -> tuple[LabelledPoint, ...] | None:
    """Return the points of a packet, None where there never were any.

    Raises
    ------
    PacketError : it was damaged, or these are no points of the problem
    """
    points: list[LabelledPoint] = []
    try:
        facts = unpack(packet)[0]["points"]
        if facts is None:
            return None
        for x, y, label, validates in facts[:MOST_POINTS]:
            if not (0 <= label < problem.classes and math.isfinite(x) and math.isfinite(y)):
                raise PacketError("these are no points of this problem")
            points.append(LabelledPoint(float(x), float(y), int(label), bool(validates)))
    except (KeyError, TypeError, ValueError) as error:
        raise PacketError(f"these are no points ({error})") from error
    return tuple(points)
