"""What an ailment of a room's calendar is called in the doctor's table, and what it does to the door."""

from device.calendars.interface import Ailment

WORDS: dict[Ailment, tuple[str, str]] = {
    Ailment.SUBJECT_IS_ORGANIZER: ("subjects", "meetings are called by their organizer's name"),
    Ailment.BODY_REMOVED: ("texts", "the text of invitations is removed, and links to join with it"),
    Ailment.PRIVATE_FLAG_REMOVED: ("privacy", "the private mark is removed, so private meetings are shown like others"),
    Ailment.EXTERNAL_REFUSED: ("outside", "invitations from outside the organisation are not accepted"),
    Ailment.TIME_ZONE_MISSING: ("time zone", "the calendar has no usable time zone"),
    Ailment.TIME_ZONE_DIFFERS: ("time zone", "the time zones do not agree, so all-day meetings may be off by hours"),
    Ailment.NOT_ANSWERED: ("answers", "invitations stay unanswered, so nobody knows whether the room is theirs"),
    Ailment.CANCELLED_KEPT: ("cancelled", "cancelled meetings stay in the calendar, and doors have to hide them"),
    Ailment.NO_WRITE_PERMISSION: ("permission", "the door may not write, so nobody can book, extend or end at it"),
    Ailment.NOT_SHARED: ("permission", "the account has no access to this room's calendar"),
    Ailment.DETAILS_HIDDEN: ("details", "only free and busy can be read, not what or who"),
    Ailment.REACH_UNSCOPED: ("reach", "the permission opens more than rooms"),
    Ailment.CREDENTIAL_EXPIRES: ("credential", "the credential runs out"),
}
"""The name of the check, and the sentence when it is wrong."""
