"""What may be joined: every target is judged here before a room system or a browser is told of it, and nowhere else.

An invitation is a stranger's text (threats T7 to T11). So a target is taken apart once more, whoever found it; its host
must be on the list; and what is handed on is written anew from service, host, meeting and passcode. A number to call is
refused unless an administrator wants them: it costs money.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from device.join.links.address import WEB, Address, NotUsable, Rule, below, checked_host, read_address
from device.join.links.recognition import Recognised, recognise
from device.join.links.services import Service
from device.join.links.ways import WayIn
from device.model.value import Value

DIAL_STRING = re.compile(r"[A-Za-z0-9._+@-]{1,128}")
TONES = re.compile(r"[0-9*#,]{0,32}")
"""Keys that may be pressed once a call stands; a comma waits."""

_H323 = re.compile(r"(?P<gateway>[0-9.]{7,15})##[0-9]{3,20}(?:#[0-9]{1,20})?|[0-9]{3,20}@(?P<behind>[0-9.]{7,15})")
_NUMBER = re.compile(r"\+?[0-9]{2,20}")
_CALLED = re.compile(r"\+[0-9]+|00[0-9]+|[0-9]{1,5}")
"""Before an @: what a gateway to the telephone network would call, rather than a meeting's number."""
_DEAR = re.compile(
    r"9?(?:\+|00|011)?(?:1?(?:900|976)|49(?:900|190|137|118)|44(?:9|87|84|118|70)|33(?:89|81|82)|39(?:89|17)|34(?:80[367])"
    r"|41(?:90)|43(?:9[0-3])|31(?:90)|97[89]|88[1238]|870)[0-9]*|0?(?:900|190|137|118)[0-9]*"
)
"""Premium, satellite and directory numbers, be it behind the 9 for an outside line."""
_PARAMETERS: Mapping[Service, tuple[str, ...]] = {
    Service.ZOOM: ("pwd", "tk", "omn"),
    Service.TEAMS: ("p", "context", "tenantId", "coords", "anon"),
    Service.GOOGLE_MEET: (),
    Service.WEBEX: ("MTID",),
}
"""What of a query is handed on; of services that are not named here, all."""
_OPENED = (*WEB, "msteams", "zoommtg")
"""Schemes of addresses that can be written as one for a browser."""


class Reason(StrEnum):
    """Why a target is refused. The sentence for each lives with the words of who tells it."""

    ADDRESS = "address"
    """It is not written plainly, or joins nothing that is known; `Refused.rule` says more."""
    SERVICE = "service"
    HOST = "host"
    MISMATCH = "mismatch"
    """It was told to be another service than it is."""
    CHARACTERS = "characters"
    DOMAIN = "domain"
    GATEWAY = "gateway"
    NUMBER = "number"
    DEAR = "dear"
    """A number that costs more than a call."""


class Allowed(Value, tag="allowed", tag_field="verdict"):
    """A target that may be used, as it is to be handed on."""

    target: str
    host: str
    """Where it leads, for the person who is asked."""


class Refused(Value, tag="refused", tag_field="verdict"):
    """A target that may not be used."""

    reason: Reason
    rule: Rule | None = None


Judgement = Allowed | Refused


class Judged(Value):
    """The ways into one meeting, each of them judged; None where there is none of that kind."""

    web: Judgement | None = None
    sip: Judgement | None = None
    h323: Judgement | None = None

    @property
    def joinable(self) -> bool:
        """Whether any of them may be used."""
        return any(isinstance(one, Allowed) for one in (self.web, self.sip, self.h323))


