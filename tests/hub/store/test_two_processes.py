"""Two hubs in two processes on one PostgreSQL: leases, words, secrets and one audit chain between them."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from hub_side import OWNER, hub_at
from postgres import Postgres

from device.model.secret import Secret

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
Tell = Callable[[str], Awaitable[str]]


@asynccontextmanager
async def second(places: dict[str, Any]) -> AsyncIterator[Tell]:
    """Another hub; call it with what it shall do."""
    words = (str(HERE / "second_hub.py"), places["database"], places["keyring"], places["folder"])
    environment = {**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{ROOT}"}
    running = await asyncio.create_subprocess_exec(
        sys.executable, *words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=environment, cwd=ROOT
    )
    assert running.stdin is not None
    assert running.stdout is not None
    stdin, stdout = running.stdin, running.stdout

    async def tell(line: str) -> str:
        stdin.write(f"{line}\n".encode())
        return (await asyncio.wait_for(stdout.readline(), 60)).decode().strip()

    try:
        assert (await asyncio.wait_for(stdout.readline(), 60)).startswith(b"generation")
        yield tell
    finally:
        stdin.close()
        await running.wait()


async def test_two_processes_share_leases_words_secrets_and_one_chain(server: Postgres, tmp_path: Path) -> None:
    database = server.database()
    places = {"folder": str(tmp_path), "database": database, "keyring": f"{database}?schema=keyring"}
    async with hub_at(places) as first, second(places) as tell, first.main.listen("rooms") as heard:
        assert await tell("lease renewals") == "term 1"
        assert await first.main.lease("renewals", "first", timedelta(seconds=60)) is None
        await tell("release renewals")
        lease = await first.main.lease("renewals", "first", timedelta(seconds=60))
        assert lease is not None
        assert lease.term > 1
        assert await tell("lease renewals") == "taken"

        assert await tell("notify rooms aurora") == "told"
        assert await asyncio.wait_for(anext(heard), 60) == "aurora"

        await first.vault.seal(OWNER, "token", "a", Secret("of-the-first"), actor="first")
        assert await tell("open a") == "of-the-first"
        await tell("seal b of-the-second")
        assert (await first.vault.open(OWNER, "token", "b", actor="first")).reveal() == "of-the-second"
        assert await tell("rotate") == "2 sealed anew"
        assert (await first.vault.open(OWNER, "token", "a", actor="first")).reveal() == "of-the-first"

        answers = asyncio.gather(*(first.vault.open(OWNER, "token", "a", actor="first") for _ in range(30)))
        for _ in range(10):
            assert await tell("open b") == "of-the-second"
        assert len(await answers) == 30
        await first.audit.checkpoint()
        verdict = await first.audit.verify()
        assert verdict.whole
        assert verdict.signed == verdict.entries > 40


async def test_a_hub_outlives_the_restart_of_its_server(server: Postgres, tmp_path: Path) -> None:
    database = server.database()
    places = {"folder": str(tmp_path), "database": database, "keyring": f"{database}?schema=keyring"}
    async with hub_at(places) as hub:
        await hub.vault.seal(OWNER, "token", "a", Secret("kept"), actor="test")
        await asyncio.to_thread(server.stop, "immediate")
        await asyncio.to_thread(server.start)
        assert (await hub.vault.open(OWNER, "token", "a", actor="test")).reveal() == "kept"
        assert (await hub.audit.verify()).whole
