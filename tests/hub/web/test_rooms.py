"""Rooms in the portal: tables in and out, settings with their scopes and locks, out of service and back."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, portal
from hypothesis import given
from hypothesis import strategies as st

from device.model.errors import SettingsError
from device.model.safetext import SafeText
from hub.rooms.fields import FIELDS, scope_of, shown
from hub.rooms.registry import RoomRow
from hub.rooms.settings import ORGANISATION, Scope, check_scope
from hub.rooms.table import TableRefused, read, written
from hub.services import Services

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def row(**more: Any) -> RoomRow:
    told = {"id": "a@x", "connection": "c1", "name": SafeText("Aurora"), "zone": "Europe/Berlin", "created_at": NOW}
    return RoomRow(**told | more)


async def connection(hub: Services) -> str:
    told = {"url": "https://cal.example/a.ics"}
    return (await hub.connections.add("Feed", "ics", told, actor="test")).id


@given(
    name=st.text(min_size=1, max_size=40).map(SafeText).filter(str.strip),
    site=st.text(max_size=30).map(SafeText),
    room=st.from_regex(r"[=+@'\-a-z0-9./%|]{1,30}", fullmatch=True),
    capacity=st.none() | st.integers(1, 10_000),
)
def test_what_is_written_is_read_again_and_no_cell_is_a_formula(
    name: SafeText, site: SafeText, room: str, capacity: int | None
) -> None:
    one = row(id=room, name=name, site=str(site), capacity=capacity)
    text = written([one])
    for cells in csv.reader(io.StringIO(text.removeprefix("\ufeff"))):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert read(text.encode(), ["c1"], NOW) == (one,)


@pytest.mark.parametrize(
    ("text", "number", "said"),
    [
        ("id,name\na,b\n", 1, "zone is missing"),
        ("id,name,zone,colour\n", 1, "no column colour"),
        ("id,name,zone\na@x,A,Europe/Berlin\n,B,Europe/Berlin\n", 3, "id is missing"),
        ("id,name,zone\na@x,A,Mars/Base\n", 2, "no time zone Mars/Base"),
        ("id,name,zone,capacity\na@x,A,UTC,many\n", 2, "capacity many"),
        ("id,name,zone\na@x,A,UTC\na@x,B,UTC\n", 3, "twice"),
        ("id,name,zone,connection\na@x,A,UTC,c9\n", 2, "no connection c9"),
        ('id,name,zone\n"a,b\n', 1, "no table"),
        ("", 1, "missing"),
    ],
)
def test_a_fault_in_a_table_is_told_by_its_row(text: str, number: int, said: str) -> None:
    with pytest.raises(TableRefused) as told:
        read(text.encode(), ["c1"], NOW, "c1")
    assert (told.value.faults[0].row, said in told.value.faults[0].text) == (number, True), told.value.faults


def test_a_table_may_be_separated_as_spreadsheets_elsewhere_do_it() -> None:
    (found,) = read("Id;Name;Zone\na@x;Äußerer Raum;UTC\n".encode("utf-8-sig"), ["c1"], NOW, "c1")
    assert str(found.name) == "Äußerer Raum"
    with pytest.raises(TableRefused, match="UTF-8"):
        read("id;name;zone\na;Ä;UTC".encode("latin-1"), ["c1"], NOW, "c1")


def test_every_setting_comes_back_from_its_form_as_it_was() -> None:
    typed = {
        "policy.shown": "organizer",
        "policy.bookable": "false",
        "policy.book_minutes": "15, 45",
        "policy.starts_soon": "5m",
        "policy.check_in": "12m",
        "policy.hours": "mon-fri 08:00-18:00; sat 09:00-13:00",
        "policy.help": "Desk: 4711",
        "look.theme": "light",
        "look.hour24": "true",
        "night.dim_from": "20:00",
    }
    scope = check_scope(scope_of(ORGANISATION, typed, ("policy.shown", "nonsense"), None))
    assert {field.key: shown(scope, field.key) for field in FIELDS if shown(scope, field.key)} == typed
    assert scope.locks == ("policy.shown",)
    off = scope_of(ORGANISATION, {"policy.check_in": "off", "policy.hours": "always"}, (), scope)
    assert (shown(off, "policy.check_in"), shown(off, "policy.hours")) == ("off", "always")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("policy.book_minutes", "15, soon"),
        ("policy.hours", "whenever"),
        ("policy.hours", "fri-mon 08:00-18:00"),
        ("policy.starts_soon", "5"),
        ("policy.shown", "everything"),
        ("night.dim_from", "25:00"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(key: str, text: str) -> None:
    with pytest.raises(SettingsError):
        check_scope(scope_of(ORGANISATION, {key: text}, (), Scope(name=ORGANISATION, values={})))


async def send_table(browser: Browser, text: str) -> None:
    await browser.get("/rooms")
    await browser.send("/rooms/table", files={"table": ("rooms.csv", text.encode(), "text/csv")})


async def test_rooms_come_in_by_a_table_and_go_out_by_one(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        made = await connection(hub)
        await send_table(anna, "id,name,zone,site,floor\na@x,Aurora,UTC,HQ,1\nb@x,Borealis,UTC,HQ,1\n")
        assert "2 rooms are entered" in anna.page.text
        out = (await anna.get("/rooms/table")).text
        assert out.count(made) == 2
        await send_table(anna, "id,name,zone\nc@x,C,UTC\nd@x,D,Nowhere\n")
        assert anna.page.status_code == 422
        assert "There is no time zone Nowhere" in anna.page.text
        assert len(await hub.rooms.all()) == 2
        assert "1 of 2 rooms" in (await anna.get("/rooms?words=bore")).text


async def test_settings_are_inherited_and_locked_and_say_where_they_come_from(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        made = await connection(hub)
        await hub.rooms.put([row(connection=made, site="HQ", floor="1")])
        await anna.get("/rooms/settings")
        await anna.send("/rooms/settings", **{"policy.shown": "busy", "lock": "policy.shown"})
        assert "for 1 rooms" in anna.page.text
        await anna.get("/rooms/settings?scope=site:HQ")
        await anna.send("/rooms/settings", **{"policy.shown": "title", "look.theme": "light"})
        page = (await anna.get("/rooms/room?id=a@x")).text
        assert "locked" in page
        assert "site:HQ" in page
        door = await hub.rooms.door("a@x")
        assert door
        assert (door.room.policy.shown.value, door.settings.look.theme.value) == ("busy", "light")
        await anna.get("/rooms/settings?scope=room:a@x")
        await anna.send("/rooms/settings", **{"policy.book_minutes": "never"})
        assert "no list of minutes" in anna.page.text
        assert (await anna.get("/rooms/settings?scope=site:Elsewhere")).status_code == 422


async def test_a_room_goes_out_of_service_and_back(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        made = await connection(hub)
        await hub.rooms.put([row(connection=made)])
        await anna.get("/rooms/room?id=a@x")
        await anna.send("/rooms/service", note="Painting until Friday")
        door = await hub.rooms.door("a@x")
        assert door
        assert door.room.policy.out_of_service == "Painting until Friday"
        await anna.get("/rooms/room?id=a@x")
        await anna.send("/rooms/service")
        assert "in service again" in anna.page.text
        await anna.get("/rooms/room?id=a@x")
        await anna.send("/rooms/change", name="<b>Aurora</b>", zone="Europe/Paris", capacity="8", site="", floor="")
        assert "&lt;b&gt;Aurora" in anna.page.text
        await anna.send("/rooms/change", name="A", zone="Mars/Base", capacity="8", site="", floor="")
        assert "There is no time zone Mars/Base" in anna.page.text
        await anna.get("/rooms/room?id=a@x")
        await anna.send("/rooms/remove")
        assert await hub.rooms.all() == ()
