"""Letters as an image of the kitty graphics protocol, shown through Unicode placeholders.

https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders: the image's number is the colour of
the placeholder characters, their combining marks say which of its cells each stands for.
"""

import zlib
from base64 import b64encode
from itertools import count

from kiosk.type.ink import Ink

LIMIT = 64
"""Rows and columns that an image may have here: as many marks as are listed below."""

_PLACEHOLDER = "\U0010eeee"
_MARKS = "\u0305\u030d\u030e\u0310\u0312\u033d\u033e\u033f\u0346\u034a\u034b\u034c\u0350\u0351\u0352\u0357"
_CHUNK = 4096
_NUMBERS = count(0xD00001)


def new_number() -> int:
    """A number for a new image; the same number again replaces the image."""
    return next(_NUMBERS) & 0xFFFFFF


def colour_of(number: int) -> tuple[int, int, int]:
    """The image's number as the colour of its placeholders."""
    return number >> 16 & 255, number >> 8 & 255, number & 255


def placeholders(row: int, columns: int) -> str:
    """The characters of one row; each says its row, only the first its column, the others follow it."""
    return _PLACEHOLDER + _MARKS[row] + _MARKS[0] + (_PLACEHOLDER + _MARKS[row]) * (columns - 1)


def transmit(
    ink: Ink,
    indent: tuple[int, int],
    size: tuple[int, int],
    cells: tuple[int, int],
    number: int,
    colour: tuple[int, int, int],
) -> str:
    """The codes that store the image; quiet, so that the terminal answers nothing."""
    header = f"a=T,U=1,q=2,f=32,o=z,i={number},s={size[0]},v={size[1]},c={cells[0]},r={cells[1]}"
    payload = b64encode(zlib.compress(_pixels(ink, indent, size, colour), 9)).decode()
    chunks = [payload[start : start + _CHUNK] for start in range(0, len(payload), _CHUNK)]
    codes = []
    for index, chunk in enumerate(chunks):
        more = int(index + 1 < len(chunks))
        codes.append(f"\x1b_G{header + ',' if not index else ''}m={more};{chunk}\x1b\\")
    return "".join(codes)


def _pixels(ink: Ink, indent: tuple[int, int], size: tuple[int, int], colour: tuple[int, int, int]) -> bytes:
    """Red, green, blue and coverage of every pixel."""
    across, down = indent
    width, height = size
    plane = bytearray(width * height)
    for index in range(ink.height):
        start = (down + index) * width + across
        plane[start : start + ink.width] = ink.coverage[index * ink.width : (index + 1) * ink.width]
    pixels = bytearray(bytes((*colour, 0)) * (width * height))
    pixels[3::4] = plane
    return bytes(pixels)
