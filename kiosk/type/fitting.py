"""Shortens a line to the room it has, by measured width and never inside a character."""

import unicodedata
from collections.abc import Callable

ELLIPSIS = "…"


def fitted(text: str, room: float, width: Callable[[str], float]) -> str:
    """The text, or as much of it as fits with an ellipsis behind it; never half a character with its marks."""
    if width(text) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(_shortened(text, middle)) <= room:
            low = middle
        else:
            high = middle - 1
    return _shortened(text, low) if low or width(ELLIPSIS) <= room else ""


def _shortened(text: str, length: int) -> str:
    while 0 < length < len(text) and leans(text[length - 1], text[length]):
        length -= 1
    return text[:length].rstrip() + ELLIPSIS


def leans(before: str, character: str) -> bool:
    """Whether the character belongs to the one before it."""
    joiner = "\u200d" in (before, character)
    return joiner or unicodedata.category(character)[0] == "M" or 0x1F3FB <= ord(character) <= 0x1F3FF
