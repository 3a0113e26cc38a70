"""What Graph calls with: genuine, forged, replayed, in a flood, and as Microsoft has published it."""

import json
import random
import secrets
import string
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from graph_room import DATA, NOW

from device.calendars.graph.notifications import LARGEST, LONGEST_TOKEN, hear
from device.calendars.interface import Heard, Notification, Subscription
from device.model.secret import Secret

FORGED, FORGED_IN_PROOF = 2_000, 100_000


def subscription(number: int = 1) -> Subscription:
    return Subscription(
        id=f"7f105c7d-2dc5-4530-97cd-{number:012d}",
        room=f"room-{number}@office.example",
        expires_at=NOW + timedelta(days=3),
        secret=Secret(secrets.token_urlsafe(24)),
    )


ROOMS = [subscription(number) for number in range(500)]


def note(of: Subscription, **changes: Any) -> dict[str, Any]:
    usual = {
        "subscriptionId": of.id,
        "subscriptionExpirationDateTime": "2026-12-01T11:00:00.0000000+05:30",
        "clientState": of.secret.reveal(),
        "changeType": "updated",
        "resource": "Users/x/Events/y",
        "resourceData": {"@odata.type": "#Microsoft.Graph.Event", "id": "y"},
        "tenantId": "t",
    }
    return usual | changes


def call(*notes: Any, **query: str) -> Notification:
    return Notification(headers={}, query=query, body=json.dumps({"value": notes}).encode())


def test_many_notifications_in_one_call_are_told_apart() -> None:
    first, second, third = ROOMS[:3]
    heard = hear(call(note(first), note(second), note(first), note(third, clientState="no")), ROOMS)
    assert heard == Heard(rooms=(first.room, second.room))


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("reauthorizationRequired", Heard(renew=(ROOMS[0].id,))),
        ("ReauthorizationRequired", Heard(renew=(ROOMS[0].id,))),
        ("subscriptionRemoved", Heard(lost=(ROOMS[0].id,))),
        ("missed", Heard(rooms=(ROOMS[0].room,))),
        ("somethingNew", Heard(rooms=(ROOMS[0].room,))),
        (None, Heard(rooms=(ROOMS[0].room,))),
    ],
)
def test_what_became_of_a_subscription_is_understood(event: str | None, expected: Heard) -> None:
    assert hear(call(note(ROOMS[0], lifecycleEvent=event)), ROOMS) == expected


def test_a_handshake_is_echoed_as_it_came() -> None:
    token = "Validation: Testing client application reachability for subscription Request-Id: 1-2/+=&<b>"
    assert hear(Notification(headers={}, query={"validationToken": token}), ROOMS) == Heard(reply=token)
    both = call(note(ROOMS[0]), validationToken=token)
    assert hear(both, ROOMS) == Heard(reply=token)


@pytest.mark.parametrize("token", ["x" * (LONGEST_TOKEN + 1), "a\r\nSet-Cookie: b", "\x1b[2J", "\0"])
def test_what_is_no_token_is_not_echoed(token: str) -> None:
    assert hear(Notification(headers={}, query={"validationToken": token}), ROOMS) == Heard()


def test_one_bad_notification_costs_no_other() -> None:
    heard = hear(call(None, 5, "x", [], {}, note(ROOMS[0], subscriptionId=5), note(ROOMS[1])), ROOMS)
    assert heard.rooms == (ROOMS[1].room,)


def test_a_call_of_a_megabyte_and_more_is_not_read() -> None:
    padded = note(ROOMS[0], resource="x" * LARGEST)
    assert hear(call(padded), ROOMS) == Heard()
    assert hear(call(note(ROOMS[0], resource="x" * (LARGEST - 1000))), ROOMS).rooms


def test_a_subscription_without_a_secret_hears_nothing() -> None:
    for empty in (Secret(""), Secret("\0" * 32)):
        bare = msgspec.structs.replace(ROOMS[0], secret=empty)
        for told in (None, "", "\0" * 32):
            heard = hear(call(note(bare, clientState=told)), [bare])
            assert heard == Heard() or (empty and told == empty.reveal())


