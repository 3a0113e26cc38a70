"""A hub's settings: what is right is read, whatever is wrong is a sentence that names the key, and a hint."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from device.model.errors import SettingsError
from hub.secret_files import with_contents
from hub.settings import DEFAULT, Flags, build, load
from hub.vault.providers import KeyProviders
from hub.vault.providers.vault_transit import Options


def test_a_folder_is_enough(tmp_path: Path) -> None:
    settings = load(None, Flags(folder=str(tmp_path)))
    assert settings.database.file == tmp_path / "hub.db"
    assert settings.keyring.file == tmp_path / "keyring.db"
    assert settings.keys["hub"].options.path == str(tmp_path / "hub.key")  # type: ignore[attr-defined]
    assert settings.key_cache == timedelta(seconds=60)
    assert settings.backups == tmp_path / "backups"
    assert DEFAULT.is_absolute()


def test_everything_can_be_said_in_a_file(tmp_path: Path) -> None:
    token, file = tmp_path / "token", tmp_path / "hub.toml"
    token.write_text("hvs.x\n")
    database = tmp_path / "database"
    database.write_text("postgresql://hub:pw@db.example/doorlight")
    file.write_text(f"""
folder = "{tmp_path}"
database_file = "{database}"
keyring = "postgresql://hub@keys.example/doorlight?schema=keyring"
key_cache = "2m"
audit_kept = "90d"
[key]
provider = "systemd_credential"
[keys.contoso]
provider = "vault_transit"
address = "https://vault.example"
key = "door"
token_file = "{token}"
""")
    settings = load(file, Flags())
    assert str(settings.database) == "postgresql://hub:***@db.example/doorlight"
    assert settings.keyring.schema == "keyring"
    assert (settings.key_cache, settings.audit_kept) == (timedelta(minutes=2), timedelta(days=90))
    assert settings.keys["hub"].provider is KeyProviders.SYSTEMD_CREDENTIAL
    chosen = settings.keys["contoso"]
    assert isinstance(chosen.options, Options)
    assert chosen.options.token.reveal() == "hvs.x"
    assert "hvs.x" not in repr(settings)
    assert "pw" not in repr(settings)


def test_flags_stand_in_place_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text('folder = "elsewhere"\ndatabase_file = "none"\n[key]\nprovider = "file"\npath = "k"\n')
    settings = load(file, Flags(folder=str(tmp_path), database=str(tmp_path / "d.db"), keyring=str(tmp_path / "k.db")))
    assert settings.folder == tmp_path
    assert settings.database.file == tmp_path / "d.db"
    assert settings.keys["hub"].options.path == "k"  # type: ignore[attr-defined]
    kept = load(file, Flags(database="d", key_provider="file"))
    assert kept.keys["hub"].options.path == "k"  # type: ignore[attr-defined]
    other = load(file, Flags(database="d", key_provider="systemd_credential"))
    assert other.keys["hub"].provider is KeyProviders.SYSTEMD_CREDENTIAL


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown key": ({"foldr": "x"}, "foldr"),
    "a cache too long": ({"key_cache": "10m"}, "key_cache"),
    "a cache in the past": ({"key_cache": "fast"}, "key_cache"),
    "no provider": ({"key": {"provider": "nobody"}}, "key.provider"),
    "a provider left out": ({"keys": {"a": {"key": "x"}}}, "keys.a.provider"),
    "an option too many": ({"key": {"provider": "file", "path": "x", "colour": "red"}}, "key.colour"),
    "an option too few": ({"keys": {"a": {"provider": "aws_kms"}}}, "keys.a.key_id"),
    "the hub's key twice": ({"keys": {"hub": {"provider": "file", "path": "x"}}}, "keys.hub"),
    "a name with a space": ({"keys": {"a b": {"provider": "file", "path": "x"}}}, "keys.a b"),
    "keys that are no table": ({"keys": 1}, "keys"),
    "a key that is no table": ({"key": 1}, "key"),
    "one of the keys no table": ({"keys": {"a": 1}}, "a"),
    "half an access key": ({"keys": {"a": {"provider": "aws_kms", "key_id": "k", "access_key_id": "a"}}}, "belong"),
    "no token": ({"keys": {"a": {"provider": "vault_transit", "address": "https://x", "key": "k"}}}, "token"),
    "a place in the clear": (
        {"keys": {"a": {"provider": "vault_transit", "address": "http://x", "key": "k", "token": "t"}}},
        "https",
    ),
    "a key of Google's": ({"keys": {"a": {"provider": "google_cloud_kms", "key": "k"}}}, "projects"),
    "a vault in the clear": (
        {"keys": {"a": {"provider": "azure_key_vault", "vault": "http://x", "key": "k"}}},
        "https",
    ),
    "a secret alone": (
        {"keys": {"a": {"provider": "azure_key_vault", "vault": "https://x", "key": "k", "client_secret": "s"}}},
        "tenant",
    ),
    "no file": ({"key": {"provider": "file", "path": ""}}, "path"),
    "no credential": ({"key": {"provider": "systemd_credential", "name": "a/b"}}, "credential"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_named(tmp_path: Path, wrong: str) -> None:
    document, named = WRONG[wrong]
    with pytest.raises(SettingsError) as refused:
        build({"folder": str(tmp_path), **document})
    assert named in f"{refused.value} {refused.value.hint}"
    assert refused.value.hint


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "none.toml", Flags())


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"token_file": ""}, "is no path"),
        ({"token_file": 5}, "is no path"),
        ({"token_file": "/none"}, "cannot be read"),
        ({"token_file": "credential:"}, "no name of a credential"),
        ({"token_file": "credential:x"}, "systemd passed none"),
        ({"token_file": "FOLDER/empty"}, "is empty"),
        ({"token_file": "FOLDER/binary"}, "it is not text"),
        ({"token_file": "x", "token": "y"}, "both set"),
    ],
)
def test_a_secret_that_cannot_be_had_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: dict[str, Any], said: str
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    placed = {
        key: value.replace("FOLDER", str(tmp_path)) if isinstance(value, str) else value for key, value in table.items()
    }
    with pytest.raises(SettingsError, match=said):
        with_contents(placed, Options, "key")


def test_a_secret_may_come_from_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "vault-token").write_text("hvs.x\n")
    read = with_contents({"token_file": "credential:vault-token", "key": "k"}, Options, "key")
    assert read == {"token": "hvs.x", "key": "k"}
