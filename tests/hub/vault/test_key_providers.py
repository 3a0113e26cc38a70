"""What every key provider must do, against its own far side and by its vendor's own library."""

import os
import sys

import msgspec
import pytest
from key_world import KeyWorld
from key_worlds import WORLDS

from device.model.errors import SettingsError
from hub.vault.errors import Corrupt, KeyFault, NotFound
from hub.vault.interface import KeyProvider, Wrapped, context_of
from hub.vault.owner import Owner
from hub.vault.providers import KeyProviders

CONTEXT = context_of(Owner(tenant="contoso", connection="c1"))
OTHERS = {
    "another tenant": context_of(Owner(tenant="fabrikam", connection="c1")),
    "another connection": context_of(Owner(tenant="contoso", connection="c2")),
    "nothing": {},
    "more": {**CONTEXT, "more": "1"},
}


def test_every_provider_has_a_far_side() -> None:
    assert set(WORLDS) == set(KeyProviders)


@pytest.mark.parametrize("member", KeyProviders)
def test_a_provider_is_called_by_its_enum_value(member: KeyProviders) -> None:
    assert member.load().name == member.value


@pytest.mark.parametrize("member", KeyProviders)
def test_impossible_times_are_refused(member: KeyProviders) -> None:
    with pytest.raises((ValueError, TypeError)):
        member.load().options(timeout=0)


async def test_a_key_comes_back_for_its_context(key_world: KeyWorld) -> None:
    async with key_world.open() as provider:
        key = os.urandom(32)
        wrapped = await provider.wrap(key, CONTEXT)

        assert key not in wrapped.blob
        assert await provider.unwrap(wrapped, CONTEXT) == key
        assert wrapped.version == await provider.current_version()
        await provider.health()
        assert provider.key_id


async def test_a_key_comes_back_in_another_process_life(key_world: KeyWorld) -> None:
    key = os.urandom(32)
    async with key_world.open() as provider:
        wrapped = await provider.wrap(key, CONTEXT)
    async with key_world.open() as provider:
        assert await provider.unwrap(wrapped, CONTEXT) == key


async def test_no_two_wrappings_are_alike(key_world: KeyWorld) -> None:
    async with key_world.open() as provider:
        key = os.urandom(32)
        assert len({(await provider.wrap(key, CONTEXT)).blob for _ in range(5)}) == 5


@pytest.mark.parametrize("other", OTHERS)
async def test_a_key_comes_back_for_no_other_context(key_world: KeyWorld, other: str) -> None:
    async with key_world.open() as provider:
        wrapped = await provider.wrap(os.urandom(32), CONTEXT)
        with pytest.raises(Corrupt):
            await provider.unwrap(wrapped, OTHERS[other])


async def test_what_was_changed_does_not_come_back(key_world: KeyWorld) -> None:
    async with key_world.open() as provider:
        wrapped = await provider.wrap(os.urandom(32), CONTEXT)
        blob = wrapped.blob
        changed = {at: blob[:at] + bytes((blob[at] ^ 1,)) + blob[at + 1 :] for at in range(0, len(blob), 7)}
        for at, tampered in {**changed, "cut": blob[:-1], "empty": b"", "longer": blob + b"x"}.items():
            if at == "longer" and key_world.member is KeyProviders.AWS_KMS:
                continue  # moto takes what follows for more of the ciphertext's frame
            with pytest.raises(KeyFault) as refused:
                await provider.unwrap(Wrapped(blob=tampered, version=wrapped.version), CONTEXT)
            assert type(refused.value).__name__ in ("Corrupt", "NotFound", "Denied"), at


async def test_an_unknown_version_does_not_open(key_world: KeyWorld) -> None:
    async with key_world.open() as provider:
        wrapped = await provider.wrap(os.urandom(32), CONTEXT)
        if key_world.member in (KeyProviders.AWS_KMS, KeyProviders.GOOGLE_CLOUD_KMS, KeyProviders.VAULT_TRANSIT):
            return  # the version is in the blob itself
        with pytest.raises(NotFound):
            await provider.unwrap(Wrapped(blob=wrapped.blob, version="none"), CONTEXT)


