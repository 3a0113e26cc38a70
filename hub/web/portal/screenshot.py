"""A screen that was reported as text, drawn as a picture: a grid of cells, as a terminal has them. Pure."""

from html import escape
from unicodedata import east_asian_width

CELL, LINE = 8, 16
"""Pixels of a cell."""
MOST_COLUMNS, MOST_LINES = 300, 120


def drawn(text: str) -> str:
    """The picture, as SVG without any style or script."""
    lines = [line[:MOST_COLUMNS] for line in text.split("\n")[:MOST_LINES]]
    columns = max((sum(map(_cells, line)) for line in lines), default=1)
    width, height = columns * CELL + 16, len(lines) * LINE + 16
    rows = "".join(
        f'<text x="8" y="{8 + LINE * (number + 1) - 4}" xml:space="preserve" '
        f'textLength="{sum(map(_cells, line)) * CELL}" lengthAdjust="spacingAndGlyphs">{escape(line)}</text>'
        for number, line in enumerate(lines)
        if line.strip()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<rect width="100%" height="100%" fill="#0c1110"/>'
        f'<g fill="#e8efec" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13">{rows}</g></svg>'
    )


def _cells(character: str) -> int:
    return 2 if east_asian_width(character) in "WF" else 1
