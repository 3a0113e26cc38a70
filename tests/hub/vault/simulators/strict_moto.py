"""moto's KMS as a program, `python strict_moto.py PORT`, with what moto lacks: a key that is disabled, or waits to be
deleted, encrypts and decrypts nothing. That is AWS's documented behaviour, and the whole point of pulling a key.
"""

import sys
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms import models
from moto.server import main


def _check(key: Any) -> None:
    if key.key_state == "PendingDeletion":
        raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if not key.enabled:
        raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")


_decrypt, _encrypt = models.decrypt, models.encrypt


def decrypt(master_keys: Any, ciphertext_blob: bytes, encryption_context: Any) -> Any:
    plain, key_id = _decrypt(master_keys, ciphertext_blob, encryption_context)
    _check(master_keys[key_id])
    return plain, key_id


def encrypt(master_keys: Any, key_id: str, plaintext: bytes, encryption_context: Any) -> Any:
    if key_id in master_keys:
        _check(master_keys[key_id])
    return _encrypt(master_keys=master_keys, key_id=key_id, plaintext=plaintext, encryption_context=encryption_context)


models.decrypt, models.encrypt = decrypt, encrypt

if __name__ == "__main__":
    sys.exit(main(["-H", "127.0.0.1", "-p", sys.argv[1]]))
