"""Partial responses: the `fields` parameter of Google's APIs, which names what of an answer is wanted."""

from typing import Any

from device.emulator.google.call import GoogleError

Mask = dict[str, "Mask"]
"""What is wanted, by name; an empty mask wants all that is inside."""


def selected(body: Any, text: str) -> Any:
    """The parts of an answer that `fields=text` names.

    Raises:
        GoogleError: the text is no selection.
    """
    return body if not text or text == "*" else _taken(body, _Parser(text).whole())


def _taken(body: Any, mask: Mask) -> Any:
    if not mask or "*" in mask:
        return body
    if isinstance(body, list):
        return [_taken(each, mask) for each in body]
    if not isinstance(body, dict):
        return body
    return {name: _taken(value, mask[name]) for name, value in body.items() if name in mask}


class _Parser:
    """`a,b/c,d(e,f/g)`: names, paths, and groups."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def whole(self) -> Mask:
        """All of the text."""
        mask = self._list()
        if self._at < len(self._text):
            raise self._wrong()
        return mask

    def _list(self) -> Mask:
        mask: Mask = {}
        while True:
            name, inside = self._one()
            mask[name] = {**mask.get(name, {}), **inside}
            if self._next() != ",":
                return mask
            self._at += 1

    def _one(self) -> tuple[str, Mask]:
        start = self._at
        while self._next() not in ("", ",", "/", "(", ")"):
            self._at += 1
        name = self._text[start : self._at].strip()
        if not name:
            raise self._wrong()
        if self._next() == "/":
            self._at += 1
            inner, inside = self._one()
            return name, {inner: inside}
        if self._next() == "(":
            self._at += 1
            inside = self._list()
            if self._next() != ")":
                raise self._wrong()
            self._at += 1
            return name, inside
        return name, {}

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _wrong(self) -> GoogleError:
        message = f"Invalid field selection {self._text[:40]}"
        return GoogleError(400, "invalidParameter", message, location=("parameter", "fields"))
