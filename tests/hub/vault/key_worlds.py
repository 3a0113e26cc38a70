"""For each key provider the far side that the contract suite is run against, with every fault that it can have.

AWS is moto with key states enforced; PKCS#11 is SoftHSM2; a file and a credential are files; Google, Azure and
Vault/OpenBao are small simulators of their published HTTP contracts. Each is driven by the vendor's own library.
"""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from cloud_worlds import aws_world, azure_world, google_world, transit_world
from key_world import KeyWorld
from local_worlds import SOFTHSM, credential_world, file_world, pkcs11_world

from hub.vault.providers import KeyProviders

WORLDS: dict[KeyProviders, Callable[..., AbstractContextManager[KeyWorld]]] = {
    KeyProviders.AWS_KMS: aws_world,
    KeyProviders.AZURE_KEY_VAULT: azure_world,
    KeyProviders.FILE: file_world,
    KeyProviders.GOOGLE_CLOUD_KMS: google_world,
    KeyProviders.PKCS11: pkcs11_world,
    KeyProviders.SYSTEMD_CREDENTIAL: credential_world,
    KeyProviders.VAULT_TRANSIT: transit_world,
}


def require(member: KeyProviders) -> None:
    """Skip where the far side is not installed."""
    if member is KeyProviders.PKCS11 and not (SOFTHSM.exists() and shutil.which("softhsm2-util")):
        pytest.skip("SoftHSM2 is not installed")
