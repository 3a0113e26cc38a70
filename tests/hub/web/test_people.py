"""People in the portal: invited, given another role, let in anew, removed; and what that does to who is signed in."""

import re
from pathlib import Path

from browser import PASSWORD, Browser, invited, portal

from hub.administrators.links import way_back
from hub.administrators.roles import Role
from hub.administrators.sessions import FRESH


async def test_somebody_is_invited_by_a_link_that_is_shown_once(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        await anna.get("/administrators")
        await anna.send("/administrators/invite", role="facilities")
        found = re.search(r'class="secret">([^<]+)<', anna.page.text)
        assert found
        guest = Browser(hub)
        await guest.come_in(found[1], "fred")
        assert "Keys" not in guest.page.text
        assert (await guest.get("/keys")).status_code == 403
        assert (await guest.get("/claim")).status_code == 200
        again = Browser(hub)
        assert (await again.get(found[1])).status_code == 410


async def test_another_role_holds_at_once(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        fred = await invited(hub, Role.ADMIN, "fred")
        assert (await fred.get("/keys")).status_code == 200
        people = {one.name: one for one in await hub_people(hub)}
        await anna.get("/administrators")
        await anna.send(f"/administrators/{people['fred'].id}/role", role="viewer")
        assert (await fred.get("/keys")).url.path == "/sign-in"
        await fred.sign_in()
        assert (await fred.get("/keys")).status_code == 403
        await anna.get("/administrators")
        await anna.send(f"/administrators/{people['anna'].id}/role", role="viewer")
        assert "last administrator" in anna.page.text
        await anna.send(f"/administrators/{people['anna'].id}/remove")
        assert "last administrator" in anna.page.text
        await anna.send(f"/administrators/{people['fred'].id}/remove")
        assert (await fred.get("/")).url.path == "/sign-in"
        assert (await fred.sign_in()).status_code == 422


async def hub_people(hub: object) -> tuple:
    from hub.administrators.registry import Administrators

    return await Administrators(hub.store, hub.clock).all()


async def test_a_lost_phone_is_made_up_for_by_a_link(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        assert await way_back(hub, "nobody") is None
        link = await way_back(hub, "Anna")
        assert link
        assert (await anna.get("/")).url.path == "/"
        before, fresh = anna.secret, Browser(hub)
        await fresh.come_in(link, "anna")
        assert fresh.secret != before
        assert (await anna.get("/")).url.path == "/sign-in"


async def test_what_cannot_be_undone_wants_to_know_once_more_who_it_is(tmp_path: Path) -> None:
    from hub_side import ToldClock

    clock = ToldClock()
    async with portal(tmp_path, clock) as (_, anna):
        clock.pass_(FRESH.total_seconds() + 1)
        await anna.get("/administrators")
        await anna.send("/administrators/invite", role="viewer")
        assert anna.page.url.path == "/sign-in"
        assert "cannot be undone" in anna.page.text
        await anna.send("/sign-in", name="anna", password=PASSWORD, code=anna.code())
        assert anna.page.url.path == "/administrators"
        await anna.send("/administrators/invite", role="viewer")
        assert "A link for somebody new" in anna.page.text
