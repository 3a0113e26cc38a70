"""Access is minted when needed, kept in memory, renewed early, and a refused credential is left alone."""

import asyncio
from datetime import timedelta
from itertools import count

import pytest
from agent_side import NOON

from device.agent.access import Access, own_credential
from device.calendars.ics import PROVIDER as ICS
from device.calendars.interface import AccessToken, Connection, Provider
from device.model.clock import Clock, ClockReading
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    BookingConflict,
    CalendarBusy,
    CalendarUnreachable,
    CredentialRefused,
)
from device.model.secret import Secret
from device.wire.told_clock import ToldClock


class Issuer:
    """The far side that gives out tokens of an hour."""

    def __init__(self) -> None:
        self.given = count(1)
        self.refuses: Exception | None = None
        self.minted = 0

    async def mint(self, options: Connection, room: str, clock: Clock) -> AccessToken:
        await asyncio.sleep(0)
        self.minted += 1
        if self.refuses:
            raise self.refuses
        return AccessToken(token=Secret(f"token-{next(self.given)}"), expires_at=clock.read().now + timedelta(hours=1))


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock(ClockReading(now=NOON, elapsed=timedelta(), rate=1e-6))


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def access(issuer: Issuer, clock: ToldClock) -> Access:
    provider = Provider(name="ics", options=Connection, writable=False, open_room=ICS.open_room, mint=issuer.mint)
    return Access(own_credential(provider, Connection(), "aurora", clock), clock)


def forward(clock: ToldClock, by: timedelta) -> None:
    reading = clock.read()
    clock.told(ClockReading(now=reading.now + by, elapsed=reading.elapsed + by, rate=1e-6))


async def test_one_token_serves_until_it_is_nearly_over(access: Access, issuer: Issuer, clock: ToldClock) -> None:
    first = await access()
    forward(clock, timedelta(minutes=54))
    assert await access() == first

    forward(clock, timedelta(minutes=2))

    assert await access() != first
    assert issuer.minted == 2


async def test_many_who_need_access_at_once_mint_once(access: Access, issuer: Issuer) -> None:
    tokens = await asyncio.gather(*(access() for _ in range(10)))

    assert len({token.token for token in tokens}) == 1
    assert issuer.minted == 1


async def test_access_that_expired_early_is_renewed_and_the_call_made_again(access: Access) -> None:
    used: list[str] = []

    async def call() -> str:
        used.append((await access()).token.reveal())
        if len(used) == 1:
            raise AccessExpired
        return "answer"

    assert await access.using(call) == "answer"
    assert used == ["token-1", "token-2"]


async def test_a_second_refusal_refuses_the_credential_for_everybody(access: Access, issuer: Issuer) -> None:
    calls = 0

    async def call() -> None:
        nonlocal calls
        calls += 1
        await access()
        raise AccessExpired

    with pytest.raises(CredentialRefused):
        await access.using(call)
    with pytest.raises(CredentialRefused):
        await access.using(call)
    assert calls == 2

    access.renew()
    with pytest.raises(CredentialRefused):
        await access.using(call)
    assert calls == 4


async def test_an_issuer_that_refuses_is_not_asked_again(access: Access, issuer: Issuer) -> None:
    issuer.refuses = CredentialRefused("invalid_client")
    for _ in range(10):
        with pytest.raises(CredentialRefused):
            await access.using(access)

    assert issuer.minted == 1


async def test_five_failures_pause_the_credential_for_a_minute(access: Access, clock: ToldClock) -> None:
    asked = 0

    async def failing() -> None:
        nonlocal asked
        asked += 1
        raise CalendarUnreachable("HTTP 500", cause="server")

    for _ in range(5):
        with pytest.raises(CalendarUnreachable):
            await access.using(failing)
    with pytest.raises(CalendarBusy) as paused:
        await access.using(failing)
    assert asked == 5
    assert paused.value.retry_after == timedelta(seconds=60)

    forward(clock, timedelta(seconds=60))
    with pytest.raises(CalendarUnreachable):
        await access.using(failing)
    assert asked == 6


@pytest.mark.parametrize(
    "harmless",
    [CalendarUnreachable(cause="network"), CalendarUnreachable(cause="dns"), BookingConflict(), AccessDenied()],
)
async def test_what_says_nothing_about_the_credential_pauses_nothing(harmless: Exception, access: Access) -> None:
    async def failing() -> None:
        raise harmless

    for _ in range(20):
        with pytest.raises(type(harmless)) as caught:
            await access.using(failing)
        assert caught.value is harmless


async def test_a_provider_that_cannot_stand_alone_says_so(clock: ToldClock) -> None:
    provider = Provider(name="relayed", options=Connection, writable=False, open_room=ICS.open_room)

    with pytest.raises(CredentialRefused, match="stands alone"):
        await Access(own_credential(provider, Connection(), "aurora", clock), clock)()
