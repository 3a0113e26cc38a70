"""What an administrator is warned of, and when."""

from datetime import timedelta
from typing import Any

import pytest
from hub_side import NOON

from device.wire.hub import Route
from hub.connections.health import troubles, warned
from hub.connections.pulse import Pulse
from hub.connections.rows import Connection
from hub.vault.states import KeyState, KeyStatus


def connection(**more: Any) -> Connection:
    told = {"id": "c1", "name": "Office", "provider": "graph", "options": {}, "route": Route.RELAYED}
    return Connection(**told | {"created_at": NOON} | more)


@pytest.mark.parametrize(
    ("days", "due", "kind"),
    [
        (31, None, None),
        (30, 30, "soon"),
        (15, 30, "soon"),
        (14, 14, "soon"),
        (4, 14, "soon"),
        (3, 3, "bad"),
        (-1, 3, "bad"),
    ],
)
def test_a_credential_is_warned_of_at_thirty_fourteen_and_three_days(
    days: int, due: int | None, kind: str | None
) -> None:
    ends = NOON + timedelta(days=days)
    assert warned(ends, NOON) == (timedelta(days=due) if due else None)
    found = troubles(connection(expires_at=ends), None, NOON)
    assert [trouble.kind for trouble in found] == ([kind] if kind else [])
    if days < 0:
        assert "ran out" in found[0].text


@pytest.mark.parametrize("state", [KeyState.UNREACHABLE, KeyState.LOCKED, KeyState.SHREDDED])
def test_a_key_that_does_not_open_is_told_first(state: KeyState) -> None:
    one = connection(expires_at=NOON + timedelta(days=20))
    found = troubles(one, KeyStatus(owner=one.owner, state=state, since=NOON), NOON)
    assert [trouble.kind for trouble in found] == ["bad", "soon"]


def test_access_that_reaches_too_far_is_told_even_where_somebody_accepted_it() -> None:
    wide = connection(route=Route.DIRECT, reach=("boss@x",))
    assert troubles(wide, None, NOON)[0].kind == "bad"
    known = connection(route=Route.DIRECT, reach=("boss@x",), reach_accepted="a1")
    assert troubles(known, None, NOON)[0].kind == "soon"
    assert troubles(connection(reach=("boss@x",)), None, NOON) == ()


async def test_how_a_connection_is_doing_is_written_when_it_turns_and_once_a_minute() -> None:
    from hub_side import ToldClock

    from device.model.errors import AccessDenied, CalendarUnreachable

    written: list[str] = []

    class Book:
        async def get(self, name: str) -> Connection:
            return connection(id=name)

        async def answered(self, made: Connection) -> None:
            written.append("ok")

        async def failed(self, made: Connection, error: Exception) -> None:
            written.append(type(error).__name__)

    clock = ToldClock()
    pulse = Pulse(Book(), clock)  # type: ignore[arg-type]
    for error in (None, None, AccessDenied("one room"), CalendarUnreachable(), CalendarUnreachable(), None):
        await pulse.felt("c1", error)
    assert written == ["ok", "CalendarUnreachable", "ok"]
    clock.pass_(61)
    await pulse.felt("c1")
    assert written[-1] == "ok"
    assert len(written) == 4
