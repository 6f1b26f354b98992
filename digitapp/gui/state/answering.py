"""What is drawn is answered by a model."""

from __future__ import annotations

from dataclasses import dataclass

from digitapp.drawing.inks import Ink, Picture
from digitapp.modelfile import Model
from digitapp.reading import Answer, Prepared, prepare, read


@dataclass(frozen=True)
class _Seen:
    """What was prepared last, and what it was prepared from."""

    ink: Ink
    pen_width: float
    prepared: Prepared


class Answering:
    """Answers to ink; what was prepared last is kept, for a network that learns changes more often than the ink."""

    def __init__(self) -> None:
        self._seen: _Seen | None = None

    def answer(self, model: Model, ink: Ink, pen_width: float, *, is_settled: bool) -> Answer:
        """Return a model's answer; `pen_width` in canvas units, `is_settled` as long as no pen is moving."""
        return read(model, self._prepare(ink, pen_width), is_settled=is_settled)

    def _prepare(self, ink: Ink, pen_width: float) -> Prepared:
        seen = self._seen
        if seen is None or seen.ink is not ink or seen.pen_width != pen_width:
            prepared = prepare(ink.grey if isinstance(ink, Picture) else ink, pen_width)
            self._seen = seen = _Seen(ink, pen_width, prepared)
        return seen.prepared
