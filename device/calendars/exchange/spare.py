"""Spares the agent what exchangelib imports for purposes that no door has: five megabytes of it.

It colours XML on terminals by Pygments, and finds servers by DNS. While it is imported, placeholders stand for both;
afterwards they are gone, and whoever wants the real ones gets them. To be imported before anything of exchangelib.
"""

import sys
from types import ModuleType
from typing import Any

_UNUSED = (
    *("pygments", "pygments.formatters", "pygments.formatters.terminal", "pygments.lexers", "pygments.lexers.html"),
    *("dns", "dns.name", "dns.resolver"),
)


class _Placeholder(ModuleType):
    """A module in which every name is an error that is never raised."""

    __path__: list[str] = []  # noqa: RUF012 - what makes it a package

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return sys.modules.get(f"{self.__name__}.{name}") or type(name, (Exception,), {})


def _import_without() -> None:
    """Import exchangelib with placeholders for what is not there yet; what is there stays."""
    if "exchangelib" in sys.modules:
        return
    placed = [name for name in _UNUSED if name.partition(".")[0] not in sys.modules]
    for name in placed:
        sys.modules[name] = _Placeholder(name)
    try:
        import exchangelib  # noqa: F401
    finally:
        for name in placed:
            del sys.modules[name]


_import_without()
