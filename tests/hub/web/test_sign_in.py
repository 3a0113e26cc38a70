"""Coming in: the first link, passwords, codes, sessions, and how often anybody may try."""

from datetime import timedelta
from pathlib import Path

import pytest
from browser import PASSWORD, Browser, invited, portal
from hub_side import ToldClock

from hub.administrators.limits import MOST_NAMES, Limit, TooOften, network_of
from hub.administrators.links import first_link
from hub.administrators.roles import Role
from hub.administrators.sessions import IDLE, LONGEST


async def test_the_first_link_lets_one_person_in_once(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        assert "Overview" in anna.page.text
        assert await first_link(hub) is None
        (only,) = await hub_people(hub)
        assert only == ("anna", Role.ADMIN)


async def hub_people(hub) -> list[tuple[str, Role]]:
    from hub.administrators.registry import Administrators

    return [(one.name, one.role) for one in await Administrators(hub.store, hub.clock).all()]


async def test_name_password_and_code_open_the_door_and_nothing_less(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        stranger = Browser(hub)
        stranger.name, stranger.secret = anna.name, anna.secret
        for told in ({"password": "wrong"}, {"code": "000000"}, {"code": ""}, {"name": "nobody"}):
            answer = await stranger.sign_in(**told)
            assert answer.status_code == 422
            assert "Name, password or code is not right" in answer.text
        assert (await stranger.sign_in()).url.path == "/"
        assert "Overview" in stranger.page.text


async def test_a_code_is_good_once(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        code = anna.code()
        assert (await anna.sign_in(code=code)).status_code == 200
        again = Browser(hub)
        assert (await again.sign_in("anna", code=code)).status_code == 422


async def test_a_session_is_a_new_one_at_each_sign_in_and_nothing_that_a_browser_brought(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        fixed = Browser(hub)
        fixed.name, fixed.secret = anna.name, anna.secret
        fixed.client.cookies.set("doorlight", "planted-by-somebody-else")
        await fixed.sign_in()
        assert fixed.page.url.path == "/"
        tokens = [cookie.value for cookie in fixed.client.cookies.jar if cookie.name == "doorlight"]
        assert "planted-by-somebody-else" not in tokens[-1:]
        thief = Browser(hub)
        thief.client.cookies.set("doorlight", "planted-by-somebody-else")
        assert (await thief.get("/")).url.path == "/sign-in"


async def test_a_session_ends_when_nobody_comes_and_at_the_end_of_the_day(tmp_path: Path) -> None:
    clock = ToldClock()
    async with portal(tmp_path, clock) as (_, anna):
        clock.pass_(IDLE.total_seconds() - 1)
        assert (await anna.get("/")).url.path == "/"
        clock.pass_(IDLE.total_seconds())
        assert (await anna.get("/")).url.path == "/sign-in"
        await anna.sign_in()
        steps = int(LONGEST / (IDLE / 2)) + 1
        for _ in range(steps):
            clock.pass_(IDLE.total_seconds() / 2)
            await anna.get("/")
        assert anna.page.url.path == "/sign-in"


async def test_signing_out_ends_it_on_the_servers_side(tmp_path: Path) -> None:
    async with portal(tmp_path) as (_, anna):
        held = anna.client.cookies["doorlight"]
        await anna.send("/sign-out")
        anna.client.cookies.set("doorlight", held)
        assert (await anna.get("/")).url.path == "/sign-in"


async def test_a_new_password_signs_out_everywhere(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        other = Browser(hub)
        other.name, other.secret = anna.name, anna.secret
        await other.sign_in()
        await anna.get("/account")
        clock = hub.clock
        del clock
        answer = await anna.send("/account/password", present="wrong", code="0", password="x" * 12, again="x" * 12)
        assert answer.status_code == 422


async def test_passwords_that_are_too_plain_are_refused_by_a_sentence(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, _):
        from hub.administrators.links import Links

        token = await Links(hub.store, hub.clock).make(Role.VIEWER, "test")
        guest = Browser(hub)
        for password, said in (("short", "12 to 200"), ("a" * 30, "repeats"), ("my-vera-password", "hold the name")):
            await guest.get(f"/welcome/{token}")
            answer = await guest.send(f"/welcome/{token}", name="vera", password=password, again=password)
            assert answer.status_code == 422
            assert said in answer.text


async def test_tries_are_counted_for_a_name_and_for_an_address(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, _):
        stranger = Browser(hub)
        answers = [(await stranger.sign_in("anna", "wrong", "1")).status_code for _ in range(6)]
        assert answers == [422] * 5 + [429]
        assert "Try again in" in stranger.page.text


def test_the_memory_of_tries_is_bounded() -> None:
    limit = Limit(1, timedelta(minutes=1))
    for number in range(MOST_NAMES + 100):
        limit.count(str(number), timedelta())
    assert len(limit) == MOST_NAMES
    with pytest.raises(TooOften):
        limit.look(str(MOST_NAMES + 99), timedelta(seconds=59))
    limit.look(str(MOST_NAMES + 99), timedelta(seconds=60))


def test_an_address_counts_by_its_network() -> None:
    assert network_of("2001:db8:1:2:3::1") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1")


async def test_whoever_has_no_second_factor_yet_sees_nothing_else(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, _):
        from hub.administrators.links import Links

        token = await Links(hub.store, hub.clock).make(Role.VIEWER, "test")
        guest = Browser(hub)
        await guest.get(f"/welcome/{token}")
        await guest.send(f"/welcome/{token}", name="vera", password=PASSWORD, again=PASSWORD)
        assert guest.page.url.path == "/second-factor"
        assert (await guest.get("/")).url.path == "/second-factor"
        assert (await Browser(hub).get(f"/welcome/{token}")).status_code == 410


async def test_somebody_with_a_lesser_role_is_told_so(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, _):
        vera = await invited(hub, Role.VIEWER, "vera")
        assert vera.page.url.path == "/"
