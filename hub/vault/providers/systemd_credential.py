"""A key that systemd hands to the service: encrypted at rest for this machine, by its TPM where it has one.

    systemd-creds encrypt --with-key=auto --name=doorlight-hub-key key /etc/credstore.encrypted/doorlight-hub-key

and `LoadCredentialEncrypted=doorlight-hub-key` in the unit. The credential holds 32 random bytes, or the text of the
`file` provider. To change keys, give the old one as `previous` and run `doorlight hub keys rewrap`.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from hub.vault.calls import calls_of
from hub.vault.errors import Corrupt, Denied, NotFound, Unreachable
from hub.vault.interface import KEY_BYTES, KeyOptions, KeyProvider, KeyProviderKind
from hub.vault.local_keys import KeysAtHand, LocalKeys, parse

_LIMIT = 4096


class Options(KeyOptions, kw_only=True):
    """The names of the credentials."""

    name: str = "doorlight-hub-key"
    previous: str = ""
    """The credential of the key before, while something is still wrapped with it: 32 bytes."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.name or "/" in self.name + self.previous:
            raise ValueError("name must be the name of a credential, without slashes")


def _keys(options: Options) -> LocalKeys:
    current = _content(options.name)
    if not options.previous:
        return parse(current)
    previous = _content(options.previous)
    if len(current) != KEY_BYTES or len(previous) != KEY_BYTES:
        raise Corrupt("With a previous credential, each of the two holds 32 bytes and nothing else.")
    return LocalKeys(current, previous)


def _content(name: str) -> bytes:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise NotFound("systemd passed no credentials.", f"Add LoadCredentialEncrypted={name} to the unit.")
    try:
        with Path(folder, name).open("rb") as file:
            return file.read(_LIMIT)
    except FileNotFoundError as error:
        raise NotFound(f"systemd passed no credential {name}.", f"Add LoadCredentialEncrypted={name}.") from error
    except PermissionError as error:
        raise Denied(f"The credential {name} may not be read.", "Run the hub as the unit's own user.") from error
    except OSError as error:
        raise Unreachable(f"The credential {name} cannot be read: {error.strerror}.") from error


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[KeyProvider]:
    with calls_of("the credential", options.timeout) as calls:
        yield KeysAtHand(f"credential:{options.name}", partial(_keys, options), calls)


PROVIDER = KeyProviderKind(name="systemd_credential", options=Options, open=_open)
