"""What sealing costs beside bare AES-GCM, and how fast keys are wrapped anew and secrets released.

Sealing and opening are pure computation; the others include their transactions, each synced to the disk.
"""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.model import best
from bench.table import Row, report
from device.model.clock import SystemClock
from device.model.secret import Secret
from hub.foundation import Foundation, open_foundation
from hub.settings import build
from hub.vault.choice import HUB_KEY
from hub.vault.envelope import ConnectionKey, Place
from hub.vault.owner import Owner

TOKEN = Secret("0." + "A" * 1200)
"""As long as a refresh token of Microsoft's."""
KEY = os.urandom(32)
BOUND = b"x" * 90
RELEASES, RECORDS, KEYS = 1000, 2000, 300


def _pure() -> list[Row]:
    plain, bare = TOKEN.reveal().encode(), AESGCM(KEY)
    place = Place(owner=Owner(tenant="contoso", connection="c1"), kind="token", record="main")
    key = ConnectionKey("0011223344556677", KEY)
    sealed, nonce = key.seal(place, 1, TOKEN), os.urandom(12)
    locked = bare.encrypt(nonce, plain, BOUND)
    return [
        Row(
            "secrets sealed",
            1 / best(lambda: key.seal(place, 1, TOKEN)),
            "/s",
            floor=1 / best(lambda: bare.encrypt(os.urandom(12), plain, BOUND)),
            floor_is="bare AESGCM",
        ),
        Row(
            "secrets opened",
            1 / best(lambda: key.open(place, 1, sealed)),
            "/s",
            floor=1 / best(lambda: bare.decrypt(nonce, locked, BOUND)),
            floor_is="bare AESGCM",
        ),
    ]


async def _rate(count: int, act: Callable[[], Awaitable[object]]) -> float:
    begun = perf_counter()
    await act()
    return count / (perf_counter() - begun)


async def _with_stores(folder: Path) -> list[Row]:
    async with open_foundation(build({"folder": str(folder)}), SystemClock()) as hub:
        owner = Owner(tenant="contoso", connection="c1")
        places = [Place(owner=owner, kind="token", record=f"r{number}") for number in range(RECORDS)]
        for place in places:
            await hub.vault.safe.seal(place, TOKEN)

        async def one_by_one() -> None:
            for place in places[:RELEASES]:
                await hub.vault.open(owner, place.kind, place.record, actor="bench")

        async def at_once() -> None:
            await asyncio.gather(
                *(hub.vault.open(owner, place.kind, place.record, actor="bench") for place in places[:RELEASES])
            )

        return [
            Row("releases, each written down first, one by one", await _rate(RELEASES, one_by_one), "/s"),
            Row("releases, each written down first, a crowd", await _rate(RELEASES, at_once), "/s"),
            Row(
                "secrets sealed anew by a rotation",
                await _rate(RECORDS, lambda: hub.vault.rotate(owner, actor="bench")),
                "/s",
            ),
            Row("keys wrapped anew by a local key", await _wrapped_anew(hub), "/s"),
        ]


async def _wrapped_anew(hub: Foundation) -> float:
    for number in range(KEYS):
        place = Place(owner=Owner(tenant="contoso", connection=f"k{number}"), kind="token", record="main")
        await hub.vault.safe.seal(place, TOKEN)
    chosen = hub.settings.keys[HUB_KEY]
    if chosen.kind.renew is not None:
        chosen.kind.renew(chosen.options)
    return await _rate(KEYS, lambda: hub.vault.rewrap(actor="bench"))


def measured() -> list[Row]:
    """All rows."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_pure(), *asyncio.run(_with_stores(Path(folder)))]


if __name__ == "__main__":
    report("vault", measured())
