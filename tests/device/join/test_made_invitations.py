"""Of thousands of invitations made by dice, each leads to exactly the meeting that was put into it."""

from random import Random

import pytest
from example_rows import plain
from made import invitation

from device.join.links import ways_in


def check_made(invitations: int, seed: str) -> None:
    rng = Random(seed)  # noqa: S311  a test wants the same invitations each time
    for _ in range(invitations):
        given, found, raw = invitation(rng)
        assert plain(ways_in(given)) == [found], raw


def test_two_thousand_made_invitations_lead_where_they_should() -> None:
    check_made(2_000, "suite")


@pytest.mark.prove
def test_a_hundred_thousand_made_invitations_lead_where_they_should() -> None:
    check_made(100_000, "prove")
