"""`doorlight hub …` as a person uses it: what it prints, how it ends, and what it leaves alone."""

import asyncio
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hub_side import OTHER, OWNER, SECRET, hub_in

from device.cli import main
from device.cli.exits import Exit
from device.model.errors import SettingsError
from hub.foundation import Foundation
from hub.server_settings import server_settings

NAME = str(OWNER)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hub with some secrets."""

    async def fill() -> None:
        async with hub_in(tmp_path / "hub") as hub:
            for number in range(3):
                await hub.vault.seal(OWNER, "token", f"r{number}", SECRET, actor="test")
            await hub.vault.seal(OTHER, "token", "r0", SECRET, actor="test")

    asyncio.run(fill())
    return tmp_path / "hub"


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on that hub."""

    def ran(*words: str, on: Path = folder) -> Ran:
        capfd.readouterr()
        code = main(["hub", *words, "--folder", str(on)])
        told = capfd.readouterr()
        return Ran(code, told.out, told.err)

    return ran


def looked(folder: Path, look: Callable[[Foundation], object]) -> None:
    async def looking() -> None:
        async with hub_in(folder, start=False) as hub:
            await look(hub)  # type: ignore[misc]

    asyncio.run(looking())


def test_the_status_lists_every_key_and_what_lies_under_it(run: Run, folder: Path) -> None:
    told = run("keys", "status")
    assert (told.code, told.err) == (0, "")
    assert f"{NAME}  3 secrets  hub (file) file:{folder}/hub.key, current version" in told.out
    assert "0 secrets under an older version" in told.out
    keys = json.loads(run("keys", "status", "--json").out)["keys"]
    assert {key["secrets"] for key in keys} == {1, 3}


def test_a_customers_key_is_enrolled_and_given_back(run: Run, tmp_path: Path) -> None:
    options = ("--provider", "file", "--option", f"path={tmp_path}/contoso.key", "--option", "timeout=5")
    told = run("keys", "enrol", NAME, "--key", "contoso", *options, "--confirm", NAME)
    assert (told.code, told.err) == (0, "")
    assert "3 secrets sealed anew, 3 verified" in told.out
    assert "contoso (file)" in run("keys", "status").out
    assert run("keys", "enrol", NAME, "--key", "hub", "--confirm", NAME).code == 0
    assert "contoso (file)" not in run("keys", "status").out


