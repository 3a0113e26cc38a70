"""`doorlight hub keys …`: which keys lock what, and how to change that."""

import asyncio
from typing import Any

import click
import msgspec

from device.model.errors import SettingsError
from device.model.value import encode
from hub.commands.options import ACTOR, OwnerType, on_foundation, with_settings
from hub.foundation import Foundation
from hub.settings import HubSettings
from hub.vault.choice import HUB_KEY
from hub.vault.keyring import KeySource
from hub.vault.owner import Owner
from hub.vault.proof import KeyProof, Proof
from hub.vault.providers import KeyProviders
from hub.vault.reencryption import Reencrypted
from hub.vault.rewrapping import Rewrapped

_OWNER = OwnerType()


@click.group("keys")
def keys() -> None:
    """Which keys lock what, and how to change that."""


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
@with_settings
def status(settings: HubSettings, as_json: bool) -> int:
    """Every key: whose it is, what wraps it, how many secrets lie under it.

    `old version` means that its key-encryption key has been rotated since: `doorlight hub keys rewrap` brings it up to
    date. Once none is left, the old version may be disabled.
    """
    proof = on_foundation(settings, lambda foundation: foundation.vault.proof())
    if as_json:
        click.echo(encode(proof).decode())
    else:
        click.echo("\n".join(_lines(proof)))
    return 0


@keys.command()
@click.argument("connection", type=_OWNER)
@click.option("--key", "name", required=True, help="The key's name: one of [keys.NAME] in the settings, or a new one.")
@click.option("--provider", type=click.Choice([one.value for one in KeyProviders]), help="Of a new name: who holds it.")
@click.option("--option", "options", multiple=True, metavar="NAME=VALUE", help="Of a new name: its option.")
@click.option("--confirm", metavar="CONNECTION", help="The connection's name once more, in place of typing it.")
@with_settings
def enrol(
    settings: HubSettings,
    connection: Owner,
    name: str,
    provider: str | None,
    options: tuple[str, ...],
    confirm: str | None,
) -> int:
    """Lock a connection with a customer's key, and seal everything anew under it. `--key hub` goes back.

    From then on the key's owner can lock the connection at any time. If that key is ever deleted for good, what it
    locked cannot be recovered, not even from backups.
    """
    _confirm(connection, confirm, "If this key is ever deleted for good, the connection's secrets are lost.")
    source = KeySource(name=name, provider=provider, options=_options(options)) if provider else None

    async def work(foundation: Foundation) -> Reencrypted:
        if source is not None:
            await foundation.vault.add_key(source, actor=ACTOR)
        return await foundation.vault.enrol(connection, name, actor=ACTOR)

    return _told(on_foundation(settings, work))


@keys.command()
@click.argument("connection", type=_OWNER, required=False)
@click.option("--hub-key", is_flag=True, help="Make a new version of the hub's own key, where it is a file.")
@with_settings
def rotate(settings: HubSettings, connection: Owner | None, hub_key: bool) -> int:
    """Give a connection a new key and seal everything anew under it; or, with --hub-key, renew the hub's own key file.

    A key that somebody else holds is rotated where it is; then run `doorlight hub keys rewrap`.
    """
    if (connection is None) is not hub_key:
        raise click.UsageError("Name a connection, or --hub-key.")
    if connection is None:
        return _told_rewrapped(on_foundation(settings, _renew_hub_key))
    done = on_foundation(settings, lambda foundation: foundation.vault.rotate(connection, actor=ACTOR))
    if done is None:
        click.echo("That connection has no key yet.")
        return 1
    return _told(done)


@keys.command()
@click.argument("connection", type=_OWNER, required=False)
@with_settings
def rewrap(settings: HubSettings, connection: Owner | None) -> int:
    """Wrap keys anew with the current version of their key-encryption key: one connection's, or all.

    Also finishes what a power cut or a kill interrupted. Exit code 1 while anything is left on an older version.
    """

    async def work(foundation: Foundation) -> Rewrapped:
        for done in await foundation.vault.resume(actor=ACTOR):
            _told(done)
        return await foundation.vault.rewrap(connection, actor=ACTOR)

    return _told_rewrapped(on_foundation(settings, work))


