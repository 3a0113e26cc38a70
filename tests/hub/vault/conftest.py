"""Far sides for the key providers, asked of the enum so that nobody is forgotten."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cloud_worlds import moto
from key_world import KeyWorld
from key_worlds import WORLDS, require
from local_worlds import token_folder

from hub.vault.providers import KeyProviders


@pytest.fixture(scope="session")
def moto_port() -> Iterator[int]:
    """A running moto, strict about key states."""
    with moto() as port:
        yield port


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A place for SoftHSM's tokens."""
    token_folder(tmp_path_factory.mktemp("softhsm"))


@pytest.fixture(params=list(KeyProviders), ids=lambda member: member.value)
def key_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyWorld]:
    """One provider's far side."""
    member: KeyProviders = request.param
    require(member)
    more: list[Any] = []
    if member is KeyProviders.AWS_KMS:
        more = [request.getfixturevalue("moto_port")]
    elif member is KeyProviders.PKCS11:
        request.getfixturevalue("softhsm")
    with WORLDS[member](tmp_path, *more) as world:
        yield world
