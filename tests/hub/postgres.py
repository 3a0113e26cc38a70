"""A real PostgreSQL for the tests: a cluster of its own in a folder of its own, run by an unprivileged user."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

_USERS = ("postgres", "nobody")


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    path = shutil.which("initdb")
    return Path(path).resolve().parent if path else None


def _user() -> str | None:
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid()).pw_name
    for name in _USERS:
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    return None


@dataclass(slots=True)
class Postgres:
    """A running server; each `database()` is new and empty."""

    folder: Path
    port: int
    programs: Path
    user: str
    made: int = 0

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.programs / program, *arguments],
            user=self.user if os.getuid() == 0 else None,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(self.folder)},
            check=True,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories= -p {self.port}"
        self.run("pg_ctl", "-D", "data", "-l", "log", "-o", options, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-D", "data", "-m", mode, "-w", "stop")

    def database(self) -> str:
        """The address of a database that nobody has used."""
        self.made += 1
        name = f"d{self.made}"
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "hub", name)
        return f"postgresql://hub@127.0.0.1:{self.port}/{name}"


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server for the block; the test is skipped where PostgreSQL is not installed."""
    programs, user = _programs(), _user()
    if programs is None or user is None:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="doorlight-postgres-"))
    if os.getuid() == 0:
        shutil.chown(folder, user)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Postgres(folder, port, programs, user)
    try:
        server.run("initdb", "-D", "data", "-A", "trust", "-U", "hub", "--no-sync", "-E", "UTF8", "--locale=C")
        server.start()
        yield server
    finally:
        with suppress(subprocess.CalledProcessError):
            server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
