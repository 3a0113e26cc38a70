"""Node packages that tests hold against ours: pinned, installed once for each machine, skipped where there is no npm.

    folder = node_package("ews-javascript-api", "0.15.3")
    told = await node(folder, SCRIPT, "https://127.0.0.1:8443/", NODE_EXTRA_CA_CERTS="ca.pem")

They lie in the user's cache folder (`XDG_CACHE_HOME`), a folder for each version. Nothing of them runs while they are
installed, and npm goes wherever its own settings send it.
"""

import asyncio
import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from seat import PATIENCE

INSTALL = 10 * PATIENCE
"""Seconds that npm may take."""


def node_package(name: str, version: str) -> Path:
    """A folder in which Node finds this version of a package."""
    npm, node_itself = shutil.which("npm"), shutil.which("node")
    if not npm or not node_itself:
        pytest.skip("there is no npm on this machine")
    shelf = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "doorlight", "node")
    folder = shelf / f"{name.replace('/', '+')}@{version}"
    shelf.mkdir(parents=True, exist_ok=True)
    with (shelf / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several workers of one run may want it at once
        if not (folder / "node_modules" / name).is_dir():
            _install(npm, f"{name}@{version}", folder)
    return folder


def _install(npm: str, package: str, folder: Path) -> None:
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--silent")
    with tempfile.TemporaryDirectory(dir=folder.parent) as staging:
        command = (npm, "install", "--prefix", staging, *quiet, package)
        try:
            done = subprocess.run(command, cwd=staging, capture_output=True, text=True, timeout=INSTALL, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip(f"{package} could not be installed in time")
        if done.returncode:
            pytest.skip(f"{package} cannot be installed here: {(done.stdout + done.stderr).strip()[-200:]}")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (Path(staging) / "node_modules").rename(folder / "node_modules")


async def node(folder: Path, script: str, *arguments: str, **environment: str) -> str:
    """Run a script in which `require` finds the folder's package; what it printed. A failure shows all that it said."""
    bare = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    process = await asyncio.create_subprocess_exec(
        *("node", "-", *arguments),
        cwd=folder,
        env={**bare, **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            printed, complained = await process.communicate(script.encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, (printed + complained).decode()
    return printed.decode()
