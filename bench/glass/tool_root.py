"""A small Debian 13 with the appliance's compositor, terminal and Python, made once and kept in the user's cache."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PACKAGES = (
    "cage",
    "foot",
    "grim",
    "wlr-randr",
    "wtype",
    "python3",
    "fonts-dejavu-core",
    "fonts-noto-core",
    "fonts-noto-cjk",
)
_PYTHON = "3.13"
_REPOSITORY = Path(__file__).resolve().parents[2]
_LOCK = _REPOSITORY / "requirements.lock"


class NoToolRoot(Exception):
    """The root cannot be made here; the text says what is missing."""


def tool_root() -> tuple[Path, Path]:
    """The root, and the locked dependencies for its Python; made first where they are not there (a minute, once).

    Raises:
        NoToolRoot: this machine or user cannot make one.
    """
    if os.geteuid() != 0:
        raise NoToolRoot("Drawing pictures makes a small Debian and enters it, which needs root: run it with sudo.")
    if shutil.which("mmdebstrap") is None:
        raise NoToolRoot("Drawing pictures needs mmdebstrap: apt install mmdebstrap.")
    root = _cache() / f"glass-{_digest(' '.join((*PACKAGES, _PYTHON)).encode())}"
    libraries = _cache() / f"libraries-{_digest(_PYTHON.encode() + _LOCK.read_bytes())}"
    for place, make in ((root, _debian), (libraries, _dependencies)):
        if not place.exists():
            _make(place, make)
    return root, libraries


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "doorlight"


def _digest(made_from: bytes) -> str:
    """Another list of packages or versions makes another place."""
    return hashlib.sha256(made_from).hexdigest()[:12]


def _make(place: Path, make: Callable[[Path], None]) -> None:
    """Make it beside its place and move it there whole, so that half of it is never taken for all."""
    print(f"Making {place}; this is done once.", file=sys.stderr)
    unfinished = place.with_suffix(f".{os.getpid()}")
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    try:
        make(unfinished)
        unfinished.rename(place)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _debian(root: Path) -> None:
    _run("mmdebstrap", "--quiet", "--variant=apt", f"--include={','.join(PACKAGES)}", "trixie", str(root))


def _dependencies(libraries: Path) -> None:
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:")
    where = ("--target", str(libraries), "--python-version", _PYTHON)
    _run(*pip, *where, "--require-hashes", "-r", str(_LOCK))


def _run(*command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise NoToolRoot(f"{command[0]} could not make the root for the pictures:\n{done.stderr.strip()[-2000:]}")
