"""Hears of changes over connections held open to Exchange (`GetStreamingEvents`), two hundred rooms each.

A stream lives half an hour at most and says at least every 45 seconds that it does. Its subscriptions outlive it by
half an hour, so they are tried again when it breaks and made anew only when Exchange has lost them. Whatever happened
meanwhile is made up for by every room coming once after each connection.
"""

import asyncio
import logging
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from exchangelib import errors
from lxml.etree import _Element

from device.calendars.exchange.credential import Spared
from device.calendars.exchange.desk import this_turn
from device.calendars.exchange.envelope import MESSAGES, TYPES
from device.calendars.exchange.library import account_at
from device.calendars.exchange.line import Lines, open_line
from device.calendars.exchange.options import Access, Options
from device.calendars.exchange.refusals import translated
from device.calendars.exchange.services import AFFINITY, Streamed, Subscribing, calendar_of
from device.calendars.interface import ANSWER_LIMIT
from device.model.backoff import full_jitter, retry_delay
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarError,
    CredentialRefused,
    MalformedAnswer,
    NotificationsRefused,
    RoomNotFound,
    SubscriptionLost,
)

log = logging.getLogger(__name__)

ROOMS = 200
"""Subscriptions that one stream may have."""
MINUTES = 30
"""A stream's life, the longest there is: each new one costs a reading of every room."""
SILENCE = 90.0
"""Seconds without a sign of life after which a stream counts as dead: twice what Exchange takes at most."""
EVENTS = ("CreatedEvent", "ModifiedEvent", "DeletedEvent", "MovedEvent", "CopiedEvent")
_COOKIE = re.compile(rf"{AFFINITY}=([^;,\s]{{1,400}})")
_END = re.compile(rb"</(?:[A-Za-z][\w.-]*:)?Envelope\s*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a stream needs of its account."""

    options: Options
    lines: Lines
    """For questions."""
    access: Spared
    ask: Callable[[Callable[[], Any]], Awaitable[Any]]
    """Puts a blocking question."""
    forget: Callable[[], None] | None
    """Lets a token that was not accepted be made anew; None where it is a password, which is not tried again."""


class Ears:
    """What was heard and not yet told: each room once, however often it was heard of."""

    def __init__(self) -> None:
        self._rooms: dict[str, None] = {}
        self._heard = asyncio.Event()
        self._error: BaseException | None = None

    def hear(self, *rooms: str) -> None:
        """Something may have changed in these."""
        self._rooms |= dict.fromkeys(rooms)
        self._heard.set()

    def fail(self, error: BaseException) -> None:
        """Nothing more will be heard."""
        self._error = error
        self._heard.set()

    def ended(self, task: asyncio.Task[None]) -> None:
        """A stream has ended; by a fault of ours, if not by being told to."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.fail(error)

    async def tell(self) -> AsyncIterator[str]:
        """The rooms to read again, one at a time.

        Raises:
            CalendarError: nothing more will be heard, and trying again would not help.
        """
        while True:
            await self._heard.wait()
            if self._rooms:
                room = next(iter(self._rooms))
                del self._rooms[room]
                yield room
            elif self._error is not None:
                raise self._error
            else:
                self._heard.clear()


@asynccontextmanager
async def listening(means: Means, rooms: Sequence[str]) -> AsyncIterator[AsyncIterator[str]]:
    """Hear of changes in `rooms` until left. Those beyond what may be held open are left to be polled."""
    ears = Ears()
    covered = rooms[: means.options.streams * ROOMS]
    if len(covered) < len(rooms):
        log.warning("%d rooms are too many to listen to and are only polled", len(rooms) - len(covered))
    groups = [covered[at : at + ROOMS] for at in range(0, len(covered), ROOMS)]
    tasks = [asyncio.create_task(Stream(means, group, ears).run()) for group in groups]
    for task in tasks:
        task.add_done_callback(ears.ended)
    try:
        yield ears.tell()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Stream:
    """One connection held open, and the rooms that it is about."""

    def __init__(self, means: Means, rooms: Sequence[str], ears: Ears) -> None:
        self._means, self._rooms, self._ears = means, rooms, ears
        self._subscriptions: dict[str, str] = {}
        """Rooms by their subscriptions' ids."""
        self._anchor = self._cookie = ""
        """The room that they were led by, and the server behind the address that has them: the stream must go there."""
        self._failures = 0
        self._renewed = False
        self._rng = random.Random()  # noqa: S311 - it scatters waits

    async def run(self) -> None:
        """Listen, and connect again when it breaks, until a person must act."""
        while True:
            try:
                await self._subscribe()
                await self._listen()
            except CalendarError as error:
                wait = self._wait_after(error)
                if wait is None:
                    return self._ears.fail(CredentialRefused(str(error)) if isinstance(error, AccessExpired) else error)
                await self._pause(wait)

    def _wait_after(self, error: CalendarError) -> timedelta | None:
        """How long to wait before another try; None: not before a person acted."""
        if isinstance(error, AccessExpired):
            return self._renew()
        if isinstance(error, SubscriptionLost):
            return full_jitter(1, self._rng)
        if isinstance(error, AccessDenied | RoomNotFound) and self._subscriptions:
            self._forget()  # it is about the room that leads: another may
            return full_jitter(1, self._rng)
        if isinstance(error, NotificationsRefused) and self._means.options.access is Access.DELEGATE:
            return None
        self._failures += 1
        if self._failures == 1:
            log.warning("listening to Exchange broke off: %s: %s", type(error).__name__, error)
        return retry_delay(error, self._failures, self._rng)

    def _renew(self) -> timedelta | None:
        """Have a token made anew, once; a password that was refused is not sent again."""
        if self._means.forget is None or self._renewed:
            return None
        self._renewed = True
        self._means.forget()
        return timedelta()

    async def _pause(self, wait: timedelta) -> None:
        await asyncio.sleep(wait.total_seconds())

    async def _subscribe(self) -> None:
        """See to it that every room has a subscription that may have one.

        Raises:
            NotificationsRefused: none may.
            CalendarError: none could be made.
        """
        known, refused = set(self._subscriptions.values()), None
        for room in self._rooms:
            if room in known:
                continue
            try:
                identifier = await self._means.ask(partial(self._subscription, room))
                self._subscriptions[identifier] = room
            except (AccessDenied, RoomNotFound, NotificationsRefused, MalformedAnswer) as error:
                refused = error
                log.info("changes in %s are not told: %s: %s", room, type(error).__name__, error)
        if refused is not None and not self._subscriptions:
            raise refused

    def _subscription(self, room: str) -> str:
        """The id of a new one. Blocks."""
        account = account_at(room, self._means.options, self._means.lines)
        service = Subscribing(account, self._anchor or room, self._cookie)
        (identifier,) = service.call(folders=[calendar_of(account)], event_types=EVENTS)
        if not isinstance(identifier, str) or not identifier:
            raise MalformedAnswer("a subscription without an id")
        answer = this_turn().answer
        found = _COOKIE.search(answer.headers.get("set-cookie", "")) if answer else None
        self._anchor, self._cookie = self._anchor or room, self._cookie or (found[1] if found else "")
        return identifier

    async def _listen(self) -> None:
        """One connection, from its beginning to its end. Every room comes once when it stands."""
        account = account_at(self._anchor, self._means.options, self._means.lines)
        service = Streamed(account, self._anchor, self._cookie)
        body, headers = service.question(tuple(self._subscriptions), MINUTES)
        stands = False
        async with (
            open_line(self._means.options, self._means.access) as line,
            line.streaming(body, headers, SILENCE) as response,
        ):
            async for document in _documents(response.aiter_raw()):
                heard = self._heard(service, document)
                if not stands:
                    stands = True
                    self._stands()
                self._ears.hear(*(self._subscriptions[one] for one in heard if one in self._subscriptions))
        if not stands:
            raise MalformedAnswer("a stream without a word")

    def _stands(self) -> None:
        if self._failures:
            log.info("Exchange is listened to again")
        self._failures, self._renewed = 0, False
        self._ears.hear(*self._subscriptions.values())

    def _heard(self, service: Streamed, document: bytes) -> list[str]:
        """The subscriptions that something has happened to.

        Raises:
            SubscriptionLost: some are no more; those are forgotten.
            CalendarError: Exchange ends the stream for another reason.
        """
        try:
            messages = service.messages(document)
        except (errors.EWSError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise translated(error) from None  # its text quotes the answer
        return [one for message in messages for one in self._of(service, message)]

    def _of(self, service: Streamed, message: _Element) -> Iterator[str]:
        if message.get("ResponseClass") != "Success":
            error = translated(service.error_in(message))
            if isinstance(error, SubscriptionLost):
                self._forget(one.text or "" for one in message.iterfind(f"{MESSAGES}ErrorSubscriptionIds/*"))
            raise error
        yield from (one.text or "" for one in message.iterfind(f"{MESSAGES}Notifications/*/{TYPES}SubscriptionId"))

    def _forget(self, lost: Iterable[str] = ()) -> None:
        """Drop these subscriptions; all, where it is not said which."""
        for identifier in tuple(lost) or tuple(self._subscriptions):
            self._subscriptions.pop(identifier, None)
        if not self._subscriptions:
            self._anchor = self._cookie = ""


async def _documents(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The envelopes in a stream of bytes, each as soon as it is whole."""
    waiting = b""
    async for chunk in chunks:
        waiting += chunk
        while found := _END.search(waiting):
            yield waiting[: found.end()].strip()
            waiting = waiting[found.end() :]
        if len(waiting) > ANSWER_LIMIT:
            raise MalformedAnswer(f"more than {ANSWER_LIMIT} bytes in one message")
