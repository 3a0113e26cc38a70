"""The transit engine of HashiCorp Vault or OpenBao, by hvac: an `aes256-gcm96` key with the context as associated data.

The token's policy needs `update` on `MOUNT/encrypt/KEY` and `MOUNT/decrypt/KEY`, and `read` on `MOUNT/keys/KEY`.
A version is the engine's own number; raising `min_decryption_version` above it switches it off.
"""

import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from device.model.secret import Secret
from hub.vault.calls import Calls, calls_of, library
from hub.vault.errors import Corrupt, Denied, Disabled, KeyFault, NotFound, Throttled, Unreachable
from hub.vault.framing import framed_mapping
from hub.vault.interface import Context, KeyOptions, KeyProvider, KeyProviderKind, Wrapped

_EXTRA = "vault"
_SAID: tuple[tuple[str, type[KeyFault]], ...] = (
    ("not found", NotFound),
    ("disallowed by policy", Disabled),
    ("deleted", Disabled),
    ("authentication failed", Corrupt),
    ("invalid ciphertext", Corrupt),
    ("unable to decrypt", Corrupt),
    ("permission denied", Denied),
)
"""What a refusal (400) says, and what it means; the engine has no codes."""


class Options(KeyOptions, kw_only=True):
    """The key, and how to sign in: a token, or the file where an agent of Vault's keeps a fresh one."""

    address: str
    key: str
    mount: str = "transit"
    namespace: str = ""
    token: Secret = Secret("")
    token_sink: str = ""
    """A file that is read anew for each call."""
    ca_bundle: str = ""
    """Path of a PEM file with the authorities to trust in place of the system's."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.token) == bool(self.token_sink):
            raise ValueError("give either token or token_sink")
        if not self.address.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise ValueError("address must begin with https://")


class _Transit:
    def __init__(self, options: Options, client: Any, calls: Calls) -> None:
        self._options = options
        self._client = client
        self._calls = calls

    @property
    def key_id(self) -> str:
        return f"{self._options.mount}/{self._options.key}"

    async def wrap(self, key: bytes, context: Context) -> Wrapped:
        data = await self._ask("encrypt_data", plaintext=_text(key), associated_data=_text(framed_mapping(context)))
        ciphertext = str(data["ciphertext"])
        return Wrapped(blob=ciphertext.encode(), version=_version_in(ciphertext))

    async def unwrap(self, wrapped: Wrapped, context: Context) -> bytes:
        try:
            ciphertext = wrapped.blob.decode()
        except UnicodeDecodeError as error:
            raise Corrupt("What was wrapped is no text of Vault's.") from error
        data = await self._ask("decrypt_data", ciphertext=ciphertext, associated_data=_text(framed_mapping(context)))
        return base64.b64decode(data["plaintext"])

    async def current_version(self) -> str:
        return f"v{(await self._ask('read_key'))['latest_version']}"

    async def health(self) -> None:
        about = await self._ask("read_key")
        if about.get("soft_deleted"):
            raise Disabled(f"The key {self.key_id} is deleted, and can still be brought back.")

    async def _ask(self, what: str, **parameters: str) -> dict[str, Any]:
        return await self._calls.run(lambda: self._asked(what, parameters))

    def _asked(self, what: str, parameters: dict[str, str]) -> dict[str, Any]:
        with _told(self.key_id):
            if sink := self._options.token_sink:
                self._client.token = _sunk(Path(sink)).reveal()
            call = getattr(self._client.secrets.transit, what)
            answer = call(name=self._options.key, mount_point=self._options.mount, **parameters)
            data: dict[str, Any] = answer["data"]
            return data


def _text(plain: bytes) -> str:
    return base64.b64encode(plain).decode()


def _version_in(ciphertext: str) -> str:
    """`v3` in `vault:v3:…`."""
    return ciphertext.split(":")[1] if ciphertext.count(":") == 2 else ""


def _sunk(path: Path) -> Secret:
    try:
        return Secret(path.read_text(encoding="utf-8").strip())
    except (OSError, ValueError) as error:
        raise Denied(f"There is no token in {path}.", "Check the agent that should put it there.") from error


@contextmanager
def _told(key_id: str) -> Iterator[None]:
    import requests
    from hvac import exceptions as said

    try:
        yield
    except (said.Forbidden, said.Unauthorized) as error:
        raise Denied(f"Vault does not permit the use of {key_id}.") from error
    except said.InvalidPath as error:
        raise NotFound(f"Vault has no key {key_id}.") from error
    except said.RateLimitExceeded as error:
        raise Throttled("Vault was asked too often.") from error
    except said.InvalidRequest as error:
        text = str(error).lower()
        meaning = next((kind for words, kind in _SAID if words in text), Unreachable)
        raise meaning(f"Vault refuses {key_id}.") from error
    except (said.VaultError, requests.RequestException, KeyError, TypeError, ValueError) as error:
        raise Unreachable(f"Vault does not answer as it should: {type(error).__name__}.") from error


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[KeyProvider]:
    hvac = library("hvac", _EXTRA)
    client = hvac.Client(
        url=options.address,
        token=options.token.reveal() or None,
        verify=options.ca_bundle or True,
        timeout=options.timeout,
        namespace=options.namespace or None,
    )
    with calls_of("Vault", options.timeout) as calls:
        try:
            yield _Transit(options, client, calls)
        finally:
            client.adapter.close()


PROVIDER = KeyProviderKind(name="vault_transit", options=Options, open=_open)
