"""What keeps the agent small: it leaves out what its libraries bring for purposes that it does not have."""

import ctypes
import sys

_UNUSED = ("httpx._main",)
"""httpx's own command line, for which it imports rich and pygments wherever they are installed: 4 MiB."""
_M_ARENA_MAX = -8


def be_small() -> None:
    """To be called before any provider is imported, and before any thread is started."""
    for module in _UNUSED:
        sys.modules.setdefault(module, None)  # type: ignore[arg-type]
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
