"""Nothing is done that could not be written down before; and of two who come at once one wins."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from browser import PASSWORD, Browser, portal
from test_rooms import connection, row

from hub.administrators.links import Links
from hub.administrators.registry import Administrators
from hub.administrators.roles import Role
from hub.audit import AuditLog, Event
from hub.errors import AuditUnavailable
from hub.services import Services
from hub.store.tables import MAIN

APART = {"audit_entries", "audit_head", "audit_checkpoints", "leases", "sessions"}
"""What changes by being looked at, or is the log itself."""


async def everything(hub: Services) -> dict[str, list[Any]]:
    """All rows of the store."""
    async with hub.store.reading() as store:
        return {
            name: sorted(map(str, await store.execute(table.select())))
            for name, table in MAIN.tables.items()
            if name not in APART
        }


async def test_while_nothing_can_be_written_down_no_form_changes_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with portal(tmp_path) as (hub, anna):
        made = await connection(hub)
        await hub.rooms.put([row(connection=made)])
        (me,) = await Administrators(hub.store, hub.clock).all()
        await anna.get("/rooms")
        form = {"form": anna.token}
        before = await everything(hub)

        async def refuse(self: AuditLog, event: Event, values: Any = None) -> None:
            raise AuditUnavailable("The audit log cannot be written.")

        monkeypatch.setattr(AuditLog, "append", refuse)
        acts: dict[str, dict[str, str]] = {
            "/rooms/change": {"room": "a@x", "name": "B", "zone": "UTC"},
            "/rooms/service": {"room": "a@x", "note": "Painting"},
            "/rooms/remove": {"room": "a@x"},
            "/rooms/settings": {"scope": "organisation", "policy.shown": "busy"},
            "/claims": {"room": "a@x"},
            "/claims/withdraw": {"room": "a@x"},
            f"/connections/{made}/check": {},
            f"/connections/{made}/revoke": {"name": "Feed"},
            f"/connections/{made}/route": {"route": "relayed"},
            "/administrators/invite": {"role": "admin"},
            f"/administrators/{me.id}/reset": {},
            f"/administrators/{me.id}/remove": {},
            "/keys/rotate": {"connection": made},
            "/audit/verify": {},
        }
        for path, fields in acts.items():
            answer = await anna.post(path, form | fields)
            assert answer.status_code < 500, path
            if path != "/audit/verify":
                assert "audit log cannot be written" in answer.text, path
        assert await everything(hub) == before
        monkeypatch.undo()


async def test_a_link_that_many_use_at_once_lets_one_in(tmp_path: Path, places: dict[str, Any]) -> None:
    del places["folder"]
    async with portal(tmp_path, **places) as (hub, _):
        links = Links(hub.store, hub.clock)
        token = await links.make(Role.VIEWER, "test")
        tries = [links.use(token, f"guest{number}", "hash") for number in range(10)]
        ended = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(not isinstance(one, BaseException) for one in ended) == 1
        assert len(await Administrators(hub.store, hub.clock).all()) == 2


async def test_many_wrong_passwords_at_once_leave_the_hub_answering(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        crowd = [Browser(hub) for _ in range(40)]
        for one in crowd:
            await one.get("/sign-in")

        async def knock(one: Browser, number: int) -> int:
            return (await one.send("/sign-in", name=f"nobody{number}", password=PASSWORD, code="1")).status_code

        answers = await asyncio.gather(*(knock(one, number) for number, one in enumerate(crowd)))
        assert set(answers) <= {422, 429, 503}
        assert answers.count(422) <= 30
        assert (await anna.get("/")).status_code == 200
