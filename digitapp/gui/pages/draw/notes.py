"""What else there is to say about a drawing: lines much thinner or thicker than those the network has learned from."""

from __future__ import annotations

import numpy as np

from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import preprocess
from digitapp.gui.pages.draw.tools import NARROWEST, WIDEST
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import Name, in_a_row, translate
from digitapp.gui.widgets.numbers import per_cent, probability
from digitapp.inspection.digit_measures import Measure, distribution, stroke_widths

_UNUSUAL = 5  # percent at either end


def width_note(shown: Snapshot, canvas_side: float) -> str:
    """Return a sentence about unusually thin or thick lines, with the answer that a usual pen gives, or "".

    Parameters
    ----------
    shown : its drawing and its answer are looked at
    canvas_side : float, in pixels, since pens are measured in the canvas's pixels
    """
    answer, drawing = shown.answer, shown.drawing
    if answer.preprocessed is None or answer.preprocessed.is_empty or drawing.is_empty:
        return ""
    (width,) = stroke_widths(answer.preprocessed.input[np.newaxis])
    widths = distribution(Measure.STROKE_WIDTH)
    rank = widths.rank(width)
    if _UNUSUAL < rank < 100 - _UNUSUAL or answer.is_refused:
        return ""
    if rank <= _UNUSUAL:
        text, share = translate("DrawNotes", "Thinner lines than in {0} of the training digits."), 100 - rank
    else:
        text, share = translate("DrawNotes", "Thicker lines than in {0} of the training digits."), rank
    text = text.format(per_cent(str(round(share))))
    pen = round(shown.pen_width * widths.median / width, 3)
    if not NARROWEST <= pen * 1000 <= WIDEST:
        return text
    return in_a_row(text, _with_pen(shown, drawing, pen, canvas_side))


def _with_pen(shown: Snapshot, drawing: Drawing, pen: float, canvas_side: float) -> str:
    """Return what the network would say to the same strokes of another pen."""
    inputs = preprocess(drawing, pen_width=pen).input.reshape(1, -1)
    probabilities = shown.model.probabilities(inputs)[0]
    best = int(probabilities.argmax())
    name, sure = Name(shown.model.class_names[best]), probability(float(probabilities[best]))
    return translate("DrawNotes", "With {0} px: {1:a}, {2} sure.").format(round(pen * canvas_side), name, sure)
