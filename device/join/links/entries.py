"""A calendar's own fields, read: what stands there is whole, so nothing has to be guessed about where it ends."""

from device.join.links.address import NotUsable, Rule, read_address
from device.join.links.dialling import Dial, dial_of
from device.join.links.drafts import Draft
from device.join.links.inquiry import Inquiry
from device.join.links.recognition import Declared, Recognised
from device.join.links.resolution import resolve_text
from device.join.links.services import Service
from device.join.links.vtc import Interop, dialable, is_number
from device.model.invitation import Entry

_LONGEST = 64
_TO_DIAL = ("sip:", "sips:", "h323:")


def entry_draft(entry: Entry, order: int, inquiry: Inquiry) -> Draft | None:
    """The meeting that an entry tells of; None where it tells of none that can be joined."""
    draft = None
    for link in filter(None, (entry.link, entry.sip)):
        found = _read(link.strip(), entry, inquiry)
        if found is not None:
            draft = draft or _new(found, entry, order)
            _add(draft, found, order)
    if draft is not None:
        _fill(draft, entry)
    return draft


def _read(link: str, entry: Entry, inquiry: Inquiry) -> Recognised | Interop | Dial | None:
    rule: Rule | None = None
    found: Recognised | Interop | Dial | None = None
    if link.lower().startswith(_TO_DIAL):
        found = dial_of(link)
        rule = None if found else Rule.NOT_DIALABLE
    elif ":" in link:
        try:
            found = resolve_text(link, _vouched(link, entry, inquiry.declared))
        except NotUsable as error:
            rule = error.rule
    else:
        rule = Rule.NOT_AN_ADDRESS
    inquiry.notice(entry.field, link, rule)
    return found


def _vouched(link: str, entry: Entry, declared: Declared) -> Declared:
    """The declared hosts, and the link's own where the field's name says which service runs there."""
    if not entry.service:
        return declared
    service = Service(entry.service)
    return {**declared, service: (*declared.get(service, ()), read_address(link).host)}


def _new(found: Recognised | Interop | Dial, entry: Entry, order: int) -> Draft:
    if isinstance(found, Recognised):
        service, key = found.service, found.match.key
    elif isinstance(found, Interop):
        service, key = Service.TEAMS, f"vtc:{found.vtc_id}"
    else:
        service = found.service or Service(found.kind.value)
        key = found.meeting_id or found.text.lower()
    return Draft(service=service, keys={key}, field=entry.field, order=(order, 0))


def _add(draft: Draft, found: Recognised | Interop | Dial, order: int) -> None:
    if isinstance(found, Recognised):
        draft.saw(found, order)
    elif isinstance(found, Interop):
        draft.opens(found)
    else:
        draft.dialled_at(found)


def _fill(draft: Draft, entry: Entry) -> None:
    """What the entry says in numbers beside its links."""
    number = _printed("".join(entry.meeting_id.split()))
    draft.meeting_id = draft.meeting_id or number or None
    if number:
        draft.keys.add(number)
    draft.passcode = _printed(entry.passcode.strip()) or None
    pin = "".join(sign for sign in entry.pin if is_number(sign))[:_LONGEST]
    draft.pin = pin or None
    if draft.service is not Service.TEAMS:
        draft.dial_passcode = draft.dial_passcode or pin or (draft.passcode if is_number(draft.passcode) else None)
    draft.vtc_id = draft.vtc_id or (entry.vtc_id if is_number(entry.vtc_id) else None)
    draft.vtc_address = draft.vtc_address or dialable(entry.vtc_address)


def _printed(text: str) -> str:
    """A value as it can be typed; empty where nobody could."""
    return text if text.isascii() and text.isprintable() and len(text) <= _LONGEST else ""
