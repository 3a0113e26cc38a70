"""Dialling: which domains belong to which service, and how a dial string is made of the numbers that are printed.

Three tables: domains of services that let room systems in, gateways into Teams (cloud video interop), and the helper
pages of those gateways. Facts: join A.5. A dial string is made only where the invitation itself shows that the way is
open: a Zoom meeting can be dialled if its host pays for that, and only then are the addresses printed.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from device.join.links.address import Address, NotUsable, below, checked_host
from device.join.links.services import Service
from device.model.value import Value

ZOOM_DOMAIN = "zoomcrc.com"
ZOOM_GATEWAYS = frozenset(
    (
        "144.195.19.161",
        "206.247.11.121",
        "162.255.37.11",
        "162.255.36.11",
        "221.122.88.195",
        "115.114.131.7",
        "115.114.115.7",
        "213.19.144.110",
        "213.244.140.110",
        "103.122.166.55",
        "103.122.167.55",
        "209.9.211.110",
        "149.137.40.110",
        "64.211.144.160",
        "69.174.57.160",
        "159.124.168.213",
        "65.39.152.160",
        "207.226.132.110",
        "149.137.24.110",
    )
)
"""Where Zoom answers H.323, as its invitations print it."""

DIALABLE = re.compile(r"[A-Za-z0-9_+][A-Za-z0-9._+~-]{0,127}@[A-Za-z0-9][A-Za-z0-9.-]{0,119}")
"""What a SIP address may be made of before any room system sees it (facts: join A.6)."""
_NUMBER = re.compile(r"[0-9]{3,20}")


class DialDomain(Value):
    """A domain at which a service's meetings can be dialled."""

    domain: str
    service: Service
    user: str
    """An expression for what stands before the @; the group `id` is the meeting."""
    below: bool = False
    """Whether only what lies below the domain counts."""


DIAL_DOMAINS = (
    DialDomain(
        domain=ZOOM_DOMAIN, service=Service.ZOOM, user=r"(?P<id>\d{9,11})(?:\.(?P<passcode>\d{1,16}))?(?:\..*)?"
    ),
    DialDomain(domain="webex.com", service=Service.WEBEX, user=r"(?P<id>\d{9,12})", below=True),
    DialDomain(domain="webex.com", service=Service.WEBEX, user=r"pr\d{6,12}", below=True),
    DialDomain(domain="webex.com", service=Service.WEBEX, user=r"(?P<id>\d{9,12})\.[a-z0-9-]{1,60}"),
    DialDomain(domain="bjn.vc", service=Service.BLUEJEANS, user=r"(?P<id>\d{3,14})(?:\.(?P<passcode>\d{1,16}))?"),
    DialDomain(domain="lifesizecloud.com", service=Service.LIFESIZE, user=r"(?P<id>\d{3,12})"),
    DialDomain(domain="sip.lifesizecloud.com", service=Service.LIFESIZE, user=r"(?P<id>\d{3,12})"),
    DialDomain(domain="call.sl", service=Service.STARLEAF, user=r"(?P<id>\d{3,14})", below=True),
    DialDomain(domain="meet.chime.in", service=Service.CHIME, user=r"(?P<id>\d{4,13})"),
    DialDomain(domain="inroomlink.goto.com", service=Service.GOTOMEETING, user=r"(?P<id>\d{9})"),
)
NOT_FOR_ROOMS = "lync.webex.com"
"""A domain printed for programs on a desk."""

GATEWAYS = {
    "m.webex.com": "{id}.{key}@{domain}",
    "teams.bjn.vc": "{key}.{id}@{domain}",
    "t.plcm.vc": "",
}
"""Gateways into Teams: the dial string of key and conference id, or nothing where the id has to be keyed in."""


class Interop(Value):
    """A gateway's way into one Teams meeting."""

    vtc_id: str
    vtc_address: str | None = None
    sip: str | None = None
    h323: str | None = None


