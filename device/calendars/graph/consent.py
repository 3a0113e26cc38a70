"""Admin consent: an administrator lets the application into the tenant, on Entra's own page.

No code and no token comes back, only the tenant's id, which anybody could have written into an address. So it is
believed only once Entra has given access to that very tenant.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from device.calendars.graph.access import mint
from device.calendars.graph.claims import claims_of
from device.calendars.graph.options import Options
from device.calendars.interface import ConsentAsked
from device.model.clock import Clock
from device.model.errors import CredentialRefused

ANY_TENANT = "organizations"
"""In place of a tenant that is not known yet: whichever the administrator belongs to."""
_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")


class AdminConsent:
    """The way through the browser."""

    def address(self, options: Options, asked: ConsentAsked) -> str:
        """Entra's page for this application. There is no code to protect, so PKCE has no part in it."""
        query = {
            "client_id": options.client_id,
            "scope": options.scope,
            "redirect_uri": asked.redirect_uri,
            "state": asked.state.reveal(),
        }
        where = f"{options.authority.rstrip('/')}/{options.tenant or ANY_TENANT}"
        return f"{where}/v2.0/adminconsent?{urlencode(query)}"

    async def redeem(self, options: Options, asked: ConsentAsked, answer: Mapping[str, str], clock: Clock) -> Options:
        """The options with the tenant in them, which has let the application in.

        Raises:
            CredentialRefused: nobody consented, or another organisation did.
            CalendarUnreachable: Entra cannot be asked.
        """
        del asked  # its state was compared by the caller
        if error := answer.get("error"):
            raise CredentialRefused(f"the administrator did not consent ({re.sub('[^a-z_]', '', error)[:40]})")
        tenant = answer.get("tenant", "").lower()
        if answer.get("admin_consent", "").lower() != "true" or not _GUID.fullmatch(tenant):
            raise CredentialRefused("nobody consented")
        if _GUID.fullmatch(options.tenant.lower()) and options.tenant.lower() != tenant:
            raise CredentialRefused("another organisation than this one consented")
        granted = msgspec.structs.replace(options, tenant=tenant)
        claims = claims_of(await mint(options if options.tenant else granted, "", clock))
        if claims is None or claims.tid.lower() != tenant:
            raise CredentialRefused("the access is not that organisation's")
        return granted
