"""Letters as a sixel image: only the ink is painted, the cells' own background shows through everywhere else.

So a picture cannot have an edge of a slightly different colour (sixel colours are percentages), nor paint outside
its region: the size is declared, and the terminal cuts the last band of six rows there.
"""

import re
from collections.abc import Iterator

from kiosk.type.ink import Ink

SHADES = 6
"""Steps from background to letter; more cost bytes and are not seen."""

RGB = tuple[int, int, int]

_BAND = 6
_STEPS = bytes((level * SHADES + 127) // 255 for level in range(256))
_ONLY = [bytes(level == shade for level in range(256)) for shade in range(SHADES + 1)]
_PRINTABLE = bytes(range(0x3F, 0x7F)) + bytes(192)
_RUN = re.compile(rb"(.)\1{3,}", re.DOTALL)


def encode(ink: Ink, indent: tuple[int, int], colour: RGB, ground: RGB) -> str:
    """The image, with `indent` empty pixels to the left of the ink and above it.

    Args:
        ink: what to draw.
        indent: from the corner of the cell at which the cursor stands.
        colour: of the letters.
        ground: what the shades at their edges blend into.
    """
    across, down = indent
    width, height = across + ink.width, down + ink.height
    shades = bytes(width * down) + b"".join(_rows(ink, bytes(across)))
    size = width * _BAND
    bands = b"-".join(_band(shades[start : start + size], width) for start in range(0, len(shades), size))
    palette = "".join(_register(shade, colour, ground) for shade in range(1, SHADES + 1))
    return f'\x1bP0;1;0q"1;1;{width};{height}{palette}{bands.decode()}\x1b\\'


def _register(shade: int, colour: RGB, ground: RGB) -> str:
    share = shade / SHADES
    mixed = (round((under + (over - under) * share) / 2.55) for over, under in zip(colour, ground, strict=True))
    return f"#{shade};2;{';'.join(map(str, mixed))}"


def _rows(ink: Ink, before: bytes) -> Iterator[bytes]:
    """The rows of the ink as numbers of shades."""
    shades = ink.coverage.translate(_STEPS)
    for start in range(0, len(shades), ink.width):
        yield before + shades[start : start + ink.width]


def _band(band: bytes, width: int) -> bytes:
    """Six rows, one pass for each shade in them."""
    return b"$".join(b"#%d%b" % (shade, _plane(band, width, shade)) for shade in sorted(set(band)) if shade)


def _plane(band: bytes, width: int, shade: int) -> bytes:
    """The sixels of one shade: rows of zeros and ones added up, each shifted to its bit."""
    marked = band.translate(_ONLY[shade])
    bits = 0
    for index in range(len(band) // width):
        bits |= int.from_bytes(marked[index * width : (index + 1) * width], "big") << index
    return _RUN.sub(_repeated, bits.to_bytes(width, "big").translate(_PRINTABLE).rstrip(b"?"))


def _repeated(run: re.Match[bytes]) -> bytes:
    return b"!%d%b" % (len(run[0]), run[1])
