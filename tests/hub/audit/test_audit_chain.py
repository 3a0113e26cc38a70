"""The chain itself: whatever is done to it before the last checkpoint is found."""

import random
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from hub_side import NOON

from device.model.secret import Secret
from hub.audit.checkpoint import Checkpoint, Signer
from hub.audit.entry import NOTHING, Entry, Event, chained, hash_of, objects_text
from hub.audit.export import checkpoint_line, entry_line, read_line, read_lines
from hub.audit.verdict import Judge, Verdict

SIGNER = Signer(Secret("11" * 32))
FORGER = Signer(Secret("22" * 32))
RNG = random.Random()  # noqa: S311 - what is changed, and how
EVERY = 10


def chain(count: int, first: int = 1, before: bytes = NOTHING) -> list[Entry]:
    entries = []
    for seq in range(first, first + count):
        event = Event(actor=f"a{seq % 3}", action="secret.open", objects={"record": f"r{seq}", "kind": "token"})
        entries.append(chained(event, seq, NOON + timedelta(seconds=seq), before))
        before = entries[-1].hash
    return entries


def signed(entries: list[Entry], first: int = 1) -> list[Checkpoint]:
    return [SIGNER.sign(one.seq, first, one.at, one.hash) for one in entries if one.seq % EVERY == 0]


def judged(
    entries: list[Entry],
    checkpoints: list[Checkpoint],
    remembered: Checkpoint | None = None,
    key: bytes = SIGNER.public,
) -> Verdict:
    judge = Judge(checkpoints, key, remembered)
    for entry in entries:
        judge.see(entry)
    return judge.verdict()


def edited(rng: random.Random, entry: Entry) -> Entry:
    """The entry with one thing changed, and often with a hash that fits the change."""
    event = entry.event
    changed = rng.choice(
        (
            {"event": msgspec.structs.replace(event, actor=event.actor + "x")},
            {"event": msgspec.structs.replace(event, action="secret.seal")},
            {"event": msgspec.structs.replace(event, outcome="refused")},
            {"event": msgspec.structs.replace(event, objects={**event.objects, "record": "other"})},
            {"event": msgspec.structs.replace(event, objects={})},
            {"at": entry.at + timedelta(microseconds=1)},
            {"prev_hash": rng.randbytes(32)},
            {"hash": rng.randbytes(32)},
            {"seq": entry.seq + rng.choice((-1, 1, 1000))},
        )
    )
    made = msgspec.structs.replace(entry, **changed)
    if "hash" not in changed and rng.random() < 0.5:
        fitting = hash_of(made.event, made.seq, made.at, made.prev_hash)
        made = msgspec.structs.replace(made, hash=fitting)
    return made


def edit(rng: random.Random, entries: list[Entry]) -> None:
    at = rng.randrange(len(entries))
    entries[at] = edited(rng, entries[at])


def remove(rng: random.Random, entries: list[Entry]) -> None:
    at = rng.randrange(len(entries))
    del entries[at : at + rng.randrange(1, 5)]


def swap(rng: random.Random, entries: list[Entry]) -> None:
    one, two = rng.sample(range(len(entries)), 2)
    entries[one], entries[two] = entries[two], entries[one]


def truncate(rng: random.Random, entries: list[Entry]) -> None:
    del entries[rng.randrange(len(entries)) :]


def behead(rng: random.Random, entries: list[Entry]) -> None:
    del entries[: rng.randrange(1, len(entries))]


def repeat(rng: random.Random, entries: list[Entry]) -> None:
    at = rng.randrange(len(entries))
    entries.insert(at, entries[at])


def rewrite(rng: random.Random, entries: list[Entry]) -> None:
    """A whole new chain from somewhere on, each hash right."""
    at = rng.randrange(len(entries))
    before = entries[at - 1].hash if at else NOTHING
    for number in range(at, len(entries)):
        event = msgspec.structs.replace(entries[number].event, actor="nobody")
        entries[number] = chained(event, entries[number].seq, entries[number].at, before)
        before = entries[number].hash