def forgeries(count: int, seed: int) -> int:
    """How many of so many forged calls were believed."""
    chance, believed = random.Random(seed), 0  # noqa: S311 - forgeries, not secrets
    for _ in range(count):
        aim = chance.choice(ROOMS)
        secret = aim.secret.reveal()
        other = chance.choice(ROOMS).secret.reveal()
        guess = chance.choice(
            [
                None,
                "",
                secret[:-1],
                secret + "\0",
                secret.swapcase(),
                f" {secret}",
                secret[::-1],
                other if other != secret else "",
                "".join(chance.choices(string.ascii_letters, k=32)),
                ["x", secret],
                {"clientState": secret},
                True,
                0,
                secret.replace(secret[0], "é", 1),
            ]
        )
        forged = note(
            aim,
            clientState=guess,
            lifecycleEvent=chance.choice([None, "subscriptionRemoved", "reauthorizationRequired", "missed"]),
        )
        if chance.random() < 0.2:
            forged = note(aim, subscriptionId=chance.choice(["", aim.id.upper(), f"{aim.id} ", secret, None]))
        believed += hear(call(*[forged] * chance.randint(1, 3)), ROOMS) != Heard()
    return believed


def test_no_forged_call_is_believed() -> None:
    assert forgeries(FORGED, seed=1) == 0


@pytest.mark.prove
def test_none_of_a_hundred_thousand_forged_calls_is_believed() -> None:
    assert forgeries(FORGED_IN_PROOF, seed=2) == 0


def test_a_genuine_call_is_heard_amid_a_flood() -> None:
    flood = [note(ROOMS[number], clientState="x" * 32) for number in range(400)]
    heard = hear(call(*flood, note(ROOMS[7]), *flood), ROOMS)
    assert heard == Heard(rooms=(ROOMS[7].room,))


def test_a_replayed_call_says_no_more_than_look_again() -> None:
    replayed = call(note(ROOMS[0]))
    assert {hear(replayed, ROOMS) for _ in range(1000)} == {Heard(rooms=(ROOMS[0].room,))}


def test_a_secret_is_in_nothing_that_is_told() -> None:
    heard = hear(call(note(ROOMS[0]), note(ROOMS[1], lifecycleEvent="subscriptionRemoved")), ROOMS)
    assert ROOMS[0].secret.reveal() not in repr(heard)
    assert ROOMS[0].secret.reveal() not in repr(ROOMS)


@pytest.mark.skipif(not DATA.is_dir(), reason="the published samples are not here")
@pytest.mark.parametrize(
    ("name", "key", "state", "meaning"),
    [
        ("lifecycle-missed", "<subscription_guid>", "<secretClientState>", "rooms"),
        ("webhooks-lifecycle-02-body", "<subscription_guid>", "<secretClientState>", "lost"),
        ("webhooks-lifecycle-03-body", "<subscription_guid>", "<secretClientState>", "rooms"),
        (
            "webhooks-lifecycle-04-body",
            "e3898f08-5cd0-4a6a-80fc-6addbfb73b7b",
            "{secret client state}",
            "renew",
        ),
        ("webhooks-rich-04-body", "76222963-cc7b-42d2-882d-8aaa69cb2ba3", "anything", ""),
    ],
)
def test_published_calls_mean_what_they_are_said_to(name: str, key: str, state: str, meaning: str) -> None:
    body = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))["body"]
    known = Subscription(id=key, room="aurora", expires_at=NOW, secret=Secret(state))
    heard = hear(Notification(headers={}, body=json.dumps(body).encode()), [known])
    expected = {"rooms": ("aurora",), "renew": (key,), "lost": (key,)}
    assert heard == (Heard(**{meaning: expected[meaning]}) if meaning else Heard())
