"""Latin letters of dots made beforehand, so that a kiosk in cells starts without Pillow.

One file for each height, shape of dot and weight in `kiosk/fonts/strikes`; `python -m kiosk.type.strikes` makes them
again from the fonts. A size or a letter that is not there is made when it is wanted.
"""

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import msgspec

from kiosk.type.faces import FONTS, LATIN, LATIN_END
from kiosk.type.glyph import Glyph, Measure, measure

log = logging.getLogger(__name__)

STRIKES = FONTS / "strikes"
HEIGHTS = {1.0: range(8, 33, 4), 0.75: range(9, 25, 3), 0.5: range(8, 17, 2)}
"""Heights in dots by the shape of a dot: octants, sextants and quarter blocks of some rows."""
WEIGHTS = ("regular", "semibold", "bold")
LETTERS = "".join(filter(str.isprintable, map(chr, range(0x20, LATIN_END)))) + "–—‘’‚“”„…•€→←′″−"

_Strike = dict[str, Glyph]


@lru_cache(maxsize=24)
def strike(sizes: Measure, weight: str) -> Mapping[str, Glyph]:
    """The letters of this size and weight; empty where none were made."""
    if sizes.high not in HEIGHTS.get(sizes.aspect, ()):
        return {}
    try:
        return msgspec.msgpack.decode(_path(sizes, weight).read_bytes(), type=_Strike)
    except (OSError, msgspec.DecodeError) as error:
        log.warning("no strike of %d dots (%s); letters are made from the fonts", sizes.high, type(error).__name__)
        return {}


def make(folder: Path = STRIKES) -> None:
    """Write all strikes into this folder."""
    from kiosk.type import raster
    from kiosk.type.pieces import Piece

    folder.mkdir(exist_ok=True)
    for aspect, heights in HEIGHTS.items():
        for high in heights:
            sizes = measure(high, aspect)
            for weight in WEIGHTS:
                letters = {letter: raster.glyph(Piece(letter, LATIN), sizes, weight) for letter in LETTERS}
                (folder / _path(sizes, weight).name).write_bytes(msgspec.msgpack.encode(letters))


def _path(sizes: Measure, weight: str) -> Path:
    return STRIKES / f"{sizes.high}-{round(100 * sizes.aspect)}-{weight}.msgpack"


if __name__ == "__main__":
    make()
