"""Starts a program that must not outlive the console: `python leash.py [--tty] PROGRAM ARGUMENT…`.

The kernel ends it when its parent is gone, even killed without warning; with `--tty` its standard input becomes the
terminal that controls it, so that a change of size and a hang-up reach it. It is a file of its own, free of every
import that takes time, because it is there only until the program has taken its place.
"""

import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""prctl(2)."""


def main(arguments: list[str]) -> None:
    """Become the program."""
    parent = os.getppid()
    if arguments[:1] == ["--tty"]:
        arguments = arguments[1:]
        _take_terminal()
    if sys.platform == "linux":
        _die_with_parent()
    if os.getppid() != parent:
        sys.exit(1)
    os.execvp(arguments[0], arguments)  # noqa: S606 - the caller's own program, and no shell


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _die_with_parent() -> None:
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
