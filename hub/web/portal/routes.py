"""Every page of the portal, under one guard."""

from litestar import Router

from hub.administrators.limits import Limit
from hub.administrators.sign_in import SignIn
from hub.administrators.visits import Visits
from hub.devices.pairing import ATTEMPTS, ATTEMPTS_PER
from hub.services import Services
from hub.web.portal import (
    administrators,
    assets,
    audit,
    claiming,
    connecting,
    connections,
    device,
    door_settings,
    entry,
    fleet,
    keys,
    overview,
    room_import,
    rooms,
)
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
    rooms.rooms,
    rooms.room,
    rooms.change,
    rooms.service,
    rooms.remove,
    rooms.table,
    rooms.take_table,
    room_import.choose,
    room_import.take,
    door_settings.settings,
    door_settings.change,
    fleet.doors,
    device.device_page,
    device.report,
    device.picture,
    device.ask,
    device.move,
    device.quarantine,
    device.revoke,
    device.wipe,
    claiming.code_page,
    claiming.device_page,
    claiming.claim,
    claiming.claims_page,
    claiming.seed,
    claiming.withdraw,
    connecting.choose,
    connecting.fill_in,
    connecting.connect,
    connecting.back,
    connections.connections,
    connections.connection,
    connections.check,
    connections.reach,
    connections.route,
    connections.renew_page,
    connections.renew,
    connections.revoke,
    keys.keys,
    keys.rotate,
    audit.audit,
    audit.verify,
    audit.export,
    administrators.administrators,
    administrators.invite,
    administrators.set_role,
    administrators.reset,
    administrators.remove,
)


class Portal:
    """What the pages of one process share."""

    def __init__(self, hub: Services) -> None:
        self.people = SignIn(hub)
        self.visits = Visits(hub.store, hub.vault, hub.clock)
        self.wrong_codes = Limit(ATTEMPTS, ATTEMPTS_PER)


def portal_routes() -> Router:
    """The pages, each with what it wants of whoever asks."""
    return Router(path="/", route_handlers=PAGES, guards=[guard], exception_handlers=HANDLERS)
