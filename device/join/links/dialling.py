"""Where a text may hold something to dial: `sip:` addresses, `x@y` at domains that are known or after the word SIP,
`ip##id`, and the gateways of an H.323 block.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from device.join.links.address import NotUsable, below, checked_host
from device.join.links.services import Service
from device.join.links.vtc import GATEWAYS, NOT_FOR_ROOMS, ZOOM_GATEWAYS, dial_domain, dialable
from device.model.value import Value

MOST = 200
"""Addresses of one text that are looked at."""

_USER = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+~-"
_HOST = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_SAID = re.compile(r"(?<![a-z])(sips?|h\.?323)\s{0,3}[:：]?\s{0,3}[•*<-]?\s{0,3}\Z", re.IGNORECASE)
_NOT_A_PERSONS = re.compile(r"conf:\s*sips?:\Z", re.IGNORECASE)
_NOT_DIALABLE = (";gruu", ";opaque", ";phone-context", ";user=phone")
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_IP = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_IP_BEFORE = re.compile(rf"(?<![0-9.]){_IP}\Z")
_IP_AFTER = re.compile(rf"(?<![0-9.@#]){_IP}(?![0-9.]|#)")
_NUMBERS = re.compile(r"##([0-9]{3,20})(?:#([0-9]{3,20}))?")
_REACH = 400
"""Characters after the word H.323 within which its first gateway stands."""


class Kind(StrEnum):
    """What was found."""

    SIP = "sip"
    H323 = "h323"
    GATEWAY = "gateway"
    """An address at which an H.323 system is asked for the meeting's number."""
    PLAIN = "plain"
    """An address that only its surroundings can make one to dial."""


class Dial(Value):
    """Something to dial, where it stands in the text."""

    start: int
    kind: Kind
    text: str
    service: Service | None = None
    meeting_id: str | None = None
    passcode: str | None = None


def dials_in(text: str) -> list[Dial]:
    """What there is to dial in a text, in its order."""
    found = [*_addresses(text), *_numbers(text), *_gateways(text)]
    return sorted(found, key=lambda dial: dial.start)


def dial_of(uri: str) -> Dial | None:
    """What a `sip:`, `sips:` or `h323:` address dials; None where it dials nothing."""
    found = list(_addresses(uri.strip()))
    return found[0] if found and found[0].kind in (Kind.SIP, Kind.H323) else None


def _addresses(text: str) -> Iterator[Dial]:
    at = -1
    for _ in range(MOST):
        at = text.find("@", at + 1)
        if at < 0:
            return
        before = text[max(at - 128, 0) : at]
        user = before[len(before.rstrip(_USER)) :]
        host = _HOST.match(text, at + 1) if user else None
        if host:
            dial = _address(text, at - len(user), user, host)
            if dial is not None:
                yield dial


def _address(text: str, start: int, user: str, host: re.Match[str]) -> Dial | None:
    before = text[max(start - 24, 0) : start]
    if _NOT_A_PERSONS.search(before) or text.startswith(_NOT_DIALABLE, host.end()):
        return None
    try:
        domain = checked_host(host[0])
    except NotUsable:
        return None
    written = dialable(f"{user}@{host[0]}")
    if written is None or below(domain, NOT_FOR_ROOMS):
        return None
    known = dial_domain(user, domain)
    if known is not None:
        groups = known[1].groupdict()
        return Dial(
            start=start,
            kind=Kind.SIP,
            text=written,
            service=known[0].service,
            meeting_id=groups.get("id"),
            passcode=groups.get("passcode"),
        )
    if domain in GATEWAYS:  # a key alone asks for the meeting; with the meeting's id it dials it
        whole = "." in user.strip(".")
        kind = Kind.SIP if whole else Kind.PLAIN
        return Dial(start=start, kind=kind, text=written, service=Service.TEAMS if whole else None)
    said = _SAID.search(before)
    kind = Kind.PLAIN if said is None else Kind.SIP if said[1][0] in "sS" else Kind.H323
    return Dial(start=start, kind=kind, text=written)


def _numbers(text: str) -> Iterator[Dial]:
    position = -1
    for _ in range(MOST):
        position = text.find("##", position + 1)
        if position < 0:
            return
        gateway = _IP_BEFORE.search(text, max(position - 15, 0), position)
        numbers = _NUMBERS.match(text, position)
        if gateway and numbers:
            yield Dial(
                start=gateway.start(),
                kind=Kind.H323,
                text=gateway[0] + numbers[0],
                service=Service.ZOOM if gateway[0] in ZOOM_GATEWAYS else None,
                meeting_id=numbers[1],
                passcode=numbers[2],
            )


def _gateways(text: str) -> Iterator[Dial]:
    """The first gateway after each mention of H.323, as far as one follows."""
    end = 0
    position = -1
    for _ in range(MOST):
        position = text.find("323", position + 1)
        if position < 0:
            return
        if position < end or text[max(position - 2, 0) : position].lower().rstrip(".")[-1:] != "h":
            continue
        gateway = _IP_AFTER.search(text, position + 3, position + 3 + _REACH)
        if gateway:
            end = gateway.end()
            service = Service.ZOOM if gateway[0] in ZOOM_GATEWAYS else None
            yield Dial(start=gateway.start(), kind=Kind.GATEWAY, text=gateway[0], service=service)
