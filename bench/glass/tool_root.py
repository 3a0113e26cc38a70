"""A small Debian 13 with the appliance's compositor, terminal and Python, made once and kept in the user's cache."""

import hashlib
import os
import shutil
import subprocess
import sys
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
LIBRARIES = "opt/libraries"
"""Where the locked dependencies lie in the root."""
_PYTHON = "3.13"
_REPOSITORY = Path(__file__).resolve().parents[2]
_LOCK = _REPOSITORY / "requirements.lock"


class NoToolRoot(Exception):
    """The root cannot be made here; the text says what is missing."""


def tool_root() -> Path:
    """The root, made first where it is not there yet (a minute or two, once).

    Raises:
        NoToolRoot: this machine or user cannot make one.
    """
    if os.geteuid() != 0:
        raise NoToolRoot("Drawing pictures makes a small Debian and enters it, which needs root: run it with sudo.")
    if shutil.which("mmdebstrap") is None:
        raise NoToolRoot("Drawing pictures needs mmdebstrap: apt install mmdebstrap.")
    root = _cache() / f"glass-{_digest()}"
    if not root.exists():
        _make(root)
    return root


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "doorlight"


def _digest() -> str:
    """What the root depends on; another list of packages or versions makes another root."""
    return hashlib.sha256(" ".join((*PACKAGES, _PYTHON)).encode() + _LOCK.read_bytes()).hexdigest()[:12]


def _make(root: Path) -> None:
    """Make it beside its place and move it there whole, so that half a root is never taken for one."""
    print("Making a Debian 13 for the pictures; this is done once.", file=sys.stderr)
    unfinished = root.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    _run("mmdebstrap", "--quiet", "--variant=apt", f"--include={','.join(PACKAGES)}", "trixie", str(unfinished))
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:")
    where = ("--target", str(unfinished / LIBRARIES), "--python-version", _PYTHON)
    _run(*pip, *where, "--require-hashes", "-r", str(_LOCK))
    unfinished.rename(root)


def _run(*command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise NoToolRoot(f"{command[0]} could not make the root for the pictures:\n{done.stderr.strip()[-2000:]}")
