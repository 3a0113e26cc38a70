"""Signing in by name, password and code. Whoever fails is not told at which of them.

Tries are counted for a name at an address, for a name, and for an address; a stranger who fails on purpose can hold a
name up from elsewhere only after a hundred tries an hour.
"""

from datetime import timedelta

from device.model.secret import Secret
from hub.administrators import passwords, second_factor
from hub.administrators.limits import Limit, network_of
from hub.administrators.links import Link, Links
from hub.administrators.passwords import Passwords
from hub.administrators.registry import Administrators
from hub.administrators.rows import Administrator
from hub.administrators.sessions import Sessions
from hub.audit import Event
from hub.services import Services
from hub.vault.envelope import Place
from hub.vault.errors import SecretNotFound
from hub.vault.owner import Owner

OWNER = Owner(tenant="hub", connection="administrators")
_TOTP = "totp"
NOBODY = "nobody"
"""The actor in the audit log while it is not known who it is."""


class NotYou(Exception):
    """Name, password or code is not right."""


class SignIn:
    """The door of the portal."""

    def __init__(self, hub: Services) -> None:
        self._hub, self._clock = hub, hub.clock
        self.administrators = Administrators(hub.store, hub.clock)
        self.sessions = Sessions(hub.store, hub.clock)
        self.links = Links(hub.store, hub.clock)
        self._passwords = Passwords()
        self._of_both = Limit(5, timedelta(minutes=5))
        self._of_name = Limit(100, timedelta(hours=1))
        self._of_address = Limit(30, timedelta(minutes=15))

    async def prove(self, name: str, password: str, code: str, address: str) -> Administrator:
        """Who this is.

        Raises:
            NotYou: it is not that person.
            TooOften: too many tries; nothing was looked at.
            Crowded: too many people at once.
        """
        name = name.strip().lower()[:254]
        self._allow(name, address)
        found = await self.administrators.named(name)
        self._count(name, address)
        right = await self._passwords.matches(found.password if found and found.is_local else "", password)
        if found is None or not right or not await self._has_code(found, code):
            await self._note("administrator.refused", found.id if found else NOBODY, address, "NotYou")
            raise NotYou
        self._of_both.forget(f"{name} {network_of(address)}")
        return found

    async def begin(self, who: Administrator, address: str, how: str) -> str:
        """Sign somebody in who has been proved; the session's token.

        Raises:
            AuditUnavailable: nobody is signed in while it cannot be written down.
        """
        await self._note("administrator.sign-in", who.id, address, how=how)
        return await self.sessions.begin(who.id)

    async def enter(self, token: str, name: str, password: str, address: str) -> Administrator:
        """Use a link up.

        Raises:
            LinkSpent, AdministratorRefused, Unfit, TooOften, Crowded: nothing was changed.
        """
        self._allow("", address)
        self._count("", address)
        link = await self.links.look(token)
        whose = link.administrator.name if link.administrator else name.strip().lower()
        kept = await self._passwords.hashed(passwords.check(password, whose))
        await self._note_link(link, address)
        who = await self.links.use(token, whose, kept)
        await self._hub.vault.forget(OWNER, _TOTP, who.id, actor=who.id)
        return who

    async def change_password(self, who: Administrator, new: str) -> None:
        """Another password, for somebody who has been proved; signed out everywhere.

        Raises:
            Unfit, Crowded: nothing was changed.
        """
        kept = await self._passwords.hashed(passwords.check(new, who.name))
        await self._hub.audit.append(Event(actor=who.id, action="administrator.password"))
        await self.administrators.set_password(who.id, kept)

    async def offer(self, who: Administrator) -> Secret:
        """The secret that is to become somebody's second factor: the same until it has."""
        secret = await self._totp(who)
        if secret is None:
            secret = second_factor.new_secret()
            await self._hub.vault.seal(OWNER, _TOTP, who.id, secret, actor=who.id)
        return secret

    async def enrol(self, who: Administrator, code: str, address: str) -> None:
        """Let the offered secret be the second factor, as its code proves.

        Raises:
            NotYou: it is not its code.
            TooOften: too many tries.
        """
        self._allow(who.name, address)
        secret = await self._totp(who)
        step = second_factor.step_of(secret, code, self._clock.read().now, who.totp_step) if secret else None
        if step is None:
            self._count(who.name, address)
            raise NotYou
        await self._hub.audit.append(Event(actor=who.id, action="administrator.second-factor"))
        await self.administrators.use_step(who.id, step, enrol=True)

    async def forget(self, who: Administrator, by: str) -> None:
        """Somebody's second factor goes with them."""
        await self._hub.vault.forget(OWNER, _TOTP, who.id, actor=by)

    async def _has_code(self, who: Administrator, code: str) -> bool:
        """Whether the code is right; those who have no second factor yet need none."""
        if who.enrolled_at is None:
            return True
        secret = await self._totp(who)
        step = second_factor.step_of(secret, code, self._clock.read().now, who.totp_step) if secret else None
        return step is not None and await self.administrators.use_step(who.id, step)

    async def _totp(self, who: Administrator) -> Secret | None:
        try:
            return await self._hub.vault.safe.open(Place(owner=OWNER, kind=_TOTP, record=who.id))
        except SecretNotFound:
            return None

    def _allow(self, name: str, address: str) -> None:
        elapsed, network = self._clock.read().elapsed, network_of(address)
        self._of_both.look(f"{name} {network}", elapsed)
        if name:
            self._of_name.look(name, elapsed)
        self._of_address.look(network, elapsed)

    def _count(self, name: str, address: str) -> None:
        elapsed, network = self._clock.read().elapsed, network_of(address)
        self._of_both.count(f"{name} {network}", elapsed)
        if name:
            self._of_name.count(name, elapsed)
        self._of_address.count(network, elapsed)

    async def _note(self, action: str, actor: str, address: str, outcome: str = "ok", how: str = "") -> None:
        about = {"how": how} if how else {}
        event = Event(actor=actor, action=action, objects=about, outcome=outcome)
        await self._hub.audit.append(event, {"address": address})

    async def _note_link(self, link: Link, address: str) -> None:
        about = {"role": link.role.value, **({"administrator": link.administrator.id} if link.administrator else {})}
        await self._hub.audit.append(
            Event(actor=NOBODY, action="administrator.enter", objects=about), {"address": address}
        )
