"""The ways people write each digit, as the paths of a pen.

A path is written as points ``x,y`` in a box of 100 by 100, x to the right and y downwards; the pen moves smoothly
through them, "!" marks a corner, where it changes direction at once, and "/" lifts it. The weight says how often a way
is met among the writers of a digit; the shapes are this project's own, the weights a compromise between the hands of
different countries. The freedom is the share of a hand's usual variation that a way of writing bears: a 1 with a flag
that is stretched and bent like a 1 without one is a 7.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Style(NamedTuple):
    """One way to write a digit."""

    label: int
    name: str
    weight: float
    path: str
    freedom: float = 1.0


STYLES: tuple[Style, ...] = (
    Style(0, "plain", 3, "54,2 32,10 20,36 20,66 32,92 52,99 72,90 81,64 80,36 69,10 50,1 42,5", 0.9),
    Style(0, "from the right", 3, "68,10 48,2 28,14 18,46 24,82 46,99 68,92 82,62 78,28 62,7 50,6", 0.9),
    Style(0, "clockwise", 1.5, "40,5 62,3 78,26 80,64 66,94 44,98 24,80 19,44 30,12 48,1", 0.85),
    Style(0, "narrow", 1.5, "56,2 38,12 29,44 32,84 50,99 67,86 72,48 66,12 52,1", 0.7),
    Style(0, "round", 2, "54,8 24,16 7,44 12,78 38,95 70,90 92,64 88,30 64,9 46,8", 0.85),
    Style(0, "open", 1, "42,3 24,24 18,58 32,94 58,98 78,78 82,42 72,12 60,6", 0.7),
    Style(0, "curled", 1.5, "64,18 52,5 32,12 19,44 24,84 48,99 72,88 82,52 72,14 54,4 42,12 54,24 72,18", 0.8),
    Style(0, "slashed", 1, "54,6 32,12 20,40 22,70 36,91 54,95 72,84 80,56 76,26 60,8 48,7 / 86,1 14,99", 0.85),
    Style(
        0, "slashed inside", 0.5, "54,2 32,10 20,36 20,66 32,92 52,99 72,90 81,64 80,36 69,10 50,1 / 70,24 30,78", 0.75
    ),
    Style(0, "open, from the right", 0.7, "66,12 42,3 22,22 14,56 28,92 58,97 82,70 84,38 76,20", 0.75),
    Style(0, "overlapping", 1, "70,14 52,2 28,14 18,48 28,88 54,98 78,80 82,40 66,10 42,4 22,20", 0.9),
    Style(
        0, "slashed upright", 0.4, "54,6 32,12 20,40 22,70 36,91 54,95 72,84 80,56 76,26 60,8 48,7 / 60,0 40,100", 0.7
    ),
    Style(0, "slashed, one stroke", 0.4, "62,4 36,8 18,36 24,78 50,94 74,80 82,44 70,12 60,5 76,0! 46,52 16,100", 0.7),
    Style(1, "bare", 6, "52,0 50,50 49,100"),
    Style(1, "bowed", 2, "58,0 52,34 47,70 46,100"),
    Style(1, "slanted", 2, "68,0 50,48 34,100"),
    Style(1, "flag", 2.5, "38,24 46,14 54,0! 52,50 51,100", 0.6),
    Style(1, "long flag", 0.8, "30,42 43,22 56,0! 55,50 54,100", 0.45),
    Style(1, "flag and base", 2, "34,22 44,12 53,0! 52,50 51,97 / 24,99 50,97 80,98", 0.5),
    Style(1, "base", 0.7, "51,0 50,50 50,97 / 26,98 50,97 76,99", 0.6),
    Style(1, "short flag", 2, "43,14 50,8 56,0! 55,50 54,100", 0.7),
    Style(1, "rounded flag", 0.7, "40,17 47,7 53,3 55,14 53,56 52,100", 0.5),
    Style(1, "tail", 0.5, "52,0 50,50 50,90 56,99 64,94", 0.7),
    Style(1, "long flag and base", 1.5, "20,36 38,18 55,0! 54,50 53,97 / 22,99 52,98 84,97", 0.5),
    Style(1, "flag and short base", 0.6, "36,24 46,12 54,0! 53,50 52,98 / 36,100 52,98 70,99", 0.6),
    Style(1, "written twice", 0.5, "52,98 53,50 54,2 55,0 54,50 52,100", 0.6),
    Style(2, "corner", 3, "20,22 34,5 56,1 73,14 70,38 50,64 20,96! 50,95 82,96"),
    Style(2, "loop", 3, "20,22 36,4 60,3 73,22 62,52 38,86 22,97 14,90 20,79 36,81 58,92 84,96"),
    Style(2, "wide loop", 1.5, "24,18 44,2 66,8 70,30 54,62 30,90 12,96 6,84 20,74 42,82 64,95 94,92", 0.85),
    Style(2, "zed", 1.5, "18,10 46,6 76,7! 48,50 18,93! 50,93 82,92", 0.85),
    Style(2, "swan", 2, "16,28 26,8 50,0 72,14 72,38 50,68 20,94! 40,87 62,95 86,90", 0.9),
    Style(2, "long base", 1.5, "26,24 40,8 58,10 62,30 44,60 8,94! 50,91 100,94", 0.85),
    Style(2, "hooked top", 1.5, "24,30 18,18 30,4 56,1 74,18 66,46 42,74 20,97! 52,94 78,98", 0.9),
    Style(2, "falling base", 1, "20,20 40,2 66,6 70,30 48,64 20,90! 50,93 82,100", 0.8),
    Style(2, "flat loop", 2.5, "22,16 42,1 66,8 74,27 64,50 44,74 22,90 6,89 5,77 22,69 46,78 68,90 96,90"),
    Style(2, "rising tail", 1.5, "26,12 46,0 68,8 72,26 60,50 38,80 18,92 10,82 24,74 48,84 72,88 100,78"),
    Style(2, "tall loop", 1, "30,12 50,0 70,12 70,34 56,62 40,88 24,96 20,84 32,72 46,80 56,96 74,98", 0.8),
    Style(2, "closed loop", 1.5, "18,22 34,4 58,0 76,14 78,36 62,66 36,92 14,96 8,84 20,72 40,74 58,88 76,100", 0.85),
    Style(2, "rounded foot", 0.7, "20,20 38,3 62,3 76,18 66,42 42,62 22,80 28,94 56,97 86,93", 0.8),
    Style(2, "curled head", 0.8, "38,26 26,22 28,8 48,1 68,9 71,30 50,62 20,93! 50,90 84,95", 0.9),
    Style(2, "flat zed", 0.7, "8,14 44,8 92,6! 52,48 8,92! 50,92 96,92", 0.8),
    Style(3, "round", 3, "22,14 42,1 66,6 71,26 58,42 42,47! 66,52 79,70 70,92 46,99 20,89", 0.8),
    Style(3, "looped", 2, "22,13 44,1 68,10 67,32 50,48 35,52 33,43 46,42 66,52 78,70 70,92 46,99 18,88", 0.8),
    Style(3, "flat top", 1.8, "18,4 48,4 78,3! 60,22 42,41! 66,46 79,66 70,90 46,99 18,90", 0.8),
    Style(3, "smooth", 2, "24,12 48,0 70,14 66,34 50,46 66,56 76,76 60,96 36,99 18,90", 0.8),
    Style(3, "small head", 1.5, "30,14 46,2 62,10 60,28 44,39! 68,44 84,64 74,92 44,100 14,88", 0.65),
    Style(3, "large head", 1, "16,18 38,1 70,5 82,28 62,50 40,55! 62,58 74,76 62,96 38,99 22,92", 0.8),
    Style(3, "tongue", 1.5, "20,12 44,0 68,8 70,28 52,44 30,48! 56,48 78,60 78,84 56,99 22,94", 0.8),
    Style(3, "swung tail", 1, "24,10 50,0 70,14 62,36 42,46! 66,52 76,74 58,96 30,99 8,86 4,76", 0.8),
    Style(3, "two bows", 1, "22,8 46,0 70,10 70,32 40,46! 68,52 78,78 54,98 18,94", 0.75),
    Style(3, "zigzag", 0.5, "16,5 48,4 78,5! 60,24 40,44! 58,52 78,64! 56,84 16,97", 0.7),
    Style(3, "wide", 0.7, "8,12 40,2 76,6 86,24 62,40 40,46! 74,52 94,72 70,94 36,98 4,90", 0.75),
    Style(4, "open", 3, "26,4 22,32 19,56! 50,57 84,55 / 66,8 65,50 63,100", 0.9),
    Style(4, "open, curved", 3, "28,2 22,26 24,48 40,56 62,50 78,40 / 78,2 70,44 62,100"),
    Style(4, "closed", 2, "64,2 40,34 14,66! 50,66 90,65 / 64,2 63,50 62,100", 0.85),
    Style(4, "closed, stem below", 1, "62,2 38,32 14,64! 50,64 88,62 / 64,34 62,68 60,100", 0.75),
    Style(4, "one stroke", 2.5, "24,5 18,34 30,50 54,46 76,6! 70,50 62,100", 0.75),
    Style(4, "one stroke, angular", 1.5, "26,3 20,48! 46,47 72,44! 78,3! 72,48 66,100", 0.85),
    Style(4, "tall stem", 1.5, "38,18 28,40 16,60! 50,58 92,54 / 68,0 62,50 56,100", 0.8),
    Style(4, "short stem", 1, "30,0 24,34 18,62! 52,60 86,58 / 64,24 62,60 58,100", 0.8),
    Style(4, "lightning", 0.4, "56,0 36,28 14,58! 50,55 84,52! 74,76 62,100", 0.5),
    Style(4, "sail", 1, "58,100 62,50 66,3! 40,34 14,62! 50,62 90,60", 0.85),
    Style(4, "closed, no overhang", 1.2, "70,3 44,30 18,60! 44,60 71,59 / 72,2 71,50 70,100", 0.6),
    Style(4, "closed, foot", 0.4, "62,2 38,34 14,66! 50,66 88,65 / 64,4 64,50 63,99 / 46,100 64,99 82,100", 0.7),
    Style(4, "open, tail", 0.5, "26,4 22,32 19,56! 50,57 84,55 / 66,8 64,50 64,88 71,98 82,95", 0.8),
    Style(4, "open, apart", 0.8, "24,10 18,34 16,56! 36,59 58,58 / 74,6 72,50 69,100", 0.8),
    Style(4, "open, high bar", 0.8, "22,2 18,20 16,38! 50,40 88,38 / 66,6 64,50 62,100", 0.8),
    Style(4, "one stroke, narrow turn", 0.8, "28,4 22,26 26,46 46,50 66,42 78,8 76,10 70,50 64,100", 0.8),
    Style(4, "one stroke, closed", 0.7, "66,3 40,32 14,62! 46,62 76,61 80,50 70,38! 67,66 62,100", 0.6),
    Style(5, "two strokes", 3, "30,6 27,24 24,42! 46,36 70,46 77,68 66,92 42,99 18,91 / 29,6 54,5 80,3", 0.9),
    Style(5, "one stroke", 2.5, "80,4 54,4 30,5! 27,24 24,43! 48,37 70,47 77,70 64,93 40,99 16,91", 0.9),
    Style(5, "rounded", 2.5, "80,5 56,4 38,9 30,24 38,39 58,49 70,66 63,88 42,98 16,93", 0.8),
    Style(5, "high bar", 1, "28,14 26,30 25,46! 48,40 70,50 75,72 60,94 38,99 18,92 / 36,8 60,4 88,0", 0.65),
    Style(5, "small belly", 1.5, "82,2 58,5 40,8! 34,26 28,46! 48,44 64,56 64,76 48,94 14,99", 0.8),
    Style(5, "large belly", 1.5, "32,4 26,20 22,34! 48,28 76,40 84,66 70,92 42,100 12,90 / 31,4 54,3 74,2", 0.85),
    Style(5, "slanted", 1.5, "92,6 70,6 48,8! 40,26 32,44! 54,42 68,56 62,80 40,96 10,99", 0.9),
    Style(5, "swung tail", 0.7, "78,4 54,4 32,6! 28,42! 52,38 72,52 72,78 52,96 26,98 8,84"),
    Style(5, "flag", 2, "40,20 36,34 30,46! 50,42 64,56 60,80 40,97 10,94 / 40,20 66,13 100,2", 0.8),
    Style(5, "flag, one stroke", 2, "100,2 70,9 42,18! 36,34 30,48! 52,46 64,60 58,84 36,98 6,90", 0.85),
    Style(5, "curled in", 1.5, "78,3 54,4 34,6! 28,26 25,43! 48,36 72,46 78,70 64,92 40,99 22,90 20,78 30,72", 0.85),
    Style(5, "detached hat", 1, "27,19 25,34 23,48! 46,42 68,52 74,72 60,94 38,99 16,92 / 36,4 60,3 92,1", 0.8),
    Style(5, "flat", 1, "96,10 62,8 32,12 18,27 34,40 64,47 78,64 62,84 10,92", 0.6),
    Style(5, "angular", 0.6, "78,4 52,4 26,4! 25,24 24,44! 50,41 76,44! 76,68 73,95! 44,97 16,96", 0.8),
    Style(
        5,
        "hat to the left too",
        0.7,
        "36,6 34,26 30,44! 52,38 74,48 80,70 66,92 42,99 18,92 / 16,8 48,5 84,3",
        0.8,
    ),
    Style(5, "straight back, round belly", 1, "72,2 50,3 30,4! 29,22 28,38! 56,32 80,50 76,82 50,99 16,92", 0.9),
    Style(6, "bowed", 3, "66,2 46,14 28,40 20,68 28,92 50,99 71,88 73,68 58,56 38,60 24,76", 0.9),
    Style(6, "straight", 2, "60,0 44,24 28,52 20,78 34,97 60,97 74,80 66,62 44,60 26,74"),
    Style(6, "large loop", 2, "48,0 32,20 21,50 21,80 42,99 68,94 81,72 70,50 46,47 24,64", 0.8),
    Style(6, "small loop", 2, "72,0 50,22 32,48 22,76 34,97 54,95 63,81 52,70 36,75 26,88", 0.85),
    Style(6, "hooked top", 1, "78,12 66,2 46,8 28,34 20,66 30,94 54,99 74,84 70,62 48,56 26,70", 0.75),
    Style(6, "tall", 1, "54,0 38,30 28,62 30,90 48,99 66,88 66,68 50,62 34,74", 0.8),
    Style(6, "curled", 1.5, "70,2 46,16 26,46 20,76 38,98 64,94 74,76 60,60 40,64 32,80 44,88", 0.85),
    Style(6, "open", 0.7, "64,0 38,26 22,58 22,88 48,99 74,90 78,68 60,56 46,62", 0.8),
    Style(6, "wide loop", 2, "40,0 26,26 15,56 18,84 36,98 66,94 92,76 86,60 62,57 40,70 28,86", 0.85),
    Style(6, "leaning", 1, "84,2 56,18 32,44 20,74 30,95 56,96 72,80 62,64 42,66 26,82", 0.8),
    Style(6, "b-shaped", 1, "27,0 24,40 25,80 40,98 64,97 77,78 66,58 46,54 27,72", 0.8),
    Style(6, "wide bowl", 0.7, "18,2 14,46 26,86 56,98 86,80 86,56 66,48 42,60 32,80", 0.8),
    Style(6, "loop at the foot", 0.6, "70,0 48,24 30,52 24,84 42,99 64,92 68,74 50,64 20,74", 0.8),
    Style(7, "plain", 3.5, "18,6 48,5 80,4! 62,50 44,100"),
    Style(7, "bowed", 3, "18,8 48,5 80,5! 62,32 50,62 44,100"),
    Style(7, "rounded", 2, "16,14 36,4 62,3 77,12 68,42 54,70 46,100", 0.9),
    Style(7, "serif", 1.5, "20,24 20,14 21,5! 50,5 80,4! 60,50 42,100", 0.9),
    Style(7, "crossed", 1.5, "18,6 48,5 80,4! 62,50 44,100 / 30,50 54,49 80,47", 0.85),
    Style(7, "crossed, serif", 1, "20,22 20,12 22,4! 50,6 82,3! 60,52 44,100 / 30,52 56,50 78,50", 0.8),
    Style(7, "wave", 1.5, "16,20 22,6 38,6 60,11 82,3! 62,48 46,100", 0.7),
    Style(7, "upright", 1.5, "20,5 48,5 76,4! 71,50 66,100", 0.7),
    Style(7, "short bar", 0.6, "22,8 48,6 74,3! 60,50 48,100", 0.6),
    Style(7, "long serif", 1.5, "22,34 21,21 24,6! 48,5 78,4! 69,50 62,100", 0.75),
    Style(7, "wide", 1.5, "4,14 34,9 68,6 96,3! 66,44 36,98", 0.8),
    Style(7, "hanging bar", 0.8, "10,22 28,11 52,6 78,4! 62,48 48,100", 0.6),
    Style(7, "crossed, rounded", 0.8, "14,14 36,4 62,4 76,16 66,44 52,72 46,100 / 28,54 52,50 80,48", 0.7),
    Style(7, "crossed falling", 0.4, "18,6 48,5 80,4! 62,50 44,100 / 34,40 56,51 80,62", 0.6),
    Style(7, "crossed low", 0.5, "16,8 48,5 82,4! 70,50 64,100 / 42,62 66,60 92,58", 0.7),
    Style(7, "bulging", 0.8, "16,16 20,5 50,4 76,7! 79,28 62,58 54,100", 0.7),
    Style(8, "one stroke", 4, "72,16 56,2 34,6 28,24 44,42 66,58 75,80 60,98 36,97 24,80 36,60 58,42 72,24 70,8", 0.85),
    Style(
        8, "clockwise", 1.5, "32,18 48,2 68,8 70,28 52,44 32,60 24,80 40,98 62,97 76,80 66,60 46,44 32,30 32,14", 0.8
    ),
    Style(
        8,
        "two circles",
        1.5,
        "52,3 35,8 30,24 38,40 52,45 66,38 71,22 64,7 50,3 / 52,46 32,54 24,74 34,94 52,99 70,93 77,74 68,54 50,46",
        0.8,
    ),
    Style(8, "open top", 2, "68,10 48,4 32,16 40,36 60,54 70,76 58,96 36,98 26,80 38,58 60,36 82,4", 0.85),
    Style(8, "from the middle", 1, "50,46 34,32 34,12 52,2 68,12 66,30 50,46 32,62 26,84 48,99 70,90 72,68 52,47", 0.8),
    Style(8, "narrow", 1.5, "62,14 52,1 41,10 42,30 54,50 64,72 58,96 44,99 36,84 42,62 56,42 64,20 58,4", 0.75),
    Style(
        8, "large foot", 1, "66,14 52,4 38,10 38,26 54,40 76,58 84,80 62,99 30,97 16,78 32,56 54,38 66,22 62,8", 0.75
    ),
    Style(8, "crossing lines", 1, "74,4 50,1 28,10 40,34 70,74 62,97 36,98 24,84 48,46 78,8", 0.85),
    Style(
        8,
        "swung out",
        1.2,
        "94,6 66,3 40,11 35,28 54,46 71,64 71,87 50,99 30,88 32,68 52,50 70,34 72,17 62,6",
        0.8,
    ),
    Style(8, "thrown up", 1.5, "62,16 48,8 34,16 38,34 56,52 64,74 54,96 36,99 24,84 34,64 58,40 84,4", 0.7),
    Style(
        8,
        "rings",
        1,
        "52,3 37,9 34,24 50,38 66,26 64,9 50,3 / 51,39 27,50 20,76 36,96 62,97 80,78 72,50 50,38",
        0.7,
    ),
    Style(
        8,
        "rings apart",
        0.4,
        "52,2 36,9 33,24 50,37 67,25 64,8 49,2 / 51,46 27,56 21,78 37,97 62,98 79,80 73,56 49,46",
        0.65,
    ),
    Style(8, "open top, wide", 0.8, "78,14 52,3 28,12 34,32 58,50 76,70 64,96 34,97 22,76 44,54 74,34 86,20", 0.65),
    Style(8, "pointed", 0.8, "84,2 56,4 32,10 40,34 64,62 68,88 50,99 32,86 42,58 62,30 82,4", 0.75),
    Style(9, "straight", 3, "74,22 60,5 38,4 24,20 28,42 48,50 66,38 76,10! 74,50 71,100", 0.9),
    Style(9, "slanted", 3, "76,16 60,3 38,8 24,28 32,46 54,42 72,22 77,10! 66,52 50,100", 0.9),
    Style(9, "hooked", 2, "72,20 56,4 34,8 24,28 36,46 58,42 74,16! 75,50 70,82 52,98 30,96 20,88", 0.8),
    Style(9, "bowed", 2, "70,16 52,2 32,8 24,26 36,44 58,40 72,18 76,30 68,62 48,100", 0.8),
    Style(9, "g-shaped", 1, "74,14 52,2 30,10 26,34 46,46 66,34 75,10! 77,50 72,84 50,99 26,90 22,76", 0.7),
    Style(9, "circle and stem", 1.5, "72,20 56,3 36,6 25,26 34,46 54,50 69,38 73,16 / 76,4 74,50 70,100", 0.8),
    Style(9, "large head", 1.5, "78,26 60,3 30,6 14,32 30,56 58,52 78,24! 76,60 72,100", 0.75),
    Style(9, "small head", 1.5, "66,14 54,3 38,8 32,25 44,37 60,28 68,8! 64,50 56,100", 0.8),
    Style(9, "pointed", 1.6, "80,6 56,5 32,16 18,36 27,47 50,40 68,24 82,5! 66,48 52,100", 0.7),
    Style(9, "wide head", 1.5, "84,14 60,2 28,10 8,30 18,44 46,38 70,24 86,10! 72,52 56,100", 0.7),
    Style(9, "curled", 1, "64,10 44,4 28,18 28,40 48,48 68,34 74,12 66,8 72,30 70,64 62,100", 0.85),
    Style(9, "open", 1, "64,5 38,8 22,26 32,46 58,43 78,16! 75,56 70,100", 0.7),
    Style(9, "open to the right", 0.4, "82,6 52,4 24,18 22,37 46,44 74,36! 64,68 48,100", 0.5),
    Style(9, "stem above the head", 0.6, "70,26 54,12 34,16 26,34 38,52 58,48 74,24 / 78,0 75,50 72,100", 0.7),
    Style(9, "round, hooked short", 0.8, "76,26 60,3 34,6 22,28 34,50 60,48 76,24! 76,62 66,92 44,99", 0.65),
)


class Strokes(NamedTuple):
    """A style made ready for many hands: the pen's paths as a linear map of the points it moves through.

    Attributes
    ----------
    points : float64 array, shape (k, 2), in 0..1
    ends : bool array, shape (k,), the points where the pen touches down or lifts off
    spline : float64 array, shape (m, k): spline @ points are the m points of the smooth paths
    lengths : how many of the m points each stroke has
    kinship : float64 array, shape (k, k): kinship @ independent misses of size 1 are misses of size 1 that neighbours
        on a stroke share, the more the nearer they are
    """

    points: NDArray[np.float64]
    ends: NDArray[np.bool_]
    spline: NDArray[np.float64]
    lengths: tuple[int, ...]
    kinship: NDArray[np.float64]


@cache
def strokes_of(style: Style) -> Strokes:
    """Read a style's path."""
    points: list[tuple[float, float]] = []
    ends: list[int] = []
    blocks: list[NDArray[np.float64]] = []
    for stroke in style.path.split("/"):
        words = stroke.split()
        own = np.array([[float(number) / 100 for number in word.rstrip("!").split(",")] for word in words])
        corners = [index for index, word in enumerate(words) if word.endswith("!")]
        blocks.append(_spline_through(own, [0, *corners, len(own) - 1]))
        ends += [len(points), len(points) + len(own) - 1]
        points += [(x, y) for x, y in own]
    spline = np.zeros((sum(map(len, blocks)), len(points)))
    row = column = 0
    for block in blocks:
        spline[row : row + block.shape[0], column : column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    is_end = np.zeros(len(points), dtype=bool)
    is_end[ends] = True
    kinship = _kinship(np.array(points), ends[::2])
    return Strokes(np.array(points), is_end, spline, tuple(map(len, blocks)), kinship)


def _kinship(points: NDArray[np.float64], starts: list[int], reach: float = 0.22) -> NDArray[np.float64]:
    """Return how points stray together along their strokes; a tight turn drawn with many points keeps its shape."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    stroke = np.searchsorted(starts, np.arange(len(points)), side="right")
    kinship = np.exp(-(((along[:, None] - along) / reach) ** 2)) * (stroke[:, None] == stroke)
    return kinship / np.sqrt((kinship**2).sum(axis=1, keepdims=True))


def _spline_through(points: NDArray[np.float64], corners: list[int], density: int = 6) -> NDArray[np.float64]:
    """Return the linear map from points to a path through them that is smooth between the corners."""
    rows = []
    for start, end in pairwise(corners):
        part = _natural_spline(points[start : end + 1], density)
        padded = np.zeros((len(part), len(points)))
        padded[:, start : end + 1] = part
        rows.append(padded if end == corners[-1] else padded[:-1])
    return np.concatenate(rows)


def _natural_spline(points: NDArray[np.float64], density: int) -> NDArray[np.float64]:
    """Return the map from points to the natural cubic spline through them, with `density` samples from one to the next.

    The knots follow the square root of the distances (centripetal), which keeps tight turns free of bulges.

    Source: de Boor, "A Practical Guide to Splines" (2001), chapter IV; Lee (1989) for the knots.
    """
    count = len(points)
    step = np.sqrt(np.maximum(np.hypot(*np.diff(points, axis=0).T), 1e-3))
    # Second derivatives at the knots, as a linear map of the values: zero at both ends, continuous in between.
    system, values = np.eye(count), np.zeros((count, count))
    for i in range(1, count - 1):
        before, after = step[i - 1], step[i]
        system[i, i - 1 : i + 2] = before / 6, (before + after) / 3, after / 6
        values[i, i - 1 : i + 2] = 1 / before, -1 / before - 1 / after, 1 / after
    bends = np.linalg.solve(system, values)
    identity = np.eye(count)
    rows = [identity[:1]]
    for i in range(count - 1):
        t = (np.arange(1, density + 1) / density)[:, None]
        s = 1 - t
        bend = ((s**3 - s) * bends[i] + (t**3 - t) * bends[i + 1]) * step[i] ** 2 / 6
        rows.append(s * identity[i] + t * identity[i + 1] + bend)
    return np.concatenate(rows)
