"""One request to Graph and one answer, free of HTTP's machinery, so that `$batch` is only a loop."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from device.emulator.directory import App

_PREFERENCE = re.compile(r'([\w.\-]+)\s*=\s*(?:"([^"]*)"|([^\s,;"]+))')


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request after the door: who asks, what, and with which preferences."""

    method: str
    path: str
    """Below `/v1.0`, decoded."""
    app: App
    base: str
    """Where Graph is, for links: `https://127.0.0.1:PORT/v1.0`."""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case; several `Prefer` headers are joined."""
    body: Any = None

    def prefers(self, name: str) -> str:
        """The value of a preference (`Prefer: name="value"`), empty where there is none."""
        for key, quoted, bare in _PREFERENCE.findall(self.headers.get("prefer", "")):
            if key.lower() == name.lower():
                return str(quoted or bare)
        return ""

    @property
    def immutable_ids(self) -> bool:
        """Whether ids shall be those that never change."""
        return self.prefers("IdType").lower() == "immutableid"

    def fields(self) -> dict[str, Any]:
        """The body, which must be a JSON object.

        Raises:
            GraphError: it is none.
        """
        if not isinstance(self.body, dict):
            raise GraphError(400, "BadRequest", "Unable to read JSON request payload.")
        return self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class GraphError(Exception):
    """Graph says no: a status, a code that programs go by, a message that they must not."""

    def __init__(
        self, status: int, code: str, message: str, *, inner: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message
        self.inner = inner
        self.headers = dict(headers or {})

    def answer(self, now: datetime, request_id: str = "") -> Answer:
        """The error in the shape that Graph gives it."""
        key = request_id or str(uuid.uuid4())
        inner = {"date": f"{now:%Y-%m-%dT%H:%M:%S}", "request-id": key, "client-request-id": key}
        if self.inner:
            inner = {"code": self.inner, **inner}
        body = {"error": {"code": self.code, "message": self.message, "innerError": inner}}
        return Answer(status=self.status, body=body, headers=self.headers)


def bad_request(message: str, code: str = "BadRequest") -> GraphError:
    """The request cannot be understood."""
    return GraphError(400, code, message)


def invalid(message: str) -> GraphError:
    """A property holds what it may not."""
    return GraphError(400, "ErrorPropertyValidationFailure", message)


def item_not_found() -> GraphError:
    """There is no such event (any more)."""
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
