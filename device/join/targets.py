"""From the ways in that an invitation tells to what a room may be ordered to join. Pure; the policy decides."""

import re
from collections.abc import Iterable

from device.join.interface import Target
from device.join.links.ways import WayIn
from device.join.policy import Allowed, JoinPolicy, Judgement
from device.model.joining import Cause
from device.model.safetext import SafeText

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PASSCODE = re.compile(r"[\x21-\x7e]{1,64}")
_DIGITS = re.compile(r"[0-9]{1,20}")
_NAMES = {"google_meet": "Google Meet", "skype_for_business": "Skype", "sip": "SIP", "h323": "H.323", "cms": "CMS"}
_SHOWN = 7
"""Digits of a number that are shown; the rest is for those who were invited."""


def targets(ways: Iterable[WayIn], policy: JoinPolicy) -> tuple[tuple[Target, ...], Cause | None]:
    """What may be joined of the meetings that an invitation tells of; and why it is nothing, where it is."""
    found = tuple(ways)
    allowed = tuple(target for way in found if (target := _target(way, policy)) is not None)
    if allowed:
        return allowed, None
    return (), Cause.NOT_ALLOWED if found else Cause.NO_LINK


def label(target: Target) -> SafeText:
    """The service, and enough of the meeting to tell it from another: `Zoom · 812 3456 ····`."""
    service = target.service.value
    named = _NAMES.get(service) or service.replace("_", " ").title()
    return SafeText(f"{named} · {_hint(target)}")


def _hint(target: Target) -> str:
    number = target.meeting_id
    if number.isdigit() and len(number) > _SHOWN:
        shown = number[:_SHOWN]
        return f"{shown[:3]} {shown[3:]} ····"
    where = target.url.partition("://")[2].partition("/")[0] or target.sip.partition("@")[2] or target.h323
    return number or where.partition("##")[0]


def _target(way: WayIn, policy: JoinPolicy) -> Target | None:
    judged = policy.judge(way)
    asked = policy.judge_dial(way.vtc_address) if way.vtc_address and way.vtc_id else None
    url, sip, h323 = (_written(one) for one in (judged.web, judged.sip, judged.h323))
    tones = ""
    if not sip and isinstance(asked, Allowed) and _DIGITS.fullmatch(way.vtc_id or ""):
        sip, tones = asked.target, f",,{way.vtc_id}#"
    if not (url or sip or h323):
        return None
    return Target(
        service=way.service,
        url=url,
        meeting_id=_if(_ID, way.meeting_id) if url else "",
        passcode=_if(_PASSCODE, way.passcode),
        dial_passcode=_if(_DIGITS, way.dial_passcode),
        sip=sip,
        h323=h323,
        tones=tones,
    )


def _written(judgement: Judgement | None) -> str:
    return judgement.target if isinstance(judgement, Allowed) else ""


def _if(pattern: re.Pattern[str], text: str | None) -> str:
    return text if text and pattern.fullmatch(text) else ""
