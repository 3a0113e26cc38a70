"""The sentences that a session says, for everybody who reads along."""

import asyncio
from collections.abc import AsyncIterator


class NewsBoard:
    """Holds the last sentence; readers get it at once and each later one as it comes."""

    def __init__(self) -> None:
        self._said = ""
        self._changed = asyncio.Event()

    def tell(self, sentence: str) -> None:
        """Something happened."""
        self._said = sentence
        self._changed.set()
        self._changed = asyncio.Event()

    async def read(self) -> AsyncIterator[str]:
        """The sentences, until nobody wants more; one that is followed at once by another may be left out."""
        while True:
            changed = self._changed
            yield self._said
            await changed.wait()
