"""The transit engine of Vault and OpenBao, as their API documentation has it: versions, associated data, policy."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from simulators.listener import Call, Refused, b64, un64

TOKEN = "hvs.door"


class Transit:
    """One `aes256-gcm96` key."""

    def __init__(self) -> None:
        self.versions = [os.urandom(32)]
        self.token = TOKEN
        self.min_decryption_version = 1
        self.exists = True
        self.soft_deleted = False

    def rotate(self) -> None:
        self.versions.append(os.urandom(32))

    def answer(self, call: Call) -> object:
        if call.headers.get("x-vault-token") != self.token:
            raise Refused(403, {"errors": ["1 error occurred:\n\t* permission denied\n\n"]})
        what = call.path.split("/")[3]
        if what == "keys":
            return self._describe()
        if not self.exists:
            raise Refused(400, {"errors": ["encryption key not found"]})
        if self.soft_deleted:
            raise Refused(400, {"errors": ["key is soft deleted"]})
        data = un64(call.body.get("associated_data", ""))
        return {"data": self._encrypt(call.body, data) if what == "encrypt" else self._decrypt(call.body, data)}

    def _describe(self) -> object:
        if not self.exists:
            raise Refused(404, {"errors": []})
        return {
            "data": {
                "name": "door",
                "type": "aes256-gcm96",
                "latest_version": len(self.versions),
                "min_decryption_version": self.min_decryption_version,
                "soft_deleted": self.soft_deleted,
            }
        }

    def _encrypt(self, body: dict[str, str], data: bytes) -> dict[str, object]:
        nonce, number = os.urandom(12), len(self.versions)
        sealed = nonce + AESGCM(self.versions[-1]).encrypt(nonce, un64(body["plaintext"]), data)
        return {"ciphertext": f"vault:v{number}:{b64(sealed)}", "key_version": number}

    def _decrypt(self, body: dict[str, str], data: bytes) -> dict[str, object]:
        try:
            prefix, version, text = body["ciphertext"].split(":")
            number, sealed = int(version.removeprefix("v")), un64(text)
        except ValueError:
            raise Refused(400, {"errors": ["invalid ciphertext: no prefix"]}) from None
        if prefix != "vault" or not 0 < number <= len(self.versions):
            raise Refused(400, {"errors": ["invalid ciphertext: no such version"]})
        if number < self.min_decryption_version:
            raise Refused(400, {"errors": ["ciphertext or signature version is disallowed by policy (too old)"]})
        try:
            return {"plaintext": b64(AESGCM(self.versions[number - 1]).decrypt(sealed[:12], sealed[12:], data))}
        except (InvalidTag, ValueError):
            raise Refused(400, {"errors": ["cipher: message authentication failed"]}) from None
