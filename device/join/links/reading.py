"""Labelled values in a text: "Meeting ID: 812 3456 7890", "パスコード：１２３４", a number in the next cell of a table.

Words are followed as long as they go on as any label does, so that the number of labels costs nothing.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import msgspec

from device.join.links.labels import LABELS, Means
from device.model.value import Value

MOST = 200
"""Labelled values of one text that are read."""

_CJK = r"\u3040-\u3098\u309b-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")
_NOT_A_LETTER = re.compile(r"[\W_]+")
_GAP = re.compile(r"[^\w:=,;()<>@\[\]{}|]{0,6}")
"""What may stand between two words of a label: spaces, a line's end, a hyphen, an apostrophe, an accent of its own."""
_WIDE = re.compile(
    r"[\u00a0\u00ad\u0130\u061c\u0660-\u0669\u06f0-\u06f9\u1680\u2000-\u200f\u202a-\u202f\u205f-\u2069\u3000\ufeff\uff01-\uff5e]"
)
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NARROW |= dict.fromkeys((0xA0, 0xAD, 0x61C, 0x1680, 0x3000, 0xFEFF), 0x20)
_NARROW |= dict.fromkeys((*range(0x2000, 0x2010), *range(0x202A, 0x2030), *range(0x205F, 0x206A)), 0x20)
_NARROW |= {zero + digit: 0x30 + digit for zero in (0x660, 0x6F0) for digit in range(10)}
_NARROW |= {0x130: 0x49}
_AFTER = re.compile(
    r"[\u0300-\u036f\u3099\u309a]{0,4}[ \t]*(?:\([^()\n]{1,60}\))?(?:is\b)?[ \t*_\"”’`]{0,6}"
    r"(?P<colon>(?:[:=|]|[–—-](?=[ \t]))?)[ \t*_]{0,40}#?"
)
_DIGITS_BELOW = re.compile(r"[ \t]*\r?\n[ \t*_]{0,40}(?=[0-9][0-9 \t.·‐‑–-]{2,40}#?[ \t*_]*(?:\r?\n|\Z))")
_WORD_BELOW = re.compile(r"[ \t]*\r?\n[ \t*_]{0,40}(?=\S{1,64}[ \t*_]*(?:\r?\n|\Z))")
_DIGITS = re.compile(r"[0-9](?:[ \t.·‐‑–-]{0,2}[0-9]){0,24}")
_WORD = re.compile(r"[!-~]{1,64}")
_ADDRESS = re.compile(r"[A-Za-z0-9._+~-]{1,64}@[A-Za-z0-9.-]{3,120}")
_ASIDE = re.compile(r"[^\n(]{0,40}\(([0-9]{4,12})\b")
_LONG = 9
"""Digits of which no passcode is made; what is called an access code may be."""
_QUOTES = ('"', "`")
_OF_DIGITS = frozenset((Means.MEETING_ID, Means.VTC_ID, Means.DIAL_PASSCODE, Means.PIN, Means.NOTHING))


class Mark(Value):
    """A labelled value, where its label stands."""

    start: int
    means: Means
    value: str
    aside: str = ""
    """Digits in brackets after a passcode: the same for telephones and room systems."""


def _narrow(text: str) -> str:
    """The text with wide letters, digits, signs and spaces as plain ones, each where it was."""
    return text.translate(_NARROW) if not text.isascii() and _WIDE.search(text) else text


def _squeezed(label: str) -> str:
    return _NOT_A_LETTER.sub("", label.lower())


@cache
def _labels() -> tuple[dict[str, Means], frozenset[str]]:
    """What each label means, written without spaces and signs, and everything that a label begins with."""
    meanings: dict[str, Means] = {}
    for means, languages in LABELS.items():
        for label in "|".join(languages.values()).split("|"):
            meanings[_squeezed(label)] = means
            meanings.setdefault(_squeezed(unicodedata.normalize("NFD", label)), means)
    return meanings, frozenset(label[:length] for label in meanings for length in range(1, len(label) + 1))


def marks_in(text: str, start: int = 0, end: int | None = None) -> list[Mark]:
    """The labelled values in a part of a text, in its order, at most `MOST`."""
    part = _narrow(text[start:end])
    lower = part.lower()
    if len(lower) != len(part):
        lower = part
    found: list[Mark] = []
    for first, last, means in _labels_in(lower):
        mark = _mark(part, first, last, means)
        if mark is not None:
            found.append(msgspec.structs.replace(mark, start=mark.start + start))
            if len(found) == MOST:
                break
    return found


def _labels_in(lower: str) -> Iterator[tuple[int, int, Means]]:
    """Where labels begin and end, the longest that fits at each place."""
    meanings, prefixes = _labels()
    tokens = list(_TOKEN.finditer(lower))
    at = 0
    while at < len(tokens):
        word, last, best = tokens[at][0], at, -1
        while word in prefixes:
            if word in meanings:
                best, means = last, meanings[word]
            last += 1
            if last == len(tokens) or not _GAP.fullmatch(lower, tokens[last - 1].end(), tokens[last].start()):
                break
            word += tokens[last][0]
        if best >= 0:
            yield tokens[at].start(), tokens[best].end(), means
        at = max(best, at) + 1


def _mark(text: str, start: int, end: int, means: Means) -> Mark | None:
    after = _AFTER.match(text, end)
    if after is None:
        return None
    quote = after[0][-1:]
    at, sure = after.end(), bool(after["colon"]) or "\t" in after[0] or quote in _QUOTES
    below = (_DIGITS_BELOW if means in _OF_DIGITS else _WORD_BELOW).match(text, at)
    if below:
        at, sure = below.end(), True
    value = _value(text, at, means, sure=sure)
    if not value:
        return None
    aside = _ASIDE.match(text, at + len(value)) if means is Means.PASSCODE else None
    return Mark(start=start, means=means, value=value, aside=aside[1] if aside else "")


def _value(text: str, at: int, means: Means, *, sure: bool) -> str:
    if means in _OF_DIGITS:
        digits = _DIGITS.match(text, at)
        return "".join(filter(str.isdigit, digits[0])) if digits else ""
    if means is Means.VTC_ADDRESS:
        address = _ADDRESS.match(text, at)
        return address[0] if address else ""
    digits = _DIGITS.match(text, at)
    if digits and sum(map(str.isdigit, digits[0])) >= _LONG:
        return "".join(filter(str.isdigit, digits[0]))  # a number that is called a code: it is printed in groups
    word = _WORD.match(text, at)
    if word is None or not (sure or word[0][0].isdigit() or word[0][0] in "`\"'"):
        return ""
    before, marked = text[at - 1], word[0]
    if before in _QUOTES:
        marked = marked.partition(before)[0]
    elif before in "*_" and marked.endswith(before):
        marked = marked.rstrip("*_")
    return _passcode(marked)


def _passcode(word: str) -> str:
    """A passcode without the sentence's own signs around it."""
    word = word.strip("`")
    for opening, closing in ('""', "''", "()", "<>"):
        if word.startswith(opening):
            word = word[1:].partition(closing)[0]
    word = word.partition("(")[0].rstrip(".,;)>]\"'")
    return "" if "://" in word or not any(map(str.isalnum, word)) else word
