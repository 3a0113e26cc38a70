"""One secret, sealed: it opens where it was put, and nowhere else, and never after it was touched."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.model.secret import Secret
from hub.vault.binding import bound, joined, parted, unbound
from hub.vault.envelope import ConnectionKey, Place
from hub.vault.errors import Corrupt, SecretDamaged
from hub.vault.framing import framed, framed_mapping
from hub.vault.owner import Owner, opaque

RAW = bytes(range(32))
KEY = ConnectionKey("a1", RAW)
PLACE = Place(owner=Owner(tenant="contoso", connection="c1"), kind="refresh-token", record="main")
SECRET = Secret("0.AXoA-token")
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=5)


def test_a_secret_opens_where_it_was_sealed() -> None:
    sealed = KEY.seal(PLACE, 7, SECRET)
    assert KEY.open(PLACE, 7, sealed).reveal() == SECRET.reveal()
    assert sealed[:4] == b"\x01\x02a1"
    assert SECRET.reveal().encode() not in sealed


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    assert len({KEY.seal(PLACE, 1, SECRET) for _ in range(100)}) == 100


def test_a_key_does_not_show_itself() -> None:
    assert repr(KEY) == "ConnectionKey(a1, ***)"


def elsewhere(place: Place) -> Iterator[Place]:
    owner = place.owner
    yield Place(owner=Owner(tenant="fabrikam", connection=owner.connection), kind=place.kind, record=place.record)
    yield Place(owner=Owner(tenant=owner.tenant, connection="c2"), kind=place.kind, record=place.record)
    yield Place(owner=owner, kind="client-secret", record=place.record)
    yield Place(owner=owner, kind=place.kind, record="other")
    yield Place(owner=Owner(tenant="contosoc1", connection="x"), kind=place.kind, record=place.record)


def refused(place: Place, version: int, sealed: bytes, key: ConnectionKey = KEY) -> bool:
    try:
        key.open(place, version, sealed)
    except SecretDamaged:
        return True
    return False


@pytest.mark.parametrize("place", elsewhere(PLACE), ids=str)
def test_a_secret_opens_at_no_other_place(place: Place) -> None:
    assert refused(place, 7, KEY.seal(PLACE, 7, SECRET))


def test_a_secret_opens_in_no_other_version_and_with_no_other_key() -> None:
    sealed = KEY.seal(PLACE, 7, SECRET)
    assert refused(PLACE, 8, sealed)
    assert refused(PLACE, 7, sealed, ConnectionKey("a1", bytes(32)))
    renamed = sealed[:2] + b"b2" + sealed[4:]
    assert refused(PLACE, 7, renamed, ConnectionKey("b2", RAW))


def flip(rng: random.Random, sealed: bytearray) -> None:
    sealed[rng.randrange(len(sealed))] ^= 1 << rng.randrange(8)


def cut(rng: random.Random, sealed: bytearray) -> None:
    del sealed[rng.randrange(len(sealed)) :]


def grow(rng: random.Random, sealed: bytearray) -> None:
    sealed.insert(rng.randrange(len(sealed) + 1), rng.randrange(256))


def scramble(rng: random.Random, sealed: bytearray) -> None:
    at = rng.randrange(len(sealed))
    sealed[at:] = rng.randbytes(len(sealed) - at)


def tampered(rng: random.Random, count: int) -> int:
    """How many of that many tampered or swapped ciphertexts are accepted."""
    accepted = 0
    for _ in range(count):
        secret = Secret("".join(chr(rng.randrange(32, 0x2000)) for _ in range(rng.randrange(0, 200))))
        version = seen = rng.randrange(1, 1 << 24)
        origin = place = PLACE
        how = rng.choice((flip, cut, grow, scramble, "version", "place", "origin"))
        if how == "version":
            seen = version + rng.choice((-1, 1, 10, 1 << 20))
        elif how == "place":
            place = rng.choice(list(elsewhere(PLACE)))
        elif how == "origin":
            origin = rng.choice(list(elsewhere(PLACE)))
        sealed = KEY.seal(origin, version, secret)
        changed = bytearray(sealed)
        if callable(how):
            how(rng, changed)
            if changed == sealed:  # scrambled into itself
                continue
        accepted += not refused(place, seen, bytes(changed))
    return accepted


RNG = random.Random()  # noqa: S311 - what is tampered with, and how


def test_no_tampered_or_swapped_ciphertext_is_accepted() -> None:
    assert tampered(RNG, 2_000) == 0


@pytest.mark.prove
def test_none_of_a_hundred_thousand_tampered_ciphertexts_is_accepted() -> None:
    assert tampered(RNG, 100_000) == 0


@given(st.binary(max_size=300), st.integers(1, 1 << 24))
def test_no_bytes_at_all_are_taken_for_a_secret(sealed: bytes, version: int) -> None:
    assert refused(PLACE, version, sealed)


@given(TEXTS, TEXTS)
def test_two_lists_of_texts_are_framed_alike_only_if_they_are_alike(one: list[str], two: list[str]) -> None:
    assert (framed(*one) == framed(*two)) is (one == two)


def test_a_context_is_framed_in_the_order_of_its_keys() -> None:
    assert framed_mapping({"b": "2", "a": "1"}) == framed("a", "1", "b", "2")


@pytest.mark.parametrize("name", ["", "anna@contoso.example", "a b", "ä", "x" * 65, "a/b", "a\n"])
def test_a_name_that_says_something_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        opaque(name)
    for wrong in ({"tenant": name, "connection": "c"}, {"tenant": "t", "connection": name}):
        with pytest.raises(ValueError, match="identifier"):
            Owner(**wrong)
    for wrong in ({"kind": name, "record": "r"}, {"kind": "k", "record": name}):
        with pytest.raises(ValueError, match="identifier"):
            Place(owner=PLACE.owner, **wrong)


def test_a_box_opens_for_its_context_only() -> None:
    once, box = bound(RAW, {"tenant": "contoso"})
    assert unbound(once, box, {"tenant": "contoso"}) == RAW
    for key, content, context in (
        (once, box, {"tenant": "fabrikam"}),
        (bytes(32), box, {"tenant": "contoso"}),
        (b"short", box, {"tenant": "contoso"}),
        (once, box[:-1], {"tenant": "contoso"}),
        (once, b"", {"tenant": "contoso"}),
    ):
        with pytest.raises(Corrupt):
            unbound(key, content, context)
    assert parted(joined(b"wrapped", box)) == (b"wrapped", box)
