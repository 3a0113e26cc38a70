"""A second hub in a process of its own, `python second_hub.py DATABASE KEYRING FOLDER`: it does what its standard
input says, a word a line, and answers each with a line.
"""

import asyncio
import sys
from datetime import timedelta
from typing import Any

from hub_side import OWNER, hub_at

from device.model.secret import Secret
from hub.foundation import Foundation


async def do(hub: Foundation, words: list[str]) -> str:
    match words:
        case ["lease", name]:
            lease = await hub.main.lease(name, "second", timedelta(seconds=60))
            return f"term {lease.term}" if lease else "taken"
        case ["release", name]:
            await hub.main.release(name, "second")
            return "released"
        case ["notify", channel, payload]:
            await hub.main.notify(channel, payload)
            return "told"
        case ["seal", record, secret]:
            return str(await hub.vault.seal(OWNER, "token", record, Secret(secret), actor="second"))
        case ["open", record]:
            return (await hub.vault.open(OWNER, "token", record, actor="second")).reveal()
        case ["rotate"]:
            done = await hub.vault.rotate(OWNER, actor="second")
            return f"{done.resealed if done else 0} sealed anew"
        case _:
            return "what?"


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(places: dict[str, Any]) -> None:
    loop = asyncio.get_running_loop()
    async with hub_at(places) as hub:
        tell(f"generation {hub.identity.generation}")
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            tell(await do(hub, line.split()))


if __name__ == "__main__":
    database, keyring, folder = sys.argv[1:]
    asyncio.run(main({"database": database, "keyring": keyring, "folder": folder}))
