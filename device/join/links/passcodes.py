"""Which passcode is for whom: people in the web, and the telephones and room systems that have nothing but digits.

An invitation prints labels in the order in which it tells the ways in, so what stands behind a dial string is for those
who dial.
"""

import re

from device.join.links.drafts import Draft
from device.join.links.labels import Means
from device.join.links.reading import Mark
from device.join.links.services import Service
from device.join.links.vtc import is_number

_AFTER_ID = re.compile(r"#(?:,+[01]?#)?,*\*?([0-9]{4,16})#|##([0-9]{4,12})#")
"""What follows the meeting's id where a telephone is to dial it all: `…#,,,,*123456#`, `…##123456#`."""
_ONE_TAPS = 40
_NUMBERED = (Service.WEBEX, Service.GOTOMEETING)
"""Services whose meeting number is called an access code."""
_LEARNS = (Service.TEAMS, Service.WEBEX, Service.ZOOM)
"""Services that have addresses without the meeting's number."""
_ID_DIGITS = range(9, 17)


def hear(draft: Draft, marks: list[Mark], text: str = "") -> None:
    """What the labels around a meeting say of it.

    Args:
        draft: the meeting.
        marks: the labels that belong to it, in their order.
        text: the text they stand in, for what telephones are to dial.
    """
    passcodes = _its_own(draft, marks)
    if passcodes and draft.passcode is None:
        draft.passcode = passcodes[0].value
    digits = [mark for mark in passcodes if is_number(mark.value)]
    behind = [mark.value for mark in digits if draft.dials and mark.start > min(draft.dials)]
    said = [mark.value for mark in marks if mark.means is Means.DIAL_PASSCODE]
    aside = [mark.aside for mark in passcodes if mark.aside]
    pins = [mark.value for mark in marks if mark.means is Means.PIN]
    if draft.service is Service.GOOGLE_MEET:
        draft.pin = draft.pin or next(iter(pins), None)
        draft.dial_passcode = draft.dial_passcode or draft.pin
    elif draft.service is not Service.TEAMS:
        tapped = _one_tap(draft.meeting_id, text)
        found = [*said, *aside, *behind[-1:], *tapped, *(mark.value for mark in digits), *pins]
        draft.dial_passcode = draft.dial_passcode or next(iter(found), None)
        draft.passcode = draft.passcode or next(iter(pins), None)


def _its_own(draft: Draft, marks: list[Mark]) -> list[Mark]:
    """The passcodes, without those that follow the number of another meeting; the meeting's number is learned."""
    own, passcodes = True, []
    for mark in marks:
        if _is_number(draft, mark):
            own = _knows(draft, mark.value)
        elif mark.means is Means.PASSCODE and own:
            passcodes.append(mark)
    return passcodes


def _is_number(draft: Draft, mark: Mark) -> bool:
    if mark.means is Means.MEETING_ID:
        return len(mark.value) in _ID_DIGITS
    code = mark.value.replace("-", "")
    as_id = draft.service in _NUMBERED and is_number(code) and len(code) in _ID_DIGITS
    return mark.means is Means.PASSCODE and (code == draft.meeting_id or as_id)


def _knows(draft: Draft, number: str) -> bool:
    """Whether `number` is the meeting's, as far as can be told."""
    number = number.replace("-", "")
    if draft.meeting_id is None or not is_number(draft.meeting_id.replace("-", "")):
        if draft.service in _LEARNS and draft.meeting_id is None:
            draft.meeting_id = number
            draft.keys.add(number)
        return True
    return number == draft.meeting_id.replace("-", "") or number in (draft.url or "")


def _one_tap(meeting_id: str | None, text: str) -> list[str]:
    """The passcode in the strings that a telephone dials at one touch."""
    if not meeting_id or not is_number(meeting_id):
        return []
    found, position = [], -1
    for _ in range(_ONE_TAPS):
        position = text.find(f"{meeting_id}#", position + 1)
        if position < 0:
            break
        passcode = _AFTER_ID.match(text, position + len(meeting_id))
        if passcode:
            found.append(passcode[1] or passcode[2])
    return found
