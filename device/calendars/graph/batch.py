"""Twenty questions in one call: Graph's `$batch`, for different mailboxes only.

Graph itself sends no more than four of a batch to one mailbox at a time, and answers each question with a status of its
own, in any order. Those that were told to wait are asked again, alone, after the longest wait that any was told.
"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta

import httpx
import msgspec

from device.calendars.graph.refusal import refusal
from device.calendars.graph.service import PREFERENCES, Service
from device.calendars.http import Answer, deadline
from device.calendars.interface import ANSWER_LIMIT
from device.model.errors import AccessError, CalendarError, MalformedAnswer

MOST = 20
"""Questions in one call."""
ATTEMPTS = 3
LIMIT = 4 * ANSWER_LIMIT
"""Bytes of one call's answer."""
_AGAIN = frozenset((424, 429, 503, 504))
"""Told to wait, or failed with another that was."""
_WAIT = timedelta(seconds=1)
"""Where nobody said how long; it doubles."""


class _Told(msgspec.Struct, gc=False):
    """One answer within an answer."""

    id: str
    status: int
    headers: dict[str, str] | None = None
    body: msgspec.Raw = msgspec.Raw(b"")


class _Batch(msgspec.Struct, gc=False):
    responses: list[msgspec.Raw]


_BATCHES, _TOLD = msgspec.json.Decoder(_Batch), msgspec.json.Decoder(_Told)


async def ask_each(service: Service, wanted: Mapping[str, str]) -> dict[str, Answer | CalendarError]:
    """GET something of each of several mailboxes.

    Args:
        service: Graph.
        wanted: by mailbox, what is asked for: a path below the root, with its query.

    Returns:
        By mailbox, its answer, of whatever status; or what kept it from us.

    Raises:
        AccessError: the access was not accepted, so that no answer would come.
    """
    names = list(wanted)
    found: dict[str, Answer | CalendarError] = {}
    for at in range(0, len(names), MOST):
        some = {name: wanted[name] for name in names[at : at + MOST]}
        try:
            async with deadline(service.timeout):
                await _ask_some(service, some, found)
        except AccessError:
            raise
        except CalendarError as error:
            for name in some:
                found.setdefault(name, error)
    return found


def success(answer: Answer | CalendarError) -> Answer:
    """One of `ask_each`'s answers, if it is a success.

    Raises:
        CalendarError: it is none.
    """
    if isinstance(answer, CalendarError):
        raise answer
    if answer.status >= 300:
        raise refusal(answer, item=False)
    return answer


async def _ask_some(service: Service, wanted: Mapping[str, str], found: dict[str, Answer | CalendarError]) -> None:
    """Ask for at most `MOST`; those that are told to wait again, unless that would take too long."""
    waited = timedelta()
    for attempt in range(1, ATTEMPTS + 1):
        answers = await _call(service, wanted)
        for name in wanted:
            found[name] = answers.get(name) or MalformedAnswer("a batch that answers only some of its questions")
        busy = {name: answer for name, answer in answers.items() if answer.status in _AGAIN}
        wait = max((answer.retry_after or _WAIT * 2 ** (attempt - 1) for answer in busy.values()), default=timedelta())
        waited += wait
        if not busy or attempt == ATTEMPTS or waited > timedelta(seconds=service.timeout / 2):
            return
        await asyncio.sleep(wait.total_seconds())
        wanted = {name: wanted[name] for name in busy}


async def _call(service: Service, wanted: Mapping[str, str]) -> dict[str, Answer]:
    """One call, with a place in each of the mailboxes while it runs."""
    numbers = {str(number): name for number, name in enumerate(wanted, 1)}
    headers = {"Prefer": PREFERENCES}  # which those of the call itself do not reach
    requests = [
        {"id": number, "method": "GET", "url": wanted[name], "headers": headers} for number, name in numbers.items()
    ]
    async with service.lanes(wanted):
        answer = await service.ask("POST", f"{service.root}/$batch", {"requests": requests}, limit=LIMIT)
    return {numbers[number]: inner for number, inner in _taken_apart(answer) if number in numbers}


def _taken_apart(answer: Answer) -> Iterator[tuple[str, Answer]]:
    """The answers in an answer; one that cannot be read is passed over.

    Raises:
        MalformedAnswer: it is no answer to a batch.
    """
    try:
        parts = _BATCHES.decode(answer.require("application/json")).responses
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedAnswer("JSON that answers no batch") from error
    for part in parts[:MOST]:
        try:
            told = _TOLD.decode(part)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        headers = {"content-type": "application/json", "date": answer.headers.get("date", "")}
        headers |= {name.lower(): value for name, value in (told.headers or {}).items()}
        yield told.id, Answer(status=told.status, headers=_safe(headers), body=bytes(told.body))


def _safe(headers: Mapping[str, str]) -> httpx.Headers:
    """Headers of which none could break what headers are."""
    return httpx.Headers({name: value for name, value in headers.items() if name.isascii() and value.isascii()})
