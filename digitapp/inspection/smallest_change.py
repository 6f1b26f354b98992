"""The smallest change of ink that turns one answer into another.

An unrestricted search along the gradient finds a grey haze that no pen leaves and no eye sees (Szegedy et al.,
"Intriguing properties of neural networks", 2013; Moosavi-Dezfooli et al., "DeepFool", 2016). Here a change is made of
what a hand can do: short strokes of the pen that touch the ink, and rubs with an eraser. The gradient only proposes
which of thousands to try; every step is taken for what it does once the picture has gone the whole road to the
network's input. The search is greedy, and what turns out to be unnecessary is taken back: the result is small, and a
smaller one may exist. On a grid of a few pixels every picture is tried, and the result is the smallest.

An explanation of this kind is a counterfactual: Wachter, Mittelstadt, Russell, "Counterfactual Explanations without
Opening the Black Box" (2017).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

from digitapp.drawing.preprocess import CENTRE, CROP_SIZE, INPUT_SIZE, SUPERSAMPLING, preprocess
from digitapp.inspection.gradients import input_gradients
from digitapp.nn.network import Network

Picture = NDArray[np.floating]

MARGIN = 0.4
"""By how much the wanted logit must lead in the end: enough that the answer does not hang by a thread."""
MOST_STEPS = 24
MOST_PIXELS = 16
"""On a grid of so many pixels, each on or off, all pictures are tried."""

_PITCH = SUPERSAMPLING  # strokes are tried at every pixel of the network's
_LENGTHS = (10, 20)  # of strokes, in pixels of the crop, which is 80 wide; and dots
_ANGLES = 8
_TRIED = 48  # candidates that go the whole road at each step
_THINNEST, _THICKEST = 1.5 * SUPERSAMPLING, 3.0 * SUPERSAMPLING  # of the pen
_ERASER = 1.35  # times the pen, so that it leaves no rim
_EFFORT = 3.0  # what a stroke costs besides its ink, in pixels of ink
_LEAST_INK = 1.0
_TOUCH = 8.0  # pixels of the crop that a stroke shares with the ink


@dataclass(frozen=True, eq=False)
class Change:
    """What the search found.

    Attributes
    ----------
    target : int, the wanted class
    reached : bool, whether the network answers so to `after`; where not, `after` is as near as the search came
    before, after : float32 arrays of one shape, ink = 1: the crop of the ink, 80×80, or the grid of pixels
    inputs : float32 array, shape (features,), what the network sees of `after`
    logits : float array, shape (classes,), the answer to it
    drawn, erased : int, strokes of the pen and of the eraser, or pixels switched on and off
    is_smallest : bool, whether every picture was tried
    """

    target: int
    reached: bool
    before: Picture
    after: Picture
    inputs: Picture
    logits: NDArray[np.floating]
    drawn: int
    erased: int
    is_smallest: bool


def lead(logits: NDArray[np.floating], target: int) -> NDArray[np.floating]:
    """Return by how much a class leads the best of the others, shape (batch,), for logits (batch, classes)."""
    others = np.delete(logits, target, axis=1)
    return logits[:, target] - others.max(axis=1)


# A grid of a few pixels


def smallest_flip(network: Network, x: NDArray[np.floating], target: int, shape: tuple[int, int]) -> Change:
    """Return the picture that takes the fewest switched pixels to be read as the target; of several the clearest.

    The blank page is not among them: nothing is read there.

    Parameters
    ----------
    x : float array, shape (features,), each value 0 or 1, at most `MOST_PIXELS` of them

    Raises
    ------
    ValueError : more pixels than can all be tried
    """
    if x.size > MOST_PIXELS:
        raise ValueError(f"all pictures of {x.size} pixels are too many to try; at most {MOST_PIXELS}")
    every = ((np.arange(1, 1 << x.size)[:, np.newaxis] >> np.arange(x.size)) & 1).astype(np.float32)
    logits = network.trace(every).pre_activations[-1]
    leads = np.nan_to_num(lead(logits, target), nan=-np.inf)
    flips = np.count_nonzero(every != x, axis=1)
    reached = bool((leads > 0).any())
    order = np.lexsort((-leads, flips)) if reached else np.argsort(-leads, kind="stable")
    best = next((index for index in order if leads[index] > 0), order[0])
    after = every[best]
    return Change(
        target,
        reached,
        x.astype(np.float32).reshape(shape),
        after.reshape(shape),
        after,
        logits[best],
        drawn=int(np.count_nonzero(after > x)),
        erased=int(np.count_nonzero(after < x)),
        is_smallest=True,
    )


# Ink


@dataclass(frozen=True, eq=False)
class _Stroke:
    """A short stroke on a page of `CROP_SIZE`: what it covers, and from where on the page."""

    top: int
    left: int
    cover: Picture
    erases: bool

    def on(self, page: Picture) -> Picture:
        """Return the page with this stroke drawn or rubbed out."""
        changed = page.copy()
        end = CROP_SIZE - self.top, CROP_SIZE - self.left
        start = max(0, -self.top), max(0, -self.left)
        cover = self.cover[start[0] : end[0], start[1] : end[1]]
        place = changed[max(0, self.top) :, max(0, self.left) :][: cover.shape[0], : cover.shape[1]]
        place[...] = place * (1 - cover) if self.erases else np.maximum(place, cover)
        return changed


def smallest_change(
    network: Network,
    crop: Picture,
    target: int,
    *,
    margin: float = MARGIN,
    most_steps: int = MOST_STEPS,
    cancelled: Callable[[], bool] = lambda: False,
) -> Change:
    """Search for a small change of a drawing that the network reads as another digit.

    Parameters
    ----------
    network : reads 28×28 pixels
    crop : float32 array, shape (side, side), the ink's bounding square from `drawing.preprocess`
    target : the wanted class
    margin : by how much its logit must lead
    cancelled : asked at every step; the search ends as it stands when it returns True

    Returns
    -------
    Change; its `after` is a picture that, taken to the input as any picture is, gives exactly its `inputs`
    """
    before = page = on_page(crop)
    strokes: list[_Stroke] = []
    leads, _ = _answers(network, [page], target)
    pen = pen_width(page)
    while leads[0] < margin and len(strokes) < most_steps and not cancelled():
        tried = _proposals(network, page, target, pen)
        pages = [stroke.on(page) for stroke in tried]
        if not pages:
            break
        new_leads, _ = _answers(network, pages, target)
        effort = np.array([np.abs(new - page).sum() for new in pages]) / SUPERSAMPLING**2 + _EFFORT
        # More than the margin is no gain.
        gains = np.minimum(new_leads, 2 * margin + 0.5) - leads[0]
        best = int(np.argmax(gains / effort))
        if not gains[best] > 0:
            break
        page, leads = pages[best], new_leads[best : best + 1]
        strokes.append(tried[best])
    if leads[0] >= margin:
        strokes, page = _without_needless(network, before, strokes, target, margin, cancelled)
    leads, logits = _answers(network, [page], target)
    reached = bool(leads[0] > 0)
    return Change(
        target,
        reached,
        before,
        page,
        _inputs(page),
        logits[0],
        drawn=sum(not stroke.erases for stroke in strokes),
        erased=sum(stroke.erases for stroke in strokes),
        is_smallest=False,
    )


def on_page(crop: Picture) -> Picture:
    """Return a crop with `CROP_SIZE` pixels each way: of a drawing it is as it is, small pictures are enlarged."""
    if crop.shape == (CROP_SIZE, CROP_SIZE):
        return crop
    sharp = CROP_SIZE % crop.shape[0] == 0
    method = Image.Resampling.NEAREST if sharp else Image.Resampling.BILINEAR
    image = Image.fromarray(np.ascontiguousarray(crop, dtype=np.float32))
    return np.asarray(image.resize((CROP_SIZE, CROP_SIZE), method), dtype=np.float32)


def pen_width(page: Picture) -> float:
    """Return the width of the strokes on a page in pixels, from its ink and the length of the ink's edge.

    A stroke of length l and width w has the area w l and an edge of about 2 l.
    """
    down, across = np.gradient(page)
    edge = float(np.hypot(down, across).sum())
    width = 2 * float(page.sum()) / edge if edge else _THINNEST
    return float(np.clip(width, _THINNEST, _THICKEST))


def _inputs(page: Picture) -> Picture:
    return preprocess(page).input.reshape(-1)


def _answers(network: Network, pages: list[Picture], target: int) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return the target's lead and the logits for each page, by the whole road; nothing is read on a blank page."""
    inputs = np.stack([_inputs(page) for page in pages])
    logits = network.trace(inputs).pre_activations[-1]
    leads = np.where(inputs.any(axis=1), lead(logits, target), -np.inf)
    return np.nan_to_num(leads, nan=-np.inf), logits