@keys.command()
@click.argument("connection", type=_OWNER)
@click.option("--confirm", metavar="CONNECTION", help="The connection's name once more, in place of typing it.")
@with_settings
def shred(settings: HubSettings, connection: Owner, confirm: str | None) -> int:
    """Destroy a connection's keys: what they locked is gone, here and in every backup of the database.

    Copies of the keyring still have them until they are deleted, within seven days.
    """
    _confirm(connection, confirm, "What this key locked cannot be recovered.")
    done = on_foundation(settings, lambda foundation: foundation.vault.shred(connection, actor=ACTOR))
    click.echo(f"{connection}: {done.keys} keys destroyed, {done.secrets} secrets removed.")
    if not done.scrubbed:
        click.echo("Their bytes leave the keyring's files when nobody reads them any more: restart the hub.")
    click.echo("Delete older copies of the keyring, or wait seven days until backup does.")
    return 0


async def _renew_hub_key(foundation: Foundation) -> Rewrapped:
    chosen = foundation.settings.keys[HUB_KEY]
    if chosen.kind.renew is None or chosen.kind.retire is None:
        raise SettingsError("The hub's own key is not ours to renew.", "Rotate it where it is held, then run rewrap.")
    before = await foundation.vault.rewrap(source=HUB_KEY, actor=ACTOR)
    if not before.complete:
        return before
    await asyncio.to_thread(chosen.kind.renew, chosen.options)
    done = await foundation.vault.rewrap(source=HUB_KEY, actor=ACTOR)
    if done.complete:
        await asyncio.to_thread(chosen.kind.retire, chosen.options)
    return done


def _confirm(connection: Owner, confirmed: str | None, warning: str) -> None:
    if confirmed is None:
        click.echo(warning, err=True)
        confirmed = click.prompt("Type the connection's name to go on", err=True)
    if confirmed != str(connection):
        raise click.UsageError("That is not the connection's name; nothing was changed.")


def _options(given: tuple[str, ...]) -> dict[str, Any]:
    """`NAME=VALUE` as they stand; numbers and true or false as JSON has them."""
    options: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not name or not equals:
            raise click.UsageError("An option is written NAME=VALUE.")
        options[name] = _number(value)
    return options


def _number(value: str) -> Any:
    try:
        return msgspec.json.decode(value, type=bool | int | float)
    except msgspec.DecodeError:
        return value


def _told(done: Reencrypted) -> int:
    click.echo(f"{done.owner}: {done.resealed} secrets sealed anew, {done.verified} verified under key {done.ck_id}.")
    if done.complete:
        return 0
    click.echo(f"{done.damaged} secrets do not open with any key; the older keys are kept.", err=True)
    return 1


def _told_rewrapped(done: Rewrapped) -> int:
    click.echo(f"{done.rewrapped} keys wrapped anew, {done.current} were current, {done.left} left.")
    for sentence in done.failed:
        click.echo(sentence, err=True)
    return 0 if done.complete else 1


def _lines(proof: Proof) -> list[str]:
    lines = [_line(key) for key in proof.keys]
    lines.append(f"{proof.outdated} secrets under an older version of a key-encryption key.")
    if proof.orphans:
        lines.append(f"{proof.orphans} secrets whose key is not in the keyring; they cannot be opened.")
    return lines


def _line(key: KeyProof) -> str:
    state = "" if key.active else ", older key"
    version = "old version" if key.outdated else "version unknown" if key.current_version is None else "current version"
    return f"{key.owner}  {key.secrets} secrets  {key.source} ({key.provider}) {key.kek_id}, {version}{state}"
