"""The one door for text from outside: whatever a stranger wrote in an invitation comes out of here as harmless
characters.

Normative (threats T1, T5): the input is bounded, whole ECMA-48 control strings are removed, the rest is NFC, every
kind of space becomes one space, control, private, unassigned, direction and filler characters are dropped, at most
four marks stay on a base, and the result is capped by grapheme. Total (never raises), idempotent, linear in the
length of the input.
"""

import re
import unicodedata

LIMIT = 200
"""Graphemes that a door ever has room for."""

_BOUND = 40
_MARKS = 4
_JOINS = 3
"""Pictures joined to the one before: a family has four. A joiner between anything else joins nothing."""
_CONTROL_STRING = re.compile(
    r"(?:\x1b[P\]X^_]|[\x90\x9d\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|\Z|(?=\x1b))"  # DCS OSC SOS PM APC
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*(?:[@-~]|\Z)?"  # CSI
    r"|\x1b[ -/]*(?:[0-~]|\Z)?"  # two-byte and nF escapes
)
_SPACES = re.compile(r"\s+")
_FILLERS = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800\u3164\uffa0\ufff9\ufffa\ufffb\ufffc"
)
_JOINERS = frozenset("\u200c\u200d")
_DROPPED = frozenset(("Cc", "Cs", "Co", "Cn", "Cf"))
_LEARNED = 4096
_inert = set(map(chr, range(ord(" "), 0x7F)))
"""Characters that `_is_inert` has found to be so, the first of them: a cache, since a calendar's words come again."""
_SPACED = frozenset("\t\n\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029")


class SafeText(str):
    """Text that may be drawn. Making one cleans it, so a `SafeText` that is not safe cannot exist.

    Args:
        raw: text from anywhere; anything that is not a string counts as empty.
        limit: the most graphemes kept; what is longer ends in an ellipsis.
    """

    __slots__ = ()

    def __new__(cls, raw: object = "", *, limit: int = LIMIT) -> "SafeText":
        """Clean `raw` unless it is clean already."""
        if isinstance(raw, SafeText) and len(raw) <= limit:
            return raw
        return super().__new__(cls, _clean(raw, limit) if isinstance(raw, str) and raw else "")


def _clean(raw: str, limit: int) -> str:
    return raw if len(raw) <= limit and _is_plain(raw) else _mended(raw, limit)


def _is_plain(raw: str) -> bool:
    """Whether there is certainly nothing to mend, told at a small part of the price."""
    if "  " in raw or raw.strip() != raw:
        return False
    if raw.isascii():
        return raw.isprintable()
    return (_inert.issuperset(raw) or all(map(_is_inert, raw))) and unicodedata.is_normalized("NFC", raw)


def _is_inert(character: str) -> bool:
    """Whether it stays as it is and leaves its neighbours alone, NFC aside."""
    inert = character == " " or (unicodedata.category(character)[0] in "LNPS" and character not in _FILLERS)
    if inert and len(_inert) < _LEARNED:
        _inert.add(character)
    return inert


def _mended(raw: str, limit: int) -> str:
    text = _CONTROL_STRING.sub("", raw[: limit * _BOUND])
    admitted = _few_marks("".join(filter(None, map(_admit, text))))  # before NFC, which sorts marks in square time
    kept = _few_marks(unicodedata.normalize("NFC", admitted))
    return _capped(_SPACES.sub(" ", kept).strip(), limit)


def _admit(character: str) -> str:
    """The character as it may stay: itself, a space, or nothing."""
    if " " <= character <= "~":
        return character
    if character in _SPACED:
        return " "
    category = unicodedata.category(character)
    if category[0] == "Z":
        return " "
    if character in _JOINERS:
        return character
    return "" if category in _DROPPED or character in _FILLERS else character


def _is_mark(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character)[0] == "M"


def _few_marks(text: str) -> str:
    """Keep at most four marks a base, and none that has no base to stand on."""
    if text.isascii():
        return text
    kept: list[str] = []
    marks = _MARKS
    for character in text:
        if _is_mark(character):
            marks += 1
            if marks > _MARKS:
                continue
        else:
            marks = _MARKS if character == " " else 0
        kept.append(character)
    return "".join(kept)


def _capped(text: str, limit: int) -> str:
    """The first `limit` graphemes, the last an ellipsis when something was cut."""
    if len(text) <= limit:
        return text
    graphemes = joins = 0
    before = ""
    for at, character in enumerate(text):
        if before == "\u200d" and joins < _JOINS and unicodedata.category(character) == "So":
            joins += 1
        elif not _is_mark(character):
            graphemes, joins = graphemes + 1, 0
            if graphemes == limit:
                cut = at
            elif graphemes > limit:
                return text[:cut].rstrip() + "…"
        before = character
    return text
