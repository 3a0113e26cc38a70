"""What is on the glass, as text: for whoever watches the fleet, for screen readers, and for a digest."""

import hashlib
from collections.abc import Iterator

from rich.cells import cell_len
from textual.geometry import Region
from textual.screen import Screen
from textual.widgets import Static

from kiosk.type import Lettering


def likeness(screen: Screen[object]) -> str:
    """The texts of a screen, each in the row and column where it stands."""
    width, height = screen.size
    rows = [" " * width] * height
    for region, text in sorted(_texts(screen), key=lambda one: (one[0].y, one[0].x)):
        y = min(region.y + region.height // 2, height - 1)
        if 0 <= y < height:
            rows[y] = _written(rows[y], max(region.x, 0), text[: max(region.width, 1)])
    return "\n".join(row.rstrip() for row in rows).strip("\n")


def digest(screen: Screen[object]) -> str:
    """A short name for what is on the glass: the same for the same texts in the same places on the same ground."""
    told = repr((sorted(screen.classes), [(tuple(region), text) for region, text in _texts(screen)]))
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def _texts(screen: Screen[object]) -> Iterator[tuple[Region, str]]:
    for lettering in screen.query(Lettering):
        if lettering.region.area and lettering.text:
            yield lettering.region, lettering.text
    for static in screen.query(Static):
        if static.region.area and str(static.content):
            yield static.region, str(static.content)


def _written(row: str, x: int, text: str) -> str:
    return row[:x] + text + row[x + cell_len(text) :] if x < len(row) else row
