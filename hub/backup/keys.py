"""Whether the keys in a copy of the keyring can be unwrapped here, asked before anything is restored."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hub.backup.file import tables_in
from hub.settings import HubSettings
from hub.vault.choice import HUB_KEY
from hub.vault.interface import Wrapped


async def refuse_wrong_key(settings: HubSettings, keyring: Path) -> None:
    """Unwrap every key that the hub's own KEK wraps. A customer's key may be locked; that is no reason to refuse.

    Raises:
        KeyFault: it does not unwrap one of them.
    """
    chosen = settings.keys[HUB_KEY]
    async with chosen.kind.open(chosen.options) as provider:
        for wrapped, context in _wrapped(keyring):
            await provider.unwrap(wrapped, context)


def _wrapped(keyring: Path) -> Iterator[tuple[Wrapped, dict[str, str]]]:
    for name, columns, rows in tables_in(keyring):
        for line in rows:
            row: dict[str, Any] = dict(zip(columns, line, strict=True))
            if name == "connection_keys" and row["source"] == HUB_KEY:
                blob = base64.b64decode(row["wrapped"])
                yield Wrapped(blob=blob, version=row["kek_version"]), json.loads(row["context"])
