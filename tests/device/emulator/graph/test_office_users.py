"""People, mailbox settings, and what an app may do: by Entra or by Exchange, to some mailboxes or to all."""

import base64
import json
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from office_clients import ROOM, TODAY, add_app, client_for, token_of

from device.emulator.directory import PLACES, READ, SETTINGS, USERS, WRITE
from device.emulator.office import Office

EVENTUAL = {"ConsistencyLevel": "eventual"}
PERSON = "users/ines.carvalho@office.example"


async def test_everybody_and_every_room_is_a_user(graph: httpx.AsyncClient, office: Office) -> None:
    users = (await graph.get("users")).json()["value"]
    addresses = {user["mail"] for user in users}
    assert {entry.address for entry in office.rooms} < addresses
    assert "ines.carvalho@office.example" in addresses
    alone = (await graph.get(f"users/{users[0]['id']}")).json()
    assert users[0] == {key: value for key, value in alone.items() if key != "@odata.context"}


async def test_users_come_in_pages_and_with_the_properties_that_were_asked_for(graph: httpx.AsyncClient) -> None:
    page = (await graph.get("users", params={"$top": "3", "$select": "mail,displayName"})).json()
    assert len(page["value"]) == 3
    assert set(page["value"][0]) == {"mail", "displayName"}
    following = (await graph.get(page["@odata.nextLink"])).json()
    assert following["value"][0] not in page["value"]
    assert set(following["value"][0]) == {"mail", "displayName"}


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ("startswith(displayName,'Inês')", 1),
        ("startswith(displayName,'INÊS')", 1),
        ("startswith(mail,'aurora@') or startswith(userPrincipalName,'borealis')", 2),
        ("StartsWith( mail , 'x''y or startswith(mail,' )", 0),
    ],
)
async def test_users_are_filtered_by_how_they_begin(graph: httpx.AsyncClient, wanted: str, count: int) -> None:
    query = {"$filter": wanted, "$count": "true", "$orderby": "displayName"}
    answer = (await graph.get("users", params=query, headers=EVENTUAL)).json()
    assert answer["@odata.count"] == len(answer["value"]) == count


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ({"$filter": "mail eq 'x'"}, EVENTUAL),
        ({"$filter": "startswith(mail,'x"}, EVENTUAL),
        ({"$filter": "startswith(age,'x')"}, EVENTUAL),
        ({"$filter": "startswith(mail,'x')", "$orderby": "mail"}, {}),
        ({"$filter": "startswith(mail,'x')", "$orderby": "mail"}, EVENTUAL),
        ({"$count": "true"}, {}),
        ({"$skip": "5"}, {}),
        ({"$select": "shoeSize"}, {}),
        ({"$orderby": "shoeSize"}, {}),
        ({"$top": "0"}, {}),
    ],
)
async def test_what_graph_would_refuse_is_refused(
    graph: httpx.AsyncClient, query: dict[str, str], headers: dict[str, str]
) -> None:
    assert (await graph.get("users", params=query, headers=headers)).status_code == 400


async def test_a_mailbox_tells_its_settings_whole_or_one_by_one(graph: httpx.AsyncClient, office: Office) -> None:
    whole = (await graph.get(f"{ROOM}/mailboxSettings")).json()
    assert whole["timeZone"] == "W. Europe Standard Time"
    assert whole["userPurpose"] == "room"
    assert (await graph.get(f"{ROOM}/mailboxSettings/timeZone")).json()["value"] == whole["timeZone"]
    hours = (await graph.get(f"{ROOM}/mailboxsettings/workinghours")).json()
    assert hours["timeZone"] == whole["workingHours"]["timeZone"]
    assert (await graph.get(f"{ROOM}/mailboxSettings/shoeSize")).status_code == 400
    assert (await graph.get("users/nobody@office.example/mailboxSettings")).status_code == 404
    assert (await graph.get(f"{PERSON}/mailboxSettings")).status_code == 403
    entry = office.tenant_cloud.directory.rooms["aurora@office.example"]
    office.tenant_cloud.directory.rooms[entry.address] = replace(entry, mailbox_zone="")
    assert (await graph.get(f"{ROOM}/mailboxSettings/timeZone")).json()["value"] == ""


async def asked(office: Office, app: Any, path: str, **query: str) -> int:
    async with client_for(office, Authorization=f"Bearer {token_of(office, app.client_id)}") as client:
        return (await client.get(path, params=query)).status_code


async def test_an_app_may_do_what_its_roles_say_to_the_mailboxes_that_they_reach(office: Office) -> None:
    rooms = frozenset(entry.address for entry in office.rooms)
    scoped = add_app(office, "scoped", mailboxes=rooms, roles=frozenset((READ, SETTINGS)))
    unscoped = add_app(office, "unscoped", roles=frozenset((READ, SETTINGS)), unscoped=True)
    nothing = add_app(office, "nothing", mailboxes=rooms, roles=frozenset((PLACES,)))
    expected = {"scoped": (200, 403, 200, 403), "unscoped": (200, 200, 200, 200), "nothing": (403, 403, 403, 403)}
    for app in (scoped, unscoped, nothing):
        found = (
            await asked(office, app, f"{ROOM}/calendarView", **TODAY),
            await asked(office, app, f"{PERSON}/calendarView", **TODAY),
            await asked(office, app, f"{ROOM}/mailboxSettings"),
            await asked(office, app, f"{PERSON}/mailboxSettings"),
        )
        assert found == expected[app.client_id]
        assert await asked(office, app, "users") == 403
    assert await asked(office, unscoped, f"{PERSON}/calendarView", **TODAY) == 200


def roles_of(token: str) -> list[str]:
    payload = token.split(".")[1]
    return list(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["roles"])


def test_a_token_carries_what_entra_granted_and_not_what_exchange_did(office: Office) -> None:
    everything = frozenset((WRITE, PLACES, USERS, SETTINGS))
    add_app(office, "by-exchange", roles=everything)
    add_app(office, "by-entra", roles=everything, consented=True)
    assert roles_of(token_of(office, "by-exchange")) == [PLACES, USERS]
    assert roles_of(token_of(office, "by-entra")) == sorted(everything)


async def test_a_persons_calendar_is_there_and_empty(office: Office) -> None:
    app = add_app(office, "unscoped", unscoped=True)
    async with client_for(office, Authorization=f"Bearer {token_of(office, app.client_id)}") as client:
        assert (await client.get(f"{PERSON}/calendarView", params=TODAY)).json()["value"] == []
        event = {"subject": "Mine", "start": {"dateTime": "2026-11-23T10:00", "timeZone": "UTC"}}
        event["end"] = {"dateTime": "2026-11-23T11:00", "timeZone": "UTC"}
        assert (await client.post(f"{PERSON}/events", json=event)).status_code == 201
        assert len((await client.get(f"{PERSON}/calendarView", params=TODAY)).json()["value"]) == 1
