"""The images to learn from, where pixels are set by hand: those of the book, until the user draws others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.problems import MY_IMAGES, TOY, Problem
from digitapp.datasets.toy import MOST_IMAGES, GridImage, book_csv, grid_dataset, read_grid_csv
from digitapp.gui.state.data_source import DataSource

Images = tuple[GridImage, ...]
_MOST_STEPS = 1000


class OwnImages(QObject):
    """The user's images with undo and redo; as long as they differ from the book's they are a data set of their own.

    Signals: `changed`.

    Attributes
    ----------
    problem : whose images they are
    own : all of them, empty while they are the book's
    """

    changed = Signal()

    def __init__(self, data: DataSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.problem: Problem = TOY
        self.own: Images = ()
        self._data = data
        self._before: list[Images] = []
        self._after: list[Images] = []

    @cached_property
    def book(self) -> Images:
        """The images that come with the program."""
        return tuple(read_grid_csv(book_csv(), self.problem))

    @property
    def images(self) -> Images:
        """The images that are learned from, and those that check it."""
        return self.own or self.book

    @property
    def dataset_name(self) -> str:
        """The name of the data set that they are."""
        return MY_IMAGES if self.own else self.problem.usual_dataset

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another image."""
        return len(self.images) >= MOST_IMAGES

    @property
    def can_undo(self) -> bool:
        """Whether a change can be taken back."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether a change that was taken back can be made again."""
        return bool(self._after)

    def commit(self, images: Sequence[GridImage]) -> None:
        """Have other images, as one step of undo; at least one, and at most `MOST_IMAGES`.

        Where none would be left to learn from, all of them are learned from.
        """
        new = tuple(images)
        if not 0 < len(new) <= MOST_IMAGES:
            raise ValueError(f"1 to {MOST_IMAGES} images are possible, not {len(new)}")
        if all(image.validates for image in new):
            new = tuple(replace(image, validates=False) for image in new)
        if new == self.images:
            return
        self._before = [*self._before[-_MOST_STEPS + 1 :], self.images]
        self._after = []
        self._have(new)

    @Slot()
    def undo(self) -> None:
        """Take the last change back."""
        if self._before:
            self._after.append(self.images)
            self._have(self._before.pop())

    @Slot()
    def redo(self) -> None:
        """Make the change again that was taken back."""
        if self._after:
            self._before.append(self.images)
            self._have(self._after.pop())

    @Slot()
    def back_to_book(self) -> None:
        """Have the book's images again; that can be undone."""
        self.commit(self.book)

    def take_up(self, images: Images) -> None:
        """Have the images of an earlier start."""
        self._have(images)

    def _have(self, images: Images) -> None:
        own = () if images == self.book else images
        if own:
            dataset = grid_dataset(MY_IMAGES, self.problem, own)
            self.own = own
            self._data.put(MY_IMAGES, dataset)
        self.own = own
        self.changed.emit()
