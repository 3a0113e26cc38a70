"""Runs inside the tool root: for each job, the real kiosk in the real terminal, fed from a scripted panel socket.

Jobs are lines of JSON on the standard input; a picture is taken when the kiosk has painted and two looks in a row at
the glass are the same.
"""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

from bench.glass.gallery import Job, Scene, scene
from device.model.value import decode
from device.wire.framing import MAX_FRAME, pack, read_frame
from device.wire.panel import FromKiosk, Painted

PATIENCE = 20.0
_LOOK_AGAIN = 0.15
_SETTLED = 2
"""Looks in a row that must be the same as the one before."""
_LOOKS = 15


class NotDrawn(Exception):
    """A picture could not be taken; the text says what was waited for."""


class ScriptedAgent:
    """The agent's end of the panel socket: says the scene's frames to whoever connects, and hears when it painted."""

    def __init__(self, shown: Scene) -> None:
        self.scene = shown
        self.painted = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the kiosk."""
        writer.write(b"".join(pack(frame) for frame in self.scene.frames))
        with contextlib.suppress(ConnectionError):
            await writer.drain()
            while (frame := await read_frame(reader, FromKiosk)) is not None:
                if isinstance(frame, Painted):
                    self.painted.set()
                elif answers := self.scene.answers(frame):
                    writer.write(b"".join(map(pack, answers)))
        writer.close()


async def draw(job: Job) -> None:
    """Take one picture.

    Raises:
        NotDrawn: the compositor did not start, or nothing was painted in time.
    """
    shown = scene(job.scene)
    with tempfile.TemporaryDirectory(prefix="glass-") as directory:
        here = Path(directory)
        agent = ScriptedAgent(shown)
        server = await asyncio.start_unix_server(agent.serve, here / "panel.sock", limit=MAX_FRAME)
        async with server, _terminal(job, here) as display:
            picture = await _painted(agent, display, here, job)
            if shown.keys:
                await _press(display, shown.keys)
                picture = await _still(display, here)
        Path(job.into).joinpath(f"{job.name}.png").write_bytes(picture)


async def _painted(agent: ScriptedAgent, display: dict[str, str], here: Path, job: Job) -> bytes:
    """The glass after the kiosk says that it painted; if it never does, what is there is kept to be looked at."""
    try:
        await _in_time(
            agent.painted.wait(), f"the kiosk said nothing of having painted (see {job.name}.failed.png)", here
        )
    except NotDrawn:
        Path(job.into).joinpath(f"{job.name}.failed.png").write_bytes(await _still(display, here))
        raise
    return await _still(display, here)


@contextlib.asynccontextmanager
async def _terminal(job: Job, here: Path) -> AsyncIterator[dict[str, str]]:
    """The kiosk in foot under cage, and the environment in which other programs find that display."""
    environment = os.environ | {
        "XDG_RUNTIME_DIR": str(here),
        "WLR_BACKENDS": "headless",
        "WLR_RENDERER": "pixman",
        "WLR_LIBINPUT_NO_DEVICES": "1",
        "LANG": "C.UTF-8",
        "COLORTERM": "truecolor",
        "DOORLIGHT_TYPE": job.way,
    }
    size = f"{job.width}x{job.height}"
    foot = f"foot --config={Path(__file__).with_name('foot.ini')} --fullscreen --hold --log-level=error"
    kiosk = f"{sys.executable} -m kiosk --runtime {here} --state {here}"
    # foot starts only once the output has its size, or its first frame has another one.
    inner = f"wlr-randr --output HEADLESS-1 --custom-mode {size} && touch {here}/sized && exec {foot} -- {kiosk}"
    log = (here / "log").open("wb")
    cage = await asyncio.create_subprocess_exec(
        "cage", "-d", "--", "sh", "-c", inner, env=environment, stdout=log, stderr=log, start_new_session=True
    )
    try:
        await _in_time(_sized(here), f"no output of {size}", here)
        yield environment | {"WAYLAND_DISPLAY": _display(here)}
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(cage.pid, signal.SIGTERM)
        await cage.wait()
        log.close()


async def _still(display: dict[str, str], here: Path) -> bytes:
    """The glass once it has stopped changing, or as it is where something moves on."""
    before, same = b"", 0
    for _ in range(_LOOKS):
        await asyncio.sleep(_LOOK_AGAIN)
        await _run(display, "grim", "-l", "9", str(here / "look.png"))
        now = (here / "look.png").read_bytes()
        same = same + 1 if now == before else 0
        before = now
        if same == _SETTLED:
            break
    return before


async def _press(display: dict[str, str], keys: tuple[str, ...]) -> None:
    """Press keys on one keyboard, unhurried: what is typed before the terminal has met the keyboard is lost."""
    paced = (part for key in keys for part in ("-s", "300", "-k", key))
    await _run(display, "wtype", "-s", "1000", *paced, "-s", "300")


async def _run(display: dict[str, str], *command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, env=display, stderr=asyncio.subprocess.PIPE)
    _, complaint = await process.communicate()
    if process.returncode:
        raise NotDrawn(f"{command[0]}: {complaint.decode(errors='replace').strip()}")


async def _sized(here: Path) -> None:
    while not (here / "sized").exists():  # noqa: ASYNC110  a shell outside makes it; it lies in memory
        await asyncio.sleep(0.02)


def _display(here: Path) -> str:
    """The name of cage's socket."""
    return min(path.name for path in here.glob("wayland-*") if path.suffix != ".lock")


async def _in_time(waited: Awaitable[object], sentence: str, here: Path) -> None:
    try:
        await asyncio.wait_for(waited, PATIENCE)
    except TimeoutError as late:
        said = (here / "log").read_text(errors="replace").strip()[-2000:]
        raise NotDrawn(f"{sentence} within {PATIENCE:.0f} s. {said}") from late


async def _all(jobs: list[Job]) -> int:
    """As many at a time as there are processors."""
    seats = asyncio.Semaphore(os.cpu_count() or 1)

    async def drawn(job: Job) -> bool:
        async with seats:
            try:
                await draw(job)
            except (NotDrawn, TimeoutError) as error:
                print(f"not drawn: {job.name}: {error}", file=sys.stderr, flush=True)
                return False
        print(f"{job.name}.png", flush=True)
        return True

    return 0 if all(await asyncio.gather(*map(drawn, jobs))) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(_all([decode(line, Job) for line in sys.stdin])))
