"""One event's search, as far as its fields share it: what is declared, what was noticed, and how much work is left."""

from functools import lru_cache

from device.join.links.address import NotUsable, Rule, below
from device.join.links.candidates import MOST, Link, links_in
from device.join.links.recognition import Declared, Recognised, knows_host, leads_anywhere
from device.join.links.resolution import resolve
from device.join.links.vtc import Interop
from device.join.links.wrappers import is_wrapper
from device.model.value import Value

MOST_LINKS = 200
"""Links at hosts that are known, which are taken apart; an invitation has a dozen."""
MOST_NOTICED = 200
MOST_CANDIDATES = MOST
"""Places where a link may begin."""
LABELLED = 9_000
"""Characters in which labels are read."""
_LONGEST = 300


class Noticed(Value):
    """Something that was looked at on the way."""

    field: str
    what: str
    """As it stood in the invitation: not for a log."""
    rule: Rule | None = None
    """Why it is no way in; None where it leads somewhere."""


@lru_cache(maxsize=2048)
def _is_known(host: str) -> bool:
    return knows_host(host) or is_wrapper(host)


class Inquiry:
    """What the fields of one event have in common while they are read."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self.noticed: list[Noticed] = []
        self.labelled = LABELLED
        """Characters left in which labels may be read."""
        self._candidates = MOST_CANDIDATES
        self._own = tuple(host for hosts in declared.values() for host in hosts)
        self._left = MOST_LINKS
        self._followed: dict[Link, Recognised | Interop | Rule] = {}

    def notice(self, field: str, what: str, rule: Rule | None) -> None:
        """Something was looked at; without a rule it leads somewhere."""
        if len(self.noticed) < MOST_NOTICED:
            self.noticed.append(Noticed(field=field, what=what[:_LONGEST], rule=rule))

    def links_in(self, text: str) -> list[Link]:
        """The links of a field, as many as may still be looked at."""
        found = links_in(text, self.hopes, self._candidates)
        self._candidates = max(self._candidates - len(found), 0)
        return found

    def hopes(self, host: str, rest: str) -> bool:
        """Whether a link to `host`, going on with `rest`, may lead to a meeting: a quick look before a long one."""
        host = host.lower()
        return _is_known(host) or leads_anywhere(rest) or any(below(host, own) for own in self._own)

    def follow(self, link: Link, field: str) -> Recognised | Interop | None:
        """Where a link leads; None where it leads to no meeting, which is noticed."""
        same = Link(start=0, end=0, text=link.text, exact=link.exact, runs_on=link.runs_on, hopeless=link.hopeless)
        found = self._followed.get(same)
        if found is not None:
            return None if isinstance(found, Rule) else found
        found = self._followed[same] = self._led(link)
        rule = found if isinstance(found, Rule) else None
        self.notice(field, link.text, rule)
        return None if isinstance(found, Rule) else found

    def _led(self, link: Link) -> Recognised | Interop | Rule:
        if link.hopeless:
            return Rule.UNKNOWN_HOST
        if not self._left:
            return Rule.TOO_MANY
        self._left -= 1
        try:
            return resolve(link, self.declared)
        except NotUsable as error:
            return error.rule
