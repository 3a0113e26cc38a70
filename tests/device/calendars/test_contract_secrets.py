"""A canary in every secret: of no provider's does anything come out in logs, values, errors, commands, or on a disk."""

import asyncio
import logging
import sys
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import UnionType
from typing import Any, get_args
from urllib.parse import quote

import msgspec
import pytest
from agent_side import PATIENCE, ROOT, agent_in_here, wait_until
from aiohttp import web
from far_side import far_side
from far_sides import ASKED, FAR_SIDES, FridayMorning, World, door_of, require_far_side
from story import FRIDAY, REVIEW, ROOM, WINDOW, at
from test_contract import booking, only

from device.agent.settings import ClockSettings, Paths, Polling, Settings
from device.calendars import Providers
from device.calendars.interface import AccessToken, Connection, Provider
from device.emulator.clock_socket import serve_clock
from device.emulator.settings_file import write_settings
from device.emulator.world_clock import WorldClock
from device.model.errors import DoorlightError
from device.model.requests import BookRequested
from device.model.secret import Secret
from device.model.value import encode
from device.wire.panel import ActEnded, RetryRequested

SHORT = 16
"""A secret shorter than this could stand in a text by chance; a far side that has one takes any."""


def secret_fields(kind: type[Connection]) -> Iterator[str]:
    for field in msgspec.structs.fields(kind):
        kinds = get_args(field.type) if isinstance(field.type, UnionType) else (field.type,)
        if Secret in kinds:
            yield field.name


def in_any_spelling(secret: str) -> set[str]:
    """How it may be written: as it is, in JSON, in an address, and in Basic's base64 at any of its three places."""
    raw = secret.encode()
    coded = {b64encode(b"x" * shift + raw).decode()[4 * bool(shift) : -4] for shift in range(3)}
    return {secret, repr(secret)[1:-1], quote(secret, safe=""), *(code for code in coded if len(code) >= SHORT)}


class Canaries:
    """What must come out nowhere."""

    def __init__(self, secrets: list[str]) -> None:
        pieces = [line for secret in secrets for line in secret.splitlines() if len(line) >= SHORT]
        self._needles = {needle for piece in pieces for needle in in_any_spelling(piece)}
        assert self._needles, "there is no secret to look for"

    def found_in(self, text: str) -> list[str]:
        return [needle for needle in self._needles if needle in text]


def planted(options: Connection) -> Connection:
    """The same with a canary in every secret that is short."""
    changes = {}
    for name in secret_fields(type(options)):
        value = getattr(options, name)
        if value and len(value.reveal()) < SHORT:
            changes[name] = Secret(f"cAnArY-in-{name}-0123456789")
    return msgspec.structs.replace(options, **changes)


def secrets_of(options: Connection) -> list[str]:
    return [getattr(options, name).reveal() for name in secret_fields(type(options)) if getattr(options, name)]


def table_of(provider: Provider, options: Connection) -> dict[str, Any]:
    """`[calendar]` as a person writes it."""
    table: dict[str, Any] = {"provider": provider.name}
    for field in msgspec.structs.fields(type(options)):
        value = getattr(options, field.name)
        plain = value.reveal() if isinstance(value, Secret) else value
        if plain and value != field.default:
            table[field.name] = plain if isinstance(plain, bool | int | float | list | tuple) else str(plain)
    return table


@pytest.fixture(params=[pytest.param(member, id=member.value) for member in ASKED])
def member(request: pytest.FixtureRequest) -> Providers:
    member: Providers = request.param
    require_far_side(member)
    return member


def test_no_value_shows_its_secrets(member: Providers) -> None:
    filled = FAR_SIDES[member].against("https://calendar.example", "")
    for name in secret_fields(type(filled)):  # all of them, even those that exclude each other
        msgspec.structs.force_setattr(filled, name, Secret(f"cAnArY-in-{name}-0123456789"))
    canaries = Canaries(secrets_of(filled))
    token = AccessToken(token=Secret("cAnArY-in-token-0123456789"))
    settings = Settings(room=ROOM, provider=member, options=filled)
    for value in (filled, token, settings):
        assert not canaries.found_in(f"{value!r} {value!s} {value} {msgspec.structs.asdict(value)}")
        assert "cAnArY" not in repr(value)
    for value in (filled, token):
        with pytest.raises((TypeError, NotImplementedError)):
            encode(value)


