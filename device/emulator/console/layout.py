"""Where the door stands on the terminal and what is left for the help: sizes in cells, worked out without one."""

import re

from device.model.errors import SettingsError
from device.model.value import Value

PANELS = {
    "7in": (100, 30),
    "7in-2": (160, 45),
    "10in": (160, 50),
    "portrait": (90, 80),
    "wall": (240, 67),
}
"""Panels by name, in cells of 8×16 pixels."""
SMALLEST = (80, 24)
"""Below this a door can only say that it is too small."""
_CELLS = re.compile(r"(\d{1,3})[x×](\d{1,3})")


class Grid(Value):
    """The size of a terminal."""

    columns: int
    rows: int
    width: int = 0
    """In pixels; 0 where the terminal does not tell."""
    height: int = 0

    def part(self, columns: int, rows: int) -> "Grid":
        """A piece of it, in cells of the same size."""
        width = self.width * columns // self.columns if self.columns else 0
        height = self.height * rows // self.rows if self.rows else 0
        return Grid(columns=columns, rows=rows, width=width, height=height)


class Place(Value):
    """Where the door stands."""

    grid: Grid
    left: int = 0
    """Columns to the left of it."""
    top: int = 0
    """Rows above it."""
    help_rows: int = 0
    """Rows at the bottom of the terminal that are not the door's."""
    lacking: str = ""
    """One sentence when the terminal is smaller than it should be."""


def panel(text: str) -> Grid:
    """The size called `text`: a panel's name, or columns and rows as `100x30`.

    Raises:
        SettingsError: it is neither.
    """
    cells = _CELLS.fullmatch(text)
    columns, rows = (int(cells[1]), int(cells[2])) if cells else PANELS.get(text, (0, 0))
    if columns < 1 or rows < 1:
        raise SettingsError(
            f"There is no panel of the size “{text}”.",
            f"Use {', '.join(PANELS)}, or columns and rows such as 100x30.",
        )
    return Grid(columns=columns, rows=rows)


def place(terminal: Grid, wanted: Grid | None, help_rows: int) -> Place:
    """The door in the middle of what the help leaves, or all of that where no size is wanted.

    It is never larger than the terminal; what is lacking is said and not hidden.
    """
    help_rows = min(help_rows, max(terminal.rows - 1, 0))
    free = max(terminal.rows - help_rows, 1)
    columns = min(wanted.columns, terminal.columns) if wanted else terminal.columns
    rows = min(wanted.rows, free) if wanted else free
    return Place(
        grid=terminal.part(max(columns, 1), rows),
        left=(terminal.columns - columns) // 2,
        top=(free - rows) // 2,
        help_rows=help_rows,
        lacking=_lacking(terminal, wanted, help_rows),
    )


def _lacking(terminal: Grid, wanted: Grid | None, help_rows: int) -> str:
    columns, rows = (wanted.columns, wanted.rows + help_rows) if wanted else SMALLEST
    if terminal.columns >= columns and terminal.rows >= rows:
        return ""
    what = "This panel" if wanted else "The door"
    return f"{what} needs {columns}×{rows} cells and this terminal has {terminal.columns}×{terminal.rows}: enlarge it."
