"""The ways to connect an account, in words: what each asks for, and where a person finds it. Pure.

What a provider asks for, it says itself (`CredentialKind`); here is how its keys are called on a page.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import msgspec

from device.calendars import Providers
from device.calendars.interface import Connection, CredentialKind, Provider
from device.model.errors import SettingsError
from device.model.secret import Secret
from device.model.value import Value

PROVIDERS: Mapping[str, str] = {
    "graph": "Microsoft 365",
    "google": "Google Workspace",
    "exchange": "Exchange Server",
    "caldav": "CalDAV",
    "ics": "Calendar file (ICS)",
}
WAYS: Mapping[str, tuple[str, str]] = {
    "certificate": ("Application with a certificate", "The safest: no secret that can be copied from a mail."),
    "client-secret": ("Application with a client secret", "Quick to set up; it runs out after two years at most."),
    "admin-consent": ("Consent in the browser", "You agree on Microsoft's page; the tenant is filled in by itself."),
    "service-account": ("Service account", "Rooms are shared with the account's address."),
    "domain-wide-delegation": ("Service account for the domain", "It acts for a person who sees all rooms."),
    "oauth": ("Consent in the browser", "An account that sees all rooms agrees on Google's page."),
    "address": ("Address of a file", "Read only: a door shows what is in it, and books nothing."),
    "password": ("Name and password", "Kept encrypted here; doors read through this hub and never get it."),
}
MULTILINE = frozenset(("certificate", "private_key", "service_account"))


class Asked(Value):
    """One field of the form."""

    key: str
    label: str
    hint: str = ""
    secret: bool = False
    needed: bool = True
    choices: tuple[str, ...] = ()


LABELS: Mapping[str, tuple[str, str]] = {
    "tenant": ("Tenant", "The organisation's domain, or the Directory (tenant) ID from Entra."),
    "client_id": ("Application (client) ID", "From the application's overview page."),
    "client_secret": ("Client secret", "The value, not the ID. It is shown only once when it is made."),
    "client_secret_expires": ("The secret runs out on", "As shown beside it: nothing else can tell. YEAR-MONTH-DAY."),
    "certificate": ("Certificate", "PEM, beginning with -----BEGIN CERTIFICATE-----."),
    "private_key": ("Private key", "PEM, RSA, without a passphrase."),
    "cloud": ("Cloud", "Where the tenant lives."),
    "endpoint": ("Address of the calendar service", "Empty: the usual one."),
    "authority": ("Address of the sign-in service", "Empty: the usual one."),
    "service_account": ("Key of the service account", "The JSON file that the console gives out, as text."),
    "subject": ("Acts for", "Mail address of a person who sees all rooms."),
    "administrator": ("May list rooms", "Mail address of an administrator, where that is somebody else."),
    "credential_expires": ("The credential runs out on", "Where somebody has set it a term."),
    "token_endpoint": ("Address that gives out access", "Empty: the usual one."),
    "consent_endpoint": ("Address of the consent page", "Empty: the usual one."),
    "directory_endpoint": ("Address of the directory", "Empty: the usual one."),
    "people_endpoint": ("Address of the people service", "Empty: the usual one."),
    "server": ("Server", "Such as mail.example.com, or the whole address of its web services."),
    "username": ("Account", "DOMAIN\\user, or an address like rooms@example.com."),
    "password": ("Password", ""),
    "auth": ("Signs in by", "ntlm unless your server wants otherwise."),
    "access": ("Right", "impersonation lets the hub hear of changes; delegate does not."),
    "expires_on": ("The password runs out on", "So that you are warned. YEAR-MONTH-DAY."),
    "url": ("Address", "Such as https://cloud.example.com/remote.php/dav/."),
    "ca_bundle": ("Private authority", "Path of a PEM file on the hub's machine; empty: the system's own."),
    "proxy": ("Proxy", "Such as http://proxy.example:3128; empty: none."),
}
MORE: Mapping[str, tuple[str, ...]] = {
    "graph": ("cloud", "endpoint", "authority", "ca_bundle", "proxy"),
    "google": (
        "administrator",
        "endpoint",
        "token_endpoint",
        "consent_endpoint",
        "directory_endpoint",
        "people_endpoint",
        "ca_bundle",
        "proxy",
    ),
    "exchange": ("auth", "access", "expires_on", "ca_bundle", "proxy"),
    "caldav": ("ca_bundle", "proxy"),
    "ics": ("ca_bundle", "proxy"),
}
RIVALS: Mapping[str, tuple[str, ...]] = {
    "client_secret": ("certificate", "private_key"),
    "certificate": ("client_secret", "client_secret_expires"),
    "service_account": ("client_id", "client_secret", "refresh_token"),
    "refresh_token": ("service_account", "subject"),
}
"""What ends when a credential of another kind takes its place."""
_LATER = frozenset(("client_secret_expires",))
"""Asked for, and not needed."""


class Way(Value, frozen=True):
    """A provider and one of its kinds of credential."""

    provider: str
    kind: CredentialKind

    @property
    def called(self) -> tuple[str, str]:
        """How it is called, and what it is good for."""
        return WAYS.get(self.kind.name, (self.kind.name, ""))


def ways() -> Iterator[Way]:
    """All of them, by provider, the best first."""
    order = list(PROVIDERS)
    members = sorted(Providers, key=lambda member: order.index(member.value) if member.value in order else len(order))
    for member in members:
        provider = member.load()
        if provider.open_account is not None:
            for kind in provider.credentials:
                yield Way(provider=member.value, kind=kind)


def way_of(provider: str, kind: str) -> tuple[Provider, Way]:
    """One of them.

    Raises:
        SettingsError: there is none.
    """
    for way in ways():
        if (way.provider, way.kind.name) == (provider, kind):
            return Providers(provider).load(), way
    raise SettingsError("There is no such way to connect a calendar.", "Choose one from the list.")


def fields_of(provider: Provider, way: Way) -> tuple[Asked, ...]:
    """What the form asks for: first what is needed."""
    types = {field.encode_name: field.type for field in msgspec.structs.fields(provider.options)}
    needed = [_field(key, types, needed=key not in _LATER) for key in way.kind.asks if key in types]
    more = [key for key in MORE.get(way.provider, ()) if key in types and key not in way.kind.asks]
    return (*needed, *(_field(key, types, needed=False) for key in more))


def _field(key: str, types: Mapping[str, Any], *, needed: bool) -> Asked:
    label, hint = LABELS.get(key, (key.replace("_", " ").capitalize(), ""))
    kind = types[key]
    choices = tuple(str(member.value) for member in kind) if isinstance(kind, type) and issubclass(kind, Enum) else ()
    return Asked(key=key, label=label, hint=hint, secret=kind is Secret, needed=needed, choices=choices)


def rivals_of(told: Mapping[str, Any], provider: str) -> frozenset[str]:
    """The options that end when these are told."""
    if provider == "google" and "refresh_token" not in told and "service_account" not in told:
        return frozenset()
    return frozenset(rival for key in told for rival in RIVALS.get(key, ()) if rival not in told)


def told_of(options: Connection) -> dict[str, Any]:
    """Options as they are told to `Connections.add`: those that are not as they are anyway, secrets revealed."""
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(type(options)):
        value = getattr(options, field.name)
        default = None if field.default is msgspec.NODEFAULT else field.default
        if value != default:
            found[field.encode_name] = (
                value.reveal() if isinstance(value, Secret) else msgspec.to_builtins(value, enc_hook=str)
            )
    return found
