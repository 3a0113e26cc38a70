"""Where a text may hold a link: every address with a scheme, and those of well-known hosts without one.

A link ends where a reader would say that it ends: before a space, a quotation mark, a bracket that it did not open, the
full stop of the sentence. Within `<…>` it is as long as the brackets say, and a line's end inside is none (RFC 3986,
appendix C).
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from html import unescape

import msgspec

from device.join.links.address import LONGEST, NATIVE, WEB
from device.model.value import Value

MOST, MOST_BARE = 1200, 200
"""Places where a link may begin that are looked at, in a text with schemes, and of a host without."""
Hopes = Callable[[str, str], bool]
"""`(host, rest)`: whether a link may lead to a meeting, told by a quick look."""
BARE = (
    "meet.google.com/",
    "zoom.us/",
    "zoomgov.com/",
    "zoom.com/",
    "teams.microsoft.com/",
    "teams.live.com/",
    "teams.microsoft.us/",
    "teams.cloud.microsoft/",
    "webex.com/",
    "gotomeet.me/",
    "meet.goto.com/",
    "gotomeeting.com/",
    "whereby.com/",
    "meet.jit.si/",
    "8x8.vc/",
    "bluejeans.com/",
    "chime.aws/",
    "call.lifesizecloud.com/",
    "meet.starleaf.com/",
    "ringcentral.com/",
    "g.co/meet/",
)
"""Hosts that invitations print without a scheme."""

_HOST = re.compile(r"([A-Za-z0-9.-]{1,253})(?=[/?#\s<>\"'),]|\Z)")
_SCHEMES = tuple(sorted((*WEB, *NATIVE), key=len, reverse=True))
_REST = re.compile(r"[^\s<>\"\\^`|{}\[\]\x00-\x1f\x7f]*")
_OF_HOSTS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"
_ENTITY = re.compile(r"&(?:amp|quot|apos|lt|gt|nbsp|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_ENDS = re.compile(r"[<>\"\s]")
UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Characters that have no picture: direction marks, joiners, soft hyphens."""
_FOREIGN = re.compile("[^\x00-\x7f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_IDEOGRAPHS = "\u3000"
"""From here on are scripts that put no space before a word of another."""
_TRAILING = ".,;:!?*>]'"


class Link(Value):
    """Something in a text that reads like a link."""

    start: int
    end: int
    text: str
    exact: bool = False
    """Whether its end is certain."""
    runs_on: bool = False
    """Whether letters or pictures beyond ASCII follow without a space."""
    hopeless: bool = False
    """Whether it certainly leads to no meeting."""


def links_in(text: str, hopes: Hopes, most: int = MOST) -> list[Link]:
    """The links of a text, in its order; with schemes at most `most`."""
    found: list[Link] = []
    position = 0
    for _ in range(most):
        position = text.find("://", position)
        if position < 0:
            break
        link = _with_scheme(text, position, hopes)
        if link is not None:
            found.append(link)
        position = max(link.end if link else 0, position + 3)
    found += _hostless(text)
    found += _bare(text, found)
    return sorted(found, key=lambda link: link.start)


def _with_scheme(text: str, colon: int, hopes: Hopes) -> Link | None:
    scheme = "https" if text[max(colon - 5, 0) : colon] == "https" else _scheme(text[max(colon - 8, 0) : colon].lower())
    if not scheme:
        return None
    host = _HOST.match(text, colon + 3)
    if host and scheme in WEB and not hopes(host[1], text[host.end(1) : host.end(1) + 12]):
        rest = _REST.match(text, host.end())
        end = rest.end() if rest else host.end()
        return Link(start=colon - len(scheme), end=end, text=text[colon - len(scheme) : end], hopeless=True)
    return _link(text, colon - len(scheme), colon + 3)


def _scheme(before: str) -> str:
    return next((scheme for scheme in _SCHEMES if before.endswith(scheme)), "")


def _hostless(text: str) -> Iterator[Link]:
    position = text.find("msteams:/l/")
    if position >= 0:
        yield _link(text, position, position + 8)


def _bare(text: str, found: list[Link]) -> Iterator[Link]:
    starts, lower = [link.start for link in found], text.lower()
    for host in BARE if len(lower) == len(text) else ():
        position = lower.find(host)
        for _ in range(MOST_BARE):
            if position < 0:
                break
            before = text[max(position - 64, 0) : position]
            start, end = position - len(before) + len(before.rstrip(_OF_HOSTS)), position + len(host)
            at = bisect_right(starts, start)
            if _may_begin(text, start, position) and not (at and start < found[at - 1].end):
                link = _link(text, start, end)
                yield msgspec.structs.replace(link, text=f"https://{link.text}")
                end = max(end, link.end)
            position = lower.find(host, end)


def _may_begin(text: str, start: int, position: int) -> bool:
    """Whether a host without a scheme begins at `start`: after nothing that would make it part of something longer."""
    if start < position and text[position - 1] != ".":
        return False
    before = text[start - 1] if start else " "
    return before >= _IDEOGRAPHS or not (before.isalnum() or before in "@/:_%=&?#\\~")


def _link(text: str, start: int, body: int) -> Link:
    """The link that begins at `start`; at `body` its host does, or what follows it."""
    enclosed = _enclosed(text, start)
    if enclosed is not None:
        return enclosed
    rest = _REST.match(text, body, body + LONGEST)
    end, runs_on = _end(text, body, rest.end() if rest else body)
    cut = _seen(_without_entities(text[start:end]))
    if start and text[start - 1] == "'":
        cut = cut.partition("'")[0]
    return Link(start=start, end=end, text=_balanced(cut).rstrip(_TRAILING), runs_on=runs_on)


def _enclosed(text: str, start: int) -> Link | None:
    """The link in `<…>`, where it stands in them."""
    if start == 0 or text[start - 1] != "<":
        return None
    end = text.find(">", start, start + LONGEST)
    if end < 0:
        return None
    inside = "".join(line.strip() for line in text[start:end].splitlines()).partition("|")[0]
    if not inside or any(sign in inside for sign in ' <"'):
        return None
    return Link(start=start, end=end + 1, text=_seen(_without_entities(inside)), exact=True)


def _without_entities(text: str) -> str:
    """Without HTML's names for characters, which stay in text that was HTML once."""
    if "&" not in text or ";" not in text:
        return text
    return _ENDS.split(_ENTITY.sub(lambda entity: unescape(entity[0]), text), maxsplit=1)[0]


def _seen(text: str) -> str:
    """Without unseen characters after the host; in a host they are a reason to refuse it."""
    if text.isascii():
        return text
    slash = text.find("/", text.find("://") + 3)
    return text if slash < 0 else text[:slash] + UNSEEN.sub("", text[slash:])


def _end(text: str, body: int, end: int) -> tuple[int, bool]:
    """Where plain characters end behind the host, and whether others follow at once that are no punctuation."""
    slash = text.find("/", body, end)
    foreign = _FOREIGN.search(text, slash, end) if slash >= 0 else None
    return (foreign.start(), unicodedata.category(foreign[0])[0] not in "PZ") if foreign else (end, False)


def _balanced(text: str) -> str:
    """Up to the first closing bracket that was not opened."""
    if ")" not in text:
        return text
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return text[:at]
    return text
