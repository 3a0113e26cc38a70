"""Where the hub's tests keep their stores: SQLite always, and PostgreSQL where it is installed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from postgres import Postgres, postgres


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A running PostgreSQL of the tests' own."""
    with postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """Settings for a new hub: everything in one folder, or two schemas of a new database."""
    if request.param == "sqlite":
        return {"folder": str(tmp_path / "hub")}
    database = request.getfixturevalue("server").database()
    return {
        "folder": str(tmp_path / "hub"),
        "database": database,
        "keyring": f"{database}?schema=keyring",
    }
