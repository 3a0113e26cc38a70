"""Azure Key Vault or Managed HSM, by azure-keyvault-keys: an RSA key of 2048 bits or more, RSA-OAEP-256.

The identity needs the role `Key Vault Crypto Service Encryption User` (get, wrap, unwrap). RSA wrapping has no place
for a context, so `hub.vault.binding` puts it in. A version is the vault's own; rotating makes a new one.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from device.model.secret import Secret
from hub.vault.binding import bound, joined, parted, unbound
from hub.vault.calls import Calls, calls_of, library
from hub.vault.errors import Corrupt, Denied, Disabled, KeyFault, NotFound, Throttled, Unreachable
from hub.vault.interface import Context, KeyOptions, KeyProvider, KeyProviderKind, Wrapped

_EXTRA = "azure"
_OFF = ("keydisabled", "disabled key", "is disabled")
"""What a refusal says of a key that is switched off; Azure answers 403 as for a missing permission."""


_PASSING = ("90024", "90033")
"""Entra's codes for too many requests and for an outage of its own."""


class Options(KeyOptions, kw_only=True):
    """The key, and who asks: an application with a secret, or, without one, the machine's managed identity."""

    vault: str
    """The vault's address, as Azure's portal shows it."""
    key: str
    tenant: str = ""
    client_id: str = ""
    client_secret: Secret = Secret("")
    authority: str = ""
    """Entra's address, where it is not the public cloud's."""
    ca_bundle: str = ""
    """Path of a PEM file with the authorities to trust in place of the system's."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.vault.startswith("https://"):
            raise ValueError("vault must begin with https://")
        if self.client_secret and not (self.tenant and self.client_id):
            raise ValueError("client_secret needs tenant and client_id")


class _KeyVault:
    def __init__(self, options: Options, client: Any, calls: Calls) -> None:
        self._options = options
        self._client = client
        self._calls = calls
        self._ciphers: dict[str, Any] = {}

    @property
    def key_id(self) -> str:
        return f"{self._options.vault.rstrip('/')}/keys/{self._options.key}"

    async def wrap(self, key: bytes, context: Context) -> Wrapped:
        once, box = bound(key, context)
        version, wrapped = await self._calls.run(lambda: self._wrap(once))
        return Wrapped(blob=joined(wrapped, box), version=version)

    async def unwrap(self, wrapped: Wrapped, context: Context) -> bytes:
        inner, box = parted(wrapped.blob)
        once = await self._calls.run(lambda: self._unwrap(inner, wrapped.version))
        return unbound(once, box, context)

    async def current_version(self) -> str:
        return await self._calls.run(self._latest)

    async def health(self) -> None:
        await self._calls.run(self._latest)

    def _latest(self) -> str:
        with _told(self.key_id):
            about = self._client.get_key(self._options.key).properties
        if about.enabled is False:
            raise Disabled(f"The key {self.key_id} is disabled.")
        return str(about.version)

    def _wrap(self, once: bytes) -> tuple[str, bytes]:
        version = self._latest()
        with _told(self.key_id):
            return version, self._cipher(version).wrap_key(_algorithm(), once).encrypted_key

    def _unwrap(self, wrapped: bytes, version: str) -> bytes:
        with _told(self.key_id):
            key: bytes = self._cipher(version).unwrap_key(_algorithm(), wrapped).key
        return key

    def _cipher(self, version: str) -> Any:
        if version not in self._ciphers:
            self._ciphers[version] = self._client.get_cryptography_client(self._options.key, key_version=version)
        return self._ciphers[version]


def _algorithm() -> Any:
    from azure.keyvault.keys.crypto import KeyWrapAlgorithm

    return KeyWrapAlgorithm.rsa_oaep_256


@contextmanager
def _told(key_id: str) -> Iterator[None]:
    from azure.core.exceptions import (
        AzureError,
        ClientAuthenticationError,
        HttpResponseError,
        ResourceNotFoundError,
        ServiceRequestError,
        ServiceResponseError,
    )

    try:
        yield
    except (ServiceRequestError, ServiceResponseError) as error:
        raise Unreachable(f"Azure cannot be asked about {key_id}: {type(error).__name__}.") from error
    except ClientAuthenticationError as error:
        raise _sign_in_fault(str(error)) from error
    except ResourceNotFoundError as error:
        raise NotFound(f"Azure has no key {key_id}, or not this version.") from error
    except HttpResponseError as error:
        _refuse(error.status_code, str(error).lower(), key_id, error)
    except (AzureError, ValueError) as error:
        raise Unreachable(f"Azure cannot be asked about {key_id}: {type(error).__name__}.") from error


def _sign_in_fault(said: str) -> KeyFault:
    """Whether Entra itself said no. The library calls it an authentication error too when nobody answered."""
    code = re.search(r"AADSTS(\d+)", said)
    if code is not None and code[1] not in _PASSING:
        return Denied("Azure refuses the sign-in.", "Check tenant, client_id and client_secret.")
    return Unreachable("Azure's sign-in does not answer as it should.")


def _refuse(status: int | None, said: str, key_id: str, error: Exception) -> None:
    if status == 403:
        kind = Disabled if any(words in said for words in _OFF) else Denied
        raise kind(f"Azure does not permit the use of {key_id}.") from error
    if status == 429:
        raise Throttled("Azure was asked too often.") from error
    if status == 400:
        raise Corrupt(f"The key {key_id} did not wrap this.") from error
    raise Unreachable(f"Azure answers {status} for {key_id}.") from error


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[KeyProvider]:
    keys, identity = library("azure.keyvault.keys", _EXTRA), library("azure.identity", _EXTRA)
    bounds: dict[str, Any] = {
        "retry_total": 0,
        "connection_timeout": options.timeout,
        "read_timeout": options.timeout,
        "connection_verify": options.ca_bundle or True,
    }
    if options.client_secret:
        where = {"authority": options.authority, "disable_instance_discovery": True} if options.authority else {}
        credential = identity.ClientSecretCredential(
            options.tenant, options.client_id, options.client_secret.reveal(), **where, **bounds
        )
    else:
        credential = identity.ManagedIdentityCredential(client_id=options.client_id or None, **bounds)
    with calls_of("Azure", options.timeout) as calls, keys.KeyClient(options.vault, credential, **bounds) as client:
        try:
            yield _KeyVault(options, client, calls)
        finally:
            credential.close()


PROVIDER = KeyProviderKind(name="azure_key_vault", options=Options, open=_open)
