"""What Textual need not import for a door; called before Textual is imported for the first time.

The kiosk has no command palette and no network, so what Textual and asyncio import for them never enters the process:
about 50 ms and 4 MiB less at each start. The stand-ins fail loudly if anything ever calls them.
"""

import gc
import sys
from types import ModuleType


def lean_imports() -> None:
    """Keep TLS and the command palette out of this process. Does nothing once Textual is imported."""
    if "textual" in sys.modules:
        return
    gc.disable()
    if "ssl" not in sys.modules:
        sys.modules["ssl"] = None  # type: ignore[assignment]
    sys.modules["textual.command"] = _no_palette()


def settle() -> None:
    """After the first paint: what lives now lives on, so the collector need not look at it again."""
    gc.freeze()
    gc.enable()


def _no_palette() -> ModuleType:
    """A `textual.command` with the names that Textual's own modules import and nothing behind them."""
    stub = ModuleType("textual.command")

    class Absent:
        """What a door does not have."""

        def __init__(self, *_: object, **__: object) -> None:
            raise NotImplementedError("a door has no command palette")

        @staticmethod
        def is_open(_app: object) -> bool:
            """It never is."""
            return False

    for name in ("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "Provider", "SimpleProvider"):
        setattr(stub, name, Absent)
    return stub
