"""What the page calls a sample: an image where it is one, and a point where the inputs are no picture."""

from __future__ import annotations

from typing import NamedTuple

from digitapp.datasets.problems import Problem
from digitapp.gui.translation import translate


class SampleWords(NamedTuple):
    """Texts about samples; those with {0} want a count, and `which` also the number of all."""

    this: str
    error_of_this: str
    error_title: str
    learned_this: str
    learned_all: str
    learned_batch: str
    which: str
    will_it: str
    hint: str
    total_error: str
    mean_error: str


def sample_words(problem: Problem) -> SampleWords:
    """Return the texts for a problem's samples."""
    if problem.has_picture:
        return SampleWords(
            translate("StepSamples", "This image"),
            translate("StepSamples", "Error of this image"),
            translate("StepSamples", "The error of this image"),
            translate("StepSamples", "this image"),
            translate("StepSamples", "all {0} images"),
            translate("StepSamples", "a batch of {0} images"),
            translate("StepSamples", "Image {0} of {1}"),
            translate("StepSamples", "Will this image be read rightly?"),
            translate("StepSamples", "Red: misread, with the answer. Choose another image with PgUp and PgDn."),
            translate("StepSamples", "Total error: the sum of C over all images"),
            translate("StepSamples", "Mean error over the images that are learned from"),
        )
    return SampleWords(
        translate("StepSamples", "This point"),
        translate("StepSamples", "Error of this point"),
        translate("StepSamples", "The error of this point"),
        translate("StepSamples", "this point"),
        translate("StepSamples", "all {0} points"),
        translate("StepSamples", "a batch of {0} points"),
        translate("StepSamples", "Point {0} of {1}"),
        translate("StepSamples", "Will this point be read rightly?"),
        translate("StepSamples", "Red: misread, with the answer. Choose another point with PgUp and PgDn."),
        translate("StepSamples", "Total error: the sum of C over all points"),
        translate("StepSamples", "Mean error over the points that are learned from"),
    )
