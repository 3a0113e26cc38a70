"""Calls into libraries that block: in threads of their own, and never longer than allowed."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import TypeVar

from device.model.errors import SettingsError
from hub.vault.errors import Unreachable

_T = TypeVar("_T")
_THREADS = 8


class Calls:
    """The threads of one provider. A call that hangs costs a thread until its library gives up, and nobody else."""

    def __init__(self, name: str, timeout: float, threads: int = _THREADS) -> None:
        self._name = name
        self._timeout = timeout
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=name)

    async def run(self, call: Callable[[], _T]) -> _T:
        """What `call` returns.

        Raises:
            Unreachable: it took too long; whatever it returns later is thrown away.
        """
        working = asyncio.get_running_loop().run_in_executor(self._pool, call)
        try:
            return await asyncio.wait_for(working, self._timeout)
        except TimeoutError as error:
            raise Unreachable(f"{self._name} did not answer in {self._timeout:g} s.") from error

    def close(self) -> None:
        """Take no more calls."""
        self._pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def calls_of(name: str, timeout: float, threads: int = _THREADS) -> Iterator[Calls]:
    """Threads for a provider, let go on leaving."""
    calls = Calls(name, timeout, threads)
    try:
        yield calls
    finally:
        calls.close()


def library(module: str, extra: str) -> ModuleType:
    """A provider's library.

    Raises:
        SettingsError: it is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"The library {module} is not installed.", f"Install it with: pip install 'doorlight[{extra}]'."
        ) from error
