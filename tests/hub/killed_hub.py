"""A program that runs hubs and kills them, `python killed_hub.py`: a line `FOLDER WORK SECONDS` on its standard input
starts a hub in a child, lets it work, kills it -9 so long after its first acknowledged act, and answers with one line
of JSON: what the child had acknowledged by then.
"""

import asyncio
import json
import os
import random
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

from hub_side import OWNER, hub_in

from device.model.secret import Secret
from hub.foundation import Foundation
from hub.vault import records

RECORDS = 24


async def release(hub: Foundation, told: int) -> None:
    while True:
        secret = await hub.vault.open(OWNER, "token", f"r{random.randrange(RECORDS)}", actor="test")  # noqa: S311
        os.write(told, f"{secret.reveal()}\n".encode())


async def rotate(hub: Foundation, told: int) -> None:
    while True:
        done = await hub.vault.rotate(OWNER, actor="test")
        assert done is not None
        assert done.complete
        os.write(told, f"{done.ck_id}\n".encode())


async def seal(hub: Foundation, told: int) -> None:
    number = 0
    while True:
        number += 1
        await hub.vault.seal(OWNER, "count", "1", Secret(f"{number:06}"), actor="test")
        os.write(told, f"{number:06}\n".encode())


async def everything(hub: Foundation, told: int) -> None:
    await asyncio.gather(release(hub, told), rotate(hub, os.open(os.devnull, os.O_WRONLY)))


WORKS: dict[str, Any] = {"release": release, "rotate": rotate, "seal": seal, "everything": everything}


def child(folder: str, work: str, told: int) -> None:
    async def working() -> None:
        async with hub_in(Path(folder)) as hub:
            await hub.vault.resume()
            await WORKS[work](hub, told)

    asyncio.run(working())


def run(folder: str, work: str, seconds: float) -> list[str]:
    """What a hub had acknowledged when it was killed."""
    heard, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(heard)
            child(folder, work, told)
        finally:
            os._exit(1)
    os.close(told)
    content = os.read(heard, 1 << 16)
    end = time.monotonic() + seconds
    while content and (left := end - time.monotonic()) > 0:
        if select.select([heard], [], [], left)[0]:
            content += os.read(heard, 1 << 16)
    os.kill(pid, signal.SIGKILL)
    while more := os.read(heard, 1 << 16):
        content += more
    os.close(heard)
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status):
        return ["the hub ended by itself"]
    return content.decode().splitlines()


def main() -> None:
    records.BATCH = 5
    for line in sys.stdin:
        folder, work, seconds = line.split()
        print(json.dumps(run(folder, work, float(seconds))), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
