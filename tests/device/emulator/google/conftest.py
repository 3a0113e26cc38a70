"""Every answer that the office gives in Google's name during these tests is judged by Google's own description."""

from collections.abc import Iterator

import pytest
from google_office import lines
from google_schema import GoogleOracle

from device.emulator.office import Office


@pytest.fixture(autouse=True)
def oracle(office: Office) -> Iterator[GoogleOracle]:
    with GoogleOracle().watching(office) as oracle:
        yield oracle


@pytest.fixture(autouse=True)
def _lines_are_closed() -> Iterator[None]:
    yield
    while lines:
        lines.pop().close()