def dial_domain(user: str, domain: str) -> tuple[DialDomain, re.Match[str]] | None:
    """The service that `user@domain` dials, where a domain alone tells."""
    for known in _known(domain):
        found = re.fullmatch(known.user, user, re.IGNORECASE | re.ASCII)
        if found is not None:
            return known, found
    return None


@lru_cache(maxsize=1024)
def _known(domain: str) -> tuple[DialDomain, ...]:
    return tuple(
        known for known in DIAL_DOMAINS if below(domain, known.domain) and (domain != known.domain) is known.below
    )


def gateway_sip(address: str, vtc_id: str) -> str | None:
    """The dial string of one meeting behind a gateway; None where its id has to be keyed in after connecting."""
    key, _, domain = address.partition("@")
    rule = GATEWAYS.get(domain.lower(), "")
    return dialable(rule.format(key=key, id=vtc_id, domain=domain.lower())) if rule else None


def dialable(text: str | None) -> str | None:
    """`text` if it is a SIP address and nothing else."""
    return text if text and DIALABLE.fullmatch(text) else None


def is_number(text: str | None) -> bool:
    """Whether `text` is made of the ten digits of a telephone's keys, and of at least one."""
    return text is not None and text.isascii() and text.isdigit()


def zoom_sip(meeting_id: str, passcode: str | None) -> str:
    """Zoom's room connector, with the passcode of digits where there is one."""
    return f"{meeting_id}.{passcode}@{ZOOM_DOMAIN}" if passcode else f"{meeting_id}@{ZOOM_DOMAIN}"


def h323(gateway: str, meeting_id: str, passcode: str | None) -> str:
    """A gateway's address and what it would ask for (H.323 Annex O is not understood by all; this is)."""
    return f"{gateway}##{meeting_id}#{passcode}" if passcode else f"{gateway}##{meeting_id}"


def interop_of(address: Address) -> Interop | None:
    """What a gateway's helper page tells; None where `address` is none."""
    try:
        for read in _PAGES:
            found = read(address)
            if found is not None:
                return found
    except NotUsable:
        pass  # two values for one parameter, or a domain that can be none: such a page tells nothing
    return None


def _webex(address: Address) -> Interop | None:
    if address.host != "www.webex.com" or address.path.rstrip("/") != "/msteams":
        return None
    number, key = address.parameter("confid"), address.parameter("tenantkey")
    domain = address.parameter("domain") or "m.webex.com"
    if not number or not key or not _NUMBER.fullmatch(number) or checked_host(domain) not in GATEWAYS:
        return None
    printed = dialable(f"{key}@{domain}")
    return Interop(vtc_id=number, vtc_address=printed, sip=gateway_sip(printed, number) if printed else None)


def _pexip(address: Address) -> Interop | None:
    if address.path.rstrip("/") != "/teams":
        return None
    number, domain = address.parameter("conf"), address.parameter("d")
    if not number or not _NUMBER.fullmatch(number):
        return None
    if not domain:
        key = address.parameter("key")
        return Interop(vtc_id=number, vtc_address=dialable(f"{key}@t.plcm.vc")) if key else None
    name, gateway = checked_host(domain), address.parameter("ip")
    menu, prefix = address.parameter("ivr"), address.parameter("prefix") or ""
    return Interop(
        vtc_id=number,
        vtc_address=dialable(f"{menu}@{name}") if menu else None,
        sip=dialable(f"{prefix}{number}@{name}"),
        h323=dialable(f"{number}@{gateway}") if gateway else None,
    )


def _pexip_me(address: Address) -> Interop | None:
    word, *rest = address.path.strip("/").split("/")
    if address.host != "pexip.me" or word != "teams" or len(rest) != 2 or not _NUMBER.fullmatch(rest[1]):
        return None
    return Interop(vtc_id=rest[1], sip=dialable(f"{rest[1]}@{checked_host(rest[0])}"))


_PAGES: tuple[Callable[[Address], Interop | None], ...] = (_webex, _pexip, _pexip_me)
