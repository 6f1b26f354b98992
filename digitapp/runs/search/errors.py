"""Why a search cannot begin or go on, each as one sentence."""

from __future__ import annotations


class SearchError(ValueError):
    """A study, a space or a storage that cannot be used; the text says what, where, and what was expected."""


class SearchMissing(SearchError):
    """What the search stands on is not installed."""


class StorageError(SearchError):
    """A storage that cannot be reached or used; its text never holds a password."""


class OtherStudy(SearchError):
    """There is a study of this name, of other settings.

    Attributes
    ----------
    what : in which of them the two differ first
    """

    def __init__(self, what: str, text: str) -> None:
        super().__init__(text)
        self.what = what
