"""Google Cloud KMS, by google-cloud-kms over HTTPS: a symmetric key with the context as additional data.

The account needs the roles `Cloud KMS CryptoKey Encrypter/Decrypter` and `Viewer` on the key. A version is Google's
own number. A version that is destroyed is told apart from one that is disabled, and then for good.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from device.model.secret import Secret
from hub.vault.calls import Calls, calls_of, library
from hub.vault.errors import Corrupt, Denied, Disabled, KeyFault, NotFound, Throttled, Unreachable
from hub.vault.framing import framed_mapping
from hub.vault.interface import Context, KeyOptions, KeyProvider, KeyProviderKind, Wrapped

_T = TypeVar("_T")
_EXTRA = "google"
_GONE = ("DESTROYED", "IMPORT_FAILED")


class Options(KeyOptions, kw_only=True):
    """The key, and who asks. Without an account, Google's library finds who we are by itself."""

    key: str
    """`projects/P/locations/L/keyRings/R/cryptoKeys/K`."""
    account: Secret = Secret("")
    """A service account's key, as JSON."""
    endpoint: str = ""
    """In place of Google's own, e.g. of a private network."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.key.count("/") != 7:
            raise ValueError("key must be projects/…/locations/…/keyRings/…/cryptoKeys/…")


class _NotEnabledError(Exception):
    """A version that was needed is off, for a reason that has to be asked for."""


class _CloudKms:
    def __init__(self, options: Options, client: Any, calls: Calls) -> None:
        self._options = options
        self._client = client
        self._calls = calls
        self._bounds = {"timeout": options.timeout, "retry": None}

    @property
    def key_id(self) -> str:
        return self._options.key

    async def wrap(self, key: bytes, context: Context) -> Wrapped:
        request = {"name": self.key_id, "plaintext": key, "additional_authenticated_data": framed_mapping(context)}
        answer = await self._ask(lambda: self._client.encrypt(request=request, **self._bounds))
        return Wrapped(blob=answer.ciphertext, version=_last(answer.name))

    async def unwrap(self, wrapped: Wrapped, context: Context) -> bytes:
        request = {
            "name": self.key_id,
            "ciphertext": wrapped.blob,
            "additional_authenticated_data": framed_mapping(context),
        }
        answer = await self._ask(lambda: self._client.decrypt(request=request, **self._bounds), wrapped.version)
        key: bytes = answer.plaintext
        return key

    async def current_version(self) -> str:
        return _last((await self._primary()).name)

    async def health(self) -> None:
        primary = await self._primary()
        if primary.state.name != "ENABLED":
            raise _off(self.key_id, primary.state.name)

    async def _primary(self) -> Any:
        about = await self._ask(lambda: self._client.get_crypto_key(name=self.key_id, **self._bounds))
        return about.primary

    async def _ask(self, call: Callable[[], _T], version: str = "") -> _T:
        return await self._calls.run(lambda: self._asked(call, version))

    def _asked(self, call: Callable[[], _T], version: str) -> _T:
        try:
            with _told(self.key_id):
                return call()
        except _NotEnabledError as error:
            raise self._why_off(version) from error

    def _why_off(self, version: str) -> KeyFault:
        """What state the version that was needed is in: Google says of each that it is not enabled."""
        try:
            with _told(self.key_id):
                if version:
                    name = f"{self.key_id}/cryptoKeyVersions/{version}"
                    about = self._client.get_crypto_key_version(name=name, **self._bounds)
                else:
                    about = self._client.get_crypto_key(name=self.key_id, **self._bounds).primary
        except (KeyFault, _NotEnabledError):
            return Disabled(f"The key {self.key_id} is not enabled.")
        return _off(self.key_id, about.state.name)


def _off(key_id: str, state: str) -> KeyFault:
    if state in _GONE:
        return NotFound(f"The key {key_id} is {state}.", "What it locked is gone for good.", destroyed=True)
    return Disabled(f"The key {key_id} is {state}.")


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _status_of(error: Any) -> str:
    """Google's own word for it, which the library drops over HTTP."""
    try:
        return str(error.response.json()["error"]["status"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return ""


@contextmanager
def _told(key_id: str) -> Iterator[None]:
    import requests
    from google.api_core import exceptions as said
    from google.auth.exceptions import GoogleAuthError, TransportError
    from google.protobuf.json_format import ParseError

    try:
        yield
    except (said.Forbidden, said.Unauthorized) as error:
        raise Denied(f"Google does not permit the use of {key_id}.") from error
    except said.NotFound as error:
        raise NotFound(f"Google has no key {key_id}.") from error
    except said.TooManyRequests as error:
        raise Throttled("Google was asked too often.") from error
    except said.BadRequest as error:
        if _status_of(error) == "FAILED_PRECONDITION":
            raise _NotEnabledError from error
        raise Corrupt(f"The key {key_id} did not wrap this.") from error
    except (said.GoogleAPIError, TransportError, ParseError, requests.RequestException) as error:
        raise Unreachable(f"Google cannot be asked about {key_id}: {type(error).__name__}.") from error
    except GoogleAuthError as error:
        raise Denied("Google refuses the sign-in.", "Check account in the settings.") from error


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[KeyProvider]:
    kms = library("google.cloud.kms_v1", _EXTRA)
    rest = library("google.cloud.kms_v1.services.key_management_service.transports.rest", _EXTRA)
    with calls_of("Google", options.timeout) as calls:
        client = await calls.run(lambda: _client(options, kms, rest))
        with client:
            yield _CloudKms(options, client, calls)


def _client(options: Options, kms: Any, rest: Any) -> Any:
    from google.auth.exceptions import DefaultCredentialsError

    where: dict[str, Any] = {}
    if options.endpoint:
        scheme, _, host = options.endpoint.rpartition("://")
        where = {"host": host, "url_scheme": scheme or "https"}
    try:
        credentials = _account(options.account) if options.account else None
        transport = rest.KeyManagementServiceRestTransport(credentials=credentials, **where)
    except (DefaultCredentialsError, ValueError, KeyError) as error:
        raise Denied(
            "There is no usable account for Google.", "Give a service account's key as account_file."
        ) from error
    return kms.KeyManagementServiceClient(transport=transport)


def _account(account: Secret) -> Any:
    from google.oauth2.service_account import Credentials

    read: Any = Credentials.from_service_account_info
    return read(json.loads(account.reveal()))


PROVIDER = KeyProviderKind(name="google_cloud_kms", options=Options, open=_open)