def test_nothing_is_enrolled_without_the_name_typed_once_more(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told = run("keys", "enrol", NAME, "--key", "hub", "--confirm", "contoso")
    assert told.code == 2
    assert "nothing was changed" in told.err
    monkeypatch.setattr("click.prompt", lambda *_, **__: NAME)
    typed = run("keys", "enrol", NAME, "--key", "hub")
    assert typed.code == 0
    assert "the connection's secrets are lost" in typed.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("keys", "enrol", NAME, "--key", "nobody", "--confirm", NAME), 1, "no key called nobody"),
        (("keys", "enrol", NAME, "--key", "x", "--provider", "file", "--option", "path"), 2, "NAME=VALUE"),
        (("keys", "enrol", "anna@contoso.example", "--key", "x"), 2, "TENANT/CONNECTION"),
        (("keys", "rotate"), 2, "Name a connection"),
        (("keys", "rotate", NAME, "--hub-key"), 2, "Name a connection"),
        (("restore",), 2, "--main"),
        (("restore", "--main", "none.gz"), 1, "no backup"),
        (("audit", "verify", "none.jsonl"), 74, "No such file"),
        (("audit", "verify", "none.jsonl", "--key", "xx"), 78, "no public key"),
        (("keys", "status", "--database", "mysql://x"), 78, "database"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_one_hint(
    run: Run, words: tuple[str, ...], code: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.prompt", lambda *_, **__: NAME)
    told = run(*words)
    assert told.code == code
    assert said in told.err
    assert "Traceback" not in told.err


def test_a_connections_key_is_rotated(run: Run) -> None:
    before = run("keys", "status", "--json").out
    assert "3 secrets sealed anew" in run("keys", "rotate", NAME).out
    assert run("keys", "status", "--json").out != before
    unknown = run("keys", "rotate", "contoso/nobody")
    assert (unknown.code, unknown.out) == (1, "That connection has no key yet.\n")


def test_the_hubs_own_key_file_is_renewed_and_the_old_version_is_gone(run: Run, folder: Path) -> None:
    before = (folder / "hub.key").read_text()
    told = run("keys", "rotate", "--hub-key")
    assert (told.code, told.err) == (0, "")
    assert "3 keys wrapped anew, 0 were current, 0 left" in told.out
    after = (folder / "hub.key").read_text()
    assert after != before
    assert "previous" not in after
    assert "0 secrets under an older version" in run("keys", "status").out


def test_a_key_that_somebody_else_holds_is_not_ours_to_renew(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "doorlight-hub-key").write_bytes(bytes(range(32)))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    new = tmp_path / "new"
    from hub.settings import Flags, load

    settings = load(None, Flags(folder=str(new), key_provider="systemd_credential"))
    from device.model.clock import SystemClock
    from hub.foundation import open_foundation

    async def start() -> None:
        async with open_foundation(settings, SystemClock()):
            pass

    asyncio.run(start())
    told = run("keys", "rotate", "--hub-key", "--key-provider", "systemd_credential", on=new)
    assert told.code == 78
    assert "not ours to renew" in told.err


def test_rewrapping_finishes_what_was_cut_off_and_tells_what_is_left(run: Run, folder: Path, tmp_path: Path) -> None:
    from hub.vault.reencryption import Reencryption

    looked(folder, lambda hub: Reencryption(hub.vault.safe).begin(OWNER, "hub"))
    told = run("keys", "rewrap")
    assert told.code == 0
    assert f"{NAME}: 3 secrets sealed anew" in told.out
    file = tmp_path / "contoso.key"
    run("keys", "enrol", NAME, "--key", "contoso", "--provider", "file", "--option", f"path={file}", "--confirm", NAME)
    file.unlink()
    left = run("keys", "rewrap")
    assert left.code == 1
    assert "1 left" in left.out
    assert "There is no key" in left.err
    stopped = run("keys", "rotate", "--hub-key")
    assert (stopped.code, stopped.err) == (0, "")
    assert "version unknown" in run("keys", "status").out


def test_a_hub_key_that_cannot_be_renewed_whole_is_left_alone(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub.vault.rewrapping import Rewrapped
    from hub.vault.vault import Vault

    left = iter((0, 1, 1))

    async def rewrap(*_: object, **__: object) -> Rewrapped:
        return Rewrapped(rewrapped=0, current=0, left=next(left))

    before = (folder / "hub.key").read_text()
    monkeypatch.setattr(Vault, "rewrap", rewrap)
    assert run("keys", "rotate", "--hub-key").code == 1
    assert "previous" in (folder / "hub.key").read_text() != before
    assert run("keys", "rotate", "--hub-key").code == 1


def test_a_hub_whose_key_is_lost_says_so(run: Run, folder: Path) -> None:
    (folder / "hub.key").unlink()
    told = run("keys", "status")
    assert told.code == 1
    assert "locked (NotFound)" in told.err


def test_damaged_secrets_are_told(run: Run, folder: Path) -> None:
    from sqlalchemy import text

    async def damage(hub: Foundation) -> None:
        async with hub.main.transaction() as connection:
            await connection.execute(text("UPDATE secrets SET sealed = x'01' WHERE record = 'r1'"))
            await connection.execute(text("UPDATE secrets SET ck_id = 'gone' WHERE record = 'r2'"))

    looked(folder, damage)
    assert "1 secrets whose key is not in the keyring" in run("keys", "status").out
    told = run("keys", "rotate", NAME)
    assert told.code == 1
    assert "2 secrets do not open with any key" in told.err
    assert ", older key" in run("keys", "status").out


def test_shredding_asks_and_then_destroys(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.prompt", lambda *_, **__: "no")
    assert run("keys", "shred", NAME).code == 2
    told = run("keys", "shred", NAME, "--confirm", NAME)
    assert told.code == 0
    assert f"{NAME}: 1 keys destroyed, 3 secrets removed." in told.out
    assert NAME not in run("keys", "status").out
    refused = run("keys", "enrol", NAME, "--key", "hub", "--confirm", NAME)
    assert refused.code == 1
    assert "destroyed" in refused.err


def test_shredding_tells_what_could_not_leave_the_files(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from hub.store import Store

    async def busy(*_: object) -> bool:
        return False

    monkeypatch.setattr(Store, "scrub", busy)
    assert "restart the hub" in run("keys", "shred", NAME, "--confirm", NAME).out


def test_the_log_is_checked_exported_and_checked_elsewhere(run: Run, folder: Path, tmp_path: Path) -> None:
    whole = run("audit", "verify")
    assert whole.code == 0
    assert "The log is whole: 4 entries" in whole.out
    file = tmp_path / "log.jsonl"
    exported = run("audit", "export", "--to", str(file))
    key = exported.err.split()[-1].rstrip(".")
    lines = file.read_text().splitlines()
    assert len(lines) == 5
    assert SECRET.reveal() not in file.read_text()
    assert run("audit", "export").out.splitlines()[:4] == lines[:4]
    there = run("audit", "verify", str(file), "--key", key, "--remembered", str(file))
    assert (there.code, there.err) == (0, "")
    assert run("audit", "verify", "--remembered", str(file)).code == 0

    file.write_text("\n".join(lines[:2] + lines[3:]) + "\n")
    cut = run("audit", "verify", str(file), "--key", key)
    assert cut.code == 1
    assert "NOT whole" in cut.out
    assert "does not follow" in cut.err
    assert run("audit", "verify", str(file), "--key", "00").code == 1


def test_a_log_that_was_cut_is_found_by_what_was_remembered(run: Run, folder: Path, tmp_path: Path) -> None:
    from sqlalchemy import text

    file = tmp_path / "log.jsonl"
    run("audit", "export", "--to", str(file))

    async def cut(hub: Foundation) -> None:
        async with hub.main.transaction() as connection:
            await connection.execute(text("DELETE FROM audit_entries WHERE seq = 4"))
            await connection.execute(text("DELETE FROM audit_checkpoints"))

    looked(folder, cut)
    assert run("audit", "verify", "--remembered", str(file)).code == 1


@pytest.mark.parametrize("content", ["", "nonsense\n", '{"seq": 1}\n'])
def test_what_holds_no_checkpoint_is_told(run: Run, tmp_path: Path, content: str) -> None:
    file = tmp_path / "remembered"
    file.write_text(content)
    told = run("audit", "verify", "--remembered", str(file))
    assert told.code == 78
    assert "holds no checkpoint" in told.err


def test_an_entry_is_no_checkpoint(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    run("audit", "export", "--to", str(file))
    file.write_text(file.read_text().splitlines()[0])
    assert "holds no checkpoint" in run("audit", "verify", "--remembered", str(file)).err
    file.write_text("nonsense\n")
    assert "Line 1" in run("audit", "verify", str(file), "--key", "00").err


def test_a_hub_is_backed_up_and_brought_back(run: Run, folder: Path) -> None:
    told = run("backup")
    assert (told.code, told.err) == (0, "")
    main_copy, keys_copy = (Path(line.split()[0]) for line in told.out.splitlines())
    assert {main_copy.parent.name, keys_copy.parent.name} == {"backups", "keyring-backups"}
    refused = run("restore", "--main", str(main_copy), "--keys", str(keys_copy))
    assert refused.code == 1
    assert "--replace" in refused.err
    done = run("restore", "--main", str(main_copy), "--keys", str(keys_copy), "--replace")
    assert done.code == 0
    assert "Restored" in done.out
    assert "what was there before" in done.out
    assert f"{NAME}  3 secrets" in run("keys", "status").out
    run("keys", "rotate", NAME)
    keys_later = (
        run("backup", "--to", str(folder / "x"), "--keyring-to", str(folder / "y")).out.splitlines()[1].split()[0]
    )
    lost = run("restore", "--main", str(main_copy), "--keys", keys_later, "--replace")
    assert "3 secrets have no key" in lost.err


def test_old_copies_of_the_keyring_are_named_when_they_go(run: Run, folder: Path) -> None:
    old = folder / "keyring-backups" / "doorlight-keyring-20200101T000000Z.jsonl.gz"
    old.parent.mkdir()
    old.write_bytes(b"")
    assert f"{old}  removed" in run("backup").out


def test_the_usual_settings_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hub.commands import options

    monkeypatch.setattr(options, "DEFAULT", tmp_path / "hub.toml")
    assert options.chosen_file(None) is None
    (tmp_path / "hub.toml").write_text("")
    assert options.chosen_file(None) == tmp_path / "hub.toml"
    assert options.chosen_file("other") == Path("other")


def test_every_command_has_its_help(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    for words in ((), ("keys",), ("audit",), ("keys", "shred"), ("restore",)):
        assert main(["hub", *words, "--help"]) == 0
    assert "Destroy a connection's keys" in capfd.readouterr().out


def taken(number: int) -> socket.socket:
    """A port that somebody else has."""
    return socket.create_server(("127.0.0.1", number))


def test_a_hub_says_whose_port_is_taken_before_it_promises_a_link(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with taken(0) as other, taken(0) as free:
        mine, theirs = (one.getsockname()[1] for one in (free, other))
        free.close()
        ports = ("--listen", f"127.0.0.1:{theirs}", "--listen-devices", f"127.0.0.1:{mine}")
        assert main(["hub", "--folder", str(tmp_path / "new"), *ports]) == Exit.MACHINE
    told = capfd.readouterr()
    assert "welcome" not in told.out
    assert str(theirs) in told.err
    assert "Traceback" not in told.err


def test_a_hub_that_is_told_only_where_to_listen_calls_itself_that() -> None:
    own = server_settings({"server": {"listen": "127.0.0.1:9000", "listen_devices": "127.0.0.1:9001"}})
    assert (own.portal, own.device_address) == ("http://127.0.0.1:9000", "http://127.0.0.1:9001")
    named = server_settings({"server": {"url": "https://doors.example/"}})
    assert (named.portal, named.device_address) == ("https://doors.example", "https://doors.example")
    with pytest.raises(SettingsError, match="not encrypted"):
        server_settings({"server": {"listen": "0.0.0.0:8080"}})
