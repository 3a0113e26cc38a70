"""Google Cloud KMS over HTTPS, as its REST reference has it: versions and their states, additional data."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from simulators.listener import Call, Refused, b64

NAME = "projects/doorlight/locations/europe/keyRings/rooms/cryptoKeys/hub"


def refused(code: int, status: str, message: str) -> Refused:
    return Refused(code, {"error": {"code": code, "message": message, "status": status}})


class GoogleKms:
    """One symmetric key."""

    def __init__(self) -> None:
        self.versions: list[tuple[bytes, str]] = [(os.urandom(32), "ENABLED")]
        self.exists = True

    def rotate(self) -> None:
        self.versions.append((os.urandom(32), "ENABLED"))

    def enter(self, state: str) -> None:
        """Let every version be in a state such as DISABLED or DESTROYED."""
        self.versions = [(key, state) for key, _ in self.versions]

    def answer(self, call: Call) -> object:
        if not call.headers.get("authorization", "").startswith("Bearer "):
            raise refused(401, "UNAUTHENTICATED", "Request is missing required authentication credential.")
        path = call.path.partition("?")[0].removeprefix("/v1/")
        if not self.exists or not path.startswith(NAME):
            raise refused(404, "NOT_FOUND", f"CryptoKey {path} not found.")
        if path.endswith(":encrypt"):
            return self._encrypt(_bytes(call, "plaintext"), _bytes(call, "additionalAuthenticatedData"))
        if path.endswith(":decrypt"):
            return self._decrypt(_bytes(call, "ciphertext"), _bytes(call, "additionalAuthenticatedData"))
        if "/cryptoKeyVersions/" in path:
            return self._version(int(path.rpartition("/")[2]))
        return {"name": NAME, "purpose": "ENCRYPT_DECRYPT", "primary": self._version(len(self.versions))}

    def _version(self, number: int) -> dict[str, str]:
        return {"name": f"{NAME}/cryptoKeyVersions/{number}", "state": self.versions[number - 1][1]}

    def _enabled(self, number: int) -> bytes:
        key, state = self.versions[number - 1]
        if state != "ENABLED":
            name = f"{NAME}/cryptoKeyVersions/{number}"
            raise refused(400, "FAILED_PRECONDITION", f"{name} is not enabled, current state is: {state}.")
        return key

    def _encrypt(self, plain: bytes, data: bytes) -> dict[str, str]:
        number, nonce = len(self.versions), os.urandom(12)
        sealed = AESGCM(self._enabled(number)).encrypt(nonce, plain, data)
        return {"name": self._version(number)["name"], "ciphertext": b64(bytes((number,)) + nonce + sealed)}

    def _decrypt(self, blob: bytes, data: bytes) -> dict[str, str]:
        if not blob or not 0 < blob[0] <= len(self.versions):
            raise refused(400, "INVALID_ARGUMENT", "Decryption failed: the ciphertext is invalid.")
        try:
            return {"plaintext": b64(AESGCM(self._enabled(blob[0])).decrypt(blob[1:13], blob[13:], data))}
        except (InvalidTag, ValueError):
            message = "Decryption failed: verify that 'name' refers to the correct CryptoKey."
            raise refused(400, "INVALID_ARGUMENT", message) from None


def _bytes(call: Call, name: str) -> bytes:
    return base64.b64decode(call.body.get(name, ""))
