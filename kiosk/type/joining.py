"""Arabic letters in their joined shapes, for machines whose Pillow has no fribidi and so does not shape.

Unicode's presentation forms say which letter has which shape; the table is read from `unicodedata` once, when the first
Arabic word comes. Where raqm is at hand (Debian: libfribidi0) the font's own shaping is used instead and this is not.
"""

import unicodedata
from functools import cache

from kiosk.type.bidi import mirrored

_SHAPES = ("<isolated>", "<final>", "<initial>", "<medial>")
_LAM = "\u0644"


def joined(text: str) -> str:
    """The text, in its written order, with every Arabic letter replaced by the shape its neighbours ask for."""
    forms = _forms()
    letters = _with_ligatures(text, forms)
    shaped = []
    for at, letter in enumerate(letters):
        if letter not in forms:
            shaped.append(letter)
            continue
        before = _joins_on(_neighbour(letters, at, -1), forms)
        after = _can_follow(_neighbour(letters, at, 1), forms) and _joins_on(letter, forms)
        name = _SHAPES[2 * after + before] if _can_follow(letter, forms) else "<isolated>"
        shaped.append(forms[letter].get(name) or forms[letter].get("<isolated>") or letter)
    return "".join(shaped)


def turned(text: str) -> str:
    """A right-to-left stretch in the order of the glass, joined and mirrored, every mark behind its letter."""
    clusters: list[str] = []
    for character in mirrored(joined(text)):
        if clusters and unicodedata.category(character)[0] == "M":
            clusters[-1] += character
        else:
            clusters.append(character)
    return "".join(reversed(clusters))


@cache
def _forms() -> dict[str, dict[str, str]]:
    """Every letter, or lam with alef, that has presentation forms, and those by shape."""
    found: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBFF), *range(0xFE80, 0xFEFD)):
        shape, *letters = unicodedata.decomposition(chr(code)).split() or ("",)
        plain = "".join(chr(int(letter, 16)) for letter in letters)
        if shape in _SHAPES and (len(plain) == 1 or (len(plain) == 2 and plain[0] == _LAM and code >= 0xFEF5)):
            found.setdefault(plain, {})[shape] = chr(code)
    found["\u0640"] = dict.fromkeys(_SHAPES, "\u0640")
    return found


def _with_ligatures(text: str, forms: dict[str, dict[str, str]]) -> list[str]:
    letters: list[str] = []
    for character in text:
        if letters and letters[-1] == _LAM and _LAM + character in forms:
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def _neighbour(letters: list[str], at: int, step: int) -> str:
    """The next letter that is not a mark."""
    at += step
    while 0 <= at < len(letters) and unicodedata.category(letters[at][0]) == "Mn":
        at += step
    return letters[at] if 0 <= at < len(letters) else ""


def _joins_on(letter: str, forms: dict[str, dict[str, str]]) -> bool:
    return letter == "\u200d" or "<initial>" in forms.get(letter, ())


def _can_follow(letter: str, forms: dict[str, dict[str, str]]) -> bool:
    return letter == "\u200d" or "<final>" in forms.get(letter, ())