class JoinPolicy(Value):
    """What a room may join, as its settings say."""

    services: tuple[Service, ...] = (Service.ZOOM, Service.TEAMS, Service.GOOGLE_MEET, Service.WEBEX)
    hosts: tuple[str, ...] = (
        "zoom.us",
        "zoomgov.com",
        "teams.microsoft.com",
        "teams.live.com",
        "meet.google.com",
        "webex.com",
    )
    """Domains, and all below them."""
    own_hosts: Mapping[Service, tuple[str, ...]] = {}
    """Services that the organisation runs itself: `jitsi = ["meet.example.org"]`. They count as listed."""
    sip_domains: tuple[str, ...] = ("zoomcrc.com", "webex.com")
    """Domains, and all below them, that may be dialled."""
    gateways: tuple[str, ...] = ("144.195.19.161", "206.247.11.121")
    """Addresses that may be dialled by H.323."""
    numbers: bool = False
    """Whether telephone numbers may be called."""

    def judge(self, way: WayIn) -> Judged:
        """All that a way in offers."""
        return Judged(
            web=self.judge_link(way.url, way.service) if way.url else None,
            sip=self.judge_dial(way.sip) if way.sip else None,
            h323=self.judge_dial(way.h323) if way.h323 else None,
        )

    def judge_link(self, link: str, service: Service | None = None) -> Judgement:
        """An address of the web; `service` is what it was told to be."""
        if not link.isascii():
            return Refused(reason=Reason.ADDRESS, rule=Rule.NOT_ASCII)
        try:
            found = recognise(read_address(link), self.own_hosts)
            if service is not None and found.service is not service:
                return Refused(reason=Reason.MISMATCH)
            return self._listed(found) or _written_anew(found)
        except NotUsable as error:
            return Refused(reason=Reason.ADDRESS, rule=error.rule)

    def _listed(self, found: Recognised) -> Refused | None:
        host = found.address.host
        own = self.own_hosts.get(found.service, ())
        if any(below(host, domain) for domain in own):
            return None
        if found.service not in self.services:
            return Refused(reason=Reason.SERVICE)
        return None if any(below(host, domain) for domain in self.hosts) else Refused(reason=Reason.HOST)

    def judge_dial(self, text: str) -> Judgement:
        """A dial string: `user@domain`, `gateway##id#passcode`, or a number."""
        h323 = _H323.fullmatch(text)
        if h323:
            gateway = h323["gateway"] or h323["behind"]
            known = gateway in self.gateways
            return Allowed(target=text, host=gateway) if known else Refused(reason=Reason.GATEWAY)
        if not DIAL_STRING.fullmatch(text):
            return Refused(reason=Reason.CHARACTERS)
        if "@" not in text:
            return self._judge_number(text)
        user, _, domain = text.partition("@")
        return self._judge_sip(user, domain)

    def _judge_number(self, text: str) -> Judgement:
        if not _NUMBER.fullmatch(text):
            return Refused(reason=Reason.CHARACTERS)
        if not self.numbers:
            return Refused(reason=Reason.NUMBER)
        return Refused(reason=Reason.DEAR) if _DEAR.fullmatch(text) else Allowed(target=text, host=text)

    def _judge_sip(self, user: str, domain: str) -> Judgement:
        try:
            host = checked_host(domain)
        except NotUsable as error:
            return Refused(reason=Reason.DOMAIN, rule=error.rule)
        if not any(below(host, listed) for listed in self.sip_domains):
            return Refused(reason=Reason.DOMAIN)
        if not user:
            return Refused(reason=Reason.CHARACTERS)
        if _CALLED.fullmatch(user):
            return Refused(reason=Reason.NUMBER)
        return Allowed(target=f"{user}@{host}", host=host)

    @staticmethod
    def judge_tones(text: str) -> Judgement:
        """Keys to press in a call."""
        return Allowed(target=text, host="") if TONES.fullmatch(text) else Refused(reason=Reason.CHARACTERS)


def _written_anew(found: Recognised) -> Judgement:
    """The address for a browser: by https, without what it does not need."""
    address = found.joined
    if address.scheme not in _OPENED:
        return Refused(reason=Reason.ADDRESS, rule=Rule.SCHEME)
    numbered = found.service is Service.ZOOM and address.path.startswith("/join")
    kept = _PARAMETERS.get(found.service)
    target = Address(
        scheme="https",
        host=address.host,
        path=f"/j/{found.match.meeting_id}" if numbered else address.path,
        query=address.query if kept is None else _only(kept, address.query),
        fragment=address.fragment if found.match.place.fragment else None,
    )
    return Allowed(target=target.text, host=address.host)


def _only(names: tuple[str, ...], query: str | None) -> str | None:
    pairs = query.split("&") if query else []
    return "&".join(pair for pair in pairs if pair.partition("=")[0] in names) or None
