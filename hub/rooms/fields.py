"""The settings of a door as a form has them: what each is called, how it is written, and back. Pure.

A field that is left empty is not set in this scope: what is set further away holds.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from device.model.errors import SettingsError
from device.model.value import Value
from hub.rooms.settings import Scope

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))? (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")
_YES = (("true", "yes"), ("false", "no"))


class Field(Value):
    """One setting."""

    key: str
    """Section and name: `policy.shown`."""
    label: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """Values and how they are called; none: it is written freely."""


FIELDS = (
    Field(
        key="policy.shown",
        label="What the door tells of a meeting",
        choices=(("title", "title and organizer"), ("organizer", "the organizer alone"), ("busy", "neither")),
    ),
    Field(key="policy.bookable", label="People may book, extend and end at the door", choices=_YES),
    Field(key="policy.book_minutes", label="Minutes to book", hint="Such as 15, 30, 60"),
    Field(key="policy.extend_minutes", label="Minutes to extend", hint="Such as 15, 30"),
    Field(key="policy.starts_soon", label="A meeting is announced before it starts", hint="Such as 10m"),
    Field(
        key="policy.check_in",
        label="Check-in: a meeting nobody comes to is released after",
        hint="Such as 10m. Write “off” where nobody has to check in.",
    ),
    Field(
        key="policy.hours",
        label="Opening hours",
        hint="Such as mon-fri 08:00-18:00; sat 09:00-13:00. Write “always” for no closing.",
    ),
    Field(key="policy.tentative_occupies", label="Tentative meetings keep the room busy", choices=_YES),
    Field(key="policy.all_day_occupies", label="All-day meetings keep the room busy", choices=_YES),
    Field(key="policy.help", label="How to reach help", hint="Such as “Desk: 4711”"),
    Field(
        key="look.theme",
        label="Colours",
        choices=(("dark", "dark"), ("light", "light"), ("colour-blind", "blue and orange")),
    ),
    Field(
        key="look.language",
        label="Language",
        choices=tuple(
            (code, name)
            for code, name in (
                ("en", "English"),
                ("de", "Deutsch"),
                ("fr", "Français"),
                ("es", "Español"),
                ("pt", "Português"),
                ("pl", "Polski"),
                ("ja", "日本語"),
                ("ar", "العربية"),
            )
        ),
    ),
    Field(key="look.hour24", label="Times of 24 hours", choices=_YES),
    Field(key="night.dim_from", label="Dimmed from", hint="Such as 20:00"),
    Field(key="night.dim_until", label="Dimmed until", hint="Such as 07:00"),
    Field(key="night.off", label="Dark rather than dim at night", choices=_YES),
)


def shown(scope: Scope | None, key: str) -> str:
    """What a field holds for a scope; empty where the scope does not set it."""
    section, _, name = key.partition(".")
    values = scope.values.get(section, {}) if scope else {}
    return told(key, values[name]) if name in values else ""


def told(key: str, value: Any) -> str:
    """A value as somebody writes it."""
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "true" if value else "false"
    if key == "policy.check_in":
        return str(value.get("release_after", "10m"))
    if key == "policy.hours":
        return "; ".join(map(_hours_told, value)) or "always"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def told_of(key: str, written: str) -> str:
    """The same of a value that is written as JSON (`hub.rooms.settings.Origin`)."""
    return told(key, json.loads(written))


def scope_of(name: str, typed: Mapping[str, str], locks: tuple[str, ...], before: Scope | None) -> Scope:
    """What a scope says after somebody has filled in the form. Values that the form does not know stay.

    Raises:
        SettingsError: a field cannot be read; the text names it.
    """
    values = {section: dict(held) for section, held in (before.values if before else {}).items()}
    for field in FIELDS:
        section, _, key = field.key.partition(".")
        text = typed.get(field.key, "").strip()
        if text:
            values.setdefault(section, {})[key] = _read(field, text)
        else:
            values.get(section, {}).pop(key, None)
    known = {field.key for field in FIELDS}
    foreign = tuple(lock for lock in (before.locks if before else ()) if lock not in known)
    return Scope(
        name=name,
        values={section: held for section, held in values.items() if held},
        locks=(*foreign, *(lock for lock in locks if lock in known)),
    )


def _read(field: Field, text: str) -> Any:
    if field.choices is _YES:
        return text == "true"
    reader: Callable[[str, str], Any] | None = _READERS.get(field.key)
    return reader(text, field.label) if reader else text


def _minutes(text: str, label: str) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isascii() and part.isdecimal() and 0 < int(part[:5]) <= 1440 for part in parts):
        raise SettingsError(f"“{label}” is no list of minutes.", "Write numbers with commas, such as 15, 30, 60.")
    return [int(part) for part in parts]


def _check_in(text: str, label: str) -> dict[str, str] | None:
    del label
    return None if text.lower() == "off" else {"release_after": text}


def _hours(text: str, label: str) -> list[dict[str, Any]]:
    if text.lower() == "always":
        return []
    found = []
    for part in re.split(r"[;\n]", text.lower()):
        match = _HOURS.fullmatch(" ".join(part.split()))
        first, last = (match["first"], match["last"] or match["first"]) if match else ("", "")
        if match is None or first not in _DAYS or last not in _DAYS or _DAYS.index(first) > _DAYS.index(last):
            raise SettingsError(
                f"“{label}” cannot be read.", "Write them such as mon-fri 08:00-18:00; sat 09:00-13:00."
            )
        days = list(range(_DAYS.index(first), _DAYS.index(last) + 1))
        found.append({"opens": match["opens"], "closes": match["closes"], "days": days})
    return found


def _hours_told(hours: Mapping[str, Any]) -> str:
    days = hours.get("days", [0, 1, 2, 3, 4])
    first, last = _DAYS[days[0]], _DAYS[days[-1]]
    return f"{first if first == last else f'{first}-{last}'} {hours['opens']}-{hours['closes']}"


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "policy.book_minutes": _minutes,
    "policy.extend_minutes": _minutes,
    "policy.check_in": _check_in,
    "policy.hours": _hours,
}
