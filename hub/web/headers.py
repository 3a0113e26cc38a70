"""What every answer of the portal's address says about itself: what a browser may do with it, and who may keep it."""

from typing import Any

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
"""Referrers stay inside, but they are there: without any a browser would say `Origin: null` with every form."""
_HSTS = "max-age=31536000"


def headers_of(*, encrypted: bool) -> Any:
    """The hook that puts the headers on whatever leaves, errors included, unless they are there already."""
    wanted = _ALWAYS | ({"Strict-Transport-Security": _HSTS} if encrypted else {})

    async def put(message: Message, scope: Scope) -> None:
        del scope
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            for name, value in wanted.items():
                headers.setdefault(name, value)

    return put
