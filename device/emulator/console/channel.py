"""A terminal's end as bytes: read when there are any, written without ever waiting for a slow reader."""

import asyncio
import contextlib
import os
from collections.abc import Callable

_AT_ONCE = 1 << 16
FULL = 1 << 18
"""Bytes not yet taken by the other side at which whoever feeds us should pause."""


class Channel:
    """Both directions of one descriptor that belongs to us and does not block.

    Args:
        descriptor: closed with the channel.
        received: called with what arrived.
        ended: called once, when nothing more will come.
        drained: called when a channel that was full can take more.
    """

    def __init__(
        self,
        descriptor: int,
        *,
        received: Callable[[bytes], None],
        ended: Callable[[], None],
        drained: Callable[[], None] = lambda: None,
    ) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self._received, self._ended, self._drained = received, ended, drained
        self._unsent = bytearray()
        self._loop = asyncio.get_running_loop()
        self._open = True
        self._loop.add_reader(descriptor, self._read)

    @property
    def full(self) -> bool:
        """Whether the other side takes less than it is sent."""
        return len(self._unsent) > FULL

    def send(self, data: bytes) -> None:
        """Write now what goes, the rest as soon as it does."""
        if not self._open:
            return
        waiting = bool(self._unsent)
        self._unsent += data
        if not waiting:
            self._write()

    def pause(self) -> None:
        """Read nothing for a while."""
        if self._open:
            self._loop.remove_reader(self.descriptor)

    def resume(self) -> None:
        """Read again."""
        if self._open:
            self._loop.add_reader(self.descriptor, self._read)

    def close(self) -> None:
        """Let go of the descriptor; what was not taken is lost."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self.descriptor)
            self._loop.remove_writer(self.descriptor)
            os.close(self.descriptor)

    def _read(self) -> None:
        try:
            data = os.read(self.descriptor, _AT_ONCE)
        except BlockingIOError:
            return
        except OSError:  # EIO: the other side of a pseudo-terminal is closed
            data = b""
        if data:
            self._received(data)
        else:
            self._loop.remove_reader(self.descriptor)
            self._ended()

    def _write(self) -> None:
        was_full = self.full
        with contextlib.suppress(BlockingIOError):
            try:
                del self._unsent[: os.write(self.descriptor, self._unsent[:_AT_ONCE])]
            except BlockingIOError:
                raise
            except OSError:  # the terminal is gone; its end is told by the reading side
                self._unsent.clear()
        if self._unsent:
            self._loop.add_writer(self.descriptor, self._write)
        else:
            self._loop.remove_writer(self.descriptor)
        if was_full and not self.full:
            self._drained()
