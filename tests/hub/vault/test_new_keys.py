"""New keys: enrolled, rotated, wrapped anew; cut off at any step, and finished later; two at once; nothing is lost."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hub_side import OTHER, OWNER, BrittleKey, ToldClock, hub_at, hub_in
from sqlalchemy import update

from device.model.secret import Secret
from hub.foundation import Foundation
from hub.store.tables.keys import CONNECTION_KEYS
from hub.store.tables.secrets import SECRETS
from hub.vault.errors import ConnectionLocked, Denied
from hub.vault.owner import Owner
from hub.vault.reencryption import Reencryption

BATCH = 5


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few secrets a transaction, so that a dozen are many."""
    monkeypatch.setattr("hub.vault.records.BATCH", BATCH)


async def seal(hub: Foundation, count: int, owner: Owner = OWNER) -> dict[str, str]:
    secrets = {f"r{number:05}": f"secret-{owner}-{number}" for number in range(count)}
    for name, secret in secrets.items():
        await hub.vault.seal(owner, "token", name, Secret(secret), actor="test")
    return secrets


async def everything(hub: Foundation, owner: Owner = OWNER) -> dict[str, str]:
    return {place.record: (await hub.vault.safe.open(place)).reveal() for place in await hub.vault.places(owner)}


async def test_a_rotation_seals_everything_anew_and_destroys_the_older_key(places: dict[str, Any]) -> None:
    async with hub_at(places) as hub:
        secrets = await seal(hub, BATCH + 7)
        before = (await hub.vault.proof(OWNER)).keys[0].ck_id
        done = await hub.vault.rotate(OWNER, actor="test")
        assert done is not None
        assert (done.resealed, done.verified, done.damaged, done.destroyed) == (BATCH + 7, BATCH + 7, 0, 1)
        assert done.complete
        assert done.ck_id != before
        proof = await hub.vault.proof(OWNER)
        assert [(key.ck_id, key.secrets, key.active) for key in proof.keys] == [(done.ck_id, BATCH + 7, True)]
        assert await everything(hub) == secrets


async def test_an_enrolment_hands_a_connection_to_its_customer_and_back(places: dict[str, Any]) -> None:
    customer = BrittleKey()
    async with hub_at(places, customer=customer) as hub:
        secrets = await seal(hub, 12)
        done = await hub.vault.enrol(OWNER, "customer", actor="test")
        assert (done.resealed, done.verified) == (12, 12)
        assert await everything(hub) == secrets
        customer.fault = Denied("gone")
        with pytest.raises(ConnectionLocked):
            await hub.vault.enrol(OWNER, "hub", actor="test")
        customer.fault = None
        assert (await hub.vault.enrol(OWNER, "hub", actor="test")).complete
        customer.fault = Denied("gone")
        assert await everything(hub) == secrets
        assert {key.source for key in (await hub.vault.proof(OWNER)).keys} == {"hub"}


async def test_a_connection_can_be_enrolled_before_it_has_anything(tmp_path: Path) -> None:
    async with hub_in(tmp_path, customer=BrittleKey()) as hub:
        done = await hub.vault.enrol(OWNER, "customer", actor="test")
        assert (done.resealed, done.verified, done.destroyed) == (0, 0, 0)
        secrets = await seal(hub, 2)
        assert {key.source for key in (await hub.vault.proof(OWNER)).keys} == {"customer"}
        assert await everything(hub) == secrets


