"""What Exchange does to invitations where nobody has told it not to, as a scenario has it."""

from datetime import date

import pytest
from test_office_days import placed

from device.emulator.event import Event
from device.emulator.scenario import read_scenario
from device.model.errors import SettingsError

DAY = date(2026, 11, 23)
SCENARIO = """
title = "Rules"
zone = "Europe/Berlin"
[[people]]
id = "ines"
name = "Inês"
[[people]]
id = "rita"
name = "Rita"
address = "rita@partner.example"
[[rooms]]
id = "room"
name = "Room"
{rules}
[[meetings]]
rooms = ["room"]
title = "Private"
organizer = "ines"
attendees = ["rita"]
starts = "09:00"
ends = "10:00"
body = "Text"
private = true
[[meetings]]
rooms = ["room"]
title = "Outside"
organizer = "rita"
starts = "10:00"
ends = "11:00"
"""


def events(rules: str) -> dict[str, Event]:
    tenant = placed(read_scenario(SCENARIO.format(rules=rules)), DAY)
    assert "rita@partner.example" not in tenant.directory.people
    return {event.subject: event for event in tenant.mailboxes["room@office.example"].stored()}


def test_a_room_without_rules_keeps_everything() -> None:
    found = events("")
    assert found["Private"].body == "Text"
    assert (found["Private"].sensitivity, found["Private"].response) == ("private", "accepted")
    assert found["Private"].attendees[0].person.address == "rita@partner.example"
    organizer = found["Outside"].organizer
    assert organizer is not None
    assert organizer.address == "rita@partner.example"


@pytest.mark.parametrize(
    ("rule", "field", "value"),
    [
        ("strips_body = true", "body", ""),
        ("clears_private = true", "sensitivity", "normal"),
        ("answers = false", "response", "notResponded"),
        ("answers = false", "show_as", "tentative"),
    ],
)
def test_each_rule_leaves_its_sign(rule: str, field: str, value: str) -> None:
    assert getattr(events(f"rules = {{ {rule} }}")["Private"], field) == value


def test_who_comes_from_outside_may_be_turned_away() -> None:
    assert set(events("rules = { takes_outside = false }")) == {"Private"}


def test_a_rule_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="sings"):
        read_scenario(SCENARIO.format(rules="rules = { sings = true }"))
