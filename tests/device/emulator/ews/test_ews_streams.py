"""Streams by hand: who may have one, what it says and how it ends."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from ews_asking import CALENDAR, ROOM, EwsClient, acting_as, envelope
from office_clients import until
from seat import PATIENCE

from device.emulator.ews.exchange import Share
from device.emulator.office import Office

TYPES = "".join(f"<t:EventType>{name}Event</t:EventType>" for name in ("Created", "Modified", "Deleted"))
SUBSCRIBE = (
    f"<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds>{CALENDAR}</t:FolderIds>"
    f"<t:EventTypes>{TYPES}</t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>"
)


def listen(*identifiers: str, minutes: int = 1) -> str:
    told = "".join(f"<t:SubscriptionId>{each}</t:SubscriptionId>" for each in identifiers)
    ids = f"<m:SubscriptionIds>{told}</m:SubscriptionIds>"
    return f"<m:GetStreamingEvents>{ids}<m:ConnectionTimeout>{minutes}</m:ConnectionTimeout></m:GetStreamingEvents>"


async def subscribed(ews: EwsClient, room: str = ROOM) -> str:
    inside = await ews.ask(SUBSCRIBE, acting_as(room))
    (identifier,) = (each.text for each in inside.iter() if each.tag.endswith("}SubscriptionId"))
    return identifier or ""


@asynccontextmanager
async def stream(
    ews: EwsClient, office: Office, *identifiers: str, minutes: int = 1
) -> AsyncIterator[AsyncIterator[str]]:
    """The documents of one stream, as they come."""
    content = envelope(listen(*identifiers, minutes=minutes), acting_as(ROOM))
    async with ews.http.stream("POST", office.ews, content=content, timeout=PATIENCE) as answer:
        yield _documents(answer)


async def _documents(answer: httpx.Response) -> AsyncIterator[str]:
    waiting = ""
    async for text in answer.aiter_text():
        waiting += text
        while "</Envelope>" in waiting:
            document, _, waiting = waiting.partition("</Envelope>")
            yield document


def word(document: str) -> str:
    """What a document is about."""
    found = re.search(r"ConnectionStatus>(\w+)<", document)
    return found[1] if found else "events" if "Notification>" in document else ""


async def test_a_stream_says_at_once_that_it_stands_then_what_happens(ews: EwsClient, office: Office) -> None:
    identifiers = [await subscribed(ews), await subscribed(ews, "borealis@office.example")]
    async with stream(ews, office, *identifiers) as documents:
        assert word(await anext(documents)) == "OK"
        office.control.add_meeting("borealis")
        told = await anext(documents)
        assert word(told) == "events"
        assert (identifiers[1] in told, identifiers[0] in told) == (True, False)
        assert "CreatedEvent" in told


async def test_a_quiet_stream_shows_that_it_lives_and_closes_in_time(ews: EwsClient, office: Office) -> None:
    office.exchange.limits.heartbeat = 0.05
    office.exchange.limits.minute = 0.3
    async with stream(ews, office, await subscribed(ews)) as documents:
        words = [word(document) async for document in documents]
    assert words[0] == "OK"
    assert words[-1] == "Closed"
    assert len(words) > 2


async def test_what_happens_between_two_streams_is_told_by_the_next(ews: EwsClient, office: Office) -> None:
    identifier = await subscribed(ews)
    office.control.add_meeting("aurora")
    async with stream(ews, office, identifier) as documents:
        assert [word(await anext(documents)) for _ in range(2)] == ["OK", "events"]


async def test_lost_subscriptions_end_their_streams_by_name(ews: EwsClient, office: Office) -> None:
    identifier = await subscribed(ews)
    async with stream(ews, office, identifier) as documents:
        assert word(await anext(documents)) == "OK"
        assert office.tenant_cloud.lose_subscriptions() == 1
        told = await anext(documents)
    assert "ErrorSubscriptionNotFound" in told
    assert identifier in told
    assert await ews.code(listen(identifier)) == "ErrorSubscriptionNotFound"


async def test_one_unknown_subscription_spoils_a_stream(ews: EwsClient) -> None:
    assert await ews.code(listen(await subscribed(ews), "unknown")) == "ErrorSubscriptionNotFound"


async def test_a_delegate_cannot_subscribe(ews: EwsClient, office: Office) -> None:
    office.exchange.shares[ROOM] = Share.EDITOR
    mailbox = f"<t:Mailbox><t:EmailAddress>{ROOM}</t:EmailAddress></t:Mailbox>"
    shared = SUBSCRIBE.replace(CALENDAR, f'<t:DistinguishedFolderId Id="calendar">{mailbox}</t:DistinguishedFolderId>')
    assert await ews.code(shared, "") == "ErrorSubscriptionDelegateAccessNotSupported"


async def test_there_are_as_many_streams_as_the_policy_allows(ews: EwsClient, office: Office) -> None:
    office.exchange.limits.hanging = 1
    identifier = await subscribed(ews)
    async with stream(ews, office, identifier) as documents:
        await anext(documents)
        assert await ews.code(listen(identifier)) == "ErrorExceededConnectionCount"
    await until(lambda: office.ews_edge.subscriptions.hanging == 0, PATIENCE)
    async with stream(ews, office, identifier) as documents:
        assert word(await anext(documents)) == "OK"


async def test_limits_of_subscriptions_are_kept(ews: EwsClient, office: Office) -> None:
    office.exchange.limits.subscriptions = 2
    office.exchange.limits.streamed = 1
    identifiers = [await subscribed(ews) for _ in range(2)]
    assert await ews.code(SUBSCRIBE) == "ErrorExceededSubscriptionCount"
    assert await ews.code(listen(*identifiers)) == "ErrorInvalidSubscription"
    assert await ews.code(listen(identifiers[0], minutes=31)) == "ErrorSchemaValidation"
    assert await ews.code(f"<m:Unsubscribe><m:SubscriptionId>{identifiers[0]}</m:SubscriptionId></m:Unsubscribe>") == (
        "NoError"
    )
    assert await ews.code("<m:Unsubscribe><m:SubscriptionId>x</m:SubscriptionId></m:Unsubscribe>") == (
        "ErrorSubscriptionNotFound"
    )


async def test_a_stream_must_be_led_to_the_server_that_has_the_subscription(ews: EwsClient, office: Office) -> None:
    office.exchange.backends = 7
    ews.http.headers["X-AnchorMailbox"] = ROOM
    ews.http.headers["X-PreferServerAffinity"] = "true"
    identifier = await subscribed(ews, "borealis@office.example")
    assert "X-BackEndOverrideCookie" in ews.http.cookies
    async with stream(ews, office, identifier) as documents:
        assert word(await anext(documents)) == "OK"
    ews.http.cookies.clear()
    ews.http.headers["X-AnchorMailbox"] = "borealis@office.example"
    assert await ews.code(listen(identifier)) == "ErrorSubscriptionNotFound"


@pytest.mark.parametrize("dropped", [True, False])
async def test_a_server_may_be_silent_about_changes(ews: EwsClient, office: Office, dropped: bool) -> None:
    office.faults.drop_notifications = dropped
    office.exchange.limits.minute = 0.2
    identifier = await subscribed(ews)
    office.control.add_meeting("aurora")
    async with stream(ews, office, identifier) as documents:
        words = [word(document) async for document in documents]
    assert ("events" in words) is not dropped
