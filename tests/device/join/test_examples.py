"""Every example of our own: exactly the ways in that a person would find, and no other."""

from typing import Any

import pytest
from example_rows import every_row, names, plain, rows, ways_of


@pytest.mark.parametrize(("what", "row"), every_row(), ids=lambda value: value if isinstance(value, str) else "")
def test_an_example_leads_where_it_says(what: str, row: dict[str, Any]) -> None:
    assert plain(ways_of(row)) == row["ways"], what


def test_there_are_many_examples() -> None:
    assert sum(len(rows(name)) for name in names()) >= 200
