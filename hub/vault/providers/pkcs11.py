"""A hardware security module, by its PKCS#11 library and python-pkcs11: an AES key that never leaves it.

The key wraps with AES-GCM, the context as its additional data. A version is a key's label: to rotate, make a key with
a new label, name it as `key`, and run `doorlight hub keys rewrap`; the old one is found by its label until then.
"""

import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from device.model.secret import Secret
from hub.vault.calls import Calls, calls_of, library
from hub.vault.errors import Corrupt, Denied, Disabled, NotFound, Throttled, Unreachable
from hub.vault.framing import framed_mapping
from hub.vault.interface import KEY_BYTES, Context, KeyOptions, KeyProvider, KeyProviderKind, Wrapped

_T = TypeVar("_T")
_EXTRA = "pkcs11"
_NONCE = 12
_NOT_PERMITTED = "0x68"
"""CKR_KEY_FUNCTION_NOT_PERMITTED, which python-pkcs11 knows by its number only."""
_SESSIONS = threading.Lock()
"""A token knows one login for the whole process, so sessions come one after another."""


class Options(KeyOptions, kw_only=True):
    """The token and its key."""

    module: str
    """Path of the vendor's library."""
    token: str
    """The token's label."""
    key: str
    """The key's label."""
    pin: Secret = Secret("")


class _Token:
    def __init__(self, options: Options, calls: Calls) -> None:
        self._options = options
        self._calls = calls

    @property
    def key_id(self) -> str:
        return f"pkcs11:{self._options.token}"

    async def wrap(self, key: bytes, context: Context) -> Wrapped:
        return await self._with_key(self._options.key, lambda kek: self._encrypted(kek, key, context))

    async def unwrap(self, wrapped: Wrapped, context: Context) -> bytes:
        return await self._with_key(wrapped.version, lambda kek: _decrypted(kek, wrapped.blob, context))

    async def current_version(self) -> str:
        return await self._with_key(self._options.key, lambda _: self._options.key)

    async def health(self) -> None:
        await self._with_key(self._options.key, _try_out)

    async def _with_key(self, label: str, work: Callable[[Any], _T]) -> _T:
        return await self._calls.run(lambda: self._in_session(label, work))

    def _in_session(self, label: str, work: Callable[[Any], _T]) -> _T:
        import pkcs11

        options = self._options
        with _SESSIONS, _told(options, label):
            token = pkcs11.lib(options.module).get_token(token_label=options.token)
            with token.open(user_pin=options.pin.reveal() or None) as session:
                kek = session.get_key(label=label, object_class=pkcs11.ObjectClass.SECRET_KEY)
                if not (hasattr(kek, "encrypt") and hasattr(kek, "decrypt")):
                    raise Disabled(f"The key {label} may not encrypt and decrypt.")
                return work(kek)

    def _encrypted(self, kek: Any, key: bytes, context: Context) -> Wrapped:
        nonce = os.urandom(_NONCE)
        return Wrapped(blob=nonce + kek.encrypt(key, **_gcm(nonce, context)), version=self._options.key)


def _gcm(nonce: bytes, context: Context) -> dict[str, Any]:
    from pkcs11 import GCMParams, Mechanism

    return {
        "mechanism": Mechanism.AES_GCM,
        "mechanism_param": GCMParams(nonce=nonce, aad=framed_mapping(context)),
    }


def _decrypted(kek: Any, blob: bytes, context: Context) -> bytes:
    """The key again. Modules say `GeneralError` of a wrong tag too, so a try-out tells whether the blob is at fault."""
    from pkcs11.exceptions import EncryptedDataInvalid, EncryptedDataLenRange, FunctionFailed, GeneralError

    if len(blob) <= _NONCE:
        raise Corrupt("What was wrapped is too short.")
    try:
        key: bytes = kek.decrypt(blob[_NONCE:], **_gcm(blob[:_NONCE], context))
    except (EncryptedDataInvalid, EncryptedDataLenRange, FunctionFailed, GeneralError) as error:
        _try_out(kek)
        raise Corrupt("The token did not wrap this, or not for this connection.") from error
    return key


def _try_out(kek: Any) -> None:
    nonce = os.urandom(_NONCE)
    parameters: Context = {"kind": "try"}
    kek.decrypt(kek.encrypt(bytes(KEY_BYTES), **_gcm(nonce, parameters)), **_gcm(nonce, parameters))


@contextmanager
def _told(options: Options, label: str) -> Iterator[None]:
    from pkcs11 import exceptions as said

    refused = (
        said.PinIncorrect, said.PinExpired, said.PinInvalid, said.PinLenRange, said.PinLocked, said.UserNotLoggedIn,
        said.UserPinNotInitialized,
    )  # fmt: skip
    try:
        yield
    except refused as error:
        raise Denied(f"The token {options.token} refuses the PIN.", "Check pin_file in the settings.") from error
    except said.NoSuchKey as error:
        raise NotFound(f"The token {options.token} has no key {label}.") from error
    except said.SessionCount as error:
        raise Throttled(f"The token {options.token} has no session left.") from error
    except said.PKCS11Error as error:
        if _NOT_PERMITTED in str(error):
            raise Disabled(f"The key {label} may not be used for this.") from error
        raise Unreachable(f"The token {options.token} cannot be used: {type(error).__name__}.") from error


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[KeyProvider]:
    library("pkcs11", _EXTRA)
    with calls_of("the token", options.timeout, threads=1) as calls:
        yield _Token(options, calls)


PROVIDER = KeyProviderKind(name="pkcs11", options=Options, open=_open)
