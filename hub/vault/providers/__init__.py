"""Who may hold a key-encryption key: one module a provider, imported only when it is used."""

from enum import Enum
from importlib import import_module

from hub.vault.interface import KeyProviderKind


class KeyProviders(Enum):
    """Every key provider; a member is its only registration."""

    AWS_KMS = "aws_kms"
    AZURE_KEY_VAULT = "azure_key_vault"
    FILE = "file"
    GOOGLE_CLOUD_KMS = "google_cloud_kms"
    PKCS11 = "pkcs11"
    SYSTEMD_CREDENTIAL = "systemd_credential"
    VAULT_TRANSIT = "vault_transit"

    def load(self) -> KeyProviderKind:
        """Import the provider's module and return what it ends in."""
        kind: KeyProviderKind = import_module(f"hub.vault.providers.{self.value}").PROVIDER
        return kind
