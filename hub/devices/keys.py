"""The hub's own keys towards its devices: made at the first start, sealed in the vault like any other secret."""

import os

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.model.secret import Secret
from device.wire.proof import spelled, wipe_statement
from hub.vault.envelope import Place
from hub.vault.errors import SecretNotFound
from hub.vault.owner import Owner
from hub.vault.safe import Safe

DEVICES = Owner(tenant="hub", connection="devices")
_IDENTITY = Place(owner=DEVICES, kind="identity", record="1")
_RELAY = Place(owner=DEVICES, kind="relay-tokens", record="1")


class HubKeys:
    """What devices know this hub by, and what it knows its own relay tokens by."""

    def __init__(self, identity: Secret, relay: Secret) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(identity.reveal()))
        self.public = spelled(self._private.public_key().public_bytes_raw())
        self.relay = relay

    def sign_wipe(self, key: str, counter: int) -> str:
        """The order to wipe the device of that key, signed."""
        return spelled(self._private.sign(wipe_statement(hub=self.public, key=key, counter=counter, receipt=False)))


async def hub_keys(safe: Safe) -> HubKeys:
    """The keys of this hub. Raises `VaultError` where they cannot be had."""
    return HubKeys(identity=await _kept(safe, _IDENTITY), relay=await _kept(safe, _RELAY))


async def _kept(safe: Safe, place: Place) -> Secret:
    try:
        return await safe.open(place)
    except SecretNotFound:
        await safe.seal(place, Secret(os.urandom(32).hex()), first=True)
        return await safe.open(place)
