"""`--calendar ics:PATH|URL` and `--calendar caldav:URL`: a real calendar named on the command line."""

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import click

from device.calendars import Providers
from device.model.secret import Secret
from device.model.value import Value

PASSWORD_FILE = "DOORLIGHT_PASSWORD_FILE"  # noqa: S105 - the name of a variable
_HINT = "write ics:FILE, ics:https://… or caldav:https://…"


class ChosenCalendar(Value):
    """A calendar without settings."""

    provider: Providers
    location: str
    """A file's absolute path, or a URL without user and password."""
    username: str = ""
    password: Secret = Secret("")
    ca_bundle: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it lies on this machine."""
        return "://" not in self.location

    @property
    def name(self) -> str:
        """What to call the room where nobody said."""
        path = self.location if self.is_file else urlsplit(self.location).path
        return Path(unquote(path)).stem or urlsplit(self.location).netloc or "Room"

    def options(self) -> dict[str, str]:
        """The provider's own keys of `[calendar]`, the password left out."""
        options = {"path" if self.is_file else "url": self.location}
        return {
            **options,
            **{key: value for key in ("username", "ca_bundle") if (value := getattr(self, key))},
        }


def chosen_calendar(text: str, *, ca_bundle: str = "", ask: Callable[[str], str] | None = None) -> ChosenCalendar:
    """The calendar that `text` names.

    Args:
        text: `ics:PATH`, `ics:URL` or `caldav:URL`, the URL with `user@` or `user:password@` where it needs them.
        ca_bundle: a file of authorities to trust for it.
        ask: how to ask a person for the password of a user; None: nobody is there.

    Raises:
        click.UsageError: it names none.
    """
    kind, _, rest = text.partition(":")
    if kind not in (Providers.ICS.value, Providers.CALDAV.value) or not rest:
        raise click.UsageError(f"“{_without_password(text)}” names no calendar: {_HINT}.")
    provider = Providers(kind)
    if rest.startswith(("http://", "https://", "webcal://")):
        return _at_url(provider, rest, ca_bundle, ask)
    if provider is Providers.CALDAV:
        raise click.UsageError("A CalDAV calendar has an address that begins with http:// or https://.")
    path = Path(rest).expanduser().absolute()
    if not path.is_file():
        raise click.UsageError(f"There is no file {path}.")
    return ChosenCalendar(provider=provider, location=str(path))


def _at_url(provider: Providers, url: str, ca_bundle: str, ask: Callable[[str], str] | None) -> ChosenCalendar:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise click.UsageError(f"The calendar's address cannot be right: {error}.") from error
    if not host:
        raise click.UsageError(f"The calendar's address names no host: {_HINT}.")
    username = unquote(parts.username or "")
    host = f"[{host}]" if ":" in host else host
    scheme = "https" if parts.scheme == "webcal" else parts.scheme
    location = urlunsplit((scheme, f"{host}:{port}" if port else host, parts.path, parts.query, ""))
    password = unquote(parts.password or "") or (_password(username, ask) if username else "")
    return ChosenCalendar(
        provider=provider, location=location, username=username, password=Secret(password), ca_bundle=ca_bundle
    )


def _password(username: str, ask: Callable[[str], str] | None) -> str:
    file = os.environ.get(PASSWORD_FILE)
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise click.UsageError(f"The password's file {file} cannot be read: {type(error).__name__}.") from error
    if ask is None:
        raise click.UsageError(
            f"{username} needs a password: put it into the address, or name a file that holds it in {PASSWORD_FILE}."
        )
    return ask(username)


def _without_password(text: str) -> str:
    """The text as it may be repeated on a screen."""
    before, at, after = text.rpartition("@")
    return f"{before.split(':')[0]}:…@{after}" if at else text


def ask_at_terminal(username: str) -> str:
    """The password, typed unseen."""
    password: str = click.prompt(f"Password of {username}", hide_input=True, err=True)
    return password
