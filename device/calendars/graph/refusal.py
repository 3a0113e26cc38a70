"""What Graph's errors mean, told by status and code and never by their message."""

import re

from device.calendars.http import Answer
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarError,
    CalendarUnreachable,
    MalformedAnswer,
    OccurrenceGone,
    RoomNotFound,
)

_NO_MAILBOX = frozenset(
    (
        "mailboxnotenabledforrestapi",
        "mailboxnotfound",
        "errormailboxnotfound",
        "errornonexistentmailbox",
        "errorinvaliduser",
        "request_resourcenotfound",
        "resourcenotfound",
    )
)
_NO_ITEM = frozenset(("erroritemnotfound", "erroroccurrencenotfound", "errorinvalididmalformed", "errorinvalidid"))


def refusal(answer: Answer, *, item: bool) -> CalendarError:
    """What an answer that is no success means.

    There is no `SyncTokenExpired` here: we hold no cursor, so a 410 is a fault like others and is asked again slowly.

    Args:
        answer: any that is not 2xx.
        item: whether one event was asked for by its id.
    """
    try:
        answer.raise_for_server()
        if answer.status == 401:
            return AccessExpired("HTTP 401")
        codes, label = _reason(answer)
    except CalendarError as error:
        return error
    if not codes.isdisjoint(_NO_MAILBOX):
        return RoomNotFound(label)
    if answer.status == 403:
        return AccessDenied(label)
    if answer.status == 404:
        return OccurrenceGone(label) if item else RoomNotFound(label)
    if item and (answer.status in (409, 410, 412) or not codes.isdisjoint(_NO_ITEM)):
        return OccurrenceGone(label)
    return CalendarUnreachable(label, cause="server")


def has_code(answer: Answer, code: str) -> bool:
    """Whether an error carries `code`, at whatever depth Graph put it.

    Raises:
        MalformedAnswer: this is no answer of Graph's.
    """
    return code.lower() in _reason(answer)[0]


def _reason(answer: Answer) -> tuple[frozenset[str], str]:
    """The codes of an error in lower case, outermost first, and a line for the log with the number of the request.

    Raises:
        MalformedAnswer: this is no answer of Graph's, so its status is none either.
    """
    plain = answer.json()
    error = plain.get("error") if isinstance(plain, dict) else None
    if not isinstance(error, dict):
        raise MalformedAnswer(f"HTTP {answer.status} without an error of Graph's")
    codes: list[str] = []
    request = answer.headers.get("request-id", "")
    for _ in range(5):
        if isinstance(error.get("code"), str):
            codes.append(error["code"])
        if isinstance(error.get("request-id"), str):
            request = request or error["request-id"]
        error = error.get("innerError") or error.get("innererror")
        if not isinstance(error, dict):
            break
    named = re.sub(r"[^\w.-]", "", codes[0] if codes else "")[:60] or "no code"
    numbered = re.sub(r"[^\w-]", "", request)[:40]
    return frozenset(map(str.lower, codes)), f"HTTP {answer.status} {named}, request {numbered or 'unknown'}"