WAYS: tuple[Callable[[random.Random, list[Entry]], None], ...] = (
    edit,
    remove,
    swap,
    truncate,
    behead,
    repeat,
    rewrite,
)


def undetected(count: int) -> list[str]:
    """The ways that nobody noticed, of that many attacks on a chain of 60 whose last checkpoint is remembered."""
    whole = chain(60)
    checkpoints = signed(whole)
    missed = []
    for _ in range(count):
        way, entries = RNG.choice(WAYS), list(whole)
        way(RNG, entries)
        kept = [one for one in checkpoints if RNG.random() < 0.8]
        if entries != whole and judged(entries, kept, checkpoints[-1]).whole:
            missed.append(way.__name__)
    return missed


def test_every_change_before_the_last_checkpoint_is_found() -> None:
    assert undetected(1_000) == []


@pytest.mark.prove
def test_each_of_ten_thousand_changes_is_found() -> None:
    assert undetected(10_000) == []


def test_a_whole_chain_is_whole() -> None:
    entries = chain(25)
    verdict = judged(entries, signed(entries), signed(entries)[-1])
    assert verdict == Verdict(entries=25, signed=20)
    assert verdict.whole
    assert judged([], []).whole


def test_a_chain_that_was_pruned_under_a_signature_is_whole() -> None:
    entries = chain(45)
    anchor = SIGNER.sign(20, 1, NOON, entries[19].hash)
    later = SIGNER.sign(45, 21, NOON, entries[44].hash)
    assert judged(entries[20:], [anchor, later], later).whole
    assert judged(entries[20:], [anchor, later], anchor).whole
    assert not judged(entries[25:], [anchor, later], later).whole
    assert not judged(entries[20:], [later], later).whole
    assert not judged(entries, [anchor, later], later).whole


def test_nothing_is_left_of_a_chain_that_was_signed() -> None:
    entries = chain(20)
    assert judged([], signed(entries)).faults == ("All entries are missing.",)


def test_a_forgers_checkpoint_counts_for_nothing() -> None:
    entries = chain(20)
    forged = FORGER.sign(20, 1, NOON, entries[19].hash)
    assert not judged(entries, [forged]).whole
    assert not judged(entries, [], forged).whole
    assert judged(entries, [forged], key=FORGER.public).whole
    good = signed(entries)[-1]
    for name, value in (("seq", 19), ("first", 2), ("hash", bytes(32)), ("at", NOON), ("signature", b"x")):
        changed = msgspec.structs.replace(good, **{name: value})
        assert not changed.genuine(), name
    assert not msgspec.structs.replace(good, key=b"short").genuine()


def test_no_more_than_twenty_faults_are_told() -> None:
    entries = [msgspec.structs.replace(one, hash=bytes(32)) for one in chain(100)]
    assert len(judged(entries, []).faults) == 20


def test_values_are_veiled_and_can_be_compared() -> None:
    veiled = SIGNER.veiled(Secret("token"))
    assert veiled == SIGNER.veiled("token") != FORGER.veiled("token")
    assert "token" not in veiled


def test_what_was_exported_is_read_as_it_was() -> None:
    entries = chain(12)
    checkpoint = signed(entries)[0]
    lines = [*map(entry_line, entries), checkpoint_line(checkpoint)]
    assert list(read_lines(f"{line}\n" for line in lines)) == [*entries, checkpoint]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "1",
        '"x"',
        "{}",
        '{"at": 5}',
        '{"at": "2026-11-23T12:00:00.000000Z"}',
        '{"at": "2026-11-23T12:00:00.000000Z", "checkpoint": "x"}',
        entry_line(chain(1)[0]).replace('"seq": 1', '"seq":  1'),
        entry_line(chain(1)[0])[:-1] + ', "note": "more"}',
    ],
)
def test_a_line_that_is_spelt_otherwise_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="ours"):
        read_line(line)


def test_one_meaning_has_one_spelling() -> None:
    assert objects_text({"b": "ä", "a": "1"}) == '{"a":"1","b":"\\u00e4"}'
