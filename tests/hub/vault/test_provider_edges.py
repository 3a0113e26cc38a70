"""What one provider alone can run into: sign-ins, files that may not be read, answers of its own."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cloud_worlds import aws_world, azure_world, google_world, service_account, transit_world
from hub_side import OWNER, hub_in
from simulators.google_kms import NAME
from simulators.listener import Call, Refused

from device.model.secret import Secret
from hub.vault.errors import Corrupt, Denied, Disabled, KeyFault, NotFound, Throttled, Unreachable
from hub.vault.interface import Wrapped, context_of
from hub.vault.keyring import KeySource
from hub.vault.local_keys import LocalKeys, fresh, parse
from hub.vault.providers import aws_kms, azure_key_vault, google_cloud_kms, pkcs11, vault_transit
from hub.vault.providers import file as file_provider

CONTEXT = context_of(OWNER)


def line(age: str, keys: LocalKeys) -> str:
    return keys.text().reveal().splitlines()[1].replace("current", age, 1)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"# only a comment\n",
        b"current abc\n",
        b"current 0011223344556677 ***\n",
        b"future 0011223344556677 AAAA\n",
        b"current 0011223344556677 AAAA\n",
        line("previous", fresh()).encode(),
        "\n".join([line("current", fresh()), line("current", fresh())]).encode(),
    ],
    ids=["empty", "comment", "short", "no base64", "unknown word", "too short a key", "no current", "two current"],
)
def test_a_text_that_holds_no_key_is_refused(text: bytes) -> None:
    with pytest.raises(Corrupt):
        parse(text)


def test_a_text_is_read_as_it_was_written() -> None:
    keys = fresh().renewed()
    read = parse(keys.text().reveal().encode())
    assert (read.current, read.text().reveal()) == (keys.current, keys.text().reveal())
    assert "previous" in keys.text().reveal()
    assert str(keys.text()) == "***"
    assert parse(bytes(32)).current == LocalKeys(bytes(32)).current


@pytest.mark.parametrize("member", ["file", "systemd_credential"])
async def test_a_file_that_may_not_be_read_is_denied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, member: str
) -> None:
    from hub.vault.providers import KeyProviders

    def refuse(*_: Any, **__: Any) -> Any:
        raise PermissionError

    kind = KeyProviders(member).load()
    options = kind.options(path=str(tmp_path / "k")) if member == "file" else kind.options()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    async with kind.open(options) as provider:
        monkeypatch.setattr(Path, "open", refuse)
        with pytest.raises(Denied):
            await provider.health()


async def test_two_credentials_hold_bare_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hub.vault.providers.systemd_credential import PROVIDER, Options

    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "doorlight-hub-key").write_text(fresh().text().reveal())
    (tmp_path / "before").write_bytes(os.urandom(32))
    async with PROVIDER.open(Options()) as provider:
        await provider.health()
    async with PROVIDER.open(Options(previous="before")) as provider:
        with pytest.raises(Corrupt, match="32 bytes"):
            await provider.health()


def test_a_key_file_is_made_once(tmp_path: Path) -> None:
    options = file_provider.Options(path=str(tmp_path / "keys" / "hub.key"))
    make = file_provider.PROVIDER.make
    assert make is not None
    make(options)
    first = Path(options.path).read_bytes()
    make(options)
    assert Path(options.path).read_bytes() == first
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["hub.key"]
    assert Path(options.path).stat().st_mode & 0o777 == 0o400


async def test_aws_tells_its_own_troubles(tmp_path: Path, moto_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with aws_world(tmp_path, moto_port) as world:
        async with world.open() as provider:
            monkeypatch.setattr(
                provider._client,  # type: ignore[attr-defined]
                "describe_key",
                lambda **_: {"KeyMetadata": {"KeyState": "Unavailable", "CurrentKeyMaterialId": "m2"}},
            )
            with pytest.raises(Unreachable):
                await provider.health()
            assert await provider.current_version() == "m2"
        for name in list(os.environ):
            if name.startswith("AWS_"):
                monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("HOME", str(tmp_path))
        endpoint = world.options.endpoint  # type: ignore[attr-defined]
        nobody = aws_kms.Options(key_id="alias/x", region="eu-central-1", endpoint=endpoint)
        async with aws_kms.PROVIDER.open(nobody) as provider:
            with pytest.raises(Denied, match="no AWS credentials"):
                await provider.health()


async def test_azures_sign_in_is_told_apart_from_its_absence(tmp_path: Path) -> None:
    with azure_world(tmp_path) as world:
        options: Any = world.options

        def entra(status: int, body: Any) -> Callable[[Call], None]:
            def refuse(call: Call) -> None:
                if "/oauth2/" in call.path:
                    raise Refused(status, body)

            return refuse

        cases: list[tuple[int, Any, type[KeyFault]]] = [
            (401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid secret."}, Denied),
            (503, {"error": "temporarily_unavailable", "error_description": "AADSTS90033: Later."}, Unreachable),
            (500, {}, Unreachable),
        ]
        service = world.service
        assert service is not None
        for status, body, kind in cases:
            service.fault = entra(status, body)
            async with world.open() as provider:
                with pytest.raises(kind):
                    await provider.health()
        service.fault = None
        assert options.client_secret


def test_what_is_no_azure_is_unreachable() -> None:
    from azure.core.exceptions import AzureError

    for error in (ValueError("The challenge resource does not match."), AzureError("something new")):
        with pytest.raises(Unreachable), azure_key_vault._told("k"):
            raise error


async def test_azure_knows_a_machines_own_identity() -> None:
    options = azure_key_vault.Options(vault="https://127.0.0.1:1", key="hub", timeout=0.5)
    async with azure_key_vault.PROVIDER.open(options) as provider:
        assert provider.key_id == "https://127.0.0.1:1/keys/hub"


async def test_google_wraps_nothing_with_a_version_that_is_off(tmp_path: Path) -> None:
    with google_world(tmp_path) as world:
        async with world.open() as provider:
            for fault, kind in (("disabled", Disabled), ("destroyed", NotFound)):
                world.faults[fault][1]()
                with pytest.raises(kind):
                    await provider.wrap(bytes(32), CONTEXT)
                world.heal()


async def test_google_is_asked_why_and_may_not_say(tmp_path: Path) -> None:
    with google_world(tmp_path) as world:
        async with world.open() as provider:
            wrapped = await provider.wrap(bytes(32), CONTEXT)
            world.faults["destroyed"][1]()

            def no_look(call: Call) -> None:
                if call.method == "GET":
                    raise Refused(403, {"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}})

            assert world.service is not None
            world.service.fault = no_look
            with pytest.raises(Disabled):
                await provider.unwrap(wrapped, CONTEXT)


def test_google_says_what_it_says() -> None:
    from google.api_core.exceptions import BadRequest
    from google.auth.exceptions import RefreshError

    with pytest.raises(Corrupt), google_cloud_kms._told("k"):
        raise BadRequest("no response at hand")
    with pytest.raises(Denied), google_cloud_kms._told("k"):
        raise RefreshError("no")


@pytest.mark.parametrize("account", ["no json", "{}"])
async def test_an_account_that_is_none_is_denied(account: str) -> None:
    options = google_cloud_kms.Options(key=NAME, account=Secret(account))
    with pytest.raises(Denied, match="no usable account"):
        async with google_cloud_kms.PROVIDER.open(options):
            pass


async def test_googles_own_address_is_the_default() -> None:
    async with google_cloud_kms.PROVIDER.open(
        google_cloud_kms.Options(key=NAME, account=service_account())
    ) as provider:
        assert provider.key_id == NAME
    async with google_cloud_kms.PROVIDER.open(
        google_cloud_kms.Options(key=NAME, account=service_account(), endpoint="kms.example")
    ) as provider:
        assert provider.key_id == NAME


def test_a_token_that_is_out_of_sessions_asks_for_patience() -> None:
    from pkcs11 import exceptions as said

    options = pkcs11.Options(module="m", token="t", key="k")
    cases: list[tuple[Exception, type[KeyFault]]] = [
        (said.SessionCount(), Throttled),
        (said.PKCS11Error("Unmapped error code 0x68"), Disabled),
        (said.DeviceRemoved(), Unreachable),
    ]
    for error, kind in cases:
        with pytest.raises(kind), pkcs11._told(options, "k"):
            raise error


async def test_vaults_token_is_read_anew_from_where_an_agent_puts_it(tmp_path: Path) -> None:
    sink = tmp_path / "sink"
    with transit_world(tmp_path) as world:
        given: Any = world.options
        options = vault_transit.Options(address=given.address, key="door", token_sink=str(sink), timeout=1)
        async with vault_transit.PROVIDER.open(options) as provider:
            with pytest.raises(Denied, match="no token"):
                await provider.health()
            sink.write_text(f"{given.token.reveal()}\n")
            await provider.health()
            with pytest.raises(Corrupt):
                await provider.unwrap(Wrapped(blob=b"\xff", version="v1"), CONTEXT)
            sink.write_text("stale\n")
            with pytest.raises(Denied):
                await provider.health()


async def test_vault_may_answer_with_something_else(tmp_path: Path) -> None:
    with transit_world(tmp_path) as world:
        async with world.open() as provider:
            assert world.service is not None

            def odd(_: Call) -> None:
                raise Refused(200, {"data": {"ciphertext": "other", "latest_version": 1}})

            world.service.fault = odd
            assert (await provider.wrap(bytes(32), CONTEXT)).version == ""

            def empty(_: Call) -> None:
                raise Refused(200, {"warnings": []})

            world.service.fault = empty
            with pytest.raises(Unreachable):
                await provider.health()

            def strange(_: Call) -> None:
                raise Refused(400, {"errors": ["something new"]})

            world.service.fault = strange
            with pytest.raises(Unreachable):
                await provider.health()


async def test_a_key_whose_library_or_secret_went_missing_is_unreachable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tmp_path / "token"
    token.write_text("hvs.x")
    options = {"address": "https://vault.example", "key": "k", "token_file": str(token)}
    async with hub_in(tmp_path / "hub") as hub:
        for name in ("a", "v"):
            await hub.vault.add_key(KeySource(name=name, provider="vault_transit", options=options), actor="test")
        with monkeypatch.context() as missing:
            missing.setitem(sys.modules, "hvac", None)
            with pytest.raises(Unreachable, match="hvac"):
                await hub.vault.enrol(OWNER, "v", actor="test")
        token.unlink()
        with pytest.raises(Unreachable, match="cannot be read"):
            await hub.vault.safe.keks.provider("v")
