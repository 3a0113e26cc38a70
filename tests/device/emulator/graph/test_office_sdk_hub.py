"""Microsoft's own SDK against what a hub asks of the office: people, mailbox settings, subscriptions."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphServiceClient
from msgraph.generated.models.mailbox_settings import MailboxSettings
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.subscription import Subscription
from msgraph.generated.models.user import User
from msgraph.generated.models.user_purpose import UserPurpose
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from sdk_side import lost, plain, read_as, sdk_for, unknown

from device.emulator.office import Office

ROOM = "aurora@office.example"


@pytest.fixture
async def sdk(office: Office) -> AsyncIterator[GraphServiceClient]:
    async with sdk_for(office) as client:
        yield client


def people(**options: Any) -> Any:
    asked = RequestConfiguration(query_parameters=UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(**options))
    asked.headers.add("ConsistencyLevel", "eventual")
    return asked


async def test_people_are_found_sorted_and_counted(sdk: GraphServiceClient) -> None:
    starts = "startswith(displayName,'Sab') or startswith(mail,'jonas')"
    found = await sdk.users.get(
        people(filter=starts, orderby=["displayName"], count=True, select=["displayName", "mail"])
    )
    assert found is not None
    assert found.value is not None
    assert [user.mail for user in found.value] == ["jonas.weber@office.example", "sabine.koehler@office.example"]
    assert found.odata_count == 2
    assert found.value[0].id is None


async def test_what_takes_an_advanced_query_is_refused_without_one(sdk: GraphServiceClient) -> None:
    builder = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters
    for options in ({"filter": "startswith(mail,'x')", "orderby": ["displayName"]}, {"count": True}, {"filter": "x"}):
        with pytest.raises(ODataError):
            await sdk.users.get(RequestConfiguration(query_parameters=builder(**options)))


async def test_a_mailbox_tells_how_it_is_set_up(sdk: GraphServiceClient) -> None:
    settings = await sdk.users.by_user_id(ROOM).mailbox_settings.get()
    assert settings is not None
    assert settings.time_zone == "W. Europe Standard Time"
    assert settings.user_purpose is UserPurpose.Room
    assert settings.working_hours is not None
    assert settings.working_hours.time_zone is not None
    assert settings.working_hours.time_zone.name == "W. Europe Standard Time"
    with pytest.raises(ODataError) as refused:
        await sdk.users.by_user_id("ines.carvalho@office.example").mailbox_settings.get()
    assert refused.value.response_status_code == 403


async def test_a_subscription_lives_a_whole_life(sdk: GraphServiceClient, office: Office) -> None:
    async def echo(request: web.Request) -> web.Response:
        return web.Response(text=request.query["validationToken"], content_type="text/plain")

    app = web.Application()
    app.router.add_post("/notify", echo)
    async with TestServer(app, host="127.0.0.1") as server:
        made = await sdk.subscriptions.post(
            Subscription(
                change_type="created,updated,deleted",
                notification_url=str(server.make_url("/notify")),
                lifecycle_notification_url=str(server.make_url("/notify")),
                resource=f"/users/{ROOM}/events",
                client_state="a secret of ours",
                expiration_date_time=office.clock.now + timedelta(days=6),
            )
        )
    assert made is not None
    assert unknown(made) == []
    one = sdk.subscriptions.by_subscription_id(str(made.id))
    listed, alone = await sdk.subscriptions.get(), await one.get()
    assert listed is not None
    assert alone is not None
    assert [entry.client_state for entry in listed.value or ()] == [None]
    assert alone.client_state == "a secret of ours"
    office.control.ask_reauthorisation()
    assert office.tenant_cloud.subscriptions.active()[0].paused
    await one.reauthorize.post()
    assert not office.tenant_cloud.subscriptions.active()[0].paused
    later = office.clock.now + timedelta(days=6, hours=12)
    renewed = await one.patch(Subscription(expiration_date_time=later))
    assert renewed is not None
    assert renewed.expiration_date_time == later
    await one.delete()
    with pytest.raises(ODataError) as gone:
        await one.get()
    assert gone.value.response_status_code == 404


async def test_nothing_that_the_office_says_of_them_is_unknown_to_the_schema(graph: httpx.AsyncClient) -> None:
    users = (await graph.get("users", params={"$top": "999"})).json()["value"]
    assert len(users) > 6
    settings = (await graph.get(f"users/{ROOM}/mailboxSettings")).json()
    settings.pop("@odata.context")
    for kind, items in ((User, users), (MailboxSettings, [settings])):
        for item in items:
            parsed = read_as(kind, item)
            assert unknown(parsed) == []
            assert lost(item, plain(parsed)) == []
