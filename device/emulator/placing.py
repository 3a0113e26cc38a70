"""Puts a scenario's meetings into the mailboxes of its rooms, on the days that the start makes of them."""

import uuid
from datetime import date, timedelta
from typing import Any

import msgspec

from device.emulator.directory import DOMAIN, App, Directory, RoomEntry
from device.emulator.event import TEAMS, Attendee, Event, EventKind, Person
from device.emulator.mailbox import Mailbox, occurrence_id
from device.emulator.scenario import Change, MeetingPlan, Repeats, RoomPlan, Scenario
from device.emulator.series import Every, Rule
from device.emulator.tenant import Tenant
from device.emulator.wall import span
from device.model.room import MONDAY_TO_FRIDAY, Room
from device.model.safetext import SafeText
from device.model.secret import Secret
from device.model.window import Dates, Window

INVITED_BEFORE = timedelta(days=3)
"""How long ago the meetings of a scenario were made: before anything that somebody at a door does."""
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, f"meetings.{DOMAIN}")


def address_of(name: str) -> str:
    """The address of a room or person of a scenario."""
    return f"{name}@{DOMAIN}"


def directory_of(scenario: Scenario) -> Directory:
    """The scenario's people and rooms as the directory holds them."""
    people = (person_of(plan.id, scenario) for plan in scenario.people if not plan.address)
    return Directory(people, (_room(plan, scenario) for plan in scenario.rooms))


def person_of(name: str, scenario: Scenario) -> Person:
    """Somebody of a scenario, from the house or from outside."""
    plan = next(plan for plan in scenario.people if plan.id == name)
    return Person(name=plan.name, address=plan.address or address_of(name))


def visible_mailboxes(scenario: Scenario) -> frozenset[str]:
    """The rooms that the app has permission on."""
    return frozenset(address_of(plan.id) for plan in scenario.rooms if not plan.hidden)


def app_of(scenario: Scenario, client_id: str, secret: Secret) -> App:
    """The app as the scenario's administrator has let it in."""
    return App(
        client_id=client_id,
        secret=secret,
        roles=frozenset(scenario.app.roles),
        mailboxes=visible_mailboxes(scenario),
        consented=scenario.app.consented,
        unscoped=scenario.app.unscoped,
    )


def place(scenario: Scenario, first_day: date, tenant: Tenant) -> None:
    """Enter every meeting into the mailbox of every room that it is in."""
    for number, plan in enumerate(scenario.meetings):
        for name in plan.rooms:
            _enter(plan, f"{number}", scenario, first_day, tenant, tenant.mailboxes[address_of(name)])


def _room(plan: RoomPlan, scenario: Scenario) -> RoomEntry:
    place_words = ", ".join(filter(None, (plan.building, plan.floor_label)))
    room = Room(
        id=address_of(plan.id),
        name=SafeText(plan.name),
        zone=plan.zone or scenario.zone,
        policy=plan.policy,
        capacity=plan.capacity,
        place=SafeText(place_words),
    )
    return RoomEntry(
        room=room,
        building=plan.building,
        floor_label=plan.floor_label,
        floor=plan.floor,
        provider=plan.provider,
        tells_organizer=plan.tells_organizer,
        rules=plan.rules,
        mailbox_zone=plan.mailbox_zone,
    )


def _enter(
    plan: MeetingPlan, number: str, scenario: Scenario, first_day: date, tenant: Tenant, mailbox: Mailbox
) -> None:
    entry = tenant.directory.rooms[mailbox.address]
    organizer = person_of(plan.organizer, scenario) if plan.organizer else None
    if organizer and not entry.rules.takes_outside and not organizer.address.endswith(f"@{DOMAIN}"):
        return
    day = first_day + timedelta(days=plan.repeats.from_day if plan.repeats else plan.day)
    zone = plan.zone or scenario.zone
    rule = _rule(plan.repeats, first_day) if plan.repeats else None
    if rule is not None:
        day = next(rule.dates(rule.first, rule.last or rule.first), rule.first)
    event = Event(
        id=mailbox.new_id(),
        when=_when(plan, day, zone),
        organizer=organizer,
        attendees=_attendees(plan, scenario, mailbox),
        location=plan.join if plan.join and not plan.join.startswith(TEAMS) else mailbox.owner.name,
        join_url=plan.join,
        sensitivity="private" if plan.private and not entry.rules.clears_private else "normal",
        cancelled=plan.cancelled,
        kind=EventKind.MASTER if rule else EventKind.SINGLE,
        rule=rule,
        uid=str(uuid.uuid5(_NAMESPACE, number)),
        created=tenant.clock.now - INVITED_BEFORE,
        modified=tenant.clock.now - INVITED_BEFORE,
        zone=zone,
        **_answer(plan, entry),
        **_words(plan, entry, organizer),
    )
    master = mailbox.add(event)
    for change in plan.repeats.changes if plan.repeats else ():
        _change(change, plan, master, first_day + timedelta(days=change.day), zone, mailbox)


def _when(plan: MeetingPlan, day: date, zone: str) -> Window | Dates:
    if plan.all_day:
        return Dates(first=day, until=day + timedelta(days=plan.days))
    return span(day, plan.starts, plan.ends, zone)


def _rule(repeats: Repeats, first_day: date) -> Rule:
    first, last = (first_day + timedelta(days=day) for day in (repeats.from_day, repeats.to_day))
    if repeats.every == "day":
        return Rule(first=first, last=last)
    days = MONDAY_TO_FRIDAY if repeats.every == "weekday" else (first_day.weekday(),)
    return Rule(first=first, every=Every.WEEKLY, days=days, last=last)


def _attendees(plan: MeetingPlan, scenario: Scenario, mailbox: Mailbox) -> tuple[Attendee, ...]:
    people = tuple(Attendee(person=person_of(name, scenario), response="accepted") for name in plan.attendees)
    return (*people, Attendee(person=mailbox.owner, kind="resource", response="accepted"))


def _answer(plan: MeetingPlan, entry: RoomEntry) -> dict[str, Any]:
    """What the room answered, and how much the meeting weighs on it."""
    if not entry.rules.answers:
        return {"response": "notResponded", "show_as": "tentative"}
    if plan.declined:
        return {"response": "declined", "show_as": plan.show_as or "busy"}
    if plan.tentative:
        return {"response": "tentativelyAccepted", "show_as": plan.show_as or "tentative"}
    return {"response": "accepted", "show_as": plan.show_as or ("free" if plan.free else "busy")}


def _words(plan: MeetingPlan, entry: RoomEntry, organizer: Person | None) -> dict[str, Any]:
    """Subject and body, as the room's own rules leave them."""
    if entry.tells_organizer:
        return {"subject": organizer.name if organizer else "", "body": ""}
    title = plan.title * plan.title_times
    body = "" if entry.rules.strips_body else plan.body
    return {"subject": f"Canceled: {title}" if plan.cancelled else title, "body": body}


def _change(change: Change, plan: MeetingPlan, master: Event, day: date, zone: str, mailbox: Mailbox) -> None:
    """Make the occurrence of one day unlike the others. A day that the series leaves out is left out."""
    occurrence = mailbox.find(occurrence_id(master, day))
    if occurrence is None:
        return
    if change.dropped:
        mailbox.remove(occurrence.id)
        return
    changed = msgspec.structs.replace(plan, starts=change.starts or plan.starts, ends=change.ends or plan.ends)
    mailbox.replace(
        msgspec.structs.replace(occurrence, when=_when(changed, day, zone), subject=change.title or occurrence.subject)
    )