def _without_needless(
    network: Network,
    before: Picture,
    strokes: list[_Stroke],
    target: int,
    margin: float,
    cancelled: Callable[[], bool],
) -> tuple[list[_Stroke], Picture]:
    """Take back strokes, the oldest first, as long as the answer holds without them."""
    for stroke in list(strokes):
        if cancelled():
            break
        fewer = [other for other in strokes if other is not stroke]
        if _answers(network, [_redrawn(before, fewer)], target)[0][0] >= margin:
            strokes = fewer
    return strokes, _redrawn(before, strokes)


def _redrawn(page: Picture, strokes: list[_Stroke]) -> Picture:
    for stroke in strokes:
        page = stroke.on(page)
    return page


def _proposals(network: Network, page: Picture, target: int, pen: float) -> list[_Stroke]:
    """Return the strokes that promise most for their ink, as far as the gradient at this page can tell."""
    slope = _slope(network, page, target)
    found: list[tuple[float, _Stroke]] = []
    for erases in (False, True):
        radius = pen / 2 * (_ERASER if erases else 1)
        for cover in _covers(radius):
            found += _promising(page, slope, cover, erases=erases)
    found.sort(key=lambda entry: -entry[0])
    return [stroke for _, stroke in found[:_TRIED]]


def _slope(network: Network, page: Picture, target: int) -> Picture:
    """Return how the target's lead over its strongest rival changes with the ink on each pixel of the page."""
    inputs = _inputs(page)
    logits = network.trace(inputs[np.newaxis]).pre_activations[-1][0]
    others = np.where(np.arange(logits.size) == target, -np.inf, logits)
    counts = np.zeros(logits.size)
    counts[target], counts[int(np.argmax(others))] = 1, -1
    slope = input_gradients(network, inputs[np.newaxis], counts).gradients[0].reshape(INPUT_SIZE, INPUT_SIZE)
    fine = np.repeat(np.repeat(slope, SUPERSAMPLING, 0), SUPERSAMPLING, 1) / SUPERSAMPLING**2
    # The page lies on the input with its centre of mass at the centre.
    mass, pixels = max(float(page.sum()), 1e-6), np.arange(CROP_SIZE)
    centre = (CENTRE + 0.5) * SUPERSAMPLING - 0.5
    room = SUPERSAMPLING * INPUT_SIZE - CROP_SIZE
    top, left = (min(max(round(centre - float(page.sum(axis=axis) @ pixels) / mass), 0), room) for axis in (1, 0))
    return fine[top : top + CROP_SIZE, left : left + CROP_SIZE]


