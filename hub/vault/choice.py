"""A KEK that was chosen: its provider and that provider's options, from a table of settings or from the keyring."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from device.model.document import convert
from device.model.errors import SettingsError
from hub.secret_files import inline_secrets, with_contents
from hub.vault.interface import KeyOptions, KeyProviderKind
from hub.vault.providers import KeyProviders

HUB_KEY = "hub"
"""The name of the hub's own KEK, for every connection that has enrolled no other."""


@dataclass(frozen=True, slots=True)
class ChosenKey:
    """Ready to be opened."""

    provider: KeyProviders
    options: KeyOptions

    @property
    def kind(self) -> KeyProviderKind:
        """The provider's module."""
        return self.provider.load()


def chosen_key(table: Mapping[str, Any], path: str) -> ChosenKey:
    """What a table such as `[key]` says; `path` is its name, for people.

    Raises:
        SettingsError: no such provider, or options that it does not know.
    """
    known = ", ".join(provider.value for provider in KeyProviders)
    try:
        provider = KeyProviders(table.get("provider"))
    except ValueError as error:
        raise SettingsError(f"{path}.provider names no key provider.", f"Write one of: {known}.") from error
    kind = provider.load().options
    rest = {key: value for key, value in table.items() if key != "provider"}
    return ChosenKey(provider, convert(with_contents(rest, kind, path), kind, path))


def storable(provider: str, options: Mapping[str, Any]) -> None:
    """Check that options may be kept in the keyring: they hold no secret, only names of files.

    Raises:
        SettingsError: a secret stands among them.
    """
    kind = chosen_key({"provider": provider, **options}, "key").kind
    if inline := inline_secrets(options, kind.options):
        name = sorted(inline)[0]
        raise SettingsError(f"The secret {name} would be written down.", f"Give {name}_file in its place.")
