"""A line of text cut into pieces that one font draws in one direction, in the order of the glass."""

from typing import NamedTuple

from kiosk.type import bidi, faces
from kiosk.type.faces import Family


class Piece(NamedTuple):
    """Some characters, in the order in which they are read."""

    text: str
    family: Family
    rightward: bool = True


def base_of(text: str, direction: str) -> int:
    """The base level: as told (`ltr`, `rtl`), or the first strong character's (`auto`)."""
    if direction == "auto":
        return bidi.base_level(text)
    return bidi.RTL if direction == "rtl" else bidi.LTR


def cut(text: str, base: int) -> list[Piece]:
    """The pieces from left to right."""
    pieces: list[Piece] = []
    for start, end, level in bidi.visual_runs(bidi.levels(text, base)):
        rightward = level % 2 == 0
        stretch = text[start:end]
        here = [
            Piece(stretch[a:b], family, rightward)
            for a, b, family in faces.spans(stretch)
            if not faces.inkless(stretch[a:b])
        ]
        pieces += here if rightward else reversed(here)
    return pieces
