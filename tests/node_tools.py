"""Programs and libraries of Node's, for tests: installed once per machine, at one version, into the user's cache."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

MINUTES = 5
_MADE = "made"


def packages(**versions: str) -> Path:
    """A folder whose `node_modules` holds these packages at these versions; the test is skipped where it cannot be had.

    A scoped package is named by its name alone where `SCOPES` knows it: `microsoft_graph_client="3.0.7"`.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not installed")
    wanted = {SCOPES.get(name, name.replace("_", "-")): version for name, version in versions.items()}
    key = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "doorlight", "node")
    folder = cache / key
    if not (folder / _MADE).exists():
        _install(npm, wanted, folder)
    return folder


SCOPES = {"microsoft_graph_client": "@microsoft/microsoft-graph-client"}
"""Packages whose names no keyword can have."""


def run(folder: Path, script: str, environment: dict[str, str], *, seconds: float) -> str:
    """What a script of these packages writes.

    Raises:
        AssertionError: it failed.
    """
    file = folder / f"script-{hashlib.sha256(script.encode()).hexdigest()[:16]}.mjs"
    file.write_text(script, encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    ran = subprocess.run(
        ["node", str(file)],
        cwd=folder,
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _install(npm: str, wanted: dict[str, str], folder: Path) -> None:
    """Install into a folder of our own and move it into place, so that two test runs do not meet half of one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        manifest = {"private": True, "dependencies": wanted}
        Path(made, "package.json").write_text(json.dumps(manifest), encoding="utf-8")
        command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        try:
            ran = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=60 * MINUTES, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip("npm took too long")
        if ran.returncode:
            pytest.skip(f"npm cannot install {', '.join(wanted)} here")
        Path(made, _MADE).touch()
        try:
            Path(made).rename(folder)
        except OSError:
            if not (folder / _MADE).exists():
                raise
        else:
            Path(made).mkdir()  # for whoever made the temporary one to remove