STEPS = ("add", "adopt", "point", "reseal", "page", "drop_previous")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_rotation_that_was_cut_off_at_any_step_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    class PowerCut(BaseException):
        pass

    async with hub_in(tmp_path) as hub:
        secrets = await seal(hub, BATCH + 3)
        target: Any = hub.vault.safe.keyring if step in ("add", "drop_previous") else hub.vault.safe.records
        real = getattr(target, step)

        async def cut(*arguments: Any) -> None:
            if when == "after":
                await real(*arguments)
            raise PowerCut

        with monkeypatch.context() as broken:
            broken.setattr(target, step, cut)
            with pytest.raises(PowerCut):
                await hub.vault.rotate(OWNER, actor="test")
        more = {"later": "sealed after the cut"}
        await hub.vault.seal(OWNER, "token", "later", Secret(more["later"]), actor="test")
        assert await everything(hub) == {**secrets, **more}
    async with hub_in(tmp_path) as hub:
        finished = await hub.vault.resume()
        assert all(done.complete for done in finished)
        assert await hub.vault.resume() == ()
        assert await everything(hub) == {**secrets, **more}
        keys = (await hub.vault.proof(OWNER)).keys
        assert [(key.active, key.secrets) for key in keys] == [(True, BATCH + 4)]


async def test_rotations_and_seals_at_the_same_time_lose_nothing(places: dict[str, Any]) -> None:
    async with hub_at(places) as one, hub_at(places) as two:
        secrets = await seal(one, 30)

        async def rotate(hub: Foundation) -> None:
            for _ in range(4):
                await hub.vault.rotate(OWNER, actor="test")

        async def write(hub: Foundation, name: str) -> None:
            for number in range(25):
                secret = f"{name}{number}"
                await hub.vault.seal(OWNER, "token", secret, Secret(secret), actor="test")
                secrets[secret] = secret

        await asyncio.gather(rotate(one), rotate(two), write(one, "a"), write(two, "b"))
        await one.vault.resume()
        assert await everything(one) == secrets
        proof = await one.vault.proof(OWNER)
        assert [key.active for key in proof.keys] == [True]
        assert proof.orphans == 0


