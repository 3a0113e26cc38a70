"""Every page of the portal, under one guard."""

from litestar import Router

from hub.administrators.sign_in import SignIn
from hub.services import Services
from hub.web.portal import assets, entry, overview
from hub.web.portal.faults import HANDLERS
from hub.web.portal.guard import guard

PAGES = (
    assets.static,
    entry.sign_in_page,
    entry.sign_in,
    entry.sign_out,
    entry.welcome_page,
    entry.welcome,
    entry.second_factor_page,
    entry.enrol,
    entry.account_page,
    entry.change_password,
    overview.overview,
)


class Portal:
    """What the pages of one process share."""

    def __init__(self, hub: Services) -> None:
        self.people = SignIn(hub)


def portal_routes() -> Router:
    """The pages, each with what it wants of whoever asks."""
    return Router(path="/", route_handlers=PAGES, guards=[guard], exception_handlers=HANDLERS)
