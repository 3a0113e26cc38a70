"""URLs of calendars: which can be used, which are of one server, and where a redirection leads."""

import httpx

from device.calendars.http import Answer
from device.model.errors import MalformedAnswer

MOVED = (301, 302, 303, 307, 308)


def is_usable(url: str) -> bool:
    """Whether a server can be asked at it."""
    parsed = _parsed(url)
    return parsed is not None and parsed.scheme in ("http", "https") and bool(parsed.host)


def same_server(one: str, other: str) -> bool:
    """Whether two URLs have one scheme, host and port, so that one password is good for both."""
    first, second = _parsed(one), _parsed(other)
    if first is None or second is None:
        return False
    return (first.scheme, first.host, first.port) == (second.scheme, second.host, second.port)


def onward(url: str, answer: Answer) -> str:
    """Where an answer to `url` sends us; never from HTTPS to plain HTTP.

    Raises:
        MalformedAnswer: nowhere that could be asked.
    """
    try:
        target = httpx.URL(url).join(answer.headers.get("location", ""))
    except (httpx.InvalidURL, ValueError):
        raise MalformedAnswer("redirected to what is no address") from None  # its text may quote a secret
    if not is_usable(str(target)) or (url.lower().startswith("https:") and target.scheme != "https"):
        raise MalformedAnswer("redirected to where it is not safe")
    return str(target)


def _parsed(url: str) -> httpx.URL | None:
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return None
