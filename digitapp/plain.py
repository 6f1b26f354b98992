"""Names and texts from outside, as they may be printed and shown: one road for the window and the command line.

A file's name or a text in a file may hold what drives a terminal, breaks a line, or turns the direction of the words
around it, and it may be of any length.
"""

import os
import unicodedata
from pathlib import Path

LONGEST, LONGEST_DETAIL = 60, 160  # characters of a name, and of what an error says
_JOINERS = "\u200c\u200d"  # invisible, and needed to write Persian, Hindi and others
_UNPRINTABLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_REPLACEMENT = "\ufffd"


def plain(text: str, longest: int | None = LONGEST) -> str:
    """Return a text on one line, with a replacement character for all that is not seen itself, and not too long.

    Parameters
    ----------
    longest : characters; of more, the middle is left out. None for all of them
    """
    if not text.isascii() or not text.isprintable():
        text = "".join(map(_seen, text))
    if longest is None or len(text) <= longest:
        return text
    end = longest // 3
    return f"{text[: longest - end - 1]}…{text[len(text) - end :]}"


def file_name(path: str | os.PathLike[str]) -> str:
    """Return what a file is called, without its folder, as it may be shown."""
    return plain(Path(path).name)


def _seen(character: str) -> str:
    if character in "\t\n\r\u2028\u2029":
        return " "
    hidden = unicodedata.category(character) in _UNPRINTABLE and character not in _JOINERS
    return _REPLACEMENT if hidden else character