def _covers(radius: float) -> list[Picture]:
    """Return what a dot and short strokes in all directions cover, each a small picture around its middle."""
    reach = round(max(_LENGTHS) / 2 + radius) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    covers = []
    for length, angle in [(0, 0.0), *((length, k * pi / _ANGLES) for length in _LENGTHS for k in range(_ANGLES))]:
        dy, dx = np.sin(angle), np.cos(angle)
        along = np.clip(y * dy + x * dx, -length / 2, length / 2)
        covers.append(np.clip(radius + 0.5 - np.hypot(y - along * dy, x - along * dx), 0, 1).astype(np.float32))
    return covers


def _promising(page: Picture, slope: Picture, cover: Picture, *, erases: bool) -> list[tuple[float, _Stroke]]:
    """Return the best places for one stroke, each with what it promises for its ink."""
    side = len(cover)
    half = side // 2
    pages, slopes = (
        sliding_window_view(np.pad(picture, half), cover.shape)[_PITCH // 2 :: _PITCH, _PITCH // 2 :: _PITCH]
        for picture in (page, slope)
    )
    change = pages * cover if erases else np.maximum(cover - pages, 0)
    ink = change.sum(axis=(2, 3)) / SUPERSAMPLING**2
    gain = np.einsum("ijkl,ijkl->ij", change, slopes) * (-1 if erases else 1)
    promise = gain / (ink + _EFFORT)
    promise[ink < _LEAST_INK] = 0
    if not erases:
        promise[np.einsum("ijkl,kl->ij", pages > 0.5, cover) < _TOUCH] = 0
        promise[~_inside(promise.shape, cover)] = 0
    best = np.argsort(-promise, axis=None)[: _TRIED // 4]
    strokes = []
    for row, column in zip(*np.unravel_index(best, promise.shape), strict=True):
        if promise[row, column] > 0:
            place = int(row) * _PITCH + _PITCH // 2 - half, int(column) * _PITCH + _PITCH // 2 - half
            strokes.append((float(promise[row, column]), _Stroke(*place, cover, erases)))
    return strokes


def _inside(places: tuple[int, ...], cover: Picture) -> NDArray[np.bool_]:
    """Return at which places a stroke lies on the page whole: no pen leaves half a stroke, nor does the ink grow."""
    inked = np.flatnonzero((cover > 0.5).any(axis=1)), np.flatnonzero((cover > 0.5).any(axis=0))
    half = len(cover) // 2
    fits = []
    for marks, count in zip(inked, places, strict=True):
        middles = np.arange(count) * _PITCH + _PITCH // 2
        fits.append((middles + marks[0] - half >= 0) & (middles + marks[-1] - half < CROP_SIZE))
    return fits[0][:, np.newaxis] & fits[1]
