"""Which font draws which characters: the files in `kiosk/fonts`, then the system's, then a visible box.

What each family covers is known from a table made with the fonts, so no font is opened to ask.
"""

import json
import re
import subprocess
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

FONTS = Path(__file__).parent.parent / "fonts"
LATIN_END = 0x180
"""Below this the Latin family has every letter, and the table of the others is not read at all."""
MISSING = "\u25af"
"""What stands for a character that no font has."""

_STICKY = frozenset("\u200c\u200d\ufe0e\ufe0f")
_INKLESS = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]*")
_QUERY = ("fc-list", "--format", "%{file}\t%{index}\t%{charset}\n", ":scalable=true:color=false:variable=false")


class Family(NamedTuple):
    """One typeface: its file for each weight, and how it sits beside the Latin letters."""

    name: str
    regular: str
    semibold: str
    bold: str
    scale: float = 1.0
    """Its em for a Latin em of 1."""
    face: int = 0
    """Which of the faces in the file."""

    def path(self, weight: str) -> Path:
        """The file of that weight; a system font's path is absolute already."""
        return FONTS / {"regular": self.regular, "semibold": self.semibold}.get(weight, self.bold)


def _bundled(name: str, regular: str, semibold: str, bold: str, scale: float = 1.0) -> Family:
    return Family(name, f"{name}-{regular}", f"{name}-{semibold}", f"{name}-{bold}", scale)


LATIN = _bundled("Inter", "Regular.ttf", "SemiBold.ttf", "Bold.ttf")
ARABIC = _bundled("NotoSansArabic", "Regular.ttf", "Bold.ttf", "Bold.ttf", 0.96)
JAPANESE = _bundled("NotoSansJP", "Regular.otf", "Bold.otf", "Bold.otf", 0.96)
FAMILIES = (
    LATIN,
    ARABIC,
    JAPANESE,
    _bundled("NotoSansHebrew", "Regular.ttf", "Bold.ttf", "Bold.ttf"),
    _bundled("NotoSansThai", "Regular.ttf", "Bold.ttf", "Bold.ttf", 0.92),
    _bundled("NotoEmoji", "SemiBold.ttf", "SemiBold.ttf", "SemiBold.ttf", 0.86),
    _bundled("NotoSansSymbols2", "Regular.ttf", "Regular.ttf", "Regular.ttf", 0.92),
)


def spans(text: str) -> list[tuple[int, int, Family]]:
    """`(start, end, family)` of each stretch that one font draws; marks and joiners stay with what they follow."""
    found: list[tuple[int, int, Family]] = []
    for at, character in enumerate(text):
        stays = found and _stays(character, found[-1][2])
        family = found[-1][2] if stays else family_of(character)
        if found and found[-1][2] is family:
            found[-1] = (found[-1][0], at + 1, family)
        else:
            found.append((at, at + 1, family))
    return found


def family_of(character: str) -> Family:
    """The first family that has this character; Latin when none has (its box is drawn)."""
    code = ord(character)
    if code < LATIN_END:
        return LATIN
    for family in FAMILIES:
        if covers(family, code):
            return family
    return _system_family(code) or LATIN


def covers(family: Family, code: int) -> bool:
    """Whether this bundled family draws the character."""
    return _inside(_coverage()[family.name], code)


def inkless(text: str) -> bool:
    """Whether there is nothing to draw in it: joiners and variation selectors alone, of which fonts make no glyph.

    Pillow refuses to measure such a text (`raqm_get_glyphs() failed`).
    """
    return _INKLESS.fullmatch(text) is not None


def drawable(text: str) -> str:
    """The text with a visible box for every character that no font has, and without the marks that stood on it."""
    if all(ord(character) < LATIN_END for character in text):
        return text
    return "".join(map(_or_box, text))


def _or_box(character: str) -> str:
    code = ord(character)
    if code < LATIN_END or character in _STICKY or family_of(character) is not LATIN or covers(LATIN, code):
        return character
    return "" if unicodedata.category(character)[0] == "M" else MISSING


def _stays(character: str, family: Family) -> bool:
    if character in _STICKY:
        return True
    if unicodedata.category(character)[0] != "M" and not 0x1F3FB <= ord(character) <= 0x1F3FF:
        return False
    return family.name not in _coverage() or covers(family, ord(character))


def _inside(ranges: Sequence[int], code: int) -> bool:
    return bisect_right(ranges, code) % 2 == 1


@cache
def _coverage() -> "dict[str, array[int]]":
    return {name: array("I", flat) for name, flat in json.loads((FONTS / "coverage.json").read_bytes()).items()}


@cache
def _system_family(code: int) -> Family | None:
    for path, index, ranges in _system_fonts():
        if _inside(ranges, code):
            return Family(f"{path}#{index}", path, path, path, 0.92, index)
    return None


@cache
def _system_fonts() -> list[tuple[str, int, list[int]]]:
    """What fontconfig knows, asked once and only for a character that no bundled font has; sans serif first."""
    try:
        listing = subprocess.run(_QUERY, capture_output=True, timeout=2, check=True, text=True).stdout  # noqa: S603 -- constant
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return []
    fonts = [(path, int(index), _ranges(codes)) for path, index, codes in map(_fields, listing.splitlines()) if codes]
    return sorted(fonts, key=lambda font: (_rank(Path(font[0]).name.lower()), font[0]))


def _fields(line: str) -> tuple[str, str, str]:
    path, index, codes = [*line.split("\t"), "", ""][:3]
    return path, index or "0", codes


def _ranges(codes: str) -> list[int]:
    """The ranges of fontconfig's `20-7e a0 …`."""
    flat: list[int] = []
    for part in codes.split():
        first, _, last = part.partition("-")
        flat += (int(first, 16), int(last or first, 16) + 1)
    return flat


def _rank(name: str) -> int:
    return ("regular" not in name) + 2 * ("sans" not in name) + 4 * ("mono" in name or "italic" in name)
