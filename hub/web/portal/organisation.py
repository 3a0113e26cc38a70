"""Coming in with the organisation's own account: to its page, and back."""

import secrets
from typing import Any

from litestar import Response, get

from hub.administrators.limits import TooOften, network_of
from hub.administrators.organisation import OrganisationRefused
from hub.administrators.registry import AdministratorRefused
from hub.administrators.sessions import new_token
from hub.administrators.sign_in import NOBODY
from hub.administrators.visits import VisitUnknown
from hub.audit import Event
from hub.web.parts import parts_of
from hub.web.portal.entry import address_of, signed_in
from hub.web.portal.frame import go, local, token_cookie
from hub.web.portal.guard import PUBLIC, Asked, visitor_of
from hub.web.portal.words import span

BACK = "/sign-in/organisation/back"


@get("/sign-in/organisation", opt=PUBLIC, include_in_schema=False)
async def leave(request: Asked) -> Response[Any]:
    """Go to the organisation's page."""
    parts, network = parts_of(request), network_of(address_of(request))
    organisation, elapsed = parts.portal.organisation, parts.hub.clock.read().elapsed
    if organisation is None:
        return go("/sign-in", "This hub knows no accounts but its own.", bad=True)
    try:
        parts.portal.leaving.look(network, elapsed)
        parts.portal.leaving.count(network, elapsed)
        token, nonce = visitor_of(request).token or new_token(), secrets.token_urlsafe(24)
        carried = {"nonce": nonce, "next": local(request.query_params.get("next", "/"))}
        asked = await parts.portal.visits.leave(token, f"{parts.hub.server.portal}{BACK}", carried, actor=NOBODY)
        address = await organisation.address(asked, nonce)
    except TooOften as error:
        return go("/sign-in", f"There were too many tries. Try again in {span(error.wait)}.", bad=True)
    except OrganisationRefused as error:
        return go("/sign-in", str(error), bad=True)
    return go(address, cookies=(token_cookie(request, token),))


@get(BACK, opt=PUBLIC, include_in_schema=False)
async def back(request: Asked) -> Response[Any]:
    """Let somebody in whom the organisation vouches for."""
    parts, asked = parts_of(request), request.query_params
    organisation = parts.portal.organisation
    if organisation is None:
        return go("/sign-in", "This hub knows no accounts but its own.", bad=True)
    answer = {name: value[:4000] for name, value in asked.items() if isinstance(value, str)}
    try:
        visit = await parts.portal.visits.back(visitor_of(request).token, asked.get("state", "")[:200], actor=NOBODY)
        vouched = await organisation.vouched(visit.asked, visit.carried["nonce"], answer)
        about = {"role": vouched.role.value}
        await parts.hub.audit.append(
            Event(actor=NOBODY, action="administrator.vouched", objects=about), {"subject": vouched.subject}
        )
        who = await parts.portal.people.administrators.enter_from(
            organisation.settings.issuer, vouched.subject, vouched.name, vouched.role
        )
    except VisitUnknown:
        return go("/sign-in", "Nobody left from here lately, or came back already. Try again.", bad=True)
    except (OrganisationRefused, AdministratorRefused) as error:
        event = Event(actor=NOBODY, action="administrator.refused", outcome=type(error).__name__)
        await parts.hub.audit.append(event, {"address": address_of(request)})
        return go("/sign-in", str(error), bad=True)
    return await signed_in(request, who, visit.carried["next"], "organisation")
