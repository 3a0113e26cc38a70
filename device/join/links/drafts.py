"""A meeting as it becomes known, one sighting after another, and what a way in is made of in the end."""

import dataclasses
from bisect import insort
from urllib.parse import urlsplit

from device.join.links.address import below
from device.join.links.dialling import Dial, Kind
from device.join.links.recognition import Recognised
from device.join.links.services import Service
from device.join.links.vtc import Interop, dialable, gateway_sip, h323, is_number, zoom_sip
from device.join.links.ways import WayIn

_PLAIN_IN_LINK = (Service.PEXIP, Service.BLUEJEANS)
"""Services whose addresses carry what a person types, not a token that stands for it."""
_DIALLED_AS_PRINTED = (Service.CMS, Service.PEXIP, Service.LIFESIZE, Service.STARLEAF, Service.BLUEJEANS)
"""Services of room systems, whose invitations print where to dial without a word."""
_TELLING = 4
"""Digits that nobody's mailbox has by chance."""
_LEARNED = (
    "meeting_id",
    "passcode",
    "link_passcode",
    "dial_passcode",
    "pin",
    "sip",
    "sip_by_rule",
    "h323",
    "gateway",
    "vtc_id",
    "vtc_address",
)


@dataclasses.dataclass(slots=True, kw_only=True)
class Draft:
    """One meeting. What was said first stays: the fields of an event are read in the order of trust."""

    service: Service
    keys: set[str]
    """What makes it the same meeting as another of its service."""
    field: str
    order: tuple[int, int]
    """The number of the field, and where it stands in it."""
    url: str | None = None
    quality: tuple[bool, bool] = (False, False)
    """Of the address: whether it lets in guests, whether it carries the passcode or needs none."""
    starts: list[int] = dataclasses.field(default_factory=list)
    """Where it is told of, in the text that is being read."""
    dials: list[int] = dataclasses.field(default_factory=list)
    """Where there is something to dial."""
    meeting_id: str | None = None
    passcode: str | None = None
    link_passcode: str | None = None
    dial_passcode: str | None = None
    pin: str | None = None
    sip: str | None = None
    sip_by_rule: str | None = None
    h323: str | None = None
    gateway: str | None = None
    vtc_id: str | None = None
    vtc_address: str | None = None

    def stands_at(self, start: int) -> None:
        """Another place of the text tells of it."""
        insort(self.starts, start)

    def saw(self, found: Recognised, order: int) -> None:
        """Another address of this meeting, in the field of number `order`."""
        match, text = found.match, found.address.text
        quality = (match.place.guest, match.passcode is not None or "{thread}" in match.place.key)
        longer = order == self.order[0] and len(text) > len(self.url or "") and quality == self.quality
        if self.url is None or quality > self.quality or longer:
            self.url, self.quality = text, quality
        self.meeting_id = self.meeting_id or match.meeting_id
        self.link_passcode = self.link_passcode or match.passcode
        self.sip_by_rule = self.sip_by_rule or dialable(match.sip)

    def dialled_at(self, dial: Dial) -> None:
        """Something to dial is this meeting's."""
        self.stands_at(dial.start)
        self.dials.append(dial.start)
        self.meeting_id = self.meeting_id or dial.meeting_id
        self.dial_passcode = self.dial_passcode or dial.passcode
        if dial.meeting_id:
            self.keys.add(dial.meeting_id)
        if dial.kind is Kind.SIP:
            self.sip = self.sip or dial.text
        else:
            self.h323 = self.h323 or dial.text

    def opens(self, interop: Interop) -> None:
        """A gateway's own page told of its way in."""
        self.vtc_id = self.vtc_id or interop.vtc_id
        self.vtc_address = self.vtc_address or interop.vtc_address
        self.sip = self.sip or interop.sip
        self.h323 = self.h323 or interop.h323

    def same_as(self, other: "Draft") -> bool:
        """Whether both are certainly one meeting."""
        return self.service is other.service and not self.keys.isdisjoint(other.keys)

    def may_be(self, half: "Draft") -> bool:
        """Whether something that only dials can be this meeting's: nothing that is known of them contradicts."""
        unknown = self.meeting_id is None or half.meeting_id in (None, self.meeting_id)
        return self.service is half.service and unknown and (self.sip_by_rule is None or half.meeting_id is None)

    def absorb(self, other: "Draft", *, address: bool = True) -> None:
        """Take over what a later sighting of the same meeting knows more, and its address if that is a better one."""
        if address and other.url and (self.url is None or other.quality > self.quality):
            self.url, self.quality = other.url, other.quality
        for name in _LEARNED:
            if getattr(self, name) is None:
                setattr(self, name, getattr(other, name))
        self.keys |= other.keys

    def answers_to(self, dialled: str) -> bool:
        """Whether an address that no service's own domain explains is this meeting's."""
        user, _, domain = dialled.lower().partition("@")
        names = {name.lower() for name in (self.meeting_id, self.pin) if name}
        if user in names or dialled.lower() in names:
            return True
        if self.service is Service.GOOGLE_MEET and is_number(user) and 9 <= len(user) <= 14:
            return True  # a gateway's: the digits are the PIN of the meeting (facts: join A.5)
        host = (urlsplit(self.url).hostname or "") if self.url else ""
        return bool(host and domain) and (below(host, domain) or below(domain, host))

    def prints(self, address: str) -> bool:
        """Whether an address without a word of what it is must be this meeting's: it has its number, or its name and
        its host.
        """
        if self.service not in _DIALLED_AS_PRINTED or not self.meeting_id:
            return False
        user, _, domain = address.lower().partition("@")
        name = self.meeting_id.lower()
        numbered = is_number(name) and len(name) >= _TELLING and user.partition(".")[0] == name
        return numbered or (user == name and bool(self.url) and domain == urlsplit(self.url).hostname)

    def way(self) -> WayIn:
        """What is known of it, put in order."""
        sip, dialled = self.sip or self.sip_by_rule, self.h323
        if self.gateway and self.meeting_id and not dialled:
            dialled = h323(self.gateway, self.meeting_id, self.dial_passcode)
        dials_zoom = self.service is Service.ZOOM and self.meeting_id and (self.sip or self.gateway)
        if dials_zoom and self.meeting_id and "." not in (self.sip or "").partition("@")[0]:
            sip = zoom_sip(self.meeting_id, self.dial_passcode)
        if self.service is Service.WEBEX and not sip and self.meeting_id and self.url:
            sip = dialable(f"{self.meeting_id}@{urlsplit(self.url).hostname}")
        if self.vtc_id and self.vtc_address and not self.sip:
            sip = gateway_sip(self.vtc_address, self.vtc_id) or sip
        in_link = self.link_passcode if self.service in _PLAIN_IN_LINK else None
        return WayIn(
            service=self.service,
            url=self.url,
            meeting_id=self.meeting_id,
            passcode=self.passcode or self.link_passcode,
            dial_passcode=self.dial_passcode or (in_link if is_number(in_link) else None),
            sip=sip,
            h323=dialled,
            vtc_id=self.vtc_id,
            vtc_address=self.vtc_address,
            found_in=self.field,
        )