async def test_what_an_older_version_wrapped_still_opens(key_world: KeyWorld) -> None:
    if key_world.member is KeyProviders.AWS_KMS:
        pytest.skip("moto has one version a key")
    key = os.urandom(32)
    async with key_world.open() as provider:
        old = await provider.wrap(key, CONTEXT)
    key_world.options = key_world.rotate()
    async with key_world.open() as provider:
        new = await provider.wrap(key, CONTEXT)

        assert new.version == await provider.current_version() != old.version
        assert await provider.unwrap(old, CONTEXT) == await provider.unwrap(new, CONTEXT) == key


async def test_the_far_side_is_told_whose_key_it_is(key_world: KeyWorld) -> None:
    if key_world.context_seen is None:
        pytest.skip("this provider has no place for a context")
    async with key_world.open() as provider:
        await provider.unwrap(await provider.wrap(os.urandom(32), CONTEXT), CONTEXT)
    assert key_world.context_seen()


async def test_every_fault_has_its_name_and_passes(key_world: KeyWorld) -> None:
    key = os.urandom(32)
    for name, (kind, break_it) in key_world.faults.items():
        async with key_world.open() as provider:
            wrapped = await provider.wrap(key, CONTEXT)
            break_it()
            with pytest.raises(KeyFault) as unwrapping:
                await provider.unwrap(wrapped, CONTEXT)
            assert type(unwrapping.value) is kind, name
            assert unwrapping.value.hint, name
            await _judge_health(provider, kind, name)
            key_world.heal()
            assert await provider.unwrap(wrapped, CONTEXT) == key, name


async def _judge_health(provider: KeyProvider, kind: type[KeyFault], name: str) -> None:
    """Looking after the key tells the same, but where only an old version is concerned or another key answers."""
    if name in ("another key", "version switched off"):
        return
    with pytest.raises(KeyFault) as found:
        await provider.health()
    assert type(found.value) is kind, name


async def test_a_secret_is_in_no_error(key_world: KeyWorld) -> None:
    key = os.urandom(32)
    for _, break_it in key_world.faults.values():
        async with key_world.open() as provider:
            wrapped = await provider.wrap(key, CONTEXT)
            break_it()
            with pytest.raises(KeyFault) as refused:
                await provider.unwrap(wrapped, CONTEXT)
            said = f"{refused.value!r} {refused.value} {refused.value.hint} {key_world.options!r}"
            for secret in ("482913", "hvs.door", "BEGIN PRIVATE", key.hex()):
                assert secret not in said
            key_world.heal()


MISSING = {
    KeyProviders.AWS_KMS: ("boto3", "aws"),
    KeyProviders.AZURE_KEY_VAULT: ("azure.keyvault.keys", "azure"),
    KeyProviders.GOOGLE_CLOUD_KMS: ("google.cloud.kms_v1", "google"),
    KeyProviders.PKCS11: ("pkcs11", "pkcs11"),
    KeyProviders.VAULT_TRANSIT: ("hvac", "vault"),
}


async def test_a_library_that_is_not_installed_is_named(key_world: KeyWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    if key_world.member not in MISSING:
        return
    module, extra = MISSING[key_world.member]
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SettingsError) as refused:
        async with key_world.open():
            pass
    assert f"doorlight[{extra}]" in refused.value.hint


def test_no_provider_loads_its_library_before_it_is_opened() -> None:
    import subprocess

    program = (
        "import sys\nfrom hub.vault.providers import KeyProviders\n"
        "[member.load() for member in KeyProviders]\n"
        "print([name for name in ('boto3', 'azure', 'google.cloud', 'pkcs11', 'hvac') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_options_that_hold_a_secret_do_not_show_it(key_world: KeyWorld) -> None:
    shown = repr(key_world.options) + str(msgspec.structs.asdict(key_world.options))
    for secret in ("482913", "hvs.door", "BEGIN PRIVATE", "'b'"):
        assert secret not in shown
