"""Microsoft's JavaScript client, unchanged, against the office: pages, a batch, people, a subscription, errors."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from node_tools import node, node_package
from office_clients import token_of

from device.emulator.office import Office

SCRIPT = """
const {
  Client, PageIterator, BatchRequestContent, BatchResponseContent,
} = require("@microsoft/microsoft-graph-client");
const { BASE, TOKEN, RECEIVER, EXPIRES } = process.env;
const client = Client.init({
  baseUrl: BASE, customHosts: new Set(["127.0.0.1"]), authProvider: (done) => done(null, TOKEN),
});
const day = { startDateTime: "2026-11-23T00:00:00Z", endDateTime: "2026-11-30T00:00:00Z" };
const told = {};

async function use() {
const titles = [];
const first = await client.api("/users/aurora@office.example/calendarView").query(day)
  .header("Prefer", 'IdType="ImmutableId"').select("subject,start").top(4).get();
await new PageIterator(client, first, (item) => { titles.push(item.subject); return true; }).iterate();
told.titles = titles;

told.rooms = (await client.api("/places/microsoft.graph.room").get()).value.map((room) => room.emailAddress);
told.people = (await client.api("/users").header("ConsistencyLevel", "eventual").count(true)
  .filter("startswith(displayName,'in')").orderby("displayName").select("mail").get()).value.map((user) => user.mail);
told.zone = (await client.api("/users/aurora@office.example/mailboxSettings/timeZone").get()).value;

const batch = new BatchRequestContent(["aurora", "borealis", "nowhere"].map((room) => ({
  id: room,
  request: new Request(`${BASE}users/${room}@office.example/calendarView?${new URLSearchParams(day)}`),
})));
const answers = new BatchResponseContent(await client.api("/$batch").post(await batch.getContent())).getResponses();
told.batch = Object.fromEntries([...answers].map(([id, answer]) => [id, answer.status]));

const made = await client.api("/subscriptions").post({
  changeType: "updated", notificationUrl: RECEIVER, resource: "/users/aurora@office.example/events",
  clientState: "ours", expirationDateTime: EXPIRES,
});
told.conflict = await client.api("/subscriptions").post({ ...made, id: undefined }).catch((error) => error.statusCode);
told.listed = (await client.api("/subscriptions").get()).value.map((one) => [one.id === made.id, one.clientState]);
await client.api(`/subscriptions/${made.id}`).delete();
told.gone = await client.api(`/subscriptions/${made.id}`).get().catch((error) => [error.statusCode, error.code]);
}

use().then(() => console.log(JSON.stringify(told)), (error) => { console.error(error); process.exitCode = 1; });
"""


@pytest.fixture(scope="module")
def client() -> Path:
    return node_package("@microsoft/microsoft-graph-client", "3.0.7")


async def test_the_javascript_client_finds_what_it_looks_for(client: Path, office: Office) -> None:
    async def echo(request: web.Request) -> web.Response:
        return web.Response(text=request.query["validationToken"], content_type="text/plain")

    app = web.Application()
    app.router.add_post("/notify", echo)
    async with TestServer(app, host="127.0.0.1") as server:
        environment = {
            "BASE": f"{office.authority}/",
            "TOKEN": token_of(office),
            "RECEIVER": str(server.make_url("/notify")),
            "EXPIRES": "2026-11-25T00:00:00Z",
            "NODE_EXTRA_CA_CERTS": str(office.ca_bundle),
        }
        out = await node(client, SCRIPT, **environment)
    told: dict[str, Any] = json.loads(out)
    assert len(told["titles"]) == 15
    assert told["titles"].count("Early shift handover") == 5
    assert told["rooms"][:2] == ["aurora@office.example", "borealis@office.example"]
    assert told["people"] == ["ines.carvalho@office.example"]
    assert told["zone"] == "W. Europe Standard Time"
    assert told["batch"] == {"aurora": 200, "borealis": 200, "nowhere": 404}
    assert told["conflict"] == 409
    assert told["listed"] == [[True, None]]
    assert told["gone"] == [404, "ResourceNotFound"]