async def test_a_damaged_secret_keeps_the_older_key_alive(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        secrets = await seal(hub, 5)
        async with hub.main.transaction() as connection:
            await connection.execute(update(SECRETS).where(SECRETS.c.record == "r00002").values(sealed=b"\x01nonsense"))
        done = await hub.vault.rotate(OWNER, actor="test")
        assert done is not None
        assert (done.resealed, done.verified, done.damaged, done.destroyed) == (4, 4, 1, 0)
        assert not done.complete
        assert len((await hub.vault.proof(OWNER)).keys) == 2
        del secrets["r00002"]
        await hub.vault.forget(OWNER, "token", "r00002", actor="test")
        assert [one.destroyed for one in await hub.vault.resume()] == [1]
        assert await everything(hub) == secrets


async def test_a_secret_of_no_known_key_is_left_alone(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        await seal(hub, 3)
        async with hub.main.transaction() as connection:
            await connection.execute(update(SECRETS).where(SECRETS.c.record == "r00001").values(ck_id="lost"))
        done = await hub.vault.rotate(OWNER, actor="test")
        assert done is not None
        assert (done.resealed, done.damaged) == (2, 1)


async def test_a_key_that_is_overtaken_does_not_destroy_a_newer_one(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        await seal(hub, 3)
        first = (await hub.vault.safe.keyring.rows(OWNER))[0]
        await Reencryption(hub.vault.safe).begin(OWNER, "hub")
        assert await hub.vault.safe.keyring.drop_previous(OWNER, first.ck_id) == 0
        assert not await hub.vault.safe.records.point(OWNER, "unknown", ["none"])
        assert len(await hub.vault.safe.keyring.rows(OWNER)) == 2


async def test_a_rotation_that_is_overtaken_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with hub_in(tmp_path) as hub:
        secrets = await seal(hub, 5)
        records, reencryption = hub.vault.safe.records, Reencryption(hub.vault.safe)
        real_point, real_reseal, cuts = records.point, records.reseal, []

        async def point(owner: Owner, ck_id: str, older: Any) -> bool:
            if "point" not in cuts:
                cuts.append("point")
                await reencryption.begin(OWNER, "hub")
                await reencryption.finish(OWNER)
            return await real_point(owner, ck_id, older)

        async def reseal(*arguments: Any) -> Any:
            if "reseal" not in cuts and len(cuts) == 1:
                cuts.append("reseal")
                return None
            return await real_reseal(*arguments)

        await reencryption.begin(OWNER, "hub")
        monkeypatch.setattr(records, "point", point)
        monkeypatch.setattr(records, "reseal", reseal)
        done = await reencryption.finish(OWNER)
        assert done is not None
        assert done.complete
        assert await everything(hub) == secrets


async def test_a_key_that_is_replaced_while_it_is_asked_for_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_in(tmp_path) as hub:
        secrets = await seal(hub, 5)
        custody, asked = hub.vault.safe.custody, 0
        real = custody.ask

        async def ask(row: Any) -> Any:
            nonlocal asked
            asked += 1
            return None if asked in (1, 4) else await real(row)

        monkeypatch.setattr(custody, "ask", ask)
        done = await hub.vault.rotate(OWNER, actor="test")
        assert done is not None
        assert done.complete
        assert await everything(hub) == secrets


async def test_nothing_is_sealed_anew_with_a_key_that_does_not_seal(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        await seal(hub, 2)
        _, key = await hub.vault.safe.custody.make(OWNER, "hub")
        assert await hub.vault.safe.records.reseal(OWNER, key, lambda _: None, None) is None


async def test_keys_are_wrapped_anew_when_their_kek_has_a_new_version(places: dict[str, Any]) -> None:
    customer = BrittleKey()
    async with hub_at(places, customer=customer) as hub:
        for owner in (OWNER, OTHER):
            await hub.vault.enrol(owner, "customer", actor="test")
            await seal(hub, 4, owner)
        old = customer.keys
        customer.keys = old.renewed()
        assert (await hub.vault.proof()).outdated == 8
        assert (await hub.vault.proof()).keys_outdated == 2
        one = await hub.vault.rewrap(OWNER, actor="test")
        assert (one.rewrapped, one.current, one.left) == (1, 0, 0)
        done = await hub.vault.rewrap(actor="test")
        assert (done.rewrapped, done.current, done.left, done.complete) == (1, 2, 0, True)
        assert (await hub.vault.proof()).outdated == 0
        customer.keys = customer.keys.alone()
    async with hub_at(places, customer=customer) as hub:
        assert len(await everything(hub, OTHER)) == 4


async def test_wrapping_anew_leaves_out_what_cannot_be_asked(tmp_path: Path) -> None:
    customer, other = BrittleKey(), BrittleKey()
    async with hub_in(tmp_path, customer=customer, other=other) as hub:
        await hub.vault.enrol(OWNER, "customer", actor="test")
        await hub.vault.enrol(OTHER, "other", actor="test")
        for key in (customer, other):
            key.keys = key.keys.renewed()
        customer.fault = Denied("no")
        done = await hub.vault.rewrap(actor="test")
        assert (done.rewrapped, done.left, done.failed) == (1, 1, ("no",))
        assert [key.current_version for key in (await hub.vault.proof(OWNER)).keys] == [None]
        only = await hub.vault.rewrap(source="other", actor="test")
        assert (only.current, only.left) == (1, 0)


async def test_a_key_that_was_wrapped_anew_meanwhile_is_left_alone(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        await seal(hub, 1)
        row = (await hub.vault.safe.keyring.rows(OWNER))[0]
        async with hub.keyring.transaction() as connection:
            await connection.execute(update(CONNECTION_KEYS).values(wrapped=b"other"))
        assert not await hub.vault.safe.keyring.rewrap(row, row.wrapped)


async def test_a_hubs_own_key_file_can_be_renewed(tmp_path: Path) -> None:
    from hub.vault.choice import HUB_KEY

    clock = ToldClock()
    async with hub_in(tmp_path, clock) as hub:
        secrets = await seal(hub, 3)
        chosen = hub.settings.keys[HUB_KEY]
        assert chosen.kind.renew
        assert chosen.kind.retire
        chosen.kind.renew(chosen.options)
        clock.pass_(61)
        assert await everything(hub) == secrets
        assert (await hub.vault.rewrap(actor="test")).complete
        chosen.kind.retire(chosen.options)
        clock.pass_(61)
        assert await everything(hub) == secrets
