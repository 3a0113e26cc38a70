"""How an address is recognised: by its whole host and its whole path, never by a part of either.

A `Place` is one form of one service's addresses; `services` is the table of them. Its expressions are compiled when
they are first asked, since a door meets few of them.
"""

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import unquote

from device.join.links.address import Address, NotUsable, below, read_address
from device.model.value import Value

NAME = r"(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-Fa-f]{2}){1,200}"
"""A segment of a path that somebody chose: a room, a person."""
_WEB = "https http"


class Place(Value, kw_only=False):
    """One form of a service's join addresses. Expressions match the whole of what they are for, in either case."""

    hosts: str
    """Separated by spaces: `zoom.us` (it alone), `.zoom.us` (it and all below it), `<.webex.com` (only below it),
    `jitsi*` (its first label is `jitsi` or begins with `jitsi-`), `*` (any: the path is proof enough), `-` (such as an
    administrator declared).
    """
    path: str
    """`NAME` stands for a chosen name. The group `id` is what the service calls the meeting."""
    query: Mapping[str, str] = {}
    """Expressions for the parameters that must be there; their groups count like the path's."""
    fragment: str = ""
    """An expression for what follows `#`, where that decides."""
    passcode: str = ""
    """The parameter that carries it."""
    key: str = "{host}{path}"
    """What makes two addresses the same meeting."""
    sip: str = ""
    """The dial string that follows from it by the vendor's rule."""
    inner: str = ""
    """For a page that only passes a path on: where that stands, `#` or the name of a parameter."""
    without: str = ""
    """Hosts, and first words of the path, that are something else."""
    schemes: str = _WEB
    guest: bool = True
    """Whether it lets people in as guests; others open the meeting as its host."""

    @property
    def named(self) -> bool:
        """Whether a chosen name decides where it leads, rather than a number or a code."""
        return "NAME" in self.path


class Match(Value):
    """What an address was recognised as."""

    key: str
    meeting_id: str | None
    passcode: str | None
    sip: str | None
    place: Place


@cache
def _expression(text: str) -> re.Pattern[str]:
    return re.compile(text.replace("NAME", NAME), re.IGNORECASE | re.ASCII)


@cache
def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def match(address: Address, place: Place) -> Match | None:
    """What `address` is at this place, whose host it is known to have; None where it is something else.

    Raises:
        NotUsable: a parameter that decides is there twice.
    """
    groups = _groups(address, place)
    if groups is None:
        return None
    known = {name: value for name, value in groups.items() if value}
    return Match(
        key=unquote(place.key.format(host=address.host, path=address.path.rstrip("/").lower(), **known)),
        meeting_id=known.get("id"),
        passcode=known.get("passcode") or _passcode(address, place),
        sip=unquote(place.sip.format(host=address.host, **known)) if place.sip else None,
        place=place,
    )


def _passcode(address: Address, place: Place) -> str | None:
    """What the address carries for a person to type; None where nobody could type it."""
    text = address.parameter(place.passcode) if place.passcode else None
    return text if text and text.isascii() and text.isprintable() else None


def _groups(address: Address, place: Place) -> dict[str, str | None] | None:
    """All named groups; None where anything does not match."""
    without = _words(place.without)
    if address.scheme not in _words(place.schemes) or any(below(address.host, host) for host in without):
        return None
    asked = [(place.path, address.path)]
    asked += [(expression, address.parameter(name) or "") for name, expression in place.query.items()]
    if place.fragment:
        asked.append((place.fragment, address.fragment or ""))
    if address.path.strip("/").partition("/")[0].lower() in without:
        return None
    groups: dict[str, str | None] = {}
    for expression, text in asked:
        found = _expression(expression).fullmatch(text)
        if found is None:
            return None
        groups |= found.groupdict()
    return groups


def passed_on(address: Address, place: Place) -> Address | None:
    """The address of the same host that a page passes on in its fragment or a parameter; a host there is not taken."""
    if not place.inner or not _expression(place.path).fullmatch(address.path):
        return None
    text = (address.fragment or "") if place.inner == "#" else (address.parameter(place.inner) or "")
    text = text.removeprefix("/_#")
    try:
        return read_address(f"{address.scheme}://{address.host}{text}") if text.startswith("/") else None
    except NotUsable:
        return None
