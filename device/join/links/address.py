"""Addresses of the web taken apart and put together again; what is not written plainly is refused.

One strict parser for all (RFC 3986, and less): no user, no port, no number for a host, nothing but ASCII in a host, no
dots that climb. What comes out is written anew from its parts, so that nobody reads another host in it than we did.
"""

import re
from enum import StrEnum
from functools import lru_cache
from urllib.parse import quote, unquote

from device.model.value import Value

LONGEST = 4096
"""Characters of an address; the longest in use, a protected link to a Teams meeting, has about two thousand."""
WEB = ("http", "https")
NATIVE = ("zoommtg", "msteams", "chime")
"""Schemes that open a vendor's own program."""

_SHAPE = re.compile(
    r"(?P<scheme>[A-Za-z]{3,8}):(?P<authority>//[^/?#]*)?(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?",
    re.DOTALL,
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_BROKEN = re.compile(r"[\x00-\x20\x7f\\\ud800-\udfff]")
_KEPT = "%:/?@!$&'()*+,;=-._~"
_PLAIN = re.compile(r"[A-Za-z0-9%:/?@!$&'()*+,;=._~-]*")
_TEAMS = "teams.microsoft.com"


class Rule(StrEnum):
    """Why something that looks like a way in is none. The sentence for each lives with the command that tells it."""

    TOO_LONG = "too-long"
    NOT_AN_ADDRESS = "not-an-address"
    SCHEME = "scheme"
    BROKEN = "broken"
    USERINFO = "userinfo"
    PORT = "port"
    PERCENT_IN_HOST = "percent-in-host"
    NOT_ASCII = "not-ascii"
    NAME = "name"
    """A host's name that no name can be."""
    NUMERIC_HOST = "numeric-host"
    DOTS = "dots"
    """The path climbs."""
    AMBIGUOUS = "ambiguous"
    """A parameter that decides is there twice and says two things."""
    RUNS_ON = "runs-on"
    """Letters of another script follow at once: where the address ends is a guess."""
    UNKNOWN_HOST = "unknown-host"
    NO_JOIN = "no-join"
    """A service's host, and not an address that joins a meeting."""
    SEALED = "sealed"
    """A link protection that only its maker can open."""
    NESTED = "nested"
    """Wrapped more often than is believed."""
    NOT_DIALABLE = "not-dialable"
    TOO_MANY = "too-many"


class NotUsable(Exception):
    """What was looked at cannot be used, and the rule that says so."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule.value)
        self.rule = rule


class Address(Value):
    """A web address in its parts, each of them checked."""

    scheme: str
    host: str
    """In lower case."""
    path: str
    query: str | None = None
    fragment: str | None = None
    hostless: bool = False
    """Written without its host, as `msteams:/l/…` is."""

    @property
    def text(self) -> str:
        """The address, written anew."""
        query = "" if self.query is None else f"?{self.query}"
        fragment = "" if self.fragment is None else f"#{self.fragment}"
        return f"{self.scheme}:{'' if self.hostless else '//' + self.host}{self.path}{query}{fragment}"

    def parameter(self, name: str) -> str | None:
        """A parameter of the query, decoded; None where there is none.

        Raises:
            NotUsable: it is there twice with two values.
        """
        return parameter(self.query or "", name)


def parameter(query: str, name: str) -> str | None:
    """A parameter of any query, decoded once.

    Raises:
        NotUsable: it is there twice with two values.
    """
    if f"{name}=" not in query:
        return None
    pairs = (pair.partition("=") for pair in query.split("&"))
    found = {value for key, _, value in pairs if key == name}
    if len(found) > 1:
        raise NotUsable(Rule.AMBIGUOUS)
    return unquote(found.pop()) if found else None


def read_address(text: str) -> Address:
    """The address that `text` is, from its first character to its last.

    Raises:
        NotUsable: it is none that may be used.
    """
    if len(text) > LONGEST:
        raise NotUsable(Rule.TOO_LONG)
    if _BROKEN.search(text):
        raise NotUsable(Rule.BROKEN)
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise NotUsable(Rule.NOT_AN_ADDRESS)
    scheme = shape["scheme"].lower()
    if scheme not in WEB and scheme not in NATIVE:
        raise NotUsable(Rule.SCHEME)
    hostless = shape["authority"] is None
    return Address(
        scheme=scheme,
        host=_host(scheme, shape["authority"]),
        path=_path(shape["path"]),
        query=None if shape["query"] is None else _written(shape["query"]),
        fragment=None if shape["fragment"] is None else _written(shape["fragment"]),
        hostless=hostless,
    )


def _host(scheme: str, authority: str | None) -> str:
    if authority is None:
        if scheme != "msteams":
            raise NotUsable(Rule.NOT_AN_ADDRESS)
        return _TEAMS
    host = authority[2:]
    for sign, rule in (("@", Rule.USERINFO), (":", Rule.PORT), ("%", Rule.PERCENT_IN_HOST)):
        if sign in host:
            raise NotUsable(rule)
    if scheme == "chime" and host == "meeting":
        return host
    return checked_host(host)


@lru_cache(maxsize=2048)
def checked_host(name: str) -> str:
    """A host's name in lower case.

    Raises:
        NotUsable: it is a number, not ASCII, or no name.
    """
    if not name.isascii():
        raise NotUsable(Rule.NOT_ASCII)
    host = name.lower()
    labels = host.split(".")
    if any(label.startswith("xn--") for label in labels):
        raise NotUsable(Rule.NOT_ASCII)
    if _NUMBER.fullmatch(labels[-1]):
        raise NotUsable(Rule.NUMERIC_HOST)
    if len(labels) < 2 or len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise NotUsable(Rule.NAME)
    return host


def _path(text: str) -> str:
    if "." in text or "%2e" in text.lower():
        segments = text.lower().replace("%2e", ".").split("/")
        if "." in segments or ".." in segments:
            raise NotUsable(Rule.DOTS)
    return _written(text)


def _written(text: str) -> str:
    """A part as it may stand in an address: what may not is percent-encoded, what is encoded stays so."""
    return text if _PLAIN.fullmatch(text) else quote(text, safe=_KEPT)


def below(host: str, domain: str) -> bool:
    """Whether `host` is `domain` or lies below it, label by label."""
    return host == domain or host.endswith("." + domain)
