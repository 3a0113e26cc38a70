"""AWS Key Management Service, by boto3: a symmetric key that encrypts and decrypts.

The policy needs `kms:Encrypt`, `kms:Decrypt` and `kms:DescribeKey`, best with a condition on the encryption context
(`kms:EncryptionContext:tenant`). The context stands in CloudTrail in clear. A version is the id of the key material
(`KeyMaterialId`); services that do not tell it have one version, `-`.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from device.model.secret import Secret
from hub.vault.calls import Calls, calls_of, library
from hub.vault.errors import Corrupt, Denied, Disabled, KeyFault, NotFound, Throttled, Unreachable
from hub.vault.interface import Context, KeyOptions, KeyProvider, KeyProviderKind, Wrapped

_EXTRA = "aws"
_UNTOLD = "-"
_MEANING: dict[str, type[KeyFault]] = {
    "AccessDeniedException": Denied,
    "ExpiredTokenException": Denied,
    "IncompleteSignature": Denied,
    "InvalidClientTokenId": Denied,
    "InvalidSignatureException": Denied,
    "KMSInvalidStateException": Disabled,
    "DisabledException": Disabled,
    "IncorrectKeyException": Corrupt,
    "InvalidCiphertextException": Corrupt,
    "LimitExceededException": Throttled,
    "NotFoundException": NotFound,
    "ThrottlingException": Throttled,
    "UnrecognizedClientException": Denied,
    "ValidationException": Corrupt,
}


class Options(KeyOptions, kw_only=True):
    """The key, and who asks. Without an access key, boto3 finds who we are by itself (role, profile, environment)."""

    key_id: str
    """The key's ARN, or the ARN of an alias."""
    region: str = ""
    access_key_id: str = ""
    secret_access_key: Secret = Secret("")
    endpoint: str = ""
    """In place of Amazon's own, e.g. of a private network."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.access_key_id) != bool(self.secret_access_key):
            raise ValueError("access_key_id and secret_access_key belong together")


class _Kms:
    def __init__(self, options: Options, client: Any, calls: Calls) -> None:
        self._options = options
        self._client = client
        self._calls = calls

    @property
    def key_id(self) -> str:
        return self._options.key_id

    async def wrap(self, key: bytes, context: Context) -> Wrapped:
        return await self._calls.run(lambda: self._wrap(key, dict(context)))

    async def unwrap(self, wrapped: Wrapped, context: Context) -> bytes:
        key: bytes = (await self._calls.run(lambda: self._decrypt(wrapped.blob, dict(context))))["Plaintext"]
        return key

    async def current_version(self) -> str:
        return str((await self._calls.run(self._describe)).get("CurrentKeyMaterialId", _UNTOLD))

    async def health(self) -> None:
        about = await self._calls.run(self._describe)
        if about["KeyState"] == "Unavailable":
            raise Unreachable(f"AWS has the key {self.key_id} out of reach.")
        if about["KeyState"] != "Enabled":
            raise Disabled(f"The key {self.key_id} is {about['KeyState']}.")

    def _wrap(self, key: bytes, context: dict[str, str]) -> Wrapped:
        """Encrypt, and decrypt again: only that answer tells which material it was."""
        with _told(self.key_id):
            blob = self._client.encrypt(KeyId=self.key_id, Plaintext=key, EncryptionContext=context)["CiphertextBlob"]
        return Wrapped(blob=blob, version=self._decrypt(blob, context).get("KeyMaterialId", _UNTOLD))

    def _decrypt(self, blob: bytes, context: dict[str, str]) -> dict[str, Any]:
        with _told(self.key_id):
            answer: dict[str, Any] = self._client.decrypt(
                KeyId=self.key_id, CiphertextBlob=blob, EncryptionContext=context
            )
        return answer

    def _describe(self) -> dict[str, Any]:
        with _told(self.key_id):
            about: dict[str, Any] = self._client.describe_key(KeyId=self.key_id)["KeyMetadata"]
        return about


@contextmanager
def _told(key_id: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise _MEANING.get(code, Unreachable)(f"AWS answers {code or 'nothing known'} for the key {key_id}.") from error
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise Denied("There are no AWS credentials.", "Give the hub a role, or access_key_id.") from error
    except BotoCoreError as error:
        raise Unreachable(f"AWS cannot be asked about the key {key_id}: {type(error).__name__}.") from error


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[KeyProvider]:
    boto3, config = library("boto3", _EXTRA), library("botocore.config", _EXTRA)
    given = {
        "region_name": options.region or _region_in(options.key_id),
        "endpoint_url": options.endpoint,
        "aws_access_key_id": options.access_key_id,
        "aws_secret_access_key": options.secret_access_key.reveal(),
    }
    bounds = config.Config(
        connect_timeout=options.timeout, read_timeout=options.timeout, retries={"total_max_attempts": 1}
    )
    with calls_of("AWS", options.timeout) as calls:
        told = {name: value for name, value in given.items() if value}
        client = await calls.run(lambda: boto3.client("kms", config=bounds, **told))
        try:
            yield _Kms(options, client, calls)
        finally:
            client.close()


def _region_in(arn: str) -> str:
    """`arn:aws:kms:REGION:…`; nothing where it is no ARN."""
    parts = arn.split(":")
    return parts[3] if len(parts) > 3 else ""


PROVIDER = KeyProviderKind(name="aws_kms", options=Options, open=_open)
