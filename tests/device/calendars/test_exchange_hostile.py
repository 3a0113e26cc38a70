"""A hostile far side: bombs, rubbish of every kind, and canaries that must not be seen anywhere."""

import io
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from exchange_room import (
    CLOSE,
    OPEN,
    ROOM,
    WINDOW,
    Standing,
    answering,
    at,
    failure,
    fault,
    item,
    open_exchange,
    options,
    view,
    xml,
)
from far_side import Handler, far_side

from device.calendars.exchange import PROVIDER
from device.calendars.exchange.options import Auth
from device.calendars.interface import AccessToken, Booking
from device.model.errors import CalendarError, MalformedAnswer
from device.model.safetext import SafeText
from device.model.secret import Secret

GOOD = view(item())
ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "boom"}">' for n in range(12))
HOSTILE = {
    "billion laughs": f'<?xml version="1.0"?><!DOCTYPE s [{ENTITIES}]>{GOOD.replace("Budget", "&e11;")}',
    "quadratic blow-up": f'<!DOCTYPE s [<!ENTITY a "{"x" * 50_000}">]>{GOOD.replace("Budget", "&a;" * 1000)}',
    "a file": f'<!DOCTYPE s [<!ENTITY f SYSTEM "file:///etc/passwd">]>{GOOD.replace("Budget", "&f;")}',
    "an address": f'<!DOCTYPE s SYSTEM "http://127.0.0.1:1/x.dtd">{GOOD}',
    "an entity in another encoding": GOOD.replace("<s:Env", "<!DOCTYPE s []><s:Env").encode("utf-16"),
    "an unknown entity": GOOD.replace("Budget", "&nbsp;"),
    "deep": OPEN + "<t:a>" * 5000 + "</t:a>" * 5000 + CLOSE,
    "cut short": GOOD[: len(GOOD) // 2],
    "cut after an item": GOOD[: GOOD.index("</t:Items>")],
    "crossed": GOOD.replace("</t:Items>", "</t:Item>"),
    "two roots": GOOD + GOOD,
    "another answer": failure("GetItem", "NoError"),
    "no body": "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'/>",
    "an empty body": OPEN + CLOSE,
    "another envelope": "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body/></s:Envelope>",
    "no folder": failure("FindItem", "NoError").replace('"Error"', '"Success"'),
    "no items": GOOD.replace("t:Items", "t:Goods"),
    "no code": GOOD.replace("<m:ResponseCode>NoError</m:ResponseCode>", ""),
    "an unknown class": GOOD.replace('"Success"', '"Triumph"'),
    "a fault of nothing": f"{OPEN}<s:Fault/>{CLOSE}",
    "a fault of a class": fault("__builtins__"),
    "a code of a module": failure("FindItem", "BaseException"),
    "a comment": "<!-- nothing -->",
    "an instruction": "<?php echo 1 ?>",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_no_hostile_answer_is_a_calendar(tmp_path: Path, name: str) -> None:
    async with far_side(answering(lambda _: HOSTILE[name]), tmp_path) as side, open_exchange(side) as calendar:
        with pytest.raises(MalformedAnswer):
            await calendar.read(WINDOW)


async def test_a_count_that_lies_changes_nothing(tmp_path: Path) -> None:
    for lie in ('TotalItemsInView="0"', 'TotalItemsInView="many"', 'TotalItemsInView="-1"', ""):
        told = GOOD.replace('TotalItemsInView="1"', lie)
        async with far_side(answering(lambda _: told), tmp_path) as side, open_exchange(side) as calendar:  # noqa: B023
            assert len((await calendar.read(WINDOW)).occurrences) == 1


@pytest.mark.parametrize(
    "control",
    [
        "&#x1B;",
        "&#0;",
        "&#x0;",
        "&#8;",
        "\x1b",
        "\x07",
        "&#xB;",
        "&#31;",
        "&#x1f;",
        "&#xD83D;",
        "&#65535;",
        "&#99999999;",
    ],
)
async def test_one_subject_with_a_control_character_costs_no_window(tmp_path: Path, control: str) -> None:
    told = view(item("1").replace("Budget", f"Bud{control}get"), item("2", 11, 12))
    async with far_side(answering(lambda _: told), tmp_path) as side, open_exchange(side) as calendar:
        found = (await calendar.read(WINDOW)).occurrences
    assert [str(one.title) for one in found] == ["Bud?get", "Budget"]


async def test_a_huge_subject_is_cut_and_a_huge_answer_refused(tmp_path: Path) -> None:
    long = view(item(Subject="x" * 1_000_000))
    async with far_side(answering(lambda _: long), tmp_path) as side, open_exchange(side) as calendar:
        (found,) = (await calendar.read(WINDOW)).occurrences
        assert len(found.title) <= 201
    huge = view(*(item(str(number)) for number in range(5000)))
    async with far_side(answering(lambda _: huge), tmp_path) as side, open_exchange(side) as calendar:
        with pytest.raises(MalformedAnswer):
            await calendar.read(WINDOW)


@pytest.mark.parametrize("name", ["billion laughs", "cut short", "another answer", "no folder"])
async def test_a_hostile_state_of_the_calendar_costs_only_the_cursor(tmp_path: Path, name: str) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return xml(HOSTILE[name] if "SyncFolderItems" in await request.text() else GOOD)

    async with far_side(handler, tmp_path) as side, open_exchange(side) as calendar:
        found = await calendar.read(WINDOW)
        assert (len(found.occurrences), found.cursor) == (1, "")
        assert await calendar.changed("")


CANARIES = ("canary-password", "canary-subject", "canary-organizer", "canary-key", "canary-address")


WORDS = "canary-subject canary-organizer canary-address@office.example"


async def _reset(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _refused(_: web.Request) -> web.StreamResponse:
    return xml(fault("ErrorServerBusy").replace("words", WORDS), 500)


async def _not_signed_in(_: web.Request) -> web.StreamResponse:
    return web.Response(status=401, text=WORDS)


async def _page(_: web.Request) -> web.StreamResponse:
    return web.Response(text=WORDS, content_type="text/html")


def telling(name: str) -> Handler:
    """A server that tells canaries in one of many ways."""
    hostile = HOSTILE.get(name, "")
    body = hostile.replace("Budget", WORDS) if isinstance(hostile, str) else hostile

    async def answer(request: web.Request) -> web.StreamResponse:
        await request.read()
        return await MANNERS[name](request) if name in MANNERS else xml(body)

    return answer


MANNERS = {"refused": _refused, "not signed in": _not_signed_in, "a page": _page, "reset": _reset}


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that anybody logs, at any level, formatted."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.mark.parametrize("auth", [Auth.BASIC, Auth.NTLM])
@pytest.mark.parametrize("name", [*HOSTILE, *MANNERS])
async def test_no_canary_is_logged_shown_or_kept_in_a_traceback(
    tmp_path: Path, logged: io.StringIO, name: str, auth: Auth
) -> None:
    secret = AccessToken(token=Secret("canary-password"), username="OFFICE\\door")

    async def source() -> AccessToken:
        return secret

    booking = Booking(key="canary-key", start=at(10), end=at(11), title=SafeText("canary-subject"))
    shown = [repr(secret)]
    async with far_side(telling(name), tmp_path) as side:
        chosen = options(side, auth=auth, password=Secret("canary-password"))
        async with PROVIDER.open_room(ROOM, chosen, source, Standing()) as calendar:
            shown += [repr(chosen), repr(vars(calendar))]
            for call in (calendar.read(WINDOW), calendar.book(booking), calendar.busy(["b@office.example"], WINDOW)):
                try:
                    await call
                except CalendarError as error:
                    shown += [str(error), repr(error), "".join(traceback.format_exception(error))]
    everything = "\n".join((*shown, logged.getvalue()))
    for canary in CANARIES:
        assert canary not in everything, canary
