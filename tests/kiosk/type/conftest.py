"""Every kind of glass, for the tests that hold on all of them."""

import pytest

from kiosk.type import Glass, Means


@pytest.fixture(params=list(Means))
def glass(request: pytest.FixtureRequest) -> Glass:
    """Every kind of glass there is."""
    means: Means = request.param
    return Glass(means=means, cells=means if means not in (Means.PIXELS, Means.KITTY) else Means.OCTANTS)
