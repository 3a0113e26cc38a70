"""Reading forms: every field bounded, every fault a sentence that names the field."""

from collections.abc import Mapping
from typing import Any

from litestar.datastructures import UploadFile

from device.model.errors import DoorlightError
from device.model.safetext import SafeText
from hub.web.portal.guard import Asked

LONGEST = 1000
LARGEST_FILE = 1 << 20


class FormRefused(DoorlightError):
    """What was typed cannot be taken; the text is a sentence that names the field."""


class Form:
    """What somebody sent."""

    def __init__(self, fields: Any) -> None:
        self._fields = fields

    def raw(self, name: str, *, limit: int = LONGEST) -> str:
        """A field as it was typed; empty where it was not.

        Raises:
            FormRefused: it is longer than `limit` characters.
        """
        value = self._fields.get(name, "")
        if not isinstance(value, str):
            return ""
        if len(value) > limit:
            raise FormRefused(f"{name.capitalize()} is longer than {limit} characters.")
        return value.replace("\r\n", "\n")

    def text(self, name: str, *, limit: int = 200) -> str:
        """A field in one line, without anything that could not be shown.

        Raises:
            FormRefused: it is too long.
        """
        return str(SafeText(self.raw(name, limit=limit * 4), limit=limit))

    def needed(self, name: str, what: str, *, limit: int = 200) -> str:
        """The same where it must not be empty.

        Raises:
            FormRefused: it is; `what` names it.
        """
        value = self.text(name, limit=limit)
        if not value:
            raise FormRefused(f"{what} is missing.")
        return value

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self._fields.get(name) is not None

    def many(self, name: str) -> list[str]:
        """Everything that was chosen of a list."""
        return [value for value in self._fields.getall(name, []) if isinstance(value, str)]

    def plain(self) -> Mapping[str, str]:
        """All fields that are text, for showing a form again."""
        return {name: value for name, value in self._fields.items() if isinstance(value, str)}

    async def file(self, name: str) -> bytes:
        """A file that was sent along.

        Raises:
            FormRefused: there is none, or it is larger than a megabyte.
        """
        sent = self._fields.get(name)
        if not isinstance(sent, UploadFile) or not sent.filename:
            raise FormRefused("Choose a file first.")
        content = await sent.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise FormRefused("The file is larger than a megabyte.")
        return content


async def form_of(request: Asked) -> Form:
    """The form that came with a request."""
    return Form(await request.form())
