"""Azure Key Vault and its Entra, as their REST references have it: challenge, get, wrap, unwrap, versions, states."""

import base64
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from simulators.listener import Call, Refused, Service

NAME = "hub"
TENANT = "11111111-2222-3333-4444-555555555555"
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


def error(code: str, message: str, inner: str = "") -> dict[str, object]:
    return {"error": {"code": code, "message": message, "innererror": {"code": inner}}}


class AzureVault:
    """One RSA key; every version has a name of its own."""

    def __init__(self) -> None:
        self.service: Service | None = None
        self.versions: dict[str, rsa.RSAPrivateKey] = {}
        self.rotate()
        self.enabled = True
        self.exists = True

    def rotate(self) -> None:
        self.versions[uuid.uuid4().hex] = rsa.generate_private_key(65537, 2048)

    def answer(self, call: Call) -> object:
        path = call.path.partition("?")[0]
        if path.endswith("/oauth2/v2.0/token"):
            return self._token()
        if path.endswith("openid-configuration"):
            return self._discovery()
        if call.headers.get("authorization") != "Bearer door":
            raise self._challenge()
        if not self.exists:
            raise Refused(404, error("KeyNotFound", "A key with (name/id) hub was not found in this key vault."))
        parts = path.strip("/").split("/")
        version = parts[2] if len(parts) > 2 and parts[2] else list(self.versions)[-1]
        if version not in self.versions:
            raise Refused(404, error("KeyNotFound", "A key with this version was not found in this key vault."))
        if len(parts) < 4:
            return self._bundle(version)
        return self._operate(parts[3], version, call.body)

    def _token(self) -> object:
        return {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "door"}

    def _discovery(self) -> object:
        base = f"{self._base()}/{TENANT}"
        return {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "issuer": f"{base}/v2.0",
        }

    def _base(self) -> str:
        assert self.service is not None
        return self.service.address

    def _challenge(self) -> Refused:
        resource = self._base().replace("127.0.0.1", "0.0.1")
        told = f'Bearer authorization="{self._base()}/{TENANT}", resource="{resource}"'
        return Refused(401, error("Unauthorized", "AKV10000: Request is missing a token."), WWW_Authenticate=told)

    def _bundle(self, version: str) -> object:
        numbers = self.versions[version].public_key().public_numbers()
        return {
            "key": {
                "kid": f"{self._base()}/keys/{NAME}/{version}",
                "kty": "RSA",
                "key_ops": ["wrapKey", "unwrapKey"],
                "n": _url64(numbers.n.to_bytes(256, "big")),
                "e": _url64(numbers.e.to_bytes(3, "big")),
            },
            "attributes": {"enabled": self.enabled, "created": 1, "updated": 1},
        }

    def _operate(self, what: str, version: str, body: dict[str, str]) -> object:
        if not self.enabled:
            raise Refused(403, error("Forbidden", "Operation is not allowed on a disabled key.", "KeyDisabled"))
        value, key = _un64(body["value"]), self.versions[version]
        try:
            done = key.public_key().encrypt(value, _OAEP) if what == "wrapkey" else key.decrypt(value, _OAEP)
        except ValueError:
            raise Refused(400, error("BadParameter", "The parameter is incorrect.")) from None
        return {"kid": f"{self._base()}/keys/{NAME}/{version}", "value": _url64(done)}


def _url64(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def _un64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
