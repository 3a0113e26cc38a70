"""A room's calendar item: exchangelib's own, with the two properties that a door writes into it."""

from typing import Any

from exchangelib import CalendarItem, ExtendedProperty
from exchangelib.fields import ExtendedPropertyField, FieldPath, TextField

from device.calendars.invitations.exchange import JOIN, SKYPE, TEAMS

_SPACE = "bf2722d5-ad38-4c8e-83f9-848ea9617aba"
"""The property set that our doors share, by whatever protocol they come."""


class Booked(ExtendedProperty):
    """The key that a walk-up booking was made under."""

    property_set_id = _SPACE
    property_name = "DoorlightBooking"
    property_type = "String"


class CheckedIn(ExtendedProperty):
    """When the people of a meeting came, as ISO 8601."""

    property_set_id = _SPACE
    property_name = "DoorlightCheckIn"
    property_type = "String"


def _fields() -> Any:
    """Its fields with ours where the schema wants them. Registering them would change everybody's."""
    fields = CalendarItem.FIELDS
    at = fields.index_by_name("culture")
    ours = type(fields)(*(ExtendedPropertyField(name, value_cls=kind) for name, kind in _OURS))
    return fields[:at] + ours + fields[at:]


_OURS = (("booked", Booked), ("checked_in", CheckedIn))


class DoorItem(CalendarItem):
    """What is written."""

    FIELDS = _fields()


READ = tuple(
    FieldPath(field=DoorItem.get_field_by_fieldname(name))
    for name in (
        *("subject", "sensitivity", "datetime_created", "uid", "start", "end", "is_all_day"),
        *("legacy_free_busy_status", "is_meeting", "is_cancelled", "type", "my_response_type", "organizer"),
        *("_start_timezone", "_end_timezone", "booked", "checked_in"),
    )
)
"""All that a door reads. What it does not read is not asked for: bodies and attendees never reach the device."""


def _public(name: str) -> FieldPath:
    """The path of a property that Outlook keeps among the public strings."""
    parts = {"distinguished_property_set_id": "PublicStrings", "property_name": name, "property_type": "String"}
    return FieldPath(field=ExtendedPropertyField(name.lower(), value_cls=type(name, (ExtendedProperty,), parts)))


INVITING = (
    *READ,
    *(FieldPath(field=CalendarItem.get_field_by_fieldname(name)) for name in ("body", "location")),
    *(FieldPath(field=TextField(JOIN.lower(), field_uri=f"calendar:{JOIN}")), _public(TEAMS), _public(SKYPE)),
)
"""What may say how a meeting is joined, asked for that one meeting alone."""
