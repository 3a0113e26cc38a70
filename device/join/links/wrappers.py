"""Links that a mail filter, a calendar or a chat put around the real one, taken off without asking anybody.

One row a wrapper: its hosts, how it is recognised, and how the link inside is read. What is inside is no more believed
than any other link; it is looked at from the beginning. A wrapper that only its maker can open is named as such.
"""

import re
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from html import unescape
from urllib.parse import unquote

from device.join.links.address import Address, NotUsable, Rule, below
from device.model.value import Value

MOST = 2
"""Wrappers that are taken off one after another."""

_RUN = {
    sign: length for length, sign in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 2)
}
_V3 = re.compile(
    r"https?://urldefense(?:\.proofpoint)?\.(?:com|us)/v3/__(?P<link>.+?)__;(?P<signs>[A-Za-z0-9_=-]*)!", re.IGNORECASE
)
_V3_TOKEN = re.compile(r"\*(?:\*([A-Za-z0-9_-])|(?P<hex>(?=[0-9A-Fa-f]{2})))?")
_ONE_SLASH = re.compile(r"^(https?:/)(?=[^/])", re.IGNORECASE)
_V2 = str.maketrans("-_", "%/")


class Wrapper(Value):
    """One kind of wrapper."""

    name: str
    hosts: str
    """Domains, separated by spaces; what lies below them counts too."""
    read: Callable[[Address], str | None]
    """The link inside; None where this is an address of the host and no wrapped link."""


def _in(*names: str) -> Callable[[Address], str | None]:
    """The link stands in the first of these parameters that is there."""

    def read(address: Address) -> str | None:
        return next((value for name in names if (value := address.parameter(name))), None)

    return read


def _sealed(_: Address) -> str | None:
    raise NotUsable(Rule.SEALED)


def _proofpoint(address: Address) -> str | None:
    """Versions 1 and 2; version 3 is no address that could be parsed first."""
    link = address.parameter("u")
    if not link or address.path not in ("/v1/url", "/v2/url"):
        return None
    return unquote(unescape(link.translate(_V2) if address.path == "/v2/url" else link))


def _sophos(address: Address) -> str | None:
    """The whole link in base64 in newer ones; host and path without a scheme in older ones."""
    whole, bare = address.parameter("u"), address.parameter("d")
    if whole:
        try:
            link = urlsafe_b64decode(whole + "=" * (-len(whole) % 4)).decode("ascii")
        except (NotBase64, UnicodeError, ValueError):
            link = ""
        if link.startswith(("http://", "https://")):
            return link
    return f"https://{bare.removeprefix('https://').removeprefix('http://')}" if bare else None


def _between_bars(address: Address) -> str | None:
    before, bars, rest = address.text.partition("/v2/___")
    return rest.partition("___")[0] if bars and before else None


def _google(address: Address) -> str | None:
    return _in("q", "url")(address) if address.path == "/url" else None


WRAPPERS = (
    Wrapper(
        name="Outlook Safe Links",
        hosts="safelinks.protection.outlook.com safelinks.protection.office365.us safelinks.protection.outlook.cn",
        read=_in("url"),
    ),
    Wrapper(
        name="Teams Safe Links",
        hosts="statics.teams.cdn.office.net teams.public.onecdn.static.microsoft",
        read=_in("url"),
    ),
    Wrapper(name="Proofpoint", hosts="urldefense.proofpoint.com urldefense.com urldefense.us", read=_proofpoint),
    Wrapper(
        name="Google",
        hosts="google.com google.co.uk google.de google.es google.fr google.it google.co.jp",
        read=_google,
    ),
    Wrapper(name="Barracuda", hosts="linkprotect.cudasvc.com", read=_in("a")),
    Wrapper(name="Trend Micro", hosts="trendmicro.com", read=_in("url")),
    Wrapper(name="Sophos", hosts="protection.sophos.com", read=_sophos),
    Wrapper(name="Slack", hosts="slack-redir.net", read=_in("url")),
    Wrapper(name="Symantec", hosts="clicktime.symantec.com", read=_in("u")),
    Wrapper(name="Trellix", hosts="fireeye.com", read=_in("u")),
    Wrapper(name="Check Point", hosts="url.avanan.click checkpoint.url-protection.com", read=_between_bars),
    Wrapper(name="Mimecast", hosts="mimecast.com mimecastprotect.com", read=_sealed),
    Wrapper(name="Cisco", hosts="secure-web.cisco.com", read=_sealed),
)
_BY_DOMAIN = {domain: wrapper for wrapper in WRAPPERS for domain in wrapper.hosts.split()}


def unwrapped(address: Address) -> str | None:
    """The link inside `address`; None where it is no wrapper.

    Raises:
        NotUsable: only its maker can open it.
    """
    labels = address.host.split(".")
    for start in range(len(labels) - 1):
        wrapper = _BY_DOMAIN.get(".".join(labels[start:]))
        if wrapper is not None:
            return wrapper.read(address)
    return None


def is_wrapper(host: str) -> bool:
    """Whether links at `host` may have another inside."""
    return any(below(host, domain) for domain in _BY_DOMAIN)


def unwrapped_v3(text: str) -> str | None:
    """The link inside a third version of Proofpoint's wrapper; None where `text` begins with none.

    Characters that the maker found unsafe were taken out: each `*` stands for the next of them, and `**` with a letter
    for a run, whose length counts bytes of UTF-8 (facts: join A.3). Where none is left, a `*` before two digits of
    base sixteen was a percent sign, and any other is itself.
    """
    found = _V3.match(text)
    if found is None:
        return None
    try:
        signs = urlsafe_b64decode(found["signs"] + "=" * (-len(found["signs"]) % 4))
    except (NotBase64, ValueError):
        signs = b""
    at = 0

    def put_back(token: re.Match[str]) -> str:
        nonlocal at
        length = _RUN[token[1]] if token[1] else 1
        taken = signs[at : at + length] if token[1] else _character(signs, at)
        at += len(taken)
        left = "*" if token["hex"] is None else "%"
        return taken.decode("utf-8", "replace") if taken else token[0].replace("*", left)

    return _V3_TOKEN.sub(put_back, _ONE_SLASH.sub(r"\1/", found["link"]))


def _character(text: bytes, at: int) -> bytes:
    """The bytes of the one character that begins at `at`."""
    end = at + 1
    while end < len(text) and text[end] & 0xC0 == 0x80:
        end += 1
    return text[at:end]