def _echoes(status: int) -> Callable[[web.Request], Any]:
    """A far side that says back all that it was told, as careless servers do."""

    async def handler(request: web.Request) -> web.StreamResponse:
        told = f"{request.raw_path} {dict(request.headers)} {(await request.read()).decode('utf-8', 'replace')}"
        body = msgspec.json.encode({"error": told, "error_description": told})
        return web.Response(status=status, body=body, content_type="application/json", headers={"X-Said": told[:4000]})

    return handler


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 429, 500])
async def test_a_careless_server_makes_no_error_of_ours_careless(
    member: Providers, status: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, logger="httpcore")  # which tells answers' headers, and says so
    provider, told = member.load(), []
    async with far_side(_echoes(status), tmp_path) as side:
        options = planted(FAR_SIDES[member].against(side.url, side.ca_bundle))
        canaries = Canaries(secrets_of(options))
        assert provider.mint is not None
        calls: list[Callable[[], Any]] = [lambda: provider.mint(options, ROOM.id, FridayMorning())]  # type: ignore[misc]
        async with door_of(provider, options) as door:
            calls += [lambda: door.read(WINDOW), lambda: door.book(booking()), lambda: door.busy(["b"], WINDOW)]
            for call in calls:
                try:
                    await call()
                except DoorlightError as error:
                    told += [*traceback.format_exception(error), repr(error)]
    assert not canaries.found_in("".join(told))
    assert not canaries.found_in(caplog.text)


async def test_a_door_keeps_no_secret_and_tells_none(
    world_of: tuple[Provider, Callable[[], AbstractAsyncContextManager[World]]],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    provider = world_of[0]
    async with world_of[1]() as world:
        options = planted(world.options)
        if not any(len(secret) >= SHORT for secret in secrets_of(options)):
            pytest.skip("nothing here is secret")
        canaries = Canaries(secrets_of(options))
        await world.enter(REVIEW)
        office = getattr(world, "office", None)
        clock = office.clock if office else WorldClock(at(FRIDAY, 8))
        settings = Settings(
            room=ROOM,
            standalone=True,
            provider=Providers(provider.name),
            options=options,
            clock=ClockSettings(source=f"unix:{tmp_path / 'clock'}"),
            polling=Polling(),
            paths=Paths(state=str(tmp_path / "state"), runtime=str(tmp_path / "run")),
        )
        async with serve_clock(clock, tmp_path / "clock"), agent_in_here(settings) as kiosk:
            await kiosk.until_state(lambda state: any(one.title == REVIEW.title for one in state.day))
            kiosk.say(BookRequested(key="press", minutes=15))
            await kiosk.until(ActEnded)
            kiosk.say(RetryRequested(key="retry"))
            cache = tmp_path / "state" / "cache.db"
            await wait_until(cache.exists)
        async with door_of(provider, options) as door:
            read = await only(door, REVIEW.title)
        told = [repr(frame) for frame in kiosk.heard] + [repr(read)]
        table = table_of(provider, options)
        ran = [await command(tmp_path, table, *words) for words in (("explain",), ("explain", "--json"), ("doctor",))]
        assert all(ran), "a command said nothing"
    kept = [path for folder in ("state", "run") for path in (tmp_path / folder).rglob("*") if path.is_file()]
    assert kept
    for text in (*told, *ran, caplog.text, *(path.read_bytes().decode("latin-1") for path in kept)):
        assert not canaries.found_in(text)


async def command(folder: Path, calendar: dict[str, Any], *words: str) -> str:
    """What a person reads who runs a command at this door."""
    file = folder / "settings.toml"
    room = {"id": ROOM.id, "name": str(ROOM.name), "zone": ROOM.zone}
    paths = {"state": str(folder / "state"), "runtime": str(folder / "run")}
    write_settings(file, {"standalone": True, "room": room, "calendar": calendar, "paths": paths})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "device.cli", *words, "--settings", str(file)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(PATIENCE):
        said, _ = await process.communicate()
    return said.decode()
