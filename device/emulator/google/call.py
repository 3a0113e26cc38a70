"""One request to a Google API and one answer, free of HTTP's machinery, so that a batch is only a loop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from device.emulator.google.grants import Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request after the door: who asks, and what."""

    method: str
    path: str
    """Whole and decoded, such as `/calendar/v3/calendars/aurora@office.example/events`."""
    base: str
    """Where the office is: `https://127.0.0.1:PORT`."""
    grant: Grant
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: Any = None

    def text(self, name: str) -> str:
        """A parameter, empty where it is not given."""
        values = self.query.get(name, ())
        return values[-1] if values else ""

    def flag(self, name: str) -> bool:
        """A parameter that is true or false.

        Raises:
            GoogleError: it is neither.
        """
        value = self.text(name).lower()
        if value not in ("", "true", "false"):
            raise invalid(name, f"Invalid boolean value: '{value[:40]}'.")
        return value == "true"

    def number(self, name: str, default: int, limits: range) -> int:
        """A parameter that is a number.

        Raises:
            GoogleError: it is none, or out of its limits.
        """
        text = self.text(name)
        if not text:
            return default
        if not text.isdecimal() or len(text) > 9 or int(text) not in limits:
            raise invalid(name, f"Invalid value '{text[:40]}'. Values must be within the range: {limits}")
        return int(text)

    def moment(self, name: str) -> datetime | None:
        """A parameter that is an instant in RFC 3339, with its offset.

        Raises:
            GoogleError: it is none.
        """
        text = self.text(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise GoogleError(400, "badRequest", "Bad Request")
        return moment

    def fields(self) -> dict[str, Any]:
        """The body, which must be a JSON object.

        Raises:
            GoogleError: it is none.
        """
        if not isinstance(self.body, dict):
            raise GoogleError(400, "parseError", "This API does not support parsing form-encoded input.")
        return self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class GoogleError(Exception):
    """Google says no: a status, a reason that programs go by, a message that they must not.

    Args:
        status: of HTTP.
        reason: Google's own word.
        message: for people.
        domain: to whom the reason belongs.
        location: what is wrong, as the kind and the name.
        headers: that come with it.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        domain: str = "global",
        location: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {reason}")
        self.status, self.reason, self.message, self.domain = status, reason, message, domain
        self.location = location
        self.headers = dict(headers or {})

    def answer(self) -> Answer:
        """The error in the shape that Google gives it."""
        told = {"domain": self.domain, "reason": self.reason, "message": self.message}
        if self.location:
            told |= {"locationType": self.location[0], "location": self.location[1]}
        body = {"error": {"errors": [told], "code": self.status, "message": self.message}}
        return Answer(status=self.status, body=body, headers=self.headers)


def invalid(name: str, message: str = "Invalid Value") -> GoogleError:
    """A parameter holds what it may not."""
    return GoogleError(400, "invalid", message, location=("parameter", name))


def not_found() -> GoogleError:
    """There is no such thing, or the account may not know that there is."""
    return GoogleError(404, "notFound", "Not Found")


def required(message: str) -> GoogleError:
    """Something is missing."""
    return GoogleError(400, "required", message)
