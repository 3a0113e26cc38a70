"""The front of the office's one address: gives each request to the vendor whose path it asks for."""

from collections.abc import Sequence
from typing import Protocol

from aiohttp import web


class Edge(Protocol):
    """One vendor's servers, between HTTP and the office. Each meets the office's faults in its own words."""

    def speaks(self, path: str) -> bool:
        """Whether a path is one of this vendor's."""
        ...

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request to such a path."""
        ...


class Front:
    """All the office's servers behind one port. The last edge gets what no other wants."""

    def __init__(self, edges: Sequence[Edge]) -> None:
        self._edges = edges
        self.requests = 0
        """How many requests have arrived."""

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request."""
        self.requests += 1
        edge = next((edge for edge in self._edges if edge.speaks(request.path)), self._edges[-1])
        return await edge.handle(request)
