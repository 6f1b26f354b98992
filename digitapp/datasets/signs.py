"""Letters and symbols that are no digits, as the paths of a pen, written as the digits' are (`datasets.pen_paths`).

The shapes are this project's own (`letters`, `scripts`, `symbols`). A sign that a person cannot tell from a digit once
it is bent by a hand, such as O, I, S, Z, B, b, g or the Cyrillic З, is marked: it measures nothing and teaches nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from digitapp.datasets.letters import CAPITALS, CLEAR, SMALL, UNSEEN_WAYS
from digitapp.datasets.pen_paths import Style
from digitapp.datasets.scripts import SCRIPTS
from digitapp.datasets.sign_paths import with_serifs
from digitapp.datasets.symbols import SYMBOLS

NO_DIGIT = -1


class Sign(NamedTuple):
    """A letter or symbol: its group, its name, the ways to write it; ambiguous where it may be read as a digit."""

    group: str
    name: str
    paths: tuple[str, ...]
    ambiguous: bool = False

    @property
    def styles(self) -> tuple[Style, ...]:
        """The ways to write it, as the generator of handwriting wants them."""
        return tuple(Style(NO_DIGIT, self.name, 1, path) for path in self.paths)


_AMBIGUOUS = frozenset(
    (
        # Letters that are digits of some hand, and look-alikes of 0, 6, 8 and 9
        *"DOISZBGQabgiloqsyz",
        *("theta", "phi", "sigma", "beta", "section", "moon", "parenthesis", "parentheses", "power", "cent"),
        *(
            "lollipop",
            "balloon",
            "leaf",
            "hourglass",
            "treble",
            "paragraph",
            "cloud",
            "radiation",
            "be",
            "Be",
            "Samekh",
            "Pe",
            "white",
        ),
        *("sun (Chinese)", "no (kana)", "Hard sign", "lam-alif", "heh-like knot", "square", "Ef"),
        # Look-alikes of 1, 2, 3, 4, 5 and 7
        *("integral", "perpendicular", "work", "bolt", "exists", "Ze", "Che", "Bet", "Lamed", "Ayin", "giyeok", "self"),
        *("bow", "zeta", "ain", "E turned", "georgian an", "curly brace", "ra (kana)", "ra (devanagari)"),
        *("a (katakana)", "i (katakana)", "e (katakana)", "wo (katakana)", "kaf", "jeem", "na (devanagari)"),
    )
)

_WITH_SERIFS = frozenset("AFHKMNPRUVWXhkmnpuvwx")


def _signs(group: str, paths: Mapping[str, Sequence[str]]) -> tuple[Sign, ...]:
    return tuple(
        Sign(
            group,
            name,
            (*ways, *([with_serifs(ways[-1]), with_serifs(ways[0], 9)] if name in _WITH_SERIFS else [])),
            name in _AMBIGUOUS,
        )
        for name, ways in paths.items()
    )


SIGNS: tuple[Sign, ...] = (
    *_signs("capital letter", CAPITALS),
    *_signs("small letter", SMALL),
    *_signs("clear letter", CLEAR),
    *_signs("unseen way", UNSEEN_WAYS),
    *_signs("other script", SCRIPTS),
    *_signs("symbol", SYMBOLS),
)

# No training ever uses these, so that refusal is also measured on signs that a network has not met.
UNSEEN_SIGNS = frozenset(
    [
        "lambda",
        "Omega",
        "Ya",
        "De",
        "chi",
        "person",
        "tree",
        "king",
        "rice",
        "gate",
        "ne (kana)",
        "shi (katakana)",
        "Shin",
        "sheen",
        "ma (devanagari)",
        "hangul han",
        "cup",
        "stairs",
        "peace",
        "fish",
        "at",
        "umbrella",
        "anchor",
        "arrow left",
        "euro",
        "not equal",
        "hash",
        "flower",
        "element",
        "yen",
    ]
)
HELD_OUT_SIGNS = UNSEEN_SIGNS | UNSEEN_WAYS.keys()
