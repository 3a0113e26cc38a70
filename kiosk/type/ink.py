"""What a line set in pixels leaves on the glass."""

from typing import NamedTuple


class Ink(NamedTuple):
    """A rectangle of coverage (0 to 255, row by row) and where it stands in the line's box, in pixels."""

    left: int
    top: int
    width: int
    height: int
    coverage: bytes


BLANK = Ink(0, 0, 0, 0, b"")
