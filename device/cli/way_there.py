"""The way from this machine to a calendar's server, step by step: name, connection, encryption, proxy."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import msgspec

from device.calendars.interface import Connection
from device.cli.findings import Finding, good, wrong
from device.model.secret import Secret
from device.model.value import Value

_PORTS = {"https": 443, "http": 80}
_PATIENCE = 10.0


class Stop(Value):
    """A server that has to be reached."""

    scheme: str
    host: str
    port: int


def stops(options: Connection) -> list[Stop]:
    """The servers that a provider's options name, each once."""
    found: dict[Stop, None] = {}
    for field in msgspec.structs.fields(options):
        value = getattr(options, field.name)
        text = value.reveal() if isinstance(value, Secret) else value
        stop = _stop(text) if isinstance(text, str) and field.name != "proxy" else None
        if stop:
            found[stop] = None
    return list(found)


def _stop(text: str) -> Stop | None:
    try:
        parts = urlsplit(text)
        scheme = parts.scheme.replace("webcals", "https").replace("webcal", "https")
        if scheme not in _PORTS or not parts.hostname:
            return None
        return Stop(scheme=scheme, host=parts.hostname, port=parts.port or _PORTS[scheme])
    except ValueError:
        return None


async def walk(stop: Stop, options: Connection) -> AsyncIterator[Finding]:
    """Each step to one server, up to the first that fails."""
    proxy = _stop(options.proxy) if options.proxy else None
    first = proxy or stop
    try:
        addresses = await asyncio.get_running_loop().getaddrinfo(first.host, first.port, type=socket.SOCK_STREAM)
    except OSError:
        yield wrong("name", f"{first.host} has no address", "Check the host's name and this machine's name server.")
        return
    yield good("name", f"{first.host} is {addresses[0][4][0]}")
    encrypted = stop.scheme == "https" and proxy is None
    try:
        async with asyncio.timeout(_PATIENCE):
            _, writer = await asyncio.open_connection(first.host, first.port)
        writer.close()
    except (OSError, TimeoutError):
        where = f"{first.host}, port {first.port}"
        hint = "Check the proxy in the settings." if proxy else "Check the cable, the firewall and the address."
        yield wrong("connection", f"nobody answers at {where}", hint)
        return
    yield good("connection", f"{'the proxy' if proxy else first.host} answers at port {first.port}")
    if encrypted:
        yield await _encryption(stop, options)


async def _encryption(stop: Stop, options: Connection) -> Finding:
    try:
        context = ssl.create_default_context(cafile=options.ca_bundle or None)
        async with asyncio.timeout(_PATIENCE):
            _, writer = await asyncio.open_connection(stop.host, stop.port, ssl=context)
        version = writer.get_extra_info("ssl_object").version()
        writer.transport.abort()
    except ssl.SSLCertVerificationError as error:
        hint = "Check this machine's clock, or name the authority's file as ca_bundle in the settings."
        return wrong("encryption", f"{stop.host}: {error.verify_message}", hint)
    except FileNotFoundError:
        return wrong("encryption", f"there is no file {options.ca_bundle}", "Check ca_bundle in the settings.")
    except (OSError, TimeoutError) as error:
        return wrong("encryption", f"{stop.host} does not speak TLS ({type(error).__name__})", "Check the address.")
    return good("encryption", f"{stop.host} is who it says ({version})")
